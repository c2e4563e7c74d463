"""When a call is repeated, and that it never is after something was passed on."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.server.providers.base import ProviderError, ProviderRateLimited, ProviderRejected
from sluice.server.providers.retry import Retries, retrying

FAILED = ProviderError("p", "failed", retryable=True)


def limited(seconds: float | None) -> ProviderRateLimited:
    return ProviderRateLimited("p", "slow down", retryable=True, retry_after=seconds)


WAITS: list[tuple[int, ProviderError, float, float | None]] = [
    (1, FAILED, 1.0, 0.5),
    (1, FAILED, 0.0, 0.25),
    (2, FAILED, 1.0, 1.0),
    (3, FAILED, 1.0, None),
    (1, ProviderRejected("p", "no"), 1.0, None),
    (1, limited(None), 1.0, 0.5),
    (1, limited(3.0), 1.0, 3.0),
    (1, limited(0.0), 1.0, 0.5),
    (1, limited(20.1), 1.0, None),
]


@pytest.mark.parametrize(("attempt", "error", "spread", "seconds"), WAITS)
def test_waits_as_long_as_it_should(
    attempt: int, error: ProviderError, spread: float, seconds: float | None
) -> None:
    """The wait grows, follows the vendor's wish up to a limit, and ends with the attempts."""
    assert Retries(attempts=3).wait(attempt, error, spread) == seconds


@given(attempt=st.integers(1, 200), spread=st.floats(0, 1))
def test_no_wait_is_longer_than_the_longest(attempt: int, spread: float) -> None:
    """However many attempts, a wait lies between half the first one and the longest one."""
    wait = Retries(attempts=1000).wait(attempt, FAILED, spread)
    assert wait is not None
    assert 0.25 <= wait <= 8.0


class Attempts:
    """Attempts that go as they are told; counts them and the waits between."""

    def __init__(self, *scripts: list[str | ProviderError]) -> None:
        self.scripts = list(scripts)
        self.made = 0
        self.closed = 0
        self.waits: list[float] = []

    async def __call__(self) -> AsyncGenerator[str, None]:
        script = self.scripts[self.made]
        self.made += 1
        try:
            for step in script:
                if isinstance(step, ProviderError):
                    raise step
                yield step
        finally:
            self.closed += 1

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def run(self, retries: Retries | None = None) -> list[str]:
        return [piece async for piece in retrying(self, retries or Retries(), self.sleep)]


@pytest.mark.anyio
async def test_repeats_until_an_attempt_gives_something() -> None:
    """Two failures before the first piece are invisible to the caller."""
    attempts = Attempts([FAILED], [limited(1.5)], ["a", "b"])
    assert await attempts.run() == ["a", "b"]
    assert (attempts.made, attempts.closed, len(attempts.waits)) == (3, 3, 2)
    assert attempts.waits[1] >= 1.5


@pytest.mark.anyio
async def test_does_not_repeat_after_the_first_piece() -> None:
    """An error after a piece is the caller's, though it could be repeated otherwise."""
    attempts = Attempts(["a", FAILED], ["never"])
    pieces = retrying(attempts, Retries(), attempts.sleep)
    assert await anext(pieces) == "a"
    with pytest.raises(ProviderError) as caught:
        await anext(pieces)
    assert (attempts.made, caught.value) == (1, FAILED)


@pytest.mark.anyio
async def test_gives_up_with_the_last_error() -> None:
    """After the last attempt the caller gets that attempt's error."""
    attempts = Attempts([FAILED], [FAILED], [limited(2.0)])
    with pytest.raises(ProviderRateLimited):
        await attempts.run()
    assert attempts.made == 3


@pytest.mark.anyio
async def test_an_empty_answer_is_an_answer() -> None:
    """An attempt that ends without a piece and without an error is not repeated."""
    attempts = Attempts([])
    assert await attempts.run() == []
    assert attempts.made == 1


@pytest.mark.anyio
async def test_closing_closes_the_attempt() -> None:
    """Closing the outer generator closes the attempt under way at once."""
    attempts = Attempts(["a", "b"])
    pieces = retrying(attempts, Retries(), attempts.sleep)
    await anext(pieces)
    await pieces.aclose()
    assert attempts.closed == 1
