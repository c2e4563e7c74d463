"""What all of OpenAI's wires have in common."""

from __future__ import annotations

from sluice.engine.errors import Problem
from sluice.server.features.proxy.wires import sse
from sluice.server.features.proxy.wires.openai import errors as openai_errors
from sluice.server.features.proxy.wires.openai.answers import finish_reason, read_usage
from sluice.server.features.proxy.wires.openai.chunks import ChunkRewriter
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.features.proxy.wires.wire import Outcome
from sluice.server.providers.sse import Event


class OpenAIWire:
    """Model, framing and errors."""

    def choose_model(self, body: Body, model: str) -> None:
        """Write the vendor's model into the body."""
        body["model"] = model

    def joined(self, events: list[Event]) -> list[Event]:
        """Events that came together; each stays one."""
        return events

    def frame(self, event: Event) -> bytes:
        """An event as bytes."""
        return sse.frame(event)

    def error(self, status: int, code: str, message: str, problems: tuple[Problem, ...]) -> Body:
        """OpenAI's error object."""
        return openai_errors.error_body(status, code, message, problems)

    def error_events(
        self, status: int, code: str, message: str, problems: tuple[Problem, ...]
    ) -> list[Event]:
        """The error object as the last event."""
        return openai_errors.chunk_error(status, code, message, problems)


class ChunkWire(OpenAIWire):
    """A wire whose streams come in chunks."""

    def __init__(self) -> None:
        self._hides_usage = False

    def ask_usage(self, body: Body) -> None:
        """Have a streamed answer's tokens counted; the caller sees it only if he asked for it.

        Only for vendors that know `stream_options.include_usage`.
        """
        options = body.get("stream_options")
        if body.get("stream") and isinstance(options, dict | None):
            self._hides_usage = not (options or {}).get("include_usage")
            body["stream_options"] = {**(options or {}), "include_usage": True}

    def chunks(self, rewriter: ChunkRewriter) -> ChunkRewriter:
        """A rewriter that hides the usage that only the gateway asked for."""
        rewriter.hides_usage = self._hides_usage
        return rewriter


def chunk_outcome(answer: Body) -> Outcome:
    """What a whole answer with choices told besides its text; the first one says how it ended."""
    choices = answer.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    model, answer_id = answer.get("model"), answer.get("id")
    return Outcome(
        finish_reason(first.get("finish_reason")) if isinstance(first, dict) else None,
        read_usage(answer.get("usage")),
        model if isinstance(model, str) else None,
        answer_id if isinstance(answer_id, str) else None,
    )
