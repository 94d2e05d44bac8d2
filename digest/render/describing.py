"""What templates see, described from the types themselves: their fields, and what their docstrings say of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from inspect import getdoc
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from markupsafe import Markup

from digest.core.ports import SummaryTask
from digest.core.theme import Colours
from digest.render import context

if TYPE_CHECKING:
    from collections.abc import Iterator

MESSAGE, PAGE, BOTH = "messages", "web pages", "messages and web pages"

NAMES: tuple[tuple[str, Any, str], ...] = (
    ("site", context.SiteView, BOTH),
    ("newsletter", context.NewsletterView, BOTH),
    ("theme", context.ThemeView, BOTH),
    ("edition", context.EditionView, "messages; edition.html, story.html"),
    ("reader", context.ReaderView, MESSAGE),
    ("task", SummaryTask, "summary-prompt.txt"),
    ("note", context.NoteView, "note-subject.txt, note.txt"),
    ("matter", context.MatterView, "each of what a note tells"),
    ("section", context.SectionView, "parts of a section"),
    ("story", context.StoryView, "parts of a story; story.html"),
    ("items", tuple[context.ArchiveItem, ...], "archive.html: newest first"),
    ("feeds", tuple[context.FeedLink, ...], "archive.html"),
)
"""The names a template has, the type of each, and in which templates it is there."""

FILTERS: tuple[tuple[str, str, str], ...] = (
    ("date", "story.published | date('full')", "a date: full, long, medium, short, or a pattern such as 'yMMMd'"),
    ("time", "story.published | time", "hours and minutes"),
    ("number", "12345 | number", "with the language's separators"),
    ("minutes", "story.minutes | minutes", "a reading time: 4 min read"),
    ("excerpt", "story.summary | excerpt(200)", "as many whole sentences as fit into so many columns"),
    ("cut", "story.title | cut(60)", "the beginning, cut at a word, with an ellipsis"),
    ("host", "story.url | host", "where a link leads: example.org"),
    ("uri", "story.url | uri", "the address in ASCII"),
    ("wrap", "story.summary | wrap('  ', '  ')", "folded at 72 columns; what lines begin with"),
    ("underline", "section.title | underline('=')", "with a rule below it, in text"),
    ("isolate", "story.author | isolate", "in text: cannot move what stands beside it"),
    ("phrase", "phrase('read_on')", "a function: fixed words of phrases.yaml, with values by name"),
)
"""Filters beside Jinja's own: the name, an example, what it gives."""

_DOCUMENTED = re.compile(r"^    ([a-z_, ]+): (.+(?:\n {8}.+)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Variable:
    """A value that templates can print.

    Attributes:
        name: As it is written: `edition.sections[].stories[].title`.
        type: As a person would call it: `text`, `number`, `list of stories`.
        meaning: From the docstring; empty where the name says it.
    """

    name: str
    type: str
    meaning: str


def variables() -> Iterator[Variable]:
    """Every value of every name, in order; what stands within another is told once, under its own name."""
    for name, kind, where in NAMES:
        yield Variable(name, _called(kind), where)
        inside = get_args(kind)
        yield from _of(f"{name}[]" if inside else name, inside[0] if inside else kind)


def _of(name: str, kind: type) -> Iterator[Variable]:
    hints = _hints(kind)
    meanings = _meanings(kind)
    for field, hint in hints.items():
        yield Variable(f"{name}.{field}", _called(hint), meanings.get(field, ""))
        inner = next(
            (one for one in (hint, *get_args(hint)) if one in (Colours, context.LogoView, context.ImageView)), None
        )
        if inner is not None:
            yield from _of(f"{name}.{field}", inner)


def _hints(kind: type) -> dict[str, Any]:
    """The fields of a view and its properties, with their types."""
    known = {"datetime": datetime, "Markup": Markup, "Colours": Colours}
    hints = get_type_hints(kind, localns=known)
    found = {each.name: hints[each.name] for each in fields(kind)} if is_dataclass(kind) else {}
    for name, member in vars(kind).items():
        if isinstance(member, property) and member.fget is not None:
            found[name] = get_type_hints(member.fget, localns=known)["return"]
    return found


def _meanings(kind: type) -> dict[str, str]:
    found: dict[str, str] = {}
    for names, meaning in _DOCUMENTED.findall(getdoc(kind) or ""):
        for name in names.split(", "):
            found[name] = " ".join(meaning.split())
    for name, member in vars(kind).items():
        if isinstance(member, property):
            found[name] = (getdoc(member) or "").partition("\n")[0]
    return found


def _called(hint: Any) -> str:
    """A type in words."""
    arguments = get_args(hint)
    if type(None) in arguments:
        return " or ".join([*(_called(one) for one in arguments if one is not type(None)), "none"])
    if arguments:
        return f"list of {_called(arguments[0])}"
    words = {str: "text", int: "number", bool: "true or false", datetime: "date and time", Markup: "HTML"}
    return words.get(hint) or re.sub(r"(?<=.)(?=[A-Z])", " ", hint.__name__.removesuffix("View")).lower()
