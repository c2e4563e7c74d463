"""The engine's own measurements as sheets: `python -m benchmarks.detecting [--json]`.

What is measured, and how, is in `benchmarks/engine.py`; `re`, one pattern after another, is the
peer of Hyperscan here. The texts are the same.
"""

from __future__ import annotations

import sys
from typing import Any

from benchmarks import engine
from benchmarks.report import Sheet, Step, ms, run

STEPS = 1


def measure(step: Step) -> list[Sheet]:
    """Milliseconds per KB, and what 1 MB costs."""
    step("")
    results = engine.measured()
    return [_speed(results["ms_per_kb"]), _megabyte(results["one_megabyte"])]


def _speed(ways: dict[str, dict[str, float]]) -> Sheet:
    fast, slow = ways["hyperscan"], ways["re"]
    rows = [
        (name, f"{fast[name]:.3f}", f"{slow[name]:.3f}", f"{slow[name] / fast[name]:.0f}")
        for name in fast
    ]
    columns = ("text", "Hyperscan", "`re`", "ratio")
    return Sheet("detecting", "Detecting, one thread: milliseconds per KB", columns, rows)


def _megabyte(ways: dict[str, dict[str, Any]]) -> Sheet:
    rows = [
        (way, ms(row["seconds"] * 1000), f"{row['peak_mib']:.1f}", str(row["findings"]))
        for way, row in ways.items()
    ]
    columns = ("1 MB of prose", "milliseconds", "peak MiB allocated", "findings")
    return Sheet("megabyte", "Detecting in 1 MB of prose", columns, rows)


if __name__ == "__main__":
    run(sys.modules[__name__], __doc__)
