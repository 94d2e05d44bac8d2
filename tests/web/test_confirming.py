"""Coming in: the form, the message that asks for a confirmation, and the link in it."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from urllib.parse import urlsplit

import pytest

from digest.core.roster import Enrolment

ANN = "Ann@example.org"
WEEK = timedelta(days=7)


def test_a_link_to_confirm_shows_a_button_which_confirms_with_proof(web):
    path = web.confirming(web.enrol(state="pending"))
    before = web.person()
    assert web.ask(path).heading == "Subscribe to The &lt;Weekly&gt; &amp; Co?"
    assert web.post(path, leave="yes").status == web.one_click(path).status == 400
    assert web.person() == before

    web.now += timedelta(days=6)
    done = web.post(path, confirm="yes")
    assert (done.status, done.heading) == (200, "You subscribe to The &lt;Weekly&gt; &amp; Co")
    (tie,) = web.person().subscriptions
    assert (tie.state, tie.consent_at, tie.source) == ("active", web.now, "a card")
    assert tie.proof == "its number; confirmed at 2026-03-08T12:00:00Z from 127.0.0.1, Browser/1"

    web.now += timedelta(days=9)
    assert web.post(path, confirm="yes").heading == web.ask(path).heading == done.heading
    assert web.person().subscriptions == (tie,)


def test_a_proof_keeps_a_browser_s_name_in_one_short_line(web):
    path = web.confirming(web.enrol(state="pending"))
    kind = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "A\t\x7f\xe9" + "x" * 400}
    web.ask(path, "POST", b"confirm=yes", kind)
    (tie,) = web.person().subscriptions
    assert len(tie.proof) < 300
    assert tie.proof.isprintable()


def test_an_expired_link_says_so_and_changes_nothing(web):
    path = web.confirming(web.enrol(state="pending"))
    web.now += WEEK
    for answer in (web.ask(path), web.post(path, confirm="yes")):
        assert (answer.status, answer.heading) == (410, "This link has expired")
        assert "desk@example.org" in answer.text
    assert web.state() == "pending"


def test_a_link_from_before_somebody_left_does_not_undo_that(web):
    number = web.enrol(state="pending")
    path = web.confirming(number)
    web.now += timedelta(days=1)
    web.one_click(web.leaving(number))
    assert web.post(path, confirm="yes").status == 409
    assert web.state() == "unsubscribed"
    web.now += timedelta(days=1)
    assert web.post(web.confirming(number, asked=web.now), confirm="yes").status == 200
    assert web.state() == "active"


def test_who_is_suppressed_or_forgotten_cannot_be_confirmed(web):
    path = web.confirming(web.enrol(state="pending"))
    web.store.roster.suppress(ANN, "bounce", "", web.now)
    assert web.post(path, confirm="yes").status == 409
    assert web.state() == "pending"
    web.store.roster.forget(ANN, web.now)
    assert web.post(path, confirm="yes").heading == "You are not on our list"
    assert web.person().subscriptions == ()


@pytest.mark.parametrize("place", [-1, -20, -40])
def test_an_altered_confirmation_is_refused(web, place):
    path = web.confirming(web.enrol(state="pending"))
    altered = list(path)
    altered[place] = "A" if altered[place] != "A" else "B"
    assert web.post("".join(altered), confirm="yes").status == 404
    assert web.state() == "pending"


def mail(web, count=1):
    """The messages that were posted, once there are so many."""
    folder = web.root / "out/mail"
    until = time.monotonic() + 30
    while len(found := sorted(folder.glob("*.eml"))) < count:
        assert time.monotonic() < until, f"{len(found)} of {count} messages"
        time.sleep(0.02)
    return [message_from_bytes(each.read_bytes(), policy=default) for each in found]


def settled(web):
    """Wait for what was to be done after the answer: a later piece of work ends after it."""
    web.ask("/subscribe/weekly")


def test_who_asks_by_the_form_gets_a_message_and_is_subscribed_by_its_link_alone(web):
    form = web.ask("/subscribe/weekly")
    assert form.status == 200
    assert 'name="address"' in form.text
    answer = web.post("/subscribe/weekly", address=" Ben@Example.ORG ", website="")
    assert (answer.status, answer.heading) == (200, "Look into your mailbox")
    (message,) = mail(web)
    assert web.state("ben@example.org") == "pending"
    assert message["To"] == "Ben@example.org"
    assert message["From"] == "Desk <desk@example.org>"
    assert message["Subject"] == "Please confirm: The <Weekly> & Co"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "List-Unsubscribe" not in message
    plain, html = message.iter_parts()
    (link,) = re.findall(r"^https://\S+", plain.get_content(), re.MULTILINE)
    assert f'href="{link}"' in html.get_content()
    assert link.startswith("https://lists.example.org/lists/confirm/weekly/")

    # As the proxy passes it on, with its prefix.
    assert web.post(urlsplit(link).path, confirm="yes").status == 200
    (tie,) = web.person("ben@example.org").subscriptions
    assert (tie.state, tie.source) == ("active", "subscription form")
    assert tie.proof.startswith("asked at 2026-03-02T12:00:00Z from 127.0.0.1, Browser/1; confirmed at ")


def test_the_form_says_the_same_of_every_address_and_writes_to_none_that_must_not_be(web):
    web.enrol("active@example.org")
    web.enrol("left@example.org", "unsubscribed")
    web.enrol("bounced@example.org", "pending")
    web.store.roster.suppress("bounced@example.org", "bounce", "", web.now)
    web.enrol("forgotten@example.org")
    web.store.roster.forget("forgotten@example.org", web.now)
    web.now += timedelta(hours=1)
    names = ("active", "bounced", "forgotten", "new", "left")
    answers = {web.post("/subscribe/weekly", address=f"{name}@example.org").text for name in names}
    assert len(answers) == 1
    assert {each["To"] for each in mail(web, 2)} == {"new@example.org", "left@example.org"}
    assert web.state("left@example.org") == "unsubscribed", "until the link is followed"
    assert web.state("forgotten@example.org") is None


def test_who_had_left_and_asks_again_comes_back_by_the_link(web):
    web.enrol("left@example.org", "unsubscribed")
    web.now += timedelta(hours=1)
    web.post("/subscribe/weekly", address="left@example.org")
    (message,) = mail(web)
    (link,) = re.findall(r"^https://\S+", next(message.iter_parts()).get_content(), re.MULTILINE)
    assert web.post(urlsplit(link).path, confirm="yes").status == 200
    assert web.state("left@example.org") == "active"


@pytest.mark.parametrize("address", ["", "x", "a@b@c", "a@e.org\r\nBcc: b@e.org", "a@e.org, b@e.org", "x" * 5000])
def test_what_is_no_address_is_said_to_be_none_and_not_repeated(web, address):
    answer = web.post("/subscribe/weekly", address=address)
    assert answer.status == 400
    assert "This is no e-mail address we can write to." in answer.text
    assert "Bcc" not in answer.text
    assert list(web.store.roster.members()) == []


def test_a_program_that_fills_in_every_field_gets_nothing(web):
    answer = web.post("/subscribe/weekly", address="bot@example.org", website="https://spam.example")
    assert answer.heading == "Look into your mailbox"
    settled(web)
    assert web.store.roster.number("bot@example.org") is None


def test_the_form_is_not_for_flooding(web):
    for _ in range(3):
        assert web.post("/subscribe/weekly", address="Ben@example.org").status == 200
        assert web.post("/subscribe/weekly", address="ben@example.org").status == 200
    assert len(mail(web)) == 1
    codes = [web.post("/subscribe/weekly", address=f"n{n}@example.org").status for n in range(6)]
    assert codes == [200, 200, 200, 200, 429, 429]
    web.now += timedelta(minutes=15)
    assert web.post("/subscribe/weekly", address="ben@example.org").status == 200
    assert len(mail(web, 6)) == 6


def test_there_is_no_form_where_none_is_configured_nor_for_what_there_is_not(web_at):
    web = web_at(
        "newsletters: {weekly: {title: W, timezone: UTC, schedule: '0 8 * * mon'}}\n"
        "web: {url: 'https://lists.example.org/', listen: '127.0.0.1:0'}\n"
    )
    assert web.ask("/subscribe/weekly").status == web.post("/subscribe/weekly", address="a@e.org").status == 404


def test_a_newsletter_that_is_not_there_cannot_be_asked_for(web):
    assert web.ask("/subscribe/nosuch").status == web.post("/subscribe/nosuch", address="a@e.org").status == 404


def test_coming_back_after_an_import_keeps_the_new_consent(web):
    number = web.enrol(state="pending")
    web.post(web.confirming(number), confirm="yes")
    assert [each.kind for each in web.store.roster.enrol("weekly", [Enrolment(address=ANN)], web.now)] == ["unchanged"]
