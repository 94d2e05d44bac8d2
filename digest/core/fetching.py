"""What is remembered of an address between two visits, and what follows from an answer [RFC 9110, RFC 9111]."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal, NamedTuple

from digest.core.httpheaders import LONGEST_WAIT, freshness, retry_after, validators
from digest.core.webaddress import shown
from digest.core.wishes import NO_WISHES, Wishes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

Kind = Literal["feed", "page", "image", "link"]
"""What is looked for: it decides what is asked for, and that robots.txt is read for pages alone.

Of a `link` only whether it answers counts: nothing of its content is read.
"""

Outcome = Literal["new", "unchanged", "not_due", "gone", "failed", "refused"]
"""How a visit ended.

`new`: content came. `unchanged`: the server says it is what it was. `not_due`: it was not asked, for now. `gone`: for
good. `failed`: it was asked, or was to be. `refused`: digest does not ask it, or must not.
"""

LOOK_AGAIN = timedelta(days=30)
"""What is gone is asked again after that: a 410 may be a slip, and nobody would ever notice its end."""

SEVERAL = 5
"""So many failures in a row are reported; with the waits between them, that is more than an hour."""

A_DAY = timedelta(hours=23)
"""Failing for so long is reported; an hour less than a day, so that the second of two daily runs counts."""

_FIRST_PAUSE = timedelta(minutes=5)
_LONGEST_PAUSE = timedelta(hours=6)
_MOVED_FOR = 3
"""After so many failures at the place it had moved to, the configured one is asked again."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What is remembered of an address. All instants are aware.

    Attributes:
        url: As configured. Where that changes, nothing else counts any more.
        moved_to: Where it moved for good [301, 308]; empty when it did not.
        gone: Whether it said so [410].
        etag: Of the last content, as sent.
        last_modified: The same.
        validated: The address these two came from: no other is told them.
        not_before: It is not asked earlier; None: at any time.
        failures: In a row.
        failing_since: When the first of them was.
        last_error: What the last one was; empty after a success.
        last_tried: None: never yet.
        last_success: None: never yet.
        reported: Whether the operator was told of its trouble.
        wishes: Its own, as its last content said.
        rules: What its last content was judged by, as its reader writes it: where that has changed, content that has
            not is to be looked at again.
        met: When it worked first; None: never yet.
        again: When its content is to be looked at again, changed or not, for pages of its articles that failed; None:
            not.
    """

    url: str
    moved_to: str = ""
    gone: bool = False
    etag: str = ""
    last_modified: str = ""
    validated: str = ""
    not_before: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    last_error: str = ""
    last_tried: datetime | None = None
    last_success: datetime | None = None
    reported: bool = False
    wishes: Wishes = NO_WISHES
    rules: str = ""
    met: datetime | None = None
    again: datetime | None = None


@dataclass(frozen=True, slots=True)
class Login:
    """Who asks.

    Attributes:
        username: Without a colon [RFC 7617].
        variable: The environment variable that holds the password.
    """

    username: str
    variable: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something to fetch.

    Attributes:
        key: What the caller knows it by.
        url: As configured or found; a login in it is sent to its own origin alone.
        kind: What is looked for.
        local: Whether its host may be in the own network. Only for what the operator wrote, never for what was found
            in something fetched.
        state: What is remembered of it.
        login: Sent to the origin of `url` alone; None: nobody logs in.
    """

    key: str
    url: str
    kind: Kind
    local: bool
    state: Visit
    login: Login | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """How a visit ended.

    Attributes:
        key: As wanted.
        url: Where the answer came from, after all redirects; where none came, the one that was wanted, as a message
            shows it. Never with a login.
        outcome: See `Outcome`.
        content: Inflated; empty unless `new`.
        media_type: Lower case, `text/html`; empty when the server does not say.
        charset: As the server says, lower case; empty when it does not.
        visit: What to remember from now on.
        reason: Why it is not new, and what to do, for a person; names the address.
        status: Of the last answer; 0 when there was none.
        notes: What is odd and did no harm.
    """

    key: str
    url: str
    outcome: Outcome
    content: bytes
    media_type: str
    charset: str
    visit: Visit
    reason: str
    status: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said at the end of all redirects.

    Attributes:
        status: 200.
        url: Where.
        headers: Names in lower case.
        moved_to: Where permanent redirects alone led, from the address asked; empty when none did.
        conditional: Whether it was told the validators.
    """

    status: int
    url: str
    headers: Mapping[str, str]
    moved_to: str = ""
    conditional: bool = False


class Judged(NamedTuple):
    """What follows from an answer: the outcome, what to remember, and why; see `Fetched`."""

    outcome: Outcome
    visit: Visit
    reason: str


def remembered(wanted: Wanted) -> Visit:
    """What is remembered of just this address: nothing, once the configured one was changed."""
    return wanted.state if wanted.state.url == wanted.url else Visit(wanted.url)


def due(visit: Visit, now: datetime) -> bool:
    """Whether an address is to be asked now."""
    if visit.gone:
        return visit.last_tried is None or abs(now - visit.last_tried) >= LOOK_AGAIN
    # Further ahead than any wait is the work of a wrong clock.
    return visit.not_before is None or not now < visit.not_before <= now + LONGEST_WAIT


def not_due(visit: Visit) -> str:
    """Why an address is not asked now, for a person."""
    place = shown(visit.url)
    if visit.gone:
        return f"{place} is gone for good, it said: take the source out"
    if visit.failures and visit.not_before:
        return f"{place} is asked again at {visit.not_before:%Y-%m-%d %H:%M %Z}: {visit.last_error}"
    return f"{place} has nothing new before {visit.not_before:%Y-%m-%d %H:%M %Z}, it said"


def rested(visit: Visit, until: datetime, now: datetime) -> Visit:
    """Leave an address alone for a while, at most a day: for a feed's own `ttl`, for a server that asks for it."""
    later = min(until, now + LONGEST_WAIT)
    return replace(visit, not_before=max(later, visit.not_before or later))


def after_answer(visit: Visit, answer: Answer, now: datetime) -> Judged:
    """What follows from an answer.

    A move is remembered only where something came from there: one that leads nowhere is forgotten with its failure.
    """
    status, headers = answer.status, answer.headers
    if status in (HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION):
        etag, modified = validators(headers)
        return Judged("new", _after_success(visit, answer, now, etag, modified), "")
    if status == HTTPStatus.NOT_MODIFIED and answer.conditional:
        etag, modified = validators(headers)
        kept = _after_success(visit, answer, now, etag or visit.etag, modified or visit.last_modified)
        return Judged("unchanged", kept, f"{shown(answer.url)} has not changed")
    reason = f"{shown(answer.url)} {_complaint(status)}"
    failed = after_failure(visit, reason, now)
    if status == HTTPStatus.GONE and visit.moved_to:
        # That is said of the place it had moved to; what is configured is asked next.
        return Judged("failed", replace(failed, moved_to=""), reason)
    if status == HTTPStatus.GONE:
        return Judged("gone", replace(failed, gone=True, not_before=None), reason)
    wait = retry_after(headers, now)
    return Judged("failed", rested(failed, now + wait, now) if wait else failed, reason)


def after_failure(visit: Visit, reason: str, now: datetime) -> Visit:
    """What to remember after a failure.

    The next try is 5 minutes later, after each further failure twice as long, at most 6 hours.

    Args:
        visit: As it was before. Of content that came and is of no use, a page of HTML in place of a feed, this is the
            one before the answer too: its validators are those of the last good content.
        reason: See `Fetched`.
        now: Aware.
    """
    failures = visit.failures + 1
    pause = min(_FIRST_PAUSE * 2 ** min(visit.failures, 7), _LONGEST_PAUSE)
    return replace(
        visit,
        moved_to=visit.moved_to if failures < _MOVED_FOR else "",
        gone=False,
        not_before=now + pause,
        failures=failures,
        failing_since=visit.failing_since or now,
        last_error=reason,
        last_tried=now,
    )


def _after_success(visit: Visit, answer: Answer, now: datetime, etag: str, modified: str) -> Visit:
    fresh = freshness(answer.headers, now)
    return replace(
        visit,
        moved_to=answer.moved_to or visit.moved_to,
        gone=False,
        etag=etag,
        last_modified=modified,
        validated=answer.url if etag or modified else "",
        not_before=now + fresh if fresh else None,
        failures=0,
        failing_since=None,
        last_error="",
        last_tried=now,
        last_success=now,
        met=visit.met or visit.last_success or now,
    )


News = Literal["", "trouble", "recovery"]


def news(visit: Visit, now: datetime) -> News:
    """What the operator is to hear of an address: trouble once it has lasted, its end once it is over; see `told`."""
    if not visit.failures:
        return "recovery" if visit.reported else ""
    since = visit.failing_since or now
    lasting = visit.gone or visit.failures >= SEVERAL or now - since >= A_DAY
    return "trouble" if lasting and not visit.reported else ""


def told(visit: Visit) -> Visit:
    """The operator has heard it."""
    return replace(visit, reported=bool(visit.failures))


_ADVICE: Mapping[int, str] = {
    401: "it wants a login: write 'username' and 'password' beside the address, or correct them",
    403: "it does not let digest in: ask whoever runs it",
    404: "look whether it has moved",
    408: "it is tried again later",
    410: "it is gone for good: take the source out",
    429: "it was asked too often, and is tried again later",
}


def _complaint(status: int) -> str:
    try:
        said = f"answers {status} {HTTPStatus(status).phrase}"
    except ValueError:
        said = f"answers {status}"
    otherwise = "its server is in trouble, and is asked again later" if status >= 500 else "open it in a browser"
    return f"{said}: {_ADVICE.get(status, otherwise)}"
