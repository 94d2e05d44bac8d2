"""What is counted, as a Prometheus parser reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from digest.core.modeluse import Outcome, Spent, Used
from digest.daemon.metrics import MEANINGS, Metrics

START = datetime(2026, 3, 2, 7, tzinfo=UTC)
NEXT = START + timedelta(hours=1)


@pytest.fixture
def metrics():
    return Metrics("1.2.3", START)


def samples(metrics):
    """Name and labels to value, process metrics left out."""
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(metrics.render().decode())
        for sample in family.samples
        if sample.name.startswith("digest_")
    }


def everything(metrics):
    metrics.tick(0.3, NEXT)
    metrics.edition("weekly", "composed")
    metrics.skipped("weekly", "catch_up")
    metrics.newsletter("weekly", next_slot=NEXT, last_slot=START, waiting=4, failing=True, paused=False)
    metrics.jump()
    metrics.reload(False)


def test_what_happened_is_what_is_read(metrics):
    everything(metrics)
    metrics.edition("weekly", "composed")
    found = samples(metrics)
    assert {key: value for key, value in found.items() if "bucket" not in key[0]} == {
        ("digest_info", "1.2.3"): 1,
        ("digest_up_since_seconds",): START.timestamp(),
        ("digest_ticks_total",): 1,
        ("digest_tick_seconds_count",): 1,
        ("digest_tick_seconds_sum",): 0.3,
        ("digest_last_tick_timestamp_seconds",): NEXT.timestamp(),
        ("digest_editions_total", "composed", "weekly"): 2,
        ("digest_slots_skipped_total", "catch_up", "weekly"): 1,
        ("digest_next_slot_timestamp_seconds", "weekly"): NEXT.timestamp(),
        ("digest_last_slot_timestamp_seconds", "weekly"): START.timestamp(),
        ("digest_deliveries_waiting", "weekly"): 4,
        ("digest_newsletter_failing", "weekly"): 1,
        ("digest_newsletter_paused", "weekly"): 0,
        ("digest_clock_jumps_total",): 1,
        ("digest_config_reloads_total", "refused"): 1,
        ("digest_config_valid",): 0,
    }
    assert found["digest_tick_seconds_bucket", "0.1"] == 0
    assert found["digest_tick_seconds_bucket", "0.5"] == 1


def test_every_metric_has_its_meaning_and_no_meaning_is_without_metric(metrics):
    everything(metrics)
    families = {
        line.split(" ", 3)[2]: line.split(" ", 3)[3]
        for line in metrics.render().decode().splitlines()
        if line.startswith("# HELP digest_")
    }
    assert families == MEANINGS


def test_a_slot_there_is_none_of_is_absent(metrics):
    metrics.newsletter("weekly", next_slot=NEXT, last_slot=START, waiting=0, failing=False, paused=True)
    metrics.newsletter("weekly", next_slot=None, last_slot=None, waiting=0, failing=False, paused=True)
    found = samples(metrics)
    assert ("digest_next_slot_timestamp_seconds", "weekly") not in found
    assert ("digest_last_slot_timestamp_seconds", "weekly") not in found
    assert found["digest_newsletter_paused", "weekly"] == 1


def test_a_newsletter_no_longer_configured_is_forgotten_and_its_counts_are_not(metrics):
    everything(metrics)
    metrics.newsletter("policy", next_slot=NEXT, last_slot=None, waiting=0, failing=False, paused=False)
    metrics.forget({"policy"})
    named = {key[0] for key in samples(metrics) if "weekly" in key}
    assert named == {"digest_editions_total", "digest_slots_skipped_total"}
    assert ("digest_next_slot_timestamp_seconds", "policy") in samples(metrics)


def test_a_model_s_totals_are_the_store_s_and_never_fall(metrics):
    one = Used(Spent(3, 1000, 200), 0.5, Outcome(2, 1, {"facts": 1}))
    metrics.model("weekly", one)
    found = {key: value for key, value in samples(metrics).items() if "model" in key[0]}
    assert found == {
        ("digest_model_calls_total", "weekly"): 3,
        ("digest_model_tokens_total", "sent", "weekly"): 1000,
        ("digest_model_tokens_total", "received", "weekly"): 200,
        ("digest_model_money_total", "weekly"): 0.5,
        ("digest_model_summaries_total", "weekly", "written"): 2,
        ("digest_model_summaries_total", "facts", "weekly"): 1,
        ("digest_model_answers_kept_total", "weekly"): 1,
    }
    # What was set aside for a call is put back; and then it goes on.
    metrics.model("weekly", replace(one, spent=Spent(3, 900, 100)))
    assert samples(metrics)["digest_model_tokens_total", "received", "weekly"] == 200
    metrics.model("weekly", replace(one, spent=Spent(4, 1100, 250)))
    assert samples(metrics)["digest_model_tokens_total", "received", "weekly"] == 250
    assert samples(metrics)["digest_model_calls_total", "weekly"] == 4


def test_a_good_reload_makes_the_configuration_valid_again(metrics):
    assert samples(metrics)["digest_config_valid",] == 1
    metrics.reload(False)
    metrics.reload(True)
    found = samples(metrics)
    assert found["digest_config_valid",] == 1
    assert found["digest_config_reloads_total", "ok"] == 1


def test_names_like_no_other_are_escaped(metrics):
    metrics.skipped('a"b\\c\nd', "w")
    assert samples(metrics)["digest_slots_skipped_total", 'a"b\\c\nd', "w"] == 1


def test_two_daemons_of_one_process_count_apart_and_nothing_in_common(metrics):
    everything(metrics)
    assert ("digest_clock_jumps_total",) in samples(Metrics("2", START))
    assert samples(Metrics("2", START))["digest_clock_jumps_total",] == 0
    assert not [family.name for family in REGISTRY.collect() if family.name.startswith("digest")]


def test_memory_is_told_of_where_the_system_tells_it(metrics):
    if not metrics.registry.get_sample_value("process_resident_memory_bytes"):
        pytest.skip("no /proc here")
    assert b"\nprocess_open_fds " in metrics.render()
