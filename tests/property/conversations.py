"""Strategies that the engine's laws share: texts, findings that fit them, policies."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from sluice.engine import Action, Finding, Policy, Rule

LAW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Speed is measured in benchmarks, not here."""

TYPES = ("PERSON", "US_PERSON", "EMAIL_ADDRESS", "ADDRESS", "IP_ADDRESS", "DATE_TIME", "A", "A_B1")

_FRAGMENTS = (
    "Jane", "Jane Doe", "jane@x.org", "José", "Jose\u0301", "م", "שלום", "李小龍", "👩‍👩‍👧",
    "\u0301", " ", "\n", "\r\n", "\0", "_", "__", "\\", "\\_", "\\n", "\\u00e9", "-", ".",
    "\\ud83d\\ude00", "\\u", "de00",
    ",", "'s", "*", "`", "<", ">", "&lt;", "{", "}", "[", "]", '"', ":", '{"a": "', '"}',
    "```json\n", "0", "1", "10", "x", "US", "us ", "PERSON", "person", "PERSON_0",
    "PERSON_1", "person 0", "Person-1", "PERSON\\_0", "US PERSON_0", "EMAIL_ADDRESS_0",
    "email address 0", "A_0", "a 1", "192.0.2.7", "10.1.2.3", "2024-02-03", "true", "1.5",
)  # fmt: skip

# Values that have stand-ins, some of them in the ranges that stand-ins are drawn from.
VALUES = (
    ("CREDIT_CARD", "4111 1111 1111 1111"), ("CREDIT_CARD", "378282246310005"),
    ("EMAIL_ADDRESS", "jane@x.org"), ("EMAIL_ADDRESS", "jane@example.org"),
    ("PHONE_NUMBER", "+1 202 555 0147"), ("PHONE_NUMBER", "020 7219 3000"),
    ("IP_ADDRESS", "10.1.2.3"), ("IP_ADDRESS", "192.0.2.7"), ("IP_ADDRESS", "2a00::1"),
    ("DATE_TIME", "2024-02-29"), ("DATE_TIME", "1 May 2001"), ("DATE_TIME", "2001-05-05"),
    ("URL", "https://x.org/a"), ("US_SSN", "123-45-6789"), ("MAC_ADDRESS", "00:1b:44:11:3a:b7"),
    ("PERSON", "Jane Doe"), ("PERSON", "Jose\u0301"), ("PERSON", "José"), ("PERSON", "C:\\new"),
    ("PERSON", "O\\\"N"), ("PERSON", "O\"N"), ("US_PERSON", "x"), ("ADDRESS", "1 Main St\\n2"),
)  # fmt: skip

_fragments = st.sampled_from(_FRAGMENTS)
texts = st.one_of(
    st.lists(_fragments, max_size=14).map("".join),
    st.lists(st.one_of(_fragments, st.text(max_size=4)), max_size=8).map("".join),
)
entity_types = st.sampled_from((*TYPES, "CREDIT_CARD", "PHONE_NUMBER", "URL"))


@st.composite
def _scattered(draw: st.DrawFn) -> tuple[str, list[Finding]]:
    """Findings anywhere in a text."""
    text = draw(texts)
    places = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    pairs = pairwise(places)
    findings = [Finding(*pair, draw(entity_types)) for pair in pairs if draw(st.booleans())]
    return text, draw(st.permutations(findings))


@st.composite
def _meant(draw: st.DrawFn) -> tuple[str, list[Finding]]:
    """Findings where they belong, among other text; some values are not found."""
    text = ""
    findings: list[Finding] = []
    pieces = st.one_of(st.sampled_from(VALUES), st.tuples(st.just(""), _fragments))
    for kind, piece in draw(st.lists(pieces, max_size=10)):
        if kind and draw(st.integers(0, 3)):
            findings.append(Finding(len(text), len(text) + len(piece), kind))
        text += piece + draw(st.sampled_from(["", " ", " ", "\n", "_"]))
    return text, findings


prompts = st.one_of(_scattered(), _meant())
"""A text and valid findings in it, in any order."""


def policies(*actions: Action) -> st.SearchStrategy[Policy]:
    """Policies that use only these actions."""
    rules = st.sampled_from(actions).map(Rule)
    return st.builds(Policy, rules=st.dictionaries(entity_types, rules, max_size=4), default=rules)


reversible = policies(Action.MASK, Action.REPLACE, Action.ALLOW)
any_policy = policies(Action.MASK, Action.REPLACE, Action.ALLOW, Action.REDACT)
