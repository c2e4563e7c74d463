"""What values OpenAI's wires hold, said once for requests and answers.

A `Shape` looks at one place of a JSON body and tells a `Visitor` what stands there. A request's
visitor hands texts to a `Reading`, an answer's visitor restores them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from sluice.server.features.proxy.wires.reading import DEEPEST, Body, Speaker, shown

JsonValue = Any
"""Any value of a parsed JSON body."""
MediaKind = Literal["image", "audio", "document"]

_PLAIN: Final = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_.:/-]{1,256}", re.ASCII)
_ENCRYPTED: Final = re.compile(r"[A-Za-z0-9+/_-]+={0,2}", re.ASCII)


@dataclass(slots=True)
class Place:
    """One value of a body."""

    visitor: Visitor
    holder: Any = field(repr=False)
    key: Any = field(repr=False)
    path: str
    speaker: Speaker = "client"
    depth: int = 0

    @property
    def value(self) -> JsonValue:
        """What stands there now."""
        return self.holder[self.key]

    def named(self, name: str, speaker: Speaker | None = None) -> Place:
        """A member of the object that stands there."""
        path = f"{self.path}.{shown(name)}" if self.path else shown(name)
        return self._inside(name, path, speaker)

    def item(self, index: int) -> Place:
        """An item of the list that stands there."""
        return self._inside(index, f"{self.path}[{index}]", None)

    def _inside(self, key: str | int, path: str, speaker: Speaker | None) -> Place:
        said = speaker or self.speaker
        return Place(self.visitor, self.holder[self.key], key, path, said, self.depth + 1)


Shape = Callable[[Place], None]


@dataclass(frozen=True, slots=True)
class Media:
    """An image, sound or document, and where in its part the data stands."""

    kind: MediaKind
    holder: Body = field(repr=False)
    key: str
    """Of the base64 data, a data URL, or an address; it may be absent."""
    is_address: bool
    """Whether what is no data URL is an address, and not data."""
    media_type: str
    """Where the part says so, else ""."""
    replacement: Callable[[str], Body] = field(repr=False)
    """The part with a text that takes its place."""


class Visitor(Protocol):
    """What is done with the values of a body."""

    def text(self, place: Place) -> None:
        """Words, or null."""
        ...

    def arguments(self, place: Place) -> None:
        """JSON as text that a model wrote, or null."""
        ...

    def result(self, place: Place) -> None:
        """What a tool answered as text, JSON or not, or null."""
        ...

    def values(self, place: Place) -> None:
        """Any JSON value, each string of it a text."""
        ...

    def word(self, place: Place) -> None:
        """An id, a name of a function or a word of an enumeration, or null."""
        ...

    def encrypted(self, place: Place) -> None:
        """What only the vendor can read, or null."""
        ...

    def passed(self, place: Place) -> None:
        """What the vendor must get as it is: a key for a tool's server."""
        ...

    def echo(self, place: Place) -> None:
        """What an answer repeats of its request."""
        ...

    def media(self, place: Place, media: Media) -> None:
        """A part or item that holds an image, sound or document."""
        ...

    def generated(self, place: Place, kind: MediaKind, instead: Callable[[], None]) -> None:
        """A wish for an answer that is no text; `instead` takes the wish back."""
        ...

    def name(self, place: Place) -> None:
        """The key of a place, in an object whose keys are not the wire's."""
        ...

    def odd(self, place: Place, path: str, message: str) -> None:
        """A value of a shape that is not known."""
        ...


def is_word(value: str) -> bool:
    """Whether a string can be an id or a name: short, plain, and not of digits alone.

    Digits alone may be a number of a card, a telephone or a person.
    """
    return _PLAIN.fullmatch(value) is not None


def is_encrypted(value: str) -> bool:
    """Whether a string can be bytes in base64, of either alphabet."""
    return _ENCRYPTED.fullmatch(value) is not None


def text(place: Place) -> None:
    """Words."""
    place.visitor.text(place)


def arguments(place: Place) -> None:
    """JSON as text that a model wrote."""
    place.visitor.arguments(place)


def result(place: Place) -> None:
    """What a tool answered, as text."""
    place.visitor.result(place)


def values(place: Place) -> None:
    """Any JSON value."""
    place.visitor.values(place)


def word(place: Place) -> None:
    """An id, a name, a word of an enumeration."""
    place.visitor.word(place)


def encrypted(place: Place) -> None:
    """What only the vendor can read."""
    place.visitor.encrypted(place)


def passed(place: Place) -> None:
    """What the vendor must get as it is."""
    place.visitor.passed(place)


def echo(place: Place) -> None:
    """What an answer repeats of its request."""
    place.visitor.echo(place)


def nothing(place: Place) -> None:
    """What holds no text, or was looked at already."""


def emptied(place: Place) -> None:
    """Log probabilities: they spell a text token by token, so they are taken out, in every body.

    A list becomes an empty one, anything else null.
    """
    place.holder[place.key] = [] if isinstance(place.value, list) else None


def words(place: Place) -> None:
    """An object or list of ids and words alone."""
    value = place.value
    if isinstance(value, dict | list):
        _members(place, lambda _: words)
    elif isinstance(value, str):
        word(place)


def fields(shapes: Mapping[str, Shape], required: Collection[str] = ()) -> Shape:
    """An object of the wire; what its members are, those beside them any JSON value."""

    def visit(place: Place) -> None:
        value = place.value
        if isinstance(value, dict):
            for name in required:
                if value.get(name) is None:
                    path = f"{place.path}.{name}" if place.path else name
                    place.visitor.odd(place, path, "is missing")
            _members(place, shapes.get)
        elif value is not None:
            place.visitor.odd(place, place.path, "must be an object")

    return visit


def named(shape: Shape) -> Shape:
    """An object whose keys the caller chose, all members of one shape."""

    def visit(place: Place) -> None:
        value = place.value
        if not isinstance(value, dict):
            values(place)
        elif not _too_deep(place):
            for name in list(value):
                shape(place.named(name))
                place.visitor.name(place.named(name))

    return visit


def each(shape: Shape) -> Shape:
    """A list, all items of one shape."""

    def visit(place: Place) -> None:
        value = place.value
        if isinstance(value, list):
            _members(place, lambda _: shape)
        elif value is not None:
            place.visitor.odd(place, place.path, "must be a list")

    return visit


def either(string: Shape, otherwise: Shape) -> Shape:
    """A string of one shape, or something else."""

    def visit(place: Place) -> None:
        (string if isinstance(place.value, str) else otherwise)(place)

    return visit


def said_by(speaker: Speaker, shape: Shape) -> Shape:
    """The same, with known words of whom it is."""

    def visit(place: Place) -> None:
        place.speaker = speaker
        shape(place)

    return visit


def kinds(shapes: Mapping[str, Shape], default: str = "") -> Shape:
    """An object whose member `type` says what it is; `default` where it has none."""

    def visit(place: Place) -> None:
        value = place.value
        if not isinstance(value, dict):
            place.visitor.odd(place, place.path, "must be an object")
            return
        kind = value.get("type") or default
        shape = shapes.get(kind) if isinstance(kind, str) else None
        if shape is None:
            known = ", ".join(shapes)
            place.visitor.odd(place, f"{place.path}.type", f"is not understood; known: {known}")
        else:
            shape(place)

    return visit


def root(body: Body, visitor: Visitor) -> Place:
    """A whole body."""
    return Place(visitor, {"": body}, "", "")


def _members(place: Place, shape_of: Callable[[str], Shape | None]) -> None:
    value = place.value
    if _too_deep(place):
        return
    if isinstance(value, list):
        shape = shape_of("") or values
        for index in range(len(value)):
            shape(place.item(index))
        return
    for name in list(value):
        known = shape_of(name)
        (known or values)(place.named(name))
        if known is None or known is words:
            place.visitor.name(place.named(name))


def _too_deep(place: Place) -> bool:
    # A schema's member takes two levels: its properties, and the property.
    if place.depth > 2 * DEEPEST:
        place.visitor.odd(place, place.path, f"is nested deeper than {2 * DEEPEST} levels")
        return True
    return False
