"""Whole answers on OpenAI's wires."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from tests.unit.server.features.proxy.wires.openai_samples import (
    RESPONSES,
    Steps,
    shown_steps,
    strings,
    with_value,
)
from tests.unit.server.features.proxy.wires.restoring import Restoring, mapping_of

from sluice.server.features.proxy.wires.openai.chat import ChatWire
from sluice.server.features.proxy.wires.openai.completions import CompletionsWire
from sluice.server.features.proxy.wires.openai.embeddings import EmbeddingsWire
from sluice.server.features.proxy.wires.openai.responses import ResponsesWire
from sluice.server.features.proxy.wires.reading import Reading
from sluice.server.features.proxy.wires.wire import AnswerBlocked, Outcome, Wire
from sluice.server.providers.base import Usage

NAME = "EMAIL_ADDRESS_0"
SAID = f"ask {NAME} about it"
CHAT_ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "vendor-1",
    "system_fingerprint": "fp_1",
    "service_tier": "default",
    "provider": "Some Vendor",
    "choices": [
        {
            "index": 0,
            "finish_reason": "tool_calls",
            "logprobs": {"content": [{"token": "a to", "bytes": [97], "top_logprobs": []}]},
            "message": {
                "role": "assistant",
                "content": "an answer",
                "refusal": None,
                "reasoning_content": "a thought",
                "reasoning_details": [{"type": "reasoning.text", "text": "hm hm"}],
                "annotations": [
                    {"type": "url_citation", "url_citation": {"url": "a b", "title": "a title"}}
                ],
                "tool_calls": [
                    {
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "find", "arguments": '{"who": "some one"}'},
                    },
                    {"id": "call_2", "type": "custom", "custom": {"name": "sh", "input": "a b"}},
                ],
                "function_call": {"name": "old", "arguments": '{"a": "b c"}'},
                "record_field": "an unknown text",
                "nested": {"deep": [{"er": "an unknown text"}]},
            },
        },
        {
            "index": 1,
            "finish_reason": "stop",
            "logprobs": None,
            "message": {"role": "assistant", "content": [{"type": "text", "text": "in parts"}]},
        },
    ],
    "usage": {
        "prompt_tokens": 20,
        "completion_tokens": 5,
        "total_tokens": 25,
        "prompt_tokens_details": {"cached_tokens": 7, "cache_write_tokens": 3},
    },
}
COMPLETION = {
    "id": "cmpl-1",
    "object": "text_completion",
    "created": 1,
    "model": "vendor-1",
    "choices": [{"index": 0, "text": "a text", "finish_reason": "length", "logprobs": None}],
    "usage": {"prompt_tokens": 2, "completion_tokens": 1, "total_tokens": 3},
}
ITEMS: list[dict[str, Any]] = RESPONSES["input"]
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "vendor-1",
    "status": "completed",
    "error": None,
    "instructions": None,
    "tools": [],
    "metadata": {},
    "output": [item for item in ITEMS if "type" in item],
    "usage": {
        "input_tokens": 20,
        "input_tokens_details": {"cached_tokens": 7, "cache_write_tokens": 3},
        "output_tokens": 5,
        "output_tokens_details": {"reasoning_tokens": 2},
        "total_tokens": 25,
    },
}
EMBEDDING = {
    "object": "list",
    "model": "vendor-1",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}],
    "usage": {"prompt_tokens": 8, "total_tokens": 8},
}
ANSWERS: dict[str, tuple[type[Wire], dict[str, Any], Outcome]] = {
    "chat": (
        ChatWire,
        CHAT_ANSWER,
        Outcome("tool_calls", Usage(20, 5, 7, 3), "vendor-1", "chatcmpl-1"),
    ),
    "completions": (
        CompletionsWire,
        COMPLETION,
        Outcome("length", Usage(2, 1), "vendor-1", "cmpl-1"),
    ),
    "responses": (
        ResponsesWire,
        RESPONSE,
        Outcome("tool_calls", Usage(20, 5, 7, 3), "vendor-1", "resp_1"),
    ),
    "embeddings": (EmbeddingsWire, EMBEDDING, Outcome(None, Usage(8, 0), "vendor-1", None)),
}
SITES = [
    pytest.param(name, steps, id=f"{name}:{shown_steps(steps)}")
    for name, (_, answer, _) in ANSWERS.items()
    for steps in strings(answer)
    if "logprobs" not in steps
]


def restoring(original: str = "jane@x.example") -> Restoring:
    """One address was taken out of the request."""
    return Restoring(mapping_of(EMAIL_ADDRESS=original))


@pytest.mark.parametrize("name", ANSWERS)
def test_tells_the_outcome_and_leaves_the_rest(name: str) -> None:
    """Nothing of an answer without placeholders changes but log probabilities."""
    wire, answer, outcome = ANSWERS[name]
    rewritten = copy.deepcopy(answer)
    assert wire().rewrite(rewritten, restoring()) == outcome
    for steps in strings(answer):
        kept: Any = rewritten
        if "logprobs" in steps:
            continue
        expected: Any = answer
        for step in steps:
            kept, expected = kept[step], expected[step]
        assert kept == expected


@pytest.mark.parametrize(("name", "steps"), SITES)
def test_every_text_of_an_answer_is_restored(name: str, steps: Steps) -> None:
    """Wherever a placeholder stands in words, in whatever JSON value, the original comes back."""
    wire, answer, _ = ANSWERS[name]
    for value in (SAID, {"deep": SAID}, [SAID], NAME):
        body = with_value(answer, steps, value)
        wire().rewrite(body, restoring())
        assert NAME not in json.dumps(body)
        assert "jane@x.example" in json.dumps(body)


@pytest.mark.parametrize("name", ANSWERS)
def test_counts_of_tokens_are_no_texts(name: str) -> None:
    """However many digits they have: nothing is looked for in them."""
    wire, answer, _ = ANSWERS[name]
    body = with_value(answer, ("usage", "total_tokens"), 4_539_578_763_621_486)
    restorer = restoring()
    wire().rewrite(body, restorer)
    assert body["usage"] == {**answer["usage"], "total_tokens": 4_539_578_763_621_486}
    assert not any(path.startswith("usage") for path in restorer.seen)


def test_arguments_stay_json() -> None:
    """An original with quotes is escaped where it comes to stand in a tool's arguments."""
    arguments = json.dumps({"who": f"it is {NAME}"})
    calls = [{"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}}]
    body = {"choices": [{"index": 0, "message": {"tool_calls": calls}}]}
    ChatWire().rewrite(body, restoring('"j"@x.example'))
    told: Any = body["choices"][0]["message"]
    found = json.loads(told["tool_calls"][0]["function"]["arguments"])
    assert found == {"who": 'it is "j"@x.example'}


def test_log_probabilities_are_taken_out() -> None:
    """They would show the answer token by token, unscanned."""
    chat, response = copy.deepcopy(CHAT_ANSWER), copy.deepcopy(RESPONSE)
    ChatWire().rewrite(chat, restoring())
    ResponsesWire().rewrite(response, restoring())
    assert '"token"' not in json.dumps(chat) + json.dumps(response)


def test_a_half_character_is_mended() -> None:
    """A lone surrogate has no UTF-8 form; it becomes U+FFFD and breaks nothing."""
    body = {"choices": [{"index": 0, "message": {"content": "a\ud83d b"}}], "x": ["\ud83d"]}
    ChatWire().rewrite(body, restoring())
    assert json.dumps(body, ensure_ascii=False).encode().count("\ufffd".encode()) == 2


SOUND = {"choices": [{"index": 0, "message": {"audio": {"id": "a", "data": "QUJD"}}}]}
IMAGE = {"output": [{"type": "image_generation_call", "id": "ig_1", "result": "QUJD"}]}


def test_media_that_were_not_asked_for_are_blocked() -> None:
    """Nobody can see what is in a sound or an image."""
    with pytest.raises(AnswerBlocked):
        ChatWire().rewrite(copy.deepcopy(SOUND), restoring())
    with pytest.raises(AnswerBlocked):
        ResponsesWire().rewrite(copy.deepcopy(IMAGE), restoring())


def test_media_that_were_asked_for_pass() -> None:
    """A request for them passed the attachments' policy; a transcript is a text."""
    chat, responses = ChatWire(), ResponsesWire()
    chat.read({"model": "m", "messages": [], "modalities": ["text", "audio"]}, Reading())
    responses.read({"model": "m", "tools": [{"type": "image_generation"}]}, Reading())
    sound = copy.deepcopy(SOUND)
    sound["choices"][0]["message"]["audio"]["transcript"] = SAID  # type: ignore[index]
    chat.rewrite(sound, restoring())
    responses.rewrite(copy.deepcopy(IMAGE), restoring())
    assert "jane@x.example" in json.dumps(sound)


def test_an_answer_repeats_the_callers_own_words_only() -> None:
    """What a response repeats of its request is what the caller sent; instructions are his own."""
    asked = {
        "model": "m",
        "instructions": "mine, for jane@x.example",
        "metadata": {"who": "jane@x.example"},
        "text": {"verbosity": "low"},
        "tools": [{"type": "function", "name": "f", "description": "of jane@x.example"}],
    }
    wire = ResponsesWire()
    wire.read(copy.deepcopy(asked), Reading())
    body = {
        "output": [],
        "instructions": f"secret of the instance\n\nmine, for {NAME}",
        "metadata": {"who": NAME},
        "text": {"verbosity": "low", "format": {"type": "text"}},
        "tools": [{"type": "function", "name": "f", "description": f"of {NAME}", "strict": True}],
    }
    wire.rewrite(body, restoring())
    assert body == {
        "output": [],
        "text": {"verbosity": "low", "format": {"type": "text"}},
        **{name: asked[name] for name in ("instructions", "metadata", "tools")},
    }


def test_instructions_are_hidden_from_a_caller_who_sent_none() -> None:
    """The instance's instructions do not come back."""
    wire = ResponsesWire()
    wire.read({"model": "m", "input": "hi"}, Reading())
    body = {"output": [], "instructions": "secret of the instance"}
    wire.rewrite(body, restoring())
    assert body["instructions"] is None


FINISHES: dict[str, tuple[type[Wire], dict[str, Any], str | None]] = {
    "stop": (ChatWire, {"choices": [{"finish_reason": "stop"}]}, "stop"),
    "an old call": (ChatWire, {"choices": [{"finish_reason": "function_call"}]}, "tool_calls"),
    "a filter": (ChatWire, {"choices": [{"finish_reason": "content_filter"}]}, "content_filter"),
    "another word": (ChatWire, {"choices": [{"finish_reason": "tired"}]}, "error"),
    "no choice": (ChatWire, {"choices": []}, None),
    "completed": (ResponsesWire, {"status": "completed", "output": []}, "stop"),
    "too long": (
        ResponsesWire,
        {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}},
        "length",
    ),
    "filtered": (
        ResponsesWire,
        {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}},
        "content_filter",
    ),
    "failed": (ResponsesWire, {"status": "failed"}, "error"),
    "queued": (ResponsesWire, {"status": "queued"}, None),
}


@pytest.mark.parametrize("case", FINISHES)
def test_tells_how_it_ended(case: str) -> None:
    """Each vendor's word has its meaning; an unknown one is an error."""
    wire, body, finish = FINISHES[case]
    assert wire().rewrite(body, restoring()).finish == finish
