"""The use case of what comes back: read it, find whose it is, and do to the reader what it asks for.

Nothing is answered, and nothing changes for a report that came to no address that digest has given out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from digest.core.bounce import Decision, Report, decide
from digest.core.ledger import Bounced
from digest.core.pausing import too_many

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digest.core.ledger import Bounces, Ledger
    from digest.core.roster import Reason, Roster

KEPT = frozenset({"hard", "soft", "policy", "complaint"})
"""Kinds of report that are kept; the others say nothing about a delivery."""


class Leaver(NamedTuple):
    """Who asks by mail to leave a newsletter.

    Attributes:
        id: The same for the same message.
        newsletter: Its key.
        subscriber: By the token that the message shows; 0 is nobody, for test messages; None: the token is not ours.
    """

    id: str
    newsletter: str
    subscriber: int | None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a report.

    Attributes:
        report: The report.
        decision: What it does.
        address: The reader's; empty when it is nobody's.
        newsletter: The newsletter it is about; empty when it is about none.
        edition: The edition; empty when it is about none.
        stopped: Why the newsletter stops its mail because of it; empty when it does not.
        new: False when the same report was taken before.
    """

    report: Report
    decision: Decision
    address: str = ""
    newsletter: str = ""
    edition: str = ""
    stopped: str = ""
    new: bool = True

    @property
    def kind(self) -> str:
        """What it was: the report's kind, or "unsubscribe"."""
        return "unsubscribe" if self.decision.effect == "unsubscribe" else self.report.kind


@dataclass(frozen=True, slots=True)
class Bouncing:
    """Takes reports. Taking one again changes nothing.

    Attributes:
        decode: The delivery that an envelope sender names; None when it is none of ours, or was altered.
        classify: Reads a message that came in, with its envelope recipient where that is known.
        leaver: Who asks to leave by a message; None when it asks nothing of the kind.
        asked: The subscriber whom the message with this envelope sender asked to confirm; None when it is none of
            those.
    """

    ledger: Ledger
    roster: Roster
    bounces: Bounces
    decode: Callable[[str], int | None]
    classify: Callable[[bytes, str | None], Report]
    leaver: Callable[[bytes], Leaver | None] = lambda _: None
    asked: Callable[[str], int | None] = lambda _: None

    def take(self, raw: bytes, recipient: str | None, now: datetime) -> Taken:
        """Take a message that came in; durable when this returns.

        Args:
            raw: Its bytes.
            recipient: The address it came to, where the way in knows it.
            now: The instant.

        Raises:
            StoreError: It could not be kept; give it again.
        """
        leaver = self.leaver(raw)
        return self.take_report(self.classify(raw, recipient), now) if leaver is None else self._let_go(leaver, now)

    def take_report(self, report: Report, now: datetime) -> Taken:
        """The same for what a webhook reports."""
        delivery = next(filter(None, map(self.decode, report.sent_to)), None)
        found = None if delivery is None else self.ledger.reader_of(delivery)
        if found is None:
            subscriber = next(filter(None, map(self.asked, report.sent_to)), None)
            return self._unconfirmed(report, subscriber, now)
        newsletter, edition, subscriber, address = found
        decision = decide(report, delivery, self.bounces.soft(subscriber, report.id), now)
        if report.kind not in KEPT:
            return Taken(report, decision, address, newsletter, edition)
        bounce = Bounced(
            report=report.id,
            newsletter=newsletter,
            edition=edition,
            subscriber=subscriber,
            kind=report.kind,
            detail=report.diagnostic or report.why,
            at=now,
        )
        if decision.effect == "suppress" and address:
            # First, so that a kill in between leaves a report that comes again, and not a reader who is written to.
            reason: Reason = "complaint" if decision.cause == "complaint" else "bounce"
            self.roster.suppress(address, reason, decision.why, now)
        new = self.bounces.note(bounce)
        stopped = self._stop(bounce) if new else ""
        return Taken(report, decision, address, newsletter, edition, stopped, new)

    def _unconfirmed(self, report: Report, subscriber: int | None, now: datetime) -> Taken:
        """Take what came of a message that asked for a confirmation, or of none that is known.

        It is in no edition and counts for none. One soft bounce of it says nothing yet of the address.
        """
        decision = decide(report, subscriber, (), now)
        person = None if subscriber is None else self.roster.subscriber(subscriber)
        if subscriber is None:
            return Taken(report, decision)
        if person is None:
            return Taken(report, Decision("nothing", why="asked to confirm, and was forgotten since"))
        if decision.effect != "suppress":
            why = f"asked to confirm: {report.kind}: {report.why}"
            return Taken(report, Decision("nothing", why=why), person.address)
        reason: Reason = "complaint" if decision.cause == "complaint" else "bounce"
        why = f"{decision.why}, of the message that asked to confirm"
        new = self.roster.suppress(person.address, reason, why, now)
        return Taken(report, Decision("suppress", decision.cause, why), person.address, new=new)

    def _let_go(self, leaver: Leaver, now: datetime) -> Taken:
        """End the subscription of a reader who asks for that by mail."""
        report = Report(leaver.id, "none", "asks to leave")
        if leaver.subscriber is None:
            return Taken(report, Decision("nothing", why="asks to leave, by a token that digest has not given out"))
        if leaver.subscriber == 0:
            return Taken(report, Decision("nothing", why="asks to leave, by the token of a test message"))
        person = self.roster.subscriber(leaver.subscriber)
        if not self.roster.leave_as(leaver.subscriber, leaver.newsletter, now, "unsubscribed by mail"):
            return Taken(report, Decision("nothing", why="asks to leave, and was forgotten already"))
        address = person.address if person is not None else ""
        decision = Decision("unsubscribe", why="the reader asked to leave by mail")
        return Taken(report, decision, address, leaver.newsletter)

    def _stop(self, bounce: Bounced) -> str:
        """Stop the newsletter's mail when too much of it comes back."""
        counts = self.bounces.counts(bounce.newsletter, bounce.edition)
        planned = max(each.planned for each in self.ledger.dispatches(bounce.newsletter, bounce.edition))
        reason = too_many(planned, hard=counts.get("hard", 0), complaints=counts.get("complaint", 0))
        if reason:
            self.ledger.stop(bounce.newsletter, reason, bounce.at)
        return reason
