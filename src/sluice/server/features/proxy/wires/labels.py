"""What a JSON value's surroundings call it (pure).

The nine digits of `{"ssn": "…"}` are nothing by themselves, and some objects tell the name of a
value beside it: `{"system": "phone", "value": "…"}`, `{"phone": {"number": "…"}}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from sluice.engine.reading import fields

LONGEST: Final = 64
"""Code points of a label; what is longer is no name."""
WHOLE_DIGITS: Final = 6
"""Whole numbers of so many digits are looked at whatever they are called."""

_FIELD_NAME: Final = re.compile(
    r"[$_]{0,2}[a-z]{1,20}(?:_?(?:[A-Z]{1,5}(?![a-z])|[A-Z]?[a-z]{1,20}))*", re.ASCII
)
_VALUES: Final = frozenset(
    {
        *("value", "values", "val", "valuestring", "valueinteger", "data", "default"),
        *("answer", "answers", "input", "content"),
    }
)
"""Keys that say nothing: another key of the same object says what their value is."""
_NUMBERS: Final = frozenset({"number", "numbers", "no", "num", "nr", "id", "code"})
"""Keys that say little: the key above says of what."""
_NAMES: Final = (
    "name", "key", "label", "field", "system", "type", "kind", "question", "attribute", "property",
    "title", "code",
)  # fmt: skip
"""Keys whose value may name the value beside it, the likeliest first."""


def is_field_name(name: str) -> bool:
    """Whether a key is made of words, as programs call their fields; any other may be a value.

    Keys of tokens, addresses and account numbers hold digits or signs, those of people capitals.
    """
    return len(name) <= LONGEST and _FIELD_NAME.fullmatch(name) is not None


def label_of(holder: Mapping[str, object], name: str, above: str) -> str:
    """What the value under `name` is called; `above` is what the holder is called."""
    plain = name.lower()
    if plain in _VALUES:
        said = (holder.get(key) for key in _NAMES if key != plain)
        beside = next((s for s in said if isinstance(s, str) and 0 < len(s) <= LONGEST), "")
        return beside or above or name
    return f"{above} {name}" if plain in _NUMBERS and above else name


class Numbers:
    """Which numbers of one request are looked at."""

    def __init__(self) -> None:
        self._named: dict[tuple[str, int], bool] = {}

    def is_scanned(self, number: float, label: str) -> bool:
        """Whether a number may be a value that somebody looks for.

        That is a whole number that is long, or whose label names an entity type.
        """
        if isinstance(number, bool) or not _is_whole(number):
            return False
        return abs(number) >= 10 ** (WHOLE_DIGITS - 1) or self._is_named(label, int(number))

    def _is_named(self, label: str, number: int) -> bool:
        if not 0 < len(label) <= LONGEST:
            return False
        form = label, len(str(number))
        if form not in self._named:
            document = json.dumps({label: number}, ensure_ascii=False)
            self._named[form] = any(True for _ in fields(document))
        return self._named[form]


def _is_whole(number: float) -> bool:
    return isinstance(number, int) or number.is_integer()
