"""OpenAI's legacy completions, from a request to what every provider takes and back (pure).

Source: OpenAI's API reference, "Create completion". The prompt becomes a user's turn. Refused with
its path: prompts of tokens, several prompts or choices, `best_of`, `echo`, `suffix`, log
probabilities, a bias of tokens. Dropped: `openai_asked.STEERING`. Where no `max_tokens` is asked
for, the model instance's own limit holds and not the wire's 16.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from typing import Any, Final

from sluice.engine.types import CleansedText
from sluice.server.features.proxy.translate.base import Renderer, Translated
from sluice.server.features.proxy.translate.blocks import Blocks, gathered
from sluice.server.features.proxy.translate.events import DONE, event
from sluice.server.features.proxy.translate.fields import Fields, settle
from sluice.server.features.proxy.translate.openai_asked import STEERING, include_usage
from sluice.server.features.proxy.translate.openai_chat_answer import usage
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.providers.base import Asked, Delta, FinishReason, Message
from sluice.server.providers.sse import Event

_PROMPT: Final = "must be one text for the vendor of this model"


class CompletionsTranslation:
    """The wire `openai.completions`."""

    def request(self, body: Body) -> Translated:
        """See `Translation.request`."""
        fields = Fields(body, "", [])
        messages = (Message("user", _prompt(fields)),)
        asked = _asked(fields)
        fields.close()
        settle(fields.problems)
        return Translated(messages, asked)

    def renderer(self, body: Body, model: str) -> Renderer:
        """See `Translation.renderer`."""
        return CompletionsRenderer(body, model)

    def answer(self, body: Body, model: str, deltas: Sequence[Delta]) -> Body:
        """See `Translation.answer`."""
        blocks = gathered(deltas)
        answer = _head(blocks.model or model) | _choice(blocks.text(), _word(blocks.finish))
        return answer | ({"usage": usage(blocks.usage)} if blocks.usage else {})


class CompletionsRenderer:
    """Makes the chunks of a completion; see `Renderer`."""

    def __init__(self, body: Body, model: str) -> None:
        self._blocks = Blocks(interleaved=True)
        self._model = model
        self._with_usage = include_usage(body)
        self._head: Body = {}

    def feed(self, delta: Delta) -> list[Event]:
        """The chunk of one delta, if it has words. Raises `ProviderProtocolError`."""
        self._blocks.feed(delta)
        return [self._chunk(delta.text, None)] if delta.text else []

    def finish(self) -> list[Event]:
        """The reason of the end, the usage if it was asked for, and `[DONE]`."""
        self._blocks.end()
        events = [self._chunk("", _word(self._blocks.finish))]
        if self._with_usage and self._blocks.usage:
            events.append(event(self._head | {"choices": [], "usage": usage(self._blocks.usage)}))
        return [*events, DONE]

    def _chunk(self, text: str, finish: str | None) -> Event:
        self._head = self._head or _head(self._blocks.model or self._model)
        chunk = self._head | _choice(text, finish)
        return event(chunk | {"usage": None} if self._with_usage else chunk)


def _asked(fields: Fields) -> Asked:
    fields.drop(*STEERING)
    fields.only("n", 1)
    fields.only("best_of", 1)
    fields.only("echo", False)
    fields.only("suffix", "")
    fields.only("logprobs")
    fields.only("logit_bias", {})
    return Asked(
        max_tokens=fields.count("max_tokens"),
        temperature=fields.number("temperature"),
        top_p=fields.number("top_p"),
        top_k=fields.count("top_k"),
        seed=fields.whole("seed"),
        stop=fields.strings("stop", one=True),
    )


def _prompt(fields: Fields) -> CleansedText:
    value = fields.take("prompt")
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str) or not value:
        fields.refuse("prompt", _PROMPT)
        return CleansedText("")
    return CleansedText(value)


def _word(finish: FinishReason) -> str:
    """The wire knows no tools, so that no answer of it ends with their calls."""
    return "stop" if finish == "tool_calls" else finish


def _head(model: str) -> dict[str, Any]:
    return {
        "id": f"cmpl-{secrets.token_hex(12)}",
        "object": "text_completion",
        "created": int(time.time()),
        "model": model,
    }


def _choice(text: str, finish: str | None) -> dict[str, Any]:
    choice = {"text": text, "index": 0, "logprobs": None, "finish_reason": finish}
    return {"choices": [choice]}
