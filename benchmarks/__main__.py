"""Run every program: `python -m benchmarks [--json] [--only NAME …] [--write]`.

`--write` puts the results into docs/benchmarks.md, between the markers there, with pictures
beside it and the machine that they were measured on.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psutil

from benchmarks import (
    agent,
    conversation,
    detecting,
    gateway,
    overview,
    recording,
    searching,
    startup,
    stream,
    throughput,
    wires,
)
from benchmarks.report import (
    Program,
    Sheet,
    measured,
    print_json,
    print_tables,
    written_into,
)
from benchmarks.stage import ROOT

PROGRAMS: Final[dict[str, Program]] = {
    "detecting": detecting,
    "gateway": gateway,
    "stream": stream,
    "throughput": throughput,
    "wires": wires,
    "agent": agent,
    "conversation": conversation,
    "recording": recording,
    "searching": searching,
    "overview": overview,
    "startup": startup,
}
DOCUMENT: Final = ROOT / "docs" / "benchmarks.md"


def main() -> None:
    """Measure, then print, and write if asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--write", action="store_true", help="put them into docs/benchmarks.md")
    parser.add_argument(
        "--only", action="append", choices=PROGRAMS, help="run this one (may be repeated)"
    )
    options = parser.parse_args()
    chosen = {name: PROGRAMS[name] for name in options.only or PROGRAMS}
    sheets = [machine(), *measured(chosen)]
    (print_json if options.json else print_tables)(sheets)
    if options.write:
        write(sheets, DOCUMENT)


def machine() -> Sheet:
    """What the numbers were measured on; nothing that names the machine."""
    rows = [
        ("processor", f"{_processor()}, {os.cpu_count()} cores"),
        ("memory", f"{psutil.virtual_memory().total / 2**30:.0f} GiB"),
        ("system", f"{platform.system()} {platform.release().partition('-')[0]}"),
        ("Python", platform.python_version()),
        ("day", f"{datetime.now(UTC):%Y-%m-%d}"),
        ("load before", ", ".join(f"{load:.2f}" for load in os.getloadavg())),
    ]
    return Sheet("machine", "Measured on", ("", "value"), rows)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def write(sheets: Sequence[Sheet], document: Path) -> None:
    """Put the sheets into the document, and their pictures beside it."""
    document.write_text(written_into(document.read_text(), sheets))
    for sheet in sheets:
        if sheet.picture:
            document.with_name(f"benchmarks-{sheet.name}.svg").write_text(sheet.picture)


if __name__ == "__main__":
    main()
