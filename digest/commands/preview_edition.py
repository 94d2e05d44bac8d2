"""Makes what `digest preview` shows: the next edition on a copy of the store, as `digest check` makes it."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.policy import compat32, default
from typing import TYPE_CHECKING

from digest.app import Newsroom
from digest.commands import check_newsroom
from digest.core.errors import ConfigError, DigestError
from digest.core.finding import marked
from digest.core.reader import NOBODY, Reader, unaddressed
from digest.core.selection import Rule
from digest.core.syndication import is_others
from digest.core.text import spoken
from digest.explaining import explain
from digest.preview.proof import Header, Proof, Reason
from digest.terminal import Terminal, now_or

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from digest.config import Settings
    from digest.core.edition import EditionRecord
    from digest.core.newsletter import Newsletter
    from digest.core.ports import Fetcher


def proof(config: Path, key: str, at: str | None, pictures: Fetcher | None = None) -> Proof:
    """The edition of a newsletter's next slot, as it would be.

    Where that was made already, or no story waits for it, one is made as though nothing had been: what was sent stays
    as it was sent, and a look has to be tried on something.

    Args:
        config: The configuration's file.
        key: The newsletter's.
        at: The instant to work at; now when None.
        pictures: Fetches those that are copied; None: they are left out.

    Raises:
        DigestError: It cannot be made, and why.
    """
    now = now_or(at)
    with Newsroom.open(config, scratch=True) as newsroom:
        newsroom.pictures = lambda: pictures
        target = newsroom.target(key)
        newsletter, slot = target.newsletter, target.schedule.next(now)
        fills = newsletter.too_few == "top_up"
        record = None if slot is None else newsroom.store.editions.get(key, slot)
        if record is None or record.status == "skipped":
            made = _made(newsroom, key, now, (newsletter.minimum, 1) if fills else (1,))
            # A story too old for it is none that waits.
            if made is not None and (fills or {each.rule for each in made.reasons if each.chosen} != {Rule.TOPPED_UP}):
                return _with_notice(made, newsletter)
            least: tuple[int, ...] = check_newsroom.ENOUGH
            notice = "No story waits for this edition: it is filled with what was sent before, to show the look."
        else:
            least = (1,)
            notice = "This edition is made, and stays as it was made: this is how it would be made today."
        with newsroom.unmade(now) as another:
            made = _made(another, key, now, least)
    if made is None:
        raise DigestError(
            "there is no article to show: write one, have feeds and pages fetched by digest run, or look at an instant "
            "by --at at which there are some",
            place=f"newsletters.{key}",
        )
    return replace(made, notices=(notice, *made.notices))


def _with_notice(made: Proof, newsletter: Newsletter) -> Proof:
    """The proof, which says so where its edition would not be made as long as it is like that."""
    if newsletter.too_few == "send" or len(made.record.articles) >= newsletter.minimum:
        return made
    notice = f"With fewer than {newsletter.minimum} stories there would be no edition at this slot."
    return replace(made, notices=(notice, *made.notices))


def watched(settings: Settings) -> tuple[Path, ...]:
    """What an edition is made of: the configuration, the articles, the templates."""
    # Imported only here: most commands have no templates.
    from digest.render.folders import builtin_folder
    from digest.settings.sources import FileSource

    folders = (each.path for each in settings.sources if isinstance(each, FileSource))
    return (settings.path, *folders, settings.root / "templates", builtin_folder())


def _made(newsroom: Newsroom, key: str, now: datetime, least: Sequence[int]) -> Proof | None:
    """The proof in a newsroom of its own; None where there is no story for it.

    Args:
        newsroom: On a copy of the store, or on an empty one.
        key: The newsletter's.
        now: The instant it happens.
        least: As of `check_newsroom.fullest`.

    Raises:
        DigestError: A template is wrong, say.
    """
    settings, newsletter, store = newsroom.settings, newsroom.newsletter(key), newsroom.store
    terminal = Terminal(settings.path, quiet=True)
    found = [*check_newsroom.settings(newsroom), *check_newsroom.articles(newsroom, terminal, now)]
    wrong, record = check_newsroom.fullest(newsroom, terminal, key, now, least)
    if record is None:
        # What kept it from being made comes last.
        if wrong[-1].code == "EDIT004":
            return None
        raise DigestError(wrong[-1].what, place=wrong[-1].place)
    files = store.editions.files(key, record.id)
    shown = unaddressed(files)
    try:
        message = newsroom.messages.mailing(record, files, newsletter).envelope(Reader(0, 0, NOBODY)).message
        headers, trouble = tuple(_headers(message)), ""
    except ConfigError as error:  # a key that stays where mail is sent from
        headers, trouble = (), f"The message has no header here: {error}"
    publisher = newsroom.publisher
    shared = publisher.renderer.newsletter_files(newsletter, *publisher.published(key))
    return Proof(
        title=newsletter.title,
        sender=newsletter.sender,
        slot=spoken(record.slot, newsletter.zone),
        record=record,
        html=shown["email.html"].decode(),
        text=shown["email.txt"].decode(),
        headers=headers,
        findings=tuple(marked([*found, *wrong], settings.checks)),
        reasons=tuple(_reasons(newsroom, newsletter, record)),
        site={**{f"{record.id}/{path}": content for path, content in shown.items()}, **shared},
        base=f"{settings.site.url}{key}/",
        notices=(trouble,) if trouble else (),
        watched=watched(settings),
    )


def _headers(message: bytes) -> Iterator[Header]:
    head = message.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    decoded = message_from_bytes(head, policy=default).items()
    for (name, raw), (_, value) in zip(message_from_bytes(head, policy=compat32).items(), decoded, strict=True):
        folded = str(raw).replace("\r\n", "\n")
        yield Header(name, folded, str(value) if "=?" in folded else "")


def _reasons(newsroom: Newsroom, newsletter: Newsletter, record: EditionRecord) -> Iterator[Reason]:
    library = newsroom.store.library
    found = list(explain(library, newsroom.store.editions, newsletter, record))
    # What is no file has a path that tells nothing.
    places = {
        each.key: each.source if is_others(each.source) else each.path
        for each in library.articles(each.verdict.article for each in found)
    }
    for each in found:
        verdict = each.verdict
        place = places.get(verdict.article, "")
        yield Reason(verdict.chosen, str(verdict.rule), each.title, place, verdict.reason)
