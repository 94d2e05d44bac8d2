from __future__ import annotations

from digest.core.errors import PreflightError
from digest.core.finding import Finding, Ignore, Kind, gathered, marked, standing

KIND = Kind("LINK003", "warning", "a link without TLS", "Anybody can read it.", "Link to https.")
ERROR = Kind("LINK004", "error", "a private link", "Nobody can read it.", "Link elsewhere.")


def test_a_finding_says_where_what_and_which():
    found = KIND.at("weekly email.html:3", "http://a.example.org/ is reached without TLS")
    assert str(found) == "weekly email.html:3: http://a.example.org/ is reached without TLS (LINK003)"
    assert (found.why, found.remedy) == ("Anybody can read it.", "Link to https.")
    assert KIND.at("x", "y", "Ask them.").remedy == "Ask them."


def test_what_is_ignored_needs_the_code_and_the_words():
    one, other = KIND.at("email.html:3", "http://a.example.org/"), KIND.at("email.html:4", "http://b.example.org/")
    all_of, one_of = Ignore("LINK003", "they know"), Ignore("LINK003", "old host", match="a.example.org")
    assert [each.ignored for each in marked([one, other], [one_of])] == ["old host", ""]
    assert [each.ignored for each in marked([one, other], [one_of, all_of])] == ["old host", "they know"]
    assert marked([one], [Ignore("LINK004", "another")]) == [one]
    assert Ignore("LINK003", "by place", match=":4").covers(other)
    assert not Ignore("LINK003", "by place", match=":4").covers(one)


def test_what_stands_is_what_nobody_ignores():
    found = [KIND.at("a", "b"), ERROR.at("a", "b"), Finding("X", "error", "a", "b", "", "", ignored="why not")]
    assert standing(found) == found[:2]
    assert standing(found, "error") == [found[1]]
    assert standing(found, "warning") == [found[0]]


def test_for_a_person_one_mistake_is_one_line_with_its_places():
    link, other = "http://a.example.org/", "http://b.example.org/"
    places = ["weekly email.html:3", "weekly email.html:9", "weekly email.txt:4", "weekly rss.xml", "weekly atom.xml"]
    found = [KIND.at(places[0], link), KIND.at("weekly email.html:5", other)]
    found += [KIND.at(place, link) for place in (*places[1:], places[0])]
    one, two = gathered(found)
    assert one.place == "weekly email.html:3, 9, email.txt:4, rss.xml and 1 more place"
    assert two == found[1]
    assert gathered(found, None)[0].place.endswith("email.txt:4, rss.xml, atom.xml")
    keys = [KIND.at(f"/a/config.yaml newsletters.{key}", "no key") for key in ("one", "two")]
    assert gathered(keys)[0].place == "/a/config.yaml newsletters.one, newsletters.two"
    files = [KIND.at(f"articles/my {name}.md:3", "is empty") for name in ("first", "other")]
    assert gathered(files)[0].place == "articles/my first.md:3, articles/my other.md:3"
    # What is ignored, or is of another kind, stands for itself.
    assert len(gathered([KIND.at("a:1", link), ERROR.at("a:2", link)])) == 2
    assert len(gathered([KIND.at("a:1", link), *marked([KIND.at("a:2", link)], [Ignore("LINK003", "known")])])) == 2
    assert gathered([]) == []


def test_an_edition_that_is_not_sent_says_why_and_what_to_do():
    one = PreflightError("weekly", [ERROR.at("weekly email.html:3", "https://localhost/ leads nowhere")])
    said = "weekly: the edition is not sent: weekly email.html:3: https://localhost/ leads nowhere (LINK004). "
    assert str(one).startswith(said + "Link elsewhere. `digest check weekly` says more; ")
    two = PreflightError("weekly", [ERROR.at("a", "b"), ERROR.at("c", "d")])
    assert "says more, and 1 more; " in str(two)
    assert two.findings[1].place == "c"
