"""The three sets as they come out, inlined: what is printed can be read, by day and in the dark."""

from __future__ import annotations

import re
from dataclasses import replace

import html5lib
import pytest
from test_builtin_templates import LETTER, STORY, edition, render

from digest.core.theme import Colours, Logo, Theme, contrast, faint, read_colour
from digest.render.email import inline_css
from digest.render.folders import SETS, builtin_folder
from digest.render.templates import Templates
from digest.render.themes import load_theme
from digest.render.views import theme_view

COLOUR = re.compile(r"(?<![-\w])(background-color|color):\s*(#[0-9a-fA-F]{6}|#[0-9a-fA-F]{3})\b")
STORIES = (
    STORY,
    replace(STORY, anchor="two", category="Else"),
    replace(STORY, anchor="three", image=None, language="ar", direction="rtl"),
)


def message(template: str, theme: Theme | None = None, letter=LETTER) -> str:
    whole = (theme or Theme()).on(load_theme([builtin_folder()], template))
    letter = replace(letter, template=template)
    cut = replace(edition(*STORIES), preheader="Before", more=3)
    sections = tuple(replace(section, more=2, url="https://example.org/#s") for section in cut.sections)
    shown = replace(cut, sections=sections)
    text = render(f"{template}/email.html", *STORIES, letter=letter, theme=theme_view(whole), edition=shown)
    return inline_css(text)


def tree_of(text: str):
    return html5lib.parse(text, namespaceHTMLElements=False)


def dark_rules(text: str) -> dict[tuple[str, str], str]:
    """Class and property to colour, of the style for dark mode."""
    block = text[text.index("@media (prefers-color-scheme: dark)") :]
    block = block[: block.index("</style>")]
    return {
        (name, kind): colour
        for name, kind, colour in re.findall(r"\.(\w+) \{ (background-color|color): (#\w{6}) !important", block)
    }


def painted(tree, dark: dict[tuple[str, str], str] | None = None):
    """Each text with what it is printed in and on, and the classes of the element it stands in."""
    found = []

    def walk(element, ink: str, ground: str) -> None:
        style = {kind: read_colour(colour) for kind, colour in COLOUR.findall(element.get("style", ""))}
        classes = element.get("class", "").split()
        over = {kind: colour for (name, kind), colour in (dark or {}).items() if name in classes}
        style = {**style, **over}
        # A link without a colour of its own has the reader's program's.
        ink, ground = (
            style.get("color", "#0000ee" if element.tag == "a" else ink),
            style.get("background-color", ground),
        )
        if element.tag in ("style", "title", "head") or "pre" in classes:
            return
        if (element.text or "").strip(" \n\xa0·"):
            found.append((element.text.strip(), ink, ground, classes))
        for child in element:
            if isinstance(child.tag, str):
                walk(child, ink, ground)
            if (child.tail or "").strip(" \n\xa0·"):
                found.append((child.tail.strip(), ink, ground, classes))

    walk(tree, "#000000", "#ffffff")
    return found


@pytest.mark.parametrize("template", SETS)
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_text_can_be_read_on_its_ground(template, mode):
    text = message(template)
    texts = painted(tree_of(text), dark_rules(text) if mode == "dark" else None)
    assert len(texts) > 15
    for said, ink, ground, classes in texts:
        least = 3.0 if {"hd"} & set(classes) else 4.5
        assert contrast(ink, ground) >= least, (said, ink, ground)


@pytest.mark.parametrize("template", SETS)
def test_in_the_dark_nothing_keeps_a_colour_of_the_day(template):
    """Whatever is painted has a class by what it is for: else dark mode would leave it as it was."""
    light, dark = (Colours(*[f"{begun}{n:02x}" for n in range(11)]) for begun in ("#f0f0", "#0f0f"))
    theme = Theme(light=light, dark=dark)
    text = message(template, theme)
    for said, ink, ground, _ in painted(tree_of(text), dark_rules(text)):
        assert (ink[:4], ground[:4]) == ("#0f0", "#0f0"), (said, ink, ground)


@pytest.mark.parametrize("template", SETS)
def test_outlook_com_gets_the_colours_of_the_dark(template):
    text = message(template)
    for (name, kind), colour in dark_rules(text).items():
        mark = "ogsb" if kind == "background-color" else "ogsc"
        assert f"[data-{mark}] .{name}, .{name}[data-{mark}] {{ {kind}: {colour} !important }}" in text


@pytest.mark.parametrize("template", SETS)
def test_large_is_what_titles_are(template):
    """Titles may have 3:1, so they must be large: 24 px, or bold from 18.66 px on (19 here)."""
    headings = [each for each in tree_of(message(template)).iter() if each.tag in ("h1", "h2", "h3")]
    assert len(headings) == 5
    for element in headings:
        inner = next(iter(element), element)
        if "hd" in (element.get("class", "") + " " + inner.get("class", "")).split():
            bold, size = re.search(r"font:\s*(bold )?(\d+)px", element.get("style")).groups()
            assert int(size) >= (19 if bold else 24), element.get("class")


@pytest.mark.parametrize("template", SETS)
def test_sizes_grow_with_the_text(template):
    """A line height in pixels would lay larger text over itself; only what shows no text may have one."""
    for element in tree_of(message(template)).iter():
        style = element.get("style", "") if isinstance(element.tag, str) else ""
        if re.search(r"line-height:\s*\d+px|\d+px/\d+px", style):
            assert re.search(r"font-size:\s*[01](px)?(;|$)", style), style


@pytest.mark.parametrize("template", SETS)
def test_what_clients_ask_for_stands_in_the_head(template):
    text = message(template)
    head = text[: text.index("</head>")]
    for said in (
        '<meta name="color-scheme" content="light dark">',
        '<meta name="supported-color-schemes" content="light dark">',
        "@media (prefers-color-scheme: dark)",
        "@media print",
        "@media (max-width:",
        "[data-ogsc]",
        "x-apple-data-detectors",
        "<!--[if mso]>",
        "o:PixelsPerInch",
    ):
        assert said in head, said
    assert text.count("<!--[if mso]>") == text.count("<![endif]-->")
    # Gmail leaves out a style of more than 8192 characters, and each after 16 kB.
    sheets = re.findall(r"<style>(.*?)</style>", head, re.DOTALL)
    assert all(len(sheet) < 8192 for sheet in sheets)
    assert sum(map(len, sheets)) < 16_000


@pytest.mark.parametrize("template", SETS)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_text_begins_where_the_language_begins(template, language):
    direction = "rtl" if language == "ar" else "ltr"
    tree = tree_of(message(template, letter=replace(LETTER, language=language, direction=direction)))
    box = next(table for table in tree.iter("table") if table.get("class") == "box")
    assert f"text-align:{'right' if language == 'ar' else 'left'}" in box.get("style")
    assert "letter-spacing:-" not in box.get("style")
    if language == "ar":
        spaced = [each.get("style") for each in tree.iter() if "letter-spacing:" in str(each.get("style", ""))]
        assert [style for style in spaced if not re.search(r"letter-spacing:\s*0", style)] == []
    foreign = [each for each in tree.iter("h3") if each.get("lang") not in (None, language)]
    assert foreign
    assert all("text-align" in each.get("style") for each in foreign)


@pytest.mark.parametrize("template", SETS)
def test_nothing_is_wider_than_a_small_phone(template):
    """Widths in pixels are at most widths: what has a fixed one must be narrower than 320."""
    for element in tree_of(message(template)).iter():
        style = element.get("style", "") if isinstance(element.tag, str) else ""
        for width in re.findall(r"(?<![-\w])width:\s*(\d+)px", style):
            assert int(width) <= 280, style
        if element.tag == "img":
            assert "max-width" in style or "width:100%" in style.replace(" ", "")


def test_a_theme_is_what_is_printed():
    theme = Theme(
        light=Colours(accent="#7a0019"), heading_font="Charter, Iowan Old Style, serif", text_font="Verdana", width=500
    )
    text = message("standard", theme)
    assert "#7a0019" in text
    assert "#b93c27" not in text
    assert re.search(r"""font:\s*bold 46px/1\.12 Charter, (&quot;|'|")Iowan Old Style\1, serif""", text)
    assert "max-width:500px" in text
    assert 'width="500"' in text
    assert "@media (max-width: 499px)" in text


def test_a_logo_stands_above_the_name_with_its_words():
    for template in SETS:
        text = message(template, Theme(logo=Logo("https://example.org/logo.png", "The Press", 120)))
        (logo,) = [each for each in tree_of(text).iter("img") if each.get("class") == "logo"]
        assert (logo.get("src"), logo.get("alt"), logo.get("width")) == (
            "https://example.org/logo.png",
            "The Press",
            "120",
        )
        assert text.index("logo.png") < text.index("<h1")
        assert 'class="logo"' not in message(template)


@pytest.mark.parametrize("template", SETS)
def test_the_look_of_a_set_can_be_read(template):
    theme = Templates([builtin_folder()]).theme(template)
    assert [*faint(theme.light), *faint(theme.dark)] == []


def test_no_look_stands_in_the_program():
    for path in (builtin_folder().parent / "digest/render").glob("*.py"):
        assert re.findall(r"#[0-9a-f]{6}\b|\d+px", path.read_text(encoding="utf-8")) == [], path.name
