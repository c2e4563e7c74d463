"""Train the tagger: `python -m training` (see `docs/tagger.md`)."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from training import stages

_SHIPPED = Path(__file__).parents[1] / "src" / "sluice" / "engine" / "names" / "tagger.weights"


def main() -> None:
    """Run the named stages, or all."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("stages", nargs="*", help="teacher labels student export measure")
    parser.add_argument("--folder", type=Path, default=Path("build/training"))
    parser.add_argument("--out", type=Path, default=_SHIPPED)
    for name, value in _numbers():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    given = vars(parser.parse_args())
    todo, out = given.pop("stages"), given.pop("out")
    plan = stages.Plan(**given)
    plan.folder.mkdir(parents=True, exist_ok=True)
    known: dict[str, Callable[[], None]] = {
        "teacher": lambda: stages.teach(plan),
        "labels": lambda: stages.label(plan),
        "student": lambda: stages.learn(plan),
        "export": lambda: stages.ship(plan, out),
        "measure": lambda: print(stages.measured(out.read_bytes())),
    }
    for stage in todo or known:
        known[stage]()


def _numbers() -> list[tuple[str, float | int]]:
    """The plan's settings with their defaults."""
    fields = stages.Plan.__dataclass_fields__
    return [(name, field.default) for name, field in fields.items() if name != "folder"]


if __name__ == "__main__":
    main()
