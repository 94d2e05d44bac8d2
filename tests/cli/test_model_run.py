"""Editions whose summaries a model writes, on the command line, against a local endpoint."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from digest.commands.preview_edition import proof

AT = "2026-03-02T12:00:00Z"
EDITION = "out/weekly/2026-03-02T0700Z"


@pytest.fixture
def endpoint():
    """A local endpoint; what it answers is set by the test."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "summaries"))
    from model_server import model_server, summary  # noqa: PLC0415 the path to it was added just now

    def reply(request):
        first = request.article.split("\n\n")[1].partition(". ")[0].removesuffix(".")
        return summary(f"{first}.")

    with model_server(reply) as server:
        yield server


def with_model(room, url, *more):
    config = (room.root / "config.yaml").read_text(encoding="utf-8")
    lines = ["summaries:", "  method: model", "  model: fake", f"  url: {url}", "  retries: 0", *more]
    room.write("config.yaml", config + "\n".join(lines) + "\n")


def summaries(room):
    manifest = json.loads((room.root / EDITION / "edition.json").read_text(encoding="utf-8"))
    return [article["summary"] for section in manifest["sections"] for article in section["articles"]]


def test_an_edition_by_a_model_says_so_everywhere(room, endpoint):
    with_model(room, endpoint.url)
    made = room.run("run", "weekly", "--at", AT)
    assert (made.code, "summary" in made.err) == (0, False)
    assert summaries(room)[0] == {"text": "Thoughts come second.", "method": "model"}
    said = "Summary written by a model"
    for page in ("email.html", "email.txt", "index.html"):
        assert said in (room.root / EDITION / page).read_text(encoding="utf-8")
    assert "model" in room.run("explain", "weekly").out
    assert {each.get("summary") for each in room.run("explain", "weekly", "--json").json if each["chosen"]} == {"model"}


def test_the_prompt_is_the_newsroom_s_template(room, endpoint):
    room.write("templates/summary-prompt.txt", "{{ task.mark }} Be brief: {{ task.words }}, {{ newsletter.title }}.")
    with_model(room, endpoint.url)
    assert room.run("run", "weekly", "--at", AT).code == 0
    assert endpoint.requests[0].system.endswith("Be brief: 60, The Test Weekly.")


def test_a_prompt_that_cannot_be_rendered_is_told_with_its_place(room, endpoint):
    room.write("templates/summary-prompt.txt", "One\n{{ task.wrods }}")
    with_model(room, endpoint.url)
    made = room.run("run", "weekly", "--at", AT)
    assert made.code == 1
    assert "templates/summary-prompt.txt:2" in made.err


def test_an_endpoint_that_is_down_keeps_no_edition_from_its_readers(room, endpoint):
    endpoint.server_close()
    with_model(room, "http://127.0.0.1:9/v1/")
    made = room.run("run", "weekly", "--at", AT)
    assert made.code == 0
    reason = "its summary is not the model's: http://127.0.0.1:9/v1/ cannot be reached"
    # Once, however many stories it concerns.
    assert made.err.count(reason) == 1
    assert f"(and 2 more): {reason}" in made.err
    assert {each["method"] for each in summaries(room)} <= {"extractive", "lead"}
    # Where it is, which may be inside the house, is for the operator alone.
    assert {each["reason"] for each in summaries(room)} == {"the endpoint cannot be reached"}
    explained = room.run("explain", "weekly")
    assert ": the endpoint cannot be reached" in explained.out
    assert "127.0.0.1" not in explained.out
    published = [file for file in (room.root / "out").rglob("*") if file.is_file()]
    assert [file for file in published if b"127.0.0.1:9" in file.read_bytes()] == []
    assert "Summary written by a model" not in (room.root / EDITION / "email.html").read_text(encoding="utf-8")


def test_a_rehearsal_asks_nobody(room, endpoint):
    with_model(room, endpoint.url)
    assert room.run("run", "weekly", "--at", AT, "--dry-run").code == 0
    assert room.run("check", "weekly").code == 0
    assert room.run("explain", "weekly").code == 0
    assert endpoint.requests == []


def test_an_edition_that_is_made_again_is_the_same_and_costs_nothing(room, other_room, endpoint):
    with_model(room, endpoint.url)
    assert room.run("run", "weekly", "--at", AT).code == 0
    asked = len(endpoint.requests)
    assert room.run("run", "weekly", "--at", AT).code == 0
    assert len(endpoint.requests) == asked == 3
    with_model(other_room, endpoint.url)
    assert other_room.run("run", "weekly", "--at", AT).code == 0
    assert room.files() == other_room.files()


def test_without_the_extra_it_is_said_what_to_install(room, endpoint, monkeypatch):
    monkeypatch.setattr("digest.settings.summaries.find_spec", lambda _: None)
    with_model(room, endpoint.url)
    made = room.run("check")
    assert made.code == 2
    assert "summaries.method: a model needs a package more: pip install 'digest[llm]'" in made.err


def test_a_newsletter_may_have_sentences_of_its_own_and_another_the_model_s(room, endpoint):
    with_model(room, endpoint.url)
    config = (room.root / "config.yaml").read_text(encoding="utf-8")
    room.write("config.yaml", config.replace("  weekly:\n", "  weekly:\n    summaries: extractive\n", 1))
    assert room.run("run", "weekly", "--at", AT).code == 0
    assert endpoint.requests == []
    assert "model" not in {each["method"] for each in summaries(room)}


def test_a_newsletter_may_be_the_only_one_with_a_model(room, endpoint):
    with_model(room, endpoint.url)
    config = (room.root / "config.yaml").read_text(encoding="utf-8").replace("  method: model\n", "")
    room.write("config.yaml", config.replace("  weekly:\n", "  weekly:\n    summaries: model\n", 1))
    assert room.run("run", "weekly", "--at", AT).code == 0
    assert summaries(room)[0]["method"] == "model"


def test_a_newsletter_s_model_must_be_named(room):
    config = (room.root / "config.yaml").read_text(encoding="utf-8")
    room.write("config.yaml", config.replace("  weekly:\n", "  weekly:\n    summaries: model\n", 1))
    made = room.run("check")
    assert made.code == 2
    assert "newsletters.weekly.summaries: no model is named: write 'summaries:'" in made.err


def test_a_limit_of_money_needs_a_price(room, endpoint):
    with_model(room, endpoint.url, "  budget: {money: 0.5}")
    made = room.run("check")
    assert made.code == 2
    assert "summaries.budget: 'money' needs 'price'" in made.err


def test_a_model_is_tried_on_a_file_before_an_edition_depends_on_it(room, endpoint):
    with_model(room, endpoint.url, "  price: {sent: 0.25, received: 2.0}")
    room.write(
        "try.md", "---\ntitle: A bridge\n---\nThe bridge of Exampleton opened on Monday. It cost 12 million euros.\n"
    )
    made = room.run("summarize", "--model", str(room.root / "try.md"))
    assert (made.code, made.out) == (0, "The bridge of Exampleton opened on Monday.\n")
    assert "0 tokens sent, 100 received: 0.0002 by 'price'" in made.err
    from model_server import summary  # noqa: PLC0415 the fixture has added the path to it

    endpoint.reply = lambda _: summary("Microsoft opened it.")
    # Nothing of a trial is kept: it is asked again.
    made = room.run("summarize", "--model", str(room.root / "try.md"))
    assert made.code == 0
    assert made.out.startswith("The bridge of Exampleton opened on Monday. It cost")
    assert "its summary is not the model's: 'Microsoft' is not in the article" in made.err


def test_a_trial_without_a_model_says_what_to_write(room):
    room.write("try.md", "# A bridge\n\nIt opened.\n")
    made = room.run("summarize", "--model", str(room.root / "try.md"))
    assert made.code == 2
    assert "config.yaml: names no model: write 'summaries:'" in made.err


def test_a_key_is_nowhere_but_in_the_request(room, endpoint, monkeypatch):
    secret = "sk-very-secret-1234567890"
    monkeypatch.setenv("MODEL_KEY", secret)
    good = endpoint.reply
    told = iter([0, 1, 2])

    def reply(request):
        assert request.headers["authorization"] == f"Bearer {secret}"
        one = good(request)
        if next(told) == 1:
            one.status, one.raw = 400, f"no use for {secret}".encode()
        elif one.text:
            one.text = one.text.replace(".", f" {secret}.")
        return one

    endpoint.reply = reply
    with_model(room, endpoint.url, "  key: ${MODEL_KEY}", "  parallel: 1", "  budget: {calls: 3}")
    outputs = [room.run("run", "weekly", "--at", AT, "--verbose"), room.run("explain", "weekly", "--json")]
    assert all(secret not in made.out + made.err for made in outputs)
    files = [file for file in room.root.rglob("*") if file.is_file()]
    assert [file for file in files if secret.encode() in file.read_bytes()] == []


def test_status_says_what_a_model_was_used_for(room, endpoint):
    with_model(room, endpoint.url, "  price: {sent: 0.25, received: 2000}")
    assert "model    0 calls within 30 days: 0 tokens sent, 0 received\n" in room.run("status").out
    assert room.run("run", "weekly", "--at", AT).code == 0
    said = room.run("status")
    assert "  model    3 calls within 30 days: 0 tokens sent, 300 received, 0.6000 by 'price'\n" in said.out
    assert "           summaries: 3 written, 0 not\n" in said.out
    (weekly,) = room.run("status", "--json").json["newsletters"]
    (day,) = weekly["model"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", day.pop("day"))
    assert day == {"calls": 3, "sent": 0, "received": 300, "money": 0.6, "written": 3, "kept": 0, "refused": {}}


def test_where_no_model_is_to_be_asked_nothing_is_said_of_one(room, endpoint):
    assert room.run("run", "weekly", "--at", AT).code == 0
    for more in ((), ("--json",)):
        assert "model" not in room.run("status", *more).out
    # One that is named, and that no newsletter wants.
    with_model(room, endpoint.url)
    config = (room.root / "config.yaml").read_text(encoding="utf-8")
    room.write("config.yaml", config.replace("  method: model\n", ""))
    assert "model" not in room.run("status").out


SECOND = """\
  daily:
    title: The Test Daily
    from: Desk <desk@example.org>
    timezone: Europe/Berlin
    schedule: "0 7 * * mon"
"""


def test_a_mistake_of_the_operator_s_is_told_once_until_it_is_mended(room, endpoint):
    from model_server import error  # noqa: PLC0415 the fixture has added the path to it

    good, endpoint.reply = endpoint.reply, lambda _: error(401, "no such key")
    with_model(room, endpoint.url)
    config = (room.root / "config.yaml").read_text(encoding="utf-8")
    room.write("config.yaml", config.replace("newsletters:\n", f"newsletters:\n{SECOND}"))
    assert room.run("run", "--all", "--at", AT).code == 0
    assert {each["method"] for each in summaries(room)} <= {"extractive", "lead"}
    said = room.run("status")
    assert said.code == 1
    assert said.err.count("the endpoint answered 401: no such key; check the key") == 1
    assert "config.yaml summaries: the model has answered nothing since " in said.err
    assert "summarize --model FILE" in said.err
    room.write("try.md", "---\ntitle: A bridge\n---\nThe bridge opened on Monday. It cost 12 million euros.\n")
    # A trial that fares no better changes nothing; one that does makes it known.
    for reply, wrong in ((endpoint.reply, 1), (good, 0)):
        endpoint.reply = reply
        assert room.run("summarize", "--model", str(room.root / "try.md")).code == 0
        assert room.run("status").out.count("the model has answered nothing") == 0
        assert room.run("status").err.count("the model has answered nothing") == wrong


def test_another_model_is_none_the_worse_for_it(room, endpoint):
    with_model(room, "http://127.0.0.1:9/v1/")
    assert room.run("run", "weekly", "--at", AT).code == 0
    # The operator may be told where it is.
    assert "http://127.0.0.1:9/v1/ cannot be reached" in room.run("status").err
    config = (room.root / "config.yaml").read_text(encoding="utf-8")
    room.write("config.yaml", config.replace("http://127.0.0.1:9/v1/", endpoint.url))
    assert "the model has answered nothing" not in room.run("status").err


def test_online_the_model_is_asked_once_and_its_answer_is_judged_by_nobody(room, endpoint, monkeypatch):
    from model_server import Reply, error  # noqa: PLC0415 the fixture has added the path to it

    monkeypatch.setattr("digest.commands.check_online.domains", lambda *_: ())
    monkeypatch.setattr("digest.commands.check_online.follow", lambda *_: ())

    def found(*options):
        return [each for each in room.run("check", "--json", *options).json if each["code"] == "CONF012"]

    endpoint.reply = lambda _: error(404, "no such model")
    online = ("--online", "--nameserver", "127.0.0.1")
    assert found(*online) == []  # no model is named
    with_model(room, endpoint.url)
    assert found() == []
    (one,) = found(*online)
    assert (one["level"], one["place"].endswith("config.yaml summaries")) == ("warning", True)
    assert one["message"] == "the endpoint answered 404: no such model; check 'url' and 'model' of 'summaries'"
    assert len(endpoint.requests) == 1
    endpoint.reply = lambda _: Reply("Yes.")
    assert found(*online) == []
    assert len(endpoint.requests) == 2


def test_a_preview_of_what_was_made_asks_nobody_and_shows_what_was_answered(room, endpoint):
    with_model(room, endpoint.url)
    before = "2026-03-01T12:00:00Z"
    assert room.run("run", "weekly", "--at", AT).code == 0
    endpoint.requests.clear()
    shown = proof(room.root / "config.yaml", "weekly", before)
    assert shown.notices[0].startswith("This edition is made")
    assert "Summary written by a model" in shown.html
    room.article("two/new.md", "New", "2026-02-27 13:00", "Two", "Nobody was asked of this yet. It is new.")
    assert "Nobody was asked of this yet." in proof(room.root / "config.yaml", "weekly", before).html
    assert endpoint.requests == []
