"""Many findings on both sides cost work in proportion to their number, not to its square."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine import Action, Finding, Policy, Rule
from sluice.server.errors import Unprocessable
from sluice.server.features.prompts.review import check_caller_findings, review
from sluice.server.features.prompts.schemas import FindingIn

MANY = 300


@dataclass(frozen=True)
class CountingPolicy(Policy):
    """A policy that counts how often it decides."""

    asked: list[int] = field(default_factory=lambda: [0])

    def action_for(self, finding: Finding) -> Action:
        """Count, and decide as usual."""
        self.asked[0] += 1
        return super().action_for(finding)


class CountingText(str):
    """A text that counts the code points that are copied out of it."""

    copied = 0

    def __getitem__(self, key: Any) -> str:  # noqa: ANN401 (the base's signature)
        piece = super().__getitem__(key)
        type(self).copied += len(piece)
        return piece


def test_each_finding_is_decided_about_a_few_times_only() -> None:
    policy = CountingPolicy()
    found = [Finding(10 * i, 10 * i + 5, "EMAIL_ADDRESS") for i in range(MANY)]
    reviewed = review(found, list(reversed(found)), policy)
    assert reviewed.findings == found
    assert policy.asked[0] < 20 * MANY


def test_a_long_text_is_not_copied_for_findings_of_another_length() -> None:
    text = CountingText("x" * 10_000)
    wrong = FindingIn(start=0, end=10_000, text="y", type="PERSON")
    with pytest.raises(Unprocessable) as refused:
        check_caller_findings(text, [wrong] * MANY)
    assert len(refused.value.errors) == MANY
    assert CountingText.copied < 10_000


ACTIONS = tuple(Action)
POLICY = Policy(rules={a.name: Rule(action=a, user_may_release=True) for a in ACTIONS})
FINDINGS = st.lists(
    st.builds(
        lambda start, length, action: Finding(start, start + length, action.name),
        st.integers(0, 12),
        st.integers(1, 6),
        st.sampled_from(ACTIONS),
    ),
    max_size=6,
)


def _released(found: list[Finding], mine: list[Finding]) -> int:
    """The rule itself, pair by pair."""
    order = [Action.ALLOW, Action.REPLACE, Action.MASK, Action.REDACT, Action.BLOCK]
    count = 0
    for f in found:
        action = Action[f.entity_type]
        least = order.index(Action.REPLACE if action is Action.MASK else action)
        covered = any(
            g.start <= f.start and f.end <= g.end and order.index(Action[g.entity_type]) >= least
            for g in mine
        )
        count += action is not Action.ALLOW and not covered
    return count


@settings(max_examples=300)
@given(FINDINGS, FINDINGS)
def test_what_counts_as_released_is_what_no_span_of_the_caller_protects(
    found: list[Finding], mine: list[Finding]
) -> None:
    assert sum(review(found, mine, POLICY).released.values()) == _released(found, mine)
