"""Sealing: AES-256-GCM under data keys, which are wrapped by master keys.

An envelope is `version (1 byte) | key id (8 bytes) | nonce (12 bytes) | ciphertext and tag`.
The associated data name the place that a value belongs to (table, column, row, thread), so
that a sealed value moved to another place does not open. Keys are derived from a data key
with HKDF-SHA256 (RFC 5869), one for each purpose.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
VERSION = 1
_HEADER = 1 + 8
_NONCE = 12


class SealingError(Exception):
    """A value could not be sealed or opened; the message never holds the value."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value belongs."""

    table: str
    column: str
    row: str
    thread: str = ""

    def associated_data(self) -> bytes:
        """An unambiguous encoding: each part with its length in front."""
        parts = (self.table, self.column, self.row, self.thread)
        return b"".join(len(p.encode()).to_bytes(4, "big") + p.encode() for p in parts)


def _seal(key: AESGCM, key_id: bytes, plain: bytes, place: Place) -> bytes:
    header = bytes([VERSION]) + key_id
    nonce = os.urandom(_NONCE)
    sealed = key.encrypt(nonce, plain, header + place.associated_data())
    return header + nonce + sealed


def _open(key: AESGCM, envelope: bytes, place: Place) -> bytes:
    if len(envelope) < _HEADER + _NONCE + 16 or envelope[0] != VERSION:
        raise SealingError(f"{place.table}.{place.column} does not hold a sealed value")
    header, rest = envelope[:_HEADER], envelope[_HEADER:]
    try:
        return key.decrypt(rest[:_NONCE], rest[_NONCE:], header + place.associated_data())
    except InvalidTag:
        raise SealingError(
            f"{place.table}.{place.column} does not open: it was changed, moved, or sealed "
            "under another key"
        ) from None


class DataKey:
    """The key of one thread (or of the server's own settings): 32 random bytes.

    Nothing is sealed under those bytes directly, but under keys derived from them.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def __repr__(self) -> str:
        return f"DataKey({self.key_id.hex()})"

    def seal(self, plain: str, place: Place) -> bytes:
        """Seal a text for its place."""
        return _seal(self._cipher, self.key_id, plain.encode(), place)

    def open(self, envelope: bytes, place: Place) -> str:
        """The text again; `SealingError` when it was changed or belongs elsewhere."""
        return _open(self._cipher, envelope, place).decode()

    def wrap(self, master: AESGCM, master_id: bytes, place: Place) -> bytes:
        """This key, sealed under a master key."""
        return _seal(master, master_id, self._secret, place)

    @cached_property
    def key_id(self) -> bytes:
        """Eight bytes that tell keys apart and reveal nothing of them."""
        return self._derive(b"id")[:8]

    @cached_property
    def lookup_key(self) -> bytes:
        """The HMAC key by which the same original is recognised."""
        return self._derive(b"lookup")

    def deterministic(self, plain: str) -> str:
        """AES-SIV (RFC 5297) in base64: equal texts give equal results, under this key only."""
        return base64.b64encode(self._siv.encrypt(plain.encode(), None)).decode()

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(self._derive(b"seal"))

    @cached_property
    def _siv(self) -> AESSIV:
        return AESSIV(self._derive(b"siv", 64))

    def _derive(self, purpose: bytes, length: int = KEY_BYTES) -> bytes:
        return HKDF(SHA256(), length, salt=None, info=b"sluice/" + purpose).derive(self._secret)


def new_data_key() -> DataKey:
    """A key of 32 random bytes."""
    return DataKey(os.urandom(KEY_BYTES))


class MasterKeys:
    """The keys that wrap data keys: the first wraps, all unwrap (several while rotating)."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise SealingError(f"a master key must be {KEY_BYTES} bytes, and there must be one")
        self._keys = {master_key_id(key): AESGCM(key) for key in keys}
        self.current_id = master_key_id(keys[0])

    def wrap(self, data_key: DataKey, place: Place) -> bytes:
        """Seal a data key under the current master key."""
        key_id = bytes.fromhex(self.current_id)
        return data_key.wrap(self._keys[self.current_id], key_id, place)

    def unwrap(self, envelope: bytes, place: Place) -> DataKey:
        """The data key again; `SealingError` when its master key is not at hand."""
        key_id = envelope[1:_HEADER].hex()
        if key_id not in self._keys:
            raise SealingError(
                f"the master key {key_id} is missing; give it beside the current one until "
                "`sluice keys rotate` has run"
            )
        return DataKey(_open(self._keys[key_id], envelope, place))


def master_key_id(key: bytes) -> str:
    """Sixteen hexadecimal digits that tell master keys apart."""
    return hashlib.sha256(b"sluice/master-key-id" + key).hexdigest()[:16]


def parse_master_keys(text: str) -> MasterKeys:
    """Keys from base64, divided by white space or commas, the current one first."""
    words = [w for w in text.replace(",", " ").split() if w]
    try:
        keys = [base64.b64decode(word, validate=True) for word in words]
    except ValueError:  # binascii.Error is one; another kind is raised outside of ASCII
        raise SealingError("a master key must be base64 of 32 bytes") from None
    return MasterKeys(keys)


def new_master_key() -> str:
    """A fresh master key in base64."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()
