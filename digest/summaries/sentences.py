"""Text to sentences, by rules: where a stop ends a sentence and where it belongs to a word.

In doubt the sentence goes on: one that is too long reads better than half of one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.summaries.abbreviations import Lexicon, lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
# Stops of scripts that have no capitals and no abbreviations with a stop: CJK, Arabic, Urdu, Hindi, Armenian,
# Ethiopic, Khmer and Burmese.
_PLAIN_STOPS = "。！？｡؟۔।॥։።។။"
_STOP = re.compile(f"[.!?…‽{_PLAIN_STOPS}]")
_INVISIBLE = "\u200b-\u200f\u2060\u2066-\u2069\ufeff"
_STOPS = rf"(?P<plain>[{_PLAIN_STOPS}][{_PLAIN_STOPS}!?…]*)|(?P<stop>[.!?…‽]+(?:\s\.(?!\w))*)"
# The footnote mark '[1]' stays with the sentence it is set after.
_CLOSERS = rf"(?P<close>(?:[\"'”’״)\]}}」』）】》〉{_INVISIBLE}%s]|\[\d{{1,3}}\]%s)*)(?P<gap>\s*)"
_NEXT = re.compile(r"(?P<open>[^\w\s]{0,8}\s?)(?P<word>\w{1,40})(?P<after>.?)", re.DOTALL)
_INSIDE = re.compile(
    r"\((?:[^()]|\([^()]{0,100}\)){1,400}+\)|（[^（）]{1,400}）|「[^「」]{1,400}」|『[^『』]{1,400}』|《[^《》]{1,100}》"
)
_LAST_TOKEN = re.compile(r"[^\s()\[\]{}\"“”„‘’'«»/—–-]*\Z")
_ACRONYM = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
# The second half of 'z. B.', 'd. h.', 'т. е.'; not of 'p. m.'.
_SPACED = re.compile(r"(?:^|\s)[b-oq-zтин]\.\s?[^\W\d_]\Z")
_NOT_PROSE = re.compile(r"[./@\\_:=&?#-]")
_GOES_ON = re.compile(r"[.!?…,;:)\]}%、，；：]|[”»](?!\w)")
_QUOTES = "\"'”’»“«״"
# '“Why?” Anna Berg asked.': the quotation is part of the sentence.
_SAYS = re.compile(
    r"(?:\w+\s){1,3}?(?:said|says|asked|asks|replied|wrote|writes|added|adds|wondered|shouted|cried|tweeted)\b"
)
_SAYS_CJK = re.compile(r"[とっ、，]|[^。！？，、]{0,6}(?:说|說|道|问|問|表示|称|稱)")
_AFTER_THE_HOUR = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Eastern|Central|Mountain|Pacific|Local|[ECMP][SD]?T|GMT|UTC|BST|CES?T"
    r"|January|February|March|April|May|June|July|August|September|October|November|December"
)


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """A text without blank lines, and how it is to be read.

    Attributes:
        one_case: Whether capitals tell nothing, because all letters are capitals or none is.
    """

    text: str
    words: Lexicon
    one_case: bool

    def known(self, word: str) -> str:
        """A word as the lexicon writes it."""
        return word.lower() if self.one_case else word

    def is_starter(self, following: re.Match[str]) -> bool:
        """Whether the word after a stop begins a sentence; 'A' and 'I' before a stop are initials."""
        return self.known(following["word"]) in self.words.starters and following["after"] != "."


def split(text: str, language: str = "en") -> tuple[str, ...]:
    """The sentences of a text, in order; joined they hold all of it but white space at their ends.

    Args:
        text: One paragraph or more; a blank line ends a sentence, a single line break does not.
        language: A BCP 47 tag: abbreviations are known for the languages of `abbreviations`, the other rules hold
            for all.
    """
    return tuple(each(text, language))


def each(text: str, language: str = "en") -> Iterator[str]:
    """The same as `split`, one at a time: the head of a very long text costs no more than the head."""
    for part in _BLANK_LINE.split(text):
        one_case = part.isupper() or part.islower()
        paragraph = _Paragraph(part, lexicon(language, folded=one_case), one_case)
        start = 0
        for end in _ends(paragraph):
            if sentence := part[start:end].strip():
                yield sentence
            start = end
        if sentence := part[start:].strip():
            yield sentence


def _ends(paragraph: _Paragraph) -> Iterator[int]:
    """Where sentences end within a paragraph, its own end left out."""
    text = paragraph.text
    spans = _INSIDE.finditer(text)
    span = next(spans, None)
    start = 0
    for candidate in _candidates(text):
        while span is not None and span.end() <= candidate.start():
            span = next(spans, None)
        end = candidate.end("close")
        if span is not None and span.start() < candidate.start() and end < span.end():
            continue
        if _is_end(paragraph, candidate, start):
            yield end
            start = end


def _candidates(text: str) -> Iterator[re.Match[str]]:
    """Each stop with what closes after it.

    First comes a search that knows nothing but the stops: it is several times as quick over all that lies between.
    """
    pattern, at = _pattern(text), 0
    while (stop := _STOP.search(text, at)) is not None and (found := pattern.match(text, stop.start())) is not None:
        yield found
        at = found.end()


def _pattern(text: str) -> re.Pattern[str]:
    """What may end a sentence; which quotation marks close one depends on which open it.

    German and its neighbours write „so“ and »so«, English “so”, French « so ».
    """
    guillemet = "«" if 0 <= text.find("»") < text.find("«") else "»"
    return _PATTERNS[guillemet, "„" in text]


_PATTERNS = {
    # In French a space stands before the mark that closes.
    (guillemet, low): re.compile(f"(?:{_STOPS}){_CLOSERS}" % (guillemet + "“" * low, r"|[^\S\n]»" * (guillemet == "»")))
    for guillemet in "«»"
    for low in (False, True)
}


def _is_end(paragraph: _Paragraph, candidate: re.Match[str], start: int) -> bool:
    """Whether the stop found ends the sentence which begins at `start`."""
    text = paragraph.text
    if candidate["plain"]:
        quoted = any(mark in candidate["close"] for mark in "」』”" + '"')
        return not (quoted and _SAYS_CJK.match(text, candidate.end()))
    following = _NEXT.match(text, candidate.end())
    if following is None or _GOES_ON.match(text, candidate.end()) or not _may_begin(paragraph, following["word"]):
        return False
    # A window, not the whole sentence so far: a text of one megabyte without an end must not cost its square.
    before = text[max(start, candidate.start() - 60) : candidate.start()].strip()
    if not candidate["gap"]:
        return _is_glued(paragraph, candidate, before.rpartition(" ")[2], following, start)
    if candidate["stop"] != ".":
        return _ends_after_mark(paragraph, candidate, _last_token(before), following)
    return _ends_after_stop(paragraph, before, following)


def _may_begin(paragraph: _Paragraph, word: str) -> bool:
    """Whether a word may head a sentence, by its letters: 'The', '12', 'iPhone', a script without case."""
    return paragraph.one_case or not word[0].islower() or word[1:2].isupper()


def _last_token(text: str) -> str:
    match = _LAST_TOKEN.search(text.rpartition(" ")[2])
    return match[0] if match else ""


def _ends_after_mark(paragraph: _Paragraph, candidate: re.Match[str], last: str, following: re.Match[str]) -> bool:
    """Whether '?', '!', '…' or several stops end the sentence, white space and a fitting word following."""
    marks = candidate["stop"]
    if "…" in marks or ".." in marks.replace(" ", ""):
        # '... I' is a faltering voice more often than a new sentence.
        return following["word"] != "I"
    if any(mark in candidate["close"] for mark in _QUOTES):
        return not _SAYS.match(paragraph.text, following.start("word"))
    return paragraph.known(last + marks) not in paragraph.words.loose or paragraph.is_starter(following)


def _ends_after_stop(paragraph: _Paragraph, before: str, following: re.Match[str]) -> bool:
    """Whether a single full stop ends the sentence so far (`before`), white space and a fitting word following."""
    words, last, word = paragraph.words, _last_token(before), following["word"]
    known = paragraph.known(last)
    if not last:
        return True
    if known in words.bound or (known in words.numbered and word[0].isdigit()) or _is_spaced(last, before):
        return False
    if last.isdigit():
        # '1. Open the lid' is an enumeration, 'am 3. Oktober' an ordinal.
        is_counting = (last == before and len(last) <= 3) or (words.ordinals and len(last) <= 2)
        return not is_counting or (words.ordinals and last != before and paragraph.is_starter(following))
    if last.lower() in ("a.m", "p.m"):
        return not _AFTER_THE_HOUR.fullmatch(word)
    if known in words.loose or _is_initial(last, before) or _ACRONYM.fullmatch(last):
        return paragraph.is_starter(following) or any(mark in following["open"] for mark in '"“„«')
    return True


def _is_spaced(last: str, before: str) -> bool:
    """Whether an abbreviation in two parts ends here; a longer word needs no search for it."""
    return (len(last) == 1 or before[-2:-1] == ".") and _SPACED.search(before) is not None


def _is_initial(letter: str, before: str) -> bool:
    """Whether a single letter stands for a name: the B. of 'George B. Shaw', not the I of 'nor do I.'."""
    if len(letter) != 1 or letter.lower() == letter.upper():
        return False
    return not (letter == "I" and before[-3:-2].islower())


def _is_glued(paragraph: _Paragraph, candidate: re.Match[str], last: str, following: re.Match[str], start: int) -> bool:
    """Whether a sentence ends although no space follows: 'market.The', but not 'Booking.Com', 'x.y/The' or '1.5'."""
    close, word = candidate["close"], following["word"]
    if paragraph.one_case or not word[0].isupper():
        return False
    if any(mark in close for mark in _QUOTES):
        # A straight mark closes when it makes a pair; otherwise it may open the next sentence: too unclear to cut at.
        return '"' not in close or paragraph.text.count('"', start, candidate.end("close")) % 2 == 0
    if not last.isascii() and not word.isascii():
        return last[-1].islower() and word[1:2].islower()
    if len(last) < 2 or last in paragraph.words.bound or (_NOT_PROSE.search(last) and not _ACRONYM.fullmatch(last)):
        return False
    return paragraph.is_starter(following) and not _NOT_PROSE.match(following["after"])
