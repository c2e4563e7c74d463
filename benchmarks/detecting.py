"""What detecting costs, one thread, and beside Presidio: `python -m benchmarks.detecting [--json]`.

The texts are those of tests/clean, in windows of 1 KB that begin at a line, each analysed once and
in a drawn order: prose (documentation, fiction, law, products), code and configuration, chat, and
logs. "Patterns" is `Detector(names=None)`; "tagger" is the tagger of names by itself; `re` is the
way without Hyperscan. Presidio runs in an environment of its own (`benchmarks/peers.py`), on the
same texts, in the same run.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from benchmarks import engine, peers
from benchmarks.plot import Line, chart
from benchmarks.report import Sheet, Step, ms, quantile, run
from sluice.engine import Detector
from sluice.engine.names import tagger as names

KB: Final = 1024
PIECES: Final = 200
"""Windows of each kind at most; each is analysed once."""
PEER_PIECES: Final = 40
"""Fewer for those that take long."""
SHORT: Final = 160
"""Code points of a short text, as messages in a chat are."""
STRIDE: Final = 256
"""Bytes from one window's begin to the next one's, or a little more."""
LENGTHS: Final = (1, 2, 4, 8, 16, 32)
"""Lengths of texts for the plot, in KB."""
CLEAN: Final = Path(__file__).parents[1] / "tests" / "clean"
KINDS: Final = {
    "prose": ("docs", "fiction", "legal", "product", "recipes", "releases"),
    "code": ("code", "config"),
    "chat": ("chat",),
    "log": ("logs",),
}
READY: Final = (
    "import time; a = time.perf_counter(); from sluice.engine import Detector; d = Detector();"
    "d.analyze('Call +49 30 901820'); print((time.perf_counter() - a) * 1000)"
)
READY_RUNS: Final = 5
STEPS: Final = 6

SHORT_WAYS: Final = ("patterns", "everything")

Work = Callable[[str], object]


def measure(step: Step) -> list[Sheet]:
    """Milliseconds per KB and by length, what 1 MB costs, and how long until it is ready."""
    step("ours")
    ways = _ways()
    ours = {(name, kind): timed(ways[name], pieces(kind)) for name in ways for kind in KINDS}
    step("short texts")
    short = Sheet(
        "short", f"Detecting in {SHORT} characters, one thread: microseconds a text",
        ("text of", "with", "median", "p99"),
        [_short_row(kind, name, ways[name]) for kind in KINDS for name in SHORT_WAYS],
    )  # fmt: skip
    step("Presidio")
    found, reason = _presidio()
    step("by length")
    lengths = {name: _by_length(ways[name]) for name in ("patterns", "everything")}
    step("1 MB")
    megabyte = Sheet(
        "megabyte", "Detecting in 1 MB of prose",
        ("1 MB of prose", "milliseconds", "peak MiB allocated", "findings"),
        [_megabyte(name) for name in ("patterns", "everything")],
    )  # fmt: skip
    step("ready")
    ready = Sheet("ready", "Detector() ready: milliseconds", ("", "median"), _ready(found))
    return [_speed(ours, found, reason, lengths), short, megabyte, ready]


def windows(text: str, size: int = KB, stride: int = STRIDE) -> list[str]:
    """Stretches of at least `size` code points that begin at lines, `stride` or more apart."""
    begins: list[int] = []
    at = 0
    for line in text.splitlines(keepends=True):
        if not begins or at - begins[-1] >= stride:
            begins.append(at)
        at += len(line)
    return [text[begin : begin + size] for begin in begins if begin + size <= len(text)]


def pieces(kind: str, most: int = PIECES, size: int = KB) -> list[str]:
    """Windows of so many code points of one kind, in a drawn order that is always the same."""
    found = windows(_whole(kind), size)
    random.Random(1).shuffle(found)
    return found[:most]


def _whole(kind: str) -> str:
    files = (path for name in KINDS[kind] for path in sorted((CLEAN / name).glob("*.txt")))
    return "\n".join(path.read_text() for path in files)


def _ways() -> dict[str, Work]:
    """What is measured, warmed up on a text of another kind."""
    tagger = names.default_tagger()
    ways: dict[str, Work] = {
        "patterns": Detector(names=None).analyze,
        "tagger": lambda text: tagger.tag(text, ("en",)),
        "everything": Detector().analyze,
        "patterns in `re`": Detector(names=None, backend="re").analyze,
    }
    for work in ways.values():
        work(engine.text_of("prose", 4 * KB) + engine.text_of("log", KB))
    return ways


def timed(work: Work, texts: Sequence[str]) -> list[float]:
    """Milliseconds per KB of each text."""
    times = []
    for text in texts:
        begin = time.perf_counter()
        work(text)
        times.append((time.perf_counter() - begin) * 1000 * KB / len(text.encode()))
    return times


Peers = dict[str, dict[str, list[float]]]
"""By name: kinds, lengths (`8 KB`) and `ready`, with milliseconds."""


def _presidio() -> tuple[Peers, str]:
    """What Presidio takes for the same texts, and why some of it could not be measured."""
    try:
        python = peers.presidio()
    except peers.NoPeer as e:
        return {}, f"Presidio was not measured: {e}"
    found = {"Presidio, patterns": _peer(python, model=False)}
    if not peers.has_model(python):
        return found, f"{peers.MODEL} is not on PyPI: Presidio was measured without a model"
    found["Presidio, small model"] = _peer(python, model=True)
    return found, ""


def _peer(python: Path, *, model: bool) -> dict[str, list[float]]:
    texts = [(kind, text) for kind in KINDS for text in pieces(kind, PEER_PIECES)]
    texts += [(f"{size} KB", text) for size in LENGTHS for text in _long(size)]
    result = peers.timed(python, [text for _, text in texts], model=model)
    found: dict[str, list[float]] = {"ready": [result["ready"]]}
    for (name, text), took in zip(texts, result["each"], strict=True):
        per_kb = 1.0 if name.endswith(" KB") else KB / len(text.encode())
        found.setdefault(name, []).append(took * per_kb)
    return found


def _long(size: int) -> list[str]:
    """Three windows of so many KB of prose."""
    found = windows(_whole("prose"), size * KB, 4 * KB)
    return found[:3]


def _by_length(work: Work) -> list[tuple[float, float]]:
    """Points of KB and milliseconds."""
    points = []
    for size in LENGTHS:
        texts = _long(size)
        took = [value * len(text.encode()) / KB for text in texts for value in timed(work, [text])]
        points.append((float(size), statistics.median(took)))
    return points


def _speed(
    ours: dict[tuple[str, str], list[float]],
    found: Peers,
    reason: str,
    lengths: dict[str, list[tuple[float, float]]],
) -> Sheet:
    """The table of all, and the plot by length."""
    rows: list[tuple[str, ...]] = []
    for kind in KINDS:
        rows += [_row(kind, name, ours[name, of], found) for name, of in ours if of == kind]
        rows += [_row(kind, name, found[name][kind], found) for name in found]
    lines = [Line(name, points) for name, points in lengths.items()]
    for name, values in found.items():
        at = [(float(size), statistics.median(values[f"{size} KB"])) for size in LENGTHS]
        lines.append(Line(name, at))
    picture = chart(lines, title="Detecting, one thread", x="KB of prose", y="ms")
    title = "Detecting, one thread: milliseconds per KB" + (f" ({reason})" if reason else "")
    columns = ("1 KB of", "with", "median", "p99", "Presidio's patterns take")
    return Sheet("detecting", title, columns, rows, picture)


def _row(kind: str, name: str, values: Sequence[float], found: Peers) -> tuple[str, ...]:
    middle = statistics.median(values)
    peer = found.get("Presidio, patterns")
    ratio = f"{statistics.median(peer[kind]) / middle:.1f} times" if peer else ""
    return kind, name, f"{middle:.3f}", f"{quantile(values, 0.99):.3f}", ratio


def _short_row(kind: str, name: str, work: Work) -> tuple[str, ...]:
    """A row: each short text once, in a process that has read texts of its kind."""
    texts = pieces(kind, size=SHORT)
    per_kb = timed(work, texts)
    values = [
        1000 * took * len(text.encode()) / KB for took, text in zip(per_kb, texts, strict=True)
    ]
    return kind, name, f"{statistics.median(values):.0f}", f"{quantile(values, 0.99):.0f}"


def _megabyte(name: str) -> tuple[str, ...]:
    """A row: milliseconds, and the peak of what Python and NumPy allocated meanwhile."""
    detector = Detector(names=None) if name == "patterns" else Detector()
    text = engine.text_of("prose", KB * KB)
    begin = time.perf_counter()
    found = detector.analyze(text)
    took = (time.perf_counter() - begin) * 1000
    tracemalloc.start()
    detector.analyze(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return name, ms(took), f"{peak / KB / KB:.1f}", str(len(found))


def _ready(found: Peers) -> list[tuple[str, ...]]:
    """From the start of importing until the first text was analysed, in fresh processes."""
    with tempfile.TemporaryDirectory() as folder:
        first = _fresh(folder)
        warm = statistics.median(_fresh(folder) for _ in range(READY_RUNS))
    rows = [("nothing in the cache on disk", ms(first)), ("from the cache on disk", ms(warm))]
    return [*rows, *((name, ms(values["ready"][0])) for name, values in found.items())]


def _fresh(cache: str) -> float:
    environment = {**os.environ, "XDG_CACHE_HOME": cache}
    done = subprocess.run(
        [sys.executable, "-c", READY], env=environment, capture_output=True, check=True
    )
    return float(done.stdout)


if __name__ == "__main__":
    run(sys.modules[__name__], __doc__)
