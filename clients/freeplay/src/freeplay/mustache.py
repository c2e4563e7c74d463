"""Mustache, as prompts use it: https://mustache.github.io/mustache.5.html

Nothing is escaped for HTML. Lists and objects become compact JSON, a missing variable nothing.
A value is put in as it is: a `{{name}}` that stands in a value is never filled in. Partials, set
delimiters and callables are refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from freeplay.errors import TemplateFormatError

_TAG: Final = re.compile(
    r"\{\{\{(?P<bare>.*?)\}\}\}|\{\{(?P<kind>[#^/!&>=]?)(?P<name>.*?)\}\}", re.DOTALL
)
_REST_OF_LINE: Final = re.compile(r"[ \t]*(?:\r?\n|\Z)")
_ALONE: Final = frozenset("#^/!")
"""Kinds of tags that take their line with them where nothing else stands in it."""


@dataclass(frozen=True, slots=True)
class _Tag:
    kind: str
    name: str
    start: int


@dataclass(frozen=True, slots=True)
class _Variable:
    name: str


@dataclass(frozen=True, slots=True)
class _Section:
    name: str
    inverted: bool
    nodes: list[str | _Variable | _Section]


_Nodes = list[str | _Variable | _Section]


def render(template: str, variables: Mapping[str, object]) -> str:
    """Fill in a template. Raises `TemplateFormatError` with a position, never with a value."""
    return _rendered(_parsed(template), [variables])


def _pieces(template: str) -> Iterator[str | _Tag]:
    position = 0
    for match in _TAG.finditer(template):
        kind = match["kind"] or ""
        start, end = match.span()
        if kind in _ALONE and kind:
            start, end = _whole_line(template, start, end, position)
        yield template[position:start]
        yield _Tag(kind, (match["bare"] or match["name"] or "").strip(), match.start())
        position = end
    yield template[position:]


def _whole_line(template: str, start: int, end: int, position: int) -> tuple[int, int]:
    """The span that a tag takes with it: its line, where it stands there alone."""
    line = template.rfind("\n", 0, start) + 1
    rest = _REST_OF_LINE.match(template, end)
    if rest is None or line < position or template[line:start].strip(" \t"):
        return start, end
    return line, rest.end()


def _parsed(template: str) -> _Nodes:
    top: _Nodes = []
    open_sections: list[tuple[_Section, int]] = []
    nodes = top
    for piece in _pieces(template):
        if isinstance(piece, str):
            nodes.append(piece)
        elif piece.kind == "/":
            _check_closing(piece, open_sections)
            open_sections.pop()
            nodes = open_sections[-1][0].nodes if open_sections else top
        elif piece.kind in ("#", "^"):
            section = _Section(_named(piece), piece.kind == "^", [])
            nodes.append(section)
            open_sections.append((section, piece.start))
            nodes = section.nodes
        elif piece.kind != "!":
            nodes.append(_Variable(_named(piece)))
    if open_sections:
        raise _fault("A section is never closed", open_sections[-1][1])
    return top


def _check_closing(tag: _Tag, open_sections: list[tuple[_Section, int]]) -> None:
    if not open_sections or open_sections[-1][0].name != tag.name:
        raise _fault("A section is closed that is not the one that is open", tag.start)


def _named(tag: _Tag) -> str:
    if tag.kind in (">", "="):
        raise _fault("Partials and other delimiters are not part of prompts", tag.start)
    if not tag.name:
        raise _fault("A tag names no variable", tag.start)
    return tag.name


def _fault(message: str, position: int) -> TemplateFormatError:
    return TemplateFormatError(f"{message} (the tag at code point {position} of the template)")


def _rendered(nodes: _Nodes, scopes: list[object]) -> str:
    return "".join(_one(node, scopes) for node in nodes)


def _one(node: str | _Variable | _Section, scopes: list[object]) -> str:
    if isinstance(node, str):
        return node
    value = _value(node.name, scopes)
    if isinstance(node, _Variable):
        return _text(value)
    if node.inverted:
        return "" if value else _rendered(node.nodes, scopes)
    if not value:
        return ""
    inner = value if isinstance(value, list | tuple) else [value]
    return "".join(_rendered(node.nodes, [*scopes, one]) for one in inner)


def _value(name: str, scopes: list[object]) -> object:
    """The innermost value of that name; of a dotted name its first part decides which."""
    if name == ".":
        return scopes[-1]
    first, *others = name.split(".")
    holder = next(
        (one for one in reversed(scopes) if isinstance(one, Mapping) and first in one), None
    )
    value: object = holder
    for part in (first, *others):
        value = value.get(part) if isinstance(value, Mapping) else None
    if callable(value):
        raise TemplateFormatError(f"The variable {name} is a function; a text is wanted")
    return value


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return json.dumps(value, separators=(",", ":"))
    return str(value)
