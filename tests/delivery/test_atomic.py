"""Files written whole or not at all, whatever happens to the one who writes."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from digest.core.errors import OutputError
from digest.delivery import atomic
from digest.delivery.atomic import TEMPORARY, Pages, make_folder, output_error, update, write

AS_ROOT = os.geteuid() == 0
SCRATCH = 64 * 1024


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=False
    )


def test_a_file_is_written_with_its_folders_and_nothing_else(tmp_path):
    path = tmp_path / "a" / "b" / "page.html"
    assert write(path, b"one") is True
    assert path.read_bytes() == b"one"
    assert names(path.parent) == ["page.html"]


def test_the_same_bytes_again_do_not_touch_the_file(tmp_path):
    path = tmp_path / "page.html"
    write(path, b"one")
    before = path.stat()
    assert write(path, b"one") is False
    after = path.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert write(path, b"two") is True
    assert path.read_bytes() == b"two"


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o027, 0o640), (0o002, 0o664)])
def test_the_mode_follows_the_umask(tmp_path, umask, mode):
    before = os.umask(umask)
    try:
        write(tmp_path / "page.html", b"one")
    finally:
        os.umask(before)
    assert (tmp_path / "page.html").stat().st_mode & 0o777 == mode


def test_pages_are_put_below_their_root(tmp_path):
    pages = Pages(tmp_path / "out")
    assert not pages.has("weekly/index.html")
    assert pages.put("weekly/index.html", b"one")
    assert pages.has("weekly/index.html")
    assert (tmp_path / "out" / "weekly" / "index.html").read_bytes() == b"one"


def test_update_makes_the_new_content_from_the_old(tmp_path):
    path = tmp_path / "box"
    assert update(path, lambda before: before + b"a") is True
    assert update(path, lambda before: before + b"b") is True
    assert update(path, lambda before: before) is False
    assert path.read_bytes() == b"ab"
    assert names(tmp_path) == ["box"]


def test_what_a_killed_writer_left_is_taken_over_by_the_next_write_of_the_file(tmp_path):
    path = tmp_path / "page.html"
    code = (
        "import os, signal, sys, pathlib; from digest.delivery import atomic\n"
        "os.fsync = lambda _file: os.kill(os.getpid(), signal.SIGKILL)\n"
        "atomic.write(pathlib.Path(sys.argv[1]), b'a long content that never gets its name')\n"
    )
    assert run(code, path).returncode == -signal.SIGKILL
    (left,) = names(tmp_path)
    assert left.startswith(TEMPORARY)
    write(path, b"short")
    assert names(tmp_path) == ["page.html"]
    assert path.read_bytes() == b"short"


def test_a_killed_writer_leaves_every_file_whole(tmp_path):
    """SIGKILL at moments that differ from round to round: each file is old or new, never half."""
    code = (
        "import itertools, pathlib, sys; from digest.delivery.atomic import write\n"
        "root = pathlib.Path(sys.argv[1])\n"
        "print('started', flush=True)\n"
        "for number in itertools.count():\n"
        "    for name in 'abc': write(root / name, bytes([65 + number % 26]) * 50_000)\n"
    )
    for round_ in range(8):
        with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.003 + 0.007 * round_)
            writer.kill()
        for name in "abc":
            if (path := tmp_path / name).exists():
                content = path.read_bytes()
                assert len(content) == 50_000
                assert len(set(content)) == 1
    for name in "abc":
        write(tmp_path / name, b"done")
    assert names(tmp_path) == ["a", "b", "c"]


def test_two_writers_of_one_file_do_not_mix(tmp_path):
    """Each appends what the other must not lose; without the lock one would write over the other's line."""
    path = tmp_path / "box"
    code = (
        "import pathlib, sys; from digest.delivery.atomic import update\n"
        "path, who = pathlib.Path(sys.argv[1]), sys.argv[2]\n"
        "for number in range(40): update(path, lambda before: before + f'{who}{number}\\n'.encode())\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(path), who]) for who in "xy"]
    assert [writer.wait() for writer in writers] == [0, 0]
    lines = path.read_text().split()
    assert sorted(lines) == sorted(f"{who}{number}" for who in "xy" for number in range(40))
    assert names(tmp_path) == ["box"]


def test_a_writer_that_waited_does_not_write_into_the_finished_file(tmp_path):
    """Whoever waits for the temporary wakes up holding the file it has become: it must begin anew."""
    path = tmp_path / "page.html"
    inside, waiting = threading.Event(), threading.Event()

    def slow(_before: bytes) -> bytes:
        inside.set()
        waiting.wait(10)
        return b"first"

    def second(before: bytes) -> bytes:
        assert before == b"first"
        with path.open("rb") as file:
            assert file.read() == b"first"
        return b"second"

    one = threading.Thread(target=update, args=(path, slow))
    one.start()
    inside.wait(10)
    two = threading.Thread(target=lambda: results.append(update(path, second)))
    results: list[bool] = []
    two.start()
    waiting.set()
    one.join(10)
    two.join(10)
    assert results == [True]
    assert path.read_bytes() == b"second"
    assert names(tmp_path) == ["page.html"]


def test_a_limit_on_the_size_of_files_is_an_error_that_says_so_and_changes_nothing(tmp_path):
    """A write that really fails half way, by RLIMIT_FSIZE in a process of its own."""
    path = tmp_path / "page.html"
    write(path, b"old")
    code = (
        "import pathlib, resource, signal, sys\n"
        "from digest.core.errors import OutputError\n"
        "from digest.delivery.atomic import write\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({SCRATCH}, {SCRATCH}))\n"
        "try: write(pathlib.Path(sys.argv[1]), b'x' * 1_000_000)\n"
        "except OutputError as error: print(error)\n"
    )
    done = run(code, path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{path}: cannot be written (File too large): ")
    assert "ulimit -f" in done.stdout
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["page.html"]


def test_a_full_disk_is_an_error_that_says_so_and_changes_nothing(tmp_path, monkeypatch):
    """A full disk shows at the write or, where space is given late, at the fsync.

    Filling one takes a mount, which tests may not; so fsync answers as it does there.
    """
    path = tmp_path / "page.html"
    write(path, b"old")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(OutputError) as caught:
        write(path, b"new")
    assert (
        str(caught.value)
        == f"{path}: cannot be written (No space left on device): the disk is full: make room and run again"
    )
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["page.html"]


@pytest.mark.skipif(AS_ROOT, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to_is_named(tmp_path):
    (tmp_path / "page.html").write_bytes(b"old")
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(OutputError, match="may not write there") as caught:
            write(tmp_path / "page.html", b"new")
    finally:
        tmp_path.chmod(0o755)
    assert caught.value.place == str(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_bytes() == b"old"


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.EACCES, "this user may not write there"),
        (errno.EROFS, "read-only file system"),
        (errno.EDQUOT, "the disk quota is used up"),
        (errno.EIO, "check the folder and run again"),
    ],
)
def test_each_failure_says_what_to_do(number, advice):
    error = output_error(Path("out/page.html"), OSError(number, os.strerror(number)))
    assert str(error).startswith(f"out/page.html: cannot be written ({os.strerror(number)}): ")
    assert advice in error.message


def test_a_file_in_place_of_a_folder_is_named(tmp_path):
    (tmp_path / "out").write_bytes(b"")
    with pytest.raises(OutputError, match="one of its parent folders is a file"):
        write(tmp_path / "out" / "weekly" / "page.html", b"new")
    with pytest.raises(OutputError, match="one of its parent folders is a file"):
        write(tmp_path / "out" / "page.html", b"new")


def test_a_folder_in_place_of_a_file_is_named_and_leaves_nothing(tmp_path):
    (tmp_path / "page.html").mkdir()
    with pytest.raises(OutputError, match="there is a folder of that name"):
        write(tmp_path / "page.html", b"new")
    assert names(tmp_path) == ["page.html"]


def test_a_link_planted_under_the_temporarys_name_is_not_followed(tmp_path):
    path, victim = tmp_path / "out" / "page.html", tmp_path / "victim"
    victim.write_bytes(b"untouched")
    path.parent.mkdir()
    (path.parent / f"{TEMPORARY}{atomic.short_hash(path.name, 16)}").symlink_to(victim)
    with pytest.raises(OutputError):
        write(path, b"new")
    assert victim.read_bytes() == b"untouched"


def test_an_interrupt_leaves_the_old_file_and_no_temporary(tmp_path):
    path = tmp_path / "page.html"
    write(path, b"old")

    def interrupted(_before: bytes) -> bytes:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        update(path, interrupted)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["page.html"]


def test_file_and_folder_are_made_durable_in_order(tmp_path, monkeypatch):
    """The content before its name, the name before the answer; new folders too."""
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("no /proc to see by what is synced")
    seen: list[str] = []
    real_sync, real_replace = os.fsync, type(tmp_path).replace

    def sync(descriptor: int) -> None:
        seen.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real_sync(descriptor)

    def replace(self: Path, target: Path) -> Path:
        seen.append("rename")
        return real_replace(self, target)

    monkeypatch.setattr(atomic.os, "fsync", sync)
    monkeypatch.setattr(type(tmp_path), "replace", replace)
    write(tmp_path / "out" / "page.html", b"new")
    temporary = str(tmp_path / "out" / f"{TEMPORARY}{atomic.short_hash('page.html', 16)}")
    assert seen == [str(tmp_path), temporary, "rename", str(tmp_path / "out")]


def test_a_file_system_without_fsync_of_folders_will_do(tmp_path, monkeypatch):
    real_sync = os.fsync

    def sync(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").is_dir():
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        real_sync(descriptor)

    monkeypatch.setattr(atomic.os, "fsync", sync)
    make_folder(tmp_path / "a" / "b")
    write(tmp_path / "a" / "b" / "page.html", b"new")
    assert (tmp_path / "a" / "b" / "page.html").read_bytes() == b"new"
