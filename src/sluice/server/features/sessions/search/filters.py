"""Filter trees: what a caller sent, checked, with every problem of it at once (pure).

    {"and": [{"field": "model", "op": "eq", "value": "gpt-4.1"},
             {"not": {"field": "metadata.plan", "op": "contains", "value": "trial"}}]}

A leaf that speaks of something which a recording does not have is false; its `not` is true.
"""

from __future__ import annotations

import dataclasses
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeAlias

from sluice.engine.errors import Problem
from sluice.engine.placeholders import WORD, parse
from sluice.server.errors import Unprocessable
from sluice.server.features.sessions.search.fields import (
    OPS,
    Field,
    Kind,
    Op,
    Target,
    field_named,
    field_names,
)

MOST_LEAVES: Final = 50
DEEPEST: Final = 12
LONGEST: Final = 1_000
"""Code points of a value; of a longer metadata text only so much is kept."""
LONGEST_NAME: Final = 256
_ENTITY_TYPE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,127}", re.ASCII)

Scalar: TypeAlias = str | bool | int | float | datetime


@dataclass(frozen=True, slots=True)
class Alternative:
    """One form in which what was typed may stand, with placeholders for originals."""

    text: str = dataclasses.field(repr=False)
    begins: bool = False
    """Whether it begins with a placeholder, which then must not be the end of another one."""
    ends: bool = False
    """The same of its end."""
    names: frozenset[str] = frozenset()
    """Placeholders in it, of originals that were typed."""


def edges(text: str, *, any_case: bool = False) -> tuple[bool, bool]:
    """Whether a text begins, and whether it ends, with a whole placeholder."""
    words = list(WORD.finditer(text))
    if not words:
        return False, False
    first, last = words[0], words[-1]
    begins = first.start() == 0 and _is_placeholder(first[0], any_case=any_case)
    return begins, last.end() == len(text) and _is_placeholder(last[0], any_case=any_case)


def _is_placeholder(word: str, *, any_case: bool) -> bool:
    return parse(word.upper() if any_case else word) is not None


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison."""

    field: Field
    op: Op
    values: tuple[Scalar, ...] = dataclasses.field(repr=False)
    """One; two for `between`."""
    negated: bool = False
    alternatives: tuple[Alternative, ...] = dataclasses.field(default=(), repr=False)
    """Of a text that is compared with cleansed ones."""
    names: tuple[str, ...] = dataclasses.field(default=(), repr=False)
    """Of a value with a name of its own: the forms in which its name may stand."""
    rows: tuple[int, ...] | None = None
    """Of an id: the rows that have it, where that was looked up. Of content: the sessions in which
    the originals' placeholders stand, where they are few."""


@dataclass(frozen=True, slots=True)
class All:
    """Everything in it has to be true; nothing in it: it is."""

    items: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Any_:  # noqa: N801 (`Any` is another thing)
    """Something in it has to be true."""

    items: tuple[Tree, ...]


Tree: TypeAlias = All | Any_ | Leaf
"""Negations stand at the leaves."""

EVERYTHING: Final = All(())


def parsed(target: Target, sent: object, path: str = "filter") -> Tree:
    """The tree that was sent, None for everything; raises `Unprocessable`."""
    if sent is None:
        return EVERYTHING
    parser = _Parser(target)
    tree = parser.tree(sent, path, negated=False, depth=1)
    if parser.leaves > MOST_LEAVES:
        parser.problem(path, f"has {parser.leaves} comparisons; at most {MOST_LEAVES} are allowed")
    if parser.problems:
        raise Unprocessable("The filter is not valid.", errors=parser.problems)
    return tree


def leaves(tree: Tree) -> list[Leaf]:
    """Every comparison of a tree, from left to right."""
    if isinstance(tree, Leaf):
        return [tree]
    return [leaf for item in tree.items for leaf in leaves(item)]


def with_leaves(tree: Tree, by_leaf: dict[Leaf, Leaf]) -> Tree:
    """The same tree with other leaves."""
    if isinstance(tree, Leaf):
        return by_leaf.get(tree, tree)
    return replace(tree, items=tuple(with_leaves(item, by_leaf) for item in tree.items))


class _Parser:
    """Collects problems; what it gives for a part with problems is not used."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self.problems: list[Problem] = []
        self.leaves = 0

    def problem(self, path: str, message: str) -> Tree:
        """Note a problem; never what was sent."""
        self.problems.append(Problem(path, message))
        return EVERYTHING

    def tree(self, sent: object, path: str, *, negated: bool, depth: int) -> Tree:
        """One node."""
        if depth > DEEPEST:
            return self.problem(path, f"is nested deeper than {DEEPEST} levels")
        if not isinstance(sent, dict):
            return self.problem(path, "must be an object")
        keys = set(sent)
        if keys == {"not"}:
            return self.tree(sent["not"], f"{path}.not", negated=not negated, depth=depth + 1)
        for word, joined, opposite in (("and", All, Any_), ("or", Any_, All)):
            if keys == {word}:
                items = self._items(sent[word], f"{path}.{word}", negated, depth)
                return opposite(items) if negated else joined(items)
        return self._leaf(sent, path, negated)

    def _items(self, sent: object, path: str, negated: bool, depth: int) -> tuple[Tree, ...]:
        if not isinstance(sent, list) or not sent:
            self.problem(path, "must be a list of at least one node")
            return ()
        return tuple(
            self.tree(item, f"{path}[{place}]", negated=negated, depth=depth + 1)
            for place, item in enumerate(sent)
        )

    def _leaf(self, sent: dict[str, Any], path: str, negated: bool) -> Tree:
        self.leaves += 1
        if set(sent) != {"field", "op", "value"}:
            return self.problem(
                path, 'must have the keys "field", "op" and "value", or one of "and", "or", "not"'
            )
        found, op = self._field(sent["field"], f"{path}.field"), self._op(sent["op"], path)
        if found is None or op is None:
            return EVERYTHING
        if op not in OPS[found.kind]:
            allowed = ", ".join(sorted(OPS[found.kind]))
            return self.problem(f"{path}.op", f"is not for this field, which knows {allowed}")
        values = self._values(found.kind, op, sent["value"], f"{path}.value")
        return Leaf(found, op, values, negated)

    def _field(self, name: object, path: str) -> Field | None:
        if not isinstance(name, str) or len(name) > LONGEST_NAME or _unsayable(name):
            self.problem(path, "must be the name of a field")
            return None
        found = field_named(self._target, name)
        if found is None:
            fields = ", ".join(field_names(self._target))
            self.problem(path, f"is no field; there are {fields}")
        return found

    def _op(self, op: object, path: str) -> Op | None:
        if isinstance(op, str) and op in set(Op):
            return Op(op)
        self.problem(f"{path}.op", f"must be one of {', '.join(Op)}")
        return None

    def _values(self, kind: Kind, op: Op, sent: object, path: str) -> tuple[Scalar, ...]:
        given: Sequence[object] = [sent]
        if op is Op.BETWEEN:
            if not isinstance(sent, list) or len(sent) != 2:
                self.problem(path, "must be a list of two values, the lesser one first")
                return ()
            given = sent
        found: list[Scalar] = []
        for place, one in enumerate(given):
            here = f"{path}[{place}]" if op is Op.BETWEEN else path
            value = _value(kind, op, one)
            if isinstance(value, _Wrong):
                self.problem(here, value.message)
            else:
                found.append(value)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class _Wrong:
    message: str


def _value(kind: Kind, op: Op, sent: object) -> Scalar | _Wrong:
    if kind is Kind.NAMED:
        if op in (Op.EQ, Op.CONTAINS) and isinstance(sent, str):
            return _text(sent)
        if op is Op.EQ and isinstance(sent, bool):
            return sent
        if op is Op.CONTAINS:
            return _Wrong("must be a text")
        return _number(sent)
    if kind is Kind.NUMBER:
        return _number(sent)
    if kind is Kind.TIME:
        return _time(sent)
    if kind is Kind.TYPES:
        is_one = isinstance(sent, str) and _ENTITY_TYPE.fullmatch(sent)
        return str(sent) if is_one else _Wrong("must be an entity type, like EMAIL_ADDRESS")
    if kind is Kind.FLAG:
        return sent if isinstance(sent, bool) else _Wrong("must be true or false")
    return _text(sent)


def _text(sent: object) -> str | _Wrong:
    if not isinstance(sent, str) or not sent:
        return _Wrong("must be a text that is not empty")
    if len(sent) > LONGEST:
        return _Wrong(f"must have at most {LONGEST} code points")
    if _unsayable(sent):
        return _Wrong("must be Unicode text without the character NUL")
    return sent


def _unsayable(text: str) -> bool:
    return any(c == "\0" or unicodedata.category(c) == "Cs" for c in text)


def _number(sent: object) -> int | float | _Wrong:
    if isinstance(sent, bool) or not isinstance(sent, int | float):
        return _Wrong("must be a number")
    if isinstance(sent, int):
        return sent if abs(sent) < 2**62 else _Wrong("must be a smaller number")
    return sent if math.isfinite(sent) else _Wrong("must be a finite number")


def _time(sent: object) -> datetime | _Wrong:
    wrong = _Wrong("must be a time like 2026-11-21T09:30:00Z, with its UTC offset")
    if not isinstance(sent, str) or len(sent) > 40:
        return wrong
    try:
        at = datetime.fromisoformat(sent)
    except ValueError:
        return wrong
    return at if at.tzinfo is not None and 1970 <= at.year <= 9000 else wrong
