"""The client for asyncio: what `freeplay.freeplay` does, with the same names and arguments.

A stream is an async generator: `async for chunk in session.get_completion_stream(…)`. One that is
left before its end is recorded when it is closed; `contextlib.aclosing` does so at once.
"""

from __future__ import annotations

import asyncio
import json
import weakref
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self, cast

from freeplay.calls import ModelCall, Place
from freeplay.completions import (
    ChatCompletionResponse,
    ChatMessage,
    CompletionChunk,
    CompletionResponse,
    PromptTemplates,
)
from freeplay.core import Core, find_template, formatted, joined
from freeplay.errors import FreeplayError
from freeplay.flavors import ChatFlavor, Flavor
from freeplay.freeplay import Variables, default_tag
from freeplay.llm_parameters import LLMParameters
from freeplay.options import ClientOptions
from freeplay.transport import AsyncTransport, checked_address


class AsyncCallSupport:
    """One connection to the server, with everything that sessions do through it."""

    def __init__(
        self,
        freeplay_api_key: str,
        api_base: str,
        *,
        client_options: ClientOptions | None = None,
        **kwargs: Any,
    ) -> None:
        options = client_options or ClientOptions()
        address = checked_address(api_base, freeplay_api_key, options.timeout)
        self.core = Core(address, LLMParameters(kwargs), options)
        self.transport = AsyncTransport(address)
        weakref.finalize(self, self.core.end).atexit = False

    async def opened(
        self, project_id: str, tag: str, test_run_id: str | None = None
    ) -> tuple[str, PromptTemplates]:
        """Return a session's id and its templates."""
        return await self.transport.run(self.core.opened(project_id, tag, test_run_id))

    async def completed(self, call: ModelCall) -> CompletionResponse | ChatCompletionResponse:
        """Ask the model, and record what came of it."""
        return await self.transport.run(self.core.completed(call))

    async def streamed(self, call: ModelCall) -> AsyncGenerator[CompletionChunk, None]:
        """What came until the stream ended, broke or was left is what is recorded."""
        call.begin()
        problem = None
        try:
            try:
                async with AsyncExitStack() as stack:
                    chunks = _chunks(call)
                    stack.push_async_callback(getattr(chunks, "aclose", _nothing))
                    async for chunk in chunks:
                        call.saw(chunk)
                        yield chunk
            except Exception as error:  # any vendor's
                problem = call.failed(error)
            if problem:
                raise problem
        finally:
            call.ended()
            await self.transport.run(self.core.recorded(call))

    async def aclose(self) -> None:
        """Send what waits to be recorded, and close the connections."""
        for recorder in self.core.recorders():
            await asyncio.to_thread(recorder.close)
        await self.transport.aclose()


async def _nothing() -> None:
    """A flavor's stream that is no generator has nothing to close."""


def _chunks(call: ModelCall) -> AsyncGenerator[CompletionChunk, None]:
    if isinstance(call.flavor, ChatFlavor) and call.messages is not None:
        return call.flavor.continue_chat_stream_async(list(call.messages), call.params)
    return call.flavor.call_service_stream_async(call.prompt, call.params)


class AsyncSession:
    """A group of recorded calls over one state of the templates."""

    def __init__(
        self,
        call_support: AsyncCallSupport,
        session_id: str,
        prompts: PromptTemplates,
        flavor: Flavor,
        tag: str = default_tag,
        test_run_id: str | None = None,
    ) -> None:
        self.call_support = call_support
        self.session_id = session_id
        self.prompts = prompts
        self.session_flavor = flavor
        self.tag = tag
        self.test_run_id = test_run_id

    async def get_completion(
        self,
        template_name: str,
        variables: Variables,
        flavor: Flavor | None = None,
        **kwargs: Any,
    ) -> CompletionResponse:
        """Fill in a template and ask the model; `kwargs` are its parameters."""
        call = self._call(template_name, variables, flavor, kwargs)
        return cast("CompletionResponse", await self.call_support.completed(call))

    def get_completion_stream(
        self,
        template_name: str,
        variables: Variables,
        flavor: Flavor | None = None,
        **kwargs: Any,
    ) -> AsyncGenerator[CompletionChunk, None]:
        """The same, piece by piece."""
        return self.call_support.streamed(self._call(template_name, variables, flavor, kwargs))

    @property
    def _place(self) -> Place:
        return Place(self.session_id, self.tag, self.test_run_id)

    def _call(
        self,
        template_name: str,
        variables: Variables,
        flavor: Flavor | None,
        params: dict[str, Any],
    ) -> ModelCall:
        template = find_template(self.prompts, template_name)
        flavor = flavor or self.session_flavor
        core = self.call_support.core
        return core.text_call(self._place, flavor, template, variables, LLMParameters(params))


class AsyncChatSession(AsyncSession):
    """A session of one chat: a template begins it, and the caller keeps its history."""

    def __init__(
        self,
        call_support: AsyncCallSupport,
        session_id: str,
        prompts: PromptTemplates,
        flavor: ChatFlavor,
        template_name: str,
        variables: Variables,
        tag: str = default_tag,
        test_run_id: str | None = None,
    ) -> None:
        super().__init__(call_support, session_id, prompts, flavor, tag, test_run_id)
        self.flavor = flavor
        self.variables = variables
        self.target_template = find_template(prompts, template_name)
        self._initial: str = formatted(flavor, self.target_template, variables)

    async def start_chat(self, **kwargs: Any) -> ChatCompletionResponse:
        """Ask for the first answer."""
        return await self.continue_chat(self._initial_messages(), None, **kwargs)

    def start_chat_stream(
        self, **kwargs: Any
    ) -> tuple[AsyncGenerator[CompletionChunk, None], list[ChatMessage]]:
        """Return the first answer, piece by piece, and the messages that the template made."""
        messages = self._initial_messages()
        return self.continue_chat_stream(messages, None, **kwargs), messages

    async def continue_chat(
        self,
        message_history: list[ChatMessage],
        new_messages: list[ChatMessage] | None = None,
        **kwargs: Any,
    ) -> ChatCompletionResponse:
        """Ask for the next answer."""
        call = self._next(message_history, new_messages, kwargs)
        return cast("ChatCompletionResponse", await self.call_support.completed(call))

    def continue_chat_stream(
        self,
        message_history: list[ChatMessage],
        new_messages: list[ChatMessage] | None = None,
        **kwargs: Any,
    ) -> AsyncGenerator[CompletionChunk, None]:
        """The same, piece by piece."""
        return self.call_support.streamed(self._next(message_history, new_messages, kwargs))

    def _next(
        self,
        history: list[ChatMessage],
        new_messages: list[ChatMessage] | None,
        params: dict[str, Any],
    ) -> ModelCall:
        return self.call_support.core.chat_call(
            self._place, self.flavor, self.target_template, self.variables,
            joined(history, new_messages), LLMParameters(params),
        )  # fmt: skip

    def _initial_messages(self) -> list[ChatMessage]:
        messages: list[ChatMessage] = json.loads(self._initial)
        return messages


class AsyncFreeplayTestRun:
    """A pass over a playlist: one session for each of its inputs."""

    def __init__(
        self,
        call_support: AsyncCallSupport,
        flavor: Flavor,
        test_run_id: str,
        inputs: list[dict[str, str]],
    ) -> None:
        self.call_support = call_support
        self.flavor = flavor
        self.test_run_id = test_run_id
        self.inputs = inputs

    def get_inputs(self) -> list[dict[str, str]]:
        """Return the variables of each test case."""
        return self.inputs

    async def create_session(self, project_id: str, tag: str = default_tag) -> AsyncSession:
        """Return a session whose recordings belong to this test run."""
        support, run = self.call_support, self.test_run_id
        session_id, prompts = await support.opened(project_id, tag, run)
        return AsyncSession(support, session_id, prompts, self.flavor, tag, run)


class AsyncFreeplay:
    """A client of a Freeplay server for one event loop; arguments as for `Freeplay`."""

    def __init__(
        self,
        flavor: Flavor,
        freeplay_api_key: str,
        api_base: str,
        *,
        client_options: ClientOptions | None = None,
        **kwargs: Any,
    ) -> None:
        """Raises `APIKeyMissingError`, `ArgumentError`."""
        self.call_support = AsyncCallSupport(
            freeplay_api_key, api_base, client_options=client_options, **kwargs
        )
        self.client_flavor = flavor
        self.freeplay_api_key = freeplay_api_key
        self.api_base = api_base

    async def create_session(self, project_id: str, tag: str = default_tag) -> AsyncSession:
        """Open a session over the templates of an environment."""
        session_id, prompts = await self.call_support.opened(project_id, tag)
        return AsyncSession(self.call_support, session_id, prompts, self.client_flavor, tag)

    async def get_completion(
        self,
        project_id: str,
        template_name: str,
        variables: Variables,
        tag: str = default_tag,
        flavor: Flavor | None = None,
        **kwargs: Any,
    ) -> CompletionResponse:
        """One completion in a session of its own."""
        session = await self.create_session(project_id, tag)
        return await session.get_completion(template_name, variables, flavor, **kwargs)

    async def get_completion_stream(
        self,
        project_id: str,
        template_name: str,
        variables: Variables,
        tag: str = default_tag,
        flavor: Flavor | None = None,
        **kwargs: Any,
    ) -> AsyncGenerator[CompletionChunk, None]:
        """The same, piece by piece; the session is opened with the first piece."""
        session = await self.create_session(project_id, tag)
        async with AsyncExitStack() as stack:
            chunks = session.get_completion_stream(template_name, variables, flavor, **kwargs)
            stack.push_async_callback(chunks.aclose)
            async for chunk in chunks:
                yield chunk

    async def create_test_run(self, project_id: str, playlist: str) -> AsyncFreeplayTestRun:
        """Begin a pass over a playlist."""
        support = self.call_support
        run, inputs = await support.transport.run(support.core.test_run(project_id, playlist))
        return AsyncFreeplayTestRun(support, self.client_flavor, run, inputs)

    async def start_chat(
        self,
        project_id: str,
        template_name: str,
        variables: Variables,
        tag: str = default_tag,
        **kwargs: Any,
    ) -> tuple[AsyncChatSession, ChatCompletionResponse]:
        """Open a chat and ask for its first answer."""
        session = await self._chat_session(project_id, tag, template_name, variables)
        return session, await session.start_chat(**kwargs)

    async def start_chat_stream(
        self,
        project_id: str,
        template_name: str,
        variables: Variables,
        tag: str = default_tag,
        **kwargs: Any,
    ) -> tuple[AsyncChatSession, list[ChatMessage], AsyncGenerator[CompletionChunk, None]]:
        """Return the session, the messages that the template made, and the first answer."""
        session = await self._chat_session(project_id, tag, template_name, variables)
        chunks, messages = session.start_chat_stream(**kwargs)
        return session, messages, chunks

    async def flush(self, seconds: float | None = None) -> bool:
        """Wait until recordings in the background are sent or reported; False if time ran out."""
        recorders = self.call_support.core.recorders()
        return all([await asyncio.to_thread(one.flush, seconds) for one in recorders])

    @property
    def unrecorded(self) -> int:
        """How many recordings were lost so far; each was reported."""
        return self.call_support.core.reporter.lost

    async def aclose(self) -> None:
        """Send what waits to be recorded, and close the connections."""
        await self.call_support.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def _chat_session(
        self, project_id: str, tag: str, template_name: str, variables: Variables
    ) -> AsyncChatSession:
        if not isinstance(self.client_flavor, ChatFlavor):
            raise FreeplayError("A Chat flavor is required to start a chat session.")
        session_id, prompts = await self.call_support.opened(project_id, tag)
        return AsyncChatSession(
            self.call_support, session_id, prompts, self.client_flavor,
            template_name, variables, tag,
        )  # fmt: skip
