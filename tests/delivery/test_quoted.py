"""Quoted-printable around holes, on its raw lines."""

from __future__ import annotations

import quopri
import re

from hypothesis import example, given
from hypothesis import strategies as st

from digest.delivery import quoted

# None that begins as it ends: text beside it could not be taken for a part of it.
ONE, TWO = b"1" + b"0" * 31, b"2" + b"0" * 31
TEXT = st.text(
    st.one_of(st.sampled_from("\r\n\t .=ax"), st.characters(exclude_categories=["Cs"])), max_size=200
) | st.builds(lambda text, times: text * times, st.text(".= aä\n", min_size=1, max_size=4), st.integers(1, 80))


def lines(encoded: bytes) -> list[bytes]:
    return encoded.split(b"\r\n")


def assert_bounds(encoded: bytes) -> None:
    assert encoded.isascii()
    assert max(map(len, lines(encoded))) <= 76
    assert not re.search(rb"[ \t]\r\n", encoded)
    assert b"\n" not in encoded.replace(b"\r\n", b"")


@given(parts=st.lists(TEXT, min_size=1, max_size=4), own=TEXT)
@example(parts=["x" * 75, "y" * 76, "z" * 74 + "ä"], own="v" * 75)
@example(parts=["x" * 72 + "=y", "b"], own="v")
@example(parts=["x" * 71 + "=yz", "b"], own="v")
@example(parts=["a " * 38, ".", "."], own=".")
@example(parts=["", "", ""], own="")
def test_any_value_in_any_text_comes_back_and_no_line_is_too_long(parts, own):
    content = ONE.join(part.encode() for part in parts)
    literals, holes = quoted.split(content, (ONE, TWO))
    value = quoted.value(own)
    assert holes == [0] * (len(literals) - 1)
    whole = literals[0] + b"".join(value + literal for literal in literals[1:])
    assert_bounds(whole)
    wanted = own.join(part.replace("\r\n", "\n").replace("\r", "\n") for part in parts)
    # What a value holds is not read as line ends of the text.
    assert decoded(whole) == decoded_text(parts, own), wanted


def decoded(encoded: bytes) -> bytes:
    return quopri.decodestring(encoded.replace(b"\r\n", b"\n"))


def decoded_text(parts: list[str], own: str) -> bytes:
    return own.encode().join(part.replace("\r\n", "\n").replace("\r", "\n").encode() for part in parts)


@given(parts=st.lists(TEXT, min_size=2, max_size=4), own=TEXT)
def test_no_value_meets_what_stands_beside_it(parts, own):
    literals, _ = quoted.split(ONE.join(part.encode() for part in parts), (ONE,))
    for literal in literals[:-1]:
        assert literal == b"" or literal.endswith(b"\r\n")
    for literal in literals[1:]:
        assert literal.startswith(b"=\r\n")
    value = quoted.value(own)
    assert not any(line.startswith(b".") for line in lines(value))
    assert not re.search(rb"[ \t]", value)
    assert all(len(line) <= 75 for line in lines(value)[-1:])


def test_what_is_plain_stays_as_it_is():
    assert quoted.value("ann+x@example.org") == b"ann+x@example.org"
    assert quoted.value(".ann@example.org") == b"=2Eann@example=2Eorg"
    assert quoted.value("ann b=ä") == b"ann=20b=3D=C3=A4"
    assert quoted.split(b"Hello.\r\nYou\rare\n", ()) == ([b"Hello.\r\nYou\r\nare\r\n"], [])


def test_marks_are_told_apart():
    literals, holes = quoted.split(b"a" + TWO + b"b" + ONE + TWO, (ONE, TWO))
    assert holes == [1, 0, 1]
    assert literals == [b"a=\r\n", b"=\r\nb=\r\n", b"=\r\n", b"=\r\n"]
