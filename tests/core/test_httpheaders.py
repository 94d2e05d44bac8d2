"""Headers as servers send them, absurd ones too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.httpheaders import (
    LONGEST_FRESH,
    LONGEST_WAIT,
    content_type,
    freshness,
    http_date,
    retry_after,
    validators,
)

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({}, None),
        ({"cache-control": "max-age=3600"}, HOUR),
        ({"cache-control": 'public, Max-Age="3600", max-age=1'}, HOUR),
        ({"cache-control": "max-age=3600", "age": "600"}, timedelta(minutes=50)),
        ({"cache-control": "max-age=3600", "age": "9999"}, None),
        ({"cache-control": "max-age=315360000"}, LONGEST_FRESH),
        ({"cache-control": "max-age=" + "9" * 5000}, LONGEST_FRESH),
        ({"cache-control": "max-age=-5"}, None),
        ({"cache-control": "max-age=0", "expires": "Mon, 02 Mar 2026 09:00:00 GMT"}, None),
        ({"cache-control": "max-age=3600, no-cache"}, None),
        ({"cache-control": "no-store, max-age=3600"}, None),
        ({"expires": "Mon, 02 Mar 2026 08:00:00 GMT"}, HOUR),
        ({"expires": "Mon, 02 Mar 2026 08:00:00 GMT", "date": "Mon, 02 Mar 2026 07:30:00 GMT"}, HOUR / 2),
        ({"expires": "Mon, 02 Mar 2026 06:00:00 GMT"}, None),
        ({"expires": "Thu, 31 Dec 9999 23:59:59 GMT"}, LONGEST_FRESH),
        ({"expires": "0"}, None),
        ({"expires": "-1"}, None),
    ],
)
def test_how_long_an_answer_is_fresh(headers, found):
    assert freshness(headers, NOW) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", None),
        ("3600", HOUR),
        (" 3600 ", HOUR),
        ("0", None),
        ("-3600", None),
        ("1e9", None),
        ("٣٦", None),
        ("999999999999", LONGEST_WAIT),
        ("9" * 5000, LONGEST_WAIT),
        ("Mon, 02 Mar 2026 08:00:00 GMT", HOUR),
        ("Mon, 02 Mar 2026 06:00:00 GMT", None),
        ("Mon, 02 Mar 2126 06:00:00 GMT", LONGEST_WAIT),
        ("soon", None),
    ],
)
def test_how_long_a_server_wants_to_be_left_alone(text, found):
    assert retry_after({"retry-after": text}, NOW) == found


def test_a_wait_until_an_instant_is_by_the_servers_own_clock():
    headers = {"retry-after": "Mon, 02 Mar 2020 08:00:00 GMT", "date": "Mon, 02 Mar 2020 07:00:00 GMT"}
    assert retry_after(headers, NOW) == HOUR


@pytest.mark.parametrize(
    "text",
    ["Mon, 02 Mar 2026 07:00:00 GMT", "Mon, 02 Mar 2026 07:00:00 -0000", "Mon, 02-Mar-26 08:00:00 +0100"],
)
def test_dates(text):
    assert http_date(text) == NOW


@pytest.mark.parametrize(
    "text", ["", "yesterday", "Mon, 42 Mar 2026 07:00:00 GMT", "x" * 101, "31 Dec 9999 23:00 -2300"]
)
def test_what_is_no_date(text):
    assert http_date(text) is None


@given(st.text(max_size=80))
def test_no_header_is_an_error(text):
    headers = dict.fromkeys(("retry-after", "cache-control", "expires", "date", "age", "etag"), text)
    assert (freshness(headers, NOW) or LONGEST_FRESH) <= LONGEST_FRESH
    assert (retry_after(headers, NOW) or LONGEST_WAIT) <= LONGEST_WAIT
    content_type(text)
    validators(headers)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("", ("", "")),
        ("Text/HTML", ("text/html", "")),
        ('text/html; x=y; Charset="UTF-8"; charset=latin-1', ("text/html", "utf-8")),
        ("; charset=utf-8", ("", "utf-8")),
    ],
)
def test_media_types(value, found):
    assert content_type(value) == found


def test_validators_that_cannot_be_sent_back_are_left_out():
    assert validators({"etag": ' W/"a" ', "last-modified": "some day"}) == ('W/"a"', "some day")
    assert validators({"etag": '"ä"', "last-modified": "a\nb"}) == ("", "")
    assert validators({"etag": "x" * 1001}) == ("", "")
