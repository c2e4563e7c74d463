"""Turn a body into a model, or say what is wrong with it without quoting it."""

from __future__ import annotations

import json
from collections.abc import Hashable
from functools import lru_cache
from typing import Any, TypeVar, cast

from mashumaro.codecs.json import JSONDecoder
from mashumaro.exceptions import InvalidFieldValue, MissingField

from liminal.errors import InvalidResponseError

T = TypeVar("T")

_DECODING_FAILURES = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What json and mashumaro raise for bodies that are not what they should be."""


def decode(content: bytes | str, expected: type[T]) -> T:
    """Decode JSON as `expected`, a model or any type that mashumaro knows.

    Raises `InvalidResponseError`, which names fields and positions, never values.
    """
    try:
        decoded: T = _decoder(cast(Hashable, expected)).decode(content)
    except _DECODING_FAILURES as err:
        problem = _describe(err)
    else:
        return decoded
    # Raised outside of the handler: the cause's message quotes the value, which may be a text.
    raise InvalidResponseError(f"Could not validate response: {problem}", code="invalid_response")


@lru_cache(maxsize=256)
def _decoder(expected: Hashable) -> JSONDecoder[Any]:
    return JSONDecoder(expected)  # type: ignore[arg-type]  # a type, which is hashable


def _describe(err: BaseException) -> str:
    if isinstance(err, json.JSONDecodeError):
        return f"not JSON at line {err.lineno} column {err.colno}"
    if isinstance(err, UnicodeDecodeError):
        return f"not UTF-8 at byte {err.start}"
    if isinstance(err, MissingField):
        return f'the field "{err.field_name}" of {err.holder_class_name} is missing'
    if isinstance(err, InvalidFieldValue):
        return _describe_field(err)
    return "not of the expected shape"


def _describe_field(err: InvalidFieldValue) -> str:
    """Name the innermost field that is wrong; its cause is the one mashumaro chained to it."""
    inner = err.__context__
    if isinstance(inner, (InvalidFieldValue, MissingField)):
        return _describe(inner)
    return f'the field "{err.field_name}" of {err.holder_class_name} is not of its type'
