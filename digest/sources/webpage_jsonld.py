"""JSON-LD in web pages [schema.org; JSON-LD 1.1 sections 4 and 7]: the article a page is, or the list it leads to.

Not an expansion by the standard: contexts are not fetched, and `@id` is followed within the page alone. Broken JSON is
mended where sites commonly break it; what stays broken is searched for the few values that matter.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from digest.core.identity import normalise_url
from digest.core.text import unescaped
from digest.core.urls import canonical_url
from digest.sources.addresses import resolved
from digest.sources.webpage_claims import Claim, claim, plain
from digest.sources.webpage_tree import JSON_LD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml import etree

    from digest.sources.webpage_claims import Field

LONGEST = 2_000_000
MOST_NODES = 20_000

_ARTICLE = re.compile(r"(?:\w*Article|BlogPosting|LiveBlogPosting|Report|SocialMediaPosting)$")
_LIST = frozenset({"CollectionPage", "ItemList", "SearchResultsPage", "Blog"})
_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>|;)\s*$"
)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_FIELDS: tuple[tuple[Field, tuple[str, ...]], ...] = (
    ("title", ("headline", "name")),
    ("published", ("datePublished", "dateCreated")),
    ("updated", ("dateModified",)),
    ("summary", ("description", "abstract")),
    ("language", ("inLanguage",)),
    ("free", ("isAccessibleForFree",)),
)
_SALVAGED = re.compile(
    r'"(headline|datePublished|dateModified|description|articleSection)"\s*:\s*"((?:[^"\\]|\\.){1,2000})"', re.DOTALL
)


@dataclass(frozen=True, slots=True)
class ListItem:
    """One entry of an ItemList that leads to a page."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Structured:
    """What the JSON-LD of a page says.

    Attributes:
        claims: About the article that the page is; none when it is not said, or not which one.
        is_article: Whether the page says it is one.
        is_list: Whether it says it leads to others.
        items: What its lists name, in their order, addresses absolute.
        notes: What is wrong with it.
    """

    claims: tuple[Claim, ...] = ()
    is_article: bool = False
    is_list: bool = False
    items: tuple[ListItem, ...] = ()
    notes: tuple[str, ...] = ()


def read_structured(root: etree._Element, base: str, addresses: Iterable[str], heading: str) -> Structured:
    """Read all JSON-LD of a page.

    Args:
        root: The page.
        base: Against which addresses resolve.
        addresses: Those the page goes by: an article with another one is not the page's own.
        heading: The page's main heading: the same where no address tells.
    """
    values, broken = _load(root)
    notes = ["has JSON-LD that cannot be read; single values are taken out of it"] if broken else []
    nodes = list(_top(values))
    graph = _Graph(nodes)
    articles = [node for node in nodes if _is(node, _ARTICLE)]
    own = _own(articles, graph, base, {normalise_url(canonical_url(each)) for each in addresses}, heading)
    is_list = any(_types(node) & _LIST for node in nodes) or (own is None and len(articles) > 1)
    claims = tuple(_claims(own, graph, base)) if own is not None else ()
    if own is None and not articles:
        claims = tuple(_salvage(broken))
    items = dict.fromkeys(_items(nodes, graph, base))
    if own is None and len(articles) > 1:
        items |= dict.fromkeys(_list_items(articles, graph, base))
    return Structured(claims, own is not None, is_list, tuple(items), tuple(notes))


def _load(root: etree._Element) -> tuple[list[Any], list[str]]:
    """The values of all scripts of JSON-LD, and the texts of those that cannot be read."""
    values: list[Any] = []
    broken: list[str] = []
    for script in root.iter("script"):
        if script.get("type", "").partition(";")[0].strip().lower() != JSON_LD:
            continue
        text = "".join(map(str, script.itertext()))[:LONGEST].strip()
        found = _loaded(text) if text else []
        values += found
        if text and not found:
            broken.append(text)
    return values, broken


def _loaded(text: str) -> list[Any]:
    """The values in a text, one behind the other; none when it is broken."""
    bare = _WRAPPING.sub("", _WRAPPING.sub("", text)).strip()
    for attempt in (bare, _TRAILING_COMMA.sub(r"\1", bare), unescaped(bare) if '"' not in bare else ""):
        decoder = json.JSONDecoder(strict=False, parse_int=str, parse_float=str)
        values: list[Any] = []
        position = 0
        try:
            while position < len(attempt):
                value, position = decoder.raw_decode(attempt, position)
                values.append(value)
                while position < len(attempt) and attempt[position] in " \t\r\n,;":
                    position += 1
        except (ValueError, RecursionError):
            # What stands whole before the fault counts: two objects where the second is cut off.
            if values:
                return values
            continue
        if values:
            return values
    return []


def _top(values: list[Any]) -> Iterator[dict[str, Any]]:
    """The objects that a page is about: of lists and graphs, and what a page names as its main entity."""
    queue: list[Any] = list(values)
    for _ in range(MOST_NODES):
        if not queue:
            return
        value = queue.pop(0) if len(queue) < 1000 else queue.pop()
        if isinstance(value, list):
            queue[:0] = value[:MOST_NODES]
        elif isinstance(value, dict):
            yield value
            queue[:0] = [value[key] for key in ("@graph", "mainEntity") if isinstance(value.get(key), list | dict)]


class _Graph:
    """The nodes of a page by their `@id`."""

    def __init__(self, nodes: Iterable[dict[str, Any]]) -> None:
        self._by_id: dict[str, dict[str, Any]] = {}
        for node in nodes:
            if isinstance(identity := node.get("@id"), str) and len(node) > 1:
                self._by_id.setdefault(identity, node)

    def node(self, value: Any) -> Any:
        """A value; where it only names a node of the page, that node."""
        if isinstance(value, dict) and isinstance(identity := value.get("@id"), str) and len(value) <= 2:
            return self._by_id.get(identity, value)
        return value

    def nodes(self, value: Any) -> list[Any]:
        """The same of each in a list, or of one value."""
        return [self.node(each) for each in (value[:100] if isinstance(value, list) else [value]) if each is not None]

    def texts(self, value: Any, *keys: str) -> list[str]:
        """Texts; of objects, the first of the keys that is one."""
        found: list[str] = []
        for each in self.nodes(value):
            given = each
            if isinstance(each, dict):
                given = next((each[key] for key in keys if isinstance(each.get(key), str | bool)), None)
            if isinstance(given, list):
                given = next(iter(given), None)
            if isinstance(given, str | bool):
                found.append(str(given))
        return found


def _types(node: dict[str, Any]) -> set[str]:
    given = node.get("@type")
    return {str(each).rpartition("/")[2] for each in (given if isinstance(given, list) else [given]) if each}


def _is(node: dict[str, Any], pattern: re.Pattern[str]) -> bool:
    return any(pattern.match(name) for name in _types(node))


def _own(
    articles: list[dict[str, Any]], graph: _Graph, base: str, addresses: set[str], heading: str
) -> dict[str, Any] | None:
    """The article that the page is: by its address, by its headline, or because there is no other."""
    for article in articles:
        if any(normalise_url(canonical_url(each)) in addresses for each in _addresses(article, graph, base)):
            return article
    for article in articles:
        if heading and any(
            plain(each).casefold() == heading.casefold() for each in graph.texts(article.get("headline"))
        ):
            return article
    return articles[0] if len(articles) == 1 else None


def _addresses(article: dict[str, Any], graph: _Graph, base: str) -> list[str]:
    given = [*graph.texts(article.get("url"), "@id", "url"), *_main_page(article, graph)]
    return [address for each in given if (address := resolved(each, base))]


def _main_page(article: dict[str, Any], graph: _Graph) -> list[str]:
    return graph.texts(article.get("mainEntityOfPage"), "url", "@id")


def _claims(article: dict[str, Any], graph: _Graph, base: str) -> Iterator[Claim]:
    for field, keys in _FIELDS:
        for key in keys:
            yield from claim(field, "json-ld", graph.texts(article.get(key), "@value", "name", "alternateName")[:1])
    yield from claim("author", "json-ld", graph.texts(article.get("author") or article.get("creator"), "name"))
    yield from claim("canonical", "json-ld", [*_main_page(article, graph), *graph.texts(article.get("url"), "@id")][:1])
    yield from claim("category", "json-ld", graph.texts(article.get("articleSection"), "name"))
    yield from claim("tag", "json-ld", graph.texts(article.get("keywords"), "name"))
    yield from claim("site", "json-ld", graph.texts(article.get("publisher"), "name"))
    for image in graph.nodes(article.get("image")):
        addresses = [each for each in graph.texts(image, "url", "contentUrl", "@id") if resolved(each, base)]
        if not addresses:
            continue
        yield from claim("image", "json-ld", addresses[:1])
        if isinstance(image, dict):
            yield from claim("image_alt", "json-ld", graph.texts(image, "caption", "description")[:1])
            yield from claim("image_credit", "json-ld", graph.texts(image, "creditText", "copyrightNotice")[:1])
        break
    # As written: its line breaks part paragraphs.
    yield from (
        Claim("text", "json-ld", (text,)) for text in graph.texts(article.get("articleBody"))[:1] if text.strip()
    )


def _salvage(broken: Iterable[str]) -> Iterator[Claim]:
    """What can be taken out of JSON that cannot be read, if it speaks of an article."""
    names: dict[str, Field] = {
        "headline": "title", "datePublished": "published", "dateModified": "updated", "description": "summary",
        "articleSection": "category",
    }  # fmt: skip
    for text in broken:
        if not re.search(r'"(?:\w*Article|BlogPosting)"', text):
            continue
        for name, value in dict(reversed(_SALVAGED.findall(text))).items():
            try:
                decoded = json.loads(f'"{value}"', strict=False)
            except ValueError:
                continue
            yield from claim(names[name], "json-ld", [decoded])


def _items(nodes: list[dict[str, Any]], graph: _Graph, base: str) -> Iterator[ListItem]:
    for node in nodes:
        if _types(node) & _LIST:
            for key in ("itemListElement", "blogPost", "blogPosts", "hasPart"):
                yield from _list_items(graph.nodes(node.get(key)), graph, base)


def _list_items(entries: Iterable[Any], graph: _Graph, base: str) -> Iterator[ListItem]:
    for entry in entries:
        if not isinstance(entry, dict) or "BreadcrumbList" in _types(entry):
            continue
        item = graph.node(entry.get("item"))
        inner = item if isinstance(item, dict) else entry
        urls = graph.texts(item, "url", "@id") or graph.texts(entry.get("url")) or _main_page(entry, graph)
        titles = [*graph.texts(inner.get("headline")), *graph.texts(inner.get("name")), *graph.texts(entry.get("name"))]
        address = resolved(urls[0], base) if urls else ""
        if address:
            yield ListItem(address, plain(titles[0]) if titles else "")
