"""Reading what was posted: bounded, and never more than texts by name."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.requests import Request

LARGEST = 64 * 1024
"""Bytes of a body; a form of ours has some hundred."""

_FIELDS = 32


async def body(request: Request, largest: int = LARGEST) -> bytes:
    """The body of a request.

    Args:
        request: The request.
        largest: Bytes it may have.

    Raises:
        HTTPException: 413, it has more; no more than that was read.
        ClientDisconnect: The caller hung up.
    """
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > largest:
            raise HTTPException(413, "too much was sent\n", {"Connection": "close"})
    return bytes(read)


async def form(request: Request) -> dict[str, str]:
    """The fields of a form, urlencoded (which is assumed where nothing is said) or multipart; of a name the first.

    Raises:
        HTTPException: 400, it cannot be read; 413, it is too large.
        ClientDisconnect: The caller hung up.
    """
    sent = await body(request)
    try:
        if request.headers.get("Content-Type", "").lower().startswith("multipart/form-data"):
            pairs = await _multipart(request, sent)
        else:
            pairs = parse_qsl(sent.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_FIELDS)
    except (MultiPartException, ValueError) as error:
        raise HTTPException(400, "this form cannot be read\n") from error
    fields: dict[str, str] = {}
    for name, value in pairs:
        fields.setdefault(name, value)
    return fields


async def _multipart(request: Request, sent: bytes) -> list[tuple[str, str]]:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield sent

    parser = MultiPartParser(request.headers, stream(), max_files=1, max_fields=_FIELDS, max_part_size=LARGEST)
    read = await parser.parse()
    try:
        return [(name, value) for name, value in read.multi_items() if isinstance(value, str)]
    finally:
        await read.close()
