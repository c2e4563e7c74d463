"""Filter trees of calls: as those of searches, but only what one query can look up (pure).

{"and": [{"field": "status", "op": "eq", "value": "failed"},
         {"field": "createdAt", "op": "gte", "value": "2026-11-21T00:00:00Z"}]}
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from sluice.engine.errors import Problem
from sluice.server.errors import Unprocessable
from sluice.server.features.proxy.calls.repository import CallFilter
from sluice.server.features.proxy.calls.status import CallStatus

MOST: Final = 20
"""Comparisons of one filter."""
_LARGEST: Final = 2**31 - 1
_ROWS: Final = {
    "conversationId": "conversation_id",
    "userId": "user_id",
    "apiTokenId": "api_token_id",
    "modelInstanceId": "model_instance_id",
}
_TIMES: Final = {"gte": "since", "lt": "until"}


class _Wrong(Exception):
    """What is wrong with a comparison; never what was sent."""


def call_filter_of(sent: object, path: str = "filter") -> CallFilter:
    """Which calls a filter lets through, all without one; raises `Unprocessable`.

    Comparisons are joined by `and`: `eq` of `status`, `conversationId`, `userId`, `apiTokenId`,
    `modelInstanceId`; `gte` and `lt` of `createdAt`. Of two with the same field the last counts.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for place, leaf in _leaves(sent, path):
        try:
            values |= _value(leaf)
        except _Wrong as wrong:
            problems.append(Problem(place, str(wrong)))
    if problems:
        raise Unprocessable("The filter is not valid.", errors=problems)
    return CallFilter(**values)


def _leaves(sent: object, path: str) -> list[tuple[str, object]]:
    if sent is None:
        return []
    if not isinstance(sent, dict) or set(sent) != {"and"}:
        return [(path, sent)]
    items = sent["and"]
    if not isinstance(items, list) or not 0 < len(items) <= MOST:
        return [(f"{path}.and", None)]
    return [(f"{path}.and[{index}]", item) for index, item in enumerate(items)]


def _value(leaf: object) -> dict[str, Any]:
    if not isinstance(leaf, dict) or set(leaf) != {"field", "op", "value"}:
        raise _Wrong('must have the keys "field", "op" and "value"; join several by "and"')
    name, op, value = leaf["field"], leaf["op"], leaf["value"]
    if name == "createdAt" and isinstance(op, str) and op in _TIMES:
        return {_TIMES[op]: _time(value)}
    if op != "eq":
        raise _Wrong("is compared by eq, or by gte and lt for createdAt")
    if not isinstance(name, str) or name not in _EQUAL:
        raise _Wrong(f"has no such field; there are {', '.join(_EQUAL)} and createdAt")
    return {_ROWS.get(name, name): _EQUAL[name](value)}


def _status(value: object) -> CallStatus:
    if not isinstance(value, str) or value not in set(CallStatus):
        raise _Wrong(f"must be one of {', '.join(CallStatus)}")
    return CallStatus(value)


def _row(value: object) -> int:
    if type(value) is not int or not 0 <= value <= _LARGEST:
        raise _Wrong("must be the number of a row")
    return value


def _time(value: object) -> datetime:
    at: datetime | None = None
    if isinstance(value, str) and len(value) <= 40:
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            at = None
    if at is None or at.tzinfo is None or not 1970 <= at.year <= 9000:
        raise _Wrong("must be a time like 2026-11-21T09:30:00Z, with its UTC offset")
    return at


_EQUAL: Final[dict[str, Callable[[object], object]]] = {
    "status": _status,
    **dict.fromkeys(_ROWS, _row),
}
