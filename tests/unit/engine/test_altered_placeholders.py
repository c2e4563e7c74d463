"""Models alter placeholders: what is restored, what stays, and that nothing is restored wrongly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from tests.unit.engine.altered_placeholders import Case, Outcome, cases

from sluice.engine import Finding, Mapping, StreamHydrator, cleanse, hydrate

CASES = tuple(cases())


def _conversation() -> Mapping:
    """Twelve people and places, an e-mail address, a number: each with its own original."""
    mapping = Mapping(key=bytes(32))
    kinds = ["PERSON"] * 12 + ["LOCATION"] * 12 + ["EMAIL_ADDRESS", "US_SSN"]
    for index, kind in enumerate(kinds):
        original = f"{kind.title()}Original{index:02d}End"
        cleanse(original, [Finding(0, len(original), kind)], mapping)
    return mapping


MAPPING = _conversation()


def _original(placeholder: str) -> str:
    entry = MAPPING.find(placeholder)
    assert entry is not None
    assert entry.original is not None
    return entry.original


def _is_right(case: Case, hydrated: str) -> bool:
    if case.outcome is Outcome.RESTORED:
        return hydrated == case.frame.replace("@", _original(case.placeholder))
    return hydrated == case.text


def _is_wrong(case: Case, hydrated: str) -> bool:
    """Whether somebody else's original stands in the text."""
    return any(
        entry.original in hydrated
        for entry in MAPPING.entries
        if entry.original and entry.placeholder != case.placeholder
    )


@pytest.mark.parametrize("outcome", Outcome)
def test_each_alteration_has_its_outcome(outcome: Outcome) -> None:
    """Restored with all around it kept, or left as it is; as a whole and as a stream."""
    failures = []
    for case in CASES:
        if case.outcome is not outcome:
            continue
        stream = StreamHydrator(MAPPING)
        pieces = "".join([*map(stream.feed, case.text), stream.finish()])
        hydrated = hydrate(case.text, MAPPING).text
        if not _is_right(case, hydrated) or pieces != hydrated:
            failures.append((case.way, case.text, hydrated))
    assert failures == []


def test_no_alteration_restores_the_wrong_original() -> None:
    """In no case, restorable or not, does anybody else's original appear."""
    wrong = [case for case in CASES if _is_wrong(case, hydrate(case.text, MAPPING).text)]
    assert wrong == []


def test_there_are_enough_cases_and_their_rate_is_told(
    record_property: Callable[[str, object], None],
) -> None:
    """At least 300 different texts; the rate counts every case that names one original."""
    counted: Counter[Outcome] = Counter()
    restored = 0
    for case in CASES:
        counted[case.outcome] += 1
        restored += case.outcome is not Outcome.NOBODY and bool(hydrate(case.text, MAPPING).items)
    named = counted[Outcome.RESTORED] + counted[Outcome.MEANT]
    record_property(
        "measured",
        f"Altered placeholders: {len(CASES)} cases; {restored} of {named} that name one "
        f"original restored ({restored / named:.1%}), {counted[Outcome.MEANT]} left as they "
        f"are by design; {counted[Outcome.NOBODY]} that name nobody.",
    )
    assert len({case.text for case in CASES}) >= 300
    assert restored == counted[Outcome.RESTORED]
