"""The summaries of an edition's stories: the author's own, else sentences of its articles; the port `Summarizer`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.core.edition import Summary
from digest.summaries.several import summarize_story

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from digest.core.model import Article
    from digest.core.newsletter import Newsletter


class StorySummaries:
    """Summaries that nobody is asked for: pure, and quick enough that a claim need not be kept meanwhile."""

    def summarize_all(
        self,
        stories: Sequence[Sequence[Article]],
        newsletter: Newsletter,
        edition: str,  # noqa: ARG002 the port's
        keep: Callable[[], None],  # noqa: ARG002 the port's
    ) -> list[Summary]:
        """See `digest.core.ports.Summarizer`."""
        return [self.summary(story, newsletter) for story in stories]

    def summary(self, story: Sequence[Article], newsletter: Newsletter) -> Summary:
        """The summary of one story."""
        lead = story[0]
        if lead.summary:
            return Summary((lead.summary,), "author")
        return summarize_story(
            lead.title,
            [article.body for article in story],
            words=newsletter.summary_words,
            language=lead.language or newsletter.language,
        )
