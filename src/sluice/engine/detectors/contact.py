"""E-mail addresses: `jane@example.org`, `"jane doe"@example.org`, `jane@[192.0.2.1]`.

The forms are those of RFC 5321, section 4.1.2, and RFC 6531 (letters beyond ASCII). Addresses
written out for people are in `contact_said`.
"""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.detectors.suffixes import INTERNAL, is_public_suffix
from sluice.engine.patterns import Checked, Pattern, Precedence, context

# Letters that addresses may hold besides ASCII's: Latin, Greek, Cyrillic. Scripts that are
# written without spaces are left out: there an address stands directly beside the words.
_L = "A-Za-z0-9\u00c0-\u024f\u0370-\u03ff\u0400-\u052f"
# The same and combining marks, for texts that were decomposed.
_LM = _L + "\u0300-\u036f"
_LABEL = rf"[{_L}](?:[{_LM}-]{{0,61}}[{_LM}])?"
_IN_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/@]*\Z")
_RETINA = re.compile(r"\d(?:\.\d)?x\.", re.ASCII)


def _address(match: re.Match[str]) -> Checked | None:
    """An address whose last label is a known suffix; trailing words are cut off."""
    start, end = match.span()
    text = match.string
    if _IN_URL.search(text, max(0, start - 60), start):
        return None  # `scheme://user:password@host`
    domain = match["domain"]
    if _RETINA.match(domain):
        return None  # `icon@2x.png`
    while domain.count("."):
        last = domain.rsplit(".", 1)[1]
        if is_public_suffix(last.lower()):
            return Checked(start, end, 0.4 if _is_remote(text, match, end) else 1.0)
        if last.lower() in INTERNAL:
            return Checked(start, end, 0.75)
        end -= len(last) + 1
        domain = domain[: -len(last) - 1]
    return Checked(match.start(), match.end(), 0.4)


def _is_remote(text: str, match: re.Match[str], end: int) -> bool:
    """Whether it is a repository's address: `git@host:path`."""
    return match["local"] == "git" and text[end : end + 1] in (":", "/")


def _quoted(match: re.Match[str]) -> Checked | None:
    """A local part in quotation marks, before a domain with a known suffix."""
    if not is_public_suffix(match["domain"].rsplit(".", 1)[1].lower()):
        return None
    return Checked(*match.span(), 0.9, reason="public suffix")


_EMAIL_CONTEXT: Final = context("mail email mailto")

PATTERNS: Final[tuple[Pattern, ...]] = (
    Pattern(
        name="contact.email",
        entity_type="EMAIL_ADDRESS",
        regex=rf"(?P<local>[{_L}_](?:[{_LM}_.+'-]{{0,62}}[{_LM}_+-])?)"
        rf"@(?P<domain>(?:{_LABEL}\.){{1,8}}[{_L}-]{{2,59}})",
        anchor=r"[A-Za-z0-9_+\-\x80-\xff]@[A-Za-z0-9\x80-\xff]",
        reach=67,
        longest=64 + 1 + 8 * 64 + 59,
        score=1.0,
        check=_address,
        context=_EMAIL_CONTEXT,
        precedence=Precedence.CONTACT,
    ),
    Pattern(
        name="contact.email_quoted",
        entity_type="EMAIL_ADDRESS",
        regex=rf"(?<![A-Za-z0-9\\])\"[^\"\r\n\\]{{1,64}}\"@(?P<domain>(?:{_LABEL}\.){{1,8}}"
        rf"[A-Za-z]{{2,24}})"
        r"(?![\w-])",
        anchor=r"\"@[A-Za-z0-9\x80-\xff]",
        reach=68,
        longest=68 + 8 * 64 + 26,
        score=0.9,
        check=_quoted,
        precedence=Precedence.CONTACT,
    ),
    Pattern(
        name="contact.email_literal",
        entity_type="EMAIL_ADDRESS",
        regex=r"(?<![\w.+-])[A-Za-z0-9_](?:[A-Za-z0-9_.+'-]{0,62}[A-Za-z0-9_+-])?"
        r"@\[(?:IPv6:[0-9A-Fa-f:.]{2,45}|\d{1,3}(?:\.\d{1,3}){3})\]",
        anchor=r"@\[(?:IPv6:|\d)",
        reach=64 + 7,
        longest=64 + 60,
        score=0.9,
        precedence=Precedence.CONTACT,
    ),
)
