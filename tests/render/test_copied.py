"""Pictures of other people become ours, or nothing; none of them takes long."""

from __future__ import annotations

import re

import pytest
from PIL import Image
from sample_pictures import BOX, SECRET, SVG, animation, bomb, opened, photo, saved, with_exif

from digest.core.newsletter import ImageRules
from digest.render import copied, raster
from digest.render.copied import Copies
from digest.render.pictures import PictureError

URL = "https://pictures.example.org/2026/Busan%20Harbour.PNG?width=900&v=2"
SCRIPT = f'{SVG}width="30" height="20"><script>x()</script><rect onclick="x()" width="20" height="20"/></svg>'


@pytest.fixture
def copies():
    return Copies(ImageRules(), "#ffffff")


def test_it_is_named_by_the_path_of_its_address_and_has_the_sizes_of_our_own(copies):
    found = copies.make(URL, saved(photo(), "PNG"), lead=True)
    assert re.fullmatch(r"images/busan-harbour-[0-9a-f]{8}\.jpg", found.page.path)
    assert found.mail is found.page
    assert (found.small.width, found.small.height) == (600, 400)


@pytest.mark.parametrize(
    "url", ["https://e.example", "https://e.example/", "https://e.example/%ff%00/..", "http://[::1]/漢"]
)
def test_the_path_is_fit_for_a_url_whatever_the_address(copies, url):
    assert re.fullmatch(r"images/[a-z0-9-]{1,49}\.jpg", copies.make(url, saved(photo(), "JPEG"), lead=True).page.path)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_the_picture_is_left(copies, kind):
    for each in copies.make(URL, with_exif(kind), lead=True).files:
        assert SECRET not in each.content
        assert not opened(each.content).getexif()


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (1, 900), (900, 1)])
@pytest.mark.parametrize("kind", ["GIF", "PNG"])
def test_what_counts_readers_or_holds_a_layout_apart_is_none(copies, size, kind):
    assert copies.make(URL, saved(Image.new("P", size), kind), lead=True) is None


def test_a_drawing_is_published_as_pixels_alone(copies):
    found = copies.make(URL, BOX.encode(), lead=True)
    assert {each.media_type for each in found.files} == {"image/png"}
    assert found.mail is found.page
    assert opened(found.page.content).convert("RGB").getpixel((30, 30)) == (0x33, 0x66, 0x99)
    # On the ground: dark mode would put black lines on black.
    assert opened(found.page.content).convert("RGBA").getpixel((1190, 30)) == (255, 255, 255, 255)
    assert b"script" not in copies.make(URL, SCRIPT.encode(), lead=False).page.content


def test_an_animation_that_fits_stays_one(copies):
    found = copies.make(URL, animation(), lead=True)
    assert opened(found.page.content).n_frames == 3
    assert SECRET not in found.page.content


def test_one_that_several_stories_show_is_made_once(copies):
    content = saved(photo(), "PNG")
    assert copies.make(URL, content, lead=True) is copies.make(URL, bytes(content), lead=True)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is no PNG, JPEG, GIF or WebP that can be read"),
        (b"<!DOCTYPE html><title>Not here</title>", "is a web page and no picture"),
        (b"<html><body><svg></svg></body></html>", "is XML, but no SVG"),
        (f"{SVG}viewBox='0 0 4 4'><image href='https://e.example/a.png'/></svg>".encode(), "names another file or an"),
        (saved(photo(), "PNG")[:3000], "is broken"),
        (saved(photo(), "TIFF"), "is no PNG, JPEG, GIF or WebP that can be read"),
        (bomb(), "pixels"),
    ],
)
def test_what_is_no_picture_is_none_and_its_author_is_not_here_to_be_told(copies, content, why):
    with pytest.raises(PictureError) as caught:
        copies.make(URL, content, lead=True)
    assert why in caught.value.what
    assert "save it anew" not in caught.value.what


def still(side: int, frames: int) -> bytes:
    """An animation in which nothing shows: each of its frames is looked at."""
    images = [Image.new("P", (side, side), n % 2) for n in range(frames)]
    for image in images:
        image.putpalette([0, 0, 0, 255, 255, 255])
    return saved(images[0], "GIF", save_all=True, append_images=images[1:], duration=50)


def test_what_it_takes_to_look_at_is_known_before_any_of_it_is_decoded():
    assert raster.measure(still(200, 5)) == (200, 200, 200_000)
    assert raster.measure(saved(photo(), "PNG")) == (900, 600, 540_000)
    assert raster.measure(saved(photo(), "JPEG")) == (900, 600, 135_000)


def test_one_of_many_large_frames_is_not_decoded(copies, monkeypatch):
    monkeypatch.setattr(raster, "decode", lambda *_: pytest.fail("decoded"))
    monkeypatch.setattr(copied, "MOST_WORK", 1_000_000)
    with pytest.raises(PictureError, match="takes too much to decode"):
        copies.make(URL, still(300, 20), lead=True)


def test_all_of_an_edition_take_no_more_than_so_much(monkeypatch):
    monkeypatch.setattr(copied, "ALL_WORK", 1_500_000)
    copies = Copies(ImageRules(), "#ffffff")
    made = []
    for number in range(4):
        try:
            copies.make(URL, saved(Image.new("RGB", (900, 600), f"#00000{number}"), "PNG"), lead=False)
        except PictureError as error:
            made.append(error.what)
        else:
            made.append("made")
    assert made == ["made", "made", *2 * ["takes too much to decode, after the others of the edition"]]
    # What takes little still finds room.
    assert copies.make(URL, saved(Image.new("RGB", (300, 200), "#123456"), "PNG"), lead=False)


def test_drawings_have_a_share_as_well(monkeypatch):
    monkeypatch.setattr(copied, "ALL_WORK", copied.DRAWING * 2)
    copies = Copies(ImageRules(), "#ffffff")
    for number in range(2):
        copies.make(URL, BOX.replace("3366", f"336{number}").encode(), lead=False)
    with pytest.raises(PictureError, match="too much"):
        copies.make(URL, BOX.replace("3366", "3369").encode(), lead=False)
