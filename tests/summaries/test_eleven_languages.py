"""A short article in each language: found out, split where a reader would, and summarised in whole sentences."""

from __future__ import annotations

import pytest

from digest.summaries.extractive import Extractive
from digest.summaries.fitness import is_closed
from digest.summaries.language import language_of
from digest.summaries.plaintext import plain_body
from digest.summaries.sentences import split

ARTICLES = {
    "en": (
        "The council of Bremen voted on Monday for a new bridge over the Weser.",
        "Mr. Bo Ek of the U.S. firm Arch Inc. will build it for $40.5 million.",
        "“We have waited for this,” said Ina Holt.",
        "Doors open at 9 a.m.",
        "It was raining.",
        "The old bridge, No. 4 of the town, has been closed to lorries since 2019.",
    ),
    "de": (
        "Der Stadtrat von Bremen hat am 3. März für eine neue Brücke gestimmt.",
        "Sie kostet ca. 40,5 Mio. Euro, d. h. mehr als geplant.",
        "„Wir haben lange gewartet“, sagte Dr. med. Ina Holt.",
        "„Warum?“, fragte der Rat.",
        "Die alte Brücke aus dem 19. Jahrhundert ist u. a. für Lastwagen gesperrt.",
        "Gebaut wird ab dem 1. Juni.",
    ),
    "fr": (
        "Le conseil de Brême a voté lundi pour un nouveau pont sur la Weser.",
        "M. Ek, de l’entreprise Arc, le construira pour 40,5 millions d’euros.",
        "« Nous avons attendu longtemps ! » a déclaré Mme Holt.",
        "« Tout est prêt. »",
        "Pourquoi si tard ?",
        "Le vieux pont, fermé aux camions depuis 2019, sera démoli en juin.",
    ),
    "es": (
        "El concejo de Bremen votó el lunes a favor de un nuevo puente.",
        "El Sr. Ek, de EE. UU., lo construirá por 40,5 millones de euros.",
        "¿Por qué tan tarde?",
        "¡Hemos esperado mucho!",
        "«El puente viejo tiene grietas», dijo la Sra. Holt.",
        "La obra, según el art. 4 del plan, empezará en junio.",
    ),
    "pt": (
        "A câmara de Bremen votou na segunda-feira a favor de uma nova ponte.",
        "O Sr. Ek vai construí-la por 40,5 milhões de euros.",
        "“Esperámos muito tempo”, disse a Dra. Holt.",
        "Porquê tão tarde?",
        "A ponte velha, da pág. 4 do plano, está fechada aos camiões desde 2019.",
    ),
    "ru": (
        "Совет Бремена в понедельник проголосовал за новый мост.",
        "Его построит А. С. Эк за 40,5 млн евро.",
        "«Мы долго ждали», — сказала г-жа Хольт.",
        "Почему так поздно?",
        "Старый мост на ул. Речной, построенный в 1962 г., закрыт для грузовиков.",
    ),
    "ar": (
        "صوت مجلس مدينة بريمن يوم الاثنين لصالح بناء جسر جديد.",
        "لماذا تأخر المشروع؟",
        "قال د. إيك إن التكلفة تبلغ 40.5 مليون يورو.",
        "الجسر القديم مغلق أمام الشاحنات منذ عام 2019.",
    ),
    "he": (
        "מועצת העיר ברמן הצביעה ביום שני בעד גשר חדש.",
        "ד״ר הולט אמרה: ״חיכינו לזה זמן רב.״",
        "מדוע כל כך מאוחר?",
        'הגשר הישן סגור למשאיות מאז 2019, והחדש יעלה 40.5 מיליון אירו לפי מנכ"ל החברה.',
    ),
    "zh": (
        "不来梅市议会周一投票决定建造一座新桥。",
        "这座桥将耗资4050万欧元，由本地公司承建。",
        "“我们等了很久！”市长说。",
        "为什么这么晚？",
        "旧桥自2019年以来禁止卡车通行。",
    ),
    "ja": (
        "ブレーメン市議会は月曜日に新しい橋の建設を決めた。",
        "費用は４０５０万ユーロになる。",
        "「長い間待った。やっとだ。」と市長は話した。",
        "なぜこれほど遅れたのか？",
        "古い橋は2019年からトラックの通行が禁止されている。",
    ),
    "ko": (
        "브레멘 시의회는 월요일 새 다리를 짓기로 결정했다.",
        "비용은 4050만 유로이다.",
        "“오래 기다렸다”고 시장은 말했다.",
        "왜 이렇게 늦었는가?",
        "옛 다리는 2019년부터 트럭의 통행이 금지되어 있다.",
    ),
}


def _text(language: str) -> str:
    return ("" if language in ("zh", "ja") else " ").join(ARTICLES[language])


@pytest.mark.parametrize("language", ARTICLES)
def test_the_language_is_found(language):
    assert language_of(_text(language)) == language


@pytest.mark.parametrize("language", ARTICLES)
def test_split_where_a_reader_would(language):
    assert split(_text(language), language) == ARTICLES[language]


@pytest.mark.parametrize("language", ARTICLES)
@pytest.mark.parametrize("budget", [{"sentences": 2}, {"words": 30}])
def test_summarised_in_whole_sentences(language, budget):
    summary = Extractive().summarize("", plain_body(_text(language)), **budget)
    assert summary.method == "extractive"
    assert set(summary.sentences) <= set(ARTICLES[language])
    assert all(map(is_closed, summary.sentences))
    assert len(summary.sentences) == budget.get("sentences", len(summary.sentences))
