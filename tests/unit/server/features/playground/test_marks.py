"""Where placeholders and originals stand in texts."""

from __future__ import annotations

from sluice.engine import Action, Finding, Mapping, Policy, Rule, cleanse, hydrate
from sluice.server.features.playground.marks import original_marks, placeholder_marks, raw_marks


def test_marks_are_told_in_code_points_with_type_and_action() -> None:
    mapping = Mapping()
    policy = Policy(rules={"PERSON": Rule(Action.REDACT)})
    findings = [Finding(2, 5, "PERSON"), Finding(6, 11, "EMAIL_ADDRESS")]
    done = cleanse("👋🏽Ann a@b.c", findings, mapping, policy)
    marks = placeholder_marks(done.text, mapping)
    assert [(done.text[m.start : m.end], m.entity_type, m.action) for m in marks] == [
        ("PERSON_0", "PERSON", "redact"),
        ("EMAIL_ADDRESS_0", "EMAIL_ADDRESS", "mask"),
    ]
    answer = hydrate("<email address 0> PERSON_0", mapping)
    (restored,) = original_marks(answer.items, mapping, offset=10)
    assert answer.text[restored.start - 10 : restored.end - 10] == "a@b.c"
    assert restored.placeholder == "EMAIL_ADDRESS_0"


def test_originals_are_marked_where_they_stood_redacted_ones_too() -> None:
    policy = Policy(rules={"PERSON": Rule(Action.REDACT)})
    raw = "👋🏽 Ann, a@b.c, Ann!"
    findings = [Finding(3, 6, "PERSON"), Finding(8, 13, "EMAIL_ADDRESS"), Finding(15, 18, "PERSON")]
    mapping = Mapping()
    done = cleanse(raw, findings, mapping, policy)
    marks = raw_marks(raw, done.text, placeholder_marks(done.text, mapping), mapping)
    assert [raw[m.start : m.end] for m in marks] == ["Ann", "a@b.c", "Ann"]
    assert (
        raw_marks("Ann, b@b.c", "PERSON_0, x", placeholder_marks("PERSON_0", mapping), mapping)
        == []
    )


def test_numbers_that_nobody_issued_are_not_marked() -> None:
    assert placeholder_marks("PERSON_7", Mapping()) == []
