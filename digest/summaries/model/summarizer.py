"""Summaries by a model where what it writes holds, and by choosing sentences where not; the port `Summarizer`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.core.edition import Summary
from digest.core.ports import SummaryTask
from digest.summaries.language import language_of
from digest.summaries.model.answers import key_of, read_answer
from digest.summaries.model.asking import Question, ask_all
from digest.summaries.model.checking import Judge
from digest.summaries.model.material import material
from digest.summaries.model.settings import Tokens
from digest.summaries.stories import StorySummaries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from digest.core.model import Article
    from digest.core.newsletter import Newsletter
    from digest.core.stored import Answers
    from digest.summaries.model.settings import ModelSettings


@dataclass(frozen=True, slots=True)
class _Asked:
    """A story and what is asked of it."""

    number: int
    judge: Judge
    question: Question
    key: str


class ModelSummaries:
    """Asks a model for the summaries of an edition, all side by side, and prints none that does not hold.

    An answer is kept by what was asked: an edition that is made again, after a failure or on a copy of the store, has
    the same summaries and costs nothing.

    Args:
        settings: Which model, and its limits.
        prompt: The instructions for a task, from the newsroom's template.
        answers: Where answers are kept.
        environ: Where the key is.
        ask: False: nobody is asked, for a rehearsal; what is kept is used.

    Attributes:
        used: The tokens of all editions so far.
    """

    def __init__(
        self,
        settings: ModelSettings,
        prompt: Callable[[SummaryTask, Newsletter], str],
        answers: Answers,
        environ: Mapping[str, str],
        *,
        ask: bool,
    ) -> None:
        self._settings = settings
        self._prompt = prompt
        self._answers = answers
        self._environ = environ
        self._ask = ask
        self._otherwise = StorySummaries()
        self.used = Tokens()

    def _use(self, tokens: Tokens) -> None:
        self.used += tokens

    def summarize_all(
        self, stories: Sequence[Sequence[Article]], newsletter: Newsletter, keep: Callable[[], None]
    ) -> list[Summary]:
        """See `digest.core.ports.Summarizer`.

        Raises:
            TemplateError: The prompt's template is wrong.
            StoreError: The answers cannot be read or kept.
        """
        if not newsletter.by_model:
            return self._otherwise.summarize_all(stories, newsletter, keep)
        written: dict[int, Summary] = {}
        reasons: dict[int, str] = {}
        asked: list[_Asked] = []
        for number, story in enumerate(stories):
            if story[0].summary:
                continue
            one = self._asked(number, story, newsletter)
            if reason := one.judge.cannot():
                reasons[number] = reason
            else:
                asked.append(one)
        kept = self._answers.find([one.key for one in asked])
        for one, answer, reason in self._answered(asked, kept, keep):
            sentences = read_answer(answer)
            refused = reason or one.judge.refuses(sentences)
            if refused:
                reasons[one.number] = refused
            else:
                written[one.number] = Summary(sentences, "model")
        return [
            written.get(number) or replace(self._otherwise.summary(story, newsletter), reason=reasons.get(number, ""))
            for number, story in enumerate(stories)
        ]

    def _asked(self, number: int, story: Sequence[Article], newsletter: Newsletter) -> _Asked:
        given = material(story)
        words = newsletter.summary_words
        language = language_of(given.text, story[0].language or newsletter.language)
        prompt = self._prompt(SummaryTask(words, language, given.mark, newsletter.summary == "points"), newsletter)
        judge = Judge(given.text, prompt, language, words)
        key = key_of(f"{self._settings.url} {self._settings.model}", prompt, given.message)
        return _Asked(number, judge, Question(prompt, given.message, words), key)

    def _answered(
        self, asked: Sequence[_Asked], kept: Mapping[str, str], keep: Callable[[], None]
    ) -> list[tuple[_Asked, str, str]]:
        """Each with its answer, or with the reason why there is none; without either in a rehearsal."""
        found = [(one, kept[one.key], "") for one in asked if one.key in kept]
        missing = [one for one in asked if one.key not in kept]
        if not missing or not self._ask:
            return found
        variable = self._settings.key
        secret = self._environ.get(variable, "").strip() if variable else ""
        if variable and not _is_key(secret):
            reason = f"the environment variable {variable} is not set: set it where digest is started"
            if secret:
                reason = (
                    f"the environment variable {variable} holds no key: expected letters, digits and signs of ASCII"
                )
            return [*found, *((one, "", reason) for one in missing)]
        self._answers.forget([one.key for one in asked])
        for answer in ask_all(self._settings, secret, [one.question for one in missing], keep, self._use):
            one = missing[answer.number]
            # Refused ones too, for the same question would have the same answer: but not what is no answer at all.
            if read_answer(answer.text):
                self._answers.keep(one.key, answer.text)
            found.append((one, answer.text, answer.reason))
        return found


def _is_key(secret: str) -> bool:
    """Whether it can be sent in a header."""
    return secret.isascii() and secret.isprintable() and bool(secret) and " " not in secret
