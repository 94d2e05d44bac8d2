"""What relays' logs, or a person, say of deliveries of which nobody knew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from digest.core.edition import Window
from digest.core.outbox import Dispatch, Uncertain, delivery_id
from digest.core.relaylog import LogFinding, LogReport
from digest.reconciling import by_choice, by_logs

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
DISPATCH = Dispatch(
    id=1,
    newsletter="weekly",
    edition="e",
    sink="smtp",
    planned=1,
    planned_at=NOW,
    expires_at=None,
    next_at=None,
)


def asked(message_id="<a@x>", since=NOW, until=NOW):
    return [(Uncertain(delivery_id(1, 0), 1, "ann@example.org", "reset", "relay", since, until), DISPATCH, message_id)]


def covering(start, end):
    return lambda: LogReport((Window(NOW + start, NOW + end),))


def finding(*, taken):
    return LogFinding("<a@x>", "", "accepted", "", "mail.log:3", taken)


def states(found):
    return [each.state for each in found]


def test_what_the_relay_took_is_accepted_wherever_the_log_begins():
    (found,) = by_logs(asked(), [finding(taken=True)], LogReport)
    assert (found.state, found.why) == ("accepted", "the relay took it: mail.log:3")


def test_what_a_log_that_covers_the_time_does_not_have_waits_again():
    assert states(by_logs(asked(), [finding(taken=False)], covering(-HOUR, HOUR))) == ["waiting"]
    assert states(by_logs(asked(), [], covering(timedelta(), HOUR))) == ["uncertain"]


def test_where_the_mark_was_lost_the_log_has_to_cover_all_the_time():
    """It may have gone at any hour of it; a log of the first alone would send it twice."""
    lost = asked(since=NOW, until=NOW + 3 * HOUR)
    assert states(by_logs(lost, [], covering(-HOUR, HOUR))) == ["uncertain"]
    assert states(by_logs(lost, [], covering(2 * HOUR, 4 * HOUR))) == ["uncertain"]
    assert states(by_logs(lost, [], covering(-HOUR, 4 * HOUR))) == ["waiting"]


def test_what_no_message_id_is_known_of_no_log_settles():
    """Of a newsletter that config.yaml does not name at the moment: it would be sent again once it does."""
    assert states(by_logs(asked(message_id=""), [], covering(-HOUR, HOUR))) == ["uncertain"]


@pytest.mark.parametrize(("choice", "state"), [("hold", "uncertain"), ("resend", "waiting"), ("accept", "accepted")])
def test_a_person_may_settle_it(choice, state):
    assert states(by_choice(asked(), choice)) == [state]
