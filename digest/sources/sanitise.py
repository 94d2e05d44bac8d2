"""HTML from anywhere to the HTML digest keeps: few elements, few attributes, no scripts, every block a proper one.

Three steps. nh3 parses the input as a browser would and drops what is not on the list. Then the tree is written
anew: h1 becomes h2, wrappers (div, section) are taken off and their bare text becomes paragraphs, links and images are
resolved. Last, nh3 reads the result once more: what leaves here has passed it.

Kept of `id` is what a link of the same text points to (footnotes), under a prefix; of other attributes what
`ATTRIBUTES` lists, where the value is well-formed. A link that leads nowhere outside the article's own folder (a
relative one, an article without a canonical URL) becomes plain text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import nh3
from lxml import etree

from digest.core.text import clean, one_line
from digest.sources.addresses import SCHEMES, Addresses, Note
from digest.sources.allowlist import ATTRIBUTES, BLOCK_TAGS, BLOCKS, DROPPED, INLINE
from digest.sources.nesting import text_only, too_nested
from digest.sources.tidy import Writer, remove

if TYPE_CHECKING:
    from collections.abc import Callable

# What is worth a word to the author when it is left out.
_NAMED = re.compile(r"<(script|style|iframe|object|form|template|svg|math|audio|video|canvas|embed)\b", re.IGNORECASE)
_first_pass = nh3.Cleaner(
    tags=set(INLINE | BLOCK_TAGS), clean_content_tags=set(DROPPED), attributes=ATTRIBUTES,
    url_schemes=set(SCHEMES), link_rel=None,
)  # fmt: skip
_last_pass = nh3.Cleaner(
    tags=set(INLINE | BLOCKS) - {"h1"}, clean_content_tags=set(DROPPED), attributes=ATTRIBUTES,
    url_schemes=set(SCHEMES), link_rel=None,
)  # fmt: skip


@dataclass(slots=True)
class Fragment:
    """Parsed HTML, past the first step. Mutable: a title may be taken out of it."""

    root: etree._Element
    notes: list[Note] = field(default_factory=list)

    def take_title(
        self, known: str = "", *, longest: int = 300, only_if: Callable[[str], bool] = lambda _title: True
    ) -> str:
        """Take the title's heading out: the first h1, or only one at the very start that says `known`.

        Args:
            known: A title from elsewhere; empty when there is none.
            longest: A heading of more characters is a title too, but stays: the title will be cut.
            only_if: Asked of the heading's text.

        Returns:
            The heading's text; empty when there is no such heading.
        """
        for heading in self.root.iter("h1"):
            title = one_line("".join(map(str, heading.itertext())))
            if not title:
                continue
            if known and (not self._starts_with(heading) or title.casefold() != known.casefold()):
                return ""
            if not only_if(title):
                return ""
            if len(title) <= longest:
                remove(heading)
            return title
        return ""

    def _starts_with(self, element: etree._Element) -> bool:
        """Whether no text and no picture comes before it."""
        for event, node in etree.iterwalk(self.root, events=("start", "end")):
            if node is element:
                return True
            text = node.text if event == "start" else node.tail
            if node.tag == "img" or (text or "").strip():
                return False
        return False


def parse_fragment(html: str) -> Fragment:
    """The first step: HTML of any kind to a tree of harmless elements."""
    notes = [Note(f"<{name}> is left out: it is not allowed in an article", f"<{name}") for name in _named(html)]
    html = clean(html)
    if too_nested(html):
        notes.append(Note("its HTML is nested too deep to be read; only its text is kept"))
        html = text_only(html)
    # Again clean: a character reference may stand for a control character.
    html = clean(_first_pass.clean(html))
    parser = etree.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    document = etree.fromstring(f"<html><body><div>{html}</div></body></html>", parser)
    return Fragment(document[0][0], notes)


def _named(html: str) -> list[str]:
    return list(dict.fromkeys(match[1].lower() for match in _NAMED.finditer(html)))


def finish_fragment(fragment: Fragment, addresses: Addresses | None = None) -> str:
    """The second and third step: a tree to the HTML that is kept; adds to the fragment's notes."""
    writer = Writer(fragment.root, fragment.notes, addresses or Addresses())
    # A no-break space as the character itself: `&nbsp;` means nothing to XML.
    return _last_pass.clean("".join(writer.flow(fragment.root, {}, wrap=True))).replace("&nbsp;", "\u00a0").strip()


def sanitise(html: str, addresses: Addresses | None = None) -> tuple[str, tuple[Note, ...]]:
    """All three steps. Sanitising the result again changes nothing.

    Returns:
        The HTML, and what was left out of it.
    """
    fragment = parse_fragment(html)
    return finish_fragment(fragment, addresses), tuple(fragment.notes)
