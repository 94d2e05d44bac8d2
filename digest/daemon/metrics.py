"""What a monitoring system reads of the daemon, in Prometheus' text format.

Each daemon has a registry of its own; nothing is counted in the process-wide one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from digest.core.modeluse import Used

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Of what `render` gives."""

MEANINGS = {
    "digest_info": "Which digest runs; the value is always 1.",
    "digest_up_since_seconds": "When the daemon started, in seconds since 1970 UTC.",
    "digest_ticks_total": "How often the daemon woke and looked for what is due.",
    "digest_tick_seconds": "How long a tick took, in seconds.",
    "digest_last_tick_timestamp_seconds": "When the last tick ended, in seconds since 1970 UTC.",
    "digest_editions_total": "Editions dealt with, by newsletter and by what became of them.",
    "digest_slots_skipped_total": "Slots that got no edition, by newsletter and reason.",
    "digest_next_slot_timestamp_seconds": "A newsletter's next slot, in seconds since 1970 UTC; absent when none.",
    "digest_last_slot_timestamp_seconds": "The last slot dealt with, in seconds since 1970 UTC; absent when none.",
    "digest_deliveries_waiting": "Deliveries of a newsletter that are not settled yet.",
    "digest_deliveries_total": "Deliveries handed to another machine, by newsletter, sink and what became of them.",
    "digest_bounces_total": "What came back and was new, by newsletter and kind, unsubscriptions by mail among it.",
    "digest_model_calls_total": "Calls to the model that writes summaries, by newsletter.",
    "digest_model_tokens_total": "Tokens of these calls, by newsletter and direction: sent or received.",
    "digest_model_money_total": "What these tokens cost by `price`, in its currency, by newsletter.",
    "digest_model_summaries_total": "Summaries asked of it, by newsletter and outcome: written, or why not.",
    "digest_model_answers_kept_total": "Of these, those by an answer that was kept and cost nothing, by newsletter.",
    "digest_newsletter_failing": "1 when a newsletter's last try failed, else 0.",
    "digest_newsletter_paused": "1 when a newsletter is paused, else 0.",
    "digest_clock_jumps_total": "How often the machine's clock was seen to jump.",
    "digest_config_reloads_total": "Times config.yaml was read anew, by result: ok or refused.",
    "digest_config_valid": "1 when config.yaml was right when last read; 0 when the one before is still in use.",
}
"""Every metric of our own with its meaning; `process_*` (memory, CPU, files) come on top, on Linux."""

_TICK_BOUNDS = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300)  # seconds: from nothing due to a large edition


class Metrics:
    """Counts what happens; each method is named for it. Any thread may call any of them.

    Args:
        version: Of digest.
        since: When the daemon started, aware.

    Attributes:
        registry: Where they are kept.
    """

    def __init__(self, version: str, since: datetime) -> None:
        # Beside each counter its library gives a second series with the clock's time: nobody reads those.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the library has not typed it
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        Info("digest", MEANINGS["digest_info"], registry=self.registry).info({"version": version})
        self._gauge("digest_up_since_seconds").set(since.timestamp())
        self._ticks = self._counter("digest_ticks_total")
        name = "digest_tick_seconds"
        self._tick_seconds = Histogram(name, MEANINGS[name], registry=self.registry, buckets=_TICK_BOUNDS)
        self._last_tick = self._gauge("digest_last_tick_timestamp_seconds")
        self._editions = self._counter("digest_editions_total", "newsletter", "status")
        self._skipped = self._counter("digest_slots_skipped_total", "newsletter", "why")
        self._next_slot = self._gauge("digest_next_slot_timestamp_seconds", "newsletter")
        self._last_slot = self._gauge("digest_last_slot_timestamp_seconds", "newsletter")
        self._waiting = self._gauge("digest_deliveries_waiting", "newsletter")
        self._deliveries = self._counter("digest_deliveries_total", "newsletter", "sink", "state")
        self._bounces = self._counter("digest_bounces_total", "newsletter", "kind")
        self._calls = self._counter("digest_model_calls_total", "newsletter")
        self._tokens = self._counter("digest_model_tokens_total", "newsletter", "direction")
        self._money = self._counter("digest_model_money_total", "newsletter")
        self._summaries = self._counter("digest_model_summaries_total", "newsletter", "outcome")
        self._kept = self._counter("digest_model_answers_kept_total", "newsletter")
        self._totals: dict[Counter, float] = {}
        self._failing = self._gauge("digest_newsletter_failing", "newsletter")
        self._paused = self._gauge("digest_newsletter_paused", "newsletter")
        self._jumps = self._counter("digest_clock_jumps_total")
        self._reloads = self._counter("digest_config_reloads_total", "result")
        self._valid = self._gauge("digest_config_valid")
        self._valid.set(1)
        self._known: set[str] = set()

    def tick(self, seconds: float, now: datetime) -> None:
        """A tick that took so long ended at `now`."""
        self._ticks.inc()
        self._tick_seconds.observe(seconds)
        self._last_tick.set(now.timestamp())

    def edition(self, newsletter: str, status: str) -> None:
        """What became of an edition, as `Run.status` says: composed, or exists since before."""
        self._editions.labels(newsletter, status).inc()

    def skipped(self, newsletter: str, why: str) -> None:
        """A slot gets no edition. `why` is one of few words, not a sentence: each becomes a series."""
        self._skipped.labels(newsletter, why).inc()

    def newsletter(
        self,
        key: str,
        *,
        next_slot: datetime | None,
        last_slot: datetime | None,
        waiting: int,
        failing: bool,
        paused: bool,
    ) -> None:
        """How a newsletter stands."""
        self._known.add(key)
        for gauge, slot in ((self._next_slot, next_slot), (self._last_slot, last_slot)):
            if slot is None:
                gauge.remove(key)
            else:
                gauge.labels(key).set(slot.timestamp())
        self._waiting.labels(key).set(waiting)
        self._failing.labels(key).set(failing)
        self._paused.labels(key).set(paused)

    def delivered(self, newsletter: str, sink: str, state: str, count: int) -> None:
        """So many deliveries went into a state."""
        self._deliveries.labels(newsletter, sink, state).inc(max(count, 0))

    def came_back(self, newsletter: str, kind: str) -> None:
        """A report of a newsletter's mail, or an unsubscription by mail, was taken."""
        self._bounces.labels(newsletter, kind).inc()

    def model(self, newsletter: str, used: Used) -> None:
        """What a model was used for in all, as the store has it: so a restart of the daemon loses none of it."""
        spent, outcome = used.spent, used.outcome
        self._reached(self._calls.labels(newsletter), spent.calls)
        self._reached(self._tokens.labels(newsletter, "sent"), spent.sent)
        self._reached(self._tokens.labels(newsletter, "received"), spent.received)
        self._reached(self._money.labels(newsletter), used.money)
        self._reached(self._kept.labels(newsletter), outcome.kept)
        for name, count in {"written": outcome.written, **outcome.refused}.items():
            self._reached(self._summaries.labels(newsletter, name), count)

    def _reached(self, counter: Counter, total: float) -> None:
        """Let a counter go on to a total; it never goes back, though what was set aside for a call may be."""
        before = self._totals.get(counter, 0.0)
        if total > before:
            counter.inc(total - before)
            self._totals[counter] = total

    def forget(self, keys_kept: Collection[str]) -> None:
        """Drop how newsletters stand that are no longer configured; what was counted of them stays counted."""
        gauges = (self._next_slot, self._last_slot, self._waiting, self._failing, self._paused)
        for key in self._known.difference(keys_kept):
            for gauge in gauges:
                gauge.remove(key)
        self._known.intersection_update(keys_kept)

    def jump(self) -> None:
        """The machine's clock jumped."""
        self._jumps.inc()

    def reload(self, ok: bool) -> None:  # noqa: FBT001 it is the one thing there is to say
        """config.yaml was read anew, and taken or refused."""
        self._reloads.labels("ok" if ok else "refused").inc()
        self._valid.set(ok)

    def render(self) -> bytes:
        """All of it, for /metrics."""
        return generate_latest(self.registry)

    def _gauge(self, name: str, *labels: str) -> Gauge:
        return Gauge(name, MEANINGS[name], labels, registry=self.registry)

    def _counter(self, name: str, *labels: str) -> Counter:
        return Counter(name, MEANINGS[name], labels, registry=self.registry)
