"""The numbers of one conversation's placeholders, drawn by many calls at the same time."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Mapping
from typing import Final

from sluice.engine.placeholders import parse

WIDEST: Final = 1_024
"""How far apart two replicas draw at the most, once they have met."""
MOST_RESERVED: Final = 10_000
"""Reserved numbers of an entity type that are remembered."""


class NumberSpace:
    """What comes next for each entity type: a number is drawn once and never given back.

    Safe for threads. Replicas do not ask each other: what one of them draws may be taken by the
    time it is saved, then `learn` leads on behind what is stored.
    """

    def __init__(self, counters: Mapping[str, int]) -> None:
        self._next = dict(counters)
        self._reserved: dict[str, set[int]] = {}
        self._lock = threading.Lock()
        self._spread = 1

    @property
    def entity_types(self) -> frozenset[str]:
        """The entity types of which there are placeholders."""
        return frozenset(self._next)

    def draw(self, entity_type: str) -> int:
        """The next number; every call gives another one."""
        with self._lock:
            number = self._next.get(entity_type, 0)
            if reserved := self._reserved.get(entity_type):
                while number in reserved:
                    reserved.remove(number)
                    number += 1
            self._next[entity_type] = number + 1
        return number

    def next(self, entity_type: str) -> int:
        """What would be drawn now, unless it is reserved."""
        with self._lock:
            return self._next.get(entity_type, 0)

    def reserve(self, names: Iterable[str]) -> None:
        """Never draw the numbers of these placeholders. What is forgotten, the database refuses."""
        for name in names:
            if (parsed := parse(name)) is not None:
                kind, number = parsed
                with self._lock:
                    if number >= self._next.get(kind, 0):
                        reserved = self._reserved.setdefault(kind, set())
                        if len(reserved) < MOST_RESERVED:
                            reserved.add(number)

    def learn(self, counters: Mapping[str, int]) -> None:
        """Go on behind what is stored by now.

        Where others draw at the same time, at a distance that is drawn: so that two of them do
        not run into each other again and again.
        """
        with self._lock:
            ahead = {k: n for k, n in counters.items() if n > self._next.get(k, 0)}
            if ahead:
                self._spread = min(2 * self._spread, WIDEST)
            for kind, number in ahead.items():
                self._next[kind] = number + secrets.randbelow(self._spread)
