"""What `make judges` makes of what the judges say; and that each judge which is installed here can find something."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import judging
import pytest
from judging import ask, page, passed, table
from programs import Judge, Verdict, _spam_verdict, _w3c, judges
from subjects import Subject

HERE = Path(__file__).parent
SUBJECTS = [Subject("short, standard", "message", Path("a.html")), Subject("short, standard", "feed", Path("f.xml"))]
FINE = Verdict(())


def judge(name="A", verdict=FINE, missing="", *, optional=False):
    return Judge(
        name,
        frozenset(("message",)),
        "nothing",
        lambda: missing,
        lambda: "1.0",
        lambda subjects: [verdict for _ in subjects],
        optional,
    )


def test_a_pass_a_finding_and_a_figure_stand_in_the_table():
    results = ask([judge(), judge("B", Verdict(("bad", "worse"))), judge("C", Verdict((), "-1.0"))], SUBJECTS, [])
    assert list(table(results, SUBJECTS)) == [
        "| | A | B | C |",
        "| --- | --- | --- | --- |",
        "| short, standard | passed (1) | **2 findings** (1) | passed (-1.0) |",
    ]


@pytest.mark.parametrize(
    ("asked", "skipped", "good"),
    [
        (judge(), [], True),
        (judge(verdict=Verdict(("bad",))), [], False),
        (judge(missing="there is no a"), [], False),
        (judge(missing="there is no a"), ["A"], True),
        (judge(missing="there is no a", optional=True), [], True),
    ],
    ids=["passed", "a finding", "missing", "skipped", "optional"],
)
def test_a_missing_judge_is_no_pass(asked, skipped, good):
    assert passed(ask([asked], SUBJECTS, skipped)) is good


def test_results_are_written_only_where_all_were_asked(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(judging, "collect", lambda _: SUBJECTS)
    written = tmp_path / "quality.md"
    for asked, code, there in ((judge(missing="there is no a"), 1, False), (judge(), 0, True)):
        monkeypatch.setattr(judging, "judges", lambda each=asked: [each])
        assert judging.main(["--write", str(written)]) == code
        assert written.exists() is there
    assert "A: not asked: there is no a" in capsys.readouterr().out
    assert "| short, standard | passed (1) |" in written.read_text(encoding="utf-8")


def test_a_judge_that_nobody_knows_cannot_be_skipped(capsys):
    with pytest.raises(SystemExit) as stop:
        judging.main(["--skip", "the weather"])
    assert stop.value.code == 2
    assert "there is no judge 'the weather'" in capsys.readouterr().err


def test_the_page_of_results_names_each_judge_its_version_and_why_one_is_absent():
    results = ask([judge(), judge("B", missing="nobody asked it here", optional=True)], SUBJECTS, [])
    text = page(results, SUBJECTS)
    assert "| A | nothing | 1.0 |" in text
    assert "| B | nothing | not asked: nobody asked it here |" in text
    assert text == page(results, SUBJECTS)


def test_the_page_in_the_repository_has_a_column_for_each_judge_and_no_finding():
    text = (HERE.parents[1] / "docs/quality.md").read_text(encoding="utf-8")
    for each in judges({}):
        assert f"| {each.name} | {each.asks} |" in text
    assert "findings**" not in text


@pytest.mark.parametrize(
    ("header", "verdict"),
    [
        ("score=-1.0 HTML_MESSAGE=0.001,MAILING_LIST_MULTI=-1,\n\tNO_RELAYS=-0.001", Verdict((), "-1.0")),
        ("score=0.4 SHOUTING=0.4", Verdict(("a score of 0.4",), "0.4")),
        ("score=-0.4 SHOUTING=0.6,\n\tMAILING_LIST_MULTI=-1", Verdict(("rule SHOUTING=0.6",), "-0.4")),
        ("score=0.0 none", Verdict((), "0.0")),
    ],
)
def test_a_score_and_its_rules_are_read(header, verdict):
    assert _spam_verdict(f"X-Spam-Judged: {header}\nSubject: s\n\n") == verdict


def test_a_message_without_a_score_is_no_pass():
    with pytest.raises(RuntimeError, match="wrote no score"):
        _spam_verdict("Subject: s\n\n")


def test_the_feed_validator_is_asked_in_its_checkout(tmp_path):
    """A stand-in with its interface: the checkout is not everywhere."""
    package = tmp_path / "src/feedvalidator"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(
        "class Wrong:\n    params = {'line': 3}\n"
        "def validateString(content, base):\n    return {'loggedEvents': [Wrong()] if b'bad' in content else []}\n"
    )
    (package / "compatibility.py").write_text("def AA(events):\n    return events\n")
    feeds = []
    for name in ("good.xml", "bad.xml"):
        (tmp_path / name).write_text(name)
        feeds.append(Subject("g", "feed", tmp_path / name, f"https://news.example.org/{name}"))
    assert _w3c(feeds, str(tmp_path)) == [FINE, Verdict(("line 3: Wrong",))]
    (asked,) = (each for each in judges({"FEEDVALIDATOR": str(tmp_path)}) if each.optional)
    assert asked.missing() == ""
    (nowhere,) = (each for each in judges({"FEEDVALIDATOR": str(tmp_path / "x")}) if each.optional)
    assert "no src/feedvalidator" in nowhere.missing()


WRONG = {
    "Nu HTML checker": "<!DOCTYPE html><html lang='en'><title>t</title><p><table><tr><td colspan=x></table><blink>",
    "axe": "<!DOCTYPE html><html><title>t</title><body><img src='x.png'><p style='color:#ccc'>Faint words.</p>",
    "html-validate": "<!DOCTYPE html><html lang='en'><title>t</title><body><div id=a></div><div id=a></div>",
    "SpamAssassin": "From: a@example.org\nSubject: FREE VIAGRA!!! $$$\nDate: x\n\nBUY NOW! CLICK HERE! 100% FREE!\n",
    "feed rules": "<?xml version='1.0' encoding='UTF-8'?>\n<rss version='2.0'><channel/></rss>",
    "JSON Feed schema": '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": "?"}]}',
}


@pytest.mark.parametrize("name", WRONG)
def test_each_judge_finds_what_is_wrong(name, tmp_path):
    (asked,) = (each for each in judges() if each.name == name)
    if asked.missing():
        pytest.skip(f"{name}: {asked.missing()}")
    (form,) = sorted(asked.forms)[:1]
    wrong = tmp_path / {"feed": "feed.xml", "json": "feed.json"}.get(form, "wrong.html")
    wrong.write_text(WRONG[name], encoding="utf-8")
    (verdict,) = asked.judge([Subject("g", form, wrong)])
    assert verdict.findings
    assert asked.version()


def test_a_judge_that_is_not_installed_says_how_to_have_it(monkeypatch):
    monkeypatch.setenv("PATH", "")
    absent = {each.name: each.missing() for each in judges({})}
    assert absent["Nu HTML checker"] == "there is no java: apt-get install default-jre-headless"
    assert absent["SpamAssassin"] == "there is no spamassassin: apt-get install spamassassin"
    assert "nodejs" in absent["axe"]


def test_npm_packages_are_pinned_and_name_no_registry():
    wanted = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    lock = (HERE / "package-lock.json").read_text(encoding="utf-8")
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert "resolved" not in lock
    packages = json.loads(lock)["packages"]
    for name, version in wanted.items():
        assert packages[f"node_modules/{name}"]["version"] == version
        assert packages[f"node_modules/{name}"]["integrity"].startswith("sha512-")


def test_verdicts_that_come_short_are_an_error():
    short = replace(judge(), judge=lambda _: [])
    with pytest.raises(ValueError, match="shorter"):
        ask([short], SUBJECTS, [])
