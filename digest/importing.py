"""Which source reads a file that is imported: a folder of articles, a saved news page, or a saved feed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from digest.core.errors import NotAPageError, SourceError, UsageError
from digest.core.model import Problem
from digest.core.syndication import FEED
from digest.sources.article_file import ARTICLE_SUFFIXES
from digest.sources.feed import is_feed
from digest.sources.feed_file import FEED_SUFFIXES, FeedFile
from digest.sources.folder import FolderSource
from digest.sources.page import parse_page
from digest.sources.page_file import PageSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from digest.core.ports import Source

FileKind = Literal["auto", "page", "article"]


def sources_of(
    paths: Iterable[Path], *, prefix: str, zone: ZoneInfo | None, kind: FileKind
) -> Iterator[tuple[Source, str, tuple[Problem, ...]]]:
    """For each file in turn, the source that reads it, its path there, and what to say of that choice.

    Args:
        paths: Files, or folders whose files are taken.
        prefix: What the sources' names begin with; the absolute folder follows.
        zone: Of dates without one; None when it is not known.
        kind: What a .txt file is.

    Raises:
        UsageError: A path does not exist, or is no kind of file that can be read.
    """
    for path in paths:
        for file in _files(path):
            real = file.resolve()
            folder = real.parent
            name = f"{prefix}{folder}"
            shown = str(path if path.is_dir() else path.parent)
            notes: tuple[Problem, ...] = ()
            if file.suffix.lower() in FEED_SUFFIXES or _holds_feed(file):
                yield FeedFile(real, zone=zone, name=f"{prefix}{FEED}{real}", display=str(file)), real.name, notes
                continue
            page = file.suffix.lower() == ".txt" and kind != "article"
            if page and kind == "auto" and (lacking := _lacks(file)):
                page = False
                notes = (Problem(str(file), f"is no saved news page ({lacking}): taken as one article of plain text"),)
            if page:
                yield PageSource(folder, zone=zone, name=name, display=shown), real.name, notes
            else:
                yield FolderSource(folder, zone=zone, name=name, display=shown), real.name, notes


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        try:
            inside = FolderSource(path, zone=None, name="", display=str(path)).look().fingerprints
        except SourceError as error:
            raise UsageError(error.message, place=str(path)) from error
        feeds = [file for file in path.iterdir() if file.suffix.lower() in FEED_SUFFIXES and _holds_feed(file)]
        return sorted([*(path / name for name in inside), *feeds])
    if not path.is_file():
        raise UsageError("there is no such file or folder", place=str(path))
    if path.suffix.lower() not in ARTICLE_SUFFIXES | FEED_SUFFIXES and not _holds_feed(path):
        known = ", ".join(sorted(ARTICLE_SUFFIXES | FEED_SUFFIXES))
        if path.suffix.lower() == ".opml":
            raise UsageError("is a list of feeds: digest sources import takes it", place=str(path))
        raise UsageError(f"this kind of file cannot be read; give one of {known}", place=str(path))
    return [path]


def _holds_feed(file: Path) -> bool:
    """Whether a file is a feed whatever its name says; an article's own suffix is believed."""
    if file.suffix.lower() in ARTICLE_SUFFIXES - {".txt", ".html", ".htm"}:
        return False
    try:
        with file.open("rb") as stream:
            return is_feed(stream.read(4096))
    except OSError:
        return False  # its source reports that


def _lacks(file: Path) -> str:
    """What a text lacks to be a saved news page; empty when it is one, or cannot be read: that its source reports."""
    try:
        parse_page(file.read_bytes().decode("utf-8-sig"), None)
    except NotAPageError as error:
        return error.message
    except (UnicodeDecodeError, OSError):
        return ""
    return ""
