"""Parameters of a model: `model`, `temperature`, and whatever else its vendor knows."""

from __future__ import annotations

from typing import Any


class LLMParameters(dict[str, Any]):
    """Names and values; equal where all of them are equal, and hashable while nobody changes it."""

    def __init__(self, members: dict[str, Any]) -> None:
        super().__init__(members)

    @classmethod
    def empty(cls) -> LLMParameters:
        """Return parameters that say nothing."""
        return cls({})

    def merge_and_override(self, additional_params: LLMParameters | None) -> LLMParameters:
        """Return new parameters; where both name one, `additional_params` counts."""
        return LLMParameters({**self, **(additional_params or {})})

    def __hash__(self) -> int:  # type: ignore[override]  # a dict has none
        return hash(_frozen(self))


def _frozen(value: object) -> object:
    """What equal values have in common, and can be hashed."""
    if isinstance(value, dict):
        return frozenset((name, _frozen(held)) for name, held in value.items())
    if isinstance(value, list | tuple):
        return tuple(_frozen(held) for held in value)
    if isinstance(value, set | frozenset):
        return frozenset(value)
    return value if getattr(type(value), "__hash__", None) else type(value).__name__
