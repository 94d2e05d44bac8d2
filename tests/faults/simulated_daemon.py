"""A daemon of the fault suite: the real tick on a real store, by a clock that the suite sets.

Run as a program: simulated_daemon.py CONFIG CLOCK. CLOCK is a file that holds the present instant.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from digest.app import Newsroom
from digest.daemon import logs
from digest.daemon.metrics import Metrics
from digest.daemon.ticker import Ticker

PAUSE = 0.02  # seconds between two ticks


def main(config: Path, clock: Path) -> None:
    def now() -> datetime:
        return datetime.fromisoformat(clock.read_text(encoding="ascii"))

    logs.configure(sys.stderr, form="text")
    newsroom = Newsroom.open(config, clock=now)
    ticker = Ticker(newsroom, Metrics("0", datetime.now(UTC)), now)
    while True:
        ticker.tick()
        time.sleep(PAUSE)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
