"""Postal addresses, one span each: the street with its number, and what belongs to it.

An anchor on the kind of a street or on a postcode's shape tells where to look; a small parser then
reads back to the house number and the unit (`head`) and on over unit, town, region, postcode and
country (`tail`), over commas and over the ends of lines.
"""

from __future__ import annotations

from typing import Final

from sluice.engine.detectors.addresses import boxes, continental, english, labelled, postcodes
from sluice.engine.patterns import Pattern

PATTERNS: Final[tuple[Pattern, ...]] = (
    *english.PATTERNS,
    *continental.PATTERNS,
    *boxes.PATTERNS,
    *postcodes.PATTERNS,
    *labelled.PATTERNS,
)
