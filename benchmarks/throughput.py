"""Requests a second with callers at once: `python -m benchmarks.throughput [--json]`.

Three processes share the machine: the scripted vendor, one Sluice process on SQLite, and the load.
Each request is a 1 KB prompt in a thread of its own, with cleansing and recording on. CPU is that
of the Sluice process, for each request; memory is what it has afterwards. The vendor alone, under
the same load, is the peer.
"""

from __future__ import annotations

import statistics
import sys
from dataclasses import dataclass, field
from functools import partial

from benchmarks.load import Load, load
from benchmarks.report import Sheet, Step, ms, quantile, run
from benchmarks.stage import ANSWER, KEY, SUBMIT, Stage, prompt_text, question, stage

RUNS = 3
REQUESTS = 300
SECONDS = 10.0
CALLERS = (1, 8, 32)
STEPS = len(CALLERS) * RUNS + 1
COLUMNS = (
    "callers", "through/s", "p50", "p99", "CPU a request", "memory, MiB", "direct/s", "ratio",
)  # fmt: skip


@dataclass
class Samples:
    """What came of the runs with one number of callers."""

    through: list[Load] = field(default_factory=list)
    direct: list[Load] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    rss_mib: float = 0.0

    def row(self, callers: int) -> tuple[str, ...]:
        """The row of the table."""
        times = [value for done in self.through for value in done.milliseconds]
        through, direct = _per_second(self.through), _per_second(self.direct)
        return (
            str(callers),
            f"{through:.0f}",
            ms(quantile(times, 0.5)),
            ms(quantile(times, 0.99)),
            ms(statistics.median(self.cpu)),
            f"{self.rss_mib:.0f}",
            f"{direct:.0f}",
            f"{through / direct:.2f}",
        )


def measure(step: Step) -> list[Sheet]:
    """One row for each number of callers."""
    rows = []
    with stage("--answer", ANSWER) as on:
        step("warming up")
        _one_run(on, Samples(), 4, 0)
        for callers in CALLERS:
            samples = Samples()
            for number in range(1, RUNS + 1):
                step(f"{callers} callers")
                _one_run(on, samples, callers, number * 100 + callers)
            rows.append(samples.row(callers))
    title = f"Throughput on 2 cores (times in ms; {RUNS} runs of up to {REQUESTS} requests)"
    return [Sheet("throughput", title, COLUMNS, rows)]


def _one_run(on: Stage, samples: Samples, callers: int, seed: int) -> None:
    texts = [prompt_text(seed * REQUESTS + number) for number in range(REQUESTS)]
    ask = partial(load, callers=callers, seconds=SECONDS / RUNS)
    asked = [question(text) for text in texts]
    samples.direct.append(ask(on.peer, "/v1/chat/completions", KEY, asked))
    before = on.usage().cpu_ms
    bodies = [on.submit(text) for text in texts]
    done = ask(on.server.url, SUBMIT, on.server.token, bodies)
    after = on.usage()
    samples.through.append(done)
    samples.cpu.append((after.cpu_ms - before) / done.answered)
    samples.rss_mib = after.rss_mib


def _per_second(loads: list[Load]) -> float:
    return statistics.median(done.answered / done.seconds for done in loads)


if __name__ == "__main__":
    run(sys.modules[__name__], __doc__)
