"""Lets these tests import the server that stands beside them; sweeps up after those that ask it."""

from __future__ import annotations

import gc
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def swept() -> Iterator[None]:
    """A call that is given up while it connects may leave asyncio a socket, which it closes with a warning some time
    later: in another test, if not here."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
