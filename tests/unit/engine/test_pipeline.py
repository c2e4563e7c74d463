"""The detector as a whole: what it may be asked, what it refuses, how it decides."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from sluice.engine import pipeline, scan, tagging
from sluice.engine.detectors import PATTERNS
from sluice.engine.errors import DetectorFailed, InvalidPolicy, UnsupportedText
from sluice.engine.patterns import Checked, Pattern, surrounding_words
from sluice.engine.pipeline import ENTITY_TYPES, LANGUAGES, Detector
from sluice.engine.tagging import TAGGED
from sluice.engine.types import CustomTerm, Finding

SECRET = "Zanzibar-7741"


def found_in(text: str, detector: Detector) -> list[tuple[str, str]]:
    return [(f.entity_type, text[f.start : f.end]) for f in detector.analyze(text)]


def test_everything_of_this_release_can_be_found() -> None:
    """What the patterns find and what the shipped tagger finds."""
    assert Detector(names=_Tagger(kinds=TAGGED)).entity_types() == ENTITY_TYPES
    assert {
        *("EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "SWIFT_CODE", "IP_ADDRESS"),
        *("MAC_ADDRESS", "URL", "US_SSN", "CRYPTO", "DATE_TIME", "API_KEY", "JWT", "PRIVATE_KEY"),
        *("PASSWORD", "PERSON", "LOCATION", "ORGANIZATION", "STREET_ADDRESS", "NRP"),
    } <= ENTITY_TYPES


def test_every_language_is_looked_for_unless_fewer_are_asked_for() -> None:
    assert Detector().version == Detector(languages=LANGUAGES).version
    assert {"en", "de", "fr", "es", "it", "nl", "pt"} == set(LANGUAGES)


def test_only_the_entity_types_that_were_asked_for_are_found() -> None:
    detector = Detector({"EMAIL_ADDRESS"})
    assert detector.entity_types() == {"EMAIL_ADDRESS"}
    assert found_in("a@example.org 192.168.1.1", detector) == [("EMAIL_ADDRESS", "a@example.org")]


def test_no_entity_types_at_all_find_nothing() -> None:
    assert Detector(()).analyze("a@example.org 192.168.1.1") == []


def test_every_unknown_entity_type_is_named_together_with_the_known_ones() -> None:
    with pytest.raises(InvalidPolicy) as refused:
        Detector({"EMAIL_ADDRESS", "NOSUCH", "OTHER"})
    assert [p.path for p in refused.value.problems] == ["entities[NOSUCH]", "entities[OTHER]"]
    assert all("EMAIL_ADDRESS" in p.message for p in refused.value.problems)


def test_an_empty_text_has_no_findings() -> None:
    assert Detector().analyze("") == []


def test_a_lone_surrogate_is_refused_with_its_position() -> None:
    with pytest.raises(UnsupportedText) as refused:
        Detector().analyze("ab\ud800c")
    assert refused.value.position == 2


def test_words_around_a_number_raise_and_lower_its_score() -> None:
    detector = Detector({"US_SSN"})
    scores = [
        detector.analyze(text)[0].score
        for text in ("my ssn 123-45-6789", "it is 123-45-6789", "part 123-45-6789")
    ]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3


def test_identifiers_are_taken_apart_into_words() -> None:
    text = "{cardNumber: x, iban_code: y, HTTPServer} überweisung"
    near = surrounding_words(text, 13, 14)
    assert {"card", "number", "iban", "code"} <= near


def test_an_allowed_text_is_no_finding_whatever_its_case_or_composition() -> None:
    detector = Detector(allow_list=("JÜRGEN@EXAMPLE.ORG",))
    assert detector.analyze("mail jürgen@example.org") == []
    assert detector.analyze("mail ju\u0308rgen@example.org") == []
    assert found_in("mail jane@example.org", detector) == [("EMAIL_ADDRESS", "jane@example.org")]


def test_what_stands_inside_of_an_allowed_text_is_no_finding_either() -> None:
    text = "see https://example.org/?a=jane@example.org"
    assert Detector(allow_list=("https://example.org/?a=jane@example.org",)).analyze(text) == []
    assert Detector().analyze(text) != []


def test_the_same_detector_serves_several_threads() -> None:
    detector = Detector()
    texts = [f"mail a{n}@example.org, host 10.0.0.{n}, é {n}" for n in range(60)]
    alone = [detector.analyze(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(detector.analyze, texts * 5)) == alone * 5


def test_custom_terms_do_not_compile_the_built_in_patterns_again() -> None:
    plain = Detector()
    with_terms = Detector(custom_terms=(CustomTerm("x", text="Blue Heron"),), allow_list=("a",))
    assert plain._gatherer.scanner is with_terms._gatherer.scanner


# --- failing closed


def _raising(match: re.Match[str]) -> Checked | None:
    raise ValueError(f"cannot read {match[0]}")


def _with_pattern(monkeypatch: pytest.MonkeyPatch, pattern: Pattern) -> None:
    monkeypatch.setattr(pipeline, "_selected", lambda wanted, languages: (pattern,))


@pytest.mark.parametrize("backend", ["auto", "re"])
def test_a_check_that_raises_refuses_the_text_without_quoting_it(
    monkeypatch: pytest.MonkeyPatch, backend: scan.Backend
) -> None:
    email = next(p for p in PATTERNS if p.name == "contact.email")
    _with_pattern(monkeypatch, replace(email, check=_raising))
    with pytest.raises(DetectorFailed) as failed:
        Detector(backend=backend).analyze("mail jane@example.org")
    assert failed.value.detector == "contact.email"
    assert "jane" not in str(failed.value)
    assert failed.value.__cause__ is None


@pytest.mark.skipif(not scan.HAS_HYPERSCAN, reason="there is no Hyperscan for this machine")
def test_a_scan_that_fails_refuses_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    detector = Detector(backend="hyperscan")
    monkeypatch.setattr(scan.Anchored, "_ends", lambda self, data: 1 / 0)
    with pytest.raises(DetectorFailed):
        detector.analyze("mail jane@example.org")


def test_asking_for_hyperscan_where_there_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scan, "HAS_HYPERSCAN", False)
    monkeypatch.setattr(scan, "_SCANNERS", {})
    with pytest.raises(DetectorFailed):
        Detector(backend="hyperscan")
    assert found_in("a@example.org", Detector()) == [("EMAIL_ADDRESS", "a@example.org")]


class _Tagger:
    """A tagger that knows one name; it may be told to raise."""

    version = "1"

    def __init__(
        self, *, raises: bool = False, kinds: frozenset[str] = frozenset({"PERSON"})
    ) -> None:
        self.raises = raises
        self.entity_types = kinds

    def tag(self, text: str, languages: tuple[str, ...]) -> Sequence[Finding]:
        if self.raises:
            raise RuntimeError(text)
        at = text.find("Ada")
        return [Finding(at, at + 3, "PERSON", 0.9, "names.test")] if at >= 0 else []


def test_a_tagger_adds_names_and_without_one_none_are_promised() -> None:
    detector = Detector(names=_Tagger())
    assert found_in("Ada: a@example.org", detector)[0] == ("PERSON", "Ada")
    assert "X_NAME" in Detector(names=_Tagger(kinds=frozenset({"X_NAME"}))).entity_types()
    assert "X_NAME" not in Detector(names=None).entity_types()
    assert Detector({"PERSON"}, names=_Tagger()).entity_types() == {"PERSON"}


def test_the_shipped_tagger_is_the_default_and_loaded_only_if_it_is_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tagging, "default_tagger", _Tagger)
    text = "Ada: a@example.org"
    assert [kind for kind, _ in found_in(text, Detector())] == ["PERSON", "EMAIL_ADDRESS"]
    assert found_in(text, Detector({"PERSON"})) == [("PERSON", "Ada")]
    monkeypatch.setattr(tagging, "default_tagger", _Tagger(raises=True).tag)
    assert found_in(text, Detector({"EMAIL_ADDRESS"})) == [("EMAIL_ADDRESS", "a@example.org")]


def test_a_tagger_that_raises_refuses_the_text() -> None:
    with pytest.raises(DetectorFailed) as failed:
        Detector(names=_Tagger(raises=True)).analyze(f"about {SECRET}")
    assert failed.value.detector == "names"
    assert SECRET not in str(failed.value)


# --- versions


def test_the_version_is_the_same_in_another_process_and_for_both_backends() -> None:
    program = "from sluice.engine.pipeline import Detector; print(Detector().version)"
    versions = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        ).stdout.strip()
        for _ in range(2)
    }
    assert versions == {Detector(backend="re").version} == {Detector().version}


def test_the_version_changes_with_whatever_decides_about_findings() -> None:
    term = CustomTerm("a", text="Blue Heron")
    detectors = (
        Detector(),
        Detector({"URL"}),
        Detector(languages=("de",)),
        Detector(custom_terms=(term,)),
        Detector(custom_terms=(replace(term, case_sensitive=True),)),
        Detector(allow_list=("x",)),
        Detector(names=_Tagger()),
    )
    assert len({detector.version for detector in detectors}) == len(detectors)


def test_unlikely_findings_below_a_quarter_are_left_out() -> None:
    assert all(f.score >= 0.25 for f in Detector().analyze("a::b 1234.5678.9012 version 1.2.3.4"))
