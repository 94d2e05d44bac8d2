from __future__ import annotations

import csv
import io
import os
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.core.errors import OutputError, SourceError, UsageError
from digest.core.roster import Member, ReadRow, Subscriber, Subscription, Suppression
from digest.rosterfiles import set_aside
from digest.rosterfiles.reading import LONGEST_RECORD, look_at
from digest.rosterfiles.set_aside import SetAside
from digest.rosterfiles.writing import write_members

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def rows(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(look_at(path).rows("weekly", NOW))


def shown(found):
    return [(row.line, row.enrolment.address if row.enrolment else row.reason) for row in found]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "list.csv"


def test_a_plain_list(path):
    found = rows(
        path, '\ufeffann@example.org\r\n\r\n  Ben Lee <Ben@Example.org>\n"Lee, Cas" <cas@example.org>\nnobody\n'
    )
    assert shown(found) == [
        (1, "ann@example.org"),
        (3, "Ben@example.org"),
        (4, "cas@example.org"),
        (5, "is no address; write local@domain"),
    ]
    assert [row.enrolment.name for row in found[:3]] == ["", "Ben Lee", "Lee, Cas"]
    assert found[0].enrolment.source == "import list.csv (plain list)"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_in_its_dialects(path, delimiter, end):
    lines = [
        '"Email"|Name',
        'ann@example.org|"Lee, Ann; or ""A""\tL"',
        "",
        'ben@example.org|"on',
        'two lines"',
        "c@e.org|C",
    ]
    found = rows(path, end.join(lines).replace("|", delimiter))
    assert shown(found) == [(2, "ann@example.org"), (4, "ben@example.org"), (6, "c@e.org")]
    assert [row.enrolment.name for row in found] == ['Lee, Ann; or "A" L', "on two lines", "C"]


def test_what_is_wrong_with_a_row_is_said_and_the_rest_goes_on(path):
    long = "x" * 70_000
    found = rows(
        path,
        f'email,name\na@e.org\nb@e.org,B,more\nc@e.org,"C" c\n{long}@e.org,x\nd\r@e.org,D\ne@e.org,"E\n\nf@e.org,F\n',
    )
    assert [(row.line, row.reason) for row in found] == [
        (2, "has 1 column, the header has 2"),
        (3, "has 3 columns, the header has 2"),
        (4, "is not CSV: ',' expected after '\"'"),
        (5, "is longer than 65536 characters; the set-aside file has its beginning alone"),
        (6, found[4].reason),
        (7, "has a quotation mark that is not closed"),
        (9, ""),
    ]
    assert found[4].reason
    assert found[-1].enrolment.address == "f@e.org"
    assert found[1].text == "b@e.org,B,more"


def test_an_open_quotation_mark_costs_one_row_however_many_follow(path):
    after = [f"reader{number}@example.org,x" for number in range(2 * LONGEST_RECORD)]
    found = rows(path, "\n".join(["email,name", 'a@e.org,"A', *after]))
    assert [row.line for row in found if row.reason] == [2]
    assert len(found) == len(after) + 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "list.csv: is empty"),
        (b"\n \n", "list.csv: is empty"),
        (b"email,name\na@e.org,A\nb@e.org,B\xe9\n", "list.csv:3: is not UTF-8 (Latin-1, perhaps)"),
        (b"name,phone\nAnn,7\n", "list.csv:1: has no column of addresses"),
        (b"\na@e.org,Ann\n", "list.csv:2: has columns but no header"),
    ],
)
def test_a_file_that_cannot_be_read_as_a_whole_is_refused_with_the_line(path, content, message):
    with pytest.raises(SourceError) as caught:
        rows(path, content)
    assert message in str(caught.value)


def test_a_file_that_is_not_there(path):
    with pytest.raises(SourceError, match=r"list\.csv: cannot be read: No such file"):
        look_at(path)


cells = st.text(st.characters(codec="utf-8", exclude_characters="\r\x85\u2028\u2029"), max_size=12)


@given(st.lists(st.tuples(cells, cells), max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_csv_module_writes_is_read_row_by_row(path, table):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(("email", "name", "more"))
    for number, (name, more) in enumerate(table):
        writer.writerow((f"reader{number}@example.org", name, more))
    found = rows(path, text.getvalue())
    assert [row.enrolment.address for row in found] == [f"reader{number}@example.org" for number in range(len(table))]


@given(st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_file_at_all_breaks_the_reader(path, content):
    try:
        found = rows(path, content)
    except SourceError:
        return
    assert all(bool(row.enrolment) != bool(row.reason) for row in found)
    lines = [row.line for row in found]
    assert lines == sorted(set(lines))


def test_what_was_exported_is_read_back(path):
    instant = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    tie = Subscription("weekly", "active", instant, datetime(2025, 1, 1, tzinfo=UTC), "a, form", 'ip "192.0.2.1"')
    gone = Subscription("weekly", "unsubscribed", instant)
    out = io.StringIO()
    write_members(
        [
            Member(Subscriber("Ann@example.org", NOW, "Ann; Lee"), tie),
            Member(Subscriber("ben@example.org", NOW), gone),
            Member(Subscriber("cas@example.org", NOW), tie, Suppression("complaint", instant, "a, b")),
        ],
        out,
    )
    ann, ben, cas = (row.enrolment for row in rows(path, out.getvalue()))
    assert (ann.address, ann.name, ann.state, ann.changed_at, ann.consent_at) == (
        "Ann@example.org",
        "Ann; Lee",
        "active",
        instant,
        tie.consent_at,
    )
    assert (ann.source, ann.proof) == (tie.source, tie.proof)
    assert (ben.state, ben.changed_at, ben.consent_at) == ("unsubscribed", instant, None)
    assert (cas.state, cas.suppression) == ("active", Suppression("complaint", instant, "a, b"))


def test_rows_set_aside_stand_in_a_file_only_their_owner_reads(tmp_path, path):
    path.write_text("email\n")
    aside = tmp_path / "aside.csv"
    with SetAside(aside, path) as kept:
        kept.add(ReadRow(2, 'a,"b\nc"', None), "is bad, really")
    assert aside.read_text() == 'line,reason,row\n2,"is bad, really","a,""b\nc"""\n'
    assert aside.stat().st_mode & 0o777 == 0o600
    with SetAside(aside, path):
        pass
    assert not aside.exists()


def test_what_cannot_be_set_aside_is_an_error_also_when_that_shows_at_the_end(tmp_path, path, monkeypatch):
    monkeypatch.setattr(set_aside, "_private", lambda _path, flags: os.open("/dev/full", flags))
    with (
        pytest.raises(OutputError, match="cannot be written: No space left"),
        SetAside(tmp_path / "a.csv", path) as kept,
    ):
        kept.add(ReadRow(2, "a", None), "is bad")


@pytest.mark.parametrize("name", ["list.csv", "other.csv"])
def test_no_other_file_is_written_over(tmp_path, path, name):
    path.write_text("email\n")
    (tmp_path / "other.csv").write_text("precious")
    with pytest.raises(UsageError, match="is another file"):
        SetAside(tmp_path / name, path)
