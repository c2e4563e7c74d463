"""What a caller's findings may change: nothing that must be protected is ever let through."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine import Action, Finding, Policy, Rule
from sluice.server.errors import Unprocessable
from sluice.server.features.prompts.review import check_caller_findings, review
from sluice.server.features.prompts.schemas import FindingIn

POLICY = Policy(
    rules={
        "URL": Rule(Action.MASK, user_may_release=True),
        "US_SSN": Rule(Action.BLOCK),
        "DATE_TIME": Rule(Action.ALLOW),
        "PHONE_NUMBER": Rule(Action.REPLACE),
        "IBAN_CODE": Rule(Action.REDACT),
    }
)
EMAIL = Finding(5, 20, "EMAIL_ADDRESS", 0.9, "email")
URL = Finding(30, 40, "URL", 0.9, "url")
SSN = Finding(50, 61, "US_SSN", 0.9, "ssn")


def test_findings_that_come_back_unchanged_change_nothing() -> None:
    found = [EMAIL, URL, SSN]
    reviewed = review(found, found, POLICY)
    assert reviewed.findings == found
    assert reviewed.released == {}


def test_a_span_left_out_is_released_only_where_its_rule_says_so() -> None:
    reviewed = review([EMAIL, URL, SSN], [], POLICY)
    assert reviewed.findings == [EMAIL, SSN]
    assert reviewed.released == {"URL": 1}


def test_an_added_span_counts_like_a_found_one() -> None:
    added = Finding(0, 4, "PERSON", 1.0, "caller")
    assert review([EMAIL], [added, EMAIL], POLICY).findings == [added, EMAIL]


@pytest.mark.parametrize(
    ("new_type", "expected"),
    [
        ("CREDIT_CARD", "CREDIT_CARD"),  # masked too
        ("PHONE_NUMBER", "PHONE_NUMBER"),  # replaced: hides and restores as well
        ("IBAN_CODE", "IBAN_CODE"),  # stricter
        ("DATE_TIME", "EMAIL_ADDRESS"),  # would be allowed: a way around the policy
    ],
)
def test_a_changed_type_stands_unless_it_is_weaker(new_type: str, expected: str) -> None:
    changed = Finding(5, 20, new_type, 1.0, "caller")
    assert [f.entity_type for f in review([EMAIL], [changed], POLICY).findings] == [expected]


def test_a_lowered_score_does_not_release() -> None:
    lowered = Finding(5, 20, "EMAIL_ADDRESS", 0.1, "caller")
    protected = review([EMAIL], [lowered], POLICY).findings
    assert [POLICY.action_for(f) for f in protected] == [Action.MASK]


def test_a_shortened_span_does_not_uncover_the_rest() -> None:
    short = Finding(5, 9, "EMAIL_ADDRESS", 1.0, "caller")
    assert [(f.start, f.end) for f in review([EMAIL], [short], POLICY).findings] == [(5, 20)]


def test_overlapping_spans_become_one_of_the_strictest_type() -> None:
    wide = Finding(45, 70, "EMAIL_ADDRESS", 1.0, "caller")
    (merged,) = review([SSN], [wide], POLICY).findings
    assert (merged.start, merged.end, merged.entity_type) == (45, 70, "US_SSN")


spans = st.tuples(st.integers(0, 40), st.integers(1, 12)).map(lambda s: (s[0], s[0] + s[1]))
types = st.sampled_from(["EMAIL_ADDRESS", "US_SSN", "DATE_TIME", "PHONE_NUMBER", "IBAN_CODE"])
findings = st.builds(
    lambda span, kind, score: Finding(*span, kind, score), spans, types, st.floats(0, 1)
)


@given(st.lists(findings, max_size=6), st.lists(findings, max_size=6))
def test_no_review_uncovers_a_code_point_that_may_not_be_released(
    found: list[Finding], given: list[Finding]
) -> None:
    after = review(found, given, POLICY).findings
    hidden = {
        i for f in after if POLICY.action_for(f) != Action.ALLOW for i in range(f.start, f.end)
    }
    for finding in found:
        if POLICY.action_for(finding) != Action.ALLOW:
            assert hidden.issuperset(range(finding.start, finding.end))
    assert all(a.end <= b.start for a, b in itertools.pairwise(after))


def test_every_mismatch_is_named_by_its_index_and_nothing_is_quoted() -> None:
    given = [
        FindingIn(start=0, end=4, text="Mail", type="PERSON"),
        FindingIn(start=0, end=4, text="canary", type="PERSON"),
        FindingIn(start=3, end=99, text="canary", type="PERSON"),
        FindingIn(start=4, end=4, text="", type="PERSON"),
    ]
    with pytest.raises(Unprocessable) as caught:
        check_caller_findings("Mail me", given)
    assert [p.path for p in caught.value.errors] == [
        "findings[1].text",
        "findings[2]",
        "findings[3]",
    ]
    assert "canary" not in str([p.message for p in caught.value.errors])


def test_offsets_count_code_points() -> None:
    given = [FindingIn(start=2, end=6, text="Jane", type="PERSON")]
    assert check_caller_findings("👋🏽Jane", given)[0].start == 2
