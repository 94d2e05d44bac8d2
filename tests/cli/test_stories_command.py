"""`digest stories`: lines in, lines out; the library's stories."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace

import pytest

FLOOD = "The river Ostra flooded the old town of Velmin on Monday; boats brought residents to safety, Mayor Kolb said."
AGAIN = "Boats brought residents of Velmin to safety after the Ostra flooded the old town, according to Mayor Kolb."
BANK = "Harwick Bank will cut interest on savings from April, the lender told its customers in a letter."


def line(**fields):
    return json.dumps(fields, ensure_ascii=False)


GOOD = [
    line(id="b", title="Flood in Velmin", body=FLOOD, date="2026-03-02T08:00:00Z"),
    line(id="c", title="Bank cuts interest", body=BANK, date=None),
    line(id=7, title="Velmin under water", body=AGAIN, date="2026-03-01"),
]


@pytest.fixture
def stories(room, tmp_path):
    """Run the command on a file of these lines; result, output as objects."""

    def run(lines, *options):
        path = tmp_path / "articles.jsonl"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        result = room.run("stories", "--jsonl", *options, str(path))
        return result, [json.loads(each) for each in result.out.splitlines()]

    return run


def test_each_line_comes_out_with_its_story_in_the_same_order(stories):
    result, out = stories(GOOD)
    assert (result.code, result.err) == (0, "")
    assert out == [{"id": "b", "story": 7}, {"id": "c", "story": "c"}, {"id": 7, "story": 7}]


def test_explain_adds_why(stories):
    _, out = stories(GOOD, "--explain")
    assert out[1]["why"] == out[2]["why"] == "leads"
    assert " like 7: " in out[0]["why"]
    assert "Velmin" in out[0]["why"]


def test_standard_input_is_read_where_no_file_is_named(room, monkeypatch):
    raw = b"\xef\xbb\xbf" + "\n\n".join(GOOD).encode()
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    result = room.run("stories", "--jsonl")
    assert result.code == 0
    assert len(result.out.splitlines()) == 3


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "is no object"),
        ("{}", "has no id"),
        ('{"id": true}', "its id is neither a text nor a whole number"),
        ('{"id": ""}', "has no id"),
        ('{"id": "7"}', "has the id '7', as"),
        ('{"id": "x", "title": 3}', "its title is no text"),
        ('{"id": "x", "body": []}', "its body is no text"),
    ],
)
def test_a_bad_line_is_told_with_its_number_and_the_rest_goes_on(stories, bad, told):
    result, out = stories([*GOOD, bad])
    assert result.code == 1
    assert f"articles.jsonl:4: {told}" in result.err
    assert [each["id"] for each in out] == ["b", "c", 7]


def test_what_is_no_utf_8_is_told(room, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": "a"}\n{"id": "\xe9"}\n')
    result = room.run("stories", "--jsonl", str(path))
    assert result.code == 1
    assert "a.jsonl:2: is no UTF-8 (byte 9)" in result.err
    assert json.loads(result.out) == {"id": "a", "story": "a"}


@pytest.mark.parametrize("date", ["None", "03/04/2026", 20260302])
def test_a_date_that_cannot_be_read_leaves_the_article_undated(stories, date):
    result, out = stories([line(id="a", title="Flood", date=date)])
    assert (result.code, out) == (0, [{"id": "a", "story": "a"}])
    assert "articles.jsonl:1: " in result.err
    assert "counts as undated" in result.err


def test_a_file_that_is_missing_is_told_and_the_others_are_read(stories):
    result, out = stories(GOOD, "nowhere.jsonl")
    assert result.code == 1
    assert "nowhere.jsonl: cannot be read: No such file" in result.err
    assert len(out) == 3


def test_files_are_not_for_the_library(room):
    result = room.run("stories", "a.jsonl")
    assert result.code == 2
    assert "--jsonl" in result.err


def test_the_order_of_the_lines_changes_the_order_of_the_answer_alone(stories):
    lines = [*GOOD, line(id="e"), line(id="z", title="Flood in Velmin", body=FLOOD, date="2026-03-02T10:00:00+02:00")]
    _, out = stories(lines, "--explain")
    _, reverse = stories(lines[::-1], "--explain")
    assert reverse == out[::-1]


def test_what_no_encoding_holds_comes_out_as_it_came_in(stories):
    result, out = stories([*GOOD[:1], '{"id": "\\ud800", "title": "Flood \\ud800"}'])
    assert result.code == 0
    assert [each["id"] for each in out] == ["b", "\ud800"]


@pytest.fixture
def flooded(room):
    for name, title, text in (("one", "Flood in Velmin", FLOOD), ("two", "Velmin under water", AGAIN)):
        room.write(
            f"articles/{name}.md",
            f"---\ntitle: {title}\ndate: 2026-03-02\nid: {name}\ncategories: [A]\n---\n\n{text}\n",
        )
    assert room.run("articles").code == 0
    return room


def test_the_stories_of_the_library(flooded):
    out = flooded.run("stories", "--explain").out
    assert "also in: " in out
    assert " like " in out
    assert "1 story told by several of " in out
    assert "1 story told" in flooded.run("stories").out
    assert " like " not in flooded.run("stories").out


def test_the_stories_of_the_library_as_json(flooded):
    (story,) = json.loads(flooded.run("stories", "--json").out)
    (also,) = story["also"]
    assert also["nearest"] == story["lead"]
    assert also["likeness"] == also["closeness"] > 0
    assert also["copy"] is False
    assert "Velmin" in also["words"]


def test_an_empty_library_says_what_fills_it(room):
    said = room.run("stories").out
    assert said == "the library has no articles to compare; digest articles takes in what the sources hold\n"
