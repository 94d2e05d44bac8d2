"""docs/checks.md and the catalogue say the same."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from digest.checks.catalogue import KINDS, found
from digest.checks.clients import features
from digest.checks.fallbacks import FALLBACKS
from digest.config import json_schema

REPOSITORY = Path(__file__).parents[2]
CHECKS = (REPOSITORY / "docs/checks.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", KINDS)
def test_each_code_is_documented_as_it_is(code):
    kind = KINDS[code]
    section = re.search(rf"^#### {code}: (.+)\n\n((?:- .+\n)+)", CHECKS, re.MULTILINE)
    assert section, code
    first, second, third = section[2].splitlines()
    assert section[1] == kind.title
    assert first == f"- {kind.severity.capitalize()}. {kind.why}"
    assert second == f"- What to do: {kind.remedy}"
    assert re.fullmatch(r"- For example: .{10,}", third)


def test_no_code_is_documented_that_there_is_not():
    assert sorted(re.findall(r"^#### (\w+):", CHECKS, re.MULTILINE)) == list(KINDS)
    assert set(re.findall(r"\b(?:[A-Z]+11Y|[A-Z]{3,4})\d{3}\b", CHECKS)) == set(KINDS)


def test_codes_have_one_form_and_every_use_is_of_a_known_one():
    assert all(re.fullmatch(r"(?:[A-Z]{3,4}|A11Y)\d{3}", code) for code in KINDS)
    used = set()
    for path in (REPOSITORY / "digest").rglob("*.py"):
        if not path.name.startswith("kinds_"):
            used |= set(re.findall(r'"((?:[A-Z]{3,4}|A11Y)\d{3})"', path.read_text(encoding="utf-8")))
    assert used - {"UTF8"} == set(KINDS)
    with pytest.raises(KeyError):
        found("NONE001", "", "")


def test_the_schema_offers_the_codes_to_editors():
    assert json_schema()["$defs"]["IgnoreShape"]["properties"]["code"]["enum"] == list(KINDS)


def test_each_fallback_is_documented_and_of_a_feature_that_some_client_does_not_know():
    unknown = {name for (_, name), feature in features().items() if feature.unknown}
    assert set(FALLBACKS) <= unknown
    for name in unknown:
        assert f"`{name}`" in CHECKS, name
    for name, accepted in FALLBACKS.items():
        row = next(line for line in CHECKS.splitlines() if line.startswith(f"| `{name}` |"))
        for each in accepted:
            assert each.words.replace("<", "&lt;") in row


def test_the_facts_name_their_source_date_and_licence():
    data = json.loads((REPOSITORY / "digest/checks/caniemail.json").read_text(encoding="utf-8"))
    assert data["source"] == "https://www.caniemail.com/"
    assert data["licence"] == "MIT"
    assert "Copyright (c) 2019 HTeuMeuLeu" in data["notice"]
    assert data["date"] == max(row[3] for row in data["features"])
    assert data["date"] in CHECKS
    for kind, name, slug, tested, results in data["features"]:
        assert kind in ("css", "html", "image"), name
        assert re.fullmatch(r"[a-z0-9-]+", slug)
        assert re.fullmatch(r"20\d\d-[01]\d", tested)
        assert re.fullmatch(r"[yan]{5}", results)
