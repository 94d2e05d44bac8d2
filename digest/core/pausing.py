"""When a newsletter pauses itself: refusals that mean all its readers, too many dead addresses, too many complaints.

One domain that blocks us must not hold up a million readers elsewhere; a relay that refuses the newsletter itself must
not be asked a million times. So single refusals are votes, counted over the latest attempts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.core.outbox import Stage
    from digest.core.replies import Judgement

WINDOW = 100
"""Votes older than so many attempts are forgotten."""

ENOUGH = 10
"""So many votes among them pause the newsletter, if they come of `DOMAINS` domains: one in ten."""

DOMAINS = 3
"""Two domains may be one company; three that agree are no whim."""

IN_A_ROW = 4
"""So many refusals of the sender or the message itself, nothing accepted between, pause whatever the domains.

The relay judged what is the same for every reader. One would be too few: with a sender's address for each reader, a
single odd one is refused.
"""

HARD_PER_MILLE = 50
HARD_LEAST = 10
"""Fewer hard bounces say nothing: of 200 readers of an ordinary list (2 % dead: 4 of them) ten bounce once in 130
editions, and the more readers, the more rarely."""

COMPLAINTS_PER_MILLE = 3
COMPLAINT_LEAST = 5
"""Below the bounces' least, as complaints are rarer by far and cost the sender's name: at the 0.1 % that providers call
healthy, five among 1,667 (1.7 expected) come once in 36 times, and a needless pause costs a look."""


@dataclass(frozen=True, slots=True)
class _Vote:
    """A refusal that means the newsletter.

    Attributes:
        number: Of the attempt, in the count of `Pausing`.
        whole: It met the sender or the message, not one reader.
        domain: The reader's.
    """

    number: int
    whole: bool
    domain: str


@dataclass(frozen=True, slots=True)
class Pausing:
    """The count for one newsletter; begin with an empty one for each edition and after each pause.

    Attributes:
        count: Attempts since the first vote that still counts.
        accepted: Number of the latest that was accepted; 0 for none.
        votes: The votes among the latest `WINDOW` attempts, in order.
    """

    count: int = 0
    accepted: int = 0
    votes: tuple[_Vote, ...] = ()

    def noted(self, judgement: Judgement, stage: Stage, domain: str) -> Pausing:
        """The count after one more attempt; what is deferred or uncertain does not count.

        Args:
            judgement: What followed from the attempt.
            stage: What the attempt was doing when it ended.
            domain: The reader's domain, lower case.
        """
        if judgement.state not in ("accepted", "refused"):
            return self
        votes = judgement.pause == "newsletter"
        if not votes and not self.votes:
            return self  # the common case, for each message: nothing to remember
        count = self.count + 1
        kept = tuple(vote for vote in self.votes if vote.number > count - WINDOW)
        if votes:
            kept += (_Vote(count, stage in ("sender", "message"), domain),)
        if not kept:
            return Pausing()
        return Pausing(count, count if judgement.state == "accepted" else self.accepted, kept)

    @property
    def reason(self) -> str:
        """Why the newsletter is to pause, in words for the operator; empty when it is not."""
        whole = sum(vote.whole and vote.number > self.accepted for vote in self.votes)
        if whole >= IN_A_ROW:
            return f"the newsletter's sender or text was refused {whole} times, and nothing was accepted in between"
        domains = {vote.domain for vote in self.votes}
        among = min(self.count, WINDOW)
        if len(self.votes) >= ENOUGH and len(domains) >= DOMAINS:
            return f"{len(self.votes)} of the last {among} messages were refused by policy, by {len(domains)} domains"
        if len(self.votes) >= WINDOW:
            return f"each of the last {among} messages was refused by policy"
        return ""


def too_many(deliveries: int, *, hard: int, complaints: int) -> str:
    """Why a newsletter is to pause for what its edition met; empty when it is not.

    Args:
        deliveries: Those of the edition that were accepted or refused so far; of an edition that has gone out, for
            reports that come back, all that were planned.
        hard: Dead addresses among them, told at once or by a bounce.
        complaints: Readers of it who complained.
    """
    for count, per_mille, least, noun in (
        (hard, HARD_PER_MILLE, HARD_LEAST, "bounced for good"),
        (complaints, COMPLAINTS_PER_MILLE, COMPLAINT_LEAST, "brought complaints"),
    ):
        if count >= least and 1000 * count >= per_mille * deliveries:
            return f"{count} of {deliveries} deliveries {noun}; {per_mille / 10:g} % pause a newsletter"
    return ""
