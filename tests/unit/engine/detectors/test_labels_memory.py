"""What detectors keep between texts: nothing that stood in one."""

from __future__ import annotations

import functools
import gc
import sys
from collections.abc import Iterator

from sluice.engine import Detector
from sluice.engine.detectors.labelled.labels import fold

CANARY = "zyxwörtel"

ASSIGNED = """db_zyxwortel_password = 'Zyxwortel9secret'
export ZYXWORTEL_TOKEN=zyxwortel.77.Qq
run --password zyxwortel"""
TEXT = f"Die {CANARY}nummer: 93815/08152, {CANARY}: 123 456 789, {CANARY.title()}Nr. B072RRE2I55"


def _memos() -> Iterator[object]:
    """The keys of every memo of these modules."""
    # Not by `gc.get_objects`: a server that was started in this process froze what was there.
    modules = [module for name, module in sys.modules.items() if name.startswith("sluice.engine")]
    for memo in [value for module in modules for value in vars(module).values()]:
        if isinstance(memo, functools._lru_cache_wrapper):
            for kept in gc.get_referents(memo):
                yield from kept if isinstance(kept, dict) else ()


def test_no_word_of_a_text_is_remembered() -> None:
    Detector(names=None).analyze(f"{TEXT}\n{ASSIGNED}")
    known = [repr(key) for key in _memos()]
    assert known
    assert not [key for key in known if fold(CANARY) in fold(key)]
