"""Composing an edition: which articles, as which stories, in which words, with which pictures. Nothing is kept here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.core import identity
from digest.core.edition import AlsoIn, Edition, SectionOfEdition, Story
from digest.core.errors import SourceError
from digest.core.model import Problem, is_remote
from digest.core.ports import NEWSROOM
from digest.core.selection import Joined, Selection, admitted, select
from digest.core.stories import group, telling_of
from digest.core.syndication import is_others

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from digest.copying import Copier
    from digest.core.edition import EditionRecord, FrozenEdition, Window
    from digest.core.model import Article
    from digest.core.newsletter import Newsletter
    from digest.core.ports import Renderer, Source, Summarizer
    from digest.core.stored import Library

_NO_LOGO = "the logo is left out: mend that file, or theme.logo.file in config.yaml"


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes editions.

    Attributes:
        sources: By name, those of imported files too: asked for pictures.
        priority: Of a source by its name: of articles with one story, that of the lowest leads.
        copier: Fetches the pictures that are to be copied.
    """

    library: Library
    sources: Callable[[str], Source | None]
    priority: Callable[[str], int]
    summarizer: Summarizer
    renderer: Renderer
    copier: Copier

    def select(self, newsletter: Newsletter, window: Window, now: datetime) -> Selection:
        """What an edition takes, articles that tell one story joined."""
        candidates = self.library.candidates(newsletter.key)
        joined = self._joined(admitted(candidates, newsletter, window, now)) if newsletter.join_stories else {}
        return select(candidates, newsletter, window, now, joined)

    def freeze(
        self,
        newsletter: Newsletter,
        record: EditionRecord,
        selection: Selection,
        now: datetime,
        keep: Callable[[], None],
    ) -> tuple[FrozenEdition, tuple[Problem, ...]]:
        """The edition with every byte of it, and what is wrong with its summaries and pictures.

        Args:
            newsletter: Its newsletter.
            record: Its slot and window.
            selection: What it takes.
            now: Aware.
            keep: Called now and then while others are asked for summaries and pictures.

        Raises:
            TemplateError: A template is wrong.
        """
        edition = self._edition(newsletter, record, selection, keep)
        assets, missing = self._assets(edition, newsletter, now, keep)
        frozen = self.renderer.freeze(edition, newsletter, assets)
        return frozen, (*_unwritten(edition), *missing, *frozen.problems)

    def _joined(self, keys: Sequence[str]) -> Mapping[str, Joined]:
        """Which of these articles another one's story tells."""
        if len(keys) < 2:
            return {}
        articles = {each.key: each for each in self.library.articles(keys)}
        # Pinned ones lead: somebody wants them seen.
        tellings = [
            replace(telling_of(each), priority=-1 if each.pinned else self.priority(each.source))
            for each in articles.values()
        ]
        return {
            also.key: Joined(story.lead, also.reason)
            for story in group(tellings)
            for also in story.also
            if not _of_one_folder(articles[also.key], articles[story.lead])
        }

    def _edition(
        self, newsletter: Newsletter, record: EditionRecord, selection: Selection, keep: Callable[[], None]
    ) -> Edition:
        wanted = [*selection.articles, *(key for keys in selection.also.values() for key in keys)]
        articles = {article.key: article for article in self.library.articles(wanted)}
        elsewhere = self.library.also_in(selection.articles)
        told = {key: [articles[other] for other in (key, *selection.also.get(key, ()))] for key in selection.articles}
        # All at once: whoever is asked for them may be asked side by side.
        written = self.summarizer.summarize_all([tuple(each) for each in told.values()], newsletter, record.id, keep)
        summaries = dict(zip(told, written, strict=True))

        def story(key: str) -> Story:
            lead, *others = told[key]
            joined = tuple(AlsoIn(each.title, each.url, each.source, each.key) for each in others)
            # Those of one article stand as they would lead.
            same = sorted(elsewhere.get(key, ()), key=lambda each: self.priority(each.source))
            return Story(lead, summaries[key], (*joined, *same))

        return Edition(
            newsletter=newsletter.key,
            id=record.id,
            slot=record.slot,
            window=record.window,
            sections=tuple(
                SectionOfEdition(section.title, tuple(story(key) for key in section.articles))
                for section in selection.sections
            ),
        )

    def _assets(
        self, edition: Edition, newsletter: Newsletter, now: datetime, keep: Callable[[], None]
    ) -> tuple[Mapping[tuple[str, str], bytes], tuple[Problem, ...]]:
        named = self.renderer.pictures(edition, newsletter)
        remote = {key: place for key, place in named.items() if is_remote(key[1])}
        assets, problems = self.copier.copy(remote, now, keep)
        for name, path in (key for key in named if key not in remote):
            source = self.sources(name)
            try:
                if source is None:
                    raise SourceError(f"its source '{name}' is no longer in config.yaml", place=path)  # noqa: TRY301 one way out
                assets[name, path] = source.asset(path)
            except SourceError as error:
                what = "the picture is left out" if name != NEWSROOM else _NO_LOGO
                problems.append(Problem(error.place or path, f"{error.message}; {what}"))
        return assets, tuple(problems)


def _of_one_folder(one: Article, other: Article) -> bool:
    """Whether both are files of one folder: two that a desk wrote are two stories by its word, however alike."""
    return one.source == other.source and not is_others(one.source)


def _unwritten(edition: Edition) -> Iterator[Problem]:
    """Why summaries are no model's, where one was asked; what several have in common is said once."""
    reasons: dict[str, list[Story]] = {}
    for story in edition.stories:
        if why := story.summary.detail or story.summary.reason:
            reasons.setdefault(why, []).append(story)
    for reason, stories in reasons.items():
        first = identity.place(stories[0].article.source, stories[0].article.path)
        more = f" (and {len(stories) - 1} more)" if len(stories) > 1 else ""
        yield Problem(f"{first}{more}", f"its summary is not the model's: {reason}")
