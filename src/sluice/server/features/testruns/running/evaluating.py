"""Letting every evaluator of a run judge an output, each within a time of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import anyio
import anyio.to_thread
import structlog

from sluice.server.errors import RateLimited, SluiceError
from sluice.server.features.templates.mustache import RenderedTooLong
from sluice.server.features.testruns.evaluators.documents import AnyEvaluator
from sluice.server.features.testruns.evaluators.functions import Python
from sluice.server.features.testruns.evaluators.judging import Judge
from sluice.server.features.testruns.evaluators.scoring import EvaluatedCase, Score, failed
from sluice.server.kit.logs import describe_exception
from sluice.server.providers.base import ProviderError

log: structlog.typing.FilteringBoundLogger = structlog.get_logger(__name__)

SECONDS: Final = 20.0
"""For an evaluator that computes; a user's own function has a limit of its own."""
THREADS: Final = 4
"""A user's function that never comes back keeps one of them: what comes later is too late, and
nothing else of the server waits."""

AskJudge = Callable[[Judge, list[dict[str, str]]], Awaitable[str]]
"""A judge's answer to these messages, cleansed."""


@dataclass(frozen=True, slots=True)
class Judging:
    """The evaluators of one run, and how its judges are asked."""

    evaluators: tuple[AnyEvaluator, ...] = field(repr=False)
    ask: AskJudge


class Evaluations:
    """Asks evaluators."""

    def __init__(self) -> None:
        self._threads = anyio.CapacityLimiter(THREADS)

    async def scores(self, judging: Judging, case: EvaluatedCase, output: str) -> dict[str, Score]:
        """What each evaluator says, by its name; one that fails has judged, and not passed."""
        return {
            evaluator.name: await self._score(judging, evaluator, case, output)
            for evaluator in judging.evaluators
        }

    async def _score(
        self, judging: Judging, evaluator: AnyEvaluator, case: EvaluatedCase, output: str
    ) -> Score:
        if isinstance(evaluator, Judge):
            return await _judged(judging.ask, evaluator, case, output)
        seconds = evaluator.seconds if isinstance(evaluator, Python) else SECONDS
        try:
            with anyio.fail_after(seconds):
                return await anyio.to_thread.run_sync(
                    partial(evaluator.evaluate, case, output),
                    abandon_on_cancel=True,
                    limiter=self._threads,
                )
        except TimeoutError:
            return failed("timeout", f"It did not come back within {seconds:g} seconds.")
        except Exception as error:  # a fault of ours must not let an output pass, nor end the run
            log.error("evaluator_failed", kind=evaluator.kind, **describe_exception(error))
            return failed("internal", "The evaluator failed.")


async def _judged(ask: AskJudge, judge: Judge, case: EvaluatedCase, output: str) -> Score:
    try:
        answer = await ask(judge, await anyio.to_thread.run_sync(judge.messages, case, output))
    except RenderedTooLong:
        return failed("judge_prompt", "The judge's prompt would be too long.")
    except RateLimited:
        raise  # the run waited, and cannot wait any longer
    except SluiceError as error:
        return failed("judge_" + error.code, "The judge could not be asked.")
    except ProviderError as error:
        return failed("judge_provider", f"The judge's provider failed (status {error.status}).")
    return judge.score(answer)
