"""Each set in Chromium, compared with golden pictures: wide, on a phone, in the dark, right to left, without pictures.

`make golden` takes the pictures anew; look at them before you commit them. Machines draw letters differently: a
yardstick, text in every font the sets ask for, is compared first, and where it differs nothing else is. So these tests
say something only where Chromium and its fonts are alike; `.ci/run` installs Debian's.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from browser import opened, program
from editions import compose, local
from likeness import difference, packed, reduced
from PIL import Image, ImageDraw

from digest.render.folders import SETS, builtin_folder
from digest.render.themes import load_theme

pytestmark = pytest.mark.unmeasured  # eighteen editions with their pictures
GOLDEN = Path(__file__).parents[1] / "golden/looks"
VIEWS = {
    # Kind of edition, width in pixels, dark, pictures.
    "desktop": ("short", 800, False, True),
    "phone": ("short", 320, False, True),
    "dark": ("short", 800, True, True),
    "right-to-left": ("arabic", 800, False, True),
    "images-off": ("short", 800, False, False),
}
FAMILIES = (
    "Iowan Old Style, Palatino Linotype, Palatino, Georgia, serif",
    "-apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif",
    "Charter, Cambria, Georgia, serif",
)
"""What the sets ask for."""
YARDSTICK = "".join(
    f'<p style="font:{weight} {size}px/1.4 {family}">Towers 0123456789 &amp; “gauges”, 28\N{NO-BREAK SPACE}February · '
    f"{'أبراج المياه تعود إلى العمل'}</p>"
    for family in FAMILIES
    for weight, size in (("normal", 13), ("italic", 17), ("bold", 32))
)


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    made = compose(tmp_path_factory.mktemp("looks"), ("short", "arabic"))
    return {(each.kind, each.template): each for each in made}


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    path = program()
    if path is None:
        pytest.skip("there is no chromium; apt-get install chromium, or name one in CHROMIUM")
    with opened(path, tmp_path_factory.mktemp("chromium")) as started:
        yield started


@pytest.fixture(scope="module")
def comparable(browser, tmp_path_factory, request):
    """Chromium, where it draws as it did when the golden pictures were taken."""
    page = tmp_path_factory.mktemp("yardstick") / "yardstick.html"
    page.write_text(f'<!DOCTYPE html><meta charset="utf-8"><body style="width:760px">{YARDSTICK}', encoding="utf-8")
    found = compared("yardstick", browser.shoot(page.as_uri(), 800).png, request)
    if found:
        pytest.skip(f"this Chromium or its fonts draw otherwise than those of the golden pictures: a text {found}")
    return browser


def compared(name, png, request):
    """What differs from the golden picture of a name; or take it anew."""
    golden = GOLDEN / f"{name}.png"
    now = reduced(png)
    if request.config.getoption("--write-golden", default=False):
        GOLDEN.mkdir(parents=True, exist_ok=True)
        golden.write_bytes(packed(now))
        return ""
    with Image.open(golden) as before:
        found = difference(before, now)
    if found and os.environ.get("LOOKS"):
        Path(os.environ["LOOKS"], f"{name}.png").write_bytes(packed(now))
    return found


def page_of(samples, folder, template, view):
    kind, width, dark, pictures = VIEWS[view]
    sample = samples[kind, template]
    text = local(sample.html(), sample.served)
    if not pictures:
        text = re.sub(r'\s(src|srcset)="[^"]*"', r' \1="file:///nowhere.png"', text)
    page = folder / f"{template}-{view}.html"
    page.write_text(text, encoding="utf-8")
    return page.as_uri(), width, dark


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("template", SETS)
def test_golden_look(comparable, samples, request, template, view):
    url, width, dark = page_of(samples, request.getfixturevalue("tmp_path"), template, view)
    shot = comparable.shoot(url, width, dark=dark)
    assert shot.width == width, "something sticks out to the side"
    found = compared(f"{template}-{view}", shot.png, request)
    assert not found, f"{template}, {view}: {found}; LOOKS=FOLDER keeps the new picture, `make golden` accepts it"


@pytest.mark.parametrize("template", SETS)
def test_nothing_sticks_out_on_a_phone_whatever_an_edition_holds(browser, tmp_path, template):
    (odd,) = compose(tmp_path, ("odd",), (template,))
    pages = [tmp_path / "message.html", *sorted(odd.newsletter.rglob("*.html"))]
    pages[0].write_text(local(odd.html(), odd.served), encoding="utf-8")
    for page in pages:
        assert browser.shoot(page.as_uri(), 320).width == 320, page.name


@pytest.mark.parametrize("template", SETS)
def test_a_message_is_printed_on_paper_with_its_words_and_without_its_grounds(browser, samples, tmp_path, template):
    url, _, _ = page_of(samples, tmp_path, template, "desktop")
    pdf = browser.printed(url)
    assert pdf.startswith(b"%PDF-")
    # Three stories: as many pages would be blank ones, or one for each.
    assert 1 <= len(re.findall(rb"/Type /Page\b", pdf)) <= 2


def test_the_yardstick_has_all_fonts_that_the_sets_ask_for():
    themes = [load_theme([builtin_folder()], name) for name in SETS]
    assert {font for theme in themes for font in (theme.heading_font, theme.text_font) if font} <= set(FAMILIES)


class TestLikeness:
    """What counts as a difference, on a page of lines: black on white, a heading in red."""

    @staticmethod
    def page(*, down=0, ground="#ffffff", heading="#b93c27", specks=0):
        picture = Image.new("RGB", (800, 1200), ground)
        pen = ImageDraw.Draw(picture)
        pen.rectangle((80, 60, 400, 90), fill=heading)
        for line in range(20):
            top = 140 + 50 * line + (down if line > 5 else 0)
            pen.rectangle((80, top, 700, top + 9), fill="#000000")
        for number in range(specks):
            pen.rectangle((20 + 8 * number, 20, 21 + 8 * number, 21), fill="#808080")
        return reduced(packed(picture))

    def test_a_few_pixels_are_allowed(self):
        assert difference(self.page(), self.page(specks=40)) == ""
        assert difference(self.page(), self.page(specks=80))

    @pytest.mark.parametrize("change", [{"down": 1}, {"ground": "#fbfbfb"}, {"heading": "#c94c37"}])
    def test_a_padding_or_a_colour_is_another(self, change):
        assert difference(self.page(), self.page(**change))

    def test_another_height_is_another(self):
        assert difference(self.page(), self.page().crop((0, 0, 400, 599))) == "is 400x599, was 400x600 (at half size)"
