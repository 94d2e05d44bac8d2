from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from digest.core.edition import Window
from digest.core.model import Article, Body, Candidate, Published
from digest.core.newsletter import Filter, Newsletter, Section
from digest.core.selection import Joined, Rule, admitted, candidate_of, local_text, reconsider, select

BERLIN = ZoneInfo("Europe/Berlin")
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
# Monday to Monday, 08:00 in Berlin.
START = datetime(2026, 2, 23, 7, tzinfo=UTC)
END = datetime(2026, 3, 2, 7, tzinfo=UTC)
WINDOW = Window(START, END)
NOW = END + timedelta(hours=1)
WITHIN = datetime(2026, 2, 25, 11, tzinfo=UTC)


def an(key: str, published: datetime | None = WITHIN, **fields) -> Candidate:
    fields.setdefault("title", key.title())
    fields.setdefault("first_seen", WITHIN)
    return Candidate(key=key, published=published, **fields)


def weekly(**fields) -> Newsletter:
    return Newsletter(key="weekly", title="Weekly", sender="a@example.org", language="en", zone=BERLIN, **fields)


def pick(*candidates: Candidate, **fields):
    return select(candidates, weekly(**fields), WINDOW, NOW)


def told(*candidates: Candidate, **fields) -> dict[str, tuple[str, str]]:
    """By key, the rule and the reason of every verdict."""
    return {verdict.article: (verdict.rule, verdict.reason) for verdict in pick(*candidates, **fields).verdicts}


def rules(*candidates: Candidate, **fields) -> dict[str, str]:
    return {key: rule for key, (rule, _) in told(*candidates, **fields).items()}


def layout(*candidates: Candidate, **fields) -> list[tuple[str, str]]:
    """The sections with the articles they take: 'a b'."""
    return [(section.title, " ".join(section.articles)) for section in pick(*candidates, **fields).sections]


@pytest.mark.parametrize(
    ("candidate", "rule", "reason"),
    [
        (an("a"), "in window", "it is dated 2026-02-25 12:00, within the window"),
        (an("a", START), "in window", "it is dated 2026-02-23 08:00, within the window"),
        (an("a", END - TICK), "in window", "it is dated 2026-03-02 07:59, within the window"),
        (
            an("a", START - TICK),
            "late",
            "it is dated 2026-02-23 07:59, before the window but within the late allowance",
        ),
        (
            an("a", START - 14 * DAY),
            "late",
            "it is dated 2026-02-09 08:00, before the window but within the late allowance",
        ),
        (an("a", None, first_seen=WITHIN), "undated", "it has no date and was first seen 2026-02-25 12:00"),
        (an("a", None, first_seen=START - 14 * DAY), "undated", "it has no date and was first seen 2026-02-09 08:00"),
        # Seen after the window had ended, before the edition was made: there is no date that keeps it out.
        (an("a", None, first_seen=NOW), "undated", "it has no date and was first seen 2026-03-02 09:00"),
    ],
)
def test_what_is_taken(candidate, rule, reason):
    selection = pick(candidate)
    assert [(verdict.rule, verdict.chosen, verdict.reason) for verdict in selection.verdicts] == [(rule, True, reason)]
    assert selection.articles == ("a",)
    assert selection.too_few == ""


@pytest.mark.parametrize(
    ("candidate", "rule", "reason"),
    [
        (an("a", withdrawn=True), "withdrawn", "its file is gone"),
        (an("a", draft=True), "draft", "it is marked as a draft"),
        (an("a", held="its date cannot be read"), "held", "its date cannot be read"),
        (
            an("a", NOW + TICK),
            "not yet published",
            "it is dated 2026-03-02 09:00, which is still to come",
        ),
        (an("a", NOW), "next window", "it is dated 2026-03-02 09:00, and the window ends 2026-03-02 08:00"),
        (an("a", END), "next window", "it is dated 2026-03-02 08:00, and the window ends 2026-03-02 08:00"),
        (
            an("a", START - 14 * DAY - TICK),
            "too old",
            "it is dated 2026-02-09 07:59, and late ones are taken from 2026-02-09 08:00 on",
        ),
        (
            an("a", None, first_seen=START - 14 * DAY - TICK),
            "too old",
            "it has no date and was first seen 2026-02-09 07:59",
        ),
    ],
)
def test_what_is_not_taken(candidate, rule, reason):
    selection = pick(candidate, an("other"))
    verdict = next(verdict for verdict in selection.verdicts if verdict.article == "a")
    assert (verdict.rule, verdict.chosen, verdict.reason) == (rule, False, reason)
    assert selection.articles == ("other",)


LADDER = ("withdrawn", "draft", "held", "not yet published", "not included", "excluded", "too old", "no section")


@pytest.mark.parametrize("position", range(len(LADDER)))
def test_of_several_rules_that_refuse_the_first_is_told(position):
    faults = LADDER[position:]
    dated = NOW + DAY if "not yet published" in faults else START - 99 * DAY if "too old" in faults else WITHIN
    candidate = an(
        "a",
        dated,
        source="folder:x",
        withdrawn="withdrawn" in faults,
        draft="draft" in faults,
        held="h" if "held" in faults else "",
    )
    found = rules(
        candidate,
        include=Filter(tags=("yes",)) if "not included" in faults else Filter(),
        exclude=Filter(sources=("folder:x",)) if "excluded" in faults else Filter(),
        sections=(Section("News", ("news",)),),
    )
    assert found == {"a": LADDER[position]}


def test_the_late_allowance_is_days_of_the_wall_clock():
    # The clocks went forward on 2026-03-29 in Berlin: a week before Monday 08:00 is one hour less than a week.
    window = Window(datetime(2026, 3, 30, 6, tzinfo=UTC), datetime(2026, 4, 6, 6, tzinfo=UTC))
    admitted_from = datetime(2026, 3, 23, 7, tzinfo=UTC)
    candidates = [an("first", admitted_from), an("before", admitted_from - TICK)]
    selection = select(candidates, weekly(late=7 * DAY), window, window.end)
    assert selection.articles == ("first",)


def test_a_late_allowance_of_nothing_ends_at_the_window():
    assert rules(an("a", START), an("b", START - TICK), late=timedelta(0)) == {"a": "in window", "b": "too old"}
    # A window that begins in the second of two equal hours: the first of them is outside.
    second = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
    window = Window(second, second + timedelta(hours=1))
    inside, outside = an("a", second), an("b", second - timedelta(minutes=30))
    assert select([inside, outside], weekly(late=timedelta(0)), window, window.end).articles == ("a",)


def test_rank_is_pinned_then_latest_date_then_key():
    order = pick(
        an("old", START),
        an("b", WITHIN),
        an("none-b", None),
        an("a", WITHIN),
        an("none-a", None),
        an("new", END - TICK),
        an("pinned-old", START, pinned=True),
        an("pinned-new", WITHIN, pinned=True),
        an("pinned-none", None, pinned=True),
    ).articles
    assert " ".join(order) == "pinned-new pinned-old pinned-none new a b old none-a none-b"


def test_a_microsecond_decides_the_rank():
    assert pick(an("a", WITHIN), an("b", WITHIN + TICK)).articles == ("b", "a")


NEWS, SPORT = Section("News", ("news",)), Section("Sport", ("sport", "chess"), limit=1)


def test_sections_keep_their_order_and_the_empty_ones_are_left_out():
    assert layout(
        an("a", categories=("Chess",)),
        an("b", categories=("NEWS",)),
        an("c", categories=("other",)),
        sections=(Section("Empty", ("nobody",)), SPORT, NEWS),
    ) == [("Sport", "a"), ("News", "b")]


def test_the_first_section_with_room_takes_an_article_of_two_categories():
    both = ("news", "sport")
    found = layout(
        an("a", END - TICK, categories=both),
        an("b", WITHIN, categories=both),
        an("c", START, categories=both),
        sections=(SPORT, NEWS),
    )
    assert found == [("Sport", "a"), ("News", "b c")]


def test_a_section_that_is_full_says_who_has_its_places():
    selection = told(
        an("a", END - TICK, categories=("sport",)),
        an("b", categories=("chess",)),
        an("c", categories=("x", "y")),
        an("d"),
        sections=(SPORT, NEWS),
    )
    assert selection == {
        "a": ("in window", "it is dated 2026-03-02 07:59, within the window"),
        "b": ("section full", "the 1 place of the section 'Sport' went to articles ranked before it"),
        "c": ("no section", "no section takes its categories (x, y)"),
        "d": ("no section", "no section takes its categories (none)"),
    }


def test_every_full_section_it_could_have_been_in_is_named():
    sections = (SPORT, Section("Rest", ("*",), limit=2))
    sport = [an(key, categories=("sport",)) for key in "abcd"]
    assert told(*sport, sections=sections)["d"] == (
        "section full",
        "the 1 place of the section 'Sport' and the 2 places of the section 'Rest' went to articles ranked before it",
    )


def test_a_star_takes_every_article_in_its_turn():
    rest = Section("Rest", ("*",))
    candidates = an("a", categories=("news",)), an("b"), an("c", categories=("x",))
    assert layout(*candidates, sections=(NEWS, rest)) == [("News", "a"), ("Rest", "b c")]
    assert layout(*candidates, sections=(rest, NEWS)) == [("Rest", "a b c")]


def test_without_sections_there_is_one_for_each_first_category_by_name():
    assert layout(
        an("a", END - TICK, categories=("world",)),
        an("b", WITHIN, categories=("Arts", "world")),
        an("c", START, categories=("World",)),
        an("d", START),
    ) == [("Arts", "b"), ("world", "a c"), ("", "d")]


def test_the_section_of_an_article_does_not_depend_on_others():
    # 'arts' comes before 'world' by name, and has articles of its own: b stays where its author put it.
    b = an("b", categories=("world", "arts"))
    assert layout(an("a", categories=("arts",)), b) == [("arts", "a"), ("world", "b")]
    assert layout(b) == [("world", "b")]


def test_what_cannot_be_in_the_edition_names_no_section():
    draft = an("draft", END - TICK, categories=("WORLD",), draft=True)
    assert layout(draft, an("a", categories=("World",))) == [("World", "a")]


@pytest.mark.parametrize("category", ["*", ""])
def test_a_strange_category_does_not_take_every_article(category):
    assert layout(an("a", END - TICK, categories=(category,)), an("b", categories=("news",))) == [
        ("news", "b"),
        ("", "a"),
    ]


def test_the_maximum_is_of_the_edition():
    found = told(
        an("a", END - TICK, categories=("news",)),
        an("b", WITHIN, categories=("sport",)),
        an("c", START, categories=("news",)),
        an("d", START, categories=("x",)),
        maximum=2,
        sections=(SPORT, NEWS),
    )
    assert found["c"] == ("edition full", "the edition's 2 places went to articles ranked before it")
    assert found["d"][0] == "no section"
    assert told(an("a"), an("b"), maximum=1)["b"][1] == "the edition's 1 place went to articles ranked before it"


def test_an_article_without_a_place_takes_none():
    # The second of sport finds its section full; the edition still has the place for news.
    found = layout(
        an("a", END - TICK, categories=("sport",)),
        an("b", WITHIN, categories=("sport",)),
        an("c", START, categories=("news",)),
        maximum=2,
        sections=(SPORT, NEWS),
    )
    assert found == [("Sport", "a"), ("News", "c")]


ONE = an(
    "a", title="Rust 2.0: a C++ view", categories=("Code", "News"), tags=("tools",), author="Ann", source="folder:x"
)


@pytest.mark.parametrize(
    ("conditions", "hit"),
    [
        (Filter(categories=("NEWS", "x")), "categories ('NEWS')"),
        (Filter(tags=("x", "Tools")), "tags ('Tools')"),
        (Filter(sources=("Folder:X",)), "sources ('Folder:X')"),
        (Filter(authors=("ann",)), "authors ('ann')"),
        (Filter(words=("zig", "rust")), "words ('rust')"),
        (Filter(words=("a c++ VIEW",)), "words ('a c++ VIEW')"),
        (Filter(words=("2.0",)), "words ('2.0')"),
    ],
)
def test_a_condition_that_is_met(conditions, hit):
    assert told(ONE, an("b"), include=conditions)["a"][0] == "in window"
    assert told(ONE, an("b"), exclude=conditions)["a"] == ("excluded", f"it matches exclude.{hit}")


@pytest.mark.parametrize(
    ("conditions", "missing"),
    [
        (Filter(categories=("cod", "newspaper")), "categories (cod, newspaper)"),
        (Filter(tags=("tool",)), "tags (tool)"),
        (Filter(sources=("x",)), "sources (x)"),
        (Filter(authors=("Ann Other",)), "authors (Ann Other)"),
        (Filter(words=("rus", "iew", "R", "2x0")), "words (rus, iew, R, 2x0)"),
    ],
)
def test_a_condition_that_is_not_met(conditions, missing):
    assert told(ONE, an("b"), include=conditions)["a"] == ("not included", f"it matches none of include.{missing}")
    assert told(ONE, an("b"), exclude=conditions)["a"][0] == "in window"


def test_include_wants_every_condition_and_exclude_one():
    both = Filter(tags=("tools",), authors=("Bob",))
    assert told(ONE, include=both)["a"] == ("not included", "it matches none of include.authors (Bob)")
    assert told(ONE, exclude=both)["a"] == ("excluded", "it matches exclude.tags ('tools')")


def test_words_are_compared_without_case_as_all_the_rest():
    assert rules(an("a", title="STRASSE gesperrt"), include=Filter(words=("straße",)))["a"] == "in window"


@pytest.mark.parametrize("too_few", ["skip", "send", "top_up"])
def test_nothing_at_all_is_never_an_edition(too_few):
    selection = pick(an("a", draft=True), too_few=too_few)
    assert selection.sections == ()
    assert selection.too_few == "0 stories found, and the minimum is 1"
    assert [verdict.rule for verdict in selection.verdicts] == ["draft"]
    assert pick(too_few=too_few).verdicts == ()


def test_fewer_than_the_minimum_are_kept_for_the_next_edition():
    selection = pick(an("b"), an("a", START - 99 * DAY), minimum=2)
    assert selection.sections == ()
    assert selection.too_few == "1 story found, and the minimum is 2"
    assert [(verdict.article, verdict.rule, verdict.chosen) for verdict in selection.verdicts] == [
        ("a", "too old", False),
        ("b", "not sent", False),
    ]
    assert selection.verdicts[1].reason == (
        "it is dated 2026-02-25 12:00, within the window; 1 story found, and the minimum is 2"
    )


def test_fewer_than_the_minimum_may_be_sent():
    selection = pick(an("a"), an("b", START - 99 * DAY), minimum=2, too_few="send")
    assert selection.articles == ("a",)
    assert selection.too_few == ""


def test_as_many_as_the_minimum_are_enough():
    assert pick(an("a"), an("b"), minimum=2).articles == ("a", "b")


def older(key: str, days: int, **fields) -> Candidate:
    return an(key, START - 14 * DAY - days * DAY, **fields)


def test_older_ones_fill_up_to_the_minimum():
    found = told(older("c", 3), an("a"), older("b", 2), older("d", 4), minimum=3, too_few="top_up")
    assert {key: rule for key, (rule, _) in found.items()} == {
        "a": "in window",
        "b": "topped up",
        "c": "topped up",
        "d": "too old",
    }
    assert found["b"][1] == (
        "it is dated 2026-02-07 08:00, and late ones are taken from 2026-02-09 08:00 on; "
        "added because there were fewer than 3 stories"
    )
    assert told(older("a", 1), too_few="top_up")["a"][1].endswith("fewer than 1 story")


def test_filling_up_takes_only_what_is_merely_old():
    candidates = (
        an("a"),
        older("draft", 1, draft=True),
        older("held", 1, held="h"),
        older("gone", 1, withdrawn=True),
        older("excluded", 1, tags=("x",)),
        an("next", NOW),
    )
    selection = pick(*candidates, exclude=Filter(tags=("x",)), minimum=2, too_few="top_up")
    assert selection.too_few == "1 story found, and the minimum is 2"
    assert {verdict.article: verdict.rule for verdict in selection.verdicts}["a"] == "not sent"


def test_filling_up_keeps_to_sections_limits_and_maximum():
    candidates = (
        an("a", categories=("sport",)),
        older("b", 1, categories=("sport",)),
        older("c", 2, categories=("nobody",)),
        older("d", 3, categories=("news",)),
        older("e", 4, categories=("news",)),
    )
    selection = pick(*candidates, sections=(SPORT, NEWS), minimum=2, maximum=2, too_few="top_up")
    assert selection.articles == ("a", "d")
    found = {verdict.article: verdict.rule for verdict in selection.verdicts}
    assert found == {"a": "in window", "b": "too old", "c": "too old", "d": "topped up", "e": "too old"}
    # A maximum below the minimum is refused in config.yaml; here it only must not be passed.
    assert pick(*candidates, sections=(SPORT, NEWS), minimum=5, maximum=1, too_few="top_up").articles == ()


def test_what_still_is_too_little_is_not_sent():
    selection = pick(an("a"), older("b", 1), minimum=3, too_few="top_up")
    assert selection.too_few == "2 stories found, and the minimum is 3"
    assert [(verdict.article, verdict.rule) for verdict in selection.verdicts] == [("a", "not sent"), ("b", "not sent")]


def test_what_is_added_stands_in_a_section_of_its_own_category():
    candidates = an("a", categories=("news",)), older("b", 1, categories=("arts",)), older("c", 2, categories=("News",))
    assert layout(*candidates, minimum=3, too_few="top_up") == [("arts", "b"), ("news", "a c")]


def test_enough_are_not_filled_up():
    assert rules(an("a"), older("b", 1), too_few="top_up") == {"a": "in window", "b": "too old"}


def test_what_found_no_room_comes_in_the_next_edition_as_late():
    candidates = [an("a", END - TICK), an("b", WITHIN)]
    newsletter = weekly(maximum=1)
    first = select(candidates, newsletter, WINDOW, END)
    rest = [candidate for candidate in candidates if candidate.key not in first.articles]
    second = select(rest, newsletter, Window(END, END + 7 * DAY), END + 7 * DAY)
    assert (first.articles, second.articles) == (("a",), ("b",))
    assert second.verdicts[0].rule == "late"


def test_verdicts_stand_chosen_first_in_order_then_by_key():
    selection = pick(
        an("z", END - TICK, categories=("news",)),
        an("m", WITHIN, categories=("sport",)),
        an("y", draft=True),
        an("b", withdrawn=True),
        an("c", categories=("x",)),
        sections=(SPORT, NEWS),
    )
    assert [verdict.article for verdict in selection.verdicts] == ["m", "z", "b", "c", "y"]
    assert [verdict.chosen for verdict in selection.verdicts] == [True, True, False, False, False]


def test_a_reason_shows_the_clock_of_the_newsletter():
    assert local_text(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), BERLIN) == "2026-10-25 02:30"


def test_a_candidate_has_what_its_article_has():
    fields = {
        "categories": ("c",),
        "tags": ("t",),
        "author": "Ann",
        "source": "folder:x",
        "draft": True,
        "pinned": True,
        "held": "h",
        "withdrawn": True,
    }
    article = Article(
        key="k", title="T", path="a.md", body=Body("", ()), published=Published(END), first_seen=NOW, **fields
    )
    assert candidate_of(article) == Candidate(key="k", title="T", published=END, first_seen=NOW, **fields)
    assert candidate_of(replace(article, published=None)).published is None


@pytest.mark.parametrize(
    ("candidate", "rule", "reason"),
    [
        (
            an("a"),
            Rule.NOT_YET_SEEN,
            "it was first seen, or changed, after the edition was made; the next one considers it",
        ),
        (an("a", withdrawn=True), Rule.WITHDRAWN, "its file is gone"),
        (
            an("a", START - 99 * DAY),
            Rule.TOO_OLD,
            "it is dated 2025-11-16 08:00, and late ones are taken from 2026-02-09 08:00 on",
        ),
        # Its date may have come since: it is not said to be still to come.
        (
            an("a", END + 9 * DAY),
            Rule.NEXT_WINDOW,
            "it is dated 2026-03-11 08:00, and the window ends 2026-03-02 08:00",
        ),
        (
            an("a", None, first_seen=END + 9 * DAY),
            Rule.NOT_YET_SEEN,
            "it was first seen, or changed, after the edition was made; the next one considers it",
        ),
    ],
)
def test_an_article_without_a_recorded_verdict_is_judged_again(candidate, rule, reason):
    verdict = reconsider(candidate, weekly(), WINDOW, NOW, None)
    assert (verdict.article, verdict.rule, verdict.chosen, verdict.reason) == ("a", rule, False, reason)


def test_an_old_article_first_seen_after_the_edition_was_made_was_not_yet_seen():
    late = an("a", START - 90 * DAY, first_seen=NOW + TICK)
    assert reconsider(late, weekly(), WINDOW, NOW, None).rule is Rule.NOT_YET_SEEN
    assert reconsider(late, weekly(), WINDOW, NOW + TICK, None).rule is Rule.TOO_OLD


def test_an_article_that_is_in_an_edition_is_there_whatever_it_is_now():
    verdict = reconsider(an("a", draft=True), weekly(), WINDOW, NOW, "2026-03-02T0700Z")
    assert (verdict.rule, verdict.reason) == (Rule.ALREADY_IN, "it is in edition 2026-03-02T0700Z")


def together(lead: str, *keys: str) -> dict[str, Joined]:
    return {key: Joined(lead, "a copy of it") for key in keys}


def chosen(*candidates: Candidate, joined, **fields):
    return select(candidates, weekly(**fields), WINDOW, NOW, joined)


def test_admitted_is_what_would_be_in_if_there_were_room():
    sections = (Section("One", ("One",), limit=1),)
    candidates = [
        an("a", categories=("One",)),
        an("b", categories=("one",)),
        an("elsewhere", categories=("Two",)),
        an("none"),
        an("draft", categories=("One",), draft=True),
        an("old", START - 100 * DAY, categories=("One",)),
    ]
    assert admitted(candidates, weekly(sections=sections, maximum=1), WINDOW, NOW) == ["a", "b"]
    assert admitted(candidates, weekly(), WINDOW, NOW) == ["a", "b", "elsewhere", "none"]


def test_what_another_one_tells_takes_no_place_and_says_why():
    found = chosen(an("a"), an("b"), an("c", START), joined=together("a", "b"), maximum=2)
    assert found.articles == ("a", "c")
    assert found.also == {"a": ("b",)}
    verdict = next(each for each in found.verdicts if each.article == "b")
    assert (verdict.rule, verdict.chosen) == (Rule.SAME_STORY, False)
    assert verdict.reason == "it tells the story of 'A' (a): a copy of it"


def test_those_that_tell_it_too_stand_by_rank():
    found = chosen(an("a"), an("b", START), an("c"), an("d", END - TICK), joined=together("a", "b", "c", "d"))
    assert found.also == {"a": ("d", "c", "b")}


def test_where_the_one_that_leads_is_not_in_neither_is_and_it_says_so():
    found = chosen(an("a", START), an("b", START), an("c"), joined=together("a", "b"), maximum=1)
    assert (found.articles, found.also) == (("c",), {})
    verdict = next(each for each in found.verdicts if each.article == "b")
    assert verdict.reason.endswith("of that, the edition's 1 place went to articles ranked before it")


def test_an_edition_that_is_not_made_tells_nothing_for_others():
    found = chosen(an("a"), an("b"), joined=together("a", "b"), minimum=2)
    assert found.too_few
    assert (found.sections, found.also) == ((), {})
