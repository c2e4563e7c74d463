"""What pages of sessions, calls and threads show: turns, placeholders, trees (pure)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sluice.engine.pipeline import ENTITY_TYPES
from sluice.engine.placeholders import ENTITY_TYPE_LIMIT, parse
from sluice.server.features.proxy.calls.schemas import CallDetail
from sluice.server.features.sessions.schemas import RecordingInSession, TraceOut
from sluice.server.features.testruns.recorded import text_of
from sluice.server.vault.schemas import OriginalOut

_WORD: Final = (
    rf"(?<![A-Za-z0-9_])[A-Z][A-Z0-9_]{{0,{ENTITY_TYPE_LIMIT}}}_[0-9]{{1,7}}(?![A-Za-z0-9_])"
)
_BEFORE: Final = ("system", "systemInstruction", "instructions")
_ASKED: Final = ("messages", "prompt", "input", "contents")
_ANSWERING: Final = frozenset({"assistant", "model"})
_SHOWN_APART: Final = frozenset({"messages", "prompt", "answer"})
DEEPEST: Final = 20
"""Levels of a tree; what is deeper is shown on the last one."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text; with an entity type it stands for an original."""

    text: str = field(repr=False)
    entity_type: str = ""
    original: str | None = field(default=None, repr=False)
    """Where it was revealed."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message."""

    role: str
    pieces: list[Piece] = field(repr=False)
    more: list[Piece] = field(default_factory=list, repr=False)
    """What else the message says, such as calls of tools, as JSON."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked and what came back."""

    asked: list[Turn] = field(repr=False)
    answered: list[Turn] = field(repr=False)
    earlier: int = 0
    """Messages that stood in the exchange before already."""
    rest: dict[str, list[Piece]] = field(default_factory=dict, repr=False)
    """Whatever else was sent, each as JSON."""


class Texts:
    """Cuts texts at the placeholders of one page, and remembers which there were."""

    def __init__(
        self, types: Iterable[str] = (), revealed: Sequence[OriginalOut] | None = None
    ) -> None:
        """`types` are entity types beside the built-in ones; `revealed` is None before that."""
        self._types = ENTITY_TYPES.union(types)
        self._revealed = {one.placeholder: one for one in revealed or ()}
        stand_ins = [name for name in self._revealed if parse(name) is None]
        words = [re.escape(name) for name in sorted(stand_ins, key=len, reverse=True)]
        self._sought = re.compile("|".join([*words, _WORD]))
        self.is_revealed = revealed is not None
        self.found: dict[str, str] = {}
        """Entity types by placeholder, in the order in which they stand on the page."""

    def cut(self, text: str) -> list[Piece]:
        """A text in pieces."""
        pieces, done = [], 0
        for match in self._sought.finditer(text):
            piece = self._piece(match[0])
            if piece is not None:
                if match.start() > done:
                    pieces.append(Piece(text[done : match.start()]))
                pieces.append(piece)
                done = match.end()
        return [*pieces, Piece(text[done:])] if done < len(text) else pieces

    @property
    def is_all_revealed(self) -> bool:
        """Whether nothing is left on the page that could be revealed."""
        return all(name in self._revealed for name in self.found)

    def _piece(self, name: str) -> Piece | None:
        known = self._revealed.get(name)
        parsed = parse(name)
        entity_type = known.entity_type if known else parsed[0] if parsed else ""
        if known is None and entity_type not in self._types:
            return None
        self.found.setdefault(name, entity_type)
        return Piece(name, entity_type, known.original if known else None)

    def turns(self, value: object, role: str) -> list[Turn]:
        """The messages of a text, of a message, or of a list of these."""
        if isinstance(value, list) and any(isinstance(one, dict) for one in value):
            return [turn for one in value for turn in self.turns(one, role)]
        if isinstance(value, dict):
            said = {k: v for k, v in value.items() if v not in (None, [], {})}
            text = text_of(said) or ""
            known = {"role", "content", "parts", "text", "type"} if text else {"role"}
            more = {k: v for k, v in said.items() if k not in known}
            told = self.cut(as_json(_readable(more)))
            return [Turn(str(said.get("role", role)), self.cut(text), told)]
        return [Turn(role, self.cut(text_of(value) or ""))] if value else []


def of_recording(texts: Texts, content: Mapping[str, Any]) -> Exchange:
    """A recording's exchange: its last message is the answer where it has no other."""
    asked = texts.turns(content.get("messages") or content.get("prompt") or [], "user")
    answered = texts.turns(content.get("answer"), "assistant")
    if not answered and asked and asked[-1].role in _ANSWERING:
        answered = [asked.pop()]
    return Exchange(asked, answered, rest=_rest(texts, content, _SHOWN_APART))


def of_call(texts: Texts, call: CallDetail) -> Exchange:
    """A call's exchange, of whichever wire."""
    request = call.request or {}
    asked = [turn for name in _BEFORE for turn in texts.turns(request.get(name), "system")]
    asked += [turn for name in _ASKED for turn in texts.turns(request.get(name), "user")]
    answered = [Turn("assistant", texts.cut(one.text)) for one in call.answer]
    rest = _rest(texts, request, frozenset({*_BEFORE, *_ASKED}))
    return Exchange(asked, answered, rest=rest)


def without_repeated(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """The same, each without the messages with which the one before it ended."""
    shown: list[Exchange] = []
    before: list[Turn] = []
    for one in exchanges:
        known = before if before and one.asked[: len(before)] == before else []
        before = [*one.asked, *one.answered]
        rest = one.asked[len(known) :]
        shown.append(Exchange(rest, one.answered, len(known), one.rest))
    return shown


def flat(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Metadata as lists show it: `customer.plan` and its value."""
    found: list[tuple[str, str]] = []
    for name, value in values.items():
        if isinstance(value, dict):
            found += flat(value, f"{prefix}{name}.")
        else:
            told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            found.append((f"{prefix}{name}", told))
    return found


def as_json(value: object) -> str:
    """A JSON value to be read; "" for nothing."""
    return json.dumps(value, indent=2, ensure_ascii=False) if value not in (None, {}, []) else ""


def _readable(value: Any) -> Any:  # noqa: ANN401 (JSON)
    """The same with arguments of tools, which are JSON in a text, as what they say."""
    if isinstance(value, list):
        return [_readable(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _parsed(one) if name == "arguments" and isinstance(one, str) else _readable(one)
        for name, one in value.items()
    }


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _rest(
    texts: Texts, content: Mapping[str, Any], without: frozenset[str]
) -> dict[str, list[Piece]]:
    told = {name: as_json(value) for name, value in content.items() if name not in without}
    return {name: texts.cut(text) for name, text in told.items() if text}


@dataclass(frozen=True, slots=True)
class Node:
    """A step of a session, or a recording in it."""

    uid: str
    depth: int
    trace: TraceOut | None = None
    recording: RecordingInSession | None = None


def tree(traces: Sequence[TraceOut], recorded: Sequence[RecordingInSession]) -> list[Node]:
    """Steps and recordings, each behind what it belongs to, in the order in which they came.

    What belongs to nothing that is there stands at the top, and so does what would be its own
    parent.
    """
    parents: dict[str, str | None] = {one.id: one.parent_id for one in traces}
    parents |= {one.id: one.trace_id or one.parent_id for one in recorded}
    below: dict[str | None, list[TraceOut | RecordingInSession]] = {}
    steps: list[TraceOut | RecordingInSession] = [*traces, *recorded]
    for one in sorted(steps, key=lambda step: step.created_at):
        below.setdefault(_parent(one.id, parents), []).append(one)
    return list(_nodes(below, None, 0))


def _parent(uid: str, parents: Mapping[str, str | None]) -> str | None:
    """What it belongs to; None where that is not there, or leads back to it."""
    seen: set[str] = set()
    above = parents[uid]
    while above is not None and above in parents and above not in seen:
        if above == uid:
            return None
        seen.add(above)
        above = parents[above]
    parent = parents[uid]
    return parent if parent in parents else None


def _nodes(
    below: Mapping[str | None, Sequence[TraceOut | RecordingInSession]],
    parent: str | None,
    depth: int,
) -> Iterator[Node]:
    for one in below.get(parent, ()):
        if isinstance(one, TraceOut):
            yield Node(one.id, min(depth, DEEPEST), trace=one)
        else:
            yield Node(one.id, min(depth, DEEPEST), recording=one)
        yield from _nodes(below, one.id, depth + 1)
