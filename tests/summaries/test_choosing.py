from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from digest.summaries.choosing import Choice, Room, choose


def plain(number: int, concepts: str, *, terms: int = 4, blemish: float = 0.0) -> Choice:
    return Choice(0.0, frozenset(map(int, concepts.split())), terms, terms, blemish, (number,))


def test_what_has_been_said_earns_nothing():
    # The second says most, but what the first says already.
    choices = [plain(0, "0 1"), plain(1, "0 1"), plain(2, "2")]
    assert choose(choices, [0.9, 0.9, 0.3], Room(2, None, 8)) == (0, 2)


def test_a_longer_sentence_must_earn_its_length():
    assert choose([plain(0, "0 1", terms=20), plain(1, "0")], [0.5, 0.1], Room(1, None, 8)) == (1,)


def test_a_blemish_counts():
    assert choose([plain(0, "0", blemish=0.1), plain(1, "1")], [0.51, 0.5], Room(1, None, 8)) == (1,)


def test_an_exchange_betters_what_was_built_step_by_step():
    # Alone the first is best; of two, the others say more together.
    choices = [plain(0, "0 1 2 3"), plain(1, "0 1 4"), plain(2, "2 3 5")]
    assert choose(choices, [0.5, 0.5, 0.5, 0.5, 0.45, 0.45], Room(2, None, 8)) == (1, 2)


LEANING = st.lists(
    st.tuples(st.frozensets(st.integers(0, 9), max_size=5), st.integers(1, 12), st.booleans()), min_size=1, max_size=7
)


@given(LEANING, st.none() | st.integers(1, 4), st.none() | st.integers(1, 40))
def test_what_is_chosen_fits_stands_and_is_near_the_best(drawn, sentences, words):
    choices = []
    for number, (concepts, terms, leans) in enumerate(drawn):
        with_it = (*choices[-1].with_it, number) if leans and choices else (number,)
        choices.append(Choice(0.0, concepts, terms, terms, 0.0, with_it))
    worth = [0.1 * (number + 1) for number in range(10)]

    def may(chosen):
        stands = all(set(choices[one].with_it) <= set(chosen) for one in chosen)
        short = words is None or sum(choices[one].words for one in chosen) <= words
        return stands and short and (sentences is None or len(chosen) <= sentences)

    def value(chosen):
        covered = set().union(*(choices[one].concepts for one in chosen))
        return 2 * sum(worth[one] for one in covered) / (20 + sum(choices[one].terms for one in chosen))

    chosen = choose(choices, worth, Room(sentences, words, 20))
    assert may(chosen)
    assert list(chosen) == sorted(set(chosen))
    possible = [some for size in range(1, 8) for some in combinations(range(len(choices)), size) if may(some)]
    assert bool(chosen) == bool(possible)
    if sentences is not None and possible:
        # All that may be taken one by one are, up to the number.
        others = set(range(len(choices))) - set(chosen)
        assert len(chosen) == max(map(len, possible)) or not any(may((*chosen, one)) for one in others)
    elif possible:
        assert value(chosen) >= 0.6 * max(map(value, possible))
