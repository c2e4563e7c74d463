"""What the prompt calls return. Offsets count code points; `end` is exclusive."""

from __future__ import annotations

from dataclasses import dataclass, field

from liminal.endpoints.thread.models import DeidentifiedToken
from liminal.helpers.model import BaseModel, wire

__all__ = [
    "AnalysisFinding",
    "AnalysisFindings",
    "CleanseData",
    "CleansedToken",
    "DeidentifiedToken",
    "HydrateData",
    "HydratedToken",
    "ReidentifiedToken",
    "StreamResponseChunk",
    "SubmitData",
]


@dataclass(frozen=True, kw_only=True, repr=False)
class AnalysisFinding(BaseModel):
    """A span of a prompt, its entity type, and what the policy does with it.

    `score` lies between 0 and 1; `score_category` says it in words.
    """

    start: int
    end: int
    text: str = field(metadata=wire(hidden=True))
    type: str
    score: float
    score_category: str = field(metadata=wire("scoreCategory"))
    policy_action: str = field(metadata=wire("policyAction"))
    custom_term: str | None = field(default=None, metadata=wire("customTerm", hidden=True))
    origin: str | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class AnalysisFindings(BaseModel):
    """Everything found in a prompt, and the prompt itself where the server returns it."""

    findings: list[AnalysisFinding]
    text: str | None = field(default=None, metadata=wire(hidden=True))


@dataclass(frozen=True, kw_only=True, repr=False)
class CleansedToken(BaseModel):
    """A placeholder in a cleansed text; `entity_type` is the whole of it, such as `PERSON_0`."""

    start: int
    end: int
    entity_type: str = field(metadata=wire("entityType"))


@dataclass(frozen=True, kw_only=True, repr=False)
class CleanseData(BaseModel):
    """A prompt with placeholders (`text`), and with hashes in their place (`text_hashed`).

    `items` refers to `text`, `items_hashed` to `text_hashed`. `thread_id` is the thread that was
    used, or opened where none was given.
    """

    items: list[CleansedToken]
    text: str
    items_hashed: list[CleansedToken] = field(metadata=wire("itemsHashed"))
    text_hashed: str = field(metadata=wire("textHashed"))
    thread_id: int | None = field(default=None, metadata=wire("threadId"))


@dataclass(frozen=True, kw_only=True, repr=False)
class HydratedToken(BaseModel):
    """An original that was put back, and where it now stands."""

    start: int
    end: int
    entity_type: str = field(metadata=wire("entityType"))
    text: str | None = field(default=None, metadata=wire(hidden=True))


@dataclass(frozen=True, kw_only=True, repr=False)
class HydrateData(BaseModel):
    """A text with its originals put back."""

    items: list[HydratedToken]
    text: str = field(metadata=wire(hidden=True))
    thread_id: int | None = field(default=None, metadata=wire("threadId"))


@dataclass(frozen=True, kw_only=True, repr=False)
class ReidentifiedToken(BaseModel):
    """An original in a model's answer, and where it stands."""

    start: int
    end: int
    entity_type: str = field(metadata=wire("entityType"))
    text: str | None = field(default=None, metadata=wire(hidden=True))


@dataclass(frozen=True, kw_only=True, repr=False)
class StreamResponseChunk(BaseModel):
    """A piece of an answer, originals put back.

    `finish_reason` is set on the last one (`stop`, `length`, `content_filter`), which also says
    where the exchange is kept, if the server tells.
    """

    content: str = field(metadata=wire(hidden=True))
    finish_reason: str | None = field(default=None, metadata=wire("finishReason"))
    thread_id: int | None = field(default=None, metadata=wire("threadId"))
    chat_id: int | None = field(default=None, metadata=wire("chatId"))


@dataclass(frozen=True, kw_only=True, repr=False)
class SubmitData(BaseModel):
    """A prompt's whole way: what was typed, what the model saw and said, what the user gets."""

    thread_id: int = field(metadata=wire("threadId"))
    chat_id: int = field(metadata=wire("chatId"))
    input_text: str = field(metadata=wire("inputText", hidden=True))
    deidentified_input_text_data: CleanseData = field(metadata=wire("deidentifiedInputTextData"))
    deidentified_context_history: list[DeidentifiedToken] = field(
        metadata=wire("deidentifiedContextHistory")
    )
    llm_model: str = field(metadata=wire("llmModel"))
    raw_llm_response_text: str = field(metadata=wire("rawLLMResponseText", hidden=True))
    reidentified_llm_response_text: str = field(
        metadata=wire("reidentifiedLLMResponseText", hidden=True)
    )
    reidentified_llm_response_items: list[ReidentifiedToken] = field(
        metadata=wire("reidentifiedLLMResponseItems")
    )
