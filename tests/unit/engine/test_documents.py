"""Whole documents of many kinds and languages: exactly what is marked in them is found.

`documents.txt` holds them, apart by lines of `====`, with each finding as `[[ENTITY_TYPE:text]]`.
All of it is made up. Names are the tagger's part and are not marked unless a label names them.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.unit.engine.detectors.marking import BACKENDS, detector

from sluice.engine.candidates import LIKELY

DOCUMENTS = Path(__file__).with_name("documents.txt").read_text("utf-8").split("\n====\n")
_MARKED = re.compile(r"\[\[([A-Z_]+):(.*?)\]\]", re.DOTALL)


@pytest.mark.parametrize("number", range(len(DOCUMENTS)))
def test_exactly_the_marked_texts_of_a_document_are_found(number: int) -> None:
    marked = DOCUMENTS[number]
    text = _MARKED.sub(r"\2", marked)
    for backend in BACKENDS:
        found = [
            (item.entity_type, text[item.start : item.end])
            for item in detector(backend).analyze(text)
            if item.score >= LIKELY
        ]
        assert found == _MARKED.findall(marked)
