"""Detectors are made once for a policy's version, whoever asks."""

from __future__ import annotations

from typing import Any, cast

import pytest

from sluice.engine import Detector, Policy
from sluice.server.analysis.detectors import Detectors
from sluice.server.features.policies.service import PolicyInForce

pytestmark = pytest.mark.anyio
POLICY = PolicyInForce(1, 1, Policy(allow_list=("jane@example.org",)))
NEXT = PolicyInForce(1, 2, Policy())


def _made(made: list[dict[str, Any]]) -> Detectors:
    def make(**options: Any) -> Detector:  # noqa: ANN401 (as the detector's)
        made.append(options)
        return cast("Detector", object())

    return Detectors(make, kept=2)


async def test_one_version_has_one_detector_with_its_terms_and_allow_list() -> None:
    made: list[dict[str, Any]] = []
    detectors = _made(made)
    assert await detectors.of(POLICY) is await detectors.of(POLICY)
    assert await detectors.of(NEXT) is not await detectors.of(POLICY)
    assert [options["allow_list"] for options in made] == [("jane@example.org",), ()]


async def test_without_names_it_is_another_detector() -> None:
    made: list[dict[str, Any]] = []
    detectors = _made(made)
    assert await detectors.of(POLICY) is not await detectors.of(POLICY, names=False)
    assert ["names" in options for options in made] == [False, True]


async def test_the_least_used_is_made_anew() -> None:
    made: list[dict[str, Any]] = []
    detectors = _made(made)
    first = await detectors.of(POLICY)
    await detectors.of(NEXT)
    assert await detectors.of(POLICY) is first
    await detectors.of(NEXT, names=False)
    await detectors.of(NEXT)
    assert len(made) == 4
