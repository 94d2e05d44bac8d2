"""Asking an endpoint that speaks OpenAI's protocol: a call at a time, with its tries, in a loop of its own.

Nothing here knows what is asked; `asking` counts what it costs and when it must end.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from digest.core.modeluse import NOTHING, Spent
from digest.core.text import one_line
from digest.summaries.model.answers import FORMAT
from digest.summaries.model.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from openai import APIError, AsyncOpenAI
    from openai.types.chat import ChatCompletion

    from digest.core.modeluse import TokenPrice, Why
    from digest.summaries.model.settings import ModelSettings

NO_KEY = "none"
"""In place of one where an endpoint asks for none, and never sent: the client would take one from the environment."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 20.0
"""Seconds between two tries: doubled each time, unless the endpoint says."""
TOKENS_OF_A_REQUEST = 60
"""What the protocol itself takes of each."""

_ADVICE = {
    401: "check the key",
    403: "check the key, and whether it may use the model",
    404: "check 'url' and 'model' of 'summaries'",
}
_AGAIN = frozenset({408, 409, 425, 429})
_MALFORMED = frozenset({400, 422})


class AskingError(Exception):
    """A call gave no answer.

    Args:
        text: Why, in words that may be published.
        detail: The same for the operator; empty: as `text`.
        why: In a word.
        down: Whether the next one will fare no better.

    Attributes:
        reason: Why.
    """

    def __init__(self, text: str, detail: str = "", *, why: Why = "failed", down: bool = False) -> None:
        super().__init__(detail or text)
        self.reason = Reason(why, text, detail)
        self.down = down


@dataclass(slots=True)
class Budget:
    """What may still be spent on an edition.

    Attributes:
        calls: So many calls in all.
        tokens: So many tokens; None for no limit.
        money: So much money; None for no limit.
        price: Of tokens; None where nothing depends on it.
        used: What has been used; by earlier tries of the edition too.
    """

    calls: int
    tokens: int | None
    money: float | None = None
    price: TokenPrice | None = None
    used: Spent = NOTHING

    def spend(self, estimate: Spent) -> None:
        """Take what a call will cost at most.

        Raises:
            AskingError: There is not so much left.
        """
        after = self.used + estimate
        if self.calls < after.calls:
            raise AskingError("the edition's budget of calls is spent", why="budget", down=True)
        if self.tokens is not None and self.tokens < after.sent + after.received:
            raise AskingError("the edition's budget of tokens is spent", why="budget")
        if self.money is not None and self.price is not None and self.money < after.cost(self.price):
            raise AskingError("the edition's budget of money is spent", why="budget")
        self.used = after

    def correct(self, estimate: Spent, spent: Spent) -> None:
        """Put back what a call did not cost, or take what it cost more."""
        self.used += spent - estimate


@dataclass(slots=True)
class Endpoint:
    """Where a model is asked.

    Attributes:
        client: The protocol's client; it tries nothing again by itself.
        settings: Which model, and how patiently.
        budget: What may be spent.
        noted: Returns once it is written down what has been spent: no call is made before.
        extras: What requests say beside their messages; less, once the endpoint has refused a part.
    """

    client: AsyncOpenAI
    settings: ModelSettings
    budget: Budget
    noted: Callable[[], Awaitable[None]]
    extras: dict[str, Any] = field(default_factory=lambda: {"response_format": FORMAT, "max_tokens": 0})

    async def ask(self, prompt: str, message: str, words: int) -> str:
        """The text of an answer.

        Args:
            prompt: The instructions.
            message: What they are about.
            words: How long the answer is about.

        Raises:
            AskingError: There is none.
        """
        extras = dict(self.extras)
        tries = 0
        while True:
            try:
                answer = await self._once(prompt, message, words, extras)
            except _RefusedError as error:
                if error.malformed and extras:
                    extras = _fewer(extras, error.reason.told)
                    continue
                if tries >= self.settings.retries or not error.again:
                    raise
                await asyncio.sleep(error.wait or min(FIRST_WAIT * 2**tries, LONGEST_WAIT))
                tries += 1
            else:
                self.extras = extras
                return answer

    async def _once(self, prompt: str, message: str, words: int, extras: dict[str, Any]) -> str:
        import openai  # noqa: PLC0415 half a second, and only where a model is asked

        longest = 200 + 6 * words
        estimate = Spent(1, (len(prompt) + len(message)) // 3 + TOKENS_OF_A_REQUEST, longest)
        self.budget.spend(estimate)
        await self.noted()
        more = {**extras, "max_tokens": longest} if "max_tokens" in extras else extras
        messages = [{"role": "system", "content": prompt}, {"role": "user", "content": message}]
        create: Callable[..., Any] = self.client.chat.completions.create
        try:
            async with asyncio.timeout(self.settings.timeout.total_seconds()):
                completion = await create(model=self.settings.model, messages=messages, **more)
        except (TimeoutError, openai.APITimeoutError) as error:
            said = f"the endpoint did not answer within {self.settings.timeout.total_seconds():g} s"
            raise _RefusedError(said, again=True) from error
        except openai.APIError as error:
            refused = _refused(error, self.settings)
            if refused.free:
                # Where nobody is let in, it was no call: what goes on for hours must not eat up the edition's.
                self.budget.correct(estimate, Spent(0 if refused.down else 1))
            raise refused from error
        except ValueError as error:  # an answer that is no JSON
            raise _RefusedError("the endpoint's answer cannot be read", again=True) from error
        spent = _spent(completion)
        if spent.sent + spent.received:  # it is not always said
            self.budget.correct(estimate, spent)
        return _content(completion)


class _RefusedError(AskingError):
    """A call that the endpoint did not answer.

    Attributes:
        again: Whether another try may fare better.
        malformed: Whether the request has what the endpoint does not know.
        wait: Seconds to wait before, as the endpoint says; 0 when it does not.
        free: Whether no model was at work: nothing is taken for it.
    """

    def __init__(
        self,
        text: str,
        detail: str = "",
        *,
        why: Why = "failed",
        again: bool = False,
        malformed: bool = False,
        wait: float = 0,
        down: bool = False,
        free: bool = False,
    ) -> None:
        super().__init__(text, detail, why=why, down=down)
        self.again = again
        self.malformed = malformed
        self.wait = wait
        self.free = free


def _refused(error: APIError, settings: ModelSettings) -> _RefusedError:
    import openai  # noqa: PLC0415 imported by whoever calls

    if isinstance(error, openai.APIStatusError):
        status = error.status_code
        # The client puts the status before what the endpoint said.
        said = one_line(error.message).removeprefix(f"Error code: {status}").removeprefix(" - ")[:160]
        again = status in _AGAIN or status >= 500
        text = f"the endpoint answered {status}"
        detail = "; ".join(filter(None, (f"{text}: {said}".strip(": "), _ADVICE.get(status))))
        if 300 <= status < 400:
            detail = f"{text} with another address, which is not asked: put the right one in 'url'"
        wait = _seconds(error.response.headers.get("retry-after", ""))
        # A wrong key or name is wrong for the next article too.
        down = status in (401, 403, 404) or 300 <= status < 400
        why: Why = "turned away" if down else "failed"
        malformed, free = status in _MALFORMED, status < 500
        return _RefusedError(text, detail, why=why, again=again, malformed=malformed, wait=wait, down=down, free=free)
    if isinstance(error, openai.APIConnectionError):
        return _unreached(error, settings)
    return _RefusedError("the endpoint's answer cannot be read", again=True)


def _unreached(error: APIError, settings: ModelSettings) -> _RefusedError:
    """What became of a call without an answer: one whose connection broke says nothing about the next."""
    import httpx2  # noqa: PLC0415 imported by whoever calls

    from digest.summaries.model.wire import BodyError  # noqa: PLC0415 as above

    cause = error.__cause__
    if isinstance(cause, BodyError):
        return _RefusedError(str(cause))
    said = one_line(str(cause or ""))[:120] or type(cause).__name__
    if isinstance(cause, httpx2.ConnectError):
        return _RefusedError(
            "the endpoint cannot be reached",
            f"{settings.url} cannot be reached ({said}); is it running, is 'url' right?",
            why="unreachable",
            again=True,
            down=True,
            free=True,
        )
    return _RefusedError(
        "the connection to the endpoint broke", f"the connection to {settings.url} broke ({said})", again=True
    )


def _seconds(header: str) -> float:
    """What `Retry-After` says in seconds; 0 for a date, which needs a clock, and for nonsense."""
    return min(float(header), LONGEST_WAIT) if header.isascii() and header.isdigit() else 0.0


def _fewer(extras: dict[str, Any], said: str) -> dict[str, Any]:
    """The extras without the one that an error names; without any, when it names none."""
    named = [name for name in extras if name in said]
    return {name: value for name, value in extras.items() if name not in named} if named else {}


def _content(completion: ChatCompletion) -> str:
    """The text of the first choice.

    Raises:
        AskingError: There is none: nothing is certain of what an endpoint answers.
    """
    try:
        content = completion.choices[0].message.content
    except (AttributeError, IndexError, KeyError, TypeError):
        content = None
    if not isinstance(content, str) or not content.strip():
        raise AskingError("the endpoint's answer has no text")
    return content


def _spent(completion: ChatCompletion) -> Spent:
    """What a call cost, as far as the endpoint says; what it does not part was received, for that costs more."""
    usage = getattr(completion, "usage", None)
    total, sent = (_count(getattr(usage, name, 0)) for name in ("total_tokens", "prompt_tokens"))
    received = max(_count(getattr(usage, "completion_tokens", 0)), total - sent)
    return Spent(1, sent, received)


def _count(value: object) -> int:
    """A number of tokens; nothing is certain of what an endpoint answers."""
    return min(max(value, 0), 10**9) if isinstance(value, int) else 0
