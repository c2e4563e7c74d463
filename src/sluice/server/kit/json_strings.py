"""The strings of a JSON value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping


def strings_in(value: object) -> Iterator[str]:
    """Every string inside of a JSON value, names too, in their order."""
    inner: Iterable[object] = ()
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from value
        inner = value.values()
    elif isinstance(value, list):
        inner = value
    for item in inner:
        yield from strings_in(item)
