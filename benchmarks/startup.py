"""Times until something is ready, and the memory of a 1 MB prompt:
`python -m benchmarks.startup [--json]`.

Each time is that of a process of its own, the median of several; "python" is the interpreter that
does nothing, the peer of the whole commands. Imports are timed inside the process.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.live import prompt

from benchmarks.engine import text_of
from benchmarks.report import Sheet, Step, ms, run
from benchmarks.stage import ANALYZE, ANSWER, MIB, Stage, stage

RUNS = 7
PATIENCE = 60
"""Seconds after which a process that does not end is ended."""
TIMED: Final = "import time; a = time.perf_counter(); {}; print((time.perf_counter() - a) * 1000)"
IMPORTS: Final = {
    "import json (peer)": "import json",
    "import httpx (peer)": "import httpx",
    "import liminal": "import liminal",
    "import sluice.engine": "import sluice.engine",
    "Detector() ready": "from sluice.engine import Detector; Detector().analyze('a@example.org')",
    "import sluice.server.app": "import sluice.server.app",
}
COMMANDS: Final[dict[str, Sequence[str]]] = {
    "python -c pass (peer)": ("-c", "pass"),
    "sluice --help": (str(Path(sys.executable).parent / "sluice"), "--help"),
}
STEPS = len(IMPORTS) + len(COMMANDS) + 1


def measure(step: Step) -> list[Sheet]:
    """Times and memory."""
    rows = []
    for name, program in IMPORTS.items():
        step(name)
        rows.append((name, ms(_median([_inside(program) for _ in range(RUNS)]))))
    for name, words in COMMANDS.items():
        step(name)
        rows.append((name, ms(_median([_whole(words) for _ in range(RUNS)]))))
    step("1 MB prompt")
    times = Sheet("startup", f"Ready after ({RUNS} runs): milliseconds", ("", "median"), rows)
    return [times, _memory()]


def _inside(program: str) -> float:
    command = [sys.executable, "-c", TIMED.format(program)]
    return float(subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE).stdout)


def _whole(words: Sequence[str]) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, *words], capture_output=True, check=True, timeout=PATIENCE)
    return (time.perf_counter() - begun) * 1000


def _median(values: list[float]) -> float:
    return statistics.median(values)


def _memory() -> Sheet:
    columns = ("the server's memory, MiB", "before", "peak", "more for each MB of prompt")
    with stage("--answer", ANSWER) as on:
        before = on.usage().rss_mib
        rows = []
        for megabytes in (1, 2, 3):
            _analyze(on, text_of("prose", megabytes * MIB, seed=megabytes))
            peak = on.usage().peak_mib
            more = f"{(peak - before) / megabytes:.0f}"
            rows.append((f"after {megabytes} MB", f"{before:.0f}", f"{peak:.0f}", more))
    return Sheet("memory", "Analysing large prompts: the server's memory", columns, rows)


def _analyze(on: Stage, text: str) -> None:
    with on.through() as client:
        client.post(prompt(on.instance, text), ANALYZE)


if __name__ == "__main__":
    run(sys.modules[__name__], __doc__)
