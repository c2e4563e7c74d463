"""What cleansing asks of the analyzer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from sluice.engine import Finding, RawText
from sluice.server.features.policies.service import PolicyInForce
from sluice.server.features.proxy.cleansing.cleansed_texts import CleansedTexts
from sluice.server.features.proxy.cleansing.labelled import labelled, telling
from sluice.server.features.proxy.wires.reading import Reading

HASHED_INLINE: Final = 2_000_000
"""Code points that are hashed in the event loop: a few milliseconds."""


class Analyzes(Protocol):
    """Findings of a text under a policy; see `Analyzer`."""

    @property
    def looks_ahead(self) -> bool:
        """Whether `ahead` does something."""
        ...

    async def ahead(self, texts: Iterable[str], policy: PolicyInForce) -> None:
        """Begin with texts that `findings` is about to be asked for; raises nothing."""
        ...

    async def findings(self, text: RawText, policy: PolicyInForce) -> list[Finding]:
        """Sorted, not overlapping; raises `Unprocessable` or `Unavailable`."""
        ...


async def look_ahead(
    analyzer: Analyzes,
    known: CleansedTexts,
    space_id: int,
    reading: Reading,
    policy: PolicyInForce,
) -> None:
    """Have new texts analysed beside the event loop, before a turn in it is taken.

    Nothing is raised: what is wrong with a text is told when its turn has come.
    """
    raw = [leaf.text for leaf in reading.leaves]
    labels = [telling(leaf.label, leaf.text) for leaf in reading.leaves]
    if sum(map(len, raw)) > HASHED_INLINE:
        return
    try:
        keys = known.keys(space_id, policy, raw, labels=labels)
    except UnicodeEncodeError:
        return
    told = zip(keys, labels, raw, strict=True)
    new = [(label, text) for key, label, text in told if known.get(key) is None]
    ahead = [labelled(label, text).text if label else text for label, text in new]
    await analyzer.ahead(ahead, policy)
