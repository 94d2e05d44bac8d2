"""Summaries by a model where what it writes holds, and by choosing sentences where not; the port `Summarizer`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.core.edition import Summary
from digest.core.modeluse import NO_ANSWER, Outcome, Spent
from digest.core.ports import SummaryTask
from digest.summaries.language import language_of
from digest.summaries.model.answers import key_of, read_answer
from digest.summaries.model.asking import Account, Question, ask_all
from digest.summaries.model.checking import Judge
from digest.summaries.model.material import material
from digest.summaries.model.reasons import Reason
from digest.summaries.stories import StorySummaries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from digest.core.model import Article
    from digest.core.modeluse import ModelUse
    from digest.core.newsletter import Newsletter
    from digest.core.stored import Answers
    from digest.summaries.model.settings import ModelSettings


@dataclass(frozen=True, slots=True)
class Kept:
    """What outlasts an edition's making.

    Attributes:
        answers: What was answered.
        use: What it took.
        clock: The present instant: money is spent on a day, whatever instant is worked for.
    """

    answers: Answers
    use: ModelUse
    clock: Callable[[], datetime]


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
    the same summaries and costs nothing. What was spent on it is kept too, from before each call: what it still asks
    for comes out of the same budget.

    Args:
        settings: Which model, and its limits.
        prompt: The instructions for a task, from the newsroom's template.
        kept: Where answers are kept, and what they took.
        environ: Where the key is.
        ask: False: nobody is asked, for a rehearsal; what is kept is used.

    Attributes:
        used: What all editions so far have taken.
    """

    def __init__(
        self,
        settings: ModelSettings,
        prompt: Callable[[SummaryTask, Newsletter], str],
        kept: Kept,
        environ: Mapping[str, str],
        *,
        ask: bool,
    ) -> None:
        self._settings = settings
        self._prompt = prompt
        self._kept = kept
        self._environ = environ
        self._ask = ask
        self._otherwise = StorySummaries()
        self.used = Spent()

    def summarize_all(
        self, stories: Sequence[Sequence[Article]], newsletter: Newsletter, edition: str, keep: Callable[[], None]
    ) -> list[Summary]:
        """See `digest.core.ports.Summarizer`.

        Raises:
            TemplateError: The prompt's template is wrong.
            StoreError: The answers, or what they take, cannot be read or kept.
        """
        if not newsletter.by_model:
            return self._otherwise.summarize_all(stories, newsletter, edition, keep)
        written: dict[int, Summary] = {}
        reasons: dict[int, Reason] = {}
        asked: list[_Asked] = []
        for number, story in enumerate(stories):
            if story[0].summary:
                continue
            one = self._asked(number, story, newsletter)
            if reason := one.judge.cannot():
                reasons[number] = Reason("unsuited", reason)
            else:
                asked.append(one)
        found = self._kept.answers.find([one.key for one in asked])
        for one, answer, unanswered in self._answered(asked, found, self._account(newsletter, edition), keep):
            sentences = read_answer(answer)
            refused = unanswered or one.judge.refusal(sentences)
            if refused:
                reasons[one.number] = refused
            else:
                written[one.number] = Summary(sentences, "model")
        if self._ask and (asked or reasons):
            refusals: Counter[str] = Counter(reason.why for reason in reasons.values())
            outcome = Outcome(len(written), len(found), refusals)
            self._kept.use.settle(newsletter.key, edition, outcome, self._kept.clock())
        return [
            written.get(number) or self._sentences(story, newsletter, reasons.get(number))
            for number, story in enumerate(stories)
        ]

    def try_out(self) -> str:
        """Ask for a word, on nobody's account; why there is no answer, for the operator, and empty where there is."""
        secret, wrong = self._secret()
        if wrong is not None:
            return wrong.told
        settings = replace(self._settings, tokens=None, money=None)
        question = Question('Answer with {"sentences": ["Yes."]} and nothing else.', "Are you there?", 60)
        (answer,) = ask_all(settings, secret, [question], lambda: None)
        return answer.reason.told if answer.reason is not None else ""

    def _sentences(self, story: Sequence[Article], newsletter: Newsletter, reason: Reason | None) -> Summary:
        """A summary of the story's own sentences, with the reason why it is not the model's."""
        summary = self._otherwise.summary(story, newsletter)
        return summary if reason is None else replace(summary, reason=reason.text, detail=reason.detail)

    def _account(self, newsletter: Newsletter, edition: str) -> Account:
        """Where it is written down what an edition takes."""
        use, price = self._kept.use, self._settings.price

        def spend(more: Spent) -> None:
            self.used += more
            use.spend(newsletter.key, edition, more, more.cost(price) if price else 0, self._kept.clock())

        return Account(use.spent(newsletter.key, edition), spend)

    def _asked(self, number: int, story: Sequence[Article], newsletter: Newsletter) -> _Asked:
        given = material(story)
        words = newsletter.summary_words
        language = language_of(given.text, story[0].language or newsletter.language)
        prompt = self._prompt(SummaryTask(words, language, given.mark, newsletter.summary == "points"), newsletter)
        judge = Judge(given.text, prompt, language, words)
        key = key_of(f"{self._settings.url} {self._settings.model}", prompt, given.message)
        return _Asked(number, judge, Question(prompt, given.message, words), key)

    def _answered(
        self, asked: Sequence[_Asked], kept: Mapping[str, str], account: Account, keep: Callable[[], None]
    ) -> list[tuple[_Asked, str, Reason | None]]:
        """Each with its answer, or with the reason why there is none; a rehearsal has those that are kept."""
        found: list[tuple[_Asked, str, Reason | None]] = [
            (one, kept[one.key], None) for one in asked if one.key in kept
        ]
        missing = [one for one in asked if one.key not in kept]
        if not missing or not self._ask:
            return found
        secret, wrong = self._secret()
        if wrong is not None:
            self._note([wrong])
            return [*found, *((one, "", wrong) for one in missing)]
        self._kept.answers.forget([one.key for one in asked])
        reasons: list[Reason | None] = []
        for answer in ask_all(self._settings, secret, [one.question for one in missing], keep, account):
            one = missing[answer.number]
            # Refused ones too, for the same question would have the same answer: but not what is no answer at all.
            if read_answer(answer.text):
                self._kept.answers.keep(one.key, answer.text)
            found.append((one, answer.text, answer.reason))
            reasons.append(answer.reason)
        self._note(reasons)
        return found

    def _note(self, reasons: Iterable[Reason | None]) -> None:
        """Keep in mind whether the model answers: it does where anything was answered, not where nothing was."""
        told = list(reasons)
        silent = [reason for reason in told if reason is not None and reason.why in NO_ANSWER]
        if None in told or silent:
            text = None if None in told else silent[0].told
            self._kept.use.note(self._settings.identity, text, self._kept.clock())

    def _secret(self) -> tuple[str, Reason | None]:
        """The key, empty where none is asked for; why there is none."""
        variable = self._settings.key
        secret = self._environ.get(variable, "").strip() if variable else ""
        if not variable or _is_key(secret):
            return secret, None
        if secret:
            wrong = f"the environment variable {variable} holds no key: expected letters, digits and signs of ASCII"
            return "", Reason("no key", "the endpoint's key is no key", wrong)
        wrong = f"the environment variable {variable} is not set: set it where digest is started"
        return "", Reason("no key", "the endpoint's key is not set", wrong)


def _is_key(secret: str) -> bool:
    """Whether it can be sent in a header."""
    return secret.isascii() and secret.isprintable() and bool(secret) and " " not in secret
