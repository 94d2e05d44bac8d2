"""What is remembered of each article of a source that is fetched, from one answer to the next, as its fingerprint.

The library keeps it as a text beside the article's path: a hash of what the source said and of the rules it came by,
and how it stands with the article's page, where that was wanted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from digest.core.identity import normalise_url
from digest.core.syndication import entry_path, is_webpage

if TYPE_CHECKING:
    from digest.core.model import FoundArticle
    from digest.core.sourcerules import SourceRules

BEFORE = "before"
"""Mark of what was there before its source was met, and is left out for that."""

ELSEWHERE = ""
"""Mark that the library gives what another source has: it is looked at again each time."""

PAUSES = (timedelta(), timedelta(hours=6), timedelta(days=2))
"""How long after a try an article's page is asked for again, by how often it has failed; after that many no more."""

_WHOLE = "whole"
_INSTANT = "%Y%m%d%H%M"


@dataclass(frozen=True, slots=True)
class Mark:
    """How an article was when it was last met.

    Attributes:
        said: A hash, see `hashed`.
        whole: Whether its page completed it.
        failures: How often its page failed.
        tried: When its page was last to be asked, to the minute; None: it was not.
    """

    said: str
    whole: bool = False
    failures: int = 0
    tried: datetime | None = None

    @property
    def again(self) -> datetime | None:
        """When its page is to be asked again; None: never, or any time, as it never was."""
        if self.whole or self.tried is None or self.failures >= len(PAUSES):
            return None
        return self.tried + PAUSES[self.failures]

    def wants_page(self, now: datetime) -> bool:
        """Whether its page is to be asked now. One that was tried in the future was tried by a wrong clock."""
        if self.whole or self.tried is None:
            return not self.whole
        return self.again is not None and (now >= self.again or now < self.tried)

    def after(self, now: datetime, *, failed: bool) -> Mark:
        """After its page was to be asked and gave nothing; `failed`: it was, else there was no time for it."""
        return replace(self, failures=self.failures + failed, tried=now)

    def __str__(self) -> str:
        if self.whole:
            return f"{self.said} {_WHOLE}"
        return f"{self.said} {self.failures} {self.tried.astimezone(UTC):{_INSTANT}}" if self.tried else self.said

    @classmethod
    def read(cls, text: str) -> Mark:
        """What `str` made of one; of any other text, one that is like none."""
        said, *rest = text.split(" ")
        match rest:
            case [word] if word == _WHOLE:
                return cls(said, whole=True)
            case [failures, tried]:
                return cls(said, failures=int(failures), tried=datetime.strptime(tried, _INSTANT).replace(tzinfo=UTC))
        return cls(said)


def hashed(value: object) -> str:
    """A hash of a value, by what `repr` says of it."""
    return sha256(repr(value).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def said_of(article: FoundArticle, rules: SourceRules) -> str:
    """A hash of all an article says and of the rules it came by; what was odd about it does not count.

    Of a card, which has no text, neither do its teaser and picture: some pages show others each time, and each time
    its page would be fetched again.
    """
    said = replace(article, problems=())
    if not said.body.blocks and is_webpage(said.source):
        said = replace(said, summary="", image=None)
    return hashed((said, rules))


def twin(article: FoundArticle) -> str:
    """A path made of what an article is known by besides its id; empty where it has no address of its own.

    What was there before its source was met is noted by this too: some feeds make new ids each time.
    """
    if not article.url or article.shared_url:
        return ""
    return entry_path(f"{normalise_url(article.url)}\n{article.content_hash}")
