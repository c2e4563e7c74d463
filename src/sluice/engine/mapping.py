"""One conversation: which placeholder stands for which original."""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Mapped
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from sluice.engine import json_text, placeholders, standins
from sluice.engine.errors import EngineError
from sluice.engine.matching import Matcher
from sluice.engine.types import Action, RawText

_KEY_BYTES: Final = 32
_STAND_IN_ATTEMPTS: Final = 32
_TYPED_STAND_INS: Final = "="
"""Where `reserved` keeps marks of typed texts that look like stand-ins; no entity type."""
_MOST_UNMARKED: Final = 100_000
"""Code points of texts that are kept until somebody asks what in them looks like a stand-in."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands for one original under one action."""

    placeholder: str
    """`PERSON_0`, or the stand-in of a replaced original."""
    entity_type: str
    action: Action
    """MASK, REDACT or REPLACE."""
    lookup: bytes = field(repr=False)
    """HMAC-SHA256 of the action and the original under the conversation's key: finds the same
    original under the same action again. No two entries of a conversation share one."""
    original: RawText | None = field(repr=False)
    """None for a redacted one: it is not kept."""


class Mapping:
    """One conversation: originals and their placeholders, one to one.

    The same original (exactly, after Unicode NFC) has the same placeholder in the whole
    conversation, whatever entity type a later finding gives it, and two originals never share one.
    Masked, redacted and replaced originals have placeholders of their own: a value that is
    redacted, because a later policy says so or because it comes from the instance's instructions,
    can never be restored through its masked entry, nor the other way round. An original with a
    backslash that stood inside a JSON string counts as another than the same characters outside
    of one, because it is already escaped; `lookup` carries how many times.

    Numbers start at 0 for each entity type, in order of appearance. Numbers that a person typed as
    part of a placeholder, exact or altered (see `placeholders`), are reserved and skipped.

    Not safe for threads: one conversation is changed by one caller at a time. Finding, adding and
    restoring cost the same for ten entries and for a hundred thousand.
    """

    def __init__(
        self,
        entries: Iterable[Entry] = (),
        *,
        key: bytes | None = None,
        reserved: Mapped[str, Iterable[int]] | None = None,
        draw: Callable[[str], int] | None = None,
    ) -> None:
        """Continue a conversation from what `entries`, `key` and `reserved` gave, or begin one.

        `key` is the HMAC key of the conversation, at least 16 bytes; without one a random key is
        drawn, which is right for a conversation that is not stored. `draw` gives the next number
        of an entity type, another one at each call, where the entries are only a part of a
        conversation that others continue at the same time. Raises `ValueError` for a short key,
        and for entries that share a placeholder or a lookup.
        """
        self._key = secrets.token_bytes(_KEY_BYTES) if key is None else bytes(key)
        if len(self._key) < 16:
            raise ValueError("The key of a mapping needs at least 16 bytes.")
        self._draw = draw
        self._entries: list[Entry]
        self._by_lookup: dict[bytes, Entry]
        self._by_placeholder: dict[str, Entry]
        self._next: dict[str, int]
        self._matcher: Matcher[Entry]
        self._forget_entries()
        self._reserved = {name: set(numbers) for name, numbers in (reserved or {}).items()}
        self._unmarked: dict[str, None] = {}
        self._unmarked_length = 0
        self._journal: list[tuple[str, int]] | None = None
        for entry in entries:
            self._add(entry)
        self._loaded = self._taken = len(self._entries)

    def copy(self) -> Mapping:
        """Another one that holds the same now, and goes on by itself from here.

        Nothing is reserved in it, `added` to it or new. It costs far less than to construct one
        out of the same entries. Both draw numbers from the same place, if they draw them.
        """
        other = Mapping(key=self._key, draw=self._draw)
        other._entries = list(self._entries)
        other._by_lookup = dict(self._by_lookup)
        other._by_placeholder = dict(self._by_placeholder)
        other._next = dict(self._next)
        other._matcher = self._matcher.copy()
        other._loaded = other._taken = len(other._entries)
        return other

    def add_known(self, entries: Iterable[Entry]) -> None:
        """Take in further entries of the same conversation; they do not count as added.

        Raises `ValueError` where one has the placeholder or the lookup of another, and after
        something was issued.
        """
        if self._loaded != len(self._entries):
            raise ValueError("This mapping has issued placeholders already.")
        for entry in entries:
            self._add(entry)
        self._loaded = self._taken = len(self._entries)

    def __repr__(self) -> str:
        return f"Mapping(entries={len(self._entries)})"

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def key(self) -> bytes:
        """The HMAC key of the conversation: a secret, to be kept sealed."""
        return self._key

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, the oldest first."""
        return tuple(self._entries)

    @property
    def added(self) -> tuple[Entry, ...]:
        """The entries that came since this mapping was constructed, the oldest first."""
        return tuple(self._entries[self._loaded :])

    def take_new(self) -> tuple[Entry, ...]:
        """The entries that came since the last call of this function, or since construction."""
        new = tuple(self._entries[self._taken :])
        self._taken = len(self._entries)
        return new

    @property
    def reserved(self) -> dict[str, list[int]]:
        """The numbers that may not be issued: sorted, by entity type; JSON can hold it.

        A name with an underscore before it stands for every entity type that ends in it. The name
        `=` holds 48-bit marks, keyed, of typed texts that look like stand-ins.
        """
        self._mark_lookalikes()
        return {name: sorted(numbers) for name, numbers in sorted(self._reserved.items())}

    @property
    def matcher(self) -> Matcher[Entry]:
        """What finds this mapping's placeholders in a text."""
        return self._matcher

    def never_draw(self, texts: Iterable[str]) -> None:
        """Never issue these texts as stand-ins: somebody else has them."""
        for text in texts:
            self._reserve(_TYPED_STAND_INS, self._mark(text))

    def reserve(self, text: str) -> None:
        """Never issue a placeholder or a stand-in that stands in this text, exact or altered.

        `cleanse` calls it for the text that it cleanses; call it for others that the model will see
        or a person typed. Time is linear in the text.
        """
        if text in self._unmarked:
            return
        for name, number in placeholders.typed(text):
            self._reserve(name, number)
        self._unmarked[text] = None
        self._unmarked_length += len(text)
        if self._unmarked_length > _MOST_UNMARKED:
            self._mark_lookalikes()

    def _mark_lookalikes(self) -> None:
        """Only now: most conversations never draw a stand-in, and looking takes its time."""
        for text in self._unmarked:
            for lookalike in standins.lookalikes(text):
                self._reserve(_TYPED_STAND_INS, self._mark(lookalike))
        # Another dictionary: `atomic` may have to come back to this one.
        self._unmarked, self._unmarked_length = {}, 0

    def reserve_number(self, entity_type: str, number: int) -> None:
        """Never issue this number of this entity type."""
        self._reserve(entity_type, number)

    def _reserve(self, name: str, number: int) -> None:
        numbers = self._reserved.setdefault(name, set())
        if number not in numbers:
            numbers.add(number)
            if self._journal is not None:
                self._journal.append((name, number))

    def _mark(self, text: str) -> int:
        return int.from_bytes(self._hash("typed", text)[:6])

    def find(self, placeholder: str) -> Entry | None:
        """The entry of this placeholder or stand-in in its exact form."""
        return self._by_placeholder.get(placeholder)

    def issue(
        self,
        entity_type: str,
        original: RawText,
        action: Action,
        *,
        escaped: int = 0,
        avoid: frozenset[str] = frozenset(),
    ) -> Entry:
        """The entry of this original under this action; a new one if there is none yet.

        `escaped` is how many JSON strings deep the original stood. A replaced original without a
        stand-in of its kind, or whose stand-ins are all in `avoid` or taken, gets a placeholder.
        """
        lookup = self.lookup(action, original, escaped)
        if known := self._by_lookup.get(lookup):
            return known
        name = None
        if action is Action.REPLACE:
            name = self._stand_in(entity_type, original, lookup, avoid)
        kept = None if action is Action.REDACT else original
        return self._issued(entity_type, action, lookup, kept, name)

    def issue_like(self, entry: Entry) -> Entry:
        """The entry of the same original under the same action; a new one gets a placeholder.

        `entry` is one of another mapping that has the same key, and no stand-in.
        """
        if known := self._by_lookup.get(entry.lookup):
            return known
        return self._issued(entry.entity_type, entry.action, entry.lookup, entry.original)

    def _issued(
        self,
        entity_type: str,
        action: Action,
        lookup: bytes,
        original: RawText | None,
        stand_in: str | None = None,
    ) -> Entry:
        name = stand_in or placeholders.make(entity_type, self._free_number(entity_type))
        entry = Entry(name, entity_type, action, lookup, original)
        self._add(entry)
        return entry

    def lookup(self, action: Action, original: str, escaped: int = 0) -> bytes:
        """What `Entry.lookup` is for this original under this action."""
        if "\\" not in original:
            escaped = 0
        return self._hash(f"{action}/{escaped}", original)

    def _hash(self, purpose: str, text: str) -> bytes:
        same = unicodedata.normalize("NFC", text)
        return hmac.digest(self._key, f"{purpose}\0{same}".encode(), "sha256")

    def escaped(self, entry: Entry) -> int:
        """How many times this entry's original was already escaped for JSON when it was found."""
        if entry.original is None or "\\" not in entry.original:
            return 0
        for times in range(1, json_text.DEEPEST + 1):
            if self.lookup(entry.action, entry.original, times) == entry.lookup:
                return times
        return 0

    def _free_number(self, entity_type: str) -> int:
        forbidden = self._forbidden(entity_type)
        number = self._number_behind(entity_type, None)
        while any(number in numbers for numbers in forbidden) or (
            placeholders.make(entity_type, number) in self._by_placeholder
        ):
            number = self._number_behind(entity_type, number)
        if number >= placeholders.NUMBER_LIMIT:
            raise EngineError(f"The conversation has no number left for {entity_type}.")
        return number

    def _number_behind(self, entity_type: str, number: int | None) -> int:
        if self._draw is not None:
            return self._draw(entity_type)
        return self._next.get(entity_type, 0) if number is None else number + 1

    def _forbidden(self, entity_type: str) -> list[set[int]]:
        """The reserved numbers of this type, and of `_ENDING` for each of its endings."""
        parts = entity_type.split("_")
        names = [entity_type]
        names += ["_" + "_".join(parts[at:]) for at in range(1, len(parts))]
        return [self._reserved[name] for name in names if name in self._reserved]

    def _stand_in(
        self, entity_type: str, original: str, lookup: bytes, avoid: frozenset[str]
    ) -> str | None:
        for attempt in range(_STAND_IN_ATTEMPTS):
            seed = hmac.digest(self._key, b"stand-in/%d\0" % attempt + lookup, "sha256")
            candidate = standins.make(entity_type, original, seed)
            if candidate is None:
                return None
            if standins.reveals(entity_type, original, candidate) or candidate in avoid:
                continue
            if self._is_free(candidate):
                return candidate
        return None

    def _is_free(self, candidate: str) -> bool:
        """Whether nobody has or typed this text, as far as the conversation knows."""
        self._mark_lookalikes()
        known = any(self.lookup(action, candidate, 0) in self._by_lookup for action in Action)
        typed = self._mark(candidate) in self._reserved.get(_TYPED_STAND_INS, ())
        return not known and not typed and candidate not in self._by_placeholder

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Undo everything that was issued and reserved inside if it ends in an exception."""
        before, unmarked, typed = len(self._entries), self._unmarked, len(self._unmarked)
        self._journal = []
        try:
            yield
        except BaseException:
            self._roll_back(before)
            while len(unmarked) > typed:
                unmarked.popitem()
            self._unmarked, self._unmarked_length = unmarked, sum(map(len, unmarked))
            raise
        finally:
            self._journal = None

    def _roll_back(self, length: int) -> None:
        for name, number in self._journal or ():
            self._reserved[name].discard(number)
        self._reserved = {name: numbers for name, numbers in self._reserved.items() if numbers}
        kept = self._entries[:length]
        if len(kept) < len(self._entries):
            self._forget_entries()
            for entry in kept:
                self._add(entry)

    def _forget_entries(self) -> None:
        self._entries = []
        self._by_lookup = {}
        self._by_placeholder = {}
        self._next = {}
        self._matcher = Matcher()

    def _add(self, entry: Entry) -> None:
        if entry.placeholder in self._by_placeholder or entry.lookup in self._by_lookup:
            raise ValueError(
                f"Entry {len(self._entries)} has the placeholder or the lookup of an earlier one."
            )
        parsed = placeholders.parse(entry.placeholder)
        if parsed is None:
            self._matcher.add_stand_in(entry.placeholder, entry)
        else:
            self._matcher.add_placeholder(*parsed, entry)
            self._next[parsed[0]] = max(self._next.get(parsed[0], 0), parsed[1] + 1)
        self._entries.append(entry)
        self._by_lookup[entry.lookup] = entry
        self._by_placeholder[entry.placeholder] = entry
