"""What came of one test case: as it is stored, and opened again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import uuid4

from sluice.server.features.testruns.evaluators.scoring import Score
from sluice.server.features.testruns.running.summary import COMPLETE, FAILED, Outcome, plain
from sluice.server.features.testruns.tables import TestCaseResult
from sluice.server.kit.database import utc_now
from sluice.server.kit.sealing import DataKey, Place


@dataclass(frozen=True, slots=True)
class NewResult:
    """A result that is to be stored; everything in it is cleansed."""

    test_case_id: int
    error_code: str | None = None
    """None: the model has answered."""
    output: str | None = field(default=None, repr=False)
    scores: Mapping[str, Score] = field(default_factory=dict, repr=False)
    recording_uid: str | None = None
    finish: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: int | None = None
    duration_ms: int | None = None

    @property
    def status(self) -> str:
        """`complete` or `failed`."""
        return COMPLETE if self.error_code is None else FAILED

    @property
    def outcome(self) -> Outcome:
        """The same without texts."""
        return Outcome(
            self.test_case_id,
            self.status,
            self.error_code,
            plain(self.scores),
            self.input_tokens,
            self.output_tokens,
            self.cost,
            self.duration_ms,
        )

    def row(self, run_id: int, scope: str, key: DataKey) -> dict[str, Any]:
        """Its row; output and details are sealed under the project's key."""
        uid = str(uuid4())
        details = {name: score.detail for name, score in self.scores.items() if score.detail}
        texts = OpenedResult(self.output, details, self.finish)
        return {
            "uid": uid,
            "test_run_id": run_id,
            "test_case_id": self.test_case_id,
            "recording_uid": self.recording_uid,
            "status": self.status,
            "error_code": self.error_code,
            "output_sealed": sealed_texts(uid, texts, scope, key),
            "scores": plain(self.scores),
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cost": self.cost,
            "duration_ms": self.duration_ms,
            "created_at": utc_now(),
        }


@dataclass(frozen=True, slots=True)
class OpenedResult:
    """The texts of a result."""

    output: str | None = field(default=None, repr=False)
    details: dict[str, str] = field(default_factory=dict, repr=False)
    """By evaluator."""
    finish: str | None = None
    """Why the model ended its answer."""


def result_place(uid: str, scope: str) -> Place:
    """Where a result's texts are sealed; `scope` is the project's."""
    return Place("test_case_results", "output_sealed", uid, scope)


def sealed_texts(uid: str, texts: OpenedResult, scope: str, key: DataKey) -> bytes:
    """The texts of a result in its place."""
    text = json.dumps(asdict(texts), ensure_ascii=False)
    return key.seal(text, result_place(uid, scope))


def opened_result(row: TestCaseResult, scope: str, key: DataKey) -> OpenedResult:
    """The texts of a row; raises `SealingError` where it was changed or moved."""
    if row.output_sealed is None:
        return OpenedResult()
    found = json.loads(key.open(row.output_sealed, result_place(row.uid, scope)))
    return OpenedResult(found["output"], found["details"], found["finish"])
