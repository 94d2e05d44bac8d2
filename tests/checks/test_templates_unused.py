"""Which of a newsroom's template files nothing looks for."""

from __future__ import annotations

import pytest

from digest.checks.templates import is_template, unused
from digest.render.folders import builtin_folder, template_names

BUILTIN = template_names(builtin_folder())


@pytest.mark.parametrize(
    ("path", "close"),
    [
        ("email-stroy.html", "email-story.html"),
        ("brief/email-storry.html", "brief/email-story.html"),
        ("breif/email.css", "brief/email.css"),
        ("theme.yaml", "theme.yaml"),
        ("brief/phrases.yaml", "phrases.yaml"),
        ("minimal/email-lead.html", "email-head.html"),
    ],
)
def test_a_name_that_nothing_looks_for_is_told_with_the_nearest(path, close):
    (finding,) = unused({path: "", "email.html": ""}, BUILTIN)
    assert (finding.code, finding.place) == ("TMPL003", f"templates/{path}")
    assert "did you mean '" in finding.what
    assert close in finding.what


def test_a_name_that_is_near_to_none_is_told_where_names_stand():
    (finding,) = unused({"zzz.css": ""}, BUILTIN)
    assert "`digest templates list`" in finding.what


def test_every_built_in_name_may_be_the_newsroom_s_own():
    own = {*BUILTIN, "brief/email.html", "email-lead.html", "standard/email-footer.html"}
    assert list(unused(dict.fromkeys(own, ""), BUILTIN)) == []


def test_a_part_that_another_one_names_is_used():
    own = {
        "email.html": "{% include 'mine.html' %}",
        "brief/email-story.html": '{% extends "ours.html" %}',
        "mine.html": "",
        "brief/ours.html": '{# ours.html, "lost.html" by itself #}',
    }
    assert list(unused(own, BUILTIN)) == []
    (finding,) = unused({**own, "brief/ours.html": "", "lost.html": "'lost.html'"}, BUILTIN)
    assert finding.place == "templates/lost.html"


def test_what_lies_beside_templates_is_none():
    assert not any(map(is_template, ("README.md", "email.html~", ".email.html", ".git/a.html", "logo.png")))
    assert is_template("brief/email.css")
