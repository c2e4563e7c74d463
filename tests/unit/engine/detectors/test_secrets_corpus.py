"""How many risky lines of configurations and programs are found, and how many clean ones are."""

from __future__ import annotations

import pytest
from tests.unit.engine.detectors import secrets_corpus, secrets_corpus_clean, secrets_corpus_more
from tests.unit.engine.detectors.secrets_marking import Found, found, unmarked

RISKY = (*secrets_corpus.RISKY, *secrets_corpus_more.RISKY)
CLEAN = (*secrets_corpus_clean.CLEAN, *secrets_corpus_clean.MORE)


def _counted(marked: str) -> tuple[int, int, int, int]:
    """Marked secrets, those of them found, clean lines, those of them with a finding."""
    text, spans = unmarked(secrets_corpus.filled(marked))
    items = found(text)
    hits = sum(any(_touches(item, *span) for item in items) for span in spans)
    clean = false = at = 0
    for line in text.splitlines(keepends=True):
        start, at = at, at + len(line)
        if line.strip() and not any(start <= span[0] < at for span in spans):
            clean += 1
            false += any(_touches(item, start, at) for item in items)
    return len(spans), hits, clean, false


def _touches(item: Found, start: int, end: int) -> bool:
    return item.start < end and start < item.end


@pytest.mark.parametrize(("name", "marked"), RISKY, ids=[name for name, _ in RISKY])
def test_of_each_format_nearly_every_risky_line_is_found_and_no_clean_one(
    name: str, marked: str
) -> None:
    risky, hits, _, false = _counted(marked)
    assert risky - hits <= 1
    assert false == 0


def test_of_all_risky_lines_98_in_100_are_found() -> None:
    counts = [_counted(marked) for _, marked in RISKY]
    risky, hits = sum(count[0] for count in counts), sum(count[1] for count in counts)
    assert risky >= 300
    assert hits / risky >= 0.98


@pytest.mark.parametrize("line", CLEAN)
def test_a_clean_line_that_looks_like_a_risky_one_is_none(line: str) -> None:
    assert found(line) == ()


def test_clean_lines_stay_clean_beside_each_other() -> None:
    text = "\n".join(CLEAN)
    assert len(found(text)) <= len(CLEAN) // 50
