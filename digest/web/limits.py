"""How often one caller may do something, counted in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta


class Limit:
    """At most `most` times within `span`, counted from the first. Not shared between threads.

    When more callers are about than can be remembered, the one whose count began first is forgotten: then a limit is
    too lax, never too strict.

    Args:
        most: How often.
        span: Within how long.
        callers: How many are remembered.
    """

    def __init__(self, most: int, span: timedelta, callers: int = 10_000) -> None:
        self._most = most
        self._span = span
        self._callers = callers
        self._seen: OrderedDict[str, tuple[datetime, int]] = OrderedDict()

    def allows(self, caller: str, now: datetime) -> bool:
        """Count one more time; whether it is within the limit.

        Args:
            caller: Whom it is counted for.
            now: The instant, aware.
        """
        since, count = self._seen.get(caller, (now, 0))
        # A clock that was set back must not lock anybody out.
        if not since <= now < since + self._span:
            since, count = now, 0
        if count == 0:
            self._seen.pop(caller, None)  # to the end of the order
        self._seen[caller] = (since, min(count + 1, self._most + 1))
        while len(self._seen) > self._callers:
            self._seen.popitem(last=False)
        return count < self._most


def caller_of(host: str) -> str:
    """An address as limits count it: of IPv6 the /64, which one customer has; any other text is nobody's, "unknown"."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return "unknown"
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))
