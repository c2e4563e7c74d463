"""The face of the engine: what can be imported, and that importing it is light."""

from __future__ import annotations

import subprocess
import sys

import pytest

import sluice.engine as engine

FACE = {"Detector", "Mapping", "StreamHydrator", "cleanse", "hydrate"}
RESULTS = {"Allowed", "Cleansed", "Entry", "Hydrated", "Item", "Restored"}
TYPES = {
    "Action",
    "CleansedText",
    "CustomTerm",
    "Detection",
    "Finding",
    "Policy",
    "RawText",
    "Rule",
    "Span",
}
ERRORS = {
    "DetectorFailed",
    "EngineError",
    "InvalidFindings",
    "InvalidPolicy",
    "PolicyBlocked",
    "Problem",
    "UnsupportedText",
}


def test_the_face_is_exactly_this() -> None:
    """The documented names, their results, the types and the errors; all of them are there."""
    assert set(engine.__all__) == FACE | RESULTS | TYPES | ERRORS
    assert list(engine.__all__) == sorted(engine.__all__)
    assert all(hasattr(engine, name) for name in engine.__all__)
    assert set(engine.__all__) <= set(dir(engine))


def test_every_error_has_the_one_root() -> None:
    """Who catches `EngineError` catches all of them."""
    roots = [getattr(engine, name) for name in ERRORS - {"Problem"}]
    assert all(issubclass(root, engine.EngineError) for root in roots)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """The lazy import answers for `Detector` only."""
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = engine.Nothing


def test_restoring_imports_neither_the_detector_nor_anything_that_does_io() -> None:
    """In a fresh process: the patterns and tables come with the first use of `Detector`."""
    heavy = ["hyperscan", "phonenumbers", "stdnum", "tldextract", "asyncio", "logging", "socket"]
    code = (
        "import sys, sluice.engine as e; e.hydrate('x', e.Mapping()); "
        f"print([n for n in {heavy} + ['sluice.engine.pipeline'] if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
