"""Words that are written large and name nobody: what sentences begin with, and the commonest nouns of German."""

from __future__ import annotations

from digest.core.numberwords import spelled
from digest.summaries.functionwords import COMMON

# Beside function words: what sentences begin with, and nobody is called.
_ENGLISH = (
    "according activists additional advocates although amid among analysts another authorities because both "
    "campaigners communities companies critics customers demand despite doctors each earlier early employees "
    "engineers every everyone evidence experts families few figures firefighters following former fans investigators "
    "investors journalists judges just last late later lawmakers lawyers leaders local many meanwhile members "
    "ministers most much neither new newly nobody nothing now officers officials once one opponents others parents "
    "part people planners plans police politicians prices profits prosecutors protesters readers recent regulators "
    "relatives report reports rescuers research researchers residents sales scientists several shareholders shares "
    "since some someone sources staff students supporters talks teachers those together tourists under unlike until "
    "users victims visitors voters when whether while witnesses women workers young"
)
_OPENERS = {
    "en": _ENGLISH,
    "de": "ab allerdings anders außerdem bald beim bereits bislang dabei dadurch dafür dagegen damals danach daneben "
    "daraufhin darin darüber davon davor dazu demnach denn derzeit deshalb dort dennoch ebenfalls einige etwa fast "
    "gleichzeitig hier hingegen hinter hinzu insgesamt inzwischen jetzt jedoch kein keine knapp künftig laut mehr "
    "mehrere mindestens mithilfe neben obwohl rund schließlich seit seitdem sowohl später statt trotz trotzdem "
    "unterdessen viele vielmehr während wegen weil weitere weltweit wer wo wobei zudem zugleich zunächst zuvor "
    "zusammen zusätzlich",
    "fr": "afin ainsi alors après auparavant aucun autant avant beaucoup bien cependant certains chaque chez depuis "
    "désormais donc dont durant enfin ensuite entre environ face grâce hier ici jusque lors lorsque malgré parmi "
    "pendant peu plusieurs pourtant près puis quand quelque quelques quant sauf sinon suite tandis tous toutefois "
    "toutes",
    "es": "además ahora al algunos allí ante antes aquí así aunque ayer bajo cada casi cerca cuatro dentro después "
    "dicho durante ellos entonces estas estos gracias hacia hasta hoy incluso luego mediante menos mucho muchos ningún "
    "otra otras otro otros pese poco pocos primero quien quienes segundo según sólo tal tampoco tanto todos todavía "
    "tras varias varios",
    "pt": "além agora ainda alguns antes após apesar aqui assim cada cerca depois desde diante durante embora então "
    "enquanto entretanto hoje mediante menos muitos nenhum ontem outra outro outros perto porém poucos segundo todos "
    "vários",
    "ru": "благодаря более вместе возле вокруг впрочем время вследствие всего всё данные действующий дело для "
    "ежегодно здесь из-за именно кроме люди между многие напротив несмотря однако около первые перед поскольку после "
    "потом поэтому почти причем против ранее рядом сегодня сейчас сначала среди теперь тогда через эксперты",
}
# German writes its nouns large: these say nothing that could be looked up.
_GERMAN_NOUNS = (
    "abbau absicht anfang angabe angaben anlass ansicht anteil antwort arbeit art aufgabe ausbau auswirkungen bedarf "
    "bedenken bedeutung beginn beispiel beitrag bereich bericht bewohner blick bürger chance debatte druck einfluss "
    "einsatz ende entscheidung entwicklung erfolg ergebnis erhöhung fall fälle folge folgen form frage fragen fund "
    "gefahr gespräch gespräche gründe grund hilfe hinweis hinweise hintergrund hoffnung idee jahr jahre jahren kosten "
    "kritik lage leben leute mal maßnahme maßnahmen meinung mensch menschen mittel möglichkeit nähe nacht opfer ort "
    "person personen plan pläne platz problem probleme rahmen reaktion recht regel rolle rückgang sache schaden "
    "schäden schritt seite senkung sicht sinn situation start stelle streit suche tag tage tagen teil thema umgang "
    "umsetzung unterstützung ursache veränderung verfügung vergleich verlauf verlust verluste versuch vorgehen "
    "vorjahr vorschlag vorwurf vorwürfe weg weise wert woche wochen zahl zahlen zeit ziel ziele zukunft zusammenhang"
)


def no_names(language: str) -> frozenset[str]:
    """The words of a language, in lower case, that are no names though a sentence begins with them.

    Args:
        language: Its code, `en`; of one that is not known none.
    """
    nouns = _GERMAN_NOUNS if language == "de" else ""
    words = [*_OPENERS.get(language, "").split(), *nouns.split(), *spelled(language)]
    return COMMON.get(language, frozenset()) | frozenset(words)
