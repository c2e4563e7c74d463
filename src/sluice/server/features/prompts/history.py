"""Earlier inputs of a thread in the wire's two forms, worked out once for each input."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Iterable

from sluice.engine import CleansedText, Mapping, hydrate
from sluice.server.features.prompts.deidentified import hashed_form
from sluice.server.features.prompts.schemas import HistoryOut
from sluice.server.kit.sealing import DataKey


class HistoryForms:
    """Remembers the joinable form of cleansed inputs, so that a turn costs what is new in it.

    It is looked up by a keyed hash of the input and the thread's key id. What is remembered holds
    ciphertext where originals stood, and stays the same as long as the thread's key: placeholders
    are never issued anew, and those that an input only types are never issued. At most `max_chars`
    code points together are kept; the least used go first.
    """

    def __init__(self, max_chars: int = 16_000_000) -> None:
        self._key = secrets.token_bytes(32)
        self._max_chars = max_chars
        self._chars = 0
        self._known: OrderedDict[bytes, str] = OrderedDict()

    def rows(
        self, texts: Iterable[CleansedText], mapping: Mapping, key: DataKey
    ) -> list[HistoryOut]:
        """Earlier cleansed inputs in both forms."""
        return [HistoryOut(deid_text=t, hash_text=self._hashed(t, mapping, key)) for t in texts]

    def _hashed(self, text: CleansedText, mapping: Mapping, key: DataKey) -> str:
        place = hashlib.blake2b(key.key_id + text.encode(), key=self._key, digest_size=24).digest()
        known = self._known.get(place)
        if known is None:
            known = _joinable(text, mapping, key)
            self._remember(place, known)
        self._known.move_to_end(place)
        return known

    def _remember(self, place: bytes, hashed: str) -> None:
        self._known[place] = hashed
        self._chars += len(hashed)
        while self._chars > self._max_chars and len(self._known) > 1:
            self._chars -= len(self._known.popitem(last=False)[1])


def _joinable(text: CleansedText, mapping: Mapping, key: DataKey) -> str:
    # Restoring tells where the placeholders stand, in the restored text.
    restored = hydrate(text, mapping)
    tokens = [(i.start, i.end, i.placeholder) for i in restored.items]
    return hashed_form(restored.text, tokens, mapping, key)[0]
