from __future__ import annotations

import pytest

from digest.core.text import word_count
from digest.summaries import fitness


@pytest.mark.parametrize(
    "text",
    [
        "He said “yes” and left.",
        'He said "yes" and left.',
        "Er sagte „ja“ und ging. Er sagte »ja«.",
        "Han sa ”ja” och gick.",
        "„Tak” powiedział.",
        "The drivers’ union won (again).",
        "It isn't the drivers' fault.",
        "He said ‘yes’ and left.",
        'The 6" pipe is sold.',  # inches
        "「はい」と言った。",
        'She played "Keep Out" and "O Bridge".',
        "Er sagte „ja” und „nein“.",
        'ד״ר הולט, מנכ"ל החברה, אמרה: ״כן.״',
    ],
)
def test_closed(text):
    assert fitness.is_closed(text)


@pytest.mark.parametrize(
    "text",
    [
        "“We won.",
        "We did,” he said.",
        '"We won.',
        "Er sagte „ja.",
        "(It rained.",
        "It rained.)",
        "‘We won.",
        "He said: 'We won.",
        "We did,' he said.",
        "「はい。",
        # As many as there should be, but closed before they are opened.
        "We did,” he said, “and we won.",
        'We did," he said, "and we won.',
        'Is open."}, {"a": 1, "b": "It rained.',
        "It rained) and (it poured.",
        "はい」と「いいえ。",
        "ד״ר הולט אמרה: ״כן.",
    ],
)
def test_not_closed(text):
    assert not fitness.is_closed(text)


@pytest.mark.parametrize(
    "text",
    [
        "Read more about our plans.",
        "Photo by Ann Berg on Unsplash",
        "Photo: Ann Berg",
        "Image courtesy of the museum.",
        "Sign up for our newsletter.",
        "Subscribe now!",
        "Advertisement",
        "By Ann Berg and Bo Ek",
        "Reporting by Ann Berg; editing by Bo Ek.",
        "Ann Berg contributed to this report.",
        "This article was originally published in May.",
        "(AP Photo)",
        "[Editor’s note: the end is told here.]",
        "© 2026 Example.",
        "Foto: Ann Berg",
        "Lire aussi : le reste.",
        "Suscríbete a la carta.",
    ],
)
def test_furniture(text):
    assert fitness.is_furniture(text)


@pytest.mark.parametrize(
    "text",
    [
        "Readers bought more books than before.",
        "Photography by amateurs is on the rise.",
        "Signs of spring are everywhere.",
        "By Monday all shops had closed.",
        "Subscriptions rose by a tenth.",
        "The photo shows a bridge.",
        "Follow-up talks are planned.",
        "Image processing has grown cheap.",
        "Getting the latest vaccine is wise.",
        "Sharing homes is common in Bremen.",
        "Editors noted the mistake.",
    ],
)
def test_no_furniture(text):
    assert not fitness.is_furniture(text)


@pytest.mark.parametrize(
    ("text", "language", "points", "links"),
    [
        ("He left.", "en", True, False),
        ("“It is over.", "en-GB", True, False),
        ("But nobody came.", "en", False, True),
        ("In addition, it rained.", "en", False, True),
        ("Sie ging.", "de", True, False),
        ("Aber niemand kam.", "de_DE", False, True),
        ("Mais non.", "fr", False, True),
        ("Sin embargo, no.", "es", False, True),
        ("It was a bridge that nobody wanted.", "en", True, False),
        ("It is unclear whether it rained.", "en", False, False),
        ("It’s not known why.", "en", False, False),
        ("This was unexpected.", "en", True, False),
        ("This week, it rained.", "en", False, False),
        ("These days it rains.", "en", False, False),
        ("Those came late.", "en", True, False),
        ("Those who came late had to stand.", "en", False, False),
        ("Both men left and came back.", "en", True, False),
        ("Both the Greens and Ina Holt left.", "en", False, False),
        ("Each costs 900 pounds.", "en", True, False),
        ("Each year 900 trees fall.", "en", False, False),
        ("Most of them fell in the storm.", "en", True, False),
        ("Most of the trees fell.", "en", False, False),
        ("The former, it says, was built of wood.", "en", True, False),
        ("The former was built of wood.", "en", True, False),
        ("The former mayor left.", "en", False, False),
        ("Instead, it rained.", "en", False, True),
        ("Instead of rain there was snow.", "en", False, False),
        ("Then-mayor Bo Ek left.", "en", False, False),
        # A word that only begins like one, and a language that is not known.
        ("Hero of the day is Bo Ek.", "en", False, False),
        ("Button makers grew.", "en", False, False),
        ("He left.", "xx", False, False),
    ],
)
def test_leaning(text, language, points, links):
    assert fitness.points_back(text, language) is points
    assert fitness.links_back(text, language) is links


@pytest.mark.parametrize(
    ("sentence", "sound"),
    [
        ("The council voted for a new bridge.", True),
        ("Too short.", False),
        ("A heading without its own stop", False),
        ("“The council voted for a new bridge.", False),
        ("word " * fitness.MOST_WORDS + "more.", False),
        ("abcdefgh" * 10 + " and so on and on " + "x" * fitness.MOST_CHARACTERS + ".", False),
    ],
)
def test_sound(sentence, sound):
    assert fitness.is_sound(sentence, word_count(sentence)) is sound
