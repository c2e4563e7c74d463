"""Earlier inputs in both forms: worked out once, bounded, never mixed up between threads."""

from __future__ import annotations

import pytest

from sluice.engine import CleansedText, Detector, Mapping, RawText, cleanse
from sluice.server.features.prompts import history
from sluice.server.features.prompts.history import HistoryForms
from sluice.server.kit.sealing import new_data_key

MAIL = "person1@example.org"


def _cleansed(mapping: Mapping, text: str) -> CleansedText:
    raw = RawText(text)
    return cleanse(raw, Detector(entities={"EMAIL_ADDRESS"}).analyze(raw), mapping).text


def test_both_forms_stand_side_by_side_and_show_no_original() -> None:
    mapping, key = Mapping(), new_data_key()
    text = _cleansed(mapping, f"Write to {MAIL} today")
    (row,) = HistoryForms().rows([text], mapping, key)
    assert row.deid_text == "Write to EMAIL_ADDRESS_0 today"
    assert row.hash_text == f"Write to {key.deterministic(MAIL)} today"


def test_an_input_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    mapping, key, forms = Mapping(), new_data_key(), HistoryForms()
    text = _cleansed(mapping, f"Write to {MAIL}")
    first = forms.rows([text, text], mapping, key)
    monkeypatch.setattr(history, "_joinable", None)
    assert forms.rows([text], mapping, key) == first[:1]


def test_the_same_input_in_another_thread_is_another_one() -> None:
    mapping, forms = Mapping(), HistoryForms()
    text = _cleansed(mapping, f"Write to {MAIL}")
    one, other = (forms.rows([text], mapping, new_data_key())[0] for _ in range(2))
    assert one.hash_text != other.hash_text


def test_what_is_remembered_is_bounded_and_the_least_used_goes_first() -> None:
    mapping, key, forms = Mapping(), new_data_key(), HistoryForms(max_chars=100)
    texts = [CleansedText(f"{number:040}") for number in range(5)]
    for text in texts:
        forms.rows([texts[0], text], mapping, key)
    assert list(forms._known.values()) == [texts[0], texts[4]]
