"""Test rows in which the expected value is written inside of double square brackets."""

from __future__ import annotations

import re

from sluice.engine.reading import fields

_MARK = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)


def unmarked(row: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without the marks, and the marked spans in it."""
    spans: list[tuple[int, int]] = []
    parts: list[str] = []
    at = length = 0
    for match in _MARK.finditer(row):
        parts += (row[at : match.start()], match[1])
        length += match.start() - at
        spans.append((length, length + len(match[1])))
        length += len(match[1])
        at = match.end()
    return "".join((*parts, row[at:])), spans


def found(text: str) -> list[tuple[str, str]]:
    """The fields of a text: the best entity type and the value."""
    return [(item.entity_types[0], text[item.start : item.end]) for item in fields(text)]


def check_fields(row: str, *entity_types: str) -> None:
    """Exactly the marked values are fields, of these entity types in turn."""
    text, spans = unmarked(row)
    items = list(fields(text))
    assert [(item.start, item.end) for item in items] == spans
    assert [item.entity_types[0] for item in items] == list(entity_types)
