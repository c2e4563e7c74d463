"""Sessions, recordings and traces on our own wire."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from sluice.server.features.sessions.attributes import Named
from sluice.server.features.sessions.tables import Counts
from sluice.server.kit.wire import WireModel, WireTime
from sluice.server.vault.schemas import OriginalOut

Json = Any
Microdollars = Annotated[int, Field(validation_alias="cost")]
Uid = Annotated[str, Field(validation_alias="uid")]


class NamedValue(WireModel):
    """A value of metadata, feedback or an evaluation: a text or a number (true is 1)."""

    name: str
    """`metadata.user.plan`, `feedback.rating`, `evaluation.exact`."""
    text: str | None
    number: float | None

    @classmethod
    def all_of(cls, named: list[Named]) -> list[NamedValue]:
        """As the service knows them."""
        return [cls(name=one.name, text=one.text, number=one.number) for one in named]


class SessionOut(WireModel):
    """A session as a list shows it; its sums are true to a second."""

    id: Uid
    environment: str | None
    test_run_id: str | None = None
    metadata: Annotated[dict[str, Json], Field(validation_alias="meta")]
    created_at: WireTime
    last_recorded_at: WireTime
    recordings: int
    input_tokens: int
    output_tokens: int
    cost_microdollars: Microdollars
    """Millionths of a US dollar, of the recordings whose price is known."""


class RecordingOut(WireModel):
    """A recording without its texts."""

    id: Uid
    trace_id: Annotated[str | None, Field(validation_alias="trace_uid")]
    parent_id: Annotated[str | None, Field(validation_alias="parent_uid")]
    environment: str | None
    template_version_id: str | None = None
    test_run_id: str | None = None
    provider: str | None
    model: str | None
    format: str | None
    is_complete: bool
    started_at: WireTime | None
    finished_at: WireTime | None
    duration_ms: int | None
    input_tokens: int | None
    output_tokens: int | None
    tokens_estimated: bool
    """Nobody counted them: four characters are taken for a token."""
    cost_microdollars: Annotated[int | None, Field(validation_alias="cost")]
    """Millionths of a US dollar; null where it is not known, or not worked out yet."""
    created_at: WireTime
    policy_group_id: int
    policy_version: int
    detector_version: str
    manifest: Counts
    """Findings: counts by entity type and action."""


class RecordingDetail(RecordingOut):
    """A recording with its texts as they are kept: with placeholders."""

    session_id: str
    content: dict[str, Json]
    """`messages` or `prompt`, `answer`, `inputs` and whatever else was sent."""
    values: list[NamedValue]
    """Feedback and evaluations."""
    raw_kept: bool
    """Whether the project kept it as it came, too."""


class TraceOut(WireModel):
    """A trace with what went in and what came out, with placeholders."""

    id: Uid
    parent_id: Annotated[str | None, Field(validation_alias="parent_uid")]
    kind: str | None
    started_at: WireTime | None
    finished_at: WireTime | None
    created_at: WireTime
    manifest: Counts
    content: dict[str, Json]
    """`agent_name`, `name`, `input`, `output`."""
    values: list[NamedValue]
    """Metadata, feedback and evaluations."""


class RecordingInSession(RecordingOut):
    """A recording with what was said of it."""

    values: list[NamedValue]


class SessionDetail(SessionOut):
    """A session with its traces and the first of its recordings."""

    recorded: list[RecordingInSession]
    """The oldest first; `GET …/recordings` has the others."""
    traces: list[TraceOut]
    """The first thousand, the oldest first."""


class RevealedOut(WireModel):
    """What a recording hides."""

    originals: list[OriginalOut]
    raw: dict[str, Json] | None
    """As it came, where the project kept that."""
