"""A sign of life for monitors that miss one: a file that grows old, or a URL that stops being called.

What watches the daemon from within dies with it. A monitor elsewhere that expects a sign every so often does not.
"""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from threading import Condition, Event, Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from digest.core.text import utc_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from http.client import HTTPMessage
    from typing import IO

EVERY = 60.0
"""Seconds between two calls of a URL, at least."""
_TIMEOUT = 10.0
_STOP_WITHIN = 0.9  # seconds
_LONGEST = 10_000  # bytes of a text that are sent


class Heartbeat:
    """Beats after every tick, to a file or a URL, or nowhere.

    Args:
        target: A file, a URL (http or https), or None.
        report: Called with what is wrong when beats begin to fail, and with None when they come through again; once
            each, never for every beat. For a URL it is called in a thread of its own.
        every: Seconds between two calls of a URL, at least.
    """

    def __init__(
        self, target: Path | str | None, report: Callable[[str | None], None], *, every: float = EVERY
    ) -> None:
        self._place = target if isinstance(target, Path) else None
        self._caller = _Caller(target, self._settle, every) if isinstance(target, str) else None
        self._report = report
        self._failing = False

    def beat(self, now: datetime, ok: bool, text: str) -> None:  # noqa: FBT001 it is what the beat says
        """Give a sign. Never raises, and never waits for a network.

        A file holds the instant, `ok` or `failing`, and the text; it is the file's age that monitors look at.
        A URL gets the text as a POST; one with `/fail` behind its path when not ok [healthchecks.io's convention].
        """
        if self._place is not None:
            line = f"{utc_text(now)} {'ok' if ok else 'failing'} {text}".rstrip() + "\n"
            try:
                _replace(self._place, line.encode(errors="backslashreplace"))
            except (OSError, ValueError) as error:  # ValueError: of a path without a name
                reason = getattr(error, "strerror", None) or error
                self._settle(f"{self._place}: cannot be written ({reason}); see `daemon.heartbeat`")
            else:
                self._settle(None)
        elif self._caller is not None:
            self._caller.hand_over(text, ok=ok)

    def close(self) -> None:
        """Stop calling the URL, within a second; what waits to be sent is dropped."""
        if self._caller is not None:
            self._caller.close()

    def _settle(self, problem: str | None) -> None:
        if self._failing != (problem is not None):
            self._failing = problem is not None
            self._report(problem)


def _replace(path: Path, content: bytes) -> None:
    """Put a file in place whole, not durably: a sign of life need not survive a crash, nor wait for a disk."""
    temporary = path.with_name(f".digest-{path.name}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
    with os.fdopen(os.open(temporary, flags, 0o644), "wb") as file:
        file.write(content)
    temporary.replace(path)


class _Caller:
    """Calls a URL from one thread of its own, with the latest state; a failure is not overtaken by a success."""

    def __init__(self, url: str, settle: Callable[[str | None], None], every: float) -> None:
        self._url = url
        self._settle = settle
        self._every = every
        self._changed = Condition()
        self._waiting: tuple[str, bool] | None = None
        self._closed = Event()
        self._thread: Thread | None = None
        self._opener = urllib.request.build_opener(_SameScheme)

    def hand_over(self, text: str, *, ok: bool) -> None:
        with self._changed:
            if self._waiting is None or self._waiting[1] or not ok:
                self._waiting = (text, ok)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="heartbeat", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed.set()
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(_STOP_WITHIN)  # one that hangs in a call ends with the process

    def _run(self) -> None:
        while not self._closed.is_set():
            with self._changed:
                self._changed.wait_for(lambda: self._closed.is_set() or self._waiting is not None)
                handed, self._waiting = self._waiting, None
            if handed is not None and not self._closed.is_set():
                problem = self._call(*handed)
                if not self._closed.is_set():  # after that nobody wants to hear of it
                    self._settle(problem)
                    self._closed.wait(self._every)

    def _call(self, text: str, ok: bool) -> str | None:  # noqa: FBT001 as it was handed over
        """What went wrong; without the URL's path, which is as good as a password."""
        host = "the URL"
        try:
            parts = urlsplit(self._url)
            host = parts.hostname or host
            if parts.scheme not in ("http", "https"):
                return f"the URL of `daemon.heartbeat` begins with {parts.scheme}:, not with http: or https:"
            url = self._url if ok else urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/fail"))
            body = text.encode(errors="backslashreplace")[:_LONGEST]
            headers = {"Content-Type": "text/plain; charset=utf-8", "User-Agent": "digest"}
            request = urllib.request.Request(url, body, headers, method="POST")  # noqa: S310 the scheme was looked at
            with self._opener.open(request, timeout=_TIMEOUT):
                return None
        except urllib.error.HTTPError as error:
            with error:
                return f"{host} answers {error.code} {error.reason}; see `daemon.heartbeat`"
        except (OSError, HTTPException, ValueError) as error:  # ValueError: of a URL that is none
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            return f"{host} cannot be called ({reason}); see `daemon.heartbeat`"


class _SameScheme(urllib.request.HTTPRedirectHandler):
    """Follows no redirect to another scheme: https must not become http, nor anything a file."""

    def redirect_request(  # noqa: PLR0917 so it is called in the library
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        if urlsplit(newurl).scheme != req.type:
            raise urllib.error.HTTPError(req.full_url, code, "with a redirect to another scheme", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)
