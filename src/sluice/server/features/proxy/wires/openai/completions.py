"""OpenAI's legacy completions: `POST /v1/completions`.

Source: OpenAI's API reference, "Create completion".
"""

from __future__ import annotations

from typing import Final

from sluice.engine.types import CleansedText
from sluice.server.features.proxy.wires.openai.answers import AnswerVisitor
from sluice.server.features.proxy.wires.openai.chunks import ChunkRewriter, Layout
from sluice.server.features.proxy.wires.openai.parts import logit_bias, prompt, stop
from sluice.server.features.proxy.wires.openai.reading import read_request
from sluice.server.features.proxy.wires.openai.shapes import (
    Place,
    Shape,
    each,
    emptied,
    fields,
    nothing,
    root,
    said_by,
    text,
    word,
    words,
)
from sluice.server.features.proxy.wires.openai.wire import ChunkWire, chunk_outcome
from sluice.server.features.proxy.wires.reading import Body, Reading
from sluice.server.features.proxy.wires.wire import Call, Outcome, Restorer


def _echo(place: Place) -> None:
    if place.value not in (None, False):
        message = "the prompt is not sent back, since instructions may stand before it"
        place.visitor.odd(place, place.path, message)


_REQUEST: Final[dict[str, Shape]] = {
    "model": nothing,
    "prompt": said_by("user", prompt),
    "suffix": said_by("user", text),
    "echo": _echo,
    "stop": stop,
    "logit_bias": logit_bias,
    "user": text,
    "stream_options": words,
}
_ANSWER: Final = fields(
    {
        **dict.fromkeys(("id", "object", "model", "system_fingerprint", "service_tier"), word),
        **dict.fromkeys(("prompt_filter_results", "usage"), words),
        "choices": each(
            fields(
                {
                    "text": text,
                    "finish_reason": word,
                    "logprobs": emptied,
                    "content_filter_results": words,
                }
            )
        ),
    }
)
_LAYOUT: Final = Layout(holder="", whole="", treatments={})


class CompletionsWire(ChunkWire):
    """One call of completions. Log probabilities are not handed on: they spell the answer."""

    name = "openai.completions"
    path = "completions"

    def read(self, body: Body, reading: Reading) -> Call:
        """Tell `reading` of every value of the body what it is."""
        return read_request(body, reading, _REQUEST, ("model", "prompt"))

    def instruct(self, body: Body, instructions: CleansedText) -> None:
        """Put the instructions before every prompt, with an empty line between."""

        def after(prompt: str) -> str:
            return f"{instructions}\n\n{prompt}"

        prompts = body["prompt"]
        listed = isinstance(prompts, list)
        body["prompt"] = [after(one) for one in prompts] if listed else after(prompts)

    def rewrite(self, answer: Body, restorer: Restorer) -> Outcome:
        """Restore the text of every choice."""
        _ANSWER(root(answer, AnswerVisitor(restorer)))
        return chunk_outcome(answer)

    def rewriter(self, restorer: Restorer, provider: str, sent: bytes = b"") -> ChunkRewriter:
        """For a streamed answer; an error's words that stand in `sent` too are not repeated."""
        visitor = AnswerVisitor(restorer)
        return self.chunks(ChunkRewriter(restorer, visitor, provider, _LAYOUT, sent))
