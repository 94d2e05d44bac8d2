"""Reading a file of subscribers: UTF-8, a plain list or CSV, one record at a time, each with the line it begins at."""

from __future__ import annotations

import csv
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.core.address import normalise_address, split_mailbox
from digest.core.errors import SourceError
from digest.core.roster import LONGEST_NAME, Enrolment, ReadRow
from digest.core.text import counted, one_line, short_hash
from digest.rosterfiles.forms import Form, form_of
from digest.rosterfiles.lines import LONGEST_LINE, lines_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from digest.rosterfiles.lines import Line

DELIMITERS = ",;\t"
LONGEST_RECORD = 100
"""Lines: a quotation mark not closed within so many was meant as something else."""

LONGEST_MAILBOX = 2000
"""Characters of a line of a plain list."""

MOST_COLUMNS = 1000
_NO_MAILBOX = f"is longer than {LONGEST_MAILBOX} characters; no address with a name is"
_TOO_LONG = f"is longer than {LONGEST_LINE} characters; the set-aside file has its beginning alone"


@dataclass(frozen=True, slots=True)
class RosterFile:
    """A file of subscribers that was looked at: what it is and how long.

    Attributes:
        path: The file.
        form: The columns of a CSV file; None for a plain list.
        delimiter: Between the columns.
        lines: How many lines it has.
        name: What its subscriptions are noted with.
        place: What errors name.
    """

    path: Path
    form: Form | None
    delimiter: str
    lines: int
    name: str
    place: str

    @property
    def source(self) -> str:
        """What subscriptions from it are noted with: `import list.csv (Ghost)`."""
        return f"import {self.name} ({self.form.name if self.form else 'plain list'})"

    def rows(self, newsletter: str, now: datetime, among: Collection[str] = ()) -> Iterator[ReadRow]:
        """Its rows in order; empty lines are left out.

        Args:
            newsletter: Whose subscriptions they are to be; empty: of those that the rows of an export of digest name.
            now: Instants after it are not believed.
            among: Then, the newsletters that there are.
        """
        form = self.form
        if form is None:
            source = self.source
            for line, text in lines_of(self.path, self.place):
                if text and not text.isspace():
                    yield _plain(line, text, newsletter, source)
            return
        records = filter(_says_something, _records(lines_of(self.path, self.place)))
        next(records)  # the header, which gave the form
        columns, delimiter, source = len(form.columns), self.delimiter, self.source
        for line, text in records:
            cells = _cells(text, delimiter)
            if isinstance(cells, str):
                yield ReadRow(line, text[:LONGEST_LINE], None, cells)
            elif len(cells) != columns:
                found = f"has {counted(len(cells), 'column')}, the header has {columns}"
                yield ReadRow(line, text, None, found)
            else:
                whose = _whose(form.newsletter(cells), newsletter, among)
                asked = form.enrolment(cells, source=source, now=now)
                yield _row(line, text, asked, *whose)


def look_at(path: Path, *, name: str = "") -> RosterFile:
    """Find out what a file is, having read it once: nothing is taken in of one that cannot be read to its end.

    Args:
        path: The file.
        name: What it is called instead, where it is a copy of what came through a pipe.

    Raises:
        SourceError: It cannot be read, is not UTF-8, or has no column of addresses; names the line.
    """
    lines, place = 0, name or str(path)
    for _ in lines_of(path, place):
        lines += 1
    first = next(filter(_says_something, _records(lines_of(path, place))), None)
    if first is None:
        raise SourceError("is empty; give a list of addresses, or CSV with a header", place=place)
    line, header = first
    if "\r" in header:
        message = "has the line ends of old Macs (CR alone): save it with those of Unix or Windows"
        raise SourceError(message, place=f"{place}:{line}")
    if "@" in header and len(header) <= LONGEST_MAILBOX:
        if any(sign in split_mailbox(header)[1] for sign in DELIMITERS):
            message = "has columns but no header: write their names into the first line, email,name say"
            raise SourceError(message, place=f"{place}:{line}")
        return RosterFile(path, None, "", lines, one_line(name or path.name), place)
    # Of the signs that may part columns, the one that there is most of.
    delimiter = max(DELIMITERS, key=header.count)
    form = _form(_cells(header, delimiter), name or path.name, header)
    if isinstance(form, str):
        raise SourceError(form, place=f"{place}:{line}")
    if name and form.name == "Mailchimp":
        message = "is an export of Mailchimp, which says by the file's name who has left: give the file itself"
        raise SourceError(message, place=place)
    return RosterFile(path, form, delimiter, lines, one_line(name or path.name), place)


def _form(columns: Sequence[str] | str, file: str, header: str) -> Form | str:
    """The form that a header says; what is wrong with it where it says none."""
    if isinstance(columns, str):
        return f"{columns}; the first line must name the columns, email,name say"
    if len(columns) > MOST_COLUMNS:
        return f"has {len(columns)} columns; leave those out that are not needed, down to {MOST_COLUMNS}"
    said = one_line(header)[:200]
    return form_of(columns, file) or (
        f"has no column of addresses: name one 'email' in the first line, which is '{said}'"
    )


def _plain(line: int, text: str, newsletter: str, source: str) -> ReadRow:
    """A line of a plain list."""
    if len(text) > LONGEST_MAILBOX:
        return ReadRow(line, text[:LONGEST_MAILBOX], None, _NO_MAILBOX)
    name, address = split_mailbox(text)
    try:
        address = normalise_address(address)
    except ValueError as error:
        return ReadRow(line, text, None, str(error))
    asked = Enrolment(address=address, name=one_line(name)[:LONGEST_NAME], source=source, undated=True)
    return ReadRow(line, text, asked, "", newsletter)


def _row(line: int, text: str, asked: Enrolment | str, newsletter: str, why_not: str) -> ReadRow:
    """A row of CSV, as what it says and whose it is make it."""
    if isinstance(asked, str) or (why_not and asked.suppress is None):
        return ReadRow(line, text, None, asked if isinstance(asked, str) else why_not)
    if asked.suppress is None and asked.state == "unsubscribed" and asked.changed_at is None:
        asked = replace(asked, row=short_hash(text, 16))
    return ReadRow(line, text, asked, "", newsletter)


def _whose(named: str | None, newsletter: str, among: Collection[str]) -> tuple[str, str]:
    """Whose subscription a row is, and why it is not taken in where it is not.

    Args:
        named: The newsletter that the row names; None where none of them names one.
        newsletter: The one that is imported; empty: the one that the row names.
        among: Those that there are.
    """
    if named is None or (named and named == newsletter):
        return newsletter, ""
    if newsletter:
        return newsletter, f"is a subscription to '{one_line(named)[:80]}', not to '{newsletter}'"
    unknown = f"is a subscription to '{one_line(named)[:80]}', and there is no such newsletter here"
    return named, "" if named in among else unknown


def _says_something(line: Line) -> bool:
    return bool(line[1]) and not line[1].isspace()


def _records(lines: Iterable[Line]) -> Iterator[Line]:
    """Lines joined where a quotation mark is open at a line's end, each record with the line it begins at."""
    source = iter(lines)
    # Lines read ahead for a quotation mark that then was not closed: they are looked at again.
    ahead: deque[Line] = deque()
    while first := ahead.popleft() if ahead else next(source, None):
        quotes = first[1].count('"')
        if not quotes % 2 or len(first[1]) > LONGEST_LINE:
            yield first
            continue
        taken = [first]
        while quotes % 2 and len(taken) < LONGEST_RECORD:
            following = ahead.popleft() if ahead else next(source, None)
            if following is None:
                break
            taken.append(following)
            quotes += following[1].count('"')
        if quotes % 2:
            ahead.extendleft(reversed(taken[1:]))
            taken = taken[:1]
        yield first[0], "\n".join(text for _, text in taken)


def _cells(record: str, delimiter: str) -> list[str] | str:
    """The cells of a record; what is wrong with it where it cannot be taken apart."""
    if len(record) > LONGEST_LINE:
        return _TOO_LONG
    if '"' not in record and "\r" not in record:
        return record.split(delimiter)
    if record.count('"') % 2:
        return "has a quotation mark that is not closed"
    try:
        (cells,) = csv.reader([record], delimiter=delimiter, strict=True)
    except (csv.Error, ValueError) as error:
        return f"is not CSV: {error}"
    return cells
