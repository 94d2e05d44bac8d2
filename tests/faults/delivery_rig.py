"""A newsroom with readers, its commands in processes of their own, the receiving server, and the judgement of both.

What is believed is the server's record. A message counts as there twice as soon as two final dots of it came, whatever
was answered, and as arrived only when the server said 250: each in the way that is worse for digest.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import create_engine, text

from digest.store.opening import POSTGRESQL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

HERE = Path(__file__).parent
CONNECTIONS = 8
SLOW = {"at": "dot", "do": "wait", "seconds": 0.02}  # so that there is time for things to happen
SLOWER = SLOW | {"seconds": 0.1}
QUICK = {"deadlines": {"pause": 0.1, "longest_pause": 0.5}}  # the rests of a relay that fails
PATIENCE = 240.0  # seconds, for one command on a busy machine: nothing is measured here
DOMAINS = 7
PASSWORD = "RELAY_PASSWORD"  # the environment variable of newsrooms that log in


@dataclass(slots=True)
class Sink:
    """The receiving server, in a process of its own.

    Attributes:
        record: Where it writes what it took.
        port: The same after a restart.
    """

    record: Path
    flags: tuple[str, ...] = ()
    port: int = 0
    process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        program = [sys.executable, HERE / "recording_sink.py", self.record, "--port", str(self.port), *self.flags]
        self.process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = self._answer()

    def stop(self) -> None:
        """SIGKILL: what it has taken stands in its record."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def tell(self, *rules: Mapping[str, Any], record: Path | None = None) -> None:
        """How to behave from now on."""
        if record is not None:
            self.record = record
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"rules": rules, "record": str(self.record)}) + "\n")
        self.process.stdin.flush()
        assert self._answer() == len(rules)

    def events(self, what: str) -> list[tuple[str, str]]:
        """Recipient and Message-ID of each event of a kind, in order."""
        lines = self.record.read_text(encoding="utf-8").splitlines() if self.record.exists() else []
        rows = [line.split("\t") for line in lines]
        return [(row[3], row[4]) for row in rows if row[0] == what]

    def taken(self) -> Counter[str]:
        return Counter(recipient for recipient, _ in self.events("taken"))

    def seen(self) -> Counter[str]:
        """How often the whole of a message came, but for those that were plainly refused."""
        return Counter(who for who, _ in self.events("dot")) - Counter(who for who, _ in self.events("no"))

    def _answer(self) -> int:
        assert self.process is not None
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())


@dataclass(frozen=True, slots=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True, slots=True)
class Score:
    """One newsroom's end, by the server's record and the ledger's states.

    Attributes:
        lost: Readers of whom the server has nothing, and the ledger says neither that nobody knows nor why not.
        twice: Copies beyond the first.
        uncertain: Deliveries of which the ledger says that nobody knows.
        open: Deliveries in no terminal state.
        balanced: What `digest verify` says.
    """

    readers: int
    lost: int
    twice: int
    uncertain: int
    open: int
    balanced: bool
    states: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Room:
    """A newsroom on disk with an edition planned for its readers.

    Attributes:
        store: The URL of its store, as in config.yaml.
    """

    root: Path
    store: str = "sqlite:///digest.db"

    @property
    def config(self) -> Path:
        return self.root / "config.yaml"

    @property
    def database(self) -> Path:
        return self.root / "digest.db"

    def start(self, *words: str, hurry: Mapping[str, Any] | None = None, **environment: str) -> subprocess.Popen[str]:
        """Start a command; with `hurry`, see hurried_digest.py."""
        program = ["-m", "digest"] if hurry is None else [str(HERE / "hurried_digest.py"), json.dumps(hurry)]
        return subprocess.Popen(
            [sys.executable, *program, *words, "--config", str(self.config)],
            cwd=self.root,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, hurry: Mapping[str, Any] | None = None, **environment: str) -> Done:
        return ended(self.start(*words, hurry=hurry, **environment))

    def states(self) -> Counter[str]:
        return Counter(state for _, state in self.rows())

    def open(self) -> bool:
        """Whether something of its edition is still to be done."""
        return bool({"waiting", "claimed", "sending"} & self.states().keys())

    def rows(self) -> list[tuple[str, str]]:
        """Every delivery's reader and state, as the ledger has them."""
        query = "SELECT s.address, d.state FROM deliveries d JOIN subscribers s ON s.id = d.subscriber ORDER BY d.id"
        return [(row[0], row[1]) for row in self.query(query)]

    def query(self, statement: str) -> Sequence[Any]:
        """What the store holds, past digest."""
        url = self.store if self.store.startswith(POSTGRESQL) else f"sqlite:///{self.database}"
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        try:
            with engine.connect() as connection:
                return connection.execute(text(statement)).all()
        finally:
            engine.dispose()

    def edition(self) -> str:
        """The id of its edition."""
        found: str = self.query("SELECT edition FROM dispatches")[0][0]
        return found

    def finish(self, *, passes: int = 12, hurry: Mapping[str, Any] | None = None) -> list[Done]:
        """`digest deliver` until nothing is left to do."""
        done = []
        for _ in range(passes):
            done.append(self.run("deliver", hurry=hurry))
            if not self.open():
                break
        return done

    def judge(self, sink: Sink) -> Score:
        states = self.rows()
        taken, seen = sink.taken(), sink.seen()
        excused = ("uncertain", "refused", "excluded")
        verified = self.run("verify", "--json")
        return Score(
            readers=len(states),
            lost=sum(address not in taken and state not in excused for address, state in states),
            twice=sum(count - 1 for count in seen.values()),
            uncertain=sum(state == "uncertain" for _, state in states),
            open=sum(state in ("waiting", "claimed", "sending") for _, state in states),
            balanced=verified.code == 0 and all(row["balanced"] for row in verified.rows),
            states=Counter(state for _, state in states),
        )


def ended(process: subprocess.Popen[str], patience: float = PATIENCE) -> Done:
    """Wait for a command."""
    try:
        out, err = process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"it did not end within {patience:g} s\n{out}\n{err}") from None
    assert "Traceback" not in err, err
    return Done(process.returncode, out, err)


def clean(room: Room, sink: Sink, *, accepted: int | None = None, uncertain: int = 0) -> Score:
    """Nothing lost, nothing twice, every state terminal and the sums balanced."""
    score = room.judge(sink)
    assert (score.lost, score.twice, score.open, score.balanced) == (0, 0, 0, True), score
    assert score.uncertain <= uncertain, score
    if accepted is not None:
        assert score.states["accepted"] == accepted, score
    return score


def until(condition: Callable[[], bool], process: subprocess.Popen[str], *, alone: bool = False) -> None:
    """Wait for something.

    Args:
        condition: What.
        process: Must live until then.
        alone: Or need not.
    """
    give_up = time.monotonic() + PATIENCE
    while not condition():
        if process.poll() is not None and not alone:
            raise AssertionError(f"it ended before that: {ended(process)}")
        if time.monotonic() > give_up:
            process.kill()
            raise AssertionError(f"it never came to that: {process.communicate()}")
        time.sleep(0.02)


def configuration(
    store: str,
    port: int = 0,
    *,
    connections: int = CONNECTIONS,
    security: str = "none",
    more: str = "",
) -> str:
    """config.yaml, with a slot that was yesterday: mail that is planned now is tried for two days.

    Args:
        store: The store's URL.
        port: The relay's.
        connections: To it.
        security: Of the connections.
        more: Further keys of the sink.
    """
    yesterday = (datetime.now(UTC) - timedelta(days=1)).strftime("%a").lower()
    lines = f"type: smtp, host: 127.0.0.1, port: {port}, security: {security}, connections: {connections}{more}"
    return f"""\
site: {{title: The Weir, url: "https://weir.example.org", organisation: Weir Press, address: 1 Weir Lane}}
store: "{store}"
checks: {{ignore: [{{code: SIZE001, reason: some faults need a message that takes a while}}]}}
sources: [{{type: folder, path: articles, timezone: UTC}}]
newsletters:
  weekly:
    title: The Weir
    from: Desk <desk@weir.example.org>
    timezone: UTC
    schedule: "0 0 * * {yesterday}"
    late: 30d
sinks:
  - {{{lines}}}
"""


def lay_out(
    root: Path, sink: Sink, readers: int, *, store: str = "sqlite:///digest.db", words: int = 30, more: str = ""
) -> Room:
    """A newsroom whose edition is planned and of which nothing has been sent: its maker was killed at that moment.

    Args:
        root: Its folder.
        sink: Where its mail is to go.
        readers: How many there are.
        store: Its store.
        words: How long the one story's summary is.
        more: Further keys of the sink in config.yaml.
    """
    room = Room(root, store)
    (root / "articles").mkdir(parents=True)
    date = (datetime.now(UTC) - timedelta(days=3)).date()
    story = " ".join(f"word{number}" for number in range(words))
    (root / "articles/one.md").write_text(
        f"---\ntitle: Under fault\ndate: {date}\nsummary: {story}\n---\nOne story.\n", encoding="utf-8"
    )
    room.config.write_text(configuration(store, sink.port, more=more), encoding="utf-8")
    addresses = "".join(f"reader{number:05d}@d{number % DOMAINS}.example\n" for number in range(readers))
    (root / "readers.txt").write_text(addresses, encoding="ascii")
    imported = room.run("subscribers", "import", "readers.txt", "--newsletter", "weekly")
    assert imported.code == 0, imported.err
    maker = room.start("run", "weekly", **{PASSWORD: "of no use"})
    sink.tell({"at": "connect", "do": "kill", "pid": maker.pid})
    made = ended(maker)
    sink.tell()
    assert made.code == -9, made.err
    states = room.states()
    assert states["waiting"] + states["claimed"] == readers, states
    return room


def copied(room: Room, root: Path) -> Room:
    """The same newsroom again, as it is, in another folder; for stores that are files."""
    shutil.copytree(room.root, root)
    return Room(root)


@contextmanager
def folder(prefix: str = "digest-faults-") -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=prefix) as made:
        yield Path(made)
