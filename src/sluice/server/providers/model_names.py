"""Which names of models are plain: fit for a column, a log and a page."""

from __future__ import annotations

import re
from typing import Final

_PLAIN: Final = re.compile(r"[A-Za-z0-9@_][A-Za-z0-9._:/@+~=-]{0,199}", re.ASCII)


def is_plain(model: str) -> bool:
    """Whether it is 1 to 200 letters, digits and `._:/@+~=-`."""
    return _PLAIN.fullmatch(model) is not None


def plain(model: str | None) -> str | None:
    """Somebody else's word for a model; None in the place of what is no plain name."""
    return model if model is not None and is_plain(model) else None
