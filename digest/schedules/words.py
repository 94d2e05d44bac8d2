"""The words of a phrase: one after the other, and what to say of one that does not fit."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import NoReturn

EXAMPLES = (
    "every day at 8",
    "daily at 08:00 and 17:30",
    "every weekday at 7:30",
    "weekends at 10",
    "every Monday at 08:00",
    "Mondays and Thursdays at 9am",
    "every week on Tuesday at 8",
    "every 2 weeks on Friday at 9 from 2026-01-09",
    "every other Friday at 9 from 2026-01-09",
    "every 3 days at 8 from 2026-01-01",
    "every 2 months on the 1st at 9 from 2026-01-01",
    "every month on the 1st at 9",
    "1st and 15th of the month at 8",
    "first weekday of the month at 9",
    "last Friday of the month at 16:00",
    "last day of the month at 17",
    "first Monday of January and July at 9",
    "every year on 1 March at 9",
    "every hour",
    "every 15 minutes",
)
"""One of each form, to show the closest where one is not understood."""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
MONTHS = {
    **{name: number for number, name in enumerate(_MONTHS, start=1)},
    **{name[:3]: number for number, name in enumerate(_MONTHS, start=1)},
    "sept": 9,
}
WEEKDAYS = {
    **{name + plural: (number,) for number, name in enumerate(_WEEKDAYS) for plural in ("", "s")},
    **{name[:3]: (number,) for number, name in enumerate(_WEEKDAYS)},
    "tues": (1,),
    "thur": (3,),
    "thurs": (3,),
}
ORDINALS = {name: number for number, name in enumerate(("first", "second", "third", "fourth", "fifth"), start=1)}
UNITS = {name + plural: name for name in ("minute", "hour", "day", "week", "month", "year") for plural in ("", "s")}

_PLAIN = (
    *("at", "from", "on", "of", "and", "the", "every", "other", "last", "noon", "midnight"),
    *("daily", "hourly", "weekly", "monthly", "yearly", "weekday", "weekdays", "weekend", "weekends"),
)
_KNOWN = [*_PLAIN, *MONTHS, *WEEKDAYS, *ORDINALS, *UNITS]
_WORD = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2}|\d+|[^\W\d_]+|\S")
_LONGEST = 200


class Words:
    """A phrase, read word by word from its start; case does not count.

    Raises:
        ValueError: There is none, or far too much.
    """

    def __init__(self, text: str) -> None:
        self.text = " ".join(text.split())
        if len(self.text) > _LONGEST:
            raise ValueError(f"'{self.text[:40]}...' is {len(self.text)} characters long; a schedule needs far fewer")
        self._written: list[str] = _WORD.findall(self.text)
        self._words = [word.lower() for word in self._written]
        self._at = 0

    def ahead(self, count: int = 0) -> str:
        """The word so many places ahead; empty past the end."""
        return self._words[self._at + count] if self._at + count < len(self._words) else ""

    def take(self, *words: str) -> str:
        """The next word if it is one of these, and then it is passed; else nothing."""
        word = self.ahead()
        if word and word in words:
            self._at += 1
            return word
        return ""

    def number(self) -> int | None:
        """The next word if it is a number, and then it is passed."""
        word = self.ahead()
        if not (word.isascii() and word.isdigit()):
            return None
        self._at += 1
        return int(word[:6])

    def back(self) -> None:
        """Return to the word passed last, to say that it is wrong."""
        self._at -= 1

    def more(self) -> bool:
        """Whether a list goes on; 'and' or a comma, or both, are passed."""
        comma, word = self.take(","), self.take("and", "&")
        return bool(comma or word)

    def fail(self, expected: str, *, like: str = "") -> NoReturn:
        """Refuse the next word.

        Args:
            expected: What should stand in its place.
            like: As `refuse` takes it.
        """
        if not self._words:
            self.refuse(f"says nothing where {expected} should stand", like=like)
        if self._at >= len(self._words):
            self.refuse(f"ends where {expected} should follow", like=like)
        close = get_close_matches(self.ahead(), _KNOWN, n=1, cutoff=0.7)
        hint = f" (did you mean '{close[0]}'?)" if close and close[0] != self.ahead() else ""
        self.refuse(
            f"has '{self._written[self._at]}', which is not understood{hint} where {expected} should stand", like=like
        )

    def refuse(self, message: str, *, like: str = "") -> NoReturn:
        """Refuse the phrase.

        Args:
            message: Why, going on from the phrase in quotes; an example is added.
            like: What the example is to be like; the phrase itself when empty.

        Raises:
            ValueError: Always.
        """
        lower = {example.lower(): example for example in EXAMPLES}
        close = lower[get_close_matches((like or self.text).lower(), list(lower), n=1, cutoff=0)[0]]
        raise ValueError(f"'{self.text}' {message}; write '{close}', say, or five cron fields")
