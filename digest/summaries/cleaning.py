"""What is taken out of a paragraph before its sentences are looked at: datelines, stamps of the page, odd breaks.

Nothing is taken out of the middle of a sentence but what scraping put there.
"""

from __future__ import annotations

import re

_AGENCIES = (
    r"CNN(?:\s(?:Student\sNews|Business|Money|Español))?|The\sAssociated\sPress|AP|AFP|Reuters|dpa(?:/\w+)?|EFE|UPI|"
    r"Xinhua|ANSA|Bloomberg|IANS|PTI|TASS|KUNA|ANI|Lusa|KNA|epd|SID|Europa\sPress|Kyodo|Yonhap|Anadolu|RNS|CBS\w*"
)
# 'Baghdad, Iraq (CNN)Troops', '(CNN) -- Troops', 'Berlin (dpa) - ', 'PARIS, March 2 (Reuters) – '.
_BY_AGENCY = re.compile(
    rf"(?:[^\W\d_][\w .,'’/-]{{1,60}}?\s?)?\((?:{_AGENCIES})\)\s*(?:(?:--|[-–—:])\s*)?(?=\S)", re.IGNORECASE
)
# 'SAN JOSE, Costa Rica — ', 'WASHINGTON -- '; what follows begins a sentence: not 'NASA — the agency — said'.
_BY_PLACE = re.compile(
    r"(?:[A-ZÀ-ÞА-ЯЁ][A-ZÀ-ÞА-ЯЁ.'’-]+,?\s){1,4}(?:[A-Z][\w.]+,?\s(?:\d{1,2},?\s)?){0,4}(?:[-–—]|--)\s+"
    r"(?=[\"“‘„«]?[A-ZÀ-ÞА-ЯЁ])"
)
_IN_CHINESE = re.compile(r"(?:新华社|中新社|中新网|人民网)[^，。]{0,20}?(?:电|讯)\s*(?:[（(][^）)]{1,30}[）)])?\s*")
# Of a byline and of times, each part with a stop after it: 'By . Ann Berg . PUBLISHED: . 07:21 EST, 2 March 2012 . | .'
_DATE_OR_TIME = r"(?:[\w:,]+\s){1,10}?\."
_STAMPS = re.compile(
    rf"(?:By\s\.\s(?:(?!PUBLISHED|UPDATED|Last)[\w.,'’-]+\s){{1,9}}?\.\s)?"
    rf"(?:(?:Created|Published|Last\supdated\sat):?\s\.?\s?{_DATE_OR_TIME}\s)?"
    rf"(?:\|\s\.\s)?(?:Updated:\s\.?\s?{_DATE_OR_TIME}\s)?",
    re.IGNORECASE,
)
# A stop between spaces, and small letters after it: a line break of the page, not the end of a sentence.
_STRAY_STOP = re.compile(r"(?<=[^\W\d_]) \. (?=[a-zà-þ])")
# What stands before it comes second: what begins with letters as they are is found quicker.
_SPACED_STOP = re.compile(r" \.(?<=[\w)\"”’'] \.)(?=\s(?!\.)|\Z)")
# Also what turns the direction of all that follows it: the sentence that turned it back may not be chosen [UAX 9].
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\u202a-\u202e]+")

_LONG_TITLE = 25  # characters: a shorter one may be a name that a sentence begins with
_NEW_SENTENCE = re.compile(r"\s+[\"“‘„«]?(?![^\W\d_]*\s?[.!?:])[A-ZÀ-ÞА-ЯЁ0-9\u0590-\uffff]")


def cleaned(paragraph: str, title: str = "") -> str:
    """A paragraph without its dateline and without what scraping left in it; mostly the same string.

    Args:
        paragraph: Text with its white space folded.
        title: The article's; where it stands once more at the head of a longer paragraph it is taken off.
    """
    if len(title) >= _LONG_TITLE and title in paragraph[: len(title) + 40]:
        paragraph = _without_title(paragraph, title)
    if not paragraph.isascii():
        paragraph = _INVISIBLE.sub("", paragraph)
    text = paragraph
    if " . " in text:
        one_case = text.islower()
        if (stamp := _STAMPS.match(text)) is not None:
            text = text[stamp.end() :]
        if not one_case:
            text = _STRAY_STOP.sub(" ", text)
    if " ." in text:
        text = _SPACED_STOP.sub(".", text)
    for dateline in (_BY_AGENCY, _BY_PLACE, _IN_CHINESE):
        if (found := dateline.match(text)) is not None:
            return text[found.end() :]
    return text


def _without_title(paragraph: str, title: str) -> str:
    """A paragraph less the title at its head, and less a label before that: 'Photos: ...'."""
    before, _, after = paragraph.partition(title)
    label = before.strip()
    # A title that the first sentence goes on from is a part of it.
    if (label and not label.endswith(":")) or not _NEW_SENTENCE.match(after):
        return paragraph
    return after.strip()
