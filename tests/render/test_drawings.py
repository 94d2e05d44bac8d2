"""SVG: what is drawn, what is refused, and that nothing else is read."""

from __future__ import annotations

import base64

import pytest
from PIL import Image
from sample_pictures import BOX, SVG, opened, saved

from digest.core.newsletter import ImageRules
from digest.render.drawings import draw, read
from digest.render.pictures import PictureError, picture

RULES = ImageRules()
GROUND = "#fffaf0"


def made(markup: str | bytes):
    return picture("a.svg", markup if isinstance(markup, bytes) else markup.encode(), RULES, GROUND)


def test_a_web_page_has_the_drawing_and_a_message_its_pixels_on_the_sheet():
    found = made(BOX)
    assert (found.page.media_type, found.page.width, found.page.height) == ("image/svg+xml", 30, 20)
    assert b"<rect" in found.page.content
    assert found.mail is not None
    assert found.small is not None
    image = opened(found.mail.content).convert("RGB")
    assert (found.mail.width, found.mail.height) == image.size == (1200, 800)
    assert opened(found.small.content).size == (600, 400)
    assert (image.getpixel((10, 10)), image.getpixel((1190, 10))) == ((0x33, 0x66, 0x99), (0xFF, 0xFA, 0xF0))
    assert made(BOX) == found


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="30" height="20"', (30, 20)),
        ('width="3cm" height="2cm"', (113, 76)),
        ('viewBox="0 0 60 40"', (60, 40)),
        ('viewBox="0,0, 60,40" width="100%" height="100%"', (60, 40)),
        ('viewBox="0 0 60 40" width="30"', (30, 20)),
        ('viewBox="0 0 60 40" height="20"', (30, 20)),
        ('width="300000" height="200000"', (0, 0)),
        ('width="-3" height="2"', (0, 0)),
        ('width="nan" height="inf"', (0, 0)),
        ('viewBox="0 0 0 40"', (0, 0)),
        ("", (0, 0)),
    ],
)
def test_its_size_is_what_it_says(attributes, size):
    drawing = read(f"{SVG}{attributes}/>".encode())
    assert (drawing.width, drawing.height) == size


@pytest.mark.parametrize(
    ("attributes", "drawn"),
    [
        ('width="300000" height="200000"', (100, 67)),
        ('width="1e8" height="1e8"', (100, 100)),
        ('width="1000" height="9000"', (44, 396)),
        ('width="9000" height="1000"', (100, 11)),
    ],
)
def test_a_huge_one_is_drawn_as_large_as_pictures_are(attributes, drawn):
    width, height = opened(draw(read(f"{SVG}{attributes}><rect width='9' height='9'/></svg>".encode()), 100)).size
    assert abs(width - drawn[0]) <= 1
    assert abs(height - drawn[1]) <= 4


EXTERNAL = '<image width="9" height="9" {}/>'


@pytest.mark.parametrize(
    "address",
    [
        "/etc/passwd", "red.png", "file:///red.png", "https://example.org/red.png", "//example.org/red.png",
        " \n/red.png", "data:image/svg+xml;base64,PHN2Zz4=", "data:text/plain,x",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["href", "xlink:href"])
def test_what_lies_elsewhere_is_not_drawn(tmp_path, monkeypatch, address, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "red.png").write_bytes(saved(Image.new("RGB", (9, 9), "red"), "PNG"))
    found = made(f'{SVG}width="9" height="9"><image width="9" height="9" {name}="{address}"/></svg>')
    assert found.mail is None
    assert found.trouble.startswith("names another file or an address")


def test_a_picture_inside_the_drawing_and_a_link_are_no_files():
    data = base64.b64encode(saved(Image.new("RGB", (9, 9), "red"), "PNG")).decode()
    data = f"data:image/png;base64,{data}"
    for inside in (f'<image width="9" height="9" href="{data}"/>', '<a href="https://example.org/"><g/></a>'):
        assert made(f'{SVG}width="9" height="9">{inside}<use href="#x"/></svg>').trouble == ""


@pytest.mark.parametrize(
    ("markup", "why"),
    [
        (f'<!DOCTYPE svg [<!ENTITY a "b">]>{SVG}width="9" height="9"><g id="x">&a;</g></svg>', "is an SVG"),
        (f'<!DOCTYPE svg [<!ENTITY a SYSTEM "/etc/passwd">]>{SVG}width="9" height="9"><g>&a;</g></svg>', "is an SVG"),
        (f'{SVG}width="9" height="9"><text>Words</text></svg>', "has words in it"),
        (f'{SVG}width="9" height="9"><text><tspan>Words</tspan></text></svg>', "has words in it"),
        (f"{SVG}><rect width='9' height='9'/></svg>", "says neither width and height nor a viewBox"),
        (f'{SVG}width="1" height="60000"/>', "has one side more than 50 times as long"),
        (f'{SVG}width="60000" height="1"/>', "has one side more than 50 times as long"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_the_same_everywhere_stays_on_the_web(markup, why):
    found = made(markup)
    assert found.page.media_type == "image/svg+xml"
    assert (found.mail, found.small) == (None, None)
    assert found.trouble.startswith(why)


def test_no_words_are_no_words():
    assert made(f'{SVG}width="9" height="9"><title>A box</title><text> </text></svg>').trouble == ""


USES = "".join(f'<g id="a{n}">{f"""<use href="#a{n - 1}"/>""" * 10}</g>' for n in range(1, 9))
SLOW = '<filter id="f"><feTurbulence baseFrequency="0.05" numOctaves="200"/></filter>'


@pytest.mark.parametrize(
    "inside",
    [
        f'<defs><g id="a0"><rect width="9" height="9"/></g>{USES}</defs><use href="#a8"/>',
        SLOW + '<rect width="900" height="900" filter="url(#f)"/>' * 40,
    ],
    ids=["laughs", "filters"],
)
def test_one_that_asks_for_too_much_is_given_up_and_nothing_else(monkeypatch, inside):
    monkeypatch.setattr("digest.render.drawings.MOST_SECONDS", 1)
    found = made(f'{SVG}width="900" height="900">{inside}</svg>')
    assert found.mail is None
    assert "simplify it" in found.trouble or "cannot be drawn" in found.trouble


@pytest.mark.parametrize(
    "content",
    [b"<svg", b"<svg/>", b"<html/>", b"<", b"  <?xml version='1.0'?>", b"<svg xmlns='x'/>", b"<" + b"a" * 2_000_001],
)
def test_what_is_no_drawing_is_said_so(content):
    with pytest.raises(PictureError, match=r"is no SVG|is XML, but no SVG|octets"):
        made(content)


def test_what_editors_note_is_taken_out():
    markup = (
        '<?xml version="1.0"?><!-- Secret Street 9 --><?editor Secret Street 9?>'
        f'{SVG}xmlns:e="http://editor.example/" xmlns:rdf="http://rdf.example/" width="9" height="9" '
        'e:export="/home/secret/a.png"><!-- Secret Street 9 --><metadata><rdf:RDF>Secret</rdf:RDF></metadata>'
        '<e:view><g/></e:view><rect width="9" height="9" e:label="Secret"/><use xlink:href="#x"/></svg>'
    )
    content = made(markup).page.content
    assert b"ecret" not in content
    assert b"editor" not in content
    assert b'<rect width="9" height="9"/>' in content
    assert b'xlink:href="#x"' in content


def test_another_encoding_is_read_too():
    markup = f'<?xml version="1.0" encoding="utf-16"?>{SVG}width="9" height="9"><text>ж</text></svg>'
    assert made(b"\n" + BOX.encode()).trouble == ""
    assert made(f'<?xml version="1.0" encoding="iso-8859-1"?>{BOX}'.encode("latin-1")).trouble == ""
    with pytest.raises(PictureError):
        made(markup.encode("utf-16"))  # begins with no "<": nothing guesses
