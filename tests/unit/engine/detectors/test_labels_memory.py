"""What the readers of labels keep between texts: nothing that stood in one."""

from __future__ import annotations

import functools
import gc
from collections.abc import Iterator

from sluice.engine import Detector
from sluice.engine.detectors.labelled.labels import fold

CANARY = "zyxwörtel"
TEXT = f"Die {CANARY}nummer: 93815/08152, {CANARY}: 123 456 789, {CANARY.title()}Nr. B072RRE2I55"


def _memos() -> Iterator[object]:
    """The keys of every memo of these modules."""
    for memo in gc.get_objects():
        if isinstance(memo, functools._lru_cache_wrapper) and ".labelled." in memo.__module__:
            for kept in gc.get_referents(memo):
                yield from kept if isinstance(kept, dict) else ()


def test_no_word_of_a_text_is_remembered() -> None:
    Detector(names=None).analyze(TEXT)
    known = [repr(key) for key in _memos()]
    assert known
    assert not [key for key in known if fold(CANARY) in fold(key)]
