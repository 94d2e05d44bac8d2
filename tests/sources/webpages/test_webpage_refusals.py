"""What answers as if all were well and is no article; and what only looks so."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digest.core.fetching import Fetched, Visit
from digest.sources.webpage import PageOrigin, WebPage, read_webpage

NOW = datetime(2026, 2, 10, tzinfo=UTC)
URL = "https://site.example/news/the-pump-runs-again"
SENTENCE = "On day {} the pump was mended again, and the whole street came out to see the water run for an hour."
PAID = '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":"False"}</script>'
CARDS = "".join(f"<li><h3><a href='/news/story-number-{n}'>A story with the number {n}</a></h3></li>" for n in range(9))


def text(sentences: int) -> str:
    return "".join(f"<p>{SENTENCE.format(number)}</p>" for number in range(sentences))


def read(
    body: str, head: str = "<title>The pump runs again</title>", url: str = URL, kind: str = "text/html"
) -> WebPage:
    html = f"<html lang=en><head>{head}</head><body>{body}</body></html>".encode()
    return read_webpage(Fetched("k", url, "new", html, kind, "", Visit(url), ""), PageOrigin("webpage:x"), NOW)


@pytest.mark.parametrize(
    ("head", "body", "said"),
    [
        ("", text(1), "has no more than 22 words"),
        ("", "<h1>404</h1><p>Nothing here.</p>", "error page, '404'"),
        ("<title>Page not found | The Post</title>", text(3), "error page"),
        ("<title>Seite nicht gefunden</title>", text(3), "error page"),
        ("<title>Oops! That page is gone</title>", text(3), "error page"),
        ("<title>Just a moment...</title>", "<p>Checking your browser</p>", "no program asks"),
        ("<title>x</title>", "<p>Please solve the captcha below.</p>", "no program asks"),
        ("<title>Before you go on</title>", "<p>We and our partners use cookies. Accept all?</p>", "asks for consent"),
        ("", f"<p>{SENTENCE.format(1)}</p><p>Subscribe now to continue reading this.</p>", "for subscribers"),
        ("", f"{text(4)}<div class='article-paywall'>x</div>", "for subscribers"),
        (PAID, text(4), "for subscribers"),
        ("", "<div id=root></div><noscript>You need to enable JavaScript to run this app.</noscript>", "by scripts"),
        (
            "<meta http-equiv=refresh content='0; url=/moved/there'>",
            "<p>One moment</p>",
            "https://site.example/moved/there",
        ),
    ],
)
def test_a_page_that_is_no_article_says_why(head, body, said):
    found = read(body, head)
    assert (found.kind, found.article, found.stubs) == ("nothing", None, ())
    assert said in found.reason


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://consent.site.example/collect", "asks for consent"),
        ("https://site.example/cookiewall/?u=x", "asks for consent"),
    ],
)
def test_a_wall_is_known_by_its_address(url, said):
    assert said in read(text(5), url=url).reason


@pytest.mark.parametrize(
    ("kind", "said"),
    [("application/pdf", "is a PDF"), ("image/png", "is image/png"), ("application/json", "is application/json")],
)
def test_what_is_no_html_says_what_it_is(kind, said):
    found = read(text(9), kind=kind)
    assert found.kind == "nothing"
    assert said in found.reason


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("<title>Page not found: the story of a missing leaf</title>", text(12)),
        ("", text(12) + "<p>Subscribe to continue reading such stories.</p>"),
        (PAID, text(12)),
        ("", text(3) + "<div class=cookie-banner><p>We use cookies. Accept all cookies?</p></div>"),
        ("<title>Why 404 is the most loved number of error pages</title>", text(12)),
    ],
)
def test_an_article_may_speak_of_walls_and_errors(head, body):
    assert read(body, head).kind == "article"


def test_what_an_error_page_leads_to_is_not_what_was_asked_for():
    found = read(f"<h1>Page not found</h1><ul>{CARDS}</ul>")
    assert found.kind == "nothing"
    assert "error page" in found.reason


def test_a_page_of_cards_with_a_banner_is_no_wall():
    found = read(f"<p>We use cookies. Accept all cookies?</p><ul>{CARDS}</ul>")
    assert (found.kind, len(found.stubs)) == ("section", 9)


def test_text_in_json_is_taken_where_the_page_makes_it_by_scripts():
    body = "\\n".join(SENTENCE.format(number) for number in range(12))
    whole = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"H","articleBody":"%s"}</script>'
    found = read("<div id=root></div>", whole % body)
    assert found.article is not None
    assert len(found.article.body.blocks) == 12
    kept = whole.replace('"headline"', '"isAccessibleForFree":false,"headline"')
    assert read("<div id=root></div>", kept % body).kind == "nothing"
