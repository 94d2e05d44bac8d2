"""Web addresses as one article's: without what only tells who clicked, and unwrapped where another site stands before.

Nothing is fetched, so what only the site itself knows (its redirects, its canonical links) is not found here. Unknown
parameters stay, and all keep their order: to a site they may mean anything.
"""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import parse_qsl, unquote, urlsplit


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TRACKING = _names(
    """
    fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ymclid twclid ttclid li_fat_id igsh igshid scclid epik
    mc_cid mc_eid mkt_tok _hsenc _hsmi __hstc __hssc __hsfp hsctatracking vero_id vero_conv oly_anon_id oly_enc_id
    rb_clickid wickedid _openstat ml_subscriber ml_subscriber_hash xtor at_medium at_campaign at_custom1 at_custom2
    at_custom3 at_custom4 ns_mchannel ns_source ns_campaign ns_linkname ns_fee pk_campaign pk_kwd pk_keyword pk_source
    pk_medium pk_content pk_cid mtm_campaign mtm_keyword mtm_kwd mtm_source mtm_medium mtm_content mtm_cid mtm_group
    mtm_placement piwik_campaign piwik_kwd matomo_campaign matomo_kwd ga_source ga_medium ga_campaign ga_content ga_term
    """
)
_TRACKING_PREFIXES = ("utm_", "hsa_")
_AMP = frozenset({"amp", "amp=1", "amp=true", "outputtype=amp"})
"""Parameters, whole, that ask a site for the AMP form of a page."""

_GOOGLE_AMP = re.compile(r"/amp/(s/)?([^/?#.]+\.[^/?#]+)(/.*)?", re.DOTALL)
_CACHED_AMP = re.compile(r"/[civ]/(?:wp/)?(s/)?([^/?#.]+\.[^/?#]+)(/.*)?", re.DOTALL)
_WRAPPERS = {("www.google.com", "/url"): ("url", "q"), ("l.facebook.com", "/l.php"): ("u",)}
"""Host and path of pages that only lead on, and the parameters that may say where to."""

_PROXIES = frozenset({"feedproxy.google.com", "feeds.feedburner.com", "feeds.feedblitz.com", "rss.feedsportal.com"})
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)([/-]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")
_MOST_UNWRAPPED = 3


def canonical_url(url: str) -> str:
    """A URL without tracking parameters, led out of AMP caches and of pages that only lead on; idempotent.

    What cannot be parsed comes back as it is.
    """
    led = [url]
    while (inner := _unwrapped(led[-1])) and len(led) <= _MOST_UNWRAPPED:
        led.append(inner)
    # Wrapped deeper than anybody does, it stays as it is: half-way led out, it would be another URL the next time.
    url = url if inner else led[-1]
    head, hash_sign, fragment = url.partition("#")
    head, question, query = head.partition("?")
    if question:
        pieces = query.split("&")
        kept = [piece for piece in pieces if not (_tracks(piece) or piece.lower() in _AMP)]
        if len(kept) < len(pieces):
            question, query = ("?", "&".join(kept)) if any(kept) else ("", "")
    # A fragment that only counts clicks ('#xtor=RSS-1') leads nowhere in the page.
    if fragment and all(map(_tracks, fragment.split("&"))):
        hash_sign = fragment = ""
    return f"{head}{question}{query}{hash_sign}{fragment}"


def is_proxy(url: str) -> bool:
    """Whether a URL is that of a service between reader and site, of which it says nothing."""
    try:
        return (urlsplit(url).hostname or "") in _PROXIES
    except ValueError:
        return False


def date_in_path(url: str) -> date | None:
    """The day that a URL's path names, `/2024/03/06/` or `2024-03-06`, if it names exactly one."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    found = {(year, month, day) for year, _, month, day in _DAY.findall(path)}
    if len(found) != 1:
        return None
    try:
        return date(*map(int, found.pop()))
    except ValueError:
        return None


def _tracks(piece: str) -> bool:
    name = piece.partition("=")[0].lower()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def _unwrapped(url: str) -> str:
    """Where a wrapped URL leads; empty when it is not wrapped."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    names = _WRAPPERS.get((host, parts.path))
    if names:
        values = dict(reversed(parse_qsl(parts.query, max_num_fields=100)) if parts.query.count("&") < 100 else ())
        return next((values[name] for name in names if values.get(name, "").startswith(("https://", "http://"))), "")
    match = None
    if host in {"www.google.com", "google.com"}:
        match = _GOOGLE_AMP.fullmatch(parts.path)
    elif host.endswith(".cdn.ampproject.org"):
        match = _CACHED_AMP.fullmatch(parts.path)
    if match is None:
        return ""
    scheme = "https" if match[1] else "http"
    return f"{scheme}://{unquote(match[2])}{match[3] or '/'}{'?' if parts.query else ''}{parts.query}"
