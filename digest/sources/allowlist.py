"""The elements and attributes of HTML that digest keeps."""

from __future__ import annotations

import re


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


INLINE = _names("a abbr b br cite code del em i img ins kbd mark q rp rt ruby s small strong sub sup time")
BLOCKS = _names("p h1 h2 h3 h4 h5 h6 ul ol li blockquote pre figure figcaption table thead tbody tr th td dl dt dd hr")
WRAPPERS = _names(
    "div section article main header footer aside nav address details summary center hgroup fieldset legend menu "
    "caption tfoot search"
)
"""Let through at first so that the text of two of them does not run together; then taken off."""

BLOCK_TAGS = BLOCKS | WRAPPERS
DROPPED = _names(
    "script style iframe object form template svg math head title noscript textarea select button audio video canvas "
    "embed applet noembed noframes dialog"
)
"""Left out with all they contain."""

ATTRIBUTES = {
    "*": {"lang", "dir", "id"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
SHAPES = {
    "dir": re.compile(r"ltr|rtl|auto"),
    "lang": re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*"),
    "scope": re.compile(r"(row|col)(group)?"),
    "datetime": re.compile(r"[-+:.TZ0-9 ]{4,40}"),
    **dict.fromkeys(("width", "height", "colspan", "rowspan", "start"), re.compile(r"[0-9]{1,4}")),
}
"""What an attribute's value must look like; others are left out."""

ID_HOLDERS = frozenset({"a", "sup", "li"})
"""What may keep an id, when a link of the same text leads to it: a footnote, and the marker it leads back to."""
