"""Content taken in as it comes, inflated, and never more than was agreed [RFC 9110 section 8.4]."""

from __future__ import annotations

import zlib
from typing import Any, Protocol

from digest.fetch.errors import ContentError

CODINGS = "gzip, deflate, br"
"""What is asked for; anything else would come unasked."""


_MAGIC = b"\x1f\x8b"
_TOO_MUCH = "that is too much for digest: find one that is smaller"

_MEMBERS = 1000
"""Of one gzip; the rest is left."""


class Coding(Protocol):
    """Undoes one content coding."""

    def take(self, data: bytes, room: int) -> bytes:
        """What more there is of the content; more than `room` octets say that there is too much."""
        ...

    @property
    def whole(self) -> bool:
        """Whether all of it has come."""
        ...


class Content:
    """One content, octet by octet.

    Args:
        coding: Of the header Content-Encoding.
        wire: The most octets as they come.
        inflated: The most octets inflated.

    Raises:
        ContentError: The coding is none that was asked for.
    """

    def __init__(self, coding: str, wire: int, inflated: int) -> None:
        names = [name.strip().lower() for name in coding.split(",")]
        names = [name for name in names if name not in ("", "identity")]
        # One on top of another hides how much comes of the first; nobody needs it.
        if len(names) > 1 or not set(names) <= _CODINGS.keys():
            raise ContentError(f"comes as {coding[:40]!r}, which was not asked for", "tell whoever runs it")
        self._name = names[0] if names else ""
        self._coding: Coding | None = None
        self._wire, self._inflated = wire, inflated
        self._came = self._size = 0
        self._head = b""
        self._parts: list[bytes] = []

    def expect(self, length: str) -> None:
        """Hear how many octets are to come, from the header Content-Length; what comes is counted all the same.

        Raises:
            ContentError: It would be too much.
        """
        if length.isdecimal() and int(length[:20]) > self._wire:
            raise self._too_much()

    def take(self, data: bytes) -> None:
        """Take in what came.

        Raises:
            ContentError: It is too much, or broken.
        """
        self._came += len(data)
        if self._came > self._wire:
            raise self._too_much()
        if self._coding is None:
            self._head += data
            if self._name in _TOLD and len(self._head) < 2:
                return
            self._coding, data = self._begin(), self._head
        part = self._coding.take(data, self._inflated - self._size)
        self._size += len(part)
        if self._size > self._inflated:
            raise ContentError(f"unpacks to more than {_size(self._inflated)}", _TOO_MUCH)
        self._parts.append(part)

    def _begin(self) -> Coding:
        return _CODINGS[self._name](self._head) if self._name else _Plain()

    def _too_much(self) -> ContentError:
        return ContentError(f"sends more than {_size(self._wire)}", _TOO_MUCH)

    def part(self) -> bytes:
        """What there is of it so far."""
        return b"".join(self._parts) if self._coding else self._head

    def whole(self) -> bytes:
        """All of it.

        Raises:
            ContentError: It broke off.
        """
        if self._coding is not None and not self._coding.whole:
            raise ContentError(f"breaks off in the midst of its {self._name}")
        return self.part()


def _size(octets: int) -> str:
    return f"{octets / (1 << 20):.3g} MiB"


class _Plain:
    """No coding at all."""

    whole = True

    def take(self, data: bytes, room: int) -> bytes:
        del room
        return data


class _Zlib:
    """Gzip of one or more members, or deflate.

    Args:
        bits: What zlib is to expect.
    """

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self._stream = zlib.decompressobj(bits)
        self._members = 1
        self._padding = False

    def take(self, data: bytes, room: int) -> bytes:
        found = b""
        while not self._padding:
            try:
                # Never 0, which would be no limit; one octet above the room says that there is more.
                found += self._stream.decompress(data, room - len(found) + 1)
            except zlib.error as error:
                raise ContentError("is not packed as its server says") from error
            data = self._stream.unused_data
            if len(found) > room or len(data) < 2:
                break
            # What follows the last member is padding. Members of nothing, by the thousand, are an attack.
            self._padding = not data.startswith(_MAGIC) or self._members >= _MEMBERS
            if not self._padding:
                self._stream = zlib.decompressobj(self._bits)
                self._members += 1
        return found

    @property
    def whole(self) -> bool:
        return self._stream.eof


class _Brotli:
    """Brotli [RFC 7932]."""

    def __init__(self) -> None:
        import brotli  # type: ignore[import-untyped]  # noqa: PLC0415 ships no types; only where it comes

        self._stream: Any = brotli.Decompressor()
        self._error: type[Exception] = brotli.error

    def take(self, data: bytes, room: int) -> bytes:
        try:
            found: bytes = self._stream.process(data, output_buffer_limit=room + 1)
            while len(found) <= room and not self._stream.can_accept_more_data():
                found += self._stream.process(b"", output_buffer_limit=room + 1)
        except self._error as error:
            raise ContentError("is not packed as its server says") from error
        return found

    @property
    def whole(self) -> bool:
        finished: bool = self._stream.is_finished()
        return finished


def _gzip(first: bytes) -> Coding:
    # Some servers say gzip and send the content as it is.
    return _Zlib(zlib.MAX_WBITS | 16) if first.startswith(_MAGIC) else _Plain()


def _deflate(first: bytes) -> Coding:
    # It should be zlib's format; some servers send it without the two octets of its head.
    headed = first[0] & 15 == 8 and (first[0] << 8 | first[1]) % 31 == 0
    return _Zlib(zlib.MAX_WBITS if headed else -zlib.MAX_WBITS)


def _brotli(first: bytes) -> Coding:
    del first
    return _Brotli()


_TOLD = ("gzip", "x-gzip", "deflate")
"""Of these the first two octets tell what it really is."""

_CODINGS = {"gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli}
