"""How daemons and newsletters stand at an instant, and what of it is wrong: what `digest status` says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from digest import processes
from digest.core.catchup import Due, Skip, plan
from digest.core.modeluse import Used, total
from digest.core.operation import FORGOTTEN
from digest.core.text import counted, spoken
from digest.scheduling import LEEWAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime, tzinfo

    from digest.app import Newsroom
    from digest.core.catchup import Pause
    from digest.core.edition import EditionRecord
    from digest.core.operation import DaemonState, Failure
    from digest.publishing import Target

OVERDUE = timedelta(minutes=10)
"""A slot that is due for longer than this, and of which nothing is recorded, waits for somebody who does not come."""

RECENT = timedelta(days=30)
"""What a model was used for is told for so long back."""

_SPARE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something a person should look at.

    Attributes:
        what: In a word: "silent", "killed", "trouble", "failing", "overdue", "waiting", "set aside", "future",
            "unknown", "stopped", "held", "uncertain", "relay", "source", "note" or "model".
        place: The daemon's holder, the newsletter, the relay, the source, the configuration, the operator's address,
            or the store.
        message: What it is, and what to do.
        since: Of what fails and may mend itself: when it began.
    """

    what: str
    place: str
    message: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class DaemonStanding:
    """A daemon, seen from here.

    Attributes:
        said: What it last said of itself.
        fresh: Whether it said so within three ticks and half a minute.
        state: As it said; "silent" where it should have said something since, "killed" where it is known to be gone.
        replaced: Whether it is silent or killed and another one of the same configuration was started since.
    """

    said: DaemonState
    fresh: bool
    state: str
    replaced: bool = False

    @property
    def notable(self) -> bool:
        """Whether it runs, or something is wrong with it."""
        return self.state != "stopped" and not self.replaced


@dataclass(frozen=True, slots=True)
class NewsletterStanding:
    """A newsletter, seen from here.

    Attributes:
        target: The newsletter.
        last: The record of its latest slot up to now; None when nothing is recorded.
        next: Its next slot; None when there is none to come.
        pause: The pause that holds it.
        failure: Why work on it fails, if it does.
        waiting: Where deliveries wait: an edition's id, the sink, and how many.
        overdue: The earliest slot that is overdue.
        ahead: The earliest record of a slot that is still to come.
        since: From when on its slots count, where that is still to come.
        stopped: Why its mail is kept back; empty when it is not.
        held: Deliveries that are kept back: an edition's id, and why.
        uncertain: Of how many deliveries nobody knows whether they arrived.
        model: What a model was used for on each of the last days (`RECENT`), in order; None where none is to be asked.
    """

    target: Target
    last: EditionRecord | None
    next: datetime | None
    pause: Pause | None
    failure: Failure | None
    waiting: Sequence[tuple[str, str, int]]
    overdue: datetime | None
    ahead: EditionRecord | None
    since: datetime | None
    stopped: str = ""
    held: Sequence[tuple[str, str]] = ()
    uncertain: int = 0
    model: Mapping[date, Used] | None = None

    @property
    def used(self) -> Used | None:
        """What a model was used for on all of these days."""
        return None if self.model is None else total(self.model.values())

    @property
    def messages(self) -> int:
        """How many deliveries wait."""
        return sum(count for _, _, count in self.waiting)


def daemons_of(newsroom: Newsroom, now: datetime) -> list[DaemonStanding]:
    """The daemons of the last week, those that ticked last first."""
    known = [said for said in newsroom.store.daemons.all() if now - said.ticked <= FORGOTTEN]
    return [
        DaemonStanding(said, _is_fresh(said, now), _state(said, now), _is_replaced(said, known, now)) for said in known
    ]


def _is_replaced(said: DaemonState, known: Sequence[DaemonState], now: datetime) -> bool:
    if _state(said, now) not in ("silent", "killed"):
        return False
    others = [other for other in known if other.holder != said.holder and other.config == said.config]
    if said.ticked > now:  # by a clock that was wrong: no right one comes after it, but one that runs is enough
        return any(_state(other, now) == "running" for other in others)
    return any(other.started > said.ticked for other in others)


def _is_fresh(said: DaemonState, now: datetime) -> bool:
    # A tick of the future was made by a clock that was wrong: it says nothing about the present.
    return abs(now - said.ticked) <= 3 * timedelta(seconds=said.tick) + _SPARE


def _state(said: DaemonState, now: datetime) -> str:
    if said.state == "stopped":
        return said.state
    if processes.is_gone(said.holder):
        return "killed"
    return said.state if _is_fresh(said, now) else "silent"


def newsletters_of(newsroom: Newsroom, now: datetime) -> list[NewsletterStanding]:
    """The newsletters, in the order of the configuration."""
    return [_newsletter(newsroom, newsroom.target(key), now) for key in newsroom.settings.newsletters]


def _newsletter(newsroom: Newsroom, target: Target, now: datetime) -> NewsletterStanding:
    key, editions, ledger = target.key, newsroom.store.editions, newsroom.store.ledger
    known = newsroom.store.standings.since(key)
    dispatches = ledger.open(key)
    return NewsletterStanding(
        target=target,
        last=editions.last(key, now),
        next=target.schedule.next(now),
        pause=newsroom.scheduling.paused(target, now),
        failure=newsroom.store.standings.failure(key),
        waiting=[(each.edition, each.sink, ledger.left(each.id)) for each in dispatches],
        overdue=_overdue(newsroom, target, now),
        ahead=editions.following(key, now),
        since=known[0] if known is not None and known[0] > now + LEEWAY else None,
        stopped=ledger.stopped(key),
        held=list(dict.fromkeys((each.edition, each.held) for each in dispatches if each.held)),
        uncertain=ledger.doubts(key),
        model=_model(newsroom, target, now),
    )


def _model(newsroom: Newsroom, target: Target, now: datetime) -> Mapping[date, Used] | None:
    if newsroom.settings.model is None or not target.newsletter.by_model:
        return None
    return newsroom.store.model_use.days(target.key, (now - RECENT).astimezone(UTC).date())


def _overdue(newsroom: Newsroom, target: Target, now: datetime) -> datetime | None:
    known = newsroom.store.standings.since(target.key)
    # Its slots count from the moment it is met, and that is when somebody next looks.
    if known is None or known[1] != target.timetable or newsroom.scheduling.paused(target, now) is not None:
        return None
    for step in plan(target.timing, newsroom.scheduling.past(target, now), now):
        if isinstance(step, Skip) and step.why == "paused":
            continue
        slot = step.merged[0].slot if isinstance(step, Due) and step.merged else step.slot
        return slot if now - slot > OVERDUE else None
    return None


def wrong_in(
    newsroom: Newsroom, daemons: Sequence[DaemonStanding], newsletters: Sequence[NewsletterStanding], program: str
) -> Iterator[Wrong]:
    """What is wrong, daemons first.

    Args:
        newsroom: Whose library, sinks and records are looked at.
        daemons: As `daemons_of` gives them.
        newsletters: As `newsletters_of` gives them.
        program: The command, as it can be typed here.
    """
    zone = zone_of(newsletters)
    for daemon in daemons:
        yield from _wrong_daemon(daemon, zone, program)
    for newsletter in newsletters:
        yield from _wrong_newsletter(newsletter, program)
    yield from _wrong_relays(newsroom, zone, program)
    yield from _wrong_sources(newsroom, zone)
    yield from _wrong_notes(newsroom, zone)
    yield from _wrong_model(newsroom, newsletters, zone, program)
    unknown = [key for key in newsroom.store.editions.newsletters() if key not in newsroom.settings.newsletters]
    if unknown:
        yield Wrong("unknown", str(newsroom.settings.path), _unknown(unknown))
    aside = sum(problem.set_aside for problem in newsroom.intake.problems())
    if aside:
        said = f"{counted(aside, 'article')} set aside; see which, and why, with: {program} check"
        yield Wrong("set aside", newsroom.store.place, said)


def _wrong_sources(newsroom: Newsroom, zone: tzinfo) -> Iterator[Wrong]:
    """The sources that have failed for long, or many times in a row; what fails now and then mends itself."""
    asked = {(each.name, each.url) for each in newsroom.settings.sources}
    for (name, url), visit in newsroom.store.visits.all().items():
        if (name, url) in asked and visit.failures and visit.reported and visit.failing_since is not None:
            since = spoken(visit.failing_since, zone)
            yield Wrong("source", name, f"nothing has come of it since {since}: {visit.last_error}")


def _wrong_notes(newsroom: Newsroom, zone: tzinfo) -> Iterator[Wrong]:
    """The addresses of the operator's that notes do not get through to."""
    if not newsroom.settings.notify:
        return
    known = newsroom.store.notes.all()
    for address in newsroom.settings.notify:
        state = known.get(address)
        if state is not None and state.since is not None:
            since = spoken(state.since, zone)
            yield Wrong("note", address, f"no note to the operator gets there since {since}: {state.error}")


def _wrong_model(
    newsroom: Newsroom, newsletters: Sequence[NewsletterStanding], zone: tzinfo, program: str
) -> Iterator[Wrong]:
    """The model that answers nothing: once, however many newsletters have their summaries of it."""
    model, trouble = newsroom.settings.model, newsroom.store.model_use.trouble()
    asked = any(each.model is not None for each in newsletters)
    if model is not None and trouble is not None and trouble.model == model.identity and asked:
        said = f"the model has answered nothing since {spoken(trouble.since, zone)}: {trouble.text}"
        way = "editions have sentences of the articles meanwhile; once that is mended, make it known"
        place = f"{newsroom.settings.path} summaries"
        yield Wrong("model", place, f"{said}; {way}: {program} summarize --model FILE", trouble.since)


def _wrong_relays(newsroom: Newsroom, zone: tzinfo, program: str) -> Iterator[Wrong]:
    named = {relay.name for sink in newsroom.settings.smtp for relay in sink.relays}
    for state in newsroom.store.relays.all():
        if state.pause is not None and state.relay in named:
            paused = f"nothing leaves by it since {spoken(state.pause.since, zone)}: {state.pause.reason}"
            yield Wrong("relay", state.relay, f"{paused}; once that is mended: {program} resume --relay {state.relay}")


def zone_of(newsletters: Sequence[NewsletterStanding]) -> tzinfo:
    """The zone in which daemons, which have none, are told of: the first newsletter's."""
    return newsletters[0].target.newsletter.zone if newsletters else UTC


def _unknown(keys: Sequence[str]) -> str:
    names = ", ".join(f"'{key}'" for key in keys)
    return (
        f"has no {names}, of which the store has editions; one that was renamed starts anew, and its stories may come "
        "again: keep the key, and change the title; one that is over: keep it, with `end`"
    )


def _wrong_daemon(daemon: DaemonStanding, zone: tzinfo, program: str) -> Iterator[Wrong]:
    said = daemon.said
    if not daemon.notable:
        return
    last = spoken(said.ticked, zone)
    if daemon.state == "killed":
        yield Wrong("killed", said.holder, f"the daemon was killed after {last}; start it again: {program} serve")
        return
    if daemon.state == "silent":
        health = f"http://{said.address}/healthz" if said.address else "/healthz"
        message = f"the daemon has said nothing since {last}; it hangs, or may be unable to write to the store"
        yield Wrong("silent", said.holder, f"{message}: see {health} and its log, mend what they name, and restart it")
    if said.trouble:
        yield Wrong("trouble", said.holder, said.trouble)


def _wrong_newsletter(standing: NewsletterStanding, program: str) -> Iterator[Wrong]:
    key, zone = standing.target.key, standing.target.newsletter.zone
    if standing.failure is not None:
        since = spoken(standing.failure.since, zone)
        yield Wrong("failing", key, f"has failed since {since}: {standing.failure.text}", standing.failure.since)
    if standing.overdue is not None:
        due = f"the slot of {spoken(standing.overdue, zone)} is overdue, nothing is recorded of it"
        yield Wrong("overdue", key, f"{due}; start the daemon ({program} serve), or: {program} run {key} --due")
    yield from _wrong_mail(standing, program)
    sinks = {sink.name for sink in standing.target.sinks}
    for edition, sink, count in standing.waiting:
        if sink not in sinks:
            message = f"{counted(count, 'message')} of {edition} wait for the sink '{sink}', which is not configured"
            yield Wrong("waiting", key, f"{message}; name it in config.yaml again")
    if standing.ahead is not None:
        slot = spoken(standing.ahead.slot, zone)
        message = f"{standing.ahead.id} is {standing.ahead.status} already, and its slot, {slot}, is still to come"
        yield Wrong(
            "future", key, f"{message}: made by hand with --at, or by a clock that was wrong; look at the clock"
        )
    if standing.since is not None:
        met = f"the clock was ahead when it was met, or --at: its slots count from {spoken(standing.since, zone)} on"
        yield Wrong("future", key, f"{met}; look at the clock, then let them count from now: {program} run {key} --due")


def _wrong_mail(standing: NewsletterStanding, program: str) -> Iterator[Wrong]:
    key = standing.target.key
    if standing.stopped:
        said = f"its mail has stopped: {standing.stopped}; look why, then let it go on: {program} resume {key}"
        yield Wrong("stopped", key, said)
    for edition, reason in standing.held:
        late = f"{program} deliver {key} --edition {edition} --late"
        yield Wrong("held", key, f"the mail of {edition} is held: {reason}; send it all the same: {late}")
    if standing.uncertain:
        said = (
            f"nobody knows whether {counted(standing.uncertain, 'message')} arrived; settle that: {program} reconcile"
        )
        yield Wrong("uncertain", key, said)
