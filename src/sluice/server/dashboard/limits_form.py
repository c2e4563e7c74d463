"""Limits as forms hold them: of API keys and of model instances."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from sluice.engine.errors import Problem
from sluice.server.dashboard.forms import problems_by_field
from sluice.server.errors import SluiceError, Unprocessable
from sluice.server.features.limits.rules import MICRODOLLARS
from sluice.server.features.limits.schemas import LimitsBody

FIELDS: Final = (
    "requestsPerMinute",
    "tokensPerMinute",
    "concurrentStreams",
    "monthlyTokens",
)


def said_limits(fields: Mapping[str, str]) -> dict[str, Any]:
    """A form's limits as the API takes them; an empty field does not limit.

    Raises `Unprocessable` for a budget that is no amount.
    """
    limits: dict[str, Any] = {name: fields.get(name, "").strip() or None for name in FIELDS}
    limits["monthlyBudgetMicrodollars"] = _microdollars(fields.get("monthlyBudget", ""))
    return limits


def typed_limits(limits: LimitsBody) -> dict[str, str]:
    """What is set, as the form's fields hold it."""
    values = limits.model_dump(by_alias=True)
    budget = values.pop("monthlyBudgetMicrodollars")
    dollars = "" if budget is None else f"{Decimal(budget) / MICRODOLLARS:f}"
    typed = {name: "" if value is None else str(value) for name, value in values.items()}
    return {**typed, "monthlyBudget": dollars}


def limit_problems(error: SluiceError | None) -> dict[str, str]:
    """Under the names of the form's fields, which stand in one row there."""
    if error is None:
        return {}
    found = problems_by_field(error)
    return {path.removeprefix("limits."): message for path, message in found.items()}


def _microdollars(text: str) -> int | None:
    if not text.strip():
        return None
    try:
        amount = Decimal(text.strip().removeprefix("$"))
        if amount.is_finite() and 0 <= amount <= Decimal(10) ** 9:
            return int(amount * MICRODOLLARS)
    except InvalidOperation:
        pass  # told below, like an amount that is out of bounds
    problem = Problem("monthlyBudget", "must be an amount of dollars such as 25 or 0.50")
    raise Unprocessable("Please look at what is marked.", errors=[problem])
