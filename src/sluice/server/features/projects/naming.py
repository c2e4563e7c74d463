"""Public ids of projects (pure)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from itertools import count
from typing import Final

LONGEST: Final = 64
UID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
"""Fit for a path as it is: clients of 0.1.6 do not quote it."""
_NO_WORD: Final = re.compile(r"[^a-z0-9]+", re.ASCII)
_ROOM: Final = 8
"""Characters that are left for a number behind the name."""


def is_uid(text: str) -> bool:
    """Whether a project can have this id."""
    return UID.fullmatch(text) is not None


def slug_of(name: str) -> str:
    """An id that reads like the name: `Müller & Söhne` is `muller-sohne`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = _NO_WORD.sub("-", plain)[: LONGEST - _ROOM].strip("-")
    return slug or "project"


def free_slug(slug: str, taken: Collection[str]) -> str:
    """The slug itself, else with the first number from 2 that makes it another."""
    if slug not in taken:
        return slug
    return next(made for n in count(2) if (made := f"{slug}-{n}") not in taken)
