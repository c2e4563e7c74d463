"""YAML with lines: plain data, and every problem where it is."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sluice.server.kit.yaml_lines import load

LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
DATA = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abcXYZ_", min_size=1, max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(DATA.filter(lambda data: data is not None))
def test_what_yaml_writes_is_read_as_it_was(data: object) -> None:
    assert load(yaml.safe_dump(data, default_flow_style=False)).data == data


def test_every_value_knows_its_line_by_keys_in_the_wires_spelling() -> None:
    loaded = load("policy_groups:\n  - name: A\n    rules:\n      URL: {action: mask}\n")
    assert loaded.problems == []
    assert loaded.line_of(("policyGroups",)) == 1
    assert loaded.line_of(("policyGroups", 0, "name")) == 2
    assert loaded.line_of(("policyGroups", 0, "rules", "URL", "action")) == 4
    assert loaded.line_of(("policyGroups", 0, "missing", "deep")) == 2


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: &x 1\nb: *x\n", 2, "aliases"),
        ("a: 1\nb: 2\na: 3\n", 3, "twice"),
        ("custom_terms: 1\ncustomTerms: 2\n", 2, "twice"),
        ("a: [1\n", 2, "expected"),
        ("a: 1\n---\nb: 2\n", 2, "another document"),
        ("a: !!python/object/apply:os.system [x]\n", 1, "constructor"),
        ("", 1, "empty"),
        ("a: \x07\n", 1, "character"),
        ("a: 2026-13-45\n", 1, "date"),
        ("[" * 1000 + "]" * 1000, 1, "deep"),
        ("a: " + "[" * 100_000, 1, "deep"),
        ("a: " + "{b: " * 100_000, 1, "deep"),
        ("".join(f"{' ' * n}a:\n" for n in range(100)), 65, "deep"),
    ],
)
def test_a_form_that_is_refused_is_named_with_its_line(text: str, line: int, said: str) -> None:
    found = load(text)
    assert found.data is None or found.problems
    assert [number for number, _ in found.problems] == [line]
    assert said in found.problems[0][1]
