"""What every flavor is. A flavor of your own needs the abstract methods and nothing else."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Generator
from contextlib import suppress
from typing import Any, ClassVar, Final, Self, cast

from freeplay.completions import (
    ChatCompletionResponse,
    ChatMessage,
    CompletionChunk,
    CompletionResponse,
    PromptTemplateWithMetadata,
)
from freeplay.llm_parameters import LLMParameters

_END: Final = object()


class Flavor(ABC):
    """Formats a template and calls a model with it.

    The methods ending in `_async` run the blocking ones in a thread, unless a flavor does better.
    """

    _model_params_with_defaults: ClassVar[LLMParameters] = LLMParameters.empty()

    @property
    @abstractmethod
    def record_format_type(self) -> str:
        """How a recording's `prompt_content` is written: a word of the wire."""

    @abstractmethod
    def format(self, prompt_template: PromptTemplateWithMetadata, variables: dict[str, str]) -> str:
        """Fill in a template. Raises `TemplateFormatError`."""

    @abstractmethod
    def call_service(
        self, formatted_prompt: str, llm_parameters: LLMParameters
    ) -> CompletionResponse:
        """Ask the model and wait for the whole answer."""

    @abstractmethod
    def call_service_stream(
        self, formatted_prompt: str, llm_parameters: LLMParameters
    ) -> Generator[CompletionChunk, None, None]:
        """Ask the model and hand out its answer as it comes."""

    def get_model_params(self, llm_parameters: LLMParameters) -> LLMParameters:
        """Return the parameters with this flavor's defaults beneath them."""
        return self._model_params_with_defaults.merge_and_override(llm_parameters)

    def in_session(self, session_id: str) -> Self:
        """Return the flavor to use within a session: itself, unless it tells the model of it."""
        del session_id
        return self

    async def call_service_async(
        self, formatted_prompt: str, llm_parameters: LLMParameters
    ) -> CompletionResponse:
        """The same as `call_service`, for asyncio."""
        return await asyncio.to_thread(self.call_service, formatted_prompt, llm_parameters)

    async def call_service_stream_async(
        self, formatted_prompt: str, llm_parameters: LLMParameters
    ) -> AsyncGenerator[CompletionChunk, None]:
        """The same as `call_service_stream`, for asyncio."""
        async for chunk in _from_thread(self.call_service_stream(formatted_prompt, llm_parameters)):
            yield chunk


class ChatFlavor(Flavor, ABC):
    """A flavor whose prompt is a list of messages; `format` gives it as JSON."""

    @abstractmethod
    def continue_chat(
        self, messages: list[ChatMessage], llm_parameters: LLMParameters
    ) -> ChatCompletionResponse:
        """Ask the model for the next message."""

    @abstractmethod
    def continue_chat_stream(
        self, messages: list[ChatMessage], llm_parameters: LLMParameters
    ) -> Generator[CompletionChunk, None, None]:
        """Ask the model for the next message, and hand it out as it comes."""

    async def continue_chat_async(
        self, messages: list[ChatMessage], llm_parameters: LLMParameters
    ) -> ChatCompletionResponse:
        """The same as `continue_chat`, for asyncio."""
        return await asyncio.to_thread(self.continue_chat, messages, llm_parameters)

    async def continue_chat_stream_async(
        self, messages: list[ChatMessage], llm_parameters: LLMParameters
    ) -> AsyncGenerator[CompletionChunk, None]:
        """The same as `continue_chat_stream`, for asyncio."""
        async for chunk in _from_thread(self.continue_chat_stream(messages, llm_parameters)):
            yield chunk


async def _from_thread(
    chunks: Generator[CompletionChunk, None, None],
) -> AsyncGenerator[CompletionChunk, None]:
    """Walk through a blocking generator, each step in a thread."""
    try:
        while (chunk := await asyncio.to_thread(_next, chunks)) is not _END:
            yield cast("CompletionChunk", chunk)
    finally:
        with suppress(ValueError):  # a step is still under way: the generator ends with it
            chunks.close()


def _next(chunks: Generator[CompletionChunk, None, None]) -> Any:
    return next(chunks, _END)
