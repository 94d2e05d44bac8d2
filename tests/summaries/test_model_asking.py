"""Asking a real endpoint over HTTP: what it answers, refuses and costs, and that it never keeps us waiting."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from model_server import Reply, error, model_server, summary, until

from digest.core.modeluse import NOTHING
from digest.summaries.model.asking import Account, Question, ask_all
from digest.summaries.model.settings import ModelSettings

HI = '{"sentences": ["Hi."]}'

pytestmark = pytest.mark.usefixtures("swept")


def settings(url, **changed):
    usual = {
        "model": "fake",
        "url": url,
        "key": "",
        "parallel": 8,
        "timeout": timedelta(seconds=20),
        "limit": timedelta(seconds=30),
        "retries": 2,
        "calls": 100,
        "tokens": None,
    }
    return ModelSettings(**{**usual, **changed})


def nothing():
    pass


def asked(reply, count=1, key="", keep=nothing, **changed):
    """The answers, and the server that gave them."""
    with model_server(reply) as server:
        questions = [Question(f"prompt {number}", "message", 60) for number in range(count)]
        answers = list(ask_all(settings(server.url, **changed), key, questions, keep))
    return sorted(answers, key=lambda answer: answer.number), server


def test_an_answer_and_what_was_asked():
    (answer,), server = asked(lambda _: summary("Hi."), key="K")
    assert (answer.text, answer.reason) == (HI, None)
    (request,) = server.requests
    assert request.headers["authorization"] == "Bearer K"
    assert (request.body["model"], request.system, request.user) == ("fake", "prompt 0", "message")
    assert request.body["response_format"]["json_schema"]["schema"]["required"] == ["sentences"]
    assert request.body["max_tokens"] == 560


def test_no_key_of_the_environment_is_sent_to_an_endpoint_that_asks_for_none(monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "top-secret")
    _, server = asked(lambda _: summary("Hi."))
    assert "top-secret" not in str(server.requests[0].headers)


@pytest.mark.parametrize("part", ["response_format", "max_tokens"])
def test_an_endpoint_that_does_not_know_a_part_is_asked_without_it(part):
    def reply(request):
        return error(400, f"Unsupported parameter: '{part}'") if part in request.body else summary("Hi.")

    answers, server = asked(reply, count=3, parallel=1)
    assert [answer.text for answer in answers] == [HI] * 3
    # It is remembered: one call more, not one for each.
    assert [part in request.body for request in server.requests] == [True, False, False, False]


def test_an_endpoint_that_minds_and_does_not_say_what_is_asked_plainly():
    (answer,), server = asked(lambda request: error(422, "no") if len(request.body) > 2 else summary("Hi."))
    assert answer.text == HI
    assert set(server.requests[-1].body) == {"model", "messages"}


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_what_may_pass_is_tried_again(status):
    replies = iter([error(status, "busy"), error(status, "busy"), summary("Hi.")])
    (answer,), server = asked(lambda _: next(replies))
    assert answer.text == HI
    assert len(server.requests) == 3


def test_what_goes_on_is_told_after_the_last_try():
    (answer,), server = asked(lambda _: error(500, "out of memory"), retries=1)
    assert answer.text == ""
    assert answer.reason.told == "the endpoint answered 500: out of memory"
    assert len(server.requests) == 2


@pytest.mark.parametrize(("status", "tries"), [(401, 1), (403, 1), (404, 1)])
def test_what_is_wrong_for_all_is_asked_once(status, tries):
    answers, server = asked(lambda _: error(status, "no such key"), count=5, parallel=1)
    (reason,) = {answer.reason.told for answer in answers}
    assert reason.startswith(f"the endpoint answered {status}: no such key; check ")
    assert len(server.requests) == tries


def test_what_is_turned_away_costs_no_tokens():
    used = []
    with model_server(lambda _: error(404, "no such model")) as server:
        (answer,) = ask_all(settings(server.url), "", [Question("p", "m", 60)], nothing, Account(spend=used.append))
    assert sum(used, NOTHING) == NOTHING
    assert answer.reason.told == "the endpoint answered 404: no such model; check 'url' and 'model' of 'summaries'"


def test_an_endpoint_that_is_not_there():
    with model_server(lambda _: summary("Hi.")) as server:
        url = server.url
    answers = list(ask_all(settings(url, retries=0), "", [Question("p", "m", 60)] * 3, nothing))
    (reason,) = {answer.reason.told for answer in answers}
    assert reason.startswith(f"{url} cannot be reached (")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(raw=b"<html>Bad gateway</html>", kind="text/html"),
        Reply(raw=b"{half"),
        Reply(raw=b"{}"),
        Reply(raw=b"[]"),
        Reply(raw=b'{"choices": null}'),
        Reply(raw=b'{"choices": [{"message": {"content": 7}}]}'),
        Reply(raw=b'{"choices": [{}]}'),
        Reply(text="  "),
    ],
    ids=lambda reply: repr(reply.raw),
)
def test_garbage_is_no_answer(reply):
    (answer,), _ = asked(lambda _: reply, retries=0)
    assert answer.text == ""
    assert "the endpoint's answer" in answer.reason.told


def test_calls_go_side_by_side_and_no_more_than_asked_for():
    server_ready = []

    def reply(_):
        # Each waits for three others: were they asked one by one, none would be answered.
        assert until(lambda: server_ready[0].busiest == 4)
        return summary("Hi.")

    with model_server(reply) as server:
        server_ready.append(server)
        answers = list(ask_all(settings(server.url, parallel=4), "", [Question("p", "m", 60)] * 12, nothing))
    assert len(answers) == len({answer.number for answer in answers}) == 12
    assert server.busiest == 4


def test_the_budget_of_calls_counts_tries():
    answers, server = asked(lambda _: error(500, "no"), count=3, calls=4, parallel=1, retries=2)
    assert len(server.requests) == 4
    assert answers[-1].reason.told == "the edition's budget of calls is spent"


def test_the_budget_of_tokens_goes_by_what_the_endpoint_says():
    # About 630 are set aside for each; 100 were needed.
    answers, server = asked(lambda _: summary("Hi."), count=8, tokens=1000, parallel=1)
    assert [bool(answer.text) for answer in answers] == [True] * 4 + [False] * 4
    assert answers[-1].reason.told == "the edition's budget of tokens is spent"
    assert len(server.requests) == 4


def test_a_call_that_takes_too_long_even_byte_by_byte():
    slow = Reply(text="x" * 1000, drip=0.05)
    (answer,), _ = asked(lambda _: slow, timeout=timedelta(seconds=1), retries=0)
    assert answer.reason.told == "the endpoint did not answer within 1 s"


def test_an_edition_has_what_came_in_time():
    def reply(request):
        return summary("Hi.") if request.system == "prompt 0" else Reply(wait=30)

    kept = []
    answers, _ = asked(reply, count=3, limit=timedelta(seconds=4), keep=lambda: kept.append(1))
    assert answers[0].text == HI
    assert {answer.reason.told for answer in answers[1:]} == {"it was not there after 4 s, the edition's limit"}
    assert kept


def test_who_has_lost_its_claim_stops_waiting():
    def lost():
        raise RuntimeError("taken over")

    with model_server(lambda _: Reply(wait=30)) as server:
        began = time.monotonic()
        with pytest.raises(RuntimeError, match="taken over"):
            list(ask_all(settings(server.url), "", [Question("p", "m", 60)], lost))
        # Far from the thirty seconds that the answer takes.
        assert time.monotonic() - began < 20
