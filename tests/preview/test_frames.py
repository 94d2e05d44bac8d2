"""What programs do to a message, done to its HTML."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.preview.frames import VARIANTS, framed

BASE = "https://news.example.org/weekly/"
DARK = "(prefers-color-scheme: dark)"


def page(body: str = "", head: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_browser_is_not_asked_whether_it_is_dark(variant):
    head = f'<meta name="color-scheme" content="light dark"><style>@media {DARK} {{ p {{ color: red }} }}</style>'
    head += "<style>@media (Prefers-Color-Scheme:light) { p { color: blue } }</style>"
    shown = framed(page(f'<source media="{DARK}" srcset="x">', head), variant, BASE)
    dark, light = ("0", "x") if variant == "dark" else ("x", "0")
    assert "prefers-color-scheme" not in shown.lower()
    assert f'content="{"dark" if variant == "dark" else "light"}"' in shown
    assert ("@media (min-width: 0) { p { color: red }" in shown) == (dark == "0")
    assert ("@media (min-width: 0) { p { color: blue }" in shown) == (light == "0")
    assert ('<source media="(min-width: 0)"' in shown) == (dark == "0")


@given(st.text(alphabet="abc &;()#:.-0123456789px"), st.sampled_from(VARIANTS))
def test_words_are_never_touched(words, variant):
    said = f"{words} {DARK} light dark font-size: 9px color: #fff {BASE} {words}"
    assert f"<p>{said}</p>" in framed(page(f"<p>{said}</p>"), variant, BASE)


def test_what_lies_in_the_newsletters_folder_is_asked_of_the_preview():
    body = f'<img src="{BASE}e/images/a.png" srcset="{BASE}e/a.png 1x, {BASE}e/b.png 2x" alt="a > b">'
    body += f'<td background="{BASE}e/c.png"><img src="https://elsewhere.example/d.png">'
    shown = framed(page(body, f"<style>p {{ background: url({BASE}e/f.png) }}</style>"), "light", BASE)
    assert 'src="/site/e/images/a.png" srcset="/site/e/a.png 1x, /site/e/b.png 2x" alt="a > b"' in shown
    assert 'background="/site/e/c.png"' in shown
    assert "url(/site/e/f.png)" in shown
    assert 'src="https://elsewhere.example/d.png"' in shown


def test_links_open_beside_the_preview_and_those_down_the_page_do_not():
    links = {
        "https://example.org/": True,
        f"{BASE}e/": True,
        "mailto:a@example.org": True,
        "#s1": False,
        "images/a.png": False,
    }
    shown = framed(page("".join(f'<a class="x" href="{each}">x</a>' for each in links)), "light", BASE)
    assert ['target="_blank"' in each for each in re.findall(r"<a [^>]*>", shown)] == list(links.values())


def test_large_text_doubles_text_and_nothing_else():
    body = '<td style="font: bold 16px/1.4 Arial; width:300px; padding: 8px; font-size:10.5pt; line-height:22px">'
    shown = framed(page(body, "<style>.a { font-size: 12px; margin: 4px }</style>"), "large", BASE)
    assert 'style="font: bold 32px/1.4 Arial; width:300px; padding: 8px; font-size:21pt; line-height:44px"' in shown
    assert ".a { font-size: 24px; margin: 4px }" in shown
    assert "16px" in framed(page(body), "light", BASE)


def test_outlook_marks_what_it_recolours():
    body = '<p style="color:#112; background-color: #ffffff">a</p><p style="margin:0">b</p>'
    shown = framed(page(body), "outlook", BASE)
    recoloured = re.search(r'<p style="color:#(\w{6}); background-color: #(\w{6})" data-ogsc="" data-ogsb="">', shown)
    assert recoloured
    ink, ground = (int(each[:2], 16) for each in recoloured.groups())
    assert ink > 0xC0
    assert ground < 0x40
    assert '<p style="margin:0">' in shown
    assert "data-ogsc" not in framed(page(body), "dark", BASE)


def test_gmail_inverts_all_but_pictures():
    assert framed(page(), "gmail", BASE).count("invert(1)") == 2
    assert "invert" not in framed(page(), "dark", BASE)
