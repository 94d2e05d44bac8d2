"""The kinds of value that config.yaml holds: spans, days, zones and schedules, as `digest.settings.kinds` has others.

What reads schedules is imported when the first one asks for it: `digest --help` does not need it.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import partial
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, WithJsonSchema

from digest.schedules.reading import DAY, YEAR_DAY, ClosedDays, read_closed, read_day
from digest.settings.kinds import as_list, parse_distinct, suggestion
from digest.yamlwords import describe

PREVIOUS_SLOT = "previous slot"
LONGEST_DURATION = timedelta(days=3653)

_UNITS = {"w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1}  # in seconds
_DURATION = r"\d{1,7}[wdhm](?: ?\d{1,7}[wdhm])*"
_SHORT_DURATION = r"\d{1,7}[hms](?: ?\d{1,7}[hms])*"
# Names that depend on the machine, or count leap seconds.
_NO_ZONES = re.compile(r"(localtime|posixrules|Factory|posix/.*|right/.*)")


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


def _expression(value: str) -> str:
    from digest.schedules.rule import parse_rule  # noqa: PLC0415 only this needs it

    parse_rule(value)  # raises ValueError; whether it is valid does not depend on the zone
    return value


_LONG_SCHEMA = WithJsonSchema({"type": "string", "pattern": f"^{_DURATION}$"})
_SHORT_SCHEMA = WithJsonSchema({"type": "string", "pattern": f"^{_SHORT_DURATION}$"})
_parse_short = partial(parse_duration, pattern=_SHORT_DURATION, least=timedelta(seconds=1))

Duration = Annotated[timedelta, PlainValidator(parse_duration), _LONG_SCHEMA]
CatchUpWindow = Annotated[
    timedelta,
    PlainValidator(partial(parse_duration, least=timedelta(hours=1), limits="at least 1h and at most ten years")),
    _LONG_SCHEMA,
]
Tick = Annotated[
    timedelta,
    PlainValidator(partial(_parse_short, example="15s or 1m", most=timedelta(minutes=5), limits="from 1s to 5m")),
    _SHORT_SCHEMA,
]
Grace = Annotated[
    timedelta,
    PlainValidator(partial(_parse_short, example="30s or 2m", most=timedelta(hours=1), limits="from 1s to 1h")),
    _SHORT_SCHEMA,
]
Day = Annotated[date, PlainValidator(read_day), WithJsonSchema({"type": "string", "format": "date"})]
Blackout = Annotated[
    ClosedDays,
    PlainValidator(read_closed),
    WithJsonSchema({"type": "string", "pattern": f"^(?:{DAY}(?: +to +{DAY})?|{YEAR_DAY}(?: +to +{YEAR_DAY})?)$"}),
]
WindowLength = Annotated[
    timedelta | None,
    PlainValidator(_window),
    WithJsonSchema({"type": "string", "pattern": f"^(?:{PREVIOUS_SLOT}|{_DURATION})$"}),
]
Zone = Annotated[ZoneInfo, PlainValidator(parse_zone), WithJsonSchema({"type": "string"})]
Expression = Annotated[str, AfterValidator(_expression)]
Schedule = Annotated[
    tuple[Expression, ...],
    Field(min_length=1),
    AfterValidator(parse_distinct),
    BeforeValidator(
        partial(
            as_list,
            expected="a text or a list of texts",
            example='schedule: "every Monday at 08:00", or schedule: ["every weekday at 8", "Saturdays at 10"]',
        ),
        json_schema_input_type=str | list[str],
    ),
]
