"""The daemon: it wakes at every tick and slot, does what is due in the main thread, and shows that it lives."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from digest import processes
from digest.app import Newsroom
from digest.core.errors import ConfigError, DigestError
from digest.core.hosts import host_and_port
from digest.core.operation import DaemonState
from digest.core.text import counted, utc_text
from digest.daemon.alarm import Alarm
from digest.daemon.endpoint import Endpoint
from digest.daemon.heartbeat import Heartbeat
from digest.daemon.logs import event
from digest.daemon.metrics import Metrics
from digest.daemon.signals import Signals
from digest.daemon.staff import LAST_WORDS, Staff
from digest.daemon.ticker import Ticker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from digest.core.ports import Sink
    from digest.daemon.systemd import Notifier

JUMP = timedelta(seconds=2)
"""A clock that is further off than this from where it should be has jumped."""
STUCK = 900.0
"""Seconds after which a tick that has not ended is taken to hang."""


class Daemon:
    """One daemon on one newsroom.

    Args:
        config: The configuration.
        clock: The present instant.
        notifier: The service manager.
    """

    def __init__(self, config: Path, clock: Callable[[], datetime], notifier: Notifier) -> None:
        self._config = config.absolute()
        self._clock = clock
        self._notifier = notifier
        self._wake = Event()
        self._started = clock()
        self._metrics = Metrics(version("digest"), self._started)
        self._seen = _signature(self._config)
        self._newsroom = Newsroom.open(self._config, clock=clock)
        self._newsroom.inline = _is_local
        self._store = _identity(self._newsroom)
        self._signals = Signals(self._wake.set, self._grace)
        self._staff = Staff(clock, self._metrics)
        stopping = self._signals.stopping.is_set
        self._ticker = Ticker(self._newsroom, self._metrics, clock, stopping, lambda: self._staff.gather(stopping))
        self._refused = ""
        self._ended = time.monotonic()
        self._began: float | None = None
        self._at = (clock(), time.monotonic())

    def run(self) -> int:
        """Work until told to stop.

        Returns:
            The exit code.
        """
        self._signals.start()
        self._open()
        event("started", version=version("digest"), config=self._config, newsletters=self._keys())
        self._staff.work_by(self._newsroom.settings)
        self._alarm.start()
        self._watch()
        self._notifier.ready(self._status())
        while not self._signals.stopping.is_set():
            self._notice_jump()
            self._notice_config()
            self._tick()
            # The time-out is by a clock that does not jump: whatever became of the alarm, the next tick comes.
            self._wake.wait(self._tick_seconds() * 1.5)
            # Here, before anything is looked at: a signal that comes later rings again.
            self._wake.clear()
        self._notifier.stopping("stopping")
        self._staff.leave(self._patience())
        self._note("stopped")
        self._alarm.stop()
        self._close()
        self._newsroom.store.close()
        event("stopped")
        return 0

    def _open(self) -> None:
        """Begin what depends on the configuration."""
        settings = self._newsroom.settings.daemon
        self._alarm = Alarm(self._wake.set, settings.tick)
        self._heartbeat = Heartbeat(settings.heartbeat, self._tell_heartbeat)
        self._endpoint: Endpoint | None = None
        self._listen_failed = False
        self._listen()

    def _close(self) -> None:
        self._heartbeat.close()
        if self._endpoint is not None:
            self._endpoint.stop()

    def _listen(self) -> None:
        """Answer over HTTP; tried again at each tick, for the daemon that has the port now may stop."""
        listen = self._newsroom.settings.daemon.listen
        if listen is None or self._endpoint is not None:
            return
        endpoint = Endpoint(listen, health=self._health, metrics=self._metrics.render)
        try:
            endpoint.start()
        except DigestError as error:
            if not self._listen_failed:
                event("not_listening", level=logging.WARNING, problem=str(error))
            self._listen_failed = True
            return
        self._endpoint = endpoint
        event("listening", address=self._address())

    def _address(self) -> str:
        return host_and_port(*self._endpoint.address) if self._endpoint is not None else ""

    def _tick(self) -> None:
        self._began = time.monotonic()
        self._ticker.tick()
        self._staff.look()
        self._listen()
        self._staff.show(self._newsroom.settings)
        self._note("running")
        fine = not self._ticker.troubles and not self._refused
        self._metrics.tick(time.monotonic() - self._began, self._clock())
        self._heartbeat.beat(self._clock(), fine, self._status())
        self._notifier.status(self._status())
        self._alarm.set(self._ticker.next_slot(self._clock()))
        self._ended, self._began = time.monotonic(), None

    def _notice_jump(self) -> None:
        """Say so when the clock is not where it should be after the time that went by."""
        wall, ticks = self._clock(), time.monotonic()
        expected = self._at[0] + timedelta(seconds=ticks - self._at[1])
        self._at = (wall, ticks)
        if abs(wall - expected) > JUMP:
            self._metrics.jump()
            event("clock_jumped", level=logging.WARNING, seconds=round((wall - expected).total_seconds(), 1))
            self._alarm.reset()

    def _notice_config(self) -> None:
        """Take a changed configuration, once it is found to be right; the one before stays until then."""
        seen = _signature(self._config)
        if _identity(self._newsroom) != self._store:
            event("store_replaced", level=logging.WARNING, store=self._newsroom.store.place)
            self._let_go()
        elif seen == self._seen and not self._signals.reload.is_set():
            return
        self._seen = seen
        self._signals.reload.clear()
        self._notifier.reloading()
        try:
            newsroom = Newsroom.open(self._config, clock=self._clock)
        except DigestError as error:
            self._refused = str(error)
            problems = [str(each) for each in error.problems] if isinstance(error, ConfigError) else [str(error)]
            event("config_refused", level=logging.ERROR, problems=problems, meaning="the one before stays in use")
            self._metrics.reload(ok=False)
        else:
            self._refused = ""
            self._take(newsroom)
            event("config_taken", newsletters=self._keys())
            self._metrics.reload(ok=True)
        self._notifier.ready(self._status())

    def _let_go(self) -> None:
        """Close all that has the store open, before another file in its place is opened.

        SQLite finds the files beside a database by their names: whoever closed the old one later would pull them from
        under the new one.
        """
        self._staff.leave(self._patience(), others=self._patience())
        self._newsroom.store.close()

    def _take(self, newsroom: Newsroom) -> None:
        before, self._newsroom = self._newsroom, newsroom
        newsroom.inline = _is_local
        self._store = _identity(newsroom)
        self._ticker.changed(newsroom)
        before.store.close()
        self._staff.work_by(newsroom.settings)
        if newsroom.settings.daemon != before.settings.daemon:
            self._alarm.stop()
            self._close()
            self._open()
            self._alarm.start()

    def _note(self, state: str) -> None:
        """Leave word of this daemon in the store: with nothing due, the one thing that is written at each tick."""
        note = DaemonState(
            holder=processes.holder(),
            started=self._started,
            ticked=self._clock(),
            tick=self._tick_seconds(),
            version=version("digest"),
            config=str(self._config),
            state=state,
            trouble=self._trouble(),
            address=self._address(),
        )
        try:
            self._newsroom.store.daemons.note(note)
        except DigestError as error:
            self._ticker.failed("the daemon", str(error))
        else:
            self._ticker.works("the daemon")

    def _trouble(self) -> str:
        """What is wrong that belongs to no newsletter: those keep their own failures."""
        others = [f"{name}: {text}" for name, text in self._ticker.troubles.items() if name not in self._keys()]
        return "; ".join(filter(None, (self._refused, *others, self._staff.trouble)))

    def _alive(self) -> bool:
        """Whether it ticks. Any thread may ask."""
        began, now = self._began, time.monotonic()
        return now - began < STUCK if began is not None else now - self._ended < 3 * self._tick_seconds() + 30

    def _health(self) -> tuple[bool, Mapping[str, object]]:
        """Whether it ticks; asked from other threads. A newsletter that fails is told, but no restart would mend it."""
        alive = self._alive()
        return alive, {
            "status": "stopping" if self._signals.stopping.is_set() else "ok" if alive else "stuck",
            "since": utc_text(self._started),
            "seconds_since_tick": round(time.monotonic() - self._ended, 1),
            "failing": dict(self._ticker.troubles),
            "config": self._refused or "ok",
        }

    def _grace(self) -> float:
        return self._newsroom.settings.daemon.grace.total_seconds()

    def _patience(self) -> float:
        """Seconds of the grace period that the mail on the wire may take."""
        return max(self._grace() - LAST_WORDS, 1.0)

    def _tick_seconds(self) -> float:
        return self._newsroom.settings.daemon.tick.total_seconds()

    def _watch(self) -> None:
        """Tell the service manager that all is well, for as long as it is."""
        interval = self._notifier.watchdog_interval
        if interval is None:
            return

        def pulse() -> None:
            while True:
                if self._alive():
                    self._notifier.watchdog()
                time.sleep(interval)

        Thread(target=pulse, name="watchdog", daemon=True).start()

    def _tell_heartbeat(self, problem: str | None) -> None:
        if problem is None:
            event("heartbeat_works_again")
        else:
            event("heartbeat_failing", level=logging.WARNING, problem=problem)

    def _keys(self) -> list[str]:
        return list(self._newsroom.settings.newsletters)

    def _status(self) -> str:
        slot = self._ticker.next_slot(self._clock())
        coming = f"next slot {utc_text(slot)}" if slot is not None else "no slot to come"
        failing = ", ".join(self._ticker.troubles)
        wrong = f"; failing: {failing}" if failing else ""
        refused = "; config.yaml was refused" if self._refused else ""
        return f"{counted(len(self._keys()), 'newsletter')}, {coming}{wrong}{refused}"


def _is_local(sink: Sink) -> bool:
    """Whether the tick delivers by a sink itself; the courier does the others."""
    return not sink.remote


def _identity(newsroom: Newsroom) -> tuple[int, int] | None:
    """Which file the store is; None while there is none where it should be."""
    try:
        stat = Path(newsroom.store.place).stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


def _signature(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is written or replaced; None while it is not there."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
