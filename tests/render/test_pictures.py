"""Pictures as they are published: from pixels alone, within bounds, whatever they were."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from sample_pictures import (
    BOX,
    SECRET,
    animation,
    bomb,
    broken_exif,
    noise,
    opened,
    photo,
    saved,
    with_exif,
)

from digest.core.newsletter import ImageRules
from digest.render import raster
from digest.render.pictures import MEDIA_TYPES, PictureError, logo_file, picture

RULES = ImageRules()
WHITE = "#ffffff"


def made(content: bytes, src: str = "a.png", rules: ImageRules = RULES):
    return picture(src, content, rules, WHITE)


def corners(image: Image.Image) -> list[str]:
    """The colours near the corners, row by row, by their strongest channels."""
    right, bottom = image.width - 8, image.height - 8
    names = []
    for place in ((7, 7), (right, 7), (7, bottom), (right, bottom)):
        red, green, blue = (value > 150 for value in image.convert("RGB").getpixel(place))
        names.append({(1, 0, 0): "red", (0, 1, 0): "green", (0, 0, 1): "blue", (1, 1, 1): "white"}[red, green, blue])
    return names


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (saved(photo(), "JPEG"), ".jpg"),
        (saved(photo(), "PNG"), ".jpg"),
        (saved(photo(), "WEBP"), ".jpg"),
        (saved(Image.new("RGB", (900, 600), "#123456"), "PNG"), ".png"),
        (saved(Image.new("P", (900, 600)), "GIF"), ".png"),
        (saved(Image.new("RGBA", (900, 600), "#12345680"), "WEBP", lossless=True), ".png"),
    ],
)
def test_what_comes_out_is_shown_by_every_client(content, suffix):
    found = made(content, "a.whatever")
    assert found.page is found.mail
    assert found.page.path.endswith(suffix)
    assert found.page.media_type == MEDIA_TYPES[suffix] == Image.MIME[opened(found.page.content).format]
    assert (found.page.width, found.page.height) == opened(found.page.content).size == (900, 600)
    assert found.small is not None
    assert (found.small.width, found.small.height) == opened(found.small.content).size == (600, 400)
    assert made(content, "a.whatever") == found


def test_one_within_a_text_has_neither_thumbnail_nor_pixels_for_mail():
    found = picture("a.png", saved(photo(), "PNG"), RULES, WHITE, lead=False)
    assert (found.mail, found.small) == (None, None)
    assert [each.path for each in found.files] == [found.page.path]


def test_a_small_one_is_not_made_larger_and_is_its_own_thumbnail():
    found = made(saved(photo(300, 200), "JPEG"))
    assert (found.page.width, found.page.height) == (300, 200)
    assert found.small is found.mail is found.page
    assert len(list(found.files)) == 1


def test_a_large_one_becomes_as_wide_as_it_may_be_and_a_tall_one_no_taller_than_four_times_that():
    rules = ImageRules(width=600)
    assert made(saved(photo(2000, 1000), "JPEG"), rules=rules).page.width == 600
    tall = made(saved(photo(1000, 9000), "PNG"), rules=rules).page
    assert (tall.width, tall.height) == (267, 2400)


def test_the_path_changes_with_the_content_and_never_without():
    one = made(saved(photo(), "JPEG"), "photos/Busan Harbour.PNG").page
    assert re.fullmatch(r"images/busan-harbour-[0-9a-f]{8}\.jpg", one.path)
    assert made(saved(photo(), "JPEG"), "photos/Busan Harbour.PNG").page == one
    assert made(saved(photo(901), "JPEG"), "photos/Busan Harbour.PNG").page.path != one.path


@pytest.mark.parametrize("src", ["漢字.png", "….png", "../../etc/a b?c#d.png", "x" * 300 + ".png", "a\\b.png"])
def test_the_path_is_fit_for_a_url_whatever_the_name(src):
    for each in made(saved(photo(700, 300), "JPEG"), src).files:
        assert re.fullmatch(r"images/[a-z0-9-]{1,49}\.jpg", each.path)


# What a camera and an editor leave in a file.


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_the_picture_is_left(kind):
    content = with_exif(kind)
    assert SECRET in content
    for each in made(content).files:
        again = opened(each.content)
        assert SECRET not in each.content
        assert not again.getexif()
        assert set(again.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
        assert b"ICC" not in each.content
        assert b"Exif" not in each.content


def test_what_encoders_take_along_by_themselves_is_left_as_well():
    commented = saved(photo(), "JPEG", comment=SECRET)
    # A profile that cannot be followed stays with the pixels unless somebody takes it off.
    drawn = saved(Image.new("RGB", (90, 60), "#123456"), "PNG", icc_profile=SECRET * 9)
    for content, marker in ((commented, SECRET), (drawn, b"iCCP")):
        assert marker in content
        assert marker not in made(content).page.content


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, ["red", "green", "blue", "white"]),
        (2, ["green", "red", "white", "blue"]),
        (3, ["white", "blue", "green", "red"]),
        (4, ["blue", "white", "red", "green"]),
        (5, ["red", "blue", "green", "white"]),
        (6, ["blue", "red", "white", "green"]),
        (7, ["white", "green", "blue", "red"]),
        (8, ["green", "white", "red", "blue"]),
        (9, ["red", "green", "blue", "white"]),
    ],
)
def test_it_stands_upright(orientation, expected):
    found = made(with_exif(orientation=orientation)).page
    assert corners(opened(found.content)) == expected
    assert (found.width, found.height) == ((600, 900) if 5 <= orientation <= 8 else (900, 600))


def test_a_jpeg_whose_exif_is_broken_is_taken_as_it_stands():
    assert corners(opened(made(broken_exif()).page.content)) == ["red", "green", "blue", "white"]


def test_a_cmyk_jpeg_has_the_colours_it_had():
    found = opened(made(saved(photo().convert("CMYK"), "JPEG", quality=95)).page.content)
    assert found.mode == "RGB"
    assert corners(found) == ["red", "green", "blue", "white"]


def test_colours_go_by_the_profile_of_the_picture():
    # Red and blue change places in this profile: whoever does not look at it sees other colours.
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * profile[131], 12)}
    red, blue = tags[b"rXYZ"], tags[b"bXYZ"]
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    content = saved(photo(), "PNG", icc_profile=bytes(profile))
    assert corners(opened(made(content).page.content)) == ["blue", "green", "red", "white"]
    broken = saved(photo(), "PNG", icc_profile=bytes(profile[:200]))
    assert corners(opened(made(broken).page.content)) == ["red", "green", "blue", "white"]


def test_a_png_of_sixteen_bits_keeps_what_is_bright():
    image = Image.new("I;16", (3, 1))
    for place, value in enumerate((0, 0x8000, 0xFFFF)):
        image.putpixel((place, 0), value)
    found = opened(made(saved(image, "PNG")).page.content).convert("L")
    assert [found.getpixel((place, 0)) for place in range(3)] == [0, 128, 255]


def test_what_is_transparent_stays_so():
    image = Image.new("RGBA", (700, 300), "#00000000")
    image.paste("#ff0000ff", (0, 0, 250, 300))
    for content in (saved(image, "PNG"), saved(image.quantize(8), "PNG"), saved(image, "WEBP", lossless=True)):
        for each in made(content).files:
            found = opened(each.content).convert("RGBA")
            assert found.getpixel((5, 5)) == (255, 0, 0, 255)
            assert found.getpixel((found.width - 5, 5))[3] == 0


def test_a_png_under_another_name_is_what_it_is():
    assert made(saved(Image.new("RGB", (9, 9)), "PNG"), "photo.jpg").page.path.endswith(".png")


# The budget.


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("budget", [20_000, 60_000])
def test_it_keeps_within_its_budget_by_becoming_coarser_and_then_smaller(mode, budget):
    found = made(saved(noise(600, 400, mode), "PNG"), rules=ImageRules(budget=budget, width=600))
    assert [len(each.content) <= budget for each in found.files] == [True] * len(list(found.files))
    assert len(found.page.content) > budget // 4
    assert found.page.width <= 600
    assert found.page.width / found.page.height == pytest.approx(1.5, rel=0.02)


def test_a_drawing_is_sharp_and_a_photo_is_not_a_drawing():
    image = Image.new("RGB", (1200, 600), "#f4efe6")
    image.paste("#b93c27", (100, 100, 500, 500))
    found = opened(made(saved(image, "PNG")).page.content)
    assert found.format == "PNG"
    assert list(found.convert("RGB").resize(image.size).tobytes()) == list(image.tobytes())
    assert opened(made(saved(noise(40, 40), "JPEG")).page.content).format == "JPEG"


# Animations.


def test_an_animation_that_fits_stays_one_without_its_comments():
    content = animation()
    found = made(content, "a.gif")
    again = opened(found.page.content)
    assert SECRET in content
    assert SECRET not in found.page.content
    assert (again.n_frames, again.info["duration"], again.info["loop"]) == (3, 100, 0)
    first, second = opened(content), again
    for number in range(3):
        first.seek(number)
        second.seek(number)
        assert first.convert("RGB").tobytes() == second.convert("RGB").tobytes()


@pytest.mark.parametrize("rules", [ImageRules(width=500), ImageRules(budget=1_000)])
def test_an_animation_that_does_not_fit_becomes_its_first_frame(rules):
    found = opened(made(animation(size=700), "a.gif", rules).page.content)
    assert (found.format, getattr(found, "n_frames", 1)) == ("PNG", 1)


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_a_first_frame_that_shows_nothing_is_passed_over(kind):
    content = animation(kind, size=700, empty_first=True)
    found = opened(made(content, rules=ImageRules(width=400)).page.content).convert("RGB")
    assert found.getcolors(1) is None


@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
def test_an_animation_of_a_kind_that_mail_does_not_move_stands_still(kind):
    content = animation(kind)
    assert opened(content).n_frames == 3
    assert getattr(opened(made(content).page.content), "n_frames", 1) == 1


# What cannot be published.


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is no PNG, JPEG, GIF or WebP that can be read: save it anew"),
        (b"no picture", "is no PNG, JPEG, GIF or WebP that can be read: save it anew"),
        (saved(photo(), "TIFF"), "is no PNG, JPEG, GIF or WebP that can be read: save it anew"),
        (saved(photo(), "JPEG")[:4000], "is broken (image file is truncated"),
        (saved(noise(80, 80), "PNG")[:4000], "is broken (image file is truncated"),
        (animation()[:120], "is broken"),
        (animation()[:-9], "is a GIF that breaks off: save it anew"),
        (bomb(), "has more than 64,000,000 pixels: make it smaller"),
        (bomb(9_000, 9_000), "has 9,000 x 9,000 pixels, and 64,000,000 are the most: make it smaller"),
        (b"<html><body>Not found</body></html>", "is XML, but no SVG"),
    ],
    ids=["empty", "words", "tiff", "cut-jpeg", "cut-png", "cut-gif", "short-gif", "bomb", "large", "error-page"],
)
def test_what_is_broken_or_too_large_is_said_so(content, why):
    with pytest.raises(PictureError) as caught:
        made(content)
    assert str(caught.value).startswith(why)


def test_no_pixel_is_decoded_of_what_is_too_large(monkeypatch):
    content = bomb(9_000, 9_000)

    def load(_self: object) -> None:
        raise AssertionError

    monkeypatch.setattr(raster.PngImagePlugin.PngImageFile, "load", load)
    with pytest.raises(PictureError, match="9,000 x 9,000"):
        made(content)


GOOD = [saved(photo(60, 40), kind) for kind in ("PNG", "JPEG", "WEBP")]
GOOD += [animation(), with_exif(), with_exif("PNG"), BOX.encode()]


@settings(max_examples=150, suppress_health_check=[HealthCheck.data_too_large], deadline=None)
@given(data=st.data(), good=st.sampled_from(GOOD))
def test_no_bytes_stop_an_edition(data, good):
    content = bytearray(good[: data.draw(st.integers(0, len(good)))])
    for _ in range(data.draw(st.integers(0, 6))):
        if content:
            place = data.draw(st.integers(0, min(len(content), 900) - 1))
            content[place] = data.draw(st.integers(0, 255))
    said = ""
    try:
        found = picture("a.png", bytes(content), RULES, WHITE, lead=False)
        assert (found.page.width == 0) == (found.page.height == 0)
    except PictureError as error:
        said = str(error)
    assert said.startswith(("is ", "has ")) or not said


# Logos.


def test_a_logo_is_twice_as_wide_as_it_is_shown_and_transparent_where_it_is():
    drawn = logo_file("logo.svg", BOX.encode(), 150, 50_000)
    assert (drawn.width, drawn.height, drawn.media_type) == (300, 200, "image/png")
    found = opened(drawn.content).convert("RGBA")
    assert found.getpixel((5, 5)) == (0x33, 0x66, 0x99, 255)
    assert found.getpixel((295, 5))[3] == 0
    assert logo_file("logo.jpg", saved(photo(), "JPEG"), 150, 50_000).width == 300
