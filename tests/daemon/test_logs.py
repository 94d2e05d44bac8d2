"""Events become one line each, whatever they carry and whatever becomes of the stream."""

from __future__ import annotations

import io
import json
import logging
import os
import pty
import subprocess
import sys
import warnings
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.daemon.logs import LineHandler, choose_form, configure, event

SLOT = datetime(2026, 3, 2, 8, tzinfo=timezone(timedelta(hours=1)))


class Odd:
    def __str__(self):
        raise RuntimeError("no")


@pytest.fixture(autouse=True)
def _logging_as_it_was():
    root, ours = logging.getLogger(), logging.getLogger("digest")
    before = root.level, ours.level
    yield
    for handler in list(root.handlers):
        if isinstance(handler, LineHandler):
            root.removeHandler(handler)
    root.setLevel(before[0])
    ours.setLevel(before[1])
    logging.captureWarnings(capture=False)


def said(form, *args, **fields):
    stream = io.StringIO()
    configure(stream, form=form)
    event(*args, **fields)
    text = stream.getvalue()
    assert len(text.splitlines()) == 1
    assert text.endswith("\n")
    return json.loads(text, parse_constant=pytest.fail) if form == "json" else text.rstrip("\n").partition(" ")[2]


def test_text_names_newsletter_and_slot_and_quotes_what_needs_it():
    line = said(
        "text", "composed", newsletter="weekly", slot=SLOT, stories=17, title='Say "hi"\nnow', none=None, ok=True
    )
    assert line == r'composed weekly 2026-03-02T0700Z stories=17 title="Say \"hi\"\nnow" ok=true'


def test_text_says_the_edition_once_and_a_level_that_is_not_info():
    line = said(
        "text", "late", level=logging.WARNING, newsletter="weekly", slot=SLOT, edition="2026-03-02T0700Z", empty=""
    )
    assert line == 'WARNING late weekly 2026-03-02T0700Z empty=""'
    assert said("text", "weekly", newsletter="weekly") == "weekly weekly"


def test_text_stamps_the_second_in_utc():
    stream = io.StringIO()
    configure(stream, form="text")
    event("started")
    stamp = stream.getvalue().split()[0]
    assert abs(datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) - datetime.now(UTC)).days == 0


def test_json_has_its_fields_in_order():
    line = said(
        "json", "composed", newsletter="weekly", slot=SLOT, edition="e", stories=17, at=SLOT, took=timedelta(0, 2)
    )
    assert list(line) == ["time", "level", "event", "newsletter", "slot", "edition", "stories", "at", "took"]
    assert (line["level"], line["slot"], line["took"]) == ("info", "2026-03-02T07:00:00Z", 2.0)
    assert datetime.fromisoformat(line["time"]).tzinfo is not None
    assert len(line["time"]) == len("2026-03-02T07:00:03.120Z")


def test_an_error_comes_with_its_type_and_in_json_its_traceback():
    with pytest.raises(KeyError) as caught:
        {}["lost"]
    line = said("json", "failed", error=caught.value)
    assert said("text", "failed", error=caught.value) == "failed error=\"KeyError: 'lost'\""
    assert line["error"] == "KeyError: 'lost'"
    assert "test_logs.py" in line["traceback"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_odd_values_are_said_somehow(form):
    loop = {}
    loop["self"] = [loop]
    values = {
        "odd": Odd(),
        "nan": float("nan"),
        "huge": 10**5000,
        "late": datetime.max.replace(tzinfo=UTC),
        "loop": loop,
    }
    for key, value in values.items():
        assert key in said(form, "x", **{key: value})
    assert "unsaid" in said(form, "x", late=datetime.min.replace(tzinfo=timezone(timedelta(hours=5))))
    assert "that cannot be said" in str(said(form, "x", error=ValueError(Odd())))
    assert len(str(said(form, "x", long="y" * 100_000))) < 5_000


def test_a_field_named_like_one_of_the_line_s_own_does_not_replace_it():
    line = said("json", "x", time=1, name="n", event=2)
    assert (line["event"], line["time_"], line["event_"], line["name"]) == ("x", 1, 2, "n")


@given(st.text(), st.text())
def test_any_text_stays_on_one_line_and_survives_json(name, value):
    said("text", name, value=value)
    line = said("json", name, value=value)
    assert (line["event"], line["value"]) == (name, value)


def test_others_are_heard_from_warnings_up():
    logging.getLogger().handlers.clear()  # pytest's mind a message that does not fit its arguments
    stream = io.StringIO()
    configure(stream, form="json")
    logging.getLogger("apscheduler.x").info("no")
    logging.getLogger("apscheduler.x").warning("run %s", "late")
    logging.getLogger("alembic").error("does not fit %d", "x")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", UserWarning, stacklevel=1)
    logging.getLogger("alembic").error("broke", exc_info=OSError("disk"))
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["logger"] for line in lines] == ["apscheduler.x", "alembic", "py.warnings", "alembic"]
    assert [line["message"] for line in lines[:2]] == ["run late", "does not fit %d"]
    assert lines[3]["error"] == "OSError: disk"


def test_configured_again_it_speaks_once_and_at_the_new_level():
    first, second = io.StringIO(), io.StringIO()
    configure(first, form="text")
    configure(second, form="text", level=logging.WARNING)
    event("quiet")
    event("loud", level=logging.ERROR)
    assert first.getvalue() == ""
    assert second.getvalue().count("\n") == 1


def test_a_full_disk_loses_lines_and_nothing_else():
    with Path("/dev/full").open("w") as full:
        configure(full, form="json")
        for _ in range(1000):
            event("x", text="y" * 100)
    # Closing it raises nothing either: no line is left in its buffer.


@pytest.fixture
def narrow_pipe():
    """A pipe that takes what fits and refuses the rest."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with os.fdopen(writing, "w") as stream, os.fdopen(reading, "rb", buffering=0) as reader:
        yield stream, reader


def test_a_stream_that_comes_back_tells_how_much_was_lost(narrow_pipe):
    stream, reader = narrow_pipe
    configure(stream, form="json")
    with suppress(BlockingIOError):
        while True:
            os.write(stream.fileno(), b".")
    event("lost")
    event("lost too")
    reader.read(1 << 20)
    event("back")
    lines = [json.loads(line) for line in reader.read(1 << 20).splitlines()]
    assert [line["event"] for line in lines] == ["log_lines_lost", "back"]
    assert (lines[0]["count"], lines[0]["level"]) == (2, "warning")


def test_after_a_line_cut_short_the_next_one_starts_anew(narrow_pipe):
    stream, reader = narrow_pipe
    configure(stream, form="json")
    with suppress(BlockingIOError):
        while True:
            os.write(stream.fileno(), b"." * 4096)
    page = os.sysconf("SC_PAGE_SIZE")
    reader.read(page)
    event("long", fields=["y" * 4000] * (page // 1000))
    cut = reader.read(1 << 20)
    event("back")
    lines = (cut + reader.read(1 << 20)).splitlines()
    assert cut.endswith(b"y")
    assert [json.loads(line)["event"] for line in lines[-2:]] == ["log_lines_lost", "back"]


PROGRAM = """
import os, sys
from digest.daemon.logs import configure, event
configure(sys.stderr, form="json")
{before}
for _ in range(100):
    event("x", text="y" * 1000)
sys.exit(7)
"""


@pytest.mark.parametrize("before", ["", "sys.stderr.close()", "os.close(2)"])
def test_a_broken_pipe_or_closed_stream_changes_nothing_of_the_program(before):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([sys.executable, "-c", PROGRAM.format(before=before)], stderr=writing, check=False)
    os.close(writing)
    assert done.returncode == 7


def test_the_form_is_text_only_where_a_person_watches():
    leader, follower = pty.openpty()
    with os.fdopen(follower, "w") as terminal:
        assert choose_form(terminal, {}) == "text"
        assert choose_form(terminal, {"INVOCATION_ID": "1", "SYSTEMD_EXEC_PID": "1"}) == "text"  # a desktop's shell
        assert choose_form(terminal, {"SYSTEMD_EXEC_PID": str(os.getpid())}) == "json"
        assert choose_form(terminal, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}) == "json"
    os.close(leader)
    assert choose_form(terminal, {}) == "json"
    assert choose_form(io.StringIO(), {}) == "json"
