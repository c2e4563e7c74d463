"""What the gateway adds on OpenAI's wire, beside LiteLLM: `python -m benchmarks.wires [--json]`.

A scripted vendor is asked directly, through `POST /v1/chat/completions` of Sluice with cleansing,
scanning of answers and recording on, and through LiteLLM's proxy with nothing on, by turns, in the
same run on the same machine. Every prompt has 1 KB and is another one. LiteLLM is installed from
the pinned requirements/compat-litellm.txt into an environment of its own; both have one process.
"""

from __future__ import annotations

import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import httpx
import yaml
from tests.postgres import free_port

from benchmarks.client import Client, Json
from benchmarks.load import Load, load
from benchmarks.peers import NoPeer, environment
from benchmarks.report import Sheet, Step, ms, quantile, run
from benchmarks.stage import ANSWER, KEY, MODEL, Stage, prompt_text, question, stage, usage_of

RUNS: Final = 3
CALLS: Final = 60
WARM_UP: Final = 30
CALLERS: Final = (1, 8, 32)
REQUESTS: Final = 400
SECONDS: Final = 4.0
STEPS: Final = 2 + 2 * RUNS + len(CALLERS)
PATH: Final = "/v1/chat/completions"
MARK: Final = b'"content":"T'
SPACED: Final = b'"content": "T'
LITELLM: Final = "LiteLLM, nothing on"
SLUICE: Final = "Sluice, everything on"
ADDED: Final = ("", "added p50", "added p99", "first token p50", "first token p99", "ratio of p50")
LOADS: Final = ("", *(f"{n} callers/s" for n in CALLERS), "CPU a request", "memory, MiB", "ratio")


@dataclass(frozen=True, slots=True)
class Target:
    """A server that answers OpenAI's wire, and the process whose cost counts."""

    name: str
    url: str
    key: str
    pid: int

    def client(self) -> Client:
        """A client of it."""
        return Client(self.url, PATH, self.key)


@dataclass
class Samples:
    """Milliseconds more than the vendor itself took, call by call."""

    whole: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)


def measure(step: Step) -> list[Sheet]:
    """Added times and throughput; without LiteLLM where it cannot be installed."""
    with stage("--answer", ANSWER) as on, _targets(on, step) as targets:
        added = _added(on, targets, step)
        loads = {target.name: _loads(target, step) for target in targets}
    return [_added_sheet(added), _loads_sheet(loads)]


@contextmanager
def _targets(on: Stage, step: Step) -> Iterator[list[Target]]:
    assert on.server.process is not None
    sluice = Target(SLUICE, on.server.url, on.server.token, on.server.process.pid)
    step("starting LiteLLM")
    try:
        python = environment("litellm")
    except NoPeer as problem:
        print(f"LiteLLM was not measured: {problem}", file=sys.stderr)
        yield [sluice]
        return
    with _litellm(python, on.peer) as other:
        yield [sluice, other]


@contextmanager
def _litellm(python: Path, peer: str) -> Iterator[Target]:
    key, port = f"sk-{secrets.token_hex(12)}", free_port()
    with tempfile.TemporaryDirectory(prefix="litellm-") as folder:
        params = {"model": f"openai/{MODEL}", "api_base": f"{peer}/v1", "api_key": KEY}
        models = [{"model_name": MODEL, "litellm_params": params}]
        config = {"model_list": models, "general_settings": {"master_key": key}}
        (Path(folder) / "config.yaml").write_text(yaml.safe_dump(config))
        command = [str(python.parent / "litellm"), "--config", "config.yaml", "--port", str(port)]
        kept = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        local = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"}
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=folder, env=kept | local, stdout=log, stderr=log
            )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url, process)
            yield Target(LITELLM, url, key, process.pid)
        finally:
            process.terminate()
            process.wait(30)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/health/liveliness", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise RuntimeError("LiteLLM did not start")


def _added(on: Stage, targets: list[Target], step: Step) -> dict[str, Samples]:
    samples = {target.name: Samples() for target in targets}
    clients = {target.name: target.client() for target in targets}
    with on.direct() as direct:
        for number in range(-WARM_UP, RUNS * CALLS):
            if number % CALLS == 0:
                step("one call at a time")
            for stream in (False, True):
                # Another text each time: what came before would be known.
                body = question(prompt_text(2 * number + stream), stream=stream)
                fast = direct.timed(body, MARK)
                for name, client in clients.items():
                    slow = client.timed(body, SPACED if name == LITELLM else MARK)
                    if number < 0:
                        continue
                    if stream:
                        samples[name].first.append((slow.first or slow.last) - fast.first)
                    else:
                        samples[name].whole.append(slow.last - fast.last)
    return samples


def _added_sheet(samples: dict[str, Samples]) -> Sheet:
    peer = samples.get(LITELLM)
    rows = []
    for name, sample in samples.items():
        values = [quantile(s, q) for s in (sample.whole, sample.first) for q in (0.5, 0.99)]
        ratio = quantile(sample.whole, 0.5) / quantile(peer.whole, 0.5) if peer else 0
        rows.append((name, *map(ms, values), f"{ratio:.2f}" if peer else ""))
    title = f"Added to a call on OpenAI's wire, 1 KB prompts ({RUNS * CALLS} pairs): milliseconds"
    return Sheet("wires", title, ADDED, rows)


@dataclass
class Loaded:
    """What came of the loads on one target."""

    rates: list[float] = field(default_factory=list)
    cpu: float = 0.0
    rss_mib: float = 0.0


def _loads(target: Target, step: Step) -> Loaded:
    loaded = Loaded()
    for callers in CALLERS:
        step(f"{target.name}: {callers} callers")
        ask = partial(load, target.url, PATH, target.key, callers=callers, seconds=SECONDS)
        done: list[Load] = []
        before = usage_of(target.pid).cpu_ms
        for number in range(RUNS):
            first = (number + 10 * callers) * REQUESTS
            bodies: list[Json] = [
                question(prompt_text(first + i), stream=False) for i in range(REQUESTS)
            ]
            done.append(ask(bodies))
        after = usage_of(target.pid)
        loaded.rates.append(statistics.median(one.answered / one.seconds for one in done))
        loaded.cpu = (after.cpu_ms - before) / sum(one.answered for one in done)
        loaded.rss_mib = after.rss_mib
    return loaded


def _loads_sheet(loads: dict[str, Loaded]) -> Sheet:
    peer = loads.get(LITELLM)
    rows = []
    for name, loaded in loads.items():
        ratio = f"{loaded.rates[-1] / peer.rates[-1]:.2f}" if peer else ""
        rates = (f"{rate:.0f}" for rate in loaded.rates)
        rows.append((name, *rates, ms(loaded.cpu), f"{loaded.rss_mib:.0f}", ratio))
    title = f"Requests a second on 2 cores, one process each ({RUNS} runs; CPU in ms)"
    return Sheet("wires-load", title, LOADS, rows)


if __name__ == "__main__":
    run(sys.modules[__name__], __doc__)
