"""What differs between two texts, for pages that show them side by side (pure)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from rapidfuzz.distance import Indel

from sluice.server.features.testruns.comparing.words import Segment, differences

Piece: TypeAlias = Segment
"""`kind` (`same`, `removed`, `added`) and `text`."""
MOST_SLID: Final = 40
"""Code points by which a change is moved at most."""
MOST_LINES: Final = 10_000
"""Lines of both texts together; longer ones are shown as replaced."""


def words(old: str, new: str) -> list[Piece]:
    """What stayed, went and came, in order; by words, in long texts by lines and then by words.

    Without what was added the pieces are the old text, without what was removed the new one.
    """
    found = differences(old, new)
    return list(_slid([*_settled(found if found is not None else _by_lines(old, new))]))


def json_words(old: object, new: object) -> list[Piece]:
    """The same of two JSON values as people read them; None is one that is not there."""
    return words(as_json(old), as_json(new))


def as_json(value: object) -> str:
    """A JSON value on as many lines as it takes; a string is shown bare, None as nothing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)


def old_side(pieces: Iterable[Piece]) -> list[Piece]:
    """What stands on the left: all but what was added."""
    return [piece for piece in pieces if piece.kind != "added"]


def new_side(pieces: Iterable[Piece]) -> list[Piece]:
    """What stands on the right: all but what was removed."""
    return [piece for piece in pieces if piece.kind != "removed"]


def _by_lines(old: str, new: str) -> Iterator[Piece]:
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    if len(before) + len(after) > MOST_LINES:
        yield from _replaced(old, new)
        return
    removed = added = ""
    for step in Indel.opcodes(before, after):
        if step.tag == "equal":
            yield from _within(removed, added)
            removed = added = ""
            yield Segment("same", "".join(before[step.src_start : step.src_end]))
        else:
            removed += "".join(before[step.src_start : step.src_end])
            added += "".join(after[step.dest_start : step.dest_end])
    yield from _within(removed, added)


def _within(removed: str, added: str) -> Iterator[Piece]:
    """Lines that became others: by words where they are not too long for it."""
    found = differences(removed, added)
    yield from found if found is not None else _replaced(removed, added)


def _replaced(removed: str, added: str) -> Iterator[Piece]:
    if removed:
        yield Segment("removed", removed)
    if added:
        yield Segment("added", added)


def _settled(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """One removed and one added piece between those that stayed.

    A blank that alone stayed between two changes tells nobody anything: it counts as changed.
    """
    removed = added = blank = ""
    for piece in pieces:
        if piece.kind == "removed":
            removed, blank, added = removed + blank + piece.text, "", added + blank
        elif piece.kind == "added":
            removed, blank, added = removed + blank, "", added + blank + piece.text
        elif (removed or added) and not blank and piece.text.isspace() and "\n" not in piece.text:
            blank = piece.text
        else:
            yield from _replaced(removed, added)
            yield Segment("same", blank + piece.text)
            removed = added = blank = ""
    yield from _replaced(removed, added)
    if blank:
        yield Segment("same", blank)


def _slid(pieces: list[Piece]) -> Iterator[Piece]:
    """Let what was added or removed begin where a line, a word or a tag does.

    Of `a b` that became `a a b`, either `a` may be the new one: people expect whole words.
    """
    pieces = list(pieces)
    for index in range(1, len(pieces) - 1):
        before, changed, after = pieces[index - 1 : index + 2]
        if changed.kind != "same" and before.kind == after.kind == "same":
            by = _best_slide(before.text, changed.text)
            if by:
                moved = changed.text[-by:]
                pieces[index - 1] = Segment("same", before.text[:-by])
                pieces[index] = Segment(changed.kind, moved + changed.text[:-by])
                pieces[index + 1] = Segment("same", moved + after.text)
    return (piece for piece in pieces if piece.text)


def _best_slide(before: str, changed: str) -> int:
    """By how many code points to the left, so that it begins best; 0: it stays."""
    best, by = _beginning(before), 0
    for slide in range(1, min(len(before), len(changed), MOST_SLID) + 1):
        if before[-slide] != changed[-slide]:
            break
        if (score := _beginning(before[:-slide])) > best:
            best, by = score, slide
    return by


def _beginning(before: str) -> int:
    """How well something new begins behind this."""
    if not before or before.endswith("\n"):
        return 2
    return int(before[-1].isspace())
