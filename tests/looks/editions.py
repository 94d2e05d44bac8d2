"""Sample editions, made by the commands a person would type: each kind of edition in each set of templates.

A newsroom of its own for each kind, with one newsletter a set, in a folder that the caller gives. What comes out is
what would be served and delivered: pages, feeds, and the message as a file, signed.
"""

from __future__ import annotations

import contextlib
import io
import re
import shutil
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import TYPE_CHECKING

from drawn_pictures import PICTURES, draw
from sample_articles import ARABIC, ODD, SHORT, Piece, sixty

from digest.cli import main
from digest.render.folders import SETS

if TYPE_CHECKING:
    from collections.abc import Iterable

REPOSITORY = Path(__file__).resolve().parents[2]
AT = "2026-03-02T12:00:00Z"
"""When all of them are made: the slot is of that morning."""
SITE = "https://news.example.org/"
"""Where the output is said to be served."""
SENDER_DOMAIN = "news.example.org"

SECTIONS = {
    "full": "Policy & Regulation, Web3 & Enterprise, Feeds, Mail, Time, Accessibility, Typography",
    "arabic": "أخبار, خطوط",
}
KINDS = ("short", "full", "odd", "one", "sixty", "arabic")
"""Three stories; some eighteen, half of them with pictures; what no template expects; one story alone; sixty of them;
a newsletter that is written from right to left."""

_CONFIG = """\
site:
  title: The Waterworks
  url: https://news.example.org
  organisation: Waterworks Press
  address: 4 Sluice Yard, 10115 Exampleton
store: sqlite:///digest.db
sources:
  - {type: folder, path: articles, timezone: Europe/Berlin}
sinks:
  - {type: file, path: out/mail, format: eml}
web: {url: https://lists.example.org, subscribe: true}
mail:
  bounces: bounces@news.example.org
  dkim: [{domain: news.example.org, selector: s2026, key: keys/s2026.pem}]
newsletters:
"""
_NEWSLETTER = """\
  {template}:
    title: "{title}"
    description: "{description}"
    from: "The Waterworks <desk@news.example.org>"
    language: {language}
    timezone: Europe/Berlin
    schedule: "0 8 * * mon"
    late: 21d
    too_few: top_up
    minimum: {minimum}
    maximum: 60
    sections: [{sections}]
    template: {template}
    recipients: [ann@example.org]
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """One edition as it came out.

    Attributes:
        kind: One of `KINDS`.
        template: The set its message is made with, which is its newsletter's key too.
        served: The folder that stands for `SITE`.
        message: The message, as it is handed to a mail server.
    """

    kind: str
    template: str
    served: Path
    message: Path

    @property
    def newsletter(self) -> Path:
        """The folder of the newsletter: its archive, its feeds, its editions."""
        return self.served / self.template

    @property
    def edition(self) -> Path:
        """The folder of the edition."""
        (found,) = (page.parent for page in sorted(self.newsletter.glob("*/edition.json")))
        return found

    def html(self) -> str:
        """The message's HTML, as a mail program decodes it."""
        return html_of(self.message.read_bytes())


def html_of(message: bytes) -> str:
    """The HTML of a message, decoded."""
    parts = message_from_bytes(message, policy=default).walk()
    (part,) = (each for each in parts if each.get_content_type() == "text/html")
    return str(part.get_content())


def local(html: str, served: Path) -> str:
    """Take pictures from the disk, where they would be fetched from the site; links stay as they are."""
    return re.sub(
        r'(\ssrc(?:set)?=")([^"]*)', lambda found: found[1] + found[2].replace(SITE, f"{served.as_uri()}/"), html
    )


def compose(root: Path, kinds: Iterable[str] = KINDS, sets: Iterable[str] = SETS) -> list[Sample]:
    """Make editions of some kinds in some sets below a folder.

    Raises:
        RuntimeError: A command failed; with what it said.
    """
    return [sample for kind in kinds for sample in _compose(root / kind, kind, tuple(sets))]


def _compose(room: Path, kind: str, sets: tuple[str, ...]) -> list[Sample]:
    _lay_out(room, kind, sets)
    run(room, "keys", "make", "--selector", "s2026", "--domain", SENDER_DOMAIN)
    samples = []
    for template in sets:
        run(room, "run", template, "--at", AT)
        (message,) = (room / "out/mail").glob(f"{template}-*.eml")
        samples.append(Sample(kind, template, room / "out", message))
    return samples


def _lay_out(room: Path, kind: str, sets: tuple[str, ...]) -> None:
    pieces = {"short": SHORT, "odd": ODD, "one": SHORT[:1], "sixty": sixty(), "arabic": ARABIC}
    if kind == "full":
        shutil.copytree(REPOSITORY / "articles", room / "articles")
    else:
        (room / "articles").mkdir(parents=True)
        for number, piece in enumerate(pieces[kind]):
            (room / f"articles/{number:02}.md").write_text(piece.markdown(number), encoding="utf-8")
        for name in PICTURES:
            (room / "articles" / name).write_bytes(draw(name))
    listed = SECTIONS[kind].split(", ") if kind in SECTIONS else _sections(pieces[kind])
    newsletters = [
        _NEWSLETTER.format(
            template=template,
            title="نشرة المياه" if kind == "arabic" else "The Waterworks",
            description="ما يجري تحت المدينة" if kind == "arabic" else "What runs below the town, once a week.",
            language="ar" if kind == "arabic" else "en",
            minimum=8 if kind == "full" else 1,
            sections=", ".join(f'{{category: "{each}"}}' for each in listed),
        )
        for template in sets
    ]
    (room / "config.yaml").write_text(_CONFIG + "".join(newsletters), encoding="utf-8")


def _sections(pieces: tuple[Piece, ...]) -> list[str]:
    return list(dict.fromkeys(piece.category for piece in pieces))


def run(room: Path, *args: str) -> None:
    """Run a command of digest in this process.

    Raises:
        RuntimeError: It failed; with what it said.
    """
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            main([*args, "--config", str(room / "config.yaml")])
        except SystemExit as stop:
            if stop.code:
                raise RuntimeError(f"digest {' '.join(args)} in {room}:\n{said.getvalue()}") from None
