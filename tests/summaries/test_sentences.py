from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.summaries.sentences import each, split

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"

# Each case is written with " | " where a sentence ends; `language` only where it matters.
ENGLISH = [
    # A stop belongs to a title, and a name follows it.
    "Mr. Berg met Dr. Lund. | They talked.",
    "Gov. Ames and Sen. Cole of St. Paul left. | It rained.",
    # Initials.
    "J. R. Smith and George B. Shaw wrote it. | Nobody read it.",
    "E. Maier sang. | We left.",
    "J. A. Smith and A. I. Berg met. | We left.",
    # 'I' after a word in lower case is the pronoun.
    "You do not know, nor do I. | Scientists agree.",
    # An acronym goes on before a name and ends before a word that begins sentences.
    "The U.S. Securities and Exchange Commission sued. | It lost.",
    "It moved to the U.S. | The firm grew.",
    "These fields include A.I., cloud and health care. | More follow.",
    "A.I. Labs grew. | It invests in A.I. | The rest is known.",
    "She lives in Washington, D.C. | “Bremen is nicer,” she said.",
    # Abbreviations in front of small letters, always; in front of capitals, by the next word.
    "Use a tool, e.g. Hammer or saw, i.e. Any tool. | Then stop.",
    "Acme Inc. Chairman Bo Ek left. | He joined Beta Corp. | The shares fell.",
    "It has nuts, oil, etc. and salt. | Enjoy.",
    # Times of day: a day or a zone belongs to them.
    "Doors open at 5 p.m. Tuesday. | We close at 9 a.m. | Everyone leaves.",
    "It begins at 8 p.m. EST. | Come early.",
    # Numbers, decimals, money.
    "Revenue was $1.13 billion. | Costs were 8.1 million.",
    "See No. 4 and No.4 below. | No. | We will not.",
    "It fell in 2015. | 12 people left.",
    "1. Open the lid. | 2. Close it.",
    # Addresses on the web, and names that look like them.
    "See example.com/The.In or www.example.com. | Booking.Com fell.",
    "Write to Ann.The@example.com today. | Or call.",
    # Quotations: the closing mark belongs to the sentence; what is said inside it does not end the outer one.
    "He stated: “We won.” | He left.",
    "“Why?” he asked. | “Why now?” Anna Berg asked. | She left.",
    "“Stop!” | The train stood.",
    'He said "yes". | Then he left.',
    'The sign read "Keep out." | Nobody did.',
    'He wrote "Stop.", Anna says. | Nobody did.',
    "«Pourquoi?» a-t-il dit. | Rien.",
    "„Wirklich?“ | Dann ging er. | »Ja.« | Er blieb.",
    # Parentheses hold together.
    "He left (it rained. It poured.) and came back. | (It was late. All slept.) | Then day broke.",
    # Several marks, ellipses.
    "Really?! | Yes!! | No.",
    "It was ... hard. | I mean... I do not know. | The end… | Then nothing.",
    "She left . . . and came back. | Good.",
    # Names that end in a mark; names that begin small.
    "Yahoo! Inc. grew. | iPhone sales rose.",
    # A footnote stays with its sentence.
    "It is known.[1] | It is old.[23] | So what.",
    # One case only: then capitals tell nothing.
    "the market rose. | it fell. | dr. smith of acme inc. left.",
    "DR. BERG LEFT THE U.S. SENATE. | IT FELL.",
    # What comes after the last stop stays with it.
    "Great news! 🎉",
]
OTHERS = [
    ("今天天气很好。 | “你好！”他说。 | 真的吗？ | 好！", "zh"),
    # A quotation inside a sentence, and several sentences in brackets.
    ("「行く。今日。」と言った。 | 次。", "ja"),
    ("هل هذا صحيح؟ | نعم.", "ar"),
    ("یہ ہے۔ | وہ ہے۔", "ur"),
    ("यह है। | वह है।", "hi"),
    ("Das gilt z. B. Die Zeit und d. h. Berlin. | Am 3. Oktober war Nr. 5 da. | Es fiel.", "de"),
    ("Es kostet 3 Mio. Euro, bzw. Franken. | Er lebt im 21. Jahrhundert.", "de-AT"),
    ("M. Le Pen et Mme. Dupont arrivent. | Il pleut.", "fr"),
    # A space stands inside the marks; the sentence after the quotation is one of its own.
    ("« Il pleut. | Il est tard ! » | Le conseil part. | « Pourquoi ? » demande-t-elle.", "fr"),
    ("«\u00a0Il est tard\u202f!\u00a0» | Le conseil part.", "fr"),
    ("我们去看《桥啊！桥》好吗？ | 好！", "zh"),
    ("Dr. med. Berg leitet eine kath. Schule. | Sie ist klein.", "de"),
    ("El Sr. Gómez y la Sra. Paz viven en EE. UU. | El resto no.", "es"),
    ("А. С. Пушкин писал. | Это верно.", "ru"),
]


def _case(marked: str) -> tuple[str, tuple[str, ...]]:
    """The text of a marked case and its sentences; in scripts without spaces the mark stands for nothing."""
    parts = tuple(marked.split(" | "))
    unspaced = any("\u3000" <= char <= "\u9fff" for char in marked)
    return ("" if unspaced else " ").join(parts), parts


@pytest.mark.parametrize("marked", ENGLISH)
def test_english(marked):
    text, sentences = _case(marked)
    assert split(text) == sentences


@pytest.mark.parametrize(("marked", "language"), OTHERS)
def test_other_languages(marked, language):
    text, sentences = _case(marked)
    assert split(text, language) == sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It lifted the market.The price rose.", ("It lifted the market.", "The price rose.")),
        # A curly closing mark, or a straight one that makes a pair, is clear.
        ("He stated:”Nexo is sound.”He left.", ("He stated:”Nexo is sound.”", "He left.")),
        ('They said "we won."He left.', ('They said "we won."', "He left.")),
        # This mark may open the next sentence as well as close this one.
        ('They left."He stayed.', ('They left."He stayed.',)),
        ("It was Bremen vs.The rest.", ("It was Bremen vs.The rest.",)),
        ("Use string.Format here.", ("Use string.Format here.",)),
        ("А. С. Пушкин писал.Это верно.", ("А. С. Пушкин писал.", "Это верно.")),
    ],
)
def test_missing_space(text, sentences):
    assert split(text) == sentences


def test_a_blank_line_ends_a_sentence_and_a_line_break_does_not():
    assert split("Heading\n\nOne line\nand another.") == ("Heading", "One line\nand another.")


def test_zero_width_characters_do_not_hide_a_sentence_end():
    assert split("It rose.\u200b It fell.") == ("It rose.\u200b", "It fell.")


@pytest.mark.parametrize("text", ["", " \n\n ", "\u00a0"])
def test_nothing_gives_nothing(text):
    assert split(text) == ()


WORDS = "The market Dr. U.S. A.I. $1.13 p.m. e.g. No. 4 it I He said J. x.y/Z [1]"
MARKS = '“ ” " ( ) ... … ?! 。 」 「 ؟ । „ « » . ! ? ,'
PIECES = st.sampled_from([*WORDS.split(), *MARKS.split(), " ", "\n", "\n\n", "\u00a0", "\u200b"])


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=60).map("".join), st.lists(PIECES).map(" ".join)))
def test_nothing_is_lost_or_moved(text):
    assert "".join("".join(split(text)).split()) == "".join(text.split())


@given(st.lists(PIECES, max_size=60).map(" ".join), st.sampled_from(["en", "de", "fr_FR", "zh-Hant", "xx", ""]))
def test_sentences_are_trimmed_and_never_empty(text, language):
    assert all(sentence and sentence == sentence.strip() for sentence in split(text, language))


@given(st.lists(PIECES, max_size=60).map(" ".join))
def test_one_at_a_time_gives_the_same(text):
    assert tuple(each(text)) == split(text)


@pytest.mark.unmeasured
@pytest.mark.parametrize("text", ["." * 300_000, "(" * 300_000, "Dr. " * 75_000, "(a." * 100_000, '"a."A' * 60_000])
def test_hostile_text_is_split_in_passing_time(text):
    # Were a step to look back over the whole sentence so far, these would take minutes and not a moment.
    assert "".join("".join(split(text)).split()) == "".join(text.split())


def test_real_articles_are_split_into_plausible_sentences():
    path = DATA / "summ_cnn.dev.jsonl"
    if not path.exists():
        pytest.skip(f"{path.name} is not beside this clone: real articles are not tried")
    with path.open(encoding="utf-8") as lines:
        bodies = [json.loads(line)["body"] for line, _ in zip(lines, range(100), strict=False)]
    sentences = [sentence for body in bodies for sentence in split(body)]
    words = sum(len(sentence.split()) for sentence in sentences)
    # News English has about 20 words a sentence; a splitter that cuts at abbreviations, or not at all, leaves this.
    assert 17 < words / len(sentences) < 22
    assert not [sentence for sentence in sentences if sentence.endswith((" Mr.", " Dr.", " Sen.", " No."))]
