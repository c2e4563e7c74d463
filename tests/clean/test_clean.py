"""Text without sensitive data: what is found in it is a false alarm.

The texts beside this file were written for it, a folder for each kind. Times of day and years
in them are no one's; neither are the brands, the programs and the fonts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sluice.engine import Detector
from sluice.engine.types import Finding

FOLDER = Path(__file__).parent
KINDS = tuple(sorted(path.name for path in FOLDER.iterdir() if any(path.glob("*.txt"))))
THRESHOLD = 0.5
BYTES_EACH = 2048
"""At most one finding is accepted in so many bytes."""


def texts(kind: str) -> Iterator[str]:
    """The texts of one kind, by name."""
    for path in sorted((FOLDER / kind).glob("*.txt")):
        yield path.read_text(encoding="utf-8")


def counted(detector: Detector, kind: str) -> tuple[int, Counter[str]]:
    """The bytes of one kind of text, and its findings above the threshold by entity type."""
    size, found = 0, Counter[str]()
    for text in texts(kind):
        size += len(text.encode())
        findings: list[Finding] = detector.analyze(text)
        found.update(item.entity_type for item in findings if item.score > THRESHOLD)
    return size, found


def line(name: str, size: int, found: Counter[str]) -> str:
    """A line such as `logs: 12 KB, 3 findings (0.51 per 2 KB): DATE_TIME 2, URL 1`."""
    types = ", ".join(f"{kind} {count}" for kind, count in found.most_common())
    share = found.total() * BYTES_EACH / size
    return f"{name}: {size / 1024:.0f} KB, {found.total()} findings ({share:.2f} per 2 KB) {types}"


def test_the_texts_are_enough_and_of_many_kinds() -> None:
    """There are at least 120 KB in 60 texts of ten kinds."""
    every = [text for kind in KINDS for text in texts(kind)]
    assert len(KINDS) >= 10
    assert len(every) >= 60
    assert sum(len(text.encode()) for text in every) >= 120 * 1024


@pytest.mark.parametrize(
    ("name", "make"),
    [("patterns", lambda: Detector(names=None)), ("everything", Detector)],
    ids=["patterns", "everything"],
)
def test_clean_text_raises_at_most_one_finding_in_two_kilobytes(
    name: str, make: Callable[[], Detector], record_property: Callable[[str, object], None]
) -> None:
    """All entity types and languages at once, above a score of 0.5."""
    detector, whole, total, lines = make(), 0, Counter[str](), []
    for kind in KINDS:
        size, found = counted(detector, kind)
        lines.append(line(f"  {kind}", size, found))
        whole, total = whole + size, total + found
    lines.insert(0, line(f"clean text, {name}", whole, total))
    record_property("measured", "\n".join(lines))
    assert total.total() * BYTES_EACH <= whole, lines[0]
