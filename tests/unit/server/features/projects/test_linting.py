"""What a lint says of templates and test cases, and what it never says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine import Action, Policy, Rule
from sluice.server.analysis.analyzer import Analyzer
from sluice.server.analysis.detectors import Detectors
from sluice.server.errors import Unprocessable
from sluice.server.features.policies.service import PolicyInForce
from sluice.server.features.projects.known import KnownProject, OnFindings
from sluice.server.features.projects.linting import MOST_TOLD, Lint, Linter, LintFinding, LintOut
from sluice.server.features.projects.service import Projects
from sluice.server.features.proxy.wires.reading import Reading

pytestmark = pytest.mark.anyio
JANE = "jane.roe@example.org"
CARD = "4111 1111 1111 1111"
PROJECT = cast("KnownProject", None)
"""Whose policy is asked for only."""


@dataclass
class OnePolicy:
    """Projects that all have one policy."""

    rules: Policy = field(default_factory=Policy)

    async def policy(self, project: KnownProject) -> PolicyInForce:
        return PolicyInForce(1, 1, self.rules)


def linter(policy: Policy | None = None) -> Linter:
    projects = cast("Projects", OnePolicy(policy or Policy()))
    return Linter(projects, Analyzer(Detectors(), seconds=20))


async def test_a_lint_says_where_and_what_and_never_the_text() -> None:
    texts = [
        ("messages[0].content", f"Write to {JANE}."),
        ("messages[1].content", "Nothing here."),
        ("messages[2].content", f"Pay with {CARD} or {CARD}"),
    ]
    lint = await linter().lint(PROJECT, texts)
    assert [(f.path, f.entity_type, f.start, f.end) for f in lint.findings] == [
        ("messages[0].content", "EMAIL_ADDRESS", 9, 29),
        ("messages[2].content", "CREDIT_CARD", 9, 28),
        ("messages[2].content", "CREDIT_CARD", 32, 51),
    ]
    assert lint.counts == {"CREDIT_CARD": 2, "EMAIL_ADDRESS": 1}
    told = LintOut.of(lint).model_dump_json(by_alias=True)
    assert not any(secret in told + repr(lint) for secret in (JANE, CARD, "jane", "4111"))
    assert '"entityType":"EMAIL_ADDRESS"' in told


@pytest.mark.parametrize(
    ("action", "found"),
    [
        (Action.ALLOW, 0),
        (Action.MASK, 1),
        (Action.REDACT, 1),
        (Action.REPLACE, 1),
        (Action.BLOCK, 1),
    ],
)
async def test_what_the_policy_lets_through_is_no_finding(action: Action, found: int) -> None:
    policy = Policy(rules={"EMAIL_ADDRESS": Rule(action)})
    lint = await linter(policy).lint(PROJECT, [("content", f"Write to {JANE}.")])
    assert [f.action for f in lint.findings] == [action] * found


@pytest.mark.parametrize(
    "text",
    [
        "Dear {{first_name}} {{last_name}}, your order {{order_id}} from {{city}} is here.",
        "{{#items}}{{name}}: {{price}}{{/items}}",
        "Mail EMAIL_ADDRESS_0 and PERSON_12 today.",
        "",
    ],
    ids=["variables", "section", "placeholders", "nothing"],
)
async def test_variables_and_placeholders_are_no_findings(text: str) -> None:
    assert (await linter().lint(PROJECT, [("content", text)])).findings == ()


async def test_the_name_of_a_field_says_what_its_value_is() -> None:
    document = {"inputs": {"ssn": "078-05-1120", "iban": "x", "note": f"ask {JANE}"}}
    reading = Reading()
    reading.values(document, "inputs", "inputs", "user")
    lint = await linter().lint_reading(PROJECT, reading)
    found = {(f.path, f.entity_type, f.start, f.end) for f in lint.findings}
    assert ("inputs.note", "EMAIL_ADDRESS", 4, 24) in found
    assert ("inputs.ssn", "US_SSN", 0, 11) in found
    assert document["inputs"]["note"] == f"ask {JANE}"


async def test_a_text_without_utf8_is_refused_at_its_path() -> None:
    with pytest.raises(Unprocessable) as refused:
        await linter().lint(PROJECT, [("a", "fine"), ("b", f"{JANE} \ud800")])
    assert [problem.path for problem in refused.value.errors] == ["b"]
    assert JANE not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


def lint_of(count: int) -> Lint:
    finding = LintFinding("content", "PERSON", 0, 4, 0.9, "names.person", Action.MASK)
    return Lint((finding,) * count)


@pytest.mark.parametrize(
    ("on_findings", "count", "refused"),
    [
        (OnFindings.WARN, 0, False),
        (OnFindings.WARN, 3, False),
        (OnFindings.REFUSE, 0, False),
        (OnFindings.REFUSE, 3, True),
    ],
)
def test_findings_are_refused_only_where_the_project_says_so(
    on_findings: OnFindings, count: int, refused: bool
) -> None:
    if not refused:
        lint_of(count).refuse_if(on_findings)
        return
    with pytest.raises(Unprocessable) as error:
        lint_of(count).refuse_if(on_findings)
    assert (error.value.status, error.value.code) == (422, "findings_refused")
    assert [p.message for p in error.value.errors] == ["holds PERSON at code points 0 to 4"] * count


def test_a_refusal_lists_no_more_than_somebody_can_read_and_counts_all() -> None:
    with pytest.raises(Unprocessable) as error:
        lint_of(MOST_TOLD + 5).refuse_if(OnFindings.REFUSE)
    assert len(error.value.errors) == MOST_TOLD
    assert f"{MOST_TOLD + 5} finding(s)" in error.value.message


@settings(max_examples=40, deadline=None)
@given(before=st.text("ab ü😀\n", max_size=20), behind=st.text("ab ü😀\n", max_size=20))
async def test_offsets_count_code_points(before: str, behind: str) -> None:
    text = f"{before} {JANE} {behind}"
    lint = await linter().lint(PROJECT, [("content", text)])
    assert [text[f.start : f.end] for f in lint.findings if f.entity_type == "EMAIL_ADDRESS"] == [
        JANE
    ]


def test_a_lint_can_be_shown_as_json_of_any_form() -> None:
    shown: dict[str, Any] = LintOut.of(lint_of(1)).model_dump(by_alias=True, mode="json")
    assert shown["counts"] == {"PERSON": 1}
    assert shown["findings"][0]["action"] == "mask"
