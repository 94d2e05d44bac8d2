from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.roster import (
    Enrolment,
    Subscription,
    Suppression,
    address_key,
    decide,
    normalise_address,
    split_mailbox,
    veto,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("ann@example.org", "ann@example.org"),
        ("  Ann.Lee@EXAMPLE.Org\t", "Ann.Lee@example.org"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("ann@straße.example", "ann@xn--strae-oqa.example"),
        ("ann@例え。テスト", "ann@xn--r8jz45g.xn--zckzah"),
        ("o'neil+news=1@example.org", "o'neil+news=1@example.org"),
        ('"ann"@example.org', "ann@example.org"),
        ('"a b"@example.org', '"a b"@example.org'),
        (r'"a\ b\"c"@example.org', r'"a b\"c"@example.org'),
        ('"a@b,c"@example.org', '"a@b,c"@example.org'),
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
    ],
)
def test_the_form_an_address_is_kept_in(given_, kept):
    assert normalise_address(given_) == kept
    assert normalise_address(kept) == kept


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no address"),
        ("ann", "no address"),
        ("@example.org", "no address"),
        ("ann@", "no address"),
        ("ann@example.org\r\nBcc: eve@example.org", "line break"),
        ("ann@example.org\n", "line break"),
        ("an\x00n@example.org", "control character"),
        ("an\u2028n@example.org", "line break"),
        ("ann@example.org, ben@example.org", "a list"),
        ("ann@example.org;ben@example.org", "a list"),
        ("ann@example.org ben@example.org", "a list"),
        ("ann@@example.org", "not allowed"),
        ("an n@example.org", "not allowed"),
        (".ann@example.org", "not allowed"),
        ("ann..lee@example.org", "not allowed"),
        ('"ann@example.org', "not allowed"),
        ("änn@example.org", "outside ASCII before the @: few servers take such an address, and digest takes none"),
        ("ann@exa mple.org", "the domain"),
        ("ann@-example.org", "the domain"),
        ("ann@example..org", "the domain"),
        ("ann@[192.0.2.1]", "the domain"),
        ("a" * 65 + "@example.org", "64 characters"),
        ("a" * 60 + "@" + ".".join(["b" * 60] * 4), "254 characters"),
        ("ü" * 60_000 + "@" + "é" * 60_000, "254 characters"),
        ("," * 60_000 + "@e.org@", "254 characters"),
    ],
)
def test_what_is_no_address_is_refused_with_the_reason(text, why):
    with pytest.raises(ValueError, match=why):
        normalise_address(text)


anything = st.text(max_size=40) | st.from_regex(
    r'[ "\\a-zA-Z0-9.@,<>ü+\r\n-]{0,30}@[a-zA-Zü.。-]{0,20}', fullmatch=True
)


@given(anything)
def test_normalising_gives_one_printable_ascii_address_that_normalises_to_itself(text):
    try:
        kept = normalise_address(text)
    except ValueError:
        return
    assert kept.isascii()
    assert kept.isprintable()
    assert len(kept) <= 254
    assert "\r" not in kept + text
    assert "\n" not in kept + text
    assert kept == normalise_address(kept)
    assert address_key(kept) == address_key(kept.upper()) == address_key(f"Somebody <{kept}>")


@given(st.from_regex(r"[a-zA-Z0-9.+=_-]{1,70}@[a-zA-Z0-9._-]{1,70}", fullmatch=True) | anything)
def test_the_quick_way_for_usual_addresses_is_that_of_the_others(text):
    def outcome(given_):
        try:
            return normalise_address(given_)
        except ValueError as error:
            return str(error)

    # White space around it sends an address the long way.
    assert outcome(text) == outcome(f" {text} ")


def test_a_name_before_an_address():
    assert split_mailbox("Ann Lee <ann@example.org>") == ("Ann Lee", "ann@example.org")
    assert split_mailbox(r'"Lee, \"Ann\"" <ann@example.org>') == ('Lee, "Ann"', "ann@example.org")
    assert split_mailbox("<ann@example.org>") == ("", "ann@example.org")
    assert split_mailbox(" ann@example.org ") == ("", "ann@example.org")
    assert split_mailbox("a@b <c@d>") == ("", "a@b <c@d>")


def test_a_recipient_that_is_no_address_is_known_by_its_text():
    assert address_key("Somebody <ÄNN@Example.org>") == "änn@example.org"


def subscription(state):
    return Subscription("weekly", state, NOON)


def wanted(state="active", **more):
    return Enrolment(address="ann@example.org", state=state, **more)


@pytest.mark.parametrize(
    ("known", "asked", "kind"),
    [
        (None, "pending", "added"),
        (None, "active", "added"),
        (None, "unsubscribed", "left"),
        ("pending", "pending", "unchanged"),
        ("pending", "active", "confirmed"),
        ("pending", "unsubscribed", "left"),
        ("active", "pending", "unchanged"),
        ("active", "active", "unchanged"),
        ("active", "unsubscribed", "left"),
        ("unsubscribed", "pending", "refused"),
        ("unsubscribed", "active", "refused"),
        ("unsubscribed", "unsubscribed", "unchanged"),
    ],
)
def test_a_subscription_only_moves_on(known, asked, kind):
    assert decide(wanted(asked), subscription(known) if known else None, None).kind == kind


def test_who_left_comes_back_only_when_asked_again():
    left = subscription("unsubscribed")
    assert decide(wanted(), left, None).reason == "unsubscribed on 2026-03-02"
    assert decide(wanted(), left, None, again=True).kind == "returned"
    assert decide(wanted("pending"), left, None, again=True).kind == "returned"


BEFORE, AFTER = NOON - timedelta(days=1), NOON + timedelta(days=1)


@pytest.mark.parametrize(
    ("left_at", "agreed", "kind"),
    [
        (BEFORE, NOON, "refused"),
        (NOON, NOON, "left"),
        (AFTER, NOON, "left"),
        (None, NOON, "left"),
        # Who was taken in from a list that does not say when the person agreed may have left long before.
        (BEFORE, None, "left"),
    ],
)
@pytest.mark.parametrize("state", ["active", "pending"])
def test_who_left_before_agreeing_anew_did_not_leave_again(left_at, agreed, kind, state):
    back = Subscription("weekly", state, NOON, agreed)
    outcome = decide(wanted("unsubscribed", changed_at=left_at), back, None)
    assert outcome.kind == kind
    assert outcome.reason == ("left on 2026-03-01, and has agreed anew since, on 2026-03-02" * (kind == "refused"))


def test_a_row_without_a_time_ends_a_subscription_once():
    back, gone = wanted("unsubscribed", row="abc"), Subscription("weekly", "active", NOON, NOON)
    assert decide(back, gone, None).kind == "left"
    refused = decide(back, gone, None, seen=True)
    assert (refused.kind, refused.reason) == ("refused", "was taken in before, and the person is back since")
    assert decide(back, None, None, seen=True).kind == "left"


def test_a_suppression_that_the_row_itself_tells_of_is_not_in_the_way():
    veto = Suppression("bounce", NOON)
    assert decide(wanted(suppression=veto), None, veto).kind == "added"
    assert decide(wanted(suppression=veto), subscription("unsubscribed"), veto).kind == "refused"
    assert decide(wanted(suppression=veto), None, Suppression("forgotten", NOON)).kind == "refused"


@pytest.mark.parametrize("reason", ["bounce", "complaint", "by hand"])
@pytest.mark.parametrize("again", [False, True])
def test_who_is_suppressed_is_not_subscribed_but_may_leave(reason, again):
    suppression = Suppression(reason, NOON)
    refused = decide(wanted(), None, suppression, again=again)
    assert (refused.kind, reason in refused.reason) == ("refused", True)
    assert decide(wanted("unsubscribed"), subscription("active"), suppression).kind == "left"
    assert decide(wanted(suppress="bounce"), None, suppression).kind == "unchanged"


def test_a_suppression_is_noted_once():
    assert decide(wanted(suppress="bounce"), subscription("active"), None).kind == "suppressed"


@pytest.mark.parametrize("asked", [wanted(), wanted("unsubscribed"), wanted(suppress="bounce")])
def test_of_who_was_forgotten_nothing_is_noted_again(asked):
    refused = decide(asked, None, Suppression("forgotten", NOON), again=True)
    assert (refused.kind, refused.reason) == ("refused", "was forgotten on 2026-03-02 at the person's request")


@pytest.mark.parametrize(
    ("state", "suppressed", "fixed", "why"),
    [
        ("active", None, False, ""),
        (None, None, True, ""),
        ("pending", None, True, ""),
        ("unsubscribed", None, True, "unsubscribed"),
        ("active", "bounce", True, "suppressed: bounce"),
        ("unsubscribed", None, False, "unsubscribed"),
        ("pending", None, False, "has not confirmed"),
        (None, None, False, "does not subscribe"),
    ],
)
def test_who_may_be_written_to(state, suppressed, fixed, why):
    found = veto(state, suppressed, fixed=fixed)
    assert found.startswith(why)
    assert bool(found) == bool(why)
