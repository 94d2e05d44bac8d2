"""What an edition says of itself: its introduction, its subject, its summaries in points."""

from __future__ import annotations

import json
from email import message_from_bytes, policy

import pytest

AT = "2026-03-02T12:00:00Z"
EDITION = "weekly/2026-03-02T0700Z"
PAGES = ("email.html", "email.txt", "index.html", "index.txt")


def made(room, *keys: str, template: str = "standard"):
    config = (room.root / "config.yaml").read_text(encoding="utf-8")
    more = "".join(f"    {key}\n" for key in (*keys, f"template: {template}"))
    room.write("config.yaml", config + more)
    result = room.run("run", "weekly", "--at", AT)
    assert result.code == 0, result.err
    return room.files()


def subject(files) -> str:
    (mail,) = (content for name, content in files.items() if name.endswith(".eml"))
    return message_from_bytes(mail, policy=policy.default)["subject"]


def manifest(files):
    return json.loads(files[f"{EDITION}/edition.json"])


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("subject: title", "The Test Weekly: Second thoughts"),
        ("subject: lead", "Second thoughts, and 2 more"),
        ('subject: "{title} of {date}: {lead}!"', "The Test Weekly of March 2, 2026: Second thoughts!"),
        ("subject: The news", "The news"),
    ],
)
def test_subject(room, key, said):
    assert subject(made(room, key)) == said


def test_a_long_lead_leaves_room_for_how_many_more(room):
    room.article("one/a.md", "A title of very many words " * 5, "2026-02-28", "One", "Text.", pinned="true")
    said = subject(made(room, "subject: lead"))
    assert said.startswith("A title of very many words")
    assert said.endswith("…, and 2 more")
    assert len(said) <= 78


def test_a_lead_that_is_alone_has_no_more(room):
    assert subject(made(room, "subject: lead", "maximum: 1")) == "Fourth & last"


def test_a_subject_names_only_what_there_is(room):
    config = (room.root / "config.yaml").read_text(encoding="utf-8")
    room.write("config.yaml", config + '    subject: "{titel}"\n')
    result = room.run("run", "weekly")
    assert result.code == 2
    assert "'{titel}' is not known here; known are {title}, {date} and {lead}" in result.err


@pytest.mark.parametrize("template", ["standard", "brief", "minimal"])
def test_introduction(room, template):
    files = made(room, "introduction: auto", template=template)
    said = "In this edition: Second thoughts; Fourth & last; First things."
    assert manifest(files)["introduction"] == said
    for page in PAGES:
        assert "In this edition: Second thoughts" in files[f"{EDITION}/{page}"].decode()


def test_an_introduction_counts_what_it_does_not_name(room):
    room.article("two/more.md", "Fifth element", "2026-02-26", "Two", "There is one.")
    files = made(room, "introduction: auto")
    # The first of each section, then what follows.
    assert manifest(files)["introduction"].endswith("Second thoughts; Fourth & last; First things; and 1 more story.")


def test_an_introduction_in_the_newsletter_s_language(room):
    room.write(
        "config.yaml",
        (room.root / "config.yaml").read_text(encoding="utf-8").replace("site: {", "site: {language: de, "),
    )
    assert manifest(made(room, "introduction: auto"))["introduction"].startswith("In dieser Ausgabe: Second thoughts; ")


@pytest.mark.parametrize("template", ["standard", "brief", "minimal"])
def test_an_editor_s_words_win(room, template):
    files = made(room, 'introduction: "Good morning & welcome."', template=template)
    assert manifest(files)["introduction"] == "Good morning & welcome."
    assert b"Good morning &amp; welcome." in files[f"{EDITION}/email.html"]
    assert b"Good morning & welcome." in files[f"{EDITION}/email.txt"]


def test_no_introduction_unless_asked_for(room):
    files = made(room)
    assert "introduction" not in manifest(files)
    assert b'class="intro' not in files[f"{EDITION}/email.html"]


def test_a_newsroom_s_own_introduction(room):
    room.write("templates/introduction.txt", "{{ edition.count }} stories, {{ edition.minutes | minutes }}.")
    assert manifest(made(room))["introduction"] == "3 stories, 3 min read."


@pytest.mark.parametrize("template", ["standard", "brief"])
def test_points(room, template):
    files = made(room, "summary: points", template=template)
    message = files[f"{EDITION}/email.html"].decode()
    assert message.count("<li") == 4
    assert ">The first sentence.</li>" in message
    # A summary of one sentence is no list.
    assert "<li" not in message.partition("Ampersands &amp; all")[2].partition("</td>")[0]
    assert "- The first sentence.\n- A second one follows." in files[f"{EDITION}/email.txt"].decode()
    assert "<li>The first sentence.</li>" in files[f"{EDITION}/index.html"].decode()


def test_an_author_s_summary_is_no_points(room):
    room.article(
        "one/a.md", "Own words", "2026-02-28", "One", "Text.", summary="One thing. Another thing.", pinned="true"
    )
    text = made(room, "summary: points")[f"{EDITION}/email.txt"].decode()
    assert "One thing. Another thing." in text
    assert "- One thing." not in text
