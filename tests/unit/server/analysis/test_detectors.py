"""Detectors are made once for a policy's version, whoever asks."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from sluice.engine import CustomTerm, Detector, Policy
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


async def test_callers_at_the_same_time_have_it_made_once() -> None:
    made: list[dict[str, Any]] = []
    detectors = _made(made)
    terms = tuple(CustomTerm(f"t{number}", text=f"x{number}") for number in range(100))
    many = PolicyInForce(2, 1, Policy(custom_terms=terms))
    first, second = await asyncio.gather(detectors.of(many), detectors.of(many))
    assert first is second
    assert len(made) == 1


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
