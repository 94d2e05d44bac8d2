"""Cells of CSV files that a person may open in a spreadsheet, which takes a text that begins with `=` for a formula.

An apostrophe before it makes it text again, for Excel, LibreOffice and Google Sheets alike. What has one of its own
before such a sign gets another, so that taking it off gives back what was there.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]")
_SPECIAL = re.compile(r"[\",;\t\r\n]")


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """What `guarded` made its text from; any other as it is."""
    return text[1:] if text[:1] == "'" and _FORMULA.match(text) else text


def csv_line(cells: tuple[str, ...]) -> str:
    """A line of CSV, each cell guarded.

    Semicolons and tabs are quoted too: where a spreadsheet takes them for the delimiter, they begin no new cell.
    """
    return ",".join([_quoted(guarded(cell)) for cell in cells]) + "\n"


def _quoted(cell: str) -> str:
    if not _SPECIAL.search(cell):
        return cell
    doubled = cell.replace('"', '""')
    return f'"{doubled}"'
