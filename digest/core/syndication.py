"""The identity of what comes in feeds: which ids mean something in the whole world, and which only in their feed.

A feed's guid is unique within the feed at best. One that is an address, a `tag:` or a `urn:` names the same article
wherever it stands; '1234' or 'post-7' does not, so it counts together with the source it is of.
"""

from __future__ import annotations

import re

from digest.core.text import short_hash

FEED = "feed:"
"""The names of sources that are feeds begin so, after `import:` where the feed was a file."""
WEBPAGE = "webpage:"
"""The names of sources that are web pages begin so."""

LONGEST_ID = 300
_WORLDWIDE = re.compile(
    r"https?://[^/\s]+/\S|tag:[^\s,:]+,\d{4}|urn:\S|info:\S|doi:\S"
    r"|(?:urn:uuid:)?\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?\Z",
    re.IGNORECASE,
)
_SCOPE = " in "


def is_syndicated(source: str) -> bool:
    """Whether a source's name is that of a feed, which may carry what stands elsewhere too."""
    return source.removeprefix("import:").startswith(FEED)


def is_webpage(source: str) -> bool:
    """Whether a source's name is that of a web page."""
    return source.startswith(WEBPAGE)


def is_others(source: str) -> bool:
    """Whether other people decide what a source carries: the same article in another one too is then no mistake."""
    return is_syndicated(source) or is_webpage(source)


def given_name(source: str) -> str:
    """What the operator calls a feed or a web page, by its source's name; empty where it goes by its address."""
    name = source.partition(":")[2] if source.startswith((FEED, WEBPAGE)) else ""
    return "" if "://" in name else name


def feed_id(guid: str, source: str) -> str:
    """The id of an entry: its guid, with the source where the guid means nothing outside of it.

    Args:
        guid: One line, not empty.
        source: Name of the source; stays the same when the feed moves.
    """
    short = guid if len(guid) <= LONGEST_ID else f"{guid[: LONGEST_ID - 70]}…{short_hash(guid, 64)}"
    return short if _WORLDWIDE.match(guid) else f"{short}{_SCOPE}{source}"


def told_apart(guid: str, other: str) -> str:
    """The id of a second entry with a guid that another entry of the feed has; `other` is what tells it from that."""
    return f"{guid}#{short_hash(other)}"


def scope(identity: str) -> str:
    """The source that an id counts in; empty when it counts everywhere."""
    head, _, source = identity.rpartition(_SCOPE)
    return source if head and is_syndicated(source) else ""


def entry_path(strongest: str) -> str:
    """The path of an entry within its feed: of its strongest identity, so that it stays where the entry moves."""
    return short_hash(strongest, 16)
