"""The header of a message as it leaves, on its bytes: a parsed copy hides half of what can be wrong."""

from __future__ import annotations

import re
from email.utils import getaddresses, parsedate_to_datetime
from typing import TYPE_CHECKING

from digest.checks.catalogue import found

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from digest.core.finding import Finding

ONCE = ("From", "To", "Date", "Message-ID", "Subject")
LINE, FOLD, WORD = 998, 78, 75
_ENCODED = re.compile(rb"=\?[^?\s]*\?[^?\s]*\?[^?\s]*\?=")
_LIST_ID = re.compile(r"(?:.*\s)?<[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+>", re.DOTALL)
_SPACE = re.compile(rb"\r\n[ \t]|[ \t]+")


class Header(dict[str, list[bytes]]):
    """The values of each field by its name in small letters, unfolded; a name may have several."""

    def text(self, name: str) -> str:
        """The first value, as text; empty when there is none."""
        return next(iter(self.get(name, [b""]))).decode("utf-8", "replace")


def parse(message: bytes) -> Header:
    """The header of a message. What is no field is passed over."""
    fields = Header()
    for line in re.split(rb"\r?\n(?![ \t])", re.split(rb"\r?\n\r?\n", message, maxsplit=1)[0]):
        name, colon, value = line.partition(b":")
        if colon:
            folded = _SPACE.sub(b" ", value.replace(b"\r\n", b"")).strip()
            fields.setdefault(name.decode("ascii", "replace").strip().lower(), []).append(folded)
    return fields


def header(message: bytes, place: str, *, sends: bool) -> Iterator[Finding]:
    """What is wrong with a message's header and lines.

    Args:
        message: Whole, as it leaves.
        place: What findings name: `weekly message`.
        sends: Whether it goes out to mailbox providers: only they mind what is missing for them.
    """
    fields = parse(message)
    yield from _lines(message, place)
    yield from _present(fields, place)
    yield from _words(message, place)
    yield from _leaving(fields, place, sends=sends)
    yield from _signature(fields, place)
    yield from _list(fields, place)


def _lines(message: bytes, place: str) -> Iterator[Finding]:
    bare = re.search(rb"(?<!\r)\n|\r(?!\n)", message)
    if bare:
        at = message.count(b"\n", 0, bare.start()) + 1
        name = "LF" if bare[0] == b"\n" else "CR"
        yield found("MSG004", place, f"line {at} ends with a bare {name}")
    lines = message.split(b"\r\n")
    for number, line in enumerate(lines, 1):
        if len(line) > LINE:
            yield found("MSG005", place, f"line {number} has {len(line)} octets, and {LINE} is the most")
    for number, line in enumerate(lines[: lines.index(b"") if b"" in lines else None], 1):
        # The white space a line begins with is none to fold it at, nor is that after the field's name.
        inner = re.sub(rb"^(?:[!-9;-~]+:)?[ \t]*", b"", line)
        if FOLD < len(line) <= LINE and re.search(rb"[ \t]", inner.strip()):
            yield found("MSG006", place, f"header line {number} has {len(line)} octets")


def _present(fields: Header, place: str) -> Iterator[Finding]:
    for name in ONCE:
        count = len(fields.get(name.lower(), ()))
        if count != 1:
            yield found("MSG001", place, f"there is no {name} field" if not count else f"{name} is there {count} times")
    if "from" in fields:
        senders = [address for _, address in getaddresses([fields.text("from")])]
        if len(senders) != 1 or not re.fullmatch(r"[^@]+@[^@]+", senders[0]):
            yield found("MSG002", place, f"From is {fields.text('from')!a}")
    if "date" in fields:
        try:
            zoned = parsedate_to_datetime(fields.text("date")).tzinfo is not None
        except ValueError:
            zoned = False
        if not zoned:
            yield found("MSG003", place, f"Date is {fields.text('date')!a}")


def _words(message: bytes, place: str) -> Iterator[Finding]:
    head = message.partition(b"\r\n\r\n")[0]
    for number, line in enumerate(head.split(b"\r\n"), 1):
        if not line.isascii():
            yield found("MSG007", place, f"header line {number} has bytes that are not ASCII")
        for word in _ENCODED.findall(line):
            if len(word) > WORD:
                yield found("MSG008", place, f"header line {number} has an encoded-word of {len(word)} characters")
    unfolded = re.sub(rb"\r\n(?=[ \t])", b"", head)
    if b"=?" in b"".join(re.findall(rb"<[^>]*>|[^\s<>,]+@[^\s<>,]+", unfolded)):
        yield found("MSG008", place, "an address or URI of the header has an encoded-word in it")


def _leaving(fields: Header, place: str, *, sends: bool) -> Iterator[Finding]:
    values = fields.get("list-unsubscribe", [])
    if not values and sends:
        yield found("MSG009", place, "there is no List-Unsubscribe field")
    https = []
    if values:
        ways = re.findall(rb"<([^<>]*)>", values[0])
        https = [way for way in ways if way.lower().startswith(b"https:")]
        others = [way for way in ways if way not in https and not way.lower().startswith(b"mailto:")]
        rest = re.sub(rb"<[^<>\s]+>", b"", values[0]).replace(b",", b"").strip()
        if len(values) > 1 or len(https) > 1 or b"=?" in values[0] or rest or not ways:
            yield found("MSG010", place, f"List-Unsubscribe is {_shown(values)}")
        elif others and not https and sends:
            yield found("MSG009", place, f"List-Unsubscribe has no https address: {_shown(values)}")
    posts = fields.get("list-unsubscribe-post", [])
    if posts and (posts != [b"List-Unsubscribe=One-Click"] or not https):
        said = "there is no https address to post to" if https == [] else f"it is {_shown(posts)}"
        yield found("MSG011", place, f"List-Unsubscribe-Post: {said}")
    elif https and not posts:
        yield found("MSG011", place, "there is an https address, and no List-Unsubscribe-Post field")


def _signature(fields: Header, place: str) -> Iterator[Finding]:
    senders = [address for _, address in getaddresses([fields.text("from")])]
    domain = (senders[0] if senders else "").rpartition("@")[2].lower()
    for value in fields.get("dkim-signature", []):
        tags = _tags(value)
        covered = tags.get("h", "").lower().split(":")
        wrong = [
            f"{name} is not covered"
            for name in ("list-unsubscribe", "list-unsubscribe-post")
            if name in fields and name not in covered
        ]
        if covered.count("from") < 2:
            wrong.append("From is covered once only, so that another can be added")
        signer = tags.get("d", "").lower()
        if domain != signer and not domain.endswith(f".{signer}"):
            wrong.append(f"d={signer} is not the domain of From, {domain}")
        if "l" in tags:
            wrong.append("l= leaves the end of the body open")
        if wrong:
            yield found("MSG012", place, f"the signature by {tags.get('s', '')}: {'; '.join(wrong)}")


def _tags(value: bytes) -> Mapping[str, str]:
    text = re.sub(r"\s", "", value.decode("ascii", "replace"))
    return dict(part.split("=", 1) for part in text.split(";") if "=" in part)


def _list(fields: Header, place: str) -> Iterator[Finding]:
    ids = fields.get("list-id", [])
    if len(ids) != 1 or not _LIST_ID.fullmatch(fields.text("list-id")):
        yield found("MSG013", place, f"List-Id is {_shown(ids)}" if ids else "there is no List-Id field")
    bulk = fields.text("precedence").lower() in ("bulk", "list")
    if not bulk and not fields.text("auto-submitted").lower().startswith("auto-"):
        yield found("MSG014", place, "there is neither Precedence: bulk nor Auto-Submitted")


def _shown(values: list[bytes]) -> str:
    whole = b", and ".join(values).decode("ascii", "backslashreplace")
    return whole if len(whole) <= 120 else f"{whole[:110]}..."
