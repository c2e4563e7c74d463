"""The analyzer under policies that ask for thorough detection."""

from __future__ import annotations

import threading

import pytest
from tests.taggers import HERE, TAGGER, install

from sluice.engine import Detection, Policy, RawText
from sluice.server.analysis.analyzer import Analyzer
from sluice.server.analysis.detectors import Detectors
from sluice.server.errors import Unavailable
from sluice.server.features.policies.service import PolicyInForce

pytestmark = pytest.mark.anyio
STANDARD = PolicyInForce(1, 1, Policy())
THOROUGH = PolicyInForce(1, 2, Policy(detection=Detection.THOROUGH))
TEXT = RawText("buy gravel")


@pytest.fixture
def analyzer() -> Analyzer:
    return Analyzer(Detectors(), seconds=20)


async def test_each_policy_has_the_findings_of_the_tagger_it_asks_for(
    analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, f"{HERE}tagger")
    for _ in range(2):  # the second time from the cache of spans
        assert await analyzer.findings(TEXT, STANDARD) == []
        found = await analyzer.findings(TEXT, THOROUGH)
        assert [(f.start, f.end, f.entity_type) for f in found] == [(4, 10, "PERSON")]


async def test_thorough_detection_never_runs_in_the_event_loop(
    analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, f"{HERE}tagger")
    TAGGER.threads.clear()
    await analyzer.findings(TEXT, THOROUGH)
    assert TAGGER.threads
    assert threading.get_ident() not in TAGGER.threads


async def test_without_its_package_the_text_is_refused_and_again_when_asked_again(
    analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch)
    for _ in range(2):
        with pytest.raises(Unavailable, match="pip install sluice-thorough") as caught:
            await analyzer.findings(TEXT, THOROUGH)
        assert caught.value.code == "detector_missing"
        assert "gravel" not in caught.value.message


async def test_a_package_that_is_installed_later_is_found(
    analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch)
    with pytest.raises(Unavailable):
        await analyzer.findings(TEXT, THOROUGH)
    install(monkeypatch, f"{HERE}tagger")
    assert len(await analyzer.findings(TEXT, THOROUGH)) == 1


async def test_a_package_that_has_it_wrong_refuses_the_text(
    analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, f"{HERE}no_tagger")
    with pytest.raises(Unavailable) as caught:
        await analyzer.findings(TEXT, THOROUGH)
    assert caught.value.code == "detector_failed"
