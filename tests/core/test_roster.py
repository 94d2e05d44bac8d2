from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from digest.core.roster import Enrolment, Subscription, Suppression, decide, veto

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


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
