"""What sessions and recordings are searched by (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Target(StrEnum):
    """What is searched."""

    RECORDINGS = "recordings"
    SESSIONS = "sessions"


class Op(StrEnum):
    """How a field is compared with a value."""

    EQ = "eq"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    CONTAINS = "contains"
    BETWEEN = "between"
    """From the first value to the second one, both included."""


class Kind(StrEnum):
    """What a field holds, and with it what it can be compared with."""

    ID = "id"
    NAME = "name"
    NUMBER = "number"
    TIME = "time"
    FLAG = "flag"
    TYPES = "types"
    NAMED = "named"
    """Metadata, feedback, evaluations: texts and numbers under names of their own."""
    CONTENT = "content"
    """Sealed: opened and looked at."""


ORDERED: Final = frozenset({Op.EQ, Op.GT, Op.GTE, Op.LT, Op.LTE, Op.BETWEEN})
OPS: Final = {
    Kind.ID: frozenset({Op.EQ}),
    Kind.NAME: frozenset({Op.EQ, Op.CONTAINS}),
    Kind.NUMBER: ORDERED,
    Kind.TIME: ORDERED,
    Kind.FLAG: frozenset({Op.EQ}),
    Kind.TYPES: frozenset({Op.CONTAINS}),
    Kind.NAMED: ORDERED | {Op.CONTAINS},
    Kind.CONTENT: frozenset({Op.CONTAINS}),
}

NAMED: Final = ("metadata.", "feedback.", "evaluation.")
"""How the names begin that recordings give to values of their own."""

_OF_RECORDINGS: Final = {
    "id": Kind.ID,
    "session": Kind.ID,
    "trace": Kind.ID,
    "template": Kind.ID,
    "version": Kind.ID,
    "testRun": Kind.ID,
    "environment": Kind.NAME,
    "provider": Kind.NAME,
    "model": Kind.NAME,
    "format": Kind.NAME,
    "complete": Kind.FLAG,
    "createdAt": Kind.TIME,
    "startedAt": Kind.TIME,
    "durationMs": Kind.NUMBER,
    "inputTokens": Kind.NUMBER,
    "outputTokens": Kind.NUMBER,
    "tokens": Kind.NUMBER,
    "costMicrodollars": Kind.NUMBER,
    "entityTypes": Kind.TYPES,
    "input": Kind.CONTENT,
    "output": Kind.CONTENT,
    "text": Kind.CONTENT,
}
_OF_SESSIONS: Final = {
    "id": Kind.ID,
    "testRun": Kind.ID,
    "environment": Kind.NAME,
    "createdAt": Kind.TIME,
    "lastRecordedAt": Kind.TIME,
    "recordings": Kind.NUMBER,
    "inputTokens": Kind.NUMBER,
    "outputTokens": Kind.NUMBER,
    "tokens": Kind.NUMBER,
    "costMicrodollars": Kind.NUMBER,
}
_OF_ANY_RECORDING: Final = (
    "trace", "template", "version", "provider", "model", "format", "complete", "startedAt",
    "durationMs", "entityTypes", "input", "output", "text",
)  # fmt: skip
"""What a session has if one of its recordings has it."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of what is searched."""

    name: str
    kind: Kind
    of_recordings: bool
    """Whether it is a recording's: a session has it if one of its recordings has."""


def field_named(target: Target, name: str) -> Field | None:
    """The field of this name; None if there is none."""
    for prefix in NAMED:
        if name.startswith(prefix) and len(name) > len(prefix):
            return Field(name, Kind.NAMED, of_recordings=False)
    if target is Target.RECORDINGS:
        kind = _OF_RECORDINGS.get(name)
        return Field(name, kind, of_recordings=True) if kind is not None else None
    if name in _OF_SESSIONS:
        return Field(name, _OF_SESSIONS[name], of_recordings=False)
    if name in _OF_ANY_RECORDING:
        return Field(name, _OF_RECORDINGS[name], of_recordings=True)
    return None


def field_names(target: Target) -> list[str]:
    """Every field, for whoever wrote another one."""
    names = list(_OF_RECORDINGS)
    if target is Target.SESSIONS:
        names = [*_OF_SESSIONS, *_OF_ANY_RECORDING]
    return [*names, *(f"{prefix}…" for prefix in NAMED)]
