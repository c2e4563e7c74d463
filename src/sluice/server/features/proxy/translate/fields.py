"""Reads the JSON objects of a cleansed request so that no field of it is dropped unnoticed (pure).

Each field is taken, dropped on purpose, or refused: what nobody asked for when an object is closed
is a problem that names its path. A field that is null counts as not given.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from sluice.engine.errors import Problem
from sluice.engine.types import CleansedText
from sluice.server.errors import Unprocessable
from sluice.server.features.proxy.wires.reading import shown

NO_PLACE: Final = "cannot be told to the vendor of this model; leave it out"


class Fields:
    """One JSON object; `problems` is shared by all objects of a request."""

    def __init__(self, value: dict[str, Any], path: str, problems: list[Problem]) -> None:
        self.path = path
        self.problems = problems
        self._value = value
        self._left = {name for name, item in value.items() if item is not None}

    def at(self, name: str) -> str:
        """The path of a field."""
        return f"{self.path}.{shown(name)}" if self.path else shown(name)

    def take(self, name: str) -> object:
        """The value as it is, or None."""
        self._left.discard(name)
        return self._value.get(name)

    def refuse(self, name: str, message: str = NO_PLACE) -> None:
        """Note a problem with a field."""
        self._left.discard(name)
        self.problems.append(Problem(self.at(name), message))

    def drop(self, *names: str) -> None:
        """Fields that change nothing in the answer."""
        self._left.difference_update(names)

    def only(self, name: str, *harmless: object) -> None:
        """A field that nobody else can be told, unless its value says the same as none."""
        value = self.take(name)
        if value is not None and value not in harmless:
            self.refuse(name)

    def string(self, name: str) -> CleansedText | None:
        """A text; anything else is a problem."""
        value = self.take(name)
        if value is not None and not isinstance(value, str):
            self.refuse(name, "must be a string")
            return None
        return None if value is None else CleansedText(value)

    def needed(self, name: str) -> CleansedText:
        """A text that must be there."""
        if self._value.get(name) is None:
            self.refuse(name, "is needed")
        return self.string(name) or CleansedText("")

    def number(self, name: str) -> float | None:
        """A number, whole or not."""
        value = self.take(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        if value is not None:
            self.refuse(name, "must be a number")
        return None

    def whole(self, name: str, least: int | None = None) -> int | None:
        """A whole number, `least` or more."""
        value = self.take(name)
        if isinstance(value, int) and not isinstance(value, bool) and value >= (least or value):
            return value
        if value is not None:
            wanted = "must be a whole number"
            self.refuse(name, wanted if least is None else f"{wanted} from {least}")
        return None

    def count(self, name: str) -> int | None:
        """A whole number from 1."""
        return self.whole(name, 1)

    def flag(self, name: str) -> bool | None:
        """True or false."""
        value = self.take(name)
        if value is None or isinstance(value, bool):
            return value
        self.refuse(name, "must be true or false")
        return None

    def json_object(self, name: str) -> dict[str, Any] | None:
        """A JSON object that is passed on as it is, such as a schema."""
        value = self.take(name)
        if value is None or isinstance(value, dict):
            return value
        self.refuse(name, "must be an object")
        return None

    def inner(self, name: str) -> Fields | None:
        """An object with fields of its own; the caller closes it."""
        value = self.json_object(name)
        return None if value is None else Fields(value, self.at(name), self.problems)

    def inners(self, name: str) -> list[Fields]:
        """The objects of a list; the caller closes them."""
        value = self.take(name)
        if value is not None and not isinstance(value, list):
            self.refuse(name, "must be a list")
            return []
        found: list[Fields] = []
        for index, item in enumerate(value if isinstance(value, list) else ()):
            path = f"{self.at(name)}[{index}]"
            if isinstance(item, dict):
                found.append(Fields(item, path, self.problems))
            else:
                self.problems.append(Problem(path, "must be an object"))
        return found

    def strings(self, name: str, *, one: bool = False) -> tuple[CleansedText, ...]:
        """The texts of a list; with `one` a single text stands for a list of it."""
        value = self.take(name)
        if one and isinstance(value, str):
            return (CleansedText(value),)
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(CleansedText(item) for item in value)
        if value is not None:
            self.refuse(name, "must be a list of strings")
        return ()

    def arguments(self, name: str) -> CleansedText:
        """A tool call's arguments: a JSON object as text; an empty text is an empty object."""
        text = self.string(name)
        if text is None or not text.strip():
            return CleansedText("{}")
        if not isinstance(parsed(text), dict):
            self.refuse(name, "must be a JSON object as text")
        return text

    def close(self) -> None:
        """Whatever was not asked for is refused."""
        for name in self._value:
            if name in self._left:
                self.refuse(name)


def parsed(text: str) -> object:
    """The JSON value of a text, or None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def settle(problems: Iterable[Problem]) -> None:
    """Raise `Unprocessable` if there is any problem; of several at one path, the first is told."""
    first: dict[str, Problem] = {}
    for problem in problems:
        first.setdefault(problem.path, problem)
    if found := tuple(first.values()):
        raise Unprocessable(
            "The request asks for something that the vendor of this model cannot be told.",
            errors=found,
        )
