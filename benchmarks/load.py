"""Many callers at once, as a process of its own: `python -m benchmarks.load URL PATH …`.

Reads the requests' bodies, a line each, from standard input; each of `--callers` threads has a
connection of its own and sends the next body as soon as its answer is there. Ends when the bodies
are used up or `--seconds` have passed, and prints one JSON object: how many were answered, the
seconds they took, and each one's milliseconds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from benchmarks.client import Client, Json
from benchmarks.stage import ROOT

TOKEN = "LOAD_TOKEN"


@dataclass(frozen=True, slots=True)
class Load:
    """What came of a load."""

    answered: int
    seconds: float
    milliseconds: list[float]


def load(
    url: str, path: str, token: str, bodies: Sequence[Json], *, callers: int, seconds: float
) -> Load:
    """Send the bodies from another process; raises `RuntimeError` if one was not answered."""
    command = [sys.executable, "-m", "benchmarks.load", url, path]
    command += ["--callers", str(callers), "--seconds", str(seconds)]
    lines = "\n".join(map(json.dumps, bodies))
    environment = dict(os.environ) | {TOKEN: token}
    done = subprocess.run(
        command, input=lines, capture_output=True, text=True, env=environment, cwd=ROOT, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"the load ended with: {done.stderr.strip().splitlines()[-1:]}")
    return Load(**json.loads(done.stdout))


def _sent(options: argparse.Namespace, bodies: Sequence[Json]) -> Load:
    queue: SimpleQueue[Json] = SimpleQueue()
    for body in bodies:
        queue.put(body)
    times: list[float] = []
    failures: list[Exception] = []
    end = time.perf_counter() + options.seconds
    callers = [
        threading.Thread(target=_call, args=(options, queue, times, failures, end))
        for _ in range(options.callers)
    ]
    begun = time.perf_counter()
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    if failures:
        raise failures[0]
    return Load(len(times), time.perf_counter() - begun, times)


def _call(
    options: argparse.Namespace,
    queue: SimpleQueue[Json],
    times: list[float],
    failures: list[Exception],
    end: float,
) -> None:
    try:
        with Client(options.url, options.path, os.environ[TOKEN]) as client:
            while time.perf_counter() < end and not failures:
                times.append(client.milliseconds(queue.get_nowait()))
    except Empty:
        return
    except Exception as failure:  # raised again by the main thread
        failures.append(failure)


def main() -> None:
    """Send what standard input holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("path")
    parser.add_argument("--callers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    done = _sent(options, [json.loads(line) for line in sys.stdin])
    print(json.dumps({name: getattr(done, name) for name in Load.__slots__}))


if __name__ == "__main__":
    main()
