"""Prompts on the Liminal wire. Offsets count code points, `end` exclusive."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from sluice.server.kit.wire import RowId, WireModel

Text = Annotated[str, StringConstraints(max_length=4_000_000)]


class FindingOut(WireModel):
    """A finding, with what the policy does about it."""

    start: int
    end: int
    text: str
    type: str
    score: float
    score_category: str
    policy_action: str
    custom_term: str | None
    origin: str


class FindingIn(WireModel):
    """A finding that the caller sends back, changed or not."""

    start: int
    end: int
    text: str
    type: Annotated[
        str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*(_[A-Z][A-Z0-9]*)*$", max_length=64)
    ]
    score: float = Field(default=1.0, ge=0, le=1)


class AnalyzeIn(WireModel):
    """A text to analyze."""

    model_instance_id: RowId
    source: Literal["sdk"] = "sdk"
    text: Text


class CleanseIn(AnalyzeIn):
    """A text to cleanse; findings None means: the server's own."""

    thread_id: RowId | None = None
    findings: Annotated[list[FindingIn], Field(max_length=100_000)] | None = None


class SubmitIn(CleanseIn):
    """A text to submit."""

    is_streaming: bool = False


class HydrateIn(AnalyzeIn):
    """A text whose placeholders to restore."""

    thread_id: RowId | None = None


class AnalyzeOut(WireModel):
    """What was found in the text."""

    findings: list[FindingOut]
    text: str


class TokenOut(WireModel):
    """A placeholder's place; `entity_type` carries the whole placeholder (`PERSON_0`)."""

    start: int
    end: int
    entity_type: str


class RestoredTokenOut(TokenOut):
    """A restored original's place in the restored text."""

    text: str


class DeidentifiedOut(WireModel):
    """A cleansed text in both forms."""

    items: list[TokenOut]
    text: str
    items_hashed: list[TokenOut]
    text_hashed: str


class CleanseOut(DeidentifiedOut):
    """A cleansed text and the thread that knows its placeholders."""

    thread_id: int


class HydrateOut(WireModel):
    """A restored text."""

    items: list[RestoredTokenOut]
    text: str
    thread_id: int


class HistoryOut(WireModel):
    """An earlier input of the thread in both cleansed forms."""

    deid_text: str
    hash_text: str


class SubmitOut(WireModel):
    """A submitted prompt and the model's answer."""

    thread_id: int
    chat_id: int
    input_text: str
    deidentified_input_text_data: DeidentifiedOut
    deidentified_context_history: list[HistoryOut]
    llm_model: str
    raw_llm_response_text: str = Field(alias="rawLLMResponseText")
    reidentified_llm_response_text: str = Field(alias="reidentifiedLLMResponseText")
    reidentified_llm_response_items: list[RestoredTokenOut] = Field(
        alias="reidentifiedLLMResponseItems"
    )


class StreamLine(WireModel):
    """One line of a streamed answer; the last has a finish reason and says where it is kept."""

    content: str
    finish_reason: str | None
    thread_id: int | None = None
    chat_id: int | None = None
