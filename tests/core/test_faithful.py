"""What a summary says is looked up in its article: names, quotations, figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.faithful import Article
from digest.summaries.extractive import Extractive
from digest.summaries.functionwords import COMMON
from digest.summaries.plaintext import plain_body
from digest.summaries.sentences import split

TEXT = """\
Angela Merkel met Emmanuel Macron in Berlin on 3 March 2026. Germany's chancellor, who leads the CDU, said: “We
will invest 1.5 million euros in rail — at once.” John Smith of the World Health Organization (WHO) was there. The
president, Joe Robinette Biden, did not come. The U.S. sent nobody. The researchers of Jean-Luc's team used GPT-4 and an
iPhone; Booking.com paid 20 percent. ‘No comment,’ the firm wrote."""
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def against(text: str, *sentences: str, language: str = "en") -> str:
    return Article(text, language, COMMON.get(language, frozenset())).contradicts(sentences)


@pytest.mark.parametrize(
    "said",
    [
        "Merkel met Macron in Berlin.",
        "Angela Merkel, the German chancellor, met Macron in March.",
        "President Biden did not come.",
        "Joe Biden stayed away; John Smith was there.",
        'Merkel said: "We will invest 1.5 million euros in rail".',
        "Merkel said ‘we will ... invest’ and ‘in rail’.",
        "The US sent nobody.",
        "The WHO was there.",
        "Researchers of the team used GPT-4 and an iPhone.",
        "Germany will invest €1.5m in rail, said Merkel.",
        "Booking.com paid 20% of it.",
        "Macron's meeting with Merkel was in Berlin.",
        "'No comment,' the firm wrote.",
    ],
)
def test_what_the_article_says(said):
    assert against(TEXT, said) == ""


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("Microsoft was there.", "Microsoft"),
        ("The chancellor met Macron in Paris.", "Paris"),
        ("Angela Smith met Macron.", "Angela Smith"),
        ("It was Angela Smith who met Macron.", "Angela Smith"),
        ("Emmanuel Biden did not come.", "Emmanuel Biden"),
        ("NASA sent nobody.", "NASA"),
        ("They met in the EU.", "EU"),
        ("The team used GPT-5.", "5"),
        ("The team used an iPad.", "iPad"),
        ('Merkel said: "We will not invest".', "We will not invest"),
        ("Merkel called it ‘a scandal’.", "a scandal"),
        ("Merkel called it “a scandal.", "not closed"),
        ("They met on 4 March.", "4 March"),
        ("Merkel will invest 2.5 million euros.", "2.5"),
        ("Ἀθήνα met Merkel.", "Ἀθήνα"),
        ("Merkel met 習近平 there.", "習近平"),
        ("poetry dwells among golden daffodils beneath silver moonlight.", "most words of 'poetry dwells"),
    ],
)
def test_what_it_does_not_say(said, named):
    assert named in against(TEXT, said)


def test_the_reason_is_the_first_that_is_found_of_all_sentences():
    assert against(TEXT, "Merkel met Macron.", "NASA sent nobody.") == "'NASA' is not in the article"


def test_a_sentence_of_other_words_does_not_hide_among_good_ones():
    good = split(TEXT.replace("\n", " "))
    assert against(TEXT, *good) == ""
    assert "most words of 'poetry" in against(TEXT, *good, "poetry dwells among golden daffodils beneath moonlight.")


def test_us_and_the_us_are_told_apart():
    assert "US" in against("They told us to go. All of us went.", "They told the US to go.")


def test_a_name_does_not_reach_over_a_stop():
    text = "It was Angela. Smith, of the firm, left; Jones was there."
    assert "Angela Smith" in against(text, "It was Angela Smith.")
    assert "Smith Jones" in against(text, "It was Smith Jones.")


def test_a_sentence_begins_within_a_sentence():
    assert against("They met in Berlin.", "They met: There in Berlin.") == ""
    assert "There" in against("They met in Berlin.", "They met, There in Berlin.")


def test_words_of_a_title_without_capitals_may_be_names():
    text = "angela-smith-and-john-jones-meet\n\nAngela Smith and John Jones met on a bridge in the town."
    assert "Angela Jones" in against(text, "It was Angela Jones.")


def test_german_nouns_may_be_bent():
    text = "Die Ministerin stellte das Gesetz vor. Der Haushalt des Landes wächst."
    assert against(text, "Das Land stellt Gesetze und Haushalte vor.", language="de") == ""
    assert "Kanzler" in against(text, "Der Kanzler stellte das Gesetz vor.", language="de")


def test_names_cannot_be_told_without_capitals():
    assert Article("The match ended in Berlin.", "en", ()).tells_names()
    assert not Article("انتهت المباراة في برلين أمس", "ar", ()).tells_names()
    assert not Article("東京で試合が終わった。", "ja", ()).tells_names()


@given(st.lists(st.text(min_size=1, max_size=80), max_size=5))
def test_any_text_can_be_judged(sentences):
    said = against(TEXT, *sentences)
    assert said == against(TEXT, *sentences)


@given(st.sampled_from(split(TEXT.replace("\n", " "))))
def test_every_sentence_of_the_article_holds(sentence):
    assert against(TEXT, sentence) == ""


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", ["cnn", "standfirst", "dm100"])
def test_real_news(name):
    """An article's own sentences always hold, and another article's summary never does."""
    file = DATA / f"summ_{name}.dev.jsonl"
    if not file.is_file():
        pytest.skip(f"{file} is not here")
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()[:40]]
    for row, other in zip(rows, [*rows[1:], rows[0]], strict=True):
        body = plain_body(row["body"])
        text = "\n".join([row["title"], *body.paragraphs])
        assert against(text, *Extractive().summarize(row["title"], body, words=60).sentences) == "", row["id"]
        assert against(text, *split(other["reference"])) != "", row["id"]
