"""The texts of one request, from what was found in them to what may be sent (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from sluice.engine import Action, Cleansed, Entry, Finding, Mapping, Policy, cleanse
from sluice.engine.pipeline import ENTITY_TYPES
from sluice.engine.rewriting import Trial, rewritten
from sluice.server.features.proxy.cleansing.cleansed_texts import (
    CleansedOnce,
    TextKey,
    Uncleansed,
    cleansed_once,
    written_once,
)
from sluice.server.features.proxy.cleansing.covering import adds_to, covering
from sluice.server.features.proxy.cleansing.mentioned import FEW, Mentions, Sought, words

MOST_SOUGHT: Final = 10_000
"""Lessons that a text remembers to have been sought in it."""


@dataclass(slots=True)
class RequestTexts:
    """Every text of a request once, in the order of their first appearance."""

    raw: dict[TextKey, str] = field(repr=False)
    known: dict[TextKey, CleansedOnce]
    fresh: dict[TextKey, Uncleansed] = field(default_factory=dict)
    """What has still to be cleansed; `known` has none of them."""
    labels: dict[TextKey, str] = field(default_factory=dict, repr=False)
    """What the fields are called in which texts stand, where that may say something of them."""
    instructions: TextKey | None = None
    """Which of them are the instance's own."""
    entity_types: frozenset[str] = frozenset()
    """Of which there may be placeholders."""
    trial: Mapping | None = field(default=None, repr=False)
    """With what the fresh ones were cleansed on trial."""

    @property
    def fresh_chars(self) -> int:
        """Code points that have still to be cleansed."""
        return sum(len(text.text) for text in self.fresh.values())


def known_types(policy: Policy, issued: Iterable[str]) -> frozenset[str]:
    """Every entity type of which there may be placeholders."""
    terms = (term.entity_type for term in policy.custom_terms)
    return ENTITY_TYPES.union(policy.rules, terms, issued)


def blocked(texts: Iterable[Uncleansed], policy: Policy) -> Counter[str]:
    """How often which entity type is found that the policy blocks."""
    found = chain.from_iterable(text.findings for text in texts if text.restorable)
    return Counter(f.entity_type for f in found if policy.action_for(f) is Action.BLOCK)


def cleansed(text: Uncleansed, mapping: Mapping, policy: Policy) -> Cleansed:
    """One text under the policy; instructions so that nothing of them comes back."""
    if text.restorable:
        return cleanse(text.text, text.findings, mapping, policy)
    return cleanse(text.text, text.findings, mapping, policy.without_blocking(), restorable=False)


def probe(texts: RequestTexts, key: bytes, policy: Policy) -> dict[TextKey, CleansedOnce]:
    """What would come of the fresh texts in a conversation of their own.

    The lookups are those of the conversation that `key` belongs to; the placeholders are not.
    """
    mapping = texts.trial = Trial(key=key)
    probed: dict[TextKey, CleansedOnce] = {}
    for place, text in texts.fresh.items():
        text.tried = cleansed(text, mapping, policy)
        probed[place] = cleansed_once(text, text.tried, mapping, policy)
    return probed


def lookups(probed: Iterable[CleansedOnce]) -> set[bytes]:
    """The lookups of everything that stands in these texts."""
    return {entry.lookup for once in probed for entry in once.entries}


def teach(
    texts: RequestTexts, probed: dict[TextKey, CleansedOnce]
) -> tuple[dict[TextKey, list[Finding]], frozenset[bytes]]:
    """Everything that other texts add to a text, by text, where that has changed; what was sought.

    It follows from what stands in each of the texts by itself, and not from when which of them
    came: a text is the same after each turn of a conversation, and in a process that sees them all
    at once, until a text comes whose original stands in it in clear. A text that was sent before is
    changed then, for hiding a value is worth more than a vendor's cached beginning. What was
    added once stays when the text that taught it is sent no more, for as long as it is known.

    A text that is in the result has to be cleansed again, and until that is stored, what is
    known of it stays as it was.
    """
    callers = _of_caller(texts, probed)
    everything = frozenset[bytes]().union(*(once.alone.lessons for once in callers.values()))
    told: list[TextKey] = []
    for before, keys in _by_sought(callers):
        mentions = Mentions(_forms(texts, callers, keys, everything - before))
        sought = _joined(before, everything)
        for key in keys:
            alone = callers[key].alone
            if adds_to(mentions.within(texts.raw[key]), alone.found, alone.typed):
                told.append(key)
            else:
                callers[key].sought = sought
    return _added(texts, callers, told, everything), everything


def _added(
    texts: RequestTexts,
    callers: dict[TextKey, CleansedOnce],
    told: list[TextKey],
    everything: frozenset[bytes],
) -> dict[TextKey, list[Finding]]:
    """What all originals together add to these texts, where it is something else than before."""
    mentions = Mentions(_forms(texts, callers, told, everything if told else frozenset()))
    added: dict[TextKey, list[Finding]] = {}
    for key in told:
        once, alone = callers[key], callers[key].alone
        found = mentions.within(texts.raw[key])
        linked = covering(found, once.linked, alone.found, alone.typed)
        if tuple(linked) == once.linked:
            once.sought = everything
        else:
            added[key] = linked
    return added


def _by_sought(
    callers: dict[TextKey, CleansedOnce],
) -> list[tuple[frozenset[bytes], list[TextKey]]]:
    """The texts in which the same was sought before; they share one set object."""
    groups: dict[int, tuple[frozenset[bytes], list[TextKey]]] = {}
    for key, once in callers.items():
        groups.setdefault(id(once.sought), (once.sought, []))[1].append(key)
    return list(groups.values())


def _forms(
    texts: RequestTexts,
    callers: dict[TextKey, CleansedOnce],
    keys: list[TextKey],
    wanted: frozenset[bytes],
) -> list[Sought]:
    """As what these originals are sought in the texts of `keys`."""
    if not wanted:
        return []
    where: set[str] | None = None
    if len(wanted) > FEW:
        # Most originals of a long history have no word in common with a new text.
        where = set[str]().union(*(words(texts.raw[key]) for key in keys))
    found: list[Sought] = []
    for key, once in callers.items():
        if not once.alone.lessons.isdisjoint(wanted):
            found += once.alone.forms(texts.raw[key], wanted, where)
    return found


def _joined(before: frozenset[bytes], everything: frozenset[bytes]) -> frozenset[bytes]:
    """What was sought by now; forgets what is long gone, so that it does not grow for ever."""
    if before <= everything or len(before) > MOST_SOUGHT:
        return everything
    return before if everything <= before else before | everything


def _of_caller(
    texts: RequestTexts, probed: dict[TextKey, CleansedOnce]
) -> dict[TextKey, CleansedOnce]:
    """The texts that are not the instance's instructions, in the request's order."""
    theirs = (key for key in texts.raw if key != texts.instructions)
    return {key: probed[key] if key in probed else texts.known[key] for key in theirs}


def cleanse_all(
    texts: RequestTexts, probed: dict[TextKey, CleansedOnce], mapping: Mapping, policy: Policy
) -> dict[TextKey, CleansedOnce]:
    """The fresh texts, cleansed with the conversation's own placeholders."""
    for text in texts.fresh.values():
        # What is typed in the last of them must not be issued in the first.
        mapping.reserve(text.text)
    return {
        place: _cleansed(text, texts.trial, probed.get(place), mapping, policy)
        for place, text in texts.fresh.items()
    }


def _cleansed(
    text: Uncleansed,
    trial: Mapping | None,
    probed: CleansedOnce | None,
    mapping: Mapping,
    policy: Policy,
) -> CleansedOnce:
    """What was cleansed on trial is written anew; what may not be the same is cleansed anew."""
    if trial is not None and text.tried is not None and probed is not None:
        done = rewritten(text.text, text.tried, trial, mapping)
        if done is not None:
            return written_once(probed, done, mapping)
    return cleansed_once(text, cleansed(text, mapping, policy), mapping, policy)


def by_lookup(texts: Iterable[CleansedOnce]) -> dict[bytes, Entry]:
    """Every entry that stands in these texts, by its lookup."""
    return {entry.lookup: entry for once in texts for entry in once.entries}
