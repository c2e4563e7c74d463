"""The texts of one request, from what was found in them to what may be sent (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import chain

from sluice.engine import Action, Cleansed, Entry, Finding, Mapping, Policy, cleanse
from sluice.engine.pipeline import ENTITY_TYPES
from sluice.engine.placeholders import parse
from sluice.server.features.proxy.cleansed_texts import (
    CleansedOnce,
    TextKey,
    Uncleansed,
    cleansed_once,
)
from sluice.server.features.proxy.mentioned import Mentions, Original


@dataclass(slots=True)
class RequestTexts:
    """Every text of a request once, in the order of their first appearance."""

    raw: dict[TextKey, str] = field(repr=False)
    known: dict[TextKey, CleansedOnce]
    fresh: dict[TextKey, Uncleansed] = field(default_factory=dict)
    """What has still to be cleansed; `known` has none of them."""

    @property
    def fresh_chars(self) -> int:
        """Code points that have still to be cleansed."""
        return sum(len(text.text) for text in self.fresh.values())


def known_types(policy: Policy, issued: Iterable[str]) -> frozenset[str]:
    """Every entity type of which there may be placeholders."""
    terms = (term.entity_type for term in policy.custom_terms)
    return ENTITY_TYPES.union(policy.rules, terms, issued)


def without_blocking(policy: Policy) -> Policy:
    """The policy for instructions, which a caller cannot change: what is blocked is redacted."""
    rules = {
        kind: replace(rule, action=Action.REDACT) if rule.action is Action.BLOCK else rule
        for kind, rule in policy.rules.items()
    }
    default = policy.default
    if default.action is Action.BLOCK:
        default = replace(default, action=Action.REDACT)
    return replace(policy, rules=rules, default=default)


def blocked(texts: Iterable[Uncleansed], policy: Policy) -> Counter[str]:
    """How often which entity type is found that the policy blocks."""
    found = chain.from_iterable(text.findings for text in texts if text.restorable)
    return Counter(f.entity_type for f in found if policy.action_for(f) is Action.BLOCK)


def cleansed(text: Uncleansed, mapping: Mapping, policy: Policy) -> Cleansed:
    """One text under the policy; instructions so that nothing of them comes back."""
    if text.restorable:
        return cleanse(text.text, text.findings, mapping, policy)
    return cleanse(text.text, text.findings, mapping, without_blocking(policy), restorable=False)


def probe(texts: RequestTexts, key: bytes, policy: Policy) -> dict[TextKey, CleansedOnce]:
    """What would come of the fresh texts in a conversation of their own.

    The lookups are those of the conversation that `key` belongs to; the placeholders are not.
    """
    mapping = Mapping(key=key)
    return {
        place: cleansed_once(text, cleansed(text, mapping, policy), mapping, policy)
        for place, text in texts.fresh.items()
    }


def lookups(probed: Iterable[CleansedOnce]) -> set[bytes]:
    """The lookups of everything that stands in these texts."""
    return {entry.lookup for once in probed for entry in once.entries}


def teach(texts: RequestTexts, probed: dict[TextKey, CleansedOnce]) -> dict[TextKey, list[Finding]]:
    """What the originals of some texts are in the others, by text; only what is new."""
    all_of_them = _originals(texts, probed)
    everything = frozenset(all_of_them)
    seekers: dict[int, tuple[frozenset[bytes], Mentions]] = {}
    taught: dict[TextKey, list[Finding]] = {}
    for key, once in chain(texts.known.items(), probed.items()):
        if key in texts.fresh and not texts.fresh[key].restorable:
            continue
        # Many texts have sought the same: one set object, and one search for what is new.
        before = once.sought
        if id(before) not in seekers:
            new = everything - before
            mentions = Mentions(all_of_them[lookup] for lookup in new)
            seekers[id(before)] = (before | new, mentions)
        once.sought, mentions = seekers[id(before)]
        if more := mentions.within(texts.raw[key], once.spans):
            taught[key] = more
    return taught


def _originals(texts: RequestTexts, probed: dict[TextKey, CleansedOnce]) -> dict[bytes, Original]:
    found: dict[bytes, Original] = {}
    for key, once in chain(texts.known.items(), probed.items()):
        if key in texts.fresh and not texts.fresh[key].restorable:
            continue
        raw = texts.raw[key]
        for at in once.originals:
            if at.lookup not in found:
                found[at.lookup] = Original(at.entity_type, raw[at.start : at.end])
    return found


def cleanse_all(
    texts: RequestTexts, mapping: Mapping, policy: Policy
) -> dict[TextKey, CleansedOnce]:
    """The fresh texts, cleansed with the conversation's own placeholders."""
    for text in texts.fresh.values():
        # What is typed in the last of them must not be issued in the first.
        mapping.reserve(text.text)
    return {
        place: cleansed_once(text, cleansed(text, mapping, policy), mapping, policy)
        for place, text in texts.fresh.items()
    }


def by_lookup(texts: Iterable[CleansedOnce]) -> dict[bytes, Entry]:
    """Every entry that stands in these texts, by its lookup."""
    return {entry.lookup: entry for once in texts for entry in once.entries}


def numbers(placeholders: Iterable[str]) -> dict[str, set[int]]:
    """Placeholders as `Mapping` takes reserved ones."""
    reserved: dict[str, set[int]] = {}
    for placeholder in placeholders:
        if (parsed := parse(placeholder)) is not None:
            reserved.setdefault(parsed[0], set()).add(parsed[1])
    return reserved
