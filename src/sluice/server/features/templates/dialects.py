"""Dialects in which clients fill templates in (pure).

Templates are kept as mustache. SDK 0.1.6 fills in with Python's `str.format`: `{x}`, literal
braces doubled, nothing else. What cannot be said so is a fault, with its way out.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from string import Formatter
from typing import Final

from sluice.server.features.templates.mustache import (
    Fault,
    Node,
    Parsed,
    Section,
    Variable,
    Words,
    is_name,
    parse,
    write,
)


class Dialect(StrEnum):
    """How variables stand in a template's texts."""

    MUSTACHE = "mustache"
    FORMAT = "format"


NOT_IN_FORMAT: Final = frozenset("{}[].!:")
"""Characters that mean something else in the names of `str.format`."""


def to_format(template: str) -> tuple[str, list[str]]:
    """A mustache text for `str.format`, and what cannot be said so (each once).

    The text is only to be used where nothing is left unsaid.
    """
    parsed = parse(template)
    unsaid = dict.fromkeys(_unsaid(parsed.nodes))
    unsaid |= dict.fromkeys(fault.message for fault in parsed.faults)
    return "".join(_formatted(node) for node in parsed.nodes), list(unsaid)


def _formatted(node: Node) -> str:
    if isinstance(node, Words):
        return node.text.replace("{", "{{").replace("}", "}}")
    return f"{{{node.name}}}"


def _unsaid(nodes: tuple[Node, ...]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Section):
            yield "has a section; make templates of their own of its cases"
        elif isinstance(node, Variable) and not _is_format_name(node.name):
            yield (
                "has a variable inside of another one (`a.b`), or one whose name is a number or "
                "holds one of . [ ] ! : ; give it a plain name"
            )


def _is_format_name(name: str) -> bool:
    return not (name.isdecimal() or NOT_IN_FORMAT.intersection(name))


def from_format(template: str) -> Parsed:
    """A text for `str.format` as it is said in mustache (see `write`)."""
    nodes: list[Node] = []
    faults: list[Fault] = []
    try:
        # All of it first: what is malformed shows at its end only.
        pieces = list(Formatter().parse(template))
    except ValueError:
        return Parsed((), (Fault(0, "a brace is not closed; write a literal one twice"),))
    position = 0
    for words, name, spec, conversion in pieces:
        _add_words(nodes, words)
        if name is not None:
            message = _wrong(name, spec or "", conversion)
            position = template.find("{" + name, position)
            if message:
                faults.append(Fault(max(position, 0), message))
            nodes.append(Variable(name))
    return Parsed(tuple(nodes), tuple(faults))


def _add_words(nodes: list[Node], words: str) -> None:
    if nodes and isinstance(last := nodes[-1], Words):
        nodes[-1] = Words(last.text + words)
    elif words:
        nodes.append(Words(words))


def _wrong(name: str, spec: str, conversion: str | None) -> str | None:
    if spec or conversion:
        return "a variable has a format of its own; format the value before it is given"
    if not name or name.isdecimal():
        return "a variable has no name"
    if not _is_format_name(name) or not is_name(name):
        return "a part of a value is asked for, or this is no name; give the variable a plain name"
    return None


def in_mustache(template: str, dialect: Dialect) -> tuple[str, tuple[Fault, ...]]:
    """The template as it is kept, and what is wrong with it as it came."""
    if dialect is Dialect.MUSTACHE:
        return template, parse(template).faults
    parsed = from_format(template)
    return ("", parsed.faults) if parsed.faults else (write(parsed.nodes), ())
