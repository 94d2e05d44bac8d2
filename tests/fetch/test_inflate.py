"""Content taken in piece by piece, whatever the pieces."""

from __future__ import annotations

import gzip
import os
import tracemalloc
import zlib

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.fetch.errors import ContentError
from digest.fetch.inflate import CODINGS, Content

PACKED = {"": bytes, "gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}


@given(st.sampled_from(sorted(PACKED)), st.binary(max_size=200), st.lists(st.integers(0, 20), max_size=30))
def test_the_same_whatever_the_pieces(coding, data, sizes):
    packed = PACKED[coding](data)
    content = Content(coding, 1000, 1000)
    for size in sizes:
        content.take(packed[:size])
        packed = packed[size:]
    content.take(packed)
    assert content.whole() == data


@pytest.mark.parametrize("coding", sorted(PACKED))
def test_exactly_as_much_as_is_allowed(coding):
    data = os.urandom(5000)
    packed = PACKED[coding](data)
    content = Content(coding, len(packed), len(data))
    content.expect(str(len(packed)))
    content.take(packed)
    assert content.whole() == data
    with pytest.raises(ContentError, match="sends more than"):
        Content(coding, len(packed) - 1, len(data)).take(packed)
    with pytest.raises(ContentError, match="sends more than"):
        Content(coding, len(packed) - 1, len(data)).expect(str(len(packed)))
    with pytest.raises(ContentError, match="unpacks to more than"):
        Content(coding, len(packed), len(data) - 1).take(packed)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_what_breaks_off_is_not_taken_for_whole(coding):
    content = Content(coding, 1 << 20, 1 << 20)
    content.take(PACKED[coding](os.urandom(5000))[:-3])
    with pytest.raises(ContentError, match="breaks off"):
        content.whole()
    assert content.part()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_a_bomb_is_never_in_memory(coding):
    packed = PACKED[coding](bytes(30 << 20))
    content = Content(coding, 1 << 20, 1 << 20)
    tracemalloc.start()
    try:
        with pytest.raises(ContentError, match="unpacks to more than"):
            content.take(packed)
        assert tracemalloc.get_traced_memory()[1] < 6 << 20
    finally:
        tracemalloc.stop()


def test_what_was_not_asked_for_is_refused():
    assert set(CODINGS.split(", ")) == set(PACKED) - {""}
    for coding in ("zstd", "compress", "gzip, br"):
        with pytest.raises(ContentError, match="which was not asked for"):
            Content(coding, 10, 10)


def test_members_of_nothing_have_an_end():
    content = Content("gzip", 1 << 20, 1 << 20)
    content.take(gzip.compress(b"", mtime=0) * 2000 + gzip.compress(b"too late", mtime=0))
    assert content.whole() == b""


def test_nothing_and_nearly_nothing():
    for data in (b"", b"x"):
        content = Content("gzip", 10, 10)
        content.take(data)
        assert content.whole() == data
