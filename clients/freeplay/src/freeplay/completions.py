"""Templates as the server hands them out, and answers of models.

A `repr` shows no text of a prompt or an answer: it ends up in logs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from freeplay.llm_parameters import LLMParameters

ChatMessage = dict[str, str]
"""`role` and `content`, and what else a vendor's answer had."""

Dialect = Literal["format", "mustache"]
"""How a template names its variables: `{name}` as 0.1.6 reads it, or `{{name}}`."""


@dataclass
class CompletionResponse:
    """An answer. `is_complete` is False where the model stopped for want of space."""

    content: str = field(repr=False)
    is_complete: bool


@dataclass
class ChatCompletionResponse:
    """An answer within a chat; `message_history` has it as its last message."""

    content: str = field(repr=False)
    is_complete: bool
    message_history: list[ChatMessage] = field(repr=False)


@dataclass
class CompletionChunk:
    """A piece of an answer; `is_complete` is True for the last one of a whole answer."""

    text: str = field(repr=False)
    is_complete: bool


@dataclass
class PromptTemplateWithMetadata:
    """A version of a template. `content` is a text, or for a chat the JSON of its messages."""

    project_version_id: str
    prompt_template_id: str
    name: str
    content: str
    params: dict[str, Any] | None
    dialect: Dialect = "format"

    def get_params(self) -> LLMParameters:
        """Return the template's own parameters for the model."""
        return LLMParameters(self.params or {})


@dataclass
class PromptTemplates:
    """Every template of a project in one environment."""

    templates: list[PromptTemplateWithMetadata]
