"""The ways by which bounces come in, as config.yaml names them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from digest import config
from digest.bounces.ways import ImapWay, LmtpWay, MaildirWay, WebhookWay, from_environment
from digest.core.errors import MailboxError

SMALLEST = "newsletters: {weekly: {title: W, timezone: UTC, schedule: '@daily'}}\n"
ROOT = Path("/srv/news")


def ways(text: str):
    return config.parse(f"{SMALLEST}bounces:\n{text}", ROOT / "config.yaml").bounces


def test_none_when_left_out():
    assert config.parse(SMALLEST, ROOT / "config.yaml").bounces == ()


def test_each_kind_with_its_defaults():
    found = ways(
        """
  - {type: maildir, path: mail/../box}
  - {type: imap, host: IMAP.example.org, username: me, password: "${PW}"}
  - {type: lmtp, listen: "[::1]:8024"}
  - {type: lmtp, listen: run/lmtp}
  - {type: webhook, provider: mailgun, signing_key: "${KEY}"}
"""
    )
    five = timedelta(minutes=5)
    assert found == (
        MaildirWay(ROOT / "box", five),
        ImapWay(
            host="imap.example.org",
            port=993,
            security="tls",
            username="me",
            variable="PW",
            folder="INBOX",
            move_to="",
            every=five,
        ),
        LmtpWay(("::1", 8024)),
        LmtpWay(ROOT / "run/lmtp"),
        WebhookWay(provider="mailgun", signing_key="KEY"),
    )
    assert [way.place for way in found] == [
        "/srv/news/box",
        "imap me@imap.example.org:993 INBOX",
        "lmtp [::1]:8024",
        "lmtp /srv/news/run/lmtp",
        "webhook mailgun",
    ]


@pytest.mark.parametrize(
    ("text", "port", "security"),
    [("port: 143", 143, "starttls"), ("security: starttls", 143, "starttls"), ("port: 144", 144, "tls")],
)
def test_the_port_says_how_tls_begins_and_the_other_way_round(text, port, security):
    (way,) = ways(f'  - {{type: imap, host: a.b, username: me, password: "${{PW}}", {text}, every: 1h}}')
    assert (way.port, way.security, way.every) == (port, security, timedelta(hours=1))


def test_a_secret_that_is_not_in_the_environment_is_named():
    assert from_environment({"PW": "x"}, "PW", "imap") == "x"
    with pytest.raises(MailboxError, match="imap: the environment variable PW is not set"):
        from_environment({"PW": ""}, "PW", "imap")
