"""What `digest check` finds in a newsroom: configuration, articles, templates, and the message of the next edition."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from digest.checks.catalogue import found
from digest.checks.feeds import feeds
from digest.checks.templates import is_template, unused
from digest.core.catchup import Due, planned_window
from digest.core.errors import ConfigError, DigestError
from digest.terminal import now_or

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from digest.app import Newsroom
    from digest.core.edition import EditionRecord
    from digest.core.finding import Finding
    from digest.core.model import Problem
    from digest.core.newsletter import Newsletter
    from digest.terminal import Terminal


ENOUGH = (12, 6, 3, 1)
"""Stories that show a look, where those of the edition to come are none: so many, or as many as there are."""
_NOT_OF_THE_LOOK = ("ART", "EDIT004", "FEED", "IMG", "LINK")
"""What stories that were sent before are wrong with is for nobody to mend; feeds are looked at in any case."""


def settings(newsroom: Newsroom) -> Iterator[Finding]:
    """What is wrong with a configuration that can be used."""
    from digest.config import NO_HOST

    known = newsroom.settings
    if NO_HOST in known.site.url:
        message = f"leads nowhere: links in mail and feeds begin with {known.site.url}; set it to where you serve them"
        yield found("CONF001", f"{known.path} site.url", message)
    if not known.site.address and not all(each.newsletter.organisation for each in known.newsletters.values()):
        message = "is not set: many countries ask senders of newsletters for a postal address"
        yield found("CONF002", f"{known.path} site.address", message)
    for sink in known.sinks:
        if sink.format != "web" and sink.path.is_relative_to(known.output) and _has_recipients(newsroom):
            message = f"lies in {known.output}, which a web server serves: it would show recipients' addresses"
            yield found("CONF003", f"{known.path} {sink.name}", message)
    if known.notify and not known.smtp:
        message = f"is {', '.join(known.notify)}, but no sink is of type smtp: notes become files"
        yield found("CONF011", f"{known.path} notify", message)
    yield from _leaving(newsroom)
    yield from _bounces(newsroom)
    if problem := _unwritable(newsroom):
        yield found("CONF009", str(known.output), problem)


def _leaving(newsroom: Newsroom) -> Iterator[Finding]:
    """What keeps mailbox providers from honouring the link to leave by, or from taking the mail at all."""
    known = newsroom.settings
    web = known.site.readers_url
    if web and not web.startswith("https://"):
        message = f"is {web}: only an https address can be unsubscribed from with one click; serve it by https"
        yield found("CONF004", f"{known.path} web.url", message)
    for key, each in known.newsletters.items() if web or known.mail.dkim else ():
        try:
            signers = newsroom.messages.signers(each.newsletter, now_or(None))
        except ConfigError as error:
            yield from (found("CONF005", problem.place, problem.message) for problem in error.problems)
            return
        if not signers:
            message = (
                f"has no key for the domain of {each.newsletter.sender}: one click to leave is honoured only where "
                "a signature covers it; `digest keys make` makes a key"
            )
            yield found("CONF006", f"{known.path} newsletters.{key}", message)


def _bounces(newsroom: Newsroom) -> Iterator[Finding]:
    """What keeps reports of what comes back from naming a delivery: they would change nothing."""
    from digest.bounces.ways import WebhookWay

    known = newsroom.settings
    providers = {relay.provider for sink in known.smtp for relay in sink.relays}
    if known.bounces and not known.mail.bounces:
        message = "is not set: what comes back names no delivery then, and nobody is suppressed; set it to an address "
        message += "that comes to where 'bounces' reads"
        yield found("CONF007", f"{known.path} mail.bounces", message)
    for way in known.bounces:
        # SES names the sender by itself.
        if isinstance(way, WebhookWay) and way.provider != "ses" and way.provider not in providers:
            message = f"no relay says provider: {way.provider}, so its events name no delivery; say so beside the host"
            yield found("CONF008", f"{known.path} bounces", message)


def _has_recipients(newsroom: Newsroom) -> bool:
    roster = newsroom.store.roster
    return any(
        each.newsletter.recipients or roster.counts(key)["active"]
        for key, each in newsroom.settings.newsletters.items()
    )


def _unwritable(newsroom: Newsroom) -> str:
    folder = newsroom.settings.output
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        return f"cannot be made: {folder} is no folder"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"cannot be written: this user may not write to {folder}"
    return ""


def templates(newsroom: Newsroom) -> Iterator[Finding]:
    """Templates of its own that nothing uses."""
    from digest.render.folders import builtin_folder, template_names

    folder = newsroom.settings.root / "templates"
    if folder.is_dir():
        names = [name for name in template_names(folder) if is_template(name)]
        yield from unused({name: _text(folder / name) for name in names}, template_names(builtin_folder()))


def _text(file: Path) -> str:
    """What stands in a template; one that cannot be read is an error where it is used."""
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""


def articles(newsroom: Newsroom, terminal: Terminal, now: datetime) -> Iterator[Finding]:
    """What is wrong with sources and articles."""
    problems: list[Problem] = []
    for each in newsroom.intake.collect(now, terminal.progress, fetch=False):
        if each.failed:
            yield found("ART001", each.source, each.failed)
        problems += each.problems
    for problem in (*problems, *newsroom.intake.problems()):
        yield found("ART002" if problem.set_aside else "ART003", problem.place, problem.message)


def edition(
    newsroom: Newsroom, terminal: Terminal, key: str, now: datetime, *, least: int = 1
) -> tuple[list[Finding], EditionRecord | None]:
    """Make the edition of the next slot in memory, of whatever there is, and look at its message.

    Args:
        newsroom: On a copy of the store.
        terminal: Told of it.
        key: The newsletter's.
        now: The instant it happens.
        least: With fewer stories it is filled up with older ones.

    Returns:
        What is wrong, and the edition; None where there is none.
    """
    target = newsroom.target(key)
    slot = target.schedule.next(now)
    if slot is None:
        return [found("EDIT003", f"newsletters.{key}.schedule", "has no slot to come")], None
    # Any article will do to try the templates with, also one that was sent.
    willing = replace(target, newsletter=replace(target.newsletter, minimum=least, too_few="top_up"))
    publisher = replace(newsroom.publisher, inspect=_later)
    try:
        run = publisher.compose(willing, Due(slot, planned_window(target.timing, slot)), now)
        shared = publisher.renderer.newsletter_files(target.newsletter, *publisher.published(key))
    except DigestError as error:
        return [found("EDIT001", error.place or f"newsletters.{key}", error.message)], None
    findings = [found("EDIT002", problem.place, problem.message) for problem in run.problems]
    findings += feeds(shared, key, f"{newsroom.settings.site.url}{key}/")
    record = run.record
    if record.status == "skipped":
        said = f"the edition of {record.id} would have no story"
        return [*findings, found("EDIT004", f"newsletters.{key}", said)], None
    terminal.detail(f"{key}: the edition of {record.id} can be made")
    files = newsroom.store.editions.files(key, record.id)
    sends = any(sink.remote for sink in target.sinks)
    # Of a key that cannot be read, `settings` tells.
    with suppress(ConfigError):
        findings += newsroom.preflight(target.newsletter, record, files, sends=sends)
    return findings, record


def fullest(
    newsroom: Newsroom, terminal: Terminal, key: str, now: datetime, leasts: Sequence[int]
) -> tuple[list[Finding], EditionRecord | None]:
    """The same of as many stories as there are.

    Args:
        newsroom: On a copy of the store.
        terminal: Told of it.
        key: The newsletter's.
        now: The instant it happens.
        leasts: With fewer stories it is filled up with older ones; where there are not so many, the next of these goes.
    """
    wrong: list[Finding] = []
    record: EditionRecord | None = None
    for number in leasts:
        wrong, record = edition(newsroom, terminal, key, now, least=number)
        if record is not None or wrong[-1].code != "EDIT004":
            break
    return wrong, record


def look(newsroom: Newsroom, terminal: Terminal, key: str, now: datetime) -> Iterator[Finding]:
    """What is wrong with the look of a newsletter whose next edition has no story: it is tried on those sent before.

    A template that was changed after the last edition would otherwise be found wrong when the next one is due.
    """
    with newsroom.unmade(now) as another:
        wrong, _ = fullest(another, replace(terminal, verbose=False), key, now, ENOUGH)
    yield from (each for each in wrong if not each.code.startswith(_NOT_OF_THE_LOOK))


def _later(
    newsletter: Newsletter,  # noqa: ARG001 an inspector's
    record: EditionRecord,  # noqa: ARG001 the same
    files: Mapping[str, bytes],  # noqa: ARG001 the same
    *,
    sends: bool,  # noqa: ARG001 the same
) -> list[Finding]:
    """The preflight would stop at the first error; here it is asked for all of them."""
    return []
