from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.render.excerpts import excerpt, host
from digest.render.wrap import display_width

THREE = "The first one. The second, of 3.5 words. The third is the last of them."


def test_whole_sentences_are_kept_as_long_as_they_fit():
    assert excerpt(THREE, 200) == THREE
    assert excerpt(THREE, 60) == "The first one. The second, of 3.5 words."
    assert excerpt("一句话。第二句话。第三句话很长很长。", 18) == "一句话。第二句话。"


def test_where_no_sentence_fits_it_is_cut_at_a_word():
    assert excerpt("A sentence of many words", 12) == "A sentence…"
    assert excerpt("Yes. " + "A long one goes on " * 5, 60).endswith("…")  # "Yes." says too little


@given(st.text(max_size=200), st.integers(min_value=3, max_value=100))
def test_an_excerpt_keeps_to_its_width_and_begins_the_text(text, width):
    text = " ".join(text.split())
    found = excerpt(text, width)
    assert display_width(found) <= width
    assert text.replace(" ", "").startswith(found.rstrip("…").replace(" ", "")) or found == text


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://www.example.org/a?b", "example.org"),
        ("https://news.example.org:8080/", "news.example.org"),
        ("mailto:a@example.org", ""),
        ("https://[bad/", ""),
    ],
)
def test_host(url, shown):
    assert host(url) == shown
