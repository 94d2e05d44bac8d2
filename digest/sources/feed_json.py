"""JSON Feed 1.0 and 1.1 [jsonfeed.org/version/1.1]; fields of a wrong type count as missing."""

from __future__ import annotations

import json
from typing import Any

from digest.sources.feed_bytes import encoding
from digest.sources.feed_raw import RawEntry, RawFeed, RawImage, RawText, Rung

_RUNGS: tuple[tuple[Rung, str], ...] = (("published", "date_published"), ("updated", "date_modified"))


def read_json_feed(data: bytes, charset: str) -> RawFeed | str:
    """Read a JSON Feed.

    Args:
        data: The whole file.
        charset: Of the answer it came in; empty when unsaid. RFC 8259 knows UTF-8 alone.

    Returns:
        The feed, or why it is none.
    """
    notes: list[str] = []
    value = _loaded(data, charset, notes)
    if isinstance(value, str):
        return value
    items = value.get("items")
    if not isinstance(items, list):
        return "is JSON without 'items': no feed"
    version = _text(value.get("version"))
    if "jsonfeed.org/version/" not in version:
        notes.append("names no version of JSON Feed")
    wrong = sum(not isinstance(item, dict) for item in items)
    if wrong:
        notes.append(f"has {wrong} of {len(items)} entries that are no objects; they are left out")
    return RawFeed(
        format="json",
        title=_text(value.get("title")),
        link=_text(value.get("home_page_url")),
        language=_text(value.get("language")),
        authors=_authors(value),
        entries=tuple(_entry(item) for item in items if isinstance(item, dict)),
        notes=tuple(notes),
    )


def _loaded(data: bytes, charset: str, notes: list[str]) -> dict[str, Any] | str:
    text = data.decode(json.detect_encoding(data), "replace")
    if "\ufffd" in text:
        name = encoding(charset)
        name = name if name and not name.startswith("utf") else "windows-1252"
        try:
            text = data.decode(name)
            notes.append(f"is no UTF-8; it is read as {name}")
        except UnicodeError:
            notes.append("has bytes that are no UTF-8; they are replaced")
    text = text.removeprefix("\ufeff").strip()
    # strict=False: line breaks and tabs within a text are common, and harmless.
    decoder = json.JSONDecoder(strict=False, parse_int=_number, parse_float=str)
    try:
        value, end = decoder.raw_decode(text)
    except RecursionError:
        return "is JSON nested too deep to be read"
    except ValueError as error:
        value, end = _of_a_stump(text, decoder), len(text)
        if value is None:
            return f"is no JSON that can be read: {error}"
        notes.append(f"is cut off or broken ({error}); the entries before that are read")
    if end < len(text):
        notes.append("goes on after its end; the rest is left out")
    return value if isinstance(value, dict) else "is JSON, but no feed"


def _number(digits: str) -> str:
    # As text: an id like 0123456789012345678901234567890 keeps its digits, and none is too long to be read.
    return digits


def _of_a_stump(text: str, decoder: json.JSONDecoder) -> dict[str, Any] | None:
    """The whole entries of a feed that breaks off; None when there are none."""
    start = text.find('"items"')
    position = text.find("[", start) + 1 if start >= 0 else 0
    if not position:
        return None
    items: list[Any] = []
    while True:
        while position < len(text) and text[position] in " \t\r\n,":
            position += 1
        try:
            item, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            break
        items.append(item)
    head: dict[str, Any] = {}
    for key in ("version", "title", "home_page_url", "language"):
        found = text.find(f'"{key}"', 0, start)
        if found >= 0:
            try:
                head[key], _ = decoder.raw_decode(text, text.index(":", found) + 1 + _blank(text, found))
            except (ValueError, RecursionError):
                continue  # the head as well as it goes
    return {**head, "items": items} if items else None


def _blank(text: str, found: int) -> int:
    """How many blanks stand behind the colon after `found`."""
    behind = text[text.index(":", found) + 1 :]
    return len(behind) - len(behind.lstrip())


def _entry(item: dict[str, Any]) -> RawEntry:
    texts = [RawText(_text(item.get("content_html"))), RawText(_text(item.get("content_text")), html=False)]
    summary = RawText(_text(item.get("summary")), html=False)
    return RawEntry(
        title=RawText(_text(item.get("title")), html=False),
        guid=_text(item.get("id")),
        link=_text(item.get("url")) or _text(item.get("external_url")),
        permalink=True,
        texts=tuple(text for text in (*texts, summary) if text.value),
        summary=summary,
        dates=tuple((rung, text) for rung, key in _RUNGS if (text := _text(item.get(key)))),
        authors=_authors(item),
        categories=tuple(text for tag in _list(item.get("tags")) if (text := _text(tag))),
        images=tuple(RawImage(url) for url in _images(item)),
        language=_text(item.get("language")),
    )


def _images(item: dict[str, Any]) -> list[str]:
    attached = (each for each in _list(item.get("attachments")) if isinstance(each, dict))
    pictures = (each.get("url") for each in attached if _text(each.get("mime_type")).startswith("image/"))
    return [text for each in (item.get("image"), item.get("banner_image"), *pictures) if (text := _text(each))]


def _authors(value: dict[str, Any]) -> tuple[str, ...]:
    """`authors` of 1.1, else `author` of 1.0; a bare name counts too."""
    found = _list(value.get("authors")) or [value.get("author")]
    names = [_text(each.get("name")) if isinstance(each, dict) else _text(each) for each in found]
    return tuple(name for name in names if name)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
