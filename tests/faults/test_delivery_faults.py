"""A sample of the faults of delivery; `make faults` plays all of them, with hundreds of kills."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(autouse=True, scope="module")
def beside():
    """The modules of the suite stand beside this file."""
    sys.path.insert(0, str(HERE))
    yield
    sys.path.remove(str(HERE))


def test_a_sender_that_is_killed_loses_nothing_and_sends_nothing_twice(tmp_path):
    from killed_delivery import kill_a_few  # noqa: PLC0415 the path to it was added just now

    tally = kill_a_few(random.Random(5), tmp_path)
    assert tally.kills == 4
    tally.check()


@pytest.mark.parametrize("name", ["broken_after_the_dot", "reset_in_the_middle", "refused"])
def test_relays_in_trouble(tmp_path, name):
    import troubled_relays  # noqa: PLC0415 the same

    getattr(troubled_relays, name)(tmp_path)


@pytest.mark.parametrize("name", ["slept", "handed_out_twice", "backup_of_the_middle"])
def test_senders_and_stores_in_trouble(tmp_path, name):
    import troubled_stores  # noqa: PLC0415 the same

    getattr(troubled_stores, name)(tmp_path)


def test_nothing_is_sent_without_its_mark_while_the_database_is_locked(tmp_path):
    from troubled_stores import locked_database  # noqa: PLC0415 the same

    locked_database(tmp_path, seconds=1.5)
