"""The base of everything on the wire: camelCase keys, times in UTC with milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer
from pydantic.alias_generators import to_camel

Payload = TypeVar("Payload")


def wire_time(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + (
        f"{moment.microsecond // 1000:03d}Z"
    )


def to_camel_path(path: str) -> str:
    """`base_url.x` as the wire spells it: `baseUrl.x`."""
    return ".".join(to_camel(part) for part in path.split("."))


RowId = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""A row's number in a request: what no database column can hold is refused, not an error."""


def _refuse_nul(value: str) -> str:
    if "\0" in value:
        raise ValueError("must not hold the character NUL")
    return value


NoNul = AfterValidator(_refuse_nul)
"""For texts that stand in a column as they are: PostgreSQL cannot hold this character."""

WireTime = Annotated[datetime, PlainSerializer(wire_time, return_type=str)]


class WireModel(BaseModel):
    """A body of a published wire: keys that we do not know are ignored, never passed on."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, from_attributes=True, extra="ignore"
    )


class StrictModel(WireModel):
    """A body of our own API: an unknown key is an error, so that no typing error is lost."""

    model_config = ConfigDict(extra="forbid")


class SnakeModel(BaseModel):
    """A body of the Freeplay wire: names as they are, keys that we do not know ignored."""

    model_config = ConfigDict(from_attributes=True, extra="ignore", hide_input_in_errors=True)


class Data(WireModel, Generic[Payload]):
    """Every success body: `{"data": …}`."""

    data: Payload


class Page(WireModel, Generic[Payload]):
    """Every part of a list: `{"data": […], "nextCursor": …}`."""

    data: list[Payload]
    next_cursor: str | None = None
    """Give it as `cursor` for what follows; null at the end."""
