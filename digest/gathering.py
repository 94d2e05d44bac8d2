"""The use case of gathering: fetch the sources that are due, and take in what is new of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from digest.collecting import Collection
from digest.core.fetching import Visit, Wanted, after_failure, news, remembered, rested, told
from digest.core.identity import normalise_url
from digest.core.model import Problem
from digest.core.newsletter import Filter
from digest.core.ports import Offer, Reading
from digest.core.sourcerules import SourceRules, judge
from digest.core.syndication import entry_path, is_webpage
from digest.core.webaddress import same_place
from digest.core.wishes import MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from digest.core.fetching import Fetched, Kind
    from digest.core.model import FoundArticle
    from digest.core.ports import Fetcher, Progress, RemoteReader
    from digest.core.stored import Library, Visits

BEFORE = "before"
"""Fingerprint of what was there before its source was met, and is left out for that."""

ELSEWHERE = ""
"""Fingerprint that the library gives what another source has too: it is looked at again each time."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A source that is fetched.

    Attributes:
        name: Unique among the sources.
        url: Its address.
        kind: What is looked for there.
        reader: Reads the answers.
        rules: What is made of its articles.
        every: It is not asked more often.
        local: Whether it may lie in the own network.
    """

    name: str
    url: str
    kind: Kind
    reader: RemoteReader
    rules: SourceRules = field(default_factory=SourceRules)
    every: timedelta | None = None
    local: bool = False


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of asking a source.

    Attributes:
        completed: Its articles that were completed by their pages, by path.
        late: Paths of what was there before the source was met, where that is known already.
    """

    fetched: Fetched
    offer: Offer
    completed: Mapping[str, FoundArticle] = field(default_factory=dict)
    late: frozenset[str] = frozenset()


class Gathering:
    """Gathers from all sources that are fetched. Not shared between threads.

    Args:
        remotes: The sources, by unique names.
        library: Where articles go.
        visits: What is remembered of addresses.
        fetcher: Fetches.
    """

    def __init__(self, remotes: Sequence[Remote], library: Library, visits: Visits, fetcher: Fetcher) -> None:
        self._remotes = {each.name: each for each in remotes}
        self._library = library
        self._visits = visits
        self._fetcher = fetcher

    def gather(self, now: datetime, progress: Progress) -> list[Collection]:
        """Fetch what is due, take in what is new; one collection for each source that was asked.

        A source is asked no more often than its own wishes, its server and `every` allow. What fails leaves everything
        as it was, and is tried again; it becomes a problem once it has lasted, and only once.
        """
        visits = self._visits.all()
        wanted = [
            Wanted(each.name, each.url, each.kind, each.local, _by_its_rules(visit, each.rules))
            for each in self._remotes.values()
            if not (visit := visits.get((each.name, each.url), Visit(each.url))).wishes.quiet(now, visit.last_tried)
        ]
        before = {each.key: remembered(each) for each in wanted}
        found: dict[str, Collection] = {}
        partial: dict[str, _Answer] = {}
        for fetched in progress(self._fetcher.fetch(wanted, now), total=len(wanted), label="Fetching"):
            remote = self._remotes[fetched.key]
            if fetched.outcome == "not_due":
                continue
            offer = remote.reader.offer(fetched, now) if fetched.outcome == "new" else Offer()
            if offer.partial:
                partial[remote.name] = _Answer(fetched, offer)
            else:
                found[remote.name] = self._settle(remote, _Answer(fetched, offer), now, before[remote.name])
        for name, answer in self._completed(partial, before, now, progress):
            found[name] = self._settle(self._remotes[name], answer, now, before[name])
        return [found[name] for name in self._remotes if name in found]

    def _completed(
        self, partial: Mapping[str, _Answer], before: Mapping[str, Visit], now: datetime, progress: Progress
    ) -> Iterator[tuple[str, _Answer]]:
        """The same, with the new articles completed by their pages; the pages of all are fetched side by side."""
        new: dict[str, list[FoundArticle]] = {}
        stubs: dict[str, tuple[str, FoundArticle]] = {}
        late: dict[str, frozenset[str]] = {}
        for name, answer in partial.items():
            new[name], late[name] = self._new(self._remotes[name], answer.offer, met=_was_met(before[name]))
            stubs |= {_page_key(name, each): (name, each) for each in new[name]}
        wanted = [
            Wanted(key, stub.url, "page", _may_be_local(self._remotes[name], stub.url), Visit(stub.url))
            for key, (name, stub) in stubs.items()
        ]
        whole: dict[str, FoundArticle] = {}
        failed: dict[str, list[Problem]] = {}
        pages = self._fetcher.fetch(wanted, now)
        for page in progress(pages, total=len(wanted), label="Fetching pages") if wanted else ():
            name, stub = stubs[page.key]
            why: FoundArticle | str = page.reason
            if page.outcome == "new":
                why = self._remotes[name].reader.complete(stub, page, now)
            if isinstance(why, str):
                failed.setdefault(name, []).append(Problem(stub.url, why))
            else:
                whole[page.key] = why
        for name, answer in partial.items():
            offer = answer.offer
            completed = {each.path: whole[key] for each in new[name] if (key := _page_key(name, each)) in whole}
            kept = offer.articles
            if self._remotes[name].kind == "page":
                # A page's card is no article without its text: it is met again as long as the page shows it.
                there = {*completed, *offer.whole, *late[name]}
                kept = tuple(each for each in kept if each.path in there)
            problems = (*offer.problems, *sorted(failed.get(name, ()), key=str))
            yield (
                name,
                _Answer(answer.fetched, replace(offer, articles=kept, problems=problems), completed, late[name]),
            )

    def _new(self, remote: Remote, offer: Offer, *, met: bool) -> tuple[list[FoundArticle], frozenset[str]]:
        """What is to be completed by its page, and the paths of what was there before the source was met.

        What a card says of itself is too little for conditions: a page's are asked once its articles are whole, and
        `first` counts before them. What another source has too is not fetched again and again.
        """
        known = self._library.fingerprints(remote.name)
        page = remote.kind == "page"
        rules = replace(remote.rules, include=Filter(), exclude=Filter()) if page else remote.rules
        judged = judge(offer.articles, rules, met=met or bool(known))
        wanted = {each.article.path for each in judged if not each.refused}
        new = [
            each
            for each in offer.articles
            if each.url
            and each.path in wanted
            and each.path not in offer.whole
            and known.get(each.path) not in (_mark(each, remote.rules), ELSEWHERE)
            and not _was_before(each, known)
        ]
        return new, frozenset(each.article.path for each in judged if each.late) if page else frozenset()

    def _settle(self, remote: Remote, answer: _Answer, now: datetime, before: Visit) -> Collection:
        """Take in what an answer holds, and remember the visit; `before`: what was remembered until now."""
        fetched, offer = answer.fetched, answer.offer
        visit, reason = fetched.visit, fetched.reason if fetched.outcome in ("failed", "gone", "refused") else ""
        problems = offer.problems
        collection = Collection(remote.name, trouble=reason, unit="article")
        if offer.useless:
            visit, reason = after_failure(before, offer.useless, now), offer.useless
            collection = Collection(remote.name, trouble=reason, unit="article")
        elif fetched.outcome == "new":
            visit = replace(visit, wishes=offer.wishes, rules=_hashed(remote.rules))
            collection = self._take(remote, answer, now, met=_was_met(before))
        span = max(remote.every or timedelta(), visit.wishes.rest * MINUTE)
        if span and not reason:
            visit = rested(visit, now + span, now)
        kind = news(visit, now)
        if kind:
            visit = told(visit)
        if kind == "trouble":
            since = f"{visit.failing_since:%Y-%m-%d %H:%M} UTC" if visit.failing_since else "now"
            problems = (*problems, Problem(remote.name, f"nothing has come of it since {since}: {reason}"))
        self._visits.keep(remote.name, visit)
        return replace(collection, problems=problems, recovered=kind == "recovery")

    def _take(self, remote: Remote, answer: _Answer, now: datetime, *, met: bool) -> Collection:
        offer = answer.offer
        known = self._library.fingerprints(remote.name)
        # What a source says of an article tells whether it is new, not what its page says.
        said = {each.path: each for each in offer.articles}
        articles = [answer.completed.get(each.path, each) for each in offer.articles]
        readings, marks, before = [], {}, []
        for each in judge(articles, remote.rules, met=met or bool(known) or bool(answer.late)):
            path = each.article.path
            late = each.late or path in answer.late
            mark = BEFORE if late else _mark(said[path], remote.rules)
            if known.get(path) == mark or _was_before(said[path], known):
                continue
            marks[path] = mark
            readings.append(Reading(path, () if late or each.refused else (each.article,)))
            if late and (twin := _twin(said[path])):
                marks[twin] = BEFORE
                before.append(Reading(twin))
        changes = self._library.record(remote.name, [*readings, *before], marks, (), now, there=said)
        return Collection(remote.name, len(offer.articles), len(readings), changes, unit="article")


def _was_met(before: Visit) -> bool:
    """Whether something came of a source before."""
    return before.last_success is not None


def _was_before(article: FoundArticle, known: Mapping[str, str]) -> bool:
    """Whether it was there before its source was met, by whichever id: some feeds make new ones each time."""
    return BEFORE in (known.get(article.path), known.get(_twin(article)))


def _twin(article: FoundArticle) -> str:
    """A path made of what an article is known by besides its id; empty where it has no address of its own."""
    if not article.url or article.shared_url:
        return ""
    return entry_path(f"{normalise_url(article.url)}\n{article.content_hash}")


def _page_key(source: str, article: FoundArticle) -> str:
    """What the page of an article is known by while it is fetched."""
    return f"{source}\n{article.path}"


def _mark(article: FoundArticle, rules: SourceRules) -> str:
    """An article's fingerprint: of all it says and of the rules it came by; what was odd about it does not count.

    Of a card, which has no text, neither do its teaser and picture: some pages show others each time, and each time
    its page would be fetched again.
    """
    said = replace(article, problems=())
    if not said.body.blocks and is_webpage(said.source):
        said = replace(said, summary="", image=None)
    return _hashed((said, rules))


def _hashed(value: object) -> str:
    return sha256(repr(value).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _by_its_rules(visit: Visit, rules: SourceRules) -> Visit:
    """What is remembered, without validators where the rules have changed: they are for what is there already."""
    if visit.rules == _hashed(rules):
        return visit
    return replace(visit, etag="", last_modified="", validated="")


def _may_be_local(remote: Remote, url: str) -> bool:
    """Whether a page may be in the own network: where its source may be, and at the same place alone."""
    return remote.local and same_place(remote.url, url)
