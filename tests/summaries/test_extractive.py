from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.edition import Summary
from digest.core.model import Block, Body
from digest.core.text import word_count
from digest.summaries import fitness
from digest.summaries.extractive import LONGEST_LEAD, MOST_SENTENCES, Extractive
from digest.summaries.sentences import split

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
BRIDGE = "The council of Bremen voted on Monday for a new bridge over the Weser."
COST = "The bridge will cost 40 million euros and open to trams in 2029."
OLD = "Engineers found cracks in the old bridge three years ago."
CAKE = "A baker near the town hall sold cake to the crowd that morning."
NONE = Summary((), "none")


def body(*blocks: str | Block) -> Body:
    return Body("", tuple(block if isinstance(block, Block) else Block("paragraph", block) for block in blocks))


def summarize(*blocks: str | Block, words: int = 60, title: str = "A new bridge", language: str = "en") -> Summary:
    return Extractive().summarize(title, body(*blocks), words=words, language=language)


def test_takes_whole_sentences_in_the_order_of_the_article():
    summary = summarize(f"{BRIDGE} {CAKE}", f"{COST} {OLD}", words=30)
    assert summary == Summary((BRIDGE, COST), "extractive")


@pytest.mark.parametrize(
    ("words", "sentences"),
    [
        # 14 + 13 + 10 words.
        (37, (BRIDGE, COST, OLD)),
        (36, (BRIDGE, COST)),
        (14, (BRIDGE,)),
        # The best of those that fit.
        (13, (COST,)),
        (12, (OLD,)),
        # None fits: the first is taken all the same, alone.
        (3, (BRIDGE,)),
        (0, (BRIDGE,)),
    ],
)
def test_budget(words, sentences):
    assert summarize(BRIDGE, COST, OLD, words=words).sentences == sentences


def test_room_alone_takes_nothing():
    # There is room for it, and it is none of the others over again; but all it says has been said.
    echo = "Trams over the Weser will cost Bremen millions in 2029."
    assert summarize(BRIDGE, COST, *[f"Rain {day}." for day in range(20)], echo).sentences == (BRIDGE, COST)
    assert len(summarize(BRIDGE, COST, OLD).sentences) == 3


def test_says_nothing_twice():
    again = "The council of Bremen voted for a new bridge over the Weser on Monday evening."
    assert summarize(BRIDGE, again, COST).sentences in ((BRIDGE, COST), (again, COST))


def test_only_paragraphs_are_looked_at():
    others = [
        Block("heading", "The new bridge of Bremen is the best bridge of all.", 2),
        Block("code", "bridge.build(council).of(bremen) # The bridge of Bremen is built."),
        Block("table", "The bridge of Bremen has four lanes and two tracks."),
        Block("quote", "This bridge of Bremen is the best bridge of all."),
        Block("item", "The bridge of Bremen has four lanes and two tracks."),
    ]
    assert summarize(*others, BRIDGE).sentences == (BRIDGE,)


def test_quotations_and_lists_serve_where_there_are_no_paragraphs():
    assert summarize(Block("item", BRIDGE), Block("item", COST)) == Summary((BRIDGE, COST), "extractive")


@pytest.mark.parametrize(
    "leaning", ["He paid for the new bridge of Bremen.", "But Bremen wanted the new bridge to be cheap."]
)
def test_does_not_open_with_a_sentence_that_leans_on_another(leaning):
    assert summarize(leaning, CAKE, words=10).sentences == (CAKE,)
    # After one to lean on it may stand.
    assert leaning in summarize(BRIDGE, leaning).sentences


def test_never_takes_half_a_quotation():
    summary = summarize(f"“The new bridge of Bremen is good. The new bridge of Bremen is safe,” Ann Berg said. {CAKE}")
    assert summary.sentences == (CAKE,)


@pytest.mark.parametrize(
    "furniture",
    [
        "Photo by Ann Berg on Unsplash.",
        "Read more about the new bridge of Bremen here.",
        "Sign up for our Bremen newsletter today.",
    ],
)
def test_furniture_is_left_out(furniture):
    assert summarize(furniture, BRIDGE).sentences == (BRIDGE,)


def test_overlong_sentences_only_where_nothing_else_is_there():
    overlong = f"The new bridge {'over the river Weser and the old harbour ' * 10}is done."
    assert summarize(overlong, CAKE).sentences == (CAKE,)
    assert summarize(overlong) == Summary((overlong,), "lead")


def test_a_number_of_sentences_is_reached_by_those_that_could_not_be_weighed():
    blocks = (BRIDGE, "Rain.", "“Half a quotation that is never closed.", "Sun.", "Snow.")
    summary = Extractive().summarize("A new bridge", body(*blocks), sentences=3, language="en")
    assert summary == Summary((BRIDGE, "Rain.", "Sun."), "extractive")


def test_a_lead_begins_with_what_can_stand_where_there_is_any():
    assert summarize("But why?", "He left.", "Rain fell.", "It poured.").sentences == ("Rain fell.", "It poured.")
    assert summarize("But why?", "He left.").sentences == ("But why?", "He left.")


def test_text_without_sentences_gives_its_head():
    summary = summarize("Bread 2.50", "Milk 1.20", "Eggs 3.10", words=4)
    # Two words each.
    assert summary == Summary(("Bread 2.50", "Milk 1.20"), "lead")


@pytest.mark.parametrize(
    "blocks",
    [
        (),
        ("",),
        (" \u00a0 ", "\u200b"),
        (Block("heading", BRIDGE, 1), Block("code", BRIDGE), Block("table", BRIDGE)),
        ("Advertisement", "Read more here."),
        # An unclosed quotation, and text that never ends, are no summary.
        ("“The new bridge of Bremen is good.",),
        ("x" * (LONGEST_LEAD + 1),),
    ],
)
def test_nothing_usable_gives_none(blocks):
    assert summarize(*blocks) == NONE


def test_the_title_is_no_summary_of_itself():
    assert summarize(*["A new bridge!"] * 10) == NONE
    assert summarize(*["A NEW BRIDGE"] * 10, BRIDGE).sentences == (BRIDGE,)


def test_a_sentence_repeated_counts_once():
    assert summarize(*[BRIDGE] * 10).sentences == (BRIDGE,)
    assert summarize(*["Bread 2.50"] * 10).sentences == ("Bread 2.50",)


def test_one_sentence():
    assert summarize("It rained.") == Summary(("It rained.",), "lead")


def test_all_capitals():
    assert summarize(f"{BRIDGE} {COST}".upper()).sentences == (BRIDGE.upper(), COST.upper())


def test_zero_width_characters():
    assert summarize(f"{BRIDGE}\u200b {COST}", "\ufeff").sentences == (BRIDGE, COST)


def test_transcript():
    lines = ["ANNA: Why the bridge?", "BO: “Because the old one has cracks in both arches.”", "ANNA: I see."]
    assert summarize(*lines).sentences == (lines[1],)


def test_scripts_without_spaces():
    text = "不来梅市议会周一投票决定在威悉河上建造一座新桥。新桥将耗资四千万欧元，并于二零二九年通车。面包师卖蛋糕。"
    summary = summarize(text, title="新桥", language="zh", words=30)
    assert summary.method == "extractive"
    assert summary.sentences == split(text, "zh")[:2]


def test_mixed_scripts_and_an_unknown_language():
    text = f"{BRIDGE} 不来梅市议会周一投票决定在威悉河上建造一座新桥。 Мост через Везер построят за два года."
    assert summarize(text, language="xx").sentences == split(text)


def test_a_very_long_article_costs_its_head_only():
    # 1.5 MB; each sentence is new, so nothing but the cap keeps it from being compared with all others.
    text = " ".join(f"The council of town {number} voted for bridge {number} on Monday." for number in range(28_000))
    assert summarize(text) == summarize(text[:20_000])
    assert COST not in summarize(*[f"Rain {day}." for day in range(MOST_SENTENCES - 1)], BRIDGE, COST).sentences


VOCABULARY = "bridge council Bremen Weser cost euros trams cracks engineers voted open old new He But U.S."
WORDS = st.sampled_from(VOCABULARY.split())
SENTENCES = st.builds(
    lambda words, end: " ".join(words).capitalize() + end,
    st.lists(WORDS, min_size=1, max_size=20),
    st.sampled_from([".", "?", "!", ".”", "", "…", " “so.", ' "so".']),
)
PARAGRAPHS = st.lists(st.lists(SENTENCES, max_size=6).map(" ".join), max_size=6)


@given(PARAGRAPHS, st.integers(0, 80))
def test_a_summary_is_whole_closed_in_order_and_within_the_budget(paragraphs, words):
    summary = summarize(*paragraphs, words=words)
    rest = iter([sentence for paragraph in paragraphs for sentence in split(paragraph)])
    # `in` moves the iterator on: each must be found after the one before.
    assert all(sentence in rest for sentence in summary.sentences)
    assert all(fitness.is_closed(sentence) for sentence in summary.sentences)
    assert word_count(summary.text) <= words or len(summary.sentences) == 1
    if summary.method == "extractive":
        assert not fitness.points_back(summary.text, "en")
        assert not fitness.links_back(summary.text, "en")
    assert (summary.method == "none") == (not summary.sentences)


@given(st.lists(st.text(max_size=80), max_size=5), st.integers(-1, 40), st.sampled_from(["en", "de", "ja", "", "x-y"]))
def test_any_text_is_summarized_the_same_way_each_time(paragraphs, words, language):
    first = summarize(*paragraphs, words=words, language=language, title="\ud800")
    assert first == summarize(*paragraphs, words=words, language=language, title="\ud800")
    # What has no width is not kept.
    visible = [re.sub("[\u00ad\u200b\u2060\ufeff]", "", paragraph) for paragraph in paragraphs]
    assert all(any(sentence in paragraph for paragraph in visible) for sentence in first.sentences)


def test_real_articles_are_summarized_by_sound_sentences():
    path = DATA / "summ_cnn.dev.jsonl"
    if not path.exists():
        pytest.skip(f"{path.name} is not beside this clone: real articles are not tried")
    with path.open(encoding="utf-8") as lines:
        articles = [json.loads(line) for line, _ in zip(lines, range(60), strict=False)]
    summaries = [summarize(article["body"], title=article["title"]) for article in articles]
    assert {summary.method for summary in summaries} == {"extractive"}
    assert all(
        fitness.is_sound(sentence, word_count(sentence)) for summary in summaries for sentence in summary.sentences
    )
    assert all(word_count(summary.text) <= 60 for summary in summaries)
