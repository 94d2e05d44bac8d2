from __future__ import annotations

import gzip
import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.edition import Window
from digest.delivery.relaylogs.exim import EximTrail
from digest.delivery.relaylogs.postfix import MOST_BROKEN, PostfixTrail
from digest.delivery.relaylogs.reading import LONGEST_LINE, RelayLogs
from digest.delivery.relaylogs.stamps import STAMP, first_instant, last_instant

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
FAR = NOW + timedelta(days=1)


def read(tmp_path, *texts, **options):
    """Findings and report of files with these texts."""
    paths = []
    for number, text in enumerate(texts):
        paths.append(tmp_path / f"{number}.log")
        paths[-1].write_bytes(text if isinstance(text, bytes) else text.encode())
    logs = RelayLogs(paths, **({"now": NOW, "zone": ZoneInfo("UTC")} | options))
    return list(logs), logs.report()


def told(findings):
    """Findings in short: Message-ID, recipient, `+` taken or `-` not, state."""
    return [f"{each.message_id} {each.recipient or '*'} {'+' if each.taken else '-'}{each.state}" for each in findings]


def followed(trail, *lines):
    """What a trail says of lines that stand without their stamps."""
    return [finding for line in lines if (finding := trail.follow(line.encode()))]


# Postfix


def postfix(*texts, instance="postfix", pid=20):
    """Lines behind their stamps: `smtpd client=...` stands for `mx postfix/smtpd[20]: ABCDEF1: client=...`."""
    lines = []
    for text in texts:
        daemon, _, rest = text.partition(" ")
        lines.append(f"mx {instance}/{daemon}[{pid}]: {rest}")
    return lines


TAKEN = (
    "smtpd 4F9D195432C: client=news.example.org[192.0.2.7]",
    "cleanup 4F9D195432C: message-id=<a@x>",
    "qmgr 4F9D195432C: from=<b+1@news.example.org>, size=344, nrcpt=1 (queue active)",
)


def delivered(status, reply, to="to=<ann@example.org>, "):
    return f"smtp 4F9D195432C: {to}relay=mx.example.org[192.0.2.9]:25, delay=1, delays=1/0/0/0, {status} ({reply})"


@pytest.mark.parametrize(
    ("line", "expected", "reply"),
    [
        (
            delivered("dsn=2.0.0, status=sent", "250 2.0.0 Ok: queued as 8BDC"),
            "accepted",
            "250 2.0.0 Ok: queued as 8BDC",
        ),
        (delivered("dsn=2.0.0, status=sent", "delivered to mailbox"), "accepted", "2.0.0 delivered to mailbox"),
        (delivered("dsn=4.4.1, status=deferred", "timed out"), "deferred", "4.4.1 timed out"),
        (delivered("dsn=5.1.1, status=SOFTBOUNCE", "no"), "deferred", "5.1.1 no"),
        (
            delivered("dsn=5.1.1, status=bounced", "host mx said: 550 5.1.1 no (in reply to RCPT TO command)"),
            "refused",
            "host mx said: 550 5.1.1 no (in reply to RCPT TO command)",
        ),
        (delivered("status=expired", "too old"), "refused", "too old"),
        (delivered("dsn=2.0.0, status=sent", "x, status=bounced (y"), "accepted", "2.0.0 x, status=bounced (y"),
    ],
)
def test_what_postfix_did_with_a_message(line, expected, reply):
    findings = followed(PostfixTrail(None), *postfix(*TAKEN, line))
    assert told(findings) == ["<a@x> * +accepted", f"<a@x> ann@example.org +{expected}"]
    assert findings[1].reply == reply


def test_the_address_that_came_to_the_relay_is_the_recipient():
    line = delivered("dsn=2.0.0, status=sent", "ok", "to=<ann@inner.example>, orig_to=<ann@example.org>, ")
    assert told(followed(PostfixTrail(None), *postfix(*TAKEN, line)))[1] == "<a@x> ann@example.org +accepted"


def test_a_message_that_is_too_old_comes_back():
    line = "qmgr 4F9D195432C: from=<b@news.example.org>, status=expired, returned to sender"
    assert told(followed(PostfixTrail(None), *postfix(*TAKEN, line)))[1] == "<a@x> * +refused"


@pytest.mark.parametrize("wanted", [None, {"<a@x>"}])
def test_a_queue_id_and_a_message_id_alone_do_not_say_that_it_was_taken(wanted):
    trail = PostfixTrail(wanted)
    assert followed(trail, *postfix(*TAKEN[:2])) == []
    assert trail.begun == {"<a@x>"}
    assert told(followed(trail, *postfix(TAKEN[2]))) == ["<a@x> * +accepted"]
    assert trail.begun == set()
    # The queue manager takes a deferred one up again and again.
    assert followed(trail, *postfix(TAKEN[2])) == []


@pytest.mark.parametrize("cause", ["lost connection", "timeout"])
@pytest.mark.parametrize("first", ["broken", "written"])
def test_a_connection_that_breaks_before_the_dot_leaves_nothing(cause, first):
    """Cleanup may write the Message-ID before or after smtpd writes that the connection broke."""
    trail = PostfixTrail(None)
    broken = f"smtpd {cause} after DATA (92 bytes) from news.example.org[192.0.2.7]"
    rest = (broken, TAKEN[1]) if first == "broken" else (TAKEN[1], broken)
    assert told(followed(trail, *postfix(TAKEN[0], *rest))) == ["<a@x> * -deferred"]
    assert trail.begun == set()


@pytest.mark.parametrize(
    "line",
    [
        "smtpd lost connection after END-OF-MESSAGE from news.example.org[192.0.2.7]",
        "smtpd lost connection after RCPT from news.example.org[192.0.2.7]",
        "cleanup 4F9D195432C: hold: header Subject: x from news.example.org[192.0.2.7]; from=<> to=<>: held",
        "cleanup 4F9D195432C: discard: header Subject: x from news.example.org[192.0.2.7]; from=<> to=<>: gone",
        "cleanup 4F9D195432C: warning: header Subject: x",
        "smtpd disconnect from news.example.org[192.0.2.7] ehlo=1 mail=1 rcpt=1 data=1 commands=4",
        "smtp 4F9D195432C: to=<ann@example.org>, relay=mx, delay=1, dsn=2.0.0, status=deliverable (a probe)",
        "smtp 4F9D195432C: to=<ann@example.org>, something else",
    ],
)
def test_lines_that_leave_open_whether_it_was_taken(line):
    trail = PostfixTrail(None)
    assert followed(trail, *postfix(*TAKEN[:2], line)) == []
    assert trail.begun == {"<a@x>"}


def test_a_broken_connection_is_about_the_message_it_was_sending():
    trail = PostfixTrail(None)
    broken = "smtpd lost connection after DATA (9 bytes) from news.example.org[192.0.2.7]"
    # Another process; after its own end; after the session's end.
    assert followed(trail, *postfix(*TAKEN[:2]), *postfix(broken, pid=21)) == []
    assert followed(trail, *postfix("smtpd disconnect from news.example.org[192.0.2.7]", broken)) == []
    assert trail.begun == {"<a@x>"}
    assert told(followed(trail, *postfix(*TAKEN, broken))) == ["<a@x> * +accepted"]
    line = delivered("dsn=2.0.0, status=sent", "ok")
    assert told(followed(trail, *postfix(line))) == ["<a@x> ann@example.org +accepted"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("cleanup 4F9D195432C: reject: header Subject: x from h[1]; from=<> to=<> helo=<h>: 5.7.1 no", "-refused"),
        ("cleanup 4F9D195432C: milter-reject: END-OF-MESSAGE from h[1]: 5.7.1 spam; from=<> to=<>", "-refused"),
        ("cleanup 4F9D195432C: milter-reject: END-OF-MESSAGE from h[1]: 4.7.1 later; from=<> to=<>", "-deferred"),
        ("smtpd 4F9D195432C: reject: END-OF-MESSAGE from h[1]: 450 4.7.1 <END-OF-MESSAGE>: x; from=<>", "-deferred"),
    ],
)
def test_a_message_that_is_refused_at_its_end_was_not_taken(line, expected):
    trail = PostfixTrail(None)
    findings = followed(trail, *postfix(*TAKEN[:2], line))
    assert told(findings) == [f"<a@x> * {expected}"]
    assert findings[0].reply.startswith(line.split(": ", 1)[1][:20])
    assert trail.begun == set()


def test_queue_ids_are_used_again():
    trail = PostfixTrail(None)
    followed(trail, *postfix(*TAKEN, "qmgr 4F9D195432C: removed"))
    later = delivered("dsn=2.0.0, status=sent", "ok")
    assert followed(trail, *postfix(later)) == []
    again = (TAKEN[0], TAKEN[1].replace("<a@x>", "<b@x>"), TAKEN[2], later)
    assert told(followed(trail, *postfix(*again))) == ["<b@x> * +accepted", "<b@x> ann@example.org +accepted"]
    # A session that comes to nothing takes its queue id with it.
    assert followed(trail, *postfix(TAKEN[0], later)) == []


def test_a_message_removed_by_hand_had_been_taken():
    lines = postfix(*TAKEN[:2], "postsuper 4F9D195432C: removed")
    assert told(followed(PostfixTrail(None), *lines)) == ["<a@x> * +accepted"]


def test_instances_and_hosts_are_told_apart():
    trail = PostfixTrail(None)
    followed(trail, *postfix(*TAKEN[:2]))
    followed(trail, *postfix(*TAKEN[:2], instance="postfix-out/submission"))
    assert followed(trail, "other postfix/qmgr[1]: 4F9D195432C: from=<>, size=1, nrcpt=1 (queue active)") == []
    assert told(followed(trail, *postfix(TAKEN[2], instance="postfix-out"))) == ["<a@x> * +accepted"]
    assert trail.begun == {"<a@x>"}


def test_only_what_is_wanted_is_kept():
    trail = PostfixTrail({"<b@x>"})
    assert followed(trail, *postfix(*TAKEN, delivered("dsn=2.0.0, status=sent", "ok"))) == []
    assert trail.begun == set()
    assert followed(PostfixTrail(None), *postfix(TAKEN[0], TAKEN[1].replace("a@x", ""), TAKEN[2])) == []


def test_broken_connections_without_a_message_id_do_not_pile_up():
    trail = PostfixTrail(None)

    def broken(number):
        return postfix(
            f"smtpd 4F9D19{number:05}: client=h[192.0.2.7]", "smtpd lost connection after DATA (0 bytes) from h[1]"
        )

    for number in range(MOST_BROKEN + 1):
        assert followed(trail, *broken(number)) == []
    # The oldest is forgotten, so that a Message-ID now is one whose end is open; the next one is not.
    assert followed(trail, *postfix("cleanup 4F9D1900000: message-id=<a@x>")) == []
    assert told(followed(trail, *postfix("cleanup 4F9D1900001: message-id=<b@x>"))) == ["<b@x> * -deferred"]


# Exim


COME = "1wABCD-000333-1Y <= b+1@news.example.org H=news.example.org [192.0.2.7] P=esmtps X=TLS1.3 S=584 id=a@x"


@pytest.mark.parametrize(
    ("line", "recipient", "expected", "reply"),
    [
        (
            '=> ann@example.org R=dnslookup T=remote_smtp H=mx [192.0.2.9] C="250 OK id=1"',
            "ann@",
            "accepted",
            "250 OK id=1",
        ),
        ("=> ann <ann@example.org> R=localuser T=local_delivery", "ann@", "accepted", ""),
        ("=> |/usr/bin/sort -u <ann@example.org> R=aliases T=address_pipe", "ann@", "accepted", ""),
        ('-> ann@example.org R=dnslookup T=remote_smtp H=mx [192.0.2.9] C="250 OK"', "ann@", "accepted", "250 OK"),
        ('>> ann@example.org R=dnslookup T=remote_smtp H=mx [192.0.2.9] C="250 OK"', "ann@", "accepted", "250 OK"),
        ("** ann@example.org: Unrouteable address", "ann@", "refused", "Unrouteable address"),
        (
            "** ann@example.org R=dnslookup T=remote_smtp H=mx [2001:db8::9]: SMTP error after RCPT TO: 550 5.1.1 no",
            "ann@",
            "refused",
            "SMTP error after RCPT TO: 550 5.1.1 no",
        ),
        (
            "== ann@example.org R=dnslookup T=remote_smtp defer (-44) H=mx [192.0.2.9]: 451 later",
            "ann@",
            "deferred",
            "451 later",
        ),
        (
            "== ann@example.org routing defer (-51): retry time not reached",
            "ann@",
            "deferred",
            "retry time not reached",
        ),
        ("== ann@example.org", "ann@", "deferred", ""),
    ],
)
def test_what_exim_did_with_a_message(line, recipient, expected, reply):
    findings = followed(EximTrail(None), COME, f"1wABCD-000333-1Y {line}")
    assert told(findings) == ["<a@x> * +accepted", f"<a@x> {recipient}example.org +{expected}"]
    assert findings[1].reply == reply


@pytest.mark.parametrize(
    "line",
    [
        COME,
        COME.replace("1wABCD-000333-1Y", "1wABCD-00000001234-1YzZ"),  # since Exim 4.97
        f"[2231] {COME}",
        f"mx exim[2231]: {COME}",
        f"mx exim4[2231]: 2026-03-02 08:00:00 {COME}",
        COME.replace("<=", "(="),
        COME + ' T="x id=b@x" for ann@example.org',
    ],
)
def test_a_message_that_comes_to_exim_is_taken(line):
    assert told(followed(EximTrail(None), line)) == ["<a@x> * +accepted"]


@pytest.mark.parametrize(
    "line",
    [
        "1wABCD-000333-1Y H=h [192.0.2.7] F=<b@x> rejected after DATA: spam",
        "1wABCD-000333-1Y Completed",
        "1wABCD-000333-1Y => ann@example.org R=dnslookup",
        "1wABCD-000333-1Y <= <> R=1wABCD-000332-1Y U=mail P=local S=1000",
        "1wABCD-000333-1Y *> ann@example.org",
        "SMTP connection from [192.0.2.7] lost while reading message data",
        "",
    ],
)
def test_lines_of_exim_that_say_nothing_of_a_message_of_ours(line):
    assert followed(EximTrail(None), line) == []


def test_exim_forgets_what_is_completed_and_what_nobody_wants():
    trail = EximTrail({"<a@x>"})
    assert followed(trail, COME.replace("a@x", "b@x"), "1wABCD-000333-1Y => ann@example.org") == []
    lines = (COME, "1wABCD-000333-1Y Completed", "1wABCD-000333-1Y => ann@example.org")
    assert told(followed(trail, *lines)) == ["<a@x> * +accepted"]


# Stamps


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("2026-03-02T07:00:01.123456+01:00", "2026-03-02T06:00:01.123456"),
        ("2026-03-02T07:00:01Z", "2026-03-02T07:00:01"),
        ("2026-03-02T07:00:01+0100", "2026-03-02T06:00:01"),
        ("2026-03-02T07:00:01", "2026-03-02T06:00:01"),
        ("2026-03-02 07:00:01", "2026-03-02T06:00:01"),
        ("2026-03-02 07:00:01.250", "2026-03-02T06:00:01.250000"),
        ("2026-03-02 07:00:01 +0000", "2026-03-02T07:00:01"),
        ("Mar  2 07:00:01", "2026-03-02T06:00:01"),
        ("Mar 02 07:00:01", "2026-03-02T06:00:01"),
        ("Mar 11 13:00:00", "2026-03-11T12:00:00"),  # a clock a day ahead
        ("Mar 11 13:00:01", "2025-03-11T12:00:01"),
        ("Dec 31 23:59:59", "2025-12-31T22:59:59"),
        ("Feb 29 12:00:00", "2024-02-29T11:00:00"),
    ],
)
def test_the_instant_of_a_stamp(stamp, expected):
    for prefix in ("", "<22>"):
        match = STAMP.match(f"{prefix}{stamp} mx postfix/smtpd[1]: x".encode())
        assert match["stamp"].decode() == stamp
        for instant in (first_instant, last_instant):
            assert instant(match["stamp"], BERLIN, FAR).replace(tzinfo=None).isoformat() == expected


@pytest.mark.parametrize("stamp", ["2026-02-30T07:00:01Z", "Abc 12 07:00:01", "Feb 30 07:00:01", "Mar  2 25:00:01"])
def test_a_stamp_that_is_no_date(stamp):
    assert STAMP.match(f"{stamp} x".encode())
    assert first_instant(stamp.encode(), BERLIN, FAR) is None


def test_of_an_hour_that_comes_twice_the_least_is_covered():
    stamp = b"2025-10-26 02:30:00"
    assert first_instant(stamp, BERLIN, FAR).isoformat() == "2025-10-26T01:30:00+00:00"
    assert last_instant(stamp, BERLIN, FAR).isoformat() == "2025-10-26T00:30:00+00:00"


@given(
    instant=st.datetimes(datetime(2000, 3, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 hypothesis adds it
    later=st.timedeltas(timedelta(0), timedelta(days=363)),
)
def test_a_classic_stamp_of_the_last_year_is_read_back(instant, later):
    instant = instant.replace(microsecond=0)
    stamp = f"{instant:%b} {instant.day:2} {instant:%H:%M:%S}".encode()
    assert first_instant(stamp, ZoneInfo("UTC"), instant + later) == instant


# Files


def stamped(lines, start=datetime(2026, 3, 2, 7, 0, tzinfo=UTC)):
    """Lines a second apart, as text of a file."""
    return "".join(f"{(start + timedelta(seconds=n)).isoformat()} {line}\n" for n, line in enumerate(lines))


def test_findings_have_their_place_and_the_report_its_counts(tmp_path):
    text = stamped(["mx systemd[1]: started", *postfix(*TAKEN)]) + "no stamp\n\n"
    findings, report = read(tmp_path, text + stamped([COME.replace("a@x", "b@x")]))
    assert [each.place for each in findings] == [f"{tmp_path / '0.log'}:4", f"{tmp_path / '0.log'}:7"]
    assert (report.lines, report.skipped, report.problems) == (7, 2, ())
    assert report.begun == set()


def test_files_are_read_in_the_order_of_time_and_compressed_ones_too(tmp_path):
    earlier = stamped(postfix(*TAKEN[:2]))
    later = stamped(postfix(TAKEN[2]), datetime(2026, 3, 2, 7, 30, tzinfo=UTC))
    findings, report = read(tmp_path, later, gzip.compress(earlier.encode()))
    assert told(findings) == ["<a@x> * +accepted"]
    start = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
    assert report.covered == (Window(start, start + timedelta(minutes=30)),)


def test_a_file_named_twice_is_read_once(tmp_path):
    path = tmp_path / "mail.log"
    path.write_text(stamped(postfix(*TAKEN)))
    logs = RelayLogs([path, path], now=NOW, zone=ZoneInfo("UTC"))
    assert len(list(logs)) == 1
    assert logs.report().lines == 3


def test_what_is_covered_is_told_of_each_stretch(tmp_path):
    monday = "Dec 31 23:00:00 mx a\nDec 31 23:59:00 mx b\n"
    tuesday = "Jan  1 00:10:00 mx a\nJan  1 12:00:00 mx b\n"
    thursday = "Jan  3 00:00:00 mx a\nJan  3 12:00:00 mx b\n"
    _, report = read(tmp_path, thursday, monday, tuesday)
    assert [(each.start.isoformat(), each.end.isoformat()) for each in report.covered] == [
        ("2025-12-31T23:00:00+00:00", "2026-01-01T12:00:00+00:00"),
        ("2026-01-03T00:00:00+00:00", "2026-01-03T12:00:00+00:00"),
    ]


def test_a_file_over_the_turn_of_the_year(tmp_path):
    _, report = read(tmp_path, "Dec 31 23:00:00 mx a\nJan  1 12:00:00 mx b\n")
    assert [each.start.year for each in report.covered] == [2025]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no log at all\nnot a line\n",
        "Feb 30 12:00:00 mx a\n",
        # Both in the hour that came twice: the first may be of its second time, the last of its first.
        "Oct 26 02:10:00 mx a\nOct 26 02:50:00 mx a\n",
    ],
)
def test_nothing_is_covered_where_it_is_not_certain(tmp_path, text):
    findings, report = read(tmp_path, text, zone=BERLIN)
    assert (findings, report.covered, report.problems) == ([], (), ())
    assert report.lines == text.count("\n")


def test_a_file_that_cannot_be_read_is_a_problem_and_the_others_go_on(tmp_path):
    folder, missing, good = tmp_path / "folder", tmp_path / "missing", tmp_path / "good.log"
    folder.mkdir()
    good.write_text(stamped(postfix(*TAKEN)))
    logs = RelayLogs([folder, missing, good], now=NOW, zone=ZoneInfo("UTC"))
    assert told(logs) == ["<a@x> * +accepted"]
    assert [str(problem).partition(" (")[0] for problem in logs.report().problems] == [
        f"{folder}: cannot be read",
        f"{missing}: cannot be read",
    ]
    assert all(problem.set_aside for problem in logs.report().problems)


def test_a_compressed_file_that_breaks_off_covers_what_can_be_read(tmp_path):
    chance = random.Random(1)
    noise = [f"mx systemd[1]: {chance.randbytes(60).hex()}" for _ in range(9000)]
    whole = gzip.compress(stamped([*postfix(*TAKEN), *noise]).encode())
    findings, report = read(tmp_path, whole[: len(whole) // 2])
    assert told(findings) == ["<a@x> * +accepted"]
    assert 1000 < report.lines < 9000
    (problem,) = report.problems
    assert problem.place == f"{tmp_path / '0.log'}:{report.lines}"
    assert "cannot be read any further" in problem.message
    assert report.covered[0].end == datetime(2026, 3, 2, 7, 0, tzinfo=UTC) + timedelta(seconds=report.lines - 1)


def test_a_line_without_an_end_is_not_held_in_memory(tmp_path):
    text = stamped(postfix(*TAKEN)) + "x" * (3 * LONGEST_LINE + 5) + "\n" + stamped([COME])
    findings, report = read(tmp_path, text)
    assert len(findings) == 2
    assert report.skipped == 4


@st.composite
def interleaved(draw):
    """Lines of several messages through one relay, each message's in order; what each came to."""
    stories = []
    for number in range(draw(st.integers(1, 6))):
        end = draw(st.sampled_from(["taken", "broken", "refused", "open"]))
        queued, pid = f"4F9D19{number:05}", 100 + number
        lines = [
            f"mx postfix/smtpd[{pid}]: {queued}: client=h[192.0.2.7]",
            f"mx postfix/cleanup[9]: {queued}: message-id=<{number}@x>",
        ]
        lines += {
            "taken": [f"mx postfix/qmgr[8]: {queued}: from=<b@x>, size=344, nrcpt=1 (queue active)"],
            "broken": [f"mx postfix/smtpd[{pid}]: lost connection after DATA (92 bytes) from h[192.0.2.7]"],
            "refused": [f"mx postfix/cleanup[9]: {queued}: milter-reject: END-OF-MESSAGE from h[1]: 5.7.1 no; from=<>"],
            "open": [],
        }[end]
        stories.append((end, lines))
    order = draw(st.permutations([number for number, (_, lines) in enumerate(stories) for _ in lines]))
    rest = [iter(lines) for _, lines in stories]
    return [end for end, _ in stories], [next(rest[number]) for number in order]


@given(interleaved())
def test_messages_that_come_at_the_same_time_are_told_apart(story):
    ends, lines = story
    trail = PostfixTrail(None)
    found = {each.message_id: each for each in followed(trail, *lines)}
    for number, end in enumerate(ends):
        message = f"<{number}@x>"
        assert (message in trail.begun) is (end == "open")
        assert (message in found and found[message].taken) is (end == "taken")


PIECES = (
    *(b"2026-03-02T07:00:01Z ", b"Mar  2 07:00:01 ", b"mx postfix/smtpd[1]: ", b"mx postfix/qmgr[1]: ", b"4F9D19: "),
    *(b"client=", b"message-id=", b"<a@x>", b"to=<", b">, relay=x", b", status=sent (ok)", b"removed", b"reject: "),
    *(b"lost connection after DATA (1", b"1wABCD-000333-1Y ", b"<= ", b"=> ", b"** ", b"== ", b"id=a@x", b" R=x"),
    *(b"\n", b"\0", b"\xff", b": ", b" ", b"<", b">", b'"', b"\r"),
)


@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=4), max_size=60))
def test_whatever_stands_in_a_log_is_read_to_its_end(tmp_path_factory, pieces):
    path = tmp_path_factory.getbasetemp() / "any.log"
    text = b"\n" + b"".join(pieces)  # a line first, so that chance does not begin a compressed file
    path.write_bytes(text)
    logs = RelayLogs([path], now=NOW, zone=BERLIN)
    for finding in logs:
        assert finding.reply.isprintable()
        assert len(finding.reply) <= 500
    report = logs.report()
    assert report.lines == text.count(b"\n") + (not text.endswith(b"\n"))
    assert report.problems == ()
