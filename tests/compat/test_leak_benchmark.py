"""The neutral conformance test `pii-leak-benchmark`, unmodified, against a running server."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.compat.conftest import environment_of
from tests.live import LiveServer

SECONDS = 900


@pytest.fixture(scope="module")
def upstream() -> int:
    """A free port for the benchmark's own vendor."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module")
def server(upstream: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server as a first start makes it, told in the environment where OpenAI is."""
    environment = {
        "OPENAI_API_KEY": "none-is-needed",
        "OPENAI_BASE_URL": f"http://127.0.0.1:{upstream}/v1",
    }
    folder = tmp_path_factory.mktemp("leaks") / "server"
    with LiveServer(folder, environment=environment) as started:
        yield started


def _run(server: LiveServer, program: str, *words: str) -> subprocess.CompletedProcess[str]:
    python = environment_of("pii-leak-benchmark", "0.6.0")
    return subprocess.run(
        [str(python.parent / program), *words],
        env=os.environ | {"CONFORMANCE_TARGET_API_KEY": server.token, "NO_PROXY": "127.0.0.1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


def test_the_self_check_is_clean(server: LiveServer, upstream: int, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    done = _run(
        server, "pii-leak-benchmark", "selfcheck", "--target-base-url", f"{server.url}/v1",
        "--capture-port", str(upstream), "--json-out", str(report),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    assert "CLEAN" in done.stdout


def test_the_pipeline_step_is_green(server: LiveServer, upstream: int, tmp_path: Path) -> None:
    done = _run(
        server, "pii-leak-benchmark", "ci", "--target-base-url", f"{server.url}/v1",
        "--capture-port", str(upstream), "--out", str(tmp_path / "ci"),
    )  # fmt: skip
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]


@pytest.mark.parametrize("seed", ["a1b2c3d4e5f60001", "0badc0ffee150002"])
def test_no_split_of_an_answer_leaks_and_every_original_comes_back(
    server: LiveServer, upstream: int, tmp_path: Path, seed: str
) -> None:
    summary = tmp_path / "summary.json"
    done = _run(
        server, "pii-leak-benchmark-v2", "--validate", "--out", str(tmp_path / "out"),
        "--only", "sluice", "--gateway-url", f"{server.url}/v1/chat/completions",
        "--upstream-port", str(upstream), "--exhaustive-splits", "--partial-emission",
        "--seed", seed, "--json-out", str(summary),
    )  # fmt: skip
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    (row,) = json.loads(summary.read_text())["rows"]
    assert row["leak_single_chunk"] == row["leak_adversarial"] == 0, row
    assert (row["fidelity_rate"], row["inconclusive"], row["request_path_leak"]) == (1, 0, [])
    assert row["cases_attempted"] == row["cases_applicable"] > 0
    partial = json.loads((tmp_path / "out" / "sluice.partial-emission.json").read_text())
    metrics = partial["metrics"]
    assert metrics["cases_applicable"] > 0
    assert (metrics["cases_partial_emission"], metrics["cases_inconclusive"]) == (0, 0)
