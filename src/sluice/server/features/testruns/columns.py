"""The columns of a CSV file of test cases: what a header says, and the header of a column (pure).

A column is an input variable, unless its header is one of these:

    output, expected         what is expected
    metadata.NAME            a value of the metadata
    inputs.NAME              a variable whose name is one of these
    …:json                   cells are JSON; an empty one says nothing
    history:json, outputMessage:json, mediaInputs:json

So `age` holds texts and `age:json` holds numbers, and nothing is guessed from a cell.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final, Literal

from sluice.server.features.proxy.wires.reading import with_different_keys

Part = Literal["inputs", "metadata", "output", "output_message", "history", "media_inputs"]

MARK: Final = ":json"
_OUTPUT: Final = ("output", "expected")
_WHOLE: Final[dict[str, Part]] = {
    "history": "history",
    "outputMessage": "output_message",
    "output_message": "output_message",
    "mediaInputs": "media_inputs",
    "media_inputs": "media_inputs",
}
_HEADERS: Final = {part: header for header, part in reversed(_WHOLE.items())}


@dataclass(frozen=True, slots=True)
class Column:
    """What the cells of a column are."""

    part: Part
    name: str = ""
    """Of the variable or of the metadata's value."""
    is_json: bool = False

    @property
    def header(self) -> str:
        """The header that is read as this column."""
        if self.part in _HEADERS:
            return _HEADERS[self.part] + MARK
        plain = self.part if self.part == "output" else f"metadata.{self.name}"
        if self.part == "inputs":
            plain = self.name if _is_plain(self.name) else f"inputs.{self.name}"
        return plain + MARK if self.is_json else plain

    def put(self, cell: str, content: dict[str, Any]) -> None:
        """Take a cell's value into a content; raises `ValueError` for a cell that is no JSON."""
        if (self.is_json or self.part == "output") and not cell:
            return
        value = _parsed(cell) if self.is_json else cell
        if self.part in ("inputs", "metadata"):
            content.setdefault(self.part, {})[self.name] = value
        else:
            content[self.part] = value

    def cell(self, content: dict[str, Any]) -> str:
        """The cell of a content, whose values this column can say."""
        if self.part in ("inputs", "metadata"):
            held = content.get(self.part, {})
            is_given, value = self.name in held, held.get(self.name)
        else:
            is_given, value = self.part in content, content.get(self.part)
        if not is_given:
            return ""
        return json.dumps(value, ensure_ascii=False) if self.is_json else str(value)


def _parsed(cell: str) -> object:
    return json.loads(cell, object_pairs_hook=with_different_keys)


def column_of(header: str) -> Column | None:
    """What a header says; None for one that names nothing."""
    said = header.strip()
    is_json = said.endswith(MARK)
    base = said.removesuffix(MARK)
    if base in _OUTPUT:
        return Column("output", is_json=is_json)
    if is_json and base in _WHOLE:
        return Column(_WHOLE[base], is_json=True)
    for part in ("inputs", "metadata"):
        if name := base.removeprefix(f"{part}.") if base.startswith(f"{part}.") else "":
            return Column("inputs" if part == "inputs" else "metadata", name, is_json)
    return Column("inputs", base, is_json) if base else None


def _is_plain(name: str) -> bool:
    """Whether a header that says this name alone is read as the variable."""
    return column_of(name) == Column("inputs", name) and name not in _WHOLE


class ColumnsOf:
    """The columns that say everything of some contents: fill it with `add`, then ask."""

    def __init__(self) -> None:
        self._texts: dict[tuple[Part, str], bool] = {}
        """Whether all of a column's values are texts."""
        self._counts: dict[tuple[Part, str], int] = {}
        self._contents = 0

    def add(self, content: dict[str, Any]) -> None:
        """Take a content into account."""
        self._contents += 1
        for name, value in content.get("inputs", {}).items():
            self._saw("inputs", name, isinstance(value, str))
        if "output" in content:
            # An empty cell is an output that nobody expects.
            self._saw("output", "", bool(content["output"]))
        for part in _HEADERS:
            if part in content:
                self._saw(part, "", is_text=False)
        for name, value in content.get("metadata", {}).items():
            self._saw("metadata", name, isinstance(value, str))

    def columns(self) -> list[Column]:
        """Inputs first, then what is expected, then the rest; each as it came first."""
        order = ("inputs", "output", *_HEADERS, "metadata")
        found = sorted(self._texts, key=lambda column: order.index(column[0]))
        return [Column(part, name, self._is_json(part, name)) for part, name in found]

    def _saw(self, part: Part, name: str, is_text: bool) -> None:
        self._texts[part, name] = self._texts.get((part, name), True) and is_text
        self._counts[part, name] = self._counts.get((part, name), 0) + 1

    def _is_json(self, part: Part, name: str) -> bool:
        # What cells without marks cannot say: other values, none at all, and such names.
        sparse = part != "output" and self._counts[part, name] < self._contents
        return not self._texts[part, name] or sparse or name != name.strip() or name.endswith(MARK)
