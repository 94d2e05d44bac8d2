"""The three files of a feed: each valid, all of them agreeing, the same bytes always."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from html import unescape
from zoneinfo import ZoneInfo

import feedparser
import pytest
from feed_rules import findings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from value_rules import RULES, html_findings

from digest.core.text import one_line
from digest.render.feeds import Feed, FeedItem, feed_files, stable_id
from digest.render.links import uri
from digest.sources.addresses import Addresses
from digest.sources.allowlist import BLOCKS, INLINE, WRAPPERS
from digest.sources.sanitise import sanitise

NOW = datetime(2026, 6, 1, tzinfo=UTC)
FIRST = datetime(2026, 3, 2, 7, tzinfo=UTC)


def item(number: int, **fields) -> FeedItem:
    known = {
        "id": stable_id("news.example.org", "article", str(number)),
        "title": f"Story number {number}",
        "url": f"https://news.example.org/weekly/{number}.html",
        "summary": f"What happened in story {number}.",
        "html": f"<p>All of story {number}.</p>",
        "author": "An Author",
        "categories": ("Mail",),
        "language": "en",
        "published": FIRST - timedelta(hours=number),
        "updated": FIRST - timedelta(seconds=number),
    }
    return FeedItem(**{**known, **fields})


def feed(*items: FeedItem, **fields) -> Feed:
    known = {
        "id": stable_id("news.example.org", "feed"),
        "title": "The Weekly",
        "description": "What there was",
        "home_url": "https://news.example.org/weekly/",
        "base_url": "https://news.example.org/weekly/",
        "language": "en",
        "author": "Press",
        "items": items or (item(0), item(1), item(2)),
    }
    return Feed(**{**known, **fields})


def problems(made: Feed) -> list[str]:
    return [
        f"{name}: {found.rule} [{RULES[found.rule]}]: {found.detail}"
        for name, content in feed_files(made).items()
        for found in findings(name, content, NOW)
    ]


PICTURE = {"image_url": "https://news.example.org/weekly/images/a-1a2b3c4d.png", "image_type": "image/png"}
CASES = {
    "typical": {},
    "markup in the title": {"title": "Why <b>bold</b> & <script>alert(1)</script> fail: 1 < 2"},
    "an end tag alone": {"title": "On </b> and </p>"},
    "references in the title": {"title": "AT&amp;T, &lt;b&gt;, R&D, Q&A 2, &#60;, &#x3c; and &nosuch;"},
    "hard characters": {"title": "👩‍👩‍👧 \u202eמימין\u202c عربي 漢字 \ud7ff\ue000 𝒳", "author": "Ünal Ö"},
    "only an ampersand": {"title": "&", "summary": "<"},
    "nothing but a title": {"author": "", "categories": (), "summary": "", "html": ""},
    "no summary": {"summary": ""},
    "no content": {"html": ""},
    "the title as the summary": {"summary": "Story number 0"},
    "markup in the summary": {"summary": "<p>Not a paragraph</p> & <img src=x onerror=alert(1)> &copy; &"},
    "many categories": {"categories": tuple(f"Category {number} & <more>" for number in range(60))},
    "markup in a category": {"categories": ("The </b> tag", "&lt;")},
    "an address beside the author": {"author": "Ann B. <ann@example.org>"},
    "an author of markup": {"author": "Tom &amp; <b>Jerry</b>"},
    "only an address": {"author": "<ann@example.org>"},
    "a URL in other letters": {"url": "https://münchen.example/straße/ä b?q=ü&x=[1]#ö%zz"},
    "a picture": {**PICTURE, "image_bytes": 1234},
    "a picture of unknown size": {**PICTURE, "image_bytes": 0},
    "a picture of unknown type": {**PICTURE, "image_type": "", "image_bytes": 1234},
    "a picture in other letters": {**PICTURE, "image_url": "https://e.example/bild ä.png", "image_bytes": 1},
    "another language": {"language": "de"},
    "footnotes": {
        "html": '<p>A<sup><a href="https://news.example.org/1.html#fn-1" id="fn-ref-1">1</a></sup></p>'
        '<ol><li id="fn-1">Note <a href="https://news.example.org/1.html#fn-ref-1">↩</a></li></ol>'
    },
    "an old time zone": {"published": datetime(2001, 1, 1, tzinfo=timezone(timedelta(minutes=53, seconds=28)))},
    "fractions of a second": {"published": FIRST.replace(microsecond=123456)},
    "line breaks in one-line fields": {"title": "Two\nlines", "summary": "Two\r\nlines"},
    "CDATA's end": {"html": "<p>]]&gt; and ]]></p>", "title": "]]>"},
}


@pytest.mark.parametrize("fields", CASES.values(), ids=CASES)
def test_no_finding(fields):
    assert problems(feed(item(0, **fields), item(1))) == []


@pytest.mark.parametrize("field", ["title", "description", "author"])
@pytest.mark.parametrize("text", ["<b>A</b> & B", "&amp;", "<A>", "</p>", "Press <desk@example.org>"])
def test_no_finding_for_a_feed_named_like_that(field, text):
    assert problems(feed(**{field: text})) == []


def mended_by_feedparser(text):
    """Whether the reader takes a text for UTF-8 that was read as Latin-1, and decodes it once more."""
    try:
        return text.encode("iso-8859-1").decode() != text
    except UnicodeError:
        return False


TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("<>&;#/bpx'\"] \n\r\t\0é👩\u202e\x85\ufdd0"), st.characters(exclude_characters="\ufffd")
    ),
    min_size=1,
    max_size=60,
).filter(lambda text: any(char.isalnum() for char in one_line(text)) and not mended_by_feedparser(one_line(text)))


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(title=TEXTS, summary=TEXTS, author=TEXTS, category=TEXTS)
def test_no_text_makes_a_feed_invalid(title, summary, author, category):
    made = feed(item(0, title=title, summary=summary, author=author, categories=(category,)), title=title)
    assert problems(made) == []
    assert read_back(made)["rss.xml"] == read_back(made)["atom.xml"] == read_back(made)["feed.json"]


PIECES = st.one_of(
    st.sampled_from(["text ", "&amp;", "&lt;b&gt;", "\n", '<img src="https://e.example/é b.png" alt="x" width="9">']),
    st.sampled_from(
        ['<a href="https://e.example/?a=1&b">', '<a href="#fn-1">', '<li id="fn-1">', '<p lang="de" dir="ltr">']
    ),
    st.sampled_from(['<time datetime="2026-01-01">', '<td colspan="2">', '<th scope="row">', '<ol start="3">']),
    st.sampled_from(sorted(INLINE | BLOCKS | WRAPPERS | {"script", "video", "font"})).map(lambda tag: f"<{tag}>"),
    st.sampled_from(sorted(INLINE | BLOCKS | WRAPPERS)).map(lambda tag: f"</{tag}>"),
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(html=st.lists(PIECES, max_size=20).map("".join))
def test_what_the_sanitiser_lets_through_is_harmless_to_the_validator(html):
    found = list(html_findings(sanitise(html, Addresses(base="https://e.example/a.html"))[0]))
    # A footnote's link within the text is made absolute when the edition is frozen.
    assert [each for each in found if each.detail != "href=#fn-1"] == []


def text_of(detail: dict[str, str]) -> str:
    """A title as a reader shows it: feedparser says whether it took it for HTML."""
    return unescape(detail["value"]) if detail["type"] == "text/html" else detail["value"]


def read_back(made: Feed) -> dict[str, list[tuple[str, str]]]:
    """Ids and titles in order, as a reader's program sees them."""
    files = feed_files(made)
    seen: dict[str, list[tuple[str, str]]] = {}
    for name in ("rss.xml", "atom.xml"):
        parsed = feedparser.parse(files[name], sanitize_html=False)
        assert not parsed.bozo
        seen[name] = [(entry.id, text_of(entry.title_detail)) for entry in parsed.entries]
    seen["feed.json"] = [(each["id"], each["title"]) for each in json.loads(files["feed.json"])["items"]]
    return seen


@pytest.mark.parametrize("fields", CASES.values(), ids=CASES)
def test_the_three_agree_on_ids_order_and_titles(fields):
    made = feed(item(0, **fields), item(1), item(2))
    expected = [(each.id, one_line(each.title)) for each in made.items]
    assert read_back(made) == {"rss.xml": expected, "atom.xml": expected, "feed.json": expected}


def test_a_reader_finds_everything_of_an_item():
    made = feed(item(0, **PICTURE, image_bytes=1234, summary="A < B & C", categories=("Mail & more", "News")))
    files = feed_files(made)
    rss, atom = (feedparser.parse(files[name]).entries[0] for name in ("rss.xml", "atom.xml"))
    for entry in (rss, atom):
        assert entry.link == made.items[0].url
        assert entry.author == "An Author"
        assert entry.content[0].value == made.items[0].html
        assert [tag.term for tag in entry.tags] == ["Mail & more", "News"]
        assert [(each.href, each.type, each.length) for each in entry.enclosures] == [
            (made.items[0].image_url, "image/png", "1234")
        ]
        assert unescape(entry.summary) == "A < B & C"
        assert entry.published_parsed[:6] == (2026, 3, 2, 7, 0, 0)
    (read,) = json.loads(files["feed.json"])["items"]
    assert read["image"] == made.items[0].image_url
    assert read["tags"] == ["Mail & more", "News"]
    assert read["summary"] == "A < B & C"
    assert read["date_published"] == "2026-03-02T07:00:00Z"


def test_the_channels_link_is_the_page_and_the_feed_names_itself():
    files = feed_files(feed())
    for name in ("rss.xml", "atom.xml"):
        found = feedparser.parse(files[name]).feed
        assert found.link == "https://news.example.org/weekly/"
        assert [link.href for link in found.links if link.rel == "self"] == [f"https://news.example.org/weekly/{name}"]
    whole = json.loads(files["feed.json"])
    assert (whole["home_page_url"], whole["feed_url"]) == (
        "https://news.example.org/weekly/",
        "https://news.example.org/weekly/feed.json",
    )


def test_an_item_in_another_language_says_so():
    root = etree.fromstring(feed_files(feed(item(0, language="de"), item(1)))["atom.xml"])
    languages = [each.get("{http://www.w3.org/XML/1998/namespace}lang") for each in root.iter("{*}entry")]
    assert languages == ["de", None]


def test_an_authors_address_is_not_published():
    for content in feed_files(feed(item(0, author="Ann B. <ann@example.org>"), author="P <desk@example.org>")).values():
        assert b"ann@example.org" not in content
        assert b"desk@example.org" not in content
        assert b"Ann B." in content


def test_urls_are_uris_in_every_format():
    made = feed(item(0, url="https://münchen.example/straße?q=ü", image_url="https://e.example/ä.png"))
    for content in feed_files(made).values():
        assert content.isascii()
        assert b"https://xn--mnchen-3ya.example/stra%C3%9Fe?q=%C3%BC" in content
    assert uri("https://news.example.org/a?b=c&d#e") == "https://news.example.org/a?b=c&d#e"


def test_the_time_of_an_instant_is_the_same_in_any_zone():
    berlin = replace(item(0), published=FIRST.astimezone(ZoneInfo("Europe/Berlin")))
    assert feed_files(feed(berlin)) == feed_files(feed(replace(berlin, published=FIRST)))


def test_an_id_depends_on_the_sites_id_and_the_key_alone():
    assert stable_id("news.example.org", "article", "weekly", "k1") == ("urn:uuid:eb33d50f-1811-520b-a562-bc7845ea306b")
    assert stable_id("a", "b", "c") != stable_id("a", "c", "b")


def test_the_same_feed_gives_the_same_bytes_in_any_process():
    """Whatever the seed of hashes, the zone and the clock of the machine."""
    code = (
        "import hashlib, json, test_feeds as t\n"
        "made = t.feed(t.item(0, categories=tuple('abcdefgh')), t.item(1), t.item(2))\n"
        "print(json.dumps({n: hashlib.sha256(c).hexdigest() for n, c in t.feed_files(made).items()}))\n"
    )
    here = feed_files(feed(item(0, categories=tuple("abcdefgh")), item(1), item(2)))
    expected = {name: hashlib.sha256(content).hexdigest() for name, content in here.items()}
    for seed, zone in (("1", "Asia/Tokyo"), ("2", "America/New_York")):
        environment = {"PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": __file__.rpartition("/")[0]}
        done = subprocess.run(
            [sys.executable, "-B", "-c", code], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == expected


ENTRY = b"<updated>2026-03-02T06:59:59+00:00</updated>"
IDS = [item(number).id.encode() for number in range(2)]
BROKEN = [
    ("well-formed", "rss.xml", b"</rss>", b""),
    ("well-formed", "feed.json", b"]", b""),
    ("encoding", "atom.xml", b" encoding='UTF-8'", b""),
    ("bad-character", "rss.xml", b"number 0", b"number \xc2\x80"),
    ("bad-character", "atom.xml", b"number 0", b"number \xef\xbf\xbd"),
    ("element", "rss.xml", b"<guid", b"<updated/><guid"),
    ("element", "atom.xml", b"<author>", b"<pubDate>x</pubDate><author>"),
    ("element", "feed.json", b'"description"', b'"subtitle"'),
    ("once", "rss.xml", b"<language>en</language>", b"<language>en</language>" * 2),
    ("once", "atom.xml", ENTRY, ENTRY * 2),
    ("required", "rss.xml", b"<description>What there was</description>", b""),
    ("required", "rss.xml", b"<language>en</language>", b""),
    ("required", "atom.xml", ENTRY, b""),
    ("required", "atom.xml", re.compile(rb"<author>.*?</author>(.*?)<author>.*?</author>", re.DOTALL), rb"\1"),
    ("required", "feed.json", b'"id": "urn', b'"xid": "urn'),
    ("required", "feed.json", b'"title": "The Weekly",', b""),
    ("blank", "rss.xml", b"<category>Mail</category>", b"<category></category>"),
    ("attribute", "atom.xml", b'rel="self"', b'rel="self" colour="red"'),
    ("order", "atom.xml", b"</feed>", b"<generator>x</generator></feed>"),
    ("order", "rss.xml", b"</channel>", b"<docs>x</docs></channel>"),
    ("order", "rss.xml", re.compile(rb"(<description>What h.*?)(<content.*?</content:encoded>)", re.DOTALL), rb"\2\1"),
    ("uri", "rss.xml", b"<link>https://news.example.org/weekly/0.html", b"<link>/weekly/0.html"),
    ("uri", "rss.xml", b"weekly/0.html", b"weekly/\xc3\xa4 0.html"),
    ("uri", "atom.xml", b"weekly/0.html", b"weekly/0 0.html"),
    ("uri", "feed.json", b"weekly/0.html", b"weekly/0 0.html"),
    ("id", "rss.xml", b'isPermaLink="false"', b'isPermaLink="true"'),
    ("id", "atom.xml", b"<id>urn:uuid:", b"<id>URN:UUID:"),
    ("id", "feed.json", b'"id": "urn:uuid:', b'"id": "'),
    ("unique-id", "rss.xml", IDS[1], IDS[0]),
    ("unique-id", "atom.xml", IDS[1], IDS[0]),
    ("unique-id", "feed.json", IDS[1], IDS[0]),
    ("unique-updated", "atom.xml", b"06:59:59", b"06:59:58"),
    ("date", "rss.xml", b"Mon, 02 Mar", b"Tue, 02 Mar"),
    ("date", "rss.xml", b"2026 07:00:00", b"26 07:00:00"),
    ("date", "atom.xml", b"06:59:59+00:00", b"06:59:59"),
    ("date", "feed.json", b"06:59:59Z", b"06:59:59+00:53:28"),
    ("implausible-date", "rss.xml", b"Mon, 02 Mar 2026", b"Mon, 02 Mar 1987"),
    ("implausible-date", "atom.xml", b"2026-03-02T06:59:59", b"2027-03-02T06:59:59"),
    ("language", "rss.xml", b"<language>en<", b"<language>English<"),
    ("language", "atom.xml", b'lang="en"', b'lang="en_GB"'),
    ("language", "feed.json", b'"language": "en"', b'"language": "e"'),
    ("self", "rss.xml", b'rel="self"', b'rel="related"'),
    ("self", "atom.xml", b'"https://news.example.org/weekly/atom.xml"', b'"atom.xml"'),
    ("self", "atom.xml", b'type="application/atom+xml"', b'type="text/xml"'),
    ("home", "rss.xml", b"<link>https://news.example.org/weekly/<", b"<link>https://news.example.org/weekly/rss.xml<"),
    ("link-relation", "atom.xml", b'rel="self"', b'rel="me"'),
    ("one-alternate", "atom.xml", re.compile(rb'rel="enclosure" (href=\S+) type=\S+ length="1234"'), rb"\1"),
    ("enclosure", "rss.xml", b' length="1234"', b""),
    ("enclosure", "atom.xml", b' length="1234"', b' length="1 kB"'),
    ("media-type", "rss.xml", b'"image/png"', b'"png"'),
    ("media-type", "atom.xml", b'"image/png"', b'"png"'),
    ("text-type", "atom.xml", b'type="html"', b'type="text/html"'),
    ("plain-text", "rss.xml", b"<title>The Weekly", b"<title>The &lt;b&gt;Weekly&lt;/b&gt;"),
    ("plain-text", "rss.xml", b"<title>The Weekly", b"<title>The &lt;Weekly"),
    ("plain-text", "rss.xml", b"<category>Mail", b"<category>&amp;copy;"),
    ("plain-text", "atom.xml", b"<title>The Weekly", b"<title>AT&amp;amp;T"),
    ("plain-text", "atom.xml", b"<name>Press", b"<name>Press&#x3C;/b>"),
    ("email", "atom.xml", b"<name>Press", b"<name>Press &#x3C;desk@example.org>"),
    ("summary", "atom.xml", b"<summary>What happened in story 0.", b"<summary>Story number 0"),
    ("summary", "atom.xml", re.compile(rb"<content.*?</content>(.*?)<summary.*?</summary>", re.DOTALL), rb"\1"),
    ("html", "rss.xml", b"All of story 0.&#x3C;/p&gt;", b"All of story 0.&#x3C;/q&gt;"),
    ("html", "atom.xml", b"All of story 0.", b"All of &amp;copy story 0."),
    ("html", "feed.json", b"All of story 0.</p>", b"All of story 0.</div>"),
    ("html-element", "rss.xml", b"All of story 0.", b"&lt;video>&lt;/video>"),
    ("html-element", "atom.xml", b"All of story 0.", b"&lt;blink>&lt;/blink>"),
    ("html-attribute", "feed.json", b"<p>All of story 0.", b"<p style='color:red'>All of story 0."),
    ("html-attribute", "rss.xml", b"&#x3C;p&gt;All of story 0.", b"&#x3C;p onclick='x'&gt;All of story 0."),
    ("relative", "rss.xml", b"All of story 0.", b"&lt;a href='#fn-1'>1&lt;/a>"),
    ("relative", "feed.json", b"All of story 0.", b"<img src='a.png'>"),
    ("version", "rss.xml", b'version="2.0"', b'version="0.91"'),
    ("version", "feed.json", b"version/1.1", b"version/1"),
    ("type", "feed.json", b'"title": "Story number 0"', b'"title": ["Story number 0"]'),
    ("type", "feed.json", b'"name": "An Author"', b'"label": "An Author"'),
    ("content", "feed.json", b'"content_html"', b'"summary"'),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "name", "old", "new"), BROKEN)
def test_each_rule_finds_a_feed_that_breaks_it(rule, name, old, new):
    made = feed(item(0, **PICTURE, image_bytes=1234), item(1), item(2, title="R & D"))
    content = feed_files(made)[name]
    assert findings(name, content, NOW) == []
    broken = re.sub(old if isinstance(old, re.Pattern) else re.escape(old), new, content, count=1)
    assert broken != content
    found = findings(name, broken, NOW)
    assert rule in {each.rule for each in found}, found


def test_every_rule_is_proved():
    assert {rule for rule, *_ in BROKEN} == set(RULES)
