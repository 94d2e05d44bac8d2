"""The kinds of value that config.yaml holds: each read from its text, refused in words, and described for editors.

The functions raise ValueError with a message for people: what was found, what was expected, an example.
Babel and the schedules are imported when the first value asks for them: `digest --help` needs neither.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from difflib import get_close_matches
from email.headerregistry import Address
from email.utils import unquote
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, Strict, WithJsonSchema

from digest.core.hosts import ascii_host
from digest.core.text import clean
from digest.schedules.reading import DAY, YEAR_DAY, ClosedDays, read_closed, read_day
from digest.yamlwords import describe

RESERVED_KEYS = ("mail", "images")
"""Names a newsletter cannot have: the output folder uses them itself."""

PREVIOUS_SLOT = "previous slot"
ENVIRONMENT = r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}"
"""A value that is kept in the environment, under the name between the braces."""
SUBJECT_PARTS = ("title", "date", "lead")
"""What a subject may name: the newsletter's title, the edition's date, the title of its first story."""
LONGEST_DURATION = timedelta(days=3653)

_UNITS = {"w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1}  # in seconds
_DURATION = r"\d{1,7}[wdhm](?: ?\d{1,7}[wdhm])*"
_SHORT_DURATION = r"\d{1,7}[hms](?: ?\d{1,7}[hms])*"
_KEY = r"[a-z0-9][a-z0-9-]{0,62}"
_LANGUAGE = r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}"  # BCP 47, as far as Babel has data for it
_SITE_ID = r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = rf"{_ATOM}(?:\.{_ATOM})*@{LABEL}(?:\.{LABEL})*"  # dot-atom on both sides, RFC 5322 section 3.4.1
_MAILBOX = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
_LISTEN = re.compile(r"(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<host>[a-z0-9.-]+)):(?P<port>\d{1,5})", re.IGNORECASE | re.ASCII)
# Names that depend on the machine, or count leap seconds.
_NO_ZONES = re.compile(r"(localtime|posixrules|Factory|posix/.*|right/.*)")


class MistakeAtError(ValueError):
    """A mapping is wrong, and one of its keys is where to mend it.

    Args:
        key: The key.
        message: As of any ValueError here.
    """

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def suggestion(word: str, known: list[str]) -> str:
    """'; did you mean ...?' with the closest of the known words, or nothing when none is close."""
    lower = {one.lower(): one for one in known}
    close = get_close_matches(word[:80].lower(), list(lower), n=1)
    return f"; did you mean '{lower[close[0]]}'?" if close else ""


def name_of(kind: str, path: str) -> str:
    """The name of a source or sink of files: its type and its path as written, `folder:articles`."""
    return f"{kind}:{Path(path.strip()).as_posix()}"


def _line(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty; write a text, or leave the key out")
    if value != clean(value) or "\n" in value or "\t" in value:
        raise ValueError("must be one line, without tabs or control characters")
    if len(value) > 500:
        raise ValueError(f"is {len(value)} characters long; at most 500 fit")
    return value.strip()


def _subject(value: str) -> str:
    for name in re.findall(r"\{([^{}]*)\}", value):
        if name not in SUBJECT_PARTS:
            raise ValueError(f"'{{{name}}}' is not known here; known are {{title}}, {{date}} and {{lead}}")
    return value


def _key(value: str) -> str:
    if value in RESERVED_KEYS:
        raise ValueError(f"'{value}' is the name of a folder of the output; choose another, for example '{value}-news'")
    if not re.fullmatch(_KEY, value):
        raise ValueError(
            f"'{value[:70]}' cannot name a newsletter, for its name stands in addresses; "
            "use up to 63 of a-z, 0-9 and '-', for example 'weekly'"
        )
    return value


def parse_duration(
    value: Any,
    *,
    example: str = "7d, 36h, 2w, 90m or '1d 12h'",
    pattern: str = _DURATION,
    least: timedelta = timedelta(minutes=1),
    most: timedelta = LONGEST_DURATION,
    limits: str = "more than nothing and at most ten years",
) -> timedelta:
    """Read '7d', '36h', '2w', '90m' or a sum such as '1d 12h'.

    Args:
        value: As read from YAML.
        example: What to say of durations that fit.
        pattern: Which units there may be.
        least: The shortest that is taken.
        most: The longest.
        limits: Both in words.

    Raises:
        ValueError: It is no such duration.
    """
    expected = f"a duration such as {example}"
    if not isinstance(value, str) or not re.fullmatch(pattern, value.strip(), re.ASCII):
        raise ValueError(f"expected {expected}, found {describe(value)}")
    seconds = sum(int(part[:-1]) * _UNITS[part[-1]] for part in re.findall(r"\d+[wdhms]", value))
    if not least.total_seconds() <= seconds <= most.total_seconds():
        raise ValueError(f"expected {expected}, {limits}, found {describe(value)}")
    return timedelta(seconds=seconds)


def _window(value: Any) -> timedelta | None:
    if isinstance(value, str) and " ".join(value.split()).lower() == PREVIOUS_SLOT:
        return None
    try:
        return parse_duration(value)
    except ValueError as error:
        raise ValueError(f"{error}; or '{PREVIOUS_SLOT}'") from None


def parse_zone(value: Any) -> ZoneInfo:
    """Read the name of a time zone of the IANA database."""
    if isinstance(value, str) and not _NO_ZONES.fullmatch(value):
        try:
            return ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass  # unknown, no relative path, a folder of zones: all the same to whoever wrote it
    known = sorted(name for name in available_timezones() if not _NO_ZONES.fullmatch(name))
    hint = suggestion(value, known) if isinstance(value, str) else ""
    raise ValueError(f"expected a time zone such as Europe/Berlin or UTC, found {describe(value)}{hint}")


def _language(value: str) -> str:
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 slow to import, and only this needs it

    try:
        if re.fullmatch(_LANGUAGE, value):
            Locale.parse(value, sep="-")
            return value
    except (ValueError, UnknownLocaleError):
        pass  # well written, but no language that dates can be printed in
    raise ValueError(f"expected a language tag such as en, de or pt-BR, found {describe(value)}")


def _expression(value: str) -> str:
    from digest.schedules.rule import parse_rule  # noqa: PLC0415 only this needs it

    parse_rule(value)  # raises ValueError; whether it is valid does not depend on the zone
    return value


def parse_address(value: str) -> str:
    """Read one bare address, `desk@news.example.org`: ASCII, without a name."""
    local, _, domain = value.partition("@")
    if re.fullmatch(_ADDRESS, value) and len(local) <= 64 and len(domain) <= 253:
        return value
    hint = ""
    if not value.isascii():
        hint = "; only ASCII can be delivered everywhere: write the domain in its xn-- form"
    elif "," in value or ";" in value:
        hint = "; several addresses are a list, one in each item"
    raise ValueError(f"expected one address such as ann@example.org, found {describe(value)}{hint}")


def parse_mailbox(value: str) -> str:
    """Read one mailbox, an address with or without a name; the same in one form, quoted where it must be."""
    value = _line(value)
    match = _MAILBOX.fullmatch(value)
    if match is None:
        return parse_address(value)
    name = match["name"].strip()
    quoted = len(name) > 1 and name[0] == name[-1] == '"'
    if not quoted and ("@" in name or '"' in name):
        raise ValueError(f"expected one mailbox such as 'The Desk <desk@example.org>', found {describe(value)}")
    return str(Address(unquote(name) if quoted else name, addr_spec=parse_address(match["address"].strip())))


def _url(value: str) -> str:
    expected = "expected an address such as https://news.example.org/"
    parts = web_address(value, expected)
    if parts.query or parts.fragment:
        raise ValueError(f"{expected}, without '?' and '#', found {describe(value)}")
    return value if value.endswith("/") else value + "/"


def web_address(value: str, expected: str) -> SplitResult:
    """The parts of an http or https URL that every program understands the same."""
    try:
        parts = urlsplit(value)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        parts, sound = urlsplit(""), False
    if parts.username is not None or parts.password is not None:
        raise ValueError(f"{expected}, without a user name or password in it")
    if len(value) > 500:
        raise ValueError(f"is {len(value)} characters long; at most 500 fit")
    if not sound or not re.fullmatch(r"[!-~]+", value) or re.search(r'[<>"\\^`{|}]', value):
        raise ValueError(f"{expected} (http or https, ASCII only), found {describe(value)}")
    _host(parts.hostname or "")
    return parts


def _host(host: str) -> None:
    """Refuse what is no host name; an IP literal may stand."""
    if ":" in host:
        return
    try:
        ascii_host(host)
    except ValueError as error:
        raise ValueError(f"expected an address such as https://news.example.org/; its host {error}") from error


def _site_id(value: str) -> str:
    if not re.fullmatch(_SITE_ID, value):
        raise ValueError(
            f"expected a name such as news.example.org, of letters, digits, '.' and '-', found {describe(value)}"
        )
    return value


def _store(value: str) -> str:
    # After the name, what else the server is to be told; there a path stands for its socket: ?host=/run/postgresql.
    if re.fullmatch(r"postgresql(?:\+psycopg)?://[^/?\s]*/[^/?\s]+(?:\?\S*)?", value):
        return value
    scheme, sign, rest = value.partition(":///")
    if scheme != "sqlite" or not sign or not rest.strip("/") or rest.startswith(":") or set("?#\0\n") & set(rest):
        # What was found is not repeated: the URL of another database may hold a password.
        raise ValueError(
            "expected sqlite:/// and the path of a file, sqlite:///digest.db, or postgresql://user@host/database"
        )
    return value


def parse_listen(value: Any) -> tuple[str, int] | None:
    """Read the address and port at which the daemon answers: of this machine alone; None for 'off'."""
    expected = "an address of this machine and a port such as 127.0.0.1:8025, or 'off'"
    found = _listening(value, expected)
    if found is None:
        return None
    host, port = found
    try:
        near = host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # the name of a machine
        near = False
    if not near:
        raise ValueError(
            f"expected {expected}, found '{host[:60]}': whoever reaches it would be told how this newsroom fares, so "
            "only 127.0.0.0/8, [::1] and localhost are taken; to show it elsewhere, put a web server that asks who "
            "calls before it"
        )
    return host, port


def parse_public_listen(value: Any) -> tuple[str, int] | None:
    """Read the address and port of the pages for readers, of any network of this machine's; None for 'off'."""
    return _listening(value, "an address of this machine and a port such as 127.0.0.1:8026, or 'off'")


def _listening(value: Any, expected: str) -> tuple[str, int] | None:
    if isinstance(value, str) and value.strip().lower() == "off":
        return None
    match = _LISTEN.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or int(match["port"]) > 65_535:
        raise ValueError(f"expected {expected}, found {describe(value)}")
    return (match["six"] or match["host"]).lower(), int(match["port"])


def parse_heartbeat(value: str) -> str:
    """Read where the daemon's heartbeat goes: a path, or an http or https URL."""
    value = _line(value)
    if "://" in value:
        web_address(value, "expected a path such as out/heartbeat, or an address such as https://example.org/ping")
    elif not value.strip("/. "):
        raise ValueError(f"expected the path of a file such as out/heartbeat, found {describe(value)}")
    return value


def _host_name(value: str) -> str:
    """Read the name or address of a machine."""
    try:
        return str(ip_address(value.strip("[]")))
    except ValueError:
        pass  # a name, then
    try:
        return ascii_host(value).lower()
    except ValueError as error:
        message = f"expected a host name such as mail.example.org, or an address, found {describe(value)}: {error}"
        raise ValueError(message) from error


def _from_environment(value: Any) -> str:
    """Read `${NAME}`; what stands there in its place is never repeated: it may be the secret itself."""
    match = re.fullmatch(ENVIRONMENT, value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("expected the name of an environment variable such as ${SMTP_PASSWORD}")
    return match[1]


def _several(value: Any) -> Any:
    """One text is a list of one."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return value
    example = 'schedule: "every Monday at 08:00", or schedule: ["every weekday at 8", "Saturdays at 10"]'
    raise ValueError(f"expected a text or a list of texts, found {describe(value)}; for example {example}")


def _unique(values: tuple[str, ...]) -> tuple[str, ...]:
    seen: set[str] = set()
    for value in values:
        if value.casefold() in seen:
            raise ValueError(f"'{value}' stands here twice; remove one")
        seen.add(value.casefold())
    return values


Line = Annotated[str, AfterValidator(_line)]
Subject = Annotated[Line, AfterValidator(_subject)]
Key = Annotated[str, AfterValidator(_key), WithJsonSchema({"type": "string", "pattern": f"^{_KEY}$"})]
Duration = Annotated[
    timedelta, PlainValidator(parse_duration), WithJsonSchema({"type": "string", "pattern": f"^{_DURATION}$"})
]
CatchUpWindow = Annotated[
    timedelta,
    PlainValidator(partial(parse_duration, least=timedelta(hours=1), limits="at least 1h and at most ten years")),
    WithJsonSchema({"type": "string", "pattern": f"^{_DURATION}$"}),
]
Tick = Annotated[
    timedelta,
    PlainValidator(
        partial(
            parse_duration,
            example="15s or 1m",
            pattern=_SHORT_DURATION,
            least=timedelta(seconds=1),
            most=timedelta(minutes=5),
            limits="from 1s to 5m",
        )
    ),
    WithJsonSchema({"type": "string", "pattern": f"^{_SHORT_DURATION}$"}),
]
Grace = Annotated[
    timedelta,
    PlainValidator(
        partial(
            parse_duration,
            example="30s or 2m",
            pattern=_SHORT_DURATION,
            least=timedelta(seconds=1),
            most=timedelta(hours=1),
            limits="from 1s to 1h",
        )
    ),
    WithJsonSchema({"type": "string", "pattern": f"^{_SHORT_DURATION}$"}),
]
Day = Annotated[date, PlainValidator(read_day), WithJsonSchema({"type": "string", "format": "date"})]
Blackout = Annotated[
    ClosedDays,
    PlainValidator(read_closed),
    WithJsonSchema({"type": "string", "pattern": f"^(?:{DAY}(?: +to +{DAY})?|{YEAR_DAY}(?: +to +{YEAR_DAY})?)$"}),
]
Listen = Annotated[tuple[str, int] | None, PlainValidator(parse_listen), WithJsonSchema({"type": "string"})]
PublicListen = Annotated[
    tuple[str, int] | None, PlainValidator(parse_public_listen), WithJsonSchema({"type": "string"})
]
Heartbeat = Annotated[str, AfterValidator(parse_heartbeat)]
WindowLength = Annotated[
    timedelta | None,
    PlainValidator(_window),
    WithJsonSchema({"type": "string", "pattern": f"^(?:{PREVIOUS_SLOT}|{_DURATION})$"}),
]
Zone = Annotated[ZoneInfo, PlainValidator(parse_zone), WithJsonSchema({"type": "string"})]
Language = Annotated[str, AfterValidator(_language), WithJsonSchema({"type": "string", "pattern": f"^{_LANGUAGE}$"})]
Expression = Annotated[str, AfterValidator(_expression)]
Schedule = Annotated[
    tuple[Expression, ...],
    Field(min_length=1),
    AfterValidator(_unique),
    BeforeValidator(_several, json_schema_input_type=str | list[str]),
]
MailAddress = Annotated[str, AfterValidator(parse_address)]
Mailbox = Annotated[str, AfterValidator(parse_mailbox)]
Url = Annotated[str, AfterValidator(_url), WithJsonSchema({"type": "string", "pattern": "^https?://"})]
SiteId = Annotated[str, AfterValidator(_site_id), WithJsonSchema({"type": "string", "pattern": f"^{_SITE_ID}$"})]
StoreUrl = Annotated[
    str, AfterValidator(_store), WithJsonSchema({"type": "string", "pattern": "^(sqlite:///|postgresql://)."})
]
Words = Annotated[tuple[Line, ...], AfterValidator(_unique)]
Recipients = Annotated[tuple[MailAddress, ...], AfterValidator(_unique)]
Count = Annotated[int, Strict(), Field(ge=1, le=10_000)]
FeedCount = Annotated[int, Strict(), Field(ge=1, le=1000)]
ImageOctets = Annotated[int, Strict(), Field(ge=20_000, le=2_000_000)]
ImagePixels = Annotated[int, Strict(), Field(ge=400, le=2400)]
WholeNumber = Annotated[int, Strict()]
HostName = Annotated[str, AfterValidator(_host_name)]
FromEnvironment = Annotated[
    str, PlainValidator(_from_environment), WithJsonSchema({"type": "string", "pattern": f"^{ENVIRONMENT}$"})
]
