"""A message with nothing wrong in it, and how to break it."""

from __future__ import annotations

import base64

from digest.checks.edition import Draft, check

FOLDER = "https://news.example.org/weekly/2026-03-02T0700Z/"
LEAVE = "https://lists.example.org/unsubscribe/weekly/"
TOKEN = "0" * 32
HEAD = (
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=s1;\r\n"
    " h=from:from:list-unsubscribe:list-unsubscribe-post; bh=AAAA; b=BBBB\r\n"
    "From: Desk <desk@example.org>\r\n"
    "To: ann@example.com\r\n"
    "Message-ID: <weekly.1@example.org>\r\n"
    f"List-Unsubscribe: <{LEAVE}{TOKEN}>,\r\n <mailto:leave@example.org>\r\n"
    "Subject: What moved this week\r\n"
    "Date: Mon, 02 Mar 2026 12:00:00 +0000\r\n"
    "List-Id: The Weekly <weekly.news.example.org>\r\n"
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    "Precedence: bulk\r\n"
    "MIME-Version: 1.0\r\n"
)
WORDS = "It is a story of some length, so that nobody takes the message for a picture with a caption and nothing else. "
PLAIN = f"The Weekly\n\nFirst story\n{WORDS}\nhttps://example.com/first\n\nExample Press\n{FOLDER}\n{LEAVE}{TOKEN}\n"
HTML = f"""<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<title>The Weekly</title>
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<style>
.top {{ padding: 0 }}
@media (prefers-color-scheme: dark) {{ .sheet {{ background-color: #111111 !important; color: #eeeeee !important }}
  .foot {{ color: #dddddd !important }} a {{ color: #99ccff !important }} }}
</style>
</head>
<body style="margin:0; background-color:#ffffff; color:#222222">
<div style="display:none; max-height:0; overflow:hidden; font-size:1px; mso-hide:all">A word before the rest.</div>
<table role="presentation" class="sheet" id="top" style="width:100%; background-color:#ffffff"><tr><td>
<h1>The Weekly</h1>
<h2 id="one">First story</h2>
<p><img src="{FOLDER}images/a.png" alt="A field" width="192" height="96"></p>
<p>{WORDS}<a href="https://example.com/first">Read the first story</a></p>
<p class="foot" style="color:#555555">Example Press, <a href="{FOLDER}">on the web</a>,
<a href="{LEAVE}{TOKEN}">unsubscribe</a>, <a href="#one">to the top</a></p>
</td></tr></table>
</body>
</html>
"""


def message(html: str = HTML, plain: str = PLAIN, head: str = HEAD, *, boundary: str = "x_x") -> bytes:
    """The message as bytes, each part in base64."""

    def part(subtype: str, text: str) -> str:
        encoded = base64.encodebytes(text.encode()).decode().replace("\n", "\r\n")
        return (
            f'--{boundary}\r\nContent-Type: text/{subtype}; charset="utf-8"\r\n'
            f"Content-Transfer-Encoding: base64\r\n\r\n{encoded}"
        )

    head += f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n'
    return f"{head}\r\n{part('plain', plain)}{part('html', html)}--{boundary}--\r\n".encode()


def draft(content: bytes | None = None, **more: object) -> Draft:
    values: dict[str, object] = {
        "newsletter": "weekly",
        "message": message() if content is None else content,
        "files": {"images/a.png": b"png", "email.html": b""},
        "folder": FOLDER,
        "organisation": "Example Press",
        "leave": LEAVE,
        "sends": True,
    }
    return Draft(**{**values, **more})  # type: ignore[arg-type]


def swapped(text: str, old: str, new: str) -> str:
    """A text with one place changed; it must be there."""
    assert old in text, old
    return text.replace(old, new, 1)


def codes(content: bytes | None = None, **more: object) -> list[str]:
    """The codes found, each once, in order."""
    return list(dict.fromkeys(each.code for each in check(draft(content, **more))))
