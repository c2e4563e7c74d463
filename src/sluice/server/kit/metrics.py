"""Counters and histograms for Prometheus, in a registry of their own per application.

Labels come from closed sets that are given once; whatever is not in its set counts under one
catch-all value. So neither payload nor an unbounded number of series can get into a metric. A
policy's own entity types count as `CUSTOM`: an organisation's words are its own affair.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final, Literal, TypeAlias

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric

from sluice.engine.types import Action

Operation: TypeAlias = Literal["analyze", "cleanse", "hydrate", "submit", "stream", "proxy"]
PromptOutcome: TypeAlias = Literal["answered", "blocked", "refused", "failed", "abandoned"]
ProviderOutcome: TypeAlias = Literal[
    "answered", "unreachable", "timeout", "rate_limited", "rejected", "protocol", "cancelled"
]

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER: Final = "OTHER"
"""The label of a value that is not in its set."""
CUSTOM: Final = "CUSTOM"
"""The label of every entity type that a policy made up."""

FAST_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)
"""Upper bounds in seconds for requests: fine below 20 ms, where our own share lies."""
MODEL_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300)
"""Upper bounds in seconds for what a model takes."""


class Metrics:
    """The metrics of one application; every method is cheap and may be called from any task."""

    def __init__(
        self,
        *,
        entity_types: Collection[str] = (),
        providers: Collection[str] = (),
    ) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self._entity_types = frozenset(entity_types)
        self._providers = frozenset(providers)
        ProcessCollector(registry=self.registry)
        self._define_http()
        self._define_prompts()
        self._define_providers()

    def _define_http(self) -> None:
        self._requests = self._counter(
            "http_requests", "Requests answered.", "method", "route", "status"
        )
        self._request_seconds = self._histogram(
            "http_request_duration_seconds",
            "From the request's head to the last byte of its answer.",
            FAST_BUCKETS + MODEL_BUCKETS[-2:],
            "method",
            "route",
        )
        self._first_byte_seconds = self._histogram(
            "http_first_byte_seconds",
            "From the request's head to the first byte of its answer's body.",
            FAST_BUCKETS,
            "method",
            "route",
        )
        self._in_flight = Gauge(
            "sluice_http_requests_in_flight",
            "Requests that are being answered now.",
            registry=self.registry,
        )

    def _define_prompts(self) -> None:
        self._prompts = self._counter(
            "prompts", "Prompts by how they ended.", "operation", "outcome"
        )
        self._findings = self._counter(
            "findings", "Findings by what was done with them.", "entity_type", "action"
        )
        self._hydrated = self._counter("hydrated_items", "Originals put back into answers.")

    def _define_providers(self) -> None:
        self._provider_calls = self._counter(
            "provider_calls", "Calls to model providers by how they ended.", "provider", "outcome"
        )
        self._provider_seconds = self._histogram(
            "provider_call_duration_seconds", "Whole calls.", MODEL_BUCKETS, "provider"
        )
        self._first_token_seconds = self._histogram(
            "provider_first_token_seconds",
            "From the call to the first text of its answer.",
            MODEL_BUCKETS,
            "provider",
        )

    def _counter(self, name: str, help_text: str, *labels: str) -> Counter:
        return Counter(f"sluice_{name}", help_text, labels, registry=self.registry)

    def _histogram(
        self, name: str, help_text: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        return Histogram(
            f"sluice_{name}", help_text, labels, registry=self.registry, buckets=buckets
        )

    def request_started(self) -> None:
        """One more request in flight."""
        self._in_flight.inc()

    def request_finished(
        self, method: str, route: str, status: int, seconds: float, first_byte: float | None
    ) -> None:
        """One request less in flight. `route` is its template, never a path; times in seconds."""
        self._in_flight.dec()
        method = bounded(method, METHODS)
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(method, route).observe(seconds)
        if first_byte is not None:
            self._first_byte_seconds.labels(method, route).observe(first_byte)

    def prompt(self, operation: Operation, outcome: PromptOutcome) -> None:
        """A prompt came to its end."""
        self._prompts.labels(operation, outcome).inc()

    def findings(self, entity_type: str, action: Action, count: int = 1) -> None:
        """`count` findings of one entity type met one action."""
        label = bounded(entity_type, self._entity_types, CUSTOM)
        self._findings.labels(label, action.value).inc(count)

    def hydrated(self, count: int) -> None:
        """`count` originals were put back."""
        self._hydrated.inc(count)

    def provider_call(
        self,
        provider: str,
        outcome: ProviderOutcome,
        seconds: float,
        first_token: float | None = None,
    ) -> None:
        """A call to a provider ended; `first_token` is None where no text came."""
        provider = bounded(provider, self._providers)
        self._provider_calls.labels(provider, outcome).inc()
        self._provider_seconds.labels(provider).observe(seconds)
        if first_token is not None:
            self._first_token_seconds.labels(provider).observe(first_token)

    def exposition(self) -> tuple[bytes, str]:
        """The body of `/metrics` and its content type."""
        return generate_latest(_WithoutCreated(self.registry)), CONTENT_TYPE_LATEST


class _WithoutCreated:
    """A registry's metrics without the `_created` series, which would double their number.

    The library's own switch for this is global to the process.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            metric.samples = [s for s in metric.samples if not s.name.endswith("_created")]
            yield metric


def bounded(value: str, allowed: frozenset[str], otherwise: str = OTHER) -> str:
    """`value` if it is one of `allowed`, else the catch-all."""
    return value if value in allowed else otherwise
