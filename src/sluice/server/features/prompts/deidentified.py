"""Cleansed texts in the wire's two forms: with placeholders, and with joinable hashes (pure)."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from sluice.engine import (
    Cleansed,
    Entry,
    Finding,
    Mapping,
    Policy,
    RawText,
    Restored,
)
from sluice.server.features.prompts.schemas import (
    DeidentifiedOut,
    FindingOut,
    RestoredTokenOut,
    TokenOut,
)
from sluice.server.kit.sealing import DataKey, SealingError

_CATEGORIES = ((0.9, "VERY LIKELY"), (0.75, "LIKELY"), (0.5, "POSSIBLE"), (0.25, "UNLIKELY"))


def score_category(score: float) -> str:
    """The Liminal wire's words for a score."""
    return next((name for least, name in _CATEGORIES if score >= least), "VERY UNLIKELY")


def finding_out(finding: Finding, text: RawText, policy: Policy) -> FindingOut:
    """A finding on the wire, with its text: it goes to the one who sent the text."""
    return FindingOut(
        start=finding.start,
        end=finding.end,
        text=text[finding.start : finding.end],
        type=finding.entity_type,
        score=finding.score,
        score_category=score_category(finding.score),
        policy_action=policy.action_for(finding).value,
        custom_term=finding.custom_term,
        origin=finding.detector,
    )


def deidentified_out(cleansed: Cleansed, mapping: Mapping, key: DataKey) -> DeidentifiedOut:
    """Both forms of a cleansed text, each with the places of its tokens."""
    tokens = [(i.start, i.end, i.placeholder) for i in cleansed.items]
    hashed_text, hashed_items = hashed_form(cleansed.text, tokens, mapping, key)
    return DeidentifiedOut(
        items=[TokenOut(start=s, end=e, entity_type=name) for s, e, name in tokens],
        text=cleansed.text,
        items_hashed=hashed_items,
        text_hashed=hashed_text,
    )


def restored_tokens(items: Iterable[Restored]) -> list[RestoredTokenOut]:
    """The places of restored originals."""
    return [
        RestoredTokenOut(start=i.start, end=i.end, entity_type=i.placeholder, text=i.text)
        for i in items
    ]


def hashed_form(
    text: str, tokens: list[tuple[int, int, str]], mapping: Mapping, key: DataKey
) -> tuple[str, list[TokenOut]]:
    """The text with ciphertext for each token (start, end, placeholder), and where it stands."""
    pieces: list[str] = []
    items: list[TokenOut] = []
    position = length = 0
    for start, end, placeholder in tokens:
        token = _token(mapping.find(placeholder), key)
        pieces += [text[position:start], token]
        length += start - position
        items.append(TokenOut(start=length, end=length + len(token), entity_type=placeholder))
        length += len(token)
        position = end
    return "".join([*pieces, text[position:]]), items


def _token(entry: Entry | None, key: DataKey) -> str:
    """A deterministic encryption of the original; of a redacted one only its keyed hash."""
    if entry is None:
        raise SealingError("a placeholder stands in a text without being in its mapping")
    if entry.original is None:
        return base64.b64encode(entry.lookup).decode()
    return key.deterministic(entry.original)
