"""What the daemon says while it runs: one event, one line, over the standard library's logging.

As text for a person at a terminal, as JSON for whatever collects the lines of a service:

    2026-03-02T07:00:03Z composed weekly 2026-03-02T0700Z stories=17 status=composed
    {"time": "2026-03-02T07:00:03.120Z", "level": "info", "event": "composed", "newsletter": "weekly", ...}

A line that cannot be written is lost, counted, and told of by the next that can: saying something never fails.
"""

from __future__ import annotations

import io
import json
import logging
import os
import select
import traceback
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal, TextIO

from digest.core.schedule import edition_id

if TYPE_CHECKING:
    from collections.abc import Mapping

Form = Literal["text", "json"]

_LOGGER = logging.getLogger("digest")
_FIELDS = "digest_fields"
# What collects lines cuts them at 16 KiB (containers) or 48 KiB (journald): a value stays well below.
_LONGEST = 4000
_DEEPEST = 4
_PATIENCE = 1000
"""Milliseconds a line may wait for whoever reads the log."""


def choose_form(stream: TextIO, environ: Mapping[str, str]) -> Form:
    """Text where a person watches a terminal; JSON under a supervisor, in a container, into a pipe or file.

    INVOCATION_ID alone says nothing: shells on a desktop inherit it. On a terminal only SYSTEMD_EXEC_PID, which names
    the process that systemd itself started [systemd.exec(5)], and a pod's environment tell that no person is there.
    """
    try:
        watched = stream.isatty()
    except ValueError:  # it is closed
        watched = False
    served = environ.get("SYSTEMD_EXEC_PID") == str(os.getpid()) or "KUBERNETES_SERVICE_HOST" in environ
    return "text" if watched and not served else "json"


def configure(stream: TextIO, *, form: Form, level: int = logging.INFO) -> None:
    """Send the events of this package, and warnings and worse of all others, to a stream; again: from then on there.

    Args:
        stream: Where lines go; its file descriptor, where it has one, is written directly.
        form: How a line looks.
        level: The least of this package's own events that is said.
    """
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, LineHandler):
            root.removeHandler(handler)
    root.addHandler(LineHandler(stream, form))
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    _LOGGER.setLevel(level)


def event(
    name: str,
    /,
    *,
    level: int = logging.INFO,
    newsletter: str = "",
    slot: datetime | None = None,
    edition: str = "",
    **fields: object,
) -> None:
    """Say that something happened. Never raises.

    Args:
        name: What happened, one word or several_words.
        level: As in logging.
        newsletter: Its key.
        slot: Which slot it is about.
        edition: Which edition it is about.
        fields: What else is worth knowing. An exception as `error` gets its traceback beside it in JSON.
    """
    if _LOGGER.isEnabledFor(level):
        about = {"newsletter": newsletter, "slot": slot, "edition": edition}
        _LOGGER.log(level, name, extra={_FIELDS: ({key: value for key, value in about.items() if value}, fields)})


class LineHandler(logging.Handler):
    """Writes each record as one line, at once and whole; what cannot be written is counted."""

    def __init__(self, stream: TextIO, form: Form) -> None:
        super().__init__()
        self._stream = stream
        self._lay_out = _text_line if form == "text" else _json_line
        self._lost = 0
        self._torn = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; called by logging, which holds this handler's lock."""
        try:
            if self._lost:
                self._write(self._lay_out(_record("log_lines_lost", logging.WARNING, {"count": self._lost})))
                self._lost = 0
            self._write(self._line(record))
        except (OSError, ValueError):  # full, gone, or closed: there is no one to tell until it takes lines again
            self._lost += 1

    def _line(self, record: logging.LogRecord) -> str:
        try:
            return self._lay_out(record)
        except Exception as error:  # noqa: BLE001 a value like no other must not stop what only wanted to mention it
            return self._lay_out(_record(_said(record.msg), record.levelno, {"unsaid": type(error).__name__}))

    def _write(self, line: str) -> None:
        start = "\n" if self._torn else ""
        content = f"{start}{line}\n".encode(self._stream.encoding or "utf-8", "backslashreplace")
        try:
            descriptor = self._stream.fileno()
        except io.UnsupportedOperation:  # held in memory
            self._stream.write(content.decode(self._stream.encoding or "utf-8"))
            self._stream.flush()
            return
        # Past the stream's buffer: what could not be written would stay in it, and spoil the exit code at the end.
        patience = select.poll()
        patience.register(descriptor, select.POLLOUT)
        while content:
            # A pipe whose reader sleeps must not stop the daemon, nor keep it from being stopped.
            if not patience.poll(_PATIENCE if not self._lost else 0):
                raise BlockingIOError
            # So much a pipe that takes anything takes without waiting [pipe(7)].
            content = content[os.write(descriptor, content[: select.PIPE_BUF]) :]
            self._torn = bool(content)


def _record(name: str, level: int, fields: dict[str, object]) -> logging.LogRecord:
    given = {"msg": name, "levelno": level, "levelname": logging.getLevelName(level), _FIELDS: ({}, fields)}
    return logging.makeLogRecord(given)


def _parts(record: logging.LogRecord) -> tuple[str, dict[str, object], dict[str, object]]:
    """The event's name, what it is about, and its other fields; those of a record of somebody else, too."""
    given = getattr(record, _FIELDS, None)
    if given is not None:
        about, fields = given
        return record.msg, dict(about), fields
    try:
        message = record.getMessage()
    except Exception:  # noqa: BLE001 arguments that do not fit the message are its caller's mistake
        message = _said(record.msg)
    theirs: dict[str, object] = {"logger": record.name, "message": message}
    if record.exc_info and record.exc_info[1] is not None:
        theirs["error"] = record.exc_info[1]
    return "log", {}, theirs


def _text_line(record: logging.LogRecord) -> str:
    name, about, fields = _parts(record)
    words = [f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%SZ}"]
    if record.levelno != logging.INFO:
        words.append(logging.getLevelName(record.levelno))
    slot = about.get("slot")
    if isinstance(slot, datetime):
        about["slot"] = edition_id(slot)
        if about.get("edition") == about["slot"]:  # editions are called after their slots: saying it once will do
            del about["edition"]
    words += [_quoted(_said(value)) for value in (name, *about.values())]
    words += [f"{_quoted(key)}={_quoted(_shown(_plain(value)))}" for key, value in fields.items() if value is not None]
    return " ".join(words)


def _json_line(record: logging.LogRecord) -> str:
    name, about, fields = _parts(record)
    at = datetime.fromtimestamp(record.created, UTC)
    line: dict[str, object] = {"time": _instant(at, "milliseconds"), "level": record.levelname.lower(), "event": name}
    line |= {key: _plain(value) for key, value in about.items()}
    for key, value in fields.items():
        line[f"{key}_" if key in line else key] = _plain(value)
    error = fields.get("error")
    if isinstance(error, BaseException):
        # The end of it is where it happened.
        line["traceback"] = "".join(traceback.format_exception(error))[-2 * _LONGEST :]
    # In ASCII: no character is left that any reader could take for the end of a line.
    return json.dumps(line)


def _plain(value: object, depth: int = 0) -> Any:
    """The same as JSON knows it: instants in UTC, spans in seconds, all else str."""
    simple = value is None or isinstance(value, bool)
    if simple or (type(value) is int and abs(value) < 2**63) or (type(value) is float and isfinite(value)):
        return value
    if isinstance(value, datetime):
        return _instant(value, "seconds")
    if isinstance(value, timedelta):
        return value.total_seconds()
    if depth < _DEEPEST and isinstance(value, dict):
        return {_said(key): _plain(item, depth + 1) for key, item in value.items()}
    if depth < _DEEPEST and isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    return _said(value)


def _shown(plain: Any) -> str:
    """A plain value in text: as JSON has it, a string without its quotes."""
    return plain if isinstance(plain, str) else _cut(json.dumps(plain, ensure_ascii=False))


def _instant(value: datetime, precision: str) -> str:
    # A naive one is said as it is: the zone of this machine is nobody's business.
    whole = value.astimezone(UTC) if value.tzinfo else value
    return whole.isoformat(timespec=precision).replace("+00:00", "Z")


def _said(value: object) -> str:
    """Any value as text, an exception with its type, cut where it is overlong."""
    try:
        return _cut(f"{type(value).__name__}: {value}" if isinstance(value, BaseException) else str(value))
    except Exception:  # noqa: BLE001 whatever a foreign __str__ raises
        return f"<{type(value).__name__} that cannot be said>"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _quoted(text: str) -> str:
    r"""Bare where that is clear; in quotes where not, with `\n`, `\x1b` and the like for what does not print."""
    if text.isprintable() and text and not any(char in ' "=' for char in text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    shown = (char if char.isprintable() else char.encode("unicode_escape").decode() for char in escaped)
    return f'"{"".join(shown)}"'
