"""How long a person waits before anything happens."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness import Figure, Side, measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.sample import Sample

REPEAT = 25


def start_up(sample: Sample) -> Iterator[Figure]:
    """The installed script, beside an interpreter that does nothing.

    `digest --help` has the target, but prints a stored text and loads next to nothing. What the program itself costs to
    start shows in the other two: the command line's parser with one command, and a command that reads configuration
    and store.
    """
    script = Path(sysconfig.get_path("scripts")) / "digest"
    if not script.exists():
        sys.exit(f"there is no {script}: install digest beside this Python (make setup-dev), or leave start-up out")
    bare = Side("python -c pass", lambda: _run([sys.executable, "-c", "pass"]))
    with sample.newsroom() as newsroom:
        config = str(newsroom.settings.path)
    yield _starting("digest --help", [str(script), "--help"], bare, target=5)
    yield _starting("digest run --help", [str(script), "run", "--help"], bare)
    yield _starting("digest editions", [str(script), "editions", "--config", config], bare)


def _starting(name: str, command: Sequence[str], bare: Side, target: float | None = None) -> Figure:
    return measure(f"start-up: {name}", Side("ours", lambda: _run(command)), bare, REPEAT, target=target)


def _run(command: Sequence[str]) -> None:
    # As installed, with its bytecode kept: compiling it takes as long again.
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environ)
