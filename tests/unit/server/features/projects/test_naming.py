"""Public ids of projects."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.server.features.projects.naming import LONGEST, free_slug, is_uid, slug_of


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Support", "support"),
        ("Customer support (EU)", "customer-support-eu"),
        ("Müller & Söhne", "muller-sohne"),
        ("  --a__b--  ", "a-b"),
        ("Ⅷ ﬁne", "viii-fine"),
        ("支持", "project"),
        ("…", "project"),
        ("x" * 200, "x" * 56),
    ],
    ids=["word", "words", "accents", "signs", "compatible", "other script", "no letter", "long"],
)
def test_a_slug_reads_like_its_name(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@pytest.mark.parametrize(
    "text",
    ["", "-a", "_a", "a b", "a/b", "a\n", "é", "~1", "a" * 65, "a.b", "..", "a%2Fb"],
    ids=repr,
)
def test_what_would_have_to_be_quoted_in_a_path_is_no_id(text: str) -> None:
    assert not is_uid(text)


@given(st.text(max_size=300), st.integers(min_value=0, max_value=30))
def test_every_name_gets_an_id_that_is_free(name: str, taken: int) -> None:
    ids: list[str] = []
    for _ in range(taken):
        ids.append(free_slug(slug_of(name), ids))
        assert is_uid(ids[-1])
        assert len(ids[-1]) <= LONGEST
    assert len(set(ids)) == taken
