"""What of a recording is looked at: every shape of every vendor, and nothing passed silently."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.server.errors import Unprocessable
from sluice.server.features.proxy.wires.reading import Reading
from sluice.server.features.sessions.reading import Ids, messages_in, read_content, read_values

Json = dict[str, Any]
SECRET = "canary-Zq81 value"


def cleansed(content: Json) -> Json:
    """The content with `X` in the place of the secret wherever it was looked at."""
    reading = Reading()
    read_content(content, reading)
    assert reading.problems == []
    for leaf in reading.leaves:
        leaf.put(leaf.text.replace(SECRET, "X"))
    reading.write_back()
    return content


SHAPES = {
    "text": {"role": "user", "content": SECRET},
    "participant": {"role": "user", "name": SECRET, "content": "hi"},
    "parts": {"role": "user", "content": [{"type": "text", "text": SECRET}]},
    "tool call": {
        "role": "assistant",
        "tool_calls": [
            {
                "id": "c1",
                "type": "function",
                "function": {"name": "f", "arguments": f'["{SECRET}"]'},
            }
        ],
    },
    "key of arguments": {
        "role": "assistant",
        "function_call": {"name": "f", "arguments": json.dumps({SECRET: 1})},
    },
    "tool result": {"role": "tool", "tool_call_id": "c1", "content": json.dumps({"a": SECRET})},
    "anthropic tool use": {
        "role": "assistant",
        "content": [{"type": "tool_use", "id": "c1", "name": "f", "input": {"a": [SECRET]}}],
    },
    "anthropic tool result": {
        "role": "user",
        "content": [
            {
                "type": "tool_result",
                "tool_use_id": "c1",
                "content": [{"type": "text", "text": SECRET}],
            }
        ],
    },
    "gemini text": {"role": "model", "parts": [{"text": SECRET}]},
    "gemini call": {
        "role": "model",
        "parts": [{"functionCall": {"name": "f", "args": {"q": SECRET}}}],
    },
    "gemini response": {
        "role": "user",
        "parts": [{"functionResponse": {"name": "f", "response": {"q": SECRET}}}],
    },
    "bedrock text": {"role": "user", "content": [{"text": SECRET}]},
    "bedrock tool": {
        "role": "assistant",
        "content": [{"toolUse": {"toolUseId": "t1", "name": "f", "input": {"q": SECRET}}}],
    },
    "bedrock result": {
        "role": "user",
        "content": [
            {
                "toolResult": {
                    "toolUseId": "t1",
                    "content": [{"json": {"q": SECRET}}],
                    "status": "ok",
                }
            }
        ],
    },
    "responses output": {
        "type": "function_call_output",
        "call_id": "c1",
        "output": f'{{"a":"{SECRET}"}}',
    },
    "file name": {"role": "user", "content": [{"type": "file", "file": {"filename": SECRET}}]},
    "address": {"role": "user", "content": [{"type": "image_url", "image_url": {"url": SECRET}}]},
    "no shape": {"whatever": [{"deep": {SECRET: [SECRET]}}]},
    "a word that is none": {"role": SECRET, "id": SECRET, "type": SECRET, "signature": SECRET},
    "a text": SECRET,
}


@pytest.mark.parametrize("name", SHAPES)
def test_texts_of_every_shape_are_looked_at(name: str) -> None:
    whole = cleansed({"messages": [SHAPES[name]], "answer": copy.deepcopy(SHAPES[name])})
    assert SECRET not in json.dumps(whole)
    assert '"X' in json.dumps(whole).replace("\\", "")


@pytest.mark.parametrize("name", SHAPES)
def test_nothing_else_of_a_message_changes(name: str) -> None:
    before = json.loads(json.dumps(SHAPES[name]))
    plain = json.loads(json.dumps(before).replace(SECRET, "plain"))
    assert cleansed({"messages": [copy.deepcopy(plain)]}) == {"messages": [plain]}


IMAGE = "iVBORw0KGgo" * 12
MEDIA = {
    "openai data url": {
        "type": "image_url",
        "image_url": {"url": f"data:image/png;base64,{IMAGE}"},
    },
    "openai audio": {"type": "input_audio", "input_audio": {"data": IMAGE, "format": "wav"}},
    "openai file": {"type": "file", "file": {"file_data": f"data:application/pdf;base64,{IMAGE}"}},
    "anthropic": {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": IMAGE},
    },
    "gemini": {"inlineData": {"mimeType": "image/png", "data": IMAGE}},
    "bedrock": {"image": {"format": "png", "source": {"bytes": IMAGE}}},
    "freeplay": {
        "type": "image",
        "media_reference": {
            "base64Data": IMAGE,
            "contentType": "image/png",
            "kind": "uploaded_file",
        },
    },
}


@pytest.mark.parametrize("name", MEDIA)
def test_data_of_images_and_sounds_are_left_out_and_that_is_said(name: str) -> None:
    whole = cleansed({"messages": [{"role": "user", "content": [MEDIA[name]]}]})
    told = json.dumps(whole)
    assert IMAGE not in told
    assert "left_out" in told


def test_media_inputs_lose_their_data_and_keep_their_names() -> None:
    media = {
        "photo": {"type": "base64", "data": IMAGE, "content_type": "image/png"},
        SECRET: {"type": "url", "url": f"https://example.org/{SECRET}"},
    }
    whole = cleansed({"media_inputs": media})["media_inputs"]
    assert whole["photo"]["data"] is None
    assert whole["photo"]["left_out"] == {"data": len(IMAGE) * 3 // 4}
    assert whole["X"] == {"type": "url", "url": "https://example.org/X"}


JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8) | st.just(SECRET),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["role", "type", "content", "parts", "text", "input", "data", "name", "id", "a b"]
            )
            | st.just(SECRET),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(JSON_VALUES, st.sampled_from(["messages", "answer", "inputs", "updates", "tool_schema"]))
@settings(max_examples=150, deadline=None)
def test_no_json_is_refused_for_its_shape_and_none_passes_unseen(value: object, name: str) -> None:
    assert SECRET not in json.dumps(cleansed({name: value}), ensure_ascii=False)


def test_what_is_nested_too_deep_is_refused() -> None:
    value: object = SECRET
    for _ in range(100):
        value = [value]
    reading = Reading()
    read_content({"messages": value}, reading)
    assert [problem.path[:8] for problem in reading.problems] == ["messages"]


def test_keys_and_values_of_metadata_are_looked_at() -> None:
    reading, metadata = Reading(), {"plan": SECRET, SECRET: {"inner": [1, SECRET]}}
    read_values(metadata, reading, "metadata")
    for leaf in reading.leaves:
        leaf.put(leaf.text.replace(SECRET, "X"))
    assert metadata == {"plan": "X", "X": {"inner": [1, "X"]}}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[{"content": "hi", "role": "user"}]', [{"content": "hi", "role": "user"}]),
        ("\n\nHuman: hi\n\nAssistant:", None),
        ('{"a": 1}', None),
        ('[{"a": 1, "a": 2}]', None),
        ("[" * 100_000, None),
    ],
    ids=["chat", "text", "object", "a key twice", "hostile"],
)
def test_prompts_of_0_1_6_are_read_as_what_they_are(text: str, found: object) -> None:
    assert messages_in(text) == found


@pytest.mark.parametrize("uid", ["", "a b", "x" * 65, "-a", "a-", "jane@example.org", "ü"])
def test_what_is_no_id_is_refused_without_being_quoted(uid: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        Ids({"session_id": uid})
    assert [problem.path for problem in refused.value.errors] == ["session_id"]
    assert not uid or uid not in str(refused.value.errors)


def test_an_id_in_which_something_is_found_is_refused() -> None:
    ids, reading = Ids({"session_id": "jane-miller", "trace_id": None}), Reading()
    ids.read(reading)
    (leaf,) = reading.leaves
    leaf.put("PERSON_0")
    with pytest.raises(Unprocessable) as refused:
        ids.check()
    assert "jane" not in str(refused.value.errors)


def test_ids_that_programs_make_are_not_analysed() -> None:
    reading = Reading()
    Ids({"session_id": "0b0b5a0e-5a1e-4f5e-9a43-2f8b8f3f0a11", "a": "a" * 32}).read(reading)
    assert reading.leaves == []
