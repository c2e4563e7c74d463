"""Which index finds the rows that a filter lets through: a part of it that has to be true.

A leaf of the tree's top, or one for each branch of an `or`, each looked up in its own index. Which
of several is the best one is not guessed: they are tried, up to a bounded number of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, select

from sluice.server.features.sessions.attributes import LONGEST_TEXT, Holder
from sluice.server.features.sessions.search.conditions import (
    ATTRIBUTES,
    ENTITY_TYPES,
    RECORDINGS,
    SESSIONS,
    Condition,
    column_of,
    compared,
    named_value,
)
from sluice.server.features.sessions.search.fields import Kind, Op, Target
from sluice.server.features.sessions.search.filters import All, Any_, Leaf, Tree

MOST: Final = 8
"""Lookups of one part, and parts that are tried."""

_BY_INDEX: Final = frozenset({"session", "template", "version", "testRun", "model", "environment"})
"""Fields whose equal values stand by row in an index."""
_BY_RANGE: Final = frozenset({"durationMs", "costMicrodollars"})
"""Fields by whose values rows stand in an index."""


@dataclass(frozen=True, slots=True)
class Source:
    """One lookup in an index."""

    column: ColumnElement[int]
    """The ids of the rows that are searched."""
    where: tuple[Condition, ...]
    table: FromClause
    in_order: bool
    """Whether the index gives the ids in their order."""

    def query(self) -> Select[Any]:
        """The ids, in no order."""
        return select(self.column.label("id")).select_from(self.table).where(*self.where)


Part = tuple[Source, ...]
"""Every row that the filter lets through is found by one of them."""


class Sources:
    """The lookups of filters of one project."""

    def __init__(self, target: Target, project_id: int) -> None:
        self._target = target
        self._project_id = project_id

    def of(self, tree: Tree) -> list[Part]:
        """Parts of the tree that an index can find; none where none can."""
        items = tree.items if isinstance(tree, All) else (tree,)
        nested = [item for one in items for item in (one.items if isinstance(one, All) else (one,))]
        parts = [part for item in nested if (part := self._part(item))]
        return parts[:MOST]

    def _part(self, tree: Tree) -> Part:
        if isinstance(tree, Leaf):
            return self._of_leaf(tree)
        if isinstance(tree, All):
            return min(self.of(tree), key=len, default=())
        found = [self._part(item) for item in tree.items] if isinstance(tree, Any_) else []
        together = tuple(source for part in found for source in part)
        return together if all(found) and len(together) <= MOST else ()

    def _of_leaf(self, leaf: Leaf) -> Part:
        if leaf.negated:
            return ()
        if leaf.field.kind is Kind.CONTENT:
            return self._of_content(leaf)
        if leaf.field.kind is Kind.NAMED:
            found = self._named(leaf)
            return found if len(found) <= MOST else ()
        if leaf.field.kind is Kind.TYPES:
            return (self._of_type(leaf),)
        if self._target is Target.SESSIONS and not leaf.field.of_recordings:
            return self._of_session(leaf)
        where = self._of_recording(leaf)
        if self._target is Target.SESSIONS:
            return tuple(
                Source(RECORDINGS.c.session_id, one, RECORDINGS, in_order=False) for one in where
            )
        in_order = leaf.field.name not in _BY_RANGE
        return tuple(Source(RECORDINGS.c.id, one, RECORDINGS, in_order) for one in where)

    def _of_content(self, leaf: Leaf) -> Part:
        """Where the placeholders of an original stand, its text can stand."""
        if leaf.rows is None:
            return ()
        if self._target is Target.SESSIONS:
            of_session = SESSIONS.c.id.in_(leaf.rows)
            return (Source(SESSIONS.c.id, (of_session,), SESSIONS, in_order=False),)
        of_recording = RECORDINGS.c.session_id.in_(leaf.rows)
        return (Source(RECORDINGS.c.id, (of_recording,), RECORDINGS, in_order=False),)

    def _of_type(self, leaf: Leaf) -> Source:
        found = ENTITY_TYPES.c
        where = (found.project_id == self._project_id, found.entity_type == leaf.values[0])
        if self._target is Target.RECORDINGS:
            return Source(found.recording_id, where, ENTITY_TYPES, in_order=True)
        joined = ENTITY_TYPES.join(RECORDINGS, RECORDINGS.c.id == found.recording_id)
        return Source(RECORDINGS.c.session_id, where, joined, in_order=False)

    def _of_session(self, leaf: Leaf) -> Part:
        column = {"id": SESSIONS.c.uid, "environment": SESSIONS.c.environment}.get(leaf.field.name)
        if column is None or leaf.op is not Op.EQ:
            return ()
        where = (SESSIONS.c.project_id == self._project_id, column == leaf.values[0])
        return (Source(SESSIONS.c.id, where, SESSIONS, in_order=True),)

    def _of_recording(self, leaf: Leaf) -> list[tuple[Condition, ...]]:
        """Conditions on recordings, each for one lookup."""
        mine: Condition = RECORDINGS.c.project_id == self._project_id
        name = leaf.field.name
        if name == "id":
            return [(mine, RECORDINGS.c.uid == leaf.values[0])]
        if name in _BY_RANGE:
            return [(mine, compared(column_of(name, RECORDINGS), leaf))]
        if name not in _BY_INDEX or leaf.op is not Op.EQ:
            return []
        values = leaf.values if leaf.rows is None else leaf.rows
        column = column_of(name, RECORDINGS)
        return [(mine, column == value) for value in values] if len(values) <= MOST else []

    def _named(self, leaf: Leaf) -> Part:
        if leaf.op is Op.CONTAINS:
            return ()
        is_metadata = leaf.field.name.startswith("metadata.")
        held, found = ATTRIBUTES.c, []
        for where in self._values(leaf):
            if self._target is Target.RECORDINGS:
                own = (*where, held.holder == Holder.RECORDING.value)
                found.append(Source(held.holder_id, own, ATTRIBUTES, leaf.op is Op.EQ))
            if is_metadata:
                found.append(self._of_metadata(where, in_order=leaf.op is Op.EQ))
            elif self._target is Target.SESSIONS:
                for holder in Holder:
                    one = (*where, held.holder == holder.value)
                    found.append(Source(held.session_id, one, ATTRIBUTES, in_order=False))
        return tuple(found)

    def _values(self, leaf: Leaf) -> list[tuple[Condition, ...]]:
        """One lookup for each name and form of a value."""
        mine: Condition = ATTRIBUTES.c.project_id == self._project_id
        values: list[Condition] = [named_value(leaf)]
        if isinstance(leaf.values[0], str):
            texts = dict.fromkeys(one.text[:LONGEST_TEXT] for one in leaf.alternatives)
            values = [ATTRIBUTES.c.text == text for text in texts]
        return [(mine, ATTRIBUTES.c.name == name, v) for name in leaf.names for v in values]

    def _of_metadata(self, where: tuple[Condition, ...], *, in_order: bool) -> Source:
        """Metadata of sessions, for sessions or for their recordings."""
        of_session = (*where, ATTRIBUTES.c.holder == Holder.SESSION.value)
        if self._target is Target.SESSIONS:
            return Source(ATTRIBUTES.c.holder_id, of_session, ATTRIBUTES, in_order)
        joined = ATTRIBUTES.join(RECORDINGS, RECORDINGS.c.session_id == ATTRIBUTES.c.holder_id)
        return Source(RECORDINGS.c.id, of_session, joined, in_order=False)
