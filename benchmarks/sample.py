"""A newsroom of made-up articles in a folder of its own: the same number gives the same files, word for word."""

from __future__ import annotations

import os
import random
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from digest.app import Newsroom
from digest.collecting import collect
from digest.core.catchup import Due
from digest.core.schedule import window_of
from digest.sources.folder import FolderSource
from digest.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from digest.core.model import Article
    from digest.core.ports import Item
    from digest.publishing import Target
    from digest.store.opening import Store

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SLOT = datetime(2026, 3, 2, 8, tzinfo=UTC)
NEWSLETTER = "weekly"
STORIES = 15
WORDS = 300
CATEGORIES = ("Harbour", "Rivers", "Bridges", "Rails", "Roads", "Locks", "Wells", "Mills")
AUTHORS = ("Ana Belmonte", "Jonas Ek", "Mira Okafor", "Tomas Lindqvist")
BETWEEN = timedelta(minutes=30)
"""From one article's date to the next one's: 10,000 of them go back seven months, 336 are in a week's window."""

FOLDER = "articles"
SOURCE = f"folder:{FOLDER}"
CONFIG = f"""\
site: {{title: The Sluice, url: "https://sluice.example.org", organisation: Sluice Press, id: sluice.example.org}}
store: sqlite:///digest.db
output: out
sources: [{{type: folder, path: {FOLDER}, timezone: UTC}}]
newsletters:
  {NEWSLETTER}:
    title: The Sluice
    description: What moves on the water.
    from: "The Desk <desk@sluice.example.org>"
    timezone: UTC
    schedule: "0 8 * * mon"
    maximum: {STORIES}
    feeds: {{limit: 1000}}
    recipients: [ann@example.org]
sinks: [{{type: file, path: out/mail, format: eml}}]
"""

_STARTS = ("b", "br", "c", "d", "f", "g", "gl", "h", "k", "l", "m", "n", "p", "pr", "r", "s", "st", "t", "tr", "v")
_MIDDLES = ("a", "e", "i", "o", "u", "ea", "ou", "ai")
_ENDS = ("", "l", "n", "r", "s", "t", "nd", "st")


def passing(items: Iterable[Item], *, total: int, label: str) -> Iterator[Item]:
    """A `Progress` that shows nothing."""
    del total, label
    return iter(items)


@dataclass
class Sample:
    """The newsroom; what is costly is made when it is first asked for.

    Attributes:
        root: An empty folder, for this sample alone.
        count: How many articles there are.
    """

    root: Path
    count: int

    @cached_property
    def articles(self) -> Path:
        """The folder of articles, written."""
        folder = self.root / FOLDER
        for number, text in enumerate(texts(self.count)):
            path = folder / f"{number // 500:03}" / f"article-{number:05}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return folder

    @property
    def source(self) -> FolderSource:
        """The articles as a source, as config.yaml would name it."""
        return FolderSource(self.articles, zone=None, name=SOURCE, display=FOLDER)

    @cached_property
    def filled(self) -> Path:
        """The file of a store that has every article."""
        path = self.root / "filled.db"
        with open_store(f"sqlite:///{path}") as store:
            collect(self.source, store.library, NOW, passing)
        return path

    def fresh_store(self) -> Store:
        """A store with nothing in it; the one before, which must be closed, is removed."""
        return open_store(f"sqlite:///{_emptied(self.root / 'fresh') / 'digest.db'}")

    def first(self, count: int) -> list[Article]:
        """The first articles of the library, by key: all where there are fewer."""
        with open_store(f"sqlite:///{self.filled}") as store:
            return list(islice(store.library.articles(), count))

    def newsroom(self) -> Newsroom:
        """A newsroom with every article collected, no edition made, nothing written, no template compiled.

        The one before, which must be closed, is removed.
        """
        home = _emptied(self.root / "newsroom")
        (home / FOLDER).symlink_to(self.articles)
        (home / "config.yaml").write_text(CONFIG, "utf-8")
        with self.filled.open("rb") as filled, (home / "digest.db").open("wb") as store:
            shutil.copyfileobj(filled, store)
            # Or the first commit that is timed would wait for the whole copy to reach the disk.
            store.flush()
            os.fsync(store.fileno())
        return Newsroom.open(home / "config.yaml")


def _emptied(folder: Path) -> Path:
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    return folder


def texts(count: int) -> Iterator[str]:
    """Articles as files hold them: front matter, a heading, a list, links, some 300 words of an invented language."""
    chance = random.Random(2026)  # noqa: S311 chance here is no secret
    words = _vocabulary(chance)
    # Common words are common, as in any language.
    weights = [1 / (rank + 3) for rank in range(len(words))]
    for number in range(count):
        stock = iter(chance.choices(words, weights, k=2 * WORDS))
        yield _text(number, stock, chance)


def due(target: Target) -> Due:
    """The slot that the benchmarks make an edition of."""
    newsletter = target.newsletter
    window = window_of(SLOT, target.schedule, length=newsletter.window, zone=newsletter.zone)
    return Due(SLOT, window)


def _vocabulary(chance: random.Random) -> list[str]:
    words: dict[str, None] = {}
    while len(words) < 4000:
        size = chance.choice((1, 1, 2, 2, 2, 3))
        syllables = (chance.choice(_STARTS) + chance.choice(_MIDDLES) + chance.choice(_ENDS) for _ in range(size))
        words["".join(syllables)] = None
    # The short ones first: they are the common ones.
    return sorted(words, key=len)


def _text(number: int, stock: Iterator[str], chance: random.Random) -> str:
    title = _words(stock, 7).capitalize()
    date = SLOT - timedelta(hours=1) - number * BETWEEN
    lines = [
        "---",
        f"title: {title} {number}",
        f"date: {date:%Y-%m-%dT%H:%M:%SZ}",
        f"category: {chance.choice(CATEGORIES)}",
        f"tags: [{_words(stock, 1)}, {_words(stock, 1)}]",
        f"author: {chance.choice(AUTHORS)}",
    ]
    if number % 3 == 0:
        lines.append(f"summary: {_sentence(stock, 18)}")
    body = [
        _paragraph(stock, chance, 5),
        _paragraph(stock, chance, 4),
        f"## {_words(stock, 4).capitalize()}",
        f"{_paragraph(stock, chance, 4)} See [{_words(stock, 3)}](https://example.org/{number}).",
        "\n".join(f"- {_words(stock, 6).capitalize()}" for _ in range(3)),
        f"**{_words(stock, 2).capitalize()}** {_paragraph(stock, chance, 5)}",
    ]
    return "\n".join([*lines, "---", ""]) + "\n" + "\n\n".join(body) + "\n"


def _paragraph(stock: Iterator[str], chance: random.Random, sentences: int) -> str:
    return " ".join(_sentence(stock, chance.randint(9, 20)) for _ in range(sentences))


def _sentence(stock: Iterator[str], size: int) -> str:
    half = size // 2
    return f"{_words(stock, half).capitalize()}, {_words(stock, size - half)}."


def _words(stock: Iterator[str], count: int) -> str:
    return " ".join(next(stock) for _ in range(count))
