"""Metadata, feedback and evaluations as named values, by which recordings are searched (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple

LONGEST_NAME: Final = 256
LONGEST_TEXT: Final = 1_000
MOST: Final = 1_000
"""Values of one holder that are kept apart; what is beyond stands in its metadata alone."""
DEEPEST: Final = 16


class Holder(StrEnum):
    """What has the values; stored with them."""

    SESSION = "session"
    RECORDING = "recording"
    TRACE = "trace"


class Kind(StrEnum):
    """What stands in front of each name."""

    METADATA = "metadata"
    FEEDBACK = "feedback"
    EVALUATION = "evaluation"


class Named(NamedTuple):
    """One value under its whole name."""

    name: str
    text: str | None
    number: float | None


def flattened(kind: Kind, values: Mapping[str, Any]) -> list[Named]:
    """Nested objects and lists become names with dots: `metadata.user.plan`, `metadata.tags.0`.

    A name or text that is too long is cut; null has no value.
    """
    found: dict[str, Named] = {}
    for name, value in _leaves(str(kind), values, 0):
        cut = _plain(name)[:LONGEST_NAME]
        if value is not None and cut not in found and len(found) < MOST:
            found[cut] = Named(cut, *_stored(value))
    return list(found.values())


def _leaves(name: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 (JSON)
    inner: Iterator[tuple[Any, Any]]
    if isinstance(value, Mapping):
        inner = iter(value.items())
    elif isinstance(value, list):
        inner = iter(enumerate(value))
    else:
        yield name, value
        return
    if depth < DEEPEST:
        for key, item in inner:
            yield from _leaves(f"{name}.{key}", item, depth + 1)


def _stored(value: Any) -> tuple[str | None, float | None]:  # noqa: ANN401 (JSON)
    if isinstance(value, str):
        return _plain(value)[:LONGEST_TEXT], None
    try:
        return None, float(value)
    except OverflowError:
        return str(value)[:LONGEST_TEXT], None


def _plain(text: str) -> str:
    # PostgreSQL cannot hold this character.
    return text.replace("\0", "\ufffd")
