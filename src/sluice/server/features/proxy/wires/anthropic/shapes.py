"""Where text stands in Anthropic's objects: tables of fields, for requests and answers alike.

Source: Anthropic's API reference, "Create a Message", "Count tokens in a Message" and "Streaming
messages", and the types of its Python SDK, versions 0.34 to 2.12, those of its beta included.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, Final

from sluice.server.features.proxy.wires.reading import Speaker


class Place(Enum):
    """What stands in a field."""

    TEXT = auto()
    """Words: a string, or a list of strings."""
    JSON = auto()
    """Any JSON value; each string in it is a text."""
    WORD = auto()
    """Names, ids, words of an enumeration, settings: one value or many, nested as they are."""
    SEALED = auto()
    """Signed words, or a credential: left as it is, byte for byte."""
    ENCRYPTED = auto()
    """What only the vendor can read, and signatures: left as it is, byte for byte."""
    INSIDE = auto()
    """A text, an object that says its `type`, or a list of such objects."""
    MESSAGES = auto()
    """The turns of a conversation."""
    SOURCE = auto()
    """Where an image or a document comes from."""
    SCHEMA = auto()
    """A JSON Schema."""
    END_USER = auto()
    """Whom the call is made for: a text, at times JSON."""


Shape = Mapping[str, Any]
"""Fields and what stands in them: a `Place`, or a shape for an object or a list of objects."""

_ANY: Final[Shape] = {"type": Place.WORD, "cache_control": Place.WORD}
"""Fields that every object with a `type` may have."""
_USED: Final[Shape] = {
    "id": Place.WORD,
    "name": Place.WORD,
    "input": Place.JSON,
    "caller": Place.WORD,
    "toolset_name": Place.WORD,
    "server_name": Place.WORD,
}
_RESULT: Final[Shape] = {
    "tool_use_id": Place.WORD,
    "content": Place.INSIDE,
    "is_error": Place.WORD,
    "caller": Place.WORD,
    "toolset_name": Place.WORD,
}
_FAILED: Final[Shape] = {"error_code": Place.WORD, "error_message": Place.TEXT}
_RAN: Final[Shape] = {
    "content": Place.INSIDE,
    "stdout": Place.TEXT,
    "stderr": Place.TEXT,
    "encrypted_stdout": Place.ENCRYPTED,
    "return_code": Place.WORD,
}
_DOWNLOAD: Final[Shape] = {
    "download_id": Place.WORD,
    "url": Place.TEXT,
    "path": Place.TEXT,
    "error": Place.TEXT,
    "size_bytes": Place.WORD,
}
_FOUND_IN_DOCUMENT: Final[Shape] = {
    "cited_text": Place.TEXT,
    "document_title": Place.TEXT,
    "file_id": Place.WORD,
}
_FOUND_BY_SEARCH: Final[Shape] = {
    "cited_text": Place.TEXT,
    "title": Place.TEXT,
    "url": Place.TEXT,
    "source": Place.TEXT,
    "encrypted_index": Place.ENCRYPTED,
}
_TOOL_FIELDS: Final[Shape] = {
    "type": Place.WORD,
    "name": Place.WORD,
    "mcp_server_name": Place.WORD,
    "description": Place.TEXT,
    "input_schema": Place.SCHEMA,
    "input_examples": Place.JSON,
    "user_location": {
        "type": Place.WORD,
        "city": Place.TEXT,
        "region": Place.TEXT,
        "country": Place.TEXT,
        "timezone": Place.TEXT,
    },
    "cache_control": Place.WORD,
    "caching": Place.WORD,
    "citations": Place.WORD,
    "allowed_callers": Place.WORD,
    "allowed_domains": Place.WORD,
    "blocked_domains": Place.WORD,
    "url_sources": Place.WORD,
    "response_inclusion": Place.WORD,
    "model": Place.WORD,
    "configs": Place.WORD,
    "default_config": Place.WORD,
}
TOOL: Final[Shape] = {**_TOOL_FIELDS, "tools": _TOOL_FIELDS}
"""A tool of the caller's, one of the vendor's, or a set of tools."""

_OBJECTS: Final[Mapping[str, Shape]] = {
    "text": {"text": Place.TEXT, "citations": Place.INSIDE},
    "image": {"source": Place.SOURCE, "transformations": Place.WORD},
    "document": {
        "source": Place.SOURCE,
        "title": Place.TEXT,
        "context": Place.TEXT,
        "citations": Place.WORD,
    },
    "search_result": {
        "source": Place.TEXT,
        "title": Place.TEXT,
        "content": Place.INSIDE,
        "citations": Place.WORD,
    },
    "thinking": {"thinking": Place.SEALED, "signature": Place.ENCRYPTED},
    "redacted_thinking": {"data": Place.ENCRYPTED},
    "tool_use": _USED,
    "server_tool_use": _USED,
    "mcp_tool_use": _USED,
    "tool_result": _RESULT,
    "mcp_tool_result": _RESULT,
    "web_search_tool_result": _RESULT,
    "web_fetch_tool_result": _RESULT,
    "code_execution_tool_result": _RESULT,
    "bash_code_execution_tool_result": _RESULT,
    "text_editor_code_execution_tool_result": _RESULT,
    "tool_search_tool_result": _RESULT,
    "advisor_tool_result": _RESULT,
    "web_search_tool_result_error": _FAILED,
    "web_fetch_tool_result_error": _FAILED,
    "code_execution_tool_result_error": _FAILED,
    "bash_code_execution_tool_result_error": _FAILED,
    "text_editor_code_execution_tool_result_error": _FAILED,
    "tool_search_tool_result_error": _FAILED,
    "advisor_tool_result_error": _FAILED,
    "web_search_result": {
        "title": Place.TEXT,
        "url": Place.TEXT,
        "page_age": Place.TEXT,
        "encrypted_content": Place.ENCRYPTED,
    },
    "web_fetch_result": {
        "url": Place.TEXT,
        "content": Place.INSIDE,
        "retrieved_at": Place.WORD,
    },
    "code_execution_result": _RAN,
    "encrypted_code_execution_result": _RAN,
    "bash_code_execution_result": _RAN,
    "code_execution_output": {"file_id": Place.WORD},
    "bash_code_execution_output": {"file_id": Place.WORD},
    "text_editor_code_execution_view_result": {
        "content": Place.INSIDE,
        "file_type": Place.WORD,
    },
    "text_editor_code_execution_create_result": {},
    "text_editor_code_execution_str_replace_result": {"lines": Place.TEXT},
    "tool_search_tool_search_result": {"tool_references": Place.INSIDE},
    "tool_reference": {"tool_name": Place.WORD, "name": Place.WORD},
    "advisor_result": {"text": Place.TEXT, "stop_reason": Place.WORD},
    "advisor_redacted_result": {
        "encrypted_content": Place.ENCRYPTED,
        "stop_reason": Place.WORD,
    },
    "mcp_tool_listing": {"mcp_server_name": Place.WORD, "tools": TOOL},
    "mcp_tool_reference": {"name": Place.WORD, "server_name": Place.WORD},
    "mcp_toolset_reference": {"server_name": Place.WORD},
    "tool_definition": {"definition": TOOL},
    "tool_addition": {"tool": Place.INSIDE},
    "tool_removal": {"tool": Place.INSIDE},
    "container_upload": {"file_id": Place.WORD},
    "fallback": {"from": Place.WORD, "to": Place.WORD, "trigger": Place.WORD},
    "browser_state": {
        "tabs": {"tab_id": Place.WORD, "title": Place.TEXT, "url": Place.TEXT},
        "state_changes": Place.INSIDE,
    },
    "tab_opened": {"tab_id": Place.WORD},
    "download_started": _DOWNLOAD,
    "download_completed": _DOWNLOAD,
    "download_failed": _DOWNLOAD,
    "char_location": _FOUND_IN_DOCUMENT,
    "page_location": _FOUND_IN_DOCUMENT,
    "content_block_location": _FOUND_IN_DOCUMENT,
    "web_search_result_location": _FOUND_BY_SEARCH,
    "search_result_location": _FOUND_BY_SEARCH,
    "compaction": {
        "content": Place.INSIDE,
        "encrypted_content": Place.ENCRYPTED,
        "signature": Place.ENCRYPTED,
        "tool_changes": Place.INSIDE,
    },
}
OBJECTS: Final[Mapping[str, Shape]] = {kind: {**_ANY, **shape} for kind, shape in _OBJECTS.items()}
"""Every object with a `type` that the wire has, citations included; by that type."""
SOURCE: Final[Shape] = {
    "type": Place.WORD,
    "media_type": Place.WORD,
    "url": Place.TEXT,
    "file_id": Place.WORD,
}
"""Where an attachment comes from, but for its data."""
SEALED_COMPACTION: Final[Shape] = {
    **_ANY,
    "content": Place.SEALED,
    "encrypted_content": Place.ENCRYPTED,
    "signature": Place.ENCRYPTED,
    "tool_changes": Place.INSIDE,
}
"""A summary that the vendor made: its signature covers it, so it goes back as it came."""

TOOLS_SPEAK: Final = frozenset(name for name, shape in _OBJECTS.items() if shape is _RESULT)
"""Objects whose words are a tool's, whoever's turn they stand in."""
SPEAKERS: Final[Mapping[str, Speaker]] = {
    "user": "user",
    "assistant": "assistant",
    "system": "system",
}
"""By the role of a message."""

SAID_BY_SYSTEM: Final = frozenset({"system", "tools", "output_config", "output_format"})
"""Fields of a request that say what the model is to do."""

_FORMAT: Final[Shape] = {"type": Place.WORD, "name": Place.WORD, "schema": Place.SCHEMA}
_OUTPUT: Final[Shape] = {
    "effort": Place.WORD,
    "format": _FORMAT,
    "task_budget": Place.WORD,
}
_SUMMARY: Final[Shape] = {"type": Place.WORD, "instructions": Place.TEXT, "trigger": Place.WORD}

METADATA: Final[Shape] = {"user_id": Place.END_USER}
MESSAGE: Final[Shape] = {
    "role": Place.WORD,
    "content": Place.INSIDE,
    "clear_at": Place.WORD,
    "output_config": _OUTPUT,
}
"""One turn of a conversation."""
REQUEST: Final[Shape] = {
    "model": Place.SEALED,
    "messages": Place.MESSAGES,
    "system": Place.INSIDE,
    "tools": TOOL,
    "tool_choice": Place.WORD,
    "metadata": METADATA,
    "stop_sequences": Place.TEXT,
    "output_config": _OUTPUT,
    "output_format": _FORMAT,
    "mcp_servers": {
        "type": Place.WORD,
        "name": Place.WORD,
        "url": Place.SEALED,
        "authorization_token": Place.SEALED,
        "tool_configuration": Place.WORD,
    },
    "context_management": {
        "edits": {
            **_SUMMARY,
            "keep": Place.WORD,
            "clear_at_least": Place.WORD,
            "clear_tool_inputs": Place.WORD,
            "exclude_tools": Place.WORD,
        }
    },
    "compaction": _SUMMARY,
    "fallbacks": {
        "model": Place.WORD,
        "output_config": _OUTPUT,
        "speed": Place.WORD,
        "thinking": Place.WORD,
    },
    "fallback_credit_token": {"token": Place.SEALED, "mode": Place.WORD},
    "cache_control": Place.WORD,
    "container": Place.WORD,
    "diagnostics": Place.WORD,
    "thinking": Place.WORD,
    "thread": Place.WORD,
    "billing_policy": Place.WORD,
    "service_tier": Place.WORD,
    "speed": Place.WORD,
    "inference_geo": Place.WORD,
    "user_profile_id": Place.WORD,
    "workspace_id": Place.WORD,
    "betas": Place.WORD,
    "anthropic_beta": Place.WORD,
    "anthropic_version": Place.WORD,
}
"""The body of a request; the model's name in it is never sent."""

_STOP_DETAILS: Final[Shape] = {
    "type": Place.WORD,
    "category": Place.WORD,
    "explanation": Place.TEXT,
    "recommended_model": Place.WORD,
    "fallback_credit_token": Place.SEALED,
}
STOPPED: Final[Shape] = {
    "stop_reason": Place.WORD,
    "stop_sequence": Place.TEXT,
    "stop_details": _STOP_DETAILS,
    "container": Place.WORD,
}
"""How a message ended: its last fields, and the delta of `message_delta`."""
BESIDE: Final[Shape] = {
    "type": Place.WORD,
    "usage": Place.WORD,
    "context_management": Place.WORD,
    "input_transformations": Place.WORD,
    "diagnostics": Place.WORD,
}
ANSWER: Final[Shape] = {
    **STOPPED,
    **BESIDE,
    "id": Place.WORD,
    "role": Place.WORD,
    "model": Place.WORD,
    "content": Place.INSIDE,
}
"""A message of the model's."""
COMPLETION_REQUEST: Final[Shape] = {
    "model": Place.SEALED,
    "metadata": METADATA,
    "stop_sequences": Place.TEXT,
}
"""The body of a legacy text completion, but for its prompt."""
COMPLETION: Final[Shape] = {
    "type": Place.WORD,
    "id": Place.WORD,
    "log_id": Place.WORD,
    "model": Place.WORD,
    "stop_reason": Place.WORD,
    "stop": Place.TEXT,
    "completion": Place.TEXT,
}
