"""What an answer of Anthropic's tells besides its text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sluice.server.features.proxy.wires.wire import Outcome
from sluice.server.providers.anthropic_answer import FINISH
from sluice.server.providers.base import FinishReason, Usage

_FINISH: Final[Mapping[str, FinishReason]] = {**FINISH, "compaction": "stop"}
"""As elsewhere; only callers of this wire can ask for a compaction."""
_WRITTEN: Final = "cache_creation_input_tokens"
_READ: Final = "cache_read_input_tokens"


def note_message(outcome: Outcome, message: Mapping[str, object]) -> None:
    """Take over what a message says of itself, as far as it does."""
    outcome.answer_id = _string(message, "id") or outcome.answer_id
    outcome.model = _string(message, "model") or outcome.model
    note_finish(outcome, message)


def note_finish(outcome: Outcome, stopped: Mapping[str, object]) -> None:
    """Why it ended, where it says so; a reason that is not known here is an error."""
    reason = _string(stopped, "stop_reason")
    if reason:
        outcome.finish = _FINISH.get(reason, "error")


def usage_of(counts: Mapping[str, object]) -> Usage | None:
    """The vendor's counts; it counts cached input apart, here it is in `input_tokens` too."""
    if not any(_is_count(value) for value in counts.values()):
        return None
    read, written = _count(counts, _READ), _count(counts, _WRITTEN)
    return Usage(
        input_tokens=_count(counts, "input_tokens") + read + written,
        output_tokens=_count(counts, "output_tokens"),
        cache_read_tokens=read,
        cache_write_tokens=written,
    )


def newest_counts(before: Mapping[str, object], usage: object) -> dict[str, object]:
    """Counts are cumulative: a later one replaces, one that is not there stays."""
    later = usage if isinstance(usage, dict) else {}
    return {**before, **{name: value for name, value in later.items() if _is_count(value)}}


def _string(source: Mapping[str, object], name: str) -> str | None:
    value = source.get(name)
    return value if isinstance(value, str) else None


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _count(counts: Mapping[str, object], name: str) -> int:
    value = counts.get(name)
    return value if isinstance(value, int) and _is_count(value) else 0
