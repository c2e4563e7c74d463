"""From a key, a value and what stands beside them to a field, if the value is one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from sluice.engine.patterns import words
from sluice.engine.reading.decoding import html_entities, json_escapes, url_decoded
from sluice.engine.reading.keys import Company, Meaning, Sort
from sluice.engine.reading.offsets import CONTEXT, Edit, View, view_of
from sluice.engine.reading.values import (
    Fit,
    firm,
    fit,
    is_firm,
    is_value,
    looks_like_a_person,
    person,
    place,
)

_ESCAPED: Final = re.compile(r"[\\%&]")
_STATUSES: Final = words(
    "active inactive running stopped pending open closed enabled disabled done new ok failed "
    "completed created deleted ready waiting approved rejected draft archived resolved merged"
)
"""What a `state` is that is no place."""
_NO_EDIT: Final = Edit(0, 0, "")
_EDGES: Final = " \t\r\n\u00a0"
Around = Callable[[], Company]
"""Looks at what stands beside a key; asked only where the key itself says too little."""


def once(look: Around) -> Around:
    """Looks at most once, for all the values of a key or a column."""
    seen: list[Company] = []

    def looked() -> Company:
        if not seen:
            seen.append(look())
        return seen[0]

    return looked


@dataclass(frozen=True, slots=True)
class Field:
    """A value whose type its document names, at code points [start, end) of the text.

    Without quotes, markup and titles around it. Its representation shows no text.
    """

    start: int
    end: int
    name: str = field(repr=False)
    """The key, header or label as written."""
    entity_types: tuple[str, ...]
    """What the name says that the value may be, best first; never empty."""
    value: str = field(default="", repr=False)
    """The value as it reads, without the escapes that it is written with."""


def field_of(
    text: str, start: int, end: int, name: str, meaning: Meaning, around: Around
) -> Field | None:
    """The field that the value at [start, end) is under this name; None if it is none."""
    written = text[start:end]
    start += len(written) - len(written.lstrip(_EDGES))
    written = written.strip(_EDGES)
    reading = _reading(written)
    value = reading.text if reading else written
    if not is_value(value):
        return None
    decided = _DECIDE[meaning.sort](meaning, value, around)
    if decided is None:
        return None
    types, (low, high) = decided
    shown = value[low:high]
    if reading:
        low, high = reading.original(low, high)
    return Field(start + low, start + high, name.strip(_EDGES), types, shown)


def _reading(value: str) -> View | None:
    """A short value without its escapes; None if it has none."""
    if len(value) > CONTEXT or not _ESCAPED.search(value):
        return None
    edits = sorted([*json_escapes(value), *html_entities(value), *url_decoded(value)])
    apart = [edit for before, edit in pairwise([_NO_EDIT, *edits]) if edit.start >= before.end]
    return view_of(value, apart, "value") if apart else None


Decided = tuple[tuple[str, ...], Fit] | None


def _sure(meaning: Meaning, value: str, around: Around) -> Decided:
    if meaning.entity_types[0] == "PERSON" and is_firm(value):
        return ("ORGANIZATION", "PERSON"), Fit(0, len(value))
    fits = {kind: part for kind in meaning.entity_types if (part := fit(kind, value))}
    return (tuple(fits), next(iter(fits.values()))) if fits else None


def _name(meaning: Meaning, value: str, around: Around) -> Decided:
    """A bare name: of whom or what, is for its neighbours to say, and for its own looks."""
    found = person(value)
    if found is None and not firm(value):
        return None
    beside = around()
    if beside.machine and not looks_like_a_person(value):
        return None
    if beside.person:
        return _person_or_firm(value, found)
    if beside.place:
        part = place(value)
        return (("LOCATION",), part) if part else None
    if beside.firm or (is_firm(value) and not beside.thing):
        return ("ORGANIZATION",), Fit(0, len(value))
    if found and not beside.thing and looks_like_a_person(value):
        return ("PERSON",), found
    return None


def _person_or_firm(value: str, found: Fit | None) -> Decided:
    if is_firm(value):
        return ("ORGANIZATION", "PERSON"), Fit(0, len(value))
    return (("PERSON",), found) if found else None


def _part(meaning: Meaning, value: str, around: Around) -> Decided:
    found = person(value)
    if found is None:
        return None
    beside = around()
    return (("PERSON",), found) if beside.parts or beside.person else None


def _role(meaning: Meaning, value: str, around: Around) -> Decided:
    if is_firm(value):
        return ("ORGANIZATION",), Fit(0, len(value))
    found = person(value)
    if found is None or not looks_like_a_person(value[found.start : found.end]):
        return None
    return ("PERSON",), found


def _state(meaning: Meaning, value: str, around: Around) -> Decided:
    part = place(value)
    if part is None or value[0].islower() or value.lower() in _STATUSES:
        return None
    beside = around()
    return (("LOCATION",), part) if beside.address or beside.person else None


def _user(meaning: Meaning, value: str, around: Around) -> Decided:
    if looks_like_a_person(value) and (found := person(value)):
        return ("PERSON", "USERNAME"), found
    part = fit("USERNAME", value)
    return (("USERNAME",), part) if part else None


_DECIDE: Final = {
    Sort.SURE: _sure,
    Sort.NAME: _name,
    Sort.PART: _part,
    Sort.ROLE: _role,
    Sort.STATE: _state,
    Sort.USER: _user,
}
