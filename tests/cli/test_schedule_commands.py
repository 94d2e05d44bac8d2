"""The operator's commands: schedule, rehearse, backfill, pause, resume, status."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click
import pytest

from digest import processes
from digest.commands import backfill_command, rehearse_command
from digest.core.operation import DaemonState
from digest.store.opening import open_store
from digest.terminal import parse_when

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
EDITIONS = ["2026-02-23T0700Z", "2026-03-02T0700Z", "2026-03-09T0700Z"]


@pytest.fixture
def clock(monkeypatch):
    """Sets the clock that commands ask."""

    def put(instant: datetime) -> None:
        monkeypatch.setattr("digest.terminal.system_clock", lambda: instant)

    put(NOW)
    return put


def configure(room, schedule="0 8 * * mon", more=""):
    text = (room.root / "config.yaml").read_text()
    room.write("config.yaml", text.replace('"0 8 * * mon"', f'"{schedule}"') + more)


def store(room):
    return open_store(f"sqlite:///{room.root}/digest.db")


def lines(result):
    return [json.loads(line) for line in result.out.splitlines()]


# --- when -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "zone", "instant"),
    [
        ("2026-03-02", "Europe/Berlin", "2026-03-01T23:00:00+00:00"),
        ("2026-03-02T08:00", "Europe/Berlin", "2026-03-02T07:00:00+00:00"),
        ("2026-03-02T08:00", "Asia/Tokyo", "2026-03-01T23:00:00+00:00"),
        ("2026-03-02T08:00:00Z", "Asia/Tokyo", "2026-03-02T08:00:00+00:00"),
        ("2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:00:00+00:00"),  # skipped: the first instant after it
        ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00+00:00"),  # twice: the first
    ],
)
def test_when(text, zone, instant):
    assert parse_when(text, ZoneInfo(zone)).isoformat() == instant


@pytest.mark.parametrize(
    ("text", "zone", "said"),
    [
        ("soon", "UTC", "'soon' is neither day nor time; write 2026-03-02"),
        ("0001-01-02", "UTC", "lies too far off"),
        ("2011-12-30", "Pacific/Apia", "the clocks of Pacific/Apia leave out that day"),
    ],
)
def test_when_it_is_none(text, zone, said):
    with pytest.raises(click.BadParameter, match=said):
        parse_when(text, ZoneInfo(zone))


# --- schedule ---------------------------------------------------------------------------------------------------------


def test_schedule_in_the_fixed_form(room, clock):
    before = room.files(".")
    result = room.run("schedule", "weekly", "--from", "2026-03-23", "--count", "2", "--json")
    assert (result.code, result.err) == (0, "")
    assert result.json == [
        {
            "newsletter": "weekly",
            "slot": "2026-03-23T07:00:00Z",
            "local": "2026-03-23T08:00:00+01:00",
            "window": {"start": "2026-03-16T07:00:00Z", "end": "2026-03-23T07:00:00Z"},
            "note": "",
        },
        {
            "newsletter": "weekly",
            "slot": "2026-03-30T06:00:00Z",
            "local": "2026-03-30T08:00:00+02:00",
            "window": {"start": "2026-03-23T07:00:00Z", "end": "2026-03-30T06:00:00Z"},
            "note": "the clocks go forward 1 h in its window",
        },
    ]
    assert room.files(".") == before


def test_schedule_begins_with_a_slot_at_that_very_instant_and_defaults_to_now(room, clock):
    assert [each["slot"] for each in room.run("schedule", "--count", "1", "--json").json] == ["2026-03-16T07:00:00Z"]
    clock(datetime(2026, 3, 9, 7, tzinfo=UTC))
    assert [each["slot"] for each in room.run("schedule", "--count", "1", "--json").json] == ["2026-03-09T07:00:00Z"]


def test_schedule_of_each_newsletter_in_order_and_its_own_zone(room, clock):
    configure(room, more="  daily: {title: D, timezone: Asia/Tokyo, schedule: 'every day at 9', window: 36h}\n")
    slots = room.run("schedule", "--from", "2026-03-20", "--count", "2", "--json").json
    assert [(each["newsletter"], each["local"]) for each in slots] == [
        ("weekly", "2026-03-23T08:00:00+01:00"),
        ("weekly", "2026-03-30T08:00:00+02:00"),
        ("daily", "2026-03-20T09:00:00+09:00"),
        ("daily", "2026-03-21T09:00:00+09:00"),
    ]
    assert slots[2]["window"] == {"start": "2026-03-18T12:00:00Z", "end": "2026-03-20T00:00:00Z"}
    text = room.run("schedule", "daily", "--from", "2026-03-20", "--count", "1").out
    unnamed = room.run("schedule", "--from", "2026-03-20", "--count", "1").out
    assert unnamed.splitlines()[1] == f"daily\t{text}".rstrip("\n")
    assert text == "Fri 2026-03-20 09:00 JST\t2026-03-20T00:00:00Z\tWed 2026-03-18 21:00 JST\t\n"


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("zone", "day", "schedule", "note"),
    [
        (
            "Europe/Berlin",
            "2026-03-29",
            "30 2 * * *",
            "02:30 does not exist that day: the first instant after it; the clocks go forward 1 h in its window",
        ),
        (
            "Europe/Berlin",
            "2026-10-25",
            "30 2 * * *",
            "02:30 comes twice that day: the first time",
        ),
        ("Europe/Berlin", "2026-10-26", "30 2 * * *", "the clocks go back 1 h in its window"),
        ("Australia/Lord_Howe", "2026-10-05", "0 8 * * mon", "the clocks go forward 30 min in its window"),
    ],
)
def test_schedule_says_what_clock_changes_do(room, zone, day, schedule, note):
    configure(room, schedule)
    text = (room.root / "config.yaml").read_text()
    room.write("config.yaml", text.replace("timezone: Europe/Berlin\n    schedule", f"timezone: {zone}\n    schedule"))
    (slot,) = room.run("schedule", "--from", day, "--count", "1", "--json").json
    assert slot["note"] == note


def test_schedule_says_when_there_is_none_to_come(room, clock):
    configure(room, more="    end: 2026-03-20\n")
    some = room.run("schedule", "--json")
    assert [each["slot"] for each in some.json] == ["2026-03-16T07:00:00Z"]
    assert "weekly: no more slots after Mon 2026-03-16 08:00 CET: `end` 2026-03-20 is reached" in some.err
    none = room.run("schedule", "--from", "2026-04-01", "--json")
    assert (none.code, none.json) == (0, [])
    assert "weekly: no slot from Wed 2026-04-01 00:00 CEST on: `end` 2026-03-20 is reached" in none.err


def test_schedule_shows_which_slots_a_pause_covers(room, clock):
    room.run("pause", "weekly", "--until", "2026-03-25")
    slots = room.run("schedule", "--count", "3", "--json").json
    assert [each["note"] for each in slots] == ["paused", "paused", "the clocks go forward 1 h in its window"]


# --- rehearse ---------------------------------------------------------------------------------------------------------


def test_rehearse_shows_what_run_then_makes_and_writes_nothing(room, clock):
    before = room.files(".")
    rehearsed = room.run("rehearse", "weekly", "--from", "2026-02-23", "--to", "2026-03-10", "--json")
    assert rehearsed.code == 0
    assert room.files(".") == before
    assert [(each["edition"], each["status"], each["dry_run"]) for each in rehearsed.json] == [
        (EDITIONS[0], "skipped", True),
        (EDITIONS[1], "composed", True),
        (EDITIONS[2], "composed", True),
    ]
    assert rehearsed.json[0]["reason"] == "0 stories found, and the minimum is 1"
    # What is in one edition is in no later one: the third takes what found no place in the second.
    assert not set(rehearsed.json[1]["articles"]) & set(rehearsed.json[2]["articles"])
    assert rehearsed.json[1]["deliveries"] == room.deliveries(planned=1, waiting=1)
    made = room.run("run", "weekly", "--at", "2026-03-02T12:00:00Z", "--json").json
    same = ("newsletter", "edition", "slot", "window", "articles")
    assert {key: made[key] for key in same} == {key: rehearsed.json[1][key] for key in same}


def test_rehearse_for_a_person(room, clock):
    room.run("run", "weekly", "--at", "2026-03-02T12:00:00Z")
    before = room.files(".")
    span = ("--from", "2026-02-23", "--to", "2026-03-16T08:00")
    text = room.run("rehearse", "weekly", *span).out
    assert "  made before: edition 2026-03-02T0700Z, 3 stories; 1 of 1 message delivered" in text
    assert "slot Mon 2026-03-09 08:00 CET, window from Mon 2026-03-02 08:00 CET" in text
    assert "  edition 2026-03-09T0700Z would have 1 story (1 late) and go out as 1 message" in text
    assert "  left out: 1 draft, 1 not yet published, 1 too old" in text
    assert "  no edition: 0 stories found, and the minimum is 1" in text
    assert "2026-03-16" not in text
    assert text.endswith("3 slots: 1 made before, 1 skipped, 1 to be made; nothing was written\n")
    assert "Third time" not in text
    verbose = room.run("rehearse", "weekly", *span, "--verbose").out
    assert "    late: Third time" in verbose
    assert "    in window: Fourth & last" in verbose
    assert room.files(".") == before


def test_rehearse_knows_pauses_and_what_was_skipped(room, clock):
    clock(datetime(2026, 3, 1, tzinfo=UTC))
    room.run("pause", "weekly", "--until", "2026-03-08", "--reason", "carnival")
    span = ("--from", "2026-03-02", "--to", "2026-03-10")
    first, second = room.run("rehearse", "weekly", *span, "--json").json
    assert (first["status"], first["reason"]) == ("skipped", "paused since 2026-03-01 01:00 CET (carnival)")
    # The span of the paused slot goes to the next one.
    assert second["window"]["start"] == "2026-02-23T07:00:00Z"
    assert len(second["articles"]) == 3
    room.run("resume", "weekly")
    room.article("two/fourth.md", "Gone", "2020-01-01", "Two", "Too old.")
    configure(room, more="    minimum: 9\n")
    room.run("run", "weekly", "--at", "2026-03-02T12:00:00Z")
    assert "  skipped before: " in room.run("rehearse", "weekly", *span).out


def test_rehearse_and_backfill_say_when_there_were_more_slots(room, clock, monkeypatch):
    monkeypatch.setattr("digest.core.schedule.slots_between.__defaults__", (2,))
    monkeypatch.setattr(rehearse_command, "CAP", 2)
    monkeypatch.setattr(backfill_command, "CAP", 2)
    rehearsed = room.run("rehearse", "weekly", "--from", "2026-02-20", "--to", "2026-04-01", "--json")
    assert len(rehearsed.json) == 2
    assert "there are more than 2 slots; for the rest, go on with --from 2026-03-09T07:00:00Z" in rehearsed.err
    filled = room.run("backfill", "weekly", "--from", "2026-02-20", "--json")
    assert len(lines(filled)) == 2
    assert "weekly: there are more than 2 slots; for the rest, go on with --from 2026-03-09T07:00:00Z" in filled.err
    rest = room.run("backfill", "weekly", "--from", "2026-03-02", "--json")
    assert len(lines(rest)) == 2
    assert "more than" not in rest.err


# --- backfill ---------------------------------------------------------------------------------------------------------


def test_backfill_makes_what_is_missing_once(room, clock):
    room.article("one/early.md", "Early", "2026-02-20", "One", "It was early.")
    first = room.run("backfill", "weekly", "--from", "2026-02-20", "--json")
    assert first.code == 0
    made = lines(first)
    assert [(each["edition"], each["status"]) for each in made] == [(name, "composed") for name in EDITIONS]
    assert all(each["deliveries"] == room.deliveries(planned=1, accepted=1) for each in made)
    assert sum(name.startswith("mail/") for name in room.files()) == 3
    before = room.files()
    again = room.run("backfill", "weekly", "--from", "2026-02-20", "--json")
    assert [each["status"] for each in lines(again)] == ["exists"] * 3
    assert room.files() == before


def test_backfill_stops_where_it_is_told(room, clock):
    text = room.run("backfill", "weekly", "--from", "2026-03-01", "--to", "2026-03-09T08:00").out
    assert "edition 2026-03-02T0700Z: 3 stories, chosen and why:" in text
    assert "2026-03-09" not in text
    nothing = room.run("backfill", "weekly", "--from", "2026-03-03", "--to", "2026-03-04")
    assert "weekly: no slot from Tue 2026-03-03 00:00 CET on, nothing to make" in nothing.out


def test_backfill_up_to_now_takes_a_slot_at_this_instant_and_none_to_come(room, clock):
    clock(datetime(2026, 3, 9, 7, tzinfo=UTC))
    made = lines(room.run("backfill", "weekly", "--from", "2026-03-09", "--to", "2026-06-01", "--json"))
    assert [each["edition"] for each in made] == ["2026-03-09T0700Z"]


def test_backfill_without_mail_writes_to_nobody_now_or_later(room, clock):
    filled = room.run("backfill", "weekly", "--from", "2026-03-01", "--to", "2026-03-03", "--no-mail", "--json")
    assert filled.code == 0
    assert lines(filled)[0]["deliveries"] == room.deliveries()
    assert {name.split("/")[0] for name in room.files()} == {"weekly"}
    room.run("run", "weekly", "--at", "2026-03-02T12:00:00Z")
    assert {name.split("/")[0] for name in room.files()} == {"weekly"}


def test_backfill_without_mail_is_not_bothered_by_what_waits_for_a_sink_that_is_configured(room, clock):
    room.write("out/mail", "a file where the folder should be")
    assert room.run("run", "weekly", "--at", "2026-03-02T12:00:00Z").code == 1
    filled = room.run("backfill", "weekly", "--from", "2026-03-09", "--no-mail")
    assert (filled.code, "still wait" in filled.err) == (0, False)
    # Of one that is not configured any more, it speaks.
    configure(room, more="sinks: [{path: box, format: maildir}]\n")
    room.article("one/early.md", "Early", "2026-02-20", "One", "It was early.")
    filled = room.run("backfill", "weekly", "--from", "2026-02-20", "--to", "2026-03-01", "--no-mail")
    assert filled.code == 1
    assert "1 message of weekly 2026-03-02T0700Z still wait for the sink 'file:out/mail'" in filled.err


def test_backfill_dry_run_writes_nothing(room, clock):
    before = room.files(".")
    filled = room.run("backfill", "--from", "2026-02-20", "--dry-run", "--json")
    assert [(each["edition"], each["dry_run"]) for each in lines(filled)] == [(name, True) for name in EDITIONS]
    assert room.files(".") == before


def test_backfill_dry_run_is_as_brief_as_rehearse(room, clock):
    room.run("run", "weekly", "--at", "2026-03-02T12:00:00Z")
    before = room.files(".")
    span = ("--from", "2026-03-02", "--dry-run")
    named, rehearsed = (
        room.run("backfill", "weekly", *span),
        room.run("rehearse", "weekly", *span[:2], "--to=2026-03-10"),
    )
    assert (named.code, named.out) == (0, rehearsed.out)
    assert named.out.endswith("2 slots: 1 made before, 1 to be made; nothing was written\n")
    assert "Third time" not in named.out
    assert "    late: Third time" in room.run("backfill", "weekly", *span, "--verbose").out
    assert room.files(".") == before
    # Of several newsletters, each slot says whose it is, and one total counts them all.
    configure(room, more="  monthly: {title: M, timezone: UTC, schedule: '0 8 1 * *'}\n")
    each = room.run("backfill", "--from", "2026-03-01", "--dry-run").out
    assert "\nweekly: slot Mon 2026-03-02 08:00 CET, window from " in each
    assert "\nmonthly: slot Sun 2026-03-01 08:00 UTC, window from " in each
    assert each.count("nothing was written") == 1
    assert each.endswith("3 slots: 1 made before, 2 to be made; nothing was written\n")


def test_backfill_of_each_newsletter_goes_on_past_one_that_fails(room, clock):
    configure(room, more="  monthly: {title: M, timezone: UTC, schedule: '0 8 1 * *'}\n")
    room.write("out/weekly", "a file where the folder should be")
    filled = room.run("backfill", "--from", "2026-03-01", "--json")
    assert filled.code == 1
    assert "out/weekly" in filled.err
    assert [(each["newsletter"], each["status"]) for each in lines(filled)] == [("monthly", "composed")]


def test_backfill_leaves_alone_what_is_paused(room, clock):
    room.run("pause", "weekly", "--reason", "carnival")
    filled = room.run("backfill", "weekly", "--from", "2026-03-01", "--json")
    assert (filled.code, filled.out) == (0, "")
    assert "weekly: paused until further notice (carnival), nothing is made; end it with:" in filled.err
    assert room.run("editions", "--json").json == []


# --- pause and resume -------------------------------------------------------------------------------------------------


def test_pause_and_resume(room, clock):
    clock(NOW.replace(microsecond=123))
    paused = room.run("pause", "weekly", "--until", "2026-03-25T08:00", "--reason", "the desk\nis away")
    assert paused.code == 0
    assert "weekly: paused until Wed 2026-03-25 08:00 CET (the desk is away)" in paused.out
    assert "recorded as skipped; what they would have covered goes to the next edition" in paused.out
    assert "resume weekly" in paused.out
    with store(room) as kept:
        (pause,) = kept.standings.pauses("weekly")
    assert (pause.start, pause.end, pause.reason) == (
        NOW,
        datetime(2026, 3, 25, 7, tzinfo=UTC),
        "the desk is away",
    )
    run = room.run("run", "weekly", "--at", "2026-03-16T12:00:00Z", "--json")
    assert (run.code, run.out) == (0, "")
    assert "paused until" in run.err
    resumed = room.run("resume", "weekly")
    assert (resumed.code, resumed.out) == (0, "weekly: goes on; its next slot is Mon 2026-03-16 08:00 CET\n")
    assert room.run("run", "weekly", "--at", "2026-03-16T12:00:00Z", "--json").json["edition"] == "2026-03-16T0700Z"


def test_pausing_again_says_so_and_changes_only_what_is_named(room, clock):
    room.run("pause", "weekly", "--until", "2026-04-01", "--reason", "carnival")
    clock(NOW + timedelta(hours=1))
    again = room.run("pause", "weekly")
    assert again.code == 0
    assert "was paused already, since Tue 2026-03-10 13:00 CET; nothing changed" in again.out
    longer = room.run("pause", "weekly", "--until", "2026-05-01")
    assert "paused until Fri 2026-05-01 00:00 CEST (carnival); it was paused already" in longer.out
    room.run("pause", "weekly", "--reason", "lent")
    with store(room) as kept:
        (pause,) = kept.standings.pauses("weekly")
    assert (pause.start, pause.end, pause.reason) == (NOW, datetime(2026, 4, 30, 22, tzinfo=UTC), "lent")


def test_resume_of_what_is_not_paused_is_fine_and_makes_no_store(room, clock):
    before = room.files(".")
    resumed = room.run("resume", "--all")
    assert (resumed.code, resumed.err) == (0, "")
    assert "weekly: is not paused, nothing changed; its next slot is Mon 2026-03-16 08:00 CET" in resumed.out
    assert room.files(".") == before


def test_pause_of_all_reads_the_day_in_each_zone(room, clock):
    configure(room, more="  daily: {title: D, timezone: Asia/Tokyo, schedule: '@daily', window: 2d}\n")
    paused = room.run("pause", "--all", "--until", "2026-03-20")
    assert "weekly: paused until Fri 2026-03-20 00:00 CET" in paused.out
    assert "daily: paused until Fri 2026-03-20 00:00 JST" in paused.out
    assert "the next edition covers its fixed window" in paused.out
    resumed = room.run("resume", "--all").out
    assert [line.partition(";")[0] for line in resumed.splitlines()] == ["weekly: goes on", "daily: goes on"]


def test_a_mistake_pauses_nothing(room, clock):
    # 10 March, 13:00 in Berlin; 21:00 in Tokyo.
    configure(room, more="  daily: {title: D, timezone: Asia/Tokyo, schedule: '@daily'}\n")
    paused = room.run("pause", "--all", "--until", "2026-03-10T20:00")
    assert paused.code == 2
    assert "--until 2026-03-10T20:00 lies in the past: it is Tue 2026-03-10 21:00 JST now" in paused.err
    with store(room) as kept:
        assert kept.standings.pauses("weekly") == ()


def test_slots_of_a_pause_are_recorded_and_their_span_goes_to_the_next_edition(room, clock):
    for day, args in (
        (1, ("run", "weekly", "--due")),
        (1, ("pause", "weekly", "--reason", "carnival")),
        (2, ("run", "weekly", "--due")),
        (3, ("resume", "weekly")),
        (10, ("run", "weekly", "--due")),
    ):
        clock(datetime(2026, 3, day, 12, tzinfo=UTC))
        assert room.run(*args).code == 0
    second, first = room.run("editions", "--json").json
    assert (first["status"], first["reason"]) == ("skipped", "paused since 2026-03-01 13:00 CET (carnival)")
    assert (second["status"], second["window"]["start"]) == ("composed", "2026-02-23T07:00:00Z")


# --- status -----------------------------------------------------------------------------------------------------------


def daemon(**changes) -> DaemonState:
    said = {
        "holder": processes.holder(),
        "started": NOW - timedelta(days=1),
        "ticked": NOW - timedelta(seconds=5),
        "tick": 15.0,
        "version": "1.2",
        "config": "/srv/config.yaml",
        "state": "running",
        "address": "127.0.0.1:8025",
    }
    return DaemonState(**{**said, **changes})


def note(room, *states: DaemonState) -> None:
    with store(room) as kept:
        for state in states:
            kept.daemons.note(state)


def wrong(room, code=1):
    result = room.run("status", "--json")
    assert result.code == code
    return [(each["what"], each["place"], each["message"]) for each in result.json["wrong"]]


def test_status_without_a_store(room, clock):
    before = room.files(".")
    result = room.run("status", "--json")
    assert (result.code, result.err) == (0, "")
    nothing = dict.fromkeys(("last", "paused", "failing", "overdue"))
    assert result.json == {
        "daemons": [],
        "newsletters": [
            {
                "newsletter": "weekly",
                "title": "The Test Weekly",
                "next": {"slot": "2026-03-16T07:00:00Z", "local": "2026-03-16T08:00:00+01:00"},
                "waiting": 0,
                "stopped": "",
                "held": [],
                "uncertain": 0,
                **nothing,
            }
        ],
        "wrong": [],
    }
    text = room.run("status").out
    assert "no daemon has worked here within the last week" in text
    assert text.endswith("nothing is wrong\n")
    assert room.files(".") == before


def test_status_of_a_newsroom_at_work(room, clock):
    room.run("run", "weekly", "--at", "2026-03-09T07:00:00Z")
    room.run("pause", "weekly", "--until", "2026-03-25", "--reason", "carnival")
    note(room, daemon())
    result = room.run("status", "--json")
    assert (result.code, result.json["wrong"]) == (0, [])
    assert result.json["daemons"] == [
        {
            "holder": processes.holder(),
            "version": "1.2",
            "config": "/srv/config.yaml",
            "state": "running",
            "started": "2026-03-09T12:00:00Z",
            "ticked": "2026-03-10T11:59:55Z",
            "fresh": True,
            "trouble": "",
            "address": "127.0.0.1:8025",
        }
    ]
    (newsletter,) = result.json["newsletters"]
    assert newsletter["last"] == {
        "slot": "2026-03-09T07:00:00Z",
        "local": "2026-03-09T08:00:00+01:00",
        "edition": "2026-03-09T0700Z",
        "status": "composed",
    }
    assert newsletter["paused"] == {
        "start": "2026-03-10T12:00:00Z",
        "until": "2026-03-24T23:00:00Z",
        "reason": "carnival",
    }
    text = room.run("status").out
    assert f"daemon {processes.holder()}: running\n" in text
    assert "  http://127.0.0.1:8025/healthz and /metrics" in text
    assert "  last     Mon 2026-03-09 08:00 CET, composed (2026-03-09T0700Z)" in text
    assert "  next     Mon 2026-03-16 08:00 CET" in text
    assert "  paused until Wed 2026-03-25 00:00 CET (carnival), since Tue 2026-03-10 13:00 CET" in text


@pytest.mark.parametrize(
    ("changes", "state", "found"),
    [
        # Three ticks of 15 s and 30 s more.
        ({"ticked": NOW - timedelta(seconds=75)}, "running", []),
        ({"ticked": NOW - timedelta(seconds=76)}, "silent", ["silent"]),
        ({"ticked": NOW - timedelta(days=1), "state": "stopped", "trouble": "old"}, "stopped", []),
        ({"ticked": NOW + timedelta(hours=1)}, "silent", ["silent"]),
        ({"trouble": "config.yaml:3: is wrong"}, "running", ["trouble"]),
    ],
)
def test_status_of_daemons(room, clock, changes, state, found):
    note(room, daemon(**changes))
    assert [what for what, _, _ in wrong(room, 1 if found else 0)] == found
    assert [each["state"] for each in room.run("status", "--json").json["daemons"]] == [state]


def test_status_of_a_daemon_that_was_killed(room, clock):
    process = room.start("--help")
    process.communicate()
    here = processes.holder()
    host, _, mark = here.split("/")
    gone = f"{host}/{process.pid}/{mark.rpartition('-')[0]}-1"
    note(room, daemon(holder=gone))
    if not processes.is_gone(gone):
        pytest.skip("nothing here tells whether another process lives")
    ((what, place, message),) = wrong(room)
    assert (what, place) == ("killed", gone)
    assert "serve" in message
    # After a week nobody is reminded of it.
    clock(NOW + timedelta(days=7, seconds=-5))
    assert [what for what, _, _ in wrong(room)] == ["killed"]
    clock(NOW + timedelta(days=7))
    assert wrong(room, 0) == []
    clock(NOW)
    # One that started after it does its work; one with another configuration does not, nor one that ran before.
    note(room, daemon(config="/other.yaml", started=NOW - timedelta(seconds=4)))
    assert [what for what, _, _ in wrong(room)] == ["killed"]
    note(room, daemon(started=NOW - timedelta(minutes=4)))
    assert [what for what, _, _ in wrong(room)] == ["killed"]
    note(room, daemon(started=NOW - timedelta(seconds=4)))
    assert wrong(room, 0) == []


def test_a_daemon_that_fell_silent_is_replaced_by_any_that_was_started_since(room, clock):
    silent = daemon(holder="there/1/x", ticked=NOW - timedelta(hours=2))
    note(room, silent)
    assert [what for what, _, _ in wrong(room)] == ["silent"]
    # Stopped since, and it had started before the first fell silent.
    other = {"holder": "there/2/x", "state": "stopped"}
    note(room, daemon(**other, started=NOW - timedelta(hours=3), ticked=NOW - timedelta(hours=1)))
    assert [what for what, _, _ in wrong(room)] == ["silent"]
    note(room, daemon(**other, started=NOW - timedelta(hours=2) + timedelta(seconds=1), ticked=NOW))
    assert wrong(room, 0) == []
    # One that was started since and fell silent itself: of the two, the later is wrong.
    note(room, daemon(holder="there/2/x", started=NOW - timedelta(minutes=50), ticked=NOW - timedelta(minutes=40)))
    assert [place for _, place, _ in wrong(room)] == ["there/2/x"]


def test_no_daemon_replaces_itself_and_one_that_runs_replaces_one_of_the_future(room, clock):
    # The clock was set back since it started.
    note(room, daemon(holder="there/1/x", started=NOW - timedelta(hours=1), ticked=NOW - timedelta(hours=2)))
    assert [what for what, _, _ in wrong(room)] == ["silent"]
    note(room, daemon(holder="there/1/x", ticked=NOW + timedelta(days=3650)))
    note(room, daemon(holder="there/2/x", state="stopped"))
    assert [what for what, _, _ in wrong(room)] == ["silent"]
    note(room, daemon(holder="there/2/x"))
    assert wrong(room, 0) == []


def test_trouble_of_a_daemon_that_runs_is_told_though_another_was_started_since(room, clock):
    note(
        room, daemon(trouble="it is wrong"), daemon(holder="there/2/x", started=NOW - timedelta(seconds=1), ticked=NOW)
    )
    assert [what for what, _, _ in wrong(room)] == ["trouble"]


def test_status_says_where_to_look_when_a_daemon_is_silent(room, clock):
    note(room, daemon(ticked=NOW - timedelta(minutes=5)))
    ((_, _, message),) = wrong(room)
    assert message.startswith("the daemon has said nothing since Tue 2026-03-10 12:55 CET; it hangs, or may be unable")
    assert "unable to write to the store: see http://127.0.0.1:8025/healthz and its log" in message


def test_status_shows_daemons_that_matter_and_counts_the_rest(room, clock):
    def stopped(number: int) -> DaemonState:
        return daemon(holder=f"there/{number}/x", state="stopped", ticked=NOW - timedelta(days=number))

    note(room, stopped(1))
    assert "no daemon runs; 1 earlier one within the last week (--json names all)\n" in room.run("status").out
    late = daemon(holder="there/8/x", started=NOW - timedelta(minutes=3), ticked=NOW - timedelta(seconds=90))
    note(room, stopped(2), late, daemon(holder="there/9/x", started=NOW - timedelta(hours=26)))
    text = room.run("status").out
    assert [line for line in text.splitlines() if line.startswith(("daemon", "and"))] == [
        "daemon there/9/x: running",
        "daemon there/8/x: silent",
        "and 2 earlier ones within the last week (--json names all)",
    ]
    assert "/srv/config.yaml, since Mon 2026-03-09 11:00 CET (26 h ago)\n" in text
    assert "  last tick Tue 2026-03-10 12:59 CET (5 s ago), one every 15 s\n" in text
    assert "since Tue 2026-03-10 12:57 CET (3 min ago)\n" in text
    assert "12:58 CET (90 s ago)" in text
    assert len(room.run("status", "--json").json["daemons"]) == 4


def test_status_of_a_daemon_whose_clock_was_ahead(room, clock):
    note(room, daemon(started=NOW - timedelta(days=3), ticked=NOW + timedelta(minutes=10)))
    text = room.run("status").out
    assert "(3 days ago)" in text
    assert "(in 10 min)" in text


def test_status_says_which_slot_is_overdue(room, clock):
    clock(datetime(2026, 3, 8, tzinfo=UTC))
    room.run("run", "weekly", "--due")  # met: slots count from here
    clock(datetime(2026, 3, 9, 7, 10, tzinfo=UTC))
    assert wrong(room, 0) == []
    clock(datetime(2026, 3, 9, 7, 11, tzinfo=UTC))
    ((what, place, message),) = wrong(room)
    assert (what, place) == ("overdue", "weekly")
    assert message.startswith("the slot of Mon 2026-03-09 08:00 CET is overdue, nothing is recorded of it")
    clock(datetime(2026, 3, 17, tzinfo=UTC))  # the earliest of two
    assert "Mon 2026-03-09" in wrong(room)[0][2]
    # A changed schedule counts from when somebody looks next.
    text = (room.root / "config.yaml").read_text()
    configure(room, "0 9 * * mon")
    assert wrong(room, 0) == []
    room.write("config.yaml", text)
    room.run("run", "weekly", "--due")
    assert wrong(room, 0) == []


def test_a_slot_in_a_pause_is_not_overdue(room, clock):
    clock(datetime(2026, 3, 8, tzinfo=UTC))
    room.run("run", "weekly", "--due")
    room.run("pause", "weekly")
    clock(datetime(2026, 3, 9, 9, tzinfo=UTC))
    assert wrong(room, 0) == []


def test_status_says_what_fails_and_what_waits_for_nobody(room, clock):
    room.write("out/mail", "a file where the folder should be")
    room.run("run", "weekly", "--at", "2026-03-09T12:00:00Z")
    ((what, place, message),) = wrong(room)
    assert (what, place) == ("failing", "weekly")
    assert message.startswith("has failed since Mon 2026-03-09 13:00 CET: ")
    (newsletter,) = room.run("status", "--json").json["newsletters"]
    assert newsletter["waiting"] == 1
    assert newsletter["failing"]["since"] == "2026-03-09T12:00:00Z"
    configure(room, more="sinks: [{path: box, format: maildir}]\n")
    assert [what for what, _, _ in wrong(room)] == ["failing", "waiting"]
    text = room.run("status")
    assert "  waiting  1 message" in text.out
    assert "1 message of 2026-03-09T0700Z wait for the sink 'file:out/mail', which is not configured" in text.err
    quiet = room.run("status", "--quiet")
    assert (quiet.code, quiet.out) == (1, "")
    assert quiet.err.count("\n") == 2


def test_status_counts_what_was_set_aside(room, clock):
    room.write("articles/one/broken.md", "---\ntitle: [\n---\nText.\n")
    room.run("run", "weekly", "--at", "2026-03-09T12:00:00Z")
    ((what, _, message),) = wrong(room)
    assert what == "set aside"
    assert message.startswith("1 article set aside; see which, and why, with: ")


def test_status_says_what_was_made_for_the_future(room, clock):
    room.run("run", "weekly", "--due")
    room.run("run", "weekly", "--at", "2026-03-16T07:00:00Z")
    ((what, place, message),) = wrong(room)
    assert (what, place) == ("future", "weekly")
    assert message.startswith("2026-03-16T0700Z is composed already, and its slot, Mon 2026-03-16 08:00 CET,")
    assert room.run("status", "--json").json["newsletters"][0]["last"] is None


def test_status_says_when_a_newsletter_was_met_by_a_clock_that_was_ahead(room, clock):
    def met(instant: datetime) -> None:
        with store(room) as kept:
            _, timetable = kept.standings.since("weekly")
            kept.standings.meet("weekly", timetable, instant)

    room.run("run", "weekly", "--due")
    met(NOW + timedelta(minutes=5))
    assert wrong(room, 0) == []
    met(NOW + timedelta(minutes=5, seconds=1))
    ((what, place, message),) = wrong(room)
    assert (what, place) == ("future", "weekly")
    assert "its slots count from Tue 2026-03-10 13:05 CET on" in message
    # What the message says mends it.
    room.run("run", "weekly", "--due")
    assert wrong(room, 0) == []


def test_status_names_newsletters_that_the_configuration_no_longer_has(room, clock):
    configure(room, more="  daily: {title: D, timezone: UTC, schedule: '0 8 * * mon'}\n")
    for key in ("weekly", "daily"):
        room.run("run", key, "--at", "2026-03-09T12:00:00Z")
    assert wrong(room, 0) == []
    text = (room.root / "config.yaml").read_text()
    room.write("config.yaml", text.replace("  weekly:", "  monday:").replace("  daily:", "  morning:"))
    ((what, place, message),) = wrong(room)
    assert (what, place) == ("unknown", str(room.root / "config.yaml"))
    assert message.startswith("has no 'daily', 'weekly', of which the store has editions; one that was renamed starts")
    # What the message says mends it: the key is kept, what is over with its end.
    room.write("config.yaml", text.replace("'0 8 * * mon'}", "'0 8 * * mon', end: 2026-03-09}"))
    assert wrong(room, 0) == []


def test_status_of_a_configuration_that_cannot_be_read(room, clock):
    configure(room, more="nonsense: 1\n")
    result = room.run("status", "--json")
    assert (result.code, result.out) == (2, "")
    assert "config.yaml:11" in result.err
    assert "nonsense" in result.err


# --- usage ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("schedule", "weekyl"), "did you mean 'weekly'?"),
        (("schedule", "--from", "soon"), "'soon' is neither day nor time"),
        (("schedule", "--count", "0"), "0 is not in the range"),
        (("rehearse", "weekyl", "--from", "2026-03-01", "--to", "2026-03-02"), "did you mean 'weekly'?"),
        (("rehearse", "weekly", "--from", "2026-03-01"), "Missing option '--to'"),
        (("rehearse", "weekly", "--from", "2026-03-02", "--to", "2026-03-02"), "does not lie after --from"),
        (("backfill", "weekyl", "--from", "2026-03-01"), "did you mean 'weekly'?"),
        (("backfill", "--from", "2026-03-11"), "lies in the future"),
        (("backfill", "--from", "2026-03-02", "--to", "2026-03-01"), "does not lie after --from"),
        (("pause",), "name a newsletter, or give --all"),
        (("pause", "weekly", "--all"), "name a newsletter or give --all, not both"),
        (("pause", "weekyl"), "did you mean 'weekly'?"),
        (("pause", "weekly", "--until", "2026-03-10T12:00:00Z"), "lies in the past"),
        (("resume",), "name a newsletter, or give --all"),
        (("resume", "weekyl"), "did you mean 'weekly'?"),
    ],
)
def test_usage_of_the_operator_s_commands(room, clock, args, said):
    result = room.run(*args)
    assert result.code == 2
    assert said in result.err
    assert "Traceback" not in result.err
