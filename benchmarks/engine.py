"""What detecting costs: `python benchmarks/engine.py [--json]`.

Prints milliseconds per KB (median of several runs, one thread) for four kinds of text with the
Hyperscan and the `re` way, the time and the peak memory of a 1 MB prompt, and the times until the
engine is imported and a detector is ready. The texts are made here from fixed seeds.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

from sluice.engine.pipeline import Detector

KB = 1024
RUNS = 7
WORDS = tuple(
    word
    for line in (
        "the of and to in is that for it as was with be by on not he this are or his from at which",
        "but have an they you were their one all we can her has there been if more when will would",
        "who so no she other its may these what them than some him time into only could new then",
        "two first report letter people system answer question number house water place morning",
        "value service customer contract delivery because without between another important",
        "different government development information management understand experience consider",
    )
    for word in line.split()
)


def prose(chance: random.Random) -> str:
    """One sentence in about fifteen holds something to be found."""
    count = chance.randint(6, 22)
    sentence = " ".join(chance.choice(WORDS) for _ in range(count)).capitalize()
    if chance.random() < 0.07:
        sentence += chance.choice(
            (
                f" on {chance.randint(1, 28)} March {chance.randint(1990, 2030)}",
                f", write to person{chance.randint(1, 999)}@example.org",
                f" or call +49 30 {chance.randint(100000, 999999)}",
                f" at {chance.randint(10, 23)}:{chance.randint(10, 59)}",
            )
        )
    return sentence + chance.choice((". ", ". ", "? ", ".\n\n"))


def chat(chance: random.Random) -> str:
    """A short turn of a conversation, with a time in front."""
    stamp = f"[{chance.randint(10, 23)}:{chance.randint(10, 59)}]"
    said = " ".join(chance.choice(WORDS) for _ in range(chance.randint(2, 12)))
    return f"{stamp} {chance.choice(('user', 'agent'))}: {said} \U0001f642\n"


def code(chance: random.Random) -> str:
    """Four lines of a program."""
    name, other = chance.choice(WORDS), chance.choice(WORDS)
    number = chance.randint(0, 99)
    return (
        f"def {name}_{other}(self, {other}: int = {number}) -> str:\n"
        f'    """Return the {other} of self.{name}.{other}."""\n'
        f"    if self.{name}[{number}] != {other}.{name}({number}.5, key={other!r}):\n"
        f"        raise ValueError(f'{name} {{self.{other}}} of {number}')\n"
    )


def log(chance: random.Random) -> str:
    """A line with a timestamp, an address and a request."""
    return (
        f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}T{chance.randint(10, 23)}:"
        f"{chance.randint(10, 59)}:{chance.randint(10, 59)}.{chance.randint(100, 999)}Z INFO "
        f"10.{chance.randint(0, 255)}.{chance.randint(0, 255)}.7 GET /v1/{chance.choice(WORDS)}/"
        f"{chance.randint(1000, 999999)} {chance.choice((200, 404))} {chance.randint(1, 900)}ms\n"
    )


KINDS: dict[str, Callable[[random.Random], str]] = {
    "prose": prose,
    "chat": chat,
    "code": code,
    "log": log,
}


def text_of(kind: str, size: int, seed: int = 1) -> str:
    """A text of one kind with `size` bytes or a little more."""
    chance = random.Random(seed)
    parts: list[str] = []
    length = 0
    while length < size:
        parts.append(KINDS[kind](chance))
        length += len(parts[-1].encode())
    return "".join(parts)


def per_kb(detector: Detector, kind: str, size: int) -> float:
    """Milliseconds per KB: the median over runs, each over a text that was not seen before."""
    times = []
    for run in range(RUNS):
        text = text_of(kind, size, seed=run)
        kilobytes = len(text.encode()) / KB
        begin = time.perf_counter()
        detector.analyze(text)
        times.append((time.perf_counter() - begin) * 1000 / kilobytes)
    return statistics.median(times)


def one_megabyte(detector: Detector) -> dict[str, float]:
    """Seconds for 1 MB of prose, and the peak of what Python allocated meanwhile, in MiB."""
    text = text_of("prose", KB * KB)
    begin = time.perf_counter()
    found = detector.analyze(text)
    seconds = time.perf_counter() - begin
    tracemalloc.start()
    detector.analyze(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return {"seconds": seconds, "peak_mib": peak / KB / KB, "findings": len(found)}


def startup() -> dict[str, float]:
    """Milliseconds in a fresh process, median of five: importing, and the first detector."""
    program = (
        "import time; a = time.perf_counter(); import sluice.engine; b = time.perf_counter();"
        "d = sluice.engine.Detector(); c = time.perf_counter(); d.analyze('call +49 30 901820, "
        "a@example.org'); print((b - a) * 1e3, (c - b) * 1e3, (time.perf_counter() - c) * 1e3)"
    )
    runs = []
    for _ in range(5):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
        runs.append([float(part) for part in done.stdout.split()])
    names = ("import_ms", "detector_ready_ms", "first_analyze_ms")
    return dict(zip(names, map(statistics.median, zip(*runs, strict=True)), strict=True))


def measured() -> dict[str, Any]:
    """Everything, by name."""
    ways = {"hyperscan": Detector(backend="hyperscan"), "re": Detector(backend="re")}
    for detector in ways.values():
        detector.analyze(text_of("prose", 4 * KB) + text_of("log", KB))
    return {
        "ms_per_kb": {
            way: {
                f"{kind} {size // KB} KB": per_kb(detector, kind, size)
                for kind in KINDS
                for size in (KB, 32 * KB)
            }
            for way, detector in ways.items()
        },
        "one_megabyte": {way: one_megabyte(detector) for way, detector in ways.items()},
        "startup": startup(),
    }


def show(results: dict[str, Any]) -> None:
    """The results as tables."""
    console = Console()
    speed = Table("text", "hyperscan", "re", title="Detecting: ms per KB, median, one thread")
    for name, fast in results["ms_per_kb"]["hyperscan"].items():
        speed.add_row(name, f"{fast:.3f}", f"{results['ms_per_kb']['re'][name]:.3f}")
    console.print(speed)
    whole = Table("1 MB of prose", "seconds", "peak MiB", "findings")
    for way, row in results["one_megabyte"].items():
        whole.add_row(way, f"{row['seconds']:.3f}", f"{row['peak_mib']:.1f}", str(row["findings"]))
    console.print(whole)
    for name, value in results["startup"].items():
        console.print(f"{name}: {value:.0f}")


def main() -> None:
    """Measure, then print tables or JSON."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true", help="print JSON instead of tables")
    results = measured()
    if arguments.parse_args().json:
        print(json.dumps(results, indent=2))
    else:
        show(results)


if __name__ == "__main__":
    main()
