"""Secrets: tokens, keys, passwords, their hashes, and the strings that hold them.

A token of a known form is found anywhere (`issuers_*`); everything else by where it stands: the
name in front of it (`assigned`), a command or a directive (`commands`), an account (`accounts`), a
sentence (`spoken`), a URL or a connection string (`connections`), a header (`headers`).
"""

from __future__ import annotations

from typing import Final

from sluice.engine.detectors.secrets import (
    accounts,
    assigned,
    commands,
    connections,
    hashes,
    headers,
    issuers_cloud,
    issuers_services,
    keys,
    spoken,
)
from sluice.engine.detectors.secrets.forms import pattern_of
from sluice.engine.patterns import Pattern

FORMS: Final = (*issuers_cloud.FORMS, *issuers_services.FORMS)
"""Every known form of a token, in the order of the tables."""

PATTERNS: Final[tuple[Pattern, ...]] = (
    *map(pattern_of, FORMS),
    *keys.PATTERNS,
    *connections.PATTERNS,
    *hashes.PATTERNS,
    *headers.PATTERNS,
    *assigned.PATTERNS,
    *commands.PATTERNS,
    *accounts.PATTERNS,
    *spoken.PATTERNS,
)
