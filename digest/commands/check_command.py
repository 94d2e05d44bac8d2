"""`digest check`: what is wrong, before a reader sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from digest.core.finding import PLACES, gathered, marked, standing
from digest.core.text import counted
from digest.terminal import Terminal, complete_newsletter, now_or, options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.app import Newsroom
    from digest.core.finding import Finding


@click.command(name="check")
@click.argument("newsletter", required=False, shell_complete=complete_newsletter)
@click.option("--at", metavar="INSTANT", help="As if it were this instant; now when left out.")
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option("--online", is_flag=True, help="Ask the network too: links, the DNS, the model of summaries.")
@click.option(
    "--nameserver", metavar="ADDRESS", help="With --online: ask this name server, 192.0.2.1 or 192.0.2.1:5353."
)
@options()
def command(
    terminal: Terminal, *, newsletter: str | None, at: str | None, strict: bool, online: bool, nameserver: str | None
) -> int:
    """Check configuration, sources, articles, templates and messages by making the next editions in memory.

    Nothing is written, and nothing is fetched without --online. Each finding has a code, which docs/checks.md explains;
    --verbose says why it matters and what to do, and shows what `checks.ignore` covers. Exit code 0 when there is no
    error, 1 when there is one (with --strict, also a warning), 2 when the configuration cannot be used.
    """
    from digest.app import Newsroom
    from digest.commands import check_newsroom, check_online

    if nameserver and not online:
        raise click.UsageError("--nameserver is asked only with --online")
    resolver = check_online.resolver(nameserver) if online else None
    now = now_or(at)
    with Newsroom.open(terminal.config, scratch=True) as newsroom:
        if online:
            newsroom.pictures = lambda: newsroom.intake.pictures
        keys = [newsroom.newsletter(newsletter).key] if newsletter else list(newsroom.settings.newsletters)
        found = [*check_newsroom.settings(newsroom), *check_newsroom.templates(newsroom)]
        found += check_newsroom.articles(newsroom, terminal, now)
        for key in keys:
            wrong, record = check_newsroom.edition(newsroom, terminal, key, now)
            found += wrong
            if wrong and wrong[-1].code == "EDIT004":
                found += check_newsroom.look(newsroom, terminal, key, now)
            if resolver is not None and record is not None:
                found += check_online.follow(newsroom, terminal, record, now)
        if resolver is not None:
            found += check_online.domains(newsroom, resolver, keys)
            found += check_online.model(newsroom, keys)
        findings = [*marked(found, newsroom.settings.checks)]
        # Of one newsletter alone it cannot be known what the others need.
        findings += marked(_needless(newsroom, findings) if not newsletter else (), newsroom.settings.checks)
    return _report(terminal, findings, strict=strict)


def _needless(newsroom: Newsroom, findings: list[Finding]) -> Iterator[Finding]:
    """Entries of checks.ignore that cover nothing; those of checks that ask the network may have been silent today."""
    from digest.checks.catalogue import found

    for position, entry in enumerate(newsroom.settings.checks):
        if not entry.code.startswith(("DNS", "LINK", "CONF012")) and not any(entry.covers(each) for each in findings):
            place = f"{newsroom.settings.path} checks.ignore[{position}]"
            yield found("CONF010", place, f"covers nothing: there is no {entry.code} here")


def _report(terminal: Terminal, findings: list[Finding], *, strict: bool) -> int:
    if terminal.as_json:
        terminal.data([_json(each) for each in findings])
    told = gathered(findings, None if terminal.verbose else PLACES)
    errors, shown = standing(told, "error"), standing(told)
    for each in shown if not terminal.as_json else ():
        click.secho(f"{each.severity}: {each}", fg="red" if each.severity == "error" else "yellow")
        terminal.more(f"  {each.why} {each.remedy}")
    ignored = [each for each in told if each.ignored]
    for each in ignored:
        terminal.detail(f"ignored: {each}: {each.ignored}")
    said = [counted(len(errors), "error"), counted(len(shown) - len(errors), "warning")]
    terminal.say(", ".join([*said, *([f"{len(ignored)} ignored"] if ignored else [])]))
    return 1 if errors or (strict and shown) else 0


def _json(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "level": finding.severity,
        "place": finding.place,
        "message": finding.what,
        "why": finding.why,
        "remedy": finding.remedy,
        "ignored": finding.ignored or None,
    }
