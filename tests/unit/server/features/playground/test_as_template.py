"""Prompts as templates: filled in with their variables they are the prompts again."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine import Action, Finding, Policy, Rule
from sluice.server.features.playground.as_template import as_template
from sluice.server.features.templates.mustache import parse, render

TEXTS = st.text(
    st.sampled_from("ab {}#/<%=[]\n\té\u0301😀م") | st.characters(exclude_categories=["Cs"]),
    max_size=60,
)


@pytest.mark.parametrize(
    ("text", "spans", "template", "variables"),
    [
        pytest.param("hi", [], "hi", {}, id="nothing found"),
        pytest.param("Ann", [(0, 3, "PERSON")], "{{person}}", {"person": "Ann"}, id="all of it"),
        pytest.param(
            "Ann, Bo and Ann",
            [(0, 3, "PERSON"), (5, 7, "PERSON"), (12, 15, "PERSON")],
            "{{person_1}}, {{person_2}} and {{person_1}}",
            {"person_1": "Ann", "person_2": "Bo"},
            id="the same original has the same variable",
        ),
        pytest.param(
            "👋🏽Ann@b",
            [(2, 5, "PERSON"), (5, 7, "EMAIL_ADDRESS")],
            "👋🏽{{person}}{{email_address}}",
            {"person": "Ann", "email_address": "@b"},
            id="side by side, in code points",
        ),
        pytest.param("Berlin", [(0, 6, "LOCATION")], "Berlin", {}, id="allowed stays"),
    ],
)
def test_what_is_found_becomes_variables(
    text: str, spans: list[tuple[int, int, str]], template: str, variables: dict[str, str]
) -> None:
    policy = Policy(rules={"LOCATION": Rule(Action.ALLOW)})
    made = as_template(text, [Finding(*span) for span in spans], policy)
    assert (made.text, made.variables) == (template, variables)
    assert "Ann" not in repr(made)


@st.composite
def found(draw: st.DrawFn) -> tuple[str, list[Finding]]:
    """A text, and findings in it."""
    text = draw(TEXTS)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    kinds = st.sampled_from(["PERSON", "EMAIL_ADDRESS"])
    spans = zip(cuts[::2], cuts[1::2], strict=False)
    return text, [Finding(start, end, draw(kinds)) for start, end in spans]


@settings(max_examples=150, deadline=None)
@given(found())
def test_a_template_filled_in_with_its_variables_is_the_prompt_again(
    given_: tuple[str, list[Finding]],
) -> None:
    text, findings = given_
    made = as_template(text, findings, Policy())
    parsed = parse(made.text)
    assert parsed.faults == ()
    filled = render(parsed.nodes, made.variables)
    # Two spellings of one original that are canonically equivalent share a variable.
    assert unicodedata.normalize("NFC", filled) == unicodedata.normalize("NFC", text)
