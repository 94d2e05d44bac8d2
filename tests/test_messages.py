"""An edition's messages as a newsroom makes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from digest.app import Newsroom
from digest.core.edition import EditionRecord, Window

SLOT = datetime(2026, 3, 2, 7, tzinfo=UTC)
RECORD = EditionRecord(
    newsletter="weekly", id="2026-03-02T0700Z", slot=SLOT, window=Window(SLOT, SLOT), status="composed", subject="One"
)
FILES = {"email.html": b"<p>Hello</p>", "email.txt": b"Hello\n", "edition.json": b"{}"}
CONFIG = """\
site: {title: T, url: https://news.example.org}
newsletters: {weekly: {title: W, timezone: UTC, schedule: "0 8 * * mon"}}
"""


@pytest.fixture
def newsroom(tmp_path):
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    with Newsroom.open(tmp_path / "config.yaml") as opened:
        yield opened


def test_a_mailing_is_made_once_for_all_sinks_of_an_edition(newsroom):
    newsletter = newsroom.newsletter("weekly")
    mailing = newsroom.messages.mailing(RECORD, FILES, newsletter)
    assert newsroom.messages.mailing(replace(RECORD), dict(FILES), newsletter) is mailing


@pytest.mark.parametrize(
    ("record", "files", "title", "variant"),
    [
        (replace(RECORD, subject="Two"), FILES, "W", ""),
        (RECORD, FILES | {"email.txt": b"Goodbye\n"}, "W", ""),
        (RECORD, FILES, "Another", ""),
        (RECORD, FILES, "W", "test"),
    ],
)
def test_of_anything_else_there_is_another(newsroom, record, files, title, variant):
    newsletter = newsroom.newsletter("weekly")
    mailing = newsroom.messages.mailing(RECORD, FILES, newsletter)
    other = newsroom.messages.mailing(record, files, replace(newsletter, title=title), variant=variant)
    assert other is not mailing
