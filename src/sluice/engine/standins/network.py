"""Stand-ins for IP and MAC addresses."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from sluice.engine.standins.dice import Dice

_DOCUMENTATION: Final = ("192.0.2", "198.51.100", "203.0.113")
"""Kept for documentation by RFC 5737."""

_MAC = re.compile(
    r"[0-9A-F]{2}(?:([:-])[0-9A-F]{2})(?:\1[0-9A-F]{2}){4}|[0-9A-F]{4}(?:\.[0-9A-F]{4}){2}",
    re.IGNORECASE,
)


def ip(original: str, dice: Dice) -> str | None:
    """An address of the same version that is kept for documentation (RFC 5737, RFC 3849)."""
    try:
        version = ipaddress.ip_address(original).version
    except ValueError:
        return None
    if version == 4:
        return f"{dice.choose(_DOCUMENTATION)}.{1 + dice.below(254)}"
    groups = (f"{1 + dice.below(0xFFFF):x}" for _ in range(6))
    return "2001:db8:" + ":".join(groups)


def mac(original: str, dice: Dice) -> str | None:
    """An address in the same notation that says it is locally administered (IEEE 802: bit 1)."""
    if not _MAC.fullmatch(original):
        return None
    drawn = dice.hexadecimal(original)
    second = dice.choose("26AE")
    return drawn[0] + (second if drawn.upper() == drawn else second.lower()) + drawn[2:]
