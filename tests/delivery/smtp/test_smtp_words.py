"""What is said and heard, without a network: replies, offers, commands, logins, the opening."""

from __future__ import annotations

import base64
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_queue import envelope

from digest.core.envelope import Frame
from digest.core.outbox import Reply
from digest.delivery.smtp.commands import Commands, xtext
from digest.delivery.smtp.login import Credentials, login_lines
from digest.delivery.smtp.offers import Offers, read_offers
from digest.delivery.smtp.opening import Opening
from digest.delivery.smtp.replies import LONGEST_LINE, ReplyReader, as_reply

TALK = b"220 here\r\n250-one\r\n250-two\r\n250 three\r\n354\r\n550-5.1.1 No\r\n550 5.1.1 such user\r\n250 bare\n"


def heard(*chunks: bytes) -> list[Reply]:
    reader = ReplyReader()
    found = [as_reply(said) for chunk in chunks for said in reader.feed(chunk)]
    assert not reader.trouble
    return found


@given(st.lists(st.integers(0, len(TALK)), max_size=20))
def test_replies_do_not_depend_on_how_they_come(cuts):
    edges = [0, *sorted(cuts), len(TALK)]
    assert heard(*(TALK[a:b] for a, b in pairwise(edges))) == [
        Reply(220, "", "here"),
        Reply(250, "", "one two three"),
        Reply(354, "", ""),
        Reply(550, "5.1.1", "No such user"),
        Reply(250, "", "bare"),
    ]


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        (b"250 2.0.0 Ok: queued as ABC\r\n", Reply(250, "2.0.0", "Ok: queued as ABC")),
        (b"550 2.1.1 no such class\r\n", Reply(550, "", "2.1.1 no such class")),
        (b"451 4.7.1\r\n", Reply(451, "4.7.1", "")),
        (b"550 5.1.10 long\r\n", Reply(550, "5.1.10", "long")),
        (b"550 5.1.1unfit\r\n", Reply(550, "", "5.1.1unfit")),
        (b"550 a\x1b[31mb\0c\td\r\n", Reply(550, "", "a[31mbc d")),
        (b"550 gr\xc3\xbc\xc3\x9fe \xff\r\n", Reply(550, "", "grüße �")),
        (b"250 " + b"x" * 600 + b"\r\n", Reply(250, "", "x" * 500)),
    ],
)
def test_a_reply_in_the_words_of_the_ledger(line, reply):
    assert heard(line) == [reply]


@given(st.binary(max_size=300))
def test_any_bytes_give_replies_or_a_trouble(data):
    reader = ReplyReader()
    for said in reader.feed(data):
        reply = as_reply(said)
        assert 200 <= reply.code <= 599
        assert reply.text.isprintable()


def test_what_comes_before_nonsense_counts():
    reader = ReplyReader()
    assert reader.feed(b"250 Ok\r\nwhat?\r\n250 Ok\r\n") == [(250, b"Ok\r")]
    assert reader.trouble == "the relay said what is no reply: 'what?'"


def test_a_line_that_never_ends_is_not_kept():
    reader = ReplyReader()
    for _ in range(100):
        assert reader.feed(b"x" * 5000) == []
    assert len(reader._rest) <= LONGEST_LINE  # noqa: SLF001 what it must not grow to
    assert reader.pending


def test_offers_of_a_server():
    text = b"mx.example.org\r\nPIPELINING\r\nsize 35882577\r\nAUTH PLAIN LOGIN\r\nAUTH=XOAUTH2\r\n8BITMIME\r"
    assert read_offers(text) == Offers(
        pipelining=True, size=True, largest=35882577, auth=frozenset({"PLAIN", "LOGIN", "XOAUTH2"}), eight_bit=True
    )
    assert read_offers(b"PIPELINING") == Offers()  # the first line is a name
    assert read_offers(b"x\nSIZE\nDSN\nSTARTTLS\nSMTPUTF8\n\n \xff") == Offers(
        size=True, dsn=True, starttls=True, utf8=True
    )
    assert read_offers(b"x\nSIZE -1").largest == 0


ALL = Offers(pipelining=True, starttls=True, eight_bit=True, utf8=True, dsn=True, size=True)


def said(each, offers=Offers(), *, dsn=False):  # noqa: B008 frozen
    return Commands(offers, dsn=dsn).of(each)


def test_commands_without_and_with_parameters():
    one = envelope(7)._replace(frame=Frame.of((b"x" * 100 + b"\r\n",)))
    assert said(one) == b"MAIL FROM:<bounce+7@example.org>\r\nRCPT TO:<reader7@example.org>\r\nDATA\r\n"
    assert said(one, ALL).startswith(b"MAIL FROM:<bounce+7@example.org> SIZE=102\r\n")
    assert said(one, ALL, dsn=True) == (
        b"MAIL FROM:<bounce+7@example.org> SIZE=102 RET=HDRS ENVID=7@example.org\r\n"
        b"RCPT TO:<reader7@example.org> NOTIFY=FAILURE,DELAY ORCPT=rfc822;reader7@example.org\r\nDATA\r\n"
    )
    assert said(one, replace(ALL, dsn=False), dsn=True) == said(one, ALL)


def test_commands_for_what_is_not_ascii():
    bytes8 = envelope(1)._replace(frame=Frame.of((b"gr\xc3\xbcn\r\n",)))
    assert b" BODY=8BITMIME" in said(bytes8, ALL)
    assert said(bytes8).enhanced == "5.6.3"
    wide = envelope(1, recipient="jörg@example.org")
    wide = wide._replace(frame=Frame.of((b"x\r\n",)))
    assert said(wide, ALL, dsn=True).decode() == (
        "MAIL FROM:<bounce+1@example.org> SIZE=3 RET=HDRS ENVID=1@example.org SMTPUTF8\r\n"
        "RCPT TO:<jörg@example.org> NOTIFY=FAILURE,DELAY\r\nDATA\r\n"
    )
    assert str(said(wide)) == "550 5.6.7 not sent: the relay takes no address outside ASCII (SMTPUTF8)"


def test_the_null_sender():
    assert said(envelope(1)._replace(sender="")).startswith(b"MAIL FROM:<>\r\n")


@given(st.text(max_size=40), st.text(max_size=40), st.booleans())
def test_no_address_adds_a_line_or_a_parameter(sender, recipient, dsn):
    commands = said(envelope(1)._replace(sender=sender, recipient=recipient, frame=Frame.of((b"x",))), ALL, dsn=dsn)
    if isinstance(commands, bytes):
        mail, rcpt, data, end = commands.decode().split("\r\n")
        assert (data, end) == ("DATA", "")
        assert mail.startswith(f"MAIL FROM:<{sender}> SIZE=")
        assert rcpt.startswith(f"RCPT TO:<{recipient}>")
        assert not any(char in mail + rcpt for char in "\r\n\0")
        if '"' not in recipient:
            assert rcpt.count(">") == 1
            assert " " not in recipient


def test_xtext():
    assert xtext("a+b=c d@example.org") == "a+2Bb+3Dc+20d@example.org"


def test_logins():
    ann = Credentials("ann", "pa ß")
    assert login_lines(ann, {"LOGIN", "PLAIN"}) == [b"AUTH PLAIN " + base64.b64encode("\0ann\0pa ß".encode())]
    assert login_lines(ann, {"LOGIN", "XOAUTH2"}) == [b"AUTH LOGIN", b"YW5u", base64.b64encode("pa ß".encode())]
    assert login_lines(ann, {"XOAUTH2", "GSSAPI"}) == []
    first, second = login_lines(Credentials("ann", "tok", "xoauth2"), {"PLAIN", "XOAUTH2"})
    assert base64.b64decode(first.split()[2]) == b"user=ann\x01auth=Bearer tok\x01\x01"
    assert second == b""
    assert login_lines(replace(ann, mechanism="login"), {"PLAIN"}) == []
    assert "ß" not in repr(ann)


def opening(**more):
    return Opening(**({"hello": "me", "starttls": False, "credentials": None, "tell_openly": False} | more))


def test_an_opening_in_plain_text():
    one = opening()
    assert one.received(b"220 he") == b""
    assert one.received(b"re\r\n") == b"EHLO me\r\n"
    assert one.received(b"250-here\r\n250 PIPELINING\r\n") == b""
    assert (one.wish, one.offers.pipelining) == ("ready", True)


def test_an_old_server_gets_helo():
    one = opening()
    one.received(b"220 here\r\n")
    assert one.received(b"502 What?\r\n") == b"HELO me\r\n"
    one.received(b"250 here\r\n")
    assert (one.wish, one.offers) == ("ready", Offers())


def test_starttls_and_ehlo_again():
    one = opening(starttls=True, credentials=Credentials("ann", "secret"))
    one.received(b"220 here\r\n")
    assert one.received(b"250-here\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n") == b"STARTTLS\r\n"
    assert one.received(b"220 Go on\r\n") == b""
    assert one.wish == "tls"
    assert one.secured() == b"EHLO me\r\n"
    assert one.received(b"250-here\r\n250 AUTH LOGIN\r\n") == b"AUTH LOGIN\r\n"
    assert one.received(b"334 VXNlcm5hbWU6\r\n") == b"YW5u\r\n"
    assert one.received(b"334 UGFzc3dvcmQ6\r\n") == b"c2VjcmV0\r\n"
    one.received(b"235 2.7.0 Welcome\r\n")
    assert one.wish == "ready"


def test_a_relay_that_asks_on_and_on_at_the_login_is_left():
    one = opening(starttls=False, credentials=Credentials("ann", "secret"), tell_openly=True)
    one.received(b"220 here\r\n")
    assert one.received(b"250-here\r\n250 AUTH PLAIN\r\n").startswith(b"AUTH PLAIN ")
    assert one.received(b"334 \r\n") == b"*\r\n"
    assert one.received(b"334 \r\n") == b""
    assert (one.wish, one.trouble) == ("end", "the relay asked for more than there is to say at the login: 334")


@pytest.mark.parametrize("more", [b"250 injected\r\n", b"25", b"250-inj"])
def test_what_is_sent_along_with_the_agreement_to_tls_ends_it(more):
    one = opening(starttls=True)
    one.received(b"220 here\r\n")
    one.received(b"250-here\r\n250 STARTTLS\r\n")
    one.received(b"220 Go on\r\n" + more)
    assert (one.wish, one.trouble) == ("end", "the relay went on talking where it was our turn")


@pytest.mark.parametrize(
    ("talk", "trouble"),
    [
        ([b"554 5.7.1 Go away\r\n"], "the relay takes no mail: 554 5.7.1 Go away"),
        ([b"220 x\r\n", b"250 x\r\n"], "the relay offers no STARTTLS, and nothing is sent in plain text"),
        ([b"220 x\r\n", b"502 x\r\n"], "the relay refused EHLO: 502 x"),
        (
            [b"220 x\r\n", b"250-x\r\n250 STARTTLS\r\n", b"454 4.7.0 No\r\n"],
            "the relay refused STARTTLS, and nothing is sent in plain text: 454 4.7.0 No",
        ),
    ],
)
def test_without_starttls_nothing_but_that_is_said(talk, trouble):
    one = opening(starttls=True, credentials=Credentials("ann", "secret"))
    written = b"".join(one.received(each) for each in talk)
    assert written.replace(b"EHLO me\r\n", b"").replace(b"STARTTLS\r\n", b"") == b""
    assert (one.wish, one.trouble, one.locked_out) == ("end", trouble, False)


def test_a_password_is_not_told_in_plain_text():
    one = opening(credentials=Credentials("ann", "secret"))
    one.received(b"220 x\r\n")
    assert one.received(b"250-x\r\n250 AUTH PLAIN\r\n") == b""
    assert (one.wish, one.locked_out) == ("end", True)


@pytest.mark.parametrize(("reply", "locked"), [(b"535 5.7.8 No\r\n", True), (b"454 4.7.0 Later\r\n", False)])
def test_a_refused_login(reply, locked):
    one = opening(credentials=Credentials("ann", "secret", "xoauth2"), tell_openly=True)
    one.received(b"220 x\r\n")
    one.received(b"250-x\r\n250 AUTH XOAUTH2\r\n")
    assert one.received(b"334 eyJzdGF0dXMiOiI0MDAifQ==\r\n") == b"\r\n"
    one.received(reply)
    assert (one.wish, one.locked_out) == ("end", locked)
    assert "the relay refused the login" in one.trouble


def test_a_challenge_that_fits_no_login_is_broken_off():
    one = opening(credentials=Credentials("ann", "secret"), tell_openly=True)
    one.received(b"220 x\r\n")
    one.received(b"250-x\r\n250 AUTH PLAIN\r\n")
    assert one.received(b"334 more?\r\n") == b"*\r\n"
