"""Web addresses as one article's."""

from datetime import date
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.urls import canonical_url, date_in_path, is_proxy


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://a.example/x?utm_source=rss&utm_medium=feed", "https://a.example/x"),
        ("https://a.example/x?b=2&UTM_Source=r&a=1&fbclid=z", "https://a.example/x?b=2&a=1"),
        ("https://a.example/x?gclid=1&mc_cid=2&mc_eid=3#part", "https://a.example/x#part"),
        ("https://a.example/x?ref=rss&source=feed&id=1", "https://a.example/x?ref=rss&source=feed&id=1"),
        ("https://a.example/x?utmost=1", "https://a.example/x?utmost=1"),
        ("https://a.example/x?", "https://a.example/x?"),
        ("https://a.example/x?a&&b", "https://a.example/x?a&&b"),
        ("https://a.example/x#xtor=RSS-1", "https://a.example/x"),
        ("https://a.example/x#utm_a=1&part", "https://a.example/x#utm_a=1&part"),
        ("https://a.example/x?amp=1&p=2", "https://a.example/x?p=2"),
        ("https://a.example/x?amp=3", "https://a.example/x?amp=3"),
        ("https://www.google.com/amp/s/a.example/x?utm_a=1", "https://a.example/x"),
        ("https://a-example.cdn.ampproject.org/c/s/a.example/x", "https://a.example/x"),
        ("https://a-example.cdn.ampproject.org/v/a.example", "http://a.example/"),
        ("https://www.google.com/url?rct=j&url=https://a.example/x%3Futm_a%3D1&ct=ga", "https://a.example/x"),
        ("https://www.google.com/url?url=javascript:x", "https://www.google.com/url?url=javascript:x"),
        ("https://www.google.com/amp/", "https://www.google.com/amp/"),
        ("http://[::1/x?utm_a=1", "http://[::1/x"),
        ("", ""),
    ],
)
def test_canonical(url, canonical):
    assert canonical_url(url) == canonical


QUERY = st.lists(st.sampled_from(["utm_a=1", "a=1", "b", "", "gclid=x", "amp", "c=%20", "utm_", "A=;"]), max_size=6)


@given(QUERY, st.sampled_from(["", "#x", "#xtor=1", "#", "#utm_b=1"]))
def test_canonical_is_idempotent_and_keeps_the_order(query, fragment):
    once = canonical_url(f"https://a.example/p?{'&'.join(query)}{fragment}")
    assert canonical_url(once) == once
    kept = [piece for piece in query if piece in {"a=1", "b", "c=%20", "A=;"}]
    assert [piece for piece in once.partition("?")[2].partition("#")[0].split("&") if piece] == kept


@given(st.text(max_size=80).map(lambda text: "https://www.google.com/" + text) | st.text(max_size=80))
def test_canonical_never_raises(url):
    once = canonical_url(url)
    assert isinstance(once, str)
    is_proxy(url)
    date_in_path(url)


@pytest.mark.parametrize("depth", range(6))
def test_wrappers_in_wrappers_are_led_out_of_or_left(depth):
    url = "https://a.example/x"
    for _ in range(depth):
        url = f"https://www.google.com/url?url={quote(url, safe='')}"
    assert canonical_url(url) == ("https://a.example/x" if depth <= 3 else url)


@pytest.mark.parametrize(
    ("url", "proxy"),
    [("https://feedproxy.google.com/~r/x", True), ("https://a.example/", False), ("http://[::1/x", False)],
)
def test_proxies(url, proxy):
    assert is_proxy(url) == proxy


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://a.example/2024/03/06/x", date(2024, 3, 6)),
        ("https://a.example/x-2024-03-06.html", date(2024, 3, 6)),
        ("https://a.example/20240306/x", date(2024, 3, 6)),
        ("https://a.example/2024/03/x", None),
        ("https://a.example/2024/02/30/x", None),
        ("https://a.example/2024/03/06/2023/01/01", None),
        ("https://a.example/120240306", None),
        ("https://a.example/x?d=2024-03-06", None),
        ("http://[::1/2024/03/06", None),
    ],
)
def test_the_day_in_a_path(url, day):
    assert date_in_path(url) == day
