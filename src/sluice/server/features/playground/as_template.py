"""A prompt as a template: what was found in it becomes variables (pure)."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sluice.engine import Action, Finding, Policy
from sluice.server.features.templates.mustache import Node, Variable, Words, write


@dataclass(frozen=True, slots=True)
class AsTemplate:
    """A template that, filled in with `variables`, is the prompt again."""

    text: str = field(repr=False)
    """In mustache."""
    variables: dict[str, str] = field(repr=False)
    """Originals by the names of their variables."""


def as_template(text: str, findings: Sequence[Finding], policy: Policy) -> AsTemplate:
    """The text with a variable for each original that the policy would not let through.

    `findings` are sorted and do not overlap. The same original has the same variable:
    `person`, or `person_1` and `person_2` where there are several.
    """
    found = [one for one in findings if policy.action_for(one) is not Action.ALLOW]
    names = _names(text, found)
    nodes: list[Node] = []
    done = 0
    for finding in found:
        if finding.start > done:
            nodes.append(Words(text[done : finding.start]))
        nodes.append(Variable(names[_original(text, finding)]))
        done = finding.end
    if done < len(text):
        nodes.append(Words(text[done:]))
    spelt = {_original(text, one): text[one.start : one.end] for one in reversed(found)}
    return AsTemplate(write(nodes), {names[same]: spelt[same] for same in names})


def _original(text: str, finding: Finding) -> str:
    return unicodedata.normalize("NFC", text[finding.start : finding.end])


def _names(text: str, findings: Sequence[Finding]) -> dict[str, str]:
    """The variable of each original, in order of appearance."""
    types: dict[str, str] = {}
    for finding in findings:
        types.setdefault(_original(text, finding), finding.entity_type.lower())
    of_type, seen = Counter(types.values()), Counter[str]()
    names: dict[str, str] = {}
    for original, kind in types.items():
        seen[kind] += 1
        names[original] = kind if of_type[kind] == 1 else f"{kind}_{seen[kind]}"
    return names
