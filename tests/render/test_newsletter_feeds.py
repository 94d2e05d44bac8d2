"""Which feeds a newsletter has, what is in them, and that their ids hold."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import feedparser
import pytest
from feed_rules import findings

from digest.core.edition import EditionRecord, Entry, Window
from digest.core.newsletter import Newsletter, Site
from digest.core.schedule import edition_id
from digest.render.folders import builtin_folder
from digest.render.newsletter_feeds import NewsletterFeeds
from digest.render.renderer import TemplateRenderer
from digest.render.templates import Templates

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SITE = Site(title="News", url="https://news.example.org/", id="news.example.org", organisation="Example Press")
LETTER = Newsletter(
    key="weekly",
    title="The Weekly",
    description="What there was",
    sender="desk@example.org",
    language="en",
    zone=ZoneInfo("Europe/Berlin"),
)
SLOTS = [datetime(2026, 3, 9, 7, tzinfo=UTC), datetime(2026, 3, 2, 7, tzinfo=UTC)]


def entry(key: str, slot: datetime, position: int, **fields) -> Entry:
    known = {
        "key": key,
        "edition": edition_id(slot),
        "position": position,
        "section": "News",
        "title": f"Story {key}",
        "url": f"https://news.example.org/weekly/{edition_id(slot)}/{key}.html",
        "summary": f"About {key}.",
        "html": f"<p>All of {key}.</p>",
        "author": "An Author",
        "categories": ("Mail",),
        "language": "en",
        "published": slot - timedelta(days=1, hours=position),
        "appeared": slot + timedelta(seconds=position),
    }
    return Entry(**{**known, **fields})


def record(slot: datetime) -> EditionRecord:
    return EditionRecord(
        newsletter="weekly",
        id=edition_id(slot),
        slot=slot,
        window=Window(slot - timedelta(days=7), slot),
        status="composed",
        title=f"The Weekly, {slot:%d} March 2026",
        subject="Subject",
        preheader="First, second & third",
        hash="0" * 64,
    )


ENTRIES = [
    entry("d", SLOTS[0], 0, categories=("Mail", "Web & more")),
    entry("e", SLOTS[0], 1, section="More", categories=()),
    entry("a", SLOTS[1], 0),
    entry("b", SLOTS[1], 1, categories=("mail", "Café")),
    entry("c", SLOTS[1], 2, section="More", published=None, categories=("漢字",)),
]
RECORDS = [record(slot) for slot in SLOTS]


def feeds(site: Site = SITE, letter: Newsletter = LETTER, site_id: str = "news.example.org") -> NewsletterFeeds:
    return NewsletterFeeds(
        site, letter, site_id, lambda sections: "".join(f"<h2>{each.title}</h2>" for each in sections)
    )


def ids(content: bytes) -> list[str]:
    return [item["id"] for item in json.loads(content)["items"]]


def titles(content: bytes) -> list[str]:
    return [item["title"] for item in json.loads(content)["items"]]


FORMATS = ("rss.xml", "atom.xml", "feed.json")
FILES, LINKS = feeds().make(ENTRIES, RECORDS)


def test_there_is_a_feed_of_articles_and_of_editions_and_both_by_category():
    folders = {path.rpartition("/")[0] for path in FILES}
    categories = {"cafe", "mail", "web-and-more"} | {
        folder.split("/")[1] for folder in folders if "categories/" in folder
    }
    assert len(categories) == 4
    assert folders == {"", "editions"} | {
        f"categories/{name}{kind}" for name in categories for kind in ("", "/editions")
    }
    assert set(FILES) == {f"{folder}/{name}".removeprefix("/") for folder in folders for name in FORMATS}
    assert sorted(folders) == sorted(link.folder.rstrip("/") for link in LINKS)
    assert {(link.category, link.of_editions) for link in LINKS if "cafe" in link.folder} == {
        ("Café", False),
        ("Café", True),
    }


@pytest.mark.parametrize("path", FILES)
def test_every_feed_is_valid(path):
    assert findings(path, FILES[path], NOW) == []


def test_every_feed_names_itself_and_has_an_id_of_its_own():
    atoms = {path: feedparser.parse(content) for path, content in FILES.items() if path.endswith("atom.xml")}
    for path, parsed in atoms.items():
        assert [link.href for link in parsed.feed.links if link.rel == "self"] == [
            f"https://news.example.org/weekly/{path}"
        ]
        assert parsed.feed.link == "https://news.example.org/weekly/"
    assert len({parsed.feed.id for parsed in atoms.values()}) == len(atoms)


def test_articles_come_newest_first_by_their_own_date():
    assert titles(FILES["feed.json"]) == ["Story d", "Story e", "Story c", "Story a", "Story b"]


def test_an_article_without_a_date_has_that_of_its_appearance():
    item = next(each for each in json.loads(FILES["feed.json"])["items"] if each["title"] == "Story c")
    assert item["date_published"] == item["date_modified"] == "2026-03-02T07:00:02Z"


def test_editions_come_newest_first_with_their_sections_and_categories():
    items = json.loads(FILES["editions/feed.json"])["items"]
    assert [each["title"] for each in items] == ["The Weekly, 09 March 2026", "The Weekly, 02 March 2026"]
    assert items[0]["url"] == "https://news.example.org/weekly/2026-03-09T0700Z/"
    assert items[0]["content_html"] == "<h2>News</h2><h2>More</h2>"
    assert items[0]["tags"] == ["Mail", "Web & more"]
    assert items[0]["date_published"] == "2026-03-09T07:00:00Z"


def test_a_category_is_one_without_regard_to_case():
    assert titles(FILES["categories/mail/feed.json"]) == ["Story d", "Story a", "Story b"]
    assert titles(FILES["categories/mail/editions/feed.json"]) == [
        "The Weekly, 09 March 2026",
        "The Weekly, 02 March 2026",
    ]
    assert titles(FILES["categories/cafe/editions/feed.json"]) == ["The Weekly, 02 March 2026"]


def test_categories_of_one_slug_get_folders_of_their_own():
    two = [entry("a", SLOTS[0], 0, categories=("C++",)), entry("b", SLOTS[0], 1, categories=("C",))]
    files = feeds().make(two, RECORDS)[0]
    found = [titles(content) for path, content in files.items() if path.endswith("feed.json") and path.count("/") == 2]
    assert sorted(found) == [["Story a"], ["Story b"]]


def test_no_more_entries_than_the_limit_those_that_appeared_last():
    few = feeds(letter=replace(LETTER, feed_limit=3)).make(ENTRIES, RECORDS)[0]
    assert titles(few["feed.json"]) == ["Story d", "Story e", "Story a"]
    one = feeds(letter=replace(LETTER, feed_limit=1)).make(ENTRIES, RECORDS)[0]
    assert titles(one["editions/feed.json"]) == ["The Weekly, 09 March 2026"]


def test_without_an_edition_there_is_no_feed():
    assert feeds().make([], []) == ({}, ())


def test_ids_hold_whatever_else_changes():
    """URL and title of the site, titles and order of articles: a reader's program must not show them as new."""
    moved = replace(SITE, url="https://elsewhere.example/", title="Other", organisation="Other")
    other = [replace(each, title=f"{each.title}!", position=9 - each.position, html="<p>x</p>") for each in ENTRIES]
    renamed = replace(LETTER, title="The New Weekly", description="", language="de")
    files = feeds(moved, renamed).make(list(reversed(other)), RECORDS)[0]
    for path in ("feed.json", "editions/feed.json", "categories/mail/feed.json"):
        assert sorted(ids(files[path])) == sorted(ids(FILES[path]))
    for path in ("atom.xml", "categories/mail/atom.xml"):
        assert feedparser.parse(files[path]).feed.id == feedparser.parse(FILES[path]).feed.id
    assert ids(feeds(site_id="other").make(ENTRIES, RECORDS)[0]["feed.json"]) != ids(FILES["feed.json"])


def test_an_article_has_one_id_in_every_feed_it_is_in():
    assert set(ids(FILES["categories/mail/feed.json"])) < set(ids(FILES["feed.json"]))
    assert set(ids(FILES["categories/cafe/editions/feed.json"])) < set(ids(FILES["editions/feed.json"]))


def test_the_picture_stands_above_the_content_unless_it_is_in_it():
    url = "https://news.example.org/a.png?x=1&y=2"
    bare = entry("a", SLOTS[0], 0, image_url=url)
    within = entry(
        "b", SLOTS[0], 1, image_url=url, html='<p><img src="https://news.example.org/a.png?x=1&amp;y=2"></p>'
    )
    files = feeds().make([bare, within], RECORDS)[0]
    for each in json.loads(files["feed.json"])["items"]:
        assert each["content_html"].count("<img") == 1
        assert each["content_html"].count('src="https://news.example.org/a.png?x=1&amp;y=2"') == 1


def test_the_same_entries_give_the_same_bytes():
    assert feeds().make(ENTRIES, RECORDS) == (FILES, LINKS)


def test_the_built_in_template_makes_valid_feeds_of_editions():
    hostile = [replace(each, title="<b>A</b> & B", section="<i>S</i>", summary="</p> &copy;") for each in ENTRIES]
    renderer = TemplateRenderer(Templates([builtin_folder()]), SITE, "news.example.org")
    files = renderer.newsletter_files(LETTER, hostile, RECORDS)
    for path, content in files.items():
        if path.rpartition("/")[2] in FORMATS:
            assert findings(path, content, NOW) == [], path
    html = json.loads(files["editions/feed.json"])["items"][0]["content_html"]
    assert "&lt;b&gt;A&lt;/b&gt; &amp; B" in html
