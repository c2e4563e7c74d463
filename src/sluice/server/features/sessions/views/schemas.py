"""Saved views on our own API."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, StringConstraints

from sluice.server.features.sessions.search.ordering import Order
from sluice.server.kit.wire import NoNul, StrictModel, WireModel, WireTime

MOST_COLUMNS: Final = 30


class ViewOf(StrEnum):
    """What a view lists."""

    SESSIONS = "sessions"
    RECORDINGS = "recordings"
    CALLS = "calls"


ViewName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), NoNul
]
Column = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9]{0,63}$")]


class ViewIn(StrictModel):
    """A view to be saved."""

    model_config = ConfigDict(hide_input_in_errors=True)

    name: ViewName = Field(repr=False)
    target: ViewOf
    filter: Any = Field(default=None, repr=False)
    """As searches take it; of calls: an `and` of comparisons."""
    order: Order = Order.NEWEST
    columns: Annotated[list[Column], Field(max_length=MOST_COLUMNS)] = Field(default_factory=list)
    """Names of fields as lists show them, in this order; none: the usual ones."""
    shared: bool = False
    """Whether everybody in the project sees it."""


class ViewOut(WireModel):
    """A saved view. What people typed into its filter has placeholders for originals."""

    id: str
    name: str = Field(repr=False)
    target: ViewOf
    filter: Any = Field(repr=False)
    order: Order
    columns: list[str]
    shared: bool
    user_id: int
    """Whose it is."""
    is_own: bool
    created_at: WireTime
    updated_at: WireTime
