"""What is answered where a text could not be analysed: it goes nowhere then."""

from __future__ import annotations

from typing import Final

from sluice.engine.errors import DetectorFailed, Problem, UnsupportedText
from sluice.server.errors import SluiceError, Unavailable, Unprocessable
from sluice.server.kit.taggers import TaggerMissing

REFUSED: Final = (UnsupportedText, TaggerMissing, DetectorFailed, TimeoutError)
"""What detectors and their making raise."""


def refusal(error: BaseException, seconds: float = 0) -> SluiceError:
    """The answer to one of `REFUSED`; `seconds` is how long a detector had.

    To be raised when `error` is no longer handled: what stands behind it may hold the text.
    """
    if isinstance(error, UnsupportedText):
        return unsupported(error)
    if isinstance(error, TaggerMissing):
        return Unavailable(f"{error}; nothing was sent.", code="detector_missing")
    if isinstance(error, DetectorFailed):
        message = f"The detector {error.detector} failed; nothing was sent."
        return Unavailable(message, code="detector_failed")
    return Unavailable(
        f"The text was not analysed within {seconds:g} seconds; nothing was sent.",
        code="detector_timeout",
    )


def unsupported(error: UnsupportedText, path: str = "text") -> Unprocessable:
    """The answer to a text that has no UTF-8 form; `path` says which one."""
    return Unprocessable(str(error), errors=[Problem(path, str(error))])
