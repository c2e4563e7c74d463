"""Planted values reach nothing that stays behind: no error, no representation, no file, no memo."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from tests.e2e.planted import PLANTED, encoded, forms

from sluice.engine import Detector, DetectorFailed, Finding, UnsupportedText
from sluice.engine.gather import Gatherer
from sluice.engine.names import default_tagger
from sluice.engine.names.tagger import Tagger
from sluice.engine.names.weights import shipped
from sluice.engine.pattern_cache import PatternCache
from sluice.engine.reading.fields import fields
from sluice.engine.reading.views import views
from sluice.engine.scan import _SCANNERS, HAS_HYPERSCAN
from sluice.engine.types import CustomTerm

NAME = "Quillon Zarnetski"
STREET = "4711 Zarnetski Avenue"
CARD = PLANTED["card"]
KEY = PLANTED["github"]
VALUES = (NAME, STREET, CARD, KEY)
PARTS = ("Quillon", "Zarnetski", CARD, KEY)
"""What is looked for: single words too, because a memo or a reading may keep those."""
TEXT = (
    f"Dear {NAME}, your card {CARD} was sent to {STREET}, Springfield, IL 62704.\n"
    f'{{"name": "{NAME}", "street": "{STREET}", "card": "{CARD}", "token": "{KEY}"}}\n'
    f"name,token\n{NAME},{KEY}\n"
    f"name=Quillon%20Zarnetski&amp;token=&#103;{KEY[1:]}\n"
)
_FORMS = {part: forms(part) | encoded(part) for part in PARTS}


def leaks(where: str | bytes) -> list[str]:
    """Which planted values stand there, in any form in which they may have been written."""
    raw = where if isinstance(where, bytes) else where.encode("utf-8", "backslashreplace")
    lower = raw.lower()
    return [part for part, found in _FORMS.items() if any(f in lower or f in raw for f in found)]


def told(error: BaseException) -> str:
    """All that an error says, with those it came from and the lines it passed through."""
    return "".join(traceback.format_exception(error)) + repr(error) + repr(error.args)


def walked(root: object) -> Iterable[object]:
    """Everything that can be reached from an object through attributes and containers."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        item = waiting.pop()
        if id(item) in seen or isinstance(item, type):
            continue
        seen.add(id(item))
        yield item
        if isinstance(item, dict):
            waiting += [*item, *item.values()]
        elif isinstance(item, list | tuple | set | frozenset):
            waiting += item
        elif type(item).__module__.startswith("sluice."):
            waiting += _attributes(item)


def _attributes(item: object) -> list[object]:
    slots = [name for kind in type(item).__mro__ for name in getattr(kind, "__slots__", ())]
    values = [getattr(item, name) for name in slots if hasattr(item, name)]
    return values + list(getattr(item, "__dict__", {}).values())


class Failing:
    """A tagger that quotes what it was given."""

    entity_types = frozenset({"PERSON"})
    version = "failing"

    def tag(self, text: str, languages: tuple[str, ...]) -> Sequence[Finding]:
        del languages
        raise ValueError(text)


def test_the_values_are_found_so_that_they_could_leak() -> None:
    covered = {i for f in Detector().analyze(TEXT) for i in range(f.start, f.end)}
    for part in (CARD, KEY):
        at = TEXT.index(part)
        assert covered.issuperset(range(at, at + len(part)))
    assert leaks(TEXT) == list(PARTS)


@pytest.mark.parametrize("method", ["analyze", "explain"])
def test_a_tagger_that_raises_tells_nothing(
    method: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(DetectorFailed) as failed:
        getattr(Detector(names=Failing()), method)(TEXT)
    assert leaks(told(failed.value)) == []
    assert leaks(caplog.text + "".join(capfd.readouterr())) == []


@pytest.mark.parametrize(("stage", "method"), [("terms", "find"), ("scanner", "windows")])
def test_a_stage_that_raises_tells_nothing(
    stage: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: object, text: str, *rest: object) -> object:
        del self, rest
        raise ValueError(text)

    detector = Detector(names=None, custom_terms=(CustomTerm("t", text=NAME),))
    monkeypatch.setattr(type(getattr(detector._gatherer, stage)), method, fail)
    with pytest.raises(DetectorFailed) as failed:
        detector.analyze(TEXT)
    assert leaks(told(failed.value)) == []


@pytest.mark.parametrize("target", ["with_fields", "resolve", "join", "link"])
def test_a_later_stage_that_raises_tells_nothing(
    target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(text: str, *rest: object) -> object:
        del rest
        raise LookupError(text)

    monkeypatch.setattr(f"sluice.engine.pipeline.{target}", fail)
    with pytest.raises(DetectorFailed) as failed:
        Detector(names=None).analyze(TEXT)
    assert leaks(told(failed.value)) == []


def test_damaged_weights_tell_nothing_but_that_they_are_damaged() -> None:
    content = bytearray(shipped())
    content[len(content) // 2] ^= 1
    with pytest.raises(DetectorFailed) as failed:
        Tagger(bytes(content))
    assert leaks(told(failed.value)) == []


def test_an_unsupported_text_is_told_by_its_position_alone() -> None:
    with pytest.raises(UnsupportedText) as refused:
        Detector(names=None).analyze(TEXT + "\ud800" + NAME)
    assert leaks(told(refused.value)) == []
    assert refused.value.__context__ is None


def test_files_of_compiled_patterns_hold_nothing_of_texts_and_terms(tmp_path: Path) -> None:
    terms = (CustomTerm("t", text=NAME), CustomTerm("k", text=STREET, inflected=True))
    _SCANNERS.clear()
    detector = Detector(
        {"CREDIT_CARD", "API_KEY"},
        custom_terms=terms,
        allow_list=(CARD,),
        cache=PatternCache(tmp_path / "kept"),
    )
    detector.analyze(TEXT)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert bool(files) == HAS_HYPERSCAN
    assert [leaks(path.read_bytes() + path.name.encode()) for path in files] == [[]] * len(files)


def test_a_broken_cache_file_changes_no_finding_and_is_not_quoted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wanted, cache = {"CREDIT_CARD", "API_KEY"}, PatternCache(tmp_path / "kept")
    _SCANNERS.clear()
    before = Detector(wanted, cache=cache).analyze(TEXT)
    for path in (tmp_path / "kept").glob("*"):
        path.write_bytes(TEXT.encode())
    _SCANNERS.clear()
    assert Detector(wanted, cache=cache).analyze(TEXT) == before
    assert leaks(caplog.text) == []


def test_the_taggers_memo_holds_no_text() -> None:
    tagger = default_tagger()
    tagger.tag(TEXT, ("en",))
    kept = [item for item in walked(tagger._memo) if isinstance(item, str | bytes)]
    words = {"quillon", "zarnetski", KEY.lower()}
    assert [item for item in kept if item in words or leaks(item)] == []


def test_a_detector_keeps_nothing_of_the_texts_it_read() -> None:
    detector = Detector()
    detector.analyze(TEXT)
    detector.explain(TEXT)
    kept = [item for item in walked(detector) if isinstance(item, str | bytes)]
    assert [item for item in kept if leaks(item)] == []


def test_representations_show_no_text() -> None:
    explanation = Detector().explain(TEXT)
    shown = [*explanation.findings, *explanation.dropped, explanation]
    candidates = Detector()._gatherer.gather(TEXT, TEXT.encode(), None)
    read = [*views(TEXT), *fields(TEXT)]
    assert candidates
    assert read
    assert [leaks(f"{item!r}{item}") for item in (*shown, *candidates, *read)] == [[]] * (
        len(shown) + len(candidates) + len(read)
    )


def test_a_gatherer_shows_no_text() -> None:
    detector = Detector(names=None, custom_terms=(CustomTerm("t", text=NAME),), allow_list=(CARD,))
    assert isinstance(detector._gatherer, Gatherer)
    assert leaks(repr(detector) + repr(detector._gatherer) + repr(detector._allowed)) == []
