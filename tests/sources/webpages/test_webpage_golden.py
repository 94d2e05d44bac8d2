"""Pages in the manner of what the web has, each read whole; `--write-golden` writes the expected articles anew."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from digest.core.fetching import Fetched, Visit
from digest.sources.webpage import PageOrigin, WebPage, read_webpage

HERE = Path(__file__).parent / "pages"
NOW = datetime(2026, 2, 10, tzinfo=UTC)
ORIGIN = PageOrigin("webpage:x", ZoneInfo("Europe/Berlin"))

ADDRESSES = {
    "wordpress": "https://pierside.example/2026/02/03/harbour-bridge-opens/?utm_source=feed",
    "newssite": "https://www.northshore.example/news/night-ferries-48213",
    "ghost": "https://slowtide.example/bees-on-a-boat/",
    "bare": "http://tower.example/notes/clock.html",
    "german": "https://hafenbote.example/lokales/faehre-faehrt-wieder",
    "arabic": "https://marfa.example/economy/2026-port",
    "microdata": "https://tugboat.example/news/last-steam-tug?ref=home",
    "amp": "https://amp.tidebook.example/news/tide-tables-go-digital",
    "print": "https://quaynews.example/history/old-cannon/print",
    "misleading": "https://gullpost.example/nature/gulls-open-bins",
    "section": "https://pierside.example/harbour/",
    "undated": "https://ropes.example/splicing",
}


def read(name: str) -> WebPage:
    content = (HERE / f"{name}.html").read_bytes()
    visit = Visit(ADDRESSES[name])
    return read_webpage(Fetched("k", ADDRESSES[name], "new", content, "text/html", "", visit, ""), ORIGIN, NOW)


def shown(page: WebPage) -> str:
    return json.dumps(asdict(page), ensure_ascii=False, indent=1, default=str) + "\n"


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_the_page_is_read_as_the_golden_one(name, request):
    found = shown(read(name))
    golden = HERE / f"{name}.json"
    if request.config.getoption("--write-golden"):
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_the_same_page_gives_the_same_again(name):
    assert shown(read(name)) == shown(read(name))
