"""A small memory of answers that were true a moment ago."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from sluice.server.kit.tokens import token_hash

T = TypeVar("T")

MAX_SECONDS: Final = 60.0
MAX_ENTRIES: Final = 1024


class Recent(Generic[T]):
    """Values by access token for at most 60 seconds; the key is the token's SHA-256.

    Holds 1,024 values at most and then forgets the oldest. Refusals are not kept.
    """

    def __init__(
        self,
        seconds: float = MAX_SECONDS,
        entries: int = MAX_ENTRIES,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if not 0 <= seconds <= MAX_SECONDS:
            raise ValueError(f"seconds must be between 0 and {MAX_SECONDS:.0f}")
        self._seconds = seconds
        self._entries = entries
        self._monotonic = monotonic
        self._values: OrderedDict[str, tuple[float, T]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, token: str) -> T | None:
        """The value, if it is young enough."""
        key = token_hash(token)
        kept = self._values.get(key)
        if kept is None:
            return None
        if self._monotonic() >= kept[0]:
            del self._values[key]
            return None
        return kept[1]

    def put(self, token: str, value: T, *, seconds: float | None = None) -> None:
        """Keep a value, for fewer seconds than usual if it is valid for fewer."""
        lifetime = self._seconds if seconds is None else min(self._seconds, seconds)
        if lifetime <= 0:
            return
        self._values[token_hash(token)] = (self._monotonic() + lifetime, value)
        while len(self._values) > self._entries:
            self._values.popitem(last=False)
