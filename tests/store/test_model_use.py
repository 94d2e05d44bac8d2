"""What models were used for, in both kinds of database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from digest.core.modeluse import NOTHING, ModelTrouble, Outcome, Spent, TokenPrice, Used, total

NOW = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def use(store):
    return store.model_use


def test_what_an_edition_takes_is_added_up_and_what_was_not_needed_is_put_back(use):
    assert use.spent("weekly", "e") == NOTHING
    use.spend("weekly", "e", Spent(1, 300, 560), 0.25, NOW)
    use.spend("weekly", "e", Spent(0, -50, -460), -0.2, NOW)
    use.spend("weekly", "other", Spent(9, 9, 9), 9, NOW)
    use.spend("daily", "e", Spent(8, 8, 8), 8, NOW)
    assert use.spent("weekly", "e") == Spent(1, 250, 100)
    assert use.days("weekly")[NOW.date()].money == pytest.approx(9.05)


def test_what_came_of_an_edition_is_of_its_last_try_and_what_it_took_is_of_all(use):
    use.spend("weekly", "e", Spent(2, 10, 20), 0, NOW)
    use.settle("weekly", "e", Outcome(0, 0, {"failed": 2}), NOW)
    use.spend("weekly", "e", Spent(2, 10, 20), 0, NOW + DAY)
    use.settle("weekly", "e", Outcome(1, 0, {"form": 1}), NOW + DAY)
    # It counts for the day of the last one.
    assert use.days("weekly") == {(NOW + DAY).date(): Used(Spent(4, 20, 40), 0, Outcome(1, 0, {"form": 1}))}


def test_an_edition_all_of_whose_answers_were_kept_took_nothing(use):
    use.settle("weekly", "e", Outcome(3, 3), NOW)
    assert use.days("weekly") == {NOW.date(): Used(NOTHING, 0, Outcome(3, 3))}


def test_days_are_of_utc_in_order_and_can_begin_late(use):
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    for edition, at in (("b", NOW + DAY), ("a", tokyo), ("c", NOW - 40 * DAY)):
        use.spend("weekly", edition, Spent(1, 1, 1), 0, at)
    assert list(use.days("weekly")) == [date(2026, 1, 21), date(2026, 3, 2), date(2026, 3, 3)]
    assert list(use.days("weekly", date(2026, 3, 2))) == [date(2026, 3, 2), date(2026, 3, 3)]
    assert total(use.days("weekly").values()).spent == Spent(3, 3, 3)


def test_reasons_are_counted_together_in_one_order():
    days = [Used(outcome=Outcome(1, 2, {"late": 1, "facts": 2})), Used(outcome=Outcome(1, 0, {"facts": 1}))]
    assert list(total(days).outcome.refused.items()) == [("facts", 3), ("late", 1)]
    assert total([]) == Used()


def test_money_goes_by_the_price_of_a_million():
    assert Spent(5, 2_000_000, 500_000).cost(TokenPrice(sent=0.25, received=2.0)) == 1.5


def test_a_model_that_goes_on_not_to_answer_keeps_its_beginning(use):
    assert use.trouble() is None
    use.note("m", "the key is wrong", NOW)
    use.note("m", "nobody is there", NOW + DAY)
    assert use.trouble() == ModelTrouble("m", NOW, "nobody is there")
    use.note("other", "nobody is there", NOW + DAY)
    assert use.trouble() == ModelTrouble("other", NOW + DAY, "nobody is there")
    use.note("other", None, NOW + DAY)
    use.note("other", None, NOW + DAY)
    assert use.trouble() is None


def test_a_copy_has_it_too_and_nothing_of_it_comes_back(store):
    store.model_use.spend("weekly", "e", Spent(1, 2, 3), 0, NOW)
    with store.scratch() as copy:
        copy.model_use.spend("weekly", "e", Spent(1, 2, 3), 0, NOW)
        assert copy.model_use.spent("weekly", "e") == Spent(2, 4, 6)
    assert store.model_use.spent("weekly", "e") == Spent(1, 2, 3)
