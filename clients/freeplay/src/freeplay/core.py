"""What a client does, as steps without I/O: blocking and asyncio clients both run these."""

from __future__ import annotations

import atexit
import difflib
import json
import uuid
from collections.abc import Mapping
from typing import Any, cast

from freeplay import recording, transport, wire
from freeplay.calls import ModelCall, Place
from freeplay.completions import (
    ChatCompletionResponse,
    ChatMessage,
    CompletionResponse,
    PromptTemplates,
    PromptTemplateWithMetadata,
)
from freeplay.errors import FreeplayError, RequestError, TemplateFormatError, TemplateNotFoundError
from freeplay.flavors import ChatFlavor, Flavor
from freeplay.llm_parameters import LLMParameters
from freeplay.log import LOGGER
from freeplay.options import ClientOptions
from freeplay.recording import BackgroundRecorder, Payload, Recording, Reporter
from freeplay.template_cache import Kept, TemplateCache
from freeplay.transport import Address, Transport
from freeplay.wire import Ask, Steps

# In this order, the last one first.
atexit.register(transport.close_all)
atexit.register(recording.close_all)

Response = CompletionResponse | ChatCompletionResponse


class Core:
    """A client's parameters, its kept templates and its recorder."""

    def __init__(self, address: Address, params: LLMParameters, options: ClientOptions) -> None:
        self.params = params
        self.options = options
        self.reporter = Reporter(options.on_unrecorded)
        self._cache = TemplateCache(address.base, options.template_cache_file)
        self._address = address
        self._rescue: BackgroundRecorder | None = None
        self.background = self._recorder() if options.record_in_background else None

    def session(self, project_id: str, tag: str, test_run_id: str | None = None) -> Steps[str]:
        """Return a new session's id."""
        return wire.create_session(project_id, tag, test_run_id, self.options.retries)

    def prompts(
        self, project_id: str, tag: str, down: RequestError | None = None
    ) -> Steps[PromptTemplates]:
        """Return the templates of a project: the server's, or those of before while it is down.

        `down` says that the server was found to be down a moment ago, and is not asked again.
        """
        if self.options.template_resolver is not None:
            return self.options.template_resolver.get_prompts(project_id, tag)
        kept = self._cache.get(project_id, tag)
        problem = down
        if problem is None:
            try:
                return (yield from self._served(project_id, tag, kept))
            except RequestError as error:
                problem = error
        if kept is None or not problem.server_is_down:
            raise problem
        LOGGER.warning("The server is down: templates of before are used (%s)", problem.code)
        return wire.templates_in(kept.content)

    def opened(
        self, project_id: str, tag: str, test_run_id: str | None = None
    ) -> Steps[tuple[str, PromptTemplates]]:
        """Return a session's id and its templates.

        While the server is down and templates are at hand, the id is made here, so that calls
        go on; recordings under it are sent as ever.
        """
        down = None
        session_id = ""
        try:
            session_id = yield from self.session(project_id, tag, test_run_id)
        except RequestError as error:
            if not error.server_is_down:
                raise
            down = error
        prompts = yield from self.prompts(project_id, tag, down)
        return session_id or str(uuid.uuid4()), prompts

    def text_call(
        self,
        place: Place,
        flavor: Flavor,
        template: PromptTemplateWithMetadata,
        variables: Mapping[str, Any],
        params: LLMParameters | None,
    ) -> ModelCall:
        """Return the call of a template filled in. Raises `TemplateFormatError`."""
        prompt = formatted(flavor, template, variables)
        return ModelCall(
            place, flavor.in_session(place.session_id), template,
            self._params(template, params), variables, prompt,
        )  # fmt: skip

    def chat_call(
        self,
        place: Place,
        flavor: ChatFlavor,
        template: PromptTemplateWithMetadata,
        variables: Mapping[str, Any],
        messages: list[ChatMessage],
        params: LLMParameters | None,
    ) -> ModelCall:
        """Return the call that continues a chat."""
        return ModelCall(
            place, flavor.in_session(place.session_id), template,
            self._params(template, params), variables, json.dumps(messages), messages,
        )  # fmt: skip

    def completed(self, call: ModelCall) -> Steps[Response]:
        """Ask the model, record what came of it, and return or raise that."""
        call.begin()
        outcome = yield Ask(call)
        problem = call.failed(outcome) if isinstance(outcome, Exception) else None
        if problem is None:
            call.answered(outcome)
        call.ended()
        yield from self.recorded(call)
        if problem:
            raise problem
        return cast("Response", outcome)

    def recorded(self, call: ModelCall) -> Steps[None]:
        """Record a call, now or in the background; never raises."""
        payload: Payload = {"session_id": call.place.session_id}
        try:
            payload = call.recording()
            json.dumps(payload)
        except Exception as error:  # the caller's values, whatever they do
            self.reporter.failed(payload, error)
            return
        found = Recording(payload)
        if self.background:
            self.background.put(found)
            return
        retries, timeout = min(self.options.retries, 1), self.options.recording_timeout
        try:
            yield from wire.record(payload, found.key, retries, timeout)
        except FreeplayError as error:
            self.reporter.failed(payload, error)
        except GeneratorExit:
            # Whoever waits for it is cancelled or interrupted; the recording goes out all the same.
            self._apart().put(found)
            raise

    def test_run(self, project_id: str, playlist: str) -> Steps[tuple[str, list[dict[str, str]]]]:
        """Return a new test run's id and inputs."""
        return wire.create_test_run(project_id, playlist, self.options.retries)

    def _served(self, project_id: str, tag: str, kept: Kept | None) -> Steps[PromptTemplates]:
        etag = kept.etag if kept else None
        answer = yield from wire.get_templates(project_id, tag, etag, self.options.retries)
        if kept and answer.status == 304:
            return wire.templates_in(kept.content)
        prompts = wire.templates_in(answer.content)
        self._cache.put(project_id, tag, Kept(answer.content, answer.headers.get("etag")))
        return prompts

    def _params(
        self, template: PromptTemplateWithMetadata, params: LLMParameters | None
    ) -> LLMParameters:
        """The template's, then the client's over them, then the call's."""
        return template.get_params().merge_and_override(self.params).merge_and_override(params)

    def _apart(self) -> BackgroundRecorder:
        """The recorder in the background, made where the client was not told to have one."""
        if self._rescue is None:
            self._rescue = self._recorder()
        return self._rescue

    def _recorder(self) -> BackgroundRecorder:
        own, timeout = Transport(self._address), self.options.recording_timeout
        return BackgroundRecorder(
            lambda one: own.run(wire.record(one.payload, one.key, 0, timeout)),
            self.reporter,
            queue_size=self.options.queue_size,
            flush_seconds=self.options.flush_seconds,
        )

    def end(self) -> None:
        """Let the recorders send what they have and end; the client is gone."""
        for recorder in self.recorders():
            recorder.end()

    def recorders(self) -> list[BackgroundRecorder]:
        """Return those that may have something to send."""
        return [one for one in (self.background, self._rescue) if one]


def find_template(prompts: PromptTemplates, name: str) -> PromptTemplateWithMetadata:
    """Return the template. Raises `TemplateNotFoundError`, naming those that come near."""
    for template in prompts.templates:
        if template.name == name:
            return template
    names = sorted(template.name for template in prompts.templates)
    near = difflib.get_close_matches(name, names, n=5, cutoff=0.4) or names[:10]
    known = f"there are {', '.join(near)}" if near else "the project has none in this environment"
    raise TemplateNotFoundError(f"There is no template of the name {name}; {known}")


def formatted(
    flavor: Flavor, template: PromptTemplateWithMetadata, variables: Mapping[str, Any]
) -> str:
    """Fill in a template by a flavor, which may be the caller's own."""
    try:
        return flavor.format(template, dict(variables))
    except FreeplayError:
        raise
    except Exception as error:  # the flavor's own
        problem = type(error).__name__
    raise TemplateFormatError(f"The flavor could not format {template.name} ({problem})")


def joined(history: list[ChatMessage], new_messages: list[ChatMessage] | None) -> list[ChatMessage]:
    """Return a new list of both."""
    return [*history, *(new_messages or [])]
