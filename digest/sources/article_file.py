"""One file to one article.

Dates. `date` is read as ISO 8601, RFC 822 or a long form ('June 12, 2023, 11:47 PM'); without a zone it is in the
source's zone. The rule for what is missing or wrong:

- no date: the article counts as published when it is first seen; reported unless it is a draft.
- a date that cannot be read, or that does not exist: the article is held until that is mended; a slip must not publish
  what is under embargo.
- more than a year ahead: it counts, so the article stays out until then; reported, for it may be a slip.
- `updated` that cannot be read: ignored and reported.

Titles. From the front matter; else the first heading of level 1 of Markdown, the first line of a .txt file, the <h1> or
<title> of a page; else the file's name, reported. A heading that became the title, or repeats it at the very start, is
taken out of the body.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from digest.core.model import Body, FoundArticle, Image, Problem
from digest.core.ports import Reading
from digest.core.text import one_line, short_hash
from digest.sources.addresses import Addresses
from digest.sources.blocks import blocks_of
from digest.sources.fields import Fields, has_control
from digest.sources.files import decoded
from digest.sources.frontmatter import read_front_matter
from digest.sources.html_page import HtmlPage, read_page
from digest.sources.markup import markdown_to_html, text_to_html
from digest.sources.sanitise import Fragment, finish_fragment, parse_fragment

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from digest.core.model import Published
    from digest.sources.addresses import Note
    from digest.sources.frontmatter import FrontMatter

LONGEST_TITLE = 300
LONGEST_ID = 300
FAR_AHEAD = timedelta(days=366)
HELD_BY_DATE = "its date cannot be read"

_MARKDOWN = frozenset({".md", ".markdown"})
_HTML = frozenset({".html", ".htm"})
_TEXT = frozenset({".txt"})
ARTICLE_SUFFIXES = _MARKDOWN | _HTML | _TEXT
"""What an article's file name ends in, in lower case."""

_NAME_DATE = re.compile(r"^\d{4}-\d\d-\d\d[-_ ]+(?=.)")


@dataclass(frozen=True, slots=True)
class Origin:
    """What a file cannot say of itself.

    Attributes:
        source: Name of its source.
        path: Its path within the source.
        place: How it is shown in places, `articles/a.md`.
        zone: For dates without one.
        image: Gives the path within the source for an image's address in this file; raises ValueError with the
            reason why it cannot be used.
    """

    source: str
    path: str
    place: str
    zone: ZoneInfo | None
    image: Callable[[str], str]


@dataclass(slots=True)
class _Text:
    """A body on its way: its fragment, the title found in it, and whether that is reason for a word."""

    fragment: Fragment
    title: str = ""


def read_article(data: bytes, origin: Origin, now: datetime) -> Reading:
    """Read one file. Never raises for what stands in it.

    Args:
        data: The whole file.
        origin: Where it comes from.
        now: Dates far ahead of it are reported.
    """
    text = decoded(data, origin.place)
    if isinstance(text, Problem):
        return Reading(origin.path, problems=(text,))
    if not text.strip():
        message = "is empty; write a title and a text into it, or remove it"
        return Reading(origin.path, problems=(Problem(origin.place, message, set_aside=True),))
    front = read_front_matter(text, origin.place)
    if front.unusable:
        return Reading(origin.path, problems=front.problems)
    fields = Fields(origin.place, problems=list(front.problems))
    fields.take(front.values, front.lines)
    return Reading(origin.path, articles=(_article(front, fields, origin, now),))


def _article(front: FrontMatter, fields: Fields, origin: Origin, now: datetime) -> FoundArticle:
    given = _given_title(fields)
    text = _text(front, fields, origin, given)
    title = _title(given or text.title, fields, origin)
    url = fields.address("url")
    # Short, and not the same in two articles of one edition.
    addresses = Addresses(url, origin.image, f"fn-{short_hash(origin.path, 6)}-")
    html = finish_fragment(text.fragment, addresses)
    body = Body(html, blocks_of(html))
    draft = fields.flag("draft", if_unclear=True)
    published, held = _published(fields, origin, now, draft=draft)
    image = _image(fields, origin)
    updated, wrong = fields.date("updated", origin.zone)
    if wrong:
        fields.note("updated", f"'{fields.spelled['updated']}' is ignored: {wrong}")
    if not html:
        fields.note("", "has a title but no text")
    return FoundArticle(
        source=origin.source,
        path=origin.path,
        title=title,
        body=body,
        id=_id(fields),
        url=url,
        published=published,
        updated=updated,
        categories=_categories(fields),
        tags=fields.texts("tags"),
        author=fields.author(),
        summary=fields.text("summary"),
        image=image,
        credit=image.credit if image else "",
        language=fields.language(),
        draft=draft,
        pinned=fields.flag("pinned", if_unclear=False),
        held=held,
        problems=(*fields.problems, *_problems_of(text.fragment.notes, front, origin.place)),
    )


def _given_title(fields: Fields) -> str:
    raw = fields.raw("title")
    if has_control(raw):
        fields.note("title", "the title held line breaks or control characters; they are taken out")
    return one_line(raw)


def _text(front: FrontMatter, fields: Fields, origin: Origin, given: str) -> _Text:
    """The body as a fragment, without the heading that is its title."""
    suffix = PurePosixPath(origin.path).suffix.lower()
    if suffix in _TEXT:
        first, _, rest = front.body.strip().partition("\n")
        title = one_line(first)
        if given or len(title) > LONGEST_TITLE:
            return _Text(parse_fragment(text_to_html(front.body)), title)
        return _Text(parse_fragment(text_to_html(rest)), title)
    if suffix in _HTML:
        page = read_page(front.body)
        fields.take_missing({key: (value, line + front.body_line - 1) for key, (value, line) in page.values.items()})
        return _page_text(page, given)
    fragment = parse_fragment(markdown_to_html(front.body))
    return _Text(fragment, fragment.take_title(given, longest=LONGEST_TITLE))


def _page_text(page: HtmlPage, given: str) -> _Text:
    fragment = parse_fragment(page.body)
    if given or not page.title:
        return _Text(fragment, fragment.take_title(given, longest=LONGEST_TITLE))
    heading = fragment.take_title("", longest=LONGEST_TITLE, only_if=page.title.startswith)
    # '<title>' often ends in the site's name, the heading does not.
    return _Text(fragment, heading or page.title)


def _title(title: str, fields: Fields, origin: Origin) -> str:
    if not title:
        stem = _NAME_DATE.sub("", PurePosixPath(origin.path).stem)
        title = one_line(re.sub(r"[-_\s]+", " ", stem)) or "Untitled"
        title = title[0].upper() + title[1:]
        fields.note("title", f"has no title: its file name is taken, '{title[:80]}'; add 'title: …'")
    if len(title) > LONGEST_TITLE:
        fields.note("title", f"the title has {len(title):,} characters; it is cut to {LONGEST_TITLE}")
    return shortened(title)


def shortened(title: str, limit: int = LONGEST_TITLE) -> str:
    """A title of at most so many characters, cut at a word."""
    if len(title) <= limit:
        return title
    cut = title[: limit - 1]
    head, _, _ = cut.rpartition(" ")
    # A single endless word is cut anywhere.
    return f"{(head if len(head) > limit // 2 else cut).rstrip()}…"


def _published(fields: Fields, origin: Origin, now: datetime, *, draft: bool) -> tuple[Published | None, str]:
    """The date, and why the article is held; see the module's docstring for the rule."""
    published, wrong = fields.date("date", origin.zone)
    if wrong:
        fields.note("date", f"{HELD_BY_DATE}: {wrong}. The article stays out until that is mended")
        return None, HELD_BY_DATE
    if published is None:
        if not draft:
            fields.note(
                "date", "has no date: it counts as published when first seen; add 'date: 2026-02-03' to say otherwise"
            )
        return None, ""
    if published.instant - now > FAR_AHEAD:
        fields.note("date", f"is dated {published}: it stays out until then; mend the date if that is a slip")
    return published, ""


def _categories(fields: Fields) -> tuple[str, ...]:
    both = (*fields.texts("category"), *fields.texts("categories"))
    return tuple(
        {name.casefold(): name for name in reversed(both)}[key] for key in dict.fromkeys(map(str.casefold, both))
    )


def _id(fields: Fields) -> str:
    text = fields.text("id")
    if len(text) <= LONGEST_ID:
        return text
    fields.note("id", f"'{fields.spelled['id']}' is ignored: {len(text):,} characters are more than {LONGEST_ID}")
    return ""


def _image(fields: Fields, origin: Origin) -> Image | None:
    src, alt, credit = fields.image()
    if not src:
        return None
    try:
        kept = origin.image(src)
    except ValueError as error:
        fields.note("image", f"the image {src[:200]!r} is left out: {error}")
        return None
    return Image(kept, alt, credit)


def _problems_of(notes: list[Note], front: FrontMatter, place: str) -> list[Problem]:
    """Notes on a body, each with the line where what it speaks of first stands."""
    body = front.body.lower() if notes else ""
    problems: list[Problem] = []
    for note in notes:
        at = body.find(note.near.lower()) if note.near else -1
        where = f"{place}:{front.body_line + body.count(chr(10), 0, at)}" if at >= 0 else place
        problems.append(Problem(where, one_line(note.message)))
    return list(dict.fromkeys(problems))
