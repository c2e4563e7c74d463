"""The detecting process finds what the server would find, and is never needed."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sluice.engine import CustomTerm, Detection, Detector, Finding, Policy, RawText
from sluice.server.analysis import detecting_process
from sluice.server.analysis.analyzer import Analyzer
from sluice.server.analysis.beside import INLINE_CHARS
from sluice.server.analysis.detecting_process import MOST_WAITING, DetectingProcess
from sluice.server.analysis.detectors import Detectors
from sluice.server.features.policies.service import PolicyInForce

pytestmark = pytest.mark.anyio

TERMS = (CustomTerm("code name", "PROJECT", text="Blue Heron"),)
POLICY = PolicyInForce(1, 1, Policy(custom_terms=TERMS, allow_list=("info@example.org",)))
TEXTS = (
    "Ask Jane Roe about Blue Heron, or write to jane.roe@example.org and info@example.org. " * 3,
    "Jürgen Müller wohnt in der Hauptstraße 5, 10115 Berlin; seine IBAN: DE89370400440532013000. "
    "Rufen Sie ihn unter +49 30 901820 an. 🙂 Jürgen freut sich.",
)
FILLER = "Nothing is to be found in these plain words. " * 8


class Counting(Detector):
    """Counts what the server itself analyses."""

    calls = 0

    def analyze(self, text: str) -> list[Finding]:
        """The findings, after counting."""
        type(self).calls += 1
        return super().analyze(text)


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[DetectingProcess]:
    process = DetectingProcess(tmp_path, seconds=60)
    await process.start()
    assert await process.ready()
    yield process
    await process.close()


async def _asked(process: DetectingProcess, *texts: str) -> Any:  # noqa: ANN401 (findings)
    terms = (POLICY.policy.custom_terms, POLICY.policy.allow_list)
    return await process.findings(texts, _detector().version, terms)


def _detector() -> Detector:
    return Detector(custom_terms=TERMS, allow_list=POLICY.policy.allow_list)


async def test_what_it_looked_through_is_not_analysed_again_and_the_same_is_found(
    process: DetectingProcess,
) -> None:
    Counting.calls = 0
    analyzer = Analyzer(Detectors(Counting), seconds=60, process=process)
    await analyzer.ahead([*TEXTS, "x" * (INLINE_CHARS + 1)], POLICY)
    found = [await analyzer.findings(RawText(text), POLICY) for text in TEXTS]
    assert Counting.calls == 0
    assert found == [_detector().analyze(text) for text in TEXTS]
    assert {f.entity_type for f in found[0]} >= {"PROJECT", "EMAIL_ADDRESS", "PERSON"}


async def test_texts_that_it_cannot_analyse_are_left_to_the_server(
    process: DetectingProcess,
) -> None:
    found = await _asked(process, FILLER, FILLER + "\ud800")
    assert found == [[], None]


async def test_it_is_not_asked_with_another_version_than_it_makes(
    process: DetectingProcess,
) -> None:
    for _ in range(2):
        assert await process.findings([FILLER], "another", (TERMS, ())) == [None]
    assert await _asked(process, FILLER) == [[]]


async def test_with_much_to_do_it_leaves_the_rest_to_the_server(process: DetectingProcess) -> None:
    texts = [FILLER * 10] * 3
    many = MOST_WAITING // sum(map(len, texts))
    asked = await asyncio.gather(*(_asked(process, *texts) for _ in range(many + 2)))
    assert asked == [[[]] * 3] * many + [[None] * 3] * 2
    assert await _asked(process, *texts * (many + 2)) == [[]] * 3 * (many + 2)


async def test_nobody_waits_for_its_start(tmp_path: Path) -> None:
    process = DetectingProcess(tmp_path, seconds=60)
    await process.start()
    assert await _asked(process, FILLER) == [None]
    assert await process.ready()
    assert await _asked(process, FILLER) == [[]]
    await process.close()
    assert not await process.ready()


async def test_where_it_has_ended_the_server_goes_on_and_begins_it_anew(
    process: DetectingProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detecting_process, "AGAIN_SECONDS", 0)
    await _asked(process, FILLER)
    ended = process.pid
    assert ended is not None
    waiting = asyncio.ensure_future(_asked(process, *[FILLER] * 50))
    await asyncio.sleep(0)
    os.kill(ended, signal.SIGKILL)
    assert (await waiting)[-1] is None
    assert await _asked(process, FILLER) == [None]
    assert process.pid not in (None, ended)
    assert await process.ready()
    assert await _asked(process, FILLER) == [[]]


async def test_who_asks_first_starts_it_and_nobody_when_it_is_closed(tmp_path: Path) -> None:
    process = DetectingProcess(tmp_path, seconds=60)
    assert not await process.ready()
    assert await _asked(process, FILLER) == [None]
    assert await process.ready()
    assert await _asked(process, FILLER) == [[]]
    await process.close()
    assert await _asked(process, FILLER) == [None]
    assert process.pid is None


async def test_an_answer_that_does_not_come_is_not_waited_for(tmp_path: Path) -> None:
    process = DetectingProcess(tmp_path, seconds=0.0)
    await process.start()
    assert await process.ready()
    assert await _asked(process, FILLER) == [None]
    await process.close()


async def test_it_has_no_setting_and_dumps_no_core(
    process: DetectingProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_MASTER_KEY", "planted-setting")
    other = DetectingProcess(tmp_path, seconds=60)
    await other.start()
    await other.ready()
    await _asked(other, FILLER)
    about = Path("/proc") / str(other.pid)
    assert b"planted-setting" not in (about / "environ").read_bytes()
    limits = (about / "limits").read_text().splitlines()
    (core,) = [line.split() for line in limits if line.startswith("Max core file size")]
    await other.close()
    assert core[4:6] == ["0", "0"]


async def test_thorough_detection_and_short_texts_stay_with_the_server() -> None:
    thorough = PolicyInForce(1, 2, Policy(detection=Detection.THOROUGH))
    process = _Unasked(Path())
    analyzer = Analyzer(Detectors(), seconds=60, process=process)
    await analyzer.ahead([FILLER], thorough)
    await analyzer.ahead(["short", FILLER + "\ud800"], POLICY)
    assert process.asked == 0


class _Unasked(DetectingProcess):
    asked = 0

    async def findings(self, *_: object) -> Any:  # noqa: ANN401 (as there)
        self.asked += 1
        return [None]
