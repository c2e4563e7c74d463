"""How `sluice analyze --explain` shows what made each finding, as a table and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sluice.engine import Finding
    from sluice.engine.explain import Considered, Explained, Explanation, Made

HEADINGS = ("entity type", "score", "start", "end", "detector", "made by", "outcome")


def explained_rows(explanation: Explanation, threshold: float) -> list[tuple[object, ...]]:
    """A row for each finding and each dropped candidate, by place."""
    rows = [
        (*_columns(item.finding), _made(item.made), _kept(item, threshold))
        for item in (explanation.findings)
    ]
    rows += [
        (*_columns(item.finding), _made(item.made), _dropped(item)) for item in explanation.dropped
    ]
    return sorted(rows, key=lambda row: (row[2], row[3], row[6] != "finding"))


def explained_json(explanation: Explanation, threshold: float) -> dict[str, object]:
    """The same as JSON: the findings that count, and what does not with its reason."""
    counted = [item for item in explanation.findings if item.finding.score >= threshold]
    below = [item for item in explanation.findings if item.finding.score < threshold]
    return {
        "findings": [
            {**finding_json(item.finding), "made": _made_json(item.made)} for item in counted
        ],
        "dropped": [
            *(
                {
                    **finding_json(item.finding),
                    "made": _made_json(item.made),
                    "why": "below threshold",
                    "by": None,
                }
                for item in below
            ),
            *(_dropped_json(item) for item in explanation.dropped),
        ],
    }


def finding_json(finding: Finding) -> dict[str, object]:
    """A finding on the command line's wire; never the text."""
    shown: dict[str, object] = {
        "start": finding.start,
        "end": finding.end,
        "entityType": finding.entity_type,
        "score": round(finding.score, 4),
        "detector": finding.detector,
    }
    if finding.linked is not None:
        shown["linkedTo"] = finding.linked
    return shown


def _columns(finding: Finding) -> tuple[object, ...]:
    score = f"{finding.score:.2f}"
    return finding.entity_type, score, finding.start, finding.end, finding.detector


def _made(made: Made) -> str:
    """`pattern: Luhn; read as folded; + card, visa; - order`."""
    parts = [f"{made.by}: {made.reason}" if made.reason else made.by]
    if made.view:
        parts.append(f"read as {made.view}")
    for sign, words in (("+", made.raised_by), ("-", made.lowered_by)):
        if words:
            parts.append(f"{sign} {', '.join(words)}")
    return "; ".join(parts)


def _kept(item: Explained, threshold: float) -> str:
    if item.finding.score < threshold:
        return "below threshold"
    linked = item.finding.linked
    return "finding" if linked is None else f"finding, mentions {linked}"


def _dropped(item: Considered) -> str:
    by = item.by
    return item.why if by is None else f"{item.why} by {by.entity_type} {by.start}-{by.end}"


def _made_json(made: Made) -> dict[str, object]:
    return {
        "by": made.by,
        "reason": made.reason,
        "view": made.view,
        "raisedBy": list(made.raised_by),
        "loweredBy": list(made.lowered_by),
    }


def _dropped_json(item: Considered) -> dict[str, object]:
    return {
        **finding_json(item.finding),
        "made": _made_json(item.made),
        "why": item.why,
        "by": None if item.by is None else finding_json(item.by),
    }
