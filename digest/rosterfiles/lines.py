"""The lines of a file of subscribers, read block by block: UTF-8, however many, and however long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.core.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

LONGEST_LINE = 64 * 1024
"""Characters; one more is kept of a longer line, to know it by, and the rest is passed over."""

_BLOCK = 4 * (LONGEST_LINE + 2)
"""Bytes; enough for a line one too long, at four a character, and one more that the end of a block may cut."""
_BOM = "\ufeff"
# Of what other programs save under the same name, what the first bytes are.
_OTHERS = {
    b"\xff\xfe": "is UTF-16",
    b"\xfe\xff": "is UTF-16",
    b"PK\x03\x04": "is a workbook or an archive",
    b"\x1f\x8b": "is compressed",
}

Line = tuple[int, str]
"""A line's number, from 1, and its text without its end."""


def lines_of(path: Path, place: str) -> Iterator[Line]:
    """The lines of a file.

    Args:
        path: The file.
        place: What errors name.

    Raises:
        SourceError: The file cannot be read, or is not UTF-8; names the line.
    """
    try:
        with path.open("rb") as file:
            _check_kind(file.read(4), place)
            file.seek(0)
            number = 0
            for block in _blocks(file):
                try:
                    text = block.decode("utf-8")
                except UnicodeDecodeError as error:
                    line = number + block.count(b"\n", 0, error.start) + 1
                    message = "is not UTF-8 (Latin-1, perhaps): save the file as UTF-8 and import it again"
                    raise SourceError(message, place=f"{place}:{line}") from error
                if not number:
                    text = text.removeprefix(_BOM)
                found = text.split("\n")
                if not found[-1]:
                    found.pop()
                for number, each in enumerate(found, number + 1):  # noqa: B020 it goes on from block to block
                    whole = len(each) <= LONGEST_LINE and each[-1:] != "\r"
                    yield number, each if whole else each[: LONGEST_LINE + 1].rstrip("\r")
    except IsADirectoryError as error:
        raise SourceError("is a folder; name a file in it", place=place) from error
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", place=place) from error


def _check_kind(start: bytes, place: str) -> None:
    for first, what in _OTHERS.items():
        if start.startswith(first):
            raise SourceError(f"{what}, not text: save it as CSV in UTF-8 and import that", place=f"{place}:1")
    if b"\0" in start:
        message = "begins with NUL bytes: it is UTF-16, or no text; save it as CSV in UTF-8 and import that"
        raise SourceError(message, place=f"{place}:1")


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """Whole lines, some at a time; of one that is longer than a block, the beginning."""
    rest = b""
    while block := file.read(_BLOCK):
        whole, end, rest = (rest + block).rpartition(b"\n")
        if end:
            yield whole + end
        if len(rest) > _BLOCK:
            yield _whole_characters(rest[:_BLOCK]) + _to_the_end(file)
            rest = b""
    if rest:
        yield rest


def _whole_characters(text: bytes) -> bytes:
    """The same without a character at its end that was cut through [RFC 3629 section 3]."""
    last = len(text) - 1
    while last > 0 and text[last] & 0xC0 == 0x80:  # not the first byte of a character
        last -= 1
    return text[:last]


def _to_the_end(file: BinaryIO) -> bytes:
    """Pass over the rest of a line; its end, if it has one."""
    while block := file.read(_BLOCK):
        found = block.find(b"\n")
        if found >= 0:
            file.seek(found + 1 - len(block), 1)
            return b"\n"
    return b""
