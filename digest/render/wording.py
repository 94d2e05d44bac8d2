"""Dates, numbers and phrases as readers of one language expect them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time, match_skeleton
from babel.numbers import format_decimal

from digest.core.errors import TemplateError
from digest.render.textfiles import read_texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

FALLBACK_LANGUAGE = "en"
PHRASES_FILE = "phrases.yaml"
_LENGTHS = ("full", "long", "medium", "short")

Phrase = str | dict[str, str]
"""A text with `{name}` where a value goes; or one text for each plural category of the language (CLDR), chosen by n."""
Phrases = dict[str, dict[str, Phrase]]
"""Language tag, key, phrase."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Puts values into words; its methods are what templates call.

    Attributes:
        locale: Where months' names, digits and the order of a date come from (CLDR, by Babel).
        phrases: By key: the language's own, else the fallback's.
    """

    locale: Locale
    phrases: Mapping[str, Phrase]

    @classmethod
    def of(cls, language: str, phrases: Phrases) -> Wording:
        """The wording for a BCP 47 tag: of 'de-AT' what there is for de-AT, then for de, then in English."""
        merged: dict[str, Phrase] = {}
        for tag in (FALLBACK_LANGUAGE, *reversed(_lookup(language))):
            merged.update(phrases.get(tag, {}))
        return cls(_locale(language), merged)

    def date(self, value: datetime, form: str = "long") -> str:
        """`{{ story.published | date }}`: a date.

        Args:
            value: In the zone it is to be shown in.
            form: 'full', 'long', 'medium' or 'short'; or a CLDR skeleton, 'yMMMd' say, whose fields are put into the
                language's own order; or, with anything but letters in it, a CLDR pattern, 'd. MMM' say.
        """
        if form in _LENGTHS:
            return format_date(value, form, locale=self.locale)
        skeleton = match_skeleton(form, self.locale.datetime_skeletons) if form.isalpha() else None
        pattern = self.locale.datetime_skeletons[skeleton] if skeleton else form
        return format_datetime(value, pattern, locale=self.locale)

    def time(self, value: datetime) -> str:
        """`{{ story.published | time }}`: hours and minutes, in the zone `value` has."""
        return format_time(value, "short", locale=self.locale)

    def number(self, value: float) -> str:
        """`{{ 12345 | number }}`: with the language's separators."""
        return format_decimal(value, locale=self.locale)

    def minutes(self, value: int) -> str:
        """`{{ story.minutes | minutes }}`: a reading time, '4 min read'."""
        return self.phrase("minutes", n=value)

    def phrase(self, key: str, **values: object) -> str:
        """Look up a text of phrases.yaml and put the values where it names them in braces.

        In a template: `{{ phrase('read_on') }}`.

        Raises:
            LookupError: There is no such phrase in the language or in the fallback.
        """
        found = self.phrases.get(key)
        if found is None:
            raise LookupError(f"there is no phrase '{key}' in {PHRASES_FILE}, for this language or for English")
        if isinstance(found, dict):
            category = self.locale.plural_form(values.get("n", 0))  # type: ignore[arg-type]  # a template gives a number
            found = found.get(category) or found.get("other", "")
        # Not str.format: a phrase is text, not a way to reach into objects.
        for name, value in values.items():
            found = found.replace("{" + name + "}", self.number(value) if isinstance(value, int) else str(value))
        return found


def load_phrases(folders: Sequence[Path]) -> Phrases:
    """Read phrases.yaml of each folder; those of earlier folders override later ones, key by key.

    Raises:
        TemplateError: A file is no YAML, or not of the form language, key, text.
    """
    merged: Phrases = {}
    for folder in reversed(folders):
        path = folder / PHRASES_FILE
        if path.is_file():
            for language, phrases in _read(path).items():
                merged.setdefault(language, {}).update(phrases)
    return merged


def _read(path: Path) -> Phrases:
    place = f"templates/{PHRASES_FILE}"
    data: object = read_texts(path, place)
    if not isinstance(data, dict):
        raise TemplateError("must map each language to its phrases", place=place)
    for language, phrases in data.items():
        if not isinstance(phrases, dict):
            raise TemplateError(f"'{language}' must map each key to a phrase", place=place)
        for key, phrase in phrases.items():
            texts = phrase.values() if isinstance(phrase, dict) else (phrase,)
            if not all(isinstance(text, str) for text in texts):
                raise TemplateError(f"'{language}.{key}' must be a text, or a text for each plural", place=place)
    return data


def _lookup(language: str) -> list[str]:
    """The tag and what is left of it, part by part from its end [RFC 4647 section 3.4]: de-CH-1996, de-CH, de."""
    parts = language.split("-")
    return ["-".join(parts[:count]) for count in range(len(parts), 0, -1)]


def _locale(language: str) -> Locale:
    for tag in (*_lookup(language), FALLBACK_LANGUAGE):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    raise AssertionError("Babel always has English")
