"""Reports out of a Maildir and from standard input: taken once durable, again after a kill, never lost."""

from __future__ import annotations

import io
import os

import pytest

from digest.bounces.incoming import drain
from digest.bounces.maildir import unread
from digest.bounces.message import LARGEST
from digest.bounces.piped import OK, TRY_AGAIN, take_piped
from digest.core.errors import MailboxError, StoreError


@pytest.fixture
def box(tmp_path):
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    for number in (2, 1, 3):
        (tmp_path / "new" / f"177244200{number}.M{number}.host").write_bytes(b"Subject: %d\n\n" % number)
    return tmp_path


def no_problem(problem):
    raise AssertionError(problem)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_all_are_taken_in_order_and_marked(box):
    taken = []
    assert drain(unread(box, no_problem), lambda raw, recipient: taken.append((raw, recipient))) == 3
    assert taken == [(b"Subject: %d\n\n" % number, None) for number in (1, 2, 3)]
    assert names(box / "new") == []
    assert names(box / "cur") == [f"177244200{number}.M{number}.host:2,S" for number in (1, 2, 3)]


def test_what_the_store_did_not_take_comes_again(box):
    taken = []

    def take(raw, recipient):
        if len(taken) == 1:
            raise StoreError("the disk is full")
        taken.append(raw)

    with pytest.raises(StoreError):
        drain(unread(box, no_problem), take)
    assert len(names(box / "new")) == 2
    drain(unread(box, no_problem), lambda raw, recipient: taken.append(raw))
    assert sorted(taken) == [b"Subject: %d\n\n" % number for number in (1, 2, 3)]


def test_a_kill_between_taking_and_marking_brings_it_again(box):
    first = next(unread(box, no_problem))
    again = next(unread(box, no_problem))
    assert (again.raw, again.place) == (first.raw, first.place)
    first.done()
    again.done()  # somebody else was faster


def test_what_is_no_file_is_reported_and_the_rest_goes_on(box):
    os.mkfifo(box / "new" / "0.pipe")
    (box / "new" / "0.folder").mkdir()
    (box / "new" / ".hidden").write_bytes(b"x")
    (box / "new" / "9.lost").symlink_to(box / "nowhere")
    problems = []
    assert len(list(unread(box, problems.append))) == 3
    assert [problem.place.rpartition("/")[2] for problem in problems] == ["0.folder", "0.pipe"]


def test_no_more_is_read_than_of_any_report(box):
    (box / "new" / "0.huge").write_bytes(b"x" * (LARGEST + 10))
    assert len(next(unread(box, no_problem)).raw) == LARGEST


def test_a_missing_maildir_is_named(tmp_path):
    with pytest.raises(MailboxError, match="is no Maildir") as caught:
        list(unread(tmp_path / "nowhere", no_problem))
    assert caught.value.place == str(tmp_path / "nowhere")


def test_a_pipe_is_taken_with_its_recipient():
    taken, failed = [], []
    raw = b"Subject: x\n\n" + b"x" * (2 * LARGEST)
    stream = io.BytesIO(raw)
    assert take_piped(stream, "bounces+7@news.example.org", lambda *each: taken.append(each), failed.append) == OK
    assert taken == [(raw[:LARGEST], "bounces+7@news.example.org")]
    assert stream.read() == b""
    assert failed == []


@pytest.mark.parametrize("error", [StoreError("the store is locked"), OSError("no space")])
def test_a_pipe_that_cannot_be_taken_is_tried_again(error):
    def take(raw, recipient):
        raise error

    failed = []
    assert take_piped(io.BytesIO(b"Subject: x\n\n"), None, take, failed.append) == TRY_AGAIN == 75
    assert failed == [str(error)]


def test_nothing_on_the_pipe_is_said():
    failed = []
    assert take_piped(io.BytesIO(b"\n"), None, no_problem, failed.append) == TRY_AGAIN
    assert "standard input" in failed[0]
