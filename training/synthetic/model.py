"""What the generator writes: a text with its labelled spans, and a register that it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.synthetic.noise import Noise
    from training.synthetic.values import Values

Span = tuple[int, int, str]
"""Start and end in code points of the text (end excluded), and the entity type."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text of the generator with its spans: sorted, apart from each other, none empty."""

    text: str
    spans: tuple[Span, ...]
    language: str
    register: str
    template: str

    def __post_init__(self) -> None:
        """Raise ValueError for spans that are empty, unsorted, overlapping or outside."""
        reached = 0
        for start, end, _ in self.spans:
            if not reached <= start < end <= len(self.text):
                raise ValueError(f"span {start}:{end} after {reached} of {len(self.text)}")
            reached = end

    def as_json(self) -> dict[str, object]:
        """Return plain data for one line of a JSONL file."""
        return {
            "text": self.text,
            "spans": [list(span) for span in self.spans],
            "language": self.language,
            "register": self.register,
            "template": self.template,
        }


@dataclass(frozen=True, slots=True)
class Register:
    """A kind of text: its templates, what fills their slots, its noise, how often it is due.

    `fragments` are named templates for `{@name}`; `weight` is relative to the other registers.
    """

    name: str
    language: str
    templates: tuple[str, ...]
    values: Values
    noise: Noise
    fragments: Mapping[str, str] = field(default_factory=dict)
    weight: float = 1.0
