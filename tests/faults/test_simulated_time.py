"""A sample of the fault suite, on the days around Europe's spring change; `make faults` plays a whole year."""

from __future__ import annotations

import importlib.util
import sys
from datetime import UTC, datetime
from pathlib import Path

SPRING = datetime(2026, 3, 27, tzinfo=UTC)


def suite():
    """The program beside this file, as a module."""
    path = Path(__file__).with_name("simulated_time.py")
    spec = importlib.util.spec_from_file_location("simulated_time", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_a_week_of_seven_newsletters_and_three_daemons_that_are_killed(tmp_path):
    simulated = suite()
    played = simulated.play(tmp_path, SPRING, days=7, kills=11, seed=3)
    found = simulated.judge(played)
    assert found["kills"] >= 5  # at work: the others fall into outages, whose kills are not counted
    assert found["slots"] == found["composed"] + found["skipped"]
    assert found["messages"] == found["composed"] > 20
