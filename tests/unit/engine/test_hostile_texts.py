"""Every detector together, the tagger too, on texts made to hurt: valid findings, no exception."""

from __future__ import annotations

from functools import cache

import pytest
from tests.unit.engine.hostile import hostile

from sluice.engine.pipeline import Detector

SIZE = 10_000
NAMES = sorted(hostile(8))


@cache
def texts() -> dict[str, str]:
    return hostile(SIZE)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", NAMES)
def test_findings_in_it_are_valid(name: str) -> None:
    text = texts()[name]
    end = 0
    for found in Detector().analyze(text):
        assert end <= found.start < found.end <= len(text)
        assert 0.25 <= found.score <= 1
        end = found.end


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", ["deep JSON objects", "Title Case", "keys in one line", "tags"])
def test_an_explanation_tells_the_same_findings(name: str) -> None:
    text = texts()[name][:5_000]
    detector = Detector()
    told = [item.finding for item in detector.explain(text).findings]
    assert told == detector.analyze(text)
