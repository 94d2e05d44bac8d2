"""A page as a source, and the pages that entries of feeds lead to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from digest.core.dates import parse_date
from digest.core.fetching import Fetched, Visit, Wanted
from digest.core.model import Body, FoundArticle
from digest.core.sourcerules import SourceRules
from digest.gathering import Gathering, Remote
from digest.sources.markup import to_body
from digest.sources.webpage_entry import complete_entry
from digest.sources.webpage_source import WebPageReader
from digest.store.opening import open_store

PAGES = Path(__file__).parent / "pages"
NOW = datetime(2026, 2, 10, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
SECTION = "https://pierside.example/harbour/"
BRIDGE = "https://pierside.example/2026/02/03/harbour-bridge-opens/"
NEWS = "https://www.northshore.example/news/night-ferries-48213"


def fetched(name: str, url: str, content: bytes | None = None) -> Fetched:
    data = (PAGES / f"{name}.html").read_bytes() if content is None else content
    return Fetched(url, url, "new", data, "text/html", "utf-8", Visit(url), "")


def reader() -> WebPageReader:
    return WebPageReader("webpage:x", ZONE)


def test_a_section_offers_stubs_to_be_completed():
    offer = reader().offer(fetched("section", SECTION), NOW)
    assert (offer.partial, offer.whole, offer.useless) == (True, frozenset(), "")
    assert [each.title for each in offer.articles][:2] == [
        "Harbour bridge opens after three years",
        "Seals return to the breakwater",
    ]


def test_an_article_with_cards_offers_itself_whole_and_them_as_stubs():
    offer = reader().offer(fetched("newssite", NEWS), NOW)
    assert offer.partial
    assert offer.whole == {offer.articles[0].path}
    assert [bool(each.body.blocks) for each in offer.articles] == [True, False, False, False]


def test_an_article_alone_is_whole():
    offer = reader().offer(fetched("arabic", "https://marfa.example/economy/2026-port"), NOW)
    assert (offer.partial, len(offer.articles)) == (False, 1)


def test_a_page_without_articles_is_useless_with_a_reason():
    offer = reader().offer(fetched("", "https://a.example/x", b"<h1>404</h1>"), NOW)
    assert offer.useless.startswith("https://a.example/x is an error page")
    assert offer.articles == ()


def test_a_stub_is_completed_by_its_page_and_keeps_its_path():
    stub = reader().offer(fetched("section", SECTION), NOW).articles[0]
    found = reader().complete(stub, fetched("wordpress", stub.url), NOW)
    assert isinstance(found, FoundArticle)
    assert (found.path, found.source, found.url) == (stub.path, "webpage:x", BRIDGE)
    assert (found.author, len(found.body.blocks)) == ("Ada Merrow", 12)
    assert found.published_by == "meta"


def test_a_stub_lends_its_page_what_that_lacks():
    stub = FoundArticle(
        source="webpage:x", path="p", title="Ropes", body=Body("", ()), url="https://ropes.example/splicing",
        published=parse_date("2026-02-01", ZONE), published_by="time", summary="How to do it, in three rounds.",
    )  # fmt: skip
    found = reader().complete(stub, fetched("undated", stub.url), NOW)
    assert isinstance(found, FoundArticle)
    assert (found.title, found.path) == ("How to splice a rope", "p")
    assert (str(found.published), found.published_by, found.summary) == ("2026-02-01", "time", stub.summary)


def test_a_stub_whose_page_is_none_says_why():
    stub = reader().offer(fetched("section", SECTION), NOW).articles[0]
    why = reader().complete(stub, fetched("section", stub.url), NOW)
    assert isinstance(why, str)
    assert "leads to articles and is none itself" in why


class Pages:
    """A fetcher of pages kept in a mapping."""

    def __init__(self, pages: dict[str, Fetched]) -> None:
        self.pages = pages
        self.asked: list[str] = []

    def fetch(self, wanted, now):
        each: Wanted
        for each in wanted:
            self.asked.append(each.url)
            found = self.pages.get(each.url)
            state = replace(each.state, last_success=now)
            if found is None:
                yield Fetched(each.key, each.url, "failed", b"", "", "", state, f"{each.url} answers 404")
            else:
                yield replace(found, key=each.key, visit=state)


def test_of_an_article_with_cards_only_these_are_fetched(tmp_path):
    pages = Pages({NEWS: fetched("newssite", NEWS)})
    remote = Remote("webpage:x", NEWS, "page", reader(), SourceRules(zone=ZONE))
    with open_store(f"sqlite:///{tmp_path}/a.db") as store:
        Gathering([remote], store.library, store.visits, pages, lambda _: 10).gather(
            NOW, lambda items, **_: iter(items)
        )
        titles = [each.title for each in store.library.candidates()]
    assert pages.asked.count(NEWS) == 1
    assert len(pages.asked) == 4
    assert "Council votes for night ferries & longer summer hours" in titles


def entry(
    title: str = "Harbour bridge opens", text: str = "<p>The harbour bridge opened on Monday …</p>"
) -> FoundArticle:
    body, _ = to_body(text)
    return FoundArticle(
        source="feed:f", path="e", title=title, body=body, id="tag:f,2026:1", url=f"{BRIDGE}?from=feed",
        published=parse_date("2026-02-03T08:00:00Z", None), published_by="published",
        categories=("News",), summary="Own.",
    )  # fmt: skip


def test_an_entry_gets_its_pages_text_and_keeps_what_it_is():
    found = complete_entry(entry(), fetched("wordpress", BRIDGE), now=NOW, zone=ZONE)
    assert isinstance(found, FoundArticle)
    kept = entry()
    for name in ("source", "path", "title", "id", "url", "published", "published_by", "categories", "summary"):
        assert getattr(found, name) == getattr(kept, name)
    assert len(found.body.blocks) == 12
    assert found.author == "Ada Merrow"
    assert found.image is not None
    assert (found.credit, found.language, found.tags) == (
        "Photo by Joss Tarn on Unsplash",
        "en-GB",
        ("bridges", "harbour"),
    )


def test_an_entry_with_an_address_of_a_proxy_gets_the_pages():
    given = replace(entry(), url="https://feedproxy.google.com/~r/x/1")
    found = complete_entry(given, fetched("wordpress", BRIDGE), now=NOW)
    assert isinstance(found, FoundArticle)
    assert found.url == BRIDGE


@pytest.mark.parametrize(
    ("given", "name", "said"),
    [
        (entry(text=f"<p>{'The harbour bridge opened on Monday. ' * 60}</p>"), "wordpress", "the entry's text is kept"),
        (
            entry("Gulls learn to open bins", "<p>Two birds stand on pedals and hold the lid of bins.</p>"),
            "wordpress",
            "is another article",
        ),
        (entry(), "section", "leads to articles"),
    ],
)
def test_an_entry_is_left_as_it_is_with_a_reason(given, name, said):
    why = complete_entry(given, fetched(name, BRIDGE if name == "wordpress" else SECTION), now=NOW)
    assert isinstance(why, str)
    assert said in why


@pytest.mark.parametrize(
    "given",
    [
        entry("Harbour bridge opens after three years"),
        entry(
            "Open at last",
            "<p>The harbour bridge opened on Monday after three years of work, and people walked.</p>",
        ),
        entry("Bridge", "<p></p>"),
    ],
)
def test_an_entry_is_its_page_by_title_or_by_words(given):
    assert isinstance(complete_entry(given, fetched("wordpress", BRIDGE), now=NOW), FoundArticle)


def test_scripts_without_spaces_are_compared_too():
    url = "https://marfa.example/economy/2026-port"
    same = entry("الميناء يفتح أبوابه من جديد", "<p>أعلنت سلطة الميناء</p>")
    other = entry("مباراة كرة القدم في المدينة", "<p>فاز الفريق بهدفين</p>")
    assert isinstance(complete_entry(same, fetched("arabic", url), now=NOW), FoundArticle)
    assert isinstance(complete_entry(other, fetched("arabic", url), now=NOW), str)
