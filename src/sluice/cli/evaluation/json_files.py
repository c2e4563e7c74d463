"""Two JSON formats: one object a line (`jsonl`), and the list of `presidio-evaluator`.

A line of the first is `{"text": …, "spans": [[0, 4, "PERSON"], …]}`, or with an object such as
`{"start": 0, "end": 4, "label": "PERSON"}` for each span; the list may also be called `entities`,
`label` or `labels`, and an object may say `label`, `entity_type`, `entityType` or `type`.
`presidio-evaluator` writes a list of objects with `full_text`, and `spans` of `entity_type`,
`start_position` and `end_position`. Offsets count code points; where `entity_value` or `text`
stands beside them, it must be what stands there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sluice.cli.evaluation.labelled import Document, Gold
from sluice.cli.evaluation.reading import Problems, document, text_of, whole_number

_SPANS: Final = ("spans", "entities", "label", "labels")
_LABEL: Final = ("label", "entity_type", "entityType", "type")
_START: Final = ("start", "start_position", "start_offset")
_END: Final = ("end", "end_position", "end_offset")
_VALUE: Final = ("entity_value", "text")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a problem is said to be."""

    path: Path
    line: int
    problems: Problems
    item: str = ""

    def say(self, message: str) -> None:
        self.problems.add(self.path, self.line, f"{self.item}{message}")


def read_lines(path: Path, problems: Problems) -> Iterator[Document]:
    """The documents of a `jsonl` file; empty lines are skipped."""
    for number, line in enumerate((text_of(path, problems) or "").split("\n"), start=1):
        if line.strip():
            place = _Place(path, number, problems)
            found = _document(_parsed(line, place), ("text", "full_text"), place)
            if found:
                yield found


def read_presidio(path: Path, problems: Problems) -> Iterator[Document]:
    """The documents of a file of `presidio-evaluator`; its line is the document's number."""
    text = text_of(path, problems)
    if text is None:
        return
    items = _parsed(text, _Place(path, 0, problems))
    if not isinstance(items, list):
        if items is not None:
            problems.add(path, 0, "a list of documents must stand here")
        return
    for index, item in enumerate(items):
        place = _Place(path, 0, problems, f"document {index}: ")
        found = _document(item, ("full_text", "text"), place)
        if found:
            yield Document(f"{path}[{index}]", found.text, found.spans)


def _parsed(text: str, place: _Place) -> object:
    try:
        value: object = json.loads(text)
    except json.JSONDecodeError as e:
        line = f" line {e.lineno}," if not place.line else ""
        place.say(f"not JSON:{line} column {e.colno}")
        return None
    except RecursionError:
        place.say("not JSON: nested too deeply")
        return None
    return value


def _document(item: object, names: Sequence[str], place: _Place) -> Document | None:
    if item is None:
        return None
    if not isinstance(item, dict):
        place.say("an object must stand here")
        return None
    text = _first(item, names)
    spans = _first(item, _SPANS)
    if not isinstance(text, str) or not isinstance(spans, list):
        place.say(f"there must be a text `{names[0]}` and a list `{_SPANS[0]}`")
        return None
    if any("\ud800" <= character <= "\udfff" for character in text):
        place.say("the text holds half of a character (a lone surrogate)")
        return None
    read = [_span(value, text, index, place) for index, value in enumerate(spans)]
    kept = [span for span in read if span is not None]
    return document(place.path, place.line, text, kept, place.problems)


def _span(value: object, text: str, index: int, place: _Place) -> Gold | None:
    parts: Sequence[object]
    stated: object = None
    if isinstance(value, dict):
        parts = [_first(value, _START), _first(value, _END), _first(value, _LABEL)]
        stated = _first(value, _VALUE)
    else:
        parts = value if isinstance(value, list) else []
    start, end = (whole_number(part) for part in [*parts[:2], None, None][:2])
    label = parts[2] if len(parts) == 3 else None
    if start is None or end is None or not isinstance(label, str) or not label.strip():
        place.say(f"span {index}: start, end and a label must stand here")
        return None
    if isinstance(stated, str) and text[start:end] != stated:
        place.say(f"span {index}: the text at {start}-{end} is another than the span's own")
        return None
    return Gold(start, end, label)


def _first(item: dict[str, object], names: Sequence[str]) -> object:
    return next((item[name] for name in names if name in item), None)
