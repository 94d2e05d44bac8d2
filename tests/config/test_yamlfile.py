from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from digest import yamlfile
from digest.yamlfile import load
from digest.yamlwords import describe


@pytest.fixture(params=["CSafeLoader", "SafeLoader"])
def loader(request, monkeypatch):
    """Both parsers: without libyaml the same text gives the same values."""
    monkeypatch.setattr(yamlfile, "_LOADER", getattr(yaml, request.param))


def told(text: str, **options: Any) -> list[str]:
    return [str(problem) for problem in load(text, "f.yaml", **options).problems]


def test_a_colour_without_quotes_is_said_to_be_a_comment():
    (problem,) = load("a:\n  b: {c: #333}\nd: 2\n", "f.yaml").problems
    assert str(problem).startswith("f.yaml:2: the mapping that opens here with '{' is not closed")
    assert str(problem).endswith("from ' #' on it is a comment: a colour such as \"#b93c27\" goes in quotes")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("text", "text"),
        ("true", True),
        ("False", False),
        ("'true'", "true"),
        ("yes", "yes"),
        ("no", "no"),  # the language of Norway
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("", None),
        ("~", None),
        ("null", None),
        ("12", 12),
        ("-3", -3),
        ("0", 0),
        ("1.50", 1.5),
        ("08:30", "08:30"),  # 510 in YAML 1.1
        ("1:30:00", "1:30:00"),
        ("1_000", "1_000"),
        ("010", "010"),  # 8 in YAML 1.1
        ("0x1f", "0x1f"),
        ("1e5", "1e5"),
        (".inf", ".inf"),
        ("1" * 5000, "1" * 5000),  # int() refuses so many digits
        ("2026-02-03", date(2026, 2, 3)),
        ("2026-02-30", "2026-02-30"),
        ("2026-2-3", "2026-2-3"),
        ("'2026-02-03'", "2026-02-03"),
        ("2026-02-03 08:00", datetime(2026, 2, 3, 8)),  # noqa: DTZ001 naive: none is stated
        ("2026-02-03T08:00:30Z", datetime(2026, 2, 3, 8, 0, 30, tzinfo=UTC)),
        ("2026-02-03T08:00 +01:00", datetime(2026, 2, 3, 8, tzinfo=timezone(timedelta(hours=1)))),
        ("2026-02-03T24:00", "2026-02-03T24:00"),
        ("2026-02-30T08:00", "2026-02-30T08:00"),
        ("[a, {b: 1}]", ["a", {"b": 1}]),
        ("|\n  two\n  lines", "two\nlines\n"),
    ],
)
def test_plain_values(loader, written, value):
    mapped = load(f"key: {written}\n", "f.yaml")
    assert mapped.problems == ()
    assert mapped.value == {"key": value}
    assert type(mapped.value["key"]) is type(value)


def test_words_are_keys_too(loader):
    assert load("on: 1\nno: 2\n08:30: 3\n", "f").value == {"on": 1, "no": 2, "08:30": 3}


def test_lines_of_keys_and_items(loader):
    mapped = load("# note\na: 1\n\nb:\n  - x\n  - c: 2\n    d: [3,\n      4]\n", "f.yaml", first_line=2)
    assert mapped.lines == {
        (): 3,
        ("a",): 3,
        ("b",): 5,
        ("b", 0): 6,
        ("b", 1): 7,
        ("b", 1, "c"): 7,
        ("b", 1, "d"): 8,
        ("b", 1, "d", 0): 8,
        ("b", 1, "d", 1): 9,
    }


@pytest.mark.parametrize("text", ["", "\n\n", "# only a note\n", "---\n...\n"])
def test_nothing_is_none(loader, text):
    mapped = load(text, "f.yaml")
    assert (mapped.value, mapped.problems) == (None, ())


def test_byte_order_mark_and_foreign_line_ends_change_no_line(loader):
    mapped = load("\ufeffa: x\u2028y\r\nb: 2\x85\r\n", "f.yaml")
    assert mapped.value == {"a": "x y", "b": 2}
    assert mapped.lines["b",] == 2


def test_anchors_work_and_what_they_give_is_not_shared(loader):
    mapped = load("a: &one [1, {b: 2}]\nc: *one\n", "f.yaml")
    assert mapped.value == {"a": [1, {"b": 2}], "c": [1, {"b": 2}]}
    assert mapped.value["a"] is not mapped.value["c"]
    assert mapped.lines["c",] == 2
    assert mapped.lines["c", 1, "b"] == 1


def test_an_anchor_named_again_counts_from_there(loader):
    assert load("a: &x 1\nb: *x\nc: &x 2\nd: *x\n", "f").value == {"a": 1, "b": 1, "c": 2, "d": 2}


@pytest.mark.parametrize(
    ("text", "problem", "value"),
    [
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3: the key 'a' stands on line 1 already, and that one counts", {"a": 1, "b": 2}),
        ("a: 1\n'a': {b: 1, b: 2}\n", "f.yaml:2: the key 'a' stands on line 1 already", {"a": 1}),
        ("1: x\n", "f.yaml:1: a key must be text, this is the number 1; put it in quotes", {}),
        ("true: x\n", "f.yaml:1: a key must be text, this is true; put it in quotes", {}),
        ("2026-02-03: x\n", "f.yaml:1: a key must be text, this is the date 2026-02-03", {}),
        ("~: x\n", "f.yaml:1: a key must be text, this is nothing", {}),
        ("? [a]\n: x\nb: 1\n", "f.yaml:1: a key must be text, this is a list", {"b": 1}),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "f.yaml:3: merging with '<<' is not supported", {"a": {"b": 1}, "c": {}}),
        ("a: !!python/object/apply:f [x]\n", "f.yaml:1: the tag '!!python/object/apply:f' is refused", {"a": ["x"]}),
        ("a: !!int 5\n", "f.yaml:1: the tag '!!int' is refused", {"a": "5"}),
        ("a: !mine {b: 1}\n", "f.yaml:1: the tag '!mine' is refused", {"a": {"b": 1}}),
    ],
)  # fmt: skip
def test_what_is_wrong_with_one_key_leaves_the_rest(loader, text, problem, value):
    mapped = load(text, "f.yaml")
    assert str(mapped.problems[0]).startswith(problem)
    assert not any(one.set_aside for one in mapped.problems)
    assert mapped.value == value


def test_what_is_wrong_behind_an_anchor_is_told_once(loader):
    assert told("a: &x {b: 1, b: 2}\nc: *x\nd: *x\n") == [
        "f.yaml:1: the key 'b' stands on line 1 already, and that one counts; remove one of them"
    ]


def test_a_key_that_is_not_kept_has_no_lines(loader):
    mapped = load("a: 1\na: {b: {c: 1}}\n? {d: 1}\n: {e: 2}\n", "f.yaml")
    assert mapped.lines == {(): 1, ("a",): 1}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a:\n\tb: 1\n", "2: a tab stands where indentation is read; indent with spaces"),
        ("a:\n  b: 1\n\tc: 2\n", "3: a tab stands where indentation is read; indent with spaces"),
        ("a: 1\nb: Feeds: a history\n", "2: a ':' that belongs to no key; put a text with ': ' in quotes"),
        ("a: 1\n  b: 2\n", "2: a ':' that belongs to no key"),
        ("a: *\n", "1: a text that starts with '*' goes in quotes"),
        ("a: &\n", "1: a text that starts with '&' goes in quotes"),
        ("a: @me\n", "1: a text that starts with '@' goes in quotes"),
        ("a: `x`\n", "1: a text that starts with '`' goes in quotes"),
        ("a: 1\nb: *none\n", "2: '*none' refers to an anchor '&none' that does not come before"),
        ("a: 'x\nb: 1\n", "1: the quote that opens here is never closed"),
        ("a:\n  - [1, 2\nb: 3\n", "2: the list that opens here with '[' is not closed with ']', or lacks a ','"),
        ("a: {b: 1\nc: 2\n", "1: the mapping that opens here with '{' is not closed with '}', or lacks a ','"),
        ("a: [[", "1: the list or mapping that opens here is never closed"),
        ("a: [[\n", "1: the list or mapping that opens here is never closed"),
        ("a: 1\nb\n", "2: this line is no 'key: value'"),
        ("a:\n  - 1\n b: 2\n", "3: this does not fit the lines above; check the indentation"),
        ("a: 'it's'\n", "1: this does not fit the lines above; check the indentation, and whether a text needs quotes"),
        ("a: - b\n", "1: a list cannot start beside its key; give each '- item' its own line"),
        ('a: "C:\\dir"\n', "1: a backslash in double quotes starts an escape; use single quotes"),
        ("a: >2z\n", "1: this is not YAML: "),
        ("%-\n", "1: this is not YAML: "),  # the parser misses something on the line after the last
        ("a: 1\n---\nb: 2\n", "2: a second document starts here; keep one"),
        ("a: &x [*x]\n", "1: '*x' refers to what it stands in, without end; remove it"),
        ("a: 1\nb: \x07\n", "2: the invisible character U+0007 cannot stand here; delete it"),
        ("a: \ud800\n", "1: the invisible character U+D800 cannot stand here; delete it"),
        ("[" * 51, "1: nested deeper than 50 levels"),
        ("[" * 100_000, "1: nested deeper than 50 levels"),
        ("- " * 60, "1: nested deeper than 50 levels"),
        ("a" * 1_000_001, "1: 1,000,001 characters are more than the 1,000,000 that are read; write less"),
        ("a: &x 1\nb:\n" + "  - *x\n" * 101, "103: more than 100 aliases (*name); write the values out"),
        ("[" + "1," * 20_000 + "]", "1: more than 20,000 values, aliases included; write less into one file"),
        ("[" + "1," * 50_000 + "]", "1: more than 20,000 values, aliases included; write less into one file"),
    ],
)
def test_what_cannot_be_read_at_all(loader, text, problem):
    mapped = load(text, "f.yaml")
    assert str(mapped.problems[-1]).startswith(f"f.yaml:{problem}")
    assert mapped.problems[-1].set_aside
    assert mapped.value is None


def test_a_small_text_does_not_become_a_large_one(loader):
    # 400 values, ten times over at each of nine levels.
    text = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
        f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
    )
    assert load(text, "f.yaml").value is None
    assert "aliases" in told(text)[0]


def test_depth_counts_through_aliases(loader):
    # Two spans of 26 levels, one put into the other.
    text = f"a: &a {'[' * 26}1{']' * 26}\nb: {'[' * 25}*a{']' * 25}\n"
    assert told(text) == ["f.yaml:1: nested deeper than 50 levels, aliases included; write less into one"]


def test_lines_are_those_of_the_file(loader):
    assert told("a: 1\na: 2\n", first_line=5)[0].startswith("f.yaml:6: the key 'a' stands on line 5 already")
    assert told("a: [1\n", first_line=5)[0].startswith("f.yaml:5: ")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "nothing"),
        (True, "true"),
        (5, "the number 5"),
        (date(2026, 2, 3), "the date 2026-02-03"),
        ([], "a list"),
        ({}, "a mapping (keys with values)"),
        ("a\nb", "the text 'a b'"),
        ("x" * 61, "the text '" + "x" * 57 + "...'"),
    ],
)
def test_describe(value, words):
    assert describe(value) == words


_SCALARS = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.dates(date(1000, 1, 1)) | st.text(max_size=20)
_TREES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)


@given(_TREES)
def test_what_pyyaml_writes_is_read_back(tree):
    # Sorted keys and plain style are PyYAML's own business; U+0085 and its kin are read as spaces, on purpose.
    text = yaml.safe_dump(tree, allow_unicode=False)
    mapped = load(text, "f.yaml")
    assert mapped.problems == ()
    assert mapped.value == tree


@given(st.text(alphabet=st.sampled_from("ab:-[]{},&*!|>'\"#%@\n\t 1~?<\u2028\x00"), max_size=60) | st.text(max_size=60))
@example("a: 1\nb")
@example("---")
@example('"\\')
def test_no_text_raises_and_every_path_has_a_line(text):
    mapped = load(text, "f.yaml")
    last = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert all(1 <= line <= last for line in mapped.lines.values())
    assert all(1 <= int(problem.place.removeprefix("f.yaml:")) <= last for problem in mapped.problems)

    def walk(value: Any, path: tuple[str | int, ...]) -> None:
        assert path in mapped.lines
        pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, inner in pairs:
            walk(inner, (*path, key))

    walk(mapped.value, ())
