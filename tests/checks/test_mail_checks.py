"""Each kind of finding on a message, by its bytes: a message without it, and the same with one thing broken."""

from __future__ import annotations

import base64

import pytest
from drafts import FOLDER, HEAD, HTML, LEAVE, PLAIN, TOKEN, WORDS, codes, draft, message, swapped

from digest.checks import kinds_mail
from digest.checks.edition import check

FIRST = 'href="https://example.com/first"'
IMG = f'<img src="{FOLDER}images/a.png" alt="A field" width="192" height="96">'


def html(old: str, new: str) -> dict[str, str]:
    return {"html": swapped(HTML, old, new)}


def head(old: str, new: str) -> dict[str, str]:
    return {"head": swapped(HEAD, old, new)}


def linked(address: str) -> dict[str, str]:
    """The first story's link leads elsewhere, in both parts."""
    changed = swapped(PLAIN, "https://example.com/first", address)
    return {**html("https://example.com/first", address), "plain": changed}


BROKEN = [
    ("LINK001", linked("https://exa mple.com/first")),
    ("LINK001", linked("https:///first")),
    ("LINK001", linked("https://example.com:port/")),
    ("LINK001", linked("https://example.com/100%")),
    ("LINK001", linked("https://[::1/")),
    ("LINK002", html(FIRST, 'href="first.html"')),
    ("LINK002", html(FIRST, 'href=""')),
    ("LINK002", html(FIRST, 'href="//example.com/first"')),
    ("LINK002", html(f'src="{FOLDER}images/a.png"', 'src="images/a.png"')),
    ("LINK003", linked("http://example.com/first")),
    ("LINK004", linked("https://localhost:8000/first")),
    ("LINK004", linked("https://127.0.0.1/first")),
    ("LINK004", linked("https://192.168.1.9/first")),
    ("LINK004", linked("https://[fe80::1]/first")),
    ("LINK004", linked("https://desk.local/first")),
    ("LINK004", linked("https://intranet/first")),
    ("LINK007", html('href="#one"', 'href="#two"')),
    ("LINK008", html(FIRST, 'href="javascript:alert(1)"')),
    ("LINK008", html(FIRST, 'href="data:text/html,x"')),
    ("IMG001", html(' width="192"', "")),
    ("IMG001", html('height="96"', 'height="auto"')),
    ("IMG002", html("images/a.png", "images/b.png")),
    ("IMG003", html(f"{FOLDER}images/a.png", "data:image/png;base64,AAAA")),
    ("SIZE001", html("</table>", f"</table>{'<p>long</p>' * 10_000}")),
    ("SIZE002", html("</table>", f"</table>{'<p>long</p>' * 7_000}")),
    ("MSG001", head("Date: Mon, 02 Mar 2026 12:00:00 +0000\r\n", "")),
    ("MSG001", head("To: ann@example.com\r\n", "To: ann@example.com\r\nto: bob@example.com\r\n")),
    ("MSG002", head("From: Desk <desk@example.org>", "From: a@example.org, b@example.org")),
    ("MSG002", head("From: Desk <desk@example.org>", "From: Desk")),
    ("MSG003", head("Mon, 02 Mar 2026 12:00:00 +0000", "yesterday")),
    ("MSG003", head("Mon, 02 Mar 2026 12:00:00 +0000", "Mon, 02 Mar 2026 12:00:00 -0000")),
    ("MSG005", head("Precedence", f"X-Long: {'x' * 1000}\r\nPrecedence")),
    ("MSG006", head("Precedence", f"X-Long: {'x ' * 45}\r\nPrecedence")),
    ("MSG007", head("The Weekly", "Die Wöche")),
    ("MSG008", head("What moved this week", f"=?utf-8?q?{'x' * 70}?=")),
    ("MSG008", head("<desk@example.org>", "<=?utf-8?q?desk?=@example.org>")),
    ("MSG009", {"head": HEAD.replace(HEAD[HEAD.index("List-Unsubscribe:") : HEAD.index("Subject")], "").replace(
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", "")}),
    ("MSG009", head(f"<{LEAVE}{TOKEN}>,\r\n <mailto", "<http://lists.example.org/>, <mailto")),
    ("MSG010", head(f"<{LEAVE}{TOKEN}>", f"=?utf-8?q?<{LEAVE}{TOKEN}>?=")),
    ("MSG010", head(f"<{LEAVE}{TOKEN}>", f"<{LEAVE}{TOKEN}>, <https://lists.example.org/b>")),
    ("MSG010", head("Subject:", "List-Unsubscribe: <https://lists.example.org/b>\r\nSubject:")),
    ("MSG010", head(f"<{LEAVE}{TOKEN}>,", f"{LEAVE}{TOKEN},")),
    ("MSG011", head("=One-Click", "=Two-Click")),
    ("MSG011", head("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", "")),
    ("MSG011", head(f"<{LEAVE}{TOKEN}>,\r\n ", "")),
    ("MSG012", head(":list-unsubscribe-post", "")),
    ("MSG012", head("h=from:from", "h=from")),
    ("MSG012", head("d=example.org", "d=ample.org")),
    ("MSG012", head("bh=AAAA", "l=100; bh=AAAA")),
    ("MSG013", head("List-Id: The Weekly <weekly.news.example.org>\r\n", "")),
    ("MSG013", head("<weekly.news.example.org>", "weekly")),
    ("MSG014", head("Precedence: bulk\r\n", "")),
    ("MSG016", {"plain": swapped(PLAIN, "https://example.com/first", "")}),
    ("MSG017", {"plain": swapped(PLAIN, "Example Press", "")}),
    ("MSG017", html("Example Press", "")),
    ("MSG017", {"plain": swapped(PLAIN, f"{FOLDER}\n", "")}),
    ("HTML001", html("<h1>", "<script></script><h1>")),
    ("HTML001", html("<h1>", "<form></form><h1>")),
    ("HTML001", html("<h1>", '<h1 onclick="x()">')),
    ("HTML001", html('<meta charset="utf-8">', '<meta http-equiv="refresh" content="0">')),
    ("HTML002", html(' lang="en"', "")),
    ("HTML002", html(' dir="ltr"', "")),
    ("HTML003", html("<title>The Weekly</title>", "")),
    ("HTML003", html("<title>The Weekly</title>", "<title> </title>")),
    ("HTML004", html(' role="presentation"', "")),
    ("HTML005", html("display:none; max-height:0; overflow:hidden; font-size:1px; ", "")),
    ("HTML006", html('id="top"', 'id="one"')),
    ("HTML007", html('<meta name="viewport" content="width=device-width">', "")),
    ("HTML007", html('<meta name="color-scheme" content="light dark">', "")),
    ("A11Y001", html(' alt="A field"', "")),
    ("A11Y002", html("<h1>The Weekly</h1>", "")),
    ("A11Y002", html('<h2 id="one">First story</h2>', '<h3 id="one">First story</h3>')),
    ("A11Y002", html('<h2 id="one">First story</h2>', '<h1 id="one">First story</h1>')),
    ("A11Y003", html("color:#555555", "color:#999999")),
    ("A11Y003", html("color: #dddddd !important", "color: #333333 !important")),
    ("A11Y003", html("color:#222222", "color:rgb(200, 200, 200)")),
    ("A11Y004", html(">Read the first story<", "><")),
    ("A11Y005", html("Read the first story", "Click here")),
    ("SPAM001", head("What moved this week", "WHAT MOVED THIS WEEK")),
    ("SPAM001", head("What moved this week", "=?utf-8?q?WAS_W=C3=84CHST_DIESE_WOCHE?=")),
    ("SPAM002", head("What moved this week", "Look at this!!!")),
    ("SPAM002", head("What moved this week", "Win $$$ now")),
    ("SPAM003", {"plain": f"Example Press\nhttps://example.com/first\n{FOLDER}\n{LEAVE}{TOKEN}\n"}),
    ("SPAM004", html(WORDS, "") | {"html": swapped(swapped(HTML, WORDS, ""), IMG, IMG * 2)}),
    ("SPAM005", html("Read the first story", "www.example.net")),
    ("SPAM006", linked("https://bit.ly/x")),
    ("SPAM007", linked("https://8.8.8.8/first")),
    ("SPAM008", head("What moved this week", "")),
    ("SPAM008", head("What moved this week", ("word" * 9 + "\r\n ") * 5)),
    ("TMPL001", html(f'href="{LEAVE}{TOKEN}"', f'href="{FOLDER}"')),
    ("TMPL001", {"plain": swapped(PLAIN, f"{LEAVE}{TOKEN}\n", "")}),
    ("TMPL002", html("Read the first story", "{{ story.title }}")),
    ("CLNT001", html("width:100%;", "width:100%; display:grid;")),
    ("CLNT001", html("width:100%;", "width:100%; margin-inline:0;")),
    ("CLNT001", html("width:100%;", "width:100%; position:absolute;")),
    ("CLNT002", html(IMG, f"<svg></svg>{IMG}")),
    ("CLNT003", html("images/a.png", "images/a.svg")),
]  # fmt: skip


def test_a_good_message_has_no_finding():
    assert [str(each) for each in check(draft())] == []


@pytest.mark.parametrize(("code", "changed"), BROKEN, ids=[f"{code}-{n}" for n, (code, _) in enumerate(BROKEN)])
def test_what_is_broken_is_found_with_its_place_and_a_remedy(code, changed):
    found = [each for each in check(draft(message(**changed))) if each.code == code]
    assert found, codes(message(**changed))
    for each in found:
        assert each.place.startswith(("weekly ", "templates/"))
        assert each.what
        assert each.why
        assert each.remedy


def test_bare_line_breaks_are_found_in_header_and_body():
    for content in (
        message().replace(b"Precedence: bulk\r\n", b"Precedence: bulk\n"),
        message().replace(b"\r\n--x_x--", b"\r--x_x--"),
    ):
        assert "MSG004" in codes(content)


@pytest.mark.parametrize(
    "content",
    [
        message().replace(b"multipart/alternative", b"multipart/mixed"),
        message()
        .replace(b"text/plain", b"text/x")
        .replace(b"text/html", b"text/plain")
        .replace(b"text/x", b"text/html"),
        b"From: a@example.org\r\n\r\nJust text.\r\n",
        b"",
        b"\xff\x00",
    ],
)
def test_other_parts_are_found_and_nothing_is_looked_for_in_them(content):
    assert codes(content)[-1] == "MSG015"


def test_a_heavy_picture():
    assert codes(files={"images/a.png": bytes(1_000_001)}) == ["IMG004"]
    assert codes(files={"images/a.png": bytes(1_000_000)}) == []


def carrying(content: bytes, name: str = "a.png.weekly@example.org", src: str = "", kind: str = "image/png") -> bytes:
    """The message with a picture in it, as a part beside the HTML."""
    whole = message(HTML.replace(f"{FOLDER}images/a.png", src or f"cid:{name}")).decode()
    begin = whole.index("--x_x", whole.index("text/plain"))
    page = whole[begin:].removesuffix("--x_x--\r\n").replace("--x_x", "--y_y")
    return (
        f'{whole[:begin]}--x_x\r\nContent-Type: multipart/related; type="text/html"; boundary="y_y"\r\n\r\n{page}'
        f"--y_y\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <{name}>\r\n\r\n"
        f"{base64.encodebytes(content).decode().replace(chr(10), chr(13) + chr(10))}--y_y--\r\n--x_x--\r\n"
    ).encode()


def test_a_message_that_carries_its_pictures():
    assert codes(carrying(b"png")) == []
    assert codes(carrying(b"png", src="cid:other@example.org")) == ["IMG002"]
    assert codes(carrying(bytes(1_000_001))) == ["IMG004"]
    assert codes(carrying(bytes(1_600_000))) == ["SIZE004", "IMG004"]
    assert codes(carrying(bytes(8_000_000))) == ["SIZE003", "IMG004"]


def test_what_is_no_picture_beside_the_html_is_other_parts():
    assert codes(carrying(b"x", kind="application/pdf"))[-1] == "MSG015"


def test_the_limit_of_size_is_of_octets_and_before_what_it_costs_to_encode():
    base = len(HTML.encode())
    assert "SIZE001" not in codes(message(HTML + "<!--" + "x" * (102_000 - base - 8) + "-->"))
    assert "SIZE001" in codes(message(HTML + "<!--" + "x" * (102_000 - base - 7) + "-->"))
    assert "SIZE001" in codes(message(HTML + "<!--" + "ж" * ((102_000 - base) // 2) + "-->"))


def test_what_only_providers_mind_is_not_asked_of_files():
    content = message(head=HEAD.replace(HEAD[HEAD.index("List-Unsubscribe:") : HEAD.index("Subject")], "").replace(
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", ""))  # fmt: skip
    assert codes(content) == ["MSG009"]
    assert codes(content, sends=False) == []


def test_every_kind_of_a_message_is_tested():
    elsewhere = {
        "MSG004",
        "MSG015",
        "IMG004",
        "SIZE003",
        "SIZE004",
        "LINK005",
        "LINK006",
    }  # above, and in test_alive.py
    assert {kind.code for kind in kinds_mail.KINDS} <= {code for code, _ in BROKEN} | elsewhere
