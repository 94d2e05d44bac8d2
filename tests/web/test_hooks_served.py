"""Webhooks are answered beside the pages, by the same server; what they do is held by the tests of bounces."""

from __future__ import annotations

import json

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
