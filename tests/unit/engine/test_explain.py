"""What an explanation says: who made each finding, what raised it, what was dropped and why."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.known_names import KnownNames

from sluice.engine import pipeline
from sluice.engine.calibration import Calibration
from sluice.engine.candidates import LEAST
from sluice.engine.explain import Explained, Made
from sluice.engine.patterns import Checked, Pattern, context
from sluice.engine.pipeline import Detector
from sluice.engine.types import CustomTerm

NAMES = {"Jane Roe": "PERSON", "Acme Ltd": "ORGANIZATION", "example": "ORGANIZATION"}


def only(detector: Detector, text: str) -> Explained:
    (item,) = detector.explain(text).findings
    return item


def _shelf(match: re.Match[str]) -> Checked | None:
    return Checked(match.start(), match.end(), 0.5, reason="shelf number")


SHELF = Pattern(
    name="library.shelf",
    entity_type="SHELF",
    regex=r"SH-\d{4}",
    anchor=r"SH-\d{4}",
    reach=7,
    longest=7,
    score=0.5,
    check=_shelf,
    context=context(raising="library regal", lowering="sport"),
)


@pytest.fixture
def shelves(monkeypatch: pytest.MonkeyPatch) -> Detector:
    monkeypatch.setattr(pipeline, "_selected", lambda wanted, languages: (SHELF,))
    return Detector(names=None)


def test_a_pattern_says_what_confirmed_it_and_which_words_moved_its_score(
    shelves: Detector,
) -> None:
    item = only(shelves, "im Regal: SH-1234, for sport")
    assert item.made == Made("pattern", "shelf number", "", ("regal",), ("sport",))
    assert only(shelves, "at SH-1234").made == Made("pattern", "shelf number")


def test_a_check_says_what_it_computed() -> None:
    item = only(Detector({"CREDIT_CARD"}, names=None), "4111 1111 1111 1111")
    assert "Luhn" in item.made.reason


@pytest.mark.parametrize(
    ("detector", "text", "by"),
    [
        (Detector({"PERSON"}, names=KnownNames(NAMES)), "Jane Roe", "tag"),
        (Detector((), custom_terms=(CustomTerm("x", text="heron"),)), "heron", "custom term"),
        (Detector({"PERSON"}, names=None), '{"first_name": "Jane"}', "field"),
    ],
    ids=["tag", "custom term", "field"],
)
def test_it_says_what_kind_of_rule_made_a_finding(detector: Detector, text: str, by: str) -> None:
    assert only(detector, text).made.by == by


def test_a_link_names_its_form() -> None:
    found = Detector({"PERSON"}, names=KnownNames(NAMES)).explain("Jane Roe, then Roe").findings
    assert [(item.made.by, item.made.reason) for item in found[1:]] == [("link", "surname")]


def test_another_reading_is_named() -> None:
    found = Detector({"EMAIL_ADDRESS"}, names=None).explain("mail j\u200bane@example.org").findings
    assert found[0].made.view
    assert (found[0].finding.start, found[0].finding.end) == (5, 22)


def test_what_was_overlapped_names_what_stands_there() -> None:
    explanation = Detector(names=KnownNames(NAMES)).explain("jane@example.org")
    (dropped,) = [item for item in explanation.dropped if item.made.by == "tag"]
    assert (dropped.why, dropped.finding.entity_type) == ("overlapped", "ORGANIZATION")
    assert dropped.by is not None
    assert dropped.by.entity_type == "EMAIL_ADDRESS"


def test_what_is_allowed_is_said_to_be() -> None:
    detector = Detector({"EMAIL_ADDRESS"}, names=None, allow_list=("jane@example.org",))
    explanation = detector.explain("jane@example.org")
    assert explanation.findings == ()
    assert {item.why for item in explanation.dropped} == {"allow list"}


def test_what_scores_too_little_is_named_as_such() -> None:
    explanation = Detector({"PERSON"}, names=KnownNames(NAMES, score=0.2)).explain("Jane Roe")
    assert [(item.why, item.finding.score) for item in explanation.dropped] == [
        ("below threshold", 0.2)
    ]


PIECES = (
    "Jane Roe",
    "Acme Ltd",
    "Roe",
    "jane@example.org",
    "my ssn 123-45-6789",
    "http://a.example/x",
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join))
def test_it_explains_exactly_what_analyze_finds(text: str) -> None:
    detector = Detector(names=KnownNames(NAMES))
    assert [item.finding for item in detector.explain(text).findings] == detector.analyze(text)


# --- calibration


def test_without_a_row_a_score_stays() -> None:
    assert Calibration({}).score("PERSON", "names.x", 0.37) == 0.37
    assert Calibration({"URL": ((0.5, 0.1),)}).score("PERSON", "names.x", 0.37) == 0.37


def test_points_are_joined_by_straight_lines_and_a_detectors_own_row_goes_first() -> None:
    table = {
        "PERSON": ((0.2, 0.1), (0.6, 0.5), (0.8, 0.9)),
        "PERSON linked.surname": ((0.5, 0.3),),
    }
    calibration = Calibration(table)
    scores = [calibration.score("PERSON", "names.x", raw) for raw in (0.1, 0.4, 0.6, 0.7, 1.0)]
    assert scores == [0.1, 0.3, 0.5, 0.7, 0.9]
    assert calibration.score("PERSON", "linked.surname", 0.9) == 0.3


@pytest.mark.parametrize(
    "points", [(), ((0.5, 0.5), (0.5, 0.6)), ((0.2, 0.9), (0.5, 0.1)), ((0.2, 1.5),)]
)
def test_points_that_do_not_ascend_are_refused(points: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ValueError, match="calibration PERSON"):
        Calibration({"PERSON": points})


def test_a_calibrated_detector_scores_drops_and_is_named_anew() -> None:
    plain = Detector({"PERSON"}, names=KnownNames(NAMES))
    tuned = Detector({"PERSON"}, names=KnownNames(NAMES))
    tuned._calibration = Calibration({"PERSON": ((0.9, 0.6),)})
    assert [f.score for f in tuned.analyze("Jane Roe")] == [0.6]
    tuned._calibration = Calibration({"PERSON": ((0.9, LEAST / 2),)})
    assert tuned.analyze("Jane Roe") == []
    assert tuned.explain("Jane Roe").dropped[-1].why == "below threshold"
    assert tuned._fingerprint() != plain.version
