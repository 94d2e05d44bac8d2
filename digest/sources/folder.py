"""A folder of articles as a source.

Articles are the files .md, .markdown, .html, .htm and .txt, in any case and in nested folders. Left out without a word:
names that begin with '.' or '_', README files, and every other kind of file (images are read when an article refers to
them). Links are followed where they lead to something inside the folder; one that leaves it, goes round in a circle or
leads nowhere is reported.

A file is read anew when its size or one of its times changed, or when this module reads differently than before. An
image that is added later does not count: the article that wants it has to be saved again.
"""

from __future__ import annotations

import os
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from digest.core.errors import SourceError
from digest.core.model import Problem
from digest.core.ports import Look, Reading
from digest.sources.addresses import http_address
from digest.sources.article_file import ARTICLE_SUFFIXES, Origin, read_article
from digest.sources.files import OfFiles, inside, reason, size_of
from digest.sources.images import check_image
from digest.sources.walk import Walk

if TYPE_CHECKING:
    from datetime import datetime

READER_VERSION = 1
"""Raise it when the same file is to give another article than before: then all are read anew."""

MOST_IMAGE_BYTES = 10_000_000
IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"})


class FolderSource(OfFiles):
    """The port `Source` over a folder."""

    def look(self) -> Look:
        """List the articles' files; reads none.

        Raises:
            SourceError: The folder is missing or cannot be listed.
        """
        if not self._root.is_dir():
            raise SourceError(
                "there is no such folder; create it, or mend its path in the configuration", place=self._display
            )
        walk = Walk(self._root, self._display, f"{READER_VERSION}:{self._zone}", ARTICLE_SUFFIXES)
        try:
            walk.run()
        except OSError as error:
            raise SourceError(f"the folder cannot be listed: {error.strerror}", place=self._display) from error
        if not walk.found and not walk.problems:
            walk.report("", "holds no article; put .md, .html or .txt files there", set_aside=False)
        return Look(dict(sorted(walk.found.items())), tuple(walk.problems))

    def read(self, path: str, now: datetime) -> Reading:
        """Read one file. Never raises for what stands in it."""
        place = f"{self._display}/{path}"
        try:
            file = inside(self._root, path)
            size_of(file, self._max_bytes)
            data = file.read_bytes()
        except (OSError, ValueError) as error:
            message = f"cannot be read: {reason(error)}; mend that or move the file away"
            return Reading(path, problems=(Problem(place, message, set_aside=True),))
        origin = Origin(self._name, path, place, self._zone, lambda src: self._image(src, path))
        return read_article(data, origin, now)

    def asset(self, path: str) -> bytes:
        """The bytes of an image in the folder.

        Raises:
            SourceError: It is not there, is too large, or lies outside the folder.
        """
        place = f"{self._display}/{path}"
        try:
            file = inside(self._root, path)
            _check_suffix(file.name)
            size_of(file, MOST_IMAGE_BYTES)
            content = file.read_bytes()
        except (OSError, ValueError) as error:
            raise SourceError(f"the image cannot be read: {reason(error)}", place=place) from error
        try:
            check_image(file.name, content)
        except ValueError as error:
            raise SourceError(f"the image {error}", place=place) from error
        return content

    def _image(self, src: str, article: str) -> str:
        """The address or path to keep for an image's address in an article's file.

        Raises:
            ValueError: It cannot be used, and why.
        """
        if remote := http_address(src):
            return remote
        bare = unquote(src.split("?", 1)[0].split("#", 1)[0])
        if bare.startswith("/") or ":" in bare.split("/", 1)[0]:
            raise ValueError("write a path relative to the article's file, or an https address")
        wanted = os.path.normpath(PurePosixPath(article).parent / bare)
        if PurePosixPath(wanted).parts[:1] == ("..",):
            raise ValueError("it lies outside of the source's folder")
        _check_suffix(wanted)
        try:
            size_of(inside(self._root, wanted), MOST_IMAGE_BYTES)
        except OSError as error:
            message = (
                f"{self._display}/{wanted} cannot be read ({error.strerror}); put it there and save the article again"
            )
            raise ValueError(message) from error
        return wanted


def _check_suffix(name: str) -> None:
    if PurePosixPath(name).suffix.lower() not in IMAGE_SUFFIXES:
        raise ValueError(f"an image ends in {', '.join(sorted(IMAGE_SUFFIXES))}")
