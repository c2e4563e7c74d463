"""A bounded memory: what was used least recently is forgotten first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


def _one(value: object) -> int:
    return 1


class RecentlyUsed(Generic[Key, Value]):
    """Values by key, of at most `most` together, each as heavy as `weight` says."""

    def __init__(self, most: int, weight: Callable[[Value], int] = _one) -> None:
        self._most, self._weight = most, weight
        self._held = 0
        self._values: OrderedDict[Key, Value] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Key) -> Value | None:
        """The value, if it is still known."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: Key, value: Value) -> None:
        """Remember a value in place of an earlier one."""
        self.drop(key)
        self._values[key] = value
        self._held += self._weight(value)
        while self._held > self._most and self._values:
            self._held -= self._weight(self._values.popitem(last=False)[1])

    def drop(self, key: Key) -> None:
        """Forget one."""
        value = self._values.pop(key, None)
        if value is not None:
            self._held -= self._weight(value)

    def items(self) -> list[tuple[Key, Value]]:
        """All of them, the least used first."""
        return list(self._values.items())

    def drop_all(self, belongs: Callable[[Key], bool]) -> None:
        """Forget those whose keys belong to something that is gone."""
        for key in [key for key in self._values if belongs(key)]:
            self.drop(key)
