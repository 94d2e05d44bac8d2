"""`digest templates`, and what a newsroom's own templates and themes change."""

from __future__ import annotations

import re

import pytest

from digest.render.folders import builtin_folder

AT = "2026-03-02T12:00:00Z"
MESSAGE = "weekly/2026-03-02T0700Z/email.html"


def configured(room, lines: str) -> None:
    config = room.root / "config.yaml"
    more = "".join(f"    {line}\n" for line in lines.splitlines())
    config.write_text(config.read_text(encoding="utf-8") + more, encoding="utf-8")


def made(room) -> str:
    done = room.run("run", "weekly", "--at", AT)
    assert done.code == 0, done.err
    return room.files()[MESSAGE].decode()


def test_context_names_what_templates_can_print(room):
    said = room.run("templates context").out
    assert "story.title" in said
    assert "story.summary | excerpt(200)" in said
    found = {each["name"]: each for each in room.run("templates context", "--json").json["variables"]}
    assert found["story.published"] == {
        "name": "story.published",
        "type": "date and time or none",
        "meaning": "In the newsletter's zone; None when it has no date.",
    }
    assert found["edition.count"]["meaning"] == "How many stories it has, printed or not."
    assert found["theme.dark.accent"]["type"] == "text"
    assert found["items[].titles"]["type"] == "list of text"


def test_every_name_of_the_context_can_be_printed(room):
    """The list is of what is there: a template that prints all of it makes an edition."""
    names = [each["name"] for each in room.run("templates context", "--json").json["variables"]]
    at_top = [
        each
        for each in names
        if not each.startswith(("section", "story", "task", "items", "feeds", "note", "matter", "theme.logo."))
    ]
    within = [each for each in names if each.startswith("story.") and not each.startswith("story.image.")]
    lines = [f"{{{{ {each} }}}}" for each in at_top]
    lines += [
        "{% for section in edition.sections %}{{ section.url }}{{ section.more }}{% for story in section.stories %}"
    ]
    lines += [f"{{{{ {each} }}}}" for each in within] + ["{% endfor %}{% endfor %}"]
    room.write("templates/email.html", "<p>" + "\n".join(lines) + "</p>")
    assert "First things" in made(room)


def test_a_copy_is_the_built_in_file_and_is_used_once_it_is_changed(room):
    assert room.run("templates copy", "email-footer.html").code == 0
    own = room.root / "templates/email-footer.html"
    assert own.read_bytes() == (builtin_folder() / "email-footer.html").read_bytes()
    own.write_text("<tr><td>An end of our own.</td></tr>", encoding="utf-8")
    assert "email-footer.html  (the newsroom has its own)" in room.run("templates list").out
    assert {"name": "email.html", "own": False} in room.run("templates list", "--json").json
    again = room.run("templates copy", "templates/email-footer.html")
    assert again.code == 2
    assert "email-footer.html: is there already: nothing was copied" in again.err
    assert own.read_text(encoding="utf-8") == "<tr><td>An end of our own.</td></tr>"
    assert "An end of our own." in made(room)


def test_a_set_is_copied_whole_or_not_at_all(room):
    room.write("templates/brief/theme.yaml", "colours: {accent: '#7a0019'}\n")
    assert room.run("templates copy", "brief").code == 2
    assert [path.name for path in (room.root / "templates/brief").iterdir()] == ["theme.yaml"]
    assert room.run("templates copy", "minimal", "--json").code == 0
    copied = {path.name for path in (room.root / "templates/minimal").iterdir()}
    assert copied == {path.name for path in (builtin_folder() / "minimal").iterdir()}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("email.htm", "there is no template 'email.htm'; did you mean 'email.html'?"),
        ("breif", "did you mean 'brief'?"),
        ("email.css", "each set has its own 'email.css'; name one: brief/email.css, minimal/email.css"),
        ("../config.yaml", "there is no template"),
        ("", "there is no template ''; `digest templates list` names them"),
    ],
)
def test_what_there_is_not_is_not_copied(room, name, said):
    refused = room.run("templates copy", name)
    assert refused.code == 2
    assert said in refused.err
    assert not (room.root / "templates").exists()


def test_a_block_is_changed_without_a_copy(room):
    room.write(
        "templates/email.html",
        '{% extends "builtin/email.html" %}{% block footer %}<tr><td>OURS</td></tr>{{ super() }}{% endblock %}',
    )
    text = made(room)
    assert text.index("OURS") < text.index("because you subscribe")
    assert "First things" in text


def test_each_newsletter_has_the_template_it_names(room):
    configured(room, "template: minimal")
    text = made(room)
    assert "max-width:560px" in text
    assert '<p class="sum' not in text


def test_a_file_in_a_set_s_folder_is_for_that_set_alone(room, other_room):
    for each in (room, other_room):
        each.write("templates/brief/email-footer.html", "<tr><td>Only in brief.</td></tr>")
        each.write("templates/email-footer.html", "<tr><td>In every other.</td></tr>")
    configured(room, "template: brief")
    assert "Only in brief." in made(room)
    assert "In every other." in made(other_room)
    assert '<a class="lk"' in re.search(r'<p class="meta mut".*?</p>', made(room), re.DOTALL)[0]  # brief's own


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (
            "brief/email-story.html",
            "\n\n{{ storey.title }}",
            "templates/brief/email-story.html:3: 'storey' is undefined",
        ),
        ("brief/email-story.html", "{% if %}", "templates/brief/email-story.html:1: syntax error"),
        (
            "email-footer.html",
            "\n{{ reader.name }}",
            "footer.html:2: 'reader' has no 'name'; `digest templates",
        ),
        (
            "email-footer.html",
            "{{ reader.adress }}",
            ":1: 'reader' has no 'adress'; did you mean 'address'?",
        ),
        ("brief/email.css", ".a { color: {{ theme.light.acent }} }", "brief/email.css:1: 'colours' has no 'acent'"),
        ("brief/theme.yaml", "colours: {accent: red}", "templates/brief/theme.yaml: expected a colour such as"),
        ("brief/theme.yaml", "colors: {}", "templates/brief/theme.yaml: the file: the key 'colors' is not known here"),
        ("brief/theme.yaml", "spacing: 900", "templates/brief/theme.yaml: spacing: expected pixels from 12 to 48"),
        ("brief/theme.yaml", "fonts: {text: 'a}b'}", "templates/brief/theme.yaml: expected names of fonts"),
        ("brief/theme.yaml", "fonts: x", "templates/brief/theme.yaml: fonts: expected keys with values"),
        ("brief/theme.yaml", "a: [", "templates/brief/theme.yaml:2: is no YAML"),
        (
            "brief/theme.yaml",
            "dark: {text: '#222222'}",
            "templates/brief/theme.yaml: dark.text: #222222 on sheet, #141d23, has a contrast of ",
        ),
    ],
)
def test_a_mistake_in_a_template_has_its_place_and_name(room, file, text, said):
    configured(room, "template: brief")
    room.write(f"templates/{file}", text)
    assert said in " ".join(room.run("run", "weekly", "--at", AT).err.split())
    assert said in " ".join(room.run("check", "--at", AT).out.split())


def test_a_theme_of_config_goes_before_the_newsroom_s_own_and_that_before_the_built_in_one(room):
    room.write("templates/brief/theme.yaml", "colours: {accent: '#7a0019', link: '#00507a'}\nwidth: 510\n")
    configured(room, 'template: brief\ntheme: {colours: {link: "#123411"}}')
    text = made(room)
    for said in ("#7a0019", "#123411", "max-width:510px"):
        assert said in text
    assert "#00507a" not in text
    page = room.files()["weekly/2026-03-02T0700Z/index.html"].decode()
    assert "--link: #123411" in page
    assert "--accent: #7a0019" in page


def test_a_theme_that_is_broken_in_the_newsroom_does_not_hide_what_config_says(room):
    room.write("templates/standard/theme.yaml", "nonsense")
    configured(room, 'theme: {colours: {link: "#123411"}}')
    assert room.run("editions").code == 0
    assert "templates/standard/theme.yaml: the file: expected keys" in room.run("run", "weekly", "--at", AT).err


def test_preferences_have_a_link_where_there_is_a_page(room):
    assert "Preferences" not in made(room)
    room.root.joinpath("digest.db").unlink()
    with (room.root / "config.yaml").open("a", encoding="utf-8") as config:
        config.write("mail: {preferences: https://news.example.org/preferences}\n")
    assert '<a class="onb" href="https://news.example.org/preferences"' in made(room)
    assert "Preferences\nhttps://news.example.org/preferences\n" in (
        room.files()["weekly/2026-03-02T0700Z/email.txt"].decode()
    )
