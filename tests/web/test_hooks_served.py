"""Webhooks are answered beside the pages, by the same server; what they do is held by the tests of bounces."""

from __future__ import annotations

import json

from digest.web import webhooks

CONFIG = """\
newsletters: {weekly: {title: W, timezone: UTC, schedule: '0 8 * * mon'}}
web: {url: 'https://lists.example.org/lists/', listen: '127.0.0.1:0'}
bounces: [{type: webhook, provider: postmark, token: "${HOOK_TOKEN}"}]
"""
EVENT = json.dumps({"RecordType": "Open", "MessageID": "1", "Metadata": {"x": "y" * 100_000}}).encode()


def test_an_event_is_taken_with_its_secret_alone_and_may_be_longer_than_a_form(web_at, monkeypatch):
    monkeypatch.setenv("HOOK_TOKEN", "sesame")
    web = web_at(CONFIG)
    for prefix in ("", "/lists"):
        assert web.ask(f"{prefix}/webhooks/postmark?token=sesame", "POST", EVENT).status == 200
        forged = web.ask(f"{prefix}/webhooks/postmark?token=guess", "POST", EVENT)
        assert forged.status == 403
        assert forged.headers["X-Content-Type-Options"] == "nosniff"
    assert web.ask("/webhooks/postmark").status == 405
    assert web.ask("/webhooks/ses", "POST", EVENT).status == 404


def test_all_posts_together_are_held_up_to_a_bound_and_let_go_again(web_at, monkeypatch):
    monkeypatch.setenv("HOOK_TOKEN", "sesame")
    web = web_at(CONFIG)
    monkeypatch.setattr(webhooks, "MOST_HELD", len(EVENT) + 1000)
    for _ in range(3):  # what was posted before is not counted any more, whatever became of it
        assert web.ask("/webhooks/postmark?token=sesame", "POST", EVENT).status == 200
        too_much = web.ask("/webhooks/postmark?token=sesame", "POST", EVENT + b" " * 2000)
        assert too_much.status == 503
        assert too_much.headers["Retry-After"] == "60"
