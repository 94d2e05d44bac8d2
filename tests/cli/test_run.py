from __future__ import annotations

import json
import mailbox
import shutil

import pytest

AT = "2026-03-02T12:00:00Z"
EDITION = "2026-03-02T0700Z"
DELIVERED = {
    "planned": 1,
    "accepted": 1,
    "deferred": 0,
    "refused": 0,
    "excluded": 0,
    "uncertain": 0,
    "waiting": 0,
}


def titles(room, result):
    by_key = {each["key"]: each["title"] for each in room.run("articles", "--json").json}
    return [by_key[key] for key in result.json["articles"]]


def test_the_fixed_form_and_files(room):
    result = room.run("run", "weekly", "--at", AT, "--json")
    assert result.code == 0
    data = result.json
    assert {key: data[key] for key in ("newsletter", "edition", "slot", "window", "status", "deliveries")} == {
        "newsletter": "weekly",
        "edition": EDITION,
        "slot": "2026-03-02T07:00:00Z",
        "window": {"start": "2026-02-23T07:00:00Z", "end": "2026-03-02T07:00:00Z"},
        "status": "composed",
        "deliveries": DELIVERED,
    }
    # Two of section One by date, the third has no place; 27 February of section Two.
    assert titles(room, result) == ["Second thoughts", "First things", "Fourth & last"]
    present = room.files()
    shared = {"index.html", "rss.xml", "atom.xml", "feed.json"}
    own = {"index.html", "index.txt", "email.html", "email.txt", "edition.json"}
    assert {f"weekly/{name}" for name in shared} | {f"weekly/{EDITION}/{name}" for name in own} <= present.keys()
    assert sum(name.startswith("mail/") for name in present) == 1
    assert {str(room.root / "out" / name) for name in present} == set(data["files"])


def test_again_changes_nothing(room):
    room.run("run", "weekly", "--at", AT)
    before = {path: path.stat().st_mtime_ns for path in (room.root / "out").rglob("*")}
    again = room.run("run", "weekly", "--at", "2026-03-05T00:00:00Z", "--json")
    assert (again.code, again.json["status"]) == (0, "exists")
    assert again.json["deliveries"] == DELIVERED
    assert {path: path.stat().st_mtime_ns for path in (room.root / "out").rglob("*")} == before


def test_two_folders_give_the_same_bytes(room, other_room):
    other_room.article(
        "one/second.md", "Second thoughts", "2026-02-25 10:00", "One", "Thoughts come second.\n\nAnd third."
    )
    for each, environment in (
        (room, {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo"}),
        (other_room, {"PYTHONHASHSEED": "2", "TZ": "America/New_York", "LANG": "de_DE.UTF-8"}),
    ):
        process = each.start("run", "weekly", "--at", AT, **environment)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert room.files() == other_room.files()
    assert len(room.files()) > 10


def test_what_was_removed_comes_back_from_the_store(room):
    room.run("run", "weekly", "--at", AT)
    room.article("two/later.md", "Later", "2026-03-03", "Two", "Came a week later.")
    room.run("run", "weekly", "--at", "2026-03-09T12:00:00Z")
    whole = room.files()
    shutil.rmtree(room.root / "out")
    shutil.rmtree(room.root / "articles")
    (room.root / "articles").mkdir()
    result = room.run("run", "weekly", "--at", "2026-03-09T12:00:00Z", "--json")
    assert result.json["status"] == "exists"
    # All pages of both editions; of messages, those of the edition asked for.
    assert room.files() == {name: content for name, content in whole.items() if f"mail/weekly-{EDITION}" not in name}


def test_the_next_edition_takes_what_is_new_and_what_was_late(room):
    room.run("run", "weekly", "--at", AT)
    room.article("two/late.md", "Late arrival", "2026-02-26", "Two", "Written then, found now.")
    result = room.run("run", "weekly", "--at", "2026-03-09T12:00:00Z", "--json")
    # The one that found no place in the first edition is still within the late allowance: it is not lost.
    assert titles(room, result) == ["Third time", "Late arrival"]
    assert room.run("run", "weekly", "--at", "2026-03-16T12:00:00Z", "--json").json["status"] == "skipped"


def test_an_edited_or_moved_article_is_not_sent_again(room):
    room.run("run", "weekly", "--at", AT)
    room.article("one/second.md", "Second thoughts, mended", "2026-03-04 10:00", "One", "Wholly rewritten.")
    (room.root / "articles/one/first.md").rename(room.root / "articles/first-moved.md")
    result = room.run("run", "weekly", "--at", "2026-03-09T12:00:00Z", "--json")
    assert titles(room, result) == ["Third time"]


def test_too_few_is_recorded_and_tried_again_by_hand(room):
    room.write("config.yaml", (room.root / "config.yaml").read_text() + "    minimum: 5\n")
    skipped = room.run("run", "weekly", "--at", AT, "--json")
    assert (skipped.code, skipped.json["status"], skipped.json["files"]) == (0, "skipped", [])
    assert skipped.json["reason"] == "3 stories found, and the minimum is 5"
    assert not (room.root / "out").exists()
    assert [each["status"] for each in room.run("editions", "--json").json] == ["skipped"]
    for number in range(2):
        room.article(f"two/new{number}.md", f"New {number}", "2026-02-28", "Two", f"Number {number} is new.")
    assert room.run("run", "weekly", "--at", AT, "--json").json["status"] == "composed"
    assert [each["status"] for each in room.run("editions", "--json").json] == ["composed"]


def test_a_second_run_says_where_the_next_edition_is_seen(room):
    room.run("run", "weekly", "--at", AT)
    assert "preview weekly shows" in room.run("run", "weekly", "--at", AT).out


def test_send_and_top_up(room):
    config = (room.root / "config.yaml").read_text()
    room.write("config.yaml", config + "    minimum: 4\n    too_few: top_up\n")
    result = room.run("run", "weekly", "--at", AT, "--json")
    assert titles(room, result)[-1] == "Old news"
    assert len(result.json["articles"]) == 4


def test_dry_run_leaves_nothing(room):
    before = room.files(".")
    result = room.run("run", "weekly", "--at", AT, "--dry-run", "--json")
    assert (result.json["status"], len(result.json["articles"])) == ("composed", 3)
    assert room.files(".") == before


def test_all_prints_one_object_an_edition(room):
    config = (room.root / "config.yaml").read_text()
    room.write("config.yaml", config + "  daily: {title: Daily, timezone: UTC, schedule: '@daily', minimum: 9}\n")
    result = room.run("run", "--all", "--at", AT, "--json")
    assert [json.loads(line)["newsletter"] for line in result.out.splitlines()] == ["weekly", "daily"]


@pytest.mark.parametrize("kind", ["maildir", "mbox", "web"])
def test_sinks(room, kind):
    room.write("config.yaml", (room.root / "config.yaml").read_text() + f"sinks: [{{path: box, format: {kind}}}]\n")
    for at in (AT, AT, "2026-03-03T12:00:00Z"):
        assert room.run("run", "weekly", "--at", at).code == 0
    if kind == "web":
        pages = {name: content for name, content in room.files().items() if not name.startswith("mail/")}
        assert room.files("box") == pages
        return
    box = mailbox.Maildir(room.root / "box") if kind == "maildir" else mailbox.mbox(room.root / "box")
    assert [message["Subject"] for message in box] == ["The Test Weekly: Second thoughts"]
    box.close()


def test_a_read_and_a_deleted_message_do_not_come_back_into_a_mailbox(room):
    room.write("config.yaml", (room.root / "config.yaml").read_text() + "sinks: [{path: box, format: maildir}]\n")
    room.run("run", "weekly", "--at", AT)
    (message,) = (room.root / "box/new").iterdir()
    message.unlink()
    room.run("run", "weekly", "--at", AT)
    assert list((room.root / "box/new").iterdir()) == []


def test_undated_articles_count_from_when_they_are_seen(room):
    room.article("two/undated.md", "No date at all", "", "Two", "Still a story.")
    result = room.run("run", "weekly", "--at", AT, "--json")
    assert "No date at all" in titles(room, result)
    assert "articles/two/undated.md" in result.err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("run",), "name a newsletter, or give --all"),
        (("run", "weekly", "--all"), "name a newsletter or give --all, not both"),
        (("run", "weekyl"), "there is no newsletter 'weekyl'; did you mean 'weekly'?"),
        (("run", "weekly", "--at", "yesterday"), "'yesterday' is no instant"),
        (("run", "weekly", "--at", "2026-03-02T12:00"), "for '--at': '2026-03-02T12:00' has no time zone"),
        (("explain", "weekly", "--edition", "x"), "'weekly' has no edition 'x'"),
        (("explain", "weekly", "no-such-key"), "no article has the key or path 'no-such-key'"),
        (("articles", "no-such-key"), "no article has the key or path 'no-such-key'"),
        (("import", "no-such-file.md"), "there is no such file or folder"),
        (("import", __file__), "this kind of file cannot be read"),
        (("run", "weekly", "--at", "0001-01-02T00:00:00Z"), "lies too far"),
    ],
)
def test_usage(room, args, said):
    result = room.run(*args)
    assert result.code == 2
    assert said in result.err
    assert "Traceback" not in result.err


def test_a_list_of_feeds_is_no_article(room):
    result = room.run("import", str(room.write("feeds.opml", "<opml/>")))
    assert result.code == 2
    assert "feeds.opml: is a list of feeds: digest sources import takes it" in result.err
