"""The analyzer: cached by a keyed hash, and refusing what it could not analyse."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, cast

import pytest
from tests.waiting import HANGS

from sluice.engine import CustomTerm, Detector, Finding, Policy, RawText
from sluice.engine.errors import DetectorFailed
from sluice.server.analysis.analyzer import Analyzer
from sluice.server.analysis.beside import INLINE_CHARS
from sluice.server.analysis.detectors import Detectors
from sluice.server.analysis.span_cache import SpanCache
from sluice.server.errors import SluiceError, Unavailable, Unprocessable
from sluice.server.features.policies.service import PolicyInForce

pytestmark = pytest.mark.anyio
POLICY = PolicyInForce(1, 1, Policy())
NEXT = PolicyInForce(1, 2, Policy(allow_list=("jane@example.org",)))


class CountingDetector:
    """Stands in for the detector and counts its calls."""

    calls = 0
    may_end = threading.Event()

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 (as the detector's)
        self.version = str(sorted(options.items()))

    def analyze(self, text: str) -> list[Finding]:
        """One finding, after counting."""
        type(self).calls += 1
        if "fail" in text:
            raise DetectorFailed("email")
        if "slow" in text:
            self.may_end.wait(HANGS)
        return [Finding(0, 1, "URL")]


@pytest.fixture
def analyzer() -> Analyzer:
    return _analyzer(seconds=HANGS)


@pytest.fixture
def hasty() -> Iterator[Analyzer]:
    """One that gives up soon; a slow text ends when the test does."""
    CountingDetector.may_end.clear()
    yield _analyzer(seconds=0.1)
    CountingDetector.may_end.set()


def _analyzer(seconds: float) -> Analyzer:
    CountingDetector.calls = 0
    return Analyzer(Detectors(cast("type[Detector]", CountingDetector)), seconds=seconds)


async def test_a_text_is_analysed_once_for_each_policy_version(analyzer: Analyzer) -> None:
    for policy in (POLICY, POLICY, NEXT, POLICY, NEXT):
        await analyzer.findings(RawText("x"), policy)
    assert CountingDetector.calls == 2


async def test_a_detector_that_fails_refuses_the_text(analyzer: Analyzer) -> None:
    with pytest.raises(Unavailable) as caught:
        await analyzer.findings(RawText("fail canary"), POLICY)
    assert caught.value.code == "detector_failed"
    assert "canary" not in caught.value.message


async def test_a_detector_that_is_too_slow_refuses_the_text(hasty: Analyzer) -> None:
    with pytest.raises(Unavailable) as caught:
        await hasty.findings(RawText("slow" + "x" * INLINE_CHARS), POLICY)
    assert caught.value.code == "detector_timeout"


async def test_a_policy_with_many_expressions_keeps_nobody_else_waiting(hasty: Analyzer) -> None:
    """Each one lengthens what a text takes: a short text is as much work as a long one."""
    terms = tuple(CustomTerm(f"t{number}", pattern=f"x{number}y") for number in range(100))
    with pytest.raises(Unavailable) as caught:
        await hasty.findings(RawText("slow" * 50), PolicyInForce(2, 1, Policy(custom_terms=terms)))
    assert caught.value.code == "detector_timeout"


async def test_a_lone_surrogate_is_refused_with_its_position(analyzer: Analyzer) -> None:
    with pytest.raises(Unprocessable, match="code point 1"):
        await analyzer.findings(RawText("a\ud800"), POLICY)


@pytest.mark.parametrize("text", ["canary \ud800", "fail canary"], ids=["surrogate", "failing"])
async def test_nothing_behind_a_refusal_holds_the_text(analyzer: Analyzer, text: str) -> None:
    with pytest.raises(SluiceError) as caught:
        await analyzer.findings(RawText(text), POLICY)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


async def test_the_caller_may_change_the_findings_it_got(analyzer: Analyzer) -> None:
    (await analyzer.findings(RawText("x"), POLICY)).clear()
    assert len(await analyzer.findings(RawText("x"), POLICY)) == 1


def test_the_cache_holds_no_text_and_forgets_the_least_used() -> None:
    cache = SpanCache(max_entries=2, max_findings=3)
    keys = [cache.key("v", f"canary {i}") for i in range(3)]
    for key in keys:
        cache.put(key, (Finding(0, 1, "URL"),))
    assert cache.get(keys[0]) is None
    assert cache.get(keys[2]) is not None
    assert "canary" not in repr(vars(cache))
    cache.put(b"many", (Finding(0, 1, "URL"),) * 3)
    assert cache.get(keys[2]) is None
