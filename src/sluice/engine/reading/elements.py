"""HTML and XML: tables, definition lists, forms, and elements that are named by what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from sluice.engine.reading.deciding import Field, field_of
from sluice.engine.reading.keys import LONGEST, Company, Meaning, Names, company
from sluice.engine.reading.siblings import beside

_TAG = re.compile(
    r"<(?P<close>/)?(?P<tag>[A-Za-z][\w:.\-]{0,63})(?P<attributes>(?:\s[^<>]{0,2000})?)/?>"
)
_ATTRIBUTE = re.compile(
    r"(?P<key>[\w:\-]{1,40})\s{0,3}=\s{0,3}(?P<quote>[\"'])(?P<value>[^\"'<>]{0,400})"
)
_NAMING: Final = ("itemprop", "name", "data-label", "data-field", "id", "class", "autocomplete")
"""Attributes that may say what an element holds, best first."""
_LABELS: Final = frozenset({"dt", "label", "th", "b", "strong", "legend"})
_EMPTY: Final = frozenset({"input", "meta", "br", "hr", "img", "link", "wbr", "source", "param"})
_ENDS_A_GROUP: Final = frozenset({"tr", "dl", "form", "table"})
_MOST_OPEN: Final = 100
_NEAR: Final = 400
_NEAR_TAG = re.compile(r"<([A-Za-z][\w:.\-]{0,63})")


class _Page:
    """What is known at one place of a page, read from left to right."""

    def __init__(self, text: str, names: Names) -> None:
        self._text = text
        self._names = names
        self._open: list[str] = []
        self._attributes = ""
        self._label: tuple[str, Meaning] | None = None
        self._row: list[str] = []
        self._headers: list[str] = []
        self._all_headers = True

    def chunk(self, start: int, end: int, *, closed: str) -> Field | None:
        """The field that the text between two tags is, if it is one; `closed` is the tag behind."""
        shown = self._text[start:end].strip()
        if not shown or not self._open:
            return None
        tag = self._open[-1]
        cell = tag in ("td", "th")
        if cell and self._row:
            self._row[-1] = shown[:LONGEST]
        named = self._named(tag, shown, closed)
        if named is None:
            self._label = self._labels(tag, shown)
            return None
        name, meaning, of_column = named
        while start < end and self._text[start] in ": \t\r\n":
            start += 1
        self._label = None
        around = (
            partial(beside, self._headers, self._names) if of_column else self._near(start, end)
        )
        return field_of(self._text, start, end, name, meaning, around)

    def _named(self, tag: str, shown: str, closed: str) -> tuple[str, Meaning, bool] | None:
        """What names a piece of text: its element, an attribute, the column, a label before it."""
        if closed == tag and (meaning := self._names.meaning(_local(tag))):
            return _local(tag), meaning, False
        if self._attributes and (found := self._by_attribute(self._attributes)):
            return *found, False
        column = len(self._row) - 1
        if tag == "td" and 0 <= column < len(self._headers):
            name = self._headers[column]
            found_meaning = self._names.meaning(name)
            return (name, found_meaning, True) if found_meaning else None
        if self._label and not self._labels(tag, shown):
            return *self._label, False
        return None

    def _labels(self, tag: str, shown: str) -> tuple[str, Meaning] | None:
        """The label that a piece of text is: it ends in a colon or stands where labels do."""
        if len(shown) > LONGEST or not (shown[-1] == ":" or tag in _LABELS):
            return self._label if shown in ":-*" else None
        meaning = self._names.meaning(shown.rstrip(": *"))
        return (shown.rstrip(": *"), meaning) if meaning else None

    def _by_attribute(self, attributes: str) -> tuple[str, Meaning] | None:
        found = {match["key"].lower(): match["value"] for match in _ATTRIBUTE.finditer(attributes)}
        for key in _NAMING:
            if key in found and (meaning := self._names.meaning(found[key])):
                return found[key], meaning
        return None

    def tag(self, match: re.Match[str]) -> Field | None:
        """Follow a tag; the field that its own value is, for an input."""
        name = _plain(match["tag"])
        if match["close"]:
            self._close(name)
            return None
        self._attributes = match["attributes"]
        if name == "tr" or name == "table":
            self._begin(name)
        elif name in ("td", "th"):
            self._row.append("")
            self._all_headers = self._all_headers and name == "th"
        if name in _EMPTY:
            return self._input(match)
        if len(self._open) < _MOST_OPEN and not match[0].endswith("/>"):
            self._open.append(name)
        return None

    def _begin(self, name: str) -> None:
        self._row, self._all_headers = [], True
        if name == "table":
            self._headers = []

    def _close(self, name: str) -> None:
        if name == "tr":
            self._end_row()
        if name in _ENDS_A_GROUP:
            self._label = None
        self._attributes = ""
        if name in self._open:
            while self._open.pop() != name:
                pass

    def _end_row(self) -> None:
        """A row of headers alone, or a first row in which most cells name something."""
        known = sum(self._names.meaning(cell) is not None for cell in self._row)
        if len(self._row) > 1 and (
            self._all_headers or (not self._headers and 2 * known > len(self._row))
        ):
            self._headers = self._row
        self._row = []

    def _input(self, match: re.Match[str]) -> Field | None:
        start = match.start("attributes")
        held = {
            found["key"].lower(): found
            for found in _ATTRIBUTE.finditer(self._text, start, match.end("attributes"))
        }
        value = held.get("value") or held.get("content")
        found = self._by_attribute(match["attributes"]) or self._label
        if value is None or found is None:
            return None
        self._label = None
        return field_of(self._text, *value.span("value"), *found, self._near(*match.span()))

    def _near(self, start: int, end: int) -> partial[Company]:
        return partial(self._company, start, end)

    def _company(self, start: int, end: int) -> Company:
        """What the elements near by speak for, and the one that holds this one."""
        near = self._text[max(0, start - _NEAR) : start] + self._text[end : end + _NEAR]
        keys = [_local(tag) for tag in _NEAR_TAG.findall(near)]
        keys += [found["value"] for found in _ATTRIBUTE.finditer(near) if found["key"] in _NAMING]
        parent = self._open[-2] if len(self._open) > 1 else ""
        return company(keys, _local(parent), self._names)


def _plain(tag: str) -> str:
    """HTML's own tags in lower case, others as they are."""
    return tag.lower() if len(tag) < 9 and tag.isupper() else tag


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def elements(text: str, names: Names) -> Iterator[Field]:
    """The fields of the elements of HTML or XML, ascending."""
    page, at = _Page(text, names), -1
    for match in _TAG.finditer(text):
        if at >= 0:
            closed = _plain(match["tag"]) if match["close"] else ""
            field = page.chunk(at, match.start(), closed=closed)
            if field is not None:
                yield field
        field = page.tag(match)
        if field is not None:
            yield field
        at = match.end()
