from __future__ import annotations

import math

import pytest

from digest.summaries.concepts import EARLY_FADES, PAIR_COUNTS, USUAL_LENGTH, concepts


def chance(odds):
    return 1 / (1 + math.exp(-odds))


def test_the_worth_of_a_word_and_of_a_pair():
    found = concepts([["ann", "berg", "7"], ["berg", "bridge"], ["berg"]], ["bridge"], "en")
    length = math.log(3 / USUAL_LENGTH)
    second = math.exp(-1 / EARLY_FADES)
    # Words are numbered as they come: ann, berg, 7, bridge.
    assert found.worth == pytest.approx(
        [
            chance(-3.7 - 0.6 * length + 1.6),
            chance(-3.7 - 0.6 * length + 1.6 + 1.3 * math.log(3)),
            chance(-3.7 - 0.6 * length + 1.6 + 0.5),
            chance(-3.7 - 0.6 * length + 1.6 * second + 1.6),
        ]
    )
    assert found.shared == [{0, 1, 2}, {1, 3}, {1}]
    assert found.own == pytest.approx(
        [
            PAIR_COUNTS * (chance(-4.3 - 0.57 * length + 1.95) + chance(-4.3 - 0.57 * length + 1.95 + 0.5)),
            PAIR_COUNTS * chance(-4.3 - 0.57 * length + 1.95 * second + 0.63),
            0.0,
        ]
    )


def test_a_pair_of_several_sentences_is_shared_and_worth_more():
    found = concepts([["ann", "berg"], ["old", "ann", "berg"]], [], "en")
    length = math.log(3 / USUAL_LENGTH)
    assert found.shared == [{0, 1, 3}, {0, 1, 2, 3}]
    repeated = math.log(2)
    assert found.worth[3] == pytest.approx(
        PAIR_COUNTS * chance(-4.3 - 0.57 * length + 1.95 + 1.1 * repeated + 0.34 * repeated)
    )
    assert found.own[0] == 0


def test_common_words_say_less_in_a_pair_and_nothing_by_the_title():
    with_common = concepts([["the", "berg"]], ["the"], "en")
    without = concepts([["the", "berg"]], [], "")
    assert with_common.own[0] < without.own[0]
    assert with_common.worth[0] == without.worth[0]


def test_nothing():
    assert concepts([], ["a"], "en").worth == []
    assert concepts([[], ["a"]], [], "en").shared == [frozenset(), {0}]
