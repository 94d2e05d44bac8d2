"""What the judges are shown: the sample editions as files, the pages for readers, the message that asks to confirm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Literal, get_args

from editions import compose, html_of, local

from digest.app import Newsroom
from digest.core.roster import Enrolment
from digest.render.folders import builtin_folder
from digest.render.templates import Templates
from digest.web.pages import Pages
from digest.web.readers import Kind, Seen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from editions import Sample

Form = Literal["message", "page", "mail", "feed", "json"]
"""The HTML of a message; a web page; a message as it is delivered; a feed in XML; a JSON Feed."""

STORIES = 20
"""At most so many stories' own pages of an edition: they are all made by one template."""
_NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Subject:
    """One file to be judged.

    Attributes:
        group: What it is a part of, as results are listed: `short, standard`.
        path: Where it lies.
        url: A feed's own address; empty for anything else.
    """

    group: str
    form: Form
    path: Path
    url: str = ""


def collect(root: Path) -> list[Subject]:
    """Make everything that is judged, below a folder."""
    samples = compose(root)
    found = [subject for sample in samples for subject in _of_edition(sample, root)]
    chosen = [sample for sample in samples if sample.template == "standard" and sample.kind in ("short", "arabic")]
    return found + [subject for sample in chosen for subject in _of_readers(sample, root)]


def _of_edition(sample: Sample, root: Path) -> Iterator[Subject]:
    group = f"{sample.kind}, {sample.template}"
    html = root / f"{sample.kind}-{sample.template}.html"
    html.write_text(local(sample.html(), sample.served), encoding="utf-8")
    yield Subject(group, "message", html)
    yield Subject(group, "mail", sample.message)
    yield Subject(group, "page", sample.newsletter / "index.html")
    yield Subject(group, "page", sample.edition / "index.html")
    stories = (page for page in sorted(sample.edition.glob("*.html")) if page.stem not in ("index", "email"))
    for page in islice(stories, STORIES):
        yield Subject(group, "page", page)
    for feed in sorted(each for end in ("xml", "json") for each in sample.newsletter.rglob(f"*.{end}")):
        if feed.name != "edition.json":
            url = f"https://news.example.org/{feed.relative_to(sample.served).as_posix()}"
            yield Subject(group, "json" if feed.suffix == ".json" else "feed", feed, url)


def _of_readers(sample: Sample, root: Path) -> Iterator[Subject]:
    """The pages on which readers leave and subscribe, and the message that asks for a confirmation."""
    language = "ar" if sample.kind == "arabic" else "en"
    folder = root / "readers" / language
    folder.mkdir(parents=True)
    with Newsroom.open(root / sample.kind / "config.yaml") as room:
        newsletters = {key: each.newsletter for key, each in room.settings.newsletters.items()}
        builtin = Templates([builtin_folder()])
        pages = Pages(builtin, builtin, room.settings.site, newsletters, _failed)
        shown = [(kind, "") for kind in get_args(Kind)] + [("ask", "no_address")]
        for kind, mistake in shown:
            page = folder / f"{kind}{'-mistaken' if mistake else ''}.html"
            page.write_text(pages.page(Seen(kind, "ann@example.org"), sample.template, mistake), encoding="utf-8")
            yield Subject(f"readers' pages, {language}", "page", page)
        room.store.roster.enrol(sample.template, [Enrolment(address="new@example.org", state="pending")], _NOW)
        number = room.store.roster.number("new@example.org")
        assert number is not None
        envelope = room.messages.confirmation(newsletters[sample.template], number, _NOW)
        mail = folder / "confirmation.eml"
        mail.write_bytes(envelope.message)
        yield Subject(f"confirmation, {language}", "mail", mail)
        html = folder / "confirmation.html"
        html.write_text(html_of(envelope.message), encoding="utf-8")
        yield Subject(f"confirmation, {language}", "message", html)


def _failed(error: Exception) -> None:
    raise error
