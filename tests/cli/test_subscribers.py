"""`digest subscribers`, end to end, and what editions make of the roster."""

from __future__ import annotations

import io

import pytest

AT = "2026-03-02T12:00:00Z"
NEXT = "2026-03-09T12:00:00Z"
WEEKLY = ("--newsletter", "weekly")


def subscribers(room, *args):
    return room.run("subscribers", *args)


def add(room, address, *more):
    done = subscribers(room, "add", address, *WEEKLY, *more)
    assert done.code == 0, done.err
    return done


def recipients(room):
    messages = room.files("out/mail").values() if (room.root / "out/mail").exists() else ()
    return sorted(line[4:].decode() for each in messages for line in each.splitlines() if line.startswith(b"To: "))


def test_a_subscription_from_beginning_to_end(room):
    assert "subscribes now" in add(room, "Ann@EXAMPLE.org", "--name", "Ann Lee", "--source", "a card").out
    assert "nothing changed" in add(room, "ann@example.org").out
    assert "pending" in add(room, "ben@bücher.example", "--pending").out
    assert subscribers(room, "list").out.splitlines()[1].startswith("ben@xn--bcher-kva.example\tweekly\tpending")
    assert [each["address"] for each in subscribers(room, "list", "--json", "--state", "active").json] == [
        "Ann@example.org"
    ]
    assert "has confirmed" in add(room, "ben@bücher.example").out
    assert "unsubscribed from weekly" in subscribers(room, "remove", "ANN@example.org", *WEEKLY).out
    assert "nothing changed" in subscribers(room, "remove", "ANN@example.org", "--all").out
    refused = subscribers(room, "add", "ann@example.org", *WEEKLY)
    assert (refused.code, "give --again" in refused.err) == (2, True)
    assert "is back" in add(room, "ann@example.org", "--again").out
    shown = subscribers(room, "show", "ann@example.org", "--json").json
    assert shown["subscriptions"][0]["state"] == "active"
    assert "weekly: active since" in subscribers(room, "show", "ann@example.org").out


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("add", "a@b@c", *WEEKLY), 2, "is no address"),
        (("add", "a@e.org", "--newsletter", "wekly"), 2, "did you mean 'weekly'?"),
        (("remove", "a@e.org"), 2, "give --newsletter KEY or --all"),
        (("remove", "a@e.org", "--all", *WEEKLY), 2, "not both"),
        (("show", "a@e.org"), 2, "a@e.org: is not in the roster"),
        (("suppress", "a@e.org", "--lift"), 2, "is not suppressed"),
        (("suppress", "a@e.org", "--reason", "forgotten"), 2, "forgotten"),
        (("suppress", ""), 2, "is no address"),
        (("list", "--suppressed", *WEEKLY), 2, "give neither --newsletter nor --state"),
        (("import", "nowhere.csv", *WEEKLY), 1, "nowhere.csv: cannot be read"),
        (("import", ".", *WEEKLY), 1, "is a folder; name a file in it"),
        (("import", "x" * 300, *WEEKLY), 1, "File name too long"),
        (("import", "", *WEEKLY), 2, "FILE is empty"),
    ],
)
def test_mistakes_are_named_with_what_to_do(room, args, code, said):
    done = subscribers(room, *args)
    assert (done.code, said in done.err) == (code, True), done.err


def test_readers_of_an_edition_are_subscribers_and_recipients_each_once(room):
    config = room.root / "config.yaml"
    config.write_text(config.read_text() + "    recipients: [ann@example.org, fay@example.org]\n")
    for address in ("Ann@example.org", "ben@example.org", "cas@example.org"):
        add(room, address)
    add(room, "dan@example.org", "--pending")
    subscribers(room, "remove", "ben@example.org", *WEEKLY)
    subscribers(room, "suppress", "cas@example.org", "--reason", "bounce", "--detail", "550 5.1.1")
    assert room.run("run", "weekly", "--at", AT).code == 0
    assert recipients(room) == ["Ann@example.org", "fay@example.org"]


def test_without_either_the_sender_gets_one_copy(room):
    room.run("run", "weekly", "--at", AT)
    assert recipients(room) == ["Desk <desk@example.org>"]


def test_who_leaves_after_composition_is_excluded_right_before_the_message(room):
    for address in ("ann@example.org", "ben@example.org", "cas@example.org"):
        add(room, address)
    # The message folder cannot be made, so the edition is composed and nothing is delivered.
    (room.root / "out").mkdir()
    (room.root / "out/mail").write_text("in the way")
    assert room.run("run", "weekly", "--at", AT).code == 1
    assert room.run("editions", "--json").json[0]["deliveries"] == room.deliveries(planned=3, waiting=3)
    subscribers(room, "remove", "ann@example.org", *WEEKLY)
    subscribers(room, "suppress", "ben@example.org", "--reason", "complaint")
    (room.root / "out/mail").unlink()
    done = room.run("run", "weekly", "--at", AT)
    assert "messages: 1 of 3 delivered, 2 excluded" in done.out
    assert recipients(room) == ["cas@example.org"]
    # Settled is settled: who comes back gets the next edition.
    add(room, "ann@example.org", "--again")
    assert room.run("run", "weekly", "--at", AT, "--json").json["deliveries"] == room.deliveries(
        planned=3, accepted=1, excluded=2
    )
    room.article("one/more.md", "One more", "2026-03-05", "One", "A story for the next edition, in a few words.")
    room.run("run", "weekly", "--at", NEXT)
    assert recipients(room) == ["ann@example.org", "cas@example.org", "cas@example.org"]


GHOST = """\
id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers
1,Ann@Example.org,Ann Lee,"a note
on two lines",true,false,,2024-01-15T10:00:00.000Z,,,
2,ben@bücher.example,Ben,,false,false,,2024-01-16T10:00:00.000Z,,,
3,bad@@example.org,Bad,,true,,,,,,
4,eve@example.org,Eve,,true,,,2024-01-17T10:00:00.000Z,,,
"""


def test_an_import_twice_changes_nothing_and_brings_nobody_back(room):
    subscribers(room, "suppress", "eve@example.org")
    file = room.write("list.csv", GHOST)
    done = subscribers(room, "import", str(file), *WEEKLY)
    assert (done.code, done.out) == (0, "Ghost, 4 rows: 1 added, 1 noted as unsubscribed, 2 set aside\n")
    assert f"{file}:5: is no address" in done.err
    aside = room.root / "list.csv.set-aside.csv"
    first, exported = aside.read_text(), subscribers(room, "export").out
    assert [line[:2] for line in first.splitlines()] == ["li", "5,", "6,"]
    assert "is suppressed since" in first
    again = subscribers(room, "import", str(file), *WEEKLY, "--json").json
    assert again == {
        "form": "Ghost",
        "added": 0,
        "confirmed": 0,
        "left": 0,
        "suppressed": 0,
        "unchanged": 2,
        "refused": 1,
        "unusable": 1,
        "dry_run": False,
    }
    assert (aside.read_text(), subscribers(room, "export").out) == (first, exported)
    subscribers(room, "remove", "ann@example.org", "--all")
    subscribers(room, "import", str(file), *WEEKLY)
    assert subscribers(room, "list", "--state", "active").out == ""


def test_a_dry_run_writes_nothing(room):
    file = room.write("list.csv", GHOST)
    done = subscribers(room, "import", str(file), *WEEKLY, "--dry-run")
    assert "1 set aside; nothing was written" in done.out
    assert "list.csv:5" in done.err
    assert sorted(each.name for each in room.root.iterdir()) == ["articles", "config.yaml", "list.csv"]


def test_the_set_aside_file_can_be_named_but_is_no_other_file(room):
    file = room.write("list.csv", GHOST)
    elsewhere = room.root / "aside.csv"
    assert subscribers(room, "import", str(file), *WEEKLY, "--set-aside", str(elsewhere)).code == 0
    assert elsewhere.read_text().startswith("line,reason,row\n5,")
    refused = subscribers(room, "import", str(file), *WEEKLY, "--set-aside", str(file))
    assert (refused.code, "is another file" in refused.err) == (2, True)
    assert file.read_text() == GHOST


def test_many_reasons_are_counted(room):
    file = room.write(
        "list.txt", "a@e.org\n" + "".join(f"x{number}@-{number}.org\n" for number in range(20)) + "b@@e\n" * 5
    )
    done = subscribers(room, "import", str(file), *WEEKLY)
    assert f"{file}:22: is no address: what stands before the @ is not allowed there (and 4 more)" in done.err
    assert "and 11 more reasons" in done.err


def test_an_export_is_read_back_by_another_newsroom(room, other_room):
    for address in ("ann@example.org", "ben@example.org"):
        add(room, address, "--name", "A, name")
    subscribers(room, "remove", "ben@example.org", "--all")
    exported = subscribers(room, "export", *WEEKLY).out
    file = other_room.write("export.csv", exported)
    assert subscribers(other_room, "import", str(file), *WEEKLY).out.startswith("digest, 2 rows: 1 added, 1 noted")
    assert subscribers(other_room, "export").out == exported


def test_a_whole_roster_moves_with_its_suppressions(room, other_room):
    add(room, "ann@example.org", "--name", "=cmd|' /C calc'!A0")
    add(room, "=ben@example.org", "--pending")
    subscribers(room, "suppress", "ann@example.org", "--reason", "bounce", "--detail", "550 5.1.1; unknown")
    subscribers(room, "suppress", "cas@example.org")
    subscribers(room, "forget", "eve@example.org")
    done = subscribers(room, "export")
    assert "1 person was forgotten" in done.err
    assert ",'=cmd|' /C calc'!A0," in done.out
    assert "\n'=ben@example.org," in done.out
    file = other_room.write("roster.csv", done.out)
    moved = subscribers(other_room, "import", str(file))
    assert (moved.code, moved.out) == (0, "digest, 3 rows: 1 added, 2 noted as suppressed\n")
    assert subscribers(other_room, "export").out == done.out
    listed = subscribers(other_room, "list", "--suppressed", "--json").json
    assert [(each["address"], each["reason"], each["detail"]) for each in listed] == [
        ("ann@example.org", "bounce", "550 5.1.1; unknown"),
        ("cas@example.org", "by hand", ""),
    ]
    assert subscribers(room, "list", "--suppressed").out.splitlines()[1].startswith("cas@example.org\tby hand\t")
    assert "1 address of people who were forgotten" in subscribers(room, "list", "--suppressed").err
    # What is lifted is as it was.
    subscribers(other_room, "suppress", "ann@example.org", "--lift")
    assert [each["address"] for each in subscribers(other_room, "list", "--json", "--state", "active").json] == [
        "ann@example.org"
    ]


def test_an_import_without_a_newsletter_is_of_an_export_whose_newsletters_are_known(room):
    file = room.write("list.csv", "email\nann@example.org\n")
    refused = subscribers(room, "import", str(file))
    assert (refused.code, "give --newsletter KEY" in refused.err) == (2, True)
    header = "email,name,newsletter,state,consent_at,proof\n"
    file = room.write("list.csv", f"{header}ann@example.org,,weekly,active,,\nben@example.org,,other,active,,\n")
    done = subscribers(room, "import", str(file))
    assert done.out == "digest, 2 rows: 1 added, 1 set aside\n"
    assert "list.csv:3: is a subscription to 'other', and there is no such newsletter here" in done.err


def test_an_old_export_does_not_end_what_was_brought_back_since(room):
    old = room.write("ghost.csv", "id,email,subscribed_to_emails,deleted_at\n1,ann@example.org,false,2024-01-16\n")
    timeless = room.write("list.csv", "email,status\nben@example.org,unsubscribed\n")
    for address in ("ann@example.org", "ben@example.org"):
        add(room, address)
    subscribers(room, "import", str(timeless), *WEEKLY)
    subscribers(room, "remove", "ann@example.org", *WEEKLY)
    for address in ("ann@example.org", "ben@example.org"):
        add(room, address, "--again")
    done = subscribers(room, "import", str(old), *WEEKLY)
    assert f"{old}:2: left on 2024-01-16, and has agreed anew since" in done.err
    assert f"{timeless}:2: was taken in before" in subscribers(room, "import", str(timeless), *WEEKLY).err
    assert len(subscribers(room, "list", "--json", "--state", "active").json) == 2


def test_a_list_comes_through_standard_input_and_is_set_aside_beside(room, monkeypatch):
    monkeypatch.chdir(room.root)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"ann@example.org\nnobody\n")))
    done = subscribers(room, "import", "-", *WEEKLY)
    assert done.out == "plain list, 2 rows: 1 added, 1 set aside\n"
    assert "standard-input:2: is no address" in done.err
    assert (
        room.root / "standard-input.set-aside.csv"
    ).read_text() == 'line,reason,row\n2,"is no address; write local@domain",nobody\n'
    shown = subscribers(room, "show", "ann@example.org", "--json").json
    assert shown["subscriptions"][0]["consent_at"] is None
    assert shown["subscriptions"][0]["source"] == "import standard-input (plain list)"


def test_a_hostile_file_has_a_reason_for_each_row_and_they_are_only_counted(room):
    rows = "".join(f"a@e.org,word{number}\n" for number in range(1500))
    done = subscribers(room, "import", str(room.write("list.csv", f"email,status\n{rows}")), *WEEKLY)
    assert done.out == "CSV, 1500 rows: 1500 set aside\n"
    assert "and 990 or more reasons" in done.err


def test_what_became_of_a_person_s_mail_is_shown(room):
    add(room, "ann@example.org")
    assert room.run("run", "weekly", "--at", AT).code == 0
    shown = subscribers(room, "show", "ann@example.org", "--json").json
    (delivery,) = shown["deliveries"]
    assert (delivery["newsletter"], delivery["edition"], delivery["state"]) == (
        "weekly",
        "2026-03-02T0700Z",
        "accepted",
    )
    assert shown["bounces"] == []
    assert "  weekly 2026-03-02T0700Z by " in subscribers(room, "show", "ann@example.org").out


def test_who_is_forgotten_is_nowhere_in_the_newsroom(room):
    for address in ("ann@example.org", "ben@example.org"):
        add(room, address)
    room.run("run", "weekly", "--at", AT)
    done = subscribers(room, "forget", "ANN@example.org")
    assert "1 of its deliveries made nameless" in done.out
    assert "1 message in .eml folders removed" in done.out
    assert recipients(room) == ["ben@example.org"]
    # The folder of .eml files is made again from the store, but without her.
    (room.root / "out/mail").rename(room.root / "moved")
    assert room.run("run", "weekly", "--at", AT).code == 0
    assert recipients(room) == ["ben@example.org"]
    content = b"".join(room.files(".").values()).lower()
    assert b"ann@example.org" not in content
    assert "was forgotten on" in subscribers(room, "add", "ann@example.org", *WEEKLY, "--again").err
    shown = subscribers(room, "show", "ann@example.org", "--json").json
    assert (shown["subscriptions"], shown["suppressed"]["reason"]) == ([], "forgotten")
    assert "was not known" in subscribers(room, "forget", "nobody@example.org").out


def test_what_forgetting_does_not_reach_is_named(room):
    config = room.root / "config.yaml"
    more = "    recipients: [Ann@example.org]\nsinks: [{type: file, path: box, format: maildir}]\n"
    config.write_text(config.read_text() + more)
    room.run("run", "weekly", "--at", AT)
    done = subscribers(room, "forget", "ann@example.org")
    assert "box/new/" in done.err
    assert "newsletters.weekly.recipients" in done.err
    assert done.code == 0


def test_the_check_warns_of_messages_where_pages_are_served_once_somebody_subscribes(room):
    def warned():
        return any("would show recipients" in each["message"] for each in room.run("check", "--json").json)

    assert not warned()
    add(room, "ann@example.org")
    assert warned()
