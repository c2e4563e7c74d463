"""JSON values that can be stored and shown again (pure)."""

from __future__ import annotations

import math
from typing import Final, TypeVar

from sluice.server.features.proxy.wires.reading import DEEPEST

Value = TypeVar("Value")

MOST_LEVELS: Final = DEEPEST + 8
"""Levels of a body: those of a value in it, and those that it stands in."""


def sound(value: Value) -> Value:
    """The value; raises `ValueError` for what is no JSON, or nested too deep to be looked through.

    Parsers take `NaN`, `Infinity` and numbers that are too large; databases and clients do not.
    """
    left: list[tuple[object, int]] = [(value, 0)]
    while left:
        one, level = left.pop()
        if level > MOST_LEVELS:
            raise ValueError(f"is nested deeper than {DEEPEST} levels")
        if isinstance(one, float) and not math.isfinite(one):
            raise ValueError("holds a number that JSON cannot say")
        if isinstance(one, dict):
            left += [(item, level + 1) for item in one.values()]
        elif isinstance(one, list):
            left += [(item, level + 1) for item in one]
    return value


def is_sound(value: object) -> bool:
    """Whether it is JSON that can be looked through."""
    try:
        sound(value)
    except ValueError:
        return False
    return True
