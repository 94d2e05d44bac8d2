"""The kinds of value that config.yaml holds: texts, names and numbers; each read, refused in words, shown to editors.

The functions raise ValueError with a message for people: what was found, what was expected, an example; so do those of
`digest.settings.times` and `digest.settings.addresses`. Babel is imported when the first language asks for it:
`digest --help` does not need it.
"""

from __future__ import annotations

import os
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator, Strict, WithJsonSchema

from digest.core.text import clean
from digest.yamlwords import describe

RESERVED_KEYS = ("mail", "images")
"""Names a newsletter cannot have: the output folder uses them itself."""
ENVIRONMENT = r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}"
"""A value that is kept in the environment, under the name between the braces."""
SUBJECT_PARTS = ("title", "date", "lead")
"""What a subject may name: the newsletter's title, the edition's date, the title of its first story."""
_KEY = r"[a-z0-9][a-z0-9-]{0,62}"
_LANGUAGE = r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}"  # BCP 47, as far as Babel has data for it


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


def below(root: Path, path: str) -> Path:
    """A path of config.yaml, as from its folder."""
    return Path(os.path.normpath(root / path))


def parse_line(value: str) -> str:
    """Read one line of text; the same without spaces around it."""
    if not value.strip():
        raise ValueError("is empty; write a text, or leave the key out")
    if value != clean(value) or "\n" in value or "\t" in value:
        raise ValueError("must be one line, without tabs or control characters")
    if len(value) > 500:
        raise ValueError(f"is {len(value)} characters long; at most 500 fit")
    return value.strip()


def as_list(value: Any, *, expected: str, example: str) -> Any:
    """Read a list of texts, or one text as a list of one; what is in it is still to be read.

    Args:
        value: As read from YAML.
        expected: What to say of what fits.
        example: The same by example.
    """
    if isinstance(value, str | list):
        return [value] if isinstance(value, str) else value
    raise ValueError(f"expected {expected}, found {describe(value)}; for example {example}")


def check_login(username: str | None, password: str | None, variable: str) -> None:
    """Refuse a login of which one half is missing.

    Args:
        username: As read; None where it is left out.
        password: The same.
        variable: An example of a variable that may hold the password.
    """
    if password is not None and username is None:
        raise MistakeAtError("password", "there is no 'username' beside it; for example username: desk")
    if username is not None and password is None:
        message = f"there is no 'password' beside it; for example password: ${{{variable}}}, from the environment"
        raise MistakeAtError("username", message)


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


def _language(value: str) -> str:
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 slow to import, and only this needs it

    try:
        if re.fullmatch(_LANGUAGE, value):
            Locale.parse(value, sep="-")
            return value
    except (ValueError, UnknownLocaleError):
        pass  # well written, but no language that dates can be printed in
    raise ValueError(f"expected a language tag such as en, de or pt-BR, found {describe(value)}")


def _from_environment(value: Any) -> str:
    """Read `${NAME}`; what stands there in its place is never repeated: it may be the secret itself."""
    match = re.fullmatch(ENVIRONMENT, value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("expected the name of an environment variable such as ${SMTP_PASSWORD}")
    return match[1]


def parse_distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    """Read texts of which no two are the same, in capitals or not."""
    seen: set[str] = set()
    for value in values:
        if value.casefold() in seen:
            raise ValueError(f"'{value}' stands here twice; remove one")
        seen.add(value.casefold())
    return values


Line = Annotated[str, AfterValidator(parse_line)]
Subject = Annotated[Line, AfterValidator(_subject)]
Key = Annotated[str, AfterValidator(_key), WithJsonSchema({"type": "string", "pattern": f"^{_KEY}$"})]
Language = Annotated[str, AfterValidator(_language), WithJsonSchema({"type": "string", "pattern": f"^{_LANGUAGE}$"})]
Words = Annotated[tuple[Line, ...], AfterValidator(parse_distinct)]
Count = Annotated[int, Strict(), Field(ge=1, le=10_000)]
FeedCount = Annotated[int, Strict(), Field(ge=1, le=1000)]
ImageOctets = Annotated[int, Strict(), Field(ge=20_000, le=2_000_000)]
ImagePixels = Annotated[int, Strict(), Field(ge=400, le=2400)]
WholeNumber = Annotated[int, Strict()]
FromEnvironment = Annotated[
    str, PlainValidator(_from_environment), WithJsonSchema({"type": "string", "pattern": f"^{ENVIRONMENT}$"})
]
