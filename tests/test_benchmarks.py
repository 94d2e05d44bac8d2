"""The benchmarks still measure what there is: they check what they did, and nobody runs them every day."""

from __future__ import annotations

import pytest

from benchmarks import harness
from benchmarks.__main__ import ENTRIES
from benchmarks.sample import Sample


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return Sample(tmp_path_factory.mktemp("benchmarks"), 100)


@pytest.mark.parametrize("name", ["scan", "selection", "edition", "feeds", "messages"])
def test_each_has_its_figures(name, sample, monkeypatch):
    rounds = harness.rounds
    monkeypatch.setattr(harness, "rounds", lambda sides, _: rounds(sides, 1))
    figures = list(ENTRIES[name](sample))
    assert figures
    assert all(each.ratio > 0 for each in figures)
    assert harness.table(figures).count("\n") == 1 + len(figures)
