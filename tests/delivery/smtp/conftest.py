"""Lets these tests import the helpers that stand beside them; a server that is gone when its test is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def server():
    from scripted import Server  # noqa: PLC0415 the path to it was added just now

    with Server() as one:
        yield one
