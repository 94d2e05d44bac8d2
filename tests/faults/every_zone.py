"""Each half hour of the day in every IANA zone, over ten years: the clock changes nothing can be promised about unseen.

The years hold a day that was left out (Samoa and Tokelau, 2011), changes at and over midnight (Beirut, Havana, Cairo,
Asuncion, Newfoundland, Casey), by half an hour (Lord Howe, Caracas, Pyongyang), and around Ramadan (Casablanca).

    python tests/faults/every_zone.py [ZONE ...]
"""

from __future__ import annotations

import sys
import zoneinfo
from concurrent.futures import ProcessPoolExecutor
from importlib.resources import files
from pathlib import Path
from time import monotonic

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "schedules"))
sys.path.insert(1, str(Path(__file__).resolve().parents[2]))

from daily import check_daily

FIRST_YEAR, LAST_YEAR = 2007, 2016
HALF_HOURS = range(0, 1440, 30)
PROCESSES = 2


def rules_of(name: str) -> bytes:
    """What the time zone database says of a zone: equal for names that mean the same."""
    for folder in zoneinfo.TZPATH:
        path = Path(folder, name)
        if path.is_file():
            return path.read_bytes()
    return files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()


def zones() -> dict[bytes, list[str]]:
    """All zones, those that mean the same together."""
    found: dict[bytes, list[str]] = {}
    for name in sorted(zoneinfo.available_timezones() - {"localtime", "Factory"}):
        found.setdefault(rules_of(name), []).append(name)
    return found


def check(name: str) -> tuple[int, list[str]]:
    """Check a zone: the number of slots, and what went wrong."""
    count, faults = 0, []
    for minute in HALF_HOURS:
        try:
            count += check_daily(zoneinfo.ZoneInfo(name), minute, FIRST_YEAR, LAST_YEAR)
        except AssertionError as error:
            faults.append(str(error))
    return count, faults


def main(names: list[str]) -> int:
    """Check the named zones, or all; 1 when anything went wrong."""
    started = monotonic()
    same = zones()
    chosen = names or [group[0] for group in same.values()]
    total, wrong = 0, []
    with ProcessPoolExecutor(PROCESSES) as pool:
        for count, faults in pool.map(check, chosen):
            total += count
            wrong += faults
    for fault in wrong:
        sys.stdout.write(f"WRONG  {fault}\n")
    names_covered = "" if names else f" ({sum(map(len, same.values()))} names)"
    sys.stdout.write(
        f"{len(chosen)} zones{names_covered} x {len(HALF_HOURS)} times of day, {FIRST_YEAR} to {LAST_YEAR}: {total:,} "
        "slots, each where it belongs, its window joined to the one before; "
        f"{len(wrong)} schedules wrong ({monotonic() - started:.0f} s)\n"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
