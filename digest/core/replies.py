"""What a server's reply means: for the delivery, for the reader's address, for the newsletter and for the relay.

The enhanced code [RFC 3463] says more than the basic one [RFC 5321 section 4.2] and wins over it. Where there is none,
or one that says nothing ("5.0.0"), well-known words of the text decide. Nobody is suppressed on a guess: a reply that
can be read in two ways counts as a soft bounce, and several of those make a dead address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from digest.core.outbox import Attempt, Reply, Stage

Settled = Literal["accepted", "deferred", "refused", "uncertain"]
PauseOf = Literal["", "newsletter", "relay"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What follows from one attempt.

    Attributes:
        state: Where the delivery stands after it.
        suppress: The reader's address is dead: nothing is to be sent there any more.
        pause: What speaks for pausing. A relay is paused at once; a newsletter when `digest.core.pausing` says that
            these replies are no single domain's whim.
        soft: A soft bounce, to be scored; a delivery that is tried again counts once.
        reason: Why, in a few words for people.
    """

    state: Settled
    suppress: bool = False
    pause: PauseOf = ""
    soft: bool = False
    reason: str = ""


_ACCEPTED = Judgement("accepted", reason="accepted")
_DEAD = Judgement("refused", suppress=True, reason="there is no such address")
_FULL = Judgement("refused", soft=True, reason="the mailbox is full")
_UNAVAILABLE = Judgement("refused", soft=True, reason="the mailbox is not available")
_POLICY = Judgement("refused", pause="newsletter", reason="refused by policy")
_TOO_BIG = Judgement("refused", pause="newsletter", reason="the message is too big")
_SENDER = Judgement("refused", pause="newsletter", reason="the sender's address is refused")
_CONTENT = Judgement("refused", pause="newsletter", reason="the message is refused")
_CREDENTIALS = Judgement("deferred", pause="relay", reason="the relay wants other credentials")
_RELAY = Judgement("deferred", reason="the relay is not to be had")
_LATER = Judgement("deferred", reason="to be tried again later")
_NO_REPLY = Judgement("uncertain", reason="no reply after the message: it may have arrived")

# Subject and detail of enhanced codes [RFC 3463, RFC 7505 for 1.10]. What is not here says nothing for certain.
_ENHANCED: dict[str, Judgement] = {
    **dict.fromkeys(("1.1", "1.2", "1.3", "1.6", "1.10"), _DEAD),
    **dict.fromkeys(("1.7", "1.8"), _SENDER),
    "2.1": _UNAVAILABLE,
    "2.2": _FULL,
    **dict.fromkeys(("2.3", "3.4"), _TOO_BIG),
}
_CODE = re.compile(r"([45])\.(\d{1,3}\.\d{1,3})")

# Authentication and encryption that the relay asks for [RFC 4954 section 6, RFC 3207 section 4].
_CREDENTIAL_CODES = frozenset({530, 534, 535, 538})
_CREDENTIAL_DETAILS = frozenset({"7.8", "7.9", "7.11"})

# Words of replies without a telling code, in lower case. Their order matters: a full mailbox is often "rejected" too,
# and "unknown" may be the sender or our own host: better not to suppress.
_FULL_WORDS = (
    r"(?:mailbox|inbox|quota)\b.{0,40}\b(?:full|exceeded|exhausted)",
    r"over ?quota",
    r"quota exceed",
    r"exceeded storage",
)
_SIZE_WORDS = (r"(?:message|mail|size|content)\b.{0,30}\b(?:too (?:big|large|long)|exceeds|exceeded)",)
_POLICY_WORDS = (
    r"spam|blocked|unsolicited|virus|malware|phish",
    r"(?:black|block|deny) ?list|dnsbl|reputation",
    r"\b(?:policy|policies|dmarc|spf|dkim)\b",
    r"\bip address\b|\bptr\b|\brdns\b|\breverse\b|\bhelo\b|host ?name|client host",
    r"access denied|not authori[sz]ed|relay(?:ing)? (?:access )?denied",
)
_SENDER_WORDS = (r"\bsender\b", r"\breturn[- ]path\b", r"\bmail from\b")
_ONE = r"(?:user|recipient|mailbox|address|account|alias|domain|person)"
_GONE = r"(?:unknown|not (?:found|known)|(?:does|do)(?: not|n't) exist|no longer exists?|non-?existent|invalid)"
_DEAD_WORDS = (
    rf"\b{_ONE}\b.{{0,60}}\b{_GONE}",
    rf"\b(?:unknown|no such|invalid|non-?existent|bad destination)\b.{{0,20}}\b{_ONE}",
    r"no mailbox here|not a (?:valid|known) (?:user|mailbox|recipient)",
)
_UNAVAILABLE_WORDS = (r"disabled|suspended|inactive|deactivated|unavailable|not accepting",)
_WORDS = tuple(
    (re.compile("|".join(words)), judgement)
    for words, judgement in (
        (_FULL_WORDS, _FULL),
        (_SIZE_WORDS, _TOO_BIG),
        (_POLICY_WORDS, _POLICY),
        (_SENDER_WORDS, _SENDER),
        (_DEAD_WORDS, _DEAD),
        (_UNAVAILABLE_WORDS, _UNAVAILABLE),
    )
)

# A 5xx of which neither code nor words say anything, by what was refused.
_REFUSED_AT: dict[Stage, Judgement] = {
    "connection": _RELAY,
    "sender": _SENDER,
    "recipient": _UNAVAILABLE,
    "data": _UNAVAILABLE,
    "message": _CONTENT,
}
_GREY = re.compile(r"gr[ae]y-?list")


def judge(attempt: Attempt) -> Judgement:
    """What follows from one attempt: a reply, or the want of one."""
    reply = attempt.reply
    if reply is None:
        return _without_reply(attempt)
    if attempt.stage == "message" and 200 <= reply.code < 300:
        # Whatever enhanced code stands beside it: the server has taken the message upon itself.
        return _ACCEPTED
    severity, detail = _severity(reply)
    if _wants_credentials(attempt.stage, reply, detail):
        return _CREDENTIALS
    if severity == "5":
        return _refused(attempt.stage, reply, detail)
    if severity == "4":
        return _deferred(reply, detail)
    # Nonsense, or an answer to another command: only behind the final dot does it leave a doubt.
    return _NO_REPLY if attempt.stage == "message" else replace(_LATER, reason="the relay's reply makes no sense")


def throttles(reply: Reply) -> bool:
    """Whether a reply asks us to send more slowly: 421, or 4.7.x.

    Greylisting is no such thing: it asks one message to wait, and says nothing about the others.
    """
    severity, detail = _severity(reply)
    if reply.code == 421:
        return True
    return severity == "4" and detail.startswith("7.") and not _GREY.search(reply.text.lower())


def _without_reply(attempt: Attempt) -> Judgement:
    if not attempt.trouble:  # a sink without replies, files say
        return _ACCEPTED
    return _NO_REPLY if attempt.stage == "message" else replace(_RELAY, reason=attempt.trouble)


def _severity(reply: Reply) -> tuple[str, str]:
    """The class, "4" or "5", and subject and detail of the enhanced code, "1.1"; each empty where there is none."""
    basic = str(reply.code)[:1] if 400 <= reply.code < 600 else ""
    match = _CODE.fullmatch(reply.enhanced)
    # RFC 2034 section 4 wants both to agree. Beside a 2xx or nonsense the enhanced code would decide alone.
    return (match[1], match[2]) if match and basic else (basic, "")


def _wants_credentials(stage: Stage, reply: Reply, detail: str) -> bool:
    """Whether the relay does not let us in; of a later stage, the same codes are about policy."""
    if stage not in ("connection", "sender") or not 500 <= reply.code < 600:
        return False
    return reply.code in _CREDENTIAL_CODES or detail in _CREDENTIAL_DETAILS


def _refused(stage: Stage, reply: Reply, detail: str) -> Judgement:
    if stage == "connection":
        return _RELAY
    known = _meaning(stage, reply, detail)
    if known is None:
        return _REFUSED_AT[stage]
    # Nothing that is said to MAIL is about the reader, whom the server does not know yet.
    return _SENDER if stage == "sender" and (known.suppress or known.soft) else known


def _deferred(reply: Reply, detail: str) -> Judgement:
    full = _meaning("recipient", reply, detail) is _FULL
    return replace(_FULL, state="deferred") if full else _LATER


def _meaning(stage: Stage, reply: Reply, detail: str) -> Judgement | None:
    """What the code says, or else the words; None when neither says anything."""
    if detail in _ENHANCED:
        return _ENHANCED[detail]
    if detail.startswith("7."):
        return _POLICY
    text = reply.text.lower()
    for words, judgement in _WORDS:
        if words.search(text):
            return judgement
    if reply.code == 552:
        # "Exceeded storage allocation": the mailbox's when the reader is named, else what one message may take.
        return _FULL if stage == "recipient" else _TOO_BIG
    return None
