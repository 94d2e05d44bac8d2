"""What an edition's summaries take: written down before it is spent, and one budget however often it is made."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from model_server import Reply, error, model_server, summary

from digest.core.model import Article, Block, Body
from digest.core.modeluse import Outcome, Spent, TokenPrice
from digest.core.newsletter import Newsletter
from digest.store.opening import open_store
from digest.summaries.model.settings import ModelSettings
from digest.summaries.model.summarizer import Kept, ModelSummaries

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
WEEKLY = Newsletter(
    key="weekly", title="The Weekly", sender="desk@example.org", language="en", zone=ZoneInfo("UTC"), by_model=True
)
GOOD = "Exampleton opened a bridge on Monday."

pytestmark = pytest.mark.usefixtures("swept")


def article(number: int) -> Article:
    text = f"The city of Exampleton opened a bridge on Monday. It cost {number} million euros, and was late."
    body = Body("", (Block("paragraph", text),))
    return Article(key=str(number), first_seen=NOW, body=body, source="a", path=f"{number}.md", title="A bridge")


def settings(url, **changed):
    usual = {"model": "fake", "url": url, "key": "", "parallel": 1, "retries": 0, "calls": 100, "tokens": None}
    return ModelSettings(**{**usual, "timeout": timedelta(seconds=20), "limit": timedelta(seconds=60), **changed})


def make(store, url, count=3, edition="e", *, ask=True, environ=None, **changed):
    """The reasons of an edition's stories; empty for what the model wrote."""
    kept = Kept(store.answers, store.model_use, lambda: NOW)
    work = ModelSummaries(settings(url, **changed), lambda task, _: task.mark, kept, environ or {}, ask=ask)
    stories = [(article(number),) for number in range(count)]
    return [each.reason for each in work.summarize_all(stories, WEEKLY, edition, lambda: None)]


@pytest.fixture
def store():
    with open_store("sqlite://") as one:
        yield one


def used(store):
    return store.model_use.days("weekly")[NOW.date()]


def test_an_edition_that_is_made_again_has_what_is_left_of_its_budget(store):
    spent = "the edition's budget of calls is spent"
    with model_server(lambda _: error(500, "down")) as server:
        assert make(store, server.url, calls=2) == ["the endpoint answered 500"] * 2 + [spent]
        assert make(store, server.url, calls=2) == [spent] * 3
        assert len(server.requests) == 2
        # Another edition has a budget of its own.
        make(store, server.url, calls=2, edition="f")
        assert len(server.requests) == 4


@pytest.mark.parametrize("budget", [{"tokens": 1200}, {"money": 0.0012, "price": TokenPrice(1, 1)}])
def test_so_have_tokens_and_money(store, budget):
    # A call takes 600 tokens here, says the endpoint, and what it says cannot be used.
    with model_server(lambda _: replace(Reply("?"), tokens=600)) as server:
        first = make(store, server.url, 2, **budget)
        assert make(store, server.url, 2, **budget) == [f"the edition's budget of {next(iter(budget))} is spent"] * 2
    assert "the answer is no summary in the form asked for" in first
    assert used(store).spent.received + used(store).spent.sent <= 1200


def test_no_call_is_made_before_the_store_has_it(tmp_path):
    url = f"sqlite:///{tmp_path}/digest.db"
    seen = []

    def reply(_):
        with open_store(url) as other:
            seen.append(other.model_use.spent("weekly", "e"))
        return summary(GOOD)

    with open_store(url) as store, model_server(reply) as server:
        assert make(store, server.url) == ["", "", ""]
        # Whoever is killed in the middle of the third has spent three; what each may cost at most stands there too.
        assert [each.calls for each in seen] == [1, 2, 3]
        assert [each.received for each in seen] == [560, 660, 760]
        assert store.model_use.spent("weekly", "e") == Spent(3, 0, 300)


KILLED = """
import sys
sys.path[:0] = {path!r}
from test_model_accounts import make
from digest.store.opening import open_store
make(open_store(sys.argv[1]), sys.argv[2], calls=2)
"""


def test_who_is_killed_in_the_middle_of_a_call_does_not_get_it_back(tmp_path):
    url = f"sqlite:///{tmp_path}/digest.db"
    processes = []

    def reply(_):
        os.kill(processes[-1].pid, signal.SIGKILL)
        return Reply(wait=1)

    with model_server(reply) as server:
        program = KILLED.format(path=[str(Path(__file__).parent)])
        for _ in range(3):
            # The server may hear of a call before this has the process: it begins once its input is closed.
            command = [sys.executable, "-c", f"import sys; sys.stdin.read()\n{program}", url, server.url]
            processes.append(subprocess.Popen(command, stdin=subprocess.PIPE))
            processes[-1].communicate()
        assert [each.returncode for each in processes] == [-signal.SIGKILL, -signal.SIGKILL, 0]
        assert len(server.requests) == 2


@pytest.mark.parametrize("status", [401, 404, 302, None])
def test_where_nobody_is_let_in_the_budget_is_not_eaten_up(store, status):
    with model_server(lambda _: error(status, "no") if status else summary(GOOD)) as server:
        for _ in range(5) if status else ():
            make(store, server.url, calls=2)
        if status is None:
            make(store, "http://127.0.0.1:9/v1/", calls=2)
        assert store.model_use.spent("weekly", "e") == Spent()
        server.reply = lambda _: summary(GOOD)
        assert make(store, server.url, calls=3) == ["", "", ""]


def test_what_came_of_it_is_counted_by_why(store):
    replies = iter([summary(GOOD), summary("It cost 99 million euros."), Reply("?"), error(500, "down")])
    with model_server(lambda _: next(replies)) as server:
        make(store, server.url, 4)
        assert used(store).outcome == Outcome(1, 0, {"facts": 1, "failed": 1, "form": 1})
        server.reply = lambda _: summary(GOOD)
        make(store, server.url, 4)
        # What was in the form asked for was kept, whether it held or not.
        assert used(store).outcome == Outcome(3, 2, {"facts": 1})
        assert used(store).spent == Spent(6, used(store).spent.sent, used(store).spent.received)


def test_a_rehearsal_leaves_no_trace(store):
    with model_server(lambda _: summary(GOOD)) as server:
        make(store, server.url, ask=False)
    assert store.model_use.days("weekly") == {}
    assert store.model_use.trouble() is None


def test_a_model_that_answers_nothing_is_known_until_it_does(store):
    with model_server(lambda _: error(401, "no")) as server:
        make(store, server.url, 2)
        assert store.model_use.trouble().text == "the endpoint answered 401: no; check the key"
        # An edition that asks for nothing says nothing of it.
        make(store, server.url, 0)
        assert store.model_use.trouble() is not None
        # One answer will do, though it does not hold.
        replies = iter([error(500, "busy"), summary("It cost 99 million euros.")])
        server.reply = lambda _: next(replies)
        make(store, server.url, 2)
        assert store.model_use.trouble() is None


def test_a_spent_budget_is_no_trouble_of_the_model(store):
    with model_server(lambda _: summary(GOOD)) as server:
        make(store, server.url, 1, calls=1)
        make(store, server.url, 2, calls=1)
    assert store.model_use.trouble() is None


@pytest.mark.parametrize(
    ("environ", "text", "why"),
    [
        ({}, "the environment variable K is not set", "the endpoint's key is not set"),
        ({"K": "ä b"}, "the environment variable K holds no key", "the endpoint's key is no key"),
    ],
)
def test_a_key_that_is_missing_is_told_to_the_operator_and_not_to_the_world(store, environ, text, why):
    assert make(store, "http://models.test/v1/", 1, key="K", environ=environ) == [why]
    assert store.model_use.trouble().text.startswith(text)
    assert used(store).outcome == Outcome(0, 0, {"no key": 1})


@pytest.mark.parametrize(
    "reply",
    [
        error(500, "see {url}"),
        error(401, "see {url}"),
        error(302, "see {url}"),
        Reply(raw=b"{", headers={"content-length": "100", "connection": "close"}),
        Reply(raw=b"<html>", kind="text/html"),
    ],
)
def test_what_is_published_does_not_say_where_the_endpoint_is_nor_what_it_says(store, reply):
    with model_server(lambda _: reply) as server:
        host = f"127.0.0.1:{server.server_port}"
        reply.raw = reply.raw.replace(b"{url}", server.url.encode())
        (reason,) = make(store, server.url, 1)
    assert reason.startswith(("the endpoint", "the connection to the endpoint"))
    assert host not in reason
    assert "see" not in reason


def test_it_is_tried_out_on_nobody_s_account(store):
    kept = Kept(store.answers, store.model_use, lambda: NOW)
    with model_server(lambda _: Reply("Yes.")) as server:
        one = settings(server.url, tokens=1, money=0.0, price=TokenPrice(1, 1))
        assert ModelSummaries(one, lambda *_: "", kept, {}, ask=False).try_out() == ""
        server.reply = lambda _: error(404, "no such model")
        wrong = ModelSummaries(one, lambda *_: "", kept, {}, ask=False).try_out()
    assert wrong == "the endpoint answered 404: no such model; check 'url' and 'model' of 'summaries'"
    missing = ModelSummaries(replace(one, key="K"), lambda *_: "", kept, {}, ask=False).try_out()
    assert missing.startswith("the environment variable K is not set")
    assert store.model_use.days("weekly") == {}
