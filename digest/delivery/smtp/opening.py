"""From a server's greeting to the first MAIL: EHLO, STARTTLS, AUTH; what to say next for what was heard.

No network here: bytes in, bytes out. Where STARTTLS is asked for, nothing but EHLO and STARTTLS is ever said in plain
text, and what the server sent along with its agreement is not carried over into TLS [CVE-2011-0411].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from digest.delivery.smtp.login import login_lines
from digest.delivery.smtp.offers import Offers, read_offers
from digest.delivery.smtp.replies import ReplyReader, as_reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.core.outbox import Reply
    from digest.delivery.smtp.login import Credentials
    from digest.delivery.smtp.replies import Said

Wish = Literal["read", "tls", "ready", "end"]
"""`read`: more of the server's words. `tls`: a handshake, then `secured()`. `ready`: for MAIL. `end`: see `trouble`."""


class Opening:
    """One connection's opening.

    Args:
        hello: What we call ourselves: a host name or an address literal.
        starttls: Whether TLS is to begin on this connection; without it, nothing goes on.
        credentials: Who logs in; None for nobody.
        tell_openly: Whether they may be told without TLS.

    Attributes:
        wish: What it needs now.
        offers: What the server offers; in TLS, what it offers there.
        greeted: Whether the greeting was heard.
        trouble: Why it came to an end.
        reply: The reply that ended it, where one did.
        locked_out: Whether it ended because we may not log in: waiting does not help.
    """

    def __init__(self, *, hello: str, starttls: bool, credentials: Credentials | None, tell_openly: bool) -> None:
        self._hello = hello
        self._starttls = starttls
        self._credentials = credentials
        self._may_tell = tell_openly
        self._reader = ReplyReader()
        self._next: Callable[[Said], bytes] = self._greeting
        self._login: list[bytes] = []
        self.wish: Wish = "read"
        self.offers = Offers()
        self.greeted = False
        self.trouble = ""
        self.reply: Reply | None = None
        self.locked_out = False

    def secured(self) -> bytes:
        """TLS has begun, from the start or after STARTTLS. What to write now."""
        self._may_tell = True
        self.wish = "read"
        if not self._starttls:
            return b""  # the greeting is still to come
        self._starttls = False
        self._reader = ReplyReader()
        return self._ehlo()

    def received(self, data: bytes) -> bytes:
        """Take what was read. What to write now; nothing when there is more to wait for."""
        said = self._reader.feed(data)
        out = b""
        for position, each in enumerate(said):
            out += self._next(each)
            if self.wish != "read" and (position + 1 < len(said) or self._reader.pending):
                # An attacker's words on the way, to be taken for the server's own in TLS; or nonsense.
                return self._end("the relay went on talking where it was our turn")
            if self.wish == "end":
                return out
        if self._reader.trouble:
            return self._end(self._reader.trouble)
        return out

    def _end(self, trouble: str, said: Said | None = None, *, locked_out: bool = False) -> bytes:
        self.wish = "end"
        self.reply = as_reply(said) if said else None
        self.trouble = f"{trouble}: {self.reply}" if self.reply else trouble
        # 4xx: the server cannot say now whether we may.
        self.locked_out = locked_out and (said is None or said[0] >= 500)
        return b""

    def _greeting(self, said: Said) -> bytes:
        if said[0] != 220:
            return self._end("the relay takes no mail", said)
        self.greeted = True
        return self._ehlo()

    def _ehlo(self) -> bytes:
        self._next = self._answer
        return f"EHLO {self._hello}\r\n".encode()

    def _answer(self, said: Said) -> bytes:
        code, text = said
        if code in (500, 502, 504) and not self._starttls and self._credentials is None:
            self._next = self._plain_answer  # from before 1995
            return f"HELO {self._hello}\r\n".encode()
        if code != 250:
            return self._end("the relay refused EHLO", said)
        self.offers = read_offers(text)
        if self._starttls:
            if not self.offers.starttls:
                return self._end("the relay offers no STARTTLS, and nothing is sent in plain text")
            self._next = self._agreed
            return b"STARTTLS\r\n"
        return self._log_in()

    def _plain_answer(self, said: Said) -> bytes:
        if said[0] != 250:
            return self._end("the relay refused EHLO and HELO", said)
        self.wish = "ready"
        return b""

    def _agreed(self, said: Said) -> bytes:
        if said[0] != 220:
            return self._end("the relay refused STARTTLS, and nothing is sent in plain text", said)
        self.wish = "tls"
        return b""

    def _log_in(self) -> bytes:
        if self._credentials is None:
            self.wish = "ready"
            return b""
        if not self._may_tell:
            return self._end("a password is not sent without TLS; set security to starttls or tls", locked_out=True)
        self._login = login_lines(self._credentials, self.offers.auth)
        if not self._login:
            offered = ", ".join(sorted(self.offers.auth)) or "none"
            return self._end(f"the relay offers no AUTH that fits (it offers: {offered})", locked_out=True)
        self._next = self._challenge
        return self._login.pop(0) + b"\r\n"

    def _challenge(self, said: Said) -> bytes:
        if said[0] == 235:
            self.wish = "ready"
            return b""
        if said[0] == 334:
            if not self._login:
                # An asterisk takes the login back [RFC 4954 section 4]; who asks on is not answered for ever.
                self._next = self._taken_back
            return (self._login.pop(0) if self._login else b"*") + b"\r\n"
        return self._end("the relay refused the login", said, locked_out=True)

    def _taken_back(self, said: Said) -> bytes:
        return self._end("the relay asked for more than there is to say at the login", said, locked_out=True)
