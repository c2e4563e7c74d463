"""YAML with the line of every value, so that a problem can be shown where it is.

Only plain data: no tags that build objects, no aliases (a few lines of them can unfold into
gigabytes), no key twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import yaml
from pydantic.alias_generators import to_camel

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The library's own in C, where it was built with it: ten times as quick."""
DEEPEST: Final = 64
"""Levels of lists and keys in one another."""
TOO_DEEP: Final = "it is nested too deeply"
Path = tuple[str | int, ...]
"""Keys and indexes from the document's root; keys in the wire's spelling."""


@dataclass(frozen=True)
class Loaded:
    """The data of a document, where each value stands, and what is wrong with its form."""

    data: object = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)
    """Line (from 1) and what is wrong there."""

    def line_of(self, path: Path) -> int:
        """The line of a value, or of the nearest thing around it that is there."""
        path = tuple(_spelling(part) for part in path)
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def load(text: str) -> Loaded:
    """Read one document; its problems say why `data` may not be used."""
    try:
        if problems := [*_refused(text)]:
            return Loaded(problems=problems)
        root = yaml.compose(text, Loader=_LOADER)
        if root is None:
            return Loaded(problems=[(1, "the document is empty")])
        lines: dict[Path, int] = {}
        problems = [*_walk(root, (), lines)]
        return Loaded(yaml.SafeLoader("").construct_document(root), lines, problems)
    except yaml.MarkedYAMLError as e:
        return Loaded(problems=[(_line(e.problem_mark), e.problem or "this is not YAML")])
    except yaml.YAMLError:
        return Loaded(
            problems=[(1, "this is not YAML: it holds a character that may not stand there")]
        )
    except RecursionError:
        return Loaded(problems=[(1, TOO_DEEP)])
    except ValueError:
        return Loaded(problems=[(1, "it holds a date or number that does not exist")])


def place_of(loaded: Loaded, path: Path) -> tuple[int, str]:
    """The line of a value, and its path as people write it: `policyGroups[0].name`."""
    path = tuple(part for part in path if part != "[key]")
    shown = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return loaded.line_of(path), shown.lstrip(".")


def told_of(error: Any) -> str:  # noqa: ANN401 (pydantic's dictionary)
    """What is wrong, in the words of somebody who writes YAML."""
    if error["loc"][-1:] == ("[key]",):
        return "this is no entity type: use upper-case words with underscores between them"
    message = _MESSAGES.get(error["type"], error["msg"])
    return str(message).removeprefix("Value error, ")


_MESSAGES: Final = {
    "extra_forbidden": "there is no such key; is it spelt right?",
    "missing": "this key is missing",
    "string_type": "this must be a text; put it in quotes",
    "model_type": "keys and their values must stand here",
    "model_attributes_type": "keys and their values must stand here",
    "dict_type": "keys and their values must stand here",
    "list_type": "a list must stand here",
}


def _refused(text: str) -> Iterator[tuple[int, str]]:
    """What is refused before anything is made of it.

    The library takes time with the square of the depth: a few kilobytes of brackets, a minute.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent):
            yield _line(event.start_mark), "aliases are not supported; write the value out"
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            yield _line(event.start_mark), TOO_DEEP
            return


def _walk(node: yaml.Node, path: Path, lines: dict[Path, int]) -> Iterator[tuple[int, str]]:
    lines[path] = _line(node.start_mark)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _walk(item, (*path, index), lines)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*path, _spelling(str(key.value)))
            if inner in lines:
                yield _line(key.start_mark), "this key stands here twice; keep one"
            yield from _walk(value, inner, lines)
            lines[inner] = _line(key.start_mark)


class _Mark(Protocol):
    line: int


def _line(mark: _Mark | None) -> int:
    return mark.line + 1 if mark is not None else 1


def _spelling(part: str | int) -> str | int:
    """`custom_terms` as `customTerms`; entity types and indexes as they are."""
    return to_camel(part) if isinstance(part, str) and part[:1].islower() else part
