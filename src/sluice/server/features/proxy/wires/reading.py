"""Where text stands in a request: what a wire's reader collects (pure).

A wire walks the parsed JSON of a request and tells this object of each value what it is. Afterwards
`leaves` are cleansed one by one, each written back with `put`, and `write_back` closes JSON that
stood inside of strings. Nothing is sent of a request with `problems`: a shape that is not
understood is refused, never passed.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Literal

from sluice.engine.errors import Problem
from sluice.server.features.proxy.wires.labels import Numbers, is_field_name, label_of

Body = dict[str, Any]
Holder = Any
"""The object or list that a value stands in; it is changed in place."""
Key = Any
"""The value's key or index in it."""
Speaker = Literal["system", "user", "assistant", "tool", "client"]
"""Whose words they are; `client` for what is no part of the conversation, such as metadata."""

DEEPEST: Final = 64
"""Levels of a JSON value that are looked through; what is deeper is refused."""
_INDEX: Final = re.compile(r"\[\d+\]")
_WRITTEN: Final = "\0number "
_MARKED: Final = re.compile(r'"\\u0000number (-?[0-9]+[0-9.eE+-]*)"')


@dataclass(slots=True)
class Leaf:
    """One text of a request."""

    path: str
    """`messages[3].content[0].text`; says nothing of a value."""
    speaker: Speaker
    text: str = field(repr=False)
    put: Callable[[str], None] = field(repr=False)
    """Writes the cleansed text back in its place."""
    label: str = field(default="", repr=False)
    """The name of the field of a JSON value that the text stands in, which may say what it is: the
    nine digits of `{"ssn": "…"}` are nothing by themselves. "" for a text that is no such value.
    """


@dataclass(slots=True)
class Attachment:
    """An image, a sound or a document of a request; the instance's policy decides about it."""

    path: str
    kind: Literal["image", "audio", "document"]
    media_type: str
    """As the caller says, "" where it does not."""
    data: str | None = field(repr=False)
    """In base64; None where only an address or a vendor's file id is given."""
    replace: Callable[[str], None] = field(repr=False)
    """Puts a text part with the extracted text in its place."""


@dataclass(frozen=True, slots=True)
class Written:
    """A number of a document that has another form in Python; it is written as it was."""

    digits: str = field(repr=False)

    @property
    def value(self) -> float:
        """As far as a float can say it."""
        return float(self.digits)


class _Renamed:
    """What keys are called by now: leaves may be put several times, their keys too."""

    def __init__(self) -> None:
        self._names: dict[tuple[int, Key], str] = {}
        """By an object of the body, which lives as long as this, and one of its keys."""

    def now(self, holder: Holder, key: Key) -> Key:
        """What the key is called."""
        return self._names.get((id(holder), key), key)

    def rename(self, holder: Body, name: str, text: str) -> None:
        """Call a key by another name."""
        now = self.now(holder, name)
        while text != now and text in holder:
            # Two ways to write the same must not become one.
            text += " "
        if text != now:
            # In place of the old key, so that the order stays.
            items = [(text if key == now else key, item) for key, item in holder.items()]
            holder.clear()
            holder.update(items)
            self._names[id(holder), name] = text


class Reading:
    """Collects what a request holds; one object for each request.

    Nothing that it hands out refers to it, so that with the request its texts are gone from memory
    at once, and not when the collector of cycles comes by.
    """

    def __init__(self) -> None:
        self.leaves: list[Leaf] = []
        self.attachments: list[Attachment] = []
        self.problems: list[Problem] = []
        self.passed: Counter[str] = Counter()
        """Paths, without indices, of strings that were left as they are, and how many."""
        self._documents: list[Callable[[], None]] = []
        self._numbers = Numbers()
        self._keys: dict[tuple[str, Speaker], list[Body]] = {}
        """The objects in which a key stands, of the body or of the document that is read now."""
        self._renamed = _Renamed()

    def text(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """`holder[key]` is a text, or null; anything else is refused."""
        value = holder[key]
        if isinstance(value, str):
            self._leaf(holder, key, path, speaker)
        elif value is not None:
            self.refuse(path, "must be a string")

    def values(self, holder: Holder, key: Key, path: str, speaker: Speaker, depth: int = 0) -> None:
        """Every string inside of any JSON value is a text; keys that are no names too.

        So are whole numbers that are long or have a telling name. What is found in one becomes a
        string; a number in which nothing is found stays as it is.
        """
        self._values(holder, key, path, speaker, depth, "")

    def _values(
        self, holder: Holder, key: Key, path: str, speaker: Speaker, depth: int, label: str
    ) -> None:
        value = holder[key]
        if depth > DEEPEST:
            self.refuse(path, f"is nested deeper than {DEEPEST} levels")
        elif isinstance(value, str):
            self._leaf(holder, key, path, speaker, label)
        elif isinstance(value, int | float | Written):
            self._number(holder, key, path, speaker, label)
        elif isinstance(value, list):
            for index in range(len(value)):
                self._values(value, index, f"{path}[{index}]", speaker, depth + 1, label)
        elif isinstance(value, dict):
            for name in list(value):
                told = shown(name)
                named = label_of(value, name, label)
                self._values(value, name, f"{path}.{told}", speaker, depth + 1, named)
                if told != name:
                    self.key(value, name, path, speaker)

    def json_text(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """`holder[key]` is JSON as text: its values are texts; what is no JSON is one text."""
        value = holder[key]
        parsed = _parsed(value) if isinstance(value, str) else None
        if not isinstance(parsed, dict | list):
            self.text(holder, key, path, speaker)
            return
        # Written anew only where something was changed: a prompt's cache counts bytes.
        document = {"$": parsed}
        before = len(self.leaves)
        keys, self._keys = self._keys, {}
        self.values(document, "$", path, speaker)
        self._keys = keys
        if len(self.leaves) > before:
            leaves, self.leaves[before:] = self.leaves[before:], []
            changed: list[bool] = []
            self.leaves += [_noting(leaf, changed) for leaf in leaves]
            renamed = self._renamed
            self._documents.append(partial(_close, renamed, holder, key, document, changed))

    def unknown(self, holder: Body, known: Collection[str], path: str, speaker: Speaker) -> None:
        """Keys that the wire's reader does not know: what they hold of text is cleansed."""
        for name in list(holder):
            if name not in known:
                inner = f"{path}.{shown(name)}" if path else shown(name)
                self._values(holder, name, inner, speaker, 0, name)
                self.key(holder, name, path, speaker)

    def key(self, holder: Body, name: str, path: str, speaker: Speaker) -> None:
        """A key that is no field's name may be a value: it is a text then, once for all places.

        `path` is the holder's.
        """
        if not name or is_field_name(name):
            return
        if (holders := self._keys.get((name, speaker))) is not None:
            holders.append(holder)
            return
        self._keys[name, speaker] = holders = [holder]
        renamed = self._renamed

        def put(text: str) -> None:
            for one in holders:
                renamed.rename(one, name, text)

        self.leaves.append(Leaf(f"{path}.?".lstrip("."), speaker, name, put))

    def structure(self, holder: Holder, key: Key, path: str) -> None:
        """`holder[key]` is no text: an enumeration's word, an id, a name of a function, a flag."""
        if isinstance(holder[key], str):
            self.passed[_INDEX.sub("[]", path)] += 1

    def attachment(self, attachment: Attachment) -> None:
        """An image, a sound or a document."""
        self.attachments.append(attachment)

    def refuse(self, path: str, message: str) -> None:
        """The request cannot be sent: what is at this path is not understood."""
        self.problems.append(Problem(path, message))

    def write_back(self) -> None:
        """Write JSON that stood inside of strings; each time that all leaves were put."""
        for close in reversed(self._documents):
            close()

    def coverage(self) -> dict[str, dict[str, int]]:
        """How many strings were scanned and how many passed, by path without indices."""
        scanned = Counter(_INDEX.sub("[]", leaf.path) for leaf in self.leaves)
        attached = Counter(_INDEX.sub("[]", a.path) for a in self.attachments)
        found = {"scanned": scanned, "passed": self.passed, "attachments": attached}
        return {name: dict(sorted(counts.items())) for name, counts in found.items()}

    def _leaf(self, holder: Holder, key: Key, path: str, speaker: Speaker, label: str = "") -> None:
        renamed = self._renamed

        def put(text: str) -> None:
            holder[renamed.now(holder, key)] = text

        if holder[key]:
            self.leaves.append(Leaf(path, speaker, holder[key], put, label))

    def _number(self, holder: Holder, key: Key, path: str, speaker: Speaker, label: str) -> None:
        given = holder[key]
        number = given.value if isinstance(given, Written) else given
        renamed = self._renamed

        def put(text: str) -> None:
            holder[renamed.now(holder, key)] = given if text == digits else text

        if self._numbers.is_scanned(number, label):
            digits = str(int(number))
            self.leaves.append(Leaf(path, speaker, digits, put, label))


def _close(
    renamed: _Renamed, holder: Holder, key: Key, document: Body, changed: list[bool]
) -> None:
    """Write a document where its text stood, if anything in it was changed."""
    if changed:
        text = json.dumps(document["$"], ensure_ascii=False, default=_as_text)
        holder[renamed.now(holder, key)] = _MARKED.sub(r"\1", text)


def shown(name: str) -> str:
    """A key as it may stand in a path: names of fields only, since a key may be a value."""
    return name if is_field_name(name) else "?"


def _parsed(text: str) -> object:
    if text[:1].isspace() or text[:1] in ("{", "["):
        try:
            return _DECODE(text)
        except (ValueError, RecursionError):
            return None
    return None


def with_different_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object of JSON whose keys are all different: of equal ones only the last would be read.

    For `json.loads`; raises `ValueError` for others.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _noting(leaf: Leaf, changed: list[bool]) -> Leaf:
    put, before = leaf.put, leaf.text

    def noting(text: str) -> None:
        put(text)
        if text != before:
            changed.append(True)

    return Leaf(leaf.path, leaf.speaker, leaf.text, noting, leaf.label)


def _number(digits: str) -> float | Written:
    number = float(digits)
    return number if repr(number) == digits else Written(digits)


_DECODE: Final = json.JSONDecoder(object_pairs_hook=with_different_keys, parse_float=_number).decode


def _as_text(written: object) -> str:
    if isinstance(written, Written):
        return f"{_WRITTEN}{written.digits}"
    raise TypeError
