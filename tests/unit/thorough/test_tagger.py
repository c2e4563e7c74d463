"""The thorough tagger as a whole, with the weights that ship."""

from __future__ import annotations

import threading
from importlib.metadata import entry_points
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine import Detector
from sluice.engine.errors import DetectorFailed
from sluice.engine.names import NameTagger
from sluice.engine.names.tags import TAGS
from sluice.engine.names.weights import packed, unpacked
from sluice.server.kit.taggers import GROUP
from sluice_thorough import ThoroughTagger, shipped_tagger
from sluice_thorough.tagger import WEIGHTS

TAGGER = shipped_tagger()
TEXT = (
    "Dear Ms Anna Müller,\nplease call Bob Smith of Acme Holdings Ltd. in Paris, or write to "
    "12 High Street, Leeds LS1 4AB.\n"
)


def _content() -> bytes:
    return (files("sluice_thorough") / WEIGHTS).read_bytes()


def _found(text: str) -> list[tuple[str, str]]:
    return [(text[f.start : f.end], f.entity_type) for f in TAGGER.tag(text, ())]


def test_it_is_a_tagger_that_sluice_finds_by_its_entry_point() -> None:
    assert isinstance(TAGGER, NameTagger)
    (entry,) = entry_points(group=GROUP, name="thorough")
    assert entry.load()() is TAGGER


def test_names_places_organisations_and_addresses_are_found_without_their_titles() -> None:
    assert _found(TEXT) == [
        ("Anna Müller", "PERSON"),
        ("Bob Smith", "PERSON"),
        ("Acme Holdings Ltd.", "ORGANIZATION"),
        ("Paris", "LOCATION"),
        ("12 High Street, Leeds LS1 4AB", "STREET_ADDRESS"),
    ]


def test_a_text_of_several_windows_is_read_to_its_end() -> None:
    found = _found(TEXT * 12)
    assert found[-5:] == _found(TEXT)
    assert found.count(("Bob Smith", "PERSON")) == 12


def test_a_window_has_the_same_result_whatever_stands_beside_it() -> None:
    # 101 and 121 words of one piece: the first full stop is where the text is cut.
    first, second = "so " * 100 + ". ", "then Bob Smith " * 40 + "."
    words = (first + second).split()
    whole = TAGGER.log_probabilities(words)
    apart = [TAGGER.log_probabilities(part.split()) for part in (first, second)]
    assert np.array_equal(whole, np.concatenate(apart))


def test_a_text_without_tokens_has_no_findings() -> None:
    assert TAGGER.tag("", ()) == []
    assert TAGGER.tag(" \t ", ()) == []
    assert TAGGER.log_probabilities([]).shape == (0, len(TAGS))


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=150))
def test_findings_lie_in_the_text_in_order_and_apart(text: str) -> None:
    at = 0
    for found in TAGGER.tag(text, ()):
        assert at <= found.start < found.end <= len(text)
        assert 0.25 <= found.score <= 1.0
        at = found.end


def test_probabilities_of_a_token_sum_to_one() -> None:
    rows = TAGGER.log_probabilities(["Jane", "Roe", "東京", "\n", "x" * 3000])
    assert rows.dtype == np.float32
    assert np.allclose(np.exp(rows).sum(1), 1, atol=1e-4)


def test_the_same_text_gives_the_same_findings_from_any_thread() -> None:
    expected = TAGGER.tag(TEXT, ())
    results: list[object] = []

    def work() -> None:
        results.extend(TAGGER.tag(TEXT, ()) for _ in range(3))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 12


def test_a_detector_takes_it_and_has_another_version() -> None:
    detector = Detector(names=TAGGER)
    found = {(f.start, f.end, f.entity_type) for f in detector.analyze(TEXT)}
    assert {(8, 19, "PERSON"), (33, 42, "PERSON")} <= found
    assert detector.version not in (Detector().version, Detector(names=None).version)


def test_the_version_is_the_digest_of_the_weights() -> None:
    digest, arrays = unpacked(_content())
    assert TAGGER.version == f"thorough {digest}"
    arrays["calibration"] = arrays["calibration"] * 0.5
    assert ThoroughTagger(packed(arrays)).version != TAGGER.version


@pytest.mark.parametrize("place", [0, 20, 10_000, -1])
def test_damaged_weights_are_refused(place: int) -> None:
    content = bytearray(_content())
    content[place] ^= 1
    with pytest.raises(DetectorFailed):
        ThoroughTagger(bytes(content))


@pytest.mark.parametrize("lacking", ["graph", "vocabulary", "lexicon_bits", "calibration"])
def test_weights_that_lack_a_part_are_refused(lacking: str) -> None:
    _, arrays = unpacked(_content())
    del arrays[lacking]
    with pytest.raises(DetectorFailed):
        ThoroughTagger(packed(arrays))


def test_a_graph_that_cannot_be_run_is_refused_without_a_word_of_it() -> None:
    _, arrays = unpacked(_content())
    arrays["graph"] = np.frombuffer(b"canary" * 20, dtype=np.uint8)
    with pytest.raises(DetectorFailed) as caught:
        ThoroughTagger(packed(arrays))
    assert "canary" not in str(caught.value)
