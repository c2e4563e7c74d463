"""Claude, through Anthropic's Messages.

https://docs.anthropic.com/en/api/messages and …/messages-streaming
"""

from __future__ import annotations

import json
from abc import ABC
from collections.abc import AsyncGenerator, Generator
from typing import Any, Final

from freeplay.completions import (
    ChatCompletionResponse,
    ChatMessage,
    CompletionChunk,
    CompletionResponse,
    PromptTemplateWithMetadata,
)
from freeplay.flavors.base import ChatFlavor, Flavor
from freeplay.flavors.vendor_sdk import VendorClients, arranged, checked_key
from freeplay.formatting import filled_messages, filled_text
from freeplay.llm_parameters import LLMParameters

_HUMAN: Final = "\n\nHuman:"
_ASSISTANT: Final = "\n\nAssistant:"
_WHOLE: Final = frozenset({"end_turn", "stop_sequence"})
_INSTRUCTING: Final = frozenset({"system", "developer"})


class _Anthropic(Flavor, ABC):
    """A flavor on the package `anthropic`."""

    def __init__(self, anthropic_api_key: str, anthropic_api_base: str | None = None) -> None:
        """`anthropic_api_base` is an address without `/v1`: a gateway's, for example."""
        arguments = {"api_key": checked_key(anthropic_api_key, "Anthropic")}
        if anthropic_api_base:
            arguments["base_url"] = anthropic_api_base
        self._clients = VendorClients("anthropic", ("Anthropic", "AsyncAnthropic"), arguments)

    def _asked(self, messages: list[ChatMessage], params: LLMParameters) -> CompletionResponse:
        create = self._clients.blocking().messages.create
        return _answer(create(**self._arguments(create, messages, params)))

    async def _asked_async(
        self, messages: list[ChatMessage], params: LLMParameters
    ) -> CompletionResponse:
        create = (await self._clients.of_this_loop()).messages.create
        return _answer(await create(**self._arguments(create, messages, params)))

    def _streamed(
        self, messages: list[ChatMessage], params: LLMParameters
    ) -> Generator[CompletionChunk, None, None]:
        create = self._clients.blocking().messages.create
        with create(stream=True, **self._arguments(create, messages, params)) as events:
            for event in events:
                yield from _chunks(event)

    async def _streamed_async(
        self, messages: list[ChatMessage], params: LLMParameters
    ) -> AsyncGenerator[CompletionChunk, None]:
        create = (await self._clients.of_this_loop()).messages.create
        arguments = self._arguments(create, messages, params)
        async with await create(stream=True, **arguments) as events:
            async for event in events:
                for chunk in _chunks(event):
                    yield chunk

    def _arguments(
        self,
        create: Any,
        messages: list[ChatMessage],
        params: LLMParameters,
    ) -> dict[str, Any]:
        named = LLMParameters(self.get_model_params(params))
        longest = named.pop("max_tokens_to_sample", None)
        named.setdefault("max_tokens", longest)
        arguments = arranged(create, named)
        told = [one["content"] for one in messages if one["role"] in _INSTRUCTING]
        if isinstance(arguments.get("system"), str):
            told.insert(0, arguments["system"])
        if told:
            arguments["system"] = "\n\n".join(told)
        arguments["messages"] = [one for one in messages if one["role"] not in _INSTRUCTING]
        return arguments


class AnthropicClaudeText(_Anthropic):
    """A text goes in, Claude's answer comes out.

    Recorded as before Messages, between `Human:` and `Assistant:`; the model gets what stands
    between them as one message of the user, so that no value of a variable can begin a turn.
    """

    record_format_type = "anthropic_text"
    _model_params_with_defaults = LLMParameters({"model": "claude-v1", "max_tokens_to_sample": 100})

    def format(self, prompt_template: PromptTemplateWithMetadata, variables: dict[str, str]) -> str:
        return f"{_HUMAN} {filled_text(prompt_template, variables)} {_ASSISTANT}"

    def call_service(
        self, formatted_prompt: str, llm_parameters: LLMParameters
    ) -> CompletionResponse:
        return self._asked(_one_turn(formatted_prompt), llm_parameters)

    def call_service_stream(
        self, formatted_prompt: str, llm_parameters: LLMParameters
    ) -> Generator[CompletionChunk, None, None]:
        return self._streamed(_one_turn(formatted_prompt), llm_parameters)

    async def call_service_async(
        self, formatted_prompt: str, llm_parameters: LLMParameters
    ) -> CompletionResponse:
        return await self._asked_async(_one_turn(formatted_prompt), llm_parameters)

    async def call_service_stream_async(
        self, formatted_prompt: str, llm_parameters: LLMParameters
    ) -> AsyncGenerator[CompletionChunk, None]:
        async for chunk in self._streamed_async(_one_turn(formatted_prompt), llm_parameters):
            yield chunk


class AnthropicChat(_Anthropic, ChatFlavor):
    """Messages go in, Claude's next one comes out; `system` messages become its instructions.

    The wire has one word for a chat that is recorded as messages, whoever the vendor is.
    """

    record_format_type = "openai_chat"
    _model_params_with_defaults = LLMParameters({"max_tokens": 1024})

    def format(self, prompt_template: PromptTemplateWithMetadata, variables: dict[str, str]) -> str:
        return json.dumps(filled_messages(prompt_template, variables))

    def call_service(
        self, formatted_prompt: str, llm_parameters: LLMParameters
    ) -> CompletionResponse:
        return self._asked(json.loads(formatted_prompt), llm_parameters)

    def call_service_stream(
        self, formatted_prompt: str, llm_parameters: LLMParameters
    ) -> Generator[CompletionChunk, None, None]:
        return self._streamed(json.loads(formatted_prompt), llm_parameters)

    def continue_chat(
        self, messages: list[ChatMessage], llm_parameters: LLMParameters
    ) -> ChatCompletionResponse:
        return _continued(messages, self._asked(messages, llm_parameters))

    def continue_chat_stream(
        self, messages: list[ChatMessage], llm_parameters: LLMParameters
    ) -> Generator[CompletionChunk, None, None]:
        return self._streamed(messages, llm_parameters)

    async def call_service_async(
        self, formatted_prompt: str, llm_parameters: LLMParameters
    ) -> CompletionResponse:
        return await self._asked_async(json.loads(formatted_prompt), llm_parameters)

    async def call_service_stream_async(
        self, formatted_prompt: str, llm_parameters: LLMParameters
    ) -> AsyncGenerator[CompletionChunk, None]:
        async for chunk in self._streamed_async(json.loads(formatted_prompt), llm_parameters):
            yield chunk

    async def continue_chat_async(
        self, messages: list[ChatMessage], llm_parameters: LLMParameters
    ) -> ChatCompletionResponse:
        return _continued(messages, await self._asked_async(messages, llm_parameters))

    async def continue_chat_stream_async(
        self, messages: list[ChatMessage], llm_parameters: LLMParameters
    ) -> AsyncGenerator[CompletionChunk, None]:
        async for chunk in self._streamed_async(messages, llm_parameters):
            yield chunk


def _one_turn(formatted_prompt: str) -> list[ChatMessage]:
    """The text between the markers that `format` puts around it; any other text as it is."""
    text = formatted_prompt.removeprefix(f"{_HUMAN} ").removesuffix(f" {_ASSISTANT}")
    return [{"role": "user", "content": text}]


def _answer(answer: Any) -> CompletionResponse:
    text = "".join(block.text for block in answer.content if block.type == "text")
    return CompletionResponse(content=text, is_complete=answer.stop_reason in _WHOLE)


def _continued(messages: list[ChatMessage], answer: CompletionResponse) -> ChatCompletionResponse:
    said = {"content": answer.content, "role": "assistant"}
    return ChatCompletionResponse(answer.content, answer.is_complete, [*messages, said])


def _chunks(event: Any) -> Generator[CompletionChunk, None, None]:
    if event.type == "content_block_delta" and event.delta.type == "text_delta":
        yield CompletionChunk(event.delta.text, is_complete=False)
    elif event.type == "message_delta" and event.delta.stop_reason:
        yield CompletionChunk("", is_complete=event.delta.stop_reason in _WHOLE)
