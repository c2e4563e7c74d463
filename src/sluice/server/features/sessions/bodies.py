"""The bodies of the Freeplay wire, of its SDKs 0.1.6 and 0.6.1, and what each records.

What these clients send is raw: they record from the application, after hydration.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, model_validator

from sluice.server.features.proxy.wires.reading import Body
from sluice.server.features.sessions.attributes import Kind
from sluice.server.features.sessions.new import Linked, NewRecording, moment
from sluice.server.features.sessions.reading import messages_in
from sluice.server.features.sessions.sound_json import sound
from sluice.server.features.sessions.tracing import NewTrace
from sluice.server.kit.wire import SnakeModel

Json = Any
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
Object = dict[str, Json]
Values = dict[str, Json]
FlatMap = Annotated[Values, AfterValidator(sound)]
"""A whole body of metadata or feedback."""

_PROVIDERS: Final = {
    "openai_text": "openai",
    "openai_chat": "openai",
    "anthropic_text": "anthropic",
    "anthropic_chat": "anthropic",
    "azure_openai_chat": "azure_openai",
}
"""Of the flavors of 0.1.6 and of our package, which name none."""


class SoundBody(SnakeModel):
    """A body whose values are JSON as it can be stored."""

    @model_validator(mode="before")
    @classmethod
    def _sound(cls, value: Json) -> Json:
        return sound(value)


class NewSessionBody(SnakeModel):
    """0.1.6: a session of a test run; others send no body at all."""

    test_run_id: str | None = None


class RecordBody(SoundBody):
    """0.1.6's `v1/record`."""

    session_id: str
    project_version_id: str | None = None
    prompt_template_id: str | None = None
    start_time: float | None = None
    end_time: float | None = None
    tag: str | None = None
    inputs: Json = None
    prompt_content: str = Field(repr=False)
    return_content: str | None = Field(default=None, repr=False)
    format_type: str | None = None
    is_complete: bool = True
    model: str | None = None
    test_run_id: str | None = None

    def recording(self, linked: Linked, repeat_key: str | None) -> NewRecording:
        """What is recorded of it."""
        content = given(inputs=self.inputs, named=_unlinked(self.names(), linked))
        messages = None
        if self.format_type is None or self.format_type.endswith("_chat"):
            messages = messages_in(self.prompt_content)
        if messages is None:
            content |= {"prompt": self.prompt_content, "answer": self.return_content}
        else:
            answer = {"role": "assistant", "content": self.return_content}
            content |= {"messages": messages, "answer": answer}
        return NewRecording(
            session_uid=self.session_id,
            content=content,
            environment=self.tag,
            provider=_PROVIDERS.get(self.format_type or ""),
            model=self.model,
            format=self.format_type,
            linked=linked,
            is_complete=self.is_complete,
            started_at=moment(self.start_time),
            finished_at=moment(self.end_time),
            repeat_key=repeat_key,
        )

    def names(self) -> dict[str, str | None]:
        """Whatever it names of other features, by `Linked`'s fields."""
        return {
            "template_version_id": self.project_version_id,
            "template_id": self.prompt_template_id,
            "test_run_id": self.test_run_id,
        }


class SessionInfo(SnakeModel):
    """What a completion says of its session."""

    custom_metadata: Values | None = None


class PromptInfo(SnakeModel):
    """Which version of which template was used."""

    environment: str | None = None
    prompt_template_version_id: str | None = None
    prompt_template_id: str | None = None


class UsageInfo(SnakeModel):
    """Tokens as the provider counted them."""

    prompt_tokens: Count | None = None
    completion_tokens: Count | None = None


class CallInfo(SnakeModel):
    """How the model was called."""

    start_time: float | None = None
    end_time: float | None = None
    model: str | None = None
    provider: str | None = None
    provider_info: Json = None
    llm_parameters: Json = None
    api_style: str | None = None
    usage: UsageInfo | None = None


class TestRunInfo(SnakeModel):
    """Which case of which test run it was."""

    __test__ = False

    test_run_id: str | None = None
    test_case_id: str | None = None


class TraceInfo(SnakeModel):
    """The trace of a completion, as older clients say it."""

    trace_id: str | None = None


class CompletionBody(SoundBody):
    """0.6.1's `sessions/{id}/completions`; the last message is the answer."""

    messages: Annotated[list[Json], Field(min_length=1, repr=False)]
    inputs: Json = None
    tool_schema: Json = None
    output_schema: Json = None
    session_info: SessionInfo | None = None
    custom_metadata: Values | None = None
    parent_id: str | None = None
    prompt_info: PromptInfo | None = None
    call_info: CallInfo | None = None
    completion_id: str | None = None
    response_info: Json = None
    test_run_info: TestRunInfo | None = None
    eval_results: Values | None = None
    trace_info: TraceInfo | None = None
    media_inputs: Json = None

    def recording(self, session_uid: str, linked: Linked, repeat_key: str | None) -> NewRecording:
        """What is recorded of it."""
        call = self.call_info or CallInfo()
        usage = call.usage or UsageInfo()
        trace = self.trace_info.trace_id if self.trace_info is not None else None
        session = self.session_info or SessionInfo()
        return NewRecording(
            session_uid=session_uid,
            content=self._content(call, linked),
            uid=self.completion_id,
            metadata={**(self.custom_metadata or {}), **(session.custom_metadata or {})},
            evaluations=self.eval_results or {},
            trace_uid=trace,
            parent_uid=self.parent_id,
            environment=self.prompt_info.environment if self.prompt_info is not None else None,
            provider=call.provider,
            model=call.model,
            format=call.api_style,
            linked=linked,
            started_at=moment(call.start_time),
            finished_at=moment(call.end_time),
            input_tokens=usage.prompt_tokens,
            output_tokens=usage.completion_tokens,
            repeat_key=repeat_key,
        )

    def _content(self, call: CallInfo, linked: Linked) -> Body:
        return given(
            messages=self.messages[:-1],
            answer=self.messages[-1],
            inputs=self.inputs,
            tool_schema=self.tool_schema,
            output_schema=self.output_schema,
            parameters=call.llm_parameters,
            provider_info=call.provider_info,
            response_info=self.response_info,
            media_inputs=self.media_inputs,
            named=_unlinked(self.names(), linked),
        )

    def names(self) -> dict[str, str | None]:
        """Whatever it names of other features, by `Linked`'s fields."""
        prompt, run = self.prompt_info or PromptInfo(), self.test_run_info or TestRunInfo()
        return {
            "template_version_id": prompt.prompt_template_version_id,
            "template_id": prompt.prompt_template_id,
            "test_run_id": run.test_run_id,
            "test_case_id": run.test_case_id,
        }


class CompletionUpdate(SoundBody):
    """0.6.1's `completions/{id}`."""

    new_messages: Annotated[list[Json] | None, Field(repr=False)] = None
    eval_results: Values | None = None


class TraceBody(SoundBody):
    """0.6.1's `sessions/{id}/traces/id/{id}`."""

    agent_name: str | None = None
    name: str | None = None
    input: Json = None
    output: Json = None
    parent_id: str | None = None
    custom_metadata: Values | None = None
    eval_results: Values | None = None
    test_run_info: TestRunInfo | None = None
    kind: str | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None

    def trace(self, session_uid: str, uid: str, linked: Linked) -> NewTrace:
        """What is recorded of it."""
        return NewTrace(
            session_uid=session_uid,
            uid=uid,
            content=given(
                agent_name=self.agent_name, name=self.name, input=self.input, output=self.output
            ),
            kind=self.kind,
            parent_uid=self.parent_id,
            values=kinds(metadata=self.custom_metadata, evaluation=self.eval_results),
            linked=linked,
            started_at=_in_utc(self.start_time),
            finished_at=_in_utc(self.end_time),
        )


class TraceUpdate(SoundBody):
    """Any of these; what is left out stays."""

    output: Json = None
    metadata: Values | None = None
    feedback: Values | None = None
    eval_results: Values | None = None
    test_run_info: TestRunInfo | None = None


def given(**values: Json) -> Body:
    """Those that say something."""
    return {name: value for name, value in values.items() if value not in (None, {}, [])}


def kinds(**values: Values | None) -> dict[Kind, Values]:
    """Values by what they are, where there are any."""
    return {Kind(name): found for name, found in values.items() if found}


def _unlinked(names: dict[str, str | None], linked: Linked) -> Body:
    """What was named and is not ours: it is kept with the content."""
    return {n: uid for n, uid in names.items() if uid and getattr(linked, n) is None}


def _in_utc(time: datetime | None) -> datetime | None:
    if time is None:
        return None
    known = time if time.tzinfo is not None else time.replace(tzinfo=UTC)
    return moment(known.timestamp())
