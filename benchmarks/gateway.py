"""What Sluice adds to a call: `python -m benchmarks.gateway [--json]`.

A scripted vendor is asked directly and through `POST /api/v1/prompts/submit`, by turns, in the
same run, one call at a time. Prompts have 1 KB and are all different; each opens a thread; they
are analysed, cleansed, recorded before and after the call, and the answer is hydrated. The vendor
answers 230 characters at once, in 6 or in 58 pieces. It is asked for a stream both times, because
that is what Sluice asks for; "whole" is the vendor asked without a stream, for comparison. Added
p50 and p99 are quantiles of the differences between the two calls of a pair.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field

import asyncpg
from tests import postgres

from benchmarks.client import Client
from benchmarks.report import Sheet, Step, flat, median_of_runs, ms, quantile, run
from benchmarks.stage import ANSWER, Stage, prompt_text, question, stage

RUNS = 5
CALLS = 80
WARM_UP = 40
STEPS = 3 * (RUNS + 1)
FEW = ("--answer", ANSWER, "--pieces", "40")
MANY = ("--answer", ANSWER, "--pieces", "4")
COLUMNS = (
    "", "direct p50", "direct, whole", "through p50", "through p99",
    "added p50", "added p99", "ratio", "CPU",
)  # fmt: skip


@dataclass
class Samples:
    """Milliseconds, a list for each run."""

    direct: list[list[float]] = field(default_factory=list)
    whole: list[list[float]] = field(default_factory=list)
    through: list[list[float]] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def row(self, name: str) -> tuple[str, ...]:
        """The row of the table."""
        direct, through = median_of_runs(self.direct), median_of_runs(self.through)
        pairs = zip(flat(self.through), flat(self.direct), strict=True)
        added = [slow - fast for slow, fast in pairs]
        return (
            name,
            *map(ms, (direct, median_of_runs(self.whole), through)),
            ms(quantile(flat(self.through), 0.99)),
            ms(median_of_runs([added])),
            ms(quantile(added, 0.99)),
            f"{through / direct:.1f}",
            ms(median_of_runs([self.cpu])),
        )


def measure(step: Step) -> list[Sheet]:
    """SQLite, and PostgreSQL where one can be started."""
    rows = [
        _samples(step, None, FEW).row("SQLite, 6 pieces"),
        _samples(step, None, MANY).row("SQLite, 58 pieces"),
    ]
    cluster = postgres.start()
    if isinstance(cluster, str):
        print(f"PostgreSQL was not measured: {cluster}", file=sys.stderr)
    else:
        try:
            name = asyncio.run(_name(cluster.url))
            rows.append(_samples(step, cluster.url, FEW).row(f"{name}, 6 pieces"))
        finally:
            cluster.stop()
    title = f"A 1 KB prompt, one call at a time ({RUNS * CALLS} pairs): milliseconds"
    return [Sheet("gateway", title, COLUMNS, rows)]


async def _name(url: str) -> str:
    """The server's version, and whether a commit waits for the disk: tests' own does not."""
    connection = await asyncpg.connect(url)
    version, fsync = connection.get_server_version(), await connection.fetchval("SHOW fsync")
    await connection.close()
    return f"PostgreSQL {version.major}, fsync {fsync}"


def _samples(step: Step, database_url: str | None, answer: tuple[str, ...]) -> Samples:
    samples = Samples()
    with (
        stage(*answer, database_url=database_url) as on,
        on.direct() as direct,
        on.through() as through,
    ):
        step("warming up")
        for number in range(WARM_UP):
            through.milliseconds(on.submit(prompt_text(-1 - number)))
            direct.milliseconds(question(prompt_text(-1 - number)))
        for number in range(RUNS):
            step(f"run {number + 1}")
            _one_run(samples, on, direct, through, range(number * CALLS, (number + 1) * CALLS))
    return samples


def _one_run(samples: Samples, on: Stage, direct: Client, through: Client, numbers: range) -> None:
    texts = [prompt_text(number) for number in numbers]
    cpu = on.usage().cpu_ms
    pairs = [
        (direct.milliseconds(question(text)), through.milliseconds(on.submit(text)))
        for text in texts
    ]
    samples.cpu.append((on.usage().cpu_ms - cpu) / len(texts))
    samples.direct.append([fast for fast, _ in pairs])
    samples.through.append([slow for _, slow in pairs])
    whole = [direct.milliseconds(question(text, stream=False)) for text in texts]
    samples.whole.append(whole)


if __name__ == "__main__":
    run(sys.modules[__name__], __doc__)
