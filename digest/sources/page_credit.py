"""Credits of photos, told from the text they are glued to.

A credit is a label ('Photo by', 'Image:', 'Courtesy of'), a name and mostly a site ('on Unsplash').
It starts where a block starts, after the end of a sentence, or glued to the text before.
It ends after its site; without one at the next mark there is: the end of the line, a no-break space,
the end of a sentence, or a small letter directly followed by a capital.
Where no such mark follows, the words are taken for prose and stay where they are.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from digest.core.text import one_line
from digest.sources.page_words import (
    CAMEL_NAMES,
    NBSP,
    STARTERS,
    ends_sentence,
    is_name_prefix,
    is_upper_or_uncased,
    starts_lower,
)

MAX_CREDIT_WORDS = 14
MAX_CREDIT_CHARACTERS = 120

_THING = (
    r"(?:Cover |Featured |Header |Lead |Main |File |Stock |Hero )?"
    r"(?:Photo(?:graph)?|Photography|Image|Picture|Illustration|Graphic|Artwork|Art|Render(?:ing)?|Screenshot|Drawing)s?"
)
_LABEL = re.compile(
    rf"\(?(?:(?P<by>{_THING}\s+(?:by|from|via|(?:is\s+)?courtesy\s+of)\s+(?!\s))"
    rf"|(?P<colon>(?:{_THING}(?:\s+(?:credit|source|courtesy|by))?s?|Credits?|Source)\s*:\s*)"
    r"|(?P<courtesy>Courtesy\s+of\s+))",
    re.IGNORECASE,
)
_SITE = (
    r"(?:Unsplash|Pexels|Pixabay|Flickr|Shutterstock|iStockphoto|iStock|Getty Images|Getty|Adobe Stock|Depositphotos"
    r"|Dreamstime|Freepik|Vecteezy|Alamy(?: Stock Photo)?|Wikimedia Commons|Wikimedia|Wikipedia|StockSnap|Rawpixel"
    r"|DeviantArt|Instagram|Midjourney|DALL[·-]?E|Reuters|Bloomberg|Associated Press|AFP|AP(?: Photo)?|EPA|dpa|PA Wire"
    r"|NurPhoto|Xinhua|Yonhap|Kyodo|X|Twitter|Facebook|NASA|Canva|123RF|500px|Burst|Picjumbo|Kaboompics)"
    r"(?:\.com|\.org)?(?![a-z])"
)
_KNOWN = re.compile(_SITE.replace(" ", r"\s"))
_TO_SITE = r"(?:\s+(?:on|via|from|for|at|of)\s+|\s*[/|,]\s*)"
_ON_KNOWN = re.compile(rf"(?P<name>.{{1,80}}?){_TO_SITE}(?:{_KNOWN.pattern})", re.DOTALL)
_ON_OTHER = re.compile(r"(?P<name>.{1,80}?)\s+(?:on|via|from)\s+(?=[^\W\da-z_])", re.DOTALL)
_AGENCY = re.compile(rf"(?:\s?[/|]\s?|\s+via\s+)(?:{_KNOWN.pattern})")
_TOKEN = re.compile(r"(?P<gap>\s*)(?P<word>\S+)")
# Small words within names, and between a name and an agency.
_PARTICLES = frozenset(
    (
        "de",
        "la",
        "le",
        "du",
        "van",
        "von",
        "der",
        "den",
        "di",
        "da",
        "dos",
        "del",
        "bin",
        "al",
        "el",
        "and",
        "for",
        "via",
        "of",
        "on",
    )
)
_CLOSING = re.compile(r"\.(?!\.)")
_CLOSING_BRACKET = re.compile(r"\.?\s?\)\.?")
_STOP = re.compile(r"[.!?][\"”’)]*(?=\s|[^\W\d_a-z]|$)")


class Credit(NamedTuple):
    """A credit found in a text.

    Attributes:
        before: The text before it.
        text: The whole credit on one line, `Photo by 李 亨 on Pexels`.
        after: The text after it.
    """

    before: str
    text: str
    after: str


def take_credit(text: str) -> Credit | None:
    """Find the first credit in one line of text, its no-break spaces still in it; None when there is none."""
    for label in _LABEL.finditer(text):
        if not label[0].lstrip("(")[:1].isupper() or not _may_start(text, label):
            continue
        end = _end_of(text, label)
        if end is None:
            continue
        after = text[end:]
        closing = (_CLOSING_BRACKET if label[0][0] == "(" else _CLOSING).match(after)
        return Credit(
            text[: label.start()].rstrip(),
            one_line(text[label.start() : end]).lstrip("("),
            after[closing.end() if closing else 0 :].lstrip(),
        )
    return None


def _may_start(text: str, label: re.Match[str]) -> bool:
    """At the start, after a sentence, or glued; 'Courtesy of' and 'Source:' only where no plain space is before."""
    before = text[: label.start()]
    if not before.strip():
        return True
    glued = not before[-1].isspace()
    if glued:
        return before[-1] in ".!?…\"”’')]" or before[-2:].islower()
    return before[-1] == NBSP or (label["by"] is not None and ends_sentence(before))


def _end_of(text: str, label: re.Match[str]) -> int | None:
    """Where the credit ends whose label is given; None when it is prose after all."""
    start = label.end()
    first = text[start : start + 1]
    bare = _KNOWN.match(text, start)
    if bare is not None:
        return _with_agencies(text, bare.end())
    known = _ON_KNOWN.match(text, start)
    other = _ON_OTHER.match(text, start)
    if known is not None and _is_name(known["name"]) and (other is None or len(known["name"]) <= len(other["name"])):
        return _with_agencies(text, known.end())
    if not (is_upper_or_uncased(first) or first.isdigit() or first == "@"):
        return None
    if label.start() == 0 and _is_all(text):
        return len(text.rstrip())
    if other is not None and _is_name(other["name"]):
        return _end_of_site(text, other.end())
    return _end_of_name(text, start)


def _with_agencies(text: str, end: int) -> int:
    while match := _AGENCY.match(text, end):
        end = match.end()
    return end


def _is_all(text: str) -> bool:
    """Whether a text that begins like a credit is nothing else: a few words and no sentence."""
    if len(text) > MAX_CREDIT_CHARACTERS or len(text.split()) > MAX_CREDIT_WORDS or NBSP in text.strip():
        return False
    glues = ((word, _glue(word)) for word in text.split())
    return not ends_sentence(text) and not any(word[cut:] in STARTERS for word, cut in glues if cut is not None)


def _is_name(name: str) -> bool:
    """Whether a name, not a sentence, stands between label and site."""
    words = name.split()
    if len(words) > 8 or (len(words) > 4 and (NBSP in name.strip() or starts_lower(name))):
        return False
    if re.search(r",\s[a-z]", name):
        return False
    for word, following in zip(words, [*words[1:], ""], strict=True):
        glue = _glue(word)
        # 'Jane DoeThe' and 'Jane DoeNexo said' run into a sentence; 'BoliviaInteligente' is a name.
        if glue is not None and (word[glue:] in STARTERS or following[:1].islower()):
            return False
    return not any(
        ends_sentence(name[: stop.end()], name[stop.end() :]) for stop in _STOP.finditer(name) if stop.end() < len(name)
    )


def _glue(word: str) -> int | None:
    """Where in a word a small letter meets the capital of another word; None where it is one word."""
    name = max((name for name in CAMEL_NAMES if word.startswith(name)), key=len, default="")
    if name:
        return len(name) if word[len(name) : len(name) + 1].isupper() else None
    cuts = [
        index
        for index in range(1, len(word))
        if word[index - 1].islower() and word[index].isupper() and not is_name_prefix(word[:index])
    ]
    # 'PixelHubThe' is cut before 'The', whatever else it holds.
    return next((cut for cut in cuts if word[cut:] in STARTERS), cuts[0] if cuts else None)


def _end_of_site(text: str, start: int) -> int:
    """After the name of a site not known: up to its glue, if it comes within three capitalised words."""
    first = None
    for count, token in enumerate(_TOKEN.finditer(text, start)):
        if count == 3 or NBSP in token["gap"] or not is_upper_or_uncased(token["word"][0]):
            break
        glue = _glue(token["word"])
        if glue is not None:
            return token.start("word") + glue
        first = first or token.end()
        if token.end() == len(text.rstrip()):
            return token.end()
    return len(text[: first or start].rstrip(".,"))


def _is_prose(word: str) -> bool:
    return word[0].islower() and word not in _PARTICLES


def _end_of_name(text: str, start: int) -> int | None:
    """After a name without a site: only a real mark ends it, a plain space before prose does not."""
    for count, token in enumerate(_TOKEN.finditer(text, start)):
        word = token["word"]
        if count and NBSP in token["gap"]:
            return token.start()
        if count == 8 or token.end() - start > 80 or (count and (word in STARTERS or _is_prose(word))):
            return None
        stop = _STOP.search(word)
        glue = _glue(word[: stop.start()] if stop else word)
        if glue is not None:
            return token.start("word") + glue
        at = token.start("word") + (stop.start() if stop else 0)
        if stop and (stop.end() < len(word) or ends_sentence(text[start : at + 1], text[at + 1 :])) and len(word) > 2:
            return at
        if token.end() == len(text.rstrip()):
            return token.end()
    return None
