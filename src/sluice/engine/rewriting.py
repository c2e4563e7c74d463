"""A cleansed text once more, with the placeholders of another mapping of the same key.

    trial = Trial(key=key)
    tried = cleanse(text, findings, trial, policy)
    done = rewritten(text, tried, trial, mapping) or cleanse(text, findings, mapping, policy)

What is found in a text, how far findings grow and what each original is recognised by depend on
the text, the policy and the key alone: so whoever cleansed a text on trial, to learn what stands in
it, need not do all of that again to write it.
"""

from __future__ import annotations

from collections.abc import Iterator

from sluice.engine.mapping import Mapping
from sluice.engine.placeholders import NUMBER_LIMIT
from sluice.engine.transform import Allowed, Cleansed, Item
from sluice.engine.types import Action, CleansedText


class Trial(Mapping):
    """A mapping whose placeholders nobody uses, so that no number has to be kept free."""

    def reserve(self, text: str) -> None:
        """Keep nothing free."""

    def _free_number(self, entity_type: str) -> int:
        # From the highest one down: nobody types those.
        return NUMBER_LIMIT - 1 - len(self)


def rewritten(text: str, tried: Cleansed, trial: Mapping, mapping: Mapping) -> Cleansed | None:
    """What `cleanse` gives of a text with `mapping`, where it gave `tried` with `trial`.

    Both mappings have the same key. None where stand-ins may make a difference: then the text has
    to be cleansed. On an error the mapping is unchanged.
    """
    replaced = any(item.action is Action.REPLACE for item in tried.items)
    if replaced or trial.matcher.has_stand_ins or mapping.matcher.has_stand_ins:
        return None
    with mapping.atomic():
        mapping.reserve(text)
        names = [_name(item, trial, mapping) for item in tried.items]
    items = tuple(_moved(tried.items, names))
    pieces: list[str] = []
    copied = 0
    for item in items:
        pieces += text[copied : item.raw_start], item.placeholder
        copied = item.raw_end
    pieces.append(text[copied:])
    allowed = tuple(_shifted(one, items) for one in tried.allowed)
    return Cleansed(CleansedText("".join(pieces)), items, allowed)


def _name(item: Item, trial: Mapping, mapping: Mapping) -> str:
    entry = trial.find(item.placeholder)
    if entry is None:
        raise LookupError("an item's placeholder is not in its mapping")
    return mapping.issue_like(entry).placeholder


def _moved(items: tuple[Item, ...], names: list[str]) -> Iterator[Item]:
    """The items with these placeholders, where they come to stand."""
    longer = 0
    for item, name in zip(items, names, strict=True):
        start = item.raw_start + longer
        end = start + len(name)
        longer = end - item.raw_end
        yield Item(start, end, name, item.entity_type, item.action, item.raw_start, item.raw_end)


def _shifted(allowed: Allowed, items: tuple[Item, ...]) -> Allowed:
    longer = 0
    for item in items:
        if item.raw_start >= allowed.raw_start:
            break
        longer = item.end - item.raw_end
    start, end = allowed.raw_start + longer, allowed.raw_end + longer
    return Allowed(start, end, allowed.entity_type, allowed.raw_start, allowed.raw_end)
