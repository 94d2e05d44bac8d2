"""`digest check`: what is wrong, before a reader sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import click

from digest.core.text import counted
from digest.terminal import Terminal, complete_newsletter, now_or, options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from digest.app import Newsroom


@dataclass(frozen=True, slots=True)
class Finding:
    """Something `digest check` found; an error keeps an edition from being made, or an article out of it."""

    level: Literal["error", "warning"]
    place: str
    message: str


@click.command(name="check")
@click.argument("newsletter", required=False, shell_complete=complete_newsletter)
@click.option("--at", metavar="INSTANT", help="As if it were this instant; now when left out.")
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@options()
def command(terminal: Terminal, *, newsletter: str | None, at: str | None, strict: bool) -> int:
    """Check configuration, sources, articles and templates by making the next editions in memory.

    Nothing is written. Fails when there is an error, with --strict also when there is a warning.
    """
    from digest.app import Newsroom

    now = now_or(at)
    with Newsroom.open(terminal.config, scratch=True) as newsroom:
        keys = [newsroom.newsletter(newsletter).key] if newsletter else list(newsroom.settings.newsletters)
        findings = [
            *_settings(newsroom),
            *_articles(newsroom, terminal, now),
            *(finding for key in keys for finding in _edition(newsroom, terminal, key, now)),
        ]
    if terminal.as_json:
        terminal.data([_json(finding) for finding in findings])
    for finding in findings if not terminal.as_json else ():
        click.secho(
            f"{finding.level}: {finding.place}: {finding.message}", fg="red" if finding.level == "error" else "yellow"
        )
    errors = sum(finding.level == "error" for finding in findings)
    terminal.say(f"{counted(errors, 'error')}, {counted(len(findings) - errors, 'warning')}")
    return 1 if errors or (strict and findings) else 0


def _json(finding: Finding) -> dict[str, Any]:
    return {"level": finding.level, "place": finding.place, "message": finding.message}


def _settings(newsroom: Newsroom) -> Iterator[Finding]:
    from digest.config import NO_HOST

    settings = newsroom.settings
    if NO_HOST in settings.site.url:
        message = (
            f"leads nowhere: links in mail and feeds begin with {settings.site.url}; set it to where you serve them"
        )
        yield Finding("warning", f"{settings.path} site.url", message)
    if not settings.site.address:
        message = "is not set: many countries ask senders of newsletters for a postal address"
        yield Finding("warning", f"{settings.path} site.address", message)
    for sink in settings.sinks:
        if sink.format != "web" and sink.path.is_relative_to(settings.output) and _has_recipients(newsroom):
            message = f"lies in {settings.output}, which a web server serves: it would show recipients' addresses"
            yield Finding("warning", f"{settings.path} {sink.name}", message)
    yield from _leaving(newsroom)
    yield from _bounces(newsroom)
    if problem := _unwritable(newsroom):
        yield Finding("error", str(settings.output), problem)


def _leaving(newsroom: Newsroom) -> Iterator[Finding]:
    """What keeps mailbox providers from honouring the link to leave by, or from taking the mail at all."""
    from digest.core.errors import ConfigError

    settings = newsroom.settings
    web = settings.site.readers_url
    if web and not web.startswith("https://"):
        message = f"is {web}: only an https address can be unsubscribed from with one click; serve it by https"
        yield Finding("warning", f"{settings.path} web.url", message)
    for key, each in settings.newsletters.items() if web or settings.mail.dkim else ():
        try:
            signers = newsroom.messages.signers(each.newsletter, now_or(None))
        except ConfigError as error:
            yield from (Finding("error", problem.place, problem.message) for problem in error.problems)
            return
        if not signers:
            message = (
                f"has no key for the domain of {each.newsletter.sender}: one click to leave is honoured only where "
            )
            message += "a signature covers it; `digest keys make` makes a key"
            yield Finding("warning", f"{settings.path} newsletters.{key}", message)


def _bounces(newsroom: Newsroom) -> Iterator[Finding]:
    """What keeps reports of what comes back from naming a delivery: they would change nothing."""
    from digest.bounces.ways import WebhookWay

    settings = newsroom.settings
    providers = {relay.provider for sink in settings.smtp for relay in sink.relays}
    if settings.bounces and not settings.mail.bounces:
        message = "is not set: what comes back names no delivery then, and nobody is suppressed; set it to an address "
        message += "that comes to where 'bounces' reads"
        yield Finding("warning", f"{settings.path} mail.bounces", message)
    for way in settings.bounces:
        # SES names the sender by itself.
        if isinstance(way, WebhookWay) and way.provider != "ses" and way.provider not in providers:
            message = f"no relay says provider: {way.provider}, so its events name no delivery; say so beside the host"
            yield Finding("warning", f"{settings.path} bounces", message)


def _has_recipients(newsroom: Newsroom) -> bool:
    roster = newsroom.store.roster
    return any(
        each.newsletter.recipients or roster.counts(key)["active"]
        for key, each in newsroom.settings.newsletters.items()
    )


def _unwritable(newsroom: Newsroom) -> str:
    import os

    folder = newsroom.settings.output
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        return f"cannot be made: {folder} is no folder"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"cannot be written: this user may not write to {folder}"
    return ""


def _articles(newsroom: Newsroom, terminal: Terminal, now: datetime) -> Iterator[Finding]:
    for each in newsroom.intake.collect(now, terminal.progress):
        if each.failed:
            yield Finding("error", each.source, each.failed)
        for problem in each.problems:
            yield Finding("error" if problem.set_aside else "warning", problem.place, problem.message)
    for problem in newsroom.store.library.problems():
        yield Finding("error" if problem.set_aside else "warning", problem.place, problem.message)


def _edition(newsroom: Newsroom, terminal: Terminal, key: str, now: datetime) -> Iterator[Finding]:
    """Make the edition of the next slot in memory, of whatever there is: templates fail here, if they do."""
    from dataclasses import replace

    from digest.core.catchup import Due, planned_window
    from digest.core.errors import DigestError

    target = newsroom.target(key)
    slot = target.schedule.next(now)
    if slot is None:
        yield Finding("warning", f"newsletters.{key}.schedule", "has no slot to come")
        return
    # Any article will do to try the templates with, also one that was sent.
    willing = replace(target, newsletter=replace(target.newsletter, minimum=1, too_few="top_up"))
    try:
        run = newsroom.publisher.compose(willing, Due(slot, planned_window(target.timing, slot)), now)
        newsroom.publisher.renderer.newsletter_files(target.newsletter, *newsroom.publisher.published(key))
    except DigestError as error:
        yield Finding("error", error.place or f"newsletters.{key}", error.message)
        return
    for problem in run.problems:
        yield Finding("warning", problem.place, problem.message)
    yield from _links(newsroom, key, run.record.id)
    record = run.record
    if record.status == "skipped":
        yield Finding("warning", f"newsletters.{key}", f"the edition of {record.id} would have no story")
    terminal.detail(f"{key}: the edition of {record.id} can be made")


def _links(newsroom: Newsroom, key: str, edition: str) -> Iterator[Finding]:
    """Templates of the newsroom's own that print no link to leave by, where there is one."""
    from digest.core.reader import Marks, leave_url

    files = newsroom.store.editions.files(key, edition)
    marks = Marks.among(files)
    if marks is None or not leave_url(newsroom.settings.site, key, marks.token):
        return
    for path, template in (("email.html", "email.html"), ("email.txt", "text.txt")):
        if marks.token.encode() not in files[path]:
            message = "prints no link to unsubscribe, which readers and the law ask for: {{ reader.unsubscribe_url }}"
            yield Finding("warning", f"templates/{template}", message)
