"""One call of a model: what goes in, what comes out, and the recording of both."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from freeplay.completions import (
    ChatCompletionResponse,
    ChatMessage,
    CompletionChunk,
    CompletionResponse,
    PromptTemplateWithMetadata,
)
from freeplay.errors import CompletionError, FreeplayError
from freeplay.flavors import Flavor
from freeplay.llm_parameters import LLMParameters


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call belongs: its session, the tag of its templates, a test run perhaps."""

    session_id: str
    tag: str
    test_run_id: str | None = None


@dataclass
class ModelCall:
    """A call that is being made. `messages` is None for a flavor of texts.

    Times are whole seconds since 1970, as the wire has them.
    """

    place: Place
    flavor: Flavor
    template: PromptTemplateWithMetadata
    params: LLMParameters
    variables: Mapping[str, Any] = field(repr=False)
    prompt: str = field(repr=False)
    messages: list[ChatMessage] | None = field(default=None, repr=False)
    pieces: list[str] = field(default_factory=list, repr=False)
    is_complete: bool = False
    start_time: int = 0
    end_time: int = 0

    def begin(self) -> None:
        """Note the time."""
        self.start_time = int(time.time())

    def saw(self, chunk: CompletionChunk) -> None:
        """Take a piece of the answer."""
        self.pieces.append(chunk.text or "")
        self.is_complete = chunk.is_complete

    def answered(self, response: CompletionResponse | ChatCompletionResponse) -> None:
        """Take a whole answer."""
        self.pieces.append(response.content or "")
        self.is_complete = response.is_complete

    def ended(self) -> None:
        """Note the time."""
        self.end_time = int(time.time())

    def failed(self, error: Exception) -> FreeplayError:
        """Return what the caller sees of an error of the model; the answer is not complete."""
        self.is_complete = False
        if isinstance(error, FreeplayError):
            return error
        status = getattr(error, "status_code", None)
        said = f"{type(error).__name__}, status {status}" if status else type(error).__name__
        message = f"Error calling service ({said})"
        return CompletionError(message, vendor_error=error)  # no-payload: shown by no message

    def recording(self) -> dict[str, Any]:
        """Return the body of `POST v1/record`."""
        payload = {
            "session_id": self.place.session_id,
            "project_version_id": self.template.project_version_id,
            "prompt_template_id": self.template.prompt_template_id,
            "start_time": self.start_time,
            "end_time": self.end_time,
            "tag": self.place.tag,
            "inputs": {name: _text(value) for name, value in self.variables.items()},
            "prompt_content": self.prompt,
            "return_content": "".join(self.pieces),
            "format_type": self.flavor.record_format_type,
            "is_complete": self.is_complete,
            "model": self.flavor.get_model_params(self.params).get("model"),
        }
        if self.place.test_run_id is not None:
            payload["test_run_id"] = self.place.test_run_id
        return payload


def _text(value: object) -> str:
    """A variable as the wire has it: a text."""
    if isinstance(value, dict | list):
        return json.dumps(value, separators=(",", ":"))
    return value if isinstance(value, str) else str(value)
