"""Domain suffixes from the Public Suffix List that ships inside of `tldextract`; no network."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from sluice.engine.patterns import words

if TYPE_CHECKING:
    from tldextract import TLDExtract

INTERNAL: Final = words(
    "local localhost internal intranet intern lan home corp private test example invalid"
)
"""Last labels of names that no public server has (RFC 2606, RFC 6762 and common habit)."""


@lru_cache(maxsize=1)
def _extract() -> TLDExtract:
    # Imported when first needed: it costs more than the rest of the engine together.
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None)


@lru_cache(maxsize=1)
def _last_labels() -> frozenset[str]:
    """The last labels of all suffixes, in Unicode and in their ASCII form."""
    labels = {suffix.rsplit(".", 1)[-1] for suffix in _extract().tlds}
    return frozenset(labels | {label.encode("idna").decode() for label in labels})


def is_public_suffix(last: str) -> bool:
    """Whether a lower-case last label (`org`, `de`, `xn--p1ai`, `рф`) is on the list."""
    return last in _last_labels()


def has_registered_domain(host: str) -> bool:
    """Whether a lower-case host name is a domain somebody can own: `example.co.uk`."""
    found = _extract()(host)
    return bool(found.domain and found.suffix)
