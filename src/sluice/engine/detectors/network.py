"""Addresses of machines: IPv4, IPv6, MAC."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address
from typing import Final

from sluice.engine.detectors.labels import labelled
from sluice.engine.patterns import Checked, Pattern, Precedence, context

_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
# What an address has somewhere: `::` beside a digit, or six groups.
_V6_SIGN = r"[0-9A-Fa-f:]{0,38}(?:::[0-9A-Fa-f]|[0-9A-Fa-f]::)|(?:[0-9A-Fa-f]{1,4}:){6}"
_DOCUMENTATION: Final = tuple(
    map(IPv4Network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"))
)
"""RFC 5737."""
_CONTEXT: Final = context(
    "ip ips ipv addr address host server client remote gateway subnet dns peer source src dst from "
    "forwarded proxy",
    "version versions release released build section chapter clause firmware upgrade oid",
    boost=0.2,
    drop=0.35,
)


def _v4(match: re.Match[str]) -> Checked | None:
    """Public ones tell most; loopback, unspecified addresses and net masks nothing."""
    address = IPv4Address(match[0])
    if address.is_loopback or address.is_multicast or match[0].startswith(("0.", "255.")):
        return Checked(*match.span(), 0.25, reason="loopback, multicast or mask")
    if any(address in network for network in _DOCUMENTATION):
        return Checked(*match.span(), 0.5, reason="documentation range")
    if address.is_private or address.is_link_local:
        return Checked(*match.span(), 0.55, reason="private range")
    first, *others = map(int, match[0].split("."))
    if first < 10 and max(others) < 50 and first != others[0]:
        return Checked(*match.span(), 0.45, reason="a version, perhaps")
    return Checked(*match.span(), 0.7, reason="form")


def _v6(match: re.Match[str]) -> Checked | None:
    """What the standard library reads as an address, and is not likely a name of code."""
    address = match["address"]
    if address.count(":") < 2 or address == "::":
        return None
    try:
        IPv6Address(address)
    except AddressValueError:
        return None
    if len(address.replace(":", "")) <= 3:
        return Checked(*match.span(), 0.3, reason="loopback or a slice")  # `x[::2]`
    if address.endswith("::") and address.count(":") == 2:
        return Checked(*match.span(), 0.3)  # `while 1::`
    plain = not any(char.isdigit() for char in address)
    return Checked(*match.span(), 0.4 if plain and address.count(":") < 4 else 0.8)


def _mac(match: re.Match[str]) -> Checked | None:
    """Twelve hexadecimal digits that are not all the same."""
    digits = {char.lower() for char in match[0] if char.isalnum()}
    if len(digits) == 1:
        return Checked(*match.span(), 0.4)
    return Checked(*match.span(), 0.9)


def _cisco(match: re.Match[str]) -> Checked | None:
    """Three groups of four; without a letter it is more likely a number."""
    has_letter = any(char.isalpha() for char in match[0])
    return Checked(*match.span(), 0.75 if has_letter else 0.3)


def _defanged(match: re.Match[str]) -> Checked | None:
    """`203[.]0[.]113[.]9`, as reports of incidents write addresses."""
    return Checked(*match.span(), 0.7, reason="form")


def _labelled_mac(match: re.Match[str]) -> Checked | None:
    """Twelve hexadecimal digits without separators behind a label."""
    if len(set(match["value"].lower())) < 3:
        return None
    return Checked(*match.span("value"), 0.8, reason="label")


PATTERNS: Final[tuple[Pattern, ...]] = (
    Pattern(
        name="network.ipv4",
        entity_type="IP_ADDRESS",
        regex=rf"(?<![\w.])(?<!\d[-,])(?:{_OCTET}\.){{3}}{_OCTET}(?!\w|\.\d|-\d)",
        anchor=r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d",
        reach=13,
        longest=17,
        score=0.7,
        check=_v4,
        context=_CONTEXT,
    ),
    Pattern(
        name="network.ipv4_defanged",
        entity_type="IP_ADDRESS",
        regex=rf"(?<![\w.]){_OCTET}(?:(?:\[\.\]|\(\.\)|\[dot\]){_OCTET}){{3}}(?![\w.])",
        anchor=r"\d(?:\[\.\]|\(\.\)|\[dot\])\d",
        reach=9,
        longest=3 + 3 * 8 + 1,
        score=0.7,
        check=_defanged,
    ),
    labelled(
        "network.mac_plain",
        "MAC_ADDRESS",
        r"mac(?:[ _\-]?addr(?:ess|esse|esa)?)?|bssid|hwaddr|adresse mac|direcci(?:ó|o)n mac"
        r"|indirizzo mac",
        r"[0-9A-F]{12}(?![\w-])",
        _labelled_mac,
        longest=13,
        first="[0-9A-F]{12}",
    ),
    Pattern(
        name="network.ipv6",
        entity_type="IP_ADDRESS",
        regex=rf"(?<![\w:.])(?={_V6_SIGN})(?P<address>[0-9A-Fa-f:]{{2,39}}(?:(?:\.\d{{1,3}}){{3}}"
        rf")?)"
        r"(?:%[0-9A-Za-z]{1,15})?(?![\w:]|\.\w)",
        anchor=r"::[0-9A-Fa-f]|[0-9A-Fa-f]::|(?:[0-9A-Fa-f]{1,4}:){6}",
        reach=42,
        longest=39 + 12 + 16 + 45,
        score=0.8,
        check=_v6,
        context=context("ip ipv addr address host server client gateway subnet dns", boost=0.15),
    ),
    Pattern(
        name="network.mac",
        entity_type="MAC_ADDRESS",
        regex=r"(?<![\w:-])[0-9A-F]{2}(?P<sep>[:-])(?:[0-9A-F]{2}(?P=sep)){4}[0-9A-F]{2}"
        r"(?!\w|[:-][0-9A-F])",
        anchor=r"\b[0-9A-F]{2}(?:[:\-][0-9A-F]{2}){5}\b",
        reach=17,
        longest=20,
        score=0.9,
        check=_mac,
        precedence=Precedence.CHECKED,
        ignore_case=True,
    ),
    Pattern(
        name="network.mac_dotted",
        entity_type="MAC_ADDRESS",
        regex=r"(?<![\w.])[0-9A-F]{4}\.[0-9A-F]{4}\.[0-9A-F]{4}(?!\w|\.\w)",
        anchor=r"\b[0-9A-F]{4}\.[0-9A-F]{4}\.[0-9A-F]{4}\b",
        reach=14,
        longest=16,
        score=0.75,
        check=_cisco,
        context=context("mac hardware ethernet arp interface switch", boost=0.3),
        ignore_case=True,
    ),
)
