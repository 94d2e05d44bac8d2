"""The daemon in config.yaml.

Annotations are not postponed here: pydantic reads them while the classes are made.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import ConfigDict, Field

from digest.settings.addresses import Heartbeat, Listen
from digest.settings.kinds import below
from digest.settings.parts import Shape
from digest.settings.times import Duration, Grace, Tick


@dataclass(frozen=True, slots=True)
class DaemonSettings:
    """How the daemon waits, and how it shows that it lives.

    Attributes:
        tick: How often it looks for what is due; from a second to five minutes.
        grace: How long it may finish what it does when it is told to stop.
        collect: How often sources are read when nothing is due.
        listen: A loopback address or localhost, and a port (0 takes any that is free); None for nowhere.
        heartbeat: An absolute path of a file, an http or https URL, or None.
    """

    tick: timedelta
    grace: timedelta
    collect: timedelta
    listen: tuple[str, int] | None
    heartbeat: Path | str | None


class DaemonShape(Shape):
    """The daemon: how it waits, and how it shows that it lives."""

    model_config = ConfigDict(title="daemon")

    tick: Tick = Field(
        default=timedelta(seconds=15),
        description="How often it looks for what is due: from 1s to 5m; the default is 15s.",
        examples=["15s"],
        json_schema_extra={"default": "15s"},
    )
    grace: Grace = Field(
        default=timedelta(seconds=30),
        description="How long it may finish what it does when it is told to stop (SIGTERM); the default is 30s.",
        examples=["30s"],
        json_schema_extra={"default": "30s"},
    )
    collect: Duration = Field(
        default=timedelta(minutes=15),
        description="How often sources are read when nothing is due; the default is 15m.",
        examples=["15m"],
        json_schema_extra={"default": "15m"},
    )
    listen: Listen = Field(
        default=("127.0.0.1", 8025),
        description="Address and port of /healthz and /metrics, of this machine alone; or 'off'.",
        examples=["127.0.0.1:8025", "[::1]:8025", "off"],
        json_schema_extra={"default": "127.0.0.1:8025"},
    )
    heartbeat: Heartbeat | None = Field(
        default=None,
        description="A file written at each tick, relative to this file's folder, or a URL called every minute.",
        examples=["out/heartbeat", "https://example.org/ping"],
    )

    def of(self, root: Path) -> DaemonSettings:
        """The settings.

        Args:
            root: Where relative paths start.
        """
        heartbeat: str | Path | None = self.heartbeat
        if self.heartbeat is not None and "://" not in self.heartbeat:
            heartbeat = below(root, self.heartbeat)
        return DaemonSettings(self.tick, self.grace, self.collect, self.listen, heartbeat)
