"""How much later a stream begins and ends: `python -m benchmarks.stream [--json]`.

A scripted vendor that waits 5 ms and then streams a piece of four characters every millisecond
is asked for a stream directly and through Sluice, by turns, in the same run. Measured is when the
first line with text has come, and when the last byte has. "Detection" is what analysing the same
prompts costs, measured here in this process: a first token cannot come earlier than that.
"""

from __future__ import annotations

import sys
import time

from benchmarks.client import Client, Timed
from benchmarks.report import Sheet, Step, ms, quantile, run
from benchmarks.stage import ANSWER, Stage, prompt_text, question, stage
from sluice.engine import Detector

RUNS = 4
CALLS = 75
WARM_UP = 30
STEPS = RUNS + 2
PACE = ("--answer", ANSWER, "--delay-ms", "5", "--between-ms", "1")
DIRECT_MARK = b'"content":"T'
THROUGH_MARK = b'"content":"'
COLUMNS = ("", "direct p50", "through p50", "added p50", "added p99", "ratio")

Pair = tuple[Timed, Timed]


def measure(step: Step) -> list[Sheet]:
    """The first token and the last byte."""
    pairs: list[Pair] = []
    with stage(*PACE) as on, on.direct() as direct, on.through() as through:
        step("warming up")
        for number in range(WARM_UP):
            _pair(on, direct, through, prompt_text(-1 - number))
        for number in range(RUNS):
            step(f"run {number + 1}")
            texts = map(prompt_text, range(number * CALLS, (number + 1) * CALLS))
            pairs += [_pair(on, direct, through, text) for text in texts]
    step("detection")
    rows = [
        _row("first token", [(fast.first, slow.first) for fast, slow in pairs]),
        _row("last byte", [(fast.last, slow.last) for fast, slow in pairs]),
        _detection([prompt_text(number) for number in range(RUNS * CALLS)]),
    ]
    title = f"A stream of {len(ANSWER) // 4} pieces, a 1 KB prompt ({len(pairs)} pairs): ms"
    return [Sheet("stream", title, COLUMNS, rows)]


def _pair(on: Stage, direct: Client, through: Client, text: str) -> Pair:
    fast = direct.timed(question(text), DIRECT_MARK)
    slow = through.timed(on.submit(text, stream=True), THROUGH_MARK)
    if not fast.first or not slow.first:
        raise RuntimeError("a stream came without text")
    return fast, slow


def _row(name: str, pairs: list[tuple[float, float]]) -> tuple[str, ...]:
    direct = quantile([fast for fast, _ in pairs], 0.5)
    through = quantile([slow for _, slow in pairs], 0.5)
    added = [slow - fast for fast, slow in pairs]
    values = (direct, through, quantile(added, 0.5), quantile(added, 0.99))
    return (name, *map(ms, values), f"{through / direct:.2f}")


def _detection(texts: list[str]) -> tuple[str, ...]:
    detector = Detector()
    detector.analyze(texts[0])
    times = []
    for text in texts:
        begun = time.perf_counter()
        detector.analyze(text)
        times.append((time.perf_counter() - begun) * 1000)
    return ("detection of it", "", "", ms(quantile(times, 0.5)), ms(quantile(times, 0.99)), "")


if __name__ == "__main__":
    run(sys.modules[__name__], __doc__)
