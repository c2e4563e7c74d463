"""Regular expressions of evaluators, kept while the texts beside them are cleansed (pure).

A placeholder inside of an expression would say something else. So what stands literally in an
expression is looked at in its place: one that holds a value is refused, any other is put back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from sluice.engine.errors import Problem

_SYNTAX: Final = re.compile(
    r"\\(?P<escaped>.)|\[\^?\]?(?:\\.|[^\]\\])*\]|(?P<repeat>[*+?]|\{\d*,?\d*\})|[()|^$]", re.DOTALL
)
_HOLDS_A_VALUE: Final = "holds what looks like a sensitive value; look for it with `contains`"


@dataclass(frozen=True, slots=True)
class _Taken:
    """One expression."""

    path: str
    place: dict[str, Any] = field(repr=False)
    """Its literal text stands here, under `pattern`."""
    literal: str = field(repr=False)


class Patterns:
    """Takes expressions out of evaluators' documents, in the documents themselves."""

    def __init__(self, evaluators: list[dict[str, Any]]) -> None:
        self._taken: list[_Taken] = []
        self._back: list[Callable[[], None]] = []
        for index, evaluator in enumerate(evaluators):
            for part in list(_objects(evaluator)):
                self._take(part, f"evaluators[{index}]")

    def put_back(self) -> list[Problem]:
        """Put every expression back; a problem for each whose literal text was changed.

        May be asked again after the documents were written anew.
        """
        changed = [one.path for one in self._taken if one.place["pattern"] != one.literal]
        for back in reversed(self._back):
            back()
        return [Problem(path, _HOLDS_A_VALUE) for path in dict.fromkeys(changed)]

    def _take(self, part: dict[str, Any], path: str) -> None:
        if isinstance(source := part.get("pattern"), str):
            part["pattern"] = literal_text(source)
            self._taken.append(_Taken(f"{path}.pattern", part, part["pattern"]))
            self._back.append(partial(part.__setitem__, "pattern", source))
        if isinstance(named := part.get("patternProperties"), dict):
            places = [{"pattern": literal_text(key), "then": named[key]} for key in named]
            part["patternProperties"] = places
            self._taken += [
                _Taken(f"{path}.patternProperties", one, one["pattern"]) for one in places
            ]
            self._back.append(partial(_put_keys_back, part, list(named), places))


def _put_keys_back(part: dict[str, Any], keys: list[str], places: list[dict[str, Any]]) -> None:
    values = [one["then"] for one in places]
    part["patternProperties"] = dict(zip(keys, values, strict=True))


def literal_text(pattern: str) -> str:
    """What an expression says literally; white space where it says something else."""
    return _SYNTAX.sub(_literal, pattern)


def _literal(found: re.Match[str]) -> str:
    if (escaped := found["escaped"]) is not None:
        return " " if escaped.isalnum() else escaped
    return "" if found["repeat"] else " "


def _objects(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value
    if isinstance(value, dict | list):
        for one in inner:  # type: ignore[attr-defined] # (of either)
            yield from _objects(one)
