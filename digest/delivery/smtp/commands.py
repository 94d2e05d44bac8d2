"""MAIL and RCPT of an envelope, with the parameters that a server takes; or why it is not even tried."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.core.outbox import Reply

if TYPE_CHECKING:
    from digest.core.envelope import Envelope
    from digest.delivery.smtp.offers import Offers

# No blank, no angle bracket, no control outside quotes: whoever could smuggle them in could write commands.
_DOMAIN = r'[^\x00-\x20<>"\\\x7f@]+'
_ADDRESS = re.compile(rf'(?:[^\x00-\x20<>"\\\x7f@]+|"(?:[^\x00-\x1f"\\\x7f]|\\[ -~])+")@{_DOMAIN}')
_PLAIN = r"[!#-;=?A-\[\]-~]+@[!#-;=?A-\[\]-~]+"
_USUAL = re.compile(rf"{_PLAIN}\n{_PLAIN}")
_NOT_XCHAR = re.compile(r"[^!-*,-<>-~]")  # RFC 3461 section 4


class Commands:
    """Writes the commands for one connection.

    Args:
        offers: What its server takes.
        dsn: Whether to ask for reports of failure and delay, where the server takes that.
    """

    __slots__ = ("_dsn", "_offers")

    def __init__(self, offers: Offers, *, dsn: bool) -> None:
        self._offers = offers
        self._dsn = dsn and offers.dsn

    def of(self, envelope: Envelope) -> bytes | Reply:
        """MAIL, RCPT and DATA of an envelope; where the server cannot take it, what it would have replied."""
        sender, recipient, offers = envelope.sender, envelope.recipient, self._offers
        mail = rcpt = ""
        if not envelope.ascii:
            if not offers.eight_bit:
                return Reply(554, "5.6.3", "not sent: the relay takes no message with octets above 127 (8BITMIME)")
            mail = " BODY=8BITMIME"
        if offers.size:
            octets = envelope.octets - 3  # the final dot is no part of the message
            if 0 < offers.largest < octets:
                text = f"not sent: the message has {octets} octets, the relay takes {offers.largest}"
                return Reply(552, "5.3.4", text)
            mail += f" SIZE={octets}"
        if self._dsn:
            mail += f" RET=HDRS ENVID={xtext(envelope.message_id[1:-1])[:100]}"
            rcpt = " NOTIFY=FAILURE,DELAY"
            if recipient.isascii():
                rcpt += f" ORCPT=rfc822;{xtext(recipient)}"
        if _USUAL.fullmatch(f"{sender}\n{recipient}"):
            return f"MAIL FROM:<{sender}>{mail}\r\nRCPT TO:<{recipient}>{rcpt}\r\nDATA\r\n".encode()
        return self._unusual(sender, recipient, mail, rcpt)

    def _unusual(self, sender: str, recipient: str, mail: str, rcpt: str) -> bytes | Reply:
        """The same with addresses that are quoted, outside ASCII, empty, or none at all."""
        if sender and not _is_address(sender):
            return Reply(553, "5.1.7", "not sent: the sender is no mail address")
        if not _is_address(recipient):
            return Reply(553, "5.1.3", "not sent: the recipient is no mail address")
        if not (sender.isascii() and recipient.isascii()):
            if not self._offers.utf8:
                return Reply(550, "5.6.7", "not sent: the relay takes no address outside ASCII (SMTPUTF8)")
            mail += " SMTPUTF8"
        return f"MAIL FROM:<{sender}>{mail}\r\nRCPT TO:<{recipient}>{rcpt}\r\nDATA\r\n".encode()


def _is_address(text: str) -> bool:
    return text.isprintable() and _ADDRESS.fullmatch(text) is not None


def xtext(text: str) -> str:
    """ASCII text as parameters carry it: what could end one becomes `+` and two hex digits [RFC 3461 section 4]."""
    return _NOT_XCHAR.sub(lambda match: f"+{ord(match[0]):02X}", text)
