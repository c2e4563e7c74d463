"""The size report counts bodies, finds what has no types, and fails over its limits."""

from __future__ import annotations

import ast
import json
import textwrap
from pathlib import Path

import pytest

import size_report
from size_report import File, Function, Report


def function(source: str) -> Function:
    [found] = size_report.functions_of(textwrap.dedent(source), "x.py")
    return found


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("def f() -> None: ...", 1),
        ("def f() -> None:\n    '''Said.'''", 0),
        ("def f() -> None:\n    '''Said\n    long.'''\n    return None", 1),
        ("def f(\n    a: int,\n    b: int,\n) -> None:\n    g(\n        a\n    )\n\n    g(b)", 5),
        ("@wraps\nasync def f() -> None:\n    await g()\n    # a note\n    await g()", 3),
        ("def f() -> None:\n    @wraps\n    class C:\n        x = 1\n", 3),
    ],
)
def test_a_functions_length_is_that_of_its_body(source: str, lines: int) -> None:
    assert function(source).lines == lines


@pytest.mark.parametrize(
    ("source", "untyped"),
    [
        ("def f() -> None: ...", False),
        ("def f(): ...", True),
        ("def f(a) -> None: ...", True),
        ("def f(*a) -> None: ...", True),
        ("def f(**a) -> None: ...", True),
        ("def f(self, a: int, /, *b: int, c: int, **d: int) -> None: ...", False),
        ("def f(*, a) -> None: ...", True),
    ],
)
def test_an_untyped_function_lacks_an_annotation(source: str, untyped: bool) -> None:
    assert function(source).untyped is untyped


def test_methods_and_inner_functions_are_counted() -> None:
    source = "class C:\n    def a(self) -> None:\n        def b() -> None: ...\n"
    assert {f.name for f in size_report.functions_of(source, "x.py")} == {"a", "b"}


def lengths(*lines: int) -> Report:
    return Report([Function("x.py", n, "f", n, untyped=False) for n in lines], [])


def test_median_and_p90_are_of_bodies() -> None:
    report = lengths(*range(1, 11))
    assert (report.median, report.p90) == (5.5, 9)
    assert (lengths().median, lengths().p90) == (0, 0)
    assert lengths(7).p90 == 7


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (lengths(*[1] * 9, 61), "x.py:61: f has 61 lines, over 60; divide it"),
        (lengths(9, 9, 9), ".:1: the median function has 9 lines, over 8; divide the longest"),
        (
            Report([], [File("y.py", 501)]),
            "y.py:1: the file has 501 lines, over 500; divide it",
        ),
    ],
)
def test_each_limit_is_kept(report: Report, said: str) -> None:
    assert report.violations() == [said]


def test_at_the_limits_nothing_is_said() -> None:
    report = Report(lengths(*[8] * 9, 60).functions, [File("y.py", 500)])
    assert report.violations() == []


def test_the_program_leaves_migrations_out_and_fails_on_a_long_function(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    long = "def f() -> None:\n" + "    g()\n" * 61
    write(tmp_path / "src" / "migrations" / "versions" / "a.py", long)
    write(tmp_path / "src" / "good.py", "def f() -> None: ...\n")
    monkeypatch.chdir(tmp_path)
    assert size_report.main(["src"]) == 0
    write(tmp_path / "src" / "bad.py", long)
    capsys.readouterr()
    assert size_report.main(["src"]) == 1
    assert "src/bad.py:1: f has 61 lines, over 60; divide it" in capsys.readouterr().out


def test_json_holds_the_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "src" / "a.py", "def f(a): return a\n")
    monkeypatch.chdir(tmp_path)
    assert size_report.main(["--json", "src"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["functions"], figures["files"], figures["median"]) == (1, 1, 1)
    assert [f["name"] for f in figures["untyped"]] == ["f"]


def test_no_files_are_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert size_report.main(["nowhere"]) == 1


def write(path: Path, source: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    ast.parse(source)
    path.write_text(source)
