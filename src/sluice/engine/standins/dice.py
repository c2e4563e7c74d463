"""Draw from a seed: the same seed gives the same stand-in, on every machine."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Final, TypeVar

Choice = TypeVar("Choice")

LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_CONSONANTS: Final = "bdfghklmnprstvz"
_VOWELS: Final = "aeiou"
_SEED_BYTES: Final = 1024


class Dice:
    """A stream of choices, drawn from SHAKE-256 of a seed; enough for 1,000 characters."""

    def __init__(self, seed: bytes) -> None:
        self._rest = int.from_bytes(hashlib.shake_256(seed).digest(_SEED_BYTES))

    def below(self, limit: int) -> int:
        """A number from 0 up to, not including, `limit`."""
        self._rest, drawn = divmod(self._rest, limit)
        return drawn

    def choose(self, choices: Sequence[Choice]) -> Choice:
        """One of the choices."""
        return choices[self.below(len(choices))]

    def digits(self, count: int) -> str:
        """So many decimal digits."""
        return f"{self.below(10**count):0{count}d}" if count > 0 else ""

    def name(self, syllables: int) -> str:
        """A word that can be spoken and is nobody's: `morati`."""
        pairs = (self.choose(_CONSONANTS) + self.choose(_VOWELS) for _ in range(syllables))
        return "".join(pairs)

    def like(self, text: str) -> str:
        """Other letters for letters (in their case), digits for digits; the rest as it is."""
        return "".join(map(self._like, text))

    def _like(self, character: str) -> str:
        if character.isdecimal():
            return str(self.below(10))
        if character.isalpha():
            letter = self.choose(LETTERS)
            return letter.upper() if character.isupper() else letter
        return character

    def hexadecimal(self, text: str) -> str:
        """Other hexadecimal digits, in upper case where the text has them so; the rest as it is."""
        alphabet = "0123456789ABCDEF" if re.search("[A-F]", text) else "0123456789abcdef"
        return re.sub("[0-9A-Fa-f]", lambda _: self.choose(alphabet), text)


def fill(shape: str, characters: str) -> str:
    """The shape with its ASCII letters and digits replaced, one after the other."""
    rest = iter(characters)
    return re.sub(r"[A-Za-z0-9]", lambda _: next(rest), shape)
