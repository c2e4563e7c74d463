"""The texts of a view's filter, made ready to be cleansed (pure).

Values that people compare texts with are cleansed as what is recorded is, so that a view holds
placeholders of the project where it holds anything of a person, and finds the same.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sluice.server.features.proxy.wires.reading import Body, Reading
from sluice.server.features.sessions.search.fields import NAMED, Kind, Target, field_named
from sluice.server.features.sessions.search.filters import Alternative

_JOINED: Final = ("and", "or")
Forms = Mapping[str, Sequence[Alternative]]


class ViewFilter:
    """A checked filter; `finished` gives it once its `reading` is cleansed."""

    def __init__(self, target: Target | None, sent: object) -> None:
        """`target` is None where no value of the filter can be a person's; the filter is copied."""
        self._filter = copy.deepcopy(sent)
        self._target = target
        self._named: list[tuple[Body, str, Body]] = []
        """Leaves of values with names of their own, the prefix, and name and value apart."""

    def typed(self) -> list[str]:
        """Texts that people's values are compared with."""
        found = (leaf["value"] for leaf in self._cleansed_leaves())
        return [value for value in found if isinstance(value, str)]

    def put_known(self, forms: Forms) -> None:
        """Write placeholders in the place of values that are known originals as a whole."""
        self._filter = _with_known(self._filter, self._target, forms)

    def reading(self) -> Reading:
        """What is to be cleansed, in place."""
        reading = Reading()
        for leaf in self._cleansed_leaves():
            prefix = next((p for p in NAMED if leaf["field"].startswith(p)), "")
            if not prefix:
                reading.values(leaf, "value", "filter.value", "system")
                continue
            apart: Body = {leaf["field"].removeprefix(prefix): leaf["value"]}
            reading.values({"filter": apart}, "filter", "filter", "system")
            self._named.append((leaf, prefix, apart))
        return reading

    def finished(self) -> Any:  # noqa: ANN401 (JSON)
        """The filter, cleansed."""
        for leaf, prefix, apart in self._named:
            ((name, value),) = apart.items()
            leaf["field"], leaf["value"] = f"{prefix}{name}", value
        return self._filter

    def _cleansed_leaves(self) -> Iterator[Body]:
        return _leaves(self._filter, self._target)


def _leaves(node: object, target: Target | None) -> Iterator[Body]:
    """Comparisons with people's values, of a filter that was checked."""
    if target is None or not isinstance(node, dict):
        return
    for word in _JOINED:
        for item in node.get(word, ()):
            yield from _leaves(item, target)
    if "not" in node:
        yield from _leaves(node["not"], target)
    if _is_cleansed(node, target):
        yield node


def _is_cleansed(node: Body, target: Target) -> bool:
    field = field_named(target, node["field"]) if "field" in node else None
    return field is not None and field.kind in (Kind.NAMED, Kind.CONTENT)


def _with_known(node: Any, target: Target | None, forms: Forms) -> Any:  # noqa: ANN401 (JSON)
    if target is None or not isinstance(node, dict):
        return node
    if "not" in node:
        return {"not": _with_known(node["not"], target, forms)}
    for word in _JOINED:
        if word in node:
            return {word: [_with_known(item, target, forms) for item in node[word]]}
    return _known_leaf(node, forms) if _is_cleansed(node, target) else node


def _known_leaf(leaf: Body, forms: Forms) -> Body:
    value = leaf["value"]
    found = forms.get(value, ()) if isinstance(value, str) else ()
    known = [form.text for form in found if form.names == {form.text}]
    leaves: list[Body] = [{**leaf, "value": name} for name in known]
    if not leaves:
        return leaf
    # The same original may have been masked once and redacted another time.
    return leaves[0] if len(leaves) == 1 else {"or": leaves}
