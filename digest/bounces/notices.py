"""Bounces that follow no standard: what their text says to people, and whom it names."""

from __future__ import annotations

import logging
import re
from email.message import Message
from typing import TYPE_CHECKING

from flufl.bounce import all_failures

from digest.bounces.addresses import address_in, addresses_in, merged
from digest.bounces.message import Part, fields_of
from digest.bounces.verdict import STATUS
from digest.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 20_000

# It logs where one of its readers stumbles, with a traceback: anybody could fill the log by messages of that kind.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)

# From here on a text shows the message that came back, whose words are ours and not the server's.
_RETURNED = re.compile(
    r"^[ \t>*|-]*(?:below this line is (?:a copy of )?the|this is a copy of (?:the|your)"
    r"|(?:the )?(?:header|text|body|original|unsent|returned|"
    r"first|following is|copy of|undelivered|message headers?|begin(?:ning)? of)\b.{0,60}"
    r"(?:message|headers?|mail|text|follow\w*|is (?:included|attached)|lines?).{0,60}(?::|-{2,}|follow\w*\.?"
    r"|below\.?))\s*$"
    r"|^(?:[>|] ?)*(?:received: ?(?:from|by|\()|return-path: ?<|message-id: ?<|x-mailer:|dkim-signature:"
    r"|mime-version: ?1)"
    r"|^[ \t]*-{3,} ?(?:original|forwarded|unsent|returned|undelivered).{0,40}-{3,}",
    re.IGNORECASE | re.MULTILINE,
)
_FIRST_FIELD = re.compile(r"^[ \t>|]*[A-Za-z][A-Za-z-]{1,40}:[ \t]", re.MULTILINE)
_PARAGRAPHS = re.compile(r"\n[ \t>]*\n")
_REPLY = re.compile(r"(?<![\d.:/\[-])[45][0-5]\d(?=[ \-,;:#_(])")
_RULER = re.compile(r"[-=_*#~]{4,}")

BOUNCE_SUBJECT = re.compile(
    r"undeliver|undelivr|un-?deliverable|return(?:ed|ing) (?:mail|message|e-?mail|to sender)|(?:mail|message"
    r"|e-?mail)(?: delivery)? (?:status|failure|failed|problem|error|warning|"
    r"system error|returned|not delivered|undeliver)|deliver\w* (?:\w+ )?(?:fail|status|notif|problem|error"
    r"|report|has failed|incomplete|delayed|unsuccessful)"
    r"|fail(?:ure|ed)\b.{0,30}(?:notice|deliver|mail)|non-?deliver|nondeliver|not (?:be )?deliver"
    r"|could ?n[o']t (?:be )?(?:deliver|sen[dt])|cannot (?:be )?deliver"
    r"|unable to deliver|mail error|user unknown|rejected mail|bounce|warning: (?:message|could not)|delivery$"
    r"|failed mail|blocked|mail system"
    r"|unzustell|nicht zugestellt|zustell\w*fehler|non remis|non d[ée]livr|échec|no (?:se )?(?:ha )?(?:podido "
    r"|pudo )?entreg|impossible de|mancat[ao] (?:consegna|recapito)|impossibile"
    r"|não (?:foi )?entregue|falha na entrega|onbestelbaar|niet (?:af)?bezorgd?|nie ?dostarcz|niedor[ęe]cz"
    r"|nedoru[čc]|не ?достав|kézbesít|teslim edil|levererades inte|ikke leveres"
    r"|配信(?:不能|エラー|できません)|送信(?:できません|エラー)|届きません|不達|リターンメール|メールエラー"
    r"|退信|投递失败|无法(?:投递|送达)|無法(?:投遞|傳遞|遞送)|退件|반송|전송 ?실패",
    re.IGNORECASE,
)
_DAEMON = re.compile(
    r"mailer[-_. ]?daemon|postmaster|mail ?delivery|mail[-_. ]?(?:sub)?system|system administrator|<>"
    r"|\bbounces?[@-]|maildaemon|mdaemon|mail administrator|mail-?gateway"
    r"|internet mail (?:delivery|connector)|delivery[- ]?(?:subsystem|notification|agent)|microsoftexchange"
    r"|symantec.*postmaster|qmail|smtp server|mail server",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"(?:could ?n[o'’]t|can ?not|can['’]t|was ?n[o'’]t|was not|were not|unable to|not able to|has not been"
    r"|did not|have not been|fail(?:ed|ure)|not be|impossible)\W{1,3}(?:\w+\W{1,3}){0,6}"
    r"(?:deliver\w*|sen[dt]\b|reach\w*)|(?:delivery|message|mail|recipients?"
    r"|address(?:es)?)\W{1,3}(?:\w+\W{1,3}){0,5}(?:fail\w*|undeliver\w*|bounced?|returned|rejected|errors?)\b"
    r"|undeliverable|non-?delivery|permanent (?:fatal )?error|returned to sender|transcript of session"
    r"|unzustellbar|nicht zugestellt|user unknown|配信|送信でき|届け|退信|不能送达",
    re.IGNORECASE,
)
_DELAY = re.compile(
    r"warning only|(?:do not|don['’]t|no) need to (?:resend|re-send|retry)|need not resend"
    r"|will (?:continue to (?:try|attempt)|(?:keep|be) (?:trying|retr)|(?:re)?try)|still (?:trying"
    r"|being (?:tried|retried))"
    r"|(?:has been|been|is|was) delayed|not (?:yet )?been delivered (?:yet|after)|delivery (?:incomplete"
    r"|attempts will continue)|status notification \(delay|no action is required on your part|temporarily deferred",
    re.IGNORECASE,
)
_DELAY_SUBJECT = re.compile(
    r"delay|warning: (?:message|could not|mail)|still undelivered|delivery (?:incomplete|deferred)"
    r"|not (?:yet )?delivered yet|verzöger",
    re.IGNORECASE,
)


def notice_of(message: Part) -> tuple[str, Part | None]:
    """What a report tells people, and the message that came back as far as it is there.

    Args:
        message: The report.
    """
    texts: list[str] = []
    returned: Part | None = None
    html: list[str] = []
    for part in message.walk():
        if part.is_message:
            returned = returned or next(iter(part.parts), None)
        elif part.type == "text/html":
            html.append(part.text())
        elif part.type.startswith("text/") and returned is None:
            texts.append(part.text())
    whole = "\n\n".join(each for each in texts if each.strip()) or "\n\n".join(html)
    cut = _RETURNED.search(whole)
    if cut is None:
        return whole[:_LONGEST], returned
    if returned is None:
        field = _FIRST_FIELD.search(whole, cut.start())
        if field:
            tail = re.sub(r"(?m)^[ \t]*[>|] ?", "", whole[field.start() : field.start() + _LONGEST])
            found = fields_of(
                "\n".join(line.lstrip() if _FIRST_FIELD.match(line) else line for line in tail.splitlines())
            )
            returned = Part(found, "text/plain") if len(found) > 1 else None
    return whole[: cut.start()][:_LONGEST], returned


def quoted(notice: str, recipients: Iterable[str]) -> str:
    """The paragraphs of a notice that quote a server, or else name whom it is about; on one line."""
    paragraphs = [each for each in _PARAGRAPHS.split(notice) if each.strip()]
    found = [each for each in paragraphs if _REPLY.search(each) or STATUS.search(each)]
    if not found:
        named = tuple(recipients)
        for place, each in enumerate(paragraphs):
            if any(name in each for name in named):
                # Where the address stands alone, what is wrong with it follows.
                alone = len(one_line(each)) < 20 + max(map(len, named))
                found += paragraphs[place : place + 1 + alone]
    return one_line(_RULER.sub(" ", " ".join(dict.fromkeys(found))))[:2000]


def comes_from_a_server(message: Part) -> bool:
    """Whether a message says that a mail system wrote it: by its sender or its subject."""
    if "<>" in message.get("return-path") or message.get("x-failed-recipients"):
        return True
    return bool(
        _DAEMON.search(message.get("from") or "<>")
        or BOUNCE_SUBJECT.search(message.get("subject"))
        or message.parameters.get("report-type", "").lower() == "delivery-status"
    )


def says_failed(message: Part, notice: str) -> bool:
    """Whether a notice says that something was not delivered."""
    return bool(_FAILED.search(notice[:6000]) or BOUNCE_SUBJECT.search(message.get("subject")))


def says_delayed(message: Part, notice: str) -> bool:
    """Whether a notice says that delivery only takes longer."""
    return bool(_DELAY_SUBJECT.search(message.get("subject")) or _DELAY.search(notice[:6000]))


def is_about_a_report(returned: Part | None) -> bool:
    """Whether what came back was itself a report: the answer to a bounce is nobody's failure."""
    if returned is None:
        return False
    report = returned.type == "multipart/report" or "report-type" in returned.parameters
    daemon = re.search(r"mailer-?daemon@|<>", returned.get("from") + returned.get("return-path"), re.IGNORECASE)
    return bool(report or daemon or returned.get("x-failed-recipients"))


def named_recipients(message: Part, notice: str, returned: Part | None) -> tuple[str, ...]:
    """Whom a bounce without a delivery status is about, from what is surest to what remains."""
    for group in (
        addresses_in(", ".join(message.all("x-failed-recipients"))),
        _known_forms(message, notice),
        _beside_codes(notice),
        _others(message, notice),
        addresses_in(returned.get("to"))[:1] if returned is not None else [],
    ):
        if group:
            return merged([group])
    return ()


def _beside_codes(notice: str) -> list[str]:
    """Addresses in the lines that quote a server, or that stand alone."""
    found: list[str] = []
    for line in notice.splitlines():
        address = address_in(line)
        if address and (_REPLY.search(line) or len(line.strip()) < len(address) + 20):
            found.append(address)
    return found


def _others(message: Part, notice: str) -> list[str]:
    """The one address in a notice that is neither its writer's nor whom it was sent to."""
    own = {each.lower() for name in ("from", "to", "delivered-to") for each in addresses_in(message.get(name))}
    found = [each for each in addresses_in(notice) if each.lower() not in own]
    return found if len(found) == 1 else []


def _known_forms(message: Part, notice: str) -> list[str]:
    """Whom flufl.bounce finds: it knows dozens of old forms, and where in them the address stands."""
    copy = Message()
    for name in ("from", "to", "subject", "return-path", "content-type", "message-id", "x-mailer"):
        value = message.get(name)
        if value and name != "content-type":
            copy[name] = value.encode("ascii", "replace").decode()
    copy["content-type"] = "text/plain"
    copy.set_payload(notice[:_LONGEST].encode("ascii", "replace").decode())
    try:
        temporary, permanent = all_failures(copy)
    except Exception:  # noqa: BLE001 its seventeen readers were not written for hostile text: one that stumbles has found nothing
        return []
    raw = sorted(temporary | permanent)
    return [found for each in raw if (found := address_in(each.decode("ascii", "replace")))]
