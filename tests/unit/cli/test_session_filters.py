"""Filters as people type them become the API's trees; what is wrong is not quoted."""

from __future__ import annotations

import pytest

from sluice.cli.errors import WrongUsage
from sluice.cli.session_filters import tree_of


def _leaf(field: str, op: str, value: object) -> dict[str, object]:
    return {"field": field, "op": op, "value": value}


@pytest.mark.parametrize(
    ("term", "leaf"),
    [
        ("model=gpt-4.1", _leaf("model", "eq", "gpt-4.1")),
        ("model=7", _leaf("model", "eq", "7")),
        ("durationMs>3000", _leaf("durationMs", "gt", 3000)),
        ("durationMs >= 2.5", _leaf("durationMs", "gte", 2.5)),
        ("tokens<9", _leaf("tokens", "lt", 9)),
        ("createdAt<=2026-01-01T00:00:00Z", _leaf("createdAt", "lte", "2026-01-01T00:00:00Z")),
        ("complete=false", _leaf("complete", "eq", False)),
        ("metadata.plan=pro", _leaf("metadata.plan", "eq", "pro")),
        ("metadata.size=17", _leaf("metadata.size", "eq", 17)),
        ('metadata.size="17"', _leaf("metadata.size", "eq", "17")),
        ("text~a=b", _leaf("text", "contains", "a=b")),
        ("text~17", _leaf("text", "contains", "17")),
        ("entityTypes=PERSON", _leaf("entityTypes", "contains", "PERSON")),
        ("environment!=prod", {"not": _leaf("environment", "eq", "prod")}),
    ],
)
def test_a_term_is_a_comparison(term: str, leaf: dict[str, object]) -> None:
    assert tree_of([term], None) == leaf


def test_several_terms_and_a_tree_must_all_be_true() -> None:
    tree = tree_of(["model=a", "tokens>1"], '{"or": []}')
    assert tree == {"and": [_leaf("model", "eq", "a"), _leaf("tokens", "gt", 1), {"or": []}]}
    assert tree_of([], None) is None


@pytest.mark.parametrize(
    ("terms", "given"),
    [
        (["jane@example.org"], None),
        (["=jane@example.org"], None),
        ([], "jane@example.org"),
        ([], "[]"),
    ],
)
def test_what_is_no_filter_is_refused_and_not_quoted(terms: list[str], given: str | None) -> None:
    with pytest.raises(WrongUsage) as refused:
        tree_of(terms, given)
    assert "jane" not in str(refused.value)
