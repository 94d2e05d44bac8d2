"""Pictures through a whole edition: published, carried, left out; and nothing fetched."""

from __future__ import annotations

import re
import socket
from email import message_from_bytes
from email.policy import default

import pytest
from lxml import html
from PIL import Image

AT = "2026-03-02T12:00:00Z"
FOLDER = "weekly/2026-03-02T0700Z/"
BASE = f"https://news.example.org/{FOLDER}"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="20" fill="#{}"/></svg>'
WORDS = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><text>Words</text></svg>'


@pytest.fixture
def pictured(room):
    """Stories with a photo, a drawing, a broken photo, a drawing with words, a remote picture."""
    gradient = Image.linear_gradient("L").resize((1600, 800))
    photo = Image.merge("RGB", (gradient, gradient.rotate(180), gradient.resize((800, 1600)).resize((1600, 800))))
    exif = Image.Exif()
    exif[0x010F] = "Secret Street 9"
    photo.save(room.root / "articles/photo.jpg", exif=exif)
    (room.root / "articles/broken.jpg").write_bytes((room.root / "articles/photo.jpg").read_bytes()[:3000])
    room.write("articles/box.svg", SVG.format("336699"))
    room.write("articles/words.svg", WORDS)
    path = room.root / "config.yaml"
    path.write_text(path.read_text().replace("[{category: One, limit: 2}, {category: Two}]", '[{category: "*"}]'))
    for name, src in (
        ("photo", "../photo.jpg"),
        ("drawing", "../box.svg"),
        ("broken", "../broken.jpg"),
        ("words", "../words.svg"),
        ("remote", "https://pictures.example.org/far.png"),
    ):
        room.article(f"two/{name}.md", f"With {name}", "2026-02-27 12:00", "Two", f"See {name}.", image=src)
    return room


def tree(room, path: str):
    return html.fromstring(room.files()[FOLDER + path])


def images(room, path: str) -> dict[str, dict[str, str]]:
    """The attributes of each picture, by its file's name without what the content adds."""
    return {
        re.sub(r"(-[0-9a-f]{8})?\..*", "", each.get("src").rpartition("/")[2]): dict(each.attrib)
        for each in tree(room, path).iter("img")
    }


def test_each_page_and_message_has_what_it_can_show(pictured):
    result = pictured.run("run", "weekly", "--at", AT, "--json")
    assert result.code == 0
    mail, page = images(pictured, "email.html"), images(pictured, "index.html")
    assert set(mail) == {"photo", "box", "far"}
    assert set(page) == {"photo", "box", "words", "far"}
    files = pictured.files()
    for attributes in (*mail.values(), *page.values()):
        for address in (attributes["src"], *re.findall(r"(\S+) \d+w", attributes.get("srcset", ""))):
            local = address.removeprefix(BASE)
            assert FOLDER + local in files or address == "https://pictures.example.org/far.png"
        if "far.png" not in attributes["src"]:
            assert int(attributes["width"]) > 0
            assert int(attributes["height"]) > 0
    assert mail["box"]["src"].endswith(".png")
    assert page["box"]["src"].endswith(".svg")
    assert re.fullmatch(rf"{BASE}\S+ 600w, {BASE}\S+ 1200w", mail["photo"].get("srcset", mail["box"]["srcset"]))
    assert not any(b"Secret" in content for content in files.values())
    assert "the picture is broken" in result.err
    assert "articles/broken.jpg" in result.err
    assert "articles/words.svg: the picture has words in it" in result.err


def test_feeds_name_what_was_published_with_its_type_and_size(pictured):
    pictured.run("run", "weekly", "--at", AT)
    files = pictured.files()
    found = re.findall(rb'<enclosure url="([^"]+)" length="(\d+)" type="([^"]+)"', files["weekly/rss.xml"])
    assert len(found) == 2
    for url, length, kind in found:
        content = files[url.decode().removeprefix("https://news.example.org/")]
        assert len(content) == int(length)
        assert kind.decode() == {b"\x89PNG": "image/png", b"\xff\xd8\xff\xe0": "image/jpeg"}[content[:4]]


def test_a_message_that_carries_them_has_them_all_and_asks_for_none(pictured):
    path = pictured.root / "config.yaml"
    path.write_text(path.read_text() + "    images: {embed: true, budget: 50000}\n")
    assert pictured.run("run", "weekly", "--at", AT).code == 0
    files = pictured.files()
    (message,) = (content for name, content in files.items() if name.startswith("mail/"))
    parsed = message_from_bytes(message, policy=default)
    carried = {each["content-id"].strip("<>"): each.get_content() for each in parsed.walk() if each["content-id"]}
    page = parsed.get_body(("html",)).get_content()
    assert set(re.findall(r'src="cid:([^"]+)"', page)) == set(carried)
    assert re.findall(r'src="(http[^"]+)"', page) == ["https://pictures.example.org/far.png"]
    assert "srcset" not in page
    assert len(carried) == 2
    assert set(carried.values()) <= {content for name, content in files.items() if name.startswith(f"{FOLDER}images/")}
    assert max(map(len, carried.values())) <= 50_000
    assert BASE.encode() + b"images/" in files[f"{FOLDER}email.html"]
    # What was decided with the edition stays: the configuration speaks of the next one.
    path.write_text(path.read_text().replace("embed: true", "embed: false"))
    for file in (pictured.root / "out/mail").iterdir():
        file.unlink()
    pictured.run("run", "weekly", "--at", AT)
    assert message in pictured.files().values()


@pytest.mark.parametrize("embed", ["true", "false"])
def test_a_logo_of_the_newsroom_goes_with_each_edition(pictured, embed):
    path = pictured.root / "config.yaml"
    logo = "    theme: {logo: {file: brand/logo.svg, alt: Test Press, width: 120}}\n"
    path.write_text(path.read_text() + logo + f"    images: {{embed: {embed}}}\n")
    pictured.write("brand/logo.svg", SVG.format("aa0000"))
    assert pictured.run("run", "weekly", "--at", AT).code == 0
    logo = images(pictured, "email.html")["logo"]
    assert (logo["width"], logo["height"], logo["alt"]) == ("120", "60", "Test Press")
    content = pictured.files()[FOLDER + logo["src"].removeprefix(BASE)]
    assert content[16:24] == (240).to_bytes(4) + (120).to_bytes(4)


def test_a_logo_that_is_not_there_is_left_out_and_named(pictured):
    path = pictured.root / "config.yaml"
    path.write_text(path.read_text() + "    theme: {logo: {file: brand/logo.svg, alt: Test Press}}\n")
    result = pictured.run("run", "weekly", "--at", AT)
    assert "the logo is left out" in result.err
    assert f"{pictured.root}/brand/logo.svg: the image cannot be read" in result.err
    assert "Test Press" not in str(images(pictured, "email.html"))


def test_no_name_is_asked_for_and_nothing_connected_to(pictured, monkeypatch):
    asked = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **_: asked.append(args))
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: asked.append(address))
    monkeypatch.setattr(socket, "create_connection", lambda *args, **_: asked.append(args))
    assert pictured.run("run", "weekly", "--at", AT).code == 0
    assert "far" in images(pictured, "email.html")
    assert asked == []


def test_two_newsrooms_publish_the_same_pictures(pictured, other_room):
    for each in (pictured.root / "articles").glob("*.*"):
        (other_room.root / "articles" / each.name).write_bytes(each.read_bytes())
    for each in (pictured.root / "articles/two").glob("*.md"):
        other_room.write(f"articles/two/{each.name}", each.read_text())
    (other_room.root / "config.yaml").write_text((pictured.root / "config.yaml").read_text())
    for each in (pictured, other_room):
        each.run("run", "weekly", "--at", AT)
    assert pictured.files() == other_room.files()
