"""A message on its way: what all of an edition share is held once, what each reader has of his own between it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Frame:
    """What is the same in all messages of an edition: literals, between which each reader's values go.

    Attributes:
        message: The literals, CRLF line ends.
        wire: The same as SMTP carries them [RFC 5321 section 4.5.2]: a dot that begins a line is doubled, and a line of
            a single dot ends the last.
        octets: How many the wire form has in all.
        ascii: Whether none of them is above 127.
    """

    message: tuple[bytes, ...]
    wire: tuple[bytes, ...]
    octets: int
    ascii: bool

    @classmethod
    def of(cls, literals: Sequence[bytes]) -> Frame:
        """The frame of these literals; no value may begin a line with a dot.

        Raises:
            ValueError: A literal after the first begins with a dot: whether it is doubled would depend on the value.
        """
        if any(literal.startswith(b".") for literal in literals[1:]):
            raise ValueError("a literal after a hole begins with a dot")
        first, *rest = (literal.replace(b"\r\n.", b"\r\n..") for literal in literals)
        stuffed = [b"." + first if first.startswith(b".") else first, *rest]
        ended = literals[-1].endswith(b"\r\n")
        stuffed[-1] += b".\r\n" if ended else b"\r\n.\r\n"
        return cls(tuple(literals), tuple(stuffed), sum(map(len, stuffed)), b"".join(stuffed).isascii())


class Envelope(NamedTuple):
    """MAIL FROM, RCPT TO and the bytes [RFC 5321].

    Attributes:
        sender: Address of the envelope sender.
        recipient: Address it goes to.
        message_id: Its Message-ID, with angle brackets: the same for the same edition and recipient, always.
        name: Fit for a file name, unique among all envelopes, sorts by edition.
        frame: What it shares with the edition's other messages.
        values: This reader's, one fewer than literals.
    """

    sender: str
    recipient: str
    message_id: str
    name: str
    frame: Frame
    values: tuple[bytes, ...] = ()

    @classmethod
    def whole(cls, sender: str, recipient: str, message_id: str, name: str, message: bytes) -> Envelope:
        """The envelope of a message that shares nothing with others; CRLF line ends."""
        return cls(sender, recipient, message_id, name, Frame.of((message,)))

    def headed(self, field: bytes) -> Envelope:
        """The same with one more header field, at the top; with its line break."""
        frame = self.frame
        more = Frame((b"", *frame.message), (b"", *frame.wire), frame.octets, frame.ascii)
        return self._replace(frame=more, values=(field, *self.values))

    @property
    def message(self) -> bytes:
        """The message, CRLF line ends; joined when asked."""
        return b"".join(_alternating(self.frame.message, self.values))

    @property
    def wire(self) -> bytes:
        """What follows a server's 354: the message with its dots doubled, and the final dot; joined when asked."""
        return b"".join(self.pieces)

    @property
    def pieces(self) -> list[bytes]:
        """The wire in pieces: what all messages share is not copied for each."""
        return _alternating(self.frame.wire, self.values)

    @property
    def octets(self) -> int:
        """How many the wire form has."""
        return self.frame.octets + sum(map(len, self.values))

    @property
    def ascii(self) -> bool:
        """Whether none of its octets is above 127."""
        return self.frame.ascii and b"".join(self.values).isascii()


def _alternating(literals: tuple[bytes, ...], values: tuple[bytes, ...]) -> list[bytes]:
    pieces = [b""] * (len(literals) + len(values))
    pieces[::2] = literals
    pieces[1::2] = values
    return pieces
