from __future__ import annotations

import pytest

from digest.core.model import Block, Body
from digest.core.text import word_count
from digest.summaries import fitness
from digest.summaries.extractive import Extractive
from digest.summaries.functionwords import HANDLED
from digest.summaries.language import base, is_handled, language_of
from digest.summaries.sentences import split

# The same four sentences, of which the last leans on the one before.
STORIES = {
    "en": "The council voted on Monday for a new bridge over the river. The bridge will cost forty million euros and "
    "open in 2029. A baker sold cake in front of the town hall to all who came. He was very pleased with the day.",
    "de": "Der Stadtrat hat am Montag für eine neue Brücke über den Fluss gestimmt. Die Brücke wird z. B. vierzig Mio. "
    "Euro kosten und am 3. Mai 2029 öffnen. Ein Bäcker verkaufte vor dem Rathaus Kuchen an alle, die kamen. Er war "
    "mit dem Tag sehr zufrieden.",
    "fr": "Le conseil municipal a voté lundi pour un nouveau pont sur le fleuve. Le pont, selon M. Martin, coûtera "
    "quarante millions d’euros et ouvrira en 2029. Un boulanger a vendu des gâteaux devant la mairie à tous les "
    "passants. Il était très content de sa journée.",
    "es": "El ayuntamiento votó el lunes a favor de un nuevo puente sobre el río. El puente costará, según el Sr. Gil, "
    "cuarenta millones de euros y abrirá en 2029. Un panadero vendió pasteles delante del ayuntamiento a todos los que "
    "vinieron. Ellos estaban muy contentos con el día.",
    "pt": "A câmara municipal votou na segunda-feira a favor de uma nova ponte sobre o rio. A ponte custará, segundo o "
    "Sr. Gil, quarenta milhões de euros e abrirá em 2029. Um padeiro vendeu bolos em frente da câmara a todos os que "
    "passaram. Ele ficou muito contente com o dia.",
    "ru": "Городской совет проголосовал в понедельник за новый мост через реку. Мост обойдётся в сорок млн евро, т. е. "
    "дороже старого, и откроется в 2029 г. для трамваев. Пекарь продавал пироги перед ратушей всем, кто пришёл в этот "
    "день. Он остался очень доволен своим днём.",
    "ar": "صوت مجلس المدينة يوم الاثنين لصالح بناء جسر جديد فوق النهر. سيكلف الجسر أربعين مليون يورو وسيفتتح في عام "
    "2029. باع خباز الكعك أمام مبنى البلدية لكل من جاء في ذلك الصباح. هو كان سعيدا جدا بذلك اليوم الطويل.",
    "he": "מועצת העיר הצביעה ביום שני בעד הקמת גשר חדש מעל הנהר. הגשר יעלה ארבעים מיליון אירו וייפתח בשנת 2029. אופה "
    "מכר עוגות מול בניין העירייה לכל מי שהגיע באותו הבוקר. הוא היה מרוצה מאוד מן היום הארוך.",
    "zh": "市议会周一投票决定在河上建造一座新桥。新桥将耗资四千万欧元，并于2029年通车。"
    "一位面包师在市政厅前向所有来访者出售蛋糕。他对这一天感到非常满意。",
    "ja": "市議会は月曜日に川に新しい橋を架けることを決めた。橋の建設費は四千万ユーロで、2029年に開通する予定だ。"
    "パン屋が市役所の前で集まった人たちにケーキを売っていた。彼はその日にとても満足していた。",
    "ko": "시의회는 월요일에 강 위에 새 다리를 건설하기로 결정했다. 다리 건설에는 사천만 유로가 들며 2029년에 개통될 "
    "예정이다. 한 제빵사가 시청 앞에서 모인 사람들에게 케이크를 팔았다. 그는 그날에 대해 매우 만족했다고 말했다.",
}


def summarize(text: str, title: str = "", **more):
    return Extractive().summarize(title, Body("", (Block("paragraph", text),)), **more)


def test_there_is_a_story_for_each():
    assert STORIES.keys() == HANDLED.keys()
    assert all(is_handled(code) for code in STORIES)


@pytest.mark.parametrize("code", STORIES)
def test_its_language_is_found(code):
    assert language_of(STORIES[code]) == code
    assert language_of(STORIES[code].upper()) == code
    # The first sentence alone is enough.
    assert language_of(split(STORIES[code], code)[0]) == code


@pytest.mark.parametrize("code", STORIES)
def test_its_sentences_are_split_and_chosen(code):
    sentences = split(STORIES[code], code)
    assert len(sentences) == 4
    summary = summarize(STORIES[code], sentences=2)
    assert summary.method == "extractive"
    assert len(summary.sentences) == 2
    assert summary.sentences[0] == sentences[0]
    assert summary.sentences[1] in sentences[1:3]
    assert summarize(STORIES[code], sentences=9).sentences == sentences


@pytest.mark.parametrize("code", STORIES)
def test_a_sentence_that_leans_is_repaired_by_the_one_before(code):
    *_, before, leaning = split(STORIES[code], code)
    assert fitness.points_back(leaning, code)
    text = f"{leaning}{'' if code in ('zh', 'ja') else ' '}{STORIES[code]}"
    # At the head there is none before it, so it is passed over.
    assert leaning not in summarize(text, sentences=1).sentences
    # All the title is about it, and still it comes with what it leans on, or not at all.
    chosen = summarize(
        STORIES[code], title=leaning.rstrip(".。") * 2, words=word_count(f"{before} {leaning}")
    ).sentences
    assert leaning not in chosen or before in chosen


def test_what_it_leans_on_is_taken_where_there_is_room():
    text = (
        "A baker sold cake in front of the town hall. He promised the mayor a bridge of sugar, a bridge of salt and a "
        "bridge of chocolate. Rain fell over the fields near the coast all day."
    )
    baker, he, _ = split(text)
    title = "Bridge of sugar, bridge of salt, bridge of chocolate: promised to the mayor"
    assert summarize(text, title, sentences=2).sentences == (baker, he)
    assert summarize(text, title, sentences=1).sentences != (he,)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("De gemeenteraad van Bremen heeft op maandag voor een nieuwe brug gestemd, en dat is niet alles.", "nl"),
        ("Il consiglio comunale ha votato lunedì per un nuovo ponte che non è come gli altri della città.", "it"),
        ("Rada miasta głosowała w poniedziałek za nowym mostem, który nie jest jak inne po wojnie.", "pl"),
        ("Міська рада проголосувала за новий міст через річку, і він буде дорогим.", "uk"),
        ("شورای شهر روز دوشنبه به ساخت پل جدید رأی داد و گفت که این کار گران است.", "fa"),
        ("Το δημοτικό συμβούλιο ψήφισε τη Δευτέρα για μια νέα γέφυρα.", ""),
        ("नगर परिषद ने सोमवार को नए पुल के लिए मतदान किया।", ""),
        ("Bread 2.50, Milk 1.20, Eggs 3.10", ""),
        ("for" + " xqz" * 30, ""),
        ("12.5 % (3/4)", ""),
        ("", ""),
    ],
)
def test_what_is_not_handled_is_not_taken_for_what_is(text, code):
    assert language_of(text) == code
    assert not is_handled(language_of(text))
    assert summarize(text).method in ("lead", "none")


def test_what_is_stated_counts_unless_the_text_says_otherwise():
    assert language_of("Bremen, Paris.", "fr") == "fr"
    assert language_of("12", "he") == "he"
    assert language_of(STORIES["en"], "sw") == "sw"
    # A German article of an English newsletter; a Russian one of a German newsletter.
    assert language_of(STORIES["de"], "en-GB") == "de"
    assert language_of(STORIES["ru"], "de") == "ru"
    assert language_of("北京", "ja") == "ja"


def test_base():
    assert (base("pt_BR"), base("zh-Hant-TW"), base(" EN "), base("")) == ("pt", "zh", "en", "")
