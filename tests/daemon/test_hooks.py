"""What mail services post, over HTTP: good events are taken, forged ones change nothing, what fails is posted again."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from json import dumps

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette

from digest.bounces.webhooks.event import LARGEST_BODY
from digest.bounces.webhooks.fetching import Fetcher
from digest.core.errors import DigestError
from digest.daemon.hooks import WebhookDesk
from digest.daemon.metrics import Metrics

NOW = datetime(2026, 3, 2, 13, tzinfo=UTC)
POSTMARK = '  - {type: webhook, provider: postmark, username: me, password: "${PW}", token: "${TOKEN}"}'
MAILGUN = '  - {type: webhook, provider: mailgun, signing_key: "${KEY}"}'
TOPIC = "arn:aws:sns:eu-west-1:123456789012:bounces"
SES = f'  - {{type: webhook, provider: ses, topics: ["{TOPIC}"]}}'
ENVIRON = {"PW": "secret", "TOKEN": "hush", "KEY": "sign"}


@dataclass
class Answer:
    status_code: int
    headers: dict[str, str]
    text: str


class Http:
    """Asks the application as a server would [ASGI 3]."""

    def __init__(self, app):
        self.app = app

    def get(self, path):
        return self.ask("GET", path, b"", ())

    def post(self, path, *, json=None, content=b"", auth=()):
        return self.ask("POST", path, content if json is None else dumps(json).encode(), auth)

    def ask(self, method, path, body, auth):
        bare, _, query = path.partition("?")
        basic = b"Basic " + b64encode(":".join(auth).encode())
        scope = {
            "type": "http",
            "method": method,
            "path": bare,
            "query_string": query.encode(),
            "headers": [(b"authorization", basic)] if auth else [],
        }
        chunks = [body[at : at + 65536] for at in range(0, len(body), 65536)] or [b""]
        said = []

        async def receive():
            chunk = chunks.pop(0)
            return {"type": "http.request", "body": chunk, "more_body": bool(chunks)}

        async def send(message):
            said.append(message)

        asyncio.run(self.app(scope, receive, send))
        headers = {name.decode(): value.decode() for name, value in said[0]["headers"]}
        return Answer(said[0]["status"], headers, b"".join(each.get("body", b"") for each in said[1:]).decode())


@pytest.fixture
def client(sent):
    """A client of the routes of a configuration; the desks are closed in the end."""
    desks = []

    def made(ways, environ=ENVIRON, fetcher=None):
        settings = sent.configure(ways)
        desk = WebhookDesk(settings, lambda: NOW, Metrics("0", NOW), environ=environ, fetcher=fetcher)
        desks.append(desk)
        return Http(Starlette(routes=desk.routes())), desk

    yield made
    for desk in desks:
        desk.close()


def postmark(verp):
    return {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "ID": 1,
        "Email": "ann@example.net",
        "Details": "550 5.1.1 user unknown",
        "Metadata": {"verp": verp},
    }


def mailgun(verp, token="t" * 50):
    stamp = str(int(NOW.timestamp()))
    signature = hmac.new(b"sign", f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    data = {
        "event": "failed",
        "severity": "permanent",
        "id": "e1",
        "reason": "bounce",
        "recipient": "ann@example.net",
        "delivery-status": {"code": 550, "enhanced-code": "5.1.1", "message": "550 5.1.1 user unknown"},
        "user-variables": {"verp": verp},
    }
    return {"signature": {"timestamp": stamp, "token": token, "signature": signature}, "event-data": data}


def test_a_good_event_suppresses_its_reader(sent, client):
    http, desk = client(POSTMARK)
    assert http.post("/webhooks/postmark", json=postmark(sent.verp(0)), auth=("me", "secret")).status_code == 200
    assert sent.suppressed("ann@example.net") == "bounce"
    assert http.post("/webhooks/postmark?token=hush", json=postmark(sent.verp(1))).status_code == 200
    assert sent.suppressed("ben@example.net") == "bounce"
    assert desk.trouble == ""
    assert http.get("/webhooks/postmark").status_code == 405
    assert http.post("/webhooks/mailgun", json={}).status_code == 404


def test_a_forged_event_changes_nothing_and_is_told_once(sent, client):
    http, _ = client(POSTMARK)
    event = postmark(sent.verp(0))
    for query, auth in (("", ()), ("", ("me", "guess")), ("?token=guess", ()), ("?token=", ())):
        assert http.post(f"/webhooks/postmark{query}", json=event, auth=auth).status_code == 403
    assert sent.suppressed("ann@example.net") == ""
    assert len(sent.events("webhook_refused")) == 1
    stranger = postmark(sent.verp(0).replace("+", "+a", 1))  # known to us, and about nobody
    assert http.post("/webhooks/postmark", json=stranger, auth=("me", "secret")).status_code == 200
    assert sent.suppressed("ann@example.net") == ""


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"x" * (LARGEST_BODY + 1), 413)])
def test_what_cannot_be_read_is_refused(client, body, status):
    http, _ = client(POSTMARK)
    assert http.post("/webhooks/postmark", content=body, auth=("me", "secret")).status_code == status


def test_what_cannot_be_taken_now_is_posted_again_with_the_same_signature(sent, client):
    http, desk = client(MAILGUN)
    event, store = mailgun(sent.verp(0)), sent.root / "digest.db"
    store.rename(sent.root / "away.db")
    store.mkdir()
    answer = http.post("/webhooks/mailgun", json=event)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert "is a folder" in desk.trouble
    assert str(store) not in answer.text
    store.rmdir()
    (sent.root / "away.db").rename(store)
    assert http.post("/webhooks/mailgun", json=event).status_code == 200
    assert sent.suppressed("ann@example.net") == "bounce"
    assert desk.trouble == ""
    # Taken, it is not believed once more.
    assert http.post("/webhooks/mailgun", json=event).status_code == 403


def test_a_secret_that_is_not_set_is_our_trouble_and_not_the_service_s(sent, client):
    http, desk = client(MAILGUN, environ={})
    assert http.post("/webhooks/mailgun", json=mailgun(sent.verp(0))).status_code == 503
    assert "the environment variable KEY is not set" in desk.trouble
    assert sent.suppressed("ann@example.net") == ""


KEYS = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate():
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(KEYS.public_key())
    built = built.serial_number(7).not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=1))
    return built.sign(KEYS, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


class Sns(Fetcher):
    """Amazon's side: a certificate, and an address that confirms."""

    def __init__(self):
        super().__init__()
        self.asked = []
        self.broken = False

    def get(self, address):
        self.asked.append(address)
        if self.broken:
            raise DigestError("cannot be asked", place="sns")
        return certificate() if address.endswith(".pem") else b"<ok/>"


def confirmation(visit):
    fields = {
        "Message": "confirm",
        "MessageId": "m-1",
        "SubscribeURL": visit,
        "Timestamp": "2026-03-02T12:59:00.000Z",
        "Token": "t",
        "TopicArn": TOPIC,
        "Type": "SubscriptionConfirmation",
    }
    signed = "".join(f"{key}\n{value}\n" for key, value in fields.items()).encode()
    signature = KEYS.sign(signed, padding.PKCS1v15(), hashes.SHA256())
    at = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-7.pem"
    return {**fields, "SignatureVersion": "2", "SigningCertURL": at, "Signature": b64encode(signature).decode()}


def test_a_subscription_is_confirmed_at_amazon_and_nowhere_else(sent, client):
    sns = Sns()
    http, desk = client(SES, fetcher=sns)
    visit = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription"
    sns.broken = True
    assert http.post("/webhooks/ses", json=confirmation(visit)).status_code == 503
    assert desk.trouble
    sns.broken = False
    assert http.post("/webhooks/ses", json=confirmation(visit)).status_code == 200
    assert sns.asked[-1] == visit
    assert len(sent.events("webhook_confirmed")) == 1
    elsewhere = "https://sns.eu-west-1.amazonaws.com.example.net/"
    assert http.post("/webhooks/ses", json=confirmation(elsewhere)).status_code == 403
    altered = {**confirmation(visit), "Token": "u"}
    assert http.post("/webhooks/ses", json=altered).status_code == 403
    assert elsewhere not in sns.asked
    assert sns.asked.count(visit) == 1
    assert len([each for each in sns.asked if each.endswith(".pem")]) == 2  # the one that failed, and the one kept
