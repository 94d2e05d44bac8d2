"""The built-in templates, over an edition made up here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import html5lib
import pytest
from markupsafe import Markup

from digest.render.context import (
    ArchiveItem,
    EditionView,
    FeedLink,
    ImageView,
    NewsletterView,
    ReaderView,
    SectionView,
    SiteView,
    StoryView,
)
from digest.render.folders import SETS, builtin_folder
from digest.render.templates import Templates
from digest.render.views import theme_view
from digest.render.wrap import display_width

HOSTILE = """<script>alert("it's")</script>"""
SLOT = datetime(2026, 3, 3, 8, tzinfo=ZoneInfo("Europe/Berlin"))
SITE = SiteView("A Site", "https://example.org/", "The Publisher", "Street 1, 10115 Berlin")
LETTER = NewsletterView(
    key="weekly",
    title="The Weekly",
    description="What there was",
    language="en",
    direction="ltr",
    url="https://example.org/weekly/",
    rss_url="https://example.org/weekly/rss.xml",
    atom_url="https://example.org/weekly/atom.xml",
    json_url="https://example.org/weekly/feed.json",
)
STORY = StoryView(
    anchor="one",
    title="A title",
    url="https://example.org/weekly/1/one.html",
    page_url="one.html",
    canonical_url="",
    category="Mail",
    author="An Author",
    published=SLOT,
    has_time=True,
    summary="A summary of one sentence.",
    summary_method="author",
    minutes=4,
    image=ImageView("https://example.org/weekly/1/a.png", "a.png", "What it shows", "A Painter", 1200, 630),
    language="en",
    direction="ltr",
    pinned=False,
    html=Markup("<p>The content.</p>"),
)
READER = ReaderView("ann@example.org", "https://lists.example.org/unsubscribe/weekly/T0KEN")
EMAILS = tuple(f"{each}/email.html" for each in SETS)
MESSAGE = (*EMAILS, "text.txt", "subject.txt", "preheader.txt")
PAGES = ("edition.html", "story.html", "archive.html")


def edition(*stories: StoryView) -> EditionView:
    sections = (SectionView("s-1", "A section", stories),) if stories else ()
    return EditionView("1", "An edition", "", "", SLOT, "https://example.org/weekly/1/", sections)


def render(
    name: str,
    *stories: StoryView,
    letter: NewsletterView = LETTER,
    reader: ReaderView = READER,
    template: str = "standard",
    **more: object,
) -> str:
    """A template's text; `brief/email.html` is that of a set."""
    name, template = name.rpartition("/")[2], name.rpartition("/")[0] or template
    templates = Templates([builtin_folder()])
    items = tuple(
        ArchiveItem(str(year), "An edition", SLOT.replace(year=year), f"{year}/index.html", "Before", ("A title",))
        for year in (2026, 2025)
    )
    context = {
        "site": SITE,
        "newsletter": letter,
        "edition": replace(edition(*stories), preheader="Before"),
        "story": stories[0] if stories else STORY,
        "reader": reader,
        "items": items if stories else (),
        "feeds": (FeedLink("", "", of_editions=False),),
        "theme": theme_view(templates.theme(template)),
    }
    return templates.render(name, {**context, **more}, language=letter.language, template=template)


@pytest.mark.parametrize("name", [*MESSAGE, *PAGES])
@pytest.mark.parametrize(
    "story",
    [
        STORY,
        replace(STORY, image=None),
        replace(STORY, image=ImageView("https://example.org/a.png", "a.png", "", "", 0, 0)),
        replace(STORY, author="", category=""),
        replace(STORY, published=None),
        replace(STORY, has_time=False),
        replace(STORY, summary=""),
        replace(STORY, language="ar", direction="rtl"),
    ],
    ids=["whole", "no image", "bare image", "no author", "no date", "no time", "no summary", "other language"],
)
def test_every_template_renders_whatever_is_missing(name, story):
    text = render(name, story, replace(story, anchor="two"))
    assert "None" not in text
    if name.endswith(".html"):
        html5lib.HTMLParser(strict=True).parse(text)


def test_the_archive_before_the_first_edition():
    assert "The first edition is still to come." in render("archive.html")


@pytest.mark.parametrize("name", [*EMAILS, *PAGES])
def test_hostile_texts_are_escaped_in_html(name):
    story = replace(
        STORY, title=HOSTILE, author=HOSTILE, category=HOSTILE, summary=HOSTILE, image=replace(STORY.image, alt=HOSTILE)
    )
    text = render(name, story, story, letter=replace(LETTER, title=HOSTILE, description=HOSTILE))
    assert "<script" not in text
    assert "alert(&#34;it&#39;s&#34;)" in text
    html5lib.HTMLParser(strict=True).parse(text)


def test_hostile_texts_stand_verbatim_in_text():
    text = render("text.txt", replace(STORY, title=HOSTILE, summary=HOSTILE))
    assert text.count(HOSTILE) == 2
    assert HOSTILE in render("subject.txt", replace(STORY, title=HOSTILE))


@pytest.mark.parametrize("title", ["A title of words " * 9, "題名" * 60, "👩‍👩‍👧" * 60, "x" * 200])
def test_text_is_72_columns_wide_at_most_but_for_urls(title):
    story = replace(STORY, title=title, summary=title * 3, author=title, url="https://example.org/" + "x" * 90)
    text = render("text.txt", story, story, letter=replace(LETTER, title=title, description=title))
    lines = text.split("\n")
    assert [line for line in lines if display_width(line) > 72 and "https://" not in line] == []
    assert [line for line in lines if line != line.rstrip()] == []


@pytest.mark.parametrize("name", [*EMAILS, "text.txt"])
def test_both_parts_say_who_publishes_why_it_came_and_how_to_leave(name):
    text = render(name, STORY)
    for said in (
        "because you subscribe to The Weekly",
        "It was sent to ann@example.org.",
        "Unsubscribe",
        "https://example.org/weekly/1/",
    ):
        assert said in text, said
    assert "The Publisher, Street 1, 10115 Berlin" in text
    own = render(name, STORY, letter=replace(LETTER, organisation="Another House, Berlin"))
    assert "Another House, Berlin" in own
    assert "The Publisher" not in own
    assert "Unsubscribe" not in render(name, STORY, reader=ReaderView("ann@example.org"))


def test_the_web_copy_in_text_is_for_nobody():
    text = render("text.txt", STORY, reader=ReaderView())
    assert "sent to" not in text
    assert "Unsubscribe" not in text


@pytest.mark.parametrize("name", EMAILS)
def test_text_and_html_have_the_same_links(name):
    text, html = render("text.txt", STORY), render(name, STORY)
    urls = (
        STORY.url, "https://example.org/weekly/1/", LETTER.url, LETTER.rss_url, LETTER.atom_url, LETTER.json_url,
        READER.unsubscribe_url,
    )  # fmt: skip
    assert [url for url in urls if f'href="{url}"' not in html] == []
    assert [url for url in urls if url not in text.split()] == []


@pytest.mark.parametrize("stories", [(STORY,), (STORY, STORY)], ids=["one", "two"])
def test_subject_and_preheader_are_one_line(stories):
    long = tuple(replace(story, title="many words " * 20, summary="more words " * 40) for story in stories)
    for name, width in (("subject.txt", 78), ("preheader.txt", 110)):
        text = render(name, *long)
        assert "\n" not in text
        assert text == text.strip()
        assert display_width(text) <= width


def test_preheader_without_a_summary_names_the_next_stories():
    lead = replace(STORY, summary="")
    assert render("preheader.txt", lead, replace(STORY, title="B"), replace(STORY, title="C")) == "B · C"


@pytest.mark.parametrize("name", EMAILS)
def test_a_message_has_nothing_that_mail_must_not_have(name):
    tree = html5lib.parse(render(name, STORY, replace(STORY, anchor="two")), namespaceHTMLElements=False)
    forbidden = {"script", "form", "object", "iframe", "link", "input", "video", "svg"}
    assert {element.tag for element in tree.iter() if isinstance(element.tag, str)} & forbidden == set()
    assert all(table.get("role") == "presentation" for table in tree.iter("table"))
    assert all(image.get("alt") is not None for image in tree.iter("img"))
    assert len(list(tree.iter("title"))) == 1
    hrefs = [link.get("href") for link in tree.iter("a")]
    assert all(href.startswith(("https://", "#")) for href in hrefs)
    ids = {element.get("id") for element in tree.iter()}
    assert {href[1:] for href in hrefs if href.startswith("#")} <= ids


@pytest.mark.parametrize("name", [*EMAILS, "edition.html"])
def test_headings_go_down_step_by_step(name):
    tree = html5lib.parse(render(name, STORY, STORY), namespaceHTMLElements=False)
    assert [element.tag for element in tree.iter() if element.tag in ("h1", "h2", "h3")] == ["h1", "h2", "h3", "h3"]


@pytest.mark.parametrize("name", [*EMAILS, *PAGES])
def test_direction_and_language_are_the_newsletters_and_the_storys_own(name):
    letter = replace(LETTER, language="ar", direction="rtl")
    text = render(name, STORY, STORY, letter=letter)
    assert '<html lang="ar" dir="rtl">' in text
    if name != "archive.html":
        assert 'lang="en" dir="ltr"' in text


def test_a_title_in_another_direction_leaves_the_list_in_its_own():
    title = replace(STORY, title="كتاب", language="ar", direction="rtl")
    for page in ("edition.html", "archive.html"):
        shown = html5lib.parse(render(page, title, STORY), namespaceHTMLElements=False)
        assert [each.attrib for each in shown.iter("li") if "dir" in each.attrib] == []
    assert '<a href="#one" lang="ar" dir="rtl">كتاب</a>' in render("edition.html", title, STORY)


def test_an_introduction_of_titles_does_not_begin_as_the_list_of_them_does():
    for name in ("standard/email.html", "text.txt", "edition.html"):
        assert "Contents" not in render(name, STORY, replace(STORY, anchor="two"))
        led = render(name, STORY, replace(STORY, anchor="two"), letter=replace(LETTER, introduction="auto"))
        assert ("Contents" in led, "In this edition" in led) == (True, False)


def test_a_decorative_picture_adds_no_link_to_tab_to():
    story = replace(STORY, image=replace(STORY.image, alt=""))
    for name in ("email.html", "edition.html"):
        tree = html5lib.parse(render(name, story, story), namespaceHTMLElements=False)
        links = [link for link in tree.iter("a") if link.find("img") is not None]
        assert [(link.get("aria-hidden"), link.get("tabindex")) for link in links] == [("true", "-1")] * 2


def test_a_story_s_page_names_its_own_address():
    assert f'<link rel="canonical" href="{STORY.url}">' in render("story.html", STORY)


def test_the_same_values_give_the_same_text():
    for name in (*MESSAGE, *PAGES):
        assert render(name, STORY, STORY) == render(name, STORY, STORY)
