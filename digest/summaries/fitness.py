"""Whether a sentence may stand in a summary: whole, sound, no furniture, and able to stand first."""

from __future__ import annotations

import re

MOST_WORDS = 60
MOST_CHARACTERS = 400
LEAST_WORDS = 5

_STOPS = (".", "!", "?")  # at the very end of most, which need not be looked at further
_TERMINAL = re.compile(
    r"[.!?…‽。！？｡؟۔।॥։።។။][\"'”’»«“)\]}」』）】》〉\u200b-\u200f\u2060\u2066-\u2069\ufeff]*(?:\[\d{1,3}\])*\Z"
)
_PAIRS = (("（", "）"), ("「", "」"), ("『", "』"))
# The mark after a word with nothing but a space or another mark behind it, and an even number of marks before it.
_CLOSED_UNOPENED = re.compile(r"""[^"]*[^\W\d_][.,!?]?"(?=[\s.,;:!?)\]}]|\Z)""")
# Within a Hebrew abbreviation: no quotation.
_GERSHAYIM = re.compile(r"""["״](?<=[א-ת]["״])(?=[א-ת])""")
_INCHES = re.compile(r'\d"(?=\s[a-z])')
# What stands before the mark comes second: a pattern that begins with a letter is found quicker.
_SINGLE_OPEN = re.compile(r"'(?<!\w')(?=\w)|‘(?=\w)")
_SINGLE_CLOSE = re.compile(r"['’](?<=[\w.,!?…]['’])(?!\w)")
_SURE_SINGLE_CLOSE = re.compile(r"[.,!?…]['’](?!\w)")
# What stands around an article, not in it; matched at the start of a sentence, in small letters.
_FURNITURE = re.compile(
    r"""[\s\W]*(?:
    (?:read|see|learn|find\ out|discover|watch|listen|click|tap|scroll|continue\ reading|keep\ reading)\s
        (?:more|also|next|here|now|on|down|below|the\ (?:full|rest)|about\ (?:our|how\ we))\b
    |(?:feature[d]?\s|file\s|cover\s|header\s)?(?:photo|photograph|image|picture|illustration|video|graphic)s?
        \s*(?:by\b|:|credit|courtesy|source|via\b)
    |(?:photo|image)s?\s(?:credits?|courtesy)\b
    |sign\s(?:up|in)\b|log\sin\b|subscribe\b|follow\s(?:us|him|her|me|@|the\sauthor)\b|join\s(?:our|the\snewsletter)\b
    |like\sus\son\b|share\s(?:this|on|via)\b|get\s(?:our|the\slatest|more\sstories)\b|download\s(?:our|the)\sapp\b
    |advertisement\b|sponsored\s(?:content|by)\b|related(?:\s(?:articles?|stories|content|posts?))?\s*(?::|$)
    |more\s(?:to\sread|stories|news|on\sthis|from\s\w+)\s*(?::|$)|view\s(?:all|comments)\b|loading\b|story\scontinues\b
    |scroll\sdown\b|enlarge\sthis\simage\b|(?:toggle|hide|media|image)\scaption\b|image\scopyright\b|play\svideo\b
    |click\sto\s(?:share|play|enlarge)\b|file\s?[-–—]|watch(?:\snow)?\s*:|related\b.{0,40}:
    |(?:in\s)?this\s(?:[\w.,]+\s){0,6}?(?:photo|picture|image|frame\sgrab|screenshot|handout)\b
        .{0,60}?\b(?:shows?|released|provided|made\savailable|taken|from)\b
    |by\s\.\s|published:|updated:|last\supdated\b
    |editor(?:['’]s|s['’]?)?\snote\b|copyright\b|©|all\srights\sreserved\b|(?:this|these)\s(?:article|story|post|report|material|piece)s?\s
        (?:was|were|has|have|may|is|originally|first)\s
        (?:been\s|not\s|also\s|originally\s|first\s)*(?:published|appeared|updated|corrected|produced|sponsored|be)\b
    |(?:additional\s)?reporting\sby\b|edit(?:ed|ing)\sby\b|writing\sby\b|written\sby\b|the\sassociated\spress\scontributed
    |e-?mail\s(?:us|him|her|the\sauthor)\b|contact\s(?:us|the\sauthor)\b|we\suse\scookies\b|do\syou\shave\sa\sstory
    |newsletter\s(?:abonnieren|sign)|lesen\ssie\s(?:auch|mehr|hier)|mehr\szum\sthema|foto\s*:|bild\s*:
    |lire\s(?:aussi|la\ssuite)|à\slire|abonnez|inscrivez|crédits?\sphoto
    |lea?\s(?:también|más)|leer\smás|leia\s(?:também|mais)|saiba\smais|assine\b|inscreva-se
    |suscríbe|regístrate|créditos?\sde|читайте\s(?:также|ещё|еще)|подпис(?:ывайтесь|аться)|фото\s*:|реклама\b
    |اقرأ\s(?:أيضا|المزيد)|صورة\s*:|קרא(?:ו)?\sגם|צילום\s*:|הירשמו
    |(?:点击|责任编辑|来源|图片|图|相关阅读|编辑)\s*[：:]|続きを読む|写真\s*[：:＝=]|関連記事|사진\s*[=:]|관련기사|무단\s?전재
    )""",
    re.VERBOSE,
)
_ENDS = 160  # characters at either end of a sentence that tell furniture
_CREDITS = (
    *("©", "all rights reserved", "contributed to this report", "contributed to this story"),
    "contributed to this article",
)
_CREDITED_TO = (
    *("Getty Images", "AP Photo", "Shutterstock", "on Unsplash", "on Pexels", "on Pixabay", "on Flickr"),
    *("via AP", "via AFP", "via Reuters", "/Associated Press"),
)
_AFTER_A_CREDIT = " .,;)]/\"'”’"
_BYLINE = re.compile(
    r"(?:By|Von|Par|Por|Text|Story)\s(?:[^\W\d_a-z][\w.’'-]*[\s,]*(?:and\s|und\s|et\s|y\s|for\s|of\s)?){1,7}\Z"
)
_OPEN_MARKS = re.compile(r"[\"'“‘„«»「『(\[]+")
# Their meaning stands in a sentence before; and words which tie a sentence to the one before.
_ENGLISH_VERB = r" (?:is|was|are|were|has|had|have|will|would|may|can|could|said|says)\b"
_POINTING = {
    "en": rf"he|she|they|his|hers?|him|its|their|them|such|neither|the latter|the former(?=,|{_ENGLISH_VERB})|"
    # 'Each costs 900 pounds', not 'Each year' or 'Each team'.
    rf"(?:each|one|some|many|most|several|all|none|two|three) of them|each(?={_ENGLISH_VERB}| (?:costs|gets|takes)\b)|"
    # Not 'It is unclear whether', 'This week', 'These days', 'Those who', 'Both Ann Berg and Ina Holt'.
    r"it(?!(?:['’]s| is| was| remains| seems)(?: not| also| still| now| yet)? (?!(?:an?|the|one|part|some\w*)\b)[\w-]+"
    r" (?:that|whether|how|why|who)\b)|"
    r"this(?! (?:week|weekend|month|year|season|spring|summer|autumn|fall|winter|morning|afternoon|evening)\b)|"
    r"these(?! days\b)|those(?! who(?:se)?\b)|both(?! (?:the )?(?-i:[A-Z])[^,;]{1,40}? and\b)",
    "de": "er|sie|es|ihre?n?|seine?|diese[rsmn]?|dieselbe",
    "fr": "il|elle|ils|elles|son|sa|ses|leurs?|cela|ce|cette|ces|celui-ci|celle-ci",
    "es": "él|ellas?|ellos|est[eao]s?|eso",
    "pt": "el[ea]s?|ess[ea]s?|est[ea]s?|isso|isto|seus?|suas?",
    "ru": "он|она|оно|они|его|её|ее|их|ему|ей|им|этот|эта|это|эти|такой|такая|такие",
    "ar": "هو|هي|هم|وهو|وهي|هذا|هذه|ذلك|تلك|هؤلاء",
    "he": "הוא|היא|הם|הן|זה|זו|זאת|אלה|אלו",
    "zh": "他|她|它|他们|她们|它们|这|那|此|其",
    "ja": "彼|彼女|彼ら|これ|それ|この|その|こうした|そうした|同氏|同社",
    "ko": "그|그는|그가|그의|그녀는|그들은|이는|이것은|이를|이런|이에",
}
_LINKING = {
    # Not 'Then-President', 'Instead of'.
    "en": "but|and|or|so|yet|also|however|meanwhile|moreover|furthermore|nevertheless|nonetheless|still|then(?!-)|thus|"
    "therefore|instead(?! of)|otherwise|besides|likewise|similarly|consequently|additionally|"
    "in (?:addition|contrast|fact)|"
    "for (?:example|instance)|as (?:a result|such)|on the other hand|of course|at the same time|that(?:['’]s)?",
    "de": "aber|und|oder|doch|jedoch|auch|dabei|damit|danach|dann|daher|deshalb|denn|zudem|außerdem|allerdings|"
    "dennoch|trotzdem|stattdessen|zum beispiel",
    "fr": "mais|et|ou|donc|or|cependant|pourtant|aussi|toutefois|ensuite|ainsi|de plus|en revanche|par exemple",
    "es": "pero|y|o|sin embargo|además|también|entonces|así|por ejemplo|no obstante|por eso",
    "pt": "mas|e|ou|porém|contudo|no entanto|entretanto|além disso|também|então|assim|por exemplo|por isso",
    "ru": "но|и|а|или|однако|также|кроме того|поэтому|затем|потом|тем не менее|при этом|например|впрочем|зато",
    "ar": "لكن|ولكن|غير أن|إلا أن|كما|كذلك|أيضا|لذلك|ثم|بالإضافة إلى ذلك|في المقابل|من جهة أخرى|من جانبه",
    "he": "אבל|אך|אולם|עם זאת|כמו כן|בנוסף|לכן|גם|ואז|מנגד|למשל|לעומת זאת",
    "zh": "但|然而|不过|而且|并且|因此|所以|此外|另外|同时|于是|例如|其中",
    "ja": "しかし|だが|また|さらに|そして|一方|ただ|そのため|例えば|つまり|なお|ところが",
    "ko": "그러나|하지만|그리고|또|또한|한편|따라서|그래서|그런데|이어|다만|반면",
}
# What these begin with needs no space after it.
_UNSPACED = frozenset({"zh", "ja"})


def _openings(table: dict[str, str]) -> dict[str, re.Pattern[str]]:
    return {
        code: re.compile(rf"(?:{words})" if code in _UNSPACED else rf"(?:{words})(?!\w)", re.IGNORECASE)
        for code, words in table.items()
    }


_POINTING_AT_START = _openings(_POINTING)
_LINKING_AT_START = _openings(_LINKING)


def is_sound(sentence: str, words: int) -> bool:
    """Whether it is a sentence of a fitting length, so many words, with its stop, that leaves no mark open."""
    return (
        LEAST_WORDS <= words <= MOST_WORDS
        and len(sentence) <= MOST_CHARACTERS
        and is_ended(sentence)
        and is_closed(sentence)
    )


def is_ended(sentence: str) -> bool:
    """Whether it has its stop."""
    return sentence.endswith(_STOPS) or _TERMINAL.search(sentence[-40:]) is not None


def is_closed(text: str) -> bool:
    """Whether every quotation and bracket opened in a text is closed in it, and none closed that it has not opened."""
    if not text.isascii():
        text = _GERSHAYIM.sub("", text)
    if not (_are_paired(text, "(", ")") and _are_paired(text, "[", "]") and _straight_marks_closed(text)):
        return False
    if text.isascii():
        return _single_marks_closed(text)
    if not all(_are_paired(text, opened, closed) for opened, closed in _PAIRS):
        return False
    low, left, right = text.count("„"), text.count("“"), text.count("”")
    # “so” in English, ”so” in Swedish and in texts that were set badly; „so“ and „so” in German and its neighbours.
    without_low = _are_paired(text, "“", "”") or (not left and right % 2 == 0)
    pairs = low == left + right if low else without_low
    # «so» in French, »so« in German.
    return pairs and text.count("«") == text.count("»") and text.count("״") % 2 == 0 and _single_marks_closed(text)


def _are_paired(text: str, opened: str, closed: str) -> bool:
    """Whether there are as many of both marks, one that opens first."""
    count = text.count(opened)
    return count == text.count(closed) and (not count or text.find(opened) < text.find(closed))


def _straight_marks_closed(text: str) -> bool:
    marks = text.count('"')
    if not marks:
        return True
    if marks % 2 and (marks - len(_INCHES.findall(text))) % 2:
        return False
    return _CLOSED_UNOPENED.match(text) is None


def _single_marks_closed(text: str) -> bool:
    """The same for single quotation marks, which are apostrophes too: only those at the edge of a word count."""
    if "'" not in text and "’" not in text and "‘" not in text:
        return True
    opened, closed = len(_SINGLE_OPEN.findall(text)), len(_SINGLE_CLOSE.findall(text))
    if opened:
        return closed >= opened
    return not _SURE_SINGLE_CLOSE.search(text)


def is_furniture(sentence: str) -> bool:
    """Whether it is of the page and not of the article: 'Read more', a credit, a byline, a call to subscribe."""
    if sentence.rstrip(_AFTER_A_CREDIT).endswith(_CREDITED_TO):
        return True
    small = sentence[:_ENDS].lower() + sentence[_ENDS:][-_ENDS:].lower()
    return bool(_FURNITURE.match(small) or _BYLINE.match(sentence)) or any(credit in small for credit in _CREDITS)


def points_back(sentence: str, language: str) -> bool:
    """Whether it opens with a word whose meaning stands in a sentence before: 'He', 'These'."""
    return _opens_with(_POINTING_AT_START, sentence, language)


def links_back(sentence: str, language: str) -> bool:
    """Whether it opens with a word that ties it to the one before: 'But', 'However'."""
    return _opens_with(_LINKING_AT_START, sentence, language)


def is_question(sentence: str) -> bool:
    """Whether it asks: what it says is elsewhere."""
    return sentence.rstrip("\"'”’»」』").endswith(("?", "？", "؟"))


def opens_quoted(sentence: str) -> bool:
    """Whether it begins with somebody's words, before it is said whose."""
    return sentence[:1] in {*"\"'“‘„«»「『"}


def _opens_with(table: dict[str, re.Pattern[str]], sentence: str, language: str) -> bool:
    pattern = table.get(language.replace("_", "-").partition("-")[0].lower() or "en")
    marks = _OPEN_MARKS.match(sentence)
    return pattern is not None and pattern.match(sentence, marks.end() if marks else 0) is not None
