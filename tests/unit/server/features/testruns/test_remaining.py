"""Which placeholders still stand in test cases decides whose originals can go."""

from __future__ import annotations

import pytest

from sluice.server.features.testruns.cases import sealed_content
from sluice.server.features.testruns.remaining import standing_in, standing_in_rows
from sluice.server.features.testruns.tables import TestCase
from sluice.server.kit.sealing import new_data_key
from sluice.server.vault.scopes import ScopeVault

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


@pytest.mark.parametrize(("document", "names"), CASES)
def test_a_placeholder_stands_where_it_would_be_restored(document: object, names: set[str]) -> None:
    """By the grammar of placeholders; stand-ins as they are written."""
    assert standing_in({"inputs": document}, NAMES) == names


def test_rows_are_looked_through_as_they_are_sealed() -> None:
    """Also for a stand-in that JSON must escape, and for a number that begins like another."""
    vault = ScopeVault("conversation:1", new_data_key())
    names = {"PERSON_1", 'Ada "Countess" Byron'}
    documents: list[dict[str, object]] = [
        {"inputs": {"a": "PERSON_10"}},
        {"output": 'Ask Ada "Countess" Byron'},
    ]
    rows = [
        TestCase(uid=uid, content_sealed=sealed_content(document, uid, vault.scope, vault.key))
        for uid, document in zip("ab", documents, strict=True)
    ]
    assert standing_in_rows(rows, vault, names) == {'Ada "Countess" Byron'}
