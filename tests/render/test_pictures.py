"""Pictures as they are published."""

from __future__ import annotations

import re
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.render.pictures import MEDIA_TYPES, picture
from digest.sources.folder import IMAGE_SUFFIXES


def png(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


GIF = b"GIF89a" + struct.pack("<HH", 30, 20) + b"\x00\x00\x00;"
JPEG = b"\xff\xd8\xff\xc0\x00\x11\x08" + struct.pack(">HH", 20, 30) + b"\x03" + b"\x00" * 12 + b"\xff\xd9"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"></svg>'


@pytest.mark.parametrize(
    ("src", "content", "media_type"),
    [
        ("a.png", png(30, 20), "image/png"),
        ("a.gif", GIF, "image/gif"),
        ("a.JPG", JPEG, "image/jpeg"),
        ("a.svg", SVG, "image/svg+xml"),
    ],
)
def test_size_and_type(src, content, media_type):
    found = picture(src, content)
    assert (found.width, found.height, found.media_type) == (30, 20, media_type)
    assert found.content == content


def test_the_path_changes_with_the_content_and_never_without():
    one = picture("photos/Busan Harbour.PNG", png(30, 20))
    assert re.fullmatch(r"images/busan-harbour-[0-9a-f]{8}\.png", one.path)
    assert picture("photos/Busan Harbour.PNG", png(30, 20)) == one
    assert picture("photos/Busan Harbour.PNG", png(30, 21)).path != one.path


@pytest.mark.parametrize("src", ["漢字.png", "….png", "../../etc/a b?c#d.png", "x" * 300 + ".png", "a\\b.png"])
def test_the_path_is_fit_for_a_url_whatever_the_name(src):
    assert re.fullmatch(r"images/[a-z0-9-]{1,49}\.png", picture(src, GIF).path)


@pytest.mark.parametrize("content", [b"", b"no picture", png(0, 20), png(30, 0), png(2**31, 20), GIF[:7], JPEG[:8]])
def test_what_cannot_be_measured_has_no_size(content):
    found = picture("a.png", content)
    assert (found.width, found.height) == (0, 0)


HEADS = [png(1, 1)[:16], GIF[:6], JPEG[:4], b"<svg ", b"<?xml", b"RIFF\0\0\0\0WEBPVP8 ", b"II*\0", b"MM\0*", b"P6 3 "]


@given(head=st.sampled_from(HEADS), rest=st.binary(max_size=60))
def test_no_bytes_stop_an_edition(head, rest):
    found = picture("a.png", head + rest)
    assert 0 <= found.width <= 65_535
    assert (found.width == 0) == (found.height == 0)


def test_every_picture_a_source_gives_has_a_media_type():
    assert set(MEDIA_TYPES) >= IMAGE_SUFFIXES
