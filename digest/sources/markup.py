"""Markdown, plain text and HTML to an article's body."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from digest.core.model import Body
from digest.sources.blocks import blocks_of
from digest.sources.sanitise import finish_fragment, parse_fragment

if TYPE_CHECKING:
    from digest.sources.addresses import Addresses, Note

# Raw HTML is let through here because everything is sanitised afterwards.
_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).use(footnote_plugin)
_BARE_URL = re.compile(r"https?://[^\s<>\"'`]+[^\s<>\"'`.,;:!?)\]}’”»]")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")


def markdown_to_html(text: str) -> str:
    """CommonMark with tables, strikethrough and footnotes; not sanitised."""
    return str(_MARKDOWN.render(text))


def text_to_html(text: str) -> str:
    """Plain text: blank lines part paragraphs, bare web addresses become links, all else is escaped."""
    return "".join(f"<p>{_linked(part.strip())}</p>\n" for part in _PARAGRAPHS.split(text) if part.strip())


def _linked(text: str) -> str:
    parts: list[str] = []
    last = 0
    for match in _BARE_URL.finditer(text):
        url = escape(match[0])
        parts += [escape(text[last : match.start()], quote=False), f'<a href="{url}">{url}</a>']
        last = match.end()
    return "".join([*parts, escape(text[last:], quote=False)])


def to_body(html: str, addresses: Addresses | None = None) -> tuple[Body, tuple[Note, ...]]:
    """HTML of any kind to a sanitised body; the notes say what was left out of it."""
    fragment = parse_fragment(html)
    kept = finish_fragment(fragment, addresses)
    return Body(kept, blocks_of(kept)), tuple(fragment.notes)
