"""The files of one feed, compared whole with those in tests/golden/feeds; `--write-golden` writes them anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.render.feeds import Feed, FeedItem, feed_files, stable_id

GOLDEN = Path(__file__).parent / "feeds"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def item(number: int, title: str, **fields) -> FeedItem:
    known = {
        "id": stable_id("harbour.example", "article", "weekly", str(number)),
        "title": title,
        "url": f"https://harbour.example/weekly/{number}.html",
        "summary": "",
        "html": "",
        "author": "",
        "categories": (),
        "language": "en",
        "published": NOON - timedelta(days=number),
        "updated": NOON - timedelta(seconds=number),
    }
    return FeedItem(**{**known, **fields})


FEED = Feed(
    id=stable_id("harbour.example", "feed", "weekly"),
    title="Harbour Weekly",
    description="Ships & people of an invented harbour",
    home_url="https://harbour.example/weekly/",
    base_url="https://harbour.example/weekly/",
    language="en",
    author="Harbour Press",
    items=(
        item(
            1,
            "The ferry is back",
            summary="It sails twice a day again.",
            html='<p><img src="https://harbour.example/weekly/ferry.png" alt=""></p><p>It sails <em>twice</em>.</p>',
            author="Mara Quist <mara@harbour.example>",
            categories=("Ferries", "Winter & ice"),
            image_url="https://harbour.example/weekly/ferry.png",
            image_type="image/png",
            image_bytes=20480,
        ),
        item(
            2,
            "Pier <b>7</b> & the crane: 1 < 2",
            summary="A title with signs, a text without any.",
            html="<p>1 &lt; 2</p>",
        ),
        item(
            3, "Der Leuchtturm", url="https://bücher.example/Straße?ö=1", language="de", summary="Er leuchtet wieder."
        ),
        item(4, "Nothing but a title"),
    ),
)


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml", "feed.json"])
def test_the_file_is_the_golden_one(name, request):
    content = feed_files(FEED)[name]
    golden = GOLDEN / name
    if request.config.getoption("--write-golden"):
        golden.write_bytes(content)
    assert content.decode() == golden.read_bytes().decode()
