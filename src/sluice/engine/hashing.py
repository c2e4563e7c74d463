"""Numbers that stand for texts in what is kept from text to text, so that nobody reads them."""

from __future__ import annotations


def number_of(text: str) -> int:
    """Python's hash of the text, which is keyed anew in each process (PEP 456, SipHash).

    Python hashes the octets that a text has in memory, where `李` and `Ng` have the same ones. So
    what is not ASCII is hashed in a form of which every fourth octet is 0.
    """
    return hash(text if text.isascii() else text.encode("utf-32-le", "surrogatepass"))
