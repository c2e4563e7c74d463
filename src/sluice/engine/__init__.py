"""The engine: find sensitive data, swap it for placeholders, put it back. Pure: no I/O, but for the
compiled patterns that a `Detector` keeps on disk (see `pattern_cache`).

    from sluice.engine import Detector, Mapping, StreamHydrator, cleanse, hydrate

    findings = Detector().analyze(text)
    mapping = Mapping()                         # one conversation
    done = cleanse(text, findings, mapping)     # done.text may be sent
    hydrate(answer, mapping).text               # the originals again

`Detector` is imported when it is first asked for: its patterns and tables are what costs time, and
restoring needs none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sluice.engine.errors import (
    DetectorFailed,
    EngineError,
    InvalidFindings,
    InvalidPolicy,
    PolicyBlocked,
    Problem,
    UnsupportedText,
)
from sluice.engine.mapping import Entry, Mapping
from sluice.engine.stream import Restored, StreamHydrator
from sluice.engine.transform import Allowed, Cleansed, Hydrated, Item, cleanse, hydrate
from sluice.engine.types import (
    Action,
    CleansedText,
    CustomTerm,
    Detection,
    Finding,
    Policy,
    RawText,
    Rule,
    Span,
)

if TYPE_CHECKING:
    from sluice.engine.pipeline import Detector

__all__ = [
    "Action",
    "Allowed",
    "Cleansed",
    "CleansedText",
    "CustomTerm",
    "Detection",
    "Detector",
    "DetectorFailed",
    "EngineError",
    "Entry",
    "Finding",
    "Hydrated",
    "InvalidFindings",
    "InvalidPolicy",
    "Item",
    "Mapping",
    "Policy",
    "PolicyBlocked",
    "Problem",
    "RawText",
    "Restored",
    "Rule",
    "Span",
    "StreamHydrator",
    "UnsupportedText",
    "cleanse",
    "hydrate",
]


def __getattr__(name: str) -> object:
    """`Detector`, when it is first asked for."""
    if name != "Detector":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from sluice.engine.pipeline import Detector

    globals()[name] = Detector
    return Detector


def __dir__() -> list[str]:
    return sorted([*globals(), "Detector"])
