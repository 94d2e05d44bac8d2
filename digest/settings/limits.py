"""How fast mail may leave, as config.yaml says it of a sink: rates, readers' domains, warm-up, sending hours.

Annotations are not postponed here: pydantic reads them while the classes are made.
"""

import re
from datetime import time
from functools import partial
from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, Field, PlainValidator, WithJsonSchema, field_validator, model_validator

from digest.core.allowances import ANY_DOMAIN, NO_RATE, DomainRule, Rate, RelayLimits, WarmUp
from digest.core.hosts import ascii_host
from digest.core.sendinghours import Hours
from digest.settings.kinds import MistakeAtError
from digest.settings.parts import Shape
from digest.settings.times import Zone
from digest.yamlwords import describe

_TIME = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9]|24:00"
_DOMAINS = r"[^\s,]+(?:[\s,]+[^\s,]+)*"


def _whole(value: Any, *, most: int) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most:
        return value
    raise ValueError(f"expected a whole number from 1 to {most}, found {describe(value)}")


def _number(value: Any, *, least: float, most: int) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most:
        return float(value)
    raise ValueError(f"expected a number from {least:g} to {most}, found {describe(value)}")


def _time(value: Any) -> time:
    if not isinstance(value, str) or not re.fullmatch(_TIME, value.strip()):
        raise ValueError(f"expected a time of the day such as 07:00 or 21:30, found {describe(value)}")
    hour, minute = value.strip().split(":")
    return time(int(hour) % 24, int(minute))  # 24:00 is the midnight that ends the day


def _patterns(value: str) -> str:
    """Domain patterns in one form: lower case, `xn--`, a space between them."""
    return " ".join(_pattern(part) for part in re.split(r"[\s,]+", value.strip()))


def _pattern(part: str) -> str:
    if part == ANY_DOMAIN:
        return part
    star = "*." if part.startswith("*.") else ""
    try:
        return star + ascii_host(part.removeprefix("*.")).lower()
    except ValueError as error:
        raise ValueError(
            f"'{part[:70]}' {error}; name a reader's domain, gmail.com, all below one, '*.example.com', or '*' for "
            "each that is not named"
        ) from error


PerSecond = Annotated[
    float,
    PlainValidator(partial(_number, least=0.001, most=1_000_000)),
    WithJsonSchema({"type": "number", "minimum": 0.001, "maximum": 1_000_000}),
]
PerHour = Annotated[
    int,
    PlainValidator(partial(_whole, most=1_000_000_000)),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 1_000_000_000}),
]
Factor = Annotated[
    float,
    PlainValidator(partial(_number, least=1, most=10)),
    WithJsonSchema({"type": "number", "minimum": 1, "maximum": 10}),
]
Days = Annotated[
    int, PlainValidator(partial(_whole, most=90)), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 90})
]
TimeOfDay = Annotated[time, PlainValidator(_time), WithJsonSchema({"type": "string", "pattern": f"^(?:{_TIME})$"})]
Domains = Annotated[str, AfterValidator(_patterns), WithJsonSchema({"type": "string", "pattern": f"^{_DOMAINS}$"})]


class RateShape(Shape):
    """How many messages in a span of time."""

    model_config = ConfigDict(title="rate")

    per_second: PerSecond | None = Field(
        default=None,
        description="Messages a second, fractions too; no limit when left out.",
        examples=[20, 0.5],
    )
    per_hour: PerHour | None = Field(
        default=None, description="Messages in any sixty minutes; no limit when left out.", examples=[5000]
    )

    def rate(self) -> Rate:
        """The rate as sending needs it."""
        return Rate(self.per_second, self.per_hour)


class WarmUpShape(Shape):
    """Few messages on the first days of a new sender, then more."""

    model_config = ConfigDict(title="warm-up")

    first: PerHour | None = Field(
        default=None, description="Messages on the first day; 50 when left out.", examples=[200]
    )
    factor: Factor | None = Field(
        default=None,
        description="Each day's are so many times those of the day before, from 1 to 10; 2 when left out.",
        examples=[2],
    )
    days: Days | None = Field(
        default=None,
        description="So many days are limited, counting those with mail alone; 14 when left out.",
        examples=[14],
    )
    table: tuple[PerHour, ...] | None = Field(
        default=None,
        description="Messages a day, day by day, in place of first, factor and days.",
        examples=[[50, 100, 500, 1000, 5000]],
        min_length=1,
        max_length=90,
    )

    @model_validator(mode="after")
    def _table_or_rule(self) -> Self:
        beside = [key for key in ("first", "factor", "days") if getattr(self, key) is not None]
        if self.table is not None and beside:
            raise MistakeAtError(beside[0], f"'{beside[0]}' and 'table' both say how many leave a day; remove one")
        return self

    def warm_up(self) -> WarmUp:
        """The warm-up as sending needs it."""
        usual = WarmUp()
        return WarmUp(self.first or usual.first, self.factor or usual.factor, self.days or usual.days, self.table or ())


class HoursShape(Shape):
    """The hours of the day in which mail may leave."""

    model_config = ConfigDict(title="sending hours")

    start: TimeOfDay = Field(alias="from", description="From when on.", examples=["07:00"])
    end: TimeOfDay = Field(
        alias="to", description="Until when; earlier than 'from' means over midnight.", examples=["21:00"]
    )
    zone: Zone = Field(description="Time zone of both.", examples=["Europe/Berlin"])

    @model_validator(mode="after")
    def _some_hours(self) -> Self:
        if self.start == self.end:
            raise MistakeAtError("to", "'from' and 'to' are the same time; for the whole day, leave 'hours' out")
        return self

    def hours(self) -> Hours:
        """The hours as sending needs them."""
        return Hours(self.start, self.end, self.zone)


class LimitsShape(Shape):
    """What limits a sink that hands messages to relays; part of its shape."""

    limits: RateShape = Field(
        default_factory=RateShape,
        description="How many messages a relay gets; no limit when left out.",
        examples=[{"per_second": 50, "per_hour": 20000}],
    )
    domains: dict[Domains, RateShape] = Field(
        default_factory=dict,
        description="How many go to readers' domains. Names beside each other share one limit, as one host is behind "
        'them; "*.example.com" is all below example.com together, "*" each domain that is not named.',
        examples=[{"gmail.com googlemail.com": {"per_second": 20, "per_hour": 5000}}],
    )
    warm_up: WarmUpShape | None = Field(
        default=None,
        description="Few messages on the first days of a new sender, then more; none when left out.",
        examples=[{"first": 200, "factor": 2, "days": 14}],
    )
    hours: HoursShape | None = Field(
        default=None,
        description="The hours of the day in which mail may leave; all when left out.",
        examples=[{"from": "07:00", "to": "21:00", "zone": "Europe/Berlin"}],
    )

    @field_validator("domains", mode="before")
    @classmethod
    def _each_once(cls, value: Any) -> Any:
        """Before the names are brought into one form, in which two keys would be one."""
        seen: set[str] = set()
        for names in value if isinstance(value, dict) else ():
            parts = names.lower().replace(",", " ").split() if isinstance(names, str) else []
            if ANY_DOMAIN in parts and len(parts) > 1:
                raise ValueError(f"'{names}': '*' is each domain for itself; give it a line of its own")
            for part in parts:
                if part in seen:
                    raise ValueError(f"'{part}' stands here twice; remove one")
                seen.add(part)
        return value

    @field_validator("domains")
    @classmethod
    def _limited(cls, value: dict[str, RateShape]) -> dict[str, RateShape]:
        for names, shape in value.items():
            if shape.rate() == NO_RATE:
                raise ValueError(f"'{names}' has no limit; write per_second or per_hour below it")
        return value

    def relay_limits(self) -> RelayLimits:
        """The limits as sending needs them."""
        rules = tuple(DomainRule(tuple(names.split()), shape.rate()) for names, shape in self.domains.items())
        warm_up = self.warm_up.warm_up() if self.warm_up is not None else None
        return RelayLimits(self.limits.rate(), rules, warm_up, self.hours.hours() if self.hours is not None else None)
