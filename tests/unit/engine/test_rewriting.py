"""Writing a text that was cleansed on trial again is the same as cleansing it again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine import Action, Finding, Mapping, Policy, RawText, Rule, cleanse, hydrate
from sluice.engine.errors import EngineError
from sluice.engine.rewriting import Trial, rewritten

KEY = bytes(range(32))
KINDS = {
    "PERSON": Action.MASK,
    "EMAIL_ADDRESS": Action.MASK,
    "SECRET": Action.REDACT,
    "LOCATION": Action.ALLOW,
    "API_KEY": Action.REPLACE,
}
POLICY = Policy(rules={kind: Rule(action) for kind, action in KINDS.items()})
PIECES = [
    "Jane",
    "Roe",
    "a\u0308",
    "\u00e4",
    "\\n",
    '"',
    " ",
    " ",
    "_",
    "7",
    "PERSON_1",
    ".",
    "\U0001f642",
]

_text = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
_span = st.tuples(st.integers(0, 40), st.integers(1, 6), st.sampled_from(sorted(KINDS)))
_case = st.tuples(_text, st.lists(_span, max_size=4))


def _findings(text: str, spans: list[tuple[int, int, str]]) -> list[Finding]:
    found: list[Finding] = []
    for start, length, kind in sorted(spans):
        end = min(len(text), start + length)
        if start < end and (not found or found[-1].end <= start):
            found.append(Finding(start, end, kind))
    return found


def _mappings(before: list[str]) -> tuple[Mapping, Mapping]:
    """Two that are the same, and have issued something already."""
    made = Mapping(key=KEY), Mapping(key=KEY)
    for mapping in made:
        for text in before:
            mapping.issue("PERSON", RawText(text), Action.MASK)
    return made


@settings(max_examples=400, deadline=None)
@given(st.lists(_case, min_size=1, max_size=3), st.lists(st.sampled_from(PIECES), max_size=2))
def test_writing_again_gives_what_cleansing_with_that_mapping_gives(
    cases: list[tuple[str, list[tuple[int, int, str]]]], before: list[str]
) -> None:
    trial, (mapping, same) = Trial(key=KEY), _mappings(before)
    for text, spans in cases:
        findings = _findings(text, spans)
        tried = cleanse(text, findings, trial, POLICY)
        done = rewritten(text, tried, trial, mapping)
        expected = cleanse(text, findings, same, POLICY)
        if done is None:
            assert any(entry.action is Action.REPLACE for entry in trial.entries)
            done = cleanse(text, findings, mapping, POLICY)
        assert done == expected
        assert (mapping.entries, mapping.reserved) == (same.entries, same.reserved)


def test_what_was_written_again_is_restored() -> None:
    text, trial, mapping = "Ask Jane Roe, not Jane.", Trial(key=KEY), Mapping(key=KEY)
    mapping.issue("PERSON", RawText("Somebody Else"), Action.MASK)
    found = [Finding(4, 12, "PERSON"), Finding(18, 22, "PERSON")]
    done = rewritten(text, cleanse(text, found, trial), trial, mapping)
    assert done is not None
    assert done.text == "Ask PERSON_1, not PERSON_2."
    assert hydrate(done.text, mapping).text == text


def test_what_is_typed_is_in_nobody_s_way_on_trial() -> None:
    text = "PERSON_0 PERSON_1 API_KEY_0: Jane Roe has sk-ant-REDACTED"
    found = [Finding(29, 37, "PERSON"), Finding(42, len(text), "API_KEY")]
    tried = cleanse(text, found, Trial(key=KEY), POLICY)
    assert tried.text.startswith("PERSON_0 PERSON_1 API_KEY_0: PERSON_")


def test_a_mapping_without_numbers_left_stays_as_it_was() -> None:
    def none_left(_: str) -> int:
        raise EngineError("none left")

    text, trial = "Ask Jane Roe.", Trial(key=KEY)
    tried = cleanse(text, [Finding(4, 12, "PERSON")], trial)
    mapping = Mapping(key=KEY, draw=none_left)
    with pytest.raises(EngineError):
        rewritten(text, tried, trial, mapping)
    assert mapping.entries == ()
    assert mapping.reserved == {}
