"""Bad input and bad luck, by name: a clear message with its place, nothing lost, no traceback."""

from __future__ import annotations

import os
import random
import resource
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.app import Newsroom
from digest.core.outbox import Settled
from digest.delivery.smtp.settings import Deadlines

AT = "2026-03-02T12:00:00Z"


def test_every_mistake_of_the_configuration_at_once(room):
    room.write("config.yaml", "sight: {}\nnewsletters:\n  weekly: {title: A, timezone: Mars, schedule: '0 8 * *'}\n")
    result = room.run("run", "weekly")
    assert result.code == 2
    assert len(result.err.splitlines()) == 3
    assert "config.yaml:1 sight" in result.err
    assert "config.yaml:3 newsletters.weekly.timezone" in result.err
    assert "config.yaml:3 newsletters.weekly.schedule" in result.err


def test_no_configuration(room):
    (room.root / "config.yaml").unlink()
    result = room.run("run", "weekly")
    assert result.code == 2
    assert "digest init" in result.err


@pytest.mark.parametrize(
    ("name", "text", "place", "said"),
    [
        ("story.html", "line one\n{% if %}\n", "templates/story.html:2", ""),
        ("story.html", "{{ storey.title }}", "templates/story.html:1", "storey"),
        ("_story_card.html", "\n{{ story.headline }}", "templates/_story_card.html:2", "headline"),
        (
            "text.txt",
            "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}",
            "templates/text.txt:1",
            "does not end",
        ),
        ("edition.html", "{% include 'nowhere.html' %}", "templates/edition.html:1", "nowhere.html"),
        ("email.html", "{{ ''.__class__.__mro__ }}", "templates/email.html:1", ""),
    ],
)
def test_a_bad_template_stops_the_edition_until_it_is_mended(room, name, text, place, said):
    template = room.write(f"templates/{name}", text)
    result = room.run("run", "weekly", "--at", AT)
    assert result.code == 1
    assert place in result.err
    assert said in result.err
    assert "Traceback" not in result.err
    assert room.run("editions", "--json").json == []
    assert not (room.root / "out").exists()
    assert room.run("check", "--at", AT).code == 1
    template.unlink()
    assert room.run("run", "weekly", "--at", AT, "--json").json["status"] == "composed"
    assert room.run("check", "--at", AT).code == 0


def test_a_template_of_the_newsroom_overrides_the_built_in_one(room):
    room.write("templates/subject.txt", "{{ newsletter.title }} said so\n")
    room.run("run", "weekly", "--at", AT)
    assert room.run("editions", "--json").json[0]["subject"] == "The Test Weekly said so"


def test_bad_articles_are_set_aside_and_the_rest_goes_on(room):
    room.write("articles/bad.md", "---\n- a list\n---\ntext\n")
    (room.root / "articles/binary.md").write_bytes(b"\x00\x01\xff" * 100)
    room.article("two/typo.md", "Embargoed", "2026-02-30", "Two", "A date that does not exist.")
    result = room.run("run", "weekly", "--at", AT, "--json")
    assert result.code == 0
    assert len(result.json["articles"]) == 3
    for place in ("articles/bad.md:", "articles/binary.md", "articles/two/typo.md:3"):
        assert place in result.err
    # An unchanged file is not read again, and what is wrong in it is still said.
    assert "articles/bad.md:" in room.run("run", "weekly", "--at", AT).err
    assert room.run("check", "--at", AT).code == 1


def test_an_empty_folder(room):
    for path in (room.root / "articles").rglob("*.md"):
        path.unlink()
    result = room.run("run", "weekly", "--at", AT, "--json")
    assert (result.code, result.json["status"]) == (0, "skipped")
    assert "holds no article" in result.err


def test_a_missing_source_fails_but_the_rest_goes_on(room):
    config = (room.root / "config.yaml").read_text()
    room.write("config.yaml", config.replace("newsletters:", "  - {type: folder, path: gone}\nnewsletters:"))
    result = room.run("run", "weekly", "--at", AT, "--json")
    assert (result.code, result.json["status"]) == (1, "composed")
    assert "there is no such folder" in result.err


def test_a_source_that_is_gone_for_a_while_withdraws_nothing(room):
    room.run("articles")
    (room.root / "articles").rename(room.root / "unmounted")
    result = room.run("run", "weekly", "--at", AT, "--json")
    assert (result.code, len(result.json["articles"])) == (1, 3)


def test_a_picture_that_vanished_is_left_out_and_named(room):
    room.write("articles/two/p.svg", '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2"/>')
    room.article("two/pic.md", "With a picture", "2026-02-27 12:00", "Two", "See it.", image="p.svg")
    room.run("articles")
    (room.root / "articles/two/p.svg").unlink()
    result = room.run("run", "weekly", "--at", AT, "--json")
    assert result.code == 0
    assert len(result.json["articles"]) == 4
    assert "articles/two/p.svg" in result.err
    assert "left out" in result.err


def test_an_output_folder_that_cannot_be_written(room):
    (room.root / "out").write_text("a file where the folder should be")
    result = room.run("run", "weekly", "--at", AT)
    assert result.code == 1
    assert str(room.root / "out") in result.err
    assert "Traceback" not in result.err
    assert room.run("check", "--at", AT).code == 1
    (room.root / "out").unlink()
    finished = room.run("run", "weekly", "--at", AT, "--json")
    assert (finished.code, finished.json["status"]) == (0, "exists")
    assert finished.json["deliveries"] == room.deliveries(planned=1, accepted=1)


def test_a_full_disk(room, other_room):
    """A limit on file size stands in for the disk: writing fails half-way, for real."""
    other_room.run("run", "weekly", "--at", AT)
    script = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from digest.cli import main\n"
        "import digest.delivery.atomic as atomic\n"
        "real = atomic.write\n"
        "def limited(path, content):\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, resource.RLIM_INFINITY))\n"
        "    try: return real(path, content)\n"
        "    finally: resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)\n"
        "atomic.write = limited\n"
        f"main(['run', 'weekly', '--at', '{AT}'])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=room.root, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "error: " in done.stderr
    assert str(room.root / "out") in done.stderr
    assert "Traceback" not in done.stderr
    assert all(content == other_room.files()[name] for name, content in room.files().items())
    assert room.run("run", "weekly", "--at", AT).code == 0
    assert room.files() == other_room.files()


def test_killed_at_any_moment(room, other_room):
    """SIGKILL at random moments: each file is whole at all times, and the next run finishes what is missing."""
    other_room.run("run", "weekly", "--at", AT)
    whole = other_room.files()
    chance = random.Random(7)
    started = time.monotonic()
    first = room.start("run", "weekly", "--at", AT)
    first.communicate(timeout=60)
    span = time.monotonic() - started
    for _ in range(5):
        for path in sorted((room.root / "out").rglob("*")):
            if path.is_file() and chance.random() < 0.5:
                path.unlink()
        if chance.random() < 0.5:
            for path in room.root.glob("digest.db*"):
                path.unlink()
        process = room.start("run", "weekly", "--at", AT)
        time.sleep(chance.uniform(0.3, 1.0) * span)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        left = {name: content for name, content in room.files().items() if "/.digest-" not in f"/{name}"}
        assert all(whole[name] == content for name, content in left.items())
    assert room.run("run", "weekly", "--at", AT).code == 0
    present = {name: content for name, content in room.files().items() if ".digest-" not in name}
    assert present == whole
    assert len(room.run("editions", "--json").json) == 1


def test_two_at_once_make_one_edition(room, other_room):
    other_room.run("run", "weekly", "--at", AT)
    processes = [room.start("run", "weekly", "--at", AT, "--json") for _ in range(4)]
    outputs = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, outputs
    assert len(room.run("editions", "--json").json) == 1
    assert room.files() == other_room.files()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_reported(room):
    path = room.article("two/secret.md", "Secret", "2026-02-27", "Two", "Hidden.")
    path.chmod(0)
    result = room.run("run", "weekly", "--at", AT)
    assert result.code == 0
    assert "articles/two/secret.md" in result.err


def test_memory_limit_is_not_needed_for_a_yaml_bomb(room):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    room.write("articles/bomb.md", "---\n" + "\n".join(lines) + "\n---\ntext\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = room.run("run", "weekly", "--at", AT)
    assert result.code == 0
    assert "articles/bomb.md" in result.err
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def with_two(room):
    config = (room.root / "config.yaml").read_text()
    room.write("config.yaml", config + "  daily: {title: Daily, timezone: UTC, schedule: '@daily'}\n")


def test_what_an_earlier_run_left_waiting_goes_out_later(room):
    """The slot of the failure is over: its message must not be lost with it."""
    room.write("out/mail", "a file where the sink's folder should be")
    failed = room.run("run", "weekly", "--at", AT)
    assert (failed.code, "cannot be written" in failed.err) == (1, True)
    (room.root / "out/mail").unlink()
    for path in (room.root / "articles").rglob("*.md"):
        path.unlink()
    # The next slot has no edition of its own.
    later = room.run("run", "weekly", "--at", "2026-03-23T12:00:00Z", "--json")
    assert (later.code, later.json["status"], later.json["files"]) == (0, "skipped", [])
    assert [path.name.startswith("weekly-2026-03-02T0700Z-") for path in (room.root / "out/mail").iterdir()] == [True]
    assert room.run("editions", "--json").json[-1]["deliveries"] == room.deliveries(planned=1, accepted=1)


def test_messages_for_a_sink_that_is_gone_are_not_forgotten(room):
    room.write("out/mail", "a file where the sink's folder should be")
    room.run("run", "weekly", "--at", AT)
    config = (room.root / "config.yaml").read_text()
    room.write("config.yaml", config + "sinks: [{path: box, format: maildir}]\n")
    result = room.run("run", "weekly", "--at", AT)
    assert result.code == 1
    assert "1 message of weekly 2026-03-02T0700Z still wait for the sink 'file:out/mail'" in result.err


def test_one_newsletter_that_fails_does_not_stop_the_others(room):
    with_two(room)
    room.write("out/weekly", "a file where the folder should be")
    result = room.run("run", "--all", "--at", AT, "--json")
    assert result.code == 1
    assert result.json["newsletter"] == "daily"
    assert str(room.root / "out/weekly") in result.err


def test_articles_of_a_source_that_was_renamed_are_the_same_ones(room):
    long = " ".join(f"word{number}" for number in range(40))
    room.article("two/long.md", "A long one", "2026-02-27 12:00", "Two", long)
    before = {each["title"]: each["key"] for each in room.run("articles", "--json").json}
    (room.root / "articles").rename(room.root / "texts")
    room.write("config.yaml", (room.root / "config.yaml").read_text().replace("path: articles", "path: texts"))
    room.write("texts/two/long.md", "---\ntitle: A long one\ndraft: true\n---\n" + long)
    result = room.run("run", "weekly", "--at", AT, "--json")
    assert "set aside" not in result.err
    assert before["A long one"] not in result.json["articles"]
    assert len(result.json["articles"]) == 3


def test_an_import_by_a_link_reads_the_file_it_leads_to(room):
    room.write("b/y.md", "---\ntitle: The right one\n---\nText.\n")
    room.write("b/x.md", "---\ntitle: The wrong one\n---\nText.\n")
    (room.root / "a").mkdir()
    (room.root / "a/x.md").symlink_to("../b/y.md")
    assert [each["title"] for each in room.run("import", str(room.root / "a/x.md"), "--json").json] == ["The right one"]
    assert room.run("import", "").code == 2


def test_folders_nested_too_deep(room):
    # By steps: a path of so many folders is longer than a call may name.
    before = os.open(".", os.O_RDONLY)
    try:
        os.chdir(room.root / "articles")
        for _ in range(600):
            Path("d").mkdir()
            os.chdir("d")
    finally:
        os.fchdir(before)
        os.close(before)
    result = room.run("run", "weekly", "--at", AT, "--json")
    assert (result.code, len(result.json["articles"])) == (0, 3)
    assert "nested deeper than 100 folders" in result.err


@pytest.mark.parametrize(
    ("key", "value"),
    [("output", "articles"), ("output", "."), ("store", "sqlite:///box"), ("output", "articles/out")],
)
def test_output_never_lies_where_articles_or_the_store_do(room, key, value):
    config = (room.root / "config.yaml").read_text() + f"{key}: {value}\nsinks: [{{path: box, format: mbox}}]\n"
    room.write("config.yaml", config)
    result = room.run("run", "weekly", "--at", AT)
    assert result.code == 2
    assert "lie" in result.err


def test_a_scripted_svg_is_not_published(room):
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    room.write("articles/two/p.svg", svg)
    room.article("two/pic.md", "With a picture", "2026-02-27 12:00", "Two", "See it.", image="p.svg")
    result = room.run("run", "weekly", "--at", AT)
    assert "SVG with scripts" in result.err
    assert not any(b"alert(1)" in content for content in room.files().values())


@pytest.mark.unmeasured
def test_a_summary_of_one_endless_word(room):
    room.article("two/word.md", "One word", "2026-02-27 12:00", "Two", "Text.", summary="w" * 200_000)
    assert room.run("run", "weekly", "--at", AT).code == 0  # it took minutes once: for each character the whole word


@pytest.mark.parametrize("ending", [">/dev/full", ">&-", "| head -1"])
def test_output_streams_that_fail(room, ending):
    room.run("articles")
    command = f"{sys.executable} -m digest articles --json {ending}"
    done = subprocess.run(["bash", "-c", command], cwd=room.root, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    if ending == ">/dev/full":
        assert done.returncode == 1
        assert "the disk that the output goes to is full" in done.stderr


def test_a_terminal_that_cannot_show_every_character(room):
    room.article("two/arabic.md", "مرحبا", "2026-02-27 08:00", "Two", "نص", language="ar")
    process = room.start("articles", PYTHONIOENCODING="latin-1")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, b"Traceback" in err) == (0, False)
    assert b"\\u0645" in out


def test_a_relay_that_cannot_be_reached_leaves_its_mail_waiting_and_says_what_to_do(room, monkeypatch):
    # The port is taken and nobody listens: whoever calls is refused. Otherwise it would be waited for a minute.
    soon = Deadlines(pause=0.01, waiting=0.05)
    monkeypatch.setattr("digest.delivery.smtp.sink.Deadlines", lambda: soon)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        relay = f"127.0.0.1:{taken.getsockname()[1]}"
        config = (room.root / "config.yaml").read_text(encoding="utf-8")
        sink = f"sinks: [{{type: smtp, host: 127.0.0.1, port: {relay.partition(':')[2]}, security: none}}]\n"
        room.write("config.yaml", config + sink)
        made = room.run("run", "weekly", "--at", AT, "--json")
        assert made.code == 1
        said = f"messages wait for smtp: {relay}: cannot be reached: Connection refused; once that is mended: "
        assert said in made.err
        assert made.err.rstrip().endswith("deliver weekly")
        assert made.json["deliveries"] == room.deliveries(planned=1, waiting=1)
        tried = room.run("deliver", "weekly")
        assert tried.code == 1
        assert f"messages wait: {relay}: cannot be reached" in tried.err
        assert "0 dealt with; of the edition 1 planned: 1 waiting" in tried.out
        sent = room.run("send", "weekly", "--to", "ann@example.org")
        assert sent.code == 1
        assert f"smtp did not take it: {relay}: cannot be reached" in sent.err
    with Newsroom.open(room.root / "config.yaml") as newsroom:
        (dispatch,) = newsroom.store.ledger.open("weekly")
        ((waiting, _),) = newsroom.store.ledger.places(dispatch.id, "waiting")
        assert waiting.attempts == 0
        put_off(newsroom.store.ledger, dispatch.id, datetime(2099, 6, 1, 12, tzinfo=UTC))
    # Nor is it forgotten when its newsletter has been taken out of config.yaml.
    room.write("config.yaml", (config + sink).replace("  weekly:", "  other:"))
    left = room.run("deliver")
    assert (left.code, left.err) == (0, "")
    assert left.out.startswith("weekly 2026-03-02T0700Z: 1 put off, tried again from ")


def put_off(ledger, dispatch, due):
    """Defer the one delivery of a dispatch."""
    now = datetime.now(UTC)
    batch = ledger.begin(dispatch, "me", now, timedelta(minutes=1))
    (claimed,) = ledger.claim(dispatch, batch, 1, now)
    ledger.commit(batch, [Settled(claimed.delivery, "deferred", "451 later", due=due)], (), now)
    ledger.end(batch, now)
