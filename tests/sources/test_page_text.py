"""The body of a page's article: paragraph marks, glued credits, glued sub-headings, and names which are neither."""

from __future__ import annotations

import pytest

from digest.sources.page_credit import take_credit
from digest.sources.page_text import read_body
from digest.sources.page_words import ends_sentence, looks_like_heading

NBSP = "\u00a0"


def blocks(*lines: str, title: str = "Ferry returns", marked: bool = True) -> list[str]:
    """Blocks as text; headings between equals signs. '~' in `lines` stands for a no-break space."""
    body = read_body(title, [line.replace("~", NBSP) for line in lines], marked=marked)
    return [f"={block.text}=" if block.kind == "heading" else block.text for block in body.blocks]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It sails.~It lands.~", ["It sails.", "It lands."]),
        ("It sails.~~It lands.", ["It sails.", "It lands."]),
        ("It sails. ~ It lands.", ["It sails.", "It lands."]),
        ("It sails.”~It lands.", ["It sails.”", "It lands."]),
        ('It sails."~It lands.', ['It sails."', "It lands."]),
        ("It sails (BDX).~It lands.", ["It sails (BDX).", "It lands."]),
        ("It sails!~“We land,” she said.", ["It sails!", "“We land,” she said."]),
        ("It sails.~iPhone owners wait.", ["It sails.", "iPhone owners wait."]),
        ("It sails.~2024 was good.", ["It sails.", "2024 was good."]),
        ("They were later~dropped.~So it was.", ["They were later dropped.", "So it was."]),
        ("The buyer,~Harbour Ltd, sails.", ["The buyer, Harbour Ltd, sails."]),
        ("Known as “Pickle Jar”~Ann outlined it.", ["Known as “Pickle Jar” Ann outlined it."]),
        ("It works with Harbour Inc.~announced last week.", ["It works with Harbour Inc. announced last week."]),
        ("It works with the U.S.~Coast Guard now.", ["It works with the U.S. Coast Guard now."]),
        ("It works in the U.S.~The coast is long.", ["It works in the U.S.", "The coast is long."]),
        ("It was said by Dr.~Lee of Busan.", ["It was said by Dr. Lee of Busan."]),
        ("It was~announced~, then built~.", ["It was announced, then built."]),
        ("It was made by Yahoo!~and sold.", ["It was made by Yahoo! and sold."]),
        ("She stated:~“It sails.”", ["She stated: “It sails.”"]),
        ("They stated:”Ann sails.", ["They stated:”Ann sails."]),
        ("They stated:“Ann sails.", ["They stated:“Ann sails."]),
    ],
)
def test_no_break_spaces_as_paragraph_marks(text, expected):
    assert blocks(text) == expected


def test_unmarked_text_is_not_cut_at_no_break_spaces():
    assert blocks("It sails.~It lands.", marked=False) == ["It sails. It lands."]


@pytest.mark.parametrize(
    ("text", "heading", "rest"),
    [
        ("Fish prices questionedWhile cod is dear, eel is not.", "Fish prices questioned", "While"),
        (
            "Plans to found Ferry CorporationFollowing the vote, it grew.",
            "Plans to found Ferry Corporation",
            "Following",
        ),
        ("Selling more to old marketsHarbour Daily wrote of it.", "Selling more to old markets", "Harbour"),
        ("Sailing interestReaction has been good so far.", "Sailing interest", "Reaction"),
        ("Lending, borrowing and broker activitiesThe vote came.", "Lending, borrowing and broker activities", "The"),
        ("A pier ruled by decentralized governanceA new law came.", "A pier ruled by decentralized governance", "A"),
        ("OutlookIn May the boat sails.", "Outlook", "In"),
        ("Rules of the SECThe office wrote them.", "Rules of the SEC", "The"),
        ("Goals for 2026The plan is long.", "Goals for 2026", "The"),
        ("What comes next?The crew will see.", "What comes next?", "The"),
        ("Rise of DeFiThe loans grew.", "Rise of DeFi", "The"),
        ("Users of TokenInsightThe site grew.", "Users of TokenInsight", "The"),
        ("U.S. plans of the fleetIn May it sails.", "U.S. plans of the fleet", "In"),
        ("Growing interestTokenInsight data shows it.", "Growing interest", "TokenInsight"),
        ("Growing interestMcDonald’s sells it now.", "Growing interest", "McDonald’s"),
        ("Pact with KoreaUpbit sails too. In Korea, Upbit is known.", "Pact with Korea", "Upbit"),
        ("Sailing interest~~Reaction has been good.", "Sailing interest", "Reaction"),
        ("Sailing interest~The reaction has been good.", "Sailing interest", "The"),
    ],
)
@pytest.mark.parametrize("before", ["", "The port is open.~", "“It is open.”Photo by Ann Lee on Unsplash"])
def test_glued_headings(text, heading, rest, before):
    found = blocks(before + text)
    assert found[-2] == f"={heading}="
    assert found[-1].split()[0] == rest
    assert len(found) == (3 if before else 2)


@pytest.mark.parametrize(
    "text",
    [
        "TokenInsight data shows how far it sails.",
        "Analytics firm TokenInsight says it sails.",
        "ITCEN GROUP is known to sail.",
        "OpenAI says that it sails well.",
        "The new iPhone sails well too.",
        "Burgers of McDonald’s are sold aboard.",
        "PayPal and eBay are sold aboard.",
        "Users of LinkedIn are aboard now.",
        "Under MiCA the DeFi fleet is taxed.",
        "JPMorgan owns three boats already.",
        "RWAs are boats and barges.",
        "Posts on YouTube show the boats.",
        "Boats of CoinDesk, LinkedIn and BlackRock are here.",
        "Shares of HarborLink rose on Monday.",
        "The carrier easyJet flies there.",
        "The stern McKenzie and O’Brien are here.",
        "Fans of the watchOS app sail more.",
        "It also sells harborAid kits. The harborAid kit is dear.",
        "The crew said “we likeThe boat” and left.",
    ],
)
@pytest.mark.parametrize("before", ["", "The port is open.~", "The port is open. "])
def test_names_are_no_glued_headings(text, before):
    assert " ".join(blocks(before + text)) == (before + text).replace("~", " ")
    assert not any(block.startswith("=") for block in blocks(before + text))


def test_a_sentence_within_a_paragraph_is_no_heading():
    text = "The port is open. He said that harborAid kits are dear."
    assert blocks(text) == [text]


def test_a_heading_glued_within_a_paragraph():
    assert blocks("The port is open. New boats for the islandsFor years none came. Now two do.") == [
        "The port is open.",
        "=New boats for the islands=",
        "For years none came. Now two do.",
    ]


def test_two_headings_in_a_row():
    assert blocks("Sailing interestCrew reactionThe crew is glad.") == [
        "=Sailing interest=",
        "=Crew reaction=",
        "The crew is glad.",
    ]


def test_a_long_sentence_is_no_heading():
    text = "The harbour and the river and the islands and the valley and the mill questionedWhile it sails."
    assert blocks(text) == [text]


def test_headings_on_lines_of_their_own():
    assert blocks(
        "It sails.", NBSP, "", "New boats", "", "They are red.", "What next?", "Sea trials", "They begin."
    ) == [
        "It sails.",
        "=New boats=",
        "They are red.",
        "=What next?=",
        "=Sea trials=",
        "They begin.",
    ]


def test_a_list_of_short_lines_is_no_run_of_headings():
    assert blocks("Aboard are:", "Cod", "Eel", "Hake", "All fresh.") == [
        "Aboard are:",
        "Cod",
        "Eel",
        "Hake",
        "All fresh.",
    ]


def test_a_heading_needs_text_below():
    assert blocks("It sails.", "", "New boats") == ["It sails.", "New boats"]


def test_the_stand_first_before_the_credit_is_a_paragraph():
    assert blocks("New boats for all", "", "Photo by Ann Lee on Pexels", "", "They are red.") == [
        "New boats for all",
        "They are red.",
    ]


def test_every_credit_is_taken_out():
    body = read_body("T", ["It sails.Photo by A Lee on PexelsIt lands.Image by Bo from PixabayIt rests."], marked=True)
    assert body.credit == "Photo by A Lee on Pexels; Image by Bo from Pixabay"
    assert [block.text for block in body.blocks] == ["It sails.", "It lands.", "It rests."]


CREDITS = [
    "Photo by 李 亨 on Pexels",
    "Photo by Carlos Alberto Gómez Iñiguez on Unsplash",
    "Photo by Олег Иванов on Unsplash",
    "Photo by engin akyurt on Unsplash",
    "Photo by rc.xyz NFT gallery on Unsplash",
    "Photo by J. F. McDonald on Flickr",
    "Photo by BoliviaInteligente on Unsplash",
    "Image by Gerd Müller from Pixabay",
    "Image via Shutterstock",
    "Photograph by Ann Lee/Bloomberg",
    "Photo: Getty Images",
    "Photo credit: Ann Lee/AFP via Getty Images",
    "Illustration by Ann Lee",
    "Credit: Ann Lee",
    "Source: Reuters",
    "Image courtesy of Xinhua",
    "Photo by Ann Lee on Pixelhub",
    "Photo by Ann DeVito",
]


@pytest.mark.parametrize("credit", CREDITS)
@pytest.mark.parametrize("before", ["", "It sails.", "“It sails.”", 'It sails."', "It sails." + NBSP, "It sails"])
@pytest.mark.parametrize("after", ["", NBSP + "Bo waves.", "The crew is glad.", "New quaysThe crew is glad."])
def test_credits_are_told_from_what_they_are_glued_to(credit, before, after):
    found = take_credit(before + credit + after)
    assert found is not None
    assert found == (before.rstrip(), credit, after.lstrip())


@pytest.mark.parametrize("before", ["Photo by Ann Lee", "Photo by Ann"])
def test_no_break_spaces_within_a_credit(before):
    found = take_credit(f"It sails.{NBSP}{before}{NBSP}on{NBSP}UnsplashThe crew is glad.")
    assert found == ("It sails.", f"{before} on Unsplash", "The crew is glad.")


@pytest.mark.parametrize(
    ("text", "credit", "after"),
    [
        ("(Photo by Ann Lee on Unsplash)The crew", "Photo by Ann Lee on Unsplash", "The crew"),
        ("Photo by Ann Lee on Unsplash. The crew", "Photo by Ann Lee on Unsplash", "The crew"),
        ("It sails. Credit: Ann Lee.", None, None),
        ("Credit: Ann Lee.The crew is glad.", "Credit: Ann Lee", "The crew is glad."),
        ("Courtesy of Ann Lee", "Courtesy of Ann Lee", ""),
        ("Illustration by TechCrunchThe crew is glad.", "Illustration by TechCrunch", "The crew is glad."),
        (
            f"Photo by Ann Lee{NBSP}Bo wrote of the boat on X today.",
            "Photo by Ann Lee",
            "Bo wrote of the boat on X today.",
        ),
        ("Photo by Ann Lee on PixelhubBo Ltd on X said so.", "Photo by Ann Lee on Pixelhub", "Bo Ltd on X said so."),
        ("Photo by Ann LeeBo wrote on X today.", "Photo by Ann Lee", "Bo wrote on X today."),
        ("Photo by Ann Lee, who sails herself", "Photo by Ann Lee, who sails herself", ""),
        ("Photo by Ann Lee on UnsplashOpenAI is glad.", "Photo by Ann Lee on Unsplash", "OpenAI is glad."),
        ("Photo by Ann Lee on PixelHubThe crew is glad.", "Photo by Ann Lee on PixelHub", "The crew is glad."),
    ],
)
def test_the_ends_of_credits(text, credit, after):
    found = take_credit(text)
    assert (found and found.text, found and found.after) == (credit, after)


@pytest.mark.parametrize(
    "text",
    [
        "A photo by Ann Lee on Unsplash went round.",
        "Image by image, the film of Ann on Unsplash grows.",
        "Photo by photo the long film grows on Unsplash.",
        "Courtesy of Harbour Ltd, all sail for nothing on X.",
        "Source: the mayor of the town said so.",
        "Photo by Ann Lee shows the boat well.",
        "Credit: none is given to the crew, it is said.",
        "The sources: Ann Lee.",
        f"It was the{NBSP}photo by Ann Lee on Unsplash that won.",
    ],
)
def test_prose_is_no_credit(text):
    assert take_credit(text) is None


@pytest.mark.parametrize("text", ["It sails.", "It sails!”", "(It sails.)", "Really?", "開港した。", "In the U.S."])
def test_sentence_ends(text):
    assert ends_sentence(text)


@pytest.mark.parametrize("text", ["It sails", "It sails,", "“Jar”", "by Dr.", "stated:”", "", "No."])
def test_no_sentence_ends(text):
    assert not ends_sentence(text)


@pytest.mark.parametrize(
    "text", ["Outlook", "New boats, old quays", "3 reasons to sail", "Why now?", "“Red” boats", "漁港の未来"]
)
def test_like_headings(text):
    assert looks_like_heading(text)


@pytest.mark.parametrize(
    "text",
    ["", "It sails.", "boats", "Boats of the", "Boats:", "It sails. Boats", "A “red boat", "- Boats", "2024", "a" * 91],
)
def test_unlike_headings(text):
    assert not looks_like_heading(text)
