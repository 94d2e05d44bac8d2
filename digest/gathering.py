"""The use case of gathering: fetch the sources that are due, and take in what is new of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from digest.collecting import Collection
from digest.core.fetching import Visit, Wanted, after_failure, news, remembered, rested, told
from digest.core.marks import hashed
from digest.core.model import Problem
from digest.core.ports import Offer
from digest.core.sifting import Paged, sift, to_complete
from digest.core.sourcerules import SourceRules
from digest.core.webaddress import same_place
from digest.core.wishes import MINUTE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from digest.core.fetching import Fetched, Kind, Login
    from digest.core.model import FoundArticle
    from digest.core.ports import Fetcher, Progress, RemoteReader
    from digest.core.sifting import Haul
    from digest.core.stored import Library, Visits


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
        full_text: Whether its articles are completed by the pages they lead to.
        local: Whether it may lie in the own network.
        login: Who asks; None: nobody in particular.
    """

    name: str
    url: str
    kind: Kind
    reader: RemoteReader
    rules: SourceRules = field(default_factory=SourceRules)
    every: timedelta | None = None
    full_text: bool = False
    local: bool = False
    login: Login | None = None

    @property
    def judging(self) -> str:
        """What its answers are judged by, for `Visit.rules`."""
        return hashed((self.rules, self.full_text))

    def wanted(self, visit: Visit, now: datetime) -> Wanted:
        """What is to be fetched of it; `visit`: what is remembered.

        Validators are for what was taken in: where that is to be looked at once more, they are not told.
        """
        looked_at = visit.rules == self.judging and (visit.again is None or now < visit.again)
        state = visit if looked_at else replace(visit, etag="", last_modified="", validated="")
        return Wanted(self.name, self.url, self.kind, self.local, state, self.login)

    def page(self, key: str, url: str) -> Wanted:
        """A page that it leads to; what is allowed or known at its own scheme, host and port is so nowhere else."""
        own = same_place(self.url, url)
        return Wanted(key, url, "page", self.local and own, Visit(url), self.login if own else None)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of asking a source; `offer` without the articles, once these are sifted.

    Attributes:
        before: What was remembered of it until now.
        haul: What is to be taken in; None: nothing came.
    """

    fetched: Fetched
    offer: Offer
    before: Visit
    haul: Haul | None = None


@dataclass(slots=True)
class _Completing:
    """An answer whose articles' pages are being fetched.

    Attributes:
        late: As of `Paged`; so are `whole` and `failed`, which grow.
        problems: Why pages gave nothing.
    """

    answer: _Answer
    late: frozenset[str]
    whole: dict[str, FoundArticle] = field(default_factory=dict)
    failed: dict[str, bool] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def take(self, stub: FoundArticle, page: Fetched, remote: Remote, now: datetime) -> None:
        """Take what came of the page of one of its articles; `remote`: the source."""
        found = remote.reader.complete(stub, page, now) if page.outcome == "new" else page.reason
        if isinstance(found, str):
            self.failed[stub.path] = page.outcome != "not_due"
            waits = "is no article before its page is read" if remote.kind == "page" else "is taken as the feed has it"
            self.problems.append(Problem(f"{remote.name} '{stub.title}'", f"{waits}: {found}"))
        else:
            self.whole[stub.path] = found

    def done(self, kind: Kind) -> tuple[_Answer, Paged]:
        """The answer, and what came of its pages, which is the same in whatever order they came."""
        offer = self.answer.offer
        if kind == "page":
            # A page's card is no article without its text: it is met again as long as the page shows it.
            there = {*self.whole, *offer.whole, *self.late}
            offer = replace(offer, articles=tuple(each for each in offer.articles if each.path in there))
        offer = replace(offer, problems=(*offer.problems, *sorted(self.problems, key=str)))
        return replace(self.answer, offer=offer), Paged(self.whole, self.failed, self.late)


class Gathering:
    """Gathers from all sources that are fetched. Not shared between threads.

    Args:
        remotes: The sources, by unique names.
        library: Where articles go.
        visits: What is remembered of addresses.
        fetcher: Fetches.
        priority: Of any source by its name: of an article that several have, the lowest keeps it; of equals the first
            of `remotes`, where it comes of several at once, else the one that had it.
    """

    def __init__(
        self,
        remotes: Sequence[Remote],
        library: Library,
        visits: Visits,
        fetcher: Fetcher,
        priority: Callable[[str], int],
    ) -> None:
        self._remotes = {each.name: each for each in remotes}
        self._library = library
        self._visits = visits
        self._fetcher = fetcher
        self._priority = priority

    def gather(self, now: datetime, progress: Progress) -> list[Collection]:
        """Fetch what is due, take in what is new; one collection for each source that was asked.

        A source is asked no more often than its own wishes, its server and `every` allow. What fails leaves everything
        as it was, and is tried again; it becomes a problem once it has lasted, and only once.
        """
        visits = self._visits.all()
        wanted = [
            each.wanted(visit, now)
            for each in self._remotes.values()
            if not (visit := visits.get((each.name, each.url), Visit(each.url))).wishes.quiet(now, visit.last_tried)
        ]
        before = {each.key: remembered(each) for each in wanted}
        answers: dict[str, _Answer] = {}
        partial: dict[str, _Answer] = {}
        for fetched in progress(self._fetcher.fetch(wanted, now), total=len(wanted), label="Fetching"):
            remote = self._remotes[fetched.key]
            if fetched.outcome == "not_due":
                continue
            offer = remote.reader.offer(fetched, now) if fetched.outcome == "new" else Offer()
            answer = _Answer(replace(fetched, content=b""), offer, before[remote.name])
            if offer.partial:
                partial[remote.name] = answer
            elif fetched.outcome == "new" and not offer.useless:
                answers[remote.name] = self._sifted(remote, answer, Paged(), now)
            else:
                answers[remote.name] = answer
        answers |= self._completed(partial, now, progress)
        # Who is taken in first keeps what two have: that must not depend on whose server is quickest.
        order = sorted((name for name in self._remotes if name in answers), key=self._priority)
        found = {name: self._settle(self._remotes[name], answers[name], now) for name in order}
        return [found[name] for name in self._remotes if name in found]

    def _completed(
        self, partial: Mapping[str, _Answer], now: datetime, progress: Progress
    ) -> Iterator[tuple[str, _Answer]]:
        """The same, with the new articles completed by their pages; the pages of all are fetched side by side."""
        begun: dict[str, _Completing] = {}
        stubs: dict[str, tuple[str, FoundArticle]] = {}
        for name, answer in partial.items():
            remote, known = self._remotes[name], self._library.fingerprints(name)
            page = remote.kind == "page"
            new, late = to_complete(answer.offer, remote.rules, known, _since(answer.before), now=now, page=page)
            begun[name] = _Completing(answer, late)
            stubs |= {_page_key(name, each): (name, each) for each in new}
        wanted = [self._remotes[name].page(key, stub.url) for key, (name, stub) in stubs.items()]
        pages = self._fetcher.fetch(wanted, now)
        for fetched in progress(pages, total=len(wanted), label="Fetching pages") if wanted else ():
            name, stub = stubs[fetched.key]
            begun[name].take(stub, fetched, self._remotes[name], now)
        for name, each in begun.items():
            answer, paged = each.done(self._remotes[name].kind)
            yield name, self._sifted(self._remotes[name], answer, paged, now)

    def _sifted(self, remote: Remote, answer: _Answer, paged: Paged, now: datetime) -> _Answer:
        """An answer as what is to be taken in of it: what is known already need not be kept until the others came."""
        known = self._library.fingerprints(remote.name)
        haul = sift(answer.offer, paged, remote.rules, known, _since(answer.before), now=now)
        return replace(answer, offer=replace(answer.offer, articles=()), haul=haul)

    def _settle(self, remote: Remote, answer: _Answer, now: datetime) -> Collection:
        """Take in what an answer holds, and remember the visit."""
        fetched, offer, haul = answer.fetched, answer.offer, answer.haul
        visit, reason = fetched.visit, fetched.reason if fetched.outcome in ("failed", "gone", "refused") else ""
        problems = offer.problems
        if offer.useless:
            visit, reason = after_failure(answer.before, offer.useless, now), offer.useless
        collection = Collection(remote.name, trouble=reason, unit="article")
        if haul is not None:
            visit = replace(visit, wishes=offer.wishes, rules=remote.judging, again=haul.again)
            collection = self._take(remote, haul, now)
        span = max(remote.every or timedelta(), visit.wishes.rest * MINUTE)
        if span and not reason:
            visit = rested(visit, now + span, now)
        kind = news(visit, now)
        if kind:
            visit = told(visit)
        if kind == "trouble":
            since = f"{visit.failing_since:%Y-%m-%d %H:%M} UTC" if visit.failing_since else "now"
            problems = (*problems, Problem(remote.name, f"nothing has come of it since {since}: {reason}"))
        # A failure that another process has overtaken counts for nothing: it may have met the source at work since.
        if not self._visits.keep(remote.name, visit, since=answer.before if reason else None):
            return replace(collection, problems=offer.problems)
        return replace(collection, problems=problems, recovered=kind == "recovery")

    def _take(self, remote: Remote, haul: Haul, now: datetime) -> Collection:
        own = self._priority(remote.name)
        changes = self._library.record(
            remote.name,
            haul.readings,
            haul.marks,
            (),
            now,
            there=haul.there,
            outranks=lambda other: own < self._priority(other),
        )
        return Collection(remote.name, haul.seen, haul.new, changes, unit="article")


def _since(before: Visit) -> datetime | None:
    """Since when a source has been met, whether there was anything in it or not."""
    return before.met or before.last_success


def _page_key(source: str, article: FoundArticle) -> str:
    """What the page of an article is known by while it is fetched."""
    return f"{source}\n{article.path}"
