"""Pages that lead to articles: which they are, which links count, and what is told from a card."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digest.core.fetching import Fetched, Visit
from digest.sources.webpage import PageOrigin, WebPage, read_webpage
from digest.sources.webpage_cards import leads_to_article

NOW = datetime(2026, 2, 10, tzinfo=UTC)
SENTENCE = "On day {} the pump of number {} was mended again, and the whole street came out to see the water run."


def text(sentences: int, number: int = 0) -> str:
    return "".join(f"<p>{SENTENCE.format(each, number)}</p>" for each in range(sentences))


def cards(count: int, sentences: int = 0) -> str:
    one = "<article><h2><a href='/n/story-number-{0}'>A story with the number {0}</a></h2>{1}</article>"
    return "".join(one.format(number, text(sentences, number)) for number in range(count))


def read(body: str, head: str = "", url: str = "https://site.example/news/x-y-z") -> WebPage:
    html = f"<html lang=en><head>{head}</head><body>{body}</body></html>".encode()
    fetched = Fetched("k", url, "new", html, "text/html", "", Visit(url), "")
    return read_webpage(fetched, PageOrigin("webpage:x"), NOW)


LIST = '<script type="application/ld+json">{"@type":"CollectionPage"}</script>'
ARTICLE = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"H"}</script>'
TYPE = "<meta property=og:type content=article>"


@pytest.mark.parametrize(
    ("body", "head", "url", "kind"),
    [
        (text(5), "", "https://site.example/a", "article"),
        (cards(5), "", "https://site.example/a", "section"),
        (cards(5, 8), "", "https://site.example/blog/", "section"),
        (f"<article><h1>H</h1>{text(8)}</article>{cards(5)}", "", "https://site.example/a", "article"),
        (f"<article><h1>H</h1>{text(8)}</article>{cards(5)}", LIST, "https://site.example/a", "section"),
        (f"<article><h1>H</h1>{text(8)}</article>{cards(5)}", "", "https://site.example/", "section"),
        (f"<article><h1>H</h1>{text(8)}</article>{cards(30, 1)}", ARTICLE, "https://site.example/a", "article"),
        (cards(5, 1), TYPE + LIST, "https://site.example/category/a", "section"),
        (f"<h1>H</h1>{text(3)}{cards(9)}", TYPE, "https://site.example/a", "article"),
        (cards(2), "", "https://site.example/a", "nothing"),
    ],
)
def test_a_page_is_what_it_says_or_what_it_is_most_of(body, head, url, kind):
    assert read(body, head, url).kind == kind


@pytest.mark.parametrize(
    ("address", "sure", "leads"),
    [
        ("https://s.example/2026/02/03/a", False, True),
        ("https://s.example/a-pump-runs", False, True),
        ("https://s.example/news/48213", False, True),
        ("https://s.example/?p=12", False, True),
        ("https://s.example/pumps.html", False, True),
        ("https://s.example/pumps", False, False),
        ("https://s.example/pumps", True, True),
        ("https://s.example/", True, False),
        ("https://s.example/news", True, False),
        ("https://s.example/tag/a-pump-runs", True, False),
        ("https://s.example/author/ada-merrow-jones", True, False),
        ("https://s.example/a/about", True, False),
        ("https://s.example/news/page/2", True, False),
        ("https://s.example/a-pump-runs?page=2", True, False),
        ("https://s.example/a-pump-runs.pdf", True, False),
        ("https://s.example/topics/2026/the-pump-runs", False, True),
    ],
)
def test_addresses_of_articles_look_like_it(address, sure, leads):
    assert leads_to_article(address, ["news", "x"], sure=sure) is leads


@pytest.mark.parametrize(
    "wrapped",
    [
        "<nav>{}</nav>",
        "<footer>{}</footer>",
        "<header>{}</header>",
        "<div role=navigation>{}</div>",
        "<div class=breadcrumb>{}</div>",
        "<ul class='tag-list'>{}</ul>",
        "<p>Some text with {} in it</p>",
        "<div hidden>{}</div>",
        "<form>{}</form>",
    ],
)
def test_links_around_the_cards_are_no_cards(wrapped):
    link = "<a href='/n/a-link-to-somewhere'>A link to somewhere else entirely</a>"
    assert len(read(cards(4) + wrapped.format(link)).stubs) == 4
    assert len(read(cards(4) + f"<div>{link}</div>").stubs) == 5


def test_each_article_is_one_stub_with_the_best_title_in_the_pages_order():
    body = (
        "<div><a href='/n/one-two-three?utm_source=a'><img src=/a.jpg alt=A></a>"
        "<h2><a href='/n/one-two-three/'>The first of them</a></h2>"
        "<a href='/n/one-two-three#c'>Read more of it here</a></div>"
    )
    found = read(cards(3) + body + body)
    assert [each.title for each in found.stubs][-1] == "The first of them"
    assert len(found.stubs) == 4
    assert found.stubs[3].image is not None
    assert found.stubs[3].image.src == "https://site.example/a.jpg"
    assert len({each.path for each in found.stubs}) == 4
    assert all(not each.body.blocks for each in found.stubs)


def test_a_list_in_json_ld_counts_where_the_page_shows_none():
    item = '{{"@type":"ListItem","position":{0},"url":"/n/story-number-{0}","name":"Story {0} of the list"}}'
    items = ",".join(item.format(number) for number in range(4))
    listed = f'{{"@type":"ItemList","itemListElement":[{items}]}}'
    found = read("<div id=root></div>", f'<script type="application/ld+json">{listed}</script>')
    assert found.kind == "section"
    assert [each.title for each in found.stubs] == [f"Story {number} of the list" for number in range(4)]
