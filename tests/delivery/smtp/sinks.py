"""A sink for tests: deadlines of moments, chance that is the same each time."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Any

from digest.delivery.smtp.settings import Deadlines, RelaySettings
from digest.delivery.smtp.sink import SmtpSink

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SHORT = Deadlines(
    connecting=5, greeting=5, opening=5, command=5, data=5, block=5, message=5, leaving=1, stopping=5, ledger=2
)


class Unlimited:
    """A `Governor` without limits."""

    def wait(self, _relay: str, _domain: str, _now: datetime) -> datetime | None:
        return None

    def sent(self, *_: object) -> None:
        pass

    def throttled(self, *_: object) -> None:
        pass

    def paused(self, *_: object) -> None:
        pass


def relay(port: int, name: str = "relay", **more: Any) -> RelaySettings:
    return RelaySettings(name, "127.0.0.1", port, **({"security": "none"} | more))


def sink(
    *relays: RelaySettings,
    deadlines: Deadlines = SHORT,
    governor: Any = None,
    environ: Mapping[str, str] | None = None,
    wait: bool = False,
) -> SmtpSink:
    return SmtpSink(
        "smtp",
        relays,
        governor=governor or Unlimited(),
        clock=lambda: datetime.now(UTC),
        chance=Random(7),
        environ=environ or {},
        deadlines=deadlines,
        wait=wait,
    )


def deliver(queue: Any, *relays: RelaySettings, **more: Any) -> SmtpSink:
    one = sink(*relays, **more)
    one.deliver(queue, lambda: False)
    return one


def codes(attempts: Sequence[Any]) -> list[tuple[int, str, int | None]]:
    return [(each.delivery, each.stage, each.reply.code if each.reply else None) for each in attempts]
