"""What stands where in Anthropic's requests."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from sluice.server.features.proxy.wires.anthropic.messages import (
    AnthropicCountTokens,
    AnthropicMessages,
)
from sluice.server.features.proxy.wires.reading import Reading
from sluice.server.features.proxy.wires.wire import Wire

MESSAGES = AnthropicMessages()
SIGNATURE = "ErUB" + "a" * 40 + "=="


def body_of(*messages: object, **fields: object) -> dict[str, Any]:
    """A request with these messages."""
    return {"model": "m", "max_tokens": 9, "messages": list(messages), **fields}


def said_with(*blocks: object, role: str = "user") -> dict[str, Any]:
    """A request with one message of these blocks."""
    return body_of({"role": role, "content": list(blocks)})


def read(body: dict[str, Any], wire: Wire = MESSAGES) -> Reading:
    """What the wire tells of the body."""
    reading = Reading()
    wire.read(body, reading)
    return reading


def leaves(body: dict[str, Any], wire: Wire = MESSAGES) -> dict[str, tuple[str, str]]:
    """Speaker and text of every leaf, by path."""
    reading = read(body, wire)
    assert reading.problems == []
    return {leaf.path: (leaf.speaker, leaf.text) for leaf in reading.leaves}


def test_words_of_every_role_are_texts_of_that_role() -> None:
    """A message's content is a text, as a string and in blocks, for each role."""
    body = body_of(
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": [{"type": "text", "text": "two"}]},
        {"role": "system", "content": [{"type": "text", "text": "three"}]},
        system="zero",
    )
    assert leaves(body) == {
        "messages[0].content": ("user", "one"),
        "messages[1].content[0].text": ("assistant", "two"),
        "messages[2].content[0].text": ("system", "three"),
        "system": ("system", "zero"),
    }


BLOCKS: dict[str, tuple[dict[str, Any], dict[str, tuple[str, str]]]] = {
    "system_blocks_keep_cache_control": (
        body_of(system=[{"type": "text", "text": "s", "cache_control": {"type": "ephemeral"}}]),
        {"system[0].text": ("system", "s")},
    ),
    "citations": (
        said_with(
            {
                "type": "text",
                "text": "t",
                "citations": [
                    {"type": "char_location", "cited_text": "c", "document_title": "d",
                     "document_index": 0, "start_char_index": 0, "end_char_index": 1},
                    {"type": "web_search_result_location", "cited_text": "w", "title": None,
                     "url": "https://example.com/x", "encrypted_index": "AbC="},
                ],
            },
            role="assistant",
        ),
        {
            "messages[0].content[0].text": ("assistant", "t"),
            "messages[0].content[0].citations[0].cited_text": ("assistant", "c"),
            "messages[0].content[0].citations[0].document_title": ("assistant", "d"),
            "messages[0].content[0].citations[1].cited_text": ("assistant", "w"),
            "messages[0].content[0].citations[1].url": ("assistant", "https://example.com/x"),
        },
    ),
    "tool_use_value_by_value": (
        said_with(
            {"type": "tool_use", "id": "toolu_1", "name": "look_up",
             "input": {"who": "a b", "many": [{"deep": "c"}], "n": 7, "j d": None}},
            role="assistant",
        ),
        {
            "messages[0].content[0].input.who": ("assistant", "a b"),
            "messages[0].content[0].input.many[0].deep": ("assistant", "c"),
            "messages[0].content[0].input.?": ("assistant", "j d"),
        },
    ),
    "tool_result_string": (
        said_with({"type": "tool_result", "tool_use_id": "toolu_1", "content": "plain"}),
        {"messages[0].content[0].content": ("tool", "plain")},
    ),
    "tool_result_json_value_by_value": (
        said_with({"type": "tool_result", "tool_use_id": "t1", "content": '{"a": {"b": "x y"}}'}),
        {"messages[0].content[0].content.a.b": ("tool", "x y")},
    ),
    "tool_result_blocks": (
        said_with(
            {
                "type": "tool_result",
                "tool_use_id": "t1",
                "is_error": False,
                "content": [
                    {"type": "text", "text": "x"},
                    {"type": "search_result", "source": "https://example.com", "title": "y",
                     "content": [{"type": "text", "text": "z"}], "citations": {"enabled": True}},
                    {"type": "tool_reference", "tool_name": "look_up"},
                    {"type": "browser_state",
                     "tabs": [{"tab_id": "t", "title": "v", "url": "u", "active": True}],
                     "state_changes": [{"type": "download_failed", "download_id": "d",
                                        "url": "u2", "error": "e"}]},
                ],
            }
        ),
        {
            "messages[0].content[0].content[0].text": ("tool", "x"),
            "messages[0].content[0].content[1].source": ("tool", "https://example.com"),
            "messages[0].content[0].content[1].title": ("tool", "y"),
            "messages[0].content[0].content[1].content[0].text": ("tool", "z"),
            "messages[0].content[0].content[3].tabs[0].title": ("tool", "v"),
            "messages[0].content[0].content[3].tabs[0].url": ("tool", "u"),
            "messages[0].content[0].content[3].state_changes[0].url": ("tool", "u2"),
            "messages[0].content[0].content[3].state_changes[0].error": ("tool", "e"),
        },
    ),
    "documents_of_words": (
        said_with(
            {"type": "document", "title": "t", "context": "c", "citations": {"enabled": True},
             "source": {"type": "text", "media_type": "text/plain", "data": "d"}},
            {"type": "document", "source": {"type": "content", "content": "e"}},
            {"type": "document",
             "source": {"type": "content", "content": [{"type": "text", "text": "f"}]}},
        ),
        {
            "messages[0].content[0].title": ("user", "t"),
            "messages[0].content[0].context": ("user", "c"),
            "messages[0].content[0].source.data": ("user", "d"),
            "messages[0].content[1].source.content": ("user", "e"),
            "messages[0].content[2].source.content[0].text": ("user", "f"),
        },
    ),
    "server_tools": (
        said_with(
            {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "q"}},
            {"type": "web_search_tool_result", "tool_use_id": "s1", "content": [
                {"type": "web_search_result", "title": "t", "url": "https://example.com",
                 "page_age": "June 3", "encrypted_content": "AAAA"}]},
            {"type": "web_search_tool_result", "tool_use_id": "s1",
             "content": {"type": "web_search_tool_result_error", "error_code": "unavailable"}},
            {"type": "web_fetch_tool_result", "tool_use_id": "s1", "content": {
                "type": "web_fetch_result", "url": "https://example.com/a",
                "retrieved_at": "2026-01-02T03:04:05Z",
                "content": {"type": "document", "title": "d", "source": {
                    "type": "text", "media_type": "text/plain", "data": "page"}}}},
            {"type": "bash_code_execution_tool_result", "tool_use_id": "s1", "content": {
                "type": "bash_code_execution_result", "stdout": "out", "stderr": "err",
                "return_code": 0,
                "content": [{"type": "bash_code_execution_output", "file_id": "file_1"}]}},
            {"type": "text_editor_code_execution_tool_result", "tool_use_id": "s1", "content": {
                "type": "text_editor_code_execution_view_result", "file_type": "text",
                "content": "seen", "num_lines": 1}},
            {"type": "mcp_tool_use", "id": "m1", "name": "n", "server_name": "s",
             "input": {"a": "b"}},
            {"type": "mcp_tool_result", "tool_use_id": "m1", "is_error": False,
             "content": [{"type": "text", "text": "mcp"}]},
            role="assistant",
        ),
        {
            "messages[0].content[0].input.query": ("assistant", "q"),
            "messages[0].content[1].content[0].title": ("tool", "t"),
            "messages[0].content[1].content[0].url": ("tool", "https://example.com"),
            "messages[0].content[1].content[0].page_age": ("tool", "June 3"),
            "messages[0].content[3].content.url": ("tool", "https://example.com/a"),
            "messages[0].content[3].content.content.title": ("tool", "d"),
            "messages[0].content[3].content.content.source.data": ("tool", "page"),
            "messages[0].content[4].content.stdout": ("tool", "out"),
            "messages[0].content[4].content.stderr": ("tool", "err"),
            "messages[0].content[5].content.content": ("tool", "seen"),
            "messages[0].content[6].input.a": ("assistant", "b"),
            "messages[0].content[7].content[0].text": ("tool", "mcp"),
        },
    ),
    "own_tools": (
        body_of(
            tools=[
                {
                    "name": "look_up",
                    "description": "d",
                    "input_examples": [{"who": "x y"}],
                    "input_schema": {
                        "type": "object",
                        "required": ["who", "c d"],
                        "properties": {
                            "who": {"type": ["string", "null"], "description": "e",
                                    "enum": ["f", 1], "default": "g", "examples": ["h"]},
                            "c d": {"$ref": "#/$defs/inner"},
                        },
                        "$defs": {"inner": {"const": "i", "title": "j"}},
                        "additionalProperties": False,
                    },
                }
            ],
            tool_choice={"type": "tool", "name": "look_up"},
        ),
        {
            "tools[0].description": ("system", "d"),
            "tools[0].input_examples[0].who": ("system", "x y"),
            "tools[0].input_schema.required[1]": ("system", "c d"),
            "tools[0].input_schema.properties.who.description": ("system", "e"),
            "tools[0].input_schema.properties.who.enum[0]": ("system", "f"),
            "tools[0].input_schema.properties.who.default": ("system", "g"),
            "tools[0].input_schema.properties.who.examples[0]": ("system", "h"),
            "tools[0].input_schema.properties.?": ("system", "c d"),
            "tools[0].input_schema.$defs.inner.const": ("system", "i"),
            "tools[0].input_schema.$defs.inner.title": ("system", "j"),
        },
    ),
    "vendor_tools": (
        body_of(
            tools=[
                {"type": "bash_20250124", "name": "bash"},
                {"type": "text_editor_20250728", "name": "str_replace_based_edit_tool"},
                {"type": "computer_20250124", "name": "computer", "display_width_px": 100},
                {"type": "web_search_20250305", "name": "web_search", "max_uses": 2,
                 "allowed_domains": ["example.com", "docs.example.com/guide"],
                 "user_location": {"type": "approximate", "city": "Springfield", "country": "US",
                                   "region": "IL", "timezone": "America/Chicago"}},
                {"type": "mcp_toolset", "mcp_server_name": "s",
                 "tools": [{"name": "n", "description": "o", "input_schema": {}}]},
            ]
        ),
        {
            "tools[3].user_location.city": ("system", "Springfield"),
            "tools[3].user_location.country": ("system", "US"),
            "tools[3].user_location.region": ("system", "IL"),
            "tools[3].user_location.timezone": ("system", "America/Chicago"),
            "tools[4].tools[0].description": ("system", "o"),
        },
    ),
    "the_rest": (
        body_of(
            stop_sequences=["END now", "x"],
            metadata={"user_id": "somebody", "more": "m"},
            output_config={"effort": "high", "format": {
                "type": "json_schema", "schema": {"type": "object", "description": "k"}}},
            thinking={"type": "enabled", "budget_tokens": 1024},
            container={"id": "container_1", "skills": [{"type": "anthropic", "skill_id": "pptx"}]},
            context_management={"edits": [{"type": "compact_20260112", "instructions": "short"}]},
            mcp_servers=[{"type": "url", "name": "s", "url": "https://example.com/mcp?k=v",
                          "authorization_token": "-".join(("not", "a", "secret"))}],
            service_tier="auto",
            not_yet_known={"a": ["b"], "n": 1},
        ),
        {
            "stop_sequences[0]": ("client", "END now"),
            "stop_sequences[1]": ("client", "x"),
            "metadata.user_id": ("client", "somebody"),
            "metadata.more": ("client", "m"),
            "output_config.format.schema.description": ("system", "k"),
            "context_management.edits[0].instructions": ("client", "short"),
            "not_yet_known.a[0]": ("client", "b"),
        },
    ),
    "what_is_no_word_is_a_text": (
        body_of(service_tier="call me at 5", tool_choice={"type": "tool", "name": "j@example.com"},
                user_profile_id="4111111111111111"),
        {
            "service_tier": ("client", "call me at 5"),
            "tool_choice.name": ("client", "j@example.com"),
            "user_profile_id": ("client", "4111111111111111"),
        },
    ),
    "unsigned_summary": (
        said_with({"type": "compaction", "content": "sum"}, role="assistant"),
        {"messages[0].content[0].content": ("assistant", "sum")},
    ),
    "added_tools": (
        body_of({"role": "system", "content": [{"type": "tool_addition", "tool": {
            "type": "tool_definition",
            "definition": {"name": "n", "description": "q", "input_schema": {}}}}]}),
        {"messages[0].content[0].tool.definition.description": ("system", "q")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BLOCKS, ids=str)
def test_every_text_is_found_where_it_stands(case: str) -> None:
    """Texts have their path and speaker; names, ids and settings are none."""
    body, expected = BLOCKS[case]
    assert leaves(copy.deepcopy(body)) == expected


SIGNED: dict[str, dict[str, Any]] = {
    "thinking": {"type": "thinking", "thinking": "Ask PERSON_0.", "signature": SIGNATURE},
    "redacted_thinking": {"type": "redacted_thinking", "data": SIGNATURE},
    "summary": {"type": "compaction", "content": "A. B.", "signature": SIGNATURE},
    "encrypted_result": {
        "type": "code_execution_tool_result",
        "tool_use_id": "s1",
        "content": {"type": "encrypted_code_execution_result", "encrypted_stdout": SIGNATURE,
                    "stderr": "", "return_code": 0, "content": []},
    },
}  # fmt: skip


@pytest.mark.parametrize("case", SIGNED, ids=str)
def test_what_is_signed_or_encrypted_stays_byte_for_byte(case: str) -> None:
    """Signed blocks hold no texts, are counted, and come out as they went in."""
    body = said_with(SIGNED[case], role="assistant")
    before = json.dumps(body)
    reading = read(body)
    reading.write_back()
    assert (reading.leaves, reading.problems) == ([], [])
    assert json.dumps(body) == before
    assert sum(reading.passed.values()) >= 4


REFUSED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "unknown_block": (said_with({"type": "hologram", "text": "x"}),
                      ["messages[0].content[0].type"]),
    "unknown_block_in_a_result": (
        said_with({"type": "tool_result", "tool_use_id": "a", "content": [{"type": "hologram"}]}),
        ["messages[0].content[0].content[0].type"]),
    "block_without_type": (said_with({"text": "x"}), ["messages[0].content[0]"]),
    "block_that_is_a_string": (said_with("x"), ["messages[0].content[0]"]),
    "content_that_is_a_number": (body_of({"role": "user", "content": 7}), ["messages[0].content"]),
    "text_that_is_an_object": (said_with({"type": "text", "text": {"a": "b"}}),
                               ["messages[0].content[0].text"]),
    "unknown_role": (body_of({"role": "oracle", "content": "x"}), ["messages[0].role"]),
    "message_that_is_a_string": (body_of("x"), ["messages[0].role"]),
    "messages_that_are_none": ({"model": "m", "messages": "x"}, ["messages"]),
    "nothing_at_all": ({}, ["messages", "model"]),
    "model_that_is_a_number": ({**body_of(), "model": 7}, ["model"]),
    "stream_that_is_a_word": ({**body_of(), "stream": "yes"}, ["stream"]),
    "unknown_source": (said_with({"type": "document", "source": {"type": "carrier_pigeon"}}),
                       ["messages[0].content[0].source.type"]),
    "data_that_are_words": (
        said_with({"type": "image", "source": {"type": "base64", "data": "call me"}}),
        ["messages[0].content[0].source.data"]),
    "data_that_are_a_list": (
        said_with({"type": "image", "source": {"type": "base64", "data": ["AA=="]}}),
        ["messages[0].content[0].source.data"]),
    "signature_with_words": (
        said_with({"type": "thinking", "thinking": "", "signature": "call j@example.com"}),
        ["messages[0].content[0].signature"]),
    "thinking_that_is_an_object": (
        said_with({"type": "thinking", "thinking": {"a": "b"}, "signature": ""}),
        ["messages[0].content[0].thinking"]),
    "many_at_once": (
        body_of({"role": "oracle"}, {"role": "user", "content": [{"type": "x"}, 7]}),
        ["messages[0].role", "messages[1].content[0].type", "messages[1].content[1]"]),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_what_is_not_understood_is_refused_with_every_path(case: str) -> None:
    """No unknown shape passes; each problem names its path and quotes nothing."""
    body, paths = REFUSED[case]
    problems = read(copy.deepcopy(body)).problems
    assert [problem.path for problem in problems] == paths
    assert not any(word in p.message for p in problems for word in ("hologram", "example.com"))


def test_nesting_without_end_is_refused() -> None:
    """Results in results, settings in settings and schemas in schemas end at a limit."""
    block: Any = {"type": "text", "text": "x"}
    setting: Any = "x"
    schema: Any = {"type": "string"}
    for _ in range(70):
        block = {"type": "tool_result", "tool_use_id": "a", "content": [block]}
        setting = {"a": setting}
        schema = {"items": schema}
    body = body_of({"role": "user", "content": [block]}, container=setting)
    body["tools"] = [{"name": "n", "input_schema": schema}]
    assert len(read(body).problems) == 3


ATTACHED: dict[str, tuple[dict[str, Any], tuple[str, str, str, str | None]]] = {
    "image_data": (
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}},
        ("messages[0].content[0].source", "image", "image/png", "AA=="),
    ),
    "image_address": (
        {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}},
        ("messages[0].content[0].source", "image", "", None),
    ),
    "document_data": (
        {"type": "document",
         "source": {"type": "base64", "media_type": "application/pdf", "data": "AA=="}},
        ("messages[0].content[0].source", "document", "application/pdf", "AA=="),
    ),
    "document_file": (
        {"type": "document", "source": {"type": "file", "file_id": "file_1"}},
        ("messages[0].content[0].source", "document", "", None),
    ),
    "upload": (
        {"type": "container_upload", "file_id": "file_1"},
        ("messages[0].content[0]", "document", "", None),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ATTACHED, ids=str)
def test_images_documents_and_uploads_are_attachments(case: str) -> None:
    """The policy decides about them: data is there where the caller sent it."""
    block, expected = ATTACHED[case]
    reading = read(said_with(copy.deepcopy(block)))
    found = [(a.path, a.kind, a.media_type, a.data) for a in reading.attachments]
    assert (found, reading.problems) == ([expected], [])


def test_the_address_of_an_attachment_is_a_text() -> None:
    """It is sent if the policy lets the attachment pass, so it is cleansed."""
    source = {"type": "url", "url": "https://example.com/?of=j@example.com"}
    found = leaves(said_with({"type": "image", "source": source}))
    assert found == {"messages[0].content[0].source.url": ("user", source["url"])}


def test_an_extracted_text_takes_the_place_of_its_attachment() -> None:
    """A document keeps its title; an image becomes a text block with its cache mark."""
    cached = {"cache_control": {"type": "ephemeral"}}
    pdf = {"type": "base64", "media_type": "application/pdf", "data": "AA=="}
    body = said_with(
        {"type": "document", "title": "t", "source": dict(pdf)},
        {"type": "image", "source": {"type": "url", "url": "https://example.com"}, **cached},
    )
    for attachment in read(body).attachments:
        attachment.replace("words")
    document = {"type": "text", "media_type": "text/plain", "data": "words"}
    assert body["messages"][0]["content"] == [
        {"type": "document", "title": "t", "source": document},
        {"type": "text", "text": "words", **cached},
    ]


def test_counting_tokens_reads_the_same_body() -> None:
    """What is counted is cleansed as what is sent."""
    wire = AnthropicCountTokens()
    body, expected = BLOCKS["own_tools"]
    assert leaves(copy.deepcopy(body), wire) == expected
    assert (wire.name, wire.path) == ("anthropic.count_tokens", "v1/messages/count_tokens")


def test_a_value_carries_the_name_of_its_field() -> None:
    """It may be the only thing that says what the value is; words of a turn have none."""
    told = '{"ssn": ["078051120"], "home phone": {"type": "x"}}'
    body = said_with(
        {"type": "text", "text": "hi"},
        {"type": "tool_use", "id": "a", "name": "n", "input": {"ssn": "078051120"}},
        {"type": "tool_result", "tool_use_id": "a", "content": told},
    )
    assert [(leaf.label, leaf.text) for leaf in read(body).leaves] == [
        ("", "hi"),
        ("ssn", "078051120"),
        ("ssn", "078051120"),
        ("type", "x"),
        ("", "home phone"),
    ]
