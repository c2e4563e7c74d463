"""Whole answers of Anthropic's wires on their way to the caller."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from tests.unit.server.features.proxy.wires.restoring import Restoring, mapping_of

from sluice.server.features.proxy.wires.anthropic.complete import AnthropicComplete
from sluice.server.features.proxy.wires.anthropic.messages import (
    AnthropicCountTokens,
    AnthropicMessages,
)
from sluice.server.providers.base import Usage

NAME = 'Jane "JD" Doe'
MAIL = "jane@example.com"


def restoring() -> Restoring:
    """Knows PERSON_0 and EMAIL_ADDRESS_0."""
    return Restoring(mapping_of(PERSON=NAME, EMAIL_ADDRESS=MAIL))


def message_of(*blocks: object, **fields: object) -> dict[str, Any]:
    """An answer with these blocks."""
    return {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x",
            "content": list(blocks), "stop_reason": "end_turn", "stop_sequence": None,
            "usage": {"input_tokens": 3, "output_tokens": 5}, **fields}  # fmt: skip


RESTORED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "text": (
        {"type": "text", "text": "Hi PERSON_0!", "citations": None},
        {"type": "text", "text": f"Hi {NAME}!", "citations": None},
    ),
    "citations": (
        {"type": "text", "text": "x", "citations": [
            {"type": "char_location", "cited_text": "PERSON_0", "document_title": "of PERSON_0",
             "document_index": 0, "file_id": "PERSON_0"}]},
        {"type": "text", "text": "x", "citations": [
            {"type": "char_location", "cited_text": NAME, "document_title": f"of {NAME}",
             "document_index": 0, "file_id": "PERSON_0"}]},
    ),
    "tool_use": (
        {"type": "tool_use", "id": "toolu_1", "name": "PERSON_0",
         "input": {"to": ["EMAIL_ADDRESS_0", 7], "deep": {"who": "PERSON_0"}}},
        {"type": "tool_use", "id": "toolu_1", "name": "PERSON_0",
         "input": {"to": [MAIL, 7], "deep": {"who": NAME}}},
    ),
    "thinking": (
        {"type": "thinking", "thinking": "PERSON_0 asks", "signature": "PERSON_0"},
        {"type": "thinking", "thinking": "PERSON_0 asks", "signature": "PERSON_0"},
    ),
    "redacted_thinking": (
        {"type": "redacted_thinking", "data": "PERSON_0"},
        {"type": "redacted_thinking", "data": "PERSON_0"},
    ),
    "summary": (
        {"type": "compaction", "content": "PERSON_0", "signature": None},
        {"type": "compaction", "content": "PERSON_0", "signature": None},
    ),
    "web_search": (
        {"type": "web_search_tool_result", "tool_use_id": "s", "content": [
            {"type": "web_search_result", "title": "PERSON_0", "url": "https://PERSON_0",
             "page_age": None, "encrypted_content": "PERSON_0"}]},
        {"type": "web_search_tool_result", "tool_use_id": "s", "content": [
            {"type": "web_search_result", "title": NAME, "url": f"https://{NAME}",
             "page_age": None, "encrypted_content": "PERSON_0"}]},
    ),
    "code_execution": (
        {"type": "code_execution_tool_result", "tool_use_id": "s", "content": {
            "type": "code_execution_result", "stdout": "PERSON_0\n", "stderr": "PERSON_0",
            "return_code": 0, "content": []}},
        {"type": "code_execution_tool_result", "tool_use_id": "s", "content": {
            "type": "code_execution_result", "stdout": f"{NAME}\n", "stderr": NAME,
            "return_code": 0, "content": []}},
    ),
    "mcp_tools": (
        {"type": "mcp_tool_listing", "mcp_server_name": "s", "tools": [
            {"name": "n", "description": "PERSON_0", "input_schema": {"title": "PERSON_0"}}]},
        {"type": "mcp_tool_listing", "mcp_server_name": "s", "tools": [
            {"name": "n", "description": NAME, "input_schema": {"title": NAME}}]},
    ),
    "unknown_block": (
        {"type": "hologram", "deep": [{"words": "PERSON_0"}], "n": 1},
        {"type": "hologram", "deep": [{"words": NAME}], "n": 1},
    ),
    "unknown_field": (
        {"type": "text", "text": "x", "aside": {"words": "PERSON_0"}},
        {"type": "text", "text": "x", "aside": {"words": NAME}},
    ),
    "half_a_character": (
        {"type": "text", "text": "PERSON_0 \ud83d"},
        {"type": "text", "text": f"{NAME} \ufffd"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", RESTORED, ids=str)
def test_a_blocks_texts_are_restored_and_nothing_else(case: str) -> None:
    """Words get their originals; names, ids and what is signed or encrypted stay."""
    before, after = RESTORED[case]
    answer = message_of(copy.deepcopy(before))
    AnthropicMessages().rewrite(answer, restoring())
    assert answer == message_of(after)


def test_a_stop_sequence_and_an_explanation_are_restored() -> None:
    """The caller's own stop sequence was cleansed on its way out."""
    answer = message_of(
        stop_reason="stop_sequence",
        stop_sequence="PERSON_0:",
        stop_details={"type": "refusal", "explanation": "about PERSON_0"},
    )
    AnthropicMessages().rewrite(answer, restoring())
    assert answer["stop_sequence"] == f"{NAME}:"
    assert answer["stop_details"]["explanation"] == f"about {NAME}"


def test_the_outcome_counts_cached_input_as_input() -> None:
    """Anthropic counts cached tokens apart; all of them are input."""
    answer = message_of()
    answer["usage"] |= {"cache_read_input_tokens": 20, "cache_creation_input_tokens": 100}
    outcome = AnthropicMessages().rewrite(answer, restoring())
    assert outcome.usage == Usage(123, 5, cache_read_tokens=20, cache_write_tokens=100)
    assert (outcome.model, outcome.answer_id, outcome.finish) == ("claude-x", "msg_1", "stop")


FINISHED = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
    "never_heard_of": "error",
    None: None,
}


@pytest.mark.parametrize("reason", FINISHED, ids=str)
def test_every_stop_reason_has_its_finish(reason: str | None) -> None:
    """A reason that is not known is an error."""
    outcome = AnthropicMessages().rewrite(message_of(stop_reason=reason), restoring())
    assert outcome.finish == FINISHED[reason]


def test_an_answer_without_counts_has_no_usage() -> None:
    """Nothing is made up where the vendor said nothing."""
    answer = message_of()
    del answer["usage"]
    assert AnthropicMessages().rewrite(answer, restoring()).usage is None


def test_counted_tokens_pass_and_cost_nothing() -> None:
    """The number reaches the caller; it is no usage."""
    answer = {"input_tokens": 17, "context_management": {"original_input_tokens": 20}}
    outcome = AnthropicCountTokens().rewrite(answer, restoring())
    assert answer == {"input_tokens": 17, "context_management": {"original_input_tokens": 20}}
    assert outcome.usage is None


def test_a_whole_completion_is_restored() -> None:
    """The legacy wire has one text, and the stop sequence that ended it."""
    answer = {"type": "completion", "id": "compl_1", "model": "claude-x", "stop": "PERSON_0:",
              "completion": " Hi PERSON_0", "stop_reason": "stop_sequence"}  # fmt: skip
    outcome = AnthropicComplete().rewrite(answer, restoring())
    assert (answer["completion"], answer["stop"]) == (f" Hi {NAME}", f"{NAME}:")
    assert (outcome.finish, outcome.model, outcome.answer_id) == ("stop", "claude-x", "compl_1")
