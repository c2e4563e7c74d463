"""Signatures of thinking in Responses items."""

from __future__ import annotations

import re

import pytest

from sluice.engine.types import CleansedText
from sluice.server.features.proxy.translate.thinking_seal import sealed, unsealed
from sluice.server.providers.base import Thinking

TEXT = CleansedText("let me see")


def test_a_signature_comes_back_with_the_same_text() -> None:
    assert unsealed(TEXT, sealed(TEXT, "U0lH", "") or "") == Thinking(TEXT, "U0lH")


def test_a_signature_does_not_come_back_with_another_text() -> None:
    changed = CleansedText("let me see!")

    assert unsealed(changed, sealed(TEXT, "U0lH", "") or "") == Thinking(changed)


def test_encrypted_thinking_comes_back_alone() -> None:
    empty = CleansedText("")

    assert unsealed(empty, sealed("", "", "eHh4") or "") == Thinking(empty, redacted="eHh4")


def test_thinking_that_nobody_signed_is_not_sealed() -> None:
    assert sealed(TEXT, "", "") is None


def test_a_seal_holds_nothing_of_the_text_and_is_written_in_base64_characters() -> None:
    seal = sealed("Jane Roe", "U0lH", "") or ""

    assert "Jane" not in seal
    assert re.fullmatch(r"[A-Za-z0-9+/_-]+={0,2}", seal)


@pytest.mark.parametrize(
    "content",
    ["", "gAAAAABo", "sluice1-", "sluice1-?", "sluice1-W10=", "sluice1-eyJhIjoxfQ==", "sluice1-/w"],
    ids=["none", "openai's", "empty", "no base64", "list", "number", "no text"],
)
def test_what_is_no_seal_of_ours_signs_nothing(content: str) -> None:
    assert unsealed(TEXT, content) == Thinking(TEXT)
    assert unsealed(CleansedText(""), content) is None
