"""What pages show of test cases: their texts cut at placeholders, their JSON as text (pure)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sluice.server.dashboard.diffing import as_json, words
from sluice.server.dashboard.pages.sessions_shown import Piece, Texts
from sluice.server.features.testruns.cases import KnownCase

LONGEST: Final = 600
"""Code points of a text in a list; the whole stands on the case's own page."""


@dataclass(frozen=True, slots=True)
class Input:
    """The value of one variable."""

    name: str
    pieces: list[Piece] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A test case in a list."""

    id: int
    uid: str
    inputs: list[Input] = field(repr=False)
    expected: list[Piece] | None = field(repr=False)
    findings: Mapping[str, int]
    recording_uid: str | None
    has_more: bool
    """Whether there are a history, metadata or files too."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A stretch of an output beside what was expected."""

    kind: str
    """`same`, `removed` (expected and not there) or `added` (there and not expected)."""
    pieces: list[Piece] = field(repr=False)


def shown_cases(cases: Iterable[KnownCase]) -> list[ShownCase]:
    """Cases as a list shows them."""
    texts = Texts()
    return [shown_case(case, texts) for case in cases]


def shown_case(case: KnownCase, texts: Texts) -> ShownCase:
    """One of them."""
    return ShownCase(
        id=case.id,
        uid=case.uid,
        inputs=[Input(name, cut(texts, as_json(value))) for name, value in case.inputs.items()],
        expected=None if case.output is None else cut(texts, case.output),
        findings=case.findings,
        recording_uid=case.recording_uid,
        has_more=bool(case.history or case.metadata or case.media_inputs),
    )


def cut(texts: Texts, text: str) -> list[Piece]:
    """A text in pieces, shortened for a list."""
    shortened = text if len(text) <= LONGEST else f"{text[:LONGEST]} …"
    return texts.cut(shortened)


def against(texts: Texts, expected: str | None, output: str | None) -> list[Marked]:
    """An output, and where it is another than it was expected to be."""
    if output is None:
        return []
    if expected is None:
        return [Marked("same", texts.cut(output))]
    return [Marked(one.kind, texts.cut(one.text)) for one in words(expected, output)]


def as_text(value: Any) -> tuple[str, str]:  # noqa: ANN401 (any JSON)
    """A value as a form shows it, and whether that is `text` or `json`."""
    if isinstance(value, str):
        return value, "text"
    return json.dumps(value, ensure_ascii=False), "json"
