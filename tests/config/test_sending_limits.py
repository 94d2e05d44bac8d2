from __future__ import annotations

from datetime import time
from zoneinfo import ZoneInfo

import pytest
from pydantic import ConfigDict, ValidationError

from digest import yamlfile
from digest.core.allowances import DomainRule, Rate, RelayLimits, WarmUp
from digest.core.sendinghours import Hours
from digest.settings.limits import LimitsShape
from digest.settings.mistakes import mistakes


class Sink(LimitsShape):
    """A sink that has limits and nothing else."""

    model_config = ConfigDict(title="sink")


def read(text):
    """What a text says of a sink."""
    return Sink.model_validate(yamlfile.load(text, "config.yaml").value or {}).relay_limits()


def wrong(text):
    """The mistakes of a text, each with its key."""
    data = yamlfile.load(text, "config.yaml").value
    with pytest.raises(ValidationError) as caught:
        Sink.model_validate(data)
    found = mistakes(caught.value, data, Sink.model_json_schema(by_alias=True))
    return [f"{'.'.join(str(part) for part in path)}: {message}" for path, message in found]


def test_without_a_word_nothing_is_limited():
    assert read("") == RelayLimits()
    assert read("limits: {}\ndomains: {}") == RelayLimits()


def test_everything_at_once():
    limits = read(
        """
        limits: {per_second: 50, per_hour: 20000}
        domains:
          GMail.com, googlemail.com: {per_second: 0.5, per_hour: 5000}
          "*.Bücher.example": {per_hour: 10}
          "*": {per_second: 2}
        warm_up: {first: 200, factor: 1.5, days: 10}
        hours: {from: 7:00, to: 24:00, zone: Europe/Berlin}
        """
    )
    assert limits == RelayLimits(
        Rate(50.0, 20000),
        (
            DomainRule(("gmail.com", "googlemail.com"), Rate(0.5, 5000)),
            DomainRule(("*.xn--bcher-kva.example",), Rate(None, 10)),
            DomainRule(("*",), Rate(2.0, None)),
        ),
        WarmUp(200, 1.5, 10),
        Hours(time(7), time(0), ZoneInfo("Europe/Berlin")),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("warm_up: {}", WarmUp()),
        ("warm_up: {first: 10}", WarmUp(first=10)),
        ("warm_up: {table: [5, 10]}", WarmUp(table=(5, 10))),
    ],
)
def test_what_is_left_out_of_a_warm_up_is_as_usual(text, expected):
    assert read(text).warm_up == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("limits: {per_second: 0}", "limits.per_second: expected a number from 0.001 to 1000000, found the number 0"),
        ("limits: {per_second: true}", "limits.per_second: expected a number from 0.001 to 1000000, found true"),
        ("limits: {per_hour: 0.5}", "limits.per_hour: expected a whole number from 1 to 1000000000, found the number"),
        ("limits: {per_hour: true}", "limits.per_hour: expected a whole number from 1 to 1000000000, found true"),
        ("limits: {per_hour: many}", "limits.per_hour: expected a whole number from 1 to 1000000000, found the text"),
        ("limits: {per_minute: 5}", "limits.per_minute: the key 'per_minute' is not known here; known are per_second"),
        ("limits: 5", "limits: expected a mapping (keys with values), found the number 5"),
        ("domains: [gmail.com]", "domains: expected a mapping (keys with values), found a list"),
        ("domains: {gmail.com: 5}", "domains.gmail.com: expected a mapping"),
        ("domains: {gmail.com: {}}", "domains: 'gmail.com' has no limit; write per_second or per_hour below it"),
        (
            "domains: {gmail.com: {per_hour: 1}, GMAIL.com x.example: {per_hour: 1}}",
            "domains: 'gmail.com' stands here twice",
        ),
        ("domains: {'* x.example': {per_hour: 1}}", "domains: '* x.example': '*' is each domain for itself"),
        ("domains: {'a..b': {per_hour: 1}}", "domains.a..b: 'a..b' has '', which is no part of a host name; name a"),
        ("domains: {'*.*.b': {per_hour: 1}}", "domains.*.*.b: '*.*.b' has '*', which is no part of a host name"),
        ("domains: {a.b: {per_second: -1}}", "domains.a.b.per_second: expected a number from 0.001"),
        (
            "domains: {a.b: {per_sec: 1}}",
            "domains.a.b.per_sec: the key 'per_sec' is not known here; did you mean 'per_se",
        ),
        ("warm_up: {factor: 0.5}", "warm_up.factor: expected a number from 1 to 10, found the number 0.5"),
        ("warm_up: {days: 91}", "warm_up.days: expected a whole number from 1 to 90, found the number 91"),
        ("warm_up: {table: []}", "warm_up.table: expected at least one, found none"),
        ("warm_up: {table: [5], days: 3}", "warm_up.days: 'days' and 'table' both say how many leave a day"),
        ("hours: {from: 7am, to: 21:00, zone: UTC}", "hours.from: expected a time of the day such as 07:00 or 21:30"),
        ("hours: {from: 7, to: 21:00, zone: UTC}", "hours.from: expected a time of the day such as 07:00 or 21:30"),
        ("hours: {from: 07:00, to: 24:30, zone: UTC}", "hours.to: expected a time of the day such as 07:00 or 21:30"),
        ("hours: {from: 07:00, to: 7:00, zone: UTC}", "hours.to: 'from' and 'to' are the same time"),
        ("hours: {from: 00:00, to: 24:00, zone: UTC}", "hours.to: 'from' and 'to' are the same time"),
        ("hours: {from: 07:00, to: 21:00}", "hours.zone: the key 'zone' is missing"),
        ("hours: {from: 07:00, to: 21:00, zone: Berlin}", "hours.zone: expected a time zone such as Europe/Berlin"),
    ],
)
def test_mistakes_are_said_in_words_at_their_key(text, message):
    found = wrong(text)
    assert len(found) == 1
    assert found[0].startswith(message)


def test_several_mistakes_are_found_at_once():
    assert len(wrong("limits: {per_hour: 0}\nwarm_up: {days: 0}\nhours: {from: x, to: 07:00, zone: UTC}")) == 3


def shapes():
    schema = Sink.model_json_schema(by_alias=True)
    return {"sink": schema, **schema["$defs"]}


@pytest.mark.parametrize("name", sorted(shapes()))
def test_every_key_has_a_meaning_and_an_example_that_is_taken(name):
    for key, described in shapes()[name]["properties"].items():
        assert described["description"].endswith("."), key
        assert described["examples"], key
    if name == "sink":
        for key, described in shapes()[name]["properties"].items():
            for example in described["examples"]:
                Sink.model_validate({key: example})
