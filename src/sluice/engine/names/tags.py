"""The tags that the network gives to tokens: BIOES over the entity types that it finds.

`B`, `I`, `E` are the first, inner and last token of a span of several, `S` is a span of one, `O`
is outside of all. See Ratinov and Roth (2009) for why this beats BIO.
"""

from __future__ import annotations

from typing import Final

TYPES: Final = ("PERSON", "LOCATION", "ORGANIZATION", "STREET_ADDRESS", "NRP")
"""The entity types, in the order of their tags."""

TAGS: Final = ("O", *(f"{position}-{kind}" for kind in TYPES for position in "BIES"))
"""Every tag, in the order of the network's outputs."""

_INDEX: Final = {tag: number for number, tag in enumerate(TAGS)}


def tag_index(tag: str) -> int:
    """The number of a tag.

    Raises:
        KeyError: there is no such tag.
    """
    return _INDEX[tag]


def follows(before: str, after: str) -> bool:
    """Whether a tag may stand directly behind another."""
    if before[0] in "OES":
        return after[0] in "OBS"
    return after[0] in "IE" and after[2:] == before[2:]
