"""Single fields of a page's article: which of several claims counts, and what is said of the others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from digest.core.fetching import Fetched, Visit
from digest.sources.webpage import PageOrigin, read_webpage
from digest.sources.webpage_address import site_of

if TYPE_CHECKING:
    from digest.core.model import FoundArticle

NOW = datetime(2026, 2, 10, tzinfo=UTC)
URL = "https://www.site.example/news/the-pump-runs-again"
TEXT = "".join(
    f"<p>On day {number} the pump was mended again, and the whole street came out to see the water run for an hour.</p>"
    for number in range(6)
)


def article(
    head: str = "<title>The pump runs</title>", body: str = TEXT, url: str = URL, root: str = "<html lang=en>"
) -> FoundArticle:
    html = f"{root}<head>{head}</head><body>{body}</body></html>".encode()
    fetched = Fetched("k", url, "new", html, "text/html", "", Visit(url), "")
    found = read_webpage(fetched, PageOrigin("webpage:x", ZoneInfo("Europe/Berlin")), NOW).article
    assert found is not None
    return found


def ld(content: str) -> str:
    return f'<script type="application/ld+json">{{"@type":"NewsArticle",{content}}}</script>'


def notes(found: FoundArticle) -> str:
    return "\n".join(each.message for each in found.problems)


ALL = {
    "json-ld": ld('"headline":"Json","datePublished":"2026-01-01","author":"J","image":"https://i.example/j.png"'),
    "meta": "<meta property=og:title content=Meta><meta property=article:published_time content=2026-01-02>"
    "<meta name=author content=M><meta property=og:image content=https://i.example/m.png>",
    "microdata": "<div itemscope itemtype=https://schema.org/Article><b itemprop=headline>Micro</b>"
    "<i itemprop=author>U</i><meta itemprop=datePublished content=2026-01-03><img itemprop=image src=https://i.example/u.png></div>",
    "time": "<time class=published datetime=2026-01-04></time><a rel=author>R</a><h1>Html</h1>",
}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (("json-ld", "meta", "microdata", "time"), ("Json", "J", "2026-01-01", "json-ld", "https://i.example/j.png")),
        (("meta", "microdata", "time"), ("Meta", "M", "2026-01-02", "meta", "https://i.example/m.png")),
        (("microdata", "time"), ("Micro", "U", "2026-01-03", "microdata", "https://i.example/u.png")),
        (("time",), ("Html", "R", "2026-01-04", "time", "")),
    ],
)
def test_claims_count_in_a_fixed_order(given, expected):
    head = "".join(ALL[each] for each in given if each in ("json-ld", "meta"))
    found = article(head, "".join(ALL[each] for each in given if each in ("microdata", "time")) + TEXT)
    image = found.image.src if found.image else ""
    assert (found.title, found.author, str(found.published), found.published_by, image) == expected


def dated(*dates: str) -> str:
    metas = ("article:published_time", "dc.date", "pubdate")
    return "".join(f"<meta name='{name}' content='{date}'>" for name, date in zip(metas, dates, strict=False))


@pytest.mark.parametrize(
    ("head", "url", "date", "said"),
    [
        (dated("2026-01-05T08:00:00"), URL, "2026-01-05T08:00:00+01:00", ""),
        (dated("2026-01-05T08:00:00Z"), URL, "2026-01-05T08:00:00+00:00", ""),
        (dated("no date", "2026-01-05"), URL, "2026-01-05", "'no date' in its <meta> that is not taken"),
        (dated("2031-01-05"), URL, "None", "more than a year ahead"),
        (dated("0001-01-01T00:00:00Z"), URL, "None", "before 1990"),
        ("", "https://site.example/2026/01/06/a-pump", "2026-01-06", "is taken from its address"),
        ("", URL, "None", "counts as published when first seen"),
        (
            ld('"datePublished":"2026-01-01"') + dated("2026-01-09"),
            URL,
            "2026-01-01",
            "contradicts itself on its date: 2026-01-01 in its JSON-LD, which counts, and 2026-01-09 in its <meta>",
        ),
        (ld('"datePublished":"2026-01-01"') + dated("2026-01-02T03:00:00+02:00"), URL, "2026-01-01", ""),
        (ld('"datePublished":"2026-01-01","dateCreated":"2025-12-01"'), URL, "2026-01-01", ""),
    ],
)
def test_a_date_is_the_first_that_can_be_read(head, url, date, said):
    found = article(f"<title>The pump runs</title>{head}", url=url)
    assert str(found.published) == date
    assert said in notes(found)
    assert said or not found.problems


def test_a_change_counts_where_it_is_later():
    stamp = '"datePublished":"2026-01-01T08:00:00Z","dateModified":"{}"'
    assert str(article(ld(stamp.format("2026-01-02T08:00:00Z"))).updated) == "2026-01-02T08:00:00+00:00"
    assert article(ld(stamp.format("2026-01-01T08:00:00Z"))).updated is None


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>The pump runs - The Post</title><meta property=og:site_name content='The Post'>", "", "The pump runs"),
        ("<title>The Post: The pump runs</title><meta property=og:site_name content='The Post'>", "", "The pump runs"),
        ("<title>The pump runs | News | The Post</title>", "<h1>The pump runs</h1>", "The pump runs"),
        ("<title>The pump runs – site.example</title>", "", "The pump runs"),
        ("<title>The pump - a story</title>", "", "The pump - a story"),
        ("<title>Re: the pump</title>", "", "Re: the pump"),
        ("<meta property=og:title content='Q&amp;amp;A: &amp;#8220;pump&amp;#8221;'>", "", "Q&A: “pump”"),
        (ld('"headline":"The pump that runs…"'), "<h1>The pump that runs all day</h1>", "The pump that runs all day"),
        (ld('"headline":"The <em>pump</em>\\n runs"'), "", "The pump runs"),
    ],
)
def test_a_title_is_the_headline_without_its_site(head, body, title):
    assert article(head, body + TEXT).title == title


@pytest.mark.parametrize(
    ("canonical", "url", "kept", "said"),
    [
        ("https://www.site.example/news/the-pump", URL, "https://www.site.example/news/the-pump", ""),
        ("/news/x?utm_source=a&id=3", URL, "https://www.site.example/news/x?id=3", ""),
        ("https://site.example/", URL, URL, "it is the home page"),
        ("https://www.site.example/news/", URL, URL, "it is the page above this one"),
        ("https://other.example/", URL, URL, "it is the home page"),
        ("https://other.example/x/y", URL, URL, "it is on another site"),
        ("https://other.example/a/the-pump-runs-again", URL, "https://other.example/a/the-pump-runs-again", ""),
        ("http://www.site.example/news/the-pump-runs-again", URL, URL, ""),
        ("https://site.example/a/b-c", "https://site.example/a/b-c/amp/", "https://site.example/a/b-c", ""),
        ("https://site.example/a/b-c", "https://site.example/a/b-c/print", "https://site.example/a/b-c", ""),
        ("https://site.example/a/b-c", "https://m.site.example/a/b-c", "https://site.example/a/b-c", ""),
        ("", "https://site.example/a/b-c/print/", "https://site.example/a/b-c/", ""),
        ("", "https://site.example/a/b-c?print=1&id=4", "https://site.example/a/b-c?id=4", ""),
        ("", "https://site.example/a/b?amp=1&fbclid=x", "https://site.example/a/b", ""),
        ("https://site.example/", "https://site.example/?p=12", "https://site.example/?p=12", "it is the home page"),
        ("javascript:x", URL, URL, ""),
    ],
)
def test_a_canonical_address_counts_where_it_can_be_believed(canonical, url, kept, said):
    found = article(f"<link rel=canonical href='{canonical}'>", url=url)
    assert found.url == kept
    assert said in notes(found)
    assert said or "not taken" not in notes(found)


def test_the_amp_form_is_never_the_canonical_one():
    found = article("<link rel=amphtml href='/amp/the-pump'><link rel=canonical href='/amp/the-pump'>")
    assert found.url == URL
    assert "the AMP form" in notes(found)


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.site.example/x", "site.example"),
        ("https://m.news.site.co.uk/", "site.co.uk"),
        ("https://192.0.2.1/x", "192.0.2.1"),
        ("http://localhost:80/", "localhost"),
        ("https://[bad", ""),
    ],
)
def test_addresses_of_one_site_share_a_name(url, site):
    assert site_of(url) == site


@pytest.mark.parametrize(
    ("head", "root", "language"),
    [
        (ld('"inLanguage":"de-AT"'), "<html lang=en>", "de-AT"),
        ("<meta property=og:locale content=en_US>", "<html lang=fr>", "fr"),
        ("<meta property=og:locale content=pt_BR>", "<html>", "pt-BR"),
        ("", "<html lang='not a tag'>", ""),
    ],
)
def test_a_language_is_one_by_its_shape(head, root, language):
    assert article(head, root=root).language == language


@pytest.mark.parametrize(
    ("given", "author"),
    [
        ('"By Ada Merrow"', "Ada Merrow"),
        ('["Ada Merrow","Lin Okoro","ada merrow"]', "Ada Merrow, Lin Okoro"),
        ('{"@type":"Person","name":"Ada"}', "Ada"),
        ('[{"name":"https://social.example/ada"},{"name":"admin"}]', ""),
    ],
)
def test_authors_are_names(given, author):
    assert article(ld(f'"author":{given}')).author == author


def test_a_description_is_a_summary_where_it_is_no_piece_of_the_text():
    meta = "<meta name=description content='{}'>"
    assert article(meta.format("A short look at a pump and its street.")).summary
    assert not article(meta.format("On day 0 the pump was mended again, and the whole street came out")).summary
    assert not article(meta.format("A short look at a pump and its …")).summary


def test_pictures_are_kept_at_https_addresses_and_the_lead_once():
    body = (
        f"{TEXT[: len(TEXT) // 2]}<p>x<img src='/i/lead-300x200.jpg'></p><figure><img src='/i/two.jpg'></figure>"
        f"<figure><img src='http://other.example/three.jpg'></figure>{TEXT[len(TEXT) // 2 :]}"
    )
    found = article("<meta property=og:image content='https://www.site.example/i/lead-1200x800.jpg'>", body)
    assert found.image is not None
    assert found.image.src == "https://www.site.example/i/lead-1200x800.jpg"
    assert "https://www.site.example/i/two.jpg" in found.body.html
    assert "lead-300x200" not in found.body.html
    assert "three.jpg" not in found.body.html


def test_what_a_page_shows_twice_is_read_once():
    box = "<p>The pump is the oldest of its kind, and the street is proud of it, as anybody there will tell you.</p>"
    found = article(body=f"<h1>H</h1><div class=lead-in>{box}</div>{TEXT}<div>{box}</div>{TEXT[:10]}</p>")
    assert found.body.html.count("oldest of its kind") == 1


def test_a_logo_is_no_picture_of_an_article():
    assert article("<meta property=og:image content='https://i.example/site-logo.png'>").image is None


@pytest.mark.parametrize(
    "content",
    [
        '<!-- {"@type":"Article","headline":"Told","datePublished":"2026-01-05"} -->',
        '//<![CDATA[\n{"@type":"Article","headline":"Told","datePublished":"2026-01-05",}\n//]]>',
        '{"@type":"Article","headline":"Told","datePublished":"2026-01-05"};',
        '[{"@type":"WebPage"},{"@type":["Article","Thing"],"headline":"Told","datePublished":"2026-01-05"}]',
        '{"@graph":[{"@type":"WebPage","mainEntity":{"@type":"Article","headline":"Told","datePublished":"2026-01-05"}}]}',
        '{"@type":"Article","headline":"Told","datePublished":"2026-01-05"}{"@type":"Organization","na',
        '{"@type":"https://schema.org/Article","headline":"Told","datePublished":"2026-01-05"}',
        '{"@type":"Article","headline":"Told","datePublished":"2026-01-05","description":"a "quote" breaks it"}',
    ],
)
def test_json_ld_is_read_as_sites_write_it(content):
    found = article(f'<script type="application/ld+json">{content}</script>')
    assert (found.title, str(found.published), found.published_by) == ("Told", "2026-01-05", "json-ld")


def test_of_several_articles_in_json_ld_the_pages_own_counts():
    other = '{"@type":"Article","headline":"Other","url":"https://www.site.example/news/other"}'
    own = f'{{"@type":"Article","headline":"Own","mainEntityOfPage":"{URL}?utm_source=x"}}'
    script = '<script type="application/ld+json">[{},{}]</script>'
    assert article(script.format(other, own)).title == "Own"
    assert article(script.format(other, other), f"<h1>Heading</h1>{TEXT}").title == "Heading"
