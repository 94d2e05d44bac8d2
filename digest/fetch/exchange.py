"""One address fetched: its redirects, its host's manners, and what follows from the answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from digest.core.fetching import (
    Answer,
    Fetched,
    after_answer,
    after_failure,
    remembered,
    rested,
)
from digest.core.httpheaders import content_type, retry_after
from digest.core.webaddress import WebAddress, shown, web_address
from digest.fetch import robots
from digest.fetch.errors import ContentError, FailedError, FetchError, GuardError, ReachError, RefusedError
from digest.fetch.manners import Host, OverError, RestingError
from digest.fetch.wire import Request, Response, Wire

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from digest.core.fetching import Outcome, Visit, Wanted
    from digest.fetch.limits import Clock, Limits

_REDIRECTS = (301, 302, 303, 307, 308)
_PERMANENT = (301, 308)
_NO_HEAD = (403, 405, 406, 429, 500, 501, 503)
"""Answers that servers give to HEAD where GET would do."""

_REST = timedelta(minutes=15)
"""For so long a host is left alone that was asked too often and does not say for how long."""


@dataclass(frozen=True, slots=True)
class Hop:
    """Where the way of redirects led.

    Attributes:
        response: The last one.
        address: Where it came from.
        moved_to: Where permanent redirects alone led; empty when none did.
        notes: What was odd on the way.
        conditional: Whether the last server was told the validators.
    """

    response: Response
    address: WebAddress
    moved_to: str
    notes: tuple[str, ...]
    conditional: bool


class Exchanges:
    """The exchanges of one run.

    Args:
        wire: Its connections.
        limits: What it may take.
        clock: Its time.
        now: Aware; all instants in what is remembered are reckoned from it.
        room: Waits until there is room for one more answer.
        environ: Where passwords are kept.
    """

    def __init__(
        self,
        wire: Wire,
        limits: Limits,
        clock: Clock,
        now: datetime,
        room: Callable[[], Awaitable[object]],
        *,
        environ: Mapping[str, str],
    ) -> None:
        self._wire = wire
        self._limits = limits
        self._clock = clock
        self._now = now
        self._room = room
        self._environ = environ
        self._end = clock.now() + limits.total
        self._places = asyncio.Semaphore(limits.parallel)
        self._hosts: dict[str, Host] = {}

    async def fetch(self, wanted: Wanted) -> Fetched:
        """Fetch one address that is due. Never raises for what is wrong with it: that is an outcome."""
        now = self._now
        visit = remembered(wanted)
        place = shown(wanted.url)
        # Only a source is asked again, and only of a source can somebody change the address.
        advised = wanted.kind not in ("link", "image")

        def without(outcome: Outcome, visit: Visit, reason: str) -> Fetched:
            return Fetched(wanted.key, place, outcome, b"", "", "", visit, reason)

        try:
            hop = await self._follow(wanted, visit)
        except OverError:
            said = f"{place} was not asked: the {self._limits.total:g} seconds for all were over"
            return without("not_due", visit, said)
        except RestingError as error:
            return without("not_due", rested(visit, now + error.wait, now), f"{place} was not asked: {error}")
        except FetchError as error:
            said = f"{error.what}: {error.advice}" if advised else error.what
            outcome: Outcome = "refused" if isinstance(error, RefusedError) else "failed"
            return without(outcome, after_failure(visit, said, now), said)
        except Exception as error:  # noqa: BLE001 whatever a server makes a library do, the others go on
            said = f"{place} cannot be fetched ({type(error).__name__}: {str(error)[:200]})"
            said += ": it is tried again later" if advised else ""
            return without("failed", after_failure(visit, said, now), said)
        return self._judged(wanted, visit, hop, now)

    @staticmethod
    def _judged(wanted: Wanted, visit: Visit, hop: Hop, now: datetime) -> Fetched:
        response = hop.response
        answer = Answer(response.status, hop.address.url, response.headers, hop.moved_to, hop.conditional)
        judged = after_answer(visit, answer, now)
        media_type, charset = content_type(response.headers.get("content-type", ""))
        new = judged.outcome == "new"
        return Fetched(
            wanted.key,
            hop.address.url,
            judged.outcome,
            response.content if new else b"",
            media_type if new else "",
            charset if new else "",
            judged.visit,
            judged.reason,
            response.status,
            hop.notes,
        )

    async def _follow(self, wanted: Wanted, visit: Visit) -> Hop:
        """Follow redirects by hand: each hop is looked at as if it had been written down."""
        own = self._own(wanted)
        at = _address(visit.moved_to) if visit.moved_to else own
        spare = self._limits.seconds
        moved_to, permanent = "", True
        notes: list[str] = []
        been = set()
        for _ in range(self._limits.hops + 1):
            been.add(at.url)
            at = replace(at, login=own.login if at.origin == own.origin else "")
            local = wanted.local and at.host == own.host
            if wanted.kind == "page":
                await self._mind_robots(at, local=local)
            validators = _validators(visit) if at.url == visit.validated else {}
            limits = self._limits
            asked = Request(at, wanted.kind, local, limits.wire, limits.inflated, validators=validators)
            response, spare = await self._ask(asked, spare)
            if response.status not in _REDIRECTS:
                return Hop(response, at, moved_to, tuple(notes), bool(validators))
            leads = _target(response, at)
            if at.scheme == "https" and leads.scheme == "http":
                notes.append(f"{shown(at.url)} leads on to {shown(leads.url)}, which is not encrypted")
                permanent = False
            permanent = permanent and response.status in _PERMANENT
            moved_to = leads.url if permanent else moved_to
            if leads.url in been:
                raise FailedError(f"{shown(at.url)} leads in a circle", "open it in a browser")
            at = leads
        raise FailedError(
            f"{shown(wanted.url)} is redirected more than {self._limits.hops} times: write where it leads"
        )

    def _own(self, wanted: Wanted) -> WebAddress:
        """The address that is wanted, with its login."""
        own = _address(wanted.url)
        if wanted.login is None:
            return own
        password = self._environ.get(wanted.login.variable, "")
        if not password:
            raise RefusedError(
                f"{shown(wanted.url)} was not asked, as the environment variable {wanted.login.variable}, which holds "
                "its password, is not set",
                "set it where digest is started",
            )
        return replace(own, login=f"{wanted.login.username}:{password}")

    async def _ask(self, asked: Request, spare: float) -> tuple[Response, float]:
        """One request in its turn, with the seconds that are left of `spare` afterwards."""
        host = self._host(asked.address.host)
        if asked.kind == "link":
            response, spare = await self._once(host, replace(asked, method="HEAD"), spare)
            if response.status not in _NO_HEAD:
                return response, spare
        return await self._once(host, asked, spare)

    async def _once(self, host: Host, asked: Request, spare: float) -> tuple[Response, float]:
        place = shown(asked.address.url)
        async with host.turn(self._clock, self._end), self._places:
            await self._room()
            begun = self._clock.now()
            try:
                async with asyncio.timeout(min(spare, self._end - begun)):
                    response = await self._wire.ask(asked)
            except GuardError as error:
                raise RefusedError(*error.at(place)) from error
            except (ReachError, ContentError) as error:
                raise FailedError(*error.at(place)) from error
            except TimeoutError as error:
                if self._clock.now() >= self._end:
                    raise OverError from error
                raise FailedError(f"{place} takes more than {self._limits.seconds:g} seconds") from error
            if response.status == 429 and asked.method != "HEAD":
                host.rest = retry_after(response.headers, self._now) or _REST
            return response, spare - (self._clock.now() - begun)

    def _host(self, name: str) -> Host:
        if name not in self._hosts:
            self._hosts[name] = Host(name, self._limits.spacing, asyncio.Semaphore(self._limits.per_host))
        return self._hosts[name]

    async def _mind_robots(self, at: WebAddress, *, local: bool) -> None:
        """Ask robots.txt, once a run and origin.

        Raises:
            RefusedError: The page is not to be fetched, or not for now.
        """
        host = self._host(at.host)
        async with host.reading:
            found = host.rules.get(at.origin)
            if found is None:
                found = host.rules[at.origin] = await self._rules(at, local=local)
                host.spacing = max(host.spacing, found.delay(self._limits.crawl_delay))
        if found.trouble:
            raise RefusedError(f"{shown(at.url)} was not asked, as {found.trouble}")
        if not found.allow(at.url):
            raise RefusedError(f"{shown(at.url)} is not for programs, its robots.txt says", "read it in a browser")

    async def _rules(self, at: WebAddress, *, local: bool) -> robots.Rules:
        """The rules of an origin; trouble with reading them is in them."""
        own = at.host
        where = replace(at, target="/robots.txt", login="")
        place, spare = where.url, self._limits.seconds
        for _ in range(robots.HOPS + 1):
            asked = Request(
                where, "robots", local and where.host == own, robots.LARGEST, robots.LARGEST, rest_left=True
            )
            try:
                response, spare = await self._ask(asked, spare)
                if response.status not in _REDIRECTS:
                    return robots.rules(response.status, response.content, place)
                where = _target(response, where)
            except (RefusedError, FailedError) as error:
                return robots.Rules(trouble=error.what)
        return robots.Rules()  # as if there were none [RFC 9309 section 2.3.1.2]


def _address(url: str) -> WebAddress:
    try:
        return web_address(url)
    except ValueError as error:
        raise RefusedError(f"{shown(url) or 'an empty address'} {error}", "correct it") from error


def _target(response: Response, at: WebAddress) -> WebAddress:
    """Where a redirect leads, never with a login: a server has none to give."""
    location = response.headers.get("location", "")
    if not location:
        raise FailedError(f"{shown(at.url)} leads on to nowhere ({response.status})", "open it in a browser")
    try:
        return replace(web_address(location, at), login="")
    except ValueError as error:
        raise RefusedError(
            f"{shown(at.url)} leads on to {shown(location)}, which {error}", "open it in a browser"
        ) from error


def _validators(visit: Visit) -> dict[str, str]:
    found = {"If-None-Match": visit.etag, "If-Modified-Since": visit.last_modified}
    return {name: value for name, value in found.items() if value}
