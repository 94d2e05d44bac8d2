"""Editions whose summaries a model writes, on the command line, against a local endpoint."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

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
    reason = "http://127.0.0.1:9/v1/ cannot be reached"
    # Once, however many stories it concerns.
    assert made.err.count(reason) == 1
    assert "(and 2 more): its summary is not the model's" in made.err
    assert {each["method"] for each in summaries(room)} <= {"extractive", "lead"}
    (told,) = {each["reason"] for each in summaries(room)}
    assert told.startswith(reason)
    assert f": {reason}" in room.run("explain", "weekly").out
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
    monkeypatch.setattr("digest.settingsummaries.find_spec", lambda _: None)
    with_model(room, endpoint.url)
    made = room.run("check")
    assert made.code == 2
    assert "summaries.method: a model needs a package more: pip install 'digest[llm]'" in made.err
