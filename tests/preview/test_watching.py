"""Watching files, and what becomes of a proof that cannot be made."""

from __future__ import annotations

import os

import pytest

from digest.core.errors import TemplateError
from digest.preview.watching import Studio, fingerprint


def test_files_are_known_by_path_size_and_time_hidden_ones_not_at_all(tmp_path):
    (tmp_path / "a").mkdir()
    file = tmp_path / "a" / "one.md"
    file.write_text("1")
    (tmp_path / "a" / ".one.md.swp").write_text("x")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "index").write_text("x")
    first = fingerprint([tmp_path, tmp_path / "not there"])
    assert list(first) == [str(file)]
    os.utime(file, ns=(0, file.stat().st_mtime_ns + 1))
    assert fingerprint([tmp_path]) != first
    assert fingerprint([file]).keys() == first.keys()


def test_a_failure_nobody_expected_is_said_and_the_next_change_tried(tmp_path, capsys):
    file = tmp_path / "a.md"
    file.write_text("1")
    errors = [ValueError("a bug"), TemplateError("a slip", place="templates/x.html:3"), ValueError("another")]

    def make():
        raise errors.pop(0)

    studio = Studio(make, [tmp_path])
    studio.look()
    assert studio.state.version == 1
    assert studio.state.mistakes[0].message == "digest itself failed: ValueError: a bug"
    assert "a bug" in capsys.readouterr().err
    studio.look()
    assert len(errors) == 2  # nothing has changed: not tried again
    file.write_text("12")
    studio.look()
    assert [str(each) for each in studio.state.mistakes] == ["templates/x.html:3: a slip"]


def test_it_can_be_stopped_before_it_was_started(tmp_path):
    studio = Studio(lambda: pytest.fail("made"), [tmp_path])
    studio.stop()
    assert studio.state.version == 0
