"""What the playground's pages show of texts and runs, and what their forms say."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from sluice.engine.pipeline import ENTITY_TYPES
from sluice.server.dashboard.entity_families import family
from sluice.server.errors import SluiceError, Unprocessable
from sluice.server.features.playground.runs import Ended, Run, Turn, finished
from sluice.server.features.prompts.schemas import FindingIn

MOST_COLUMNS: Final = 4
VIEWS: Final = (
    ("all", "All four"),
    ("wrote", "What you wrote"),
    ("sees", "What the model sees"),
    ("raw", "What it answered"),
    ("text", "What you get"),
)
_TYPE: Final = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z][A-Z0-9]*)*")
_PLACE: Final = re.compile(r"([0-9]{1,9}):([0-9]{1,9}):([01](?:\.[0-9]{1,20})?):([A-Z0-9_]{1,64})")
"""Where a finding was shown, its score and its type."""
_MOST_REVIEWED: Final = 10_000


class Marked(Protocol):
    """A stretch of a text with a type."""

    @property
    def start(self) -> int:
        """In code points."""

    @property
    def end(self) -> int:
        """Exclusive."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text; `mark` says what it is, None: nothing."""

    text: str = field(repr=False)
    mark: Marked | None = None


def pieces(text: str, marks: Sequence[Marked]) -> list[Piece]:
    """A text cut at its marks, which are sorted and do not overlap."""
    found, done = [], 0
    for mark in marks:
        if mark.start > done:
            found.append(Piece(text[done : mark.start]))
        found.append(Piece(text[mark.start : mark.end], mark))
        done = mark.end
    return [*found, Piece(text[done:])] if done < len(text) else found


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """One message."""

    role: str
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """One column with its answer, or with what went wrong."""

    title: str
    note: str = ""
    wrote: list[ShownTurn] = field(default_factory=list)
    sees: list[ShownTurn] = field(default_factory=list)
    raw: list[Piece] = field(default_factory=list)
    text: list[Piece] = field(default_factory=list)
    answer: str = field(default="", repr=False)
    ended: Ended | None = None
    problem: str = ""


async def shown_column(title: str, run: Run) -> ShownColumn:
    """A run that is answered now."""
    begun = run.begun
    wrote, sees = _turns(begun.wrote), _turns(begun.sees)
    try:
        done = await finished(run)
    except SluiceError as error:
        return ShownColumn(title, begun.model, wrote, sees, problem=error.message)
    ended = done.ended
    return ShownColumn(
        title,
        ended.model,
        wrote,
        sees,
        pieces(done.raw, ended.raw_marks),
        pieces(done.text, ended.text_marks),
        done.text,
        ended,
    )


def refused_column(title: str, error: SluiceError) -> ShownColumn:
    """A column whose prompt was not sent."""
    told = "; ".join(one.message for one in error.errors)
    return ShownColumn(title, problem=f"{error.message} {told}".strip())


def _turns(turns: Iterable[Turn]) -> list[ShownTurn]:
    return [ShownTurn(turn.role, pieces(turn.text, turn.marks)) for turn in turns]


def known_types() -> list[str]:
    """Every built-in entity type, by name."""
    return sorted(ENTITY_TYPES)


def families() -> dict[str, str]:
    """The family of each built-in entity type, for scripts."""
    return {one: family(one).value for one in known_types()}


def fingerprint(text: str) -> str:
    """By which a form knows whether its text is still the one that was looked at."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def reviewed_in(fields: Mapping[str, str], text: str) -> list[FindingIn] | None:
    """What a form without scripts says about findings; None: nothing, or of another text."""
    added = list(_added(fields, text))
    if fields.get("looked_at") != fingerprint(text) or "finding-0" not in fields:
        return added or None
    return [*_kept(fields, text), *added]


def _kept(fields: Mapping[str, str], text: str) -> Iterator[FindingIn]:
    for index in range(_MOST_REVIEWED):
        place = fields.get(f"finding-{index}")
        if place is None:
            return
        if f"drop-{index}" in fields:
            continue
        found = _PLACE.fullmatch(place)
        if found is None:
            raise Unprocessable("This form was changed on its way; look at the text again.")
        name = fields.get(f"type-{index}", "")
        # Who names another type means it, however unsure the server was.
        score = float(found[3]) if name == found[4] else 1.0
        yield _finding(text, int(found[1]), int(found[2]), name, score)


def _added(fields: Mapping[str, str], text: str) -> Iterator[FindingIn]:
    wanted = fields.get("add_text", "")
    at = text.find(wanted) if wanted else -1
    while at >= 0:
        yield _finding(text, at, at + len(wanted), fields.get("add_type", ""))
        at = text.find(wanted, at + len(wanted))


def _finding(text: str, start: int, end: int, entity_type: str, score: float = 1.0) -> FindingIn:
    name = entity_type.strip().upper()
    if len(name) > 64 or not _TYPE.fullmatch(name):
        raise Unprocessable("An entity type is made of capital letters and underscores.")
    return FindingIn(start=start, end=end, text=text[start:end], type=name, score=score)
