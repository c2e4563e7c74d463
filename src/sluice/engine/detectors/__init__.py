"""The built-in detectors: each file declares the patterns of one family of entity types."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from sluice.engine.detectors import (
    addresses,
    ages,
    amounts,
    banking,
    cards,
    contact,
    contact_said,
    crypto,
    dates,
    devices,
    handles,
    health,
    money,
    national,
    nationalities,
    network,
    periods,
    phone,
    places,
    secrets,
    vehicles,
    web,
    work,
)
from sluice.engine.patterns import Pattern

FAMILIES: Final = (
    banking,
    contact,
    phone,
    money,
    network,
    web,
    cards,
    handles,
    contact_said,
    devices,
    places,
    vehicles,
    national,
    health,
    work,
    crypto,
    dates,
    periods,
    amounts,
    addresses,
    ages,
    nationalities,
    secrets,
)

PATTERNS: Final[tuple[Pattern, ...]] = tuple(
    pattern for family in FAMILIES for pattern in family.PATTERNS
)
"""Every declared pattern, in a fixed order."""


def libraries() -> tuple[tuple[str, str], ...]:
    """The libraries whose data decide what is found, with their versions."""
    names = ("phonenumbers", "python-stdnum", "tldextract")
    return tuple((name, version(name)) for name in names)
