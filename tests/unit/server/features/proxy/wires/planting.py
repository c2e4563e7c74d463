"""Bodies made of a vendor's own types, with a value of its own at every place for a string.

The types of the official Python SDKs are walked: each variant of a union stands at least once in
one of the bodies, and so does each field. What a type allows and a wire does not know is found so,
also for what a later version of an SDK adds.
"""

from __future__ import annotations

import json
import re
import types
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, Literal, TypeVar, Union

import typing_extensions as te
from pydantic import BaseModel

CANARY: Final = re.compile(r"canary\d+")
_LISTS: Final = frozenset({"Iterable", "Sequence", "List", "list", "SequenceNotStr", "Set"})
_WRAPPERS: Final = (te.Annotated, te.Required, te.NotRequired, te.ReadOnly)
_PLAIN: Final[dict[object, object]] = {bool: True, int: 1, float: 0.5, type(None): None}


class Planter:
    """Makes bodies of types. `encoded` are fields whose strings are base64; see `is_encoded`."""

    def __init__(self, encoded: Collection[str] = ()) -> None:
        self._encoded = frozenset(encoded)
        self._planted = 0
        self._open: list[object] = []

    def bodies(self, made_of: object) -> list[Any]:
        """Samples of a type, as JSON; each has everything that can stand in one body."""
        return [json.loads(json.dumps(sample)) for sample in self._samples(made_of)]

    def _samples(self, kind: Any, encoded: bool = False) -> list[Any]:  # noqa: ANN401 - any type
        origin, args = te.get_origin(kind), te.get_args(kind)
        if kind in _PLAIN:
            return [_PLAIN[kind]]
        if kind is str:
            return [self._plant(encoded)]
        if kind in (object, Any):
            return [{"list": [self._plant(False)], self._plant(False): self._plant(False)}]
        if origin in (Literal, te.Literal):
            return [args[0]]
        if origin in _WRAPPERS:
            return self._samples(args[0], encoded)
        if origin in (Union, types.UnionType):
            made = [sample for each in args for sample in self._samples(each, encoded)]
            return [sample for sample in made if sample is not None] or made
        if getattr(origin, "__name__", "") in _LISTS:
            items = self._samples(args[0], encoded)
            return [items] if items else []
        if origin in (dict, Mapping) or getattr(origin, "__name__", "") == "Mapping":
            return [{self._plant(False): item} for item in self._samples(args[1])]
        return self._object(kind)

    def _object(self, kind: Any) -> list[Any]:  # noqa: ANN401 - any type
        if isinstance(kind, TypeVar) or kind in self._open:
            return []
        fields = _fields(kind)
        if fields is None:
            return []
        self._open.append(kind)
        made = {
            name: samples
            for name, field in fields.items()
            if (samples := self._values(kind, name, field))
        }
        self._open.pop()
        # As many objects as the field with the most variants needs, each with all fields.
        most = max((len(samples) for samples in made.values()), default=1)
        return [
            {name: samples[index % len(samples)] for name, samples in made.items()}
            for index in range(most)
        ]

    def _values(self, kind: type, name: str, field: object) -> list[Any]:
        """What may stand in a field; each word that `type` may be is a variant."""
        while te.get_origin(field) in _WRAPPERS:
            field = te.get_args(field)[0]
        if name == "type" and te.get_origin(field) in (Literal, te.Literal):
            return list(te.get_args(field))
        return self._samples(field, self._is_encoded(kind, name))

    def _is_encoded(self, kind: type, name: str) -> bool:
        return name in self._encoded and "PlainText" not in kind.__name__

    def _plant(self, encoded: bool) -> str:
        self._planted += 1
        return f"canary{self._planted}" + ("" if encoded else "@example.com")


def _fields(kind: object) -> dict[str, Any] | None:
    """The fields of a typed dictionary or a model; None for what is no JSON."""
    if te.is_typeddict(kind):
        return te.get_type_hints(kind, include_extras=True)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        found = kind.model_fields.items()
        return {field.alias or name: field.annotation for name, field in found}
    return None


def places(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Where canaries stand, and which: `thinking.signature`, `tool_use.input.list[]`.

    A place is told by the `type` of the innermost object that has one and the path from there,
    without indices; a key that is planted itself is shown as `?`.
    """
    if isinstance(value, str):
        yield from ((path, canary) for canary in CANARY.findall(value))
    elif isinstance(value, list):
        for item in value:
            yield from places(item, f"{path}[]")
    elif isinstance(value, dict):
        kind = value.get("type")
        path = kind if isinstance(kind, str) and not CANARY.search(kind) else path
        for name, item in value.items():
            inner = f"{path}.{'?' if CANARY.search(name) else name}".lstrip(".")
            yield from ((inner, canary) for canary in CANARY.findall(name))
            yield from places(item, inner)
