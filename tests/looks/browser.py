"""Chromium, spoken to over a pipe: one start, many pictures. The protocol: DevTools, `--remote-debugging-pipe`."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PATIENCE = 120
"""Seconds an answer may take: the machine may be busy."""
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--hide-scrollbars",
    # The same pixels on every screen.
    "--force-color-profile=srgb",
    "--disable-lcd-text",
    "--font-render-hinting=none",
    "--remote-debugging-pipe",
)


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of a whole page, as a PNG.

    Attributes:
        width: Of what is on the page, in CSS pixels: more than was asked for where something sticks out.
    """

    png: bytes
    width: int


class Browser:
    """A running Chromium with one tab; made by `opened`."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading = reading
        self._writing = writing
        self._buffer = b""
        self._count = 0
        self._session = ""
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._call("Page.enable")

    def shoot(self, url: str, width: int, *, dark: bool = False) -> Shot:
        """A page as it is drawn at a width in CSS pixels, as high as it is."""
        self._open(url, width, dark=dark)
        size = self._call("Page.getLayoutMetrics")["cssContentSize"]
        # A window as high as the page: what lies beyond a window is drawn elsewhere in pages from right to left.
        self._resize(width, int(size["height"]))
        taken = self._call("Page.captureScreenshot", format="png")
        return Shot(base64.b64decode(taken["data"]), int(size["width"]))

    def printed(self, url: str) -> bytes:
        """A page on paper, as a PDF: A4, with backgrounds."""
        self._open(url, 800, dark=False)
        inches = {"paperWidth": 8.27, "paperHeight": 11.69}
        return base64.b64decode(self._call("Page.printToPDF", printBackground=True, **inches)["data"])

    def _open(self, url: str, width: int, *, dark: bool) -> None:
        self._resize(width, 200)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", media="", features=[scheme])
        failed = self._call("Page.navigate", url=url).get("errorText")
        if failed:
            raise RuntimeError(f"{url}: {failed}")
        self._await(lambda each: each.get("method") == "Page.loadEventFired")

    def _resize(self, width: int, height: int) -> None:
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def _call(self, method: str, **values: Any) -> dict[str, Any]:
        self._count += 1
        number = self._count
        message = {"id": number, "method": method, "params": values}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._writing, data) :]
        answer = self._await(lambda each: each.get("id") == number)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        found: dict[str, Any] = answer["result"]
        return found

    def _await(self, wanted: Any) -> dict[str, Any]:
        deadline = time.monotonic() + _PATIENCE
        while True:
            head, end, rest = self._buffer.partition(b"\0")
            if end:
                self._buffer = rest
                message: dict[str, Any] = json.loads(head)
                if wanted(message):
                    return message
                continue
            if not select.select([self._reading], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise RuntimeError(f"Chromium said nothing for {_PATIENCE} seconds")
            data = os.read(self._reading, 1 << 20)
            if not data:
                raise RuntimeError("Chromium ended")
            self._buffer += data


def program() -> str | None:
    """Where Chromium is; None where there is none. CHROMIUM may name it."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium")


@contextmanager
def opened(path: str, home: Path) -> Iterator[Browser]:
    """Start Chromium, and end it afterwards.

    Args:
        path: The program.
        home: An empty folder for what it writes.
    """
    heard, writing = os.pipe()
    reading, said = os.pipe()
    # It reads from 3 and writes to 4: away from those, so that neither is overwritten before it is copied.
    ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (heard, said)]
    os.close(heard)
    os.close(said)
    silent = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    actions = [(os.POSIX_SPAWN_DUP2, ends[0], 3), (os.POSIX_SPAWN_DUP2, ends[1], 4)]
    actions += [(os.POSIX_SPAWN_DUP2, silent, each) for each in (0, 1, 2)]
    command = [path, *_FLAGS, f"--user-data-dir={home}"]
    child = os.posix_spawn(path, command, {**os.environ, "HOME": str(home)}, file_actions=actions, setpgroup=0)
    for end in (*ends, silent):
        os.close(end)
    try:
        yield Browser(reading, writing)
    finally:
        os.close(writing)
        os.close(reading)
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
