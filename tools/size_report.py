"""Measures functions and files, and refuses what has grown too large to be read at a glance.

Why: a function that fits into the eye is reviewed, a long one is believed. The limits are those
of the code bases that this project measures itself by: a median of at most 8 lines, no function
over 60, no file over 500.

A function's length is that of its body: its signature, decorators and docstring do not count,
nor does an inner function count for the outer one's untyped parameters. Migrations are left out.

    python tools/size_report.py [--json] [PATH …]      exit status 1 if a limit is passed
"""

from __future__ import annotations

import argparse
import ast
import json
import statistics
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

DEFAULT_PATHS: Final = ("src", "clients/*/src", "tools", "benchmarks", "examples")
EXCLUDED: Final = ("migrations/versions",)
MEDIAN_LINES: Final = 8
FUNCTION_LINES: Final = 60
FILE_LINES: Final = 500
LONGEST_SHOWN: Final = 5

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Function:
    """One function: where it is, how many lines its body has, what of it has no type."""

    path: str
    line: int
    name: str
    lines: int
    untyped: bool


@dataclass(frozen=True)
class File:
    """One file and its number of lines."""

    path: str
    lines: int


@dataclass(frozen=True)
class Report:
    """Everything measured; lengths in lines."""

    functions: list[Function]
    files: list[File]

    @property
    def median(self) -> float:
        return statistics.median([f.lines for f in self.functions] or [0])

    @property
    def p90(self) -> int:
        """Nine in ten functions are no longer (the nearest rank)."""
        lengths = sorted(f.lines for f in self.functions)
        return lengths[max(0, -(-9 * len(lengths) // 10) - 1)] if lengths else 0

    @property
    def longest(self) -> list[Function]:
        return sorted(self.functions, key=lambda f: -f.lines)[:LONGEST_SHOWN]

    @property
    def largest(self) -> list[File]:
        return sorted(self.files, key=lambda f: -f.lines)[:LONGEST_SHOWN]

    @property
    def untyped(self) -> list[Function]:
        return [f for f in self.functions if f.untyped]

    def violations(self) -> list[str]:
        """What is over a limit, as `file:line: what, why, what to do`."""
        found = [
            f"{f.path}:{f.line}: {f.name} has {f.lines} lines, over {FUNCTION_LINES}; divide it"
            for f in self.functions
            if f.lines > FUNCTION_LINES
        ]
        found += [
            f"{f.path}:1: the file has {f.lines} lines, over {FILE_LINES}; divide it"
            for f in self.files
            if f.lines > FILE_LINES
        ]
        if self.median > MEDIAN_LINES:
            found.append(
                f".:1: the median function has {self.median:g} lines, over {MEDIAN_LINES}; "
                "divide the longest"
            )
        return found

    def as_json(self) -> str:
        """The figures and the violations."""
        figures = {
            "functions": len(self.functions),
            "files": len(self.files),
            "median": self.median,
            "p90": self.p90,
            "longest": [asdict(f) for f in self.longest],
            "largest": [asdict(f) for f in self.largest],
            "untyped": [asdict(f) for f in self.untyped],
            "violations": self.violations(),
        }
        return json.dumps(figures, indent=2)


def functions_of(source: str, path: str) -> Iterator[Function]:
    """Every function of a file, methods and inner functions included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, FunctionNode):
            yield Function(path, node.lineno, node.name, body_lines(node), is_untyped(node))


def body_lines(node: FunctionNode) -> int:
    """Lines from the first statement after the docstring to the last one, blank ones included."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    if not body:
        return 0
    return (body[-1].end_lineno or body[-1].lineno) - _first_line(body[0]) + 1


def _first_line(node: ast.stmt) -> int:
    if isinstance(node, FunctionNode | ast.ClassDef) and node.decorator_list:
        return node.decorator_list[0].lineno
    return node.lineno


def is_untyped(node: FunctionNode) -> bool:
    """Whether its return value or a parameter other than `self` and `cls` has no annotation."""
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    arguments += [a for a in (node.args.vararg, node.args.kwarg) if a is not None]
    bare = [a for a in arguments if a.annotation is None and a.arg not in ("self", "cls")]
    return node.returns is None or bool(bare)


def measure(paths: Iterable[Path], root: Path) -> Report:
    """Measure these Python files; paths are shown relative to `root`."""
    functions: list[Function] = []
    files: list[File] = []
    for path in paths:
        source = path.read_text("utf-8")
        shown = str(path.relative_to(root) if path.is_relative_to(root) else path)
        functions.extend(functions_of(source, shown))
        files.append(File(shown, len(source.splitlines())))
    return Report(functions, files)


def files_under(patterns: Iterable[str], root: Path) -> list[Path]:
    """The Python files that the patterns name, without migrations."""
    named = [p for pattern in patterns for p in root.glob(pattern.removeprefix(f"{root}/"))]
    files = {f for path in named for f in (path.rglob("*.py") if path.is_dir() else [path])}
    return sorted(f for f in files if not any(part in f.as_posix() for part in EXCLUDED))


def show(report: Report, console: Console) -> None:
    """The figures as a table."""
    table = Table(title="Sizes", show_header=False)
    table.add_row("functions", str(len(report.functions)))
    table.add_row("median / p90 lines", f"{report.median:g} / {report.p90}")
    table.add_row("untyped functions", str(len(report.untyped)))
    table.add_row("files", str(len(report.files)))
    for function in report.longest:
        table.add_row(
            "longest", f"{function.lines} {function.path}:{function.line} {function.name}"
        )
    for file in report.largest:
        table.add_row("largest", f"{file.lines} {file.path}")
    console.print(table)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("paths", nargs="*", default=DEFAULT_PATHS)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    root = Path.cwd()
    report = measure(files_under(options.paths, root), root)
    if options.json:
        print(report.as_json())
    else:
        show(report, Console(width=120))
        for violation in report.violations():
            print(violation)
    return 1 if report.violations() or not report.files else 0


if __name__ == "__main__":
    sys.exit(main())
