"""Which tagger of names a detector uses."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from sluice.engine.names import NameTagger, default_tagger
from sluice.engine.names.tags import TYPES

TAGGED: Final = frozenset(TYPES)
"""The entity types that the shipped tagger finds."""

Names: TypeAlias = NameTagger | Literal["default"] | None
"""A tagger, the shipped one, or none."""


def tagger_of(names: Names, wanted: frozenset[str] | None) -> NameTagger | None:
    """The tagger that finds any of the wanted entity types (None: all).

    The shipped one is loaded only where something of what it finds is wanted.

    Raises:
        DetectorFailed: its weights are damaged.
    """
    if names != "default":
        return names
    if wanted is not None and wanted.isdisjoint(TAGGED):
        return None
    return default_tagger()
