from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.model import Body, FoundArticle, Published
from digest.core.newsletter import Filter
from digest.core.sourcerules import SourceRules, judge


def article(path: str = "a", *, day: int = 0, categories: tuple[str, ...] = (), title: str = "A title", language=""):
    published = Published(datetime(2026, 3, day, tzinfo=UTC)) if day else None
    return FoundArticle(
        source="feed:x",
        path=path,
        title=title,
        body=Body("", ()),
        published=published,
        categories=categories,
        language=language,
    )


def kept(articles, rules: SourceRules, *, met: bool = True) -> list[str]:
    return [each.article.path for each in judge(articles, rules, met=met) if not each.refused]


def categories(rules: SourceRules, *names: str) -> tuple[str, ...]:
    (judged,) = judge([article(categories=names)], rules, met=True)
    return judged.article.categories


def test_names_of_categories_become_ours():
    rules = SourceRules(mapping={"tech": "Technology", "Sport": "", "gadgets": "Technology"})
    assert categories(rules, "Tech", "sport", "Else", "Gadgets") == ("Technology", "Else")


def test_a_star_stands_for_every_other_category_and_for_none():
    rules = SourceRules(mapping={"Tech": "Technology", "*": "News"})
    assert categories(rules, "Tech", "Weather", "Art") == ("Technology", "News")
    assert categories(rules) == ("News",)


def test_every_article_gets_the_categories_of_its_source_once():
    assert categories(SourceRules(categories=("Mail", "News")), "mail") == ("mail", "News")


def test_a_language_is_given_where_none_is_stated():
    rules = SourceRules(language="de")
    judged = judge([article("a"), article("b", language="fr")], rules, met=True)
    assert [each.article.language for each in judged] == ["de", "fr"]


def test_conditions_see_the_mapped_categories_and_say_what_decided():
    rules = SourceRules(
        mapping={"Tech": "Technology"},
        include=Filter(categories=("Technology",)),
        exclude=Filter(words=("sponsored",)),
    )
    found = [article("a", categories=("Tech",)), article("b"), article("c", categories=("Tech",), title="Sponsored: x")]
    assert [each.refused for each in judge(found, rules, met=True)] == [
        "",
        "it matches none of include.categories (Technology)",
        "it matches exclude.words ('sponsored')",
    ]


def test_no_more_than_so_many_are_looked_at():
    found = [article(str(number)) for number in range(5)]
    assert kept(found, SourceRules(most=3)) == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("first", "taken"),
    [
        (0, []),
        (1, ["new"]),
        (2, ["old", "new"]),
        (3, ["undated", "old", "new"]),
        (date(2026, 3, 5), ["undated", "new"]),
    ],
)
def test_what_was_there_before_comes_in_as_far_as_it_is_wanted(first, taken):
    found = [article("undated"), article("old", day=1), article("new", day=9)]
    assert kept(found, SourceRules(first=first), met=False) == taken


@pytest.mark.parametrize(
    ("first", "taken"),
    [
        (0, ["day", "late"]),
        (1, ["day", "late"]),
        (3, ["old", "day", "late"]),
        (date(2026, 4, 1), ["undated", "day", "late"]),
    ],
)
def test_what_came_to_an_empty_source_is_new_whatever_was_wanted_of_the_old(first, taken):
    found = [article("undated"), *(article(name, day=day) for name, day in (("older", 1), ("old", 2), ("late", 10)))]
    today = article("day", day=9)
    found.insert(3, replace(today, published=replace(today.published, precision="day")))
    since = datetime(2026, 3, 9, 12, tzinfo=UTC)
    judged = judge(found, SourceRules(first=first), met=False, since=since)
    assert [each.article.path for each in judged if not each.refused] == taken


def test_only_what_was_there_before_counts_as_late():
    rules = SourceRules(first=1, exclude=Filter(words=("no",)))
    found = [article("a", title="no"), article("b"), article("c")]
    judged = judge(found, rules, met=False)
    assert [(bool(each.refused), each.late) for each in judged] == [(True, False), (False, False), (True, True)]


def test_once_met_everything_comes_in():
    found = [article(str(number), day=1 + number) for number in range(20)]
    assert len(kept(found, SourceRules(first=1))) == 20


@given(st.lists(st.integers(0, 28), max_size=20), st.integers(0, 20))
def test_the_newest_are_taken_first(days, first):
    found = [article(str(number), day=day) for number, day in enumerate(days)]
    taken = kept(found, SourceRules(first=first), met=False)
    assert len(taken) == min(first, len(days))
    left = [days[int(each.path)] for each in found if each.path not in taken]
    assert not taken or not left or min(days[int(path)] for path in taken) >= max(left)
