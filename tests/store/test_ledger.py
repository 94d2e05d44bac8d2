"""The contract of the ledger, over each store: planning, claiming, settling, recovering."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.core.edition import DeliveryCounts
from digest.core.errors import StoreError
from digest.core.outbox import (
    NUMBERS,
    Claimed,
    Recovered,
    Settled,
    Uncertain,
    delivery_id,
    dispatch_of,
)

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)  # as in conftest
LEASE = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)
ANN, BEN, CAS, DAN = (f"{name}@example.org" for name in ("ann", "ben", "cas", "dan"))


def nobody(_holder: str) -> bool:
    return False


def everybody(_holder: str) -> bool:
    return True


def accepted(*numbers: int) -> list[Settled]:
    return [Settled(each, "accepted", "250 2.0.0 ok: queued as 4711", "relay") for each in numbers]


# Planning


def test_who_is_named_comes_first_and_readers_follow_each_once(desk):
    desk.subscribe(ANN, BEN, CAS)
    desk.store.roster.suppress(CAS, "bounce", "", NOW)
    desk.subscribe(DAN, state="pending")
    desk.subscribe("eve@example.org", newsletter="daily")
    dispatch = desk.freeze("Fay <fay@example.org>", "BEN@example.org", "FAY@example.org", sinks=("smtp", "file"))
    for each in (dispatch, desk.dispatch("file")):
        assert (each.planned, each.planned_at, each.next_at, each.held) == (3, NOW, NOW, "")
        found = [who for who, _ in desk.ledger.places(each.id, "waiting")]
        assert [(who.address, who.name) for who in found] == [("fay@example.org", "Fay"), (BEN, ""), (ANN, "")]
        assert [who.delivery for who in found] == [delivery_id(each.id, number) for number in range(3)]
        assert {dispatch_of(who.delivery) for who in found} == {each.id}
        assert {row[0] for row in desk.rows("attempts", each)} == {0}
    assert desk.ledger.counts("weekly", "e") == DeliveryCounts(planned=6, waiting=6)


def test_deliveries_of_a_dispatch_stand_together_however_many_dispatches_there_are(desk):
    desk.subscribe(ANN, BEN)
    for edition in ("a", "b", "c"):
        dispatch = desk.freeze(DAN, edition=edition, sinks=("smtp", "file"))
        numbers = [row[0] for row in desk.rows("id", dispatch)]
        assert numbers == [dispatch.id * NUMBERS + number for number in range(3)]
        assert [number // NUMBERS for number in numbers] == [dispatch.id] * 3


def test_a_dispatch_without_readers_has_nothing_to_do(desk):
    dispatch = desk.freeze()
    assert (dispatch.planned, dispatch.next_at) == (0, None)
    assert desk.ledger.open() == []
    assert not desk.ledger.due("weekly", ["smtp"], NOW)


def test_what_there_is_not(desk):
    ledger = desk.ledger
    assert ledger.open() == ledger.open("weekly") == ledger.dispatches("weekly", "e") == []
    assert ledger.counts("weekly", "e") == DeliveryCounts()
    assert ledger.tally("weekly", "e") == ledger.uncertain() == []
    assert ledger.reader_of(4711) is None
    assert (ledger.left(1), ledger.tried(1), ledger.untried(1), ledger.release(1, NOW)) == (0, 0, False, 0)
    assert ledger.recover(NOW, everybody, everybody) == Recovered()
    with pytest.raises(StoreError):
        ledger.begin(1, "me", NOW, LEASE)


# Claiming and settling


def test_deliveries_are_claimed_in_order_and_no_more_than_asked(desk):
    desk.subscribe(ANN, BEN, CAS)
    dispatch = desk.freeze()
    batch = desk.begin(dispatch)
    first, second = desk.claim(dispatch, batch, 2)
    assert first == Claimed(delivery_id(dispatch.id, 0), desk.store.roster.number(ANN), ANN, "", 0)
    assert second.address == BEN
    assert [each.address for each in desk.claim(dispatch, batch, 2)] == [CAS]
    assert desk.claim(dispatch, batch, 2) == []
    assert desk.states(dispatch) == ["claimed"] * 3
    assert desk.ledger.counts("weekly", "e") == DeliveryCounts(planned=3, waiting=3)


def test_a_delivery_is_marked_and_then_settled(desk):
    desk.subscribe(ANN, BEN, CAS, DAN)
    dispatch = desk.freeze()
    batch, (ann, ben, cas, dan) = desk.take(dispatch)
    assert sorted(desk.ledger.commit(batch, (), [ann, ben, cas], NOW)) == [ann, ben, cas]
    assert desk.ledger.counts("weekly", "e") == DeliveryCounts(planned=4, uncertain=3, waiting=1)
    settled = [
        Settled(ann, "accepted", "250 ok", "relay"),
        Settled(ben, "refused", "550 5.1.1 no such user", "relay"),
        Settled(cas, "deferred", "451 4.7.1 greylisted", "relay", NOW + 7 * MINUTE),
    ]
    assert list(desk.ledger.commit(batch, settled, [dan], NOW + MINUTE)) == [dan]
    desk.ledger.commit(batch, [Settled(dan, "uncertain", "the connection was reset", "relay")], (), NOW + MINUTE)
    counts = DeliveryCounts(planned=4, accepted=1, refused=1, deferred=1, uncertain=1)
    assert desk.ledger.counts("weekly", "e") == counts
    assert counts.balanced
    assert {row[0] for row in desk.rows("attempts", dispatch)} == {1}
    desk.ledger.end(batch, NOW + MINUTE)
    assert desk.ledger.counts("weekly", "e") == counts
    assert desk.dispatch().next_at == NOW + 7 * MINUTE
    assert desk.ledger.tried(dispatch.id) == 2
    assert desk.ledger.left(dispatch.id) == 1


def test_an_end_lasts_whatever_comes_after(desk):
    desk.subscribe(ANN)
    dispatch = desk.freeze()
    batch, (ann,) = desk.take(dispatch)
    desk.ledger.commit(batch, (), [ann], NOW)
    desk.ledger.commit(batch, accepted(ann), (), NOW)
    assert list(desk.ledger.commit(batch, [Settled(ann, "refused", "550")], [ann], NOW)) == []
    desk.ledger.end(batch, NOW)
    assert desk.states(dispatch) == ["accepted"]
    assert desk.dispatch().next_at is None
    assert desk.ledger.open() == []
    assert desk.take(dispatch)[1] == []


def test_what_was_not_tried_is_given_back_and_claimed_again_under_the_same_batch(desk):
    desk.subscribe(ANN, BEN)
    dispatch = desk.freeze()
    batch, (ann, ben) = desk.take(dispatch)
    desk.ledger.commit(batch, [Settled(ann, "waiting", spent=0)], [ben], NOW)
    assert desk.states(dispatch) == ["waiting", "sending"]
    assert [(each.delivery, each.attempts) for each in desk.claim(dispatch, batch)] == [(ann, 0)]


def test_ending_gives_back_what_was_claimed_and_doubts_what_was_sending(desk):
    desk.subscribe(ANN, BEN, CAS)
    dispatch = desk.freeze()
    batch, (ann, ben, _cas) = desk.take(dispatch)
    desk.ledger.commit(batch, (), [ann, ben], NOW)
    desk.ledger.commit(batch, accepted(ann), (), NOW)
    desk.ledger.end(batch, NOW + MINUTE)
    assert desk.states(dispatch) == ["accepted", "uncertain", "waiting"]
    assert desk.rows("batch", dispatch) == [(None,)] * 3
    assert desk.ledger.recover(NOW, everybody, everybody) == Recovered()
    desk.ledger.end(batch, NOW)  # once more: nothing
    assert desk.states(dispatch) == ["accepted", "uncertain", "waiting"]


def test_ending_with_a_sink_that_takes_nothing_twice_leaves_no_doubt(desk):
    dispatch = desk.freeze(ANN, BEN)
    batch, (ann, _ben) = desk.take(dispatch)
    desk.ledger.commit(batch, (), [ann], NOW)
    desk.ledger.end(batch, NOW, repeatable=True)
    assert desk.states(dispatch) == ["waiting", "waiting"]


def test_a_deferred_delivery_waits_until_it_is_due_and_keeps_its_attempts(desk):
    desk.subscribe(ANN, BEN, CAS)
    dispatch = desk.freeze()
    batch, (ann, ben, cas) = desk.take(dispatch)
    desk.ledger.commit(batch, (), [ann, ben, cas], NOW)
    later = [
        Settled(ann, "deferred", "451", due=NOW + 9 * MINUTE),
        Settled(ben, "deferred", "451", due=NOW + 5 * MINUTE),
        Settled(cas, "deferred", "limit of example.org", due=NOW + 5 * MINUTE, spent=0),
    ]
    desk.ledger.commit(batch, later, (), NOW)
    desk.ledger.end(batch, NOW)
    assert desk.dispatch().next_at == NOW + 5 * MINUTE
    assert not desk.ledger.due("weekly", ["smtp"], NOW + 5 * MINUTE - timedelta(microseconds=1))
    assert desk.ledger.due("weekly", ["smtp"], NOW + 5 * MINUTE)
    assert not desk.ledger.due("weekly", ["file"], NOW + 5 * MINUTE)
    assert not desk.ledger.due("daily", ["smtp"], NOW + 5 * MINUTE)
    assert not desk.ledger.untried(dispatch.id)
    again = desk.begin(dispatch)
    assert desk.claim(dispatch, again, now=NOW + 4 * MINUTE) == []
    assert [(each.delivery, each.attempts) for each in desk.claim(dispatch, again, now=NOW + 9 * MINUTE)] == [
        (ben, 1),
        (cas, 0),
        (ann, 1),
    ]


def test_deferred_ones_that_are_due_go_before_those_never_tried(desk):
    desk.subscribe(ANN, BEN, CAS)
    dispatch = desk.freeze()
    batch, (ann,) = desk.take(dispatch, 1)
    desk.ledger.commit(batch, [Settled(ann, "deferred", "", due=NOW + MINUTE, spent=0)], (), NOW)
    assert [each.address for each in desk.claim(dispatch, batch, 2, NOW + MINUTE)] == [ANN, BEN]


def test_what_was_tried_expires_and_what_was_not_does_not(desk):
    """Whether what was never begun still goes out is for a person to say."""
    desk.subscribe(ANN, BEN)
    dispatch = desk.freeze(expires=NOW + 10 * MINUTE)
    batch, (ann,) = desk.take(dispatch, 1)
    desk.ledger.commit(batch, (), [ann], NOW)
    desk.ledger.commit(batch, [Settled(ann, "deferred", "451 busy", due=NOW + 9 * MINUTE)], (), NOW)
    desk.ledger.end(batch, NOW)
    assert [each.address for each in desk.claim(dispatch, desk.begin(dispatch), now=NOW + 10 * MINUTE)] == [BEN]
    assert desk.rows("state, reply", dispatch) == [("excluded", "expired: 451 busy"), ("claimed", "")]
    assert desk.dispatch().expires_at == NOW + 10 * MINUTE


# Leaving


LEAVING = {
    "leave": (lambda roster: roster.leave(ANN, "weekly", NOW), "unsubscribed"),
    "leave all": (lambda roster: roster.leave(ANN, None, NOW), "unsubscribed"),
    "by number": (lambda roster: roster.leave_as(roster.number(ANN), "weekly", NOW, "a click"), "unsubscribed"),
    "suppress": (lambda roster: roster.suppress(ANN, "complaint", "", NOW), "suppressed: complaint"),
    "forget": (lambda roster: roster.forget(ANN, NOW), "forgotten"),
}


@pytest.mark.parametrize("how", LEAVING)
@pytest.mark.parametrize("when", ["waiting", "deferred", "claimed"])
def test_who_leaves_before_the_message_goes_gets_nothing(desk, how, when):
    leave, why = LEAVING[how]
    desk.subscribe(ANN, BEN)
    dispatch = desk.freeze()
    batch, (ann, ben) = desk.take(dispatch)
    if when != "claimed":
        due = None if when == "waiting" else NOW
        settled = [Settled(each, when, due=due, spent=0) for each in (ann, ben)]
        desk.ledger.commit(batch, settled, (), NOW)
    leave(desk.store.roster)
    if when != "claimed":
        assert [each.address for each in desk.claim(dispatch, batch)] == [BEN]
    assert list(desk.ledger.commit(batch, (), [ann, ben], NOW)) == [ben]
    desk.ledger.commit(batch, accepted(ann, ben), (), NOW)
    desk.ledger.end(batch, NOW)
    assert desk.rows("state, reply", dispatch)[0] == ("excluded", why)
    assert desk.ledger.counts("weekly", "e") == DeliveryCounts(planned=2, accepted=1, excluded=1)


@pytest.mark.parametrize("how", LEAVING)
def test_what_is_on_its_way_is_settled_as_it_ends(desk, how):
    leave, _ = LEAVING[how]
    dispatch = desk.freeze(ANN)
    desk.subscribe(ANN)
    batch, (ann,) = desk.take(dispatch)
    desk.ledger.commit(batch, (), [ann], NOW)
    leave(desk.store.roster)
    assert desk.states(dispatch) == ["sending"]
    desk.ledger.commit(batch, accepted(ann), (), NOW)
    assert desk.states(dispatch) == ["accepted"]


def test_leaving_one_newsletter_leaves_the_deliveries_of_the_others(desk):
    for newsletter in ("weekly", "daily"):
        desk.subscribe(ANN, newsletter=newsletter)
        desk.freeze(newsletter=newsletter, sinks=("smtp", "file"))
    desk.store.roster.leave(ANN, "weekly", NOW)
    assert desk.ledger.counts("weekly", "e") == DeliveryCounts(planned=2, excluded=2)
    assert desk.ledger.counts("daily", "e") == DeliveryCounts(planned=2, waiting=2)
    desk.store.roster.suppress(ANN, "bounce", "", NOW)
    assert desk.ledger.counts("daily", "e") == DeliveryCounts(planned=2, excluded=2)


def test_a_named_recipient_leaves_by_number_too(desk):
    dispatch = desk.freeze(ANN, BEN)
    assert desk.store.roster.leave_as(desk.store.roster.number(ANN), "weekly", NOW, "a click")
    assert not desk.store.roster.leave_as(4711, "weekly", NOW, "a click")
    assert desk.states(dispatch) == ["excluded", "waiting"]
    following = desk.freeze(ANN, BEN, edition="f")
    assert following.planned == 2
    assert [each.address for each in desk.claim(following, desk.begin(following))] == [BEN]


def test_who_was_forgotten_leaves_nothing_by_an_old_link(desk):
    desk.subscribe(ANN)
    number = desk.store.roster.number(ANN)
    desk.store.roster.forget(ANN, NOW)
    assert not desk.store.roster.leave_as(number, "weekly", NOW, "a click")
    assert list(desk.store.roster.members()) == []


def test_what_a_server_said_of_who_is_forgotten_is_erased(desk):
    desk.subscribe(ANN)
    dispatch = desk.freeze(expires=NOW + MINUTE)
    batch, (ann,) = desk.take(dispatch)
    desk.ledger.commit(batch, (), [ann], NOW)
    said = f"452 4.2.2 <{ANN}>: mailbox full"
    desk.ledger.commit(batch, [Settled(ann, "deferred", said, "relay", NOW)], (), NOW)
    assert desk.claim(dispatch, batch, now=NOW + MINUTE) == []
    assert desk.rows("state, reply", dispatch) == [("excluded", f"expired: {said}")]
    assert desk.store.roster.forget(ANN, NOW).deliveries == 1
    assert desk.rows("state, reply, place", dispatch) == [("excluded", "", "")]


# Workers that die, and workers that sleep


def test_what_a_dead_worker_left_waits_again_or_is_in_doubt(desk):
    desk.subscribe(ANN, BEN, CAS)
    dispatch = desk.freeze()
    batch, (ann, ben, _) = desk.take(dispatch)
    desk.ledger.commit(batch, (), [ann, ben], NOW)
    desk.ledger.commit(batch, accepted(ann), (), NOW)
    assert desk.ledger.recover(NOW, nobody, nobody) == Recovered()
    assert desk.ledger.recover(NOW, everybody, nobody) == Recovered(waiting=1, uncertain=1)
    assert desk.states(dispatch) == ["accepted", "uncertain", "waiting"]
    assert desk.ledger.recover(NOW, everybody, nobody) == Recovered()
    assert [each.address for each in desk.claim(dispatch, desk.begin(dispatch))] == [CAS]
    (doubt,) = desk.ledger.uncertain()
    assert (doubt.delivery, doubt.reply, doubt.since) == (ben, "the sender ended while it was being sent", NOW)


def test_of_a_machine_that_went_down_what_was_claimed_is_in_doubt_too(desk):
    """Its last marks may not have reached the disk."""
    desk.subscribe(ANN, BEN)
    dispatch = desk.freeze()
    batch, (ann, _) = desk.take(dispatch)
    desk.ledger.commit(batch, (), [ann], NOW + MINUTE)
    assert desk.ledger.recover(NOW + LEASE, everybody, everybody) == Recovered(uncertain=2)
    assert desk.states(dispatch) == ["uncertain", "uncertain"]
    doubts = desk.ledger.uncertain()
    assert {each.reply for each in doubts} == {"the machine went down while it was being sent"}
    # The one whose mark is lost may have gone at any time until then: that is what a log has to cover.
    assert [(each.since, each.until) for each in doubts] == [(NOW, NOW + MINUTE), (NOW, NOW + LEASE)]


def test_for_a_sink_that_takes_nothing_twice_all_waits_again(desk):
    desk.subscribe(ANN)
    dispatches = [desk.freeze(sinks=("file", "smtp")), desk.dispatch("smtp")]
    for dispatch in dispatches:
        batch, going = desk.take(dispatch)
        desk.ledger.commit(batch, (), going, NOW)
    assert desk.ledger.recover(NOW, everybody, everybody, ["file"]) == Recovered(waiting=1, uncertain=1)
    assert [desk.states(each) for each in dispatches] == [["waiting"], ["uncertain"]]


def test_only_those_that_are_gone_or_silent_are_recovered(desk):
    for edition in ("a", "b", "c"):
        dispatch = desk.freeze(ANN, edition=edition)
        desk.claim(dispatch, desk.begin(dispatch, f"holder {edition}"))
    assert desk.ledger.recover(NOW + LEASE - MINUTE, lambda holder: holder == "holder b", nobody) == Recovered(
        waiting=1
    )
    assert [desk.states(desk.dispatch(edition=each)) for each in "abc"] == [["claimed"], ["waiting"], ["claimed"]]
    assert desk.ledger.recover(NOW + LEASE, nobody, nobody) == Recovered(waiting=2)


def test_a_lease_is_renewed_while_one_works(desk):
    dispatch = desk.freeze(ANN)
    batch, _ = desk.take(dispatch)
    at = NOW + LEASE - MINUTE
    # Whatever instant is worked for: leases go by the clock.
    desk.ledger.commit(batch, (), (), NOW + timedelta(days=99), (at, at + LEASE))
    assert desk.ledger.recover(NOW + LEASE, nobody, nobody) == Recovered()
    assert desk.ledger.recover(at + LEASE, nobody, nobody) == Recovered(waiting=1)


def test_who_slept_past_the_lease_is_refused_whatever_it_does(desk):
    desk.subscribe(ANN, BEN, CAS, DAN)
    dispatch = desk.freeze()
    slept, (ann, ben, cas) = desk.take(dispatch, 3)
    desk.ledger.commit(slept, (), [ann], NOW)
    later = NOW + LEASE
    assert desk.ledger.recover(later, nobody, nobody) == Recovered(waiting=2, uncertain=1)
    other, claimed = desk.take(dispatch, now=later)
    assert claimed == [ben, cas, delivery_id(dispatch.id, 3)]
    desk.ledger.commit(other, (), [ben], later)
    before = desk.rows("state, batch, attempts, reply", dispatch)
    # It wakes.
    assert (
        list(desk.ledger.commit(slept, accepted(ann, ben, cas), [ann, ben, cas], later, (later, later + LEASE))) == []
    )
    assert desk.claim(dispatch, slept, now=later) == []
    desk.ledger.end(slept, later)
    assert desk.rows("state, batch, attempts, reply", dispatch) == before
    assert before[1][:2] == ("sending", other)


def test_nothing_is_claimed_under_a_batch_that_was_recovered(desk):
    """It would be nobody's: no recovery would ever find it."""
    dispatch = desk.freeze(ANN, BEN)
    slept, _ = desk.take(dispatch, 1)
    desk.ledger.recover(NOW + LEASE, nobody, nobody)
    assert desk.claim(dispatch, slept, now=NOW + LEASE) == []
    assert desk.states(dispatch) == ["waiting", "waiting"]


def test_a_batch_that_is_handed_out_twice_may_go_once(desk):
    """Two that work under one number, by whatever mistake: each delivery is one's to hand over."""
    desk.subscribe(ANN, BEN, CAS)
    dispatch = desk.freeze()
    batch, (ann, ben, cas) = desk.take(dispatch)
    assert sorted(desk.ledger.commit(batch, (), [ann, ben], NOW)) == [ann, ben]
    assert list(desk.ledger.commit(batch, (), [ann, ben, cas], NOW)) == [cas]
    desk.ledger.commit(batch, accepted(ann, ben), (), NOW)
    assert list(desk.ledger.commit(batch, accepted(ann, ben), [ann, ben], NOW)) == []
    assert desk.claim(dispatch, batch) == []
    assert desk.rows("state, attempts", dispatch) == [("accepted", 1), ("accepted", 1), ("sending", 0)]


def test_nobody_settles_or_marks_what_another_has_claimed(desk):
    dispatch = desk.freeze(ANN, BEN)
    one, (ann,) = desk.take(dispatch, 1)
    other, (ben,) = desk.take(dispatch)
    assert list(desk.ledger.commit(other, accepted(ann), [ann, ben], NOW)) == [ben]
    assert desk.rows("state, batch", dispatch) == [("claimed", one), ("sending", other)]


def test_numbers_of_batches_are_never_given_again(desk):
    dispatch = desk.freeze(ANN)
    first = desk.begin(dispatch)
    desk.ledger.end(first, NOW)
    assert desk.begin(dispatch) > first


def test_what_was_due_stays_due_for_who_works_for_the_same_instant_again(desk):
    """A run for a past instant, that failed: the end came after that instant, and so does what a recovery notes."""
    dispatch = desk.freeze(ANN)
    batch, _ = desk.take(dispatch)
    desk.ledger.end(batch, NOW + MINUTE)
    assert desk.dispatch().next_at == NOW
    desk.take(dispatch)
    desk.ledger.recover(NOW + timedelta(days=200), everybody, nobody)
    assert desk.dispatch().next_at == NOW
    assert desk.ledger.due("weekly", ["smtp"], NOW)


# Keeping back


def test_a_dispatch_that_is_held_is_not_due_until_it_is_let_go(desk):
    dispatch = desk.freeze(ANN)
    desk.ledger.hold(dispatch.id, "too late")
    assert desk.dispatch() == replace(dispatch, held="too late")
    assert not desk.ledger.due("weekly", ["smtp"], NOW)
    assert desk.ledger.open() == [replace(dispatch, held="too late")]
    desk.ledger.hold(dispatch.id, "")
    assert desk.ledger.due("weekly", ["smtp"], NOW)


def test_a_newsletter_that_is_stopped_is_not_due_and_the_first_reason_stays(desk):
    desk.freeze(ANN)
    desk.freeze(ANN, newsletter="daily")
    assert desk.ledger.stopped("weekly") == ""
    desk.ledger.stop("weekly", "7 % bounced", NOW)
    desk.ledger.stop("weekly", "by hand", NOW)
    assert desk.ledger.stopped("weekly") == "7 % bounced"
    assert not desk.ledger.due("weekly", ["smtp"], NOW)
    assert desk.ledger.due("daily", ["smtp"], NOW)
    assert desk.ledger.go_on("weekly")
    assert not desk.ledger.go_on("weekly")
    assert desk.ledger.due("weekly", ["smtp"], NOW)


# Doubt, and looking back


@pytest.fixture
def doubtful(desk):
    """Two dispatches that have one delivery each of which nobody knows."""
    found = []
    for edition in ("e", "f"):
        dispatch = desk.freeze(ANN, edition=edition)
        batch, (ann,) = desk.take(dispatch)
        desk.ledger.commit(batch, (), [ann], NOW)
        desk.ledger.commit(batch, [Settled(ann, "uncertain", "reset", "relay")], (), NOW + MINUTE)
        desk.ledger.end(batch, NOW + MINUTE)
        found.append(ann)
    return found


def test_doubts_are_listed_oldest_first(desk, doubtful):
    ann = desk.store.roster.number(ANN)
    listed = [Uncertain(each, ann, ANN, "reset", "relay", NOW + MINUTE, NOW + MINUTE) for each in doubtful]
    assert desk.ledger.uncertain() == desk.ledger.uncertain("weekly") == listed
    assert desk.ledger.uncertain("weekly", "f") == listed[1:]
    assert desk.ledger.uncertain("daily") == []
    assert desk.ledger.open() == []  # nothing is done about them


def test_doubts_are_counted_as_they_are_listed(desk, doubtful):
    assert (desk.ledger.doubts("weekly"), desk.ledger.doubts("daily")) == (2, 0)
    desk.store.roster.forget(ANN, NOW)  # who is forgotten was written to all the same
    assert desk.ledger.doubts("weekly") == len(desk.ledger.uncertain("weekly")) == 2
    desk.ledger.decide(doubtful[0], "accepted", "in the log", NOW)
    assert desk.ledger.doubts("weekly") == len(desk.ledger.uncertain("weekly")) == 1


@pytest.mark.parametrize("state", ["accepted", "refused"])
def test_a_doubt_is_settled_once(desk, doubtful, state):
    assert desk.ledger.decide(doubtful[0], state, "by the relay's log", NOW)
    assert not desk.ledger.decide(doubtful[0], "waiting", "by hand", NOW)
    assert desk.rows("state, reply", desk.dispatch()) == [(state, "by the relay's log")]
    assert desk.ledger.counts("weekly", "e") == DeliveryCounts(planned=1, **{state: 1})
    assert desk.ledger.open() == []


def test_a_doubtful_delivery_is_sent_again_only_when_somebody_says_so(desk, doubtful):
    dispatch = desk.dispatch()
    assert desk.take(dispatch)[1] == []
    assert desk.ledger.decide(doubtful[0], "waiting", "by hand", NOW + MINUTE)
    assert [each.id for each in desk.ledger.open()] == [dispatch.id]
    assert desk.ledger.due("weekly", ["smtp"], NOW + MINUTE)
    assert [each.attempts for each in desk.claim(dispatch, desk.begin(dispatch))] == [1]


def test_who_left_while_a_delivery_was_in_doubt_does_not_get_it_again(desk, doubtful):
    desk.store.roster.suppress(ANN, "complaint", "", NOW)
    assert desk.states(desk.dispatch()) == ["uncertain"]
    desk.ledger.decide(doubtful[0], "waiting", "by hand", NOW)
    assert desk.take(desk.dispatch())[1] == []
    assert desk.rows("state, reply", desk.dispatch()) == [("excluded", "suppressed: complaint")]


def test_releasing_takes_deferred_ones_up_at_once(desk):
    dispatch = desk.freeze(ANN, BEN)
    batch, (ann, ben) = desk.take(dispatch)
    later = [Settled(each, "deferred", "451", due=NOW + timedelta(hours=4)) for each in (ann, ben)]
    desk.ledger.commit(batch, later, (), NOW)
    desk.ledger.end(batch, NOW)
    assert desk.ledger.release(dispatch.id, NOW + MINUTE) == 2
    assert desk.dispatch().next_at == NOW + MINUTE
    assert len(desk.take(dispatch, now=NOW + MINUTE)[1]) == 2
    assert desk.ledger.release(dispatch.id, NOW) == 0


def test_a_delivery_names_its_reader(desk, doubtful):
    ann = desk.store.roster.number(ANN)
    assert desk.ledger.reader_of(doubtful[1]) == ("weekly", "f", ann, ANN)
    desk.store.roster.forget(ANN, NOW)
    assert desk.ledger.reader_of(doubtful[1]) == ("weekly", "f", ann, "")
    assert [each.address for each in desk.ledger.uncertain()] == ["", ""]


def test_the_tally_counts_by_sink_state_domain_and_kind_of_reply(desk):
    readers = [ANN, BEN, "cas@example.net", DAN]
    dispatch = desk.freeze(*readers, sinks=("smtp", "file"))
    batch, (ann, ben, cas, dan) = desk.take(dispatch)
    desk.ledger.commit(batch, (), [ann, ben, cas], NOW)
    settled = [
        Settled(ann, "accepted", "250 2.0.0 ok: queued as 12AB34"),
        Settled(ben, "accepted", "250 2.0.0 ok: queued as 56CD78"),
        Settled(cas, "refused", "550 5.1.1 <cas@example.net>: unknown"),
    ]
    desk.ledger.commit(batch, settled, (), NOW)
    del dan
    tally = desk.ledger.tally("weekly", "e")
    assert tally[:2] == [
        ("file", "waiting", "example.org", "", 3),
        ("smtp", "accepted", "example.org", "250 2.0.0", 2),
    ]
    assert sorted(tally[2:]) == [
        ("file", "waiting", "example.net", "", 1),
        ("smtp", "claimed", "example.org", "", 1),
        ("smtp", "refused", "example.net", "550 5.1.1 …: unknown", 1),
    ]


def test_places_are_read_in_order_through_many_batches(desk, monkeypatch):
    monkeypatch.setattr("digest.store.ledgerviews._BATCH", 3)
    addresses = [f"reader{number}@example.org" for number in range(7)]
    dispatch = desk.freeze(*addresses)
    batch, numbers = desk.take(dispatch)
    desk.ledger.commit(batch, (), numbers, NOW)
    desk.ledger.commit(batch, [Settled(each, "accepted", place=f"box/{each}") for each in numbers[:6]], (), NOW)
    found = [(who.address, place) for who, place in desk.ledger.places(dispatch.id, "accepted")]
    assert found == [(address, f"box/{each}") for address, each in zip(addresses[:6], numbers, strict=False)]


def test_dispatches_that_have_something_to_do_are_open_the_oldest_first(desk):
    new = desk.freeze(ANN, edition="a", now=NOW + MINUTE)
    old = desk.freeze(ANN, edition="b", sinks=("file", "smtp"))
    daily = desk.freeze(ANN, edition="c", newsletter="daily", now=NOW + 2 * MINUTE)
    assert [each.id for each in desk.ledger.open()] == [old.id, desk.dispatch("smtp", "b").id, new.id, daily.id]
    assert [each.id for each in desk.ledger.open("daily")] == [daily.id]
    batch, going = desk.take(old)
    desk.ledger.commit(batch, (), going, NOW)
    assert desk.ledger.open("weekly")[0].id == old.id  # it is being worked on
    desk.ledger.commit(batch, accepted(*going), (), NOW)
    desk.ledger.end(batch, NOW)
    assert old.id not in [each.id for each in desk.ledger.open()]


# An old copy


def test_each_batch_begun_renewed_and_ended_is_a_step_that_an_older_copy_lacks(desk):
    desk.subscribe(ANN, BEN)
    dispatch = desk.freeze(sinks=("smtp",))
    steps = [desk.ledger.mark()[1]]
    for _ in range(2):
        batch = desk.ledger.begin(dispatch.id, "me", NOW, LEASE)
        steps.append(desk.ledger.mark()[1])
        assert steps[-1] >= batch
        desk.ledger.commit(batch, (), (), NOW, (NOW + MINUTE, NOW + MINUTE + LEASE))
        steps.append(desk.ledger.mark()[1])
        desk.ledger.end(batch, NOW + MINUTE)
        steps.append(desk.ledger.mark()[1])
    assert sorted(set(steps)) == steps


def test_what_goes_on_from_an_old_copy_uses_no_number_again(desk):
    desk.subscribe(ANN, BEN)
    dispatch = desk.freeze(sinks=("smtp",))
    assert desk.ledger.restored(40, 7, NOW + MINUTE) == 2
    assert {(each.since, each.until) for each in desk.ledger.uncertain()} == {(NOW, NOW + MINUTE)}
    assert desk.ledger.mark()[1] >= 40
    assert desk.states(dispatch) == ["uncertain", "uncertain"]
    assert desk.ledger.begin(dispatch.id, "me", NOW, LEASE) > 40
