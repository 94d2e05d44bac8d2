"""Stories that several articles tell: sentences of all of them, each thing once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digest.core.model import Block, Body
from digest.summaries.extractive import Extractive
from digest.summaries.several import summarize_story

TITLE = "Exampleton opens its bridge"
FIRST = "The city of Exampleton opened a new bridge across the river on Monday."
COST = "The bridge cost twelve million euros, twice as much as the council had planned."
AGAIN = "The bridge cost twelve million euros, twice as much as the council of the city had planned."
CRITICS = "Critics of the project say that the steel of the bridge will rust within a decade."


def body(*sentences: str) -> Body:
    return Body("", tuple(Block("paragraph", sentence) for sentence in sentences))


def told(*bodies: Body, words: int = 60, language: str = "en") -> tuple[str, ...]:
    return summarize_story(TITLE, bodies, words=words, language=language).sentences


def test_one_article_is_summarised_as_ever():
    one = body(FIRST, COST)
    assert told(one) == Extractive().summarize(TITLE, one, words=60, language="en").sentences


def test_what_a_second_article_adds_is_told():
    assert told(body(FIRST, COST), body(FIRST, CRITICS)) == (FIRST, COST, CRITICS)


def test_what_is_said_again_is_passed_over():
    assert told(body(FIRST, COST), body(AGAIN, CRITICS)) == (FIRST, COST, CRITICS)


def test_what_is_said_again_with_a_word_more_is_passed_over():
    more = COST.replace("planned.", "planned for concrete, cables and lamps.")
    assert told(body(FIRST, COST), body(more, CRITICS), words=200) == (FIRST, COST, CRITICS)


def test_what_leans_on_a_sentence_leans_on_no_other_article():
    summary = told(body(FIRST, COST), body("He said the bridge was a disgrace for the whole country.", CRITICS))
    assert summary == (FIRST, COST, CRITICS)


def test_an_article_in_another_language_is_passed_over():
    german = "Die Stadt hat am Montag eine neue Brücke über den Fluss eröffnet, und sie ist nicht billig gewesen."
    assert told(body(FIRST, COST), body(german)) == (FIRST, COST)


def test_a_long_first_article_leaves_room_for_the_others():
    # Forty sentences are looked at in all; those of the second article are among them.
    letters = "abcdefghijklmnopqrstuvwxyz"
    filler = [" ".join(f"{letters[n % 26]}{part}{letters[n // 26]}" for part in "xyzwvu") + "." for n in range(60)]
    summary = summarize_story(TITLE, [body(*filler), body(FIRST, COST)], words=60, language="en")
    assert {FIRST, COST} & set(summary.sentences)


def test_a_story_without_text_has_no_summary():
    assert summarize_story(TITLE, [body(), body()]).method == "none"


@given(st.lists(st.lists(st.text(max_size=60), max_size=5), min_size=1, max_size=4))
def test_any_texts_can_be_summarised(texts):
    summary = told(*(body(*sentences) for sentences in texts))
    assert len(set(summary)) == len(summary)
