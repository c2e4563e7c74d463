"""Metrics count what happened under labels from closed sets."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from sluice.engine.types import Action
from sluice.server.kit.metrics import Metrics, bounded

CANARY = "zq-canary-0c2e"


def metrics() -> Metrics:
    return Metrics(
        entity_types={"PERSON", "EMAIL_ADDRESS"},
        providers={"echo", "openai"},
    )


def value(of: Metrics, name: str, **labels: str) -> float | None:
    return of.registry.get_sample_value(f"sluice_{name}", labels)


def test_every_kind_of_event_is_counted() -> None:
    of = metrics()
    of.request_started()
    of.request_finished("POST", "/api/v1/threads/{thread_id}", 200, 0.5, 0.25)
    of.prompt("submit", "answered")
    of.findings("PERSON", Action.MASK, 3)
    of.hydrated(2)
    of.provider_call("openai", "answered", 1.5, 0.5)
    route = {"method": "POST", "route": "/api/v1/threads/{thread_id}"}
    assert value(of, "http_requests_total", **route, status="200") == 1
    assert value(of, "http_request_duration_seconds_sum", **route) == 0.5
    assert value(of, "http_first_byte_seconds_sum", **route) == 0.25
    assert value(of, "http_requests_in_flight") == 0
    assert value(of, "prompts_total", operation="submit", outcome="answered") == 1
    assert value(of, "findings_total", entity_type="PERSON", action="mask") == 3
    assert value(of, "hydrated_items_total") == 2
    assert value(of, "provider_calls_total", provider="openai", outcome="answered") == 1
    assert value(of, "provider_call_duration_seconds_sum", provider="openai") == 1.5
    assert value(of, "provider_first_token_seconds_sum", provider="openai") == 0.5


def test_where_no_byte_and_no_token_came_no_time_is_counted() -> None:
    of = metrics()
    of.request_started()
    of.request_finished("GET", "/x", 204, 0.1, None)
    of.provider_call("echo", "unreachable", 0.1)
    assert value(of, "http_first_byte_seconds_count", method="GET", route="/x") is None
    assert value(of, "provider_first_token_seconds_count", provider="echo") is None


def test_values_outside_their_sets_count_under_one_label() -> None:
    of = metrics()
    for n in range(5):
        of.request_started()
        of.request_finished(f"{CANARY}{n}", "(unmatched)", 404, 0.1, None)
        of.findings(f"{CANARY}{n}", Action.REDACT)
        of.provider_call(f"{CANARY}{n}", "timeout", 1.0)
    assert value(of, "findings_total", entity_type="CUSTOM", action="redact") == 5
    assert value(of, "provider_calls_total", provider="OTHER", outcome="timeout") == 5
    assert value(of, "http_requests_total", method="OTHER", route="(unmatched)", status="404") == 5
    assert CANARY not in of.exposition()[0].decode()


def test_two_applications_count_for_themselves() -> None:
    one, other = metrics(), metrics()
    one.hydrated(1)
    assert value(other, "hydrated_items_total") == 0


def test_the_exposition_is_what_prometheus_reads() -> None:
    of = metrics()
    of.hydrated(4)
    body, content_type = of.exposition()
    families = {f.name: f for f in text_string_to_metric_families(body.decode())}
    assert content_type.startswith("text/plain; version=")
    assert families["sluice_hydrated_items"].samples[0].value == 4
    assert "process_resident_memory_bytes" in families
    assert not [name for name in families if name.endswith("_created")]


def test_a_value_is_kept_only_if_it_is_in_the_set() -> None:
    assert bounded("a", frozenset("ab")) == "a"
    assert bounded("c", frozenset("ab")) == "OTHER"
    assert bounded("c", frozenset("ab"), "CUSTOM") == "CUSTOM"
