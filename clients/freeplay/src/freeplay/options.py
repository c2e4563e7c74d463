"""What a client can be told about itself, apart from the parameters of models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from freeplay.resolvers import TemplateResolver


@dataclass(frozen=True)
class Unrecorded:
    """A recording that could not be sent, and why; `payload` is what it would have said.

    `reason` is `queue_full`, `not_json`, `closed`, `unsent_at_exit`, or the name of an error of
    `freeplay.errors`; `status` the HTTP status where the server refused it.
    """

    session_id: str
    reason: str
    status: int | None = None
    payload: Mapping[str, Any] = field(repr=False, default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ClientOptions:
    """How a client behaves.

    `timeout` and `recording_timeout` are in seconds, for each attempt's connecting, sending and
    every wait for the next piece of an answer. `retries` counts further attempts of calls that may
    be repeated. With `record_in_background` a completion does not wait for its recording:
    up to `queue_size` of them wait in memory, and at the end of the program `flush_seconds` are
    spent on sending the rest. `on_unrecorded` is told of each recording that is lost, in whichever
    thread found out. Templates are read again for each session; where the server is down, those
    of before are used, which `template_cache_file` keeps for the next start of the program.
    `template_resolver` reads them from elsewhere, and the server is not asked for them.
    """

    timeout: float = 30.0
    retries: int = 2
    recording_timeout: float = 5.0
    record_in_background: bool = False
    queue_size: int = 1000
    flush_seconds: float = 10.0
    on_unrecorded: Callable[[Unrecorded], object] | None = None
    template_cache_file: Path | None = None
    template_resolver: TemplateResolver | None = None
