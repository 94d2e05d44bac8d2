"""Pictures of feeds through a whole edition, from a real server on loopback: copied, linked, left out."""

from __future__ import annotations

import asyncio
import io
import json
import re
import sys
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from lxml import html
from PIL import Image

from digest.app import Newsroom
from digest.commands import check_online
from digest.commands.preview_edition import proof
from digest.copying import Remembering
from digest.fetch import limits

sys.path.insert(0, str(Path(__file__).parents[1] / "fetch"))

from web_server import answer, moved, serving

AT = "2026-03-02T12:00:00Z"
FOLDER = "weekly/2026-03-02T0700Z/"
BASE = f"https://news.example.org/{FOLDER}"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="20" fill="#336699"/></svg>'
TEXT = "The pump was mended on a quiet afternoon, and the whole street came out to see the water run again, all of it."
ORDINALS = ["First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth"]
THEMES = (
    "harbour cranes lift timber", "bakers strike over flour", "bridge closes for winter", "orchestra finds lost score",
    "tram line reaches airport", "owls return to the mill", "library opens at night", "river freezes at the weir",
    "clock tower gets a bell", "market moves indoors again",
)  # fmt: skip


def photo(width: int = 900, height: int = 600, kind: str = "JPEG", **more: object) -> bytes:
    band = Image.linear_gradient("L").resize((width, height))
    out = io.BytesIO()
    Image.merge("RGB", (band, band.rotate(180), band)).save(out, kind, **more)
    return out.getvalue()


def camera() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Secret Street 9"
    return photo(1600, 800, exif=exif)


def moving() -> bytes:
    frames = [Image.new("P", (60, 40), number) for number in range(3)]
    for each in frames:
        each.putpalette([0, 0, 0, 200, 0, 0, 0, 200, 0])
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


async def drip(_, writer):
    writer.write(b"HTTP/1.1 200 Said\r\nContent-Type: image/png\r\n\r\n\x89PNG")
    while True:
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.05)


@pytest.fixture
def web(monkeypatch):
    monkeypatch.setattr(limits, "PICTURES", replace(limits.PICTURES, spacing=0.0, seconds=1.0))
    with serving() as server:
        server.on("/camera.jpg", answer(camera()))
        server.on("/wide.png", moved("/camera.jpg"))
        server.on("/moving.gif", answer(moving()))
        server.on("/box.svg", answer(SVG))
        server.on("/pixel.gif", answer(photo(1, 1, "GIF")))
        server.on("/html.jpg", answer(b"<!DOCTYPE html><title>Not found</title>", content_type="text/html"))
        server.on("/drip.png", drip)
        server.on("/private.png", moved("http://192.168.0.1/a.png"))
        server.on("/within.jpg", answer(photo(300, 200)))
        yield server


PICTURES = ("camera.jpg", "wide.png", "moving.gif", "box.svg", "pixel.gif", "html.jpg", "drip.png", "private.png")


@pytest.fixture
def fed(room, web):
    """A newsroom of one feed of this machine, an entry for each picture; the first has one in its text as well."""
    items = []
    for number, name in enumerate((*PICTURES, "gone.jpg")):
        within = f'<p>See <img src="{web.url("/within.jpg")}" alt="A pump"> it.</p>' if not number else ""
        # An entry without an address of its own has a page of its own.
        items.append(
            f"<item><title>{ORDINALS[number]}: {THEMES[number]}</title><guid isPermaLink='false'>g{number}</guid>"
            f"<pubDate>{number + 16} Feb 2026 08:00:00 GMT</pubDate>"
            f'<enclosure url="{web.url("/" + name)}" type="image/jpeg" length="1"/>'
            f"<description><![CDATA[<p>{THEMES[number].capitalize()}. {TEXT}</p>{within}]]></description></item>"
        )
    feed = f"<rss version='2.0'><channel><title>Pumps</title>{''.join(items)}</channel></rss>"
    web.on("/feed", answer(feed.encode(), content_type="application/rss+xml"))
    config(room, web)
    return room


def config(room, web, images: str = "{remote: copy}", source: str = "") -> None:
    path = room.root / "config.yaml"
    kept = path.read_text().partition("sources:")[0].partition("newsletters:")[0]
    line = f"{{type: feed, url: '{web.url('/feed')}', name: Pumps, local: true{source}}}"
    newsletter = (
        "    title: The Test Weekly\n    from: Desk <desk@example.org>\n    timezone: Europe/Berlin\n"
        '    schedule: "0 8 * * mon"\n    window: 30d\n    join_stories: false\n'
    )
    path.write_text(f"{kept}sources:\n  - {line}\nnewsletters:\n  weekly:\n{newsletter}    images: {images}\n")


def sources(room, path: str) -> list[str]:
    return html.fromstring(room.files()[FOLDER + path]).xpath("//img/@src")


def test_an_edition_has_the_pictures_of_others_as_its_own(fed, web):
    result = fed.run("run", "weekly", "--at", AT)
    assert result.code == 0
    files = fed.files()
    mail, page = sources(fed, "email.html"), sources(fed, "index.html")
    names = {re.sub(r"-[0-9a-f]{8}", "", src.rpartition("/")[2]) for src in mail}
    assert names == {"camera.jpg", "wide.jpg", "moving.gif", "box.png"}
    for src in (*mail, *(BASE + each for each in page)):
        assert src.removeprefix("https://news.example.org/") in files
    # Nobody else is told of a reader: nowhere does anything lead to where the pictures were.
    for name, content in files.items():
        if not name.endswith("edition.json"):
            assert web.url().encode() not in content, name
        assert b"Secret" not in content
    assert re.search(rb"images/within-[0-9a-f]{8}\.jpg", files["weekly/atom.xml"])
    assert b'enclosure url="https://news.example.org/weekly/' in files["weekly/rss.xml"]


def test_each_that_is_left_out_is_told_with_source_article_and_address(fed, web):
    said = fed.run("run", "weekly", "--at", AT).err
    for name, why in {
        "html.jpg": "it is a web page and no picture",
        "drip.png": "it takes more than 1 seconds",
        "private.png": "http://192.168.0.1/a.png leads to 192.168.0.1 (private), inside your own network",
        "gone.jpg": "it answers 404 Not Found",
    }.items():
        number = (*PICTURES, "gone.jpg").index(name)
        place = re.escape(f"feed:Pumps ({ORDINALS[number]}: {THEMES[number]})")
        assert re.search(rf"{place}: the picture {web.url('/' + name)} is left out: {re.escape(why)}", said), name
    assert "pixel.gif" not in said


def test_what_is_published_is_in_the_edition_and_is_never_asked_for_again(fed, web):
    fed.run("run", "weekly", "--at", AT)
    assert web.paths.count("/camera.jpg") == 2  # its own story's, and what another one's leads to
    before, asked = fed.files(), [*web.paths]
    for path in (fed.root / "out").rglob("*"):
        if path.is_file():
            path.unlink()
    web.on("/camera.jpg", answer(photo(40, 40)))
    assert fed.run("run", "weekly", "--at", AT).code == 0
    assert fed.files() == before
    assert [path for path in web.paths[len(asked) :] if path != "/feed"] == []


def test_where_it_was_stands_in_the_edition_for_who_wants_it_gone(fed, web):
    fed.run("run", "weekly", "--at", AT)
    sections = json.loads(fed.files()[f"{FOLDER}edition.json"])["sections"]
    articles = [each for section in sections for each in section["articles"]]
    found = {each["title"].partition(":")[0]: each.get("image_from") for each in articles}
    assert {name: url for name, url in found.items() if url} == {
        ORDINALS[number]: web.url(f"/{PICTURES[number]}") for number in range(4)
    }


def test_a_message_carries_them_when_it_is_to(fed, web):
    config(fed, web, "{remote: copy, embed: true}")
    fed.run("run", "weekly", "--at", AT)
    (message,) = (content for name, content in fed.files().items() if name.startswith("mail/"))
    parsed = message_from_bytes(message, policy=default)
    carried = {each["content-id"].strip("<>") for each in parsed.walk() if each["content-id"]}
    assert len(carried) == 4
    assert set(re.findall(r'src="(?:cid:)?([^"]+)"', parsed.get_body(("html",)).get_content())) == carried


@pytest.mark.parametrize(
    ("images", "source", "mail"),
    [
        ("{}", "", 9),
        ("{remote: link}", "", 9),
        ("{remote: copy}", ", images: link", 9),
        ("{remote: none}", "", 0),
        ("{remote: copy}", ", images: none", 0),
    ],
)
def test_a_link_stays_one_and_none_is_none_and_neither_is_fetched(fed, web, images, source, mail):
    config(fed, web, images, source)
    assert fed.run("run", "weekly", "--at", AT).code == 0
    assert len([src for src in sources(fed, "email.html") if src.startswith(web.url())]) == mail
    assert (web.url("/within.jpg") in fed.files()["weekly/atom.xml"].decode()) is bool(mail)
    assert set(web.paths) == {"/feed"}


def test_a_source_says_for_itself_that_it_is_copied(fed, web):
    config(fed, web, "{remote: none}", ", images: copy")
    fed.run("run", "weekly", "--at", AT)
    assert len(sources(fed, "email.html")) == 4


def test_the_order_in_which_they_come_changes_nothing(fed, other_room, web):
    fed.run("run", "weekly", "--at", AT)

    async def late(_, writer):
        await asyncio.sleep(0.5)
        writer.write(answer(camera()))
        await writer.drain()

    web.on("/camera.jpg", late)
    config(other_room, web)
    other_room.run("run", "weekly", "--at", AT)
    assert other_room.files() == fed.files()


def test_whoever_may_not_reach_the_own_network_gets_none_of_it(fed, web):
    """An article of the desk names a picture on this machine: only a source that is marked reaches it."""
    fed.article("one/ours.md", "Ours", "2026-02-28", "One", TEXT, image=web.url("/camera.jpg"))
    path = fed.root / "config.yaml"
    path.write_text(path.read_text().replace("sources:\n", "sources:\n  - {type: folder, path: articles}\n"))
    said = fed.run("run", "weekly", "--at", AT).err
    assert re.search(rf"articles/one/ours\.md: the picture {web.url('/camera.jpg')} is left out: .*own network", said)


@pytest.fixture
def gathered(fed, web):
    """The articles are there, and no edition is."""
    fed.run("run", "weekly", "--at", "2026-01-01T12:00:00Z")
    web.asked.clear()
    return fed


def test_a_preview_shows_them_and_asks_once_however_often_it_is_made_again(gathered, web):
    path = gathered.root / "config.yaml"
    with Newsroom.open(path, scratch=True) as newsroom:
        pictures = Remembering(newsroom.intake.pictures)
    first = proof(path, "weekly", AT, pictures)
    assert any("images/camera-" in name for name in first.site)
    assert any("it answers 404" in each.what for each in first.findings)
    path.write_text(path.read_text() + "    summary_words: 20\n")
    again = proof(path, "weekly", AT, pictures)
    assert {name: content for name, content in first.site.items() if "images/" in name} == {
        name: content for name, content in again.site.items() if "images/" in name
    }
    assert max(map(web.paths.count, set(web.paths) - {"/camera.jpg"})) == 1
    assert "/feed" not in web.paths


def test_a_marked_source_reaches_its_own_place_and_no_other(fed, web):
    feed = web.answers("/feed")[0]
    web.on("/feed", feed.replace(web.url("/gone.jpg").encode(), web.url("/gone.jpg", "localhost").encode()))
    said = fed.run("run", "weekly", "--at", AT).err
    assert re.search(rf"picture http://localhost:{web.port}/gone\.jpg is left out: it leads to .* own network", said)
    assert "/gone.jpg" not in web.paths


@pytest.mark.parametrize(("local", "may"), [("true", True), ("false", False)])
def test_a_source_that_is_not_marked_reaches_not_even_its_own_place(fed, web, local, may):
    path = fed.root / "config.yaml"
    path.write_text(path.read_text().replace("local: true", f"local: {local}"))
    with Newsroom.open(path) as newsroom:
        assert newsroom.intake.may_be_local("feed:Pumps", web.url("/a.png")) is may
        assert newsroom.intake.may_be_local("feed:Others", web.url("/a.png")) is False


def test_a_check_fetches_nothing_unless_it_is_to_go_online_and_a_dry_run_nothing(gathered, web, monkeypatch):
    monkeypatch.setattr(check_online, "domains", lambda *_: ())
    fed = gathered
    offline = fed.run("check", "weekly", "--at", AT, "--json").json
    fed.run("run", "weekly", "--at", AT, "--dry-run")
    assert not {path for path in web.paths if path != "/feed"}
    assert not [each for each in offline if "picture" in each["message"]]
    online = fed.run("check", "weekly", "--at", AT, "--json", "--online", "--nameserver", "127.0.0.1:9").json
    assert "/camera.jpg" in web.paths
    assert any(each["code"] == "EDIT002" and "it answers 404" in each["message"] for each in online)
