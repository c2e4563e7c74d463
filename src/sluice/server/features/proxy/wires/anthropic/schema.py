"""Where text stands in a JSON Schema of a request.

Source: JSON Schema 2020-12, "Core" and "Validation"; `definitions` and `dependencies` are of older
drafts. Names of properties and of types are left alone, whatever else is a string is a text.
"""

from __future__ import annotations

import re
from typing import Final

from sluice.server.features.proxy.wires.reading import (
    DEEPEST,
    Body,
    Holder,
    Key,
    Reading,
    Speaker,
    shown,
)

_NAMED: Final = frozenset(
    {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"}
)
"""Keywords whose value holds schemas by name."""
_INNER: Final = frozenset(
    {"items", "prefixItems", "additionalItems", "contains", "additionalProperties",
     "unevaluatedItems", "unevaluatedProperties", "propertyNames", "allOf", "anyOf", "oneOf",
     "not", "if", "then", "else", "contentSchema"}
)  # fmt: skip
"""Keywords whose value is a schema, or a list of schemas."""
_NAMES: Final = frozenset({"type", "format", "required", "contentEncoding", "contentMediaType"})
_REFERENCES: Final = frozenset({"$ref", "$dynamicRef", "$schema", "$id", "$anchor"})
_NAME: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_.$/+-]{0,63}", re.ASCII)
_REFERENCE: Final = re.compile(
    r"#?(?:/?[A-Za-z0-9_.$~-]{1,64})*|https?://json-schema\.org/[A-Za-z0-9./#_-]{0,64}", re.ASCII
)


def read_schema(
    reading: Reading, holder: Holder, key: Key, path: str, speaker: Speaker, depth: int = 0
) -> None:
    """`holder[key]` is a schema, or a list of schemas; what is neither is read as any value."""
    schema = holder[key]
    if depth > DEEPEST:
        reading.refuse(path, f"is nested deeper than {DEEPEST} levels")
    elif isinstance(schema, list):
        for index in range(len(schema)):
            read_schema(reading, schema, index, f"{path}[{index}]", speaker, depth + 1)
    elif isinstance(schema, dict):
        for keyword in list(schema):
            _keyword(reading, schema, keyword, path, speaker, depth + 1)
    else:
        reading.values(holder, key, path, speaker)


def _keyword(
    reading: Reading, schema: Body, keyword: str, path: str, speaker: Speaker, depth: int
) -> None:
    value, inner = schema[keyword], f"{path}.{shown(keyword)}"
    if keyword in _NAMED and isinstance(value, dict):
        _by_name(reading, value, inner, speaker, depth)
    elif keyword in _INNER:
        read_schema(reading, schema, keyword, inner, speaker, depth)
    elif keyword in _NAMES:
        _words(reading, schema, keyword, inner, speaker, _NAME)
    elif keyword in _REFERENCES:
        _words(reading, schema, keyword, inner, speaker, _REFERENCE)
    else:
        reading.values(schema, keyword, inner, speaker, depth)
        reading.key(schema, keyword, path, speaker)


def _by_name(reading: Reading, schemas: Body, path: str, speaker: Speaker, depth: int) -> None:
    for name in list(schemas):
        read_schema(reading, schemas, name, f"{path}.{shown(name)}", speaker, depth)
        reading.key(schemas, name, path, speaker)


def _words(
    reading: Reading,
    schema: Body,
    keyword: str,
    path: str,
    speaker: Speaker,
    plain: re.Pattern[str],
) -> None:
    """A name or a list of names; what does not look like one is a text."""
    value = schema[keyword]
    if isinstance(value, list):
        for index in range(len(value)):
            _word(reading, value, index, f"{path}[{index}]", speaker, plain)
    else:
        _word(reading, schema, keyword, path, speaker, plain)


def _word(
    reading: Reading,
    holder: Holder,
    key: Key,
    path: str,
    speaker: Speaker,
    plain: re.Pattern[str],
) -> None:
    value = holder[key]
    if isinstance(value, str) and plain.fullmatch(value):
        reading.structure(holder, key, path)
    else:
        reading.values(holder, key, path, speaker)
