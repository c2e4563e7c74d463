"""OpenAI's embeddings: `POST /v1/embeddings`.

Source: OpenAI's API reference, "Create embeddings".
"""

from __future__ import annotations

from typing import Final

from sluice.engine.types import CleansedText
from sluice.server.features.proxy.wires.openai.answers import AnswerVisitor
from sluice.server.features.proxy.wires.openai.chunks import ChunkRewriter, Layout
from sluice.server.features.proxy.wires.openai.parts import prompt
from sluice.server.features.proxy.wires.openai.reading import read_request
from sluice.server.features.proxy.wires.openai.shapes import (
    Place,
    Shape,
    each,
    fields,
    is_encrypted,
    nothing,
    root,
    said_by,
    text,
    values,
    word,
    words,
)
from sluice.server.features.proxy.wires.openai.wire import OpenAIWire, chunk_outcome
from sluice.server.features.proxy.wires.reading import Body, Reading
from sluice.server.features.proxy.wires.wire import Call, Outcome, Restorer


def _no_stream(place: Place) -> None:
    if place.value not in (None, False):
        place.visitor.odd(place, place.path, "embeddings are not streamed")


def _vector(place: Place) -> None:
    """Numbers, or their bytes in base64."""
    value = place.value
    if isinstance(value, str):
        plain = is_encrypted(value)
    else:
        plain = isinstance(value, list) and all(isinstance(one, int | float) for one in value)
    if not plain:
        values(place)


_REQUEST: Final[dict[str, Shape]] = {
    "model": nothing,
    "input": said_by("user", prompt),
    "encoding_format": word,
    "user": text,
    "stream": _no_stream,
}
_ANSWER: Final = fields(
    {
        "id": word,
        "object": word,
        "model": word,
        "usage": words,
        "data": each(fields({"object": word, "embedding": _vector})),
    }
)


class EmbeddingsWire(OpenAIWire):
    """One call of embeddings; an instance's instructions play no part in it."""

    name = "openai.embeddings"
    path = "embeddings"

    def read(self, body: Body, reading: Reading) -> Call:
        """Tell `reading` of every value of the body what it is."""
        return read_request(body, reading, _REQUEST, ("model", "input"))

    def instruct(self, body: Body, instructions: CleansedText) -> None:
        """Nothing: a vector of the instructions is of use to nobody."""

    def rewrite(self, answer: Body, restorer: Restorer) -> Outcome:
        """Vectors hold no text; what else a vendor adds is restored."""
        _ANSWER(root(answer, AnswerVisitor(restorer)))
        return chunk_outcome(answer)

    def rewriter(self, restorer: Restorer, provider: str, sent: bytes = b"") -> ChunkRewriter:
        """Never needed by a caller, since a request with `stream` is refused."""
        return ChunkRewriter(restorer, AnswerVisitor(restorer), provider, Layout("", "", {}), sent)
