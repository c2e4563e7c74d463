"""In which order a search shows what it finds, and where in it a page begins (pure)."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from sluice.engine.errors import Problem
from sluice.server.errors import Unprocessable
from sluice.server.features.sessions.search.fields import Target


class Order(StrEnum):
    """What comes first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    SLOWEST = "slowest"
    COSTLIEST = "costliest"


@dataclass(frozen=True, slots=True)
class Ordering:
    """By which column, then by id; rows without a value in it are not shown."""

    column: str
    descending: bool


ORDERINGS: Final = {
    (Target.RECORDINGS, Order.NEWEST): Ordering("id", descending=True),
    (Target.RECORDINGS, Order.OLDEST): Ordering("id", descending=False),
    (Target.RECORDINGS, Order.SLOWEST): Ordering("duration_ms", descending=True),
    (Target.RECORDINGS, Order.COSTLIEST): Ordering("cost", descending=True),
    (Target.SESSIONS, Order.NEWEST): Ordering("id", descending=True),
    (Target.SESSIONS, Order.OLDEST): Ordering("id", descending=False),
}


class Position(NamedTuple):
    """A row's place in an order."""

    value: int
    """In the column; the id itself where it goes by id."""
    id: int


LONGEST_CURSOR: Final = 100
_LARGEST: Final = 2**62


def ordering(target: Target, order: Order) -> Ordering:
    """How this is ordered; raises `Unprocessable` where it cannot be."""
    found = ORDERINGS.get((target, order))
    if found is None:
        known = ", ".join(o for t, o in ORDERINGS if t is target)
        problem = Problem("order", f"must be one of {known} for {target}")
        raise Unprocessable("This order is not known here.", errors=[problem])
    return found


def cursor(target: Target, order: Order, position: Position) -> str:
    """A position for the wire: numbers only, nothing of what was sought or found."""
    said = json.dumps([target.value, order.value, *position], separators=(",", ":"))
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def position_of(target: Target, order: Order, sent: str | None) -> Position | None:
    """The position that a cursor says; raises `Unprocessable` for one that is none of ours."""
    if sent is None:
        return None
    said = _said(sent)
    if said is not None and said[:2] == [target.value, order.value]:
        numbers = [n for n in said[2:] if type(n) is int and abs(n) < _LARGEST]
        if len(numbers) == len(said) - 2 == 2:
            return Position(*numbers)
    problem = Problem("cursor", "must be the `next` of an answer to this search, in this order")
    raise Unprocessable("The cursor is not valid.", errors=[problem])


def _said(sent: str) -> list[object] | None:
    if len(sent) > LONGEST_CURSOR or not sent.isascii():
        return None
    try:
        said = json.loads(base64.urlsafe_b64decode(sent + "=" * (-len(sent) % 4)))
    except (binascii.Error, ValueError):
        return None
    return said if isinstance(said, list) else None
