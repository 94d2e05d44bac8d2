"""Stories: who belongs together, who leads, why; by examples, by properties, and on real articles if there are."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core import linkage
from digest.core.likeness import KEPT, READ, as_written, containment, shingles, vectors, weigh
from digest.core.linkage import FIRMNESS, HOLDERS, THRESHOLD, link, nearness, pairs
from digest.core.model import Article, Block, Body, Image, Published
from digest.core.stories import SAME_SOURCE, Telling, group, telling_of
from digest.core.terms import dot

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
DAY = datetime(2026, 3, 2, tzinfo=UTC)

FLOOD = (
    "The river Ostra burst its banks on Monday night and flooded the old town of Velmin. Rescue crews brought "
    "two hundred residents to safety in boats, Mayor Irena Kolb said. The water stood two metres high."
)
FLOOD_TOO = (
    "Hundreds had to leave their homes in Velmin after the Ostra flooded the old town. Boats carried residents to "
    "safety, according to mayor Irena Kolb, who called the water the highest in a century."
)
BANK = (
    "Harwick Bank will cut interest on savings from April, the lender told customers in a letter. Analysts had "
    "expected the step since the central bank lowered its rate in January."
)


def telling(key, title="", text="", **more):
    return Telling(key=key, title=title, text=text, **more)


THREE = [
    telling("b", "Flood in Velmin as the Ostra bursts its banks", FLOOD),
    telling("a", "Velmin residents flee as Ostra floods old town", FLOOD_TOO),
    telling("c", "Harwick Bank cuts interest on savings", BANK),
]


def partition(stories):
    return {frozenset(story.keys) for story in stories}


def test_two_articles_on_one_event_are_one_story_and_a_third_is_not():
    assert partition(group(THREE)) == {frozenset("ab"), frozenset("c")}


DESK = (
    ("Columns", "A column of text should have sixty letters a line. Books are set so, and papers in narrower ones."),
    (
        "Plain mail",
        "Mail without pictures has seventy letters a line. Screens of terminals had a column of eighty.",
    ),
)


def test_what_one_source_writes_in_its_own_words_is_not_one_story():
    apart = [telling(title, title, text, source="folder:articles") for title, text in DESK]
    (alike,) = pairs(vectors([weigh(title, text) for title, text in DESK]), [None, None]).values()
    assert alike < SAME_SOURCE  # else this tests nothing
    assert partition(group(apart)) == {frozenset(["Columns"]), frozenset(["Plain mail"])}
    elsewhere = [replace(apart[0], source="feed:One"), apart[1]]
    assert partition(group(elsewhere)) == {frozenset(["Columns", "Plain mail"])}
    unknown = [replace(each, source="") for each in apart]
    assert partition(group(unknown)) == {frozenset(["Columns", "Plain mail"])}


def test_short_notes_of_one_source_are_not_one_story():
    notes = [telling(number, f"New {number}", f"Number {number} is new.", source="folder:articles") for number in "01"]
    assert partition(group(notes)) == {frozenset("0"), frozenset("1")}
    days = [telling(day, f"Day {day}", f"What happened on day {day}.", source="folder:articles") for day in "45"]
    assert partition(group(days)) == {frozenset("4"), frozenset("5")}


def test_one_source_that_tells_an_event_twice_or_copies_itself_is_one_story():
    again = [telling(key, "Ostra floods old town of Velmin", FLOOD, source="feed:One") for key in "ab"]
    again.append(telling("c", "Ostra floods the old town of Velmin", FLOOD + " " + BANK[:60], source="feed:One"))
    assert partition(group(again)) == {frozenset("abc")}


def test_another_source_may_hold_two_of_one_source_together():
    one, other = (telling(title, title, text, source="folder:articles") for title, text in DESK)
    both = telling("z", "Columns of plain text", f"{DESK[0][1]} {DESK[1][1]}", source="feed:One")
    assert partition(group([one, other, both])) == {frozenset(["Columns", "Plain mail", "z"])}


def test_a_batch_of_two_is_judged_as_one_of_many():
    rng = random.Random(1)
    others = [telling(f"z{n}", "", " ".join(word(rng) for _ in range(80))) for n in range(300)]
    assert partition(group(THREE[:2])) == {frozenset("ab")}
    assert partition(group([THREE[0], THREE[2]])) == {frozenset("b"), frozenset("c")}
    assert {frozenset("ab"), frozenset("c")} <= partition(group([*THREE, *others]))


def word(rng):
    return "".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(3))


def test_it_says_why():
    (story,) = [each for each in group(THREE) if each.also]
    (also,) = story.also
    assert story.lead == "a"
    assert (also.key, also.nearest, also.is_copy) == ("b", "a", False)
    assert also.likeness == also.closeness > 0.18
    assert "Velmin" in also.words
    assert also.reason == f"{also.closeness:.2f} like a: {', '.join(also.words)}"


def test_a_story_of_articles_that_only_a_third_connects_names_the_nearest():
    start, middle, end = "alder birch cedar", "dogwood elm fir", "gorse hazel ivy"
    batch = [telling("a", start, start), telling("b", f"{start} {middle}", ""), telling("c", middle, f"{middle} {end}")]
    (story,) = group(batch)
    assert (story.lead, [each.key for each in story.also]) == ("a", ["b", "c"])
    assert (story.also[1].nearest, story.also[1].likeness) == ("b", 0)


def test_a_copy_cut_short_and_framed_by_its_site_is_a_copy():
    cut = telling("cut", "Velmin under water", "From our wire services. " + FLOOD[:120])
    (story,) = group([THREE[0], cut])
    assert story.also[0].is_copy
    assert story.also[0].reason.startswith("a copy of b: ")


def test_short_pieces_with_a_footer_in_common_are_no_copies():
    footer = " Write to us at any time. We answer every letter that reaches us by Friday noon."
    batch = [
        telling("a", "Harwick harbour closes for repairs", "Harwick harbour shuts its northern quay." + footer),
        telling("b", "Orchestra names a new conductor", "Lena Brandt takes over the Philharmonic." + footer),
    ]
    assert not any(also.is_copy for story in group(batch) for also in story.also)


def test_one_word_in_common_is_too_little_however_short_the_titles():
    assert len(group([telling("a", "Obituaries"), telling("b", "Obituaries")])) == 2
    assert len(group([telling("a", "Tesla falls"), telling("b", "Tesla hires")])) == 2
    assert len(group([telling("a", "Tesla shares"), telling("b", "Tesla shares")])) == 1


def test_what_comes_round_every_year_is_not_last_years_story():
    last, now = (
        telling(key, title, text, date=date)
        for key, title, text, date in (
            ("a", "Rose parade draws crowds", "Crowds lined the avenue as floats of roses passed.", DAY),
            ("b", "Rose parade opens festival", "Floats of lilies went by; visitors camped.", DAY + timedelta(days=2)),
        )
    )
    later = telling("b", now.title, now.text, date=DAY + timedelta(days=3 * 365))
    assert len(group([last, now])) == 1
    assert len(group([last, later])) == 2


def test_nearness_is_whole_for_a_month_and_where_a_date_is_missing():
    assert nearness(0.0, 30.0) == nearness(None, 900.0) == nearness(900.0, None) == 1.0
    assert nearness(0.0, 395.0) == nearness(395.0, 0.0) == 0.5


@pytest.mark.parametrize(
    "better",
    [
        {"priority": -1},
        {"length": 600},
        {"has_picture": True},
        {"has_summary": True},
        {"date": DAY - timedelta(hours=1)},
    ],
)
def test_what_leads(better):
    first = telling("a", *words_of("a"), date=DAY)
    assert group([first, telling("b", *words_of("a"), **{"date": DAY, **better})])[0].lead == "b"


def words_of(_):
    return "Flood in Velmin", FLOOD


def test_priority_goes_before_fullness_and_fullness_before_dates():
    full = telling("a", *words_of("a"), length=4_000, priority=2, date=DAY)
    early = telling("b", *words_of("a"), priority=1, date=DAY - timedelta(days=1))
    fuller = telling("c", *words_of("a"), priority=1, length=3_000)
    assert group([full, early, fuller])[0].keys == ("c", "b", "a")


def test_a_dated_article_leads_an_undated_one_and_endless_ones_are_no_fuller():
    assert group([telling("a", *words_of("a")), telling("b", *words_of("a"), date=DAY)])[0].lead == "b"
    assert telling("a", length=6_000).fullness == telling("a", length=60_000).fullness


def test_a_key_twice_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="two articles have the key 'a'"):
        group([telling("a"), telling("a")])


def test_nothing_and_articles_without_words():
    assert group([]) == []
    assert partition(group([telling("a"), telling("b", "?!", "the of")])) == {frozenset("a"), frozenset("b")}


def test_japanese_and_chinese_are_compared_by_pairs_of_characters():
    batch = [
        telling("a", "東京で地震、震度五強を観測", "気象庁によると東京で強い地震があった。"),
        telling("b", "東京で強い地震 震度五強", "気象庁は東京で震度五強を観測したと発表。"),
        telling("c", "新しい美術館が京都に開館", "春の展覧会には多くの作品が並ぶ。"),
    ]
    stories = group(batch)
    assert partition(stories) == {frozenset("ab"), frozenset("c")}
    assert all(len(each) == 2 for story in stories for also in story.also for each in also.words)


def test_case_width_and_composition_make_no_difference():
    assert weigh("", "STRASSE café ＡＢＣ").keys() == weigh("", "straße cafe\u0301 abc").keys()


def test_small_words_of_other_languages_say_nothing():
    assert weigh("", "der die das und nicht les une dans pour los las una het een") == {}


def test_a_name_counts_twice_but_not_where_every_word_has_a_capital():
    plain = weigh("", "here is velmin today")["velmin"]
    assert weigh("", "here is Velmin today")["velmin"] == 2 * plain
    assert weigh("", "Here Is Velmin Today")["velmin"] == plain
    assert weigh("", "Velmin is here")["velmin"] == weigh("", "velmin is here")["velmin"]
    assert weigh("", "we came. Velmin is here")["velmin"] == weigh("", "we came. velmin is here")["velmin"]


def test_what_stands_early_counts_for_more_and_what_stands_late_for_nothing():
    weights = weigh("", "ostra " + "mill " * 120 + "velmin")
    assert weights["velmin"] < weights["ostra"] / 2
    assert "velmin" not in weigh("", "x" * READ + " velmin")


def test_ligatures_that_grow_do_not_outgrow_what_is_read():
    assert weigh("", "\ufdfa " * READ)


def test_only_the_weightiest_terms_are_compared():
    (vector,) = vectors([weigh("", " ".join(word(random.Random(n)) for n in range(150)))])
    assert len(vector) == KEPT
    assert dot(vector, vector) == pytest.approx(1)


def test_shingles_and_containment():
    assert shingles("One two three four") == {"one two three", "two three four"}
    assert shingles("東京駅前") == {"東 京 駅", "京 駅 前"}
    assert containment(shingles("a b c d"), shingles("x a b c d e f g")) == 1.0
    assert containment(frozenset(), frozenset()) == 0.0


def test_words_are_shown_as_the_text_writes_them():
    assert as_written("FLOODS IN VELMIN", "Flooding hit 東京都", ["flood", "東京"]) == {
        "flood": "Flooding",
        "東京": "東京",
    }
    assert as_written("FLOODS IN VELMIN", "", ["velmin", "ostra"]) == {"velmin": "VELMIN"}


def test_a_chain_does_not_become_one_story():
    """Each text shares half of its words with the next one, and none with the one after that."""
    runs = [" ".join(f"w{n}x{m}" for m in range(5)) for n in range(9)]
    chain = [telling(f"{n}", "", f"{runs[n]} {runs[n + 1]}") for n in range(8)]
    found = [weigh("", each.text) for each in chain]
    assert len(pairs(vectors(found), [None] * 8)) == 7
    assert 1 < len(group(chain)) < 8


def test_of_equally_alike_pairs_the_keys_decide_which_are_joined_first():
    runs = [" ".join(f"w{n}x{m}" for m in range(5)) for n in range(7)]
    ring = [telling(f"{n}", "", f"{runs[n]} {runs[(n + 1) % 7]}") for n in range(7)]
    assert group(ring[1:] + ring[:1]) == group(ring[::-1]) == group(ring)


def test_the_same_text_is_one_story_though_neither_is_looked_at_for_any_of_its_words():
    """Each of its words weighs more in more articles than are looked at."""
    words = [f"w{n}" for n in range(14)]
    crowd = [telling(f"z{n}{each}", "", f"{each} own{n}") for n in range(HOLDERS + 5) for each in words]
    stories = group([*crowd, *(telling(key, "", " ".join(words)) for key in ("a", "b"))])
    assert next(story for story in stories if story.lead == "a").also[0].key == "b"


def test_joined_groups_count_all_pairs_between_them():
    vectors_ = vectors([weigh("", text) for text in ("a1 b1 c1", "a1 b1 c1", "a1 b1 d1", "x1 y1")])
    found = pairs(vectors_, [None] * 4)
    assert link(vectors_, [None] * 4, found, [(0, 1), (1, 0)]) == [[0, 1, 2], [3]]
    assert link(vectors_, [None] * 4, {}, [(0, 3)]) == [[0, 3], [1], [2]]


def star(leaves, cosine):
    """One article and many that are so much like it, and like one another by the square of that alone."""
    own = (1 - cosine * cosine) ** 0.5
    vectors_ = [{"hub": 1.0}, *({"hub": cosine, f"own{n}": own} for n in range(leaves))]
    return vectors_, [None] * (leaves + 1), {(0, n): cosine for n in range(1, leaves + 1)}


def test_thousands_that_are_nearly_the_same_are_not_compared_each_with_each(monkeypatch):
    compared = []
    monkeypatch.setattr(linkage, "dot", lambda one, other: compared.append(1) or dot(one, other))
    assert len(link(*star(600, 0.9), ())) == 1
    assert len(compared) < 600 * 50  # each with each: 180,000


@pytest.mark.parametrize("cosine", [0.39, 0.9])
def test_a_crowded_group_takes_what_it_would_take_if_it_were_compared_each_time(monkeypatch, cosine):
    """Leaves that are 0.39 like the first are no more than 0.15 like one another: few of them belong to it."""
    batch = star(200, cosine)
    found = link(*batch, ())
    monkeypatch.setattr(linkage, "CROWDED", 1_000)
    assert found == link(*batch, ())
    assert (len(found) == 1) == (cosine > 0.4)


def test_a_row_of_dots_and_what_stands_before_the_first_word_make_no_names():
    dots = ". " * 100
    assert weigh("", f'"_Velmin by the river. . . Ostra {dots}') == weigh(
        "", f'"_velmin by the river. . . ostra {dots}'
    )


def test_an_article_of_the_library_is_told_by_the_beginning_of_its_paragraphs():
    article = Article(
        key="k",
        source="folder:articles",
        path="a.md",
        title="T",
        body=Body("", (Block("heading", "H", 2), Block("paragraph", "x" * READ), Block("paragraph", "y"))),
        published=Published(DAY),
        image=Image("a.png"),
        summary="S",
        first_seen=DAY,
    )
    assert telling_of(article) == telling(
        "k", "T", "x" * READ, date=DAY, length=READ + 1, has_picture=True, has_summary=True, source="folder:articles"
    )
    bare = Article(
        key="k", source="s", path="p", title="T", first_seen=DAY,
        body=Body("", (Block("paragraph", "x"), Block("quote", "y"))),
    )  # fmt: skip
    assert telling_of(bare) == telling("k", "T", "x\ny", length=2, source="s")


KIND = ["boxer", "krall", "velmin", "heavyweight", "title", "league", "ostra", "referee"]


def bouts(event, count):
    """Tellings of one bout: the words of its kind, those of its own, and one of each telling's, in any order."""
    rng = random.Random(event)
    own = [word(rng) for _ in range(8)]
    texts = [rng.sample([*KIND, *own, word(rng)], 17) for _ in range(count)]
    return [telling(f"{event}{n}", "", " ".join(each)) for n, each in enumerate(texts)]


def test_two_events_of_one_kind_told_many_times_are_two_stories():
    batch = [*bouts("a", 8), *bouts("b", 8)]
    between = [cosine for (one, other), cosine in compared(batch).items() if one < 8 <= other]
    assert sum(between) / 64 > THRESHOLD  # else this tests nothing
    assert partition(group(batch)) == {
        frozenset(each.key for each in batch[:8]),
        frozenset(each.key for each in batch[8:]),
    }


def compared(batch):
    return pairs(vectors([weigh(each.title, each.text) for each in batch]), [None] * len(batch))


def test_copies_of_two_wires_prove_no_two_events():
    """However often each text went round, it is one telling: two of them are as alike as if there were no copies."""
    after = telling(
        "d", "Velmin counts the cost", "Mayor Irena Kolb asked for money to rebuild houses that the Ostra took."
    )
    (alike,) = compared([THREE[0], after]).values()
    assert THRESHOLD < alike < 0.8 * FIRMNESS  # else this tests nothing
    wires = [replace(each, key=f"{each.key}{n}") for n in range(9) for each in (THREE[0], after)]
    assert len(group(wires)) == 1


def test_a_text_that_went_round_is_read_once_and_makes_no_word_common():
    twins = [telling(f"t{n:03}", "Flood in Velmin", FLOOD) for n in range(400)]
    stories = group([*twins, telling("z", THREE[1].title, FLOOD_TOO), THREE[2]])
    assert partition(stories) == {frozenset([*(each.key for each in twins), "z"]), frozenset("c")}
    alone = group([twins[0], telling("z", THREE[1].title, FLOOD_TOO), THREE[2]])
    assert {each.key: each.words for each in stories[1].also}["z"] == {e.key: e.words for e in alone[1].also}["z"]


def test_a_twin_of_another_source_holds_two_of_one_source_together():
    one, other = (telling(title, title, text, source="folder:articles") for title, text in DESK)
    assert partition(group([one, other, replace(one, key="z", source="feed:One")])) == {
        frozenset(["Columns", "Plain mail", "z"])
    }


@pytest.mark.parametrize("year", [1970, 2999])
def test_a_copy_with_a_date_far_off_neither_leads_nor_parts_the_others(year):
    flood = [replace(THREE[0], date=DAY), replace(THREE[1], date=DAY + timedelta(days=1), text=FLOOD_TOO + FLOOD[-40:])]
    flood.append(telling("d", "Ostra floods Velmin", FLOOD_TOO[:150] + FLOOD[:60], date=DAY + timedelta(days=2)))
    assert len(group(flood)) == 1  # else this tests nothing
    copy = replace(flood[0], key="0", date=datetime(year, 1, 1, tzinfo=UTC))
    (story,) = group([*flood, copy])
    assert story.lead == group(flood)[0].lead == "b"


def test_where_no_dates_agree_the_earliest_leads():
    late = telling("a", *words_of("a"), date=DAY + timedelta(days=300))
    assert group([late, telling("b", *words_of("a"), date=DAY)])[0].lead == "b"


def test_an_article_that_copies_two_stories_joins_them_not():
    floods = [telling(f"flood{n}", "Flood in Velmin", f"{FLOOD} {word(random.Random(n))}") for n in range(6)]
    banks = [telling(f"bank{n}", "Bank cuts interest", f"{BANK} {word(random.Random(n + 50))}") for n in range(6)]
    both = telling("0", f"{floods[0].title}, {banks[0].title}", f"{floods[0].text} {banks[0].text}", length=9_000)
    copied = [containment(shingles(both.text), shingles(each.text)) for each in (floods[0], banks[0])]
    assert copied == [1.0, 1.0]
    assert {story - {"0"} for story in partition(group([*floods, *banks, both]))} == {
        frozenset(each.key for each in floods),
        frozenset(each.key for each in banks),
    }


@pytest.mark.parametrize("text", ["", "word", "كلمة", "東", "x" * 1_000_000, "e" + "\u0301" * 100_000, "\ud800"])
def test_what_has_nothing_to_compare_stays_apart_and_breaks_nothing(text):
    stories = group([telling(f"{n}", "", text) for n in range(50)] + THREE)
    assert sorted(key for story in stories for key in story.keys) == sorted([*map(str, range(50)), *"abc"])
    assert frozenset("ab") in partition(stories)


def test_arabic_is_compared_by_words():
    batch = [
        telling("a", "زلزال قوي يضرب مدينة فلمين", "ضرب زلزال قوي مدينة فلمين صباح اليوم وأصيب عشرون شخصا."),
        telling("b", "عشرون مصابا في زلزال فلمين", "أصيب عشرون شخصا في زلزال قوي ضرب مدينة فلمين."),
        telling("c", "افتتاح متحف جديد", "يعرض المتحف أعمالا كثيرة في الربيع."),
    ]
    assert partition(group(batch)) == {frozenset("ab"), frozenset("c")}


def test_the_footer_of_a_site_makes_no_stories():
    footer = " Sign up for our letter. Follow us everywhere. Copyright Ostra Media. All rights reserved."
    rng = random.Random(5)
    own = [" ".join(word(rng) for _ in range(40)) for _ in range(60)]
    assert len(group(telling(f"{n}", each[:30], each + footer) for n, each in enumerate(own))) == 60


@pytest.mark.parametrize("text", ["so. _Foo Bar's 'tis x_y 1,000 \"Q\"\n\nEnd", "A.B: c'd''e 'f' _ ?!Go"])
def test_plain_text_is_read_as_any_other_is(text):
    """ASCII has a quicker way: it must say the same."""
    assert weigh("", text).items() <= weigh("", f"{text} ώ").items()
    assert shingles(text) <= shingles(f"{text} ώ")


WORDS = [word(random.Random(n)) for n in range(40)]
texts = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
batches = st.lists(st.tuples(texts, texts, st.none() | st.integers(0, 800)), max_size=14).map(
    lambda rows: [
        telling(f"k{n:02}", title, text, date=None if days is None else DAY + timedelta(days=days))
        for n, (title, text, days) in enumerate(rows)
    ]
)


@settings(max_examples=60, deadline=None)
@given(batches, st.randoms(use_true_random=False))
def test_the_order_of_the_batch_makes_no_difference(batch, rng):
    shuffled = batch[:]
    rng.shuffle(shuffled)
    assert group(shuffled) == group(batch)


@settings(max_examples=60, deadline=None)
@given(batches)
def test_every_article_is_in_one_story_and_grouping_again_changes_nothing(batch):
    stories = group(batch)
    assert sorted(key for story in stories for key in story.keys) == [each.key for each in batch]
    by_key = {each.key: each for each in batch}
    assert group([by_key[key] for story in stories for key in story.keys]) == stories
    for story in stories:
        for also in story.also:
            assert also.nearest in story.keys
            assert also.key != also.nearest
            assert 0 <= also.likeness <= 1
            assert also.words


@settings(max_examples=40, deadline=None)
@given(batches, st.lists(st.sampled_from(WORDS), min_size=2, max_size=12, unique=True))
def test_the_same_text_twice_is_always_one_story(batch, words):
    stories = group([*batch, telling("x", words[0], " ".join(words)), telling("y", words[0], " ".join(words))])
    assert any({"x", "y"} <= set(story.keys) for story in stories)


def foreign_to(text):
    return " ".join(f"q{word}" for word in text.split())


@settings(max_examples=40, deadline=None)
@given(batches)
def test_articles_without_a_word_in_common_are_never_joined(batch):
    other = [telling(each.key, each.title, each.text) for each in batch]
    foreign = [telling(f"f{each.key}", foreign_to(each.title), foreign_to(each.text)) for each in batch]
    for story in group([*other, *foreign]):
        assert len({key[0] for key in story.keys}) == 1


def dev(name):
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the development set {name} is not beside this clone")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def b_cubed(gold, found):
    """B-cubed F1 of two partitions, given as the label of each article in both."""
    true, ours = defaultdict(set), defaultdict(set)
    for key in gold:
        true[gold[key]].add(key)
        ours[found[key]].add(key)
    precision = sum(len(true[gold[key]] & ours[found[key]]) / len(ours[found[key]]) for key in gold) / len(gold)
    recall = sum(len(true[gold[key]] & ours[found[key]]) / len(true[gold[key]]) for key in gold) / len(gold)
    return 2 * precision * recall / (precision + recall)


def date_of(text):
    try:
        return datetime.fromisoformat(text or "").replace(tzinfo=UTC)
    except ValueError:
        return None


@pytest.mark.parametrize(("name", "floor"), [("g5", 0.95), ("g5b", 0.83), ("ecb", 0.88)])
def test_stories_of_real_articles(name, floor):
    rows = dev(f"stories_{name}.dev.jsonl")
    stories = group(telling(row["id"], row["title"], row["body"], date=date_of(row["date"])) for row in rows)
    found = {key: story.lead for story in stories for key in story.keys}
    assert b_cubed({row["id"]: row["story"] for row in rows}, found) > floor


def test_copies_of_real_articles_disturbed():
    """Articles of one story that have a wire's text in common are copies too, though the set does not list them."""
    rows = {row["id"]: row for row in dev("neardup_g5.dev.jsonl")}
    stories = group(telling(row["id"], row["title"], row["body"]) for row in rows.values())
    found = {key: story.lead for story in stories for key in story.keys}
    together = sum(
        found[one] == found[other]
        for one in rows
        for other in rows
        if one < other and rows[one]["dup"] == rows[other]["dup"]
    )
    wanted = sum(one < other and rows[one]["dup"] == rows[other]["dup"] for one in rows for other in rows)
    assert together >= 0.99 * wanted
    wrong = [also for story in stories for also in story.also
             if also.is_copy and rows[also.key]["story"] != rows[also.nearest]["story"]]  # fmt: skip
    assert wrong == []
