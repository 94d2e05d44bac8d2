from __future__ import annotations

import io
import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from digest.cli import main

BRIDGE = "The council of Bremen voted on Monday for a new bridge over the Weser."
COST = "The bridge will cost 40 million euros and open to trams in 2029."
CAKE = "A baker near the town hall sold cake to the crowd that morning."
TEXT = f"{BRIDGE} {COST} {CAKE}"


@pytest.fixture
def summarize(capsys, monkeypatch):
    def run(*args, stdin=""):
        data = stdin if isinstance(stdin, bytes) else stdin.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        with pytest.raises(SystemExit) as stop:
            main(["summarize", *map(str, args)])
        said = capsys.readouterr()
        return SimpleNamespace(code=stop.value.code or 0, out=said.out, err=said.err)

    return run


def test_a_text_on_standard_input(summarize):
    done = summarize("--sentences", 2, stdin=TEXT)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(BRIDGE)
    assert summarize("--words", 14, "-", stdin=TEXT).out.rstrip() in (BRIDGE, COST)


def test_files_are_read_as_articles_by_their_names(summarize, tmp_path):
    page = f"<html><head><title>Bridge</title></head><body><pre>code.</pre><p>{BRIDGE}</p><p>{CAKE}</p></body></html>"
    for name, text in {
        "a.md": f"# A bridge\n\n```\n{CAKE}\n```\n\n*{BRIDGE}*\n",
        "b.html": page,
        "c.txt": f"A bridge\n\n{BRIDGE}\n",
        "own.md": f"---\ntitle: Own\nsummary: In my words.\n---\n{TEXT}\n",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = summarize("--sentences", 1, *(tmp_path / name for name in ("a.md", "b.html", "c.txt", "own.md")))
    assert done.code == 0
    assert done.out.split("\n\n") == [BRIDGE, BRIDGE, BRIDGE, "In my words.\n"]


def test_a_file_that_cannot_be_read_does_not_stop_the_others(summarize, tmp_path):
    (tmp_path / "bad.txt").write_bytes(b"one\ntw\xff")
    (tmp_path / "good.txt").write_text(BRIDGE, encoding="utf-8")
    done = summarize(tmp_path / "none.txt", tmp_path / "bad.txt", tmp_path, tmp_path / "good.txt")
    assert (done.code, done.out) == (1, f"{BRIDGE}\n")
    assert "none.txt: cannot be read: No such file" in done.err
    assert "bad.txt:2: is no UTF-8 text: byte 0xff at line 2" in done.err
    assert done.err.count("error: ") == 3


def test_an_empty_text_is_said_to_be_so(summarize):
    done = summarize(stdin=" \n")
    assert (done.code, done.out, done.err) == (0, "\n", "standard input: there is no text to choose from\n")


def test_a_lead_is_said_to_be_one(summarize):
    text = "De gemeenteraad van Bremen heeft op maandag voor een nieuwe brug over de Wezer gestemd."
    done = summarize(stdin=text)
    assert (done.out, done.err) == (
        f"{text}\n",
        "standard input: nothing in it could be weighed, so this is its head\n",
    )


def test_lines_of_json_in_their_order(summarize):
    articles = [
        {"id": 7, "title": "A bridge", "body": TEXT},
        {"id": None, "body": ""},
        {"id": "c", "title": None, "body": BRIDGE, "language": "nl", "more": []},
    ]
    done = summarize("--jsonl", "--sentences", 3, stdin="\n\n".join(map(json.dumps, articles)))
    assert (done.code, done.err) == (0, "")
    assert [json.loads(line) for line in done.out.splitlines()] == [
        {"id": 7, "summary": [BRIDGE, COST, CAKE], "method": "extractive"},
        {"id": None, "summary": [], "method": "none"},
        {"id": "c", "summary": [BRIDGE], "method": "lead"},
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"nonsense", "is no JSON (Expecting value at column 1); write one object a line"),
        (b"[1]", 'is no object; write {"id": "a", "title": "...", "body": "..."}'),
        (b'{"id": 1}', "has no body; write the article's text there"),
        (b'{"body": 5}', "its body is no text; put it into quotation marks"),
        (b'{"body": "", "title": ["x"]}', "its title is no text; put it into quotation marks"),
        (b'{"body": "\xff"}', "is no UTF-8 (byte 11); save the file as UTF-8"),
        (b'{"body": ' + b"[" * 200_000, "is no JSON (it goes too deep); write one object a line"),
        (b'{"id": 1e400, "body": "It rained."}', "its id is neither a text nor a whole number; give it one of these"),
        (b'{"id": [1], "body": "It rained."}', "its id is neither a text nor a whole number; give it one of these"),
        (b'{"id": "b"', "is no JSON (Expecting ',' delimiter at column 11); write one object a line"),
        (b'{"id": NaN, "body": "It rained."}', "its id is neither a text nor a whole number; give it one of these"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_goes_on(summarize, line, said):
    good = json.dumps({"id": "a", "body": BRIDGE}).encode()
    done = summarize("--jsonl", stdin=b"\n".join([good, line, good, b""]))
    assert done.code == 1
    assert done.err == f"error: standard input:2: {said}; the line is left out\n"
    assert len(done.out.splitlines()) == 2


def test_what_no_text_may_hold_does_no_harm(summarize):
    done = summarize("--jsonl", stdin='{"id": "\\ud800", "title": "\\ud800", "body": "\\ud800\\u0000 It rained."}')
    assert (done.code, done.err) == (0, "")


def test_a_line_is_answered_before_the_next_one_comes():
    command = [sys.executable, "-m", "digest", "summarize", "--jsonl"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for number in range(3):
            process.stdin.write(json.dumps({"id": number, "body": BRIDGE}).encode() + b"\n")
            process.stdin.flush()
            # Were lines kept back, this would wait for ever.
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
        assert process.wait() == 0


def test_one_budget_only(summarize):
    done = summarize("--words", 3, "--sentences", 3)
    assert done.code == 2
    assert "give --sentences or --words, not both" in done.err
    assert summarize("--words", 0).code == 2
