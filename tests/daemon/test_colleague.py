"""What works beside the main thread: how it rests, what it makes of failures."""

# ruff: noqa: SLF001 a colleague is made by overriding these, and what it waits for is not to be seen from outside

from __future__ import annotations

from datetime import UTC, datetime
from threading import Event

import pytest

from digest.config import load
from digest.core.errors import SourceError
from digest.daemon.colleague import Colleague, Stopped

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "articles").mkdir()
    (tmp_path / "config.yaml").write_text('newsletters: {weekly: {title: W, timezone: UTC, schedule: "0 8 * * mon"}}')
    return load(tmp_path / "config.yaml")


def rests(settings, rounds, **more):
    """How long it rests before each round, and before it is stopped; a round that is an exception raises it."""
    left, rested = list(rounds), []

    class Scripted(Colleague):
        def _work(self, newsroom):
            assert newsroom.settings is settings
            what = left.pop(0)
            if isinstance(what, list):
                self._works()
                (what,) = what
            if what is not None:
                raise what

    class Wake(Event):
        def wait(self, timeout=None):
            rested.append(timeout)
            if not left:
                one._stopping.set()
            return True

    one = Scripted("one", "one", settings, lambda: NOW, rest=5, **more)
    one._wake = Wake()
    one.start()
    one._thread.join(60)
    assert not one._thread.is_alive()
    return rested, one


def events(log):
    return [(each["event"], each.get("error")) for each in log.events()]


NO = SourceError("no")


@pytest.mark.parametrize(
    ("rounds", "more", "expected"),
    [
        ([None, None], {}, [0, 5, 5]),
        ([None], {"at_once": False}, [5, 5]),
        ([NO, NO], {}, [0, 5, 5]),
        ([NO, NO, NO, None, NO], {"longest_rest": 30}, [0, 10, 20, 30, 5, 10]),
        # It worked for long, and said so, before it failed: that is the first failure of a row.
        ([NO, NO, [NO], None], {"longest_rest": 30}, [0, 10, 20, 10, 5]),
    ],
)
def test_rests_grow_while_rounds_fail(settings, log, rounds, more, expected):
    assert rests(settings, rounds, **more)[0] == expected


def test_a_failure_is_told_when_it_begins_changes_and_ends(settings, log):
    _, one = rests(settings, [NO, NO, KeyError("ours"), None, None, NO])
    assert events(log) == [("failing", "no"), ("failing", "KeyError: 'ours'"), ("works_again", None), ("failing", "no")]
    assert one.trouble == "one: no"


def test_one_that_is_told_to_stop_in_the_middle_has_not_failed(settings, log):
    _, one = rests(settings, [NO, Stopped()])
    assert events(log) == [("failing", "no")]
    assert one.trouble == "one: no"
