"""Where `digest` starts: the help that everybody asks for first costs no import; all else is for `digest.cli`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] in (["--help"], ["-h"]):
        # Written by `make golden` from what click would say, and held to it by a test.
        with open(f"{__file__.rpartition('entry.py')[0]}help.txt", encoding="utf-8") as text:  # noqa: PTH123 pathlib is slow to import
            sys.stdout.write(text.read())
        return
    from digest.cli import main as run  # noqa: PLC0415 click is what takes the time

    run()
