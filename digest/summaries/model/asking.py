"""Asking for all summaries of an edition side by side, and being done in time.

The calls have a thread and a loop of their own, so that whoever waits can keep its claim and stop waiting: what
has not answered by then is left to itself, and ends with its thread.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.core.modeluse import NOTHING, Spent
from digest.summaries.model.endpoint import NO_KEY, AskingError, Budget, Endpoint
from digest.summaries.model.reasons import Reason, without_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from digest.summaries.model.settings import ModelSettings

PULSE = 5.0
"""Seconds after which whoever waits hears that it still does."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a model.

    Attributes:
        prompt: The instructions.
        message: What they are about.
        words: How long the answer is about.
    """

    prompt: str
    message: str
    words: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a question.

    Attributes:
        number: Which one.
        text: The answer; empty where there is none.
        reason: Why there is none.
    """

    number: int
    text: str = ""
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Where it is written down what calls take.

    Attributes:
        before: What an earlier try has taken of the same budget.
        spend: Told what more is taken before a call is made, and what of that was not needed later; what the endpoint
            says counts, or an estimate where it does not say.
    """

    before: Spent = NOTHING
    spend: Callable[[Spent], None] = lambda _: None


NO_ACCOUNT = Account()
"""Nothing is written down, and nothing was taken before."""


def ask_all(
    settings: ModelSettings,
    key: str,
    questions: Sequence[Question],
    keep: Callable[[], None],
    account: Account = NO_ACCOUNT,
) -> Iterator[Answer]:
    """Ask all of them; the answers as they come, in any order, one for each.

    Args:
        settings: Which model, and its limits: after `settings.limit` there is a reason for each that is left.
        key: The endpoint's; empty for one that asks for none.
        questions: In the order in which a budget is spent on them.
        keep: Called every few seconds; what it raises stops the work.
        account: Where it is written down what they take; what that raises stops the work, too.
    """
    work = _Work(settings, key, questions, account.before)
    told = account.before

    def tell() -> None:
        nonlocal told
        used = work.budget.used
        if used != told:
            account.spend(used - told)
        told = used

    end = time.monotonic() + settings.limit.total_seconds()
    left = set(range(len(questions)))
    threading.Thread(target=work.run, name="summaries", daemon=True).start()
    try:
        while left and (remaining := end - time.monotonic()) > 0:
            keep()
            try:
                answer = work.answers.get(timeout=min(PULSE, remaining))
            except queue.Empty:
                continue
            if not isinstance(answer, Answer):
                tell()
                work.go_on(answer)
            elif answer.number in left:
                left.remove(answer.number)
                # An endpoint may repeat what it was sent, and reasons and answers are kept.
                reason = answer.reason and answer.reason.without(key)
                yield Answer(answer.number, without_key(answer.text, key), reason)
    finally:
        if left:  # else it ends by itself, and closes its connections
            work.stop()
        tell()
    late = Reason("late", f"it was not there after {settings.limit.total_seconds():g} s, the edition's limit")
    yield from (Answer(number, reason=late) for number in sorted(left))


class _Work:
    """The calls, in the thread that makes them."""

    def __init__(self, settings: ModelSettings, key: str, questions: Sequence[Question], before: Spent) -> None:
        # Beside the answers: who waits for what it takes to be written down.
        self.answers: queue.SimpleQueue[Answer | asyncio.Future[None]] = queue.SimpleQueue()
        self._settings = settings
        self._key = key
        self._questions = questions
        self.budget = Budget(settings.calls, settings.tokens, settings.money, settings.price, before)
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopped = False

    def run(self) -> None:
        """Make the calls; said of each what became of it, unless stopped before."""
        try:
            asyncio.run(self._main())
        except asyncio.CancelledError:
            return
        except Exception as error:  # noqa: BLE001 an edition never fails because of a model
            for number in range(len(self._questions)):
                self.answers.put(Answer(number, reason=_failed(error)))

    def go_on(self, waiting: asyncio.Future[None]) -> None:
        """What a call takes is written down: make it. May be called from any thread."""
        with suppress(RuntimeError):  # it has ended
            waiting.get_loop().call_soon_threadsafe(_let_go, waiting)

    async def _noted(self) -> None:
        waiting = asyncio.get_running_loop().create_future()
        self.answers.put(waiting)
        await waiting

    def stop(self) -> None:
        """Make no further call, and wait for none; may be called from any thread."""
        with self._lock:
            self._stopped = True
            if self._loop is not None and self._task is not None:
                with suppress(RuntimeError):  # it has ended
                    self._loop.call_soon_threadsafe(self._task.cancel)

    async def _main(self) -> None:
        from openai import AsyncOpenAI  # noqa: PLC0415 half a second, and only where a model is asked

        from digest.summaries.model.wire import http_client  # noqa: PLC0415 as above

        with self._lock:
            if self._stopped:
                return
            self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        settings = self._settings
        async with AsyncOpenAI(
            api_key=self._key or NO_KEY,
            base_url=settings.url,
            timeout=settings.timeout.total_seconds(),
            max_retries=0,
            http_client=http_client(self._key, settings.parallel),
        ) as client:
            endpoint = Endpoint(client, settings, self.budget, self._noted)
            room = asyncio.Semaphore(settings.parallel)
            down: list[Reason] = []
            async with asyncio.TaskGroup() as group:
                for number in range(len(self._questions)):
                    group.create_task(self._one(number, endpoint, room, down))

    async def _one(self, number: int, endpoint: Endpoint, room: asyncio.Semaphore, down: list[Reason]) -> None:
        question = self._questions[number]
        async with room:
            if down:
                self.answers.put(Answer(number, reason=down[0]))
                return
            try:
                text = await endpoint.ask(question.prompt, question.message, question.words)
            except AskingError as error:
                if error.down:
                    down.append(error.reason)
                self.answers.put(Answer(number, reason=error.reason))
            except Exception as error:  # noqa: BLE001 an edition never fails because of a model
                self.answers.put(Answer(number, reason=_failed(error)))
            else:
                self.answers.put(Answer(number, text))


def _let_go(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():  # given up meanwhile
        waiting.set_result(None)


def _failed(error: Exception) -> Reason:
    return Reason("failed", "asking failed", f"asking failed: {type(error).__name__}: {error}")
