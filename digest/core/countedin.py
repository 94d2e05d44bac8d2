"""What a number counts, by the words and signs that stand beside it: percent, money, measures, spans of time."""

from __future__ import annotations

_UNITS = {
    "%": "% percent pct prozent porcentaje процентов процента процент",
    "point": "bp bps pp prozentpunkt prozentpunkte prozentpunkten",
    "USD": "$ us$ usd dollar dollars dólar dólares доллар доллара долларов",
    "AUD": "a$ au$ aud",
    "CAD": "c$ ca$ cad",
    "HKD": "hk$ hkd",
    "EUR": "€ eur euro euros евро",
    "GBP": "£ gbp pound pounds pfund libras livres",
    "JPY": "¥ jpy yen",
    "CNY": "cny rmb yuan",
    "CHF": "chf franken francs",
    "INR": "₹ inr rupee rupees",
    "RUB": "₽ rub rouble roubles ruble rubles рубль рубля рублей",
    "KRW": "₩ krw won",
    "krone": "sek nok dkk krona kronor krone kroner kronen couronnes coronas",
    "PLN": "pln zloty zlotys złoty",
    "BTC": "₿ btc bitcoin bitcoins",
    "ETH": "eth ether",
    "year": "year years jahr jahre jahren jahres jährig jährige jährigen jähriger jähriges jährigem ans année années "
    "año años ano anos год года лет",
    "month": "month months monat monate monaten mois mes meses mês месяц месяца месяцев",
    "week": "week weeks woche wochen semaine semaines semana semanas неделя недели недель",
    "day": "day days tag tage tagen jour jours día días dia dias день дня дней",
    "hour": "hour hours hr hrs h stunde stunden heure heures hora horas час часа часов",
    "minute": "minute minutes mins minuten minuto minutos минута минуты минут",
    "second": "seconds sekunde sekunden secondes segundos секунда секунды секунд",
    "times": "times time mal fois veces vezes раз раза",
    "am": "am",
    "pm": "pm",
    "metre": "m metre metres meter meters metern mètre mètres metro metros метр метра метров quadratmeter "
    "quadratmetern kubikmeter kubikmetern",
    "kilometre": "km kilometre kilometres kilometer kilometers kilometern kilomètre kilomètres kilómetro kilómetros "
    "quilômetro quilômetros километр километра километров quadratkilometer quadratkilometern",
    "centimetre": "cm centimetre centimetres centimeter centimeters zentimeter zentimetern centimètres centímetros",
    "millimetre": "mm millimetre millimetres millimeter millimeters millimetern millimètres milímetros",
    "mile": "mile miles mi meile meilen milles millas",
    "foot": "foot feet ft fuß pieds pies",
    "inch": "inch inches zoll pouces pulgadas",
    "yard": "yard yards yd",
    "hectare": "ha hectare hectares hektar hectáreas",
    "acre": "acre acres",
    "kilogram": "kg kilo kilos kilogram kilograms kilogramm kilogrammes kilogramos",
    "gram": "gram grams gramm grammes gramos",
    "tonne": "tonne tonnes ton tons tonnen toneladas тонн тонны",
    "litre": "litre litres liter liters litern litros литров литра",
    "Celsius": "c celsius",
    "Fahrenheit": "f fahrenheit",
}
UNITS = {word: unit for unit, words in _UNITS.items() for word in words.split()}
"""What stands before or after a number, in lower case, and what it means; a percentage point is no percentage."""
OFTEN_LEFT_OUT = frozenset({"year"})
"""Units that a number may have though it stands without: 'Smith, 54' is 54 years old."""
TWO_WORD_UNITS = {
    ("per", "cent"): "%",
    ("por", "ciento"): "%",
    ("por", "cento"): "%",
    ("pour", "cent"): "%",
    ("percentage", "point"): "point",
    ("percentage", "points"): "point",
    ("basis", "points"): "point",
    ("a", "m"): "am",
    ("p", "m"): "pm",
}
BETWEEN = frozenset(
    ("de", "d", "of", "us", "°", "degree", "degrees", "grad", "degrés", "grados", "square", "cubic", "nautical")
)
"""Words between a number and what it counts: 'millions de euros', '5 degrees Celsius', '5 square metres'."""
