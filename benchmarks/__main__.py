"""`python -m benchmarks [NAME...]`: measure and print a table. No figure changes the exit code."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.distance import distance
from benchmarks.editions import edition, selection
from benchmarks.feeds import feeds
from benchmarks.harness import seconds, table
from benchmarks.messages import messages
from benchmarks.quality import quality
from benchmarks.roster import roster
from benchmarks.sample import Sample
from benchmarks.scanning import scan
from benchmarks.sending import sending
from benchmarks.starting import start_up
from benchmarks.summaries import summaries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.harness import Figure

ENTRIES: dict[str, Callable[[Sample], Iterator[Figure]]] = {
    "start-up": start_up,
    "scan": scan,
    "selection": selection,
    "edition": edition,
    "summaries": summaries,
    "quality": quality,
    "feeds": feeds,
    "messages": messages,
    "roster": roster,
    "sending": sending,
    "distance": distance,
}
FEWEST = 100


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure digest beside references.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(ENTRIES)}; all when left out")
    parser.add_argument("--articles", type=int, default=10_000, help="how many there are (default: %(default)s)")
    given = parser.parse_args()
    unknown = [name for name in given.names if name not in ENTRIES]
    if unknown:
        parser.error(f"there is no '{unknown[0]}'; there are: {', '.join(ENTRIES)}")
    if given.articles < FEWEST:
        parser.error(f"--articles: give {FEWEST} or more, so that an edition is filled")
    began = time.perf_counter()
    figures: list[Figure] = []
    with TemporaryDirectory(prefix="digest-bench-") as folder:
        sample = Sample(Path(folder), given.articles)
        for name in given.names or ENTRIES:
            print(f"measuring {name} ...", file=sys.stderr)
            figures += ENTRIES[name](sample)
    print(table(figures))
    print()
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end; "
        f"took {seconds(time.perf_counter() - began)}. Times are medians; "
        "a ratio is the median of its rounds, its spread their least and greatest."
    )


if __name__ == "__main__":
    main()
