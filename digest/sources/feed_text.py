"""Texts of feeds: titles without markup, pictures that only count readers, descriptions that are no summary."""

from __future__ import annotations

import re

from digest.core.text import letters, one_line, unescaped, word_count
from digest.sources.spans import without_spans

LONGEST_SUMMARY = 120
"""Words; what is longer is a text, not a summary."""

_LONGEST_LOOKED_AT = 3000
"""Characters; what is longer has more words than that, or is no prose."""

LONGEST_MADE_TITLE = 80
"""Characters of a title that is made of the text."""

_TAG = re.compile(r"</?[a-zA-Z!?][^<>]*>")
_HIDDEN = re.compile(r"<(script\b|style\b|!--)", re.IGNORECASE)
_HIDDEN_ENDS = {
    "script": re.compile(r"</script\s*>", re.IGNORECASE),
    "style": re.compile(r"</style\s*>", re.IGNORECASE),
    "!--": re.compile("-->"),
}
_LEFT_ENTITY = re.compile(r"&(?:#\d{2,6}|#x[0-9a-fA-F]{2,5}|[a-zA-Z]{2,8});")
_NOTHING_BUT_TAGS = re.compile(r"\s*(?:</?(?:img|br|hr|p|div|span|a)\b[^<>]*>\s*)+", re.IGNORECASE)
_IMG = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_DATA = re.compile(r"""(\bsrc\s*=\s*["']?data:)[^"'\s<>]{1000,}""", re.IGNORECASE)
_SIDE = re.compile(r"\b(width|height)\s*=\s*[\"']?\s*([01])(?:px)?\s*(?=[\"'\s/>])", re.IGNORECASE)
_STYLED_SIDE = re.compile(r"\b(width|height)\s*:\s*[01](?:px)?\s*(?=[;\"'!])", re.IGNORECASE)
_COUNTER = re.compile(
    r"feeds\.feedburner\.com/~|feedproxy\.google\.com/~|feedsportal\.com/|pixel\.wp\.com/|stats\.wordpress\.com/"
    r"|feeds\.wordpress\.com/1\.0/|doubleclick\.net/|/~ff/|blogger\.googleusercontent\.com/tracker/",
    re.IGNORECASE,
)
_APPEARED = (
    r"(?:The post|Der Beitrag|L[’']article|Cet article|La entrada|L[’']articolo|Het bericht|O post|Wpis|Inlägget"
    r"|Запись|Indlægget|Artikkeli)\b(?:(?!</p>).){0,500}?(?:appeared first on|erschien zuerst auf"
    r"|est apparu en premier sur|se publicó primero en|proviene da|verscheen eerst op|apareceu primeiro em"
    r"|pochodzi z serwisu|dök först upp på|впервые появилась|blev først udgivet|julkaistiin ensimmäisen kerran)"
)
_FOOTER = re.compile(rf"<p[^>]*>\s*{_APPEARED}(?:(?!</p>).){{0,500}}</p>\s*", re.DOTALL | re.IGNORECASE)
_FOOTER_TEXT = re.compile(rf"\s*{_APPEARED}.{{0,300}}\Z", re.DOTALL | re.IGNORECASE)
_CUT = re.compile(
    r"(?:\[?\(?(?:…|\.\.\.|&hellip;)\)?\]?|»|→|&#8230;"
    r"|(?:read|continue|see|learn|view|find out)\s+(?:more|reading|full|the full|on)\b.{0,80}"
    r"|(?:weiterlesen|mehr lesen|lire la suite|leer más|seguir leyendo|continua a leggere|leggi tutto|lees verder"
    r"|lees meer|leia mais|continue lendo|czytaj dalej|læs mere|läs mer|читать далее|devamını oku)\b.{0,80})\s*\Z",
    re.IGNORECASE,
)


def plain(html: str) -> str:
    """HTML as one line of text."""
    text = html
    if "<" in html:
        text = _TAG.sub(" ", without_spans(html, _HIDDEN, _HIDDEN_ENDS, " "))
    return one_line(unescaped(text)) if "&" in text else one_line(text)


def title_text(value: str, *, html: bool) -> str:
    """A title as one line; what was escaped twice is unescaped twice."""
    text = plain(value) if html or _NOTHING_BUT_TAGS.fullmatch(value) else one_line(value)
    if _LEFT_ENTITY.search(text):
        text = one_line(unescaped(text))
    # Tags within a line leave no space behind: 'a <b>b</b>, c'.
    return re.sub(r" +(?=[,.;:!?)\]»”’])", "", text) if html and "<" in value else text


def without_counters(html: str) -> str:
    """HTML without the pictures that nobody sees: of one pixel, or of a service that counts readers."""
    # What stands after the last '>' is no tag; were it looked at, each '<img' there would be followed to the end.
    end = html.rfind(">") + 1
    return _IMG.sub(lambda match: "" if _counts(match[0]) else match[0], html[:end]) + html[end:]


def _counts(tag: str) -> bool:
    sides = {side.lower() for side, _ in _SIDE.findall(tag)} | {side.lower() for side in _STYLED_SIDE.findall(tag)}
    return len(sides) == 2 or _COUNTER.search(tag) is not None


def without_data(html: str) -> str:
    """HTML without the pictures that it holds itself: none is kept, and one may be longer than all texts together."""
    return _DATA.sub(r"\1", html) if "data:" in html else html


def cut_short(html: str, longest: int) -> str:
    """The beginning of HTML, at most so many characters, and no half of a tag or reference at its end."""
    if len(html) <= longest:
        return html
    head = html[:longest]
    whole = head.rfind("<") if head.rfind("<") > head.rfind(">") else longest
    reference = head.rfind("&", max(0, whole - 40), whole)
    return head[:reference] if reference >= 0 and ";" not in head[reference:whole] else head[:whole]


def without_footer(html: str) -> str:
    """HTML without the last paragraph that WordPress adds ('The post … appeared first on …')."""
    start = html.rfind("<p")
    return html[:start] if start >= 0 and _FOOTER.fullmatch(html, start) else html


def own_summary(summary: str, content: str) -> str:
    """A feed's description where it is a summary somebody wrote; empty when it is a piece of the text, or cut off.

    Args:
        summary: The description, as one line of text.
        content: The article's text, as one line.
    """
    if not summary or len(summary) > _LONGEST_LOOKED_AT:
        return ""
    text = _FOOTER_TEXT.sub("", summary).strip()
    if _CUT.search(text, max(0, len(text) - 200)):
        return ""
    words = word_count(text)
    if not 3 <= words <= LONGEST_SUMMARY or words >= word_count(content):
        return ""
    return "" if letters(text) in letters(content) else text


def made_title(text: str) -> str:
    """A title out of the beginning of a text: its first sentence, or as many whole words as there is room for."""
    first = re.split(r"(?<=[.!?。！？])\s", text, maxsplit=1)[0].rstrip(" .")
    if len(first) <= LONGEST_MADE_TITLE:
        return first
    cut = first[: LONGEST_MADE_TITLE - 1]
    head = cut.rpartition(" ")[0]
    return f"{head if len(head) > LONGEST_MADE_TITLE // 2 else cut}…"
