"""A text beside the name of its field, since the name may say what the text is (pure)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from sluice.engine import Finding
from sluice.server.features.proxy.wires import labels

LONGEST: Final = 240
"""Code points of a text that a name can say something about; a longer one speaks for itself."""

_SAY_NOTHING: Final = frozenset(
    {
        *("text", "content", "role", "type", "message", "messages", "body", "input", "output"),
        *("prompt", "query", "result", "results", "value", "values", "data", "description"),
        *("command", "code", "arguments", "args", "old_string", "new_string", "stdout", "stderr"),
    }
)
"""Names in lower case of which no detector learns anything."""


def telling(label: str, text: str) -> str:
    """The label if it may say what the text is, else "": then the text is read by itself."""
    if not 0 < len(label) <= labels.LONGEST or len(text) > LONGEST:
        return ""
    return "" if label.lower() in _SAY_NOTHING else label


@dataclass(frozen=True, slots=True)
class Labelled:
    """What is analysed in place of a text that has a label."""

    text: str = field(repr=False)
    start: int
    """Where in it the value begins, in code points."""
    end: int

    def findings(self, found: Iterable[Finding]) -> Iterator[Finding]:
        """The findings in the value alone, with offsets in the value."""
        for item in found:
            start, end = max(item.start, self.start), min(item.end, self.end)
            if start < end:
                yield replace(
                    item, start=start - self.start, end=end - self.start, linked=self._linked(item)
                )

    def _linked(self, item: Finding) -> int | None:
        if item.linked is None or not self.start <= item.linked < self.end:
            return None
        return item.linked - self.start


def labelled(label: str, text: str) -> Labelled:
    """The text as a field of a JSON object; as a line where JSON would have to escape it.

    So an offset in the text is the same offset further on.
    """
    written = json.dumps(text, ensure_ascii=False)
    if len(written) == len(text) + 2:
        before, behind = f'{{{json.dumps(label, ensure_ascii=False)}: "', '"}'
    else:
        before, behind = f"{' '.join(label.split())}: ", ""
    return Labelled(f"{before}{text}{behind}", len(before), len(before) + len(text))
