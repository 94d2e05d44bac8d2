"""CSS inlined into the message: offline, and nothing lost that mail clients need."""

from __future__ import annotations

import http.server
import threading

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.errors import TemplateError
from digest.render import email
from digest.render.email import inline_css


def page(css: str, body: str = '<p class="a" id="x">text</p>', head: str = "") -> str:
    return f"<!DOCTYPE html>\n<html><head>{head}<style>{css}</style></head><body>{body}</body></html>"


def style_of(html: str, tag: str = "p") -> str | None:
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    return tree.find(f".//{tag}").get("style")


def test_rules_are_inlined_the_more_particular_last():
    assert style_of(inline_css(page("p { color: red; margin: 0 } .a { color: blue }"))) == "color:blue; margin:0"


def test_important_is_kept_for_dark_mode_and_phones():
    made = inline_css(page("@media (prefers-color-scheme: dark) { .a { color: #fff !important } }"))
    assert "color: #fff !important" in made
    assert "@media (prefers-color-scheme: dark)" in made


def test_a_style_to_be_ignored_stays_word_for_word_and_loses_the_mark():
    kept = "@media screen{.a{color:red!important}} .a:hover{color:blue}"
    made = inline_css(page("p{margin:0}", head=f'<style data-premailer="ignore">{kept}</style>'))
    assert f"<style>{kept}</style>" in made
    assert "data-premailer" not in made


def test_classes_stay_for_the_rules_in_the_head():
    assert 'class="a"' in inline_css(page(".a{color:red}"))


def test_links_stay_as_they_are():
    body = '<p><a href="#fn-1">1</a><a href="https://e.example/?a=1&amp;b=%20">x</a><img src="https://e.example/i.png"></p>'
    made = inline_css(page("p{margin:0}", body))
    for link in ('href="#fn-1"', 'href="https://e.example/?a=1&amp;b=%20"', 'src="https://e.example/i.png"'):
        assert link in made


def test_text_survives():
    body = "<p>ä 漢字 👩‍👩‍👧 &amp;amp; &lt;b&gt;\u00a0x</p><pre>a\n\n  b</pre>"
    made = inline_css(page("p{margin:0}", body))
    tree = html5lib.parse(made, namespaceHTMLElements=False)
    assert tree.findtext(".//p") == "ä 漢字 👩‍👩‍👧 &amp; <b>\u00a0x"
    assert tree.findtext(".//pre") == "a\n\n  b"


def test_nothing_is_fetched_neither_a_stylesheet_nor_an_import():
    """A server of our own counts: premailer's `allow_network=False` alone does not hold back `@import`."""
    asked: list[str] = []

    class Counting(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"p{color:red}")

        def log_message(self, *_arguments: object) -> None: ...

    with http.server.HTTPServer(("127.0.0.1", 0), Counting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        imports = f"@import '{url}/1.css'; @import url({url}/2.css) screen;"
        css = f"{imports} @font-face{{font-family:x;src:url({url}/3)}} p{{margin:0}}"
        made = inline_css(page(css, head=f'<link rel="stylesheet" href="{url}/4.css">'))
        server.shutdown()
    assert asked == []
    assert style_of(made) == "margin:0"


SCRAPS = """p .a #x :hover ::before :not( ( ) [ ] { } color :red ; > @media @import !important , ' " \\ /* */ 1px url( é
:is( --> %""".split()  # noqa: SIM905 a list of so many quoted signs cannot be read


@given(css=st.lists(st.sampled_from([*SCRAPS, " "]), max_size=12).map("".join))
def test_no_css_stops_an_edition(css):
    assert "text</p>" in inline_css(page(css))


DECLARATIONS = [
    "color: red",
    "COLOR: blue !important",
    "margin: 0",
    "margin-left: 1px",
    "--x: 1",
    "font: bold 1px x, y",
]
RULES = st.builds(
    "{}{{{}}}".format,
    st.sampled_from(["p", ".a", "a:hover", "@font-face"]),
    st.lists(st.sampled_from(DECLARATIONS), max_size=4).map("; ".join),
)
MEDIA = st.builds("@media {}{{{}}}".format, st.sampled_from(["print", "screen"]), st.lists(RULES).map(" ".join))


@given(css=st.lists(RULES | MEDIA, max_size=4).map(" ".join))
def test_a_style_sheet_that_was_met_before_gives_the_same_bytes(css):
    email._parsed.cache_clear()  # noqa: SLF001 what is remembered
    first = inline_css(page(css))
    assert [inline_css(page(css)) for _ in range(2)] == [first, first]


@pytest.mark.parametrize("html", ["", "  \n", "<!-- nothing -->"])
def test_a_template_without_html_is_named(html):
    with pytest.raises(TemplateError, match=r"templates/email.html: has no HTML in it"):
        inline_css(html)


def test_the_same_html_gives_the_same_bytes():
    html = page("p{color:red} .a{margin:0} #x{padding:0} p:hover{color:blue}")
    assert inline_css(html) == inline_css(html)
