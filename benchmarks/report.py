"""Results as sheets: the same rows in the terminal, as JSON and in docs/benchmarks.md."""

from __future__ import annotations

import argparse
import json
import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

Step = Callable[[str], None]
"""A program calls it before each of its steps, with what it does next."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table; `name` is its marker in the documentation, the first column names the rows."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    picture: str = ""
    """An SVG document of the same, where there is one."""


class Program(Protocol):
    """A module that measures something."""

    __doc__: str | None
    STEPS: int

    def measure(self, step: Step) -> list[Sheet]:
        """Everything that it measures; calls `step` `STEPS` times."""
        ...


def run(program: Program, description: str | None) -> None:
    """The command line of one program."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    options = parser.parse_args()
    sheets = measured({"": program})
    print_json(sheets) if options.json else print_tables(sheets)


def measured(programs: dict[str, Program]) -> list[Sheet]:
    """Run programs one after another, with one progress bar on standard error."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console,
        transient=True,
    )  # fmt: skip
    sheets: list[Sheet] = []
    with bar:
        task = bar.add_task("", total=sum(program.STEPS for program in programs.values()))
        for name, program in programs.items():

            def step(what: str, name: str = name) -> None:
                bar.update(task, advance=1, description=f"{name} {what}".strip())

            sheets += program.measure(step)
    return sheets


def print_json(sheets: Sequence[Sheet]) -> None:
    """One JSON object: sheets by name."""
    print(json.dumps({sheet.name: asdict(sheet) for sheet in sheets}, indent=2))


def print_tables(sheets: Sequence[Sheet]) -> None:
    """Tables for people."""
    console = Console()
    for sheet in sheets:
        first, *others = sheet.columns
        table = Table(title=sheet.title, title_justify="left")
        table.add_column(first)
        for column in others:
            table.add_column(column, justify="right")
        for row in sheet.rows:
            table.add_row(*row)
        console.print(table)


def written_into(document: str, sheets: Sequence[Sheet]) -> str:
    """The document with each sheet between its markers `<!-- name -->` and `<!-- /name -->`.

    Raises `ValueError`, naming every sheet for which the document has no markers.
    """
    missing = []
    for sheet in sheets:
        pattern = rf"(<!-- {re.escape(sheet.name)} -->\n).*?(<!-- /{re.escape(sheet.name)} -->)"
        # A table needs an empty line before it, and one after.
        table = f"\n{markdown(sheet)}\n"
        found = list(re.finditer(pattern, document, flags=re.DOTALL))
        if len(found) == 1:
            document = document[: found[0].end(1)] + table + document[found[0].start(2) :]
        else:
            missing.append(sheet.name)
    if missing:
        raise ValueError(f"the document has not one place for: {', '.join(missing)}")
    return document


def markdown(sheet: Sheet) -> str:
    """A sheet as a table."""
    lines = [sheet.columns, ("---", *("---:" for _ in sheet.columns[1:])), *sheet.rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0..1) of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def median_of_runs(runs: Sequence[Sequence[float]]) -> float:
    """The median of the medians of several runs."""
    return statistics.median(statistics.median(run) for run in runs)


def flat(runs: Sequence[Sequence[float]]) -> list[float]:
    """The values of all runs."""
    return [value for run in runs for value in run]


def ms(value: float) -> str:
    """Milliseconds, with as many places as mean anything."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2f}"
