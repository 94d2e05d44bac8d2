"""Saved news pages as a source: one .txt file, or a folder of them; several articles a file.

What a page's text means is for `digest.sources.page` to say. An article whose date is there but cannot be read is
held, as everywhere; one without a date counts as published when first seen.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from digest.core.errors import NotAPageError, SourceError
from digest.core.model import FoundArticle, Problem
from digest.core.ports import Look, Reading
from digest.sources.article_file import FAR_AHEAD, HELD_BY_DATE, LONGEST_TITLE, shortened
from digest.sources.files import OfFiles, decoded, inside, reason, size_of
from digest.sources.markup import to_body
from digest.sources.page import parse_page
from digest.sources.walk import Walk, fingerprint

if TYPE_CHECKING:
    from datetime import datetime

    from digest.sources.page import PageArticle

READER_VERSION = 1
"""Raise it when the same file is to give other articles than before: then all are read anew."""

_LINE = re.compile(r"line (\d+): ")
_SUFFIXES = frozenset({".txt"})


class PageSource(OfFiles):
    """The port `Source` over saved pages: a .txt file, or a folder of such files."""

    def look(self) -> Look:
        """List the pages; reads none.

        Raises:
            SourceError: There is neither a file nor a folder that can be listed.
        """
        version = f"{READER_VERSION}:{self._zone}"
        try:
            if self._root.is_file():
                return Look({self._root.name: fingerprint(version, self._root.stat())})
            walk = Walk(self._root, self._display, version, _SUFFIXES)
            walk.run()
        except OSError as error:
            message = f"cannot be read: {error.strerror}; put the page there, or mend its path in the configuration"
            raise SourceError(message, place=self._display) from error
        if not walk.found and not walk.problems:
            walk.report("", "holds no page; save one there as .txt", set_aside=False)
        return Look(dict(sorted(walk.found.items())), tuple(walk.problems))

    def read(self, path: str, now: datetime) -> Reading:
        """Read one page. Never raises for what stands in it."""
        single = self._root.is_file()
        place = self._display if single else f"{self._display}/{path}"
        try:
            file = self._root if single and path == self._root.name else inside(self._root, path)
            size_of(file, self._max_bytes)
            text = decoded(file.read_bytes(), place)
        except (OSError, ValueError) as error:
            message = f"cannot be read: {reason(error)}; mend that or move the file away"
            return Reading(path, problems=(Problem(place, message, set_aside=True),))
        if isinstance(text, Problem):
            return Reading(path, problems=(text,))
        try:
            found = parse_page(text, self._zone)
        except NotAPageError as error:
            return Reading(path, problems=(Problem(place, error.message, set_aside=True),))
        articles = [self._article(f"{path}#{number}", place, each, now) for number, each in enumerate(found, start=1)]
        return Reading(path, tuple(articles))

    def asset(self, path: str) -> bytes:
        """A page saved as text has no images.

        Raises:
            SourceError: Always.
        """
        raise SourceError("a page saved as text has no images", place=f"{self._display}/{path}")

    def _article(self, path: str, place: str, page: PageArticle, now: datetime) -> FoundArticle:
        problems = [_placed(place, problem) for problem in page.problems]
        here = f"{place}:{page.line}"
        if len(page.title) > LONGEST_TITLE:
            message = f"the title has {len(page.title):,} characters; it is cut to {LONGEST_TITLE}"
            problems.append(Problem(here, message))
        held = ""
        if page.published is None and page.dated:
            held = HELD_BY_DATE
            problems.append(Problem(here, f"{HELD_BY_DATE}. The article stays out until that is mended"))
        if page.published is not None and page.published.instant - now > FAR_AHEAD:
            message = f"is dated {page.published}: it stays out until then; mend the date if that is a slip"
            problems.append(Problem(here, message))
        body, _ = to_body("".join(_html(block.kind, block.text, block.level) for block in page.blocks))
        return FoundArticle(
            source=self._name,
            path=path,
            title=shortened(page.title),
            body=body,
            published=page.published,
            categories=(page.category,) if page.category else (),
            credit=page.credit,
            held=held,
            problems=tuple(problems),
        )


def _html(kind: str, text: str, level: int) -> str:
    tag = f"h{max(2, level)}" if kind == "heading" else "p"
    return f"<{tag}>{escape(text, quote=False)}</{tag}>\n"


def _placed(place: str, problem: str) -> Problem:
    """A problem of a page, 'line 3: …', as a problem of the file's line."""
    match = _LINE.match(problem)
    return Problem(f"{place}:{match[1]}", problem[match.end() :]) if match else Problem(place, problem)
