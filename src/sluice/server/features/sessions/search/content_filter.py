"""What is left of a filter tree for those who open the content of rows (pure)."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sluice.server.features.sessions.search.fields import Kind
from sluice.server.features.sessions.search.filters import (
    All,
    Alternative,
    Any_,
    Leaf,
    Tree,
    leaves,
)

OUTPUT: Final = "answer"
"""The part of a recording's content that came back; everything else was sent."""


@dataclass(frozen=True, slots=True)
class Known:
    """A part without content: the database says whether it is true, in this place."""

    place: int


@dataclass(frozen=True, slots=True)
class Seeks:
    """A leaf that content decides."""

    field: str
    pattern: re.Pattern[str] = dataclasses.field(repr=False)
    negated: bool


@dataclass(frozen=True, slots=True)
class Joined:
    """Several, of which all or one must be true."""

    all: bool
    items: tuple[Rest, ...]


Rest: TypeAlias = Known | Seeks | Joined


@dataclass(frozen=True, slots=True)
class Split:
    """A tree, divided into what the database is asked and what is looked at in content."""

    asked: tuple[Tree, ...]
    rest: Rest | None
    """None: the tree does not speak of content."""

    def holds(self, known: Sequence[bool], contents: Sequence[Mapping[str, Any]]) -> bool:
        """Whether the tree is true of a row with these contents.

        `known` has one value for each of `asked`. A session has several contents: one of them must
        hold what is sought.
        """
        texts = [_parts(content) for content in contents]
        return self.rest is None or _holds(self.rest, known, texts)


def split(tree: Tree) -> Split:
    """Divide a tree whose leaves have their alternatives."""
    if not speaks_of_content(tree):
        return Split((), None)
    asked: list[Tree] = []
    rest = _split(tree, asked)
    return Split(tuple(asked), rest)


def speaks_of_content(tree: Tree) -> bool:
    """Whether a leaf asks for what is sealed."""
    return any(leaf.field.kind is Kind.CONTENT for leaf in leaves(tree))


def _split(tree: Tree, asked: list[Tree]) -> Rest:
    if not speaks_of_content(tree):
        asked.append(tree)
        return Known(len(asked) - 1)
    if isinstance(tree, Leaf):
        return Seeks(tree.field.name, _pattern(tree.alternatives), tree.negated)
    items: list[Rest] = []
    plain = tuple(item for item in tree.items if not speaks_of_content(item))
    if plain:
        together = All(plain) if isinstance(tree, All) else Any_(plain)
        items.append(_split(together, asked))
    items += [_split(item, asked) for item in tree.items if speaks_of_content(item)]
    return Joined(isinstance(tree, All), tuple(items))


def _pattern(alternatives: Iterable[Alternative]) -> re.Pattern[str]:
    """One of the forms, in any case; a placeholder only as a whole."""
    forms = []
    for one in alternatives:
        before = r"(?<![A-Za-z0-9_])" if one.begins else ""
        after = r"(?![0-9])" if one.ends else ""
        forms.append(f"{before}{re.escape(one.text)}{after}")
    return re.compile("|".join(forms), re.IGNORECASE)


def _holds(rest: Rest, known: Sequence[bool], texts: Sequence[Mapping[str, list[str]]]) -> bool:
    if isinstance(rest, Known):
        return known[rest.place]
    if isinstance(rest, Seeks):
        return _found(rest, texts) is not rest.negated
    decide: Callable[[Iterable[bool]], bool] = all if rest.all else any
    return decide(_holds(item, known, texts) for item in rest.items)


def _found(sought: Seeks, texts: Sequence[Mapping[str, list[str]]]) -> bool:
    parts = ("input", "output") if sought.field == "text" else (sought.field,)
    return any(sought.pattern.search(text) for one in texts for part in parts for text in one[part])


def _parts(content: Mapping[str, Any]) -> dict[str, list[str]]:
    sent = [text for name, value in content.items() if name != OUTPUT for text in strings(value)]
    return {"input": sent, "output": list(strings(content.get(OUTPUT)))}


def strings(value: object) -> Iterator[str]:
    """Every text inside of a JSON value, names too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield str(name)
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
