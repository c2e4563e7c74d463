"""What Hypothesis draws from besides what a law names."""

from __future__ import annotations

import pytest
from hypothesis.internal.conjecture.providers import HypothesisProvider
from tests.conftest import THOROUGH


def test_laws_draw_no_constants_of_our_modules(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("hypothesis_profile") == THOROUGH:
        pytest.skip("the thorough profile does")
    assert len(HypothesisProvider(None)._local_constants) == 0
