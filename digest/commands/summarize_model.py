"""`digest summarize --model`: what a newsroom's model would write of a file, before an edition depends on it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Self

from digest.app import Newsroom
from digest.clock import system_clock
from digest.core.errors import UsageError
from digest.core.model import Article
from digest.core.text import counted
from digest.store.opening import open_store

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from digest.core.edition import Summary
    from digest.core.model import Body


class ByModel:
    """Asks the model of a newsroom on a copy of its store: what it answers is used for editions no more.

    That it answers at all, where it did not, is made known to the store itself: `digest status` has nothing against it
    then.

    Args:
        config: The newsroom's config.yaml.
        words: The budget; that of the newsletter when None.

    Raises:
        ConfigError: Something in the configuration is wrong.
        StoreError: The store cannot be opened.
        UsageError: The configuration names no model.
    """

    def __init__(self, config: Path, words: int | None) -> None:
        self._newsroom = Newsroom.open(config, scratch=True)
        settings = self._newsroom.settings
        self._newsroom.asks = True
        made = self._newsroom.by_model()
        if made is None:
            self._newsroom.store.close()
            raise UsageError(
                "names no model: write 'summaries:' and below it 'model:', see docs/models.md", place=str(config)
            )
        self._summaries = made
        self._tried = 0
        self._silent = self._newsroom.store.model_use.trouble()
        newsletters = [one.newsletter for one in settings.newsletters.values()]
        first = next((one for one in newsletters if one.by_model), newsletters[0])
        self._newsletter = replace(first, by_model=True, summary_words=words or first.summary_words)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._newsroom.store as copy:
            answers = copy.model_use.trouble() is None
        if answers and self._silent is not None:
            with open_store(self._newsroom.settings.store, create=False) as store:
                store.model_use.note(self._silent.model, None, system_clock())

    def summarize(self, title: str, body: Body, language: str) -> Summary:
        """A summary by the model, or sentences of the text and why it is not the model's.

        Raises:
            TemplateError: The prompt's template is wrong.
        """
        article = Article(
            title=title, body=body, language=language, source="file", path="file", key="file", first_seen=system_clock()
        )
        # Each has a budget of its own, as an edition has.
        self._tried += 1
        trial = f"trial {self._tried}"
        (summary,) = self._summaries.summarize_all([(article,)], self._newsletter, trial, lambda: None)
        return summary

    def used(self) -> str:
        """What it took, in words."""
        tokens = self._summaries.used
        told = f"{counted(tokens.sent, 'token')} sent, {tokens.received} received"
        price = self._newsroom.settings.model.price if self._newsroom.settings.model else None
        return f"{told}: {tokens.cost(price):.4f} by 'price'" if price else told
