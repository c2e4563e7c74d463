"""The other readings of a text: what a person, a browser or a program would see in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import merge
from typing import Final

from sluice.engine.reading.decoding import (
    html_entities,
    json_escapes,
    markup,
    plus_decoded,
    quoted_printable,
    url_decoded,
)
from sluice.engine.reading.encoded import encoded
from sluice.engine.reading.folding import folded
from sluice.engine.reading.joining import joined_lines, narrowed
from sluice.engine.reading.offsets import Edit, View, applied, view_of

Reader = Callable[[str], Iterator[Edit]]


_READERS: Final[tuple[tuple[str, str, tuple[Reader, ...]], ...]] = (
    ("folded", "", (folded,)),
    ("url_decoded", "%+", (url_decoded, plus_decoded)),
    ("html_entities", "&", (html_entities,)),
    ("json_escapes", "\\", (json_escapes,)),
    ("quoted_printable", "=", (quoted_printable,)),
    ("markup", "<", (markup,)),
    ("joined_lines", "\n", (joined_lines,)),
    ("narrowed", "\t ", (narrowed,)),
)
"""Each way of reading: its kind, one or two characters of which it needs one, its readers."""

KINDS: Final = (*(kind for kind, _, _ in _READERS), "mixed", "base64")
"""Every `View.kind`: `mixed` is all of those before it together; `base64` is hexadecimal too."""


def views(text: str) -> Iterator[View]:
    """The readings of `text` that differ from it; none for ordinary text.

    Takes time linear in the text. A view holds the places that read differently with some of the
    text around them, not always the whole text. What base64 stands for is read once more, by
    every other way; nothing is decoded deeper.
    """
    found: list[list[Edit]] = []
    for kind, edits in _edits(text):
        found.append(edits)
        view = view_of(text, edits, kind)
        if view.text:
            yield view
    if len(found) > 1:
        mixed = view_of(text, _apart(merge(*found)), "mixed")
        if mixed.text:
            yield mixed
    tokens = list(encoded(text, _read_again))
    if tokens:
        yield view_of(text, tokens, "base64")


def _apart(edits: Iterator[Edit]) -> Iterator[Edit]:
    """The edits without those that begin inside of an earlier one."""
    at = 0
    for edit in edits:
        if edit.start >= at:
            yield edit
            at = edit.end


def _edits(text: str) -> Iterator[tuple[str, list[Edit]]]:
    for kind, signs, readers in _READERS:
        if not signs or signs[0] in text or signs[-1] in text:
            edits = [edit for reader in readers for edit in reader(text)]
            if edits:
                edits = sorted(edits) if len(readers) > 1 else edits
                yield kind, list(_apart(iter(edits)))


def _read_again(text: str) -> str:
    return applied(text, _apart(merge(*(edits for _, edits in _edits(text)))))
