"""The contract of a sink, over each that writes files; and what is particular to each."""

from __future__ import annotations

import mailbox
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from digest.core.errors import OutputError
from digest.core.ports import Envelope
from digest.core.text import short_hash
from digest.delivery.atomic import TEMPORARY
from digest.delivery.files import EmlFolder, Maildir, Mbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from digest.core.ports import Sink


def made(number: int, body: str = "Hello.\n") -> Envelope:
    head = (
        f"From: desk@example.org\r\nTo: ann{number}@example.org\r\nSubject: Edition\r\n"
        f"Date: Mon, 02 Mar 2026 07:00:00 +0000\r\nMessage-ID: <weekly.{number}@example.org>\r\n\r\n"
    )
    return Envelope(
        sender="desk@example.org",
        recipient=f"ann{number}@example.org",
        message_id=f"<weekly.{number}@example.org>",
        name=f"weekly-2026-03-02T0700Z-{number:012d}",
        message=(head + body.replace("\n", "\r\n")).encode(),
    )


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
    accepted = list(kind.make(tmp_path / "box").deliver(three))
    assert [each.envelope for each in accepted] == three
    assert all(each.new for each in accepted)
    assert all(each.reply.startswith(str(tmp_path / "box")) for each in accepted)
    assert sorted(held(kind, tmp_path / "box")) == sorted(expected(*three))


def test_delivering_again_changes_nothing(kind, tmp_path):
    two = [made(1), made(2)]
    list(kind.make(tmp_path / "box").deliver(two))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    again = list(kind.make(tmp_path / "box").deliver(two))
    assert [(each.envelope, each.new) for each in again] == [(two[0], False), (two[1], False)]
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before


def test_what_is_missing_is_added_and_only_that(kind, tmp_path):
    list(kind.make(tmp_path / "box").deliver([made(2)]))
    accepted = list(kind.make(tmp_path / "box").deliver([made(1), made(2), made(3)]))
    assert [each.new for each in accepted] == [True, False, True]
    assert sorted(held(kind, tmp_path / "box")) == sorted(expected(made(1), made(2), made(3)))


def test_nothing_to_deliver_is_nothing(kind, tmp_path):
    assert list(kind.make(tmp_path / "box").deliver([])) == []


@pytest.mark.parametrize("body", HARD_BODIES)
def test_hard_bodies_come_back_as_they_were(kind, tmp_path, body):
    hard = [made(1, body), made(2), made(3, body)]
    list(kind.make(tmp_path / "box").deliver(hard))
    assert [each.new for each in kind.make(tmp_path / "box").deliver(hard)] == [False] * 3
    assert sorted(held(kind, tmp_path / "box")) == sorted(expected(*hard))


def test_files_may_be_read_as_the_umask_says(kind, tmp_path):
    before = os.umask(0o022)
    try:
        list(kind.make(tmp_path / "box").deliver([made(1)]))
    finally:
        os.umask(before)
    modes = {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_file()}
    assert modes == {0o644}


def test_a_killed_delivery_is_finished_by_the_next_and_leaves_nothing_behind(kind, tmp_path):
    """Killed in the middle of the second message, or, where all go in one write, of all."""
    code = (
        "import os, pathlib, signal, sys\n"
        "from digest.core.ports import Envelope\n"
        "from digest.delivery import atomic, files\n"
        "kind, path = sys.argv[1], pathlib.Path(sys.argv[2])\n"
        "make = {'eml': files.EmlFolder, 'maildir': files.Maildir, 'mbox': files.Mbox}[kind]\n"
        "def envelope(n):\n"
        "    text = f'Message-ID: <weekly.{n}@example.org>\\r\\n\\r\\nHello {n}.\\r\\n'.encode()\n"
        "    id, name = f'<weekly.{n}@example.org>', f'weekly-2026-03-02T0700Z-{n:012d}'\n"
        "    return Envelope('desk@example.org', f'ann{n}@example.org', id, name, text)\n"
        "delivery = make(path, 'file:box').deliver([envelope(1), envelope(2)])\n"
        "if kind != 'mbox': next(delivery)\n"
        "os.fsync = lambda _file: os.kill(os.getpid(), signal.SIGKILL)\n"
        "next(delivery)\n"
    )
    (tmp_path / "in").mkdir()
    box = tmp_path / "in" / "box"
    done = subprocess.run([sys.executable, "-c", code, kind.name, str(box)], check=False)
    assert done.returncode == -signal.SIGKILL

    def plain(number: int) -> Envelope:
        head = f"Message-ID: <weekly.{number}@example.org>\r\n\r\nHello {number}.\r\n"
        seed = made(number)
        return Envelope(seed.sender, seed.recipient, seed.message_id, seed.name, head.encode())

    accepted = list(kind.make(box).deliver([plain(1), plain(2)]))
    assert [each.new for each in accepted] == [kind.name == "mbox", True]
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
        list(kind.make(box).deliver([made(1)]))
    assert str(box) in caught.value.place
    assert "move" in caught.value.message
    assert not list(tmp_path.rglob(f"{TEMPORARY}*"))


def test_what_was_yielded_before_a_failure_was_taken(kind, tmp_path):
    """The second message of a folder is in the way of itself; an mbox is written as one."""
    if kind.name == "mbox":
        pytest.skip("an mbox takes all or nothing")
    box = tmp_path / "box"
    blocked = box / (f"{made(2).name}.eml" if kind.name == "eml" else f"tmp/{TEMPORARY}{short_hash(made(2).name, 16)}")
    blocked.mkdir(parents=True)
    delivery = kind.make(box).deliver([made(1), made(2)])
    assert next(delivery).envelope == made(1)
    with pytest.raises(OutputError):
        next(delivery)
    blocked.rmdir()
    assert [each.new for each in kind.make(box).deliver([made(1), made(2)])] == [False, True]


def test_an_eml_file_has_the_bytes_of_the_wire(tmp_path):
    (accepted,) = EmlFolder(tmp_path, "file:out").deliver([made(1)])
    assert accepted.reply == str(tmp_path / f"{made(1).name}.eml")
    assert (tmp_path / f"{made(1).name}.eml").read_bytes() == made(1).message


def test_a_message_read_and_filed_by_a_mail_reader_is_known_again(tmp_path):
    list(Maildir(tmp_path, "file:box").deliver([made(1), made(2)]))
    for number, flags in ((1, ":2,S"), (2, ":2,RS")):
        (tmp_path / "new" / made(number).name).rename(tmp_path / "cur" / f"{made(number).name}{flags}")
    accepted = list(Maildir(tmp_path, "file:box").deliver([made(1), made(2)]))
    assert [each.new for each in accepted] == [False, False]
    assert accepted[0].reply == str(tmp_path / "cur" / f"{made(1).name}:2,S")
    assert not list((tmp_path / "new").iterdir())


def test_a_maildir_is_one_for_other_programs(tmp_path):
    list(Maildir(tmp_path / "box", "file:box").deliver([made(1)]))
    assert sorted(path.name for path in (tmp_path / "box").iterdir()) == ["cur", "new", "tmp"]
    assert not list((tmp_path / "box" / "tmp").iterdir())


def test_an_mbox_of_other_programs_is_appended_to(tmp_path):
    """One that ends without an empty line would swallow the next message."""
    box = tmp_path / "box"
    for end in (b"", b"\n", b"\n\n"):
        box.write_bytes(b"From bob@example.org Mon Mar  2 07:00:00 2026\nSubject: Old\n\nOld text" + end)
        list(Mbox(box, "file:box").deliver([made(1)]))
        old, new = read_mbox(box)
        assert old.rstrip() == b"Subject: Old\n\nOld text"
        assert new == expected(made(1))[0]


def test_an_mbox_is_separated_by_lines_with_sender_and_date(tmp_path):
    list(Mbox(tmp_path / "box", "file:box").deliver([made(1)]))
    first = (tmp_path / "box").read_bytes().split(b"\n")[0]
    assert first == b"From desk@example.org Mon Mar  2 07:00:00 2026"


def test_an_mbox_whose_messages_talk_about_a_message_id_takes_that_message(tmp_path):
    talk = made(1, f"\nMessage-ID: {made(2).message_id}\n")
    list(Mbox(tmp_path / "box", "file:box").deliver([talk]))
    assert [each.new for each in Mbox(tmp_path / "box", "file:box").deliver([talk, made(2)])] == [False, True]


def test_an_mbox_that_cannot_be_written_keeps_what_it_has(tmp_path):
    box = tmp_path / "box"
    list(Mbox(box, "file:box").deliver([made(1)]))
    before = box.read_bytes()
    code = (
        "import pathlib, resource, signal, sys\n"
        "from digest.core.errors import OutputError\n"
        "from digest.core.ports import Envelope\n"
        "from digest.delivery.files import Mbox\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "text = b'Subject: x\\r\\n\\r\\n' + b'x\\r\\n' * 9000\n"
        "big = Envelope('a@b.example', 'c@d.example', '<2@b.example>', 'n', text)\n"
        "try: list(Mbox(pathlib.Path(sys.argv[1]), 'file:box').deliver([big]))\n"
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
        "from digest.core.ports import Envelope\n"
        "from digest.delivery.files import Mbox\n"
        "for n in range(20):\n"
        "    id = f'<{sys.argv[2]}{n}@b.example>'\n"
        "    text = f'Message-ID: {id}\\r\\n\\r\\nx\\r\\n'.encode()\n"
        "    one = Envelope('a@b.example', 'c@d.example', id, 'n', text)\n"
        "    list(Mbox(pathlib.Path(sys.argv[1]), 'file:box').deliver([one]))\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(box), who]) for who in "xy"]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert len(read_mbox(box)) == 40


def test_only_folders_are_made_again_when_somebody_removed_what_they_hold(tmp_path):
    assert EmlFolder(tmp_path, "a").rebuilt
    assert not Maildir(tmp_path, "a").rebuilt
    assert not Mbox(tmp_path, "a").rebuilt
