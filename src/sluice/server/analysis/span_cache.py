"""Findings of texts that were analysed before: bounded, in memory, and without the texts."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict

from sluice.engine import Finding


class SpanCache:
    """Findings of texts seen before, by a keyed hash: never by the text; least used go first."""

    def __init__(self, max_entries: int = 10_000, max_findings: int = 200_000) -> None:
        self._key = secrets.token_bytes(32)
        self._max_entries, self._max_findings = max_entries, max_findings
        self._entries: OrderedDict[bytes, tuple[Finding, ...]] = OrderedDict()
        self._findings = 0

    def key(self, version: str, text: str) -> bytes:
        """The hash of a text under a detector's version.

        Raises `UnicodeEncodeError`, which holds the text, for a lone surrogate.
        """
        message = version.encode() + b"\0" + text.encode()
        return hashlib.blake2b(message, key=self._key, digest_size=24).digest()

    def __contains__(self, key: bytes) -> bool:
        return key in self._entries

    def get(self, key: bytes) -> tuple[Finding, ...] | None:
        """The findings, if they are still known."""
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found

    def put(self, key: bytes, findings: tuple[Finding, ...]) -> None:
        """Remember findings, forgetting the least used ones if there are too many."""
        if key in self._entries or len(findings) > self._max_findings:
            return
        self._entries[key] = findings
        self._findings += len(findings)
        while len(self._entries) > self._max_entries or self._findings > self._max_findings:
            self._findings -= len(self._entries.popitem(last=False)[1])
