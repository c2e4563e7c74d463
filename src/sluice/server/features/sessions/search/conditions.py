"""Filter trees as conditions of SQL, in which whatever is not known is false.

What stands in sealed content cannot be asked of the database: such a leaf is left out here, so that
the condition may let too much through, and `content_filter` looks at what is left.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    Table,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy import cast as as_type

from sluice.server.features.sessions.attributes import LONGEST_TEXT, Holder
from sluice.server.features.sessions.search.fields import Kind, Op, Target
from sluice.server.features.sessions.search.filters import All, Alternative, Leaf, Scalar, Tree
from sluice.server.features.sessions.tables import (
    Attribute,
    Recording,
    RecordingEntityType,
    Session,
)
from sluice.server.kit.database import UtcDateTime

RECORDINGS: Final = cast("Table", Recording.__table__)
SESSIONS: Final = cast("Table", Session.__table__)
ATTRIBUTES: Final = cast("Table", Attribute.__table__)
ENTITY_TYPES: Final = cast("Table", RecordingEntityType.__table__)

Condition = ColumnElement[bool]

LARGEST: Final = 2**62
_BETWEEN_DIGITS: Final = "\x01"


def table_of(target: Target) -> Table:
    """The rows that are searched."""
    return RECORDINGS if target is Target.RECORDINGS else SESSIONS


class Conditions:
    """Conditions for one kind of database."""

    def __init__(self, target: Target, *, sqlite: bool) -> None:
        self._target = target
        self._position: Any = func.instr if sqlite else func.strpos
        self._sqlite = sqlite

    def of(self, tree: Tree) -> Condition:
        """True for every row that the tree is true of, and for no other but for its content."""
        if isinstance(tree, Leaf):
            return self._leaf(tree)
        joined: Callable[..., Condition] = and_ if isinstance(tree, All) else or_
        empty = true() if isinstance(tree, All) else false()
        return joined(empty, *(self.of(item) for item in tree.items))

    def _leaf(self, leaf: Leaf) -> Condition:
        if leaf.field.kind is Kind.CONTENT:
            return true()
        condition = self._positive(leaf)
        return condition.is_not(true()) if leaf.negated else condition

    def _positive(self, leaf: Leaf) -> Condition:
        if leaf.field.kind is Kind.NAMED:
            return self._named(leaf)
        if self._target is Target.RECORDINGS or not leaf.field.of_recordings:
            own = self._of_row(leaf, table_of(self._target))
            if self._target is Target.SESSIONS and leaf.field.name == "testRun":
                return or_(own, self._of_any_recording(leaf))
            return own
        return self._of_any_recording(leaf)

    def _of_any_recording(self, leaf: Leaf) -> Condition:
        of_session = RECORDINGS.c.session_id == SESSIONS.c.id
        return self._some(of_session, self._of_row(leaf, RECORDINGS))

    def _some(self, *where: Condition) -> Condition:
        """Whether such a row exists; looked up row by row, by an index."""
        # With an offset PostgreSQL does not gather all such rows of the project in advance.
        query = select(literal(1)).where(*where)
        return exists(query if self._sqlite else query.offset(0))

    def _of_row(self, leaf: Leaf, table: Table) -> Condition:
        if leaf.field.kind is Kind.ID:
            return _of_id(leaf, table)
        if leaf.field.kind is Kind.TYPES:
            found = ENTITY_TYPES.c
            of_row = found.recording_id == table.c.id
            return self._some(of_row, found.entity_type == leaf.values[0])
        if leaf.field.kind is Kind.FLAG:
            return cast("Condition", table.c.is_complete.is_(bool(leaf.values[0])))
        if leaf.field.kind is Kind.NAME and leaf.op is Op.CONTAINS:
            column = table.c[leaf.field.name]
            return cast("Condition", self._position(column, leaf.values[0]) > 0)
        return compared(column_of(leaf.field.name, table), leaf)

    def _named(self, leaf: Leaf) -> Condition:
        held = ATTRIBUTES.c
        value = self._value_of(leaf)
        if self._target is Target.SESSIONS:
            if not leaf.field.name.startswith("metadata."):
                of_session = held.session_id == SESSIONS.c.id
                return self._some(of_session, held.name.in_(leaf.names), value)
            return self._has(Holder.SESSION, SESSIONS.c.id, leaf, value)
        own = self._has(Holder.RECORDING, RECORDINGS.c.id, leaf, value)
        if not leaf.field.name.startswith("metadata."):
            return own
        return or_(own, self._has(Holder.SESSION, RECORDINGS.c.session_id, leaf, value))

    def _has(
        self, holder: Holder, of: ColumnElement[int], leaf: Leaf, value: Condition
    ) -> Condition:
        held = ATTRIBUTES.c
        return self._some(
            held.holder == holder.value, held.holder_id == of, held.name.in_(leaf.names), value
        )

    def _value_of(self, leaf: Leaf) -> Condition:
        if leaf.op is Op.CONTAINS:
            return or_(false(), *(self._contains(one) for one in leaf.alternatives))
        return named_value(leaf)

    def _contains(self, wanted: Alternative) -> Condition:
        text: Any = ATTRIBUTES.c.text
        if wanted.ends:
            # `PERSON_1` does not stand in `PERSON_10`.
            for digit in "0123456789":
                text = func.replace(text, wanted.text + digit, _BETWEEN_DIGITS)
        return cast("Condition", self._position(text, wanted.text) > 0)


def named_value(leaf: Leaf) -> Condition:
    """What the value under a name must be; not for `contains`."""
    if isinstance(leaf.values[0], str):
        texts = [one.text[:LONGEST_TEXT] for one in leaf.alternatives]
        return ATTRIBUTES.c.text.in_(texts)
    values = [float(cast("float", value)) for value in leaf.values]
    return _ordered(ATTRIBUTES.c.number, leaf.op, [_bound(value) for value in values])


def column_of(name: str, table: Table) -> Any:  # noqa: ANN401 (an expression)
    """What a field of a row is compared by."""
    if name == "tokens":
        return as_type(table.c.input_tokens, BigInteger) + table.c.output_tokens
    return table.c[_COLUMNS.get(name, name)]


_COLUMNS: Final = {
    "createdAt": "created_at",
    "startedAt": "started_at",
    "lastRecordedAt": "last_recorded_at",
    "durationMs": "duration_ms",
    "inputTokens": "input_tokens",
    "outputTokens": "output_tokens",
    "costMicrodollars": "cost",
    "template": "template_id",
    "version": "template_version_id",
    "testRun": "test_run_id",
    "session": "session_id",
}


def _of_id(leaf: Leaf, table: Table) -> Condition:
    if leaf.rows is not None:
        return cast("Condition", column_of(leaf.field.name, table).in_(leaf.rows))
    column = table.c.trace_uid if leaf.field.name == "trace" else table.c.uid
    return column == leaf.values[0]


def compared(column: Any, leaf: Leaf) -> Condition:  # noqa: ANN401 (an expression)
    """A column that holds one value, compared."""
    if leaf.field.kind is Kind.NUMBER:
        return _whole(column, leaf.op, cast("tuple[float, ...]", leaf.values))
    return _ordered(column, leaf.op, [_bound(value) for value in leaf.values])


def _bound(value: Scalar) -> Any:  # noqa: ANN401 (an expression)
    if isinstance(value, bool | str):
        return value
    if isinstance(value, float):
        return bindparam(None, value, type_=Float)
    if isinstance(value, int):
        return bindparam(None, value, type_=BigInteger)
    return bindparam(None, value, type_=UtcDateTime)


def _whole(column: Any, op: Op, values: tuple[float, ...]) -> Condition:  # noqa: ANN401
    """Whole numbers compared with any number, so that an index on them can be used."""
    if op is Op.EQ and values[0] != math.floor(values[0]):
        return false()
    if op is Op.BETWEEN:
        return and_(_whole(column, Op.GTE, values[:1]), _whole(column, Op.LTE, values[1:]))
    upwards = op in (Op.GTE, Op.LT)
    number = math.ceil(values[0]) if upwards else math.floor(values[0])
    return _ordered(column, op, [_bound(max(-LARGEST, min(LARGEST, number)))])


def _ordered(column: Any, op: Op, values: list[Any]) -> Condition:  # noqa: ANN401
    comparisons: dict[Op, Callable[[], Any]] = {
        Op.EQ: lambda: column == values[0],
        Op.GT: lambda: column > values[0],
        Op.GTE: lambda: column >= values[0],
        Op.LT: lambda: column < values[0],
        Op.LTE: lambda: column <= values[0],
        Op.BETWEEN: lambda: and_(column >= values[0], column <= values[1]),
    }
    return cast("Condition", comparisons[op]())
