"""What is to be recorded, whichever client or part of the server says it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from sluice.server.features.proxy.wires.reading import Body

_PLAIN: Final = re.compile(r"[A-Za-z0-9@_][A-Za-z0-9._:/@+~=-]{0,199}", re.ASCII)
_LATEST: Final = 4_000_000_000
"""Seconds since 1970 (RFC 3339's clock in UTC): the year 2096."""
_MOST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Linked:
    """Rows of other features that a recording belongs to, as far as they are known."""

    template_id: int | None = None
    template_version_id: int | None = None
    test_run_id: int | None = None
    test_case_id: int | None = None


NOT_LINKED: Final = Linked()


@dataclass(frozen=True, slots=True)
class NewRecording:
    """One call of a model; `content` is as `reading` says, raw, and is changed in place."""

    session_uid: str
    content: Body = field(repr=False)
    uid: str | None = None
    """The completion's id, where the client gives one."""
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Of the session; it is merged into what the session has."""
    evaluations: Mapping[str, Any] = field(default_factory=dict, repr=False)
    trace_uid: str | None = None
    parent_uid: str | None = None
    environment: str | None = field(default=None, repr=False)
    provider: str | None = field(default=None, repr=False)
    model: str | None = field(default=None, repr=False)
    format: str | None = field(default=None, repr=False)
    """These four as they were named: what is no plain name stands in the content alone."""
    linked: Linked = NOT_LINKED
    is_complete: bool = True
    started_at: datetime | None = None
    finished_at: datetime | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    """As the provider counted."""
    repeat_key: str | None = field(default=None, repr=False)
    """The client's name for this request: the same again is not recorded twice."""


def plain(name: str | None, longest: int = 200) -> str | None:
    """Somebody else's word for a model or a vendor: what is no plain name is not kept."""
    if name is None or len(name) > longest or not _PLAIN.fullmatch(name):
        return None
    # Digits alone, or an address, may be a person's.
    return None if name.isdigit() or "@" in name[1:] else name


def moment(seconds: float | None) -> datetime | None:
    """A time as clients give it: seconds since 1970; None for what is none."""
    if seconds is None or not math.isfinite(seconds) or not 0 < seconds < _LATEST:
        return None
    at = datetime.fromtimestamp(seconds, UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def duration_ms(started: datetime | None, finished: datetime | None) -> int | None:
    """Milliseconds between two moments; None where one is not known, or they are swapped."""
    if started is None or finished is None or finished < started:
        return None
    return min(round((finished - started).total_seconds() * 1000), _MOST)
