"""Documentation under test: what is not documented fails."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from digest.cli import COMMANDS, group
from digest.config import json_schema
from digest.core.selection import Rule
from digest.daemon.metrics import MEANINGS
from digest.render.describing import FILTERS, variables
from digest.rosterfiles.forms import FORMS
from digest.sources.fields import ALIASES

REPOSITORY = Path(__file__).parents[1]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
NEWSROOM = (REPOSITORY / "docs/newsroom.md").read_text(encoding="utf-8")
SUBSCRIBERS = (REPOSITORY / "docs/subscribers.md").read_text(encoding="utf-8")
TEMPLATES = (REPOSITORY / "docs/templates.md").read_text(encoding="utf-8")
SOURCES = (REPOSITORY / "docs/sources.md").read_text(encoding="utf-8")
OPERATIONS = (REPOSITORY / "docs/operations.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name):
    assert f"`digest {name}" in README


def test_every_command_the_pages_name_exists():
    pages = README + NEWSROOM + OPERATIONS + SUBSCRIBERS + TEMPLATES + SOURCES
    assert set(re.findall(r"(?:`|^    )digest ([a-z]+)", pages, re.MULTILINE)) <= COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_help(name):
    command = group.get_command(None, name)
    for each in (command, *getattr(command, "commands", {}).values()):
        assert [option.name for option in each.params if isinstance(option, click.Option) and not option.help] == []


def test_every_subcommand_and_option_for_subscribers_is_documented():
    for name, each in group.get_command(None, "subscribers").commands.items():
        assert f"`digest subscribers {name}" in SUBSCRIBERS
        for option in each.params:
            if isinstance(option, click.Option) and option.name not in ("config", "quiet", "verbose"):
                assert option.opts[0] in SUBSCRIBERS, f"{name} {option.opts[0]}"


def test_every_subcommand_option_and_key_of_sources_is_documented():
    for name, each in group.get_command(None, "sources").commands.items():
        assert re.search(rf"digest\s+sources {name}\b", SOURCES), name
        for option in each.params:
            if isinstance(option, click.Option) and option.name not in ("config", "quiet", "verbose"):
                assert option.opts[0] in SOURCES, f"{name} {option.opts[0]}"
    for shape in ("FeedShape", "WebPageShape"):
        for key, said in json_schema()["$defs"][shape]["properties"].items():
            row = re.search(rf"`{key}`(?: \(`false`\)|(?:, `\w+`)? \| (.*?) \|)", SOURCES.partition("## Keys")[2])
            assert row, key
            if row[1] and "default" in said and isinstance(said["default"], int | str) and said["default"] is not False:
                assert row[1].strip("`") == str(said["default"]), key


def test_every_form_of_subscribers_files_is_documented():
    for form in FORMS:
        assert f"| {form} |" in SUBSCRIBERS


def keys(schema, shape):
    return json_schema()["$defs"][shape]["properties"] if shape else schema["properties"]


@pytest.mark.parametrize(
    "shape",
    [
        "",
        "SiteShape",
        "NewsletterShape",
        "SectionShape",
        "FilterShape",
        "FileSinkShape",
        "SmtpSinkShape",
        "RelayShape",
        "MailShape",
        "DkimShape",
        "WebShape",
        "ChecksShape",
        "IgnoreShape",
        "MaildirShape",
        "ImapShape",
        "LmtpShape",
        "WebhookShape",
        "ThemeShape",
        "ColoursShape",
        "FontsShape",
        "LogoShape",
        "SummariesShape",
        "BudgetShape",
    ],
)
def test_every_key_of_the_configuration_is_documented(shape):
    section = NEWSROOM.partition("## config.yaml")[2].partition("## What comes out")[0]
    for key in keys(json_schema(), shape):
        assert re.search(
            rf"`(?:site\.|feeds\.|mail\.|web\.|checks\.|theme\.|fonts\.|logo\.|budget\.)?{key}(?:`|\.|:)", section
        ), f"{key} of {shape or 'the file'}"


def test_every_front_matter_key_and_verdict_is_documented():
    for key in ALIASES:
        assert f"`{key}`" in NEWSROOM
    for rule in Rule:
        assert rule.value in NEWSROOM


def test_every_metric_is_documented_with_its_meaning():
    for name, meaning in MEANINGS.items():
        assert f"| `{name}` | {meaning} |" in OPERATIONS


def test_every_event_of_the_log_is_documented():
    code = "".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "digest/daemon").glob("*.py"))
    for name in set(re.findall(r"""(?:event|about|_record)\(\s*"([a-z_]+)\"""", code)) | {
        "composed",
        "finished",
        "log",
    }:
        assert f"`{name}`" in OPERATIONS, name


def test_what_templates_see_is_documented():
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", TEMPLATES, re.MULTILINE))
    for each in variables():
        head, _, name = each.name.partition(".")
        row = rows[head.removesuffix("[]")]
        assert f"`{name}`" in row if name else row.startswith(f"{each.type} | {each.meaning} |"), each.name
    for name, example, meaning in FILTERS:
        assert rows[name] == f"`{example}` | {meaning}".replace(" | ", " \\| ", example.count(" | ")), name


def test_every_template_is_documented():
    for path in (REPOSITORY / "templates").rglob("*.*"):
        assert path.name.startswith("_") or f"`{path.name}`" in TEMPLATES, path.name


def test_every_target_the_pages_name_is_in_the_makefile():
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    pages = README + NEWSROOM + "".join(path.read_text(encoding="utf-8") for path in REPOSITORY.glob("docs/*.md"))
    for target in set(
        re.findall(r"\bmake ([a-z-]+)\b(?! an?\b)", "\n".join(re.findall(r"`[^`]+`|^    .+$", pages, re.MULTILINE)))
    ):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_links_between_pages_lead_somewhere():
    for page in (REPOSITORY / "README.md", *REPOSITORY.glob("docs/*.md"), REPOSITORY / "CONTRIBUTING.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_ci_runs_exactly_the_readme_s_test_command():
    lines = (REPOSITORY / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert lines[-2:] == ["make check", "make test"]
    assert "    make test " in README
