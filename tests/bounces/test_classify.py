"""Reports of every form to their kind; `samples/` has one a file, its kind in the name."""

from __future__ import annotations

import json
import re
from email.parser import BytesParser
from importlib import resources
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from digest.bounces import words
from digest.bounces.classify import classify
from digest.bounces.message import LARGEST
from digest.cli import group
from digest.core.bounce import Kind

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.eml"))
VERP = "bounces+7.k3jf9q2m@news.example.org"
KINDS = set(Kind.__args__)


def sample(name):
    return (Path(__file__).parent / "samples" / f"{name}.eml").read_bytes()


def wanted(path):
    return path.name.split(".")[-2]


def dsn(diagnostic, status="5.0.0", action="failed", subject="Undelivered Mail"):
    return (
        f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nTo: {VERP}\nSubject: {subject}\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nNot delivered.\n--b\n"
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
        f"Final-Recipient: rfc822; ada@example.net\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; {diagnostic}\n--b--\n"
    ).encode()


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_samples_are_what_their_names_say(path):
    assert classify(path.read_bytes()).kind == wanted(path)


@pytest.mark.parametrize(
    "path", [path for path in SAMPLES if wanted(path) in {"hard", "soft", "policy"}], ids=lambda path: path.stem
)
def test_failures_name_their_reader_and_no_other(path):
    raw = path.read_bytes()
    named = {address for address in re.findall(rb"[\w.]+@(?:example|nowhere)\.\w+", raw) if b"MAILER" not in address}
    recipients = [each.address for each in classify(raw).recipients]
    assert len(recipients) == 1
    assert recipients[0].encode() in named


@pytest.mark.parametrize("ends", [b"\r\n", b"\r"])
def test_line_ends_make_no_difference(ends):
    for path in SAMPLES:
        raw = path.read_bytes()
        here, there = classify(raw), classify(raw.replace(b"\n", ends))
        assert (there.kind, there.recipients) == (here.kind, here.recipients), path.name


def test_all_of_a_report_is_read():
    report = classify(sample("postfix-unknown-user.hard"))
    (recipient,) = report.recipients
    assert (recipient.address, recipient.status, recipient.action) == ("ada@example.net", "5.1.1", "failed")
    assert report.diagnostic.startswith("550 5.1.1 <ada@example.net>: Recipient address rejected")
    assert report.sent_to[0] == VERP
    assert report.message_id == "<weekly.2026-03-02T0700Z.5f1c@news.example.org>"


@pytest.mark.parametrize("name", ["qmail-unknown.hard", "exim-unknown.hard", "sendmail-old.hard", "postfix-old.hard"])
def test_the_message_that_came_back_is_read_without_mime_too(name):
    report = classify(sample(name))
    assert report.message_id == "<weekly.2026-03-02T0700Z.5f1c@news.example.org>"
    assert VERP in report.sent_to


def test_the_envelope_recipient_comes_first():
    report = classify(sample("postfix-unknown-user.hard"), "bounces+8.x@news.example.org")
    assert report.sent_to[:2] == ("bounces+8.x@news.example.org", VERP)


def test_the_id_is_the_message_s_and_the_recipient_s():
    raw = sample("postfix-unknown-user.hard")
    assert classify(raw) == classify(raw)
    assert len({classify(raw).id, classify(raw, "a@example.org").id, classify(raw + b"x").id}) == 3


def test_complaints_name_reader_type_and_sender():
    report = classify(sample("opt-out.complaint"))
    assert report.feedback_type == "opt-out"
    assert [each.address for each in report.recipients] == ["pam@example.com"]
    assert VERP in report.sent_to


@pytest.mark.parametrize(
    ("diagnostic", "status", "kind"),
    [
        ("550 5.1.1 blocked for spam", "5.1.1", "policy"),
        ("550 5.7.1 unknown user", "5.7.1", "hard"),
        ("550 mailbox full", "5.1.1", "soft"),
        ("550 5.2.2 no", "5.0.0", "soft"),  # the code within the words is the more telling one
        ("no", "5.1.1", "hard"),
        ("no", "4.1.1", "soft"),
        ("550 5.1.1 no such user", "4.4.7", "hard"),  # the reply itself counts before the report's code
        ("450 4.2.0 no such user, for the moment", "5.0.0", "soft"),
        ("554 5.7.1 <a@example.net>: Recipient address rejected: Access denied", "5.7.1", "policy"),
        ("550 5.4.1 Recipient address rejected: Access denied", "5.4.1", "hard"),
        ("554 refused, see https://spam.example/no-such-user", "5.0.0", "soft"),  # words of links mean nothing
        ("550 https://www.spamhaus.org/query/ip/192.0.2.25", "5.0.0", "policy"),  # but for blocklists
        ("554 <no-such-user@spam.example>: no", "5.0.0", "soft"),  # nor those of addresses
        ("host 192.5.1.1 said: no", "5.0.0", "soft"),  # nor a code within an address
    ],
)
def test_words_come_before_codes(diagnostic, status, kind):
    assert classify(dsn(diagnostic, status)).kind == kind


def test_our_own_words_in_the_message_that_came_back_do_not_count():
    """The samples' subject speaks of spam, blocked lists and full mailboxes: each is returned with it."""
    assert b"Spam filters, blocked lists and mailbox full" in sample("qmail-unknown.hard")


def test_of_several_recipients_the_mildest_counts():
    both = sample("postfix-unknown-user.hard").replace(
        b"Action: failed",
        b"Action: failed\nStatus: 5.2.2\n\nFinal-Recipient: rfc822; ben@example.net\nAction: failed",
        1,
    )
    report = classify(both)
    assert len(report.recipients) == 2
    assert report.kind == "soft"


def test_a_recipient_that_got_it_does_not_excuse_the_one_that_did_not():
    both = sample("delivered.none").replace(
        b"Action: delivered",
        b"Action: failed\nStatus: 5.1.1\n\nFinal-Recipient: rfc822; b@example.net\nAction: delivered",
    )
    assert classify(both).kind == "hard"


def test_a_report_without_its_boundary_or_with_a_wrong_one_is_read():
    raw = sample("postfix-unknown-user.hard")
    assert classify(raw.replace(b'; boundary="=cut"', b"")).kind == "hard"
    assert classify(raw.replace(b'boundary="=cut"', b'boundary="other"')).kind == "hard"


def test_unknown_charsets_and_broken_encodings_are_read():
    raw = sample("html-only.hard")
    assert classify(raw.replace(b"charset=utf-8", b"charset=martian")).kind == "hard"
    assert classify(raw.replace(b"charset=utf-8", b"charset=punycode")).kind == "hard"
    assert classify(raw.replace(b"charset=utf-8\n", b"charset=utf-8\nContent-Transfer-Encoding: x\n")).kind == "hard"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"From ",
        b"Content-Type: message/rfc822\n\n" * 5000,
        b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (at, at) for at in range(5000)),
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 50_000,
        b"From: MAILER-DAEMON\nSubject: failure notice\n\n" + b"a" * 3_000_000,
        b"From: MAILER-DAEMON\nContent-Type: text/html\n\n" + b"<style>" * 100_000,
        b"a: b\n" * 200_000,
        b"Subject: " + b"=?utf-8?q?a?= " * 100_000 + b"\n\n",
        dsn("user " * 200_000),
        # A character by a number without an end; runs that a pattern could part in every way there is.
        b"From: MAILER-DAEMON\nContent-Type: text/html\n\n&#" + b"1" * 5_000 + b";",
        b"From: MAILER-DAEMON\nContent-Type: text/html\n\n<" + b" " * 50_000,
        b"From: MAILER-DAEMON\nSubject: failure notice\n\n" + b"-" * 50_000,
    ],
    ids=range(14),
)
def test_hostile_messages_end_in_a_kind(raw):
    assert classify(raw).kind in KINDS


def test_a_text_is_searched_once_however_many_recipients_it_is_about(monkeypatch):
    searched = []
    plain_words = words.plain_words
    monkeypatch.setattr(words, "plain_words", lambda text: searched.append(text) or plain_words(text))
    many = b"".join(b"Final-Recipient: rfc822; ada%d@example.net\n\n" % number for number in range(100))
    report = classify(b"From: MAILER-DAEMON\nSubject: Undelivered Mail\n\nIt failed, once more.\n\n" + many)
    assert len(report.recipients) > 90
    assert len([text for text in searched if "once more" in text]) == 1


def test_a_reader_of_others_that_stumbles_writes_no_log(caplog):
    classify(b"Return-Path: <>\nFrom: \nSubject: failure notice\n\nIt could not be delivered.\n")
    assert not caplog.records


def test_what_exceeds_the_cap_is_not_read():
    raw = sample("a-letter.none") + b"x" * LARGEST
    assert classify(raw).id == classify(raw + b"y").id


def test_reports_about_reports_are_none_however_deep():
    inner = sample("postfix-unknown-user.hard")
    outer = dsn("550 5.1.1 no such user").replace(
        b"\n--b--\n", b"\n--b\nContent-Type: message/rfc822\n\n" + inner + b"\n--b--\n"
    )
    assert classify(dsn("550 5.1.1 no such user")).kind == "hard"
    assert classify(outer).kind == "none"


@given(st.binary(max_size=2000), st.sampled_from([b"", b"Return-Path: <>\nFrom: MAILER-DAEMON\n"]))
@example(b"Content-Type: multipart/report; boundary=\n\n--\n", b"")
@example(b"Content-Type: text/plain; charset*0*=x*1=\n\n", b"")
@example(b"Subject: =?utf-8?b?=?=\n\n", b"")
def test_any_bytes_end_in_a_kind(raw, head):
    report = classify(head + raw)
    assert report.kind in KINDS
    assert len(report.diagnostic) <= 500
    assert "\n" not in report.diagnostic


@given(st.sampled_from(SAMPLES), st.data())
def test_a_sample_cut_or_garbled_anywhere_ends_in_a_kind(path, data):
    raw = path.read_bytes()
    place = data.draw(st.integers(0, len(raw)))
    assert (
        classify(raw[:place] + data.draw(st.binary(max_size=20)) + raw[place + data.draw(st.integers(0, 50)) :]).kind
        in KINDS
    )


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=200))
def test_what_a_reader_writes_is_no_bounce(text):
    raw = f"Return-Path: <rita@example.net>\nFrom: rita@example.net\nTo: {VERP}\nSubject: hello\n\n{text}\n".encode()
    assert classify(raw).kind in {"none", "auto-reply"}


def test_flufl_s_own_samples_where_they_are_installed():
    """How many of the failures that are not hard come out as hard: what digest is better at than its library."""
    try:
        data = [each for each in resources.files("flufl.bounce.tests.data").iterdir() if each.name.endswith(".txt")]
    except ModuleNotFoundError:
        pytest.skip("this copy of flufl.bounce comes without its tests")
    kinds = {each.name: classify(each.read_bytes()).kind for each in data}
    assert "none" not in {kind for name, kind in kinds.items() if name.startswith(("postfix", "qmail", "exim"))}


# --- the command


def run(*args, **more):
    return CliRunner().invoke(group, ["bounces", "classify", *map(str, args)], **more)


def test_json_has_exactly_its_keys(tmp_path):
    path = tmp_path / "report.eml"
    path.write_bytes(sample("postfix-unknown-user.hard"))
    result = run(path, "--json")
    assert json.loads(result.stdout) == [
        {
            "file": str(path),
            "kind": "hard",
            "recipients": [{"address": "ada@example.net", "status": "5.1.1", "action": "failed"}],
            "diagnostic": "550 5.1.1 <ada@example.net>: Recipient address rejected: User unknown in local table",
        }
    ]


def test_a_mailbox_lists_each_message(tmp_path):
    path = tmp_path / "bounces.mbox"
    messages = [
        sample("postfix-unknown-user.hard"),
        sample("a-letter.none") + b"\nFrom here on I liked it: at 12:00 too.\n",
    ]
    path.write_bytes(b"".join(b"From MAILER-DAEMON Mon Mar  2 07:00:12 2026\n" + each + b"\n" for each in messages))
    listed = json.loads(run(path, "--json").stdout)
    assert [(each["file"], each["kind"]) for each in listed] == [(f"{path}:1", "hard"), (f"{path}:2", "none")]


def test_a_message_with_a_postmark_is_one_message(tmp_path):
    path = tmp_path / "report.eml"
    path.write_bytes(b"From MAILER-DAEMON Mon Mar  2 07:00:12 2026\n" + sample("mailbox-full.soft"))
    assert [each["kind"] for each in json.loads(run(path, "--json").stdout)] == ["soft"]


def test_standard_input_and_a_table():
    result = run("-", input=sample("mailbox-full.soft"))
    assert result.stdout == "-\tsoft\ttea@example.net\t5.2.2\tmailbox full\n"


def test_a_file_that_cannot_be_read_is_named_and_the_others_go_on(tmp_path):
    path = tmp_path / "report.eml"
    path.write_bytes(sample("mailbox-full.soft"))
    result = run(tmp_path / "missing.eml", tmp_path, path, "--json", standalone_mode=False)
    assert result.return_value == 1
    assert f"{tmp_path}/missing.eml: cannot be read" in result.stderr
    assert f"{tmp_path}: cannot be read" in result.stderr
    assert [each["kind"] for each in json.loads(result.stdout)] == ["soft"]


def test_samples_are_messages():
    for path in SAMPLES:
        message = BytesParser().parsebytes(path.read_bytes())
        assert message["From"], path.name
        assert message["To"], path.name
