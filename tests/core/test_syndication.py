"""Which ids mean something in the whole world, and what two sources' articles are to each other."""

import pytest

from digest.core.identity import Known, recognise, see
from digest.core.model import Block, Body, FoundArticle
from digest.core.syndication import LONGEST_ID, entry_path, feed_id, is_syndicated, scope, told_apart

LONG = " ".join(f"word{number}" for number in range(30))


def found(source, path, text=LONG, **fields):
    body = Body(f"<p>{text}</p>", (Block("paragraph", text),))
    return see("feed", FoundArticle(source=source, path=path, title="T", body=body, **fields))


def known(sighting, *, vacated=False, key="k"):
    article = sighting.article
    return Known(key=key, source=article.source, path=article.path, identities=sighting.identities, vacated=vacated)


def remembered(*entries):
    return {identity: entry for entry in entries for identity in entry.identities.items()}


@pytest.mark.parametrize(
    ("guid", "worldwide"),
    [
        ("https://a.example/1", True), ("tag:a.example,2026:1", True), ("urn:uuid:1", True),
        ("8f14e45f-ceea-467f-a9d8-4b2d1c6e7a00", True), ("https://a.example/", False), ("1234", False),
        ("post-7", False), ("tag:nothing", False),
    ],
)  # fmt: skip
def test_an_id_counts_everywhere_or_in_its_feed(guid, worldwide):
    one = feed_id(guid, "feed:a")
    assert (one == feed_id(guid, "feed:b")) == worldwide
    assert scope(one) == ("" if worldwide else "feed:a")


def test_ids_are_short_and_differ():
    one, two = (feed_id("g" * 1000 + end, "feed:a") for end in "ab")
    assert one != two
    assert len(one) <= LONGEST_ID + len(" in feed:a")
    assert told_apart("x", "1") != told_apart("x", "2")
    assert entry_path("x") != entry_path("y")


def test_feeds_are_told_by_the_name_of_their_source():
    assert is_syndicated("feed:a")
    assert is_syndicated("import:feed:/tmp/a.xml")
    assert not is_syndicated("folder:feed:a")


@pytest.mark.parametrize(
    ("here", "there"), [("feed:a", "feed:b"), ("feed:a", "folder:x"), ("folder:x", "feed:a")], ids=str
)
def test_between_a_feed_and_another_source_the_same_address_is_the_same_article(here, there):
    old = known(found(there, "1", id="one", url="https://a.example/1"))
    again = recognise([found(here, "2", "other text", id="two", url="https://a.example/1/")], remembered(old))
    assert (dict(again.same), dict(again.set_aside)) == ({}, {})
    assert {position: each.key for position, each in again.also.items()} == {0: "k"}


def test_between_two_folders_it_is_a_mistake_as_ever():
    old = known(found("folder:x", "1", url="https://a.example/1"))
    again = recognise([found("folder:y", "2", "other", url="https://a.example/1")], remembered(old))
    assert list(again.set_aside) == [0]
    assert not again.also


def test_little_text_is_no_proof_that_two_feeds_have_one_article():
    old = known(found("feed:b", "1", "No news."))
    assert not recognise([found("feed:a", "2", "No news.")], remembered(old)).also
    assert recognise([found("feed:a", "2")], remembered(known(found("feed:b", "1")))).also


def test_what_another_source_no_longer_has_comes_in():
    old = Known(
        key="k",
        source="feed:b",
        path="1",
        identities=found("feed:b", "1", url="https://a.example/1").identities,
        withdrawn=True,
    )
    assert recognise([found("feed:a", "2", url="https://a.example/1")], remembered(old)).same[0].key == "k"


def test_ids_of_two_feeds_do_not_contradict_each_other():
    before = found("feed:a", "1", id=feed_id("7", "feed:a"), url="https://a.example/1")
    old = Known(key="k", source="feed:a", path="1", identities=before.identities, withdrawn=True)
    moved = found("feed:b", "2", "edited since", id=feed_id("7", "feed:b"), url="https://a.example/1")
    assert recognise([moved], remembered(old)).same[0].key == "k"
    other = found("feed:a", "2", "another text", id=feed_id("8", "feed:a"), url="https://a.example/1")
    assert not recognise([other], remembered(old)).same


def test_a_feed_that_makes_its_ids_anew_has_not_written_anew():
    old = known(found("feed:a", "1", id="urn:1", url="https://a.example/1"), vacated=True)
    again = found("feed:a", "2", id="urn:2", url="https://a.example/1")
    assert recognise([again], remembered(old)).same[0].key == "k"
    without = known(found("feed:a", "1", id="urn:1"), vacated=True)
    assert not recognise([found("feed:a", "2", id="urn:2")], remembered(without)).same


def test_entries_of_one_feed_are_never_set_aside():
    twins = [found("feed:a", str(number), id=f"urn:{number}", url="https://a.example/1") for number in range(3)]
    assert not recognise(twins, {}).set_aside


def test_a_shared_address_identifies_nobody():
    assert "url" not in found("feed:a", "1", url="https://a.example/", shared_url=True).identities


def test_little_text_is_no_old_entry_either():
    old = known(found("feed:a", "1", "No news."), vacated=True)
    assert not recognise([found("feed:a", "2", "No news.")], remembered(old)).same
