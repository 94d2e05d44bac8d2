"""`digest deliver` killed again and again, at the phase that hurts and at random: rows 5 to 8 of docs/faults.md.

After each kill the next `digest deliver` is the next victim; in the end one is left alone. Then the receiving server's
record is held against the ledger, what is uncertain is sent again by choice, and both are compared once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from database_server import DatabaseServer
from delivery_rig import CONNECTIONS, SLOW, Room, Sink, copied, ended, lay_out

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator
    from pathlib import Path

READERS = 2500
LONG = 12_000  # words of a message that does not fit into the buffers of both machines
AIMED = 0.75  # of the kills, at the phase; the others at random
FEW = 40  # messages that a victim gets to send at most, so that there is something left for the others
NARROW = {"send_buffer": 4096}
SHORT = 0.04  # seconds: longer than results wait to be recorded with others

Rules = list[dict[str, Any]]


@dataclass(slots=True)
class Tally:
    """What a row came to, over all its rounds.

    Attributes:
        row: Which fault.
        kills: How often a sender was killed at work.
        readers: How many there were.
        lost, twice: See `delivery_rig.Score`; before anything is sent again by choice.
        uncertain: Deliveries of which nobody knew.
        at_once: The most that one kill left in doubt.
        balanced: Whether all sums were, and every state is terminal.
        still_lost: Readers without a message after the uncertain ones were sent again by choice.
        then_twice: Copies beyond the first after that: what really had arrived.
    """

    row: str
    kills: int = 0
    readers: int = 0
    lost: int = 0
    twice: int = 0
    uncertain: int = 0
    at_once: int = 0
    balanced: bool = True
    still_lost: int = 0
    then_twice: int = 0

    def check(self) -> None:
        """Hold it against L, D and T."""
        assert self.lost == self.still_lost == 0, f"lost: {self}"
        assert self.twice == 0, f"twice: {self}"
        assert self.then_twice <= self.uncertain, f"twice, and was not in doubt: {self}"
        assert self.at_once <= CONNECTIONS, f"more in doubt than connections: {self}"
        assert self.balanced, f"not balanced: {self}"


def after_a_claim(chance: random.Random) -> tuple[dict[str, Any], Rules]:
    """While connections are opened; and with everything marked answered, and 354 withheld from all others."""
    if chance.random() < 0.4:
        return {}, [{"at": chance.choice(("connect", "ehlo", "mail")), "do": "kill"}]
    skip = chance.randrange(FEW)
    withheld = {"at": "data", "do": "wait", "seconds": 30, "skip": skip}
    return {}, [{"at": "data", "do": "kill", "skip": skip, "seconds": chance.uniform(0, 2 * SHORT)}, withheld]


def before_the_dot(chance: random.Random) -> tuple[dict[str, Any], Rules]:
    """When a message is marked, before a byte of it is written."""
    return {"dies_before": chance.randrange(1, FEW)}, []


def in_the_middle(chance: random.Random) -> tuple[dict[str, Any], Rules]:
    """When a part of a message has come; for messages that do not fit into the buffers."""
    seconds = chance.uniform(0, SHORT)
    return NARROW, [{"at": "middle", "do": "kill", "skip": chance.randrange(20 * FEW), "seconds": seconds}]


def before_the_250(chance: random.Random) -> tuple[dict[str, Any], Rules]:
    """When the server has the whole message and has not said so."""
    seconds = chance.uniform(0, SLOW["seconds"])
    return {}, [{"at": "dot", "do": "kill", "skip": chance.randrange(FEW), "seconds": seconds}, SLOW]


def after_the_250(chance: random.Random) -> tuple[dict[str, Any], Rules]:
    """When 250 has been sent: before it is read, and before it is recorded."""
    seconds = chance.choice((0.0, 0.0, chance.uniform(0, SHORT)))
    return {}, [{"at": "taken", "do": "kill", "skip": chance.randrange(FEW), "seconds": seconds}]


def at_random(chance: random.Random) -> tuple[dict[str, Any], Rules]:
    """Whenever."""
    return {}, [{"at": "connect", "do": "kill", "seconds": chance.uniform(0, 0.5)}, SLOW]


AIMS: dict[str, Callable[[random.Random], tuple[dict[str, Any], Rules]]] = {
    "5": after_a_claim,
    "6": before_the_dot,
    "6 in the middle": in_the_middle,
    "7": before_the_250,
    "8": after_the_250,
}


def play(row: str, kills: int, *, chance: random.Random, room: Room, sink: Sink, tally: Tally) -> int:
    """Kill so often, unless everything is sent before that.

    Args:
        row: Of `AIMS`.
        kills: How many.
        chance: Chooses where.
        room: A newsroom with an edition planned.
        sink: The server that it names.
        tally: What it comes to is added there.

    Returns:
        How often it was.
    """
    done = 0
    states = room.states()
    while done < kills and room.open():
        before = states["sending"] + states["uncertain"]
        aim = AIMS[row] if chance.random() < AIMED else at_random
        done += kill_one(room, sink, aim(chance))
        states = room.states()
        tally.at_once = max(tally.at_once, states["sending"] + states["uncertain"] - before)
    tally.kills += done
    return done


def kill_one(room: Room, sink: Sink, aim: tuple[dict[str, Any], Rules]) -> bool:
    """Whether a sender was killed; False when it was through before."""
    hurry, rules = aim
    sender = room.start("deliver", hurry=hurry or None)
    sink.tell(*({"pid": sender.pid, "times": 1, **rule} if rule["do"] == "kill" else rule for rule in rules))
    done = ended(sender)
    assert done.code in (-9, 0, 1), done.err
    return done.code == -9


def play_on(row: str, kills: int, *, chance: random.Random, rooms: Iterator[Room], sink: Sink, tally: Tally) -> None:
    """The same, in as many newsrooms as that takes; each is judged."""
    while kills > 0:
        room = next(rooms)
        sink.tell(record=room.root / "record")
        kills -= play(row, kills, chance=chance, room=room, sink=sink, tally=tally)
        conclude(room, sink, tally)


def conclude(room: Room, sink: Sink, tally: Tally) -> None:
    """Finish, judge, send again by choice, judge again."""
    sink.tell()
    room.finish()
    score = room.judge(sink)
    tally.readers += score.readers
    tally.lost += score.lost
    tally.twice += score.twice
    tally.uncertain += score.uncertain
    tally.balanced = tally.balanced and score.balanced and not score.open
    settled = room.run("reconcile", "--choice", "resend")
    assert settled.code == 0, settled.err
    room.finish()
    again = room.judge(sink)
    tally.still_lost += again.readers - len(sink.taken())
    tally.then_twice += again.twice
    tally.balanced = tally.balanced and again.balanced and set(again.states) == {"accepted"}


def copies(root: Path, sink: Sink, readers: int, *, words: int = 30) -> Iterator[Room]:
    """Newsrooms with a store each, as often as asked."""
    first = lay_out(root / "first", sink, readers, words=words)
    number = 0
    while True:
        number += 1
        yield copied(first, root / f"copy-{number}")


def kill_row(row: str, kills: int, chance: random.Random, root: Path, readers: int = READERS) -> Tally:
    """One row of the table, on SQLite."""
    tally = Tally(row)
    kinds = {"6": ("6", "6 in the middle")}.get(row, (row,))
    for kind in kinds:
        here = root / kind.replace(" ", "-")
        here.mkdir()
        narrow = kind == "6 in the middle"
        with Sink(here / "record", ("--narrow",) if narrow else ()) as sink:
            rooms = copies(here, sink, readers // 5 if narrow else readers, words=LONG if narrow else 30)
            play_on(kind, -(-kills // len(kinds)), chance=chance, rooms=rooms, sink=sink, tally=tally)
    return tally


def kill_a_few(chance: random.Random, root: Path) -> Tally:
    """Each row's kind of kill, one after the other, in one newsroom: a sample."""
    tally = Tally("5 to 8")
    with Sink(root / "record") as sink:
        room = lay_out(root / "room", sink, 400)
        sink.tell(record=root / "record-of-all")
        for kind in ("5", "7", "6", "8"):
            play(kind, 1, chance=chance, room=room, sink=sink, tally=tally)
        conclude(room, sink, tally)
    return tally


def kill_on_postgresql(kills: int, chance: random.Random, root: Path, readers: int = READERS) -> Tally:
    """Rows 5 to 8 with the store in PostgreSQL, as many kills of each."""
    tally = Tally("5 to 8, PostgreSQL")
    with DatabaseServer(root / "postgresql") as server, Sink(root / "record") as sink:
        rooms = (lay_out(root / f"room-{number}", sink, readers, store=server.fresh()) for number in count())
        for kind in ("5", "6", "7", "8"):
            play_on(kind, -(-kills // 4), chance=chance, rooms=rooms, sink=sink, tally=tally)
    return tally
