"""How often a feed wants to be asked, as its formats say it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digest.core.wishes import NO_WISHES, Wishes
from digest.sources.feed import FeedOrigin, read_feed

NOW = datetime(2026, 3, 10, tzinfo=UTC)
ORIGIN = FeedOrigin(source="feed:sample", place="feed.xml", url="https://feeds.example/feed.xml")
SYNDICATION = "http://purl.org/rss/1.0/modules/syndication/"
RSS = (
    "<rss version='2.0' xmlns:sy='{sy}'><channel><title>T</title>{said}<item><title>A</title>{inner}</item>"
    "</channel></rss>"
)


def wanted(text: str) -> Wishes:
    return read_feed(text.encode(), ORIGIN, NOW).wishes


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("", NO_WISHES),
        ("<ttl>90</ttl>", Wishes(90)),
        ("<sy:updatePeriod>\n hourly </sy:updatePeriod><sy:updateFrequency> 2 </sy:updateFrequency>", Wishes(30)),
        ("<skipHours><hour>0</hour><hour> 2 </hour></skipHours>", Wishes(0, 0b101)),
        ("<skipDays><day>Saturday</day><day>Sunday</day></skipDays>", Wishes(0, 0, 0b1100000)),
        ("<SkipHours>\n<hour>1</hour></SkipHours><skipdays><day>Monday</day></skipdays>", Wishes(0, 0b10, 1)),
        ("<!-- <skipHours><hour>1</hour></skipHours> --><skipDays><day>Monday</day></skipDays>", Wishes(0, 0, 1)),
        ("<skipHours><hour>1</hour>", NO_WISHES),
    ],
)
def test_rss(said, found):
    assert wanted(RSS.format(sy=SYNDICATION, said=said, inner="")) == found


def test_what_stands_in_a_text_is_no_wish():
    inner = "<description><![CDATA[<skipHours><hour>1</hour></skipHours>]]></description>"
    said = "<skipHours><hour>2</hour></skipHours>"
    assert wanted(RSS.format(sy=SYNDICATION, said=said, inner=inner)) == Wishes(0, 0b100)


def test_atom_with_the_same_module():
    said = f"<a:updatePeriod xmlns:a='{SYNDICATION}'>daily</a:updatePeriod>"
    feed = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>{said}<entry><title>A</title></entry></feed>"
    assert wanted(feed) == Wishes(720)


def test_a_json_feed_wishes_nothing():
    assert wanted('{"version": "https://jsonfeed.org/version/1.1", "ttl": 60, "items": []}') == NO_WISHES
