"""From a server's words and codes to a kind: words first, then telling codes, then what remains."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.bounces.words import VAGUE, rule_for

if TYPE_CHECKING:
    from digest.core.bounce import Kind

STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
"""An enhanced code [RFC 3463]; no piece of an IP address or a version."""

_REPLY = re.compile(r"(?<![\d.:/\[-])([45])[0-5]\d(?=[ \-,;:#_(]|$)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What words and codes come to.

    Attributes:
        kind: "hard", "soft" or "policy".
        why: In a few words.
        sure: Whether something was recognised; False when the verdict is what remains.
    """

    kind: Kind
    why: str
    sure: bool = True


# Codes that say what is meant, where the words did not. Anything else in x.1, x.2 ... goes by its subject below.
_TELLING: dict[str, tuple[Kind, str]] = {
    "1.0": ("hard", "no such address"),
    "1.1": ("hard", "no such address"),
    "1.2": ("hard", "no such domain"),
    "1.3": ("hard", "no such address"),
    "1.6": ("hard", "mailbox closed"),
    "1.7": ("policy", "sender refused"),
    "1.8": ("policy", "sender refused"),
    "1.10": ("hard", "no such address"),
    "2.1": ("soft", "mailbox disabled"),
    "2.2": ("soft", "mailbox full"),
    "2.3": ("soft", "message too big"),
    "3.4": ("soft", "message too big"),
    "4.310": ("hard", "no such domain"),
    "7.17": ("hard", "mailbox closed"),
    "7.18": ("hard", "no such domain"),
}
_BY_SUBJECT: dict[str, tuple[Kind, str]] = {
    "2": ("soft", "mailbox trouble"),
    "3": ("soft", "server in trouble"),
    "4": ("soft", "server out of reach"),
    "5": ("soft", "server in trouble"),
    "6": ("policy", "content refused"),
    "7": ("policy", "refused by policy"),
}


def verdict(status: str, diagnostic: str, notice: str = "") -> Verdict:
    """What a failed delivery says about its address.

    Args:
        status: The enhanced code of the report; empty where there is none.
        diagnostic: The words of the server that refused; empty where the report quotes none.
        notice: What the report tells people; asked only where neither words nor code say anything.
    """
    rule = rule_for(diagnostic)
    told = _code(status, diagnostic)
    if rule is not None and rule.why not in VAGUE:
        found = Verdict(rule.kind, rule.why)
    elif told is not None:
        found = told
    elif rule is not None:
        found = Verdict(rule.kind, rule.why)
    else:
        found = _from_notice(notice)
    if found.kind == "hard" and _passing(status, diagnostic):
        return Verdict("soft", f"{found.why}, for now", found.sure)
    return found


def _from_notice(notice: str) -> Verdict:
    rule = rule_for(notice)
    if rule is not None:
        return Verdict(rule.kind, rule.why)
    return _code("", notice) or Verdict("soft", "unclear", sure=False)


def _code(status: str, diagnostic: str) -> Verdict | None:
    """The verdict of the codes alone: the most telling one of the report's and those that the words quote."""
    codes = [match.groups() for match in STATUS.finditer(f"{status} {diagnostic[:2000]}")]
    for _, subject, detail in codes:
        telling = _TELLING.get(f"{int(subject)}.{int(detail)}")
        if telling is not None:
            return Verdict(*telling)
    for _, subject, _detail in codes:
        general = _BY_SUBJECT.get(str(int(subject)))
        if general is not None:
            return Verdict(*general)
    return None


def _passing(status: str, diagnostic: str) -> bool:
    """Whether the codes say that it may work another time: 4 and nothing with 5, the reply itself before all."""
    replies = _REPLY.findall(diagnostic[:2000])
    classes = replies or [match[1] for match in STATUS.finditer(f"{status} {diagnostic[:2000]}")]
    return bool(classes) and "5" not in classes
