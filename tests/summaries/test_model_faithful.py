"""Summaries as a good model writes them hold; with one thing wrong in them, whatever it is, they do not."""

from __future__ import annotations

import pytest

from digest.summaries.model.checking import Judge

ROBOTS = """\
Norvane Robotics shares fall after profit warning

Shares in Norvane Robotics fell 18 percent on Thursday after the Swedish company cut its forecast for the year.
Norvane now expects revenue of between $1.2 billion and $1.3 billion, compared with an earlier forecast of $1.5
billion.

Chief executive Ingrid Solberg blamed weak demand in China and a fire at the company's plant in Gdansk on 6 February.
"Orders have slowed more than we feared, but our balance sheet is strong," Solberg told analysts on a call.

The company reported a net loss of $45 million for the second quarter, against a profit of $12 million a year earlier.
It will cut about 1,400 jobs, or 7 percent of its workforce, by the end of 2026. Finance director Tomas Reyes will
leave in June and be replaced by Priya Nair, who joined from Halden Bank in 2019.

Analysts at Brightwater Capital lowered their target price from 310 kronor to 240 kronor. The European Central Bank
raised its key rate by 0.25 percentage points to 3.75 percent on the same day, which weighed on markets."""
FINAL = """\
Harmouth United reach first cup final in 40 years

Harmouth United beat Eastmoor Rovers 3-1 on Saturday to reach their first cup final since 1986. Striker Danny Okafor
scored twice in the first half before Lukas Brandt pulled one back from the penalty spot in the 58th minute.
Substitute Joao Pereira made sure of the win in stoppage time.

The match was watched by 41,206 people at Harbour Park, a record for the ground. Manager Elena Ruiz, 44, who took over
in November, praised her team. "They ran until they had nothing left," Ruiz said.

Okafor, 22, has scored 19 goals this season. He joined from Leeds in 2023 for a fee of €8 million. Rovers captain Mark
Whitfield was sent off after 73 minutes for a second yellow card.

United will meet either Kingsbridge City or Alder Town in the final at Wembley on 16 May. Kick-off is at 5.30pm.
Tickets cost from £35 and go on sale on Monday at 10am; the telephone number of the box office is 01632 960 114."""
PIPELINE = """\
Ministers meet in Vienna as gas dispute drags on

Foreign ministers from Austria, Hungary and Serbia met in Vienna on Monday for a third round of talks on the Danube
gas pipeline. The meeting ended without agreement late in the evening, diplomats said.

The Hungarian minister, Zsofia Barta, said her country could not accept a price above €32 per megawatt hour. Austria's
Karl Heinz Moser said he was hopeful that a deal could be reached before the end of the month. The US sent an
observer, Assistant Secretary Laura Chen.

The pipeline, which carries 9 billion cubic metres of gas a year, has been shut since an explosion on 14 November 2025
that killed three workers. Serbia says repairs will cost 230 million euros; Hungary has offered to pay a third of that
sum. Temperatures in Belgrade fell to -12C last week.

President Aleksandar Jovanovic of Serbia accused the European Union of "standing by while people freeze". A
spokeswoman for the European Commission, Anna Keller, said the EU had offered 50 million euros in aid in December."""
BAHN = """\
Bahn will 3.000 neue Stellen in Sachsen schaffen

Die Bahn will in Sachsen bis 2029 rund 3.000 neue Stellen schaffen. Das kündigte Bahnvorstand Martina Kessler am
Dienstag in Leipzig an. Für den Ausbau der Werke in Leipzig und Zwickau sind 420 Millionen Euro vorgesehen, davon
trägt der Freistaat 85 Millionen Euro.

„Wir brauchen jede helfende Hand“, sagte Kessler. Ministerpräsident Jonas Albrecht (CDU) sprach von einem guten Tag
für Sachsen. Die Gewerkschaft EVG begrüßte die Pläne, forderte aber 6,5 Prozent mehr Lohn. Ihr Vorsitzender Dirk
Mahler kritisierte, dass in den vergangenen fünf Jahren 1.200 Stellen abgebaut worden seien.

Der Bau des neuen Werks in Zwickau beginnt am 4. Mai 2026 und soll zweieinhalb Jahre dauern. Dort sollen künftig 24
Züge im Monat gewartet werden, doppelt so viele wie heute. Die Stadt erwartet Steuereinnahmen von 7 Millionen Euro im
Jahr."""
CHEMIE = """\
Chemiekonzern Rhenac steigert Gewinn um 12 Prozent

Der Chemiekonzern Rhenac hat im dritten Quartal einen Gewinn von 318 Millionen Euro erzielt, 12 Prozent mehr als im
Vorjahr. Der Umsatz sank dagegen um 3,4 Prozent auf 4,1 Milliarden Euro. Das teilte das Unternehmen am Mittwoch in
Mannheim mit.

Vorstandschef Henrik Osterkamp hob die Prognose für das Gesamtjahr an. Er rechnet nun mit einem Ergebnis zwischen 1,1
und 1,3 Milliarden Euro. „Die Talsohle liegt hinter uns“, sagte Osterkamp. Die Aktie legte um 5,2 Prozent auf 48,30
Euro zu.

Rhenac beschäftigt weltweit 27.000 Menschen, davon 11.500 in Deutschland. Im Werk Ludwigsau sollen bis Ende 2027 rund
600 Arbeitsplätze wegfallen. Betriebsratschefin Gül Demir kündigte Widerstand an: „Das nehmen wir nicht hin.“ Die
Dividende soll von 1,80 auf 2,00 Euro je Aktie steigen. Der Marktanteil bei Lacken wuchs um zwei Prozentpunkte auf 14
Prozent."""
BUS = """\
Le maire de Valbourg annonce la gratuité des bus

Le maire de Valbourg, Étienne Garnier, a annoncé jeudi la gratuité des bus pour les moins de 18 ans à partir du 1er
septembre. La mesure coûtera 2,3 millions d'euros par an et concernera 14 000 jeunes. « C'est une question de justice
», a déclaré M. Garnier.

L'opposition, menée par Sophie Delmas, juge la mesure trop chère. Les transports de la ville ont perdu 12 % de leurs
usagers depuis 2019. La région versera 800 000 euros. Le conseil municipal votera le 24 juin.

Valbourg compte 96 000 habitants et 31 lignes de bus. Une ligne de nuit sera ouverte au printemps entre la gare et
l'université."""
AGUA = """\
La sequía obliga a cortar el agua en Montalbán

El Ayuntamiento de Montalbán cortará el agua cada noche entre las 23 y las 6 horas a partir del lunes. El embalse de
Riofrío está al 17 por ciento de su capacidad, el nivel más bajo desde 1995. La alcaldesa, Carmen Ibáñez, pidió
paciencia a los 22.000 vecinos.

«No nos queda otra salida», dijo Ibáñez. El Gobierno regional destinará 3,5 millones de euros a un nuevo pozo. Las
obras durarán ocho meses. El sindicato agrario, dirigido por Luis Ferrer, calcula pérdidas de 40 millones de euros en
la cosecha de almendra.

La última lluvia cayó el 2 de abril. Los expertos esperan que la situación mejore en octubre."""
BOLNIZA = """\
В Заречье открыли новую больницу

В Заречье во вторник открыли новую областную больницу на 340 мест. Строительство заняло четыре года и обошлось в 5,6
млрд рублей. Губернатор Павел Орлов назвал больницу «самой современной в регионе».

Главный врач Нина Белова сообщила, что здесь будут работать 520 медиков, из них 130 врачей. Первых пациентов примут 15
апреля. Старое здание, построенное в 1962 году, закроют до конца года.

По словам министра Сергея Громова, в 2027 году откроют ещё две больницы — в Лесном и Каменске. На это выделят 7 млрд
рублей."""
LANGUAGES = {ROBOTS: "en", FINAL: "en", PIPELINE: "en", BAHN: "de", CHEMIE: "de", BUS: "fr", AGUA: "es", BOLNIZA: "ru"}


def refuses(article: str, *sentences: str) -> str:
    return Judge(article, "Say nothing.", LANGUAGES[article], 80).refuses(sentences)


@pytest.mark.parametrize(
    ("article", "said"),
    [
        (ROBOTS, "Priya Nair will replace finance director Tomas Reyes, who leaves in June."),
        (ROBOTS, 'The company is cutting 7% of its workforce. | "Our balance sheet is strong," Solberg said.'),
        (ROBOTS, "Brightwater Capital cut its target price to 240 kronor from 310 kronor."),
        (ROBOTS, "The European Central Bank raised its rate to 3.75 percent the same day."),
        (ROBOTS, "Sweden's Norvane Robotics has lowered its revenue forecast to $1.2-1.3 billion."),
        (ROBOTS, "The firm will shed 1,400 jobs."),
        (FINAL, "A record crowd of 41,206 watched at Harbour Park."),
        (FINAL, "Tickets start at £35 and go on sale on Monday."),
        (FINAL, "Lukas Brandt scored a penalty in the 58th minute for Rovers."),
        (FINAL, "The final kicks off at 5:30pm."),
        (PIPELINE, "The pipeline has been shut since an explosion in November 2025 that killed three workers."),
        (PIPELINE, "Repairs will cost €230m, according to Serbia, and Hungary has offered to pay a third."),
        (PIPELINE, "Austrian minister Karl Heinz Moser is hopeful of a deal by the end of the month."),
        (PIPELINE, "The US was represented by Assistant Secretary Laura Chen."),
        (PIPELINE, "Talks in Vienna between Austria, Hungary and Serbia ended without a deal."),
        (BAHN, "Sachsens Ministerpräsident Jonas Albrecht (CDU) sprach von einem guten Tag."),
        (BAHN, "85 Millionen Euro trägt der Freistaat Sachsen."),
        (BAHN, "Der Bau in Zwickau beginnt im Mai 2026 und dauert zweieinhalb Jahre."),
        (CHEMIE, "Vorstandschef Osterkamp hob die Prognose an."),
        (CHEMIE, "Betriebsratschefin Gül Demir kündigte Widerstand an."),
        (CHEMIE, "Die Dividende soll auf 2 Euro je Aktie steigen."),
        (CHEMIE, "Der Marktanteil bei Lacken stieg um 2 Prozentpunkte auf 14 Prozent."),
        (CHEMIE, "Weltweit hat Rhenac 27.000 Beschäftigte, 11.500 davon in Deutschland."),
        (CHEMIE, "Die Aktie stieg um 5,2 Prozent auf 48,30 Euro."),
        (BUS, "« C'est une question de justice », a dit le maire. | Le conseil municipal votera le 24 juin."),
        (BUS, "L'opposition de Sophie Delmas trouve la mesure trop chère."),
        (BUS, "Depuis 2019, les transports ont perdu 12% de leurs usagers."),
        (BUS, "Quelque 14.000 jeunes sont concernés à Valbourg."),
        (AGUA, "Montalbán cortará el agua todas las noches desde el lunes por la sequía."),
        (AGUA, "El embalse de Riofrío está al 17 % de su capacidad, su nivel más bajo desde 1995."),
        (AGUA, "La alcaldesa Carmen Ibáñez pidió paciencia: «No nos queda otra salida»."),
        (AGUA, "El Gobierno destinará 3,5 millones de euros a un pozo cuyas obras durarán 8 meses."),
        (AGUA, "Según Luis Ferrer, la cosecha de almendra perderá 40 millones de euros."),
        (BOLNIZA, "В Заречье открылась новая больница на 340 мест."),
        (BOLNIZA, "Губернатор Павел Орлов назвал её «самой современной в регионе»."),
        (BOLNIZA, "Первых пациентов больница примет 15 апреля."),
    ],
    ids=lambda value: value[:50],
)
def test_a_summary_that_holds(article, said):
    assert refuses(article, *said.split(" | ")) == ""


@pytest.mark.parametrize(
    ("article", "said"),
    [
        (ROBOTS, "Shares in Norvane Robotics fell 80 percent on Thursday."),
        (ROBOTS, "Norvane expects revenue of between $1.2 million and $1.3 million."),
        (ROBOTS, "Norvane expects revenue of between $1.2 billion and $1.6 billion."),
        (ROBOTS, "Norvane reported a net loss of €45 million."),
        (ROBOTS, "Norvane reported a net loss of 45 percent."),
        (ROBOTS, "Shares in the Norwegian company Norvane Robotics fell."),
        (ROBOTS, "The company reported a net loss for the third quarter."),
        (ROBOTS, "The company reported a net loss for the first quarter."),
        (ROBOTS, "Chief executive Ingrid Sandberg blamed weak demand."),
        (ROBOTS, "Chief executive Astrid Solberg blamed weak demand."),
        (ROBOTS, "Finance director Priya Reyes will leave in June."),
        (ROBOTS, "Finance director Tomas Reyes will leave in July."),
        (ROBOTS, "The European Central Bank raised its key rate by 0.25 percent."),
        (ROBOTS, "The European Investment Bank raised its key rate."),
        (ROBOTS, "The IMF raised its key rate to 3.75 percent."),
        (ROBOTS, '"Orders have slowed less than we feared," Solberg told analysts.'),
        (ROBOTS, "It will cut about 14,000 jobs."),
        (ROBOTS, "The company cut its forecast for the fourth time."),
        (ROBOTS, "The company will cut thousands of jobs."),
        (ROBOTS, "The company's losses tripled in the second quarter."),
        (ROBOTS, "Norvane expects revenue of -$1.2 billion."),
        (ROBOTS, "A fire broke out at the company's plant in Gdansk on 6 March."),
        (ROBOTS, "A fire broke out at the company's plant in Warsaw on 6 February."),
        (ROBOTS, "Analysts lowered their target price to two hundred and fifty kronor."),
        (ROBOTS, "It will cut about fifteen hundred jobs."),
        (ROBOTS, "The company will close a dozen plants."),
        (FINAL, "Harmouth United beat Eastmoor Rovers 3-2 on Saturday."),
        (FINAL, "Harmouth United beat Eastmoor Rovers 1-3 on Saturday."),
        (FINAL, "Harmouth United beat Eastmoor Rovers 3-0 on Saturday."),
        (FINAL, "Harmouth United beat Eastmoor Rovers 4-1 on Saturday."),
        (FINAL, "Harmouth United beat Eastmoor Rovers 3-22 on Saturday."),
        (FINAL, "Danny Okafor scored three times in the first half."),
        (FINAL, "Danny Okafor scored a hat-trick in the first half."),
        (FINAL, "Danny Okafor scored twice in the second half."),
        (FINAL, "They reached their second cup final since 1986."),
        (FINAL, "Lukas Brandt pulled one back in the 59th minute."),
        (FINAL, "Danny Brandt scored twice in the first half."),
        (FINAL, "Jose Pereira made sure of the win."),
        (FINAL, "Manager Elena Ruiz, 45, praised her team."),
        (FINAL, "The telephone number of the box office is 01632 960 141."),
        (FINAL, "Kick-off is at 5.30am."),
        (FINAL, "Harmouth City beat Eastmoor Rovers on Saturday."),
        (FINAL, "They reached their first cup final since 1968."),
        (FINAL, "It is their first final in 50 years."),
        (FINAL, "It was the victory of King Charles."),
        (PIPELINE, "Foreign ministers from Austria, Hungary and Romania met on Monday."),
        (PIPELINE, "The ministers met for a fourth round of talks."),
        (PIPELINE, "The ministers met for a second round of talks."),
        (PIPELINE, "Hungary could not accept a price above €23 per megawatt hour."),
        (PIPELINE, "Temperatures in Belgrade rose to 12C last week."),
        (PIPELINE, "Temperatures in Belgrade fell to -12F last week."),
        (PIPELINE, "Hungary has offered to pay half of that sum."),
        (PIPELINE, "Hungary has offered to pay two thirds of that sum."),
        (PIPELINE, "Prime Minister Aleksandar Jovanovic of Serbia accused the European Union."),
        (PIPELINE, "Austria's Karl Moser Chen said he was hopeful."),
        (PIPELINE, "The EU had offered 15 million euros in aid."),
        (BAHN, "Die Bahn will in Sachsen rund 4.000 neue Stellen schaffen."),
        (BAHN, "Die Bahn will bis 2028 neue Stellen in Sachsen schaffen."),
        (BAHN, "Für den Ausbau sind 420 Milliarden Euro vorgesehen."),
        (BAHN, "Für den Ausbau sind 420 Millionen Dollar vorgesehen."),
        (BAHN, "Bahnvorstand Martina Keller kündigte neue Stellen an."),
        (BAHN, "Bahnvorstand Sabine Kessler kündigte neue Stellen an."),
        (BAHN, "Ministerpräsident Dirk Albrecht sprach von einem guten Tag."),
        (BAHN, "Ministerpräsident Jonas Albrecht (SPD) sprach von einem guten Tag."),
        (BAHN, "Die Gewerkschaft forderte 7,5 Prozent mehr Lohn."),
        (BAHN, "Die Gewerkschaft forderte 6,5 Prozentpunkte mehr Lohn."),
        (BAHN, "Die Gewerkschaft Verdi begrüßte die Pläne."),
        (BAHN, "Der Bau des neuen Werks beginnt am 5. Mai 2026."),
        (BAHN, "Dort sollen künftig dreimal so viele Züge gewartet werden."),
        (BAHN, "Die Hälfte davon trägt der Freistaat."),
        (BAHN, "Der Bau soll dreieinhalb Jahre dauern."),
        (BAHN, "In den vergangenen sechs Jahren wurden 1.200 Stellen abgebaut."),
        (BAHN, "Rund dreitausendfünfhundert Stellen sollen geschaffen werden."),
        (BAHN, "„Wir brauchen jede fleißige Hand“, sagte Kessler."),
        (BAHN, "Die Werke in Dresden und Zwickau werden ausgebaut."),
        (BAHN, "Das kündigte Kessler am Mittwoch in Leipzig an."),
        (CHEMIE, "Rhenac hat im vierten Quartal einen Gewinn erzielt."),
        (CHEMIE, "Rhenac hat im ersten Quartal einen Gewinn erzielt."),
        (CHEMIE, "Rhenac hat im zweiten Quartal einen Gewinn erzielt."),
        (CHEMIE, "Er rechnet mit einem Ergebnis zwischen 1,1 und 1,8 Milliarden Euro."),
        (CHEMIE, "Die Aktie legte auf 43,80 Euro zu."),
        (BUS, "Les bus seront gratuits à partir du 1er octobre."),
        (BUS, "La mesure coûtera 3,2 millions d'euros par an."),
        (BUS, "La mesure coûtera 2,3 milliards d'euros par an."),
        (BUS, "Le maire de Valbourg, Étienne Gardin, a annoncé la mesure."),
        (BUS, "Les bus seront gratuits pour les moins de 16 ans."),
        (BUS, "Les transports ont perdu 21 % de leurs usagers."),
        (BUS, "« C'est une question de morale », a déclaré M. Garnier."),
        (BUS, "Trente lignes de bus sont concernées."),
        (BUS, "Le maire, Sophie Garnier, a annoncé la mesure."),
        (AGUA, "El embalse de Riofrío está al 71 por ciento."),
        (AGUA, "La alcaldesa pidió paciencia a los 32.000 vecinos."),
        (AGUA, "La alcaldesa, Carmen Ibarra, pidió paciencia."),
        (AGUA, "El Gobierno destinará 3,5 mil millones de euros."),
        (AGUA, "Las obras durarán nueve meses."),
        (AGUA, "La última lluvia cayó el 2 de agosto."),
        (AGUA, "«No nos queda agua», dijo Ibáñez."),
        (AGUA, "Calcula pérdidas de 40 millones de dólares."),
        (BOLNIZA, "В Заречье открыли новую больницу на 430 мест."),
        (BOLNIZA, "Строительство обошлось в 5,6 млн рублей."),
        (BOLNIZA, "Губернатор Павел Соколов назвал больницу самой современной."),
        (BOLNIZA, "Первых пациентов примут 15 мая."),
        (BOLNIZA, "Строительство заняло пять лет."),
        (BOLNIZA, "Губернатор назвал больницу «лучшей в регионе»."),
        (BOLNIZA, "На это выделят 7 млрд долларов."),
    ],
    ids=lambda value: value[:50],
)
def test_a_summary_with_one_thing_wrong(article, said):
    assert refuses(article, said) != ""


@pytest.mark.parametrize(
    ("article", "said"),
    [
        (FINAL, "Manager Elena Ruiz, 22, praised her team."),
        (FINAL, "The telephone number of the box office is 960 114 01632."),
        (PIPELINE, "Hungary could not accept a price above €32 per kilowatt hour."),
        (BAHN, "Dort sollen künftig 24 Züge im Jahr gewartet werden."),
    ],
    ids=lambda value: value[:50],
)
def test_what_is_not_seen(article, said):
    """Figures of the article that are put to another of its people, or counted by what stands further off."""
    assert refuses(article, said) == ""
