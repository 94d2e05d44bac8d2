from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from digest.core.errors import TemplateError
from digest.render.folders import builtin_folder
from digest.render.templates import Templates
from digest.render.wording import Wording, load_phrases

MOMENT = datetime(2026, 3, 2, 0, 5, tzinfo=ZoneInfo("Europe/Berlin"))
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "ar", "he", "ja")


def wording(language: str) -> Wording:
    return Wording.of(language, load_phrases([builtin_folder()]))


@pytest.mark.parametrize(
    ("language", "form", "expected"),
    [
        ("de", "full", "Montag, 2. März 2026"),
        ("de-AT", "long", "2. März 2026"),
        ("ar", "long", "2 مارس 2026"),
        ("ja", "long", "2026年3月2日"),
        ("en", "short", "3/2/26"),
        ("en-GB", "yMMMd", "2 Mar 2026"),
        ("fr", "d MMMM", "2 mars"),
        ("tlh", "long", "March 2, 2026"),  # no such language in CLDR: English
    ],
)
def test_dates_are_in_the_language_and_the_zone_of_the_value(language, form, expected):
    assert wording(language).date(MOMENT, form) == expected


def test_a_time_stays_in_its_zone():
    assert wording("de").time(MOMENT) == "00:05"


def test_numbers_have_the_separators_of_the_language():
    assert [wording(language).number(12345) for language in ("en", "de")] == ["12,345", "12.345"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_phrase(language):
    phrases = load_phrases([builtin_folder()])
    assert list(phrases[language]) == list(phrases["en"])


def test_plurals_follow_the_language():
    assert [wording("en").phrase("stories", n=n) for n in (1, 2)] == ["1 story", "2 stories"]
    assert wording("ar").phrase("stories", n=2) == "مقالان"
    assert wording("en").minutes(4) == "4 min read"


def test_values_are_put_in_as_they_are():
    assert wording("en").phrase("why", newsletter="{n} {credit.__class__}").endswith(" to {n} {credit.__class__}.")


def test_phrases_fall_back_by_key_to_the_language_then_to_english(tmp_path):
    own = tmp_path / "phrases.yaml"
    own.write_text("de-AT:\n  back: Retour\nno:\n  back: Tilbake\nen:\n  back: Return\n", "utf-8")
    phrases = load_phrases([tmp_path, builtin_folder()])
    assert Wording.of("de-AT", phrases).phrase("back") == "Retour"
    assert Wording.of("de-AT", phrases).phrase("read_on") == "Weiterlesen"
    assert Wording.of("no", phrases).phrase("back") == "Tilbake"  # not YAML's False
    assert Wording.of("fi", phrases).phrase("back") == "Return"
    assert Wording.of("fi", phrases).phrase("read_on") == "Read on"


def test_an_unknown_phrase_is_an_error_with_a_place(tmp_path):
    (tmp_path / "page.txt").write_text("\n{{ phrase('hello') }}")
    with pytest.raises(TemplateError, match=r"templates/page\.txt:2: .*no phrase 'hello'"):
        Templates([tmp_path]).render("page.txt", {}, language="en")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("en:\n  back: 'x\n", r"templates/phrases\.yaml:3: is no YAML"),
        ("- en\n", "must map each language"),
        ("en: x\n", "'en' must map each key"),
        ("en:\n  back: [x]\n", r"'en\.back' must be a text"),
    ],
)
def test_a_wrong_phrases_file_is_refused(tmp_path, text, expected):
    (tmp_path / "phrases.yaml").write_text(text)
    with pytest.raises(TemplateError, match=expected):
        load_phrases([tmp_path, builtin_folder()])
