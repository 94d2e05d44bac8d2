from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from digest.core.errors import TemplateError
from digest.render import templates
from digest.render.folders import builtin_folder
from digest.render.templates import Templates

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Thing:
    title: str = "a <b> & 'c'"

    @property
    def shout(self) -> str:
        return self.title.upper()


def render(folder: Path, source: str, name: str = "page.html", **context: object) -> str:
    (folder / name).write_text(source, "utf-8")
    return Templates([folder]).render(name, context, language="en")


def refusal(folder: Path, source: str, **context: object) -> TemplateError:
    with pytest.raises(TemplateError) as caught:
        render(folder, source, **context)
    return caught.value


def test_slotted_frozen_values_can_be_read(tmp_path):
    assert render(tmp_path, "{{ thing.shout }}", "page.txt", thing=Thing("x")) == "X"


def test_html_is_escaped_and_text_is_not(tmp_path):
    assert render(tmp_path, "{{ thing.title }}", thing=Thing()) == "a &lt;b&gt; &amp; &#39;c&#39;"
    assert render(tmp_path, "{{ thing.title }}", "page.txt", thing=Thing()) == "a <b> & 'c'"


def test_what_was_compiled_before_is_of_the_same_text_and_the_same_wording(tmp_path):
    """What filters make of constants is part of a template's code."""
    (tmp_path / "page.html").write_text("{{ 1234.5 | number }}", "utf-8")
    said = [Templates([tmp_path]).render("page.html", {}, language=each) for each in ("en", "de", "en")]
    assert said == ["1,234.5", "1.234,5", "1,234.5"]
    assert render(tmp_path, "{{ 2345.6 | number }}") == "2,345.6"


def test_syntax_error_names_its_line(tmp_path):
    error = refusal(tmp_path, "one\n{% if x %}\nthree {{ 1 + }}\n")
    assert error.place == "templates/page.html:3"
    assert "syntax error" in error.message


def test_unknown_filter_names_its_line(tmp_path):
    error = refusal(tmp_path, "\n{{ 1 | shine }}")
    assert error.place == "templates/page.html:2"
    assert "shine" in error.message


def test_unknown_name_names_itself_and_its_line(tmp_path):
    error = refusal(tmp_path, "one\n\n{{ headline }}\n")
    assert (error.place, error.message) == ("templates/page.html:3", "'headline' is undefined")


def test_unknown_attribute_names_itself_and_the_line_of_the_include(tmp_path):
    (tmp_path / "_part.html").write_text("\n{{ thing.headline }}")
    error = refusal(tmp_path, "one\n{% include '_part.html' %}", thing=Thing())
    assert error.place == "templates/_part.html:2"
    assert "'headline'" in error.message


def test_syntax_error_in_an_include_names_the_included_file(tmp_path):
    (tmp_path / "_part.html").write_text("\n\n{% endfor %}")
    assert refusal(tmp_path, "{% include '_part.html' %}").place == "templates/_part.html:3"


def test_missing_include_is_named_where_it_is_included(tmp_path):
    error = refusal(tmp_path, "one\n{% include '_none.html' %}")
    assert error.place == "templates/page.html:2"
    assert "_none.html" in error.message


def test_missing_template_is_named(tmp_path):
    with pytest.raises(TemplateError, match=r"templates/none\.html: there is no template 'none\.html'"):
        Templates([tmp_path]).render("none.html", {}, language="en")


def test_nothing_outside_the_folders_is_included(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "templates"
    folder.mkdir()
    assert "no template" in refusal(folder, "{% include '../secret.txt' %}").message


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in range(9000) %}{% for b in range(9000) %}{% endfor %}{% endfor %}",
        "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}",
        "{% macro f() %}{{ caller() }}{% endmacro %}{% for a in range(90000) %}{% call f() %}{% endcall %}{% endfor %}",
    ],
    ids=["nested ranges", "doubling macro", "call blocks"],
)
def test_too_many_steps_are_refused(tmp_path, source):
    error = refusal(tmp_path, source)
    assert "does not end: more than 200,000" in error.message
    assert error.place == "templates/page.html:1"


@pytest.mark.parametrize(
    "source",
    ["{% macro f() %}{{ f() }}{% endmacro %}\n{{ f() }}", "\n{% include 'page.html' %}", "{% extends 'page.html' %}"],
    ids=["macro", "include", "extends"],
)
def test_recursion_without_end_is_refused(tmp_path, source):
    assert "does not end" in refusal(tmp_path, source).message


def test_the_steps_of_one_rendering_are_not_counted_for_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(templates, "MAX_STEPS", 10)
    (tmp_path / "page.txt").write_text("{% for n in range(8) %}.{% endfor %}")
    engine = Templates([tmp_path])
    assert [engine.render("page.txt", {}, language="en") for _ in range(3)] == ["........"] * 3


@pytest.mark.parametrize("source", ["{{ ''.__class__.__mro__ }}", "{{ thing.shout.__class__ }}", "{{ f.__globals__ }}"])
def test_sandbox_lets_nobody_out(tmp_path, source):
    error = refusal(tmp_path, source, thing=Thing(), f=render)
    assert "unsafe" in error.message
    assert error.place == "templates/page.html:1"


def test_sandbox_changes_nothing_that_it_was_given(tmp_path):
    given = [1]
    assert "unsafe" in refusal(tmp_path, "{{ given.append(2) }}", given=given).message
    assert given == [1]


@pytest.mark.parametrize(
    "expression",
    ["'x' * 10 ** 9", "10 ** 9 * 'x'", "[1] * 10 ** 9", "9 ** (9 ** 9)", "big + big", "big * 2"],
)
def test_values_that_fill_the_memory_are_refused(tmp_path, expression):
    error = refusal(tmp_path, f"\n{{{{ ({expression}) | length }}}}", big="x" * 600_000)
    assert error.place == "templates/page.html:2"
    assert "would make a value" in error.message


def test_sums_and_products_of_ordinary_size_are_left_alone(tmp_path):
    assert render(tmp_path, "{{ '-' * 3 + 'x' }} {{ 2 ** 10 }} {{ 1.5 * 2 }} {{ 2 + 3 }}") == "---x 1024 3.0 5"


def test_too_much_output_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(templates, "MAX_OUTPUT", 1000)
    assert render(tmp_path, "{% for n in range(1000) %}.{% endfor %}", "page.txt") == "." * 1000
    assert "1,000 characters of output" in refusal(tmp_path, "{% for n in range(1001) %}.{% endfor %}").message


def test_an_error_within_an_expression_has_a_place(tmp_path):
    error = refusal(tmp_path, "\n\n{{ 1 / 0 }}")
    assert str(error) == "templates/page.html:3: cannot be rendered: division by zero"


def test_a_file_that_is_not_utf8_is_an_error_with_a_place(tmp_path):
    (tmp_path / "page.html").write_bytes(b"caf\xe9")
    with pytest.raises(TemplateError) as caught:
        Templates([tmp_path]).render("page.html", {}, language="en")
    assert caught.value.place == "templates/page.html"


def test_an_earlier_folder_overrides_a_later_one_file_by_file(tmp_path):
    own, builtin = tmp_path / "own", tmp_path / "builtin"
    for folder in (own, builtin):
        folder.mkdir()
        (folder / "_part.txt").write_text(f"part of {folder.name}")
    (builtin / "page.txt").write_text("{% include '_part.txt' %}")
    assert Templates([own, builtin]).render("page.txt", {}, language="en") == "part of own"
    assert Templates([builtin, own]).render("page.txt", {}, language="en") == "part of builtin"


def test_the_builtin_folder_has_the_templates():
    assert (builtin_folder() / "email.html").is_file()
