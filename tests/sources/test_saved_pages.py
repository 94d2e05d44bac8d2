"""Saved news pages as a source."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from digest.core.errors import SourceError
from digest.core.model import Problem
from digest.sources.page_file import PageSource

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "news-page.txt"
PAGE = """\
Top

Harbour bridge opens again

Transport·June 12, 2023, 11:47 PM

The bridge <b>opened</b> on Monday & was full.

A second paragraph of it stands here.
"""


def source(root: Path) -> PageSource:
    return PageSource(root, zone=ZoneInfo("Asia/Seoul"), name="page:x", display=root.name)


@pytest.fixture
def page(tmp_path):
    file = tmp_path / "page.txt"
    file.write_text(PAGE)
    return file


def test_a_file_is_a_source_of_one_path(page):
    look = source(page).look()
    assert list(look.fingerprints) == ["page.txt"]
    page.write_text(PAGE + "More.\n")
    assert source(page).look().fingerprints != look.fingerprints


def test_its_articles_are_numbered_and_escaped(page):
    reading = source(page).read("page.txt", NOW)
    assert reading.problems == ()
    [found] = reading.articles
    assert (found.source, found.path, found.title) == ("page:x", "page.txt#1", "Harbour bridge opens again")
    assert (found.categories, str(found.published)) == (("Transport",), "2023-06-12T23:47:00+09:00")
    assert found.body.html == (
        "<p>The bridge &lt;b&gt;opened&lt;/b&gt; on Monday &amp; was full.</p>\n"
        "<p>A second paragraph of it stands here.</p>"
    )
    assert [block.text for block in found.body.blocks] == [
        "The bridge <b>opened</b> on Monday & was full.",
        "A second paragraph of it stands here.",
    ]
    assert (found.image, found.url, found.author, found.held) == (None, "", "", "")


def test_a_date_that_does_not_exist_holds_the_article(page):
    page.write_text(PAGE.replace("June 12, 2023, 11:47 PM", "June 31, 2023"))
    [found] = source(page).read("page.txt", NOW).articles
    assert (found.published, found.held) == (None, "its date cannot be read")
    assert [problem.place for problem in found.problems] == ["page.txt:5", "page.txt:3"]


def test_a_date_far_ahead_is_reported(page):
    page.write_text(PAGE.replace("2023", "2031"))
    [found] = source(page).read("page.txt", NOW).articles
    assert Problem(
        "page.txt:3", "is dated 2031-06-12T23:47:00+09:00: it stays out until then; mend the date if that is a slip"
    ) in found.problems  # fmt: skip


def test_a_folder_of_pages(page):
    (page.parent / "other.md").write_text("x")
    (page.parent / "bad.txt").write_text("no page")
    (page.parent / "binary.txt").write_bytes(b"a\n\xff")
    pages = source(page.parent)
    assert list(pages.look().fingerprints) == ["bad.txt", "binary.txt", "page.txt"]
    assert pages.read("page.txt", NOW).articles[0].path == "page.txt#1"
    [bad] = pages.read("bad.txt", NOW).problems
    assert bad.place.endswith("/bad.txt")
    assert bad.set_aside
    assert bad.message.startswith("this is no saved news page: ")
    [binary] = pages.read("binary.txt", NOW).problems
    assert binary.message == "is no UTF-8 text: byte 0xff at line 2; save it as UTF-8"
    assert pages.read("../page.txt", NOW).problems[0].set_aside


def test_what_is_not_there_is_an_error(tmp_path):
    with pytest.raises(SourceError, match=r"^gone: cannot be read: No such file or directory; put the page there"):
        source(tmp_path / "gone").look()
    with pytest.raises(SourceError, match="a page saved as text has no images"):
        source(tmp_path).asset("a.png")
    assert source(tmp_path / "gone").read("x.txt", NOW).problems[0].set_aside


def test_a_real_page_keeps_every_credit_and_date():
    if not DATA.exists():
        pytest.skip(f"{DATA.name} is not part of a clone")
    articles = source(DATA).read(DATA.name, NOW).articles
    assert [found.path for found in articles] == [f"{DATA.name}#{number}" for number in range(1, 5)]
    assert all(found.published and found.credit and found.body.blocks and not found.held for found in articles)
    for found in articles:
        assert found.body.html.count("<p>") == len(found.body.paragraphs)
