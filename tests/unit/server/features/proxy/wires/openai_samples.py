"""Bodies of OpenAI's wires in which every member that holds text is there at least once."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from sluice.server.features.proxy.wires.reading import Reading
from sluice.server.features.proxy.wires.wire import Call, Wire

Json = Any
Steps = tuple[str | int, ...]
MARK = "Jane Roe, jane@roe.example"
"""A text that can be no id, no word and no base64."""
SCHEMA = {
    "type": "object",
    "title": "a title",
    "description": "what it is",
    "properties": {
        "who": {"type": "string", "enum": ["one person"], "default": "a default"},
        "first name": {"anyOf": [{"const": "a constant"}, {"$ref": "#/$defs/other"}]},
    },
    "required": ["who", "first name"],
    "$defs": {"other": {"type": "array", "items": {"examples": ["an example"]}}},
    "additionalProperties": False,
}
CHAT: dict[str, Json] = {
    "model": "m",
    "stream": False,
    "messages": [
        {"role": "system", "content": "be kind", "name": "a name"},
        {"role": "developer", "content": [{"type": "text", "text": "be brief"}]},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "a question", "prompt_cache_breakpoint": {"ttl": "30m"}}
            ],
        },
        {
            "role": "assistant",
            "content": None,
            "refusal": "I would rather not",
            "reasoning_content": "let me think",
            "reasoning_details": [{"type": "reasoning.text", "text": "hm hm", "signature": "QUI="}],
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "find", "arguments": '{"who": "some body"}'},
                },
                {"id": "call_2", "type": "custom", "custom": {"name": "sh", "input": "some code"}},
            ],
            "function_call": {"name": "old", "arguments": '{"a": ["some thing"]}'},
            "audio": {"id": "audio_1"},
        },
        {"role": "tool", "tool_call_id": "call_1", "content": '{"found": "some one"}'},
        {"role": "tool", "tool_call_id": "call_2", "content": [{"type": "text", "text": "so so"}]},
        {"role": "function", "name": "old", "content": "no JSON at all"},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "no way"}]},
    ],
    "tools": [
        {
            "type": "function",
            "function": {"name": "find", "description": "finds people", "parameters": SCHEMA},
        },
        {
            "type": "custom",
            "custom": {
                "name": "sh",
                "description": "a shell",
                "format": {"type": "grammar", "grammar": {"definition": "a: b", "syntax": "lark"}},
            },
        },
    ],
    "functions": [{"name": "old", "description": "an old one", "parameters": SCHEMA}],
    "function_call": {"name": "old"},
    "tool_choice": {"type": "function", "function": {"name": "find"}},
    "response_format": {
        "type": "json_schema",
        "json_schema": {"name": "answer", "description": "an answer", "schema": SCHEMA},
    },
    "prediction": {"type": "content", "content": "a guess of it"},
    "stop": ["an end", "another end"],
    "metadata": {"ticket": "of a person"},
    "user": "a user of ours",
    "safety_identifier": "a person of ours",
    "prompt_cache_key": "a key of ours",
    "web_search_options": {"user_location": {"approximate": {"city": "a city"}}},
    "logit_bias": {"50256": -100},
    "session_note": "an unknown member",
    "temperature": 0.5,
    "reasoning_effort": "low",
}
RESPONSES: dict[str, Json] = {
    "model": "m",
    "instructions": "be kind",
    "input": [
        {"role": "user", "content": "a question"},
        {
            "type": "message",
            "role": "assistant",
            "id": "msg_1",
            "status": "completed",
            "content": [
                {
                    "type": "output_text",
                    "text": "an answer",
                    "annotations": [{"type": "url_citation", "title": "a title", "url": "a b"}],
                    "logprobs": [{"token": "a to", "logprob": -1, "bytes": [97]}],
                },
                {"type": "refusal", "refusal": "no way"},
            ],
        },
        {
            "type": "reasoning",
            "id": "rs_1",
            "summary": [{"type": "summary_text", "text": "a summary"}],
            "content": [{"type": "reasoning_text", "text": "a thought"}],
            "encrypted_content": "gAAAAB-_x=",
        },
        {
            "type": "function_call",
            "call_id": "call_1",
            "name": "find",
            "arguments": '{"who": "some body"}',
        },
        {"type": "function_call_output", "call_id": "call_1", "output": '{"found": "some one"}'},
        {
            "type": "function_call_output",
            "call_id": "call_3",
            "output": [{"type": "input_text", "text": "in parts"}],
        },
        {"type": "custom_tool_call", "call_id": "call_2", "name": "sh", "input": "some code"},
        {"type": "custom_tool_call_output", "call_id": "call_2", "output": "some output"},
        {
            "type": "file_search_call",
            "id": "fs_1",
            "queries": ["a query"],
            "results": [{"file_id": "file_1", "filename": "a name.txt", "text": "a passage"}],
        },
        {"type": "web_search_call", "id": "ws_1", "action": {"type": "search", "query": "a word"}},
        {
            "type": "computer_call",
            "call_id": "call_4",
            "action": {"type": "type", "text": "typed text"},
            "pending_safety_checks": [{"id": "sc_1", "code": "c", "message": "a warning"}],
        },
        {
            "type": "code_interpreter_call",
            "id": "ci_1",
            "container_id": "cntr_1",
            "code": "print(1) # a comment",
            "outputs": [{"type": "logs", "logs": "some logs"}],
        },
        {
            "type": "local_shell_call",
            "call_id": "call_5",
            "action": {"type": "exec", "command": ["ls", "a dir"], "env": {"A": "a value"}},
        },
        {"type": "local_shell_call_output", "id": "lso_1", "output": "a listing"},
        {"type": "shell_call", "call_id": "call_6", "action": {"commands": ["cat a b"]}},
        {
            "type": "shell_call_output",
            "call_id": "call_6",
            "output": [{"stdout": "out put", "stderr": "err or", "outcome": {"type": "timeout"}}],
        },
        {
            "type": "apply_patch_call",
            "call_id": "call_7",
            "operation": {"type": "update_file", "path": "a file", "diff": "+ a line"},
        },
        {"type": "apply_patch_call_output", "call_id": "call_7", "output": "done it"},
        {
            "type": "mcp_list_tools",
            "id": "mcpl_1",
            "server_label": "s",
            "tools": [{"name": "t", "description": "a tool", "input_schema": SCHEMA}],
        },
        {"type": "mcp_approval_request", "id": "mcpr_1", "name": "t", "arguments": '{"a": "b c"}'},
        {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "reason": "why not"},
        {
            "type": "mcp_call",
            "id": "mcp_1",
            "name": "t",
            "arguments": '{"a": "b c"}',
            "output": "an output",
            "error": {"type": "http_error", "code": 1, "message": "an error"},
        },
        {"type": "tool_search_call", "arguments": {"goal": "a goal"}},
        {"type": "compaction", "encrypted_content": "gAAAAB-_x="},
        {"type": "program", "id": "p_1", "code": "some code", "fingerprint": "ab12"},
        {"type": "program_output", "id": "po_1", "result": "a result"},
        {"type": "item_reference", "id": "msg_0"},
        {"id": "msg_00"},
    ],
    "tools": [
        {"type": "function", "name": "find", "description": "finds people", "parameters": SCHEMA},
        {"type": "custom", "name": "sh", "description": "a shell", "format": {"type": "text"}},
        {
            "type": "mcp",
            "server_label": "s",
            "server_url": "https://mcp.example/sse",
            "server_description": "a server",
            "allowed_tools": ["t"],
            "require_approval": "never",
        },
        {
            "type": "file_search",
            "vector_store_ids": ["vs_1"],
            "filters": {"type": "eq", "key": "a key", "value": "a value"},
        },
        {"type": "web_search", "user_location": {"type": "approximate", "city": "a city"}},
        {"type": "code_interpreter", "container": {"type": "auto", "file_ids": ["file_1"]}},
        {
            "type": "namespace",
            "name": "ns",
            "description": "a space",
            "tools": [{"type": "function", "name": "g", "description": "gets it"}],
        },
        {"type": "tool_search", "description": "a search", "parameters": SCHEMA},
    ],
    "tool_choice": "auto",
    "text": {"format": {"type": "json_schema", "name": "answer", "schema": SCHEMA}},
    "prompt": {
        "id": "pmpt_1",
        "variables": {"who": "some body", "what": {"type": "input_text", "text": "some thing"}},
    },
    "metadata": {"ticket": "of a person"},
    "user": "a user of ours",
    "previous_response_id": "resp_0",
    "conversation": {"id": "conv_1"},
    "include": ["reasoning.encrypted_content"],
    "session_note": "an unknown member",
    "truncation": "auto",
    "store": True,
}


def strings(value: Json, steps: Steps = ()) -> Iterator[Steps]:
    """The ways to every string of a JSON value."""
    if isinstance(value, str):
        yield steps
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from strings(item, (*steps, index))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from strings(item, (*steps, name))


def with_value(body: Json, steps: Steps, value: Json) -> Json:
    """A copy of the body with another value at the end of a way."""
    copied = copy.deepcopy(body)
    holder = copied
    for step in steps[:-1]:
        holder = holder[step]
    holder[steps[-1]] = value
    return copied


def shown_steps(steps: Steps) -> str:
    """A way as the id of a test."""
    return ".".join(map(str, steps))


def read(wire: Wire, body: Json) -> tuple[Call, Reading]:
    """What the wire tells of the body."""
    reading = Reading()
    return wire.read(body, reading), reading


def cleansed(wire: Wire, body: Json, by: str = "PERSON_0") -> tuple[Json, Reading]:
    """The body with `MARK` swapped in every text that was told of; the caller's own stays."""
    body = copy.deepcopy(body)
    _, reading = read(wire, body)
    for leaf in reading.leaves:
        leaf.put(leaf.text.replace(MARK, by))
    reading.write_back()
    return body, reading
