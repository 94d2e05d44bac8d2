"""Articles that do not say their language: each is laid out in the direction it is written in."""

from __future__ import annotations

import pytest

AT = "2026-03-02T12:00:00Z"
ENGLISH = (
    "Who winds the clock?",
    "Since 1911 somebody has climbed the tower each Saturday. They want a motor.",
)
HEBREW = ("מי מותח את השעון?", "מאז 1911 מישהו מטפס על המגדל בכל שבת. המועצה רוצה מנוע.")
DIGITS = ("2026", "1911, 1912, 1913.")


@pytest.mark.parametrize(
    ("language", "article", "said"),
    [
        ("en", HEBREW, 'lang="und" dir="rtl"'),
        ("he", ENGLISH, 'lang="und" dir="ltr"'),
        ("en", ENGLISH, 'lang="en" dir="ltr"'),
        ("he", HEBREW, 'lang="he" dir="rtl"'),
        ("he", DIGITS, 'lang="he" dir="rtl"'),
    ],
)
def test_an_article_without_a_language_is_laid_out_as_it_is_written(room, language, article, said):
    title, text = article
    room.article("one/a.md", title, "2026-02-27 13:00", "One", text)
    config = room.root / "config.yaml"
    config.write_text(config.read_text().replace("    title: ", f"    language: {language}\n    title: ", 1))
    assert room.run("run", "weekly", "--at", AT).code == 0
    (page,) = [
        each.read_text()
        for each in (room.root / "out/weekly").rglob("*.html")
        if f"<h1 {said}>{title}</h1>" in each.read_text()
    ]
    assert f'<article class="story" {said}>' in page


def test_what_an_article_says_of_its_language_counts(room):
    room.article("one/a.md", HEBREW[0], "2026-02-27 13:00", "One", HEBREW[1], language="yi")
    room.run("run", "weekly", "--at", AT)
    pages = [each.read_text() for each in (room.root / "out/weekly").rglob("*.html")]
    assert any(f'<h1 lang="yi" dir="rtl">{HEBREW[0]}</h1>' in each for each in pages)
