"""The filter bar: a form and the tree that it means."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sluice.server.dashboard.pages.sessions_filter import Asked, fields_of_tree
from sluice.server.features.sessions.search.fields import Target
from sluice.server.features.sessions.search.filters import parsed

LEAF = {"field": "text", "op": "contains", "value": "jane"}
DAY = "2026-11-21"

FORMS: list[dict[str, str]] = [
    {},
    {"text": "jane", "type": "PERSON", "since": DAY, "until": DAY},
    {"complete": "false", "slow": "3000", "environment": "prod", "model": "gpt"},
    {"testRun": "0a-1b", "template": "2c-3d", "version": "4e-5f"},
    {"field1": "metadata.plan", "op1": "eq", "value1": "gold", "text": "refund"},
    {"field1": "metadata.age", "op1": "gt", "value1": "7"},
    {"field1": "evaluation.score", "op1": "lte", "value1": "0.25", "field2": "format",
     "op2": "contains", "value2": "chat", "field3": "tokens", "op3": "lt", "value3": "9"},
]  # fmt: skip


@pytest.mark.parametrize("fields", FORMS, ids=lambda fields: "-".join(fields) or "nothing")
def test_a_form_means_a_tree_and_the_tree_the_form(fields: dict[str, str]) -> None:
    tree = Asked(Target.RECORDINGS, fields).tree()
    parsed(Target.RECORDINGS, tree)
    assert fields_of_tree(Target.RECORDINGS, tree) == fields


TREES: list[Any] = [
    {"or": [LEAF, LEAF]},
    {"not": LEAF},
    {"and": [LEAF, LEAF]},
    {"and": [{"field": "tokens", "op": "eq", "value": n} for n in range(4)]},
    {"field": "createdAt", "op": "gte", "value": "2026-11-21T09:30:00+00:00"},
    {"field": "durationMs", "op": "between", "value": [1, 2]},
    {"field": "metadata.number", "op": "eq", "value": "7"},
]


@pytest.mark.parametrize("tree", TREES, ids=str)
def test_what_is_none_of_the_forms_is_shown_as_json(tree: Any) -> None:  # noqa: ANN401 (JSON)
    fields = fields_of_tree(Target.RECORDINGS, tree)
    assert json.loads(fields["filter"]) == tree
    again = Asked(Target.RECORDINGS, fields).tree()
    assert again == {"and": [tree]}


def test_only_what_says_nothing_of_a_person_stands_in_an_address() -> None:
    safe = {"type": "PERSON", "since": DAY, "order": "slowest", "testRun": "0a-1b"}
    asked = Asked(Target.RECORDINGS, safe)
    assert asked.is_safe
    assert asked.address == "type=PERSON&since=2026-11-21&order=slowest&testRun=0a-1b"
    for name in ("text", "environment", "model", "filter", "field1", "value2"):
        typed = Asked(Target.RECORDINGS, {**safe, name: "jane"})
        assert not typed.is_safe, name
        assert "jane" not in typed.address, name
