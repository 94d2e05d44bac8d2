from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.summaries.cleaning import cleaned
from digest.summaries.plaintext import paragraphs, plain_body

TITLE = "Council votes for a new bridge over the Weser"


@pytest.mark.parametrize(
    "dateline",
    [
        "(CNN)",
        "(CNN) -- ",
        "(cnn) ",
        "Bremen, Germany (CNN)",
        "Bremen (dpa/lni) - ",
        "BREMEN, March 2 (Reuters) – ",
        "BREMEN — ",
        "SAN JOSE, Costa Rica — ",
        "WASHINGTON -- ",
        "ST. PETERSBURG, Fla. — ",
        "МОСКВА — ",
    ],
)
def test_a_dateline_is_taken_off(dateline):
    assert cleaned(f"{dateline}The council voted.") == "The council voted."


@pytest.mark.parametrize(
    "text",
    [
        "NASA — the space agency — said so.",
        "Apple (AAPL) said on Monday that it grew.",
        "The council (CNN had it first) voted.",
        "BMW AG built 2.5 million cars.",
        "It rained – The Times had said so.",
        "He left. She stayed . . . and slept.",
    ],
)
def test_what_only_looks_like_one_stays(text):
    assert cleaned(text) == text


def test_an_agency_of_china_is_taken_off():
    assert cleaned("新华社北京3月2日电（记者张三）市议会周一投票。") == "市议会周一投票。"


def test_what_scraping_left_is_taken_off():
    assert cleaned("By . Ann Berg . The council voted for a . bridge . It rained .") == (
        "The council voted for a bridge. It rained."
    )
    stamps = (
        "By . Ann Berg and Bo Ek . PUBLISHED: . 07:21 EST, 28 December 2012 . | . UPDATED: . 07:32 EST, 29 May 2013 . "
    )
    assert cleaned(f"{stamps}It rained . All slept .") == "It rained. All slept."
    # Where all is in small letters, a stop before one may well end a sentence.
    assert cleaned("it rained . all slept .") == "it rained. all slept."


@pytest.mark.parametrize("before", ["", "Photos: "])
def test_a_title_at_the_head_of_a_paragraph_is_taken_off(before):
    assert cleaned(f"{before}{TITLE} It rained.", TITLE) == "It rained."
    assert cleaned(f"{before}{TITLE} “It rained,” he said.", TITLE) == "“It rained,” he said."


@pytest.mark.parametrize(
    ("text", "title"),
    [
        # The sentence goes on from it, ends with it, or is it; and a short one may be a name.
        (f"{TITLE} as it rained.", TITLE),
        (f"They said: {TITLE}.", TITLE),
        (TITLE, TITLE),
        (f"In Bremen {TITLE} It rained.", TITLE),
        ("Bank of England Governor Ann Berg left.", "Bank of England"),
    ],
)
def test_a_title_in_a_sentence_stays(text, title):
    assert cleaned(text, title) == text


@given(st.text(max_size=100), st.text(max_size=40))
def test_nothing_is_put_in(text, title):
    rest = iter(text)
    assert all(char in rest for char in cleaned(text, title))


def test_lines_are_paragraphs():
    assert paragraphs("Anna: Why?\nBo:  Because.\n\n\r\nIt rained.") == ["Anna: Why?", "Bo: Because.", "It rained."]
    assert paragraphs("One. Two. All in one line.") == ["One. Two. All in one line."]
    assert paragraphs(" \n\u00a0\n") == []


def test_wrapped_lines_are_joined():
    text = (
        "The council of Bremen voted on Monday for a new\nbridge over the Weser, which will cost 40 million\n"
        "euros and open to trams in 2029. It rained all\nthe day.\n\nA baker near the town hall sold cake to those\n"
        "who came, and was pleased with the day and all\nthat it brought."
    )
    assert [paragraph[:10] for paragraph in paragraphs(text)] == ["The counci", "A baker ne"]


def test_a_poem_is_not_taken_for_wrapped_lines():
    lines = ["O river wide,", "you run all day to where the ships of morning lie", "and never", "come home", "again"]
    assert paragraphs("\n".join(lines)) == lines


def test_a_body_is_of_clean_paragraphs():
    assert [(block.kind, block.text) for block in plain_body("a\x00b\n\ud800").blocks] == [("paragraph", "ab")]
