"""What reading a saved news page needs to know of words and sentence ends."""

from __future__ import annotations

import re

NBSP = "\u00a0"
MAX_HEADING_WORDS = 12
MAX_HEADING_CHARACTERS = 90

# Words which, capitalised, start a sentence: within one they would be written small.
_STARTERS = """
    A About According Across Additionally After Against All Along Also Although Amid Amidst Among An And Another Around
    As At Back Based Because Before Besides Between Beyond Both But By Citing Commenting Concerning Consequently
    Currently Despite Due During Each Earlier Even Every Few Finally First Following For From Furthermore Given He
    Hence Her Here His How However I If In Indeed Instead Into It Its Just Last Later Like Likewise Many Meanwhile
    Moreover Most Much No Not Now On Once One Only Other Our Over Per Perhaps Previously Rather Recently Regarding
    Second She Similarly Since So Some Speaking Specifically Still Such That The Their Then There Therefore These They
    Third This Those Though Three Through Throughout Thus To Today Two Under Unlike Until Upon We What When Where
    Whereas Whether Which While Who Why With Within Without Yesterday Yet You
    """
STARTERS = frozenset(_STARTERS.split())
# Words a heading does not end with, nor a phrase in which a name is still to come.
_OPEN_ENDS = "a an the of by to and or in on at for with from as than that which who whose is are was"
OPEN_ENDS = frozenset(_OPEN_ENDS.split())

# Names with a capital inside which the rules alone would cut. No list is complete, and need not be:
# most such names are told by rule, and any that stands twice in an article by that.
_CAMEL_NAMES = """
    AdSense AliExpress BitGo BlackRock BuzzFeed ByteDance ChatGPT CoinDesk CoinGecko CoinMarketCap CoinShares DeFi
    DeepMind DeepSeek DeviantArt DuckDuckGo FedEx GameFi GameStop GitHub GitLab GoDaddy HashKey HubSpot JavaScript
    KakaoPay LinkedIn MacBook MasterCard MetaMask MiCA MicroStrategy OpenAI OpenSea PayPal PlayStation SoftBank
    SoundCloud SpaceX TechCrunch TikTok TokenInsight TypeScript UnionPay WeChat WeWork WhatsApp WikiLeaks WordPress
    YouGov YouTube deviantArt easyJet thyssenKrupp
    """
CAMEL_NAMES = frozenset(_CAMEL_NAMES.split())
_CAMEL_PREFIX = re.compile(r"(?:Mc|Mac|Fitz|De|Di|Du|La|Le|Van|Von|O)$")

# '.', '!', '?' and the like, with the closing quotation marks and brackets after it.
_END = re.compile(r"[.!?…。！？]+[\"”“’'»)\]]*$")
_NEVER_ENDS = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|St|Nos?|vs|Sen|Rep|Gov|Gen|Lt|Col|Capt|Rev|Hon|Mt|Fig|approx)\.$")
# 'U.S.', an initial, 'Inc.': inside a name as often as at the end of a sentence.
_MAY_END = re.compile(r"(?:(?<!\w)[^\W\d_]\.|\b(?:[^\W\d_]\.){2,}|\b(?:Inc|Corp|Co|Ltd|Jr|Sr|etc|Bros)\.)$")
_INNER_STOP = re.compile(r"[.!?…。！？][\"”’'»)\]]*(?=\s|[^\W\d_a-z])|;")
_WORD = re.compile(r"[^\W\d_]+")


def is_upper_or_uncased(char: str) -> bool:
    """Whether a sentence or a name may start with this letter: a capital, or one of a script without case."""
    return char.isalpha() and not char.islower()


def ends_sentence(text: str, following: str = "") -> bool:
    """Whether `text` ends a sentence, given what follows it.

    'Mr.' never does; 'U.S.', 'Inc.', an initial and the like only before a word that starts sentences.
    """
    text = text[-200:].rstrip()[-40:]
    if not _END.search(text) or _NEVER_ENDS.search(text[-12:]):
        return False
    if not following or not _MAY_END.search(text[-12:]):
        return True
    return first_word(following) in STARTERS


def first_word(text: str) -> str:
    """The first word of letters in `text`; empty when there is none."""
    match = _WORD.search(text, 0, 200)
    return match[0] if match else ""


def words_of(text: str) -> list[str]:
    """All words of letters in `text`, as written."""
    return _WORD.findall(text)


def starts_lower(text: str) -> bool:
    """Whether `text` goes on in the middle of a sentence: a small first letter ('iPhone' and 'eBay' apart)."""
    match = re.match(r"[\"“‘'«(\[\s]*(\w+)", text[:100])
    return match is not None and match[1][0].islower() and match[1].islower()


def is_name_prefix(left: str) -> bool:
    """Whether a capital after `left` is part of a surname: Mc, Mac, De, O' and so on."""
    return _CAMEL_PREFIX.search(left) is not None


def looks_like_heading(text: str) -> bool:
    """Whether `text`, spaces folded, could be a sub-heading: short, capitalised, no sentence, nothing left open."""
    words = text.split()
    if not 1 <= len(words) <= MAX_HEADING_WORDS or len(text) > MAX_HEADING_CHARACTERS:
        return False
    if starts_lower(text) or not text.lstrip("\"“‘'«(")[:1].isalnum() or not words_of(text):
        return False
    if text[-1] in ".!,;:…–—-" or words[-1].lower() in OPEN_ENDS:
        return False
    return _is_closed(text) and not _has_stop(text)


def _is_closed(text: str) -> bool:
    pairs = (("“", "”"), ("(", ")"), ("[", "]"), ("«", "»"))
    return all(text.count(left) == text.count(right) for left, right in pairs) and text.count('"') % 2 == 0


def _has_stop(text: str) -> bool:
    """Whether a sentence ends inside `text` (abbreviations apart)."""
    return any(
        match[0] == ";" or ends_sentence(text[: match.end()], text[match.end() :])
        for match in _INNER_STOP.finditer(text)
        if match.end() < len(text)
    )
