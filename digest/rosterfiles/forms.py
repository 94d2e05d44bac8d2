"""What the columns of an export mean: Mailchimp, Substack, Ghost, Buttondown, listmonk, digest, and CSV in general.

A form is recognised by its header. Columns are compared in lower case, with `_` for everything that is no letter.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, get_args

from digest.core.address import normalise_address
from digest.core.dates import EARLIEST_YEAR
from digest.core.roster import LONGEST_NAME, Enrolment, Reason, State, Suppression
from digest.core.text import one_line
from digest.rosterfiles.guarding import unguarded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST_PROOF = 500

# Columns that a form must have to be known as such; the first that fits is it.
_MARKS = {
    "digest": {"email", "newsletter", "state", "consent_at", "proof"},
    "Mailchimp": {"email_address", "optin_time", "confirm_time"},
    "Substack": {"email", "email_disabled"},
    "Ghost": {"email", "subscribed_to_emails"},
    "listmonk": {"uuid", "email", "attributes", "status"},
    "Buttondown": {"creation_date"},
}
FORMS = tuple(_MARKS)
"""Names of the forms that are known."""

_EMAIL = ("email_address", "email", "e_mail", "e_mail_address", "mail", "address")
_STATUS = {
    "digest": ("state",),
    "Mailchimp": (),  # there it is a field of the newsletter's own, if it is there
    "Substack": (),
    "Buttondown": ("subscriber_type", "type"),
    "Ghost": (),
}
_STATUS_OF_OTHERS = ("status", "subscription_status", "subscriber_status", "member_status")
_CONSENT = (
    "consent_at",
    "confirm_time",
    "optin_time",
    "confirmed_at",
    "subscribed_at",
    "subscription_date",
    "creation_date",
    "created_at",
    "start_date",
)
_LEFT = ("unsub_time", "unsubscription_date", "unsubscribed_at", "deleted_at")
_BOUNCED = ("clean_time", "undeliverability_date")
_PROOF = (
    "optin_time",
    "optin_ip",
    "confirm_time",
    "confirm_ip",
    "consent_at",
    "confirmed_at",
    "subscribed_at",
    "subscription_date",
    "creation_date",
    "created_at",
    "ip_address",
    "source",
    "referrer_url",
)
_NAME = ("name", "full_name")
_GIVEN = ("first_name", "fname", "given_name")
_FAMILY = ("last_name", "lname", "family_name", "surname")
_GROUPS = (_EMAIL, _CONSENT, _LEFT, _BOUNCED, _PROOF, _NAME, _GIVEN, _FAMILY, _STATUS_OF_OTHERS)
# Columns beside these that say something in one form or the other.
_OTHERS = ("email_disabled", "subscribed_to_emails", "suppressed", "attributes")
_OWN = ("newsletter", "state", "changed_at", "proof", "since", "suppressed_at", "detail")
# What listmonk's attributes may tell of the consent, and the columns it stands for.
_FROM_ATTRIBUTES = ("consent_at", "optin_time", "subscribed_at", "optin_ip", "ip_address")
_ATTRIBUTES = ("consent_at", "optin_at", "subscribed_at", "optin_ip", "ip")

# A status in any of these services' words.
_ACTIVE = "active subscribed enabled confirmed regular premium trialed unpaid gifted churning churned past_due"
_PENDING = "pending unconfirmed unactivated"
_GONE = "unsubscribed disabled removed inactive deleted paused left"
_WORDS: Mapping[str, State | Reason] = {
    **dict.fromkeys(_ACTIVE.split(), "active"),
    **dict.fromkeys(_PENDING.split(), "pending"),
    **dict.fromkeys(_GONE.split(), "unsubscribed"),
    **dict.fromkeys(("cleaned", "bounced", "bounce", "undeliverable"), "bounce"),
    **dict.fromkeys(("complained", "complaint", "spam", "spammed"), "complaint"),
    **dict.fromkeys(("blocked", "blocklisted", "blacklisted", "suppressed", "by_hand"), "by hand"),
}
# Exports of Mailchimp are one file for each status, and the file's name says which.
_BY_NAME: Mapping[str, State | Reason] = {"unsubscribed": "unsubscribed", "cleaned": "bounce"}
_NO_MEMBERS = ("nonsubscribed", "non_subscribed", "transactional")
_STANDINGS = frozenset(_WORDS.values())
_ASKED: Mapping[str, tuple[State, Reason | None]] = {
    **{state: (state, None) for state in get_args(State)},
    **{reason: ("active", reason) for reason in get_args(Reason)},
}
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d)?)(?:\.\d+)? ?([+-]\d\d:?\d\d|Z)?)?\b.*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Form:
    """The columns of a file.

    Attributes:
        name: The service it comes from; "CSV" where it is not known.
        columns: Names of the columns, folded, in order; of two of a name, the second has `_2` behind it.
        file: The file's name, folded.
        used: Numbers and names of the columns that say something here.
    """

    name: str
    columns: tuple[str, ...]
    file: str = ""
    used: tuple[tuple[int, str], ...] = field(init=False, compare=False)
    _has: Mapping[Sequence[str], tuple[str, ...]] = field(init=False, compare=False, repr=False)
    _all_active: bool = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Find out once which columns there are: it is asked of every row."""
        present = {*self.columns, *_FROM_ATTRIBUTES} if self.name == "listmonk" else set(self.columns)
        has = {names: tuple(name for name in names if name in present) for names in _GROUPS}
        object.__setattr__(self, "_has", has)
        wanted = set().union(*_GROUPS, _OTHERS, _OWN, *_STATUS.values())
        used = tuple((number, name) for number, name in enumerate(self.columns) if name in wanted)
        object.__setattr__(self, "used", used)
        says_more = {*_LEFT, *_BOUNCED, *_OTHERS, *_STATUS.get(self.name, _STATUS_OF_OTHERS)} & present
        object.__setattr__(self, "_all_active", self.name != "Mailchimp" and not says_more)

    def newsletter(self, cells: Sequence[str]) -> str | None:
        """Which newsletter a row of an export of digest names; None in other forms, which name none."""
        if self.name != "digest":
            return None
        return unguarded(cells[self.columns.index("newsletter")].strip())

    def enrolment(self, cells: Sequence[str], *, source: str, now: datetime) -> Enrolment | str:
        """What a row asks; why it cannot be used where it cannot.

        Args:
            cells: As many as there are columns.
            source: What it is noted with.
            now: Instants after it are not believed.
        """
        row = {name: cells[number].strip() for number, name in self.used}
        own = self.name == "digest"
        if own:
            row = {name: unguarded(cell) for name, cell in row.items()}
        has = self._has
        address = _first(row, has[_EMAIL])
        try:
            address = normalise_address(address)
        except ValueError as error:
            return str(error)
        if own:
            return _own(row, address, now)
        standing = "active" if self._all_active else self._standing(row)
        if standing not in _STANDINGS:
            return standing
        if self.name == "listmonk":
            row |= _attributes(row["attributes"])
        state, reason = _asked(standing)
        agreed = _instant(row, has[_CONSENT], now)
        since = has[_BOUNCED] if reason else has[_LEFT] if state == "unsubscribed" else None
        proof = "; ".join([f"{name} {one_line(row[name])}" for name in has[_PROOF] if row.get(name)])
        name = _first(row, has[_NAME]) or f"{_first(row, has[_GIVEN])} {_first(row, has[_FAMILY])}"
        return Enrolment(
            address=address,
            state=state,
            name=name.strip()[:LONGEST_NAME],
            suppress=reason,
            # Whoever left did so at another time than that of the consent.
            changed_at=agreed if since is None else _instant(row, since, now),
            consent_at=agreed,
            source=source,
            proof=proof[:LONGEST_PROOF],
            undated=agreed is None,
        )

    def _standing(self, row: Mapping[str, str]) -> str:
        """A state or a reason to suppress, the gravest that the row gives; else, what is wrong with the row."""
        found = self._by_status(row)
        if found in ("bounce", "complaint", "by hand") or found not in _STANDINGS:
            return found
        if row.get("suppressed"):
            return _suppressed(row["suppressed"])
        if _first(row, _BOUNCED):
            return "bounce"
        left = (
            _first(row, _LEFT)
            or _truth(row.get("email_disabled", "")) is True
            or _truth(row.get("subscribed_to_emails", "")) is False
        )
        return "unsubscribed" if left else found

    def _by_status(self, row: Mapping[str, str]) -> str:
        if self.name == "Mailchimp":
            if any(word in self.file for word in _NO_MEMBERS):
                return "never subscribed: the export is of contacts that did not"
            return next((each for word, each in _BY_NAME.items() if word in self.file), "active")
        column = next((each for each in _STATUS.get(self.name, _STATUS_OF_OTHERS) if each in row), None)
        if column is None:
            return "active"
        if not row[column]:
            return f"has nothing in the column '{column}'"
        unknown = f"has a {column} of '{one_line(row[column])[:80]}', which is not known"
        return _WORDS.get(fold(row[column]), unknown)


def form_of(header: Sequence[str], file: str) -> Form | None:
    """The form of a file by its header; None where there is no column of addresses.

    Args:
        header: The cells of the first line.
        file: The file's name.
    """
    columns: dict[str, None] = {}
    for cell in header:
        name = fold(cell)
        while name in columns:
            name += "_2"
        columns[name] = None
    if not set(_EMAIL) & columns.keys():
        return None
    name = next((name for name, marks in _MARKS.items() if marks <= columns.keys()), "CSV")
    return Form(name, tuple(columns), fold(file))


def fold(text: str) -> str:
    """A name without the ways of writing it: `Email Address`, `email-address` and `EMAIL_ADDRESS` are the same."""
    return re.sub(r"[\W_]+", "_", text.strip().lower()).strip("_")


def instant_of(text: str, now: datetime) -> datetime | None:
    """An instant of an export, UTC where it names no zone; None where it is none that can be believed."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    day, time, zone = found.groups()
    try:
        instant = datetime.fromisoformat(f"{day}T{time or '00:00'}{zone or '+00:00'}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return instant if instant.year > EARLIEST_YEAR and instant <= now else None


def _own(row: Mapping[str, str], address: str, now: datetime) -> Enrolment | str:
    """A row that digest has exported: a subscription, with a suppression beside it if there is one, or that alone."""

    def when(name: str) -> datetime | None:
        return instant_of(row.get(name, ""), now)

    veto = None
    if row.get("suppressed"):
        reason = _suppressed(row["suppressed"])
        if reason not in get_args(Reason):
            return reason
        since, detail = when("suppressed_at") or now, one_line(row.get("detail", ""))
        veto = Suppression(_asked(reason)[1] or "by hand", since, detail)
        if not row["state"]:
            return Enrolment(address=address, suppress=veto.reason, changed_at=veto.since, source=veto.detail)
    state = row["state"]
    if not state:
        return "has nothing in the column 'state'"
    if state not in get_args(State):
        return f"has a state of '{one_line(state)[:80]}', which is not known"
    agreed = when("consent_at")
    return Enrolment(
        address=address,
        state=_asked(state)[0],
        name=one_line(row.get("name", ""))[:LONGEST_NAME],
        changed_at=when("changed_at"),
        consent_at=agreed,
        source=one_line(row.get("source", "")),
        proof=one_line(row["proof"]),
        undated=agreed is None,
        since=when("since"),
        suppression=veto,
    )


def _suppressed(text: str) -> str:
    """The reason of a suppression in any service's words; else, that it is not known."""
    word = _WORDS.get(fold(text), "")
    return word if word in get_args(Reason) else f"has a suppression '{one_line(text)[:80]}', which is not known"


def _asked(standing: str) -> tuple[State, Reason | None]:
    """A standing as the state of a subscription, and the reason of a suppression."""
    return _ASKED[standing]


def _instant(row: Mapping[str, str], names: Sequence[str], now: datetime) -> datetime | None:
    for name in names:
        text = row.get(name)
        found = instant_of(text, now) if text else None
        if found is not None:
            return found
    return None


def _first(row: Mapping[str, str], names: Sequence[str]) -> str:
    """The first of these columns that has something in it."""
    for name in names:
        text = row.get(name)
        if text:
            return text if name in _EMAIL else one_line(text)
    return ""


def _truth(text: str) -> bool | None:
    """A truth value as exports write it; None where it is none."""
    word = text.lower()
    return True if word in ("true", "1", "yes") else False if word in ("false", "0", "no") else None


def _attributes(text: str) -> dict[str, str]:
    """What listmonk's attributes, a JSON object, tell of the consent."""
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    names = {"optin_at": "optin_time", "ip": "ip_address"}
    return {names.get(name, name): str(found[name]) for name in _ATTRIBUTES if isinstance(found.get(name), str)}
