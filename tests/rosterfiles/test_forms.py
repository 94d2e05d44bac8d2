from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.roster import Enrolment, Suppression
from digest.rosterfiles.forms import fold, form_of, instant_of

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)

MAILCHIMP = (
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,"
    "LAST_CHANGED,LEID,EUID,NOTES,TAGS"
)
MAILCHIMP_GONE = MAILCHIMP + ",UNSUB_TIME,UNSUB_REASON,CLEAN_TIME"
SUBSTACK = "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at"
GHOST = (
    "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers"
)
BUTTONDOWN = "id,email,notes,metadata,tags,subscriber_type,source,creation_date,unsubscription_date,ip_address"
BUTTONDOWN_NEW = "email_address,type,creation_date,undeliverability_date"
LISTMONK = "uuid,email,name,attributes,status,created_at,updated_at"


def read(header, row, file="list.csv"):
    form = form_of(header.split(","), file)
    cells = row.split("|")
    cells += [""] * (len(form.columns) - len(cells))
    return form, form.enrolment(cells, source="import", now=NOW)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (MAILCHIMP, "Mailchimp"),
        (SUBSTACK, "Substack"),
        (GHOST, "Ghost"),
        (BUTTONDOWN, "Buttondown"),
        (BUTTONDOWN_NEW, "Buttondown"),
        ("email,a_2,a,a", "CSV"),
        (LISTMONK, "listmonk"),
        ("email,name,newsletter,state,changed_at,consent_at,source,proof,suppressed", "digest"),
        ("E-Mail", "CSV"),
        ("Name,Address", "CSV"),
        ("email,email", "CSV"),
    ],
)
def test_a_form_is_known_by_its_header(header, name):
    assert form_of(header.split(","), "list.csv").name == name


@pytest.mark.parametrize("header", ["name,phone", "", "e,mail"])
def test_without_a_column_of_addresses_it_is_none(header):
    form = form_of(header.split(","), "list.csv")
    assert form is None or "mail" in form.columns


def standing(header, row, file="list.csv"):
    asked = read(header, row, file)[1]
    return asked if isinstance(asked, str) else asked.suppress or asked.state


@pytest.mark.parametrize(
    ("file", "row", "stands"),
    [
        ("subscribed_members_export_1.csv", "a@e.org", "active"),
        ("unsubscribed_members_export_1.csv", "a@e.org", "unsubscribed"),
        ("cleaned_members_export_1.csv", "a@e.org", "bounce"),
        ("nonsubscribed_members_export_1.csv", "a@e.org", "never subscribed: the export is of contacts that did not"),
        ("members.csv", "a@e.org" + "|" * 15 + "2024-01-01 10:00:00", "unsubscribed"),
        ("members.csv", "a@e.org" + "|" * 17 + "2024-01-01 10:00:00", "bounce"),
    ],
)
def test_mailchimp_says_by_file_and_by_time_who_is_gone(file, row, stands):
    assert standing(MAILCHIMP_GONE, row, file) == stands


@pytest.mark.parametrize(
    ("header", "row", "stands"),
    [
        (SUBSTACK, "a@e.org|false|||false", "active"),
        (SUBSTACK, "a@e.org|true|||true", "unsubscribed"),
        (GHOST, "1|a@e.org|||true", "active"),
        (GHOST, "1|a@e.org|||false", "unsubscribed"),
        (GHOST, "1|a@e.org|||true||||2024-01-01T00:00:00Z", "unsubscribed"),
        (BUTTONDOWN, "1|a@e.org||||regular", "active"),
        (BUTTONDOWN, "1|a@e.org||||past_due", "active"),
        (BUTTONDOWN, "1|a@e.org||||unactivated", "pending"),
        (BUTTONDOWN, "1|a@e.org||||removed", "unsubscribed"),
        (BUTTONDOWN, "1|a@e.org||||regular|||2024-01-01", "unsubscribed"),
        (BUTTONDOWN_NEW, "a@e.org|undeliverable", "bounce"),
        (BUTTONDOWN_NEW, "a@e.org|complained", "complaint"),
        (BUTTONDOWN_NEW, "a@e.org|regular|2024-01-01|2024-02-01", "bounce"),
        (BUTTONDOWN_NEW, "a@e.org|quaint", "has a type of 'quaint', which is not known"),
        (LISTMONK, "1|a@e.org|||enabled", "active"),
        (LISTMONK, "1|a@e.org|||disabled", "unsubscribed"),
        (LISTMONK, "1|a@e.org|||blocklisted", "by hand"),
        ("email,status", "a@e.org|Subscribed", "active"),
        ("email,status", "a@e.org|", "has nothing in the column 'status'"),
        ("email,status", "a@e.org|VIP", "has a status of 'VIP', which is not known"),
        ("email,state", "a@e.org|Ohio", "active"),
        ("email,suppressed", "a@e.org|bounce", "bounce"),
        ("email,suppressed", "a@e.org|by hand", "by hand"),
        ("email,suppressed", "a@e.org|perhaps", "has a suppression 'perhaps', which is not known"),
        ("email", "a@@e.org", "is no address: what stands before the @ is not allowed there"),
        ("email", "", "is no address; write local@domain"),
    ],
)
def test_how_a_row_stands(header, row, stands):
    assert standing(header, row) == stands


def test_consent_comes_from_the_columns_of_mailchimp():
    row = "Ann@E.org|Ann|Lee|4|2014-11-01 20:53:34|192.0.2.1|2014-11-02 08:00:00|192.0.2.2"
    _, asked = read(MAILCHIMP, row)
    assert asked == Enrolment(
        address="Ann@e.org",
        name="Ann Lee",
        changed_at=datetime(2014, 11, 2, 8, tzinfo=UTC),
        consent_at=datetime(2014, 11, 2, 8, tzinfo=UTC),
        source="import",
        proof="optin_time 2014-11-01 20:53:34; optin_ip 192.0.2.1; "
        "confirm_time 2014-11-02 08:00:00; confirm_ip 192.0.2.2",
    )


def test_consent_comes_from_what_listmonk_has_in_its_attributes():
    attributes = '{"optin_at": "2024-01-01T08:00:00+02:00", "ip": "192.0.2.1", "city": "Ulm", "optin_ip": 7}'
    _, asked = read(LISTMONK, f"1|a@e.org|Ann|{attributes}|enabled|2025-01-15 10:00:00.123456 +0000 UTC")
    assert asked.consent_at == datetime(2024, 1, 1, 6, tzinfo=UTC)
    assert (
        asked.proof
        == "optin_time 2024-01-01T08:00:00+02:00; created_at 2025-01-15 10:00:00.123456 +0000 UTC; ip_address 192.0.2.1"
    )


@pytest.mark.parametrize("attributes", ["", "{", "[1]", "7", '{"a": {"b": 1}}', "[" * 5000])
def test_attributes_that_say_nothing_are_no_mistake(attributes):
    _, asked = read(LISTMONK, f"1|a@e.org|Ann|{attributes}|enabled|2025-01-15 10:00:00 +0000 +0000")
    assert asked.consent_at == datetime(2025, 1, 15, 10, tzinfo=UTC)


def test_who_left_did_not_do_so_when_agreeing():
    _, asked = read(GHOST, "1|a@e.org|||false|||2024-01-15T10:00:00.000Z")
    assert (asked.state, asked.changed_at, asked.consent_at) == (
        "unsubscribed",
        None,
        datetime(2024, 1, 15, 10, tzinfo=UTC),
    )


OWN = "email,name,newsletter,state,changed_at,consent_at,source,proof,since,suppressed,suppressed_at,detail"


def test_an_export_of_digest_says_all_that_there_is():
    row = "a@e.org|Ann|weekly|unsubscribed|2026-01-02T00:00:00Z|2025-01-01T00:00:00Z|a form|ip 192.0.2.1|2025-01-03|||"
    form, asked = read(OWN, row)
    assert form.newsletter(row.split("|")) == "weekly"
    assert asked == Enrolment(
        address="a@e.org",
        name="Ann",
        state="unsubscribed",
        changed_at=datetime(2026, 1, 2, tzinfo=UTC),
        consent_at=datetime(2025, 1, 1, tzinfo=UTC),
        source="a form",
        proof="ip 192.0.2.1",
        since=datetime(2025, 1, 3, tzinfo=UTC),
    )


def test_a_suppression_in_an_export_of_digest_stands_beside_the_subscription_or_alone():
    _, asked = read(OWN, "a@e.org||weekly|active||||||bounce|2026-01-02T00:00:00Z|550 5.1.1")
    veto = Suppression("bounce", datetime(2026, 1, 2, tzinfo=UTC), "550 5.1.1")
    assert (asked.state, asked.suppress, asked.suppression, asked.undated) == ("active", None, veto, True)
    _, asked = read(OWN, "a@e.org|||||||||by hand||asked by telephone")
    assert asked == Enrolment(address="a@e.org", suppress="by hand", changed_at=NOW, source="asked by telephone")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("a@e.org||weekly", "has nothing in the column 'state'"),
        ("a@e.org||weekly|Ohio", "has a state of 'Ohio', which is not known"),
        ("a@e.org||weekly|bounce", "has a state of 'bounce', which is not known"),
        ("a@e.org||weekly|active||||||forgotten", "has a suppression 'forgotten', which is not known"),
    ],
)
def test_what_no_export_of_digest_says_is_refused(row, why):
    assert read(OWN, row)[1] == why


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-01-15T10:00:00.000Z", datetime(2024, 1, 15, 10, tzinfo=UTC)),
        ("2024-01-15 10:00:00.123456789 +0100 CET", datetime(2024, 1, 15, 9, tzinfo=UTC)),
        ("2024-01-15 10:00", datetime(2024, 1, 15, 10, tzinfo=UTC)),
        ("2024-01-15", datetime(2024, 1, 15, tzinfo=UTC)),
        ("2026-03-02T12:00:00Z", NOW),
        ("2026-03-02T12:00:01Z", None),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+01:00", None),
        ("2024-02-30", None),
        ("1/15/2024 10:00", None),
        ("", None),
    ],
)
def test_instants_as_exports_write_them(text, instant):
    assert instant_of(text, NOW) == instant


@given(st.text(max_size=20))
def test_folding_folds_to_itself(text):
    assert fold(fold(text)) == fold(text)
