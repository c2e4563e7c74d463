"""Filters as people type them: `model=gpt-4.1 durationMs>3000 text~refund`, or as JSON (pure)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from sluice.cli.errors import WrongUsage

_TERM: Final = re.compile(r"(?s)([^=!<>~]+)(!=|>=|<=|=|>|<|~)(.*)")
_OPS: Final = {
    "=": "eq", "!=": "eq", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte", "~": "contains",
}  # fmt: skip
_TEXTS: Final = frozenset(
    {
        *("id", "session", "trace", "template", "version", "testRun", "environment", "provider"),
        *("model", "format", "input", "output", "text", "entityTypes"),
    }
)
"""Fields whose values are texts, whatever they look like."""


def tree_of(terms: Iterable[str], given: str | None) -> dict[str, Any] | None:
    """One filter: every term and the JSON must be true. Raises `WrongUsage`; quotes nothing."""
    parts = [_leaf(number, term) for number, term in enumerate(terms, 1)]
    if given is not None:
        parts.append(_from_json(given))
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else {"and": parts}


def _leaf(number: int, term: str) -> dict[str, Any]:
    read = _TERM.fullmatch(term)
    if read is None:
        raise WrongUsage(
            f"Term {number} is none: write FIELD=VALUE, or !=, >, >=, <, <=, ~ (contains)."
        )
    field, sign, text = read[1].strip(), read[2], read[3].strip()
    contains = sign == "~" or field == "entityTypes"
    value = text if contains or field in _TEXTS else _value(text)
    leaf = {"field": field, "op": "contains" if contains else _OPS[sign], "value": value}
    return {"not": leaf} if sign == "!=" else leaf


def _value(text: str) -> object:
    """A number, true or false, or a text in quotes; else the text as it is."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, str | int | float | bool) else text


def _from_json(text: str) -> dict[str, Any]:
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        tree = None
    if not isinstance(tree, dict):
        raise WrongUsage("--filter must be a JSON object, as the API's reference shows it.")
    return tree
