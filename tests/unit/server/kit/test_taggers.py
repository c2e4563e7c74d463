"""Taggers of other packages: found by their entry point, and never replaced by another."""

from __future__ import annotations

import pytest
from tests.taggers import HERE, TAGGER, install

from sluice.engine import Detection, DetectorFailed
from sluice.server.kit.taggers import TaggerMissing, names_for, require_tagger

THOROUGH = Detection.THOROUGH


def test_standard_detection_is_the_tagger_that_ships(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    assert names_for(Detection.STANDARD) == "default"
    require_tagger(Detection.STANDARD)


def test_thorough_detection_is_what_the_entry_point_names(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, f"{HERE}tagger")
    require_tagger(THOROUGH)
    assert names_for(THOROUGH) is TAGGER


@pytest.mark.parametrize("ask", [names_for, require_tagger])
def test_a_missing_package_is_an_error_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, ask: type
) -> None:
    install(monkeypatch)
    with pytest.raises(TaggerMissing, match="pip install sluice-thorough"):
        ask(THOROUGH)


@pytest.mark.parametrize("ask", [names_for, require_tagger])
def test_of_two_packages_none_is_chosen(monkeypatch: pytest.MonkeyPatch, ask: type) -> None:
    install(monkeypatch, f"{HERE}tagger", f"{HERE}no_tagger")
    with pytest.raises(TaggerMissing, match="2 packages"):
        ask(THOROUGH)


def test_a_package_that_lacks_what_it_needs_counts_as_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install(monkeypatch, "a_module_that_is_not_there:tagger")
    with pytest.raises(TaggerMissing, match="pip install sluice-thorough"):
        names_for(THOROUGH)


def test_what_is_no_tagger_is_a_failed_detector(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, f"{HERE}no_tagger")
    with pytest.raises(DetectorFailed) as caught:
        names_for(THOROUGH)
    assert caught.value.detector == "names.thorough"
