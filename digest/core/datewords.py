"""Names of months, weekdays and zones as feeds write them, in the main languages of Europe.

Names are compared as `folded` gives them: lower case, without accents. Where a short name means a month in one language
and a weekday in another ('mar.'), both tables have it, and whoever reads decides by what else stands there.
"""

from __future__ import annotations

import unicodedata


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MONTHS = """
    jan january januar janvier janv enero ene gennaio gen janeiro januari jaar januari januara januari tammikuu
    tammikuuta styczen stycznia sty leden ledna led ianuarie ian ocak oca январь января янв січень січня січ
    януари яну ιανουαριου ιανουαριος ιαν janvaris jaanuar sausio sausis gener gen |
    feb february februar fevrier fevr fev febrero febbraio fevereiro februari helmikuu helmikuuta luty lutego lut
    unor unora uno februarie subat sub февраль февраля фев февр лютий лютого лют февруари φεβρουαριου φεβρουαριος
    φεβ februaris veebruar vasario vasaris februara febrer |
    mar march marz maerz mrz mars marzo marco maart mrt marts maaliskuu maaliskuuta marzec marca brezen brezna bre
    marec martie mart март марта мар березень березня бер μαρτιου μαρτιος μαρ marcius marc martius kovo kovas |
    apr april avril avr abril abr aprile huhtikuu huhtikuuta kwiecien kwietnia kwi duben dubna dub aprilie nisan
    nis апрель апреля апр квітень квітня квіт кві април απριλιου απριλιος απρ aprilis balandzio balandis aprill |
    may mai mayo maggio mag maio mei maj majus toukokuu toukokuuta mayis maja kveten kvetna kve май мая травень
    травня трав тра μαιου μαιος μαι μαϊ maijs geguzes geguze maig |
    jun june juni juin junio giugno giu junho kesakuu kesakuuta czerwiec czerwca cze cerven cervna cvn iunie iun
    haziran haz июнь июня июн червень червня черв чер юни ιουνιου ιουνιος ιουν junius jun junijs juuni birzelio
    birzelis juny juna |
    jul july juli juillet juil julio luglio lug julho heinakuu heinakuuta lipiec lipca lip cervenec cervence cvc
    iulie iul temmuz tem июль июля июл липень липня лип юли ιουλιου ιουλιος ιουλ julius julijs juuli liepos liepa
    juliol jula |
    aug august aout aou agosto ago augustus augusti elokuu elokuuta sierpien sierpnia sie srpen srpna srp agustos
    agu август августа авг серпень серпня серп сер αυγουστου αυγουστος αυγ augusztus augusts rugpjucio rugpjutis
    agost augusta |
    sep sept september septembre settembre septiembre setiembre set setembro syyskuu syyskuuta wrzesien wrzesnia
    wrz zari zar septembrie eylul eyl сентябрь сентября сен сент вересень вересня вер септември септ σεπτεμβριου
    σεπτεμβριος σεπ σεπτ szeptember szept septembris rugsejo rugsejis septembra |
    oct october oktober okt octobre octubre ottobre ott outubro out lokakuu lokakuuta pazdziernik pazdziernika paz
    rijen rijna rij octombrie ekim eki октябрь октября окт жовтень жовтня жовт жов октомври οκτωβριου οκτωβριος
    οκτ oktobris oktoober spalio spalis oktobra |
    nov november novembre noviembre novembro marraskuu marraskuuta listopad listopada lis listopadu noiembrie noi
    kasim kas ноябрь ноября ноя нояб листопад листопада лист ноември νοεμβριου νοεμβριος νοε novembris lapkricio
    lapkritis novembra |
    dec december dezember dez decembre diciembre dic dicembre dezembro desember des joulukuu joulukuuta grudzien
    grudnia gru prosinec prosince pro decembrie aralik ara декабрь декабря дек грудень грудня груд гру декември
    δεκεμβριου δεκεμβριος δεκ decembris detsember gruodzio gruodis desembre decembra
"""
_WEEKDAYS = """
    mon monday mo pn montag lun lundi lunes lunedi seg segunda ma maandag man mandag mandag maanantai pon
    poniedzialek pondeli po luni pazartesi pzt понедельник пн понеділок понеделник δευτερα δευ hetfo segunda-feira
    |
    tue tues tuesday di wt dienstag mar mardi martes martedi ter terca dinsdag tis tir tirsdag tisdag tiistai wto
    wtorek utery ut marti sali sal вторник вт вівторок τριτη τρι kedd terca-feira |
    wed weds wednesday mi sr mittwoch mer mercredi mie miercoles mercoledi qua quarta wo woensdag ons onsdag
    keskiviikko sro sroda streda st miercuri carsamba car среда ср середа сряда τεταρτη τετ szerda quarta-feira |
    thu thur thurs thursday do cz donnerstag jeu jeudi jue jueves gio giovedi qui quinta donderdag tor tors
    torsdag torstai czw czwartek ctvrtek ct joi persembe per четверг чт четвер четвъртък πεμπτη πεμ csutortok
    quinta-feira |
    fri pt friday fr freitag ven vendredi vie viernes venerdi sex sexta vr vrijdag fre fredag perjantai pia piatek
    patek pa vineri cuma cum пятница пт п'ятниця петък παρασκευη παρ pentek sexta-feira |
    sat saturday sa samstag sonnabend sam samedi sab sabado sabato za zaterdag lor lordag lordag lauantai sob
    sobota so sambata cumartesi cmt суббота сб субота събота σαββατο σαβ szombat |
    sun nd sunday so sonntag dim dimanche dom domingo domenica zo zondag son sondag sondag sunnuntai nie niedziela
    nedele ne duminica pazar paz воскресенье вс неділя неделя κυριακη κυρ vasarnap
"""
FILLERS = _names(
    "de del do da di den der le the of at a à um kl klo klockan kello las el ora ore ur uhr om o la les on v в "
    "г года р року στις dnia dne"
)
"""Words that stand between the parts of a date and say nothing."""

ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 60, "cet": 60, "mez": 60, "met": 60, "cest": 120,
    "mesz": 120, "mest": 120, "eet": 120, "eest": 180, "msk": 180, "jst": 540, "kst": 540, "hkt": 480, "sgt": 480,
    "awst": 480, "acst": 570, "acdt": 630, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780, "edt": -240,
    "cdt": -300, "mdt": -360, "pdt": -420, "akst": -540, "akdt": -480, "hst": -600,
}  # fmt: skip
"""Abbreviations that mean one zone, in minutes east of Greenwich."""

AMBIGUOUS_ZONES = {
    "est": (-300, "US Eastern"), "cst": (-360, "US Central"), "mst": (-420, "US Mountain"),
    "pst": (-480, "US Pacific"), "ist": (330, "India"), "bst": (60, "British summer time"),
    "ast": (-240, "Atlantic"), "adt": (-180, "Atlantic"), "gst": (240, "Gulf"),
}  # fmt: skip
"""Abbreviations of several zones: the one that is taken unless the source's zone has that name (of the American ones,
that of RFC 5322 section 4.3), and what to call it."""


def folded(text: str) -> str:
    """Lower case, without accents; the dotless i as i."""
    plain = unicodedata.normalize("NFKD", text).casefold().replace("ı", "i").replace("ł", "l").replace("ø", "o")
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", bare)  # Hangul in whole syllables again


MONTHS = {folded(name): number for number, names in enumerate(_MONTHS.split("|"), start=1) for name in names.split()}
"""Folded name to number."""

WEEKDAYS: dict[str, frozenset[int]] = {
    name: frozenset(
        day for day, names in enumerate(_WEEKDAYS.split("|")) if name in {folded(each) for each in names.split()}
    )
    for name in {folded(name) for names in _WEEKDAYS.split("|") for name in names.split()}
}
"""Folded name to the days it may mean, 0 for Monday: 'so' is Sunday in German and Saturday in Czech."""
