"""What single values of a feed must satisfy, whatever its format; and the names of all rules.

Each rule has a name and the place it comes from. "validator" is the public feed validator of the W3C: what it warns
about counts as a finding here, for a feed is to pass it without a warning.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING, Any

from html5lib.html5parser import HTMLParser, ParseError

if TYPE_CHECKING:
    from collections.abc import Iterator

RULES = {
    "well-formed": "XML 1.0; RFC 8259",
    "encoding": "UTF-8, and declared so: RFC 4287 section 2, validator",
    "bad-character": "validator: C1 controls, U+FFFD",
    "element": "RFC 4287 section 4, RSS 2.0: each only where it is defined",
    "once": "RFC 4287 section 4.1, RSS 2.0: at most one of each",
    "required": "RFC 4287 sections 4.1.1 and 4.1.2, RSS 2.0, JSON Feed 1.1",
    "blank": "validator: an element without content",
    "attribute": "RFC 4287, RSS 2.0: no attribute that is not defined",
    "order": "validator: metadata before entries, description before content:encoded",
    "uri": "RFC 3986; RSS 2.0: absolute; RFC 3987 by its ASCII form",
    "id": "RFC 4287 section 4.2.6, RFC 9562: an id is an absolute, canonical URI",
    "unique-id": "RFC 4287 section 4.1.1, RSS profile: guid, JSON Feed 1.1",
    "unique-updated": "validator: two entries with one time of update",
    "date": "RFC 3339 for Atom and JSON Feed, RFC 822 with a four-digit year for RSS",
    "implausible-date": "validator: before 1990 or in the future",
    "language": "BCP 47",
    "self": "RSS profile and RFC 4287 section 4.2.7: one link to itself, absolute, with a feed's media type",
    "home": "RSS profile: the channel's link is the site's page, not the feed",
    "link-relation": "RFC 4287 section 4.2.7.2",
    "one-alternate": "RFC 4287 sections 4.1.1 and 4.1.2: one alternate of a type and language",
    "enclosure": "RSS 2.0: url, length and type; at most one",
    "media-type": "RFC 6838",
    "text-type": "RFC 4287 section 3.1.1",
    "plain-text": "RSS profile: character data; validator: markup in a text that is not declared as HTML",
    "email": "validator: an address in a name",
    "summary": "RFC 4287 section 4.1.1.1: a summary or content; section 4.2.13: not the title again",
    "html": "validator: content that HTML's own parser takes without an error",
    "html-element": "validator: an element that is not HTML, or one that runs or loads something",
    "html-attribute": "validator: an attribute that is not known to be harmless",
    "relative": "validator: a relative address in content",
    "version": "JSON Feed 1.1: its version's URL; RSS 2.0",
    "type": "JSON Feed 1.1: the type of a value",
    "content": "JSON Feed 1.1: content_html or content_text",
}


def names(text: str, prefix: str = "") -> frozenset[str]:
    return frozenset(prefix + name for name in text.split())


# Of the elements and attributes that HTML has, those the validator holds harmless and an article may have.
HARMLESS = names(
    "a abbr b blockquote br cite code dd del dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li "
    "mark ol p pre q rp rt ruby s samp small span strong sub sup table tbody td tfoot th thead time tr u ul var wbr"
)
HARMLESS_ATTRIBUTES = names(
    "alt cite class colspan datetime dir height href hreflang id lang rel rowspan scope src start title width"
)
_URI = re.compile(r"[a-z][a-z0-9+.-]*:(//)?(\[[0-9A-Fa-f:]+\])?([0-9A-Za-z;/?:@&=+$.\-_!~*'(),#]|%[0-9A-Fa-f]{2})+")
WEB = re.compile(r"https?://[A-Za-z0-9\[][^/]*(/.*)?")
_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")


@dataclass(frozen=True)
class Finding:
    rule: str
    detail: str

    def __post_init__(self) -> None:
        assert self.rule in RULES


def html_findings(html: str) -> Iterator[Finding]:
    """The rules for HTML inside a feed."""
    try:
        tree = HTMLParser(strict=True, namespaceHTMLElements=False).parseFragment(html)
    except ParseError as error:
        yield Finding("html", f"{error}: {html[:80]}")
        return
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag == "DOCUMENT_FRAGMENT":
            continue
        if element.tag not in HARMLESS:
            yield Finding("html-element", element.tag)
        for name, value in element.attrib.items():
            if name not in HARMLESS_ATTRIBUTES:
                yield Finding("html-attribute", f"{element.tag} {name}")
            if name in ("href", "src") and not re.match(r"\w+:", unescape(value).strip()):
                yield Finding("relative", f"{name}={value}")


def check_unique(rule: str, values: list[str | None]) -> Iterator[Finding]:
    for value, number in Counter(values).items():
        if number > 1:
            yield Finding(rule, f"{number} times {value}")


def check_uri(text: str | None) -> Iterator[Finding]:
    if not _URI.fullmatch(text or "") or (str(text).startswith("http") and not WEB.fullmatch(str(text))):
        yield Finding("uri", str(text))


def check_identifier(text: str | None) -> Iterator[Finding]:
    known = _UUID if (text or "").lower().startswith("urn:") else _URI
    if not known.fullmatch(text or ""):
        yield Finding("id", str(text))


def check_media_type(text: str | None) -> Iterator[Finding]:
    if not _MEDIA_TYPE.fullmatch(text or ""):
        yield Finding("media-type", str(text))


def check_language(text: str | None) -> Iterator[Finding]:
    if not _LANGUAGE.fullmatch(text or ""):
        yield Finding("language", str(text))


def check_timestamp(text: Any, now: datetime) -> Iterator[Finding]:
    if not isinstance(text, str) or not _RFC3339.fullmatch(text):
        yield Finding("date", str(text))
        return
    yield from check_plausible(datetime.fromisoformat(text), now)


def check_plausible(instant: datetime, now: datetime) -> Iterator[Finding]:
    if not datetime(1990, 1, 1, tzinfo=UTC) <= instant <= now:
        yield Finding("implausible-date", instant.isoformat())
