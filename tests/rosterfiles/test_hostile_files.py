"""Files that are not what they should be, or meant to do harm: each is told by name, with the line."""

from __future__ import annotations

import io
import os
import sys
import threading
import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from digest.core.errors import SourceError
from digest.core.roster import LONGEST_NAME
from digest.rosterfiles.lines import LONGEST_LINE, lines_of
from digest.rosterfiles.piped import is_piped, kept
from digest.rosterfiles.reading import MOST_COLUMNS, look_at

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MIB = 1 << 20


@pytest.fixture
def path(tmp_path):
    return tmp_path / "list.csv"


def rows(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(look_at(path).rows("weekly", NOW))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("email\n".encode("utf-16"), "list.csv:1: is UTF-16, not text: save it as CSV in UTF-8"),
        (b"\xfe\xff\0e", "list.csv:1: is UTF-16"),
        ("email\n".encode("utf-16-le"), "list.csv:1: begins with NUL bytes: it is UTF-16, or no text"),
        (b"\0" * 1000, "list.csv:1: begins with NUL bytes"),
        (b"PK\x03\x04\x14\0", "list.csv:1: is a workbook or an archive"),
        (b"\x1f\x8b\x08", "list.csv:1: is compressed"),
        (b"email\n" + b"a@e.org\n" * 99_999 + b"\xff@e.org\n", "list.csv:100001: is not UTF-8"),
        (b"email," + b"a," * MOST_COLUMNS, "list.csv:1: has 1002 columns; leave those out"),
        (b"email," + b"a" * (2 * LONGEST_LINE), "list.csv:1: is longer than 65536 characters"),
        (b"email\rann@example.org\r", "list.csv:1: has the line ends of old Macs"),
    ],
)
def test_what_is_no_list_is_named_with_the_line(path, content, message):
    with pytest.raises(SourceError) as caught:
        rows(path, content)
    assert message in str(caught.value)


def test_a_folder_is_named(tmp_path):
    with pytest.raises(SourceError, match="is a folder; name a file in it"):
        look_at(tmp_path)


def long_line(file):
    file.write(b"a@e.org," + b"x" * (20 * MIB) + b"\n")


def long_field(file):
    """A quotation mark that is closed at the end of a field of many lines."""
    file.write(b'a@e.org,"' + (b"x" * 1000 + b"\n") * 20_000 + b'"\n')


def no_end(file):
    file.write(b"z@e.org,Z\na@e.org," + b"\xc3\xbc" * (10 * MIB))


@pytest.mark.parametrize("bomb", [long_line, long_field, no_end])
def test_a_field_of_many_megabytes_takes_no_memory_and_costs_few_rows(path, bomb):
    with path.open("wb") as file:
        file.write(b"email,name\n")
        bomb(file)
        if bomb is not no_end:
            file.write(b"z@e.org,Z\n")
    tracemalloc.start()
    try:
        found = [(row.line, row.enrolment and row.enrolment.address) for row in look_at(path).rows("weekly", NOW)]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (2 if bomb is no_end else found[-1][0], "z@e.org") in found
    assert [who for _, who in found if who] == ["z@e.org"]
    assert peak < 12 * MIB


def test_of_a_line_that_is_too_long_the_beginning_is_kept(path):
    found = rows(path, "email,name\n" + '"' + "x" * (2 * LONGEST_LINE) + "\nb@e.org,B\n")
    assert [(row.line, len(row.text), row.reason.partition(";")[0]) for row in found] == [
        (2, LONGEST_LINE, "is longer than 65536 characters"),
        (3, 9, ""),
    ]


@given(
    st.lists(st.tuples(st.sampled_from("aü\u20ac\U0001f600"), st.integers(0, 200_000)), max_size=6),
    st.sampled_from([b"\n", b"\r\n"]),
    st.booleans(),
)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_lines_are_those_of_the_file_wherever_its_blocks_end(path, parts, end, closed):
    lines = [char * count for char, count in parts]
    path.write_bytes(end.join(line.encode() for line in lines) + end * closed)
    found = [text for _, text in lines_of(path, "list.csv")]
    expected = [line[: LONGEST_LINE + 1] for line in lines]
    while expected and not closed and not expected[-1]:
        expected.pop()
    assert found[: len(expected)] == expected
    assert not any(found[len(expected) :])


hostile = st.text(max_size=30) | st.sampled_from(
    [
        "Ann\r\nBcc: eve@example.org",
        "a\0b",
        "=cmd|' /C calc'!A0",
        "\u2028x",
        "x" * 5000,
        "\ud7ff\ufffe",
        "<b>",
        "'",
        '"',
    ]
)


@given(hostile, hostile, hostile, st.sampled_from(["ann@example.org", "ann@example.org\r\nBcc: x@y.org"]))
@example("Ann\nBcc: eve@example.org", "x\ny", "y\rz", "ann@example.org")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_field_gets_a_line_break_or_a_control_character_in(path, name, source, proof, address):
    cells = [cell.replace('"', '""') for cell in (address, name, source, proof, "550", "2026-01-01")]
    header = "email,name,source,proof,detail,consent_at,newsletter,state,suppressed\n"
    file = header + ",".join(f'"{cell}"' for cell in cells) + ",weekly,active,bounce\n"
    others = "email,name,source,ip_address,referrer_url,created_at\n" + ",".join(f'"{cell}"' for cell in cells) + "\n"
    for content in (file, others):
        for row in rows(path, content.encode("utf-8", "replace")):
            asked = row.enrolment
            if asked is None:
                assert row.reason.replace("'", "").isprintable() or "\n" not in row.reason
                continue
            texts = [asked.address, asked.name, asked.source, asked.proof]
            texts.append(asked.suppression.detail if asked.suppression else "")
            assert not any(set(text) & set(map(chr, [*range(32), 127, 0x85, 0x2028, 0x2029])) for text in texts)
            assert len(asked.name) <= LONGEST_NAME


def test_a_name_and_a_file_name_are_one_line(tmp_path):
    path = tmp_path / "a\r\nBcc: eve@example.org.txt"
    (row,) = rows(path, f"{'Ann ' * 100}\0<ann@example.org>\n")
    assert row.enrolment.source == "import a Bcc: eve@example.org.txt (plain list)"
    assert len(row.enrolment.name) == LONGEST_NAME
    assert row.enrolment.name.isprintable()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("o'neil+news=1@example.org", "o'neil+news=1@example.org"),
        ('"a b"@example.org', '"a b"@example.org'),
        ("=cmd@example.org", "=cmd@example.org"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("a" * 64 + "@" + ".".join(["b" * 60] * 3) + ".org", "a" * 64 + "@" + ".".join(["b" * 60] * 3) + ".org"),
    ],
)
@pytest.mark.parametrize("header", ["", "email\n"])
def test_unusual_addresses_come_through_both_kinds_of_file(path, text, address, header):
    quoted = '"' + text.replace('"', '""') + '"' if header else text
    (row,) = rows(path, f"{header}{quoted}\n")
    assert row.enrolment.address == address


def test_a_line_that_would_take_long_to_look_at_is_passed_over(path):
    found = rows(path, f"a@e.org\n{' ' * 60_000}x@<\n{'<' * 60_000}\n{',' * 60_000}@@e.org\n")
    assert {row.reason for row in found[1:]} == {"is longer than 2000 characters; no address with a name is"}


def test_standard_input_and_fifos_are_read_once_and_kept(tmp_path, monkeypatch):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    content = b"ann@example.org\n" * 100_000

    def write() -> None:
        fifo.write_bytes(content)

    writer = threading.Thread(target=write)
    writer.start()
    assert is_piped(str(fifo))
    with kept(str(fifo)) as copy:
        assert copy.read_bytes() == content
        assert copy.stat().st_mode & 0o777 == 0o600
    writer.join()
    assert not copy.exists()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"ben@example.org\n")))
    with kept("-") as copy:
        found = look_at(copy, name="standard-input")
        assert [row.enrolment.source for row in found.rows("weekly", NOW)] == ["import standard-input (plain list)"]
    assert not is_piped(str(tmp_path))
    assert not is_piped(str(tmp_path / "nothing"))
    with pytest.raises(SourceError, match="cannot be read: File name too long"):
        is_piped("a" * 300)


def test_through_a_pipe_an_export_of_mailchimp_does_not_say_who_left(path):
    path.write_text("Email Address,OPTIN_TIME,CONFIRM_TIME\na@e.org,,\n")
    with pytest.raises(SourceError, match="standard-input: is an export of Mailchimp, which says by the file's name"):
        look_at(path, name="standard-input")
