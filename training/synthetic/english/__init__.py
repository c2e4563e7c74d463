"""English prose: one file of templates per register.

A file holds a template a line; `\\n` is a line break in the text, a line `@name = …` a fragment for
`{@name}`, and a line that starts with `## ` a remark.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from training.synthetic import details, organisations, people, places
from training.synthetic.english import figures, vocabulary
from training.synthetic.model import Register
from training.synthetic.noise import CASUAL, COMMON, Noise
from training.synthetic.values import Values

ENGLISH: Final = Values(
    {
        "person": people.kind(people.ENGLISH_WORLD),
        **figures.kinds(),
        **places.kinds(),
        **organisations.kinds(),
        **details.kinds(),
        **vocabulary.kinds(),
    }
)
EDITED: Final = COMMON.scaled(0.6)
NEWSWIRE: Final = Noise(lower=0.03, upper=0.01, tokenized=0.15)
SPOKEN: Final = Noise(lower=0.5, unpunctuated=0.4, typing=0.05)
CHATTY: Final = CASUAL.scaled(1.3)
PROFILES: Final[dict[str, tuple[Noise, float]]] = {
    "email": (COMMON, 3.0),
    "review": (CASUAL.scaled(0.7), 2.5),
    "blog": (COMMON, 1.8),
    "question": (CASUAL.scaled(0.8), 1.8),
    "tweet": (CASUAL, 3.2),
    "comment": (CASUAL.scaled(0.7), 2.6),
    "newswire": (NEWSWIRE, 2.6),
    "sports": (NEWSWIRE, 2.4),
    "headline": (NEWSWIRE, 1.0),
    "court": (EDITED, 1.8),
    "contract": (EDITED, 1.0),
    "clinical": (COMMON, 1.0),
    "ticket": (COMMON, 1.2),
    "chat": (CHATTY, 1.6),
    "prompt": (CASUAL.scaled(0.5), 2.0),
    "call": (SPOKEN, 0.8),
    "minutes": (COMMON, 0.8),
    "work": (COMMON, 1.2),
    "letter": (COMMON, 1.2),
    "business": (EDITED, 1.0),
    "encyclopaedia": (EDITED, 2.4),
    "technical": (COMMON, 1.6),
    "fiction": (EDITED, 1.2),
    "plain": (COMMON, 2.0),
}
"""Each register's noise and weight; a register is there when its file is."""


def read(path: Path) -> tuple[tuple[str, ...], dict[str, str]]:
    """Read a file of templates: `(templates, fragments)`."""
    templates: list[str] = []
    fragments: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("@") and " = " in line:
            name, _, body = line[1:].partition(" = ")
            fragments[name.strip()] = body
        elif line.strip() and not line.startswith("## "):
            templates.append(line)
    return tuple(templates), fragments


def _registers() -> tuple[Register, ...]:
    folder = Path(__file__).parent
    _, shared = read(folder / "fragments.txt")
    made = []
    for name, (noise, weight) in PROFILES.items():
        path = folder / f"{name}.txt"
        if path.exists():
            templates, own = read(path)
            made.append(Register(name, "en", templates, ENGLISH, noise, {**shared, **own}, weight))
    return tuple(made)


REGISTERS: Final = _registers()
