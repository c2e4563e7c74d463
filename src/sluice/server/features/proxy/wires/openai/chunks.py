"""A streamed answer in chunks, as chat completions and completions send it.

Source: OpenAI's API reference, "The chat completion chunk object". The end marker is `[DONE]`; an
answer all of whose choices said why they finished is complete without it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

from sluice.server.features.proxy.wires.openai.answers import (
    AnswerVisitor,
    finish_reason,
    read_usage,
)
from sluice.server.features.proxy.wires.openai.flows import Flow, too_late
from sluice.server.features.proxy.wires.openai.shapes import (
    JsonValue,
    Place,
    Shape,
    emptied,
    is_word,
    values,
    word,
    words,
)
from sluice.server.features.proxy.wires.reading import DEEPEST, Body
from sluice.server.features.proxy.wires.sse import DONE
from sluice.server.features.proxy.wires.wire import Outcome, Restorer
from sluice.server.providers.answer import cut_off, json_object
from sluice.server.providers.base import ProviderProtocolError
from sluice.server.providers.faults import read_fault, stream_error
from sluice.server.providers.sse import Event


class Treatment(Enum):
    """What is done with a member of a piece; with all others: a text that comes in pieces."""

    WORD = auto()
    ENCRYPTED = auto()
    ARGUMENTS = auto()
    """JSON as text that comes in pieces."""
    WHOLE = auto()
    """A JSON value that comes at once."""
    SOUND = auto()


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a wire's chunks hold their pieces."""

    holder: str
    """The choice's member with the pieces; "" for the choice itself."""
    whole: str
    """What that member is called in a whole answer, for the paths of texts."""
    treatments: Mapping[str, Treatment]
    """By the member's path in the piece, without indices."""


_HEAD: Final = ("id", "object", "created", "model", "system_fingerprint", "service_tier")
_CHUNK: Final[dict[str, Shape]] = dict.fromkeys(
    (*_HEAD, "obfuscation", "usage", "moderation", "x_groq", "prompt_filter_results"), words
)
_CHOICE: Final[dict[str, Shape]] = {
    "finish_reason": word,
    "logprobs": emptied,
    "content_filter_results": words,
    "content_filter_offsets": words,
}


@dataclass(slots=True)
class _Choice:
    """One choice of the answer."""

    index: int
    flows: dict[str, Flow] = field(default_factory=dict, repr=False)
    finished: bool = False

    def forget_places(self) -> None:
        """Another chunk is looked at, or none any more."""
        for flow in self.flows.values():
            flow.place = None


class ChunkRewriter:
    """Restores a stream of chunks.

    Each text of each choice is followed for itself, whatever its member is called. A chunk all of
    whose text is held back is dropped; what is held back comes in a chunk of its own before the
    one that finishes its choice, or before the end marker.
    """

    def __init__(
        self,
        restorer: Restorer,
        visitor: AnswerVisitor,
        provider: str,
        layout: Layout,
        sent: bytes = b"",
    ) -> None:
        self.outcome = Outcome()
        self.done = False
        self.hides_usage = False
        self._restorer = restorer
        self._visitor = visitor
        self._provider = provider
        self._layout = layout
        self._sent = sent
        self._choices: dict[int, _Choice] = {}
        self._head: Body = {}
        self._repeated: dict[tuple[str, str], tuple[Any, Any]] = {}
        """Of members beside the pieces: what came last, and what the caller got of it."""
        self._news = False
        self._withheld = False

    def feed(self, event: Event) -> list[Event]:
        """What of this event goes to the caller."""
        if self.done:
            return []
        if event.data.strip() == "[DONE]":
            return self._end()
        chunk = json_object(self._provider, event)
        if chunk.get("error") or event.event == "error":
            raise stream_error(self._provider, read_fault(chunk, sent=self._sent))
        self._note(chunk)
        return [_event(out) for out in self._rewrite(chunk)]

    def finish(self) -> list[Event]:
        """The vendor's stream has ended."""
        if self.done:
            return []
        if not self._choices or not all(choice.finished for choice in self._choices.values()):
            raise cut_off(self._provider)
        return self._end()

    def _end(self) -> list[Event]:
        self.done = True
        for choice in self._choices.values():
            choice.forget_places()
        rest = [chunk for choice in self._choices.values() for chunk in self._flush(choice)]
        return [*(_event(chunk) for chunk in rest), DONE]

    def _note(self, chunk: Body) -> None:
        for name in _HEAD:
            if name in chunk:
                self._head[name] = chunk[name]
        model, answer_id = chunk.get("model"), chunk.get("id")
        if isinstance(model, str) and model:
            self.outcome.model = model
        if isinstance(answer_id, str) and answer_id:
            self.outcome.answer_id = answer_id
        # Groq's own place for usage, which it also fills without being asked.
        groq = chunk.get("x_groq")
        usage = chunk.get("usage") or (groq.get("usage") if isinstance(groq, dict) else None)
        self.outcome.usage = read_usage(usage) or self.outcome.usage

    def _rewrite(self, chunk: Body) -> list[Body]:
        """The chunk, if it still says something, behind what has to come before it."""
        self._news, self._withheld = False, False
        before: list[Body] = []
        self._around(Place(self._visitor, {"": chunk}, "", ""), _CHUNK, "choices")
        choices = chunk.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if not isinstance(choice, dict):
                raise self._odd("a choice that is no object")
            before += self._choice(choice)
        if self.hides_usage and chunk.pop("usage", None) is not None:
            self._withheld = self._withheld or not choices
        self._news = self._news or chunk.get("usage") is not None
        return before if self._withheld and not self._news else [*before, chunk]

    def _around(self, place: Place, shapes: Mapping[str, Shape], pieces: str) -> None:
        """What stands around the pieces; what every chunk repeats needs no second look."""
        holder = place.value
        for name, raw in list(holder.items()):
            if name == pieces or raw is None or isinstance(raw, int):
                continue
            known, restored = self._repeated.get((pieces, name), (None, None))
            if known == raw:
                holder[name] = restored
                continue
            inside = place.named(name)
            shapes.get(name, values)(inside)
            self._visitor.name(inside)
            if name in holder and (isinstance(raw, str) or name not in shapes):
                self._repeated[pieces, name] = (raw, holder[name])

    def _choice(self, choice: Body) -> list[Body]:
        state = self._state(choice)
        path = f"choices[{state.index}]"
        around = Place(self._visitor, {"": choice}, "", path)
        self._around(around, _CHOICE, self._layout.holder or "text")
        self._pieces(choice, state)
        reason = finish_reason(choice.get("finish_reason"))
        if reason is None:
            return []
        self._news = True
        if state.index == 0:
            self.outcome.finish = reason
        return self._flush(state)

    def _state(self, choice: Body) -> _Choice:
        index = choice.get("index", 0)
        if not isinstance(index, int):
            raise self._odd("a choice without a number")
        return self._choices.setdefault(index, _Choice(index))

    def _pieces(self, choice: Body, state: _Choice) -> None:
        layout, path = self._layout, f"choices[{state.index}]"
        state.forget_places()
        if not layout.holder:
            if "text" in choice:
                place = Place(self._visitor, choice, "text", f"{path}.text")
                self._piece(place, state, "text", ("text",))
            return
        delta = choice.get(layout.holder)
        if isinstance(delta, dict):
            place = Place(self._visitor, choice, layout.holder, f"{path}.{layout.whole}")
            self._members(place, state, "", ())
        elif delta is not None:
            raise self._odd("a piece that is no object")

    def _members(self, place: Place, state: _Choice, kind: str, steps: tuple[Any, ...]) -> None:
        for name in list(place.value):
            if not is_word(name):
                raise self._odd("a piece with a member whose name cannot be one")
            inner = f"{kind}.{name}" if kind else name
            self._piece(place.named(name), state, inner, (*steps, name))

    def _piece(self, place: Place, state: _Choice, kind: str, steps: tuple[Any, ...]) -> None:
        """One value of a piece; `kind` is its path without indices, `steps` lead to it."""
        value = place.value
        treatment = self._layout.treatments.get(kind)
        if treatment is not None and treatment is not Treatment.ARGUMENTS:
            # A part repeats its type with every piece.
            self._news = self._news or (bool(value) and not kind.endswith(".type"))
            self._fixed(place, treatment)
        elif isinstance(value, str):
            self._text(place, state, kind, steps)
        elif isinstance(value, dict | list) and len(steps) > DEEPEST:
            raise self._odd("a piece that is nested too deep")
        elif isinstance(value, dict):
            self._members(place, state, kind, steps)
        elif isinstance(value, list):
            self._items(place, state, kind, steps)

    def _items(self, place: Place, state: _Choice, kind: str, steps: tuple[Any, ...]) -> None:
        for at, item in enumerate(place.value):
            number, step = _step(item, at)
            inside = Place(self._visitor, place.value, at, f"{place.path}[{number}]")
            self._piece(inside, state, f"{kind}[]", (*steps, step))

    def _fixed(self, place: Place, treatment: Treatment) -> None:
        if treatment is Treatment.WORD:
            self._visitor.word(place)
        elif treatment is Treatment.ENCRYPTED:
            self._visitor.encrypted(place)
        elif treatment is Treatment.WHOLE:
            self._visitor.values(place)
        elif place.value:
            self._visitor.allow("audio")

    def _text(self, place: Place, state: _Choice, kind: str, steps: tuple[Any, ...]) -> None:
        value = place.value
        if not value:
            return
        if state.finished:
            raise too_late(self._provider)
        # One text, whether it comes as a string or in parts, and in whichever part.
        path = place.path.rpartition("[")[0] if kind == "content[].text" else place.path
        flow = state.flows.get(path)
        if flow is None:
            json_string = self._layout.treatments.get(kind) is Treatment.ARGUMENTS
            channel = self._restorer.channel(path, json_string=json_string)
            flow = state.flows[path] = Flow(channel)
        place.holder[place.key] = out = flow.feed(value)
        flow.place, flow.steps = (place.holder, place.key), steps
        self._news = self._news or bool(out)
        self._withheld = True

    def _flush(self, state: _Choice) -> list[Body]:
        """End every text of a choice: its rest goes into this chunk, or into one before it."""
        before: list[Body] = []
        for flow in () if state.finished else state.flows.values():
            rest = flow.finish()
            if rest and flow.place:
                holder, key = flow.place
                holder[key] += rest
            elif rest:
                before.append(self._chunk(state.index, flow, rest))
        state.finished = True
        return before

    def _chunk(self, index: int, flow: Flow, rest: str) -> Body:
        piece = flow.alone(rest)
        inside = {self._layout.holder: piece} if self._layout.holder else piece
        choice = {"index": index, **inside, "logprobs": None, "finish_reason": None}
        return {**self._head, "choices": [choice]}

    def _odd(self, what: str) -> ProviderProtocolError:
        text = f"{self._provider} sent {what}."
        return ProviderProtocolError(self._provider, text, status=200)


def _step(item: JsonValue, at: int) -> tuple[int, Body]:
    """An item's number, and what of it must stand beside a text of it that is sent alone."""
    if not isinstance(item, dict):
        return at, {}
    number = item.get("index")
    kept = {name: item[name] for name in ("index", "type") if name in item}
    return (number if isinstance(number, int) else at), kept


def _event(chunk: Body) -> Event:
    return Event("message", json.dumps(chunk, ensure_ascii=False))
