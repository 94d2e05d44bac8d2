"""Two feeds and a folder that tell one event: one story in the edition, each choice explained, nothing twice."""

from __future__ import annotations

import email
import email.policy
import json
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "fetch"))

from web_server import Asked, answer, serving

FLOOD = "The river Ostra flooded the old town of Velmin on Monday; boats brought residents to safety, Mayor Kolb said."
AGAIN = "Boats brought residents of Velmin to safety after the Ostra flooded the old town, according to Mayor Kolb."
BANK = "Harwick Bank will cut interest on savings from April, the lender told its customers in a letter."
FIRST, SECOND = "2026-03-02T0700Z", "2026-03-09T0700Z"
AFTER = {FIRST: "2026-03-02T08:00:00Z", SECOND: "2026-03-09T08:00:00Z"}
CONFIG = """\
site: {{title: The Test, url: https://news.example.org, address: 1 Test Lane}}
sources:
  - {{type: feed, url: '{one}', name: One, local: true, priority: {first}}}
  - {{type: feed, url: '{two}', name: Two, local: true, priority: {second}}}
newsletters:
  weekly: {{title: W, timezone: Europe/Berlin, schedule: "0 8 * * mon", {more}}}
"""


def entry(host: str, title: str, text: str, day: int) -> str:
    return (
        f"<item><title>{title}</title><link>https://{host}/{title.replace(' ', '-')}</link>"
        f"<pubDate>{day} Feb 2026 08:00:00 GMT</pubDate><description>{text}</description></item>"
    )


class Desk:
    """A newsroom of two feeds."""

    def __init__(self, room, web) -> None:
        self.room, self.web = room, web
        self.serve(
            [entry("www.ostra.example", "Flood in Velmin", FLOOD, 25)],
            [entry("velmin.example", "Velmin under water", AGAIN, 26), entry("velmin.example", "Bank", BANK, 24)],
        )
        self.configure()

    def serve(self, *feeds: list[str]) -> None:
        for path, entries in zip(("/one", "/two"), feeds, strict=True):
            channel = f"<rss version='2.0'><channel><title>{path}</title>{''.join(entries)}</channel></rss>"
            self.web.on(path, answer(channel.encode()))

    def configure(self, first: int = 1, second: int = 2, more: str = "late: 14d") -> None:
        urls = {"one": self.web.url("/one"), "two": self.web.url("/two")}
        self.room.write("config.yaml", CONFIG.format(**urls, first=first, second=second, more=more))

    def run(self, edition: str = FIRST) -> dict:
        result = self.room.run("run", "weekly", "--at", AFTER[edition], "--json")
        assert result.code == 0, result.err
        return result.json

    def titles(self, edition: str = FIRST) -> list[str]:
        return [each["title"] for each in self.manifest(edition)]

    def manifest(self, edition: str = FIRST) -> list[dict]:
        said = json.loads((self.room.root / f"out/weekly/{edition}/edition.json").read_text())
        return [story for section in said["sections"] for story in section["articles"]]

    def explained(self, edition: str = FIRST) -> dict[str, tuple[str, str]]:
        found = self.room.run("explain", "weekly", "--edition", edition, "--json").json
        return {each["title"]: (each["rule"], each["reason"]) for each in found}


@pytest.fixture
def desk(room):
    with serving() as web:
        yield Desk(room, web)


def test_two_feeds_that_tell_one_event_are_one_story(desk):
    desk.run()
    assert desk.titles() == ["Flood in Velmin", "Bank"]
    flood, bank = desk.manifest()
    (other,) = flood["also"]
    assert other.pop("key").startswith("velmin-under-water-")
    assert other == {
        "title": "Velmin under water",
        "url": "https://velmin.example/Velmin-under-water",
        "source": "feed:Two",
    }
    assert "also" not in bank
    rule, reason = desk.explained()["Velmin under water"]
    assert rule == "same story"
    assert reason.startswith("it tells the story of 'Flood in Velmin' (")
    assert " like " in reason
    assert "Velmin" in reason.partition(": ")[2]


def test_the_other_is_named_in_message_text_and_page(desk):
    desk.run()
    (file,) = (desk.room.root / "out/mail").rglob("*.eml")
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    page = (desk.room.root / f"out/weekly/{FIRST}/index.html").read_text()
    assert "Also told by Two [1.1]" in text
    assert "[1.1] https://velmin.example/Velmin-under-water" in text.splitlines()
    assert "MSG016" not in desk.room.run("check", "--at", "2026-02-28T08:00:00Z").out
    for each in (html, page):
        (link,) = re.findall(r'<a[^>]*href="https://velmin.example/Velmin-under-water"[^>]*>(.*?)</a>', each)
        assert (link, "Also told by" in each) == ("<bdi>Two</bdi>", True)


def test_one_without_a_name_is_named_by_the_host_of_what_it_tells(desk):
    config = desk.room.root / "config.yaml"
    config.write_text(config.read_text().replace(" name: Two,", ""))
    desk.run()
    assert "Also told by velmin.example" in (desk.room.root / f"out/weekly/{FIRST}/index.txt").read_text()


def test_a_template_may_name_the_host_all_the_same(desk):
    desk.room.write("templates/_story_also.html", "{% for other in story.also %}by {{ other.outlet }}{% endfor %}")
    desk.run()
    assert "by velmin.example" in (desk.room.root / f"out/weekly/{FIRST}/index.html").read_text()


@pytest.mark.parametrize(("first", "second", "lead"), [(1, 2, "Flood in Velmin"), (2, 1, "Velmin under water")])
def test_the_source_of_the_lower_number_leads(desk, first, second, lead):
    desk.configure(first, second)
    desk.run()
    assert lead in desk.titles()
    assert len(desk.titles()) == 2


def test_neither_comes_again(desk):
    desk.run()
    desk.serve(
        [entry("www.ostra.example", "Flood in Velmin", FLOOD, 25)],
        [entry("velmin.example", "Velmin under water", AGAIN, 26), entry("velmin.example", "News", BANK[::-1], 28)],
    )
    desk.run(SECOND)
    assert desk.titles(SECOND) == ["News"]
    assert desk.explained(SECOND)["Velmin under water"][0] == "already in"


def test_a_pinned_article_of_the_folder_leads_whatever_its_source(desk):
    config = desk.room.root / "config.yaml"
    config.write_text(
        config.read_text().replace("sources:\n", "sources:\n  - {type: folder, path: articles, priority: 99}\n")
    )
    desk.room.article("one/ours.md", "Our flood", "2026-02-24", "One", AGAIN, pinned="true")
    desk.run()
    (story,) = (each for each in desk.manifest() if "also" in each)
    assert story["title"] == "Our flood"
    assert {each["title"] for each in story["also"]} == {"Flood in Velmin", "Velmin under water"}


def test_what_stands_word_for_word_in_two_feeds_is_one_article_in_both(desk):
    same = entry("velmin.example", "Flood in Velmin", FLOOD + " " + AGAIN, 26)
    desk.serve([same], [same])
    desk.run()
    (story,) = desk.manifest()
    assert [each["source"] for each in story["also"]] == ["feed:Two"]


@pytest.mark.parametrize(("first", "second", "source"), [(1, 2, "feed:One"), (2, 1, "feed:Two"), (3, 3, "feed:One")])
def test_one_article_of_two_feeds_is_that_of_the_lower_number(desk, first, second, source):
    texts = {"feed:One": f"{FLOOD} {AGAIN}", "feed:Two": BANK}
    same = [entry("velmin.example", "Flood in Velmin", text, 26) for text in texts.values()]
    desk.serve(*([each] for each in same))
    desk.configure(first, second)
    desk.run()
    (story,) = desk.manifest()
    assert story["summary"]["text"].split()[0] == texts[source].split()[0]
    assert [each["source"] for each in story["also"]] == [each for each in texts if each != source]


def test_where_else_it_is_told_stands_as_it_would_lead(desk):
    same = entry("velmin.example", "Flood in Velmin", FLOOD + " " + AGAIN, 26)
    desk.serve([same], [same])
    desk.web.on("/three", desk.web.said(Asked("GET", "/two", {})))
    desk.configure(2, 9)
    config = desk.room.root / "config.yaml"
    third = f"  - {{type: feed, url: '{desk.web.url('/three')}', name: Zed, local: true, priority: 5}}\n"
    config.write_text(config.read_text().replace("newsletters:", f"{third}newsletters:"))
    desk.run()
    (story,) = desk.manifest()
    assert [each["source"] for each in story["also"]] == ["feed:Zed", "feed:Two"]


def test_each_stands_for_itself_where_that_is_wanted(desk):
    desk.configure(more="join_stories: false")
    desk.run()
    assert sorted(desk.titles()) == ["Bank", "Flood in Velmin", "Velmin under water"]
    assert not any("also" in each for each in desk.manifest())


def test_where_the_lead_finds_no_place_both_wait(desk):
    desk.configure(more="maximum: 1")
    desk.serve(
        [entry("www.ostra.example", "Flood in Velmin", FLOOD, 24)],
        [entry("velmin.example", "Velmin under water", AGAIN, 23), entry("velmin.example", "Bank", BANK, 25)],
    )
    desk.run()
    assert desk.titles() == ["Bank"]
    told = desk.explained()
    assert told["Flood in Velmin"][0] == "edition full"
    assert told["Velmin under water"][0] == "same story"
    assert "of that, the edition's 1 place went to" in told["Velmin under water"][1]
    desk.run(SECOND)
    (story,) = desk.manifest(SECOND)
    assert (story["title"], story["also"][0]["title"]) == ("Flood in Velmin", "Velmin under water")


def test_two_files_of_one_folder_are_two_stories_however_alike(room):
    head, rest = CONFIG.partition("sources:")[0], CONFIG[CONFIG.index("newsletters:") :]
    room.write("config.yaml", (head + rest).format(more="late: 14d"))
    room.article("one.md", "Flood in Velmin", "2026-02-25", "News", FLOOD)
    room.article("two.md", "Velmin under water", "2026-02-26", "News", f"{FLOOD} {AGAIN}")
    result = room.run("run", "weekly", "--at", AFTER[FIRST], "--json")
    assert result.code == 0, result.err
    said = json.loads((room.root / f"out/weekly/{FIRST}/edition.json").read_text())
    told = [each["title"] for section in said["sections"] for each in section["articles"]]
    assert {"Flood in Velmin", "Velmin under water"} <= set(told)
