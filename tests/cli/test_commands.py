from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from digest.cli import COMMANDS, group, main

REPOSITORY = Path(__file__).parents[2]
NEWS_PAGE = REPOSITORY.parent / "shared" / "data" / "news-page.txt"
AT = "2026-03-02T12:00:00Z"


def helped(capsys, *args):
    with pytest.raises(SystemExit) as stop:
        main([*args, "--help"])
    assert stop.value.code == 0
    return capsys.readouterr().out


def test_help_names_every_command_and_the_exit_codes(capsys):
    text = helped(capsys)
    assert all(f"  {name} " in text for name in COMMANDS)
    assert "Exit codes: 0 done, or nothing was due; 1 something failed; 2" in text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_that_agrees_with_the_list(capsys, name):
    assert helped(capsys, name).startswith(f"Usage: digest {name} ")


def test_golden_help_is_what_click_says(request):
    context = group.make_context("digest", ["run"], resilient_parsing=True, terminal_width=80)
    said = group.get_help(context) + "\n"
    stored = REPOSITORY / "digest/help.txt"
    if request.config.getoption("--write-golden"):
        stored.write_text(said, encoding="utf-8")
        pytest.skip("golden file written")
    assert stored.read_text(encoding="utf-8") == said


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_imports_nothing(flag):
    script = (
        f"import sys\nsys.argv = ['digest', {flag!r}]\nfrom digest.entry import main\nmain()\n"
        "print(*sorted(name for name in sys.modules if name.startswith('digest') or name == 'click'), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.split() == ["digest", "digest.entry"]
    assert done.stdout == (REPOSITORY / "digest/help.txt").read_text(encoding="utf-8")


def test_a_mistyped_command_gets_a_suggestion(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["rnu"])
    assert stop.value.code == 2
    assert "did you mean 'run'?" in capsys.readouterr().err


def test_version(capsys):
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out.startswith("digest ")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(capsys, shell):
    with pytest.raises(SystemExit):
        main(["completion", shell])
    assert "_DIGEST_COMPLETE" in capsys.readouterr().out


def test_schema(capsys):
    with pytest.raises(SystemExit):
        main(["config", "schema"])
    assert json.loads(capsys.readouterr().out)["properties"]["newsletters"]["description"]


def test_init_lays_out_a_newsroom_that_runs(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(["init", "mine"])
    assert stop.value.code == 0
    monkeypatch.chdir(tmp_path / "mine")
    for at in (["--at", AT], []):
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main(["run", "weekly", "--json", *at])
        captured = capsys.readouterr()
        assert (stop.value.code, captured.err) == (0, "")
        if at:
            assert len(json.loads(captured.out)["articles"]) == 5
    (tmp_path / "mine/config.yaml").write_text("mine now")
    with pytest.raises(SystemExit) as stop:
        main(["init", "."])
    assert stop.value.code == 2
    assert (tmp_path / "mine/config.yaml").read_text() == "mine now"


def test_a_group_lists_what_its_commands_do_in_whole_sentences(capsys):
    with pytest.raises(SystemExit):
        main(["sources", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "show what would come and every doubt; nothing is kept." in said


def test_init_touches_no_file_that_is_there(tmp_path, capsys):
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles/welcome.md").write_text("mine")
    with pytest.raises(SystemExit) as stop:
        main(["init", str(tmp_path)])
    assert stop.value.code == 0
    assert (tmp_path / "articles/welcome.md").read_text() == "mine"
    assert "welcome.md" not in capsys.readouterr().out


def test_articles_in_the_fixed_form(room):
    articles = room.run("articles", "--json").json
    assert len(articles) == 7
    fixed = (
        "key title url source published first_seen categories author language photo_credit headings paragraphs problems"
    )
    assert all(set(fixed.split()) <= each.keys() for each in articles)
    fourth = next(each for each in articles if each["title"] == "Fourth & last")
    assert (fourth["published"], fourth["categories"], fourth["source"]) == ("2026-02-27", ["Two"], "folder:articles")
    assert fourth["paragraphs"] == ["Ampersands & all, in a paragraph of their own."]
    second = next(each for each in articles if each["title"] == "Second thoughts")
    assert second["published"] == "2026-02-25T10:00:00+01:00"


def test_articles_filtered(room):
    by_category = room.run("articles", "--category", "one")
    assert by_category.out.count("\n") == 3
    assert room.run("articles", "two/fourth.md").out.count("\n") == 1
    assert [each["title"] for each in room.run("articles", "--problems", "--json").json] == ["Not yet"]
    title, problem = room.run("articles", "--problems").out.splitlines()
    assert title.startswith("Not yet  not-yet-")
    assert problem.startswith("  articles/two/future.md:3: is dated 2099-06-01")
    assert room.run("articles", "--source", "elsewhere", "--json").json == []


def test_explain_before_and_after_the_edition(room):
    before = {each["title"]: each for each in room.run("explain", "weekly", "--json").json}
    assert before.keys() == {
        "First things",
        "Second thoughts",
        "Third time",
        "Fourth & last",
        "Old news",
        "Not ready",
        "Not yet",
    }
    assert room.run("editions", "--json").json == []
    room.run("run", "weekly", "--at", AT)
    after = {each["title"]: each for each in room.run("explain", "weekly", "--json").json}
    assert {title: (each["chosen"], each["rule"]) for title, each in after.items()} == {
        "Second thoughts": (True, "in window"),
        "First things": (True, "in window"),
        "Fourth & last": (True, "in window"),
        "Third time": (False, "section full"),
        "Not ready": (False, "draft"),
        "Not yet": (False, "not yet published"),
        "Old news": (False, "too old"),
    }
    room.article("two/new.md", "New", "2026-03-01", "Two", "Came after.")
    room.run("articles")
    (new,) = room.run("explain", "weekly", "two/new.md", "--json").json
    assert (new["rule"], new["recorded"]) == ("not yet seen", False)
    room.run("run", "weekly", "--at", "2026-03-09T12:00:00Z")
    (first,) = room.run("explain", "weekly", "one/first.md", "--json").json
    assert first["reason"] == "it is in edition 2026-03-02T0700Z"
    text = room.run("explain", "weekly", "--edition", "2026-03-02T0700Z").out
    assert "the 2 places of the section 'One' went to articles ranked before it" in text
    assert "1 too old" in text


def test_editions_for_a_person_have_the_slot_in_the_newsletter_s_zone(room):
    room.run("run", "weekly", "--at", AT)
    line = "weekly\t2026-03-02T0700Z\tMon 2026-03-02 {}\tcomposed\t3\t"
    assert room.run("editions").out.startswith(line.format("08:00 CET"))
    # A newsletter that was renamed is listed when it is named, in UTC, as its zone is forgotten.
    text = (room.root / "config.yaml").read_text()
    room.write("config.yaml", text.replace("  weekly:", "  monday:"))
    assert room.run("editions").out == ""
    assert room.run("editions", "weekly").out.startswith(line.format("07:00 UTC"))
    assert [each["edition"] for each in room.run("editions", "weekly", "--json").json] == ["2026-03-02T0700Z"]
    unknown = room.run("editions", "mondya")
    assert unknown.code == 2
    assert "there is no newsletter 'mondya'; did you mean 'monday'?" in unknown.err


def test_import_an_article_and_use_it(room):
    file = room.write("elsewhere/note.md", "---\ntitle: From elsewhere\ndate: 2026-02-28\ncategory: Two\n---\nWords.\n")
    shown = room.run("import", str(file), "--dry-run", "--json").json
    assert [each["title"] for each in shown] == ["From elsewhere"]
    assert "From elsewhere" not in room.run("articles").out
    for _ in range(2):
        assert room.run("import", str(file.parent), "--json").json[0]["key"] == shown[0]["key"]
    # Unlike a source's, an imported article stays when its file goes.
    file.unlink()
    assert shown[0]["key"] in room.run("run", "weekly", "--at", AT, "--json").json["articles"]


def test_import_says_when_a_text_is_no_news_page(room):
    file = room.write("letter.txt", "Dear all\n\nThis is a letter, and no page at all.\n")
    taken = room.run("import", str(file), "--json")
    assert (taken.code, [each["title"] for each in taken.json]) == (0, ["Dear all"])
    assert "letter.txt: is no saved news page" in taken.err
    refused = room.run("import", str(file), "--as", "page", "--json")
    assert (refused.code, refused.json) == (1, [])
    assert "letter.txt" in refused.err


FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>F</title><link>https://feed.example/</link>
<item><title>Newer</title><guid isPermaLink="false">2</guid><link>https://feed.example/2?utm_source=x</link>
<pubDate>Mon, 02 Mar 2026 06:00:00 EST</pubDate><description>Words &nbsp; of it.</description></item>{older}
</channel></rss>"""
OLDER = """<item><title>Older</title><guid isPermaLink="false">1</guid><link>https://feed.example/1</link>
<pubDate>2026-02-28T08:00:00Z</pubDate><description>Other words.</description></item>"""


@pytest.mark.parametrize("name", ["saved.xml", "saved.rss", "saved.txt", "saved"])
def test_import_a_saved_feed(room, name):
    file = room.write(f"elsewhere/{name}", FEED.format(older=OLDER))
    shown = room.run("import", str(file), "--dry-run", "--json").json
    assert [(each["title"], each["url"]) for each in shown] == [
        ("Newer", "https://feed.example/2"),
        ("Older", "https://feed.example/1"),
    ]
    assert all(str(file) in each["source"] for each in shown)
    said = [problem["message"] for problem in shown[0]["problems"]]
    assert "no well-formed XML" in said[0]
    assert "US Eastern" in said[1]
    assert shown[0]["problems"][1]["place"] == f"{file} entry 1 (Newer)"
    assert "Newer" not in room.run("articles").out


def test_what_a_newer_save_of_a_feed_no_longer_has_stays(room):
    file = room.write("elsewhere/saved.xml", FEED.format(older=OLDER))
    room.run("import", str(file))
    room.write("elsewhere/saved.xml", FEED.format(older=""))
    again = room.run("import", str(file), "--json")
    assert [each["title"] for each in again.json] == ["Newer"]
    listed = {each["title"]: each["withdrawn"] for each in room.run("articles", "--json").json}
    assert listed["Older"] is False


def test_a_feed_that_has_what_a_folder_has_is_no_mistake(room):
    ours = room.write("own.md", "---\ntitle: Ours\ndate: 2026-02-28\nurl: https://feed.example/1\n---\nWords.\n")
    (own,) = room.run("import", str(ours), "--json").json
    file = room.write("elsewhere/saved.xml", FEED.format(older=OLDER))
    taken = room.run("import", str(file), "--json")
    assert [each["key"] for each in taken.json][1] == own["key"]
    assert "has the URL" not in taken.err


def test_import_says_what_is_no_feed(room):
    page = '<html><link rel="alternate" type="application/rss+xml" href="https://feed.example/f.xml"></html>'
    result = room.run("import", str(room.write("elsewhere/page.xml", page)), "--json")
    assert (result.code, result.json) == (1, [])
    assert "is a web page and no feed; it names the feed https://feed.example/f.xml" in result.err


def test_a_folder_with_feeds_among_its_files(room):
    room.write("elsewhere/a.md", "---\ntitle: A\ndate: 2026-02-28\n---\nWords.\n")
    room.write("elsewhere/b.xml", FEED.format(older=""))
    room.write("elsewhere/other.json", '{"no": "feed"}')
    assert [each["title"] for each in room.run("import", str(room.root / "elsewhere"), "--json").json] == ["A", "Newer"]


@pytest.mark.skipif(not NEWS_PAGE.exists(), reason="the saved news page is not beside this clone")
def test_import_the_news_page(room):
    titles = [
        "China Sees Further Metaverse Development Through Nanjing City Initiative",
        "Nexo gets on regulatory ladder in Dubai with initial approval",
        "Busan signs MOU with BDX Consortium to launch Busan Digital Asset Exchange",
        "Hong Kong gearing up to give crypto derivatives the go-ahead",
    ]
    articles = room.run("import", str(NEWS_PAGE), "--json").json
    assert [each["title"] for each in articles] == titles
    assert [each["published"] for each in articles] == ["2023-06-12T23:47:00", "2024-03-06", "2024-02-22", "2025-06-06"]
    assert {(each["url"], each["author"]) for each in articles} == {("", "")}
    berlin = room.run("import", str(NEWS_PAGE), "--json", "--timezone", "Europe/Berlin").json
    assert berlin[0]["published"] == "2023-06-12T23:47:00+02:00"
    assert [each["key"] for each in berlin] == [each["key"] for each in articles]


def test_check_finds_nothing_in_a_good_newsroom_and_writes_nothing(room):
    before = room.files(".")
    result = room.run("check", "--at", AT, "--json")
    assert result.code == 0
    assert [(each["level"], each["place"]) for each in result.json] == [("warning", "articles/two/future.md:3")]
    assert room.run("check", "--at", AT, "--strict").code == 1
    assert room.files(".") == before


def test_check_warns_of_what_was_left_out(room):
    room.write("config.yaml", "newsletters: {weekly: {title: T, timezone: UTC, schedule: '@daily'}}\n")
    places = [each["place"] for each in room.run("check", "--json").json]
    assert any("site.url" in place for place in places)
    assert any("site.address" in place for place in places)


def test_a_newsletter_of_title_zone_and_schedule_alone_works(room):
    room.write("config.yaml", "newsletters: {weekly: {title: T, timezone: Europe/Berlin, schedule: '0 8 * * mon'}}\n")
    result = room.run("run", "weekly", "--at", AT, "--json")
    assert len(result.json["articles"]) == 4
    assert {name.split("/")[0] for name in room.files()} == {"mail", "weekly"}


def test_quiet_and_colourless(room):
    result = room.run("run", "weekly", "--at", AT, "--quiet")
    assert (result.out, result.err) == ("", "")
    loud = room.run("run", "weekly", "--at", AT)
    assert "\x1b" not in loud.out + loud.err
