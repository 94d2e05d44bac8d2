"""Leaving and coming back, as mail programs and people do it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.core.edition import DeliveryCounts, FrozenEdition, Window
from digest.core.outbox import Plan, Settled
from digest.core.roster import Enrolment

ANN = "Ann@example.org"
MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n'
    b"Content-Type: text/plain\r\n\r\nOne-Click\r\n--b--\r\n"
)
BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
many = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded; charset=UTF-8"),
        (b"List-Unsubscribe=One-Click", ""),
        (MULTIPART, "multipart/form-data; boundary=b"),
        (MULTIPART, 'Multipart/Form-Data; charset=utf-8; boundary="b"'),
        (MULTIPART.replace(b"\r\nContent-Type: text/plain", b""), "multipart/form-data; boundary=b"),
    ],
)
def test_one_click_leaves_at_once_without_a_redirect_and_may_be_repeated(web, body, kind):
    path = web.leaving(web.enrol())
    other = web.enrol(newsletter="arabic")
    for _ in range(3):
        answer = web.ask(path, "POST", body, {"Content-Type": kind} if kind else {})
        assert answer.status == 200
        assert not {"Location", "Set-Cookie"} & set(answer.headers)
        assert web.state() == "unsubscribed"
    assert web.state(newsletter="arabic") == "active", other


def test_looking_changes_nothing(web):
    path = web.leaving(web.enrol())
    before = web.person()
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "GET"):
        web.ask(path, method)
    web.ask(f"{path}?List-Unsubscribe=One-Click&leave=yes")
    assert web.person() == before
    shown = web.ask(path)
    assert shown.status == 200
    assert shown.heading == "Leave The &lt;Weekly&gt; &amp; Co?"
    assert ANN in shown.text
    assert '<form method="post"><button type="submit" name="leave"' in shown.text


def test_other_methods_are_answered_as_they_should_be(web):
    path = web.leaving(web.enrol())
    asked, told = web.ask(path), web.ask(path, "HEAD")
    assert (told.status, told.text) == (200, "")
    assert told.headers["Content-Length"] == asked.headers["Content-Length"]
    options = web.ask(path, "OPTIONS")
    assert (options.status, options.headers["Allow"]) == (204, "GET, HEAD, POST, OPTIONS")
    assert web.ask(path, "PUT").status == 405
    assert web.ask("/").status == web.ask(f"{path}/").status == 404


def test_the_button_leaves_and_offers_a_way_back(web):
    path = web.leaving(web.enrol())
    left = web.post(path, leave="yes")
    assert (left.status, web.state()) == (200, "unsubscribed")
    assert left.heading == "You have left The &lt;Weekly&gt; &amp; Co"
    assert 'name="return"' in left.text
    assert web.ask(path).heading == left.heading

    web.now += timedelta(hours=1)
    back = web.post(path, **{"return": "yes"})
    assert (back.status, web.state()) == (200, "active")
    assert back.heading.startswith("You subscribe to")
    (tie,) = web.person().subscriptions
    assert (tie.consent_at, tie.source) == (web.now, "came back by link")
    assert tie.proof == "asked at 2026-03-02T13:00:00Z from 127.0.0.1, Browser/1"
    assert web.post(path, **{"return": "yes"}).heading.startswith("Leave"), "again, it changes nothing"
    assert web.person().subscriptions == (tie,)


def test_a_post_without_our_fields_changes_nothing(web):
    path = web.leaving(web.enrol())
    for fields in ({}, {"x": "leave"}, {"List-Unsubscribe": "No"}, {"confirm": "yes"}):
        assert web.post(path, **fields).status == 400
    assert web.ask(path, "POST").status == 400
    assert web.state() == "active"


def test_whoever_is_suppressed_stays_so(web):
    path = web.leaving(web.enrol())
    web.one_click(path)
    web.store.roster.suppress(ANN, "complaint", "", web.now)
    refused = web.post(path, **{"return": "yes"})
    assert (refused.status, web.state()) == (409, "unsubscribed")
    assert "desk@example.org" in refused.text


@many
@given(place=st.integers(0, 31), letter=st.sampled_from(BASE64URL), posted=st.booleans())
def test_one_altered_character_is_refused_and_changes_nothing(web, place, letter, posted):
    web.now += timedelta(hours=1)  # no limit is to be met here
    path = web.leaving(web.enrol())
    at = len(path) - 32 + place
    if path[at] == letter:
        return
    altered = path[:at] + letter + path[at + 1 :]
    before = web.person()
    answer = web.one_click(altered) if posted else web.ask(altered)
    assert answer.status == 404
    assert letter * 32 not in answer.text
    assert ANN not in answer.text
    assert web.person() == before


def test_a_token_is_for_its_newsletter_and_purpose_alone(web):
    number = web.enrol()
    web.enrol(newsletter="arabic")
    token = web.leaving(number).rpartition("/")[2]
    for path in (f"/unsubscribe/arabic/{token}", f"/unsubscribe/nosuch/{token}", f"/confirm/weekly/{token}"):
        assert web.one_click(path).status in (400, 404)
        assert web.ask(path).status == 404
    assert web.one_click(web.confirming(number).replace("confirm", "unsubscribe")).status == 404
    assert web.state() == web.state(newsletter="arabic") == "active"


def test_a_newsletter_that_config_yaml_has_no_more_can_still_be_left(web):
    path = web.leaving(web.enrol(newsletter="gone"), "gone")
    assert web.ask(path).heading == "„gone“ abbestellen?"
    assert web.one_click(path).status == 200
    assert web.state(newsletter="gone") == "unsubscribed"


def test_the_link_of_a_test_message_belongs_to_nobody(web):
    path = web.leaving(0)
    assert web.ask(path).heading == web.one_click(path).heading == "This link is from a test message"
    assert web.one_click(path).status == 200


def test_who_was_forgotten_is_told_politely_and_not_known_again(web):
    number = web.enrol()
    path = web.leaving(number)
    web.store.roster.forget(ANN, web.now)
    for answer in (web.ask(path), web.one_click(path), web.post(path, **{"return": "yes"})):
        assert (answer.status, answer.heading) == (200, "You are not on our list")
        assert ANN not in answer.text
    assert web.store.roster.subscriber(number) is None
    assert web.person().subscriptions == ()


def test_a_recipient_that_the_configuration_names_can_leave(web):
    freeze(web, "fay@example.org")
    number = web.store.roster.number("fay@example.org")
    assert web.one_click(web.leaving(number)).status == 200
    assert web.state("fay@example.org") == "unsubscribed"
    assert web.store.ledger.counts("weekly", "e").excluded == 1


def freeze(web, *named):
    slot = web.now
    edition = FrozenEdition(
        newsletter="weekly",
        id="e",
        slot=slot,
        window=Window(slot, slot),
        title="",
        subject="",
        preheader="",
        hash="",
        entries=(),
        files={},
    )
    assert web.store.editions.freeze(edition, [], Plan({"smtp": None}, named), slot)


def test_who_leaves_while_an_edition_goes_out_gets_nothing_further_of_it(web):
    """Two are claimed by a worker, one of them is on the wire, one waits: only what is on the wire still goes."""
    numbers = [web.enrol(f"{name}@example.org") for name in ("claimed", "sending", "waiting")]
    freeze(web)
    ledger, now = web.store.ledger, web.now
    (dispatch,) = ledger.dispatches("weekly", "e")
    batch = ledger.begin(dispatch.id, "a worker", now, timedelta(minutes=5))
    claimed = ledger.claim(dispatch.id, batch, 2, now)
    assert [each.subscriber for each in claimed] == numbers[:2]
    first, second = (each.delivery for each in claimed)
    assert list(ledger.commit(batch, (), [second], now)) == [second]

    for number in numbers:
        assert web.one_click(web.leaving(number)).status == 200

    assert list(ledger.commit(batch, [Settled(second, "accepted")], [first], now)) == []
    assert ledger.claim(dispatch.id, batch, 10, now) == []
    ledger.end(batch, now)
    assert ledger.counts("weekly", "e") == DeliveryCounts(planned=3, accepted=1, excluded=2)
    assert ledger.open() == []


def test_two_clicks_at_once_do_what_one_does(web):
    path = web.leaving(web.enrol())
    barrier, answers = threading.Barrier(8), []

    def click():
        barrier.wait()
        answers.append(web.one_click(path).status)

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 8
    assert web.state() == "unsubscribed"


def test_pages_speak_the_newsletter_s_language_and_direction(web):
    shown = web.ask(web.leaving(web.enrol(newsletter="arabic"), "arabic"))
    assert '<html lang="ar" dir="rtl">' in shown.text
    assert "الأسبوع" in shown.heading
    assert '<html lang="de" dir="ltr">' in web.ask("/unsubscribe/nosuch/x").text


def test_who_came_back_elsewhere_may_leave_again(web):
    path = web.leaving(web.enrol())
    web.one_click(path)
    web.store.roster.enrol("weekly", [Enrolment(address=ANN)], web.now, again=True)
    assert web.ask(path).heading.startswith("Leave")
    web.one_click(path)
    assert web.state() == "unsubscribed"
