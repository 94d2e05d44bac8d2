"""What a page says of itself, and where: claims, in the order in which they count.

JSON-LD first: a site writes it for this article and for programs. Then OpenGraph and the other <meta>, written for
cards on social networks: titles may be sharpened there, pictures cut. Then microdata and the <time> element, which are
marked up in what is seen, and may belong to a teaser. Last what trafilatura and htmldate make of the page's looks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from digest.core.text import one_line, unescaped
from digest.sources.webpage_tree import text_of, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml import etree

Field = Literal[
    "title", "author", "published", "updated", "image", "image_alt", "image_credit", "summary", "category", "tag",
    "language", "site", "canonical", "kind", "free", "text",
]  # fmt: skip
Origin = Literal["json-ld", "meta", "microdata", "time", "link", "html", "url", "guess"]

SHOWN: dict[Origin, str] = {
    "json-ld": "its JSON-LD", "meta": "its <meta>", "microdata": "its microdata", "time": "its <time>",
    "link": "its <link>", "html": "its text", "url": "its address", "guess": "a guess from its looks",
}  # fmt: skip

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
_ARTICLE_TYPE = re.compile(r"schema\.org/(?:\w*Article|BlogPosting|Report|SocialMediaPosting)\b")
_METAS: tuple[tuple[Field, tuple[str, ...]], ...] = (
    ("kind", ("og:type",)),
    ("site", ("og:site_name", "application-name")),
    ("canonical", ("og:url",)),
    ("title", ("og:title", "twitter:title", "dc.title", "citation_title")),
    ("author", ("author", "article:author", "parsely-author", "sailthru.author", "byl", "dc.creator", "dcterms.creator",
                "citation_author", "twitter:data1")),
    ("published", ("article:published_time", "og:article:published_time", "article:published", "datepublished",
                   "parsely-pub-date", "sailthru.date", "citation_publication_date", "dc.date.issued",
                   "dcterms.issued", "dcterms.created", "dc.date", "pubdate", "publishdate", "publish-date", "date")),
    ("updated", ("article:modified_time", "og:updated_time", "dcterms.modified", "last-modified")),
    ("image", ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")),
    ("image_alt", ("og:image:alt", "twitter:image:alt")),
    ("summary", ("og:description", "description", "twitter:description", "dc.description")),
    ("category", ("article:section", "parsely-section", "section")),
    ("tag", ("article:tag", "news_keywords", "keywords", "parsely-tags")),
    ("language", ("og:locale", "content-language", "dc.language")),
)  # fmt: skip
_MANY: frozenset[Field] = frozenset({"author", "tag"})
"""Fields of which each name may stand in an element of its own."""

_MICRODATA: dict[str, Field] = {
    "headline": "title", "author": "author", "datepublished": "published", "datemodified": "updated",
    "image": "image", "articlesection": "category", "keywords": "tag", "description": "summary",
    "inlanguage": "language", "mainentityofpage": "canonical",
}  # fmt: skip
_PUBLISHED_CLASS = re.compile(r"(?:^|[-_])(?:published|pubdate|entry-date|post-date|dt-published|date-published)$")


@dataclass(frozen=True, slots=True)
class Claim:
    """Something a page says of itself.

    Attributes:
        field: What it is about.
        origin: Where the page says it.
        values: As written, on one line each; several where the field may have several.
    """

    field: Field
    origin: Origin
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Claims:
    """All that a page says of itself, the most telling first."""

    all: tuple[Claim, ...]

    def of(self, field: Field) -> list[Claim]:
        """What is said of one field."""
        return [claim for claim in self.all if claim.field == field]

    def first(self, field: Field) -> str:
        """The first value of a field; empty when there is none."""
        return next((claim.values[0] for claim in self.all if claim.field == field), "")


def claim(field: Field, origin: Origin, values: Iterable[str]) -> Iterator[Claim]:
    """One claim, if there is something in it; of texts for people without markup."""
    shown = tuple(text for value in values if (text := plain(value)))
    if shown:
        yield Claim(field, origin, shown)


def plain(text: str) -> str:
    """A text on one line, without tags and references: in JSON and attributes they are escaped once too often."""
    if "<" in text:
        text = _TAG.sub("", text)
    return one_line(unescaped(text)) if "&" in text else one_line(text)


def meta_claims(root: etree._Element) -> Iterator[Claim]:
    """What <meta>, <link> and <html> say."""
    metas: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        content = meta.get("content", "").strip()
        if content and meta.get("itemprop") is None:
            for name in {meta.get("property", ""), meta.get("name", ""), meta.get("http-equiv", "")}:
                metas.setdefault(name.strip().lower(), []).append(content)
    for link in root.iter("link"):
        if "canonical" in link.get("rel", "").lower().split():
            yield from claim("canonical", "link", [link.get("href", "")])
    # The language of the whole page is rarely wrong; og:locale is often what the program came with.
    stated = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang")
    yield from claim("language", "html", [stated or ""])
    for field, names in _METAS:
        for name in names:
            values = metas.get(name, [])
            yield from claim(field, "meta", values if field in _MANY else values[:1])


def markup_claims(root: etree._Element) -> Iterator[Claim]:
    """What microdata and marked <time> elements say."""
    for field, value in _microdata(root):
        yield from claim(field, "microdata", [value])
    for time in root.iter("time"):
        marked = time.get("pubdate") is not None or any(_PUBLISHED_CLASS.search(each) for each in tokens(time))
        # In hAtom and h-entry, 'updated' beside 'published' marks the other date.
        if marked and "updated" not in tokens(time):
            yield from claim("published", "time", [time.get("datetime") or text_of(time)])
    related: dict[str, list[str]] = {}
    for link in root.iter("a"):
        for name in link.get("rel", "").lower().split():
            related.setdefault(name, []).append(text_of(link))
    yield from claim("author", "html", related.get("author", ()))
    # WordPress marks categories as both.
    categories = related.get("category", ())
    yield from claim("category", "html", categories)
    yield from claim("tag", "html", [text for text in related.get("tag", ()) if text not in categories])
    heading = main_heading(root)
    yield from claim("title", "html", [text_of(heading)] if heading is not None else [])
    yield from claim("title", "html", [text_of(title) for title in root.iterfind("head/title")][:1])


def main_heading(root: etree._Element) -> etree._Element | None:
    """The <h1> of the article: the only one of the page, or the first within <article> or <main>; else none.

    A header's <h1> is often the site's name.
    """
    headings = [each for each in root.iter("h1") if text_of(each)]
    within = [each for each in headings if any(above.tag in {"article", "main"} for above in each.iterancestors())]
    if len(headings) == 1:
        return headings[0]
    return within[0] if within else None


def time_claims(root: etree._Element) -> Iterator[Claim]:
    """The first <time> of the article with a date: not marked, so it counts after all that is."""
    for article in (*root.iter("article"), *root.iter("main")):
        for time in article.iter("time"):
            if value := time.get("datetime") or text_of(time):
                yield from claim("published", "time", [value])
                return


def _microdata(root: etree._Element) -> Iterator[tuple[Field, str]]:
    """Properties of the first item that is an article; those of items within it are not its own."""
    item = next((each for each in root.iter() if _ARTICLE_TYPE.search(each.get("itemtype") or "")), None)
    if item is None:
        return
    for element in item.iterdescendants():
        for name in (element.get("itemprop") or "").lower().split():
            field = _MICRODATA.get(name)
            if field is not None and _item_of(element) is item:
                yield field, _value(element, field)


def _item_of(element: etree._Element) -> etree._Element | None:
    return next((above for above in element.iterancestors() if above.get("itemscope") is not None), None)


def _value(element: etree._Element, field: Field) -> str:
    """The value of a property [HTML, microdata]; of a person the name, of a picture the address."""
    if element.get("itemscope") is not None:
        wanted = {"author": "name", "image": "url"}.get(field, "")
        inner = next((each for each in element.iterdescendants() if each.get("itemprop") == wanted), None)
        if inner is not None:
            return _value(inner, field)
        return element.get("itemid") or "" if field == "canonical" else text_of(element)
    for name in ("content", "datetime"):
        if value := element.get(name):
            return value
    if field in {"image", "canonical"}:
        return element.get("src") or element.get("href") or element.get("itemid") or ""
    return text_of(element)
