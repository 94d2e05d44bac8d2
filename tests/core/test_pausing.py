from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.pausing import WINDOW, Pausing, too_many
from digest.core.replies import Judgement

YES = Judgement("accepted")
LATER = Judgement("deferred")
GONE = Judgement("refused", suppress=True)
POLICY = Judgement("refused", pause="newsletter")


def after(*steps):
    """The count after steps (judgement, stage, domain), each as often as its last part says."""
    count = Pausing()
    for judgement, stage, domain, times in steps:
        for _ in range(times):
            count = count.noted(judgement, stage, domain)
    return count


def test_one_odd_domain_among_a_million_pauses_nothing():
    count = Pausing()
    for _ in range(1000):  # a reply in ten, always the same domain
        count = count.noted(POLICY, "recipient", "odd.example")
        assert count.reason == ""
        for _ in range(9):
            count = count.noted(YES, "message", "example.org")


@pytest.mark.parametrize(
    ("steps", "pauses"),
    [
        # Ten votes of three domains among the last hundred: 4 + 3 + 3.
        ([("a", 4), ("b", 3), ("c", 3)], True),
        ([("a", 3), ("b", 3), ("c", 3)], False),
        ([("a", 8), ("b", 8)], False),
    ],
)
def test_refusals_of_readers_pause_when_several_domains_agree(steps, pauses):
    accepted = (YES, "message", "example.org", 1)
    count = after(accepted, *((POLICY, "recipient", domain, times) for domain, times in steps), accepted)
    assert bool(count.reason) is pauses


def test_votes_are_forgotten_after_a_hundred_attempts():
    votes = [(POLICY, "recipient", domain, 3) for domain in "abc"]
    last = (POLICY, "recipient", "d", 1)
    # The first vote is attempt 1; with 90 others and 8 more votes between, the tenth vote is attempt 100.
    assert after(*votes, (YES, "message", "x", 90), last).reason.startswith("10 of the last 100 messages")
    assert after(*votes, (YES, "message", "x", 91), last).reason == ""
    assert after(*votes, (YES, "message", "x", WINDOW + 9)) == Pausing()
    # What is tried again has not been answered yet: it is no attempt of those hundred.
    assert after(*votes, (LATER, "recipient", "x", 1000), last).reason


@pytest.mark.parametrize("stage", ["sender", "message"])
def test_refusals_of_the_newsletter_itself_pause_after_four_without_an_acceptance(stage):
    assert after((POLICY, stage, "a", 3)).reason == ""
    assert "4 times" in after((POLICY, stage, "a", 4)).reason
    assert after((POLICY, stage, "a", 3), (YES, "message", "b", 1), (POLICY, stage, "a", 1)).reason == ""
    assert "4 times" in after((POLICY, stage, "a", 1), (YES, "message", "b", 1), (POLICY, stage, "a", 4)).reason
    # Dead addresses and what is tried again lie between without meaning anything.
    mixed = [(POLICY, stage, "a", 2), (GONE, "recipient", "a", 5), (LATER, "recipient", "a", 5)]
    assert "4 times" in after(*mixed, (POLICY, stage, "a", 2)).reason


def test_a_list_of_one_company_pauses_when_nothing_at_all_gets_through():
    assert after((POLICY, "recipient", "a", 99)).reason == ""
    assert "each of the last 100" in after((POLICY, "recipient", "a", 100)).reason


def test_nothing_is_counted_before_the_first_vote():
    count = Pausing()
    for judgement in (YES, GONE, LATER):
        assert count.noted(judgement, "message", "a") is count


@given(
    st.lists(
        st.tuples(
            st.sampled_from([YES, LATER, GONE, POLICY]),
            st.sampled_from(["sender", "recipient", "message"]),
            st.sampled_from("abcd"),
        ),
        max_size=400,
    )
)
def test_the_count_says_what_a_list_of_all_attempts_would(steps):
    """The same rules over the whole history: the window is a slice of it."""
    count = Pausing()
    for step in steps:
        count = count.noted(*step)
    settled = [step for step in steps if step[0] in (YES, GONE, POLICY)]
    votes = [step for step in settled[-WINDOW:] if step[0] is POLICY]
    tail = settled[-WINDOW:]
    since = tail[max((place + 1 for place, step in enumerate(tail) if step[0] is YES), default=0) :]
    row = sum(judgement is POLICY and stage != "recipient" for judgement, stage, _ in since)
    expected = row >= 4 or (len(votes) >= 10 and len({domain for _, _, domain in votes}) >= 3) or len(votes) == WINDOW
    assert bool(count.reason) is expected
    assert len(count.votes) <= WINDOW


@pytest.mark.parametrize(
    ("deliveries", "hard", "complaints", "begins"),
    [
        (10, 1, 0, ""),  # 10 %, of ten
        (100, 9, 0, ""),  # 9 %, and fewer than ten
        (100, 10, 0, "10 of 100 deliveries bounced"),
        (200, 10, 0, "10 of 200 deliveries bounced"),  # 5 % exactly
        (201, 10, 0, ""),
        (1_000_000, 49_999, 0, ""),
        (1_000_000, 50_000, 0, "50000 of 1000000 deliveries bounced"),
        (1000, 0, 4, ""),  # 0.4 %, and fewer than five
        (1000, 0, 5, "5 of 1000 deliveries brought complaints"),
        (1667, 0, 5, ""),  # 0.29994 %
        (1666, 0, 5, "5 of 1666 deliveries brought complaints"),  # 0.30012 %
        (1_000_000, 0, 2_999, ""),
        (1_000_000, 0, 3_000, "3000 of 1000000 deliveries brought complaints"),
        (0, 0, 0, ""),
    ],
)
def test_five_in_a_hundred_bounces_or_three_in_a_thousand_complaints_pause(deliveries, hard, complaints, begins):
    reason = too_many(deliveries, hard=hard, complaints=complaints)
    assert reason.startswith(begins)
    assert bool(reason) is bool(begins)
