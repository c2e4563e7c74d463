"""Texts that were cleansed before: clients resend a whole history, and pay for what is new in it.

A cleansed text stays what it is as long as its conversation, the policy's version and the program
do: the same original has the same placeholder. So it is kept, in memory and bounded, under a keyed
hash of the raw text, which itself is not kept.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import NamedTuple

from sluice.engine import Action, Cleansed, Entry, Finding, Mapping, Policy
from sluice.engine.candidates import LIKELY
from sluice.server.features.policies.service import PolicyInForce
from sluice.server.features.proxy.cleansing.covering import is_free, lies_in, merged
from sluice.server.features.proxy.cleansing.mentioned import Sought, sought
from sluice.server.features.proxy.conversations.quoting import Place, Typed
from sluice.server.features.proxy.conversations.recently_used import RecentlyUsed

Counts = Counter[tuple[str, Action]]
"""How often, by entity type and action."""
TextKey = tuple[int, bytes]
"""The conversation, and the keyed hash of the policy's version and the text."""


class OriginalAt(NamedTuple):
    """The first place of an original in its raw text, in code points."""

    start: int
    end: int
    entity_type: str
    lesson: bytes
    """A keyed hash of the entity type and the original: what it teaches about other texts."""


@dataclass(slots=True)
class Alone:
    """What is in a text by itself, whatever other texts teach about it."""

    originals: tuple[OriginalAt, ...] = field(repr=False)
    """Of what is not allowed through."""
    found: tuple[tuple[int, int], ...]
    """Everything that was found for sure, allowed or not; sorted, apart."""
    typed: tuple[tuple[int, int], ...]
    """Where placeholders stand as such; sorted, apart."""
    kept: bool
    """Whether its originals may be kept in memory: none of them is redacted."""
    lessons: frozenset[bytes] = field(init=False, repr=False)
    """Of the originals."""
    _sought: tuple[Sought, ...] | None = field(default=None, init=False, repr=False)
    _firsts: frozenset[str] = field(default=frozenset(), init=False, repr=False)

    def __post_init__(self) -> None:
        self.lessons = frozenset(at.lesson for at in self.originals)

    def forms(
        self, raw: str, wanted: Set[bytes], where: Set[str] | None = None
    ) -> Sequence[Sought]:
        """As what the originals of this text that are wanted are sought in others.

        Only those of which the first word is in `where`, unless it is None.
        """
        if self._sought is not None and self.lessons <= wanted:
            found: Sequence[Sought] = self._sought
            if where is not None and self._firsts.isdisjoint(where):
                return ()
        else:
            found = self._formed(raw, wanted)
        return found if where is None else [form for form in found if form.first in where]

    def _formed(self, raw: str, wanted: Set[bytes]) -> Sequence[Sought]:
        found: list[Sought] = []
        for at in self.originals:
            if at.lesson in wanted:
                found += sought(at.entity_type, raw[at.start : at.end])
        if self.kept and self.lessons <= wanted:
            self._sought = tuple(found)
            self._firsts = frozenset(form.first for form in found)
        return found


@dataclass(slots=True)
class CleansedOnce:
    """What came of one text."""

    text: str = field(repr=False)
    """Cleansed."""
    entries: tuple[Entry, ...] = field(repr=False)
    """What stands in it, each once."""
    alone: Alone
    typed: tuple[Typed, ...]
    """Placeholders that stood in the raw text, each once."""
    counts: Counts
    linked: tuple[Finding, ...]
    """What other texts taught about this one."""
    sought: frozenset[bytes] = field(default=frozenset(), repr=False)
    """Lessons of texts of which everything that stands here is linked by now."""


class CleansedTexts:
    """Remembers what came of texts; the least used are forgotten first."""

    def __init__(self, max_chars: int = 24_000_000) -> None:
        self._secret = secrets.token_bytes(32)
        self._known = RecentlyUsed[TextKey, CleansedOnce](max_chars, _weight)

    def keys(
        self,
        conversation_id: int,
        policy: PolicyInForce,
        texts: Sequence[str],
        kind: str = "",
        labels: Sequence[str] = (),
    ) -> list[TextKey]:
        """The keys of texts; raises `UnicodeEncodeError` for a lone surrogate in one of them.

        A text of another kind, or with another label, is another one; `labels` has one for each
        text, or is empty.
        """
        begun = hashlib.blake2b(key=self._secret, digest_size=24)
        version = f"{policy.group_id}.{policy.number}.{int(policy.unblockable)}"
        begun.update(f"{version}.{kind}".encode())
        keys: list[TextKey] = []
        for text, label in zip_longest(texts, labels, fillvalue=""):
            hashed = begun.copy()
            named = label.encode("utf-8", "surrogatepass")
            hashed.update(b"\1%d\0%b" % (len(named), named) if named else b"\0")
            hashed.update(text.encode())
            keys.append((conversation_id, hashed.digest()))
        return keys

    def get(self, key: TextKey) -> CleansedOnce | None:
        """What came of a text, if it is still known."""
        return self._known.get(key)

    def put(self, key: TextKey, cleansed: CleansedOnce) -> None:
        """Remember what came of a text; its entries must be stored by now."""
        self._known.put(key, cleansed)

    def forget(self, conversation_id: int) -> None:
        """Forget a deleted conversation."""
        self._known.drop_all(lambda key: key[0] == conversation_id)


def _weight(cleansed: CleansedOnce) -> int:
    # In code points; an entry takes about as much as 400 of them (measured with tracemalloc).
    return len(cleansed.text) + 400 * len(cleansed.entries) + 200


@dataclass(slots=True)
class Uncleansed:
    """A text on its way to be cleansed."""

    key: TextKey
    text: str = field(repr=False)
    findings: list[Finding]
    places: list[Place]
    """Placeholders that stand in it."""
    alone: Alone | None = None
    """What is in it by itself; known when it was cleansed once without anything linked."""
    linked: tuple[Finding, ...] = ()
    restorable: bool = True
    tried: Cleansed | None = field(default=None, repr=False)
    """What came of it on trial, in a conversation of its own."""

    def link(self, linked: Iterable[Finding]) -> None:
        """Take in what other texts taught, once; findings that it overlaps give way."""
        self.linked, self.tried = tuple(linked), None
        taken = [(f.start, f.end) for f in self.linked]
        kept = [f for f in self.findings if is_free(taken, f.start, f.end)]
        self.findings = sorted([*kept, *self.linked])


def without_quoted(findings: Iterable[Finding], places: Iterable[Place]) -> list[Finding]:
    """The findings that are no placeholders: what looks like one stays what it is."""
    exact = _exact(places)
    return [f for f in findings if not lies_in(exact, f.start, f.end)]


def _exact(places: Iterable[Place]) -> list[tuple[int, int]]:
    return merged((p.start, p.end) for p in places if p.typed.exact)


def cleansed_once(
    given: Uncleansed, done: Cleansed, mapping: Mapping, policy: Policy
) -> CleansedOnce:
    """What is to be remembered of a text that was just cleansed."""
    if given.alone is None:
        given.alone = _alone(given, done, mapping, policy)
    return CleansedOnce(
        done.text,
        _entries(done, mapping),
        given.alone,
        tuple(dict.fromkeys(place.typed for place in given.places)),
        Counter((f.entity_type, policy.action_for(f)) for f in given.findings),
        given.linked,
    )


def written_once(tried: CleansedOnce, done: Cleansed, mapping: Mapping) -> CleansedOnce:
    """The same of a text that was cleansed on trial, with the placeholders of `mapping`."""
    entries, lessons = _entries(done, mapping), tried.sought
    return CleansedOnce(
        done.text, entries, tried.alone, tried.typed, tried.counts, tried.linked, lessons
    )


def _entries(done: Cleansed, mapping: Mapping) -> tuple[Entry, ...]:
    entries: dict[str, Entry] = {}
    for item in done.items:
        entry = mapping.find(item.placeholder)
        if entry is None:
            raise LookupError("an item's placeholder is not in the mapping")
        entries[item.placeholder] = entry
    return tuple(entries.values())


def _alone(given: Uncleansed, done: Cleansed, mapping: Mapping, policy: Policy) -> Alone:
    originals: dict[bytes, OriginalAt] = {}
    for item in done.items:
        raw = given.text[item.raw_start : item.raw_end]
        lesson = _lesson(mapping.key, item.entity_type, raw)
        at = OriginalAt(item.raw_start, item.raw_end, item.entity_type, lesson)
        originals.setdefault(lesson, at)
    found = ((f.start, f.end) for f in given.findings if _is_sure(f, policy))
    written = ((item.raw_start, item.raw_end) for item in done.items)
    return Alone(
        tuple(originals.values()),
        tuple(merged([*found, *written])),
        tuple(_exact(given.places)),
        all(item.action is not Action.REDACT for item in done.items),
    )


def _lesson(key: bytes, entity_type: str, original: str) -> bytes:
    message = f"{entity_type}\0{original}".encode()
    return hashlib.blake2b(message, key=key[:64], digest_size=16).digest()


def _is_sure(finding: Finding, policy: Policy) -> bool:
    """Whether the policy decides about it: a doubt is none against what another text says."""
    return finding.score >= max(LIKELY, policy.rule_for(finding.entity_type).threshold)
