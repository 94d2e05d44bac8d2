"""Measuring: what is ours and its reference by turns in one run, so that a slow minute of the machine meets both."""

from __future__ import annotations

import gc
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

Times = tuple[float, ...]
"""Seconds of wall clock, one for each round."""

HEADINGS = ("what", "ours", "reference", "its time", "ratio", "spread", "target", "met")


@dataclass(frozen=True, slots=True)
class Side:
    """One thing to measure.

    Attributes:
        name: What it does, as the table shows it.
        work: What is timed.
        prepare: Run before each time, not timed; None when nothing is needed.
    """

    name: str
    work: Callable[[], object]
    prepare: Callable[[], object] | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """Two sides measured by turns.

    Attributes:
        name: What is measured.
        reference_name: What it is measured beside.
        target: The ratio may be at most this; None when none was set.
    """

    name: str
    reference_name: str
    ours: Times
    reference: Times
    target: float | None = None

    @property
    def ratios(self) -> Times:
        """Ours by the reference, round by round."""
        return tuple(ours / reference for ours, reference in zip(self.ours, self.reference, strict=True))

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios: the two of a round met the same machine."""
        return statistics.median(self.ratios)

    @property
    def verdict(self) -> str:
        """Whether the target is met; empty when there is none."""
        if self.target is None:
            return ""
        return "yes" if self.ratio <= self.target else "NO"


def measure(name: str, ours: Side, reference: Side, repeat: int, *, target: float | None = None) -> Figure:
    """Measure two sides by turns, after one unmeasured turn of each.

    Args:
        name: What is measured.
        ours: Our side.
        reference: What it stands beside.
        repeat: Rounds; each times both once.
        target: The ratio wanted at most.
    """
    rounds((ours, reference), 1)
    times = rounds((ours, reference), repeat)
    return Figure(name, reference.name, times[ours.name], times[reference.name], target)


def rounds(sides: Sequence[Side], repeat: int) -> Mapping[str, Times]:
    """Time each side in turn, round after round: A B C, A B C. By name of the side."""
    times: dict[str, list[float]] = {side.name: [] for side in sides}
    for _ in range(repeat):
        for side in sides:
            times[side.name].append(_timed(side))
    return {name: tuple(seconds) for name, seconds in times.items()}


def _timed(side: Side) -> float:
    if side.prepare is not None:
        side.prepare()
    # What the side before left behind is not for this one to clear away.
    gc.collect()
    start = time.perf_counter()
    side.work()
    return time.perf_counter() - start


def table(figures: Iterable[Figure]) -> str:
    """The figures as a Markdown table, which reads in a terminal too."""
    return layout([HEADINGS, *(_row(figure) for figure in figures)])


def layout(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a Markdown table, the first one its headings."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    rows = [rows[0], ["-" * width for width in widths], *rows[1:]]
    return "\n".join(f"| {' | '.join(map(str.ljust, row, widths))} |" for row in rows)


def _row(figure: Figure) -> tuple[str, ...]:
    ratios = figure.ratios
    return (
        figure.name,
        seconds(statistics.median(figure.ours)),
        figure.reference_name,
        seconds(statistics.median(figure.reference)),
        _short(figure.ratio),
        f"{_short(min(ratios))} to {_short(max(ratios))}",
        "" if figure.target is None else f"at most {figure.target:g}",
        figure.verdict,
    )


def seconds(value: float) -> str:
    """A time in the unit that fits it: `25.1 s`, `13.3 ms`, `410 µs`."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if value >= size:
            return f"{_short(value / size)} {unit}"
    return f"{_short(value * 1e6)} µs"


def _short(value: float) -> str:
    """Three figures that count: 0.00523, 3.71, 25.1, 1480."""
    return f"{value:.0f}" if value >= 100 else f"{value:#.3g}"
