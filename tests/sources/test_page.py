"""The structure of a saved news page: articles, titles, categories, dates, furniture, and what is no page."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from digest.core.errors import NotAPageError
from digest.sources.page import PageArticle, parse_page

NBSP = "\u00a0"
REAL_PAGE = Path(__file__).resolve().parents[3] / "shared" / "data" / "news-page.txt"


@dataclass(frozen=True)
class Given:
    """One invented article, as it goes into a page and as it has to come out."""

    title: str
    category: str = "Harbour & Trade"
    date: str = "Mar 06, 2024"
    day: str = "2024-03-06"
    credit: str = ""
    # A string is a paragraph, a tuple of one string a heading.
    body: tuple[str | tuple[str], ...] = ("The port opened again.",)
    problems: tuple[str, ...] = field(default=())

    @property
    def headings(self) -> list[str]:
        return [block[0] for block in self.body if isinstance(block, tuple)]

    @property
    def paragraphs(self) -> list[str]:
        return [block for block in self.body if isinstance(block, str)]


def main_lines(article: Given, *, apart: bool = False) -> list[str]:
    head = f"{article.category}·" + ("\n\n" if apart else "") + article.date
    blocks = [block if isinstance(block, str) else f"{NBSP}\n\n{block[0]}" for block in article.body]
    if article.credit:
        blocks.insert(1, article.credit.replace(" on ", f" on{NBSP}"))
    return [article.title, "", head, "", *"\n\n".join(blocks).split("\n"), ""]


def card_lines(article: Given, *, same_line: bool = False, label: str = "news") -> list[str]:
    head = [f"{article.category}·{article.date}"] if same_line else [f"{article.category}·", "", article.date]
    body = ""
    glued = True
    for index, block in enumerate(article.body):
        text = block if isinstance(block, str) else block[0]
        body += text if glued or index == 0 else NBSP + text
        if index == 0 and article.credit:
            body += article.credit
            glued = True
        else:
            glued = isinstance(block, tuple)
    return [*head, "", article.title, "", body + NBSP, "", *([label] if label else [])]


def page(main: Given, *cards: Given, top: str = "Top", caption: str = "More to Read\nView All", **form) -> str:
    apart = form.pop("apart", False)
    lines = [top, "", *main_lines(main, apart=apart), *caption.split("\n")]
    for card in cards:
        lines += card_lines(card, **form)
    return "\n".join([*lines, "Loading"])


def check(found: PageArticle, expected: Given) -> None:
    assert found.title == expected.title
    assert found.category == expected.category
    assert str(found.published) == expected.day
    assert found.credit == expected.credit
    assert [block.text for block in found.blocks if block.kind == "heading"] == expected.headings
    assert [block.text for block in found.blocks if block.kind == "paragraph"] == expected.paragraphs
    assert all(block.level == (2 if block.kind == "heading" else 0) for block in found.blocks)
    assert found.problems == expected.problems


FERRY = Given(
    "Ferry line returns to the islands",
    date="June 12, 2023, 11:47 PM",
    day="2023-06-12T23:47:00",
    credit="Photo by 李 亨 on Pexels",
    body=(
        "The ferry sails again after nine years.",
        ("Two-year plan",),
        "A second boat follows in May. It was built in A Coruña.",
        "Tickets cost less than before.",
        ("Winter timetable",),
        "Nobody sails in January.",
    ),
)
MILL = Given(
    "Old mill grinds once more",
    credit="Photo by Zoë van der Berg on Unsplash",
    body=(
        "The mill on the river has a new wheel.",
        ("Flour for the whole valley",),
        "The miller expects forty sacks a day.",
        "“We are ready,” the miller said.",
        ("Prices questioned",),
        "While bread is cheap, flour is not.",
    ),
)
BRIDGE = Given(
    "Bridge closed for repairs", category="Web3 & Roads", body=("The bridge is closed.", "It opens in June.")
)


def test_a_page_of_three_articles_comes_out_as_it_went_in():
    found = parse_page(page(FERRY, MILL, BRIDGE), None)
    assert len(found) == 3
    for article, expected in zip(found, (FERRY, MILL, BRIDGE), strict=True):
        check(article, expected)


def test_the_line_of_each_title_is_known():
    text = page(FERRY, MILL, BRIDGE)
    assert [text.split("\n")[article.line - 1] for article in parse_page(text, None)] == [
        FERRY.title,
        MILL.title,
        BRIDGE.title,
    ]


def test_dates_take_the_zone_of_the_source():
    main, card = parse_page(page(FERRY, MILL), ZoneInfo("Asia/Seoul"))
    assert main.published is not None
    assert card.published is not None
    assert main.published.instant.isoformat() == "2023-06-12T23:47:00+09:00"
    assert (main.published.precision, card.published.precision) == ("minute", "day")
    assert main.published.zone == "source"


@pytest.mark.parametrize(
    ("date", "day"),
    [
        ("Mar 06, 2024", "2024-03-06"),
        ("March 6, 2024", "2024-03-06"),
        ("6 March 2024", "2024-03-06"),
        ("2024-03-06", "2024-03-06"),
        ("Wed, March 6, 2024", "2024-03-06"),
        ("June 12, 2023, 11:47 PM", "2023-06-12T23:47:00"),
        ("2024-03-06 08:30", "2024-03-06T08:30:00"),
        (f"Mar{NBSP}06, 2024", "2024-03-06"),
    ],
)
@pytest.mark.parametrize("form", [{}, {"apart": True, "same_line": True}])
def test_dates_in_their_forms_and_places(date, day, form):
    main = Given("Ferry returns", date=date, day=day)
    card = Given("Old mill grinds", date=date, day=day)
    found = parse_page(page(main, card, **form), None)
    assert len(found) == 2
    check(found[0], main)
    check(found[1], card)


@pytest.mark.parametrize(
    "bad", ["Feb 30, 2024", "32 March 2024", "2024-13-45", "3/4/2024", "Foo 12, 2024", "2 hours ago"]
)
def test_a_card_whose_date_cannot_be_read_is_kept_and_reported(bad):
    text = page(FERRY, Given("Old mill grinds", date=bad), MILL)
    found = parse_page(text, None)
    assert [article.title for article in found] == [FERRY.title, "Old mill grinds", MILL.title]
    assert found[1].published is None
    (problem,) = found[1].problems
    line = text.split("\n").index(bad) + 1
    assert problem.startswith(f"line {line}: '{bad}'")
    assert [block.text for block in found[1].blocks] == ["The port opened again."]


def test_an_impossible_date_of_the_main_article_is_reported():
    (main,) = parse_page(page(Given("Ferry returns", date="June 31, 2023, 11:47 PM")), None)
    assert main.published is None
    assert main.problems[0].startswith("line 5: 'June 31, 2023, 11:47 PM'")


def test_a_card_without_a_date_is_kept_and_reported():
    text = page(FERRY, MILL).replace("Mar 06, 2024\n\n", "")
    _, card = parse_page(text, None)
    assert (card.title, card.published) == (MILL.title, None)
    assert "has no date" in card.problems[0]
    assert [block.text for block in card.blocks if block.kind == "paragraph"] == MILL.paragraphs


def test_a_card_without_text_is_reported():
    _, empty, last = parse_page(page(FERRY, Given("Old mill grinds", body=()), MILL), None)
    assert empty.blocks == ()
    assert "'Old mill grinds' has no text" in empty.problems[0]
    check(last, MILL)


@pytest.mark.parametrize("label", ["news", ""])
def test_a_card_without_a_title_is_reported_and_the_rest_read(label):
    text = page(FERRY, Given("", body=()), MILL, label=label)
    main, card = parse_page(text, None)
    assert "a card without a title was left out" in main.problems[0]
    check(card, MILL)


@pytest.mark.parametrize(
    "title",
    [
        "Layer·2 explained",
        "Review·June 12, 2023",
        "June 12, 2023",
        "What happened on Mar 06, 2024",
        "A · B",
        "It is done.",
        "McDonald’s and eBay: who’s next?",
        "“Quoted” – and dashed",
    ],
)
def test_titles_that_look_like_something_else(title):
    main, card = Given(title), Given(title)
    found = parse_page(page(main, card, MILL), None)
    assert len(found) == 3
    check(found[0], main)
    check(found[1], card)


@pytest.mark.parametrize("category", ["Policy & Regulation", "Web3", "政策", "A·B", "R&D / Law", "Économie"])
def test_any_category(category):
    main, card = Given("Ferry returns", category=category), Given("Mill grinds", category=category)
    found = parse_page(page(main, card), None)
    check(found[0], main)
    check(found[1], card)


@pytest.mark.parametrize("top", ["Top", "Home\nLatest\n\nSearch", "", "Share\nAdvertisement", "Skip to content"])
@pytest.mark.parametrize(
    "caption", ["More to Read\nView All", "More to read", "Related stories", "You may also like\n", ""]
)
@pytest.mark.parametrize("label", ["news", "", "Read more", "Share", "blog"])
def test_furniture_of_other_pages_is_left_out(top, caption, label):
    found = parse_page(page(FERRY, MILL, BRIDGE, top=top, caption=caption, label=label), None)
    assert len(found) == 3
    for article, expected in zip(found, (FERRY, MILL), strict=False):
        check(article, expected)


@pytest.mark.parametrize(
    "line", ["Advertisement", "Share", "Read more", "Loading...", "Latest", "5 min read", "View all →"]
)
def test_furniture_within_a_body_is_left_out(line):
    lines = page(FERRY, MILL).split("\n")
    lines[8:8] = [line, ""]
    found = parse_page("\n".join([*lines, "", line, f"© 2024 {line} Ltd"]), None)
    check(found[0], FERRY)
    check(found[1], MILL)


def test_unknown_last_words_are_left_out_and_named():
    text = page(FERRY) + "\n\nWeather and tides"
    (main,) = parse_page(text, None)
    assert [block.text for block in main.blocks if block.kind == "paragraph"] == FERRY.paragraphs
    assert main.problems == (f"line {len(text.splitlines())}: 'Weather and tides' was left out as furniture",)


def test_a_short_line_right_below_a_body_is_left_out_and_named():
    text = page(FERRY, MILL, caption="Boats for hire").replace("January.\n\nBoats", "January.\nBoats")
    main, card = parse_page(text, None)
    assert [block.text for block in main.blocks if block.kind == "paragraph"] == FERRY.paragraphs
    assert ["'Boats for hire' was left out" in problem for problem in main.problems] == [True]
    check(card, MILL)


def test_a_body_of_a_few_words_is_kept():
    main, card = Given("Ferry returns", body=("Sails soon",)), Given("Mill grinds", body=("Flour soon",))
    found = parse_page(page(main, card), None)
    check(found[0], main)
    check(found[1], card)


def test_text_above_the_title_is_named():
    (main,) = parse_page(page(FERRY, top="This whole long sentence stands above everything else."), None)
    assert main.title == FERRY.title
    assert main.problems == ("line 1: text above the title of the main article was left out",)


def test_a_credit_on_the_last_line_is_a_credit_not_furniture():
    (main,) = parse_page(page(Given("Ferry returns", body=("It sails.",), credit="Photo: Ann Lee")), None)
    assert main.credit == "Photo: Ann Lee"
    assert main.problems == ()


@pytest.mark.parametrize(
    "change", [lambda t: t.replace("\n", "\r\n"), lambda t: "\ufeff" + t, lambda t: t.replace("\n", "\r")]
)
def test_line_ends_and_byte_order_mark_change_nothing(change):
    text = page(FERRY, MILL, BRIDGE)
    assert parse_page(change(text), None) == parse_page(text, None)


@pytest.mark.parametrize("ending", ["news\nLoading", "news", "Loading", ""])
def test_the_page_may_end_early(ending):
    text = page(FERRY, MILL).removesuffix("news\nLoading") + ending
    check(parse_page(text, None)[1], MILL)


def test_the_body_of_a_card_in_several_lines():
    lines = [
        "The mill has a new wheel.",
        "Photo by Ann Lee on Pexels",
        "",
        "Flour for all",
        f"The miller is glad.{NBSP}He sings.",
        "",
        "The rest of the line was cut",
        "and goes on here.",
        "Prices upHe pays less now.",
    ]
    text = page(FERRY) + "\n".join(["", "Mills·", "Mar 06, 2024", "Mill grinds", *lines, "news"])
    card = parse_page(text, None)[1]
    assert [(block.kind, block.text) for block in card.blocks] == [
        ("paragraph", lines[0]),
        ("heading", "Flour for all"),
        ("paragraph", "The miller is glad."),
        ("paragraph", "He sings."),
        ("paragraph", "The rest of the line was cut and goes on here."),
        ("heading", "Prices up"),
        ("paragraph", "He pays less now."),
    ]
    assert card.credit == "Photo by Ann Lee on Pexels"


def test_no_break_spaces_are_no_paragraph_marks_in_a_main_article_of_several_lines():
    main = Given("Ferry returns", body=("One.", f"It sails.{NBSP}The crew{NBSP}is glad{NBSP}."))
    (found,) = parse_page(page(main), None)
    assert [block.text for block in found.blocks] == ["One.", "It sails. The crew is glad."]


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", "it is empty"),
        ("\ufeff \n\u00a0\n", "it is empty"),
        ("Dear Ann,\n\nthank you for the ferry.\n\nYours, Bo", "no line 'Category·Date'"),
        ("---\ntitle: Ferry\ndate: 2024-03-06\n---\n\n# Ferry\n\nIt sails · often.\n", "no line 'Category·Date'"),
        ("Ferry\n\nHarbour·\n\nIt sails.", "no date was found beside or below line 3"),
        ("Top\n\nHarbour·June 12, 2023\n\nIt sails.", "no title was found above line 3"),
        ("\x00\x01·\x02\xff", "NUL"),
        ("<html><body><p>It sails.</p></body></html>", "no line 'Category·Date'"),
    ],
)
def test_what_is_no_page_is_refused_with_the_reason(text, missing):
    with pytest.raises(NotAPageError) as caught:
        parse_page(text, None)
    assert missing in str(caught.value)
    assert "such a page has a title" in str(caught.value)


PARTS = [
    "Top",
    "Harbour·",
    "·",
    "Mar 06, 2024",
    "Harbour·June 12, 2023",
    "Ferry returns",
    "It sails.",
    NBSP,
    "Photo by ",
]
PARTS += [
    "A on Pexels",
    "news",
    "saleThe",
    ".",
    "”",
    "\r\n",
    "\n",
    "\n\n",
    " ",
    "é",
    "\u2028",
    "\ufeff",
    "Source: X",
    "(",
]


@settings(max_examples=200)
@given(st.one_of(st.text(), st.lists(st.sampled_from(PARTS), max_size=40).map("".join)))
def test_any_text_is_a_page_or_is_refused(text):
    try:
        found = parse_page(text, None)
    except NotAPageError:
        return
    assert found == parse_page(text, None)
    for article in found:
        assert article.title
        assert article.category
        for block in article.blocks:
            assert block.text == " ".join(block.text.split()) != ""


# Words which give no evidence of their own: what the importer finds, it finds by the marks.
WORDS = "boat river valley miller harbour island summer winter market timber".split()  # noqa: SIM905 shorter than a list
OPENERS = ["The", "While", "After", "In", "Some", "For"]


def phrase(least: int, most: int) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(WORDS), min_size=least, max_size=most).map(" ".join)


SENTENCE = st.builds(
    "{} {}{}".format, st.sampled_from(OPENERS), phrase(3, 9), st.sampled_from([".", ".”", "!", " (BDX)."])
)
PARAGRAPH = st.lists(SENTENCE, min_size=1, max_size=3).map(" ".join)
HEADING = phrase(2, 7).map(str.capitalize)
NAME = st.sampled_from(
    ["Minku Kang", "李 亨", "Carlos Gómez Iñiguez", "engin akyurt", "Ann-Marie O’Brien", "J. F. Doe"]
)
CREDIT = st.one_of(
    st.just(""),
    st.builds("{} by {} on {}".format, st.sampled_from(["Photo", "Image"]), NAME, st.sampled_from(["Unsplash", "X"])),
    st.builds("Photograph by {}/Reuters".format, NAME),
    st.builds("Photo: {}".format, st.sampled_from(["Getty Images", "Ann Lee/AFP"])),
)
SECTION = st.tuples(st.lists(HEADING, min_size=0, max_size=2), st.lists(PARAGRAPH, min_size=1, max_size=3))


@st.composite
def articles(draw) -> Given:
    date, day = draw(
        st.sampled_from(
            [
                ("Mar 06, 2024", "2024-03-06"),
                ("6 March 2024", "2024-03-06"),
                ("June 12, 2023, 11:47 PM", "2023-06-12T23:47:00"),
            ]
        )
    )
    body: list[str | tuple[str]] = [draw(PARAGRAPH)]
    for headings, paragraphs in draw(st.lists(SECTION, max_size=3)):
        body += [*((heading,) for heading in headings), *paragraphs]
    # A compound which stands twice counts as a name.
    pairs = [(a[0].split()[-1], b[0].split()[0]) for a, b in pairwise(body) if type(a) is type(b) is tuple]
    assume(len(set(pairs)) == len(pairs))
    return Given(
        draw(phrase(2, 9)).capitalize(),
        draw(st.sampled_from(["Policy & Law", "Web3", "Économie"])),
        date,
        day,
        draw(CREDIT),
        tuple(body),
    )


def letters(*texts: str) -> str:
    return "".join(char for text in texts for char in text if char.isalnum())


@pytest.mark.unmeasured
@settings(max_examples=150, deadline=None)
@given(st.lists(articles(), min_size=1, max_size=4), st.booleans(), st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_what_goes_into_a_page_comes_out(given_articles, apart, same_line, line_end):
    text = page(*given_articles, apart=apart, same_line=same_line).replace("\n", line_end)
    found = parse_page(text, None)
    assert len(found) == len(given_articles)
    for article, expected in zip(found, given_articles, strict=True):
        check(article, expected)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*PARTS[6:], *WORDS, "MarketThe ", "eBay ", "OpenAI ", "U.S. ", NBSP * 2]), min_size=1))
def test_no_letter_of_a_body_is_lost(parts):
    body = "Every word counts. " + " ".join("".join(parts).replace("\r", "\n").split("\n")) + " Here it ends."
    card = Given("Old mill grinds", body=(body,))
    found = parse_page(page(FERRY, card), None)[1]
    got = letters(*(block.text for block in found.blocks), found.credit)
    assert sorted(got) == sorted(letters(body))


def test_the_real_page():
    if not REAL_PAGE.exists():
        pytest.skip(f"{REAL_PAGE.name} is not beside this clone")
    with REAL_PAGE.open(encoding="utf-8", newline="") as file:
        text = file.read()
    found = parse_page(text, ZoneInfo("UTC"))
    assert [article.title for article in found] == [text.split("\n")[index] for index in (2, 48, 57, 66)]
    assert [article.category for article in found] == [
        "Policy & Regulation",
        "Web3 & Enterprise",
        "Policy & Regulation",
        "Policy & Regulation",
    ]
    days = [article.published.instant.strftime("%Y-%m-%d %H:%M") for article in found if article.published]
    assert days == ["2023-06-12 23:47", "2024-03-06 00:00", "2024-02-22 00:00", "2025-06-06 00:00"]
    assert [article.credit.removeprefix("Photo by ") for article in found] == [
        "李 亨 on Pexels",
        "Carlos Alberto Gómez Iñiguez on Unsplash",
        "Minku Kang on Unsplash",
        "Florian Wehde on Unsplash",
    ]
    assert [[block.text for block in article.blocks if block.kind == "heading"] for article in found] == [
        ["Three-year plan", "Metaverse roadmap", "Broader Chinese metaverse strategy"],
        ["Lending, borrowing and broker-dealer activities", "Seven million worldwide users"],
        [
            "Plans to establish BDX Corporation",
            "A blockchain exchange with its own mainnet based on decentralized governance",
        ],
        ["Boosting liquidity to spot markets", "Industry interest", "Regulatory approach questioned"],
    ]
    assert [[block.text.split()[0] for block in article.blocks if block.kind == "paragraph"] for article in found] == [
        ["Nanjing", "The", "To", "The", "These", "At", "Moreover,", "Jiangning’s", "While", "Last", "As"],
        ["Nexo", "The", "Commenting", "The", "For", "Nexo", "Additionally,", "Reflective", "VARA,", "Nexo's"],
        ["South", "Following", "ITCEN", "The", "BDX", "“This"],
        ["Hong", "Chinese", "Christopher", "China", "Liquidity", "Reaction", "On", "The", "While", "The"],
    ]
    assert [article.blocks[-1].text.split()[-1] for article in found] == ["China.", "market.", "Busan.", "move."]
    texts = [block.text for article in found for block in article.blocks]
    assert not [text for text in texts if NBSP in text or "  " in text or text != text.strip()]
    assert any("were later dropped. Subsequently" in text for text in texts)
    assert any("stated:”Nexo" in text for text in texts)
    assert all(article.problems == () for article in found)


def test_no_letter_of_the_real_page_is_lost():
    if not REAL_PAGE.exists():
        pytest.skip(f"{REAL_PAGE.name} is not beside this clone")
    text = REAL_PAGE.read_text(encoding="utf-8")
    found = parse_page(text, None)
    got = letters(*(part for a in found for part in (a.title, a.category, a.credit, *(b.text for b in a.blocks))))
    furniture = (
        "Top June 12, 2023, 11:47 PM More to Read View All Mar 06, 2024 Feb 22, 2024 Jun 06, 2025 newsnewsnews Loading"
    )
    assert sorted(got + letters(furniture)) == sorted(letters(text))
