"""The contract of a sink, over each that writes files; and what is particular to each."""

from __future__ import annotations

import mailbox
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from digest.core.envelope import Envelope
from digest.core.errors import OutputError, StoreError
from digest.core.outbox import Attempt, Outgoing, Returned
from digest.core.text import short_hash
from digest.delivery.atomic import TEMPORARY
from digest.delivery.files import EmlFolder, Maildir, Mbox

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from digest.core.ports import Sink


def made(number: int, body: str = "Hello.\n") -> Envelope:
    head = (
        f"From: desk@example.org\r\nTo: ann{number}@example.org\r\nSubject: Edition\r\n"
        f"Date: Mon, 02 Mar 2026 07:00:00 +0000\r\nMessage-ID: <weekly.{number}@example.org>\r\n\r\n"
    )
    return Envelope.whole(
        sender="desk@example.org",
        recipient=f"ann{number}@example.org",
        message_id=f"<weekly.{number}@example.org>",
        name=f"weekly-2026-03-02T0700Z-{number:012d}",
        message=(head + body.replace("\n", "\r\n")).encode(),
    )


@dataclass
class Line:
    """A queue in memory that checks what a sink promises: nothing is handed over that was not marked before.

    Attributes:
        envelopes: What there is; numbered from 1.
        taken_away: Numbers that a mark is refused: their readers left meanwhile.
        most: How many it gives at once.
    """

    envelopes: Sequence[Envelope]
    taken_away: Collection[int] = ()
    most: int = 1000
    given: int = 0
    out: set[int] = field(default_factory=set)
    sending: set[int] = field(default_factory=set)
    done: list[Attempt | Returned] = field(default_factory=list)

    def take(self, count: int) -> list[Outgoing]:
        until = min(self.given + min(count, self.most), len(self.envelopes))
        taken = [Outgoing(number + 1, self.envelopes[number]) for number in range(self.given, until)]
        self.given = until
        self.out |= {each.delivery for each in taken}
        return taken

    def commit(self, done: Sequence[Attempt | Returned], going: Sequence[int]) -> Collection[int]:
        for each in done:
            assert each.delivery in self.out, "reported twice, or never taken"
            assert isinstance(each, Returned) or each.delivery in self.sending, "handed over without a mark"
            self.out.remove(each.delivery)
        self.done += done
        assert set(going) <= self.out
        may_go = [each for each in going if each not in self.taken_away]
        self.sending.update(may_go)
        self.out -= set(going) - set(may_go)
        return may_go

    @property
    def attempts(self) -> list[Attempt]:
        return [each for each in self.done if isinstance(each, Attempt)]

    @property
    def new(self) -> list[bool]:
        return [each.new for each in self.attempts]


def deliver(sink: Sink, *envelopes: Envelope) -> Line:
    """All of them; everything that was taken is settled or given back at the end."""
    line = Line(envelopes)
    try:
        sink.deliver(line, lambda: False)
    finally:
        assert not line.out
    return line


@dataclass(frozen=True)
class Kind:
    """A sink and how Python's own mailbox module, or the folder, gives back what it holds."""

    name: str
    make: Callable[[Path], Sink]
    read: Callable[[Path], list[bytes]]


def read_eml(path: Path) -> list[bytes]:
    return [file.read_bytes().replace(b"\r\n", b"\n") for file in sorted(path.glob("*.eml"))]


def read_maildir(path: Path) -> list[bytes]:
    box = mailbox.Maildir(path, create=False)
    return [box.get_bytes(key) for key in sorted(box.keys())]


def read_mbox(path: Path) -> list[bytes]:
    box = mailbox.mbox(path, create=False)
    try:
        # What Python leaves to the reader of the mboxrd form: to take one '>' off quoted lines.
        return [
            b"\n".join(
                line[1:] if line.lstrip(b">").startswith(b"From ") and line.startswith(b">") else line
                for line in box.get_bytes(key).split(b"\n")
            )
            for key in box.keys()  # noqa: SIM118 iterating a mailbox gives messages
        ]
    finally:
        box.close()


KINDS = [
    Kind("eml", lambda path: EmlFolder(path, "file:box"), read_eml),
    Kind("maildir", lambda path: Maildir(path, "file:box"), read_maildir),
    Kind("mbox", lambda path: Mbox(path, "file:box"), read_mbox),
]
HARD_BODIES = [
    "From the desk\nfrom there\nFrom \n>From quoted\n>>From twice\n",
    ".\n..\nText\n.\n",
    "no line end at the end",
    "\n\nempty lines about\n\n\n",
    "",
    "From desk@example.org Mon Mar  2 07:00:00 2026\nMessage-ID: <weekly.2@example.org>\n\nnot one\n",
    "x" * 900 + "\n",
]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request) -> Kind:
    return request.param


def expected(*envelopes: Envelope) -> list[bytes]:
    """Local mailboxes have the system's line ends, and every message ends with one."""
    texts = [each.message.replace(b"\r\n", b"\n") for each in envelopes]
    return [text if text.endswith(b"\n") else text + b"\n" for text in texts]


def held(kind: Kind, path: Path) -> list[bytes]:
    return [text if text.endswith(b"\n") else text + b"\n" for text in kind.read(path)]


def test_each_is_accepted_in_order_and_can_be_read_back(kind, tmp_path):
    three = [made(3), made(1), made(2)]
    line = deliver(kind.make(tmp_path / "box"), *three)
    assert [each.delivery for each in line.attempts] == [1, 2, 3]
    assert {(each.stage, each.reply, each.trouble, each.new) for each in line.attempts} == {("message", None, "", True)}
    assert all(each.place.startswith(str(tmp_path / "box")) for each in line.attempts)
    assert sorted(held(kind, tmp_path / "box")) == sorted(expected(*three))


def test_delivering_again_changes_nothing(kind, tmp_path):
    two = [made(1), made(2)]
    deliver(kind.make(tmp_path / "box"), *two)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert [(each.delivery, each.new) for each in deliver(kind.make(tmp_path / "box"), *two).attempts] == [
        (1, False),
        (2, False),
    ]
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before


def test_what_is_missing_is_added_and_only_that(kind, tmp_path):
    deliver(kind.make(tmp_path / "box"), made(2))
    line = deliver(kind.make(tmp_path / "box"), made(1), made(2), made(3))
    assert line.new == [True, False, True]
    assert sorted(held(kind, tmp_path / "box")) == sorted(expected(made(1), made(2), made(3)))


def test_nothing_to_deliver_is_nothing(kind, tmp_path):
    assert deliver(kind.make(tmp_path / "box")).done == []
    assert not (tmp_path / "box").exists()


def test_who_left_between_claim_and_mark_gets_nothing(kind, tmp_path):
    line = Line([made(1), made(2), made(3)], taken_away={2})
    kind.make(tmp_path / "box").deliver(line, lambda: False)
    assert [each.delivery for each in line.done] == [1, 3]
    assert sorted(held(kind, tmp_path / "box")) == sorted(expected(made(1), made(3)))


def test_when_all_left_meanwhile_the_next_are_still_taken(kind, tmp_path):
    line = Line([made(1), made(2), made(3)], taken_away={1, 2}, most=2)
    kind.make(tmp_path / "box").deliver(line, lambda: False)
    assert [each.delivery for each in line.done] == [3]


def test_it_is_asked_to_stop_before_each_batch(kind, tmp_path):
    line = Line([made(number) for number in range(1, 7)], most=2)
    asked = iter([False, False, True])
    kind.make(tmp_path / "box").deliver(line, lambda: next(asked))
    assert [each.delivery for each in line.done] == [1, 2, 3, 4]
    assert line.given == 4
    assert not line.out


def test_nothing_is_written_when_the_mark_cannot_be_kept(kind, tmp_path):
    class Failing(Line):
        def commit(self, done: Sequence[Attempt | Returned], going: Sequence[int]) -> Collection[int]:
            if going:
                raise StoreError("the disk is full", place="store")
            return super().commit(done, going)

    with pytest.raises(StoreError, match="the disk is full"):
        kind.make(tmp_path / "box").deliver(Failing([made(1)]), lambda: False)
    assert not (tmp_path / "box").exists()


@pytest.mark.parametrize("body", HARD_BODIES)
def test_hard_bodies_come_back_as_they_were(kind, tmp_path, body):
    hard = [made(1, body), made(2), made(3, body)]
    deliver(kind.make(tmp_path / "box"), *hard)
    assert deliver(kind.make(tmp_path / "box"), *hard).new == [False] * 3
    assert sorted(held(kind, tmp_path / "box")) == sorted(expected(*hard))


def test_files_may_be_read_as_the_umask_says(kind, tmp_path):
    before = os.umask(0o022)
    try:
        deliver(kind.make(tmp_path / "box"), made(1))
    finally:
        os.umask(before)
    modes = {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_file()}
    assert modes == {0o644}


def test_a_killed_delivery_is_finished_by_the_next_and_leaves_nothing_behind(kind, tmp_path):
    """Killed in the middle of the second message, or, where all go in one write, of all."""
    code = (
        "import os, pathlib, signal, sys\n"
        "from digest.core.envelope import Envelope\n"
        "from digest.delivery import atomic, files\n"
        "kind, path = sys.argv[1], pathlib.Path(sys.argv[2])\n"
        "make = {'eml': files.EmlFolder, 'maildir': files.Maildir, 'mbox': files.Mbox}[kind]\n"
        "def envelope(n):\n"
        "    text = f'Message-ID: <weekly.{n}@example.org>\\r\\n\\r\\nHello {n}.\\r\\n'.encode()\n"
        "    id, name = f'<weekly.{n}@example.org>', f'weekly-2026-03-02T0700Z-{n:012d}'\n"
        "    return Envelope.whole('desk@example.org', f'ann{n}@example.org', id, name, text)\n"
        "from digest.core.outbox import Outgoing\n"
        "class Line:\n"
        "    left = [Outgoing(1, envelope(1)), Outgoing(2, envelope(2))]\n"
        "    def take(self, count):\n"
        "        if kind != 'mbox': return [self.left.pop(0)]\n"
        "        taken, self.left = self.left, []\n"
        "        return taken\n"
        "    def commit(self, done, going):\n"
        "        if done or kind == 'mbox': os.fsync = lambda _file: os.kill(os.getpid(), signal.SIGKILL)\n"
        "        return going\n"
        "make(path, 'file:box').deliver(Line(), lambda: False)\n"
    )
    (tmp_path / "in").mkdir()
    box = tmp_path / "in" / "box"
    done = subprocess.run([sys.executable, "-c", code, kind.name, str(box)], check=False)
    assert done.returncode == -signal.SIGKILL

    def plain(number: int) -> Envelope:
        head = f"Message-ID: <weekly.{number}@example.org>\r\n\r\nHello {number}.\r\n"
        seed = made(number)
        return Envelope.whole(seed.sender, seed.recipient, seed.message_id, seed.name, head.encode())

    assert deliver(kind.make(box), plain(1), plain(2)).new == [kind.name == "mbox", True]
    assert sorted(held(kind, box)) == sorted(expected(plain(1), plain(2)))
    assert not list(tmp_path.rglob(f"{TEMPORARY}*"))


@pytest.mark.parametrize("where", ["parent", "box"])
def test_a_box_that_cannot_be_is_an_error_with_its_path(kind, tmp_path, where):
    """A file stands where a folder has to be, or a folder where a file."""
    box = tmp_path / "in" / "box"
    if where == "parent":
        (tmp_path / "in").write_bytes(b"")
    elif kind.name == "mbox":
        box.mkdir(parents=True)
    else:
        box.parent.mkdir()
        box.write_bytes(b"")
    with pytest.raises(OutputError) as caught:
        deliver(kind.make(box), made(1))
    assert str(box) in caught.value.place
    assert "move" in caught.value.message
    assert not list(tmp_path.rglob(f"{TEMPORARY}*"))


def test_what_was_taken_before_a_failure_is_noted_and_the_rest_given_back(kind, tmp_path):
    """The second message of a folder is in the way of itself; an mbox is written as one."""
    if kind.name == "mbox":
        pytest.skip("an mbox takes all or nothing")
    box = tmp_path / "box"
    blocked = box / (f"{made(2).name}.eml" if kind.name == "eml" else f"tmp/{TEMPORARY}{short_hash(made(2).name, 16)}")
    blocked.mkdir(parents=True)
    line = Line([made(1), made(2), made(3)])
    with pytest.raises(OutputError):
        kind.make(box).deliver(line, lambda: False)
    assert [each.delivery for each in line.attempts] == [1]
    assert [each for each in line.done if isinstance(each, Returned)] == [Returned(2), Returned(3)]
    blocked.rmdir()
    assert deliver(kind.make(box), made(1), made(2), made(3)).new == [False, True, True]


def test_an_eml_file_has_the_bytes_of_the_wire(tmp_path):
    (accepted,) = deliver(EmlFolder(tmp_path, "file:out"), made(1)).attempts
    assert accepted.place == str(tmp_path / f"{made(1).name}.eml")
    assert (tmp_path / f"{made(1).name}.eml").read_bytes() == made(1).message


def test_a_message_read_and_filed_by_a_mail_reader_is_known_again(tmp_path):
    deliver(Maildir(tmp_path, "file:box"), made(1), made(2))
    for number, flags in ((1, ":2,S"), (2, ":2,RS")):
        (tmp_path / "new" / made(number).name).rename(tmp_path / "cur" / f"{made(number).name}{flags}")
    line = deliver(Maildir(tmp_path, "file:box"), made(1), made(2))
    assert line.new == [False, False]
    assert line.attempts[0].place == str(tmp_path / "cur" / f"{made(1).name}:2,S")
    assert not list((tmp_path / "new").iterdir())


def test_a_maildir_is_one_for_other_programs(tmp_path):
    deliver(Maildir(tmp_path / "box", "file:box"), made(1))
    assert sorted(path.name for path in (tmp_path / "box").iterdir()) == ["cur", "new", "tmp"]
    assert not list((tmp_path / "box" / "tmp").iterdir())


def test_an_mbox_of_other_programs_is_appended_to(tmp_path):
    """One that ends without an empty line would swallow the next message."""
    box = tmp_path / "box"
    for end in (b"", b"\n", b"\n\n"):
        box.write_bytes(b"From bob@example.org Mon Mar  2 07:00:00 2026\nSubject: Old\n\nOld text" + end)
        deliver(Mbox(box, "file:box"), made(1))
        old, new = read_mbox(box)
        assert old.rstrip() == b"Subject: Old\n\nOld text"
        assert new == expected(made(1))[0]


def test_an_mbox_is_separated_by_lines_with_sender_and_date(tmp_path):
    deliver(Mbox(tmp_path / "box", "file:box"), made(1))
    first = (tmp_path / "box").read_bytes().split(b"\n")[0]
    assert first == b"From desk@example.org Mon Mar  2 07:00:00 2026"


def test_an_mbox_whose_messages_talk_about_a_message_id_takes_that_message(tmp_path):
    talk = made(1, f"\nMessage-ID: {made(2).message_id}\n")
    deliver(Mbox(tmp_path / "box", "file:box"), talk)
    assert deliver(Mbox(tmp_path / "box", "file:box"), talk, made(2)).new == [False, True]


def test_an_mbox_that_cannot_be_written_keeps_what_it_has(tmp_path):
    box = tmp_path / "box"
    deliver(Mbox(box, "file:box"), made(1))
    before = box.read_bytes()
    code = (
        "import pathlib, resource, signal, sys\n"
        "from digest.core.errors import OutputError\n"
        "from digest.core.envelope import Envelope\n"
        "from digest.delivery.files import Mbox\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "text = b'Subject: x\\r\\n\\r\\n' + b'x\\r\\n' * 9000\n"
        "big = Envelope.whole('a@b.example', 'c@d.example', '<2@b.example>', 'n', text)\n"
        "from digest.core.outbox import Outgoing\n"
        "class Line:\n"
        "    def __init__(self, one): self.left = [Outgoing(1, one)]\n"
        "    def take(self, count): taken, self.left = self.left, []; return taken\n"
        "    def commit(self, done, going): return going\n"
        "try: Mbox(pathlib.Path(sys.argv[1]), 'file:box').deliver(Line(big), lambda: False)\n"
        "except OutputError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(box)], capture_output=True, text=True, check=False)
    assert done.stdout.startswith(f"{box}: cannot be written (File too large)"), done.stderr
    assert box.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["box"]


def test_two_processes_into_one_mbox_lose_nothing(tmp_path):
    box = tmp_path / "box"
    code = (
        "import pathlib, sys\n"
        "from digest.core.envelope import Envelope\n"
        "from digest.delivery.files import Mbox\n"
        "from digest.core.outbox import Outgoing\n"
        "class Line:\n"
        "    def __init__(self, one): self.left = [Outgoing(1, one)]\n"
        "    def take(self, count): taken, self.left = self.left, []; return taken\n"
        "    def commit(self, done, going): return going\n"
        "for n in range(20):\n"
        "    id = f'<{sys.argv[2]}{n}@b.example>'\n"
        "    text = f'Message-ID: {id}\\r\\n\\r\\nx\\r\\n'.encode()\n"
        "    one = Envelope.whole('a@b.example', 'c@d.example', id, 'n', text)\n"
        "    Mbox(pathlib.Path(sys.argv[1]), 'file:box').deliver(Line(one), lambda: False)\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(box), who]) for who in "xy"]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert len(read_mbox(box)) == 40


def test_only_folders_are_made_again_when_somebody_removed_what_they_hold(tmp_path):
    assert EmlFolder(tmp_path, "a").rebuilt
    assert not Maildir(tmp_path, "a").rebuilt
    assert not Mbox(tmp_path, "a").rebuilt


@pytest.mark.parametrize("make", [EmlFolder, Maildir, Mbox])
def test_file_sinks_are_repeatable_and_near(make, tmp_path):
    sink = make(tmp_path, "a")
    assert (sink.repeatable, sink.remote) == (True, False)


def test_what_somebody_removed_of_a_folder_is_made_again(tmp_path):
    sink = EmlFolder(tmp_path, "a")
    deliver(sink, made(1), made(2))
    (tmp_path / f"{made(2).name}.eml").unlink()
    paths = [str(tmp_path / f"{made(number).name}.eml") for number in (1, 2)]
    assert list(sink.rebuild([made(1), made(2)])) == [(paths[0], False), (paths[1], True)]
    assert read_eml(tmp_path) == expected(made(1), made(2))


@pytest.mark.parametrize("make", [Maildir, Mbox])
def test_a_mailbox_is_not_made_again(make, tmp_path):
    assert list(make(tmp_path / "box", "a").rebuild([made(1)])) == []
    assert not (tmp_path / "box").exists()
