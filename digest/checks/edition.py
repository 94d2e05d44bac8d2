"""An edition before it leaves: its message as bytes, and its files, looked at from every side. Nothing is fetched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, NamedTuple

from digest.checks import clients, header, legible, links, markup, pictures, spam
from digest.checks.catalogue import found
from digest.checks.page import Page, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from email.message import MIMEPart

    from digest.core.finding import Finding

_WORD = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is looked at.

    Attributes:
        newsletter: Its key: places begin with it.
        message: As one reader would get it, whole.
        files: The edition's, by path within its folder.
        folder: Address of that folder, ends with "/": the web copy.
        organisation: Who publishes it, as the message is to say.
        leave: The address to leave by that the message is to print; empty when there is none.
        sends: Whether it goes out to mailbox providers.
    """

    newsletter: str
    message: bytes
    files: Mapping[str, bytes]
    folder: str
    organisation: str
    leave: str = ""
    sends: bool = False


def check(draft: Draft) -> list[Finding]:
    """All that is wrong with an edition, in the order of its parts."""
    place = f"{draft.newsletter} message"
    findings = [*header.header(draft.message, place, sends=draft.sends)]
    findings += spam.subject(header.parse(draft.message).text("subject"), place)
    parts = parts_of(draft.message)
    if parts is None:
        return [*findings, found("MSG015", place, "is not multipart/alternative of text/plain and text/html")]
    plain, content, encoded, carried = parts
    findings += pictures.weight(len(draft.message), place)
    page = Page(content, f"{draft.newsletter} email.html")
    for part in (
        markup.size(page, encoded),
        markup.structure(page),
        markup.accessible(page),
        links.links(page),
        links.text_links(plain, f"{draft.newsletter} email.txt"),
        pictures.pictures(page, draft.files, draft.folder, carried),
        legible.contrasts(page),
        spam.content(page, plain),
        spam.links(page),
        clients.clients(page),
        _both(draft, page, plain),
    ):
        findings += part
    return findings


class Parts(NamedTuple):
    """What a message is made of.

    Attributes:
        plain: The plain text.
        html: The HTML, UTF-8.
        encoded: Octets of its part as encoded.
        carried: Pictures by their ids, without angle brackets.
    """

    plain: str
    html: bytes
    encoded: int
    carried: Mapping[str, bytes]


def parts_of(message: bytes) -> Parts | None:
    """The parts of a message; None when it has others than text, HTML and pictures beside the HTML."""
    parsed = message_from_bytes(message, policy=policy.default)
    if parsed.get_content_type() != "multipart/alternative" or not parsed.is_multipart():
        return None
    first, *others = list(parsed.iter_parts()) or [parsed]
    if len(others) != 1:
        return None
    second, *images = _related(others[0])
    if [first.get_content_type(), second.get_content_type()] != ["text/plain", "text/html"]:
        return None
    plain, html = (part.get_payload(decode=True) for part in (first, second))
    if not isinstance(plain, bytes) or not isinstance(html, bytes):
        return None
    carried: dict[str, bytes] = {}
    for image in images:
        content = image.get_payload(decode=True)
        if image.get_content_maintype() != "image" or not isinstance(content, bytes):
            return None
        carried[str(image["content-id"] or "").strip("<> ")] = content
    return Parts(plain.decode("utf-8", "replace"), html, len(str(second.get_payload())), carried)


def _related(part: MIMEPart) -> list[MIMEPart]:
    """The HTML and its pictures; a part without pictures stands for itself."""
    if part.get_content_type() == "multipart/related" and part.is_multipart():
        return list(part.iter_parts()) or [part]
    return [part]


def _both(draft: Draft, page: Page, plain: str) -> Iterator[Finding]:
    """What stands in one part and not in the other, or is to stand in both."""
    text = set(links.addresses_in(plain)) | set(plain.split())
    for address, place in links.web_addresses(page).items():
        if address not in text:
            yield found("MSG016", place, f"{address[:90]} is not in the plain text")
    bodies = list(page.all("body"))
    shown = text_of(bodies[0]) if bodies else ""
    linked = {(each.get("href") or "").strip() for each in page.all("a")}
    for name, words, has_copy, has_leave in (
        ("email.html", shown, draft.folder in linked, any(each.startswith(draft.leave) for each in linked)),
        ("text.txt", _WORD.sub(" ", plain), draft.folder in text, draft.leave in plain),
    ):
        if draft.leave and not has_leave:
            yield found(
                "TMPL001", f"templates/{name}",
                "prints no link to unsubscribe, which readers and the law ask for: {{ reader.unsubscribe_url }}",
            )  # fmt: skip
        if draft.organisation and _WORD.sub(" ", draft.organisation) not in words:
            yield found("MSG017", f"{draft.newsletter} {name}", f"does not say '{draft.organisation}'")
        if not has_copy:
            yield found("MSG017", f"{draft.newsletter} {name}", f"has no link to {draft.folder}")
