"""Models behind OpenAI's wire: texts, chats, and chats on Azure.

https://platform.openai.com/docs/api-reference/chat and …/completions
"""

from __future__ import annotations

import json
from abc import ABC
from collections.abc import AsyncGenerator, Generator
from typing import Any, cast

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


class OpenAI(Flavor, ABC):
    """A flavor on the package `openai`; each has its key and address for itself."""

    def __init__(self, openai_api_key: str, openai_api_base: str | None = None) -> None:
        """`openai_api_base` ends in `/v1`; without it, OpenAI's own address."""
        key = checked_key(openai_api_key, "OpenAI")
        arguments: dict[str, Any] = {"api_key": key}
        if openai_api_base:
            arguments["base_url"] = openai_api_base
        self._clients = VendorClients("openai", ("OpenAI", "AsyncOpenAI"), arguments)


class OpenAIText(OpenAI):
    """A text goes in, its continuation comes out."""

    record_format_type = "openai_text"
    _model_params_with_defaults = LLMParameters({"model": "text-davinci-003"})

    def format(self, prompt_template: PromptTemplateWithMetadata, variables: dict[str, str]) -> str:
        return filled_text(prompt_template, variables)

    def call_service(
        self, formatted_prompt: str, llm_parameters: LLMParameters
    ) -> CompletionResponse:
        create = self._clients.blocking().completions.create
        return _text_answer(
            create(prompt=formatted_prompt, **self._arranged(create, llm_parameters))
        )

    def call_service_stream(
        self, formatted_prompt: str, llm_parameters: LLMParameters
    ) -> Generator[CompletionChunk, None, None]:
        create = self._clients.blocking().completions.create
        arguments = self._arranged(create, llm_parameters)
        with create(prompt=formatted_prompt, stream=True, **arguments) as events:
            for event in events:
                yield from _text_chunks(event)

    async def call_service_async(
        self, formatted_prompt: str, llm_parameters: LLMParameters
    ) -> CompletionResponse:
        create = (await self._clients.of_this_loop()).completions.create
        arguments = self._arranged(create, llm_parameters)
        return _text_answer(await create(prompt=formatted_prompt, **arguments))

    async def call_service_stream_async(
        self, formatted_prompt: str, llm_parameters: LLMParameters
    ) -> AsyncGenerator[CompletionChunk, None]:
        create = (await self._clients.of_this_loop()).completions.create
        arguments = self._arranged(create, llm_parameters)
        async with await create(prompt=formatted_prompt, stream=True, **arguments) as events:
            async for event in events:
                for chunk in _text_chunks(event):
                    yield chunk

    def _arranged(self, create: Any, params: LLMParameters) -> dict[str, Any]:
        return arranged(create, self.get_model_params(params))


class OpenAIChat(OpenAI, ChatFlavor):
    """Messages go in, the next one comes out."""

    record_format_type = "openai_chat"
    _model_params_with_defaults = LLMParameters({"model": "gpt-3.5-turbo"})

    def format(self, prompt_template: PromptTemplateWithMetadata, variables: dict[str, str]) -> str:
        return json.dumps(filled_messages(prompt_template, variables))

    def call_service(
        self, formatted_prompt: str, llm_parameters: LLMParameters
    ) -> CompletionResponse:
        return _chat_answer(self._asked(json.loads(formatted_prompt), llm_parameters))

    def call_service_stream(
        self, formatted_prompt: str, llm_parameters: LLMParameters
    ) -> Generator[CompletionChunk, None, None]:
        return self.continue_chat_stream(json.loads(formatted_prompt), llm_parameters)

    def continue_chat(
        self, messages: list[ChatMessage], llm_parameters: LLMParameters
    ) -> ChatCompletionResponse:
        return _continued(messages, self._asked(messages, llm_parameters))

    def continue_chat_stream(
        self, messages: list[ChatMessage], llm_parameters: LLMParameters
    ) -> Generator[CompletionChunk, None, None]:
        create = self._clients.blocking().chat.completions.create
        arguments = self._arranged(create, llm_parameters)
        with create(messages=messages, stream=True, **arguments) as events:
            for event in events:
                yield from _chat_chunks(event)

    async def call_service_async(
        self, formatted_prompt: str, llm_parameters: LLMParameters
    ) -> CompletionResponse:
        return _chat_answer(await self._asked_async(json.loads(formatted_prompt), llm_parameters))

    async def call_service_stream_async(
        self, formatted_prompt: str, llm_parameters: LLMParameters
    ) -> AsyncGenerator[CompletionChunk, None]:
        messages = json.loads(formatted_prompt)
        async for chunk in self.continue_chat_stream_async(messages, llm_parameters):
            yield chunk

    async def continue_chat_async(
        self, messages: list[ChatMessage], llm_parameters: LLMParameters
    ) -> ChatCompletionResponse:
        return _continued(messages, await self._asked_async(messages, llm_parameters))

    async def continue_chat_stream_async(
        self, messages: list[ChatMessage], llm_parameters: LLMParameters
    ) -> AsyncGenerator[CompletionChunk, None]:
        create = (await self._clients.of_this_loop()).chat.completions.create
        arguments = self._arranged(create, llm_parameters)
        async with await create(messages=messages, stream=True, **arguments) as events:
            async for event in events:
                for chunk in _chat_chunks(event):
                    yield chunk

    def _asked(self, messages: list[ChatMessage], params: LLMParameters) -> Any:
        create = self._clients.blocking().chat.completions.create
        return create(messages=messages, **self._arranged(create, params))

    async def _asked_async(self, messages: list[ChatMessage], params: LLMParameters) -> Any:
        create = (await self._clients.of_this_loop()).chat.completions.create
        return await create(messages=messages, **self._arranged(create, params))

    def _arranged(self, create: Any, params: LLMParameters) -> dict[str, Any]:
        return arranged(create, self.get_model_params(params))


class AzureOpenAIChat(OpenAIChat):
    """Chats with a deployment on Azure; `model` names the deployment unless the flavor does."""

    def __init__(
        self,
        azure_api_key: str,
        azure_endpoint: str,
        api_version: str,
        azure_deployment: str | None = None,
    ) -> None:
        """`azure_endpoint` is the resource's address, `https://<resource>.openai.azure.com`."""
        arguments = {
            "api_key": checked_key(azure_api_key, "Azure OpenAI"),
            "azure_endpoint": azure_endpoint,
            "api_version": api_version,
            "azure_deployment": azure_deployment,
        }
        self._clients = VendorClients("openai", ("AzureOpenAI", "AsyncAzureOpenAI"), arguments)


def _text_answer(answer: Any) -> CompletionResponse:
    choice = answer.choices[0]
    return CompletionResponse(content=choice.text, is_complete=choice.finish_reason == "stop")


def _chat_answer(answer: Any) -> CompletionResponse:
    choice = answer.choices[0]
    return CompletionResponse(
        content=choice.message.content or "", is_complete=choice.finish_reason == "stop"
    )


def _continued(messages: list[ChatMessage], answer: Any) -> ChatCompletionResponse:
    said = answer.choices[0].message.model_dump(exclude_none=True)
    kept = {name: value for name, value in said.items() if value != []}
    response = _chat_answer(answer)
    return ChatCompletionResponse(
        content=response.content,
        is_complete=response.is_complete,
        message_history=[*messages, cast("ChatMessage", {"content": response.content, **kept})],
    )


def _text_chunks(event: Any) -> Generator[CompletionChunk, None, None]:
    for choice in event.choices:
        if choice.index == 0 and (choice.text or choice.finish_reason):
            yield CompletionChunk(choice.text or "", choice.finish_reason == "stop")


def _chat_chunks(event: Any) -> Generator[CompletionChunk, None, None]:
    for choice in event.choices:
        text = (choice.delta.content if choice.delta else None) or ""
        if choice.index == 0 and (text or choice.finish_reason):
            yield CompletionChunk(text, choice.finish_reason == "stop")
