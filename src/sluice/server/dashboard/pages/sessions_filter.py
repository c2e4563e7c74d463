"""The filter bar of lists of sessions and recordings: a form and the tree that it means (pure).

Addresses are logged by whoever stands between: only what says nothing of a person stands in them
(types, states, dates, ids). Whatever somebody typed goes by POST, or is kept as a view.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from sluice.engine.errors import Problem
from sluice.server.errors import SluiceError, Unprocessable
from sluice.server.features.sessions.search.fields import (
    Kind,
    Op,
    Target,
    field_named,
    field_names,
)
from sluice.server.features.sessions.search.ordering import ORDERINGS, Order

IN_ADDRESS: Final = (
    "type", "complete", "since", "until", "slow", "order", "template", "version", "testRun", "view",
)  # fmt: skip
TYPED: Final = ("text", "environment", "model", "filter")
ROWS: Final = 3
"""Conditions of the form beside the usual ones."""
_PLACE: Final = re.compile(r"filter\.and\[(\d+)\]")
_TYPE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,127}")
_ID: Final = re.compile(r"[0-9a-f-]{1,36}")
_NUMBER: Final = re.compile(r"-?\d{1,15}(\.\d{1,6})?")
OPS: Final = (
    (Op.EQ, "is"),
    (Op.CONTAINS, "contains"),
    (Op.GT, "is more than"),
    (Op.GTE, "is at least"),
    (Op.LT, "is less than"),
    (Op.LTE, "is at most"),
)
Leaf = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form or an address asks for."""

    target: Target
    fields: Mapping[str, str] = field(repr=False)

    @property
    def is_safe(self) -> bool:
        """Whether nothing was typed: then it may stand in an address."""
        return not any(self.fields.get(name, "").strip() for name in self._typed())

    @property
    def address(self) -> str:
        """As a query string, without what was typed."""
        return urlencode({n: v for n in IN_ADDRESS if (v := self.fields.get(n, "").strip())})

    @property
    def order(self) -> Order:
        """The order; the newest first where none that is known was chosen."""
        chosen = self.fields.get("order", "")
        known = (self.target, chosen) in ORDERINGS
        return Order(chosen) if known else Order.NEWEST

    @property
    def orders(self) -> list[str]:
        """What may be chosen."""
        return [order.value for target, order in ORDERINGS if target is self.target]

    def hidden(self) -> dict[str, str]:
        """Every field that is not empty, for forms that repeat the search."""
        ops = [f"op{row}" for row in range(1, ROWS + 1) if self.fields.get(f"field{row}")]
        names = [*IN_ADDRESS, *self._typed(), *ops]
        return {name: value for name in names if (value := self.fields.get(name, "").strip())}

    def is_narrowed(self) -> bool:
        """Whether anything but the order is asked for."""
        return any(name not in ("order", "view") for name in self.hidden())

    @property
    def says_more(self) -> bool:
        """Whether anything stands behind the first row of fields."""
        first = ("type", "since", "until", "order", "view", "text")
        return any(name not in first for name in self.hidden())

    def tree(self) -> object:
        """The filter; None for everything. Raises `Unprocessable`, by the form's fields."""
        leaves = [leaf for _, leaf in self._leaves()]
        return {"and": leaves} if leaves else None

    def problems(self, error: SluiceError) -> dict[str, str]:
        """What is wrong, by the form's fields; of the whole under ""."""
        names = [name for name, _ in self._leaves()] if not _of_fields(error) else []
        found: dict[str, str] = {}
        for one in error.errors:
            place = _PLACE.match(one.path)
            index = int(place[1]) if place else len(names)
            name = names[index] if index < len(names) else one.path
            found.setdefault(name, one.message)
        return found or {"": error.message}

    def _typed(self) -> list[str]:
        rows = [f"{part}{row}" for row in range(1, ROWS + 1) for part in ("field", "value")]
        return [*TYPED, *rows]

    def _leaves(self) -> Iterator[tuple[str, Any]]:
        """Comparisons with the names of the fields that mean them."""
        for name, value in ((n, self.fields.get(n, "").strip()) for n in (*IN_ADDRESS, *TYPED)):
            if value and name in _MEANT:
                yield name, _MEANT[name](value)
        for row in range(1, ROWS + 1):
            name = self.fields.get(f"field{row}", "").strip()
            if name:
                op, value = self.fields.get(f"op{row}", ""), self.fields.get(f"value{row}", "")
                yield f"value{row}", self._condition(name, op, value.strip(), row)

    def _condition(self, name: str, op: str, value: str, row: int) -> Leaf:
        known = field_named(self.target, name)
        if known is None:
            fields = ", ".join(field_names(self.target))
            raise _wrong(f"field{row}", f"is no field; there are {fields}")
        return {"field": name, "op": op or Op.EQ, "value": _value(known.kind, op, value)}


def fields_of_tree(target: Target, tree: object) -> dict[str, str]:
    """The fields of the form that mean a filter, as JSON where it is none of the form's."""
    leaves = tree["and"] if isinstance(tree, dict) and set(tree) == {"and"} else [tree]
    fields: dict[str, str] = {}
    for leaf in leaves if tree is not None else ():
        row = next((n for n in range(1, ROWS + 1) if f"field{n}" not in fields), None)
        found = _usual(leaf) or _row(leaf, row)
        if not found or fields.keys() & found.keys():
            return {"filter": json.dumps(tree, ensure_ascii=False, indent=2)}
        fields |= found
    same = Asked(target, fields).tree() == (None if tree is None else {"and": leaves})
    return fields if same else {"filter": json.dumps(tree, ensure_ascii=False, indent=2)}


def _usual(leaf: object) -> dict[str, str]:
    """A comparison as a field of its own; nothing where there is none."""
    if not isinstance(leaf, dict) or set(leaf) != {"field", "op", "value"}:
        return {}
    told = leaf["value"]
    text = str(told).lower() if isinstance(told, bool) else str(told)
    if leaf["field"] == "createdAt" and isinstance(told, str):
        moment = datetime.fromisoformat(told)
        if leaf["op"] == "lt":
            return {"until": (moment - timedelta(days=1)).date().isoformat()}
        return {"since": moment.date().isoformat()} if leaf["op"] == "gte" else {}
    name = _USUAL.get((leaf["field"], leaf["op"]))
    return {name: text} if name is not None else {}


def _row(leaf: object, row: int | None) -> dict[str, str]:
    """A comparison as a condition of the form."""
    if row is None or not isinstance(leaf, dict) or set(leaf) != {"field", "op", "value"}:
        return {}
    told = leaf["value"]
    text = str(told).lower() if isinstance(told, bool) else str(told)
    return {f"field{row}": leaf["field"], f"op{row}": leaf["op"], f"value{row}": text}


_USUAL: Final = {
    ("entityTypes", "contains"): "type",
    ("complete", "eq"): "complete",
    ("durationMs", "gte"): "slow",
    ("template", "eq"): "template",
    ("version", "eq"): "version",
    ("testRun", "eq"): "testRun",
    ("text", "contains"): "text",
    ("environment", "eq"): "environment",
    ("model", "contains"): "model",
}


def _value(kind: Kind, op: str, value: str) -> object:
    """What a field is compared with, as JSON has it; what is wrong is told by the search."""
    is_number = _NUMBER.fullmatch(value) is not None
    if kind is Kind.NUMBER or (kind is Kind.NAMED and op != Op.CONTAINS):
        return float(value) if is_number and "." in value else int(value) if is_number else value
    if kind is Kind.FLAG:
        return {"true": True, "false": False, "yes": True, "no": False}.get(value.lower(), value)
    return value


def _type(value: str) -> Leaf:
    if not _TYPE.fullmatch(value):
        raise _wrong("type", "must be an entity type, like EMAIL_ADDRESS")
    return {"field": "entityTypes", "op": "contains", "value": value}


def _complete(value: str) -> Leaf:
    return {"field": "complete", "op": "eq", "value": value == "true"}


def _slow(value: str) -> Leaf:
    if not value.isdecimal() or len(value) > 9:
        raise _wrong("slow", "must be a number of milliseconds")
    return {"field": "durationMs", "op": "gte", "value": int(value)}


def _since(value: str) -> Leaf:
    return {"field": "createdAt", "op": "gte", "value": day("since", value).isoformat()}


def _until(value: str) -> Leaf:
    end = day("until", value) + timedelta(days=1)
    return {"field": "createdAt", "op": "lt", "value": end.isoformat()}


def _text(value: str) -> Leaf:
    return {"field": "text", "op": "contains", "value": value}


def _environment(value: str) -> Leaf:
    return {"field": "environment", "op": "eq", "value": value}


def _model(value: str) -> Leaf:
    return {"field": "model", "op": "contains", "value": value}


def _json(value: str) -> object:
    found: object = None
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        # Outside of the handler: the error knows what was sent.
        raise _wrong("filter", 'must be a JSON object, like {"field": …, "op": …, "value": …}')
    return found


def _uid(name: str, value: str) -> Leaf:
    if not _ID.fullmatch(value):
        raise _wrong(name, "must be an id")
    return {"field": name, "op": "eq", "value": value}


_MEANT: Final = {
    "type": _type,
    "complete": _complete,
    "since": _since,
    "until": _until,
    "slow": _slow,
    "template": lambda value: _uid("template", value),
    "version": lambda value: _uid("version", value),
    "testRun": lambda value: _uid("testRun", value),
    "text": _text,
    "environment": _environment,
    "model": _model,
    "filter": _json,
}


def day(name: str, value: str) -> datetime:
    """The beginning of a day (UTC); raises `Unprocessable` for what is none."""
    found: date | None = None
    try:
        found = date.fromisoformat(value)
    except ValueError:
        found = None
    if found is None or not 1970 <= found.year <= 9000:
        raise _wrong(name, "must be a day, like 2026-11-21")
    return datetime(found.year, found.month, found.day, tzinfo=UTC)


def _wrong(name: str, message: str) -> Unprocessable:
    return Unprocessable("The filter is not valid.", errors=[Problem(name, message)])


def _of_fields(error: SluiceError) -> bool:
    """Whether the error names fields of the form already."""
    return not any(one.path.startswith("filter.") for one in error.errors)
