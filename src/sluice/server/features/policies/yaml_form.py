"""The YAML form of policy groups, the same for the command line and the API.

Keys are those of the management API.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from pydantic import Field, ValidationError

from sluice.engine import Detection, Detector, InvalidPolicy
from sluice.engine.errors import Problem
from sluice.server.errors import Unprocessable
from sluice.server.features.policies.schemas import Name, PolicyDocument, RuleDocument
from sluice.server.kit.wire import StrictModel, to_camel_path
from sluice.server.kit.yaml_lines import Loaded, Path, load, place_of, told_of
from sluice.server.kit.yaml_text import Flow, as_yaml, document_of, set_values

_QUOTED: Final = re.compile(r"'[^']*'")


class PolicyGroupEntry(PolicyDocument):
    """A policy group: its name and its policy."""

    name: Name

    def policy(self) -> dict[str, Any]:
        """The policy as the API takes it."""
        return self.model_dump(mode="json", by_alias=True, exclude={"name"})


class _Document(StrictModel):
    """A document with one policy group."""

    policy_groups: list[PolicyGroupEntry] = Field(min_length=1, max_length=1)


def read_policy_group(text: str) -> PolicyGroupEntry:
    """The one policy group of a document.

    Raises `Unprocessable` with every problem and its line; nothing of the text stands in it.
    """
    loaded = load(text)
    # What YAML itself finds wrong may quote what stands there.
    problems = [
        Problem("", f"line {line}: {_QUOTED.sub('…', message)}")
        for line, message in loaded.problems
    ]
    found: _Document | None = None
    if not problems:
        try:
            found = _Document.model_validate(loaded.data)
        except ValidationError as error:
            listed = error.errors(include_url=False, include_input=False)
            problems = [_problem(loaded, one["loc"], told_of(one)) for one in listed]
    if found is not None:
        listed_too = unusable(found.policy_groups[0], 0)
        problems = [_problem(loaded, path, message) for path, message in listed_too]
    if problems or found is None:
        raise Unprocessable("This is no policy group; nothing was changed.", errors=problems)
    return found.policy_groups[0]


def unusable(group: PolicyGroupEntry, index: int) -> Iterator[tuple[Path, str]]:
    """What the engine cannot apply of the group at this place of a document."""
    policy = group.to_policy()
    try:
        Detector(custom_terms=policy.custom_terms, allow_list=policy.allow_list)
    except InvalidPolicy as e:
        for problem in e.problems:
            parts = re.findall(r"\[(\d+)\]|([^.\[\]]+)", to_camel_path(problem.path))
            inner = tuple(int(number) if number else word for number, word in parts)
            yield ("policyGroups", index, *inner), problem.message


def unknown_types(group: PolicyGroupEntry) -> list[str]:
    """Entity types with a rule that nothing finds: a misspelling, as a rule."""
    found = Detector().entity_types() | {term.entity_type for term in group.custom_terms}
    return sorted(set(group.rules) - found)


def policies_document(groups: Sequence[PolicyGroupEntry]) -> str:
    """A document with these policy groups."""
    return document_of("policy", "policyGroups", [policy_text(group) for group in groups])


def policy_text(group: PolicyGroupEntry) -> str:
    """One policy group, as it stands in a document."""
    shown: dict[str, Any] = {"name": group.name}
    if group.detection is not Detection.STANDARD:
        shown["detection"] = group.detection.value
    shown["default"] = _rule(group.default)
    if group.rules:
        shown["rules"] = {name: _rule(rule) for name, rule in sorted(group.rules.items())}
    if group.custom_terms:
        shown["customTerms"] = [Flow(set_values(term)) for term in group.custom_terms]
    if group.allow_list:
        shown["allowList"] = list(group.allow_list)
    return as_yaml(shown)


def _rule(rule: RuleDocument) -> Flow:
    shown: dict[str, Any] = {"action": rule.action.value, "threshold": rule.threshold}
    if rule.user_may_release:
        shown["userMayRelease"] = True
    return Flow(shown)


def _problem(loaded: Loaded, path: Path, message: str) -> Problem:
    line, shown = place_of(loaded, path)
    return Problem(shown, f"line {line}: {message}")
