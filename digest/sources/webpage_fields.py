"""Single fields of an article out of what its page claims."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.core.model import Image
from digest.core.text import one_line
from digest.sources.page_credit import take_credit
from digest.sources.webpage_body import https_image, image_key
from digest.sources.webpage_titles import names_of
from digest.sources.webpage_tree import text_of

if TYPE_CHECKING:
    from lxml import etree

    from digest.sources.webpage_claims import Claims, Field
    from digest.sources.webpage_tree import PageTree

LONGEST_NAME = 80
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}")
_NO_PICTURE = re.compile(
    r"(?:^|[-_./])(?:logo|placeholder|blank|spacer|favicon|avatar|default|fallback|no-?image)(?:[-_.]|$)", re.IGNORECASE
)


def authors(claims: Claims) -> str:
    """The names of the first claim that has some."""
    return next((found for claim in claims.of("author") if (found := names_of(claim.values))), "")


def names(claims: Claims, field: Field, most: int) -> tuple[str, ...]:
    """Categories or tags of the first claim that has some, each once; one text is parted at its commas."""
    for claim in claims.of(field):
        values = claim.values
        if len(values) == 1 and field == "tag":
            values = tuple(re.split(r"[,;،]", values[0]))
        found: dict[str, str] = {}
        for value in values:
            name = one_line(value)
            if name and len(name) <= LONGEST_NAME and not name.startswith(("http://", "https://")):
                found.setdefault(name.casefold(), name)
        if found:
            return tuple(found.values())[:most]
    return ()


def stated_language(claims: Claims) -> str:
    """The first language it claims that is a tag by its shape [BCP 47]."""
    for claim in claims.of("language"):
        tag = claim.values[0].partition(",")[0].strip().replace("_", "-")
        if _LANGUAGE.fullmatch(tag):
            return tag
    return ""


def lead_image(claims: Claims, page: PageTree) -> Image | None:
    """The picture a page names for its article; one that is only a site's mark does not count."""
    for claim in claims.of("image"):
        try:
            address = https_image(claim.values[0], page.base)
        except ValueError:
            continue
        if _NO_PICTURE.search(urlsplit(address).path.rpartition("/")[2]):
            continue
        shown = [each for each in page.root.iter("img") if image_key(each.get("src", "")) == image_key(address)]
        alt = next((one_line(each.get("alt", "")) for each in shown if each.get("alt", "").strip()), "")
        credit = claims.first("image_credit") or next(filter(None, map(_credit, shown)), "")
        return Image(address, alt or claims.first("image_alt"), credit)
    return None


def _credit(image: etree._Element) -> str:
    """The credit in a picture's caption."""
    figure = next((each for each in image.iterancestors("figure")), None)
    caption = next(figure.iter("figcaption"), None) if figure is not None else None
    found = take_credit(text_of(caption)) if caption is not None else None
    return found.text if found else ""
