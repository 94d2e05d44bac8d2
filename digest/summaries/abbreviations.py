"""What a sentence splitter must know of words: abbreviations, and words that begin sentences, by language.

Written as they stand in print, without the final stop. A word that is also an ordinary one ('Sun', 'in') is left out
unless it does more good than harm.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one language, English always included.

    Attributes:
        bound: A stop after these never ends a sentence: what they belong to follows.
        numbered: A stop after these is theirs when a digit follows.
        loose: A stop after these ends a sentence only before one of `starters`.
        starters: Words which, with a capital, begin sentences and hardly ever names.
        ordinals: Whether '3.' means 'third'.
    """

    bound: frozenset[str]
    numbered: frozenset[str]
    loose: frozenset[str]
    starters: frozenset[str]
    ordinals: bool = False


_BOUND = {
    "en": "Mr Mrs Ms Mx Messrs Dr Drs Prof Rev Fr Gen Maj Col Lt Cpl Sgt Capt Cmdr Adm Gov Sen Sens Rep Reps Hon Pres "
    "Supt Det Insp Mt vs cf Cf viz e.g E.g i.e I.e eg ie approx ca",
    "de": "Hr Fr Dr Prof Dipl Ing Hrsg z.B Z.B d.h D.h u.a z.T bzw ca vgl Vgl evtl ggf inkl zzgl sog insb geb med "
    "phil rer nat jur kath ev St z d",
    "fr": "M MM Mme Mmes Mlle Mlles Mgr Me Dr Pr St Ste cf ex env av p.ex c.-à-d",
    "es": "Sr Sra Sres Sras Srta D Dña Dr Dra Dres Ud Uds Vd Lic Ing Gral Prof Avda p.ej p ej aprox",
    "pt": "Sr Sra Srs Sras Srta Dr Dra Drs Prof Profa Eng Exmo Exma D St Sto Sta p.ex cf aprox",
    "ru": "г-н г-жа им ул пгт пл пр просп пос дер проф акад ген см ср т напр св о",
    "ar": "د أ م ص",
}
_NUMBERED = {
    "en": "No no Nos nos Nr Fig Figs fig Eq Vol vol Ch ch Sec Art p pp Op",
    "de": "Nr Abs Art S Bd Abb Kap Tel",
    "fr": "n no art vol chap fig tél",
    "es": "núm núms nº párr párrs pág págs art vol cap fig tel",
    "pt": "n nº art arts pág págs vol cap fig tel",
    "ru": "с стр гл рис табл ст п пп д кв Кв корп",
}
_LOOSE = {
    "en": "Inc Corp Ltd Co Cos LLC Bros Jr Sr Esq Ave Blvd Rd St Ste Dept Univ Assn Bldg etc al est Ph.D Yahoo! "
    "Jeopardy! Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec Ala Ariz Ark Calif Colo Conn Del Fla Ga Ill Ind Kan Ky "
    "La Mass Md Mich Minn Mo Mont Neb Nev Okla Ore Pa Tenn Tex Va Vt Wash Wis Wyo",
    "de": "usw etc Mio Mrd Tsd Str Jh Jhd Chr jr Jan Feb Apr Aug Sept Okt Nov Dez",
    "fr": "etc bd boul janv févr avr juill sept oct nov déc",
    "es": "etc EE UU Cía S.A av ene feb abr ago sept oct nov dic",
    "pt": "etc Ltda Cia S.A av jan fev mar abr mai jun jul ago set out nov dez",
    "ru": "г гг в вв руб коп тыс долл евро т.д т.п т.е др пр н.э ч мин сек кг км см мм "
    "янв февр апр авг сент окт нояб дек",
}
_STARTERS = {
    "en": "A According After Also Although An And Another Are As At Because Before Both But By Can Could Did Do Does "
    "During Each Earlier Even Every Following For From Had Has Have He Her Here His How However I If In Instead Is It "
    "Its Just Last Later Many Meanwhile More Moreover Most My Not Now On Once Only Or Other Others Our Several She "
    "Should Since So Some Still Such That The Their Then There These They This Those Though Through Thus To Today Two "
    "Until Was We Were What When Where Whether Which While Who Why Will With Would Yet You Your",
    "de": "Aber Allerdings Als Am An Auch Auf Aus Bei Da Dabei Damit Danach Dann Das Dass Dazu Dem Den Denn Der Des "
    "Die Dies Diese Dieser Dieses Doch Dort Durch Ein Eine Einen Einer Er Es Für Gegen Hier Ich Ihr Ihre Im In Ist "
    "Jetzt Kein Keine Laut Man Mit Nach Nicht Noch Nun Nur Ob Seit Seine Sie So Trotz Um Und Unter Viele Vom Von Vor "
    "Was Wegen Weil Wenn Wer Wie Wir Wo Während Zu Zudem Zum Zur Zwar",
    "fr": "Après Au Aucun Aujourd Aussi Aux Avec Car Ce Cela Celle Celui Cependant Ces Cet Cette Dans Depuis Des Donc "
    "Du Elle Elles En Et Il Ils Je La Le Les Leur Leurs Lors Mais Malgré Ni Nous On Or Ou Où Par Parce Pendant Pour "
    "Pourtant Puis Quand Que Qui Sa Sans Selon Ses Seul Si Son Sous Sur Tous Tout Un Une Vous",
    "es": "Además Al Antes Aunque Con Cuando De Del Desde Después Durante El Ella Ellas Ellos En Entre Es Esta Estas "
    "Este Esto Estos Hay La Las Lo Los Mientras Muchos Nadie No Nos Para Pero Por Porque Que Según Se Si Sin Sobre Su "
    "Sus También Tanto Todos Tras Un Una Unos Y Ya Él",
    "pt": "A Além Ainda Antes Ao Aos Apesar Após As Assim Até Com Como Contudo Da De Depois Desde Do Durante E Ela "
    "Elas Ele Eles Em Embora Enquanto Entre Essa Esse Esta Este Foi Há Isso Já Mais Mas Na Nas Não No Nos O Os Ou Para "
    "Pela Pelo Por Porém Porque Quando Quem Se Segundo Sem Seu Sua Também Todos Um Uma",
    "ru": "А Без Был Была В Во Вот Все Всего Где Для До Его Ее Если Ещё Еще За Затем И Из К Как Когда Кроме Мы На Но "
    "О Об Однако Он Она Они По Под После При Сейчас С Согласно Также Так Там То Тогда У Уже Что Чтобы Эта Эти Это Этот",
}
_ORDINALS = frozenset({"de", "da", "nb", "nn", "no", "fi", "cs", "sk", "pl", "hu", "sl", "hr", "et"})


@lru_cache(maxsize=64)
def lexicon(language: str, *, folded: bool = False) -> Lexicon:
    """The words of a language; only the English ones when it is unknown.

    Args:
        language: A BCP 47 tag; only its first part counts.
        folded: Whether all are wanted in lower case, for a text written in one case.
    """
    code = language.replace("_", "-").partition("-")[0].lower()

    def words(table: dict[str, str]) -> frozenset[str]:
        text = f"{table['en']} {table.get(code, '')}"
        return frozenset((text.lower() if folded else text).split())

    return Lexicon(words(_BOUND), words(_NUMBERED), words(_LOOSE), words(_STARTERS), code in _ORDINALS)
