"""Endpoints that drip, flood, pack, redirect, break off and tell secrets, over real HTTP; TLS that is none."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from datetime import timedelta

import pytest
from model_server import Reply, error, model_server, summary

from digest.summaries.model.asking import Question, ask_all
from digest.summaries.model.reasons import fit_to_print
from digest.summaries.model.settings import ModelSettings

KEY = "sk-very-secret-1234567890"
HI = '{"sentences": ["Hi."]}'

pytestmark = pytest.mark.usefixtures("swept")


def settings(url, **changed):
    usual = {"model": "fake", "key": "", "parallel": 1, "retries": 0, "calls": 100, "tokens": None}
    times = {"timeout": timedelta(seconds=20), "limit": timedelta(seconds=40)}
    return ModelSettings(**{**usual, **times, "url": url, **changed})


def asked(reply, count=1, key=KEY, **changed):
    with model_server(reply) as server:
        questions = [Question("prompt", f"message {number}", 60) for number in range(count)]
        answers = list(ask_all(settings(server.url, **changed), key, questions, lambda: None))
    return sorted(answers, key=lambda answer: answer.number), server


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed_and_no_key_goes_elsewhere(status):
    with model_server(lambda _: summary("Hi.")) as elsewhere:
        target = f"{elsewhere.url}chat/completions"
        moved = Reply(status=status, raw=b"", headers={"location": target})
        answers, server = asked(lambda _: moved, count=3)
        assert elsewhere.requests == []
    assert {answer.text for answer in answers} == {""}
    assert {answer.reason.told for answer in answers} == {
        f"the endpoint answered {status} with another address, which is not asked: put the right one in 'url'"
    }
    assert len(server.requests) == 1


def test_a_body_without_end_is_given_up():
    huge = Reply(raw=b" " * 3_000_000)
    (answer,), server = asked(lambda _: huge, retries=2)
    assert answer.reason.told == "the endpoint's answer is larger than 1000000 octets"
    assert len(server.requests) == 1


def test_a_body_that_is_packed_is_not_unpacked():
    packed = Reply(raw=gzip.compress(b" " * 50_000_000), headers={"content-encoding": "gzip"})
    (answer,), server = asked(lambda _: packed)
    assert answer.reason.told == "the endpoint's answer is packed, though it was not to be"
    assert server.requests[0].headers["accept-encoding"] == "identity"


def test_a_connection_that_breaks_says_nothing_about_the_next_call():
    broken = Reply(raw=b"{", headers={"content-length": "100", "connection": "close"})
    replies = iter([broken, summary("Hi.")])
    answers, _ = asked(lambda _: next(replies), count=2)
    assert "broke (" in answers[0].reason.told
    assert answers[1].text == HI


@pytest.mark.parametrize("wait", ["-5", "1e9", "nan", "Wed, 21 Oct 2099 07:28:00 GMT", "9" * 500 + "x", "²", ""])
def test_a_wait_that_makes_no_sense_is_none(wait):
    replies = iter([error(429, "busy", Retry_After=wait), summary("Hi.")])
    (answer,), _ = asked(lambda _: next(replies), retries=1)
    assert answer.text == HI


def test_a_wait_of_years_ends_with_the_edition_s_limit():
    (answer,), server = asked(
        lambda _: error(429, "busy", Retry_After="9999999"), retries=5, limit=timedelta(seconds=2)
    )
    assert answer.reason.told == "it was not there after 2 s, the edition's limit"
    assert len(server.requests) == 1


def test_what_an_endpoint_repeats_of_its_key_is_not_told():
    (answer,), server = asked(
        lambda request: error(401, f"bad {request.headers['authorization']} and sk-other12345678")
    )
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in answer.reason.told
    assert "sk-other" not in answer.reason.told
    (answer,), _ = asked(lambda _: summary(f"The key is {KEY}."))
    assert answer.text == '{"sentences": ["The key is [key]."]}'


def test_nothing_else_of_the_environment_is_sent(monkeypatch):
    monkeypatch.setenv("OPENAI_ORG_ID", "top-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "top-secret")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Token: top-secret\nAuthorization: Bearer top-secret")
    _, server = asked(lambda _: summary("Hi."), key="")
    assert "top-secret" not in json.dumps(server.requests[0].headers)
    assert "authorization" not in server.requests[0].headers


def test_a_server_that_speaks_no_tls_where_tls_is_asked_for():
    """Nothing is sent before the handshake, so no key is seen."""
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def once():
            connection, _ = listening.accept()
            with connection:
                heard.append(connection.recv(1000))
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

        thread = threading.Thread(target=once, daemon=True)
        thread.start()
        url = f"https://127.0.0.1:{listening.getsockname()[1]}/v1/"
        (answer,) = ask_all(settings(url), KEY, [Question("p", "m", 60)], lambda: None)
        thread.join(10)
    assert answer.reason.told.startswith(f"{url} cannot be reached (")
    assert "SSL" in answer.reason.told
    assert KEY.encode() not in b"".join(heard)


def test_what_turns_a_terminal_s_head_is_not_told():
    (answer,), _ = asked(lambda _: error(400, "\u001b[31mred\u202e\n\nline two " + "x" * 5000))
    assert answer.reason.told.isprintable()
    assert len(answer.reason.told) <= 300
    assert fit_to_print("a\u200bb") == "ab"


def test_who_was_stopped_in_the_middle_has_what_had_come():
    """Answers come one by one, so that each can be kept before the next is waited for."""
    second = threading.Event()

    def reply(request):
        if request.user == "message 1":
            assert second.wait(20)
        return summary("Hi.")

    with model_server(reply) as server:
        asking = ask_all(
            settings(server.url, parallel=2), "", [Question("p", f"message {n}", 60) for n in range(2)], lambda: None
        )
        assert next(asking).number == 0
        asking.close()
        second.set()
