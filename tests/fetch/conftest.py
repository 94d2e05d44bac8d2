"""The misbehaving server is a module beside the tests."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from web_server import WebServer

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def server() -> Iterator[WebServer]:
    """Serves over plain HTTP while the test runs."""
    from web_server import serving  # noqa: PLC0415 found by the line above

    with serving() as found:
        yield found
