"""A message's HTML stays below what mail programs cut off, whatever an edition holds; what found no room is named."""

from __future__ import annotations

import quopri
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from itertools import count
from zoneinfo import ZoneInfo

import html5lib
import pytest

from digest.core.edition import Edition, EditionRecord, FrozenEdition, SectionOfEdition, Story, Summary, Window
from digest.core.errors import TemplateError
from digest.core.fitting import MOST_OCTETS
from digest.core.model import Article, Block, Body
from digest.core.newsletter import Newsletter, Site
from digest.core.reader import Reader
from digest.delivery.mailing import Mailing, Sending
from digest.render.editions import EditionRenderer
from digest.render.folders import SETS, builtin_folder
from digest.render.templates import Templates

SLOT = datetime(2026, 3, 2, 7, tzinfo=UTC)
SITE = Site(
    title="The Site",
    url="https://news.example.org/",
    id="news.example.org",
    organisation="Press",
    readers_url="https://lists.example.org/",
)


def letter(template: str = "standard", **more: object) -> Newsletter:
    values = {"key": "weekly", "title": "The Weekly", "sender": "a@example.org", "language": "en"}
    return Newsletter(**{**values, "zone": ZoneInfo("UTC"), "template": template, **more})


def edition(sections: list[tuple[str, list[tuple[str, str]]]]) -> Edition:
    numbers = count(1)

    def story(title: str, summary: str) -> Story:
        number = next(numbers)
        article = Article(
            source="folder:articles",
            path=f"{number}.md",
            title=title,
            body=Body("<p>Text.</p>", (Block("paragraph", "Text."),)),
            url=f"https://example.com/{number}",
            key=f"story-{number}",
            first_seen=SLOT,
            author="An Author",
        )
        return Story(article, Summary((summary,), "author"))

    return Edition(
        newsletter="weekly",
        id="2026-03-02T0700Z",
        slot=SLOT,
        window=Window(SLOT - timedelta(days=7), SLOT),
        sections=tuple(SectionOfEdition(title, tuple(story(*each) for each in stories)) for title, stories in sections),
    )


def html(made: Edition, newsletter: Newsletter) -> tuple[str, FrozenEdition]:
    """The message's HTML, and the edition it is of."""
    renderer = EditionRenderer(Templates([builtin_folder()]), SITE)
    frozen = renderer.freeze(made, newsletter, {})
    return frozen.files["email.html"].decode(), frozen


def octets(text: str) -> int:
    return len(quopri.encodestring(text.encode()).replace(b"\n", b"\r\n"))


LONG = "A summary of many words that goes on for a while, as summaries do. " * 20
SIXTY = [(f"Section {n}", [(f"Story {n}.{m} of the edition", LONG) for m in range(15)]) for n in range(4)]
ODD = {
    "sixty stories": SIXTY,
    "sixty in Chinese": [("要闻", [("标题" * 20, "一句话的摘要。" * 60)] * 60)],
    "sixty of emoji": [("👩‍👩‍👧", [("🎉" * 40, "👩‍👩‍👧 " * 120)] * 60)],
    "three hundred sections": [
        ("A section of a rather long name " * 4 + str(n), [("Title", LONG)]) for n in range(300)
    ],
    "a lead that is too long": [("One", [("endless " * 20_000, LONG), ("Second", LONG)])],
    "hostile": [("<&>\"'" * 99, [("<&>\"'" * 99, "<&>\"'" * 200)] * 60)],
    "a section title without end": [("x" * 200_000, [("Title", "Short.")])],
}


@pytest.mark.unmeasured
@pytest.mark.parametrize("template", SETS)
@pytest.mark.parametrize("sections", ODD.values(), ids=ODD)
def test_whatever_an_edition_holds_its_message_is_short_enough(template, sections):
    text, frozen = html(edition(sections), letter(template, title="漢" * 400, description="漢" * 400))
    assert octets(text) <= MOST_OCTETS - 2000
    total = sum(len(stories) for _, stories in sections)
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    shown = list(tree.iter("h3"))
    # The lead is there, however long its title: that is cut.
    assert "".join(shown[0].itertext()).strip("…") in sections[0][1][0][0]
    if len(shown) < total:
        assert f"{total - len(shown):,} more stor" in text
        assert 'href="https://news.example.org/weekly/2026-03-02T0700Z/"' in text
    # The text and the web have all of it.
    for number in range(1, total + 1):
        assert f"\n[{number}] https://example.com/{number}\n" in frozen.files["email.txt"].decode()
    assert frozen.files["index.html"].count(b"<h3") == total


def test_each_section_keeps_its_first_and_says_how_many_more_there_are():
    text, _ = html(edition(SIXTY), letter())
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    titles = ["".join(element.itertext()) for element in tree.iter("h3")]
    kept = [[title for title in titles if title.startswith(f"Story {n}.")] for n in range(4)]
    assert 20 < len(titles) < 60
    assert max(map(len, kept)) - min(map(len, kept)) <= 1
    assert [each[0] for each in kept] == [f"Story {n}.0 of the edition" for n in range(4)]
    for number, each in enumerate(kept):
        assert f"{15 - len(each)} more stories in Section {number}" in text
        assert f'href="https://news.example.org/weekly/2026-03-02T0700Z/#section-{number + 1}"' in text


def test_an_edition_that_fits_is_printed_whole():
    text, _ = html(edition([("One", [("First", "Short."), ("Second", "Short.")])]), letter())
    assert "more stor" not in text


def test_every_reader_gets_it_whole_also_one_with_the_longest_address():
    _, frozen = html(edition(SIXTY), letter())
    record = EditionRecord(
        newsletter="weekly", id=frozen.id, slot=SLOT, window=frozen.window, status="composed", title=frozen.title,
        subject=frozen.subject, preheader=frozen.preheader,
    )  # fmt: skip
    mailing = Mailing(record, frozen.files, letter(), SITE, Sending(key=bytes(32)))
    address = f"{'&' * 64}@{'.'.join(['x' * 60] * 3)}.net"
    raw = mailing.envelope(Reader(1, 1, address)).message
    part = next(each for each in message_from_bytes(raw, policy=default).walk() if each.get_content_subtype() == "html")
    # As sent: with its soft breaks.
    assert len(part.get_payload().encode()) <= MOST_OCTETS


def test_templates_that_are_too_long_by_themselves_are_an_error(tmp_path):
    (tmp_path / "email-footer.html").write_text("<tr><td>" + "x" * 120_000 + "</td></tr>")
    renderer = EditionRenderer(Templates([tmp_path, builtin_folder()]), SITE)
    with pytest.raises(TemplateError, match=r"templates/email\.html: makes 1\d\d,\d{3} octets without a story"):
        renderer.freeze(edition([("One", [("First", "Short.")])]), letter(), {})
