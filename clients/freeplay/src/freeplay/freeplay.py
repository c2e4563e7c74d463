"""The blocking client: templates, sessions, chats, recordings and test runs."""

from __future__ import annotations

import json
import weakref
from collections.abc import Generator
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Final, Self, cast

from freeplay.calls import ModelCall, Place
from freeplay.completions import (
    ChatCompletionResponse,
    ChatMessage,
    CompletionChunk,
    CompletionResponse,
    PromptTemplates,
    PromptTemplateWithMetadata,
)
from freeplay.core import Core, find_template, formatted, joined
from freeplay.errors import FreeplayError
from freeplay.flavors import ChatFlavor, Flavor
from freeplay.llm_parameters import LLMParameters
from freeplay.log import LOGGER
from freeplay.options import ClientOptions
from freeplay.transport import Transport, checked_address

Variables = dict[str, str]
logger = LOGGER
default_tag: Final = "latest"


class CallSupport:
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
        self.api_base = api_base
        self.freeplay_api_key = freeplay_api_key
        self.client_params = LLMParameters(kwargs)
        self.core = Core(address, self.client_params, options)
        self.transport = Transport(address)
        weakref.finalize(self, self.core.end).atexit = False

    @staticmethod
    def find_template_by_name(
        prompts: PromptTemplates, template_name: str
    ) -> PromptTemplateWithMetadata:
        """Raises `TemplateNotFoundError`."""
        return find_template(prompts, template_name)

    def create_session(
        self, project_id: str, tag: str, test_run_id: str | None = None
    ) -> dict[str, Any]:
        """Return `{"session_id": …}`."""
        return {"session_id": self.transport.run(self.core.session(project_id, tag, test_run_id))}

    def get_prompts(self, project_id: str, tag: str) -> PromptTemplates:
        """Return a project's templates in an environment."""
        return self.transport.run(self.core.prompts(project_id, tag))

    def prepare_and_make_chat_call(
        self,
        session_id: str,
        flavor: ChatFlavor,
        tag: str,
        target_template: PromptTemplateWithMetadata,
        variables: Variables,
        message_history: list[ChatMessage],
        new_messages: list[ChatMessage] | None,
        test_run_id: str | None = None,
        completion_parameters: LLMParameters | None = None,
    ) -> ChatCompletionResponse:
        """Ask for a chat's next message, and record it."""
        call = self.core.chat_call(
            Place(session_id, tag, test_run_id), flavor, target_template, variables,
            joined(message_history, new_messages), completion_parameters,
        )  # fmt: skip
        return cast("ChatCompletionResponse", self.transport.run(self.core.completed(call)))

    def prepare_and_make_chat_call_stream(
        self,
        session_id: str,
        flavor: ChatFlavor,
        tag: str,
        target_template: PromptTemplateWithMetadata,
        variables: Variables,
        message_history: list[ChatMessage],
        new_messages: list[ChatMessage] | None,
        test_run_id: str | None = None,
        completion_parameters: LLMParameters | None = None,
    ) -> Generator[CompletionChunk, None, None]:
        """Hand out a chat's next message as it comes, and record it when it ends."""
        call = self.core.chat_call(
            Place(session_id, tag, test_run_id), flavor, target_template, variables,
            joined(message_history, new_messages), completion_parameters,
        )  # fmt: skip
        return self._streamed(call)

    def prepare_and_make_call(
        self,
        session_id: str,
        prompts: PromptTemplates,
        template_name: str,
        variables: Variables,
        flavor: Flavor,
        tag: str,
        test_run_id: str | None = None,
        completion_parameters: LLMParameters | None = None,
    ) -> CompletionResponse:
        """Ask for a completion, and record it."""
        call = self.core.text_call(
            Place(session_id, tag, test_run_id), flavor, find_template(prompts, template_name),
            variables, completion_parameters,
        )  # fmt: skip
        return cast("CompletionResponse", self.transport.run(self.core.completed(call)))

    def prepare_and_make_call_stream(
        self,
        session_id: str,
        prompts: PromptTemplates,
        template_name: str,
        variables: Variables,
        flavor: Flavor,
        tag: str,
        test_run_id: str | None = None,
        completion_parameters: LLMParameters | None = None,
    ) -> Generator[CompletionChunk, None, None]:
        """Hand out a completion as it comes, and record it when it ends."""
        call = self.core.text_call(
            Place(session_id, tag, test_run_id), flavor, find_template(prompts, template_name),
            variables, completion_parameters,
        )  # fmt: skip
        return self._streamed(call)

    def close(self) -> None:
        """Send what waits to be recorded, and close the connections."""
        for recorder in self.core.recorders():
            recorder.close()
        self.transport.close()

    def _streamed(self, call: ModelCall) -> Generator[CompletionChunk, None, None]:
        """What came until the stream ended, broke or was left is what is recorded."""
        call.begin()
        problem = None
        try:
            try:
                with ExitStack() as stack:
                    chunks = _chunks(call)
                    stack.callback(getattr(chunks, "close", _nothing))
                    for chunk in chunks:
                        call.saw(chunk)
                        yield chunk
            except Exception as error:  # any vendor's
                problem = call.failed(error)
            if problem:
                raise problem
        finally:
            call.ended()
            self.transport.run(self.core.recorded(call))


def _nothing() -> None:
    """A flavor's stream that is no generator has nothing to close."""


def _chunks(call: ModelCall) -> Generator[CompletionChunk, None, None]:
    if isinstance(call.flavor, ChatFlavor) and call.messages is not None:
        return call.flavor.continue_chat_stream(list(call.messages), call.params)
    return call.flavor.call_service_stream(call.prompt, call.params)


class Session:
    """A group of recorded calls over one state of the templates."""

    def __init__(
        self,
        call_support: CallSupport,
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

    def get_completion(
        self,
        template_name: str,
        variables: Variables,
        flavor: Flavor | None = None,
        **kwargs: Any,
    ) -> CompletionResponse:
        """Fill in a template and ask the model; `kwargs` are its parameters."""
        return self.call_support.prepare_and_make_call(
            self.session_id, self.prompts, template_name, variables,
            flavor or self.session_flavor, self.tag, self.test_run_id, LLMParameters(kwargs),
        )  # fmt: skip

    def get_completion_stream(
        self,
        template_name: str,
        variables: Variables,
        flavor: Flavor | None = None,
        **kwargs: Any,
    ) -> Generator[CompletionChunk, None, None]:
        """The same, piece by piece; recorded also where the stream is left before its end."""
        return self.call_support.prepare_and_make_call_stream(
            self.session_id, self.prompts, template_name, variables,
            flavor or self.session_flavor, self.tag, self.test_run_id, LLMParameters(kwargs),
        )  # fmt: skip


class ChatSession(Session):
    """A session of one chat: a template begins it, and the caller keeps its history."""

    def __init__(
        self,
        call_support: CallSupport,
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
        self.target_template = call_support.find_template_by_name(prompts, template_name)
        self._initial: str = formatted(flavor, self.target_template, variables)

    def start_chat(self, **kwargs: Any) -> ChatCompletionResponse:
        """Ask for the first answer."""
        return self.continue_chat(self._initial_messages(), None, **kwargs)

    def start_chat_stream(
        self, **kwargs: Any
    ) -> tuple[Generator[CompletionChunk, None, None], list[ChatMessage]]:
        """Return the first answer, piece by piece, and the messages that the template made."""
        messages = self._initial_messages()
        return self.continue_chat_stream(messages, None, **kwargs), messages

    def continue_chat(
        self,
        message_history: list[ChatMessage],
        new_messages: list[ChatMessage] | None = None,
        **kwargs: Any,
    ) -> ChatCompletionResponse:
        """Ask for the next answer."""
        return self.call_support.prepare_and_make_chat_call(
            self.session_id, self.flavor, self.tag, self.target_template, self.variables,
            message_history, new_messages, self.test_run_id, LLMParameters(kwargs),
        )  # fmt: skip

    def continue_chat_stream(
        self,
        message_history: list[ChatMessage],
        new_messages: list[ChatMessage] | None = None,
        **kwargs: Any,
    ) -> Generator[CompletionChunk, None, None]:
        """The same, piece by piece."""
        return self.call_support.prepare_and_make_chat_call_stream(
            self.session_id, self.flavor, self.tag, self.target_template, self.variables,
            message_history, new_messages, self.test_run_id, LLMParameters(kwargs),
        )  # fmt: skip

    def _initial_messages(self) -> list[ChatMessage]:
        messages: list[ChatMessage] = json.loads(self._initial)
        return messages


class FreeplayTestRun:
    """A pass over a playlist: one session for each of its inputs."""

    def __init__(
        self,
        call_support: CallSupport,
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

    def create_session(self, project_id: str, tag: str = default_tag) -> Session:
        """Return a session whose recordings belong to this test run."""
        support = self.call_support
        steps = support.core.opened(project_id, tag, self.test_run_id)
        session_id, prompts = support.transport.run(steps)
        return Session(support, session_id, prompts, self.flavor, tag, self.test_run_id)


class Freeplay:
    """A client of a Freeplay server. May be used by many threads.

    `kwargs` are parameters for the model, over those of templates and under those of a call;
    `client_options` is everything else. Use it with `with`, or call `close`, to have background
    recordings sent at a time of your choice; they are sent at the end of the program otherwise.
    """

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
        self.call_support = CallSupport(
            freeplay_api_key, api_base, client_options=client_options, **kwargs
        )
        self.client_flavor = flavor
        self.freeplay_api_key = freeplay_api_key
        self.api_base = api_base

    def create_session(self, project_id: str, tag: str = default_tag) -> Session:
        """Open a session over the templates of an environment."""
        session_id, prompts = self._opened(project_id, tag)
        return Session(self.call_support, session_id, prompts, self.client_flavor, tag)

    def get_completion(
        self,
        project_id: str,
        template_name: str,
        variables: Variables,
        tag: str = default_tag,
        flavor: Flavor | None = None,
        **kwargs: Any,
    ) -> CompletionResponse:
        """One completion in a session of its own."""
        session = self.create_session(project_id, tag)
        return session.get_completion(template_name, variables, flavor, **kwargs)

    def get_completion_stream(
        self,
        project_id: str,
        template_name: str,
        variables: Variables,
        tag: str = default_tag,
        flavor: Flavor | None = None,
        **kwargs: Any,
    ) -> Generator[CompletionChunk, None, None]:
        """The same, piece by piece; recorded also where the stream is left before its end."""
        session = self.create_session(project_id, tag)
        return session.get_completion_stream(template_name, variables, flavor, **kwargs)

    def create_test_run(self, project_id: str, playlist: str) -> FreeplayTestRun:
        """Begin a pass over a playlist."""
        steps = self.call_support.core.test_run(project_id, playlist)
        test_run_id, inputs = self.call_support.transport.run(steps)
        return FreeplayTestRun(self.call_support, self.client_flavor, test_run_id, inputs)

    def start_chat(
        self,
        project_id: str,
        template_name: str,
        variables: Variables,
        tag: str = default_tag,
        **kwargs: Any,
    ) -> tuple[ChatSession, ChatCompletionResponse]:
        """Open a chat and ask for its first answer."""
        session = self._chat_session(project_id, tag, template_name, variables)
        return session, session.start_chat(**kwargs)

    def start_chat_stream(
        self,
        project_id: str,
        template_name: str,
        variables: Variables,
        tag: str = default_tag,
        **kwargs: Any,
    ) -> tuple[ChatSession, list[ChatMessage], Generator[CompletionChunk, None, None]]:
        """Return the session, the messages that the template made, and the first answer."""
        session = self._chat_session(project_id, tag, template_name, variables)
        chunks, messages = session.start_chat_stream(**kwargs)
        return session, messages, chunks

    def flush(self, seconds: float | None = None) -> bool:
        """Wait until recordings in the background are sent or reported; False if time ran out."""
        recorders = self.call_support.core.recorders()
        done = [recorder.flush(seconds) for recorder in recorders]
        return all(done)

    @property
    def unrecorded(self) -> int:
        """How many recordings were lost so far; each was reported."""
        return self.call_support.core.reporter.lost

    def close(self) -> None:
        """Send what waits to be recorded, and close the connections."""
        self.call_support.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _opened(self, project_id: str, tag: str) -> tuple[str, PromptTemplates]:
        return self.call_support.transport.run(self.call_support.core.opened(project_id, tag))

    def _chat_session(
        self, project_id: str, tag: str, template_name: str, variables: Variables
    ) -> ChatSession:
        if not isinstance(self.client_flavor, ChatFlavor):
            raise FreeplayError("A Chat flavor is required to start a chat session.")
        session_id, prompts = self._opened(project_id, tag)
        return ChatSession(
            self.call_support, session_id, prompts, self.client_flavor,
            template_name, variables, tag,
        )  # fmt: skip
