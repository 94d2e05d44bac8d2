"""Writing to the operator: a real store, real feeds that fail, a real relay."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from threading import Barrier, Thread

import pytest

sys.path.insert(0, str(Path(__file__).parent / "fetch"))
sys.path.insert(0, str(Path(__file__).parent / "delivery/smtp"))

from scripted import Server
from web_server import answer, serving

from digest.app import Newsroom
from digest.core.errors import StoreError, TemplateError
from digest.core.fetching import Visit
from digest.core.roster import Enrolment
from digest.notifying import notify
from digest.standing import newsletters_of, wrong_in

START = datetime(2026, 3, 3, 7, tzinfo=UTC)
GOOD = answer(
    b"<rss version='2.0'><channel><title>T</title><item><title>One</title><link>https://example.org/1</link>"
    b"<description>A text.</description></item></channel></rss>"
)
BAD, GONE = answer(status=500), answer(status=410)
LATER = "451 4.7.1 greylisted"
NAMES = ("Pumps", "Wells")


class Watched:
    """A newsroom with two feeds and a relay, at a clock of its own, and an operator."""

    def __init__(self, root, web, relay) -> None:
        self.root, self.web, self.relay, self.now = root, web, relay, START
        (root / "articles").mkdir()
        self.configure()

    def configure(self, notify: str = "ops@example.net", names: tuple[str, ...] = NAMES, more: str = "") -> None:
        feeds = "".join(
            f"  - {{type: feed, url: '{self.web.url(f'/{name}')}', name: {name}, local: true}}\n" for name in names
        )
        (self.root / "config.yaml").write_text(f"""\
site: {{title: The Test, url: https://news.example.org}}
sources:
  - {{type: folder, path: articles}}
{feeds}newsletters:
  weekly: {{title: Weekly, from: Desk <desk@example.org>, timezone: UTC, schedule: "0 8 * * mon"}}
sinks: [{{type: smtp, host: 127.0.0.1, port: {self.relay.port}, security: none}}]
notify: {notify}
{more}""")

    def opened(self) -> Newsroom:
        return Newsroom.open(self.root / "config.yaml", clock=lambda: self.now)

    def stand(self, at: str = "", **how: str) -> None:
        """Feeds from now on "work", are "gone", or "fail" for the first time: as a round would have noted it."""
        self.now += timedelta(minutes=1)
        with self.opened() as newsroom:
            for name, each in how.items():
                visit = Visit(self.web.url(at or f"/{name}"), last_success=None if at and each != "work" else START)
                if each != "work":
                    visit = replace(visit, failures=1, failing_since=self.now, last_error=f"{name} is gone for good")
                newsroom.store.visits.keep(f"feed:{name}", replace(visit, reported=each == "gone"))

    def gather(self, rounds: int = 1, **answers: bytes) -> None:
        """Rounds an hour apart; the feeds that are named answer so from now on."""
        for name, each in answers.items():
            self.web.on(f"/{name}", each)
        with self.opened() as newsroom:
            for _ in range(rounds):
                self.now += timedelta(hours=1)
                newsroom.intake.collect(self.now, lambda items, **_: iter(items))

    def notify(self):
        with self.opened() as newsroom:
            return notify(newsroom)

    @property
    def notes(self) -> list[tuple[str, str]]:
        """Subject and text of what the operator got."""
        found = (message_from_bytes(message, policy=default) for _, message in self.relay.taken)
        return [(each["Subject"], " ".join(each.get_content().split())) for each in found]

    def status(self) -> list[str]:
        with self.opened() as newsroom:
            return [
                f"{each.what} {each.place}: {each.message}"
                for each in wrong_in(newsroom, (), newsletters_of(newsroom, self.now), "digest")
            ]


@pytest.fixture
def watched(tmp_path):
    with serving() as web, Server() as relay:
        found = Watched(tmp_path, web, relay)
        found.stand(Pumps="work", Wells="work")
        yield found


def test_nothing_is_told_while_all_is_well_or_fails_for_a_short_time(watched):
    assert watched.notify() == []
    watched.stand(Pumps="fail")
    assert watched.notify() == []
    assert watched.relay.peers == []


def test_nobody_is_written_to_where_nobody_is_named(watched):
    watched.configure(notify="[]")
    watched.stand(Pumps="gone")
    assert watched.notify() == []
    assert watched.relay.taken == []


def test_trouble_is_told_once_and_its_end_once_and_then_it_may_begin_anew(watched):
    watched.configure(names=("Pumps",))
    watched.gather(12, Pumps=BAD)
    for _ in range(3):
        watched.notify()
    ((subject, text),) = watched.notes
    assert subject == "The Test: feed:Pumps is in trouble"
    assert "- feed:Pumps: nothing has come of it since Tue 2026-03-03 08:01 UTC: " in text
    assert "answers 500" in text
    assert "Wells" not in text
    assert "Well again" not in text
    watched.gather(12)
    watched.notify()
    assert len(watched.notes) == 1
    watched.gather(7, Pumps=GOOD)
    for _ in range(3):
        watched.notify()
    assert watched.notes[1][0] == "The Test: feed:Pumps is well again"
    assert "- feed:Pumps: something comes of it again" in watched.notes[1][1]
    assert "In trouble" not in watched.notes[1][1]
    watched.gather(12, Pumps=GONE)
    watched.notify()
    assert [subject for subject, _ in watched.notes[2:]] == ["The Test: feed:Pumps is in trouble"]
    assert "gone for good" in watched.notes[2][1]


def test_what_a_round_has_found_is_one_message(watched):
    watched.stand(Pumps="gone")
    watched.notify()
    watched.stand(Pumps="work", Wells="gone")
    watched.notify()
    subject, text = watched.notes[1]
    assert subject == "The Test: 1 in trouble, 1 well again"
    assert text.index("In trouble") < text.index("feed:Wells") < text.index("Well again") < text.index("feed:Pumps")


def test_its_message_is_an_automatic_one_and_no_list_mail(watched):
    watched.stand(Pumps="gone")
    watched.notify()
    ((recipient, message),) = watched.relay.taken
    found = message_from_bytes(message, policy=default)
    assert (recipient, found["From"], found["To"]) == ("ops@example.net", "Desk <desk@example.org>", "ops@example.net")
    assert found["Auto-Submitted"] == "auto-generated"
    assert not [name for name in found if name.startswith("List-")]


def test_what_a_server_says_cannot_turn_or_break_a_line(watched):
    with watched.opened() as newsroom:
        said = "it says \u202emooD\r\nSubject: \x1b[31mwin"
        visit = Visit(watched.web.url("/Pumps"), failures=9, failing_since=START, last_error=said, reported=True)
        newsroom.store.visits.keep("feed:Pumps", visit)
    watched.notify()
    ((subject, text),) = watched.notes
    assert subject == "The Test: feed:Pumps is in trouble"
    assert "it says mooD Subject: [31mwin" in text


def test_each_address_hears_of_it_and_one_that_is_new_of_what_stands(watched):
    watched.configure(notify="[ops@example.net, ann@example.net]")
    watched.stand(Pumps="gone")
    watched.notify()
    watched.configure(notify="[ben@example.net, ann@example.net]")
    watched.notify()
    assert watched.relay.recipients == ["ops@example.net", "ann@example.net", "ben@example.net"]


def test_what_a_relay_defers_or_refuses_is_tried_again_with_growing_waits_and_status_says_so(watched):
    watched.stand(Pumps="gone")
    for reply in (LATER, "550 5.1.1 no such user", LATER):
        watched.relay.on["RCPT"] = lambda *_, reply=reply: reply
        (written,) = watched.notify()
        assert reply.split(" ", 1)[1] in written.error
        assert watched.notify() == []
        (wrong,) = (each for each in watched.status() if each.startswith("note "))
        assert wrong.startswith("note ops@example.net: no note to the operator gets there since Tue 2026-03-03 07:02")
        watched.now = written.again
    watched.relay.on.clear()
    (written,) = watched.notify()
    assert not written.error
    assert watched.relay.recipients == ["ops@example.net"]
    assert not [each for each in watched.status() if each.startswith("note ")]


def test_what_is_over_before_it_could_be_told_is_not_told(watched):
    watched.stand(Pumps="gone")
    watched.relay.on["RCPT"] = lambda *_: LATER
    watched.notify()
    watched.relay.on.clear()
    watched.stand(Pumps="work")
    assert watched.notify() == []
    assert watched.status() == []
    assert watched.notes == []


def test_what_may_have_arrived_is_not_told_again(watched):
    def hang_up(peer, _):
        peer.reset()

    watched.stand(Pumps="gone")
    watched.relay.on["dot"] = hang_up
    (written,) = watched.notify()
    assert "nobody knows" in written.error
    assert written.again is None
    watched.relay.on.clear()
    watched.now += timedelta(days=2)
    assert watched.notify() == []
    assert watched.notes == []


def test_a_relay_that_is_away_holds_nobody_up_for_long_and_is_asked_again(watched, monkeypatch):
    monkeypatch.setattr("digest.notifying.POSTING", 0.3)
    watched.relay.stop_listening()
    watched.stand(Pumps="gone")
    (written,) = watched.notify()
    assert written.error
    assert written.again == watched.now + timedelta(minutes=5)


def test_whoever_is_told_to_stop_leaves_the_note_for_another_time(watched):
    watched.stand(Pumps="gone")
    with watched.opened() as newsroom:
        assert notify(newsroom, lambda: True) == []
    watched.notify()
    assert len(watched.notes) == 1


def test_a_template_that_is_wrong_is_told_of_and_the_note_comes_once_it_is_mended(watched):
    template = watched.root / "templates/note.txt"
    template.parent.mkdir()
    template.write_text("{{ note.begin }}")
    watched.stand(Pumps="gone")
    (written,) = watched.notify()
    assert "did you mean 'begun'?" in written.error
    with watched.opened() as newsroom, pytest.raises(TemplateError, match="begun"):
        newsroom.messages.note("ops@example.net", written.news, START)
    template.write_text("{% for matter in note.begun %}Look: {{ matter.what }} {{ matter.place }}{% endfor %}")
    watched.now = written.again
    watched.notify()
    assert watched.notes[0][1] == "Look: source feed:Pumps"


def test_a_kill_on_the_way_loses_the_note_and_doubles_none(watched, monkeypatch):
    class Killed(BaseException):
        """What no part of the program catches."""

    def killed(*_):
        raise Killed

    watched.stand(Pumps="gone")
    with monkeypatch.context() as patch:
        patch.setattr("digest.posting.Posting.post", killed)
        with pytest.raises(Killed):
            watched.notify()
    assert watched.notify() == []
    assert [each.split(":")[0] for each in watched.status()] == ["source feed"]
    watched.stand(Pumps="work")
    watched.notify()
    assert [subject for subject, _ in watched.notes] == ["The Test: feed:Pumps is well again"]


def test_several_at_once_each_with_its_own_connection_tell_it_once(watched):
    watched.stand(Pumps="gone", Wells="gone")
    start, found, errors = Barrier(4), [], []

    def work() -> None:
        try:
            with watched.opened() as newsroom:
                start.wait(30)
                found.extend(notify(newsroom))
        except Exception as error:  # noqa: BLE001 looked at below
            errors.append(error)

    threads = [Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert errors == []
    assert len(found) == len(watched.notes) == 1
    assert watched.notes[0][0] == "The Test: 2 in trouble"


def test_a_source_that_was_taken_out_or_renamed_is_spoken_of_no_more(watched):
    watched.stand(Pumps="gone")
    watched.notify()
    watched.configure(names=("Wells",))
    assert watched.notify() == []
    watched.now += timedelta(days=2)
    assert watched.notify() == []
    with watched.opened() as newsroom:
        assert newsroom.store.notes.all()["ops@example.net"].told == ()
    # Once it is back and in trouble still, that is news again.
    watched.configure()
    watched.stand(Pumps="gone")
    watched.notify()
    assert [subject for subject, _ in watched.notes] == ["The Test: feed:Pumps is in trouble"] * 2


def test_two_daemons_of_which_one_has_not_read_the_new_configuration_do_not_tell_it_over_and_over(watched):
    watched.stand(Pumps="gone")
    before = watched.opened()
    watched.notify()
    watched.configure(names=("Wells",))
    for _ in range(10):
        watched.now += timedelta(minutes=1)
        watched.notify()
        notify(before)
    before.__exit__(None, None, None)
    assert len(watched.notes) == 1


def test_one_that_has_another_address_is_well_again_once_something_came_from_there(watched):
    watched.stand(Pumps="gone")
    watched.notify()
    config = watched.root / "config.yaml"
    config.write_text(config.read_text().replace("/Pumps'", "/new'"))
    assert watched.notify() == []
    watched.stand(at="/new", Pumps="fail")
    assert watched.notify() == []
    watched.stand(at="/new", Pumps="work")
    watched.notify()
    assert [subject for subject, _ in watched.notes][1:] == ["The Test: feed:Pumps is well again"]


def test_a_clock_that_is_set_back_tells_nothing_twice_and_keeps_nothing_back(watched):
    watched.stand(Pumps="gone")
    watched.relay.on["RCPT"] = lambda *_: LATER
    watched.now += timedelta(days=3650)
    watched.notify()
    watched.relay.on.clear()
    watched.now -= timedelta(days=3650)
    watched.notify()
    assert len(watched.notes) == 1
    watched.now -= timedelta(days=400)
    assert watched.notify() == []
    watched.stand(Wells="gone")
    watched.notify()
    assert [subject for subject, _ in watched.notes][1:] == ["The Test: feed:Wells is in trouble"]


def test_a_newsletter_that_fails_for_an_hour_is_told_of_and_that_it_works_again(watched):
    with watched.opened() as newsroom:
        newsroom.store.standings.fail("weekly", "templates/email.html:3: syntax error", watched.now)
    watched.now += timedelta(minutes=59)
    assert watched.notify() == []
    watched.now += timedelta(minutes=1)
    watched.notify()
    with watched.opened() as newsroom:
        newsroom.store.standings.fail("weekly", "another: error", watched.now)
        assert notify(newsroom) == []
        newsroom.store.standings.fail("weekly", None, watched.now)
    watched.notify()
    assert [subject for subject, _ in watched.notes] == [
        "The Test: weekly is in trouble",
        "The Test: weekly is well again",
    ]
    assert "templates/email.html:3: syntax error" in watched.notes[0][1]


def test_what_fails_since_a_day_to_come_by_a_clock_that_was_ahead_is_told_of_too(watched):
    with watched.opened() as newsroom:
        newsroom.store.standings.fail("weekly", "no disk", watched.now + timedelta(days=3650))
    watched.notify()
    assert [subject for subject, _ in watched.notes] == ["The Test: weekly is in trouble"]


def test_mail_that_is_in_doubt_or_was_stopped_is_told_of(watched):
    monday = START.replace(day=9, hour=9)
    with watched.opened() as newsroom:
        newsroom.store.roster.enrol("weekly", [Enrolment(address="ann@example.org", state="active", source="x")], START)
    (watched.root / "articles/a.md").write_text("---\ntitle: A\ndate: 2026-03-08\n---\nOne sentence. And another.\n")
    watched.gather()
    watched.relay.on["dot"] = lambda peer, _: peer.reset()
    watched.now = monday
    with watched.opened() as newsroom:
        newsroom.scheduling.run_latest(newsroom.target("weekly"), monday)
    watched.relay.on.clear()
    watched.notify()
    ((subject, text),) = watched.notes
    assert subject == "The Test: weekly is in trouble"
    assert "nobody knows whether 1 message arrived" in text


def test_nothing_is_told_from_an_old_copy_of_the_store(watched, monkeypatch):
    watched.stand(Pumps="gone")

    def old(*_):
        raise StoreError("is an old copy", place="digest.db")

    with monkeypatch.context() as patch:
        patch.setattr("digest.witness.Witness.check", old)
        with pytest.raises(StoreError, match="an old copy"):
            watched.notify()
    assert watched.notes == []
    watched.notify()
    assert len(watched.notes) == 1
