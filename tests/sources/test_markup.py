"""Markdown to HTML, sanitising, and plain blocks."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

import nh3
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.core.model import Block
from digest.sources.addresses import Addresses, web_address
from digest.sources.allowlist import BLOCKS, DROPPED, INLINE, WRAPPERS
from digest.sources.blocks import blocks_of
from digest.sources.markup import markdown_to_html, text_to_html, to_body
from digest.sources.nesting import too_nested
from digest.sources.sanitise import sanitise


def kept(html: str, addresses: Addresses | None = None) -> str:
    return sanitise(html, addresses)[0].replace("\n", "")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("plain", "<p>plain</p>"),
        ("<h1>a</h1><h6>b</h6>", "<h2>a</h2><h6>b</h6>"),
        ("<p>a<script>alert(1)</script>b</p>", "<p>ab</p>"),
        ("<style>p{}</style><p style='x' class=y id=z>a</p>", "<p>a</p>"),
        ("<iframe src='https://x.example'>inner</iframe><p>a</p>", "<p>a</p>"),
        ("<form><p>in</p></form><svg><text>t</text></svg><math><mi>x</mi></math><template>t</template>", ""),
        ("<p>a<!-- comment -->b</p>", "<p>ab</p>"),
        ("<p onclick=x()>a</p>", "<p>a</p>"),
        ("<img src=https://x.example/a.png onerror=x()>", '<p><img src="https://x.example/a.png" alt=""></p>'),
        ("<div>a</div><div>b<section>c</section></div>", "<p>a</p><p>b</p><p>c</p>"),
        ('<div lang="he" dir="rtl">a</div>', '<p lang="he" dir="rtl">a</p>'),
        ("<b><div>a</div></b>", "<p>a</p>"),
        ("<blockquote>a</blockquote>", "<blockquote><p>a</p></blockquote>"),
        ("<ul>a<li>b<ul><li>c</ul></ul>", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"),
        ("<ol start=3><li>a</ol><ol start=x><li>a</ol>", '<ol start="3"><li>a</li></ol><ol><li>a</li></ol>'),
        ("<dl><dt>a<dd>b</dl>", "<dl><dt>a</dt><dd>b</dd></dl>"),
        (
            "<table><caption>c</caption><tfoot><tr><td colspan=2 style=x>a<th scope=row>b</table>",
            '<p>c</p><table><tbody><tr><td colspan="2">a</td><th scope="row">b</th></tr></tbody></table>',
        ),
        (
            "<figure><img src=https://x.example/a.png alt=A><figcaption>c</figcaption></figure>",
            '<figure><img src="https://x.example/a.png" alt="A"><figcaption>c</figcaption></figure>',
        ),
        ("<figure><video>x</video><figcaption>c</figcaption></figure>", ""),
        ("<a href='javascript:x'>a</a><a href='java\nscript:x'>b</a><a href=data:x>c</a>", "<p>abc</p>"),
        ("<a href=other.md>a</a><a href='//x.example/y'>b</a>", '<p>a<a href="https://x.example/y">b</a></p>'),
        ("<a href='HTTPS://x.example/A'>a</a>", '<p><a href="https://x.example/A">a</a></p>'),
        ("<a href='mailto:a@x.example' target=_blank>a</a>", '<p><a href="mailto:a@x.example">a</a></p>'),
        ("<a href='#nowhere'>a</a><h2 id=here>b</h2><a href='#here'>c</a>", "<p>a</p><h2>b</h2><p>c</p>"),
        ("<u>a</u><font>b</font><x-y>c</x-y>", "<p>abc</p>"),
        ("<p>a&nbsp;b &lt;c&gt; &amp;</p>", "<p>a\u00a0b &lt;c&gt; &amp;</p>"),
        ("a&#0;&#1;&#13;&#xFFFE;b", "<p>a\ufffdb</p>"),
        ("<p></p><p> </p><b></b>", ""),
        (
            "<time datetime='2026-02-03'>a</time><time datetime='\"x'>b</time>",
            '<p><time datetime="2026-02-03">a</time><time>b</time></p>',
        ),
        ("<abbr title='a\nb'>c</abbr>", '<p><abbr title="a b">c</abbr></p>'),
    ],
)
def test_sanitising(html, expected):
    assert kept(html) == expected


def test_a_line_break_at_the_start_of_code_does_not_get_lost_again_and_again():
    assert sanitise("<pre>\n\n\n  x\n</pre>")[0] == "<pre>  x\n</pre>"


@pytest.mark.parametrize(
    "url", ["https://[bad", "https:///no-host", "https:x", "javascript:x", "mailto:nobody", "a.md", ""]
)
def test_what_is_no_web_address(url):
    assert web_address(url) == ""


def test_relative_links_resolve_against_the_canonical_url():
    addresses = Addresses(base="https://x.example/a/b.html")
    assert kept("<a href='../c'>a</a>", addresses) == '<p><a href="https://x.example/c">a</a></p>'
    assert kept("<a href='https://[bad'>a</a>", addresses) == "<p>a</p>"


@pytest.mark.parametrize(
    ("html", "message", "near"),
    [
        ("<SCRIPT>x</SCRIPT>", "<script> is left out: it is not allowed in an article", "<script"),
        ("<iframe></iframe>", "<iframe> is left out: it is not allowed in an article", "<iframe"),
        (
            "<img src='data:image/png;base64,x'>",
            "an image is left out: its address is missing, or of a kind that is not allowed (data:, file:)",
            "<img",
        ),
        ("<img src=a.png>", "the image 'a.png' is left out: it is no https address", "a.png"),
    ],
)
def test_what_is_left_out_is_noted(html, message, near):
    html, notes = sanitise(html)
    assert html == ""
    assert [(note.message, note.near) for note in notes] == [(message, near)]


def test_footnotes_keep_their_ids_under_a_prefix_and_are_no_blocks():
    body, _ = to_body(markdown_to_html("One[^a] two[^a].\n\n[^a]: The note.\n"), Addresses(prefix="fn-x-"))
    assert '<sup><a href="#fn-x-fn1" id="fn-x-fnref1">[1]</a></sup>' in body.html
    assert '<li id="fn-x-fn1"><p>The note. <a href="#fn-x-fnref1">' in body.html
    assert body.blocks == (Block("paragraph", "One two."),)


def test_two_elements_with_one_id_leave_one():
    html = kept("<ol><li id=n>a</li><li id=n>b</li></ol><a href='#n'>1</a>")
    assert html == '<ol><li id="fn-n">a</li><li>b</li></ol><p><a href="#fn-n">1</a></p>'


def test_blocks_of_everything():
    text = (
        "## Head\n\nA *b*\u00ad\u200b c  \nd.\n\n> q1\n>\n> q2\n\n- one\n\n  more\n  - inner\n- two\n\n"
        "| a | b |\n|---|---|\n| c |   |\n\n```\nx = 1\n  y\n```\n\n![alt](https://x.example/a.png)\n\n### Sub\n"
    )
    assert to_body(markdown_to_html(text))[0].blocks == (
        Block("heading", "Head", 2),
        Block("paragraph", "A b c d."),
        Block("quote", "q1"),
        Block("quote", "q2"),
        Block("item", "one more"),
        Block("item", "inner"),
        Block("item", "two"),
        Block("table", "a | b"),
        Block("table", "c | "),
        Block("code", "x = 1\n  y"),
        Block("heading", "Sub", 3),
    )


def test_captions_give_no_block():
    html = "<figure><img src=https://x.example/a.png><figcaption>caption</figcaption></figure><p>text</p>"
    assert to_body(html)[0].blocks == (Block("paragraph", "text"),)


def test_plain_text_is_escaped_and_its_addresses_are_links():
    assert text_to_html("a <b>\nc\n \n\nsee (https://x.example/?a=1&b=2).") == (
        "<p>a &lt;b&gt;\nc</p>\n"
        '<p>see (<a href="https://x.example/?a=1&amp;b=2">https://x.example/?a=1&amp;b=2</a>).</p>\n'
    )


@pytest.mark.parametrize(
    "html",
    [
        "<b>" * 300 + "deep text",
        "".join(f"<p><b id={number}>" for number in range(300)) + "deep text",
        "<b><table></b></table>" * 300 + "deep text",
        "".join(f"<b id={number}>" for number in range(190)) + "<p>deep text" * 20_000,
        "<ul><li>" * 300 + "deep text",
        "<b>" * 300 + "deep text &#" + "1" * 5000 + ";",
    ],
)
def test_markup_that_is_nested_too_deep_is_reduced_to_its_text(html):
    body, notes = to_body(html)
    assert "its HTML is nested too deep to be read; only its text is kept" in [note.message for note in notes]
    assert len(body.blocks) == 1
    assert body.blocks[0].text.startswith("deep text")


def test_long_pages_of_common_markup_are_not_too_nested():
    assert not too_nested("<div><ul><li><p>a <b>b</b><br><img src=x></ul></div>" * 10_000)
    assert not too_nested("<p>a<li>b<td>c" * 10_000)
    assert not too_nested("<script>" + "a<b;" * 1000 + "</script><!--" + "<b>" * 1000 + "-->")


TAGS = sorted(INLINE | BLOCKS | WRAPPERS | DROPPED | {"unknown", "plaintext", "body", "html", "col", "marquee"})
WORDS = st.text(alphabet="ab<>&\"' \n\tä\u00a0\u00ad\u0000\r", max_size=8)
URLS = st.sampled_from(
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://x.example/a",
        "#n",
        "#fn1",
        "a.png",
        "//x",
        "vbscript:x",
        "&#106;avascript:x",
        " jAvaScript:x",
        "https://[",
        "mailto:a@b",
    ]
)
ATTRIBUTES = st.one_of(
    st.builds('{}="{}"'.format, st.sampled_from(["href", "src", "xlink:href", "action", "srcset"]), URLS),
    st.sampled_from(
        [
            "onclick=x()",
            "onerror='x()'",
            "style=x",
            "class=y",
            "id=n",
            "id=fn1",
            "id=fn-n",
            "lang=en",
            "dir=rtl",
            "colspan=2",
        ]
    ),
)
OPENINGS = st.builds(
    lambda tag, attributes: f"<{tag} {' '.join(attributes)}>", st.sampled_from(TAGS), st.lists(ATTRIBUTES, max_size=3)
)
CLOSINGS = st.sampled_from(TAGS).map("</{}>".format)
HOSTILE = st.lists(st.one_of(OPENINGS, CLOSINGS, WORDS), max_size=25).map("".join)


@given(HOSTILE)
@example("<a href='#n'><p>x</p></a><a id=n>y</a>")
@example("<figure><a id=n>x</a></figure><a href='#n'>1</a>")
def test_nothing_hostile_is_left(html):
    result = sanitise(html)[0]
    # Texts may say 'onclick=', tags may not: what is asked is asked of the tags.
    tags = " ".join(re.findall(r"<[^>]*>", result)).lower()
    assert not re.search(r"<(script|style|iframe|object|form|template|svg|math|embed|link|meta|base)\b", tags)
    assert not re.search(r"\s(on\w+|style|class|srcset|action)\s*=", tags)
    assert not re.search(r"(javascript|data|vbscript|file):", tags)
    # What a browser's parser makes of it is what stands there.
    assert (
        nh3.clean(
            result,
            tags=set(INLINE | BLOCKS),
            link_rel=None,
            attributes={"*": {"lang", "dir", "id", "colspan"}, "a": {"href"}, "img": {"src", "alt"}},
        ).replace("&nbsp;", "\u00a0")
        == result
    )


@given(HOSTILE)
@example("<figure><hr><")
@example("<ul><li><p>a</p> b <hr> c</ul>")
def test_sanitising_again_changes_nothing(html):
    once = sanitise(html)[0]
    assert sanitise(once) == (once, ())


def letters(text: str) -> str:
    text = text.replace("|", "")  # what parts the cells of a table's row
    return "".join(char for char in text if unicodedata.category(char)[0] in "LNS")


@given(HOSTILE)
def test_blocks_have_every_letter_of_the_body_but_captions_and_footnotes(html):
    result = sanitise(html)[0]
    without_captions = re.sub(r"<figcaption.*?</figcaption>", "", result, flags=re.DOTALL)
    if "figcaption" in without_captions or 'id="' in result or 'href="#' in result:
        return
    visible = unescape(nh3.clean(without_captions, tags=set()))
    assert letters("".join(block.text for block in blocks_of(result))) == letters(visible)


@given(st.text(alphabet="ab *_`#[]()!<>|-~^:\n\\&1.", max_size=60))
def test_markdown_of_any_kind_is_read(text):
    body, _ = to_body(markdown_to_html(text))
    assert sanitise(body.html)[0] == body.html
