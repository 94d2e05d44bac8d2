"""Texts that are no articles, each by its name: never a crash, a cut sentence or a broken quotation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.edition import Summary
from digest.core.text import clean
from digest.summaries.extractive import Extractive
from digest.summaries.fitness import is_closed
from digest.summaries.plaintext import plain_body

BRIDGE = "The council of Bremen voted on Monday for a new bridge over the Weser."
COST = "The bridge will cost 40 million euros and open to trams in 2029."
PRICES = "\n".join(
    f"{name} {price} €" for name, price in zip(["Bread", "Milk", "Eggs", "Salt"], (2, 1, 3, 1), strict=True)
)
TRANSCRIPT = (
    "INTERVIEWER: Why did you vote for the bridge?\nMAYOR: “Because the old one has cracks in both of its arches.\n"
    "And it is too narrow for trams.”\nINTERVIEWER: I see.\nMAYOR: The new bridge will be open to all in 2029."
)
CODE = 'def bridge(council: str) -> None:\n    """Build it."""\n    print("The bridge is built.")\n    return None\n'
POEM = "O river wide,\nyou carry ships to sea,\nand never once\nhave you come home to me.\n\nO bridge of stone!"
MIXED = f"{BRIDGE} 不来梅市议会周一投票决定在威悉河上建造一座新桥。 Мост через Везер построят за два года. صوت المجلس."
ZERO_WIDTH = "\u200b".join(BRIDGE) + "\u2060 \ufeff" + COST
INPUTS = {
    "empty": "",
    "blank": " \n\u00a0\n\u200b",
    "one sentence": BRIDGE,
    "one word": "Rain",
    "prices": PRICES,
    "transcript": TRANSCRIPT,
    "capitals": f"{BRIDGE} {COST}".upper(),
    "small": f"{BRIDGE} {COST}".lower(),
    "code": CODE,
    "poem": POEM,
    "mixed scripts": MIXED,
    "zero width": ZERO_WIDTH,
    "title ten times": "A new bridge\n" * 10 + BRIDGE,
    "half a quotation": f"“The bridge is safe. The bridge is good. {BRIDGE}",
    "only marks": "!!! ... ??? “ ” ( )",
    "broken quotations": f'We did,” he said, “and it was hard for all. {BRIDGE} We all said so", he said, "and left.',
    "log": "\n".join(f"2026-03-02T07:00:{second:02} INFO accepted=3 deferred=0 id=a{second}" for second in range(60)),
    "json": '{"items": [' + '{"a": 1, "b": "The bridge. Is open."}, ' * 9 + "]}",
    "emoji": "🎉🎉🎉 🌉.",
    "surrogates": "\ud800\udfff The council voted for a bridge.",
    "right to left marks": f"\u202e{BRIDGE}\u202c",
    "combining": "e\u0301" * 3000,
}


def summarize(text: str, **more) -> Summary:
    return Extractive().summarize(more.pop("title", "A new bridge"), plain_body(text), **more)


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("budget", [{"words": 60}, {"sentences": 3}, {"words": 1}, {}])
def test_what_comes_out_is_whole(name, budget):
    text = clean(INPUTS[name])
    folded = " ".join(text.replace("\u200b", "").replace("\u2060", "").replace("\ufeff", "").split())
    summary = summarize(INPUTS[name], **budget)
    assert all(sentence in folded for sentence in summary.sentences)
    assert all(is_closed(sentence) and sentence.strip() for sentence in summary.sentences)
    assert (summary.method == "none") == (summary.sentences == ())
    assert len(summary.sentences) <= budget.get("sentences", 99)


@pytest.mark.parametrize(
    ("name", "method", "sentences"),
    [
        ("empty", "none", ()),
        ("blank", "none", ()),
        ("one sentence", "extractive", (BRIDGE,)),
        ("one word", "lead", ("Rain",)),
        ("prices", "lead", ("Bread 2 €", "Milk 1 €", "Eggs 3 €")),
        ("capitals", "extractive", (BRIDGE.upper(), COST.upper())),
        ("small", "extractive", (BRIDGE.lower(), COST.lower())),
        ("zero width", "extractive", (BRIDGE, COST)),
        ("title ten times", "extractive", (BRIDGE,)),
        ("poem", "lead", ("O river wide,", "you carry ships to sea,", "and never once")),
        ("broken quotations", "extractive", (BRIDGE,)),
        ("right to left marks", "extractive", (BRIDGE,)),
    ],
)
def test_three_sentences(name, method, sentences):
    assert summarize(INPUTS[name], sentences=3) == Summary(sentences, method)


def test_a_log_gives_its_first_lines():
    summary = summarize(INPUTS["log"], sentences=2)
    assert summary == Summary(tuple(INPUTS["log"].splitlines()[:2]), "lead")


def test_the_end_of_a_sentence_does_not_stand_alone():
    # Broken by hand, or by a page: its first half has no stop, its second no head.
    text = f"{COST}\n\nThe council of Bremen voted on Monday\n\nfor a new bridge over the old Weser.\n\n{BRIDGE}"
    assert summarize(text, sentences=2).sentences == (COST, BRIDGE)


WORDS = "The council voted for a bridge But He said 2029"
MARKS = '“ ” " ( ) . ! , „ « » 桥 。'
PIECES = st.sampled_from([*WORDS.split(), *MARKS.split(), "\n", "\u00a0"])


@given(st.lists(PIECES, max_size=120))
def test_every_sentence_stands_in_the_article_and_its_marks_balance(pieces):
    # A stop between spaces is what scraping left: it is taken out, and so is of another test.
    text = " ".join(pieces).replace(" .", ".")
    for budget in ({"sentences": 3}, {"words": 20}):
        summary = summarize(text, **budget)
        folded = "".join(text.split())
        for sentence in summary.sentences:
            assert "".join(sentence.split()) in folded
            assert sentence.count("(") == sentence.count(")")
            assert sentence.count("«") == sentence.count("»")
            assert sentence.count('"') % 2 == 0
            assert sentence.count("“") + sentence.count("”") + sentence.count("„") in range(0, 999, 2)


def test_a_transcript_gives_what_is_closed_and_no_half_of_a_quotation():
    chosen = summarize(TRANSCRIPT, sentences=2).sentences
    assert "MAYOR: The new bridge will be open to all in 2029." in chosen
    assert not [sentence for sentence in chosen if "cracks" in sentence]


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    "text",
    [
        " ".join(f"The council of town {number} voted for bridge {number} on Monday." for number in range(16_000)),
        "\n".join(f"Bread {number}" for number in range(80_000)),
        "bridge " * 150_000,
        "By . a . " * 110_000,
        "(" * 1_000_000,
        "x" * 1_000_000,
        "桥" * 350_000,
        "A " * 500_000 + "— It.",
        "PHOTO SHOWS " * 80_000,
    ],
)
def test_a_megabyte_costs_its_head_only(text):
    # Were all of it weighed, each of these would take minutes.
    summary = summarize(text, title="PHOTO SHOWS a bridge of some kind")
    assert len(summary.text) < 3000
