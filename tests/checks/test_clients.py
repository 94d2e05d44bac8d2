"""What clients do not know is found, and what stands in for it is accepted: each fallback with and without."""

from __future__ import annotations

import pytest

from digest.checks.clients import clients, features
from digest.checks.fallbacks import FALLBACKS
from digest.checks.page import Page

GHOST = "<!--[if mso]><table><tr><td><![endif]-->"
INLINE = {
    "animation": ("", '<p style="animation:x 1s">'),
    "aspect-ratio": ('<img style="aspect-ratio:2">', '<img style="aspect-ratio:2" width="2" height="1">'),
    "background-image": ('<p style="background:url(a.png)">', '<p style="background:#fff url(a.png)">'),
    "background-size": ("", '<p style="background-size:cover">'),
    "bdi": ("", "<bdi>x</bdi>"),
    "border-radius": ("", '<p style="border-radius:3px">'),
    "border-spacing": ("", '<table style="border-spacing:0">'),
    "box-shadow": ("", '<p style="box-shadow:0 0 1px red">'),
    "calc()": ('<p style="width:calc(1px + 1%)">', '<p style="width:100%; width:calc(1px + 1%)">'),
    "color-scheme": ("", '<p style="color-scheme:dark">'),
    "display:none": ('<p style="display:none">', '<p style="display:none; max-height:0; font-size:1px">'),
    "float": ('<p style="float:left">', f'{GHOST}<p style="float:left">'),
    "height": ("", '<p style="height:1px">'),
    "linear-gradient()": (
        '<p style="background:linear-gradient(red, blue)">',
        '<p bgcolor="#fff" style="background:linear-gradient(red, blue)">',
    ),
    "link": ('<link rel="stylesheet" href="a.css">', '<link rel="canonical" href="https://a.example/">'),
    "max-height": ('<p style="max-height:9px">', f'{GHOST}<p style="max-height:9px">'),
    "min-width": ('<p style="min-width:9px">', f'{GHOST}<p style="min-width:9px">'),
    "object-fit": ('<img style="object-fit:cover">', '<img style="object-fit:cover" width="1" height="1">'),
    "opacity": ('<p style="opacity:0">', '<p style="opacity:0; mso-hide:all">'),
    "overflow": ('<p style="overflow:hidden">', '<p style="overflow:hidden; max-height:0; line-height:1px">'),
    "overflow-wrap": ("", '<p style="overflow-wrap:anywhere">'),
    "picture": ("<picture><source></picture>", '<picture><img src="a.png"></picture>'),
    "position": ('<p style="position:relative">', "<style>p { position: relative }</style>"),
    "rem": ('<p style="font-size:2rem">', '<p style="font-size:32px; font-size:2rem">'),
    "rgba()": ('<p style="color:rgba(0,0,0,.5)">', '<p style="color:#888; color:rgba(0,0,0,.5)">'),
    "semantics": ("", "<section>x</section>"),
    "srcset": ('<img srcset="a.png 2x">', '<img srcset="a.png 2x" src="b.png">'),
    "text-shadow": ("", '<p style="text-shadow:0 0 1px red">'),
    "transition": ("", '<p style="transition:all 1s">'),
    "var()": ('<p style="color:var(--x)">', '<p style="color:red; color:var(--x)">'),
    "video": ("<video></video>", '<video><a href="https://a.example/">Watch it</a></video>'),
    "visibility": ('<p style="visibility:hidden">', '<p style="visibility:hidden; max-height:0">'),
    "vw": ('<p style="width:5vw">', '<p style="width:9px; width:5vw">'),
    "white-space": ("", '<p style="white-space:nowrap">'),
    "word-break": ("", '<p style="word-break:break-all">'),
    "#anchor": ("", '<a href="#x">x</a>'),
    ":hover": ("", "<style>a:hover { color: red }</style>"),
    "[attribute]": ("", "<style>[dir] { color: red }</style>"),
    "@font-face": ("", "<style>@font-face { font-family: X }</style>"),
    "@media": ("", "<style>@media (max-width: 9px) { p { color: red } }</style>"),
    "@media(prefers-color-scheme)": ("", "<style>@media (prefers-color-scheme: dark) { p { color: red } }</style>"),
    "@media(prefers-reduced-motion)": ("", "<style>@media (prefers-reduced-motion) { p { color: red } }</style>"),
    "@media(hover)": ("", "<style>@media (hover) { p { color: red } }</style>"),
    "@media(orientation)": ("", "<style>@media (orientation: portrait) { p { color: red } }</style>"),
    "@media(-webkit-device-pixel-ratio)": (
        "",
        "<style>@media (-webkit-device-pixel-ratio: 2) { p { color: red } }</style>",
    ),
    "box-sizing": ('<p style="box-sizing:border-box">', "<style>p { box-sizing: border-box }</style>"),
}
NEVER = {
    "@import": "<style>@import url(a.css);</style>",
    "align-items": '<p style="align-items:center">',
    "display:flex": '<p style="display:inline-flex">',
    "display:grid": '<p style="display:grid">',
    "filter": '<p style="filter:blur(1px)">',
    "gap": '<p style="row-gap:1px">',
    "margin-inline": '<p style="margin-inline-start:1px">',
    "object": "<object></object>",
    "svg": "<svg></svg>",
    "transform": '<p style="transform:none">',
    "webp": '<img src="https://a.example/a.webp?x=1">',
}


def found(markup: str) -> set[str]:
    page = Page(f"<html><body>{markup}</body></html>".encode(), "x")
    return {each.what.partition(" is not known")[0] for each in clients(page)}


@pytest.mark.parametrize("name", INLINE)
def test_a_fallback_makes_it_acceptable(name):
    without, with_it = INLINE[name]
    assert name not in found(with_it)
    if without:
        assert name in found(without)


@pytest.mark.parametrize("name", NEVER)
def test_what_nothing_makes_up_for(name):
    assert found(NEVER[name]) == {name}


def test_every_feature_that_some_client_does_not_know_is_tested():
    assert {name for (_, name), feature in features().items() if feature.unknown} == INLINE.keys() | NEVER.keys()
    assert FALLBACKS.keys() == INLINE.keys()


def test_plain_markup_and_what_has_no_data_pass():
    assert found('<p style="color:red; padding:0 1px; border-top:1px solid red; width:1px; nonsense:1">x</p>') == set()


def test_what_is_no_address_has_no_format():
    assert found('<img src="https://[::1/a.svg">') == set()


def test_a_finding_names_the_families_the_page_and_the_month():
    (one,) = clients(Page(b'<html><body>\n<p style="display:grid">\n<p style="display:grid"></body></html>', "x"))
    assert one.place == "x:2"
    assert one.what == (
        "display:grid is not known to gmail, outlook-windows, yahoo "
        "(www.caniemail.com/features/css-display-grid/, 2024-01)"
    )


def test_a_table_for_outlook_helps_outlook_alone():
    assert "position" in found(f'{GHOST}<p style="position:relative">')
