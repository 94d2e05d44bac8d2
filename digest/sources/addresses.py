"""What addresses in a body may be, and what is said of those that are left out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from digest.core.hosts import leads_inside, mended, well_formed_host
from digest.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMES = frozenset({"https", "http", "mailto"})


@dataclass(frozen=True, slots=True)
class Note:
    """Something left out, for a person.

    Attributes:
        message: What, and what to do.
        near: Text of the source by which its line can be found, compared without case; empty when there is none.
    """

    message: str
    near: str = ""


def web_address(url: str, base: str = "") -> str:
    """An absolute https, http or mailto address, or an empty text when it is none."""
    try:
        url = urljoin(base, url.strip()) if base else url.strip()
        if url.startswith("//"):
            url = f"https:{url}"
        parts = urlsplit(url)
        if parts.scheme == "mailto":
            return url.replace(" ", "%20") if "@" in parts.path else ""
        if parts.scheme not in SCHEMES or not parts.hostname:
            return ""
    except ValueError:
        return ""
    found = mended(parts.scheme + re.sub(r"\s", "%20", one_line(url))[len(parts.scheme) :])
    return found if well_formed_host(found) else ""


def http_address(url: str) -> str:
    """An absolute https or http address, or an empty text when it is none."""
    found = web_address(url)
    return found if found.startswith(("https:", "http:")) else ""


def resolved(url: str, base: str) -> str:
    """An absolute https or http address out of one that may be relative; empty when it is none, or empty itself.

    So it is where it leads into a network that readers do not reach, and its base does not.
    """
    address = web_address(url, base) if url.strip() else ""
    return address if address.startswith(("https:", "http:")) and not leads_inside(address, base) else ""


def web_image(src: str) -> str:
    """The image rule of a source without files of its own: web addresses only.

    Raises:
        ValueError: It is none; the message goes on from 'the image x is left out: '.
    """
    address = http_address(src)
    if not address:
        raise ValueError("it is no https address")
    return address


@dataclass(frozen=True, slots=True)
class Addresses:
    """What addresses in a body mean.

    Attributes:
        base: The article's canonical URL, against which relative links resolve; empty makes them plain text.
        image: Gives the address to keep for an image's src; raises ValueError with the reason to leave it out.
        prefix: What footnote ids start with; unique for the article where several share a page.
        foreign: Whether other people wrote the text: its links into a network that readers do not reach become plain
            text then, as nobody here can mend them.
    """

    base: str = ""
    image: Callable[[str], str] = web_image
    prefix: str = "fn-"
    foreign: bool = False
