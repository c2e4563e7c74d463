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
    edges,
    leaves,
)

OUTPUT: Final = "answer"
"""The part of a recording's content that came back; everything else was sent."""
_NO_WORD: Final = r"(?<![A-Za-z0-9_])"
_MARKED: Final = "|".join(f"(?<={_NO_WORD}{'_' * count})" for count in (1, 2, 3))
_OPEN: Final = rf"(?:{_NO_WORD}|{_MARKED}|(?<=\\[bfnrt])|(?<=\\u[0-9A-Fa-f]{{4}}))"
"""Where a placeholder can begin: see the edges of `engine.placeholders`."""


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
    return re.compile("|".join(_form(one) for one in alternatives), re.IGNORECASE)


def _form(one: Alternative) -> str:
    begins, ends = edges(one.text, any_case=True)
    text = re.escape(one.text)
    whole = _whole(text, begins=begins or one.begins, ends=ends or one.ends)
    if (begins and not one.begins) or (ends and not one.ends):
        # `file_1` is no placeholder: as it was typed it is sought inside of words too.
        return f"{whole}|(?-i:{_whole(text, begins=one.begins, ends=one.ends)})"
    return whole


def _whole(text: str, *, begins: bool, ends: bool) -> str:
    return f"{_OPEN if begins else ''}{text}{'(?![0-9])' if ends else ''}"


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
