from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.outbox import Attempt, Reply
from digest.core.replies import judge, throttles

STAGES = ("connection", "sender", "recipient", "data", "message")


def attempt(stage, reply="", trouble=""):
    """An attempt from a reply written out, `550 5.1.1 No such user`; an enhanced code of `-` stands for none."""
    if not reply:
        return Attempt(1, stage, None, trouble)
    code, enhanced, text = (*reply.split(" ", 2), "")[:3]
    return Attempt(1, stage, Reply(int(code), enhanced.strip("-"), text), trouble)


def said(judgement):
    """A judgement in short: `refused suppress`, `deferred soft`, `refused newsletter`."""
    parts = (judgement.state, "suppress" * judgement.suppress, judgement.pause, "soft" * judgement.soft)
    return " ".join(part for part in parts if part)


@pytest.mark.parametrize(
    ("stage", "reply", "expected"),
    [
        # Taken.
        ("message", "250 2.0.0 queued as 4F9D", "accepted"),
        ("message", "250 - ok", "accepted"),
        ("message", "251 5.1.1 the server took it, whatever else it says", "accepted"),
        # Dead addresses: RFC 3463 section 3.2, RFC 7505 section 4.2.
        ("recipient", "550 5.1.1 no", "refused suppress"),
        ("recipient", "550 5.1.2 no", "refused suppress"),
        ("recipient", "553 5.1.3 no", "refused suppress"),
        ("recipient", "551 5.1.6 no", "refused suppress"),
        ("recipient", "556 5.1.10 null MX", "refused suppress"),
        ("message", "550 5.1.1 verified late", "refused suppress"),
        ("data", "554 5.1.1 no valid recipients", "refused suppress"),
        # Other addresses: ambiguous; valid; moved without a word.
        ("recipient", "550 5.1.4 ambiguous", "refused soft"),
        ("recipient", "550 5.1.0 rejected", "refused soft"),
        ("recipient", "550 5.1.0 user unknown", "refused suppress"),
        # The sender's address, not the reader's.
        ("recipient", "553 5.1.8 user unknown", "refused newsletter"),
        ("sender", "550 5.1.7 no", "refused newsletter"),
        ("sender", "550 5.1.1 said to MAIL it is the sender", "refused newsletter"),
        ("sender", "550 - user unknown", "refused newsletter"),
        ("sender", "550 5.2.2 mailbox full", "refused newsletter"),
        ("sender", "550 - go away", "refused newsletter"),
        # The enhanced code wins over the basic one, and over the words.
        ("recipient", "450 5.1.1 later", "refused suppress"),
        ("recipient", "550 4.2.2 full", "deferred soft"),
        ("recipient", "550 4.7.1 wait", "deferred"),
        ("recipient", "550 5.7.1 user unknown", "refused newsletter"),
        ("recipient", "550 5.1.1 blocked as spam", "refused suppress"),
        # Mailboxes.
        ("recipient", "452 4.2.2 over quota", "deferred soft"),
        ("recipient", "452 - mailbox full", "deferred soft"),
        ("recipient", "452 - insufficient system storage", "deferred"),
        ("recipient", "552 5.2.2 full", "refused soft"),
        ("message", "552 5.2.2 full", "refused soft"),
        ("recipient", "550 5.2.1 disabled", "refused soft"),
        ("recipient", "554 5.2.0 who knows", "refused soft"),
        # Policy.
        ("recipient", "550 5.7.1 no", "refused newsletter"),
        ("recipient", "550 5.7.26 unauthenticated", "refused newsletter"),
        ("recipient", "535 5.7.8 said to RCPT it is policy", "refused newsletter"),
        ("message", "554 5.7.1 spam", "refused newsletter"),
        ("message", "554 - we do not want it", "refused newsletter"),
        ("message", "554 - user unknown", "refused suppress"),
        ("message", "550 5.6.0 broken MIME", "refused newsletter"),
        # Too big: RFC 1870 section 6.1 says 552 to MAIL; RFC 5321 says 552 to RCPT of a full mailbox.
        ("sender", "552 - too much", "refused newsletter"),
        ("sender", "552 5.3.4 message size exceeds fixed maximum", "refused newsletter"),
        ("message", "552 - too much", "refused newsletter"),
        ("message", "552 5.3.4 too much", "refused newsletter"),
        ("recipient", "550 5.2.3 too long for this mailbox", "refused newsletter"),
        ("recipient", "552 - requested action aborted", "refused soft"),
        ("recipient", "552 - the message is too large", "refused newsletter"),
        # Later.
        ("recipient", "451 4.7.1 Greylisted, come back", "deferred"),
        ("recipient", "451 - try again", "deferred"),
        ("recipient", "450 4.1.1 unverified", "deferred"),
        ("message", "421 4.3.2 shutting down", "deferred"),
        ("sender", "451 4.3.0 wait", "deferred"),
        ("data", "421 - closing", "deferred"),
        # The relay's own matters.
        ("connection", "535 5.7.8 wrong", "deferred relay"),
        ("connection", "535 - wrong", "deferred relay"),
        ("connection", "534 5.7.9 stronger", "deferred relay"),
        ("connection", "454 4.7.0 the directory is away", "deferred"),
        ("connection", "554 5.7.1 blocked", "deferred"),
        ("connection", "421 - too many", "deferred"),
        ("sender", "530 5.7.0 authentication required", "deferred relay"),
        ("sender", "550 5.7.11 encryption needed", "deferred relay"),
        # Nonsense.
        ("message", "354 - go on", "uncertain"),
        ("message", "999 5.1.1 what", "uncertain"),
        ("recipient", "354 - go on", "deferred"),
        ("recipient", "250 5.1.1 the answer to another command", "deferred"),
        ("recipient", "550 5.1 no enhanced code", "refused soft"),
        ("recipient", "550 2.0.0 no class that fits", "refused soft"),
    ],
)
def test_what_follows_from_a_reply(stage, reply, expected):
    judgement = judge(attempt(stage, reply))
    assert said(judgement) == expected
    assert judgement.reason


@pytest.mark.parametrize("reply", ["550 5.1.1 No such user", "421 - closing", "250 - "])
def test_a_reply_reads_as_it_came(reply):
    assert str(attempt("recipient", reply).reply) == reply.replace("- ", "").strip()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("User unknown", "refused suppress"),
        ("<ann@example.org>: Recipient address rejected: User unknown in virtual mailbox table", "refused suppress"),
        ("No such user here", "refused suppress"),
        ("The account that you tried to reach does not exist", "refused suppress"),
        ("Invalid recipient", "refused suppress"),
        ("Recipient not found", "refused suppress"),
        ("Mailbox full", "refused soft"),
        ("rejected: recipient is over quota", "refused soft"),
        ("Account disabled", "refused soft"),
        ("Requested action not taken: mailbox unavailable", "refused soft"),
        ("", "refused soft"),
        ("Blocked, see https://example.org/why", "refused newsletter"),
        ("rejected as spam; mailbox unavailable", "refused newsletter"),
        ("your host is on a block list", "refused newsletter"),
        ("Relay access denied", "refused newsletter"),
        ("the message exceeds what fits", "refused newsletter"),
        # Not the reader, although the words are those of a dead address.
        ("Sender address rejected: user unknown", "refused newsletter"),
        ("reverse DNS for your address not found", "refused newsletter"),
        ("Client host rejected: unknown address", "refused newsletter"),
    ],
)
def test_words_decide_where_no_code_does(words, expected):
    assert said(judge(attempt("recipient", f"550 - {words}"))) == expected
    assert said(judge(attempt("recipient", f"550 5.0.0 {words}"))) == expected


@pytest.mark.parametrize("stage", STAGES)
def test_without_a_reply_only_what_may_have_left_is_uncertain(stage):
    judgement = judge(attempt(stage, trouble="the connection was reset"))
    assert said(judgement) == ("uncertain" if stage == "message" else "deferred")


def test_a_sink_without_replies_has_taken_it():
    assert said(judge(attempt("message"))) == "accepted"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("421 - too fast", True),
        ("421 4.7.0 too fast", True),
        ("450 4.7.1 rate limited", True),
        ("451 4.7.1 Greylisting in action", False),
        ("451 4.7.1 grey-listed", False),
        ("451 - later", False),
        ("450 4.2.1 mailbox busy", False),
        ("550 5.7.1 blocked", False),
        ("250 2.0.0 ok", False),
    ],
)
def test_which_replies_ask_for_less(reply, expected):
    assert throttles(attempt("recipient", reply).reply) is expected


REPLIES = st.builds(
    Reply,
    st.integers(0, 999),
    st.from_regex(r"([245]\.[0-9]{1,3}\.[0-9]{1,3})?", fullmatch=True),
    st.text(max_size=60) | st.sampled_from(["user unknown", "spam", "mailbox full", "too large"]),
)


@given(stage=st.sampled_from(STAGES), reply=REPLIES)
def test_whatever_a_server_says(stage, reply):
    judgement = judge(Attempt(1, stage, reply))
    # Only the one reply that RFC 5321 means so is an acceptance, and only behind the dot there is a doubt.
    assert (judgement.state == "accepted") == (stage == "message" and 200 <= reply.code < 300)
    assert judgement.state != "uncertain" or stage == "message"
    # An address dies of a refusal alone, and of none that came before the reader was named.
    assert not judgement.suppress or (judgement.state == "refused" and stage not in ("connection", "sender"))
    assert not (judgement.suppress and (judgement.pause or judgement.soft))
    # What happens before MAIL costs no reader the edition.
    assert stage != "connection" or judgement.state == "deferred"
    assert judgement.pause != "relay" or stage in ("connection", "sender")
