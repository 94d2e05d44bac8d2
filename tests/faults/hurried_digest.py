"""`digest` with shorter waits, another clock, or an end at an exact place, so that a fault need not take an hour.

    python tests/faults/hurried_digest.py '{"lease": 2, "deadlines": {"message": 1}}' deliver --config config.yaml

Keys:
    lease: Of a batch, in seconds.
    deadlines: Of `digest.delivery.smtp.settings.Deadlines`.
    ahead: Seconds that the clock is ahead.
    timeout: Of the database, in seconds.
    believes_all_dead: Takes every other worker for dead.
    twice: Each batch that is claimed is handed out a second time.
    send_buffer: Of each connection, in octets: a long message does not fit into it.
    dies_before: SIGKILL to itself when so many messages were marked, before a byte of the last one is written.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import digest.clock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.core.outbox import Claimed


def hurry(wanted: Mapping[str, Any]) -> None:
    """Change what is asked for."""
    if "ahead" in wanted:
        ahead = timedelta(seconds=wanted["ahead"])
        digest.clock.system_clock = lambda: datetime.now(UTC) + ahead
    # Only now: each takes the clock when it is imported.
    import digest.delivery.smtp.connection as connections  # noqa: PLC0415 see above
    import digest.delivery.smtp.sink as sinks  # noqa: PLC0415 see above
    from digest import line, outbox, processes  # noqa: PLC0415 see above
    from digest.store import ledger, opening  # noqa: PLC0415 see above

    if "lease" in wanted:
        line.LEASE = outbox.LEASE = timedelta(seconds=wanted["lease"])
    if "deadlines" in wanted:
        sinks.Deadlines = partial(sinks.Deadlines, **wanted["deadlines"])
    if "timeout" in wanted:
        opening.open_store.__kwdefaults__["timeout"] = wanted["timeout"]
    if wanted.get("believes_all_dead"):
        processes.is_gone = lambda holder: holder != processes.holder()
    if wanted.get("twice"):
        hand_out_twice(ledger.SqlLedger)
    if "send_buffer" in wanted:
        narrow(connections.Connection, wanted["send_buffer"])
    if "dies_before" in wanted:
        die_before(connections.Connection, wanted["dies_before"])


def hand_out_twice(queue: Any) -> None:
    usual = queue.claim
    kept: list[Claimed] = []

    def claim(self: Any, *given: Any) -> list[Claimed]:
        again, kept[:] = list(kept), usual(self, *given)
        return [*again, *kept, *kept[:3]]

    queue.claim = claim


def narrow(connection: Any, size: int) -> None:
    usual = connection._connected  # noqa: SLF001 there is no other way in

    def connected(self: Any, now: float) -> None:
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, size)
        usual(self, now)

    connection._connected = connected  # noqa: SLF001 the same


def die_before(connection: Any, number: int) -> None:
    usual, numbers = connection.go, count(1)

    def go(self: Any, *given: Any) -> None:
        if next(numbers) >= number:
            os.kill(os.getpid(), signal.SIGKILL)
        usual(self, *given)

    connection.go = go


if __name__ == "__main__":
    hurry(json.loads(sys.argv.pop(1)))
    from digest.cli import main

    main()
