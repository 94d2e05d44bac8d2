from __future__ import annotations

import pytest

from digest.sources.images import check_image

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n..."),
        ("a.JPG", b"\xff\xd8\xff\xe0"),
        ("a.gif", b"GIF89a..."),
        ("a.webp", b"RIFF....WEBP"),
        ("a.svg", SVG.format('<rect width="1" height="1"/><a href="#b"/><use xlink:href="#b"/>').encode()),
        ("a.svg", b'<?xml version="1.0"?><!DOCTYPE svg>' + SVG.format("").encode()),
    ],
)
def test_pictures_pass(name, content):
    check_image(name, content)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.png", b"", "is no PNG, JPEG"),
        ("a.png", b"<html>", "is no PNG, JPEG"),
        ("a.gif", b"BM", "is no PNG, JPEG"),
        ("a.svg", b"no xml", "is no SVG"),
        ("a.svg", SVG.format("<script>alert(1)</script>").encode(), "with scripts"),
        ("a.svg", SVG.format("<foreignObject/>").encode(), "with scripts"),
        ("a.svg", SVG.format('<rect onload="x()"/>').encode(), "with scripts"),
        ("a.svg", SVG.format('<a href=" java\nscript:x()"/>').encode(), "with scripts"),
        ("a.svg", SVG.format('<image xlink:href="https://example.org/spy.png"/>').encode(), "with scripts"),
        ("a.svg", b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("&a;").encode(), "declares entities"),
    ],
)
def test_what_is_no_picture_or_could_act_is_refused(name, content, why):
    with pytest.raises(ValueError, match=why):
        check_image(name, content)
