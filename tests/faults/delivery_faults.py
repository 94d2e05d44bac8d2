"""The faults of delivery, one after the other, and a table of what each came to; see docs/faults.md.

python tests/faults/delivery_faults.py [--kills 100] [--postgresql 40] [--seed 1] [ROW...]
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from typing import TYPE_CHECKING

import troubled_relays as relays
import troubled_stores as stores
from delivery_rig import Score, folder
from killed_delivery import Tally, kill_on_postgresql, kill_row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

KILLED = {
    "5": "SIGKILL after a claim",
    "6": "SIGKILL before the final dot",
    "7": "SIGKILL between dot and 250",
    "8": "SIGKILL after 250, not recorded",
}
TROUBLES: tuple[tuple[str, str, Callable[[Path], Score]], ...] = (
    ("9", "SIGTERM, deliver and serve", stores.sigterm),
    ("11", "slept past its lease", stores.slept),
    ("11, 12", "taken for dead while it works", stores.two_at_once),
    ("12", "everything handed out twice", stores.handed_out_twice),
    ("13", "PostgreSQL falls twice", stores.database_restarts),
    ("13", "the relay falls three times", relays.relay_restarts),
    ("14", "reset before 354", relays.reset_before),
    ("14", "reset in the middle of DATA", relays.reset_in_the_middle),
    ("15, 16", "RST, FIN, half-close, silence after the dot", relays.broken_after_the_dot),
    ("17", "greetings a byte at a time, and none", relays.slow_greetings),
    ("18", "421, then connections refused", relays.sent_away),
    ("19", "451, then accepted", relays.greylisted),
    ("20", "5.1.1 and 5.7.1", relays.refused),
    ("20", "535", relays.locked_out),
    ("21", "TLS missing, refused, another's", relays.without_tls),
    ("22", "disk full", stores.disk_full),
    ("23", "database locked for 60 s", stores.locked_database),
    ("25", "an old backup", stores.old_backup),
    ("25", "a backup made in the middle", stores.backup_of_the_middle),
)
HEADER = ("row", "fault", "kills", "readers", "lost", "twice", "uncertain", "most a kill", "sent again: lost", "twice")


def line(cells: Sequence[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def of_tally(row: str, fault: str, tally: Tally) -> str:
    found = (tally.kills, tally.readers, tally.lost, tally.twice, tally.uncertain, tally.at_once)
    return line((row, fault, *found, tally.still_lost, tally.then_twice))


def of_score(row: str, fault: str, score: Score) -> str:
    return line((row, fault, "", score.readers, score.lost, score.twice, score.uncertain, "", "", ""))


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def kills(row: str, fault: str, play: Callable[[Path], Tally]) -> bool:
    """Play a row of kills, and say what it came to; whether all held."""
    with folder() as root:
        tally = play(root)
    say(of_tally(row, fault, tally))
    try:
        tally.check()
    except AssertionError as error:
        say(f"FAILED: {error}")
        return False
    return True


def trouble(row: str, fault: str, play: Callable[[Path], Score]) -> bool:
    """Play another row; whether all held."""
    with folder() as root:
        try:
            say(of_score(row, fault, play(root)))
        except PermissionError as error:
            say(line((row, fault, f"not played: {error}")))
        except AssertionError:
            say(f"FAILED: {row}, {fault}")
            traceback.print_exc(file=sys.stdout)
            return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description="The faults of delivery.")
    parser.add_argument("--kills", type=int, default=100, help="of each of rows 5 to 8")
    parser.add_argument("--postgresql", type=int, default=40, help="kills with the store in PostgreSQL")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("rows", nargs="*", help="only these")
    wanted = parser.parse_args()
    began, chance = time.monotonic(), random.Random(wanted.seed)
    held: list[bool] = []
    say(line(HEADER))
    say(line(["---"] * len(HEADER)))
    for row, fault in KILLED.items():
        if not wanted.rows or row in wanted.rows:
            held.append(kills(row, fault, lambda root, row=row: kill_row(row, wanted.kills, chance, root)))
    if wanted.postgresql and (not wanted.rows or "5-8" in wanted.rows):
        on = "the same, store in PostgreSQL"
        held.append(kills("5-8", on, lambda root: kill_on_postgresql(wanted.postgresql, chance, root)))
    for row, fault, play in TROUBLES:
        if not wanted.rows or row in wanted.rows:
            held.append(trouble(row, fault, play))
    say(f"{sum(held)} of {len(held)} held, in {time.monotonic() - began:.0f} s, seed {wanted.seed}")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
