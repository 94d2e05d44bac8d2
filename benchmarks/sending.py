"""How fast messages of 35 kB go to a relay, and what that costs: beside Postfix's generator and other senders.

Ours is the whole path: claiming in a ledger on the disk, composing each reader's message, sending, settling.

The relay is a sink in C on a core of its own; it offers PIPELINING, takes everything and counts. What it counted is
checked against what was sent. Times are for one message.
"""

from __future__ import annotations

import json
import mmap
import os
import random
import shutil
import smtplib
import socket
import statistics
import struct
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from benchmarks.harness import Figure
from digest import processes
from digest.clock import system_clock
from digest.core.edition import FrozenEdition, Window
from digest.core.newsletter import Newsletter, Site
from digest.core.operation import Worker
from digest.core.outbox import Plan
from digest.core.reader import Marks
from digest.core.roster import Enrolment
from digest.delivery.keeping import KeptLimits
from digest.delivery.mailing import Mailing, Sending
from digest.delivery.smtp.settings import RelaySettings
from digest.delivery.smtp.sink import SmtpSink
from digest.outbox import Outbox
from digest.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.sample import Sample

ROUNDS = 5
MESSAGES, FEW = 30_000, 3000
"""Messages a time, and for senders that are ten times slower."""
OCTETS = 35_000
CONNECTIONS = 4
CONNECTIONS_OURS = 32
"""A transaction marks as many as are ready: with more connections, more at once."""

NOW = system_clock()  # an edition that is old is not sent
EDITION = f"{NOW:%Y-%m-%dT%H%MZ}"
SINK_SOURCE = Path(__file__).resolve().parents[2] / "shared/tools/fastsink.c"
POSTFIX = "/usr/sbin"

LINES = (b"x" * 76 + b"\r\n") * (OCTETS // 78)
_NODEMAILER = """
const count = +process.argv[2], port = +process.argv[1];
const pool = require("nodemailer").createTransport({pool: true, host: "127.0.0.1", port, secure: false,
  ignoreTLS: true, maxConnections: 4, maxMessages: Infinity});
const raw = ("x".repeat(76) + "\\r\\n").repeat(448);
let left = count;
for (let n = 0; n < count; n++)
  pool.sendMail({envelope: {from: "desk@example.org", to: `reader${n}@example.org`}, raw}, (error) => {
    if (error) throw error;
    if (!--left) pool.close();
  });
"""


class Cost(NamedTuple):
    """Seconds for one message."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Sender:
    """Something that sends.

    Attributes:
        name: As the table shows it.
        count: How many messages it sends in a round.
        work: Sends them to the relay at a port.
    """

    name: str
    count: int
    work: Callable[[int, int], Cost]


def sending(_sample: Sample) -> Iterator[Figure]:
    """Ours beside each other sender that is here: time and CPU of one message."""
    folder_of_stores = TemporaryDirectory(prefix="digest-bench-stores-")
    readers, template = Path(folder_of_stores.name) / "enrolled.db", Path(folder_of_stores.name) / "planned.db"
    enrolled(readers, MESSAGES)
    shutil.copy(readers, template)
    plan(template)
    planning: list[float] = []

    def deliver(port: int, count: int) -> Cost:
        began = time.perf_counter()
        forked(lambda _port, _count: plan(start_over(readers)), port, count)
        planning.append((time.perf_counter() - began) / count)
        return forked(partial(ours, start_over(template)), port, count)

    own = Sender("ours", MESSAGES, deliver)
    others = [Sender("smtplib, kept connection", FEW, lambda port, count: forked(_smtplib, port, count))]
    if source := shutil.which("smtp-source", path=POSTFIX):
        options = [source, "-d", "-s", str(CONNECTIONS), "-l", str(OCTETS)]
        others.insert(
            0, Sender("smtp-source -d -s 4", MESSAGES, lambda port, count: _smtp_source(options, port, count))
        )
    if _has_nodemailer():
        others.append(Sender("nodemailer, pool of 4", FEW, _nodemailer))
    else:
        print("sending: no nodemailer here (npm install -g nodemailer), left out", file=sys.stderr)
    costs: dict[str, list[Cost]] = {sender.name: [] for sender in (own, *others)}
    with TemporaryDirectory(prefix="digest-bench-") as folder, relay(Path(folder)) as (port, counted):
        for _ in range(ROUNDS):
            for sender in (own, *others):
                before = counted()
                cost = sender.work(port, sender.count)
                sent = counted() - before
                assert sent == sender.count, f"{sender.name}: the relay counted {sent} messages, not {sender.count}"
                costs[sender.name].append(cost)
    for other in others:
        yield from _figures(costs["ours"], other.name, costs[other.name])
    yield Figure(
        "planning: time for a reader", "sending it", tuple(planning), tuple(cost.wall for cost in costs["ours"]), 0.2
    )
    rate = 1 / statistics.median(cost.wall for cost in costs["ours"])
    print(f"sending: {rate:.0f} messages a second over {CONNECTIONS_OURS} connections", file=sys.stderr)
    folder_of_stores.cleanup()


def _figures(ours: Sequence[Cost], name: str, theirs: Sequence[Cost]) -> Iterator[Figure]:
    target = 0.5 if name.startswith("smtp-source") else None
    for position, what in enumerate(("time", "CPU")):
        yield Figure(
            f"sending: {what} of a message of 35 kB",
            name,
            tuple(cost[position] for cost in ours),
            tuple(cost[position] for cost in theirs),
            target,
        )


def _smtp_source(options: Sequence[str], port: int, count: int) -> Cost:
    return _started([*options, "-m", str(count), f"127.0.0.1:{port}"], count)


def _nodemailer(port: int, count: int) -> Cost:
    return _started(["node", "-e", _NODEMAILER, str(port), str(count)], count)


def enrolled(path: Path, count: int) -> None:
    """A store with so many readers."""
    with open_store(f"sqlite:///{path}") as store:
        for start in range(0, count, 1000):
            rows = [Enrolment(address=f"reader{n}@example{n % 97}.org") for n in range(start, min(count, start + 1000))]
            store.roster.enrol("weekly", rows, NOW)


def plan(path: Path) -> None:
    """Plan an edition for all readers of a store."""
    with open_store(f"sqlite:///{path}") as store:
        marks = Marks.of("seed")
        own = f"https://lists.example.org/unsubscribe/weekly/{marks.token} for {marks.address}\n"
        lines = "A line of text that is about as long as lines are in a letter.\n" * 90 + own
        html = "<p>A paragraph of some length, with words and <b>marks</b>, and more words.</p>\n" * 330 + own
        frozen = FrozenEdition(
            newsletter="weekly",
            id=EDITION,
            slot=NOW,
            window=Window(NOW, NOW),
            title="An edition",
            subject="An edition",
            preheader="",
            hash="",
            entries=(),
            files={
                "email.txt": lines.encode(),
                "email.html": f"<html><body>{html}</body></html>".encode(),
                "edition.json": json.dumps({"mark": "seed"}).encode(),
            },
        )
        store.editions.freeze(frozen, [], Plan({"smtp": NOW + timedelta(days=9)}), NOW)


def planned(path: Path, count: int) -> None:
    """A store with so many readers, and an edition that is planned for them."""
    enrolled(path, count)
    plan(path)


def start_over(template: Path) -> Path:
    """A copy of a store, as it was before anything was sent."""
    path = template.with_name("now.db")
    for old in path.parent.glob("now.db*"):
        old.unlink()
    shutil.copy(template, path)
    return path


def ours(path: Path, port: int, count: int, *, connections: int = CONNECTIONS_OURS) -> None:
    """Deliver what a store has planned, to the relay at a port."""
    settings = RelaySettings("sink", "127.0.0.1", port, security="none", connections=connections)
    # As in a newsroom that sets no limits.
    governor = KeptLimits({}, (), lambda _: None)
    sink = SmtpSink("smtp", [settings], governor=governor, clock=system_clock, chance=random.SystemRandom(), environ={})
    newsletter = Newsletter(
        key="weekly", title="Weekly", sender="desk@example.org", language="en", zone=ZoneInfo("UTC")
    )
    site = Site(
        title="The desk",
        url="https://example.org/",
        id="example.org",
        organisation="The desk",
        readers_url="https://lists.example.org/",
    )
    with open_store(f"sqlite:///{path}") as store:
        key = Sending(key=store.secret, bounces="bounces@example.org")
        outbox = Outbox(
            ledger=store.ledger,
            roster=store.roster,
            bounces=store.bounces,
            editions=store.editions,
            worker=Worker(processes.holder(), system_clock, lambda _: False),
            newsletter=lambda _: newsletter,
            mailing=lambda record, files, newsletter: Mailing(record, files, newsletter, site, key),
            rebooted=processes.rebooted,
        )
        outbox.deliver([sink], system_clock())
        assert store.ledger.counts("weekly", EDITION).accepted == count


def _smtplib(port: int, count: int) -> None:
    body = LINES.decode()
    with smtplib.SMTP("127.0.0.1", port) as client:
        for number in range(count):
            client.sendmail("desk@example.org", f"reader{number}@example.org", body)


def forked(work: Callable[[int, int], None], port: int, count: int) -> Cost:
    """Do something in a process of its own, on the senders' core: what was imported is not paid for again."""
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        _pin(0)
        try:
            work(port, count)
        except BaseException as error:  # noqa: BLE001 the parent tells of it
            print(f"sending: {error!r}", file=sys.stderr)
            os._exit(1)
        os._exit(0)
    return _waited(child, began, count)


def _started(command: Sequence[str], count: int) -> Cost:
    began = time.perf_counter()
    child = subprocess.Popen(command, preexec_fn=lambda: _pin(0), stdout=subprocess.DEVNULL)  # noqa: PLW1509 no threads here
    cost = _waited(child.pid, began, count)
    child.returncode = 0
    return cost


def _waited(child: int, began: float, count: int) -> Cost:
    _, status, usage = os.wait4(child, 0)
    if status:
        sys.exit("sending: a sender failed; run it by hand to see why")
    return Cost((time.perf_counter() - began) / count, (usage.ru_utime + usage.ru_stime) / count)


def _pin(core: int) -> None:
    """Keep this process on a core, where there are several and the system lets it."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {core})


def _has_nodemailer() -> bool:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return False
    found = subprocess.run([npm, "root", "-g"], check=True, capture_output=True, text=True)
    os.environ["NODE_PATH"] = found.stdout.strip()  # or node does not look there
    return (
        subprocess.run([node, "-e", "require.resolve('nodemailer')"], check=False, capture_output=True).returncode == 0
    )


@contextmanager
def relay(folder: Path) -> Iterator[tuple[int, Callable[[], int]]]:
    """A sink that counts, on the other core: its port, and how many messages it has taken."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    compiler = shutil.which("cc")
    if not SINK_SOURCE.exists() or compiler is None:
        sys.exit(f"sending: there is no {SINK_SOURCE}, or no C compiler for it: leave 'sending' out")
    program, counts = folder / "sink", folder / "counts"
    subprocess.run([compiler, "-O2", "-w", "-o", program, SINK_SOURCE], check=True)
    child = subprocess.Popen([program, str(port), counts], preexec_fn=lambda: _pin(1))  # noqa: PLW1509 no threads here
    try:
        while not counts.exists() or counts.stat().st_size == 0:
            time.sleep(0.01)
        time.sleep(0.2)
        with counts.open("rb") as file, mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ) as memory:
            yield port, lambda: int(struct.unpack("<Q", memory[:8])[0])
    finally:
        child.terminate()
        child.wait()
