"""Train the tagger: `python -m training` (see `docs/tagger.md`)."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from sluice.engine.names import Tagger
from training import stages

_ROOT = Path(__file__).parents[1]
_SHIPPED = _ROOT / "src" / "sluice" / "engine" / "names" / "tagger.weights"
_THOROUGH = _ROOT / "packages" / "thorough" / "src" / "sluice_thorough" / "thorough.weights"
_STAGES = "teacher labels student export thorough measure measure-thorough"


def main() -> None:
    """Run the named stages, or all."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("stages", nargs="*", help=_STAGES)
    parser.add_argument("--folder", type=Path, default=Path("build/training"))
    parser.add_argument("--out", type=Path, default=_SHIPPED)
    parser.add_argument("--out-thorough", type=Path, default=_THOROUGH)
    for name, value in _numbers():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    given = vars(parser.parse_args())
    todo, out, larger = given.pop("stages"), given.pop("out"), given.pop("out_thorough")
    plan = stages.Plan(**given)
    plan.folder.mkdir(parents=True, exist_ok=True)
    known: dict[str, Callable[[], None]] = {
        "teacher": lambda: stages.teach(plan),
        "labels": lambda: stages.label(plan),
        "student": lambda: stages.learn(plan),
        "export": lambda: stages.ship(plan, out),
        "thorough": lambda: stages.ship_teacher(plan, larger),
        "measure": lambda: print(stages.measured(Tagger(out.read_bytes()))),
        "measure-thorough": lambda: print(stages.measured(stages.larger_tagger(larger))),
    }
    for stage in todo or known:
        known[stage]()


def _numbers() -> list[tuple[str, float]]:
    """The plan's settings with their defaults."""
    plan = stages.Plan(Path())
    names = (name for name in stages.Plan.__dataclass_fields__ if name != "folder")
    return [(name, getattr(plan, name)) for name in names]


if __name__ == "__main__":
    main()
