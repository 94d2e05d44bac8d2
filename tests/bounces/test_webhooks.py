"""Events of mail services: whose signature is wrong, old or used before says nothing; the rest becomes reports."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from digest.bounces.webhooks import mailgun, postmark, sendgrid, ses
from digest.core.errors import ForgedError, SourceError, UsageError
from digest.delivery.smtp.providers import verp_field

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
VERP = "bounces+7.x@news.example.org"


def never(_):
    raise AssertionError("nothing is fetched or remembered here")


def body(value):
    return json.dumps(value).encode()


# --- SES

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
TOPIC = "arn:aws:sns:eu-west-1:123456789012:bounces"
CERTIFICATE_AT = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-7.pem"
SES = ses.Settings(frozenset({TOPIC}))


def pem(key=KEY, start=NOW - timedelta(days=1)):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(7).not_valid_before(start).not_valid_after(start + timedelta(days=2))
    return built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


PEM = pem()


def sns(message="", *, kind="Notification", version="2", key=KEY, **more):
    envelope = {
        "Type": kind,
        "MessageId": "m-1",
        "TopicArn": TOPIC,
        "Message": message if isinstance(message, str) else json.dumps(message),
        "Timestamp": "2026-03-02T06:59:00.000Z",
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE_AT,
        **({} if kind == "Notification" else {"Token": "t", "SubscribeURL": "https://sns.eu-west-1.amazonaws.com/?x"}),
        **more,
    }
    names = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    names = names if kind != "Notification" else [name for name in names if name not in {"SubscribeURL", "Token"}]
    signed = "".join(f"{name}\n{envelope[name]}\n" for name in names if name in envelope)
    algorithm = getattr(hashes, {"1": "SHA1"}.get(version, "SHA256"))()
    signature = key.sign(signed.encode(), padding.PKCS1v15(), algorithm)
    return {**envelope, "Signature": base64.b64encode(signature).decode()}


def bounce(kind="Permanent", subtype="General", diagnostic="smtp; 550 5.1.1 user unknown", status="5.1.1"):
    recipient = {"emailAddress": "ada@example.net", "action": "failed", "status": status, "diagnosticCode": diagnostic}
    return {
        "notificationType": "Bounce",
        "bounce": {"bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": [recipient]},
        "mail": {"source": VERP, "headers": [{"name": "Message-ID", "value": "<weekly.x@news.example.org>"}]},
    }


def read_ses(envelope, now=NOW, fetch=lambda _: PEM, settings=SES):
    return ses.read({}, body(envelope), settings, now, fetch)


@pytest.mark.parametrize("version", ["1", "2"])
def test_ses_reads_what_sns_signed(version):
    asked = []
    (report,) = read_ses(sns(bounce(), version=version), fetch=lambda url: asked.append(url) or PEM)
    (recipient,) = report.recipients
    assert (report.kind, report.diagnostic) == ("hard", "550 5.1.1 user unknown")
    assert (recipient.address, recipient.status, recipient.action) == ("ada@example.net", "5.1.1", "failed")
    assert (report.sent_to[0], report.message_id) == (VERP, "<weekly.x@news.example.org>")
    assert asked == [CERTIFICATE_AT]


@pytest.mark.parametrize(
    ("kind", "subtype", "diagnostic", "status", "wanted"),
    [
        ("Permanent", "General", "", "", "hard"),
        ("Permanent", "General", "550 blocked for spam", "5.1.1", "policy"),  # words before the service's own view
        ("Permanent", "General", "552 mailbox full", "5.2.2", "soft"),
        ("Permanent", "OnAccountSuppressionList", "", "", "hard"),
        ("Permanent", "UnsubscribedRecipient", "", "", "complaint"),
        ("Permanent", "SomethingNew", "", "", "hard"),
        ("Transient", "General", "550 5.1.1 no such user", "5.1.1", "soft"),
        ("Transient", "MailboxFull", "", "", "soft"),
        ("Transient", "ContentRejected", "", "", "policy"),
        ("Undetermined", "Undetermined", "", "", "soft"),
        ("Undetermined", "Undetermined", "550 5.1.1 no such user", "5.1.1", "hard"),
    ],
)
def test_ses_bounces_come_to_our_kinds(kind, subtype, diagnostic, status, wanted):
    (report,) = read_ses(sns(bounce(kind, subtype, diagnostic, status)))
    assert report.kind == wanted


@pytest.mark.parametrize(
    ("feedback", "kind"),
    [("abuse", "complaint"), (None, "complaint"), ("not-spam", "none"), ("auth-failure", "none"), ("virus", "none")],
)
def test_ses_complaints_count_where_the_reader_complained(feedback, kind):
    complaint = {"complainedRecipients": [{"emailAddress": "ada@example.net"}], "complaintFeedbackType": feedback}
    (report,) = read_ses(sns({"eventType": "Complaint", "complaint": complaint, "mail": {"source": VERP}}))
    assert (report.kind, report.sent_to[0]) == (kind, VERP)


def test_ses_events_that_report_nothing_are_none():
    assert read_ses(sns({"notificationType": "Delivery"})) == []
    assert read_ses(sns("[]")) == []


def test_ses_ids_are_the_event_s():
    once, again = read_ses(sns(bounce())), read_ses(sns(bounce(), Timestamp="2026-03-02T06:58:00.000Z"))
    assert once[0].id == again[0].id
    assert once[0].id != read_ses(sns(bounce(), MessageId="m-2"))[0].id


@pytest.mark.parametrize(
    "change",
    [
        {"Message": "{}"},
        {"Type": "SubscriptionConfirmation"},
        {"Type": "Other"},
        {"Signature": "AAAA"},
        {"Signature": "not base64"},
        {"Signature": None},
        {"SignatureVersion": "3"},
        {"SignatureVersion": "1"},
        {"Subject": "added"},
        {"TopicArn": "arn:aws:sns:eu-west-1:999999999999:theirs"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com.evil.example/x.pem"},
        {"SigningCertURL": "https://evil.example/sns.eu-west-1.amazonaws.com/x.pem"},
        {"SigningCertURL": "http://sns.eu-west-1.amazonaws.com/x.pem"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com:8443/x.pem"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com@evil.example/x.pem"},
        {"SigningCertURL": "https://evil.example\\@sns.eu-west-1.amazonaws.com/x.pem"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com/x.txt"},
        {"SigningCertURL": "https://bucket.s3.amazonaws.com/x.pem"},
        {"SigningCertURL": "https://[sns.eu-west-1.amazonaws.com/x.pem"},
        {"SigningCertURL": ""},
    ],
)
def test_ses_forgeries_are_refused_and_nothing_is_fetched_from_elsewhere(change):
    def fetch(url):
        assert url == CERTIFICATE_AT
        return PEM

    with pytest.raises(ForgedError):
        read_ses({**sns(bounce()), **change}, fetch=fetch)


def test_another_s_topic_is_refused_though_sns_signed_it():
    with pytest.raises(ForgedError, match="none of ours"):
        read_ses(sns(bounce(), TopicArn="arn:aws:sns:eu-west-1:999999999999:theirs"), fetch=never)


def test_ses_events_and_certificates_must_be_of_now():
    with pytest.raises(ForgedError, match="was not signed within"):
        read_ses(sns(bounce(), Timestamp="2026-02-27T00:00:00Z"))
    with pytest.raises(ForgedError, match="was not signed within"):
        read_ses(sns(bounce(), Timestamp="2026-03-02T06:59:00"))  # of no zone
    with pytest.raises(ForgedError, match="not valid now"):
        read_ses(sns(bounce()), fetch=lambda _: pem(start=NOW - timedelta(days=10)))
    with pytest.raises(ForgedError, match="no RSA key"):
        read_ses(sns(bounce()), fetch=lambda _: pem(ec.generate_private_key(ec.SECP256R1())))
    with pytest.raises(SourceError, match="cannot be read"):
        read_ses(sns(bounce()), fetch=lambda _: b"<html>")


def test_a_subscription_is_confirmed_at_sns_alone():
    confirm = sns("Visit", kind="SubscriptionConfirmation")
    assert ses.confirmation(body(confirm), SES, NOW, lambda _: PEM) == "https://sns.eu-west-1.amazonaws.com/?x"
    assert read_ses(confirm) == []
    assert ses.confirmation(body(sns(bounce())), SES, NOW, lambda _: PEM) == ""
    elsewhere = sns("Visit", kind="SubscriptionConfirmation", SubscribeURL="https://evil.example/")
    with pytest.raises(ForgedError, match="does not lead to SNS"):
        ses.confirmation(body(elsewhere), SES, NOW, lambda _: PEM)


# --- Postmark

POSTMARK = postmark.Settings("digest", "pass:word", "s3cret")
BASIC = {"authorization": "Basic " + base64.b64encode(b"digest:pass:word").decode()}


def postmarked(kind, details="", record="Bounce"):
    return body(
        {
            "RecordType": record,
            "Type": kind,
            "ID": 42,
            "MessageID": "m-1",
            "Email": "ada@example.net",
            "From": "plumbing@news.example.org",
            "Details": details,
            "Metadata": {"verp": VERP},
        }
    )


@pytest.mark.parametrize(
    ("kind", "details", "wanted"),
    [
        ("HardBounce", "smtp;550 5.1.1 user unknown", "hard"),
        ("HardBounce", "", "hard"),
        ("HardBounce", "smtp;554 blocked for spam", "policy"),
        ("SoftBounce", "smtp;552 mailbox full", "soft"),
        ("Transient", "smtp;550 5.1.1 no such user", "soft"),
        ("SpamNotification", "", "policy"),
        ("SpamComplaint", "", "complaint"),
        ("Unsubscribe", "", "complaint"),
        ("AutoResponder", "no such user", "auto-reply"),
        ("ChallengeVerification", "", "auto-reply"),
        ("DMARCPolicy", "", "policy"),
    ],
)
def test_postmark_types_come_to_our_kinds(kind, details, wanted):
    (report,) = postmark.read(BASIC, postmarked(kind, details), POSTMARK, NOW)
    assert report.kind == wanted
    assert report.sent_to[0] == VERP
    assert [each.address for each in report.recipients] == ["ada@example.net"]


def test_postmark_is_known_by_password_or_secret_and_by_nothing_else():
    event = postmarked("HardBounce")
    assert postmark.read({}, event, POSTMARK, NOW, token=POSTMARK.token)
    assert postmark.read({"AUTHORIZATION": BASIC["authorization"]}, event, POSTMARK, NOW)
    for headers, token in (
        ({}, ""),
        ({}, "wrong"),
        ({"Authorization": "Basic ZGlnZXN0Og=="}, ""),
        ({"Authorization": "Basic \xff"}, ""),
        ({"Authorization": "Bearer x"}, ""),
    ):
        with pytest.raises(ForgedError):
            postmark.read(headers, event, POSTMARK, NOW, token=token)


def test_postmark_without_any_secret_set_believes_nothing():
    for headers in ({}, {"Authorization": "Basic Og=="}):
        with pytest.raises(ForgedError):
            postmark.read(headers, postmarked("HardBounce"), postmark.Settings(), NOW, token="")


def test_postmark_s_other_records_report_nothing():
    assert postmark.read(BASIC, postmarked("", record="Delivery"), POSTMARK, NOW) == []
    assert postmark.read(BASIC, postmarked("Subscribe"), POSTMARK, NOW) == []
    assert postmark.read(BASIC, postmarked("", record="SpamComplaint"), POSTMARK, NOW)[0].kind == "complaint"
    with pytest.raises(SourceError, match="is no JSON"):
        postmark.read(BASIC, b"{", POSTMARK, NOW)


# --- Mailgun

MAILGUN = mailgun.Settings("key-1")


def mailgunned(data, *, key="key-1", stamp=STAMP, once="t-1"):
    signature = hmac.new(key.encode(), f"{stamp}{once}".encode(), hashlib.sha256).hexdigest()
    return body({"signature": {"timestamp": stamp, "token": once, "signature": signature}, "event-data": data})


def failed(severity="permanent", reason="bounce", code=550, enhanced="", message=""):
    return {
        "event": "failed",
        "severity": severity,
        "reason": reason,
        "id": "e-1",
        "recipient": "ada@example.net",
        "delivery-status": {"code": code, "enhanced-code": enhanced, "message": message},
        "message": {"headers": {"message-id": "weekly.x@news.example.org"}},
        "user-variables": {"verp": VERP},
    }


def unknown(_):
    return False


@pytest.mark.parametrize(
    ("data", "kinds"),
    [
        (failed(message="no such user"), ["hard"]),
        (failed(message="blocked for spam", enhanced="5.1.1"), ["policy"]),
        (failed(code=605, reason="suppress-bounce", message="Not delivering to previously bounced address"), ["hard"]),
        (failed(reason="suppress-complaint"), ["complaint"]),
        (failed(reason="old", code=602, message=""), ["soft"]),
        (failed(severity="temporary", message="no such user"), []),  # Mailgun tries again
        ({"event": "complained", "recipient": "ada@example.net"}, ["complaint"]),
        ({"event": "unsubscribed", "recipient": "ada@example.net"}, ["complaint"]),
        ({"event": "delivered"}, []),
        ({}, []),
    ],
)
def test_mailgun_events_come_to_our_kinds(data, kinds):
    assert [each.kind for each in mailgun.read({}, mailgunned(data), MAILGUN, NOW, unknown)] == kinds


def test_mailgun_s_report_names_the_original():
    (report,) = mailgun.read({}, mailgunned(failed(message="no such user")), MAILGUN, NOW, unknown)
    assert (report.sent_to[0], report.message_id) == (VERP, "<weekly.x@news.example.org>")


@pytest.mark.parametrize(
    "event",
    [
        mailgunned(failed(), key="key-2"),
        mailgunned(failed(), key=""),
        mailgunned(failed(), once=""),
        mailgunned(failed(), stamp=str(int(STAMP) - 1000)),
        mailgunned(failed(), stamp=str(int(STAMP) + 1000)),
        mailgunned(failed(), stamp="9" * 30),
        mailgunned(failed(), stamp="soon"),
        body({"event-data": failed()}),
        body([]),
    ],
)
def test_mailgun_forgeries_are_refused_and_their_tokens_not_remembered(event):
    with pytest.raises(ForgedError):
        mailgun.read({}, event, MAILGUN, NOW, never)


def test_mailgun_without_a_key_believes_nothing():
    with pytest.raises(ForgedError):
        mailgun.read({}, mailgunned(failed(), key=""), mailgun.Settings(""), NOW, never)


def test_a_mailgun_signature_is_good_once():
    tokens = set()

    def seen(token):
        known = token in tokens
        tokens.add(token)
        return known

    event = mailgunned(failed())
    assert mailgun.read({}, event, MAILGUN, NOW, seen)
    with pytest.raises(ForgedError, match="used before"):
        mailgun.read({}, event, MAILGUN, NOW, seen)


# --- SendGrid

SIGNER = ec.generate_private_key(ec.SECP256R1())


def public(key):
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


SENDGRID = sendgrid.Settings(public(SIGNER))


def signed(raw, *, stamp=STAMP, key=SIGNER):
    signature = base64.b64encode(key.sign(stamp.encode() + raw, ec.ECDSA(hashes.SHA256()))).decode()
    return {
        "x-twilio-email-event-webhook-signature": signature,
        "X-TWILIO-EMAIL-EVENT-WEBHOOK-TIMESTAMP": stamp,
    }


def event(name="bounce", **more):
    return {"event": name, "email": "ada@example.net", "sg_event_id": "e-1", "smtp-id": "<w@news.example.org>", **more}


def read_sendgrid(*events):
    raw = body(list(events))
    return sendgrid.read(signed(raw), raw, SENDGRID, NOW)


@pytest.mark.parametrize(
    ("one", "kinds"),
    [
        (event(type="bounce", status="5.1.1", reason="550 5.1.1 user unknown"), ["hard"]),
        (event(type="bounce", bounce_classification="Invalid Address"), ["hard"]),
        (event(type="bounce", status="5.0.0", reason="550 blocked for spam"), ["policy"]),
        (event(type="bounce", bounce_classification="Mailbox Unavailable"), ["soft"]),
        (event(type="bounce"), ["soft"]),
        (event(type="blocked"), ["policy"]),
        (event(type="blocked", reason="552 mailbox full"), ["soft"]),
        (event(type="expired"), ["soft"]),
        (event("dropped", reason="Bounced Address"), ["hard"]),
        (event("dropped", reason="Spam Reporting Address"), ["complaint"]),
        (event("dropped", reason="Something else"), ["none"]),
        (event("spamreport"), ["complaint"]),
        (event("group_unsubscribe"), ["complaint"]),
        (event("deferred", reason="450 busy"), []),
        (event("delivered"), []),
        ("no event", []),
    ],
)
def test_sendgrid_events_come_to_our_kinds(one, kinds):
    assert [each.kind for each in read_sendgrid(one)] == kinds


def test_a_sendgrid_batch_gives_each_of_its_reports():
    reports = read_sendgrid(event(type="bounce", reason="no such user", verp=VERP), event("open"), event("spamreport"))
    assert [each.kind for each in reports] == ["hard", "complaint"]
    assert (reports[0].sent_to[0], reports[0].message_id) == (VERP, "<w@news.example.org>")
    assert len({each.id for each in reports}) == 2


def test_sendgrid_forgeries_are_refused():
    raw = body([event(type="bounce")])
    good = signed(raw)
    for headers, posted in (
        ({}, raw),
        (good, raw + b" "),
        ({**good, "X-TWILIO-EMAIL-EVENT-WEBHOOK-TIMESTAMP": str(int(STAMP) + 1)}, raw),
        ({**good, "x-twilio-email-event-webhook-signature": "!"}, raw),
        (signed(raw, key=ec.generate_private_key(ec.SECP256R1())), raw),
        (signed(raw, stamp=str(int(STAMP) - 100_000)), raw),
        (signed(raw, stamp=""), raw),
    ):
        with pytest.raises(ForgedError):
            sendgrid.read(headers, posted, SENDGRID, NOW)


@pytest.mark.parametrize("key", ["", "!", "AAAA", public(KEY), public(ec.generate_private_key(ec.SECP384R1()))])
def test_a_sendgrid_key_that_is_none_is_the_operator_s_mistake(key):
    raw = body([])
    with pytest.raises(UsageError, match="copy the verification key"):
        sendgrid.read(signed(raw), raw, sendgrid.Settings(key), NOW)


def test_what_sendgrid_signs_must_be_a_list():
    raw = body({})
    with pytest.raises(SourceError, match="no list"):
        sendgrid.read(signed(raw), raw, SENDGRID, NOW)


# --- all of them

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, st.sampled_from(["event", "reason", "delivery-status", "recipient", "severity", "id", "message"]))
def test_fields_of_any_shape_are_read_or_left_out(value, name):
    """What is signed may still be odd: the service changed its form, say."""
    data = {**failed(message="no such user"), name: value}
    for each in mailgun.read({}, mailgunned(data), MAILGUN, NOW, unknown):
        assert each.recipients
    for each in read_sendgrid({**event(type="bounce"), name: value}):
        assert each.recipients
    postmark.read(BASIC, body({"RecordType": "Bounce", "Type": "HardBounce", name: value}), POSTMARK, NOW)
    read_ses(sns({**bounce(), "bounce": value}))
    read_ses(sns({**bounce(), "mail": value}))


@given(st.binary(max_size=60))
def test_bodies_of_any_bytes_are_refused(raw):
    for read in (
        lambda: ses.read({}, raw, SES, NOW, never),
        lambda: postmark.read({}, raw, POSTMARK, NOW),
        lambda: mailgun.read({}, raw, MAILGUN, NOW, never),
        lambda: sendgrid.read({}, raw, SENDGRID, NOW),
    ):
        with pytest.raises((ForgedError, SourceError)):
            read()


def test_bodies_without_end_are_refused():
    with pytest.raises(SourceError, match="more than"):
        mailgun.read({}, b" " * 6_000_000, MAILGUN, NOW, never)
    with pytest.raises(SourceError, match="no JSON"):
        mailgun.read({}, b"[" * 1_000_000, MAILGUN, NOW, never)


# --- What each is told on the way out


def told(provider, name):
    """What a field of the header says to a service."""
    found, _, value = verp_field(provider, VERP).decode().removesuffix("\r\n").partition(": ")
    assert (found, "\n" in value) == (name, False)
    return value


def test_what_a_service_is_told_of_a_message_its_events_give_back():
    sent = json.loads(postmarked("HardBounce")) | {"Metadata": {"verp": told("postmark", "X-PM-Metadata-verp")}}
    (report,) = postmark.read(BASIC, body(sent), POSTMARK, NOW)
    assert report.sent_to[0] == VERP
    sent = failed() | {"user-variables": json.loads(told("mailgun", "X-Mailgun-Variables"))}
    (report,) = mailgun.read({}, mailgunned(sent), MAILGUN, NOW, unknown)
    assert report.sent_to == (VERP,)
    (report,) = read_sendgrid(event(**json.loads(told("sendgrid", "X-SMTPAPI"))["unique_args"]))
    assert report.sent_to == (VERP,)


def test_who_names_the_sender_by_itself_is_told_nothing():
    assert verp_field("ses", VERP) == verp_field(None, VERP) == b""


def test_no_address_says_more_than_itself():
    strange = '"}\\ {"@example.org'
    assert json.loads(verp_field("mailgun", strange).partition(b": ")[2]) == {"verp": strange}
