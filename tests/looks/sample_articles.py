"""The articles of sample editions: ordinary ones, and what no template expects."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """An article; all of them are of the week before the slot, the first the newest."""

    title: str
    category: str
    text: str
    author: str = ""
    summary: str = ""
    image: str = ""
    alt: str = ""
    credit: str = ""
    language: str = ""

    def markdown(self, number: int) -> str:
        """The article as a file; `number` says how many are newer."""
        minutes = (5 * 24 + 9) * 60 - 100 * number
        day, minute = divmod(minutes, 24 * 60)
        fields = {
            "title": self.title,
            "date": f"2026-02-{23 + day:02}T{minute // 60:02}:{minute % 60:02}:00+01:00",
            "category": self.category,
            "author": self.author,
            "summary": self.summary,
            "image": {"src": self.image, "alt": self.alt, "credit": self.credit} if self.image else "",
            "language": self.language,
        }
        # What JSON says, YAML says as well.
        head = "\n".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items() if value)
        return f"---\n{head}\n---\n\n{self.text}\n"


_BODY = """\
The valve was turned at six in the morning, before the bakers were up. By seven the pressure in the upper town had
fallen by a third, and by eight the first calls came in.

## What the gauges said

| Street | Before | After |
| --- | ---: | ---: |
| Mill Lane | 5.2 | 3.4 |
| Upper Row | 4.9 | 3.1 |

- Nobody was without water.
- Two boilers went out, and were lit again.

> A main is only missed on the day it fails.

The engineer's notes, in `pressure.log`, go back [to 1911](https://example.com/archive?from=1911&to=2026).
"""

SHORT = (
    Piece(
        "The towers come back into service",
        "Works",
        _BODY,
        author="Ida Brook",
        summary="Three water towers that had stood empty since the war hold water again. The town paid for pumps that "
        "it may not need, and for a pressure that it can now keep through a morning without them.",
        image="towers.png",
        alt="Three towers of different heights and colours on a green ground.",
        credit="Drawing: Waterworks Press",
    ),
    Piece(
        "Who reads the gauge when nobody is there",
        "Works",
        _BODY,
        author="Tom Ferry",
        summary="A dial on a wall in Upper Row has been read at noon since 1911. The last person to do so retires in "
        "May, and a camera takes her place.",
        image="gauge.jpg",
        alt="A round gauge, its red hand between one and two o’clock.",
    ),
    Piece(
        "A map of every pipe, drawn twice",
        "Maps",
        _BODY,
        author="Ida Brook",
        summary="The town has two maps of its mains, which differ in forty places. Both are right: one shows what was "
        "laid, the other what was paid for.",
    ),
)

_LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"

ODD = (
    Piece(
        "🚰 Leaks 👩🏽‍🔧 mended: 🇩🇪 1 — 🇫🇷 0 🎉🎉🎉",
        "👩‍👩‍👧‍👦 Household",
        "Water 💧 ran. 🛁 It stopped.\n\n## 🎉\n\n👍🏿",
    ),
    Piece(
        "ماء المدينة: من النبع إلى الصنبور (2026)",
        "👩‍👩‍👧‍👦 Household",
        "يصل الماء إلى البيت بعد رحلة طويلة. تبدأ الرحلة في الجبل.\n\n## ما تقوله العدادات\n\nالضغط 5.2 بار.",
        author="ليلى منصوري",
        summary="يصل الماء إلى البيت بعد رحلة طويلة، ولا أحد يراها. هذه قصة من يحرسها.",
        language="ar",
    ),
    Piece(
        "城市的水从哪里来：一条看不见的路",
        "<b>&amp; “Signs” & 'more'",
        "水从山里来。它走过很长的路，才到厨房。\n\n## 压力\n\n早上六点，阀门打开了。",
        author="林小溪",
        summary="水从山里来，走过很长的路，才到厨房。很少有人知道这条路是谁在看守，又是谁在半夜里修理它。",
        language="zh-Hans",
    ),
    Piece(
        f"{_LONG} {'x' * 120}",
        "<b>&amp; “Signs” & 'more'",
        f"{_LONG}. {'path/' * 40} and https://example.com/{'very-long-' * 20}end\n\n```\n{'code ' * 60}\n```\n\n"
        f"{'| column ' * 12}|\n{'| --- ' * 12}|\n{'| figure ' * 12}|\n",
        author=_LONG,
        summary=f"{_LONG} {'y' * 200} and some words after it.",
    ),
    Piece(
        '<script>alert("title")</script> & {{ braces }} {% raw %}', "{{ section }}", "Text <b>bold</b> &amp; {{ x }}."
    ),
    Piece("?", "{{ section }}", "."),
    Piece(
        "水🚰ماء water वाटर вода น้ำ νερό מים", "{{ section }}", "All of them are water.", author="O’Brien, “Ann” <ann>"
    ),
    Piece("A title with no text below it", "{{ section }}", "![gone](nowhere.png)"),
)

ARABIC = (
    Piece(
        "أبراج المياه تعود إلى العمل",
        "أخبار",
        "عادت الأبراج الثلاثة إلى العمل بعد سنوات طويلة. كان المهندسون ينتظرون هذا اليوم منذ زمن.\n\n"
        "## ما قالته العدادات\n\nبقي الضغط ثابتًا طوال الصباح.",
        author="ليلى منصوري",
        summary="عادت الأبراج الثلاثة إلى العمل بعد سنوات طويلة من الصمت. دفعت المدينة ثمن مضخات قد لا تحتاج إليها، "
        "وكسبت ضغطًا يبقى ثابتًا طوال الصباح.",
        image="towers.png",
        alt="ثلاثة أبراج على أرض خضراء",
        credit="رسم: دار المياه",
    ),
    Piece(
        "من يقرأ العداد حين لا يكون هناك أحد؟",
        "أخبار",
        "يُقرأ العداد في الظهيرة منذ عام 1911.",
        author="Tom Ferry",
        summary="على جدار في الشارع العلوي عداد يُقرأ في الظهيرة منذ عام 1911، وآخر من يقرؤه يتقاعد في مايو.",
        image="gauge.jpg",
        alt="عداد مستدير",
    ),
    Piece(
        "خريطتان لكل أنبوب",
        "خطوط",
        "للمدينة خريطتان لا تتفقان.",
        author="ليلى منصوري",
        summary="للمدينة خريطتان لأنابيبها تختلفان في أربعين موضعًا، وكلتاهما على حق.",
    ),
)

_NOUNS = ("valve", "main", "gauge", "pump", "tower", "drain", "sluice", "meter", "well", "hydrant")
_PLACES = ("Mill Lane", "Upper Row", "the Weir", "Station Road", "the Old Baths", "Canal Street")


def sixty() -> tuple[Piece, ...]:
    """Sixty articles in four sections: more than a message has room for."""
    return tuple(
        Piece(
            f"The {_NOUNS[number % 10]} at {_PLACES[number % 6]}, report no. {number + 1}",
            ("North", "East", "South", "West")[number % 4],
            _BODY,
            author=("Ida Brook", "Tom Ferry", "")[number % 3],
            summary=f"The {_NOUNS[number % 10]} was looked at in the usual way, and this is report no. {number + 1}. "
            "It holds, for now; what it needs is written down, with its price, so that the council can say no again.",
            image=("", "pipes.svg", "", "gauge.jpg", "", "wide.png")[number % 6],
            alt="A drawing of pipes." if number % 6 else "",
        )
        for number in range(60)
    )
