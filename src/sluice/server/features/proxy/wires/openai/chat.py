"""OpenAI's chat completions: `POST /v1/chat/completions`.

Source: OpenAI's API reference, "Create chat completion", "The chat completion object"; members that
other vendors add (`reasoning_content`, `reasoning_details`, parts in answers) from theirs.
"""

from __future__ import annotations

from typing import Final

from sluice.engine.types import CleansedText
from sluice.server.features.proxy.wires.joining import CHAT_PIECE, joined
from sluice.server.features.proxy.wires.openai.answers import AnswerVisitor
from sluice.server.features.proxy.wires.openai.chunks import ChunkRewriter, Layout, Treatment
from sluice.server.features.proxy.wires.openai.parts import (
    CALLED,
    CHAT_CALL,
    CHAT_SCHEMA,
    CHAT_TOOL,
    FUNCTION,
    PART,
    logit_bias,
    media,
    modalities,
    spoken,
    stop,
)
from sluice.server.features.proxy.wires.openai.reading import read_request
from sluice.server.features.proxy.wires.openai.shapes import (
    Media,
    MediaKind,
    Place,
    Shape,
    each,
    either,
    emptied,
    encrypted,
    fields,
    kinds,
    nothing,
    root,
    said_by,
    text,
    values,
    word,
    words,
)
from sluice.server.features.proxy.wires.openai.wire import ChunkWire, chunk_outcome
from sluice.server.features.proxy.wires.reading import Body, Reading, Speaker
from sluice.server.features.proxy.wires.wire import Call, Outcome, Restorer
from sluice.server.providers.sse import Event

_SPEAKERS: Final[dict[str, Speaker]] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}


def _content(place: Place) -> None:
    either(spoken, each(_PART))(place)


_PART: Final = kinds(
    {
        "text": fields({**PART, "text": spoken}),
        "refusal": fields({**PART, "refusal": text}),
        "image_url": media("image", "url", inside="image_url", address=True),
        "input_audio": media("audio", "data", inside="input_audio"),
        "file": media("document", "file_data", inside="file"),
        "thinking": fields({**PART, "thinking": _content, "signature": encrypted}),
    }
)


def _sound(place: Place) -> None:
    """The sound of an answer: an id in requests; its transcript is text, its data is media."""
    value = place.value
    if isinstance(value, dict) and value.get("data"):
        place.visitor.media(
            place, Media("audio", value, "data", False, "", lambda said: {"transcript": said})
        )
    fields({"id": word, "data": nothing, "transcript": text})(place)


_MESSAGE: Final[dict[str, Shape]] = {
    "role": word,
    "content": _content,
    "name": text,
    "refusal": text,
    "reasoning": text,
    "reasoning_content": text,
    "reasoning_details": each(
        fields(
            {
                "type": word,
                "id": word,
                "format": word,
                "text": text,
                "summary": text,
                "signature": encrypted,
                "data": encrypted,
            }
        )
    ),
    "tool_call_id": word,
    "tool_calls": each(CHAT_CALL),
    "function_call": CALLED,
    "annotations": values,
    "audio": _sound,
    "cache_control": words,
}
_SAID: Final = fields(_MESSAGE)
_ANSWERED_BY_TOOL: Final = fields({**_MESSAGE, "name": word})


def _turn(place: Place) -> None:
    """A message of a request; its role says whose words they are."""
    value = place.value
    if not isinstance(value, dict):
        place.visitor.odd(place, place.path, "must be an object")
        return
    role = value.get("role")
    speaker = _SPEAKERS.get(role) if isinstance(role, str) else None
    if speaker is None:
        message = f"is not understood; known: {', '.join(_SPEAKERS)}"
        place.visitor.odd(place, f"{place.path}.role", message)
        return
    said_by(speaker, _ANSWERED_BY_TOOL if speaker == "tool" else _SAID)(place)


_REQUEST: Final[dict[str, Shape]] = {
    "model": nothing,
    "messages": each(_turn),
    "tools": said_by("system", each(CHAT_TOOL)),
    "functions": said_by("system", each(FUNCTION)),
    "response_format": said_by("system", CHAT_SCHEMA),
    "prediction": said_by("assistant", fields({"type": word, "content": _content})),
    "stop": stop,
    "logit_bias": logit_bias,
    "modalities": modalities,
    "user": text,
    "safety_identifier": text,
    "prompt_cache_key": text,
    **dict.fromkeys(
        (
            "tool_choice", "function_call", "reasoning", "reasoning_effort", "verbosity", "audio",
            "service_tier", "stream_options", "prompt_cache_options", "prompt_cache_retention",
            "moderation",
        ),
        words,
    ),
}  # fmt: skip
"""Members of a request; those that are not here are any JSON value: what they hold of text is
cleansed, numbers and flags pass."""

_ANSWER: Final = fields(
    {
        **dict.fromkeys(
            (
                "id", "object", "model", "system_fingerprint", "service_tier", "moderation",
                "prompt_filter_results", "usage",
            ),
            words,
        ),
        "choices": each(
            fields(
                {
                    "finish_reason": word,
                    "message": _SAID,
                    "logprobs": emptied,
                    "content_filter_results": words,
                }
            )
        ),
    }
)  # fmt: skip

_LAYOUT: Final = Layout(
    holder="delta",
    whole="message",
    treatments={
        "role": Treatment.WORD,
        "content[].type": Treatment.WORD,
        "content[].signature": Treatment.ENCRYPTED,
        "reasoning_details[].type": Treatment.WORD,
        "reasoning_details[].id": Treatment.WORD,
        "reasoning_details[].format": Treatment.WORD,
        "reasoning_details[].signature": Treatment.ENCRYPTED,
        "reasoning_details[].data": Treatment.ENCRYPTED,
        "tool_calls[].id": Treatment.WORD,
        "tool_calls[].type": Treatment.WORD,
        "tool_calls[].function.name": Treatment.WORD,
        "tool_calls[].function.arguments": Treatment.ARGUMENTS,
        "tool_calls[].custom.name": Treatment.WORD,
        "function_call.name": Treatment.WORD,
        "function_call.arguments": Treatment.ARGUMENTS,
        "audio.id": Treatment.WORD,
        "audio.data": Treatment.SOUND,
        "annotations": Treatment.WHOLE,
        "citations": Treatment.WHOLE,
    },
)


class ChatWire(ChunkWire):
    """One call of chat completions.

    Log probabilities are not handed on: they spell the answer token by token, with placeholders in
    it. Sound in an answer is, if the request asked for it and so passed the attachments' policy.
    """

    name = "openai.chat"
    path = "chat/completions"

    def __init__(self) -> None:
        super().__init__()
        self._media: tuple[MediaKind, ...] = ()

    def read(self, body: Body, reading: Reading) -> Call:
        """Tell `reading` of every value of the body what it is."""
        call = read_request(body, reading, _REQUEST, ("model", "messages"))
        asked = body.get("modalities")
        if isinstance(asked, list) and "audio" in asked:
            self._media = ("audio",)
        return call

    def instruct(self, body: Body, instructions: CleansedText) -> None:
        """Put the instructions into a first message, with the role that the caller gives his."""
        roles = [message.get("role") for message in body["messages"]]
        role = next((role for role in roles if role in ("system", "developer")), "system")
        body["messages"].insert(0, {"role": role, "content": instructions})

    def rewrite(self, answer: Body, restorer: Restorer) -> Outcome:
        """Restore the texts of every choice."""
        _ANSWER(root(answer, AnswerVisitor(restorer, media=self._media)))
        return chunk_outcome(answer)

    def joined(self, events: list[Event]) -> list[Event]:
        """Events that came together, pieces of one choice's words as one."""
        return joined(events, CHAT_PIECE)

    def rewriter(self, restorer: Restorer, provider: str, sent: bytes = b"") -> ChunkRewriter:
        """For a streamed answer; an error's words that stand in `sent` too are not repeated."""
        visitor = AnswerVisitor(restorer, media=self._media)
        return self.chunks(ChunkRewriter(restorer, visitor, provider, _LAYOUT, sent))
