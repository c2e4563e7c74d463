"""What happens to sensitive data that a model brings up by itself, where nobody set a policy.

Models know well-known people, places and dates, and may speak of them; what identifies or gives
access to somebody has no business in an answer that did not get it from the caller.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from sluice.engine.types import Action, Policy, Rule

SPOKEN_OF: Final = (
    "PERSON", "LOCATION", "ORGANIZATION", "NRP", "TITLE", "DATE_TIME", "AGE", "MONEY", "URL",
)  # fmt: skip
"""Entity types that an answer may hold."""

BUILT_IN: Final = Policy(
    rules=MappingProxyType({name: Rule(Action.ALLOW) for name in SPOKEN_OF}),
    default=Rule(Action.REDACT),
)
"""Everything but `SPOKEN_OF` is redacted at a score of .5 or more."""


def needs_names(policy: Policy) -> bool:
    """Whether the tagger has to read answers: whether any kind of name is not simply allowed.

    Where all are, postal addresses are found by their forms alone.
    """
    types = ("PERSON", "LOCATION", "ORGANIZATION", "NRP")
    return any(policy.rule_for(name).action is not Action.ALLOW for name in types)
