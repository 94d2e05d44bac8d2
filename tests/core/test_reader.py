"""Marks: what stands in a frozen edition for what is each reader's own."""

from __future__ import annotations

import json
import re

from digest.core.newsletter import Site
from digest.core.reader import NOBODY, Marks, leave_url, unaddressed

SITE = Site(title="News", url="https://news.example.org/", id="news.example.org", organisation="Press")


def test_marks_are_digits_and_differ_between_editions():
    one, other = Marks.of("a"), Marks.of("b")
    assert len({one.token, one.address, other.token, other.address}) == 4
    assert all(re.fullmatch(r"[0-9]{32}", mark) for mark in (one.token, one.address, other.token, other.address))


def test_what_the_web_sees_is_addressed_to_nobody():
    marks = Marks.of("seed")
    own = f"https://x.example/{marks.token} for {marks.address}\n".encode()
    files = {
        "email.html": own,
        "email.txt": own,
        "index.html": own,
        "edition.json": json.dumps({"mark": "seed"}).encode(),
    }
    shown = unaddressed(files)
    assert shown["email.html"] == shown["email.txt"] == f"https://x.example/{'0' * 32} for {NOBODY}\n".encode()
    assert {path: shown[path] for path in ("index.html", "edition.json")} == {
        path: files[path] for path in ("index.html", "edition.json")
    }
    without_text = {path: content for path, content in files.items() if path != "email.txt"}
    assert unaddressed(without_text) == {path: shown[path] for path in without_text}
    old = {"email.html": own, "edition.json": b"{}"}
    assert unaddressed(old) == old


def test_where_a_link_leads_depends_on_what_there_is():
    assert leave_url(SITE, "w", "T") == ""
    by_mail = Site(title="", url="", id="", organisation="", unsubscribe_mailto="leave@example.org")
    assert leave_url(by_mail, "w", "T") == "mailto:leave@example.org?subject=unsubscribe%20w%20T"
    both = Site(
        title="", url="", id="", organisation="", unsubscribe_mailto="l@example.org", readers_url="https://l.example/"
    )
    assert leave_url(both, "w", "T") == "https://l.example/unsubscribe/w/T"
