"""What differs between two policies: everything, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.server.features.policies.comparing import PolicyDiff, compared
from sluice.server.features.policies.schemas import PolicyDocument

MASK = {"action": "mask", "threshold": 0.5, "userMayRelease": False}
BLOCK = {**MASK, "action": "block"}
TERM = {"name": "code name", "entityType": "PROJECT", "text": "Blue Heron"}


def _compared(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    one, other = PolicyDocument.model_validate(before), PolicyDocument.model_validate(after)
    told = compared(one, other).model_dump(mode="json", by_alias=True)
    return {name: value for name, value in told.items() if value}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({}, {}, {}),
        ({"rules": {"URL": MASK}}, {"rules": {"URL": {}}}, {}),
        (
            {"rules": {"URL": MASK}},
            {"rules": {"URL": BLOCK}},
            {"rules": [{"entityType": "URL", "before": MASK, "after": BLOCK}]},
        ),
        (
            {"rules": {"URL": MASK}},
            {"rules": {"PERSON": BLOCK}},
            {
                "rules": [
                    {"entityType": "PERSON", "before": None, "after": BLOCK},
                    {"entityType": "URL", "before": MASK, "after": None},
                ]
            },
        ),
        ({"default": MASK}, {"default": BLOCK}, {"default": {"before": MASK, "after": BLOCK}}),
        (
            {},
            {"detection": "thorough"},
            {"detection": {"before": "standard", "after": "thorough"}},
        ),
        (
            {"allowList": ["a", "b"]},
            {"allowList": ["b", "c", "c"]},
            {"allowed": ["c"], "noLongerAllowed": ["a"]},
        ),
    ],
    ids=["same", "defaults", "changed", "came and went", "default", "detection", "allow list"],
)
def test_what_differs_is_told(
    before: dict[str, Any], after: dict[str, Any], told: dict[str, Any]
) -> None:
    assert _compared(before, after) == told


def test_a_term_that_is_another_one_is_told_by_its_name() -> None:
    other = {**TERM, "text": "Grey Heron"}
    new = {"name": "new", "pattern": "X[0-9]+"}
    changes = _compared({"customTerms": [TERM]}, {"customTerms": [other, new]})["customTerms"]
    assert [(c["name"], c["before"] is None, c["after"] is None) for c in changes] == [
        ("code name", False, False),
        ("new", True, False),
    ]
    (gone,) = _compared({"customTerms": [TERM]}, {})["customTerms"]
    assert gone["after"] is None


_ACTIONS = st.sampled_from(["allow", "mask", "redact", "replace", "block"])
_POLICIES = st.fixed_dictionaries(
    {
        "rules": st.dictionaries(
            st.sampled_from(["URL", "PERSON", "DATE"]), st.fixed_dictionaries({"action": _ACTIONS})
        ),
        "allowList": st.lists(st.sampled_from(["a", "b", "c"]), unique=True).map(sorted),
        "customTerms": st.lists(
            st.fixed_dictionaries({"name": st.sampled_from(["x", "y"]), "text": st.just("z")}),
            max_size=1,
        ),
    }
).map(PolicyDocument.model_validate)


@settings(max_examples=60, deadline=None)
@given(_POLICIES, _POLICIES)
def test_nothing_differs_exactly_where_both_are_the_same(
    one: PolicyDocument, other: PolicyDocument
) -> None:
    diff = compared(one, other)
    assert diff.is_empty == (one == other)
    back = compared(other, one)
    assert (back.allowed, back.no_longer_allowed) == (diff.no_longer_allowed, diff.allowed)
    assert PolicyDiff().is_empty
