"""The keys of an article's front matter, each read as what it must be; mistakes become problems with their line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from digest.core.dates import parse_date
from digest.core.model import Problem
from digest.core.text import clean, one_line
from digest.sources.addresses import http_address
from digest.yamlwords import describe

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from digest.core.model import Published

ALIASES = {
    "title": ("title",),
    "date": ("date", "published", "pubdate", "publish_date", "publishdate"),
    "updated": ("updated", "lastmod", "modified"),
    "category": ("category",),
    "categories": ("categories",),
    "tags": ("tags", "tag"),
    "author": ("author", "authors"),
    "summary": ("summary", "description", "excerpt"),
    "image": ("image",),
    "image_alt": ("image_alt",),
    "image_credit": ("image_credit",),
    "url": ("url", "canonical", "canonical_url", "link"),
    "language": ("language", "lang"),
    "draft": ("draft",),
    "pinned": ("pinned", "sticky"),
    "id": ("id", "guid"),
}
"""What an article may say of itself, and the names that each goes by; compared without case, `-` as `_`."""

_KEY_OF = {alias: key for key, aliases in ALIASES.items() for alias in aliases}
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_FLAGS = {"true": True, "yes": True, "false": False, "no": False}
_MOST_VALUES = 100


@dataclass(slots=True)
class Fields:
    """The values of one file; reading one that is wrong adds to `problems`.

    Attributes:
        place: How the file is shown in places.
        values: Canonical key to value.
        lines: Canonical key to line; a key that is missing here has no known line.
        spelled: Canonical key to the key as written.
    """

    place: str
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    spelled: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def take(self, values: Mapping[str, Any], lines: Mapping[str, int]) -> None:
        """Add values: what is there already counts, and an unknown key that looks like a slip is reported."""
        for written, value in sorted(values.items(), key=lambda item: _rank(item[0])):
            normal = _normal(written)
            key = _KEY_OF.get(normal)
            if key is None:
                if near := get_close_matches(normal, _KEY_OF, n=1, cutoff=0.8):
                    self._note_at(
                        lines.get(written), f"the key '{one_line(written)[:80]}' is unknown; is '{near[0]}' meant?"
                    )
            elif value is None:
                continue
            elif key == "date" and isinstance(value, bool):
                # Other tools write `published: false` for a draft; of two words on that, the careful one counts.
                if not value:
                    self._set("draft", written, True, lines)
            elif key in self.values:
                first = self.spelled[key]
                self._note_at(lines.get(written), f"'{written}' is ignored: '{first}' says the same, and counts")
            else:
                self._set(key, written, value, lines)

    def _set(self, key: str, written: str, value: Any, lines: Mapping[str, int]) -> None:
        self.values[key] = value
        self.spelled[key] = written
        if written in lines:
            self.lines[key] = lines[written]

    def take_missing(self, values: Mapping[str, tuple[str, int]]) -> None:
        """Add what a page's head says, by canonical key with its line, where the front matter says nothing."""
        for key, (value, line) in values.items():
            if key not in self.values:
                self._set(key, key, value, {key: line})

    def note(self, key: str, message: str) -> None:
        """Report something about a key, at its line."""
        self._note_at(self.lines.get(key), message)

    def _note_at(self, line: int | None, message: str) -> None:
        self.problems.append(Problem(f"{self.place}:{line}" if line else self.place, one_line(message)))

    def _wrong(self, key: str, wanted: str, value: Any) -> None:
        self.note(key, f"'{self.spelled.get(key, key)}' is ignored: it must be {wanted}, this is {_described(value)}")

    def raw(self, key: str) -> str:
        """A text as written, or an empty one; numbers and dates count as text."""
        value = self.values.get(key)
        if value is None:
            return ""
        text = _as_text(value)
        if text is None:
            self._wrong(key, "text", value)
            return ""
        return text

    def text(self, key: str) -> str:
        """A text on one line, without control characters."""
        return one_line(self.raw(key))

    def texts(self, key: str, *, commas: bool = True) -> tuple[str, ...]:
        """A list of texts, each once (compared without case); one text is parted at commas when `commas`."""
        value = self.values.get(key)
        if value is None:
            return ()
        given = value
        if not isinstance(value, list):
            text = _as_text(value)
            if text is None:
                self._wrong(key, "text or a list of texts", value)
                return ()
            given = text.split(",") if commas else [text]
        found: dict[str, str] = {}
        for item in given:
            text = _as_text(item.get("name") if isinstance(item, dict) else item)
            if text is None:
                self.note(
                    key, f"an entry of '{self.spelled[key]}' is ignored: it must be text, this is {_described(item)}"
                )
            elif text := one_line(text):
                found.setdefault(text.casefold(), text)
        if len(found) > _MOST_VALUES:
            self.note(key, f"'{self.spelled[key]}' has {len(found)} entries; the first {_MOST_VALUES} count")
        return tuple(found.values())[:_MOST_VALUES]

    def author(self) -> str:
        """One name or several; a mapping counts by its `name`."""
        value = self.values.get("author")
        if isinstance(value, dict):
            self.values["author"] = [value]
        return ", ".join(self.texts("author", commas=False))

    def flag(self, key: str, *, if_unclear: bool) -> bool:
        """A yes or no; what is neither counts as `if_unclear` and is reported."""
        value = self.values.get(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        known = _FLAGS.get(value.strip().lower()) if isinstance(value, str) else None
        if known is None:
            taken = "true" if if_unclear else "false"
            self.note(
                key, f"'{self.spelled[key]}' must be true or false, this is {_described(value)}; it counts as {taken}"
            )
            return if_unclear
        return known

    def date(self, key: str, zone: ZoneInfo | None) -> tuple[Published | None, str]:
        """A date, or None and what is wrong with it (also empty where there is none)."""
        value = self.values.get(key)
        if value is None or value == "":
            return None, ""
        if not isinstance(value, str | date):
            return None, f"it must be a date, this is {_described(value)}"
        try:
            return parse_date(one_line(value)[:100] if isinstance(value, str) else value, zone), ""
        except ValueError as error:
            return None, one_line(str(error))

    def address(self, key: str) -> str:
        """An absolute web address."""
        text = self.text(key)
        if not text:
            return ""
        found = http_address(text)
        if not found:
            self.note(key, f"'{self.spelled[key]}' is ignored: {text[:200]!r} is no absolute https address")
            return ""
        return found

    def language(self) -> str:
        """A BCP 47 tag, by its shape."""
        text = self.text("language").replace("_", "-")
        if text and not _LANGUAGE.fullmatch(text):
            self.note(
                "language",
                f"'{self.spelled['language']}' is ignored: {text[:80]!r} is no language tag such as en or pt-BR",
            )
            return ""
        return text

    def image(self) -> tuple[str, str, str]:
        """Address or path, alternative text and credit of the article's picture, each as written."""
        value = self.values.get("image")
        alt, credit = self.text("image_alt"), self.text("image_credit")
        if isinstance(value, dict):
            inner = Fields(self.place)
            line = self.lines.get("image")
            for key, names in (
                ("image", ("src", "url", "path")),
                ("image_alt", ("alt",)),
                ("image_credit", ("credit",)),
            ):
                written = next((name for name in names if value.get(name) is not None), None)
                if written is not None:
                    inner._set(key, f"image.{written}", value[written], {f"image.{written}": line} if line else {})
            alt, credit = inner.text("image_alt") or alt, inner.text("image_credit") or credit
            src = inner.text("image")
            self.problems += inner.problems
            if not src and not inner.problems:
                self.note("image", "'image' names no file: give it 'src', a path or an https address")
            return src, alt, credit
        return self.text("image"), alt, credit


def _as_text(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | date):
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if not isinstance(value, int) or value.bit_length() <= 200 else None


def _described(value: Any) -> str:
    # TOML's hexadecimal integers may have more digits than Python writes out.
    return "a huge number" if isinstance(value, int) and value.bit_length() > 200 else describe(value)


def has_control(text: str) -> bool:
    """Whether a text that should be one line holds line breaks within it, or control characters."""
    text = text.strip("\n ")
    return "\n" in text or clean(text) != text


def _normal(key: str) -> str:
    return key.strip().lower().replace("-", "_")


def _rank(key: str) -> tuple[int, str]:
    """Where several names are given for one thing, the first in `ALIASES` counts, whatever the order of the file."""
    normal = _normal(key)
    aliases = ALIASES.get(_KEY_OF.get(normal, ""), ())
    return (aliases.index(normal) if normal in aliases else 0), key
