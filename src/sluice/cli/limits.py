"""Options and rows of limits, of API tokens and of model instances."""

from __future__ import annotations

from typing import Annotated, Final

import typer

MICRODOLLARS: Final = 1_000_000

RequestsPerMinute = Annotated[
    int | None, typer.Option(min=0, max=2**31 - 1, help="Calls that begin in a minute.")
]
TokensPerMinute = Annotated[
    int | None, typer.Option(min=0, max=2**31 - 1, help="Input and output tokens in a minute.")
]
ConcurrentStreams = Annotated[
    int | None, typer.Option(min=0, max=2**31 - 1, help="Streamed calls at once.")
]
MonthlyTokens = Annotated[
    int | None, typer.Option(min=0, max=2**53, help="Tokens in a calendar month (UTC).")
]
MonthlyBudget = Annotated[
    float | None, typer.Option(min=0, max=1e9, help="US dollars in a calendar month (UTC).")
]
Unset = Annotated[bool, typer.Option("--none", help="First unset all that is set.")]


def microdollars(budget: float | None) -> int | None:
    """Dollars in millionths."""
    return round(budget * MICRODOLLARS) if budget is not None else None


def dollars(microdollars: int | None, digits: int = 2) -> str | None:
    """For people; None where nothing is set."""
    return None if microdollars is None else f"${microdollars / MICRODOLLARS:,.{digits}f}"
