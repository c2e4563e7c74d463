"""A streamed answer in events, as responses sends it.

Source: OpenAI's API reference, "Streaming events" of "Responses". Every text comes in deltas, and
again whole in a `done` event, in its part, in its item and in the response; the caller gets at all
of these places exactly what he was sent in deltas.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from sluice.server.features.proxy.wires.openai.answers import AnswerVisitor, response_outcome
from sluice.server.features.proxy.wires.openai.flows import Flow, too_late
from sluice.server.features.proxy.wires.openai.items import PART_OF_ITEM, RESPONSE, item
from sluice.server.features.proxy.wires.openai.shapes import (
    MediaKind,
    Place,
    Shape,
    each,
    emptied,
    fields,
    is_word,
    nothing,
    result,
    root,
    text,
    values,
    word,
    words,
)
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.features.proxy.wires.wire import Outcome, Restorer
from sluice.server.providers.answer import cut_off, json_object
from sluice.server.providers.base import ProviderProtocolError
from sluice.server.providers.faults import read_fault, stream_error
from sluice.server.providers.sse import Event

_CONTENT: Final = "output[{output_index}].content[{content_index}]"
_SUMMARY: Final = "output[{output_index}].summary[{summary_index}]"
_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "response.output_text": (f"{_CONTENT}.text", "text"),
    "response.refusal": (f"{_CONTENT}.refusal", "refusal"),
    "response.reasoning_text": (f"{_CONTENT}.text", "text"),
    "response.reasoning_summary_text": (f"{_SUMMARY}.text", "text"),
    "response.function_call_arguments": ("output[{output_index}].arguments", "arguments"),
    "response.mcp_call_arguments": ("output[{output_index}].arguments", "arguments"),
    "response.custom_tool_call_input": ("output[{output_index}].input", "input"),
    "response.code_interpreter_call_code": ("output[{output_index}].code", "code"),
    "response.shell_call_command": (
        "output[{output_index}].action.commands[{command_index}]",
        "command",
    ),
    "response.audio.transcript": ("transcript", "transcript"),
}
"""By the name that `.delta` and `.done` events share: where the text stands in the whole response,
and the member of the `done` event that repeats it."""
_OUTPUTS: Final = "response.shell_call_output_content"
"""Its deltas hold two texts each, and its `done` event a list."""
_WRITTEN: Final = each(fields({"stdout": result, "stderr": text, "outcome": words}))
_ITEM: Final = "output[{output_index}]"
_OBJECTS: Final[dict[str, tuple[str, str, Shape]]] = {
    "response.output_item.added": (_ITEM, "item", item),
    "response.output_item.done": (_ITEM, "item", item),
    "response.content_part.added": (_CONTENT, "part", PART_OF_ITEM),
    "response.content_part.done": (_CONTENT, "part", PART_OF_ITEM),
    "response.reasoning_summary_part.added": (_SUMMARY, "part", PART_OF_ITEM),
    "response.reasoning_summary_part.done": (_SUMMARY, "part", PART_OF_ITEM),
    "response.output_text.annotation.added": (
        f"{_CONTENT}.annotations[{{annotation_index}}]",
        "annotation",
        values,
    ),
}
"""Events with an object: where it stands in the response, its member, and its shape."""
_LAST: Final = frozenset({"response.completed", "response.incomplete"})
_FAILED: Final = frozenset({"response.failed", "response.cancelled"})
_MEDIA: Final[dict[str, tuple[MediaKind, str]]] = {
    "response.image_generation_call.partial_image": ("image", "partial_image_b64"),
    "response.audio.delta": ("audio", "delta"),
}
_AROUND: Final[dict[str, Shape]] = {
    **dict.fromkeys(
        ("type", "item_id", "obfuscation", "status", "background", "output_format", "quality",
         "size", "stream_id", "id", "previous_response_id", "sequence_number", "output_index",
         "content_index", "summary_index", "annotation_index", "command_index"),
        word,
    ),
    "logprobs": emptied,
}  # fmt: skip
"""Members of any event beside its text or object."""


class EventRewriter:
    """Restores a stream of response events.

    Each text is followed by its place in the response. A delta all of whose text is held back is
    dropped; the rest comes in a delta of its own before the event that ends the text. Events are
    numbered anew, so that the numbers stay without a gap.
    """

    def __init__(
        self,
        restorer: Restorer,
        asked: Mapping[str, Any],
        media: tuple[MediaKind, ...],
        provider: str,
        sent: bytes = b"",
    ) -> None:
        self.outcome = Outcome()
        self.done = False
        self.sequence_number = 0
        """Of the next event."""
        self._flows: dict[str, Flow] = {}
        self._visitor = _StreamVisitor(restorer, asked, media, self._flows)
        self._restorer = restorer
        self._provider = provider
        self._sent = sent
        self._numbered = False

    def feed(self, event: Event) -> list[Event]:
        """What of this event goes to the caller."""
        if self.done:
            return []
        if event.data.strip() == "[DONE]":
            raise cut_off(self._provider)
        body = json_object(self._provider, event)
        kind = body.get("type")
        kind = kind if isinstance(kind, str) else event.event
        self._refuse_error(kind, body)
        if isinstance(body.get("sequence_number"), int):
            if not self._numbered:
                self.sequence_number = body["sequence_number"]
            self._numbered = True
        return [self._event(out) for out in self._rewrite(kind, body)]

    def finish(self) -> list[Event]:
        """The vendor's stream has ended."""
        if not self.done:
            raise cut_off(self._provider)
        return []

    def _refuse_error(self, kind: str, body: Body) -> None:
        """Raise the vendor's error, if the event is one; only its type and code are looked at."""
        response = body.get("response")
        inner = response.get("error") if isinstance(response, dict) else None
        if kind in _FAILED:
            raise stream_error(self._provider, read_fault({"error": inner}, sent=self._sent))
        if kind == "error" or body.get("error"):
            raise stream_error(self._provider, read_fault(body, sent=self._sent))

    def _rewrite(self, kind: str, body: Body) -> Iterator[Body]:
        name, _, last = kind.rpartition(".")
        if name in _TEXTS and last == "delta":
            yield from self._delta(body, self._path(name, body), json_string=_is_json(name))
        elif name in _TEXTS and last == "done":
            yield from self._text_done(name, body)
        elif name == _OUTPUTS:
            yield from self._outputs(body, last)
        elif kind in _OBJECTS:
            yield from self._object(kind, body)
        elif isinstance(body.get("response"), dict):
            yield from self._response(kind, body)
        elif kind in _MEDIA:
            media, key = _MEDIA[kind]
            self._visitor.allow(media)
            yield self._rest(body, key)
        elif last == "delta" and isinstance(body.get("delta"), str):
            if not is_word(name):
                raise self._odd()
            path = self._place(f"{name}[{{output_index}}][{{content_index}}]", body)
            yield from self._delta(body, path, json_string=False)
        else:
            yield self._rest(body)

    def _path(self, name: str, body: Body) -> str:
        return self._place(_TEXTS[name][0], body)

    def _place(self, template: str, body: Body) -> str:
        """The path of an event's text or object, by the numbers that the event has."""
        return template.format_map(_Numbers(body, self._provider))

    def _delta(self, body: Body, path: str, *, json_string: bool) -> Iterator[Body]:
        piece = body.get("delta")
        if not isinstance(piece, str):
            raise self._odd()
        flow = self._flows.get(path)
        if flow is None:
            channel = self._restorer.channel(path, json_string=json_string)
            flow = self._flows[path] = Flow(channel)
        if flow.finished and piece:
            raise too_late(self._provider)
        out = flow.feed(piece) if piece else ""
        flow.event = self._rest(body, "delta")
        if out or not piece:
            yield {**flow.event, "delta": out}

    def _outputs(self, body: Body, last: str) -> Iterator[Body]:
        """What a command wrote: both of its texts, for themselves."""
        path = self._place("output[{output_index}].output[{command_index}]", body)
        delta = body.get("delta")
        if last == "delta" and isinstance(delta, dict):
            for key in [key for key, piece in delta.items() if isinstance(piece, str) and piece]:
                inside = {**body, "delta": delta[key]}
                for out in self._delta(inside, f"{path}.{key}", json_string=False):
                    yield {**out, "delta": {key: out["delta"]}}
                self._flows[f"{path}.{key}"].steps = (key,)
            return
        yield from self._end(path)
        if "output" in body:
            _WRITTEN(Place(self._visitor, body, "output", path.rpartition("[")[0]))
        yield self._rest(body, "output")

    def _text_done(self, name: str, body: Body) -> Iterator[Body]:
        key = _TEXTS[name][1]
        path = self._path(name, body)
        yield from self._end(path)
        if key in body:
            place = Place(self._visitor, body, key, path)
            (self._visitor.arguments if _is_json(name) else self._visitor.text)(place)
        yield self._rest(body, key)

    def _object(self, kind: str, body: Body) -> Iterator[Body]:
        template, key, shape = _OBJECTS[kind]
        path = self._place(template, body)
        if kind.endswith(".done"):
            yield from self._end(path)
        if body.get(key) is not None:
            shape(Place(self._visitor, body, key, path))
        yield self._rest(body, key)

    def _response(self, kind: str, body: Body) -> Iterator[Body]:
        """The whole response as it stands; with some kinds it is the last event."""
        self.done = kind in _LAST
        if self.done:
            yield from self._end("")
        outcome = response_outcome(body["response"])
        outcome.usage = outcome.usage or self.outcome.usage
        self.outcome = outcome
        holder = {"": body["response"]}
        RESPONSE(Place(self._visitor, holder, "", ""))
        body["response"] = holder[""]
        yield self._rest(body, "response")

    def _end(self, path: str) -> Iterator[Body]:
        """End every text at or under a path: their rests in deltas of their own."""
        for at, flow in self._flows.items():
            if flow.finished or not _under(at, path):
                continue
            rest = flow.finish()
            if rest:
                yield {**flow.event, "delta": {flow.steps[0]: rest} if flow.steps else rest}

    def _rest(self, body: Body, *known: str) -> Body:
        """The event with all of its members looked at that are beside the known ones."""
        _around(known)(root(body, self._visitor))
        return body

    def _event(self, body: Body) -> Event:
        kind = body.get("type")
        if self._numbered:
            body["sequence_number"] = self.sequence_number
            self.sequence_number += 1
        name = kind if isinstance(kind, str) else "message"
        return Event(name, json.dumps(body, ensure_ascii=False))

    def _odd(self) -> ProviderProtocolError:
        text = f"{self._provider} sent a piece that is no text."
        return ProviderProtocolError(self._provider, text, status=200)


class _StreamVisitor(AnswerVisitor):
    """Gives back at every place of the response what was sent for it in deltas.

    What never came in deltas is restored once, although part, item and response repeat it.
    """

    def __init__(
        self,
        restorer: Restorer,
        asked: Mapping[str, Any],
        media: tuple[MediaKind, ...],
        flows: Mapping[str, Flow],
    ) -> None:
        super().__init__(restorer, asked, media)
        self._flows = flows
        self._restored: dict[str, tuple[Any, Any]] = {}

    def text(self, place: Place) -> None:
        """Words."""
        if not self._known(place):
            self._once(place, super().text)

    def arguments(self, place: Place) -> None:
        """JSON as text."""
        if not self._known(place):
            self._once(place, super().arguments)

    def values(self, place: Place) -> None:
        """Any JSON value."""
        self._once(place, super().values)

    def _known(self, place: Place) -> bool:
        flow = self._flows.get(place.path)
        if flow is not None:
            place.holder[place.key] = flow.sent
        return flow is not None

    def _once(self, place: Place, restore: Shape) -> None:
        before = place.value
        raw, restored = self._restored.get(place.path, (None, None))
        if before and raw == before:
            place.holder[place.key] = restored
        elif before:
            restore(place)
            self._restored[place.path] = (before, place.value)


class _Numbers(dict[str, Any]):
    """An event's numbers for the template of a path; one that is missing is 0."""

    def __init__(self, body: Body, provider: str) -> None:
        super().__init__(body)
        self._provider = provider

    def __getitem__(self, name: str) -> int:
        number = self.get(name, 0)
        if isinstance(number, int):
            return number
        text = f"{self._provider} sent an event whose {name} is no number."
        raise ProviderProtocolError(self._provider, text, status=200)


@cache
def _around(known: tuple[str, ...]) -> Shape:
    return fields({**_AROUND, **dict.fromkeys(known, nothing)})


def _is_json(name: str) -> bool:
    return _TEXTS[name][1] == "arguments"


def _under(path: str, prefix: str) -> bool:
    return path == prefix or not prefix or path.startswith((f"{prefix}.", f"{prefix}["))
