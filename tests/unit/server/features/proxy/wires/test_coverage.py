"""Every place for a string that the vendors' SDK types allow is known to the wires.

A value of its own is planted at each place of each type. In a request none of them may be left
after the leaves were replaced, in an answer and in a stream each must have reached the restorer:
except at the places listed here, and these lists are exact.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

import pytest
from anthropic.types import message_count_tokens_params, message_create_params
from anthropic.types.beta import BetaMessage, BetaRawMessageStreamEvent
from anthropic.types.beta import message_count_tokens_params as beta_count_tokens_params
from anthropic.types.beta import message_create_params as beta_create_params
from openai.types import Completion, CreateEmbeddingResponse, completion_create_params
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.chat import completion_create_params as chat_create_params
from openai.types.embedding_create_params import EmbeddingCreateParams
from openai.types.responses import Response, ResponseStreamEvent, response_create_params
from tests.unit.server.features.proxy.wires.planting import CANARY, Planter, places
from tests.unit.server.features.proxy.wires.restoring import Restoring

from sluice.server.features.proxy.wires.anthropic.complete import AnthropicComplete
from sluice.server.features.proxy.wires.anthropic.messages import (
    AnthropicCountTokens,
    AnthropicMessages,
)
from sluice.server.features.proxy.wires.openai.chat import ChatWire
from sluice.server.features.proxy.wires.openai.completions import CompletionsWire
from sluice.server.features.proxy.wires.openai.embeddings import EmbeddingsWire
from sluice.server.features.proxy.wires.openai.responses import ResponsesWire
from sluice.server.features.proxy.wires.reading import Reading
from sluice.server.features.proxy.wires.wire import AnswerBlocked, Wire
from sluice.server.providers.base import ProviderError
from sluice.server.providers.sse import Event

ENCODED: Final = frozenset(
    {"signature", "encrypted_content", "encrypted_index", "encrypted_stdout", "data", "file_data",
     "b64_json", "result", "fingerprint", "partial_image_b64"}
)  # fmt: skip
"""Fields in which a vendor has base64, or what only it can read."""
ASKING: Final[dict[str, Any]] = {
    "model": "m",
    "messages": [],
    "prompt": "x",
    "input": [],
    "modalities": ["audio"],
    "tools": [{"type": "image_generation"}],
}
"""A request that asks for sound and images, so that answers may hold them."""


@cache
def bodies(made_of: object) -> tuple[str, ...]:
    """Samples of a type, as JSON text."""
    return tuple(json.dumps(body) for body in Planter(ENCODED).bodies(made_of))


def samples(*types: object) -> Iterator[Any]:
    """Fresh samples of all these types."""
    return (json.loads(body) for made_of in types for body in bodies(made_of))


def prepared(wire: Callable[[], Wire]) -> Wire:
    """A wire that has read its request."""
    made = wire()
    made.read(json.loads(json.dumps(ASKING)), Reading())
    return made


LEGACY_REQUEST: Final[dict[str, Any]] = {
    "model": "canary1@example.com",
    "prompt": "canary2@example.com\n\nHuman: canary3@example.com\n\nAssistant: canary4@example.com",
    "max_tokens_to_sample": 9,
    "stop_sequences": ["canary5@example.com"],
    "metadata": {"user_id": "canary6@example.com"},
    "stream": False,
    "anything_else": {"canary7@example.com": ["canary8@example.com"]},
}
LEGACY_ANSWER: Final[dict[str, Any]] = {
    "type": "completion",
    "id": "canary1@example.com",
    "completion": "canary2@example.com",
    "stop_reason": "canary3@example.com",
    "stop": "canary4@example.com",
    "model": "canary5@example.com",
    "exception": "canary6@example.com",
    "log_id": "canary7@example.com",
}

SEALED_BLOCKS: Final = frozenset(
    {"thinking.thinking", "thinking.signature", "redacted_thinking.data", "compaction.content",
     "compaction.encrypted_content", "compaction.signature",
     "advisor_redacted_result.encrypted_content",
     "encrypted_code_execution_result.encrypted_stdout", "web_search_result.encrypted_content",
     "web_search_result_location.encrypted_index", "base64.data"}
)  # fmt: skip
"""What Anthropic signed or encrypted, and the data of attachments."""
OF_ITEMS: Final = frozenset(
    {"compaction.encrypted_content", "image_generation_call.result", "program.fingerprint",
     "reasoning.encrypted_content"}
)  # fmt: skip
"""The same in OpenAI's items."""

Kept = frozenset[str]
REQUESTS: Final[dict[str, tuple[Callable[[], Wire], tuple[object, ...], Kept]]] = {
    "anthropic.messages": (
        AnthropicMessages,
        (
            message_create_params.MessageCreateParamsNonStreaming,
            beta_create_params.MessageCreateParamsNonStreaming,
        ),
        # The last three: servers for tools, and a credit that is bound to its holder.
        SEALED_BLOCKS | {"model", "url.url", "url.authorization_token",
                         "fallback_credit_token.token"},
    ),
    "anthropic.count_tokens": (
        AnthropicCountTokens,
        (
            message_count_tokens_params.MessageCountTokensParams,
            beta_count_tokens_params.MessageCountTokensParams,
        ),
        SEALED_BLOCKS | {"model", "url.url", "url.authorization_token"},
    ),
    "openai.chat": (
        ChatWire,
        (chat_create_params.CompletionCreateParamsNonStreaming,),
        frozenset({"model", "file.file.file_data", "input_audio.input_audio.data"}),
    ),
    "openai.completions": (
        CompletionsWire,
        (completion_create_params.CompletionCreateParamsNonStreaming,),
        frozenset({"model"}),
    ),
    "openai.embeddings": (EmbeddingsWire, (EmbeddingCreateParams,), frozenset({"model"})),
    "openai.responses": (
        ResponsesWire,
        (response_create_params.ResponseCreateParamsNonStreaming,),
        # Credentials for the servers of tools, and inline skills, which are refused.
        OF_ITEMS | {"model", "input_file.file_data", "base64.data", "mcp.authorization",
                    "mcp.headers.?", "allowlist.domain_secrets[].value"},
    ),
}  # fmt: skip
"""By wire: its requests' types, and the places whose strings pass."""

REFUSED: Final[dict[str, frozenset[str]]] = {
    # Numbers of tokens, and a prompt that is sent back with instructions before it.
    "openai.completions": frozenset({"echo", "prompt[]"}),
    "openai.embeddings": frozenset({"input[]"}),
    "openai.responses": frozenset(
        {"background", "tools[].input_image_mask", "input[].tools[].input_image_mask",
         "tools[].environment.skills[].source", "input[].tools[].environment.skills[].source"}
    ),
}  # fmt: skip
"""What the types allow and the wire refuses."""


def without_indices(path: str) -> str:
    """A path as the lists above have it."""
    return "".join(character for character in path if not character.isdigit())


@pytest.mark.parametrize("name", REQUESTS)
def test_no_planted_value_is_left_in_a_request(name: str) -> None:
    """Every string of every shape is a leaf, or stands at a place that is listed."""
    wire, types, kept = REQUESTS[name]
    left, refused = set(), set()
    for body in samples(*types):
        reading = Reading()
        wire().read(body, reading)
        for leaf in reading.leaves:
            leaf.put(CANARY.sub("MASKED", leaf.text))
        reading.write_back()
        left |= {place for place, _ in places(body)}
        refused |= {without_indices(problem.path) for problem in reading.problems}
    assert left == kept
    assert refused == REFUSED.get(name, frozenset())


def test_no_planted_value_is_left_in_a_legacy_request() -> None:
    """The newest SDK has no type for it any more."""
    body = json.loads(json.dumps(LEGACY_REQUEST))
    reading = Reading()
    AnthropicComplete().read(body, reading)
    for leaf in reading.leaves:
        leaf.put(CANARY.sub("MASKED", leaf.text))
    reading.write_back()
    assert reading.problems == []
    assert {place for place, _ in places(body)} == {"model"}


ANSWERS: Final[dict[str, tuple[Callable[[], Wire], object, Kept]]] = {
    "anthropic.messages": (
        AnthropicMessages,
        BetaMessage,
        SEALED_BLOCKS | {"refusal.fallback_credit_token", "mcp_toolset.configs.?"},
    ),
    "openai.chat": (ChatWire, ChatCompletion, frozenset({"choices[].message.audio.data"})),
    "openai.completions": (CompletionsWire, Completion, frozenset()),
    "openai.embeddings": (EmbeddingsWire, CreateEmbeddingResponse, frozenset()),
    "openai.responses": (ResponsesWire, Response, OF_ITEMS),
}
"""By wire: its answer's type, and the places whose strings stay as the model wrote them."""


def unseen(before: object, after: str, restorer: Restoring) -> set[str]:
    """Places of values that reach the caller without having been looked at."""
    seen = set(CANARY.findall(restorer.all_seen))
    sent = set(CANARY.findall(after))
    return {place for place, canary in places(before) if canary in sent - seen}


def item_by_item(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """An answer, and each of its items in one of its own: an item may be refused as a whole."""
    items = answer.pop("output", ())
    yield answer
    for item in items:
        yield {"output": [item]}


@pytest.mark.parametrize("name", ANSWERS)
def test_every_planted_value_of_an_answer_reaches_the_restorer(name: str) -> None:
    """Whatever reaches the caller was looked at, but for the places that are listed."""
    wire, made_of, kept = ANSWERS[name]
    found, blocked = set(), set()
    for whole in samples(made_of):
        for answer in item_by_item(whole):
            before, restorer = json.loads(json.dumps(answer)), Restoring()
            try:
                prepared(wire).rewrite(answer, restorer)
            except AnswerBlocked:
                blocked.add(before["output"][0]["type"])
                continue
            found |= unseen(before, json.dumps(answer), restorer)
    assert found == kept
    # A model returns no files, so a list of parts with one in it is refused as a whole.
    assert blocked <= {"custom_tool_call_output", "function_call_output"}


def test_every_planted_value_of_a_legacy_answer_reaches_the_restorer() -> None:
    """Also where a name or an id is expected, if the value can be neither."""
    restorer = Restoring()
    AnthropicComplete().rewrite(json.loads(json.dumps(LEGACY_ANSWER)), restorer)
    assert set(CANARY.findall(restorer.all_seen)) == {f"canary{n}" for n in range(1, 8)}


def test_every_planted_value_of_a_stream_of_messages_reaches_the_restorer() -> None:
    """Each block with each delta, each start and each end."""
    events = list(samples(BetaRawMessageStreamEvent))
    by_kind: dict[str, list[Any]] = {}
    for event in events:
        by_kind.setdefault(event["type"], []).append(event)
    stream = by_kind.pop("message_start")
    stops = by_kind.pop("message_stop")
    for index, start in enumerate(by_kind.pop("content_block_start")):
        block = (start, *by_kind["content_block_delta"], *by_kind["content_block_stop"])
        stream += [{**event, "index": index} for event in block]
    stream += by_kind["message_delta"] + stops
    restorer = Restoring()
    rewriter = AnthropicMessages().rewriter(restorer, "anthropic")
    sent = [made for event in stream for made in rewriter.feed(as_event(event))]
    assert rewriter.finish() == []
    whole = ANSWERS["anthropic.messages"][2]
    signed = {"thinking_delta.thinking", "signature_delta.signature",
              "compaction_delta.content", "compaction_delta.encrypted_content"}  # fmt: skip
    assert unseen(stream, "".join(made.data for made in sent), restorer) == whole | signed


STREAMS: Final[dict[str, tuple[Callable[[], Wire], object, Kept]]] = {
    "openai.chat": (ChatWire, ChatCompletionChunk, frozenset({"choices[].delta.audio.data"})),
    "openai.completions": (CompletionsWire, Completion, frozenset()),
    "openai.responses": (
        ResponsesWire,
        ResponseStreamEvent,
        OF_ITEMS | {"response.image_generation_call.partial_image.partial_image_b64"},
    ),
}


@pytest.mark.parametrize("name", STREAMS)
def test_every_planted_value_of_an_event_reaches_the_restorer(name: str) -> None:
    """Each event as the first of a stream; errors and files of no use are not sent on."""
    wire, made_of, kept = STREAMS[name]
    found = set()
    for event in samples(made_of):
        restorer = Restoring()
        rewriter = prepared(wire).rewriter(restorer, "vendor")
        try:
            sent = rewriter.feed(as_event(event))
        except (AnswerBlocked, ProviderError):
            continue
        found |= unseen(event, "".join(made.data for made in sent), restorer)
    assert found == kept


def as_event(data: dict[str, Any]) -> Event:
    """An event as the vendors send it."""
    return Event(data.get("type", "message"), json.dumps(data))
