"""Links, as they stand in the HTML and the plain text: whether they can lead anywhere from a reader's machine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from digest.checks.catalogue import found
from digest.core.hosts import private_host, well_formed_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.checks.page import Page
    from digest.core.finding import Finding

_WEB = ("http", "https")
_OTHERS = ("mailto", "tel", "sms", "cid")
_LINE_LINK = re.compile(r"\s*(?:\[[\d.]+\]\s+|[^\s:]{1,40}:\s+)?https?://\S+\s*$", re.IGNORECASE)
_TEXT_LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


def links(page: Page) -> Iterator[Finding]:
    """What is wrong with the places the HTML leads to and takes pictures from."""
    ids = {each.get("id") or each.get("name") for each in page.elements}
    for element in page.all("a", "area", "img", "link", "source"):
        for name in ("href", "src", "srcset", "background"):
            if (value := element.get(name)) is None:
                continue
            addresses = [each.split()[0] for each in value.split(",") if each.split()] if name == "srcset" else [value]
            for address in addresses:
                yield from _link(address.strip(), page.at(element), ids, picture=element.tag == "img")


def text_links(text: str, place: str) -> Iterator[Finding]:
    """What is wrong with the links of the plain text: addresses on lines of their own, under a number or a name.

    One among other words is a word ('open http://localhost:8000'), which nobody has to be able to follow.
    """
    for number, line in enumerate(text.splitlines(), 1):
        if _LINE_LINK.match(line):
            for address in addresses_in(line):
                yield from _web(address, f"{place}:{number}")


def addresses_in(text: str) -> list[str]:
    """The web addresses of a text, without the sign that ends a sentence after them."""
    return [each.rstrip(".,;:!?)'’”") for each in _TEXT_LINK.findall(text)]


def web_addresses(page: Page) -> dict[str, str]:
    """The web addresses the HTML links to, each once, and the place of the first link to it."""
    linked: dict[str, str] = {}
    for element in page.all("a", "area"):
        address = (element.get("href") or "").strip()
        if address.lower().startswith(("http://", "https://")):
            linked.setdefault(address, page.at(element))
    return linked


def _link(address: str, place: str, ids: set[str | None], *, picture: bool) -> Iterator[Finding]:
    if address.startswith("#"):
        if len(address) > 1 and unquote(address[1:]) not in ids:
            yield found("LINK007", place, f"leads to {_short(address)}, and nothing has this id")
        return
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", address)
    if scheme is None:
        said = "is empty" if not address else f"is {_short(address)}, which is relative"
        yield found("LINK002", place, f"the {'picture' if picture else 'link'} {said}")
    elif scheme[1].lower() in _WEB:
        yield from _web(address, place)
    elif scheme[1].lower() not in _OTHERS and not (picture and scheme[1].lower() == "data"):
        yield found("LINK008", place, f"leads to {_short(address)}")


def _web(address: str, place: str) -> Iterator[Finding]:
    host = well_formed_host(address)
    if not host:
        yield found("LINK001", place, f"{_short(address)} is no web address")
        return
    if private_host(host):
        yield found("LINK004", place, f"{_short(address)} leads to '{host}', which readers cannot reach")
    elif re.fullmatch(r"[\d.]+|.*:.*", host):
        yield found("SPAM007", place, f"{_short(address)} names a bare address")
    if address[:5].lower() == "http:":
        yield found("LINK003", place, f"{_short(address)} is reached without TLS")


def _short(address: str) -> str:
    return ascii(address)[1:-1] if len(address) <= 90 else f"{ascii(address[:80])[1:-1]}..."
