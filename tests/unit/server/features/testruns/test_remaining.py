"""Which placeholders still stand in test cases decides whose originals can go."""

from __future__ import annotations

import pytest

from sluice.server.features.testruns.cases import CaseKind, Inputs, KnownCase
from sluice.server.features.testruns.remaining import standing_in

NAMES = {"PERSON_1", "EMAIL_ADDRESS_0", "Ada Byron"}
CASES: list[object] = [
    pytest.param({"a": "Dear PERSON_1,"}, {"PERSON_1"}, id="in a text"),
    pytest.param({"a": "PERSON_10 PERSON_0 US_PERSON_1"}, set(), id="only in longer ones"),
    pytest.param({"a": {"b": ["x", {"c": "EMAIL_ADDRESS_0"}]}}, {"EMAIL_ADDRESS_0"}, id="deep"),
    pytest.param({"EMAIL_ADDRESS_0": 1}, {"EMAIL_ADDRESS_0"}, id="as a key"),
    pytest.param({"a": "Ask Ada Byron."}, {"Ada Byron"}, id="a stand-in"),
    pytest.param({"a": '{"b": "__PERSON_1__"}'}, {"PERSON_1"}, id="with marks around it"),
    pytest.param({"a": "nobody", "b": 5, "c": None}, set(), id="nowhere"),
]


@pytest.mark.parametrize(("inputs", "names"), CASES)
def test_a_placeholder_stands_where_it_would_be_restored(inputs: Inputs, names: set[str]) -> None:
    """By the grammar of placeholders; stand-ins as they are written."""
    case = KnownCase(1, "uid", CaseKind.COMPLETION, inputs, None)
    assert standing_in([case], NAMES) == names


def test_every_part_of_a_case_counts() -> None:
    """Also what is expected, what came before, and what describes it."""
    parts = [
        KnownCase(1, "a", CaseKind.COMPLETION, {}, "PERSON_1"),
        KnownCase(2, "b", CaseKind.COMPLETION, {}, None, {"content": "EMAIL_ADDRESS_0"}),
        KnownCase(3, "c", CaseKind.COMPLETION, {}, None, None, [{"content": "Ada Byron"}]),
    ]
    assert standing_in(parts, NAMES) == NAMES
