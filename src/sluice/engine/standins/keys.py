"""Stand-ins for API keys, tokens and passwords."""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.standins.dice import Dice

_KEY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?")
_PASSWORD = re.compile(r"[!-~]{8,128}")
_LONGEST: Final = 512
_LEAST_DRAWN: Final = 12

_PREFIX: Final = re.compile(
    "AIza|AKIA|ASIA|GOCSPX-|SG[.]|dop_v1_|github_pat_|gh[oprsu]_|glpat-|hf_|npm_|[pr]k_live_"
    "|[pr]k_test_|pypi-|shpat_|sk-ant-api03-|sk-ant-|sk-proj-|sk-|sk_live_|sk_test_|xapp-|xox[abpr]-"
    "|ya29[.]|"
)
"""What vendors' keys begin with, by their public documentation: says the kind and nothing else."""


def api_key(original: str, dice: Dice) -> str | None:
    """The vendor's prefix, then drawn letters and digits where the original has them.

    Checksums are not made right, and a JSON Web Token's parts are no JSON, so that nothing takes it
    for a live one. None beyond 512 code points, and where less than 12 would be drawn.
    """
    if not _KEY.fullmatch(original) or len(original) > _LONGEST:
        return None
    begin = _PREFIX.match(original)
    prefix = begin[0] if begin else ""
    drawn = dice.like(original[len(prefix) :])
    if sum(map(str.isalnum, drawn)) < _LEAST_DRAWN:
        return None
    if original.startswith("eyJ"):
        drawn = re.sub(r"(?:^|(?<=\.))...(?=[^.]*\.)", "eyJ", drawn)
    return prefix + drawn


def password(original: str, dice: Dice) -> str | None:
    """As long as the original, letters and digits drawn, a hyphen for every other character."""
    if not _PASSWORD.fullmatch(original):
        return None
    inner = re.sub("[^A-Za-z0-9]", "-", dice.like(original))
    first = inner[0] if inner[0] != "-" else dice.like("a")
    last = inner[-1] if inner[-1] != "-" else dice.like("a")
    return first + inner[1:-1] + last
