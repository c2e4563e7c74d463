"""Compares the documentation with what it is about, and writes the references out of the code.

Why: an undocumented setting is found by reading code, a documented one that is gone by losing an
afternoon, a dead link by everybody. What a program can compare, nobody has to remember.

It refuses: a setting, command or option that docs/configuration.md or docs/cli.md lacks, shows
otherwise or invents (between the markers; `--write` puts it right), and one without a description;
a `SLUICE_…` name anywhere in the documentation that is no setting; a dependency without its
reason in docs/dependencies.md, and a row there without its dependency; a relative link that leads
nowhere; and in any tracked file the path of somebody's machine or of a private package index.

    python tools/docs_check.py [--write]      exit status 1 if anything is wrong
"""

from __future__ import annotations

import argparse
import importlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from os.path import normpath
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import reference

SETTINGS_DOC: Final = "docs/configuration.md"
COMMANDS_DOC: Final = "docs/cli.md"
DEPENDENCIES_DOC: Final = "docs/dependencies.md"
PREFIX: Final = "SLUICE_"
PROGRAM: Final = "sluice"
VARIABLE: Final = re.compile(rf"\b{PREFIX}[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
OTHER_VARIABLES: Final = frozenset(
    {"SLUICE_CONFIG", "SLUICE_PROJECT", "SLUICE_URL", "SLUICE_TOKEN", "SLUICE_TRAINING_DATA"}
)
"""Variables that are no settings of the server: where its file is, what clients read, training."""
TEST_VARIABLES: Final = "SLUICE_TEST_"


MACHINE_PATH: Final = re.compile(
    r"(?<![\w.~$}-])/(?:work|root|home/[a-z_][\w.-]*|Users/[A-Za-z][\w.-]*)/"
)
PRIVATE_INDEX: Final = re.compile(
    r"--(?:extra-)?index-url[ =]+https?://(?!pypi\.org/)|--trusted-host[ =]+\w|"
    r"--find-links[ =]+https?://|[\"']resolved[\"']: [\"']https?://(?!registry\.npmjs\.org/)|"
    r"\bregistry ?= ?https?://(?!registry\.npmjs\.org/)|https?://[^\s\"']*/(?:artifactory|nexus)/"
)
OWN_PATTERNS: Final = frozenset({"tools/docs_check.py", "tests/unit/tools/test_docs_check.py"})
"""Files that hold these patterns because they are about them."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong, and what to do."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Reference:
    """A part of a document that is made out of the code."""

    path: str
    title: str
    name: str
    make: Callable[[], str]
    lacking: Callable[[], list[str]]
    """What the code does not describe."""

    @property
    def markers(self) -> tuple[str, str]:
        return (
            f"<!-- {self.name}: made by tools/docs_check.py --write -->",
            f"<!-- /{self.name} -->",
        )

    def section(self) -> str:
        """The generated part with its markers."""
        begin, end = self.markers
        return f"{begin}\n\n{self.make()}\n\n{end}"

    def pattern(self) -> re.Pattern[str]:
        begin, end = (re.escape(marker) for marker in self.markers)
        return re.compile(f"{begin}.*?{end}", re.DOTALL)


def settings_reference() -> Reference:
    """The table of settings."""
    settings = importlib.import_module("sluice.server.settings").Settings
    return Reference(
        SETTINGS_DOC,
        "Configuration",
        "settings",
        lambda: reference.settings_reference(settings, PREFIX),
        lambda: reference.undescribed(settings),
    )


def commands_reference() -> Reference:
    """The sections of commands."""
    app = importlib.import_module("sluice.cli.main").app
    return Reference(
        COMMANDS_DOC,
        "The command line",
        "commands",
        lambda: reference.commands_reference(app, PROGRAM),
        lambda: reference.unexplained(app),
    )


REFERENCES: Final = (
    ("sluice.server.settings", settings_reference),
    ("sluice.cli.main", commands_reference),
)


def check_reference(root: Path, made: Reference) -> Iterator[Problem]:
    """Whether the document holds exactly what the code says."""
    for name in made.lacking():
        yield Problem(made.path, 1, f"`{name}` has no description in the code; write one there")
    path = root / made.path
    source = path.read_text("utf-8") if path.is_file() else ""
    found = made.pattern().search(source)
    if found is None:
        yield Problem(made.path, 1, f"it has no part `{made.name}`; run docs_check.py --write")
    else:
        yield from _differences(made, source, found)


def _differences(made: Reference, source: str, found: re.Match[str]) -> Iterator[Problem]:
    wanted, present = made.section().splitlines(), found[0].splitlines()
    first = source[: found.start()].count("\n") + 1
    for number, line in enumerate(present):
        if line not in wanted:
            said = f"this is not what the code says: {_short(line)}; run docs_check.py --write"
            yield Problem(made.path, first + number, said)
    for line in wanted:
        if line not in present:
            said = f"this is missing: {_short(line)}; run docs_check.py --write"
            yield Problem(made.path, first, said)
    if wanted != present and set(wanted) == set(present):
        said = "its order is another, or a line stands twice; run docs_check.py --write"
        yield Problem(made.path, first, said)


def _short(line: str) -> str:
    return line if len(line) <= 80 else f"{line[:77]}..."


def write_reference(root: Path, made: Reference) -> None:
    """Put the generated part into its document; make the document if there is none."""
    path = root / made.path
    source = path.read_text("utf-8") if path.is_file() else f"# {made.title}\n"
    if made.pattern().search(source):
        source = made.pattern().sub(lambda _: made.section(), source, count=1)
    else:
        source = f"{source.rstrip()}\n\n{made.section()}\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, "utf-8")


def check_variables(
    root: Path, documents: Iterable[str], known: frozenset[str]
) -> Iterator[Problem]:
    """Whether every `SLUICE_…` of the documentation is a setting."""
    for document in documents:
        for number, line in enumerate((root / document).read_text("utf-8").splitlines(), 1):
            for name in VARIABLE.findall(line):
                if name not in known and not name.startswith(TEST_VARIABLES):
                    yield Problem(document, number, f"{name} is no setting; correct or remove it")


def known_variables() -> frozenset[str]:
    """The names of all settings, and of the other variables that may be spoken of."""
    settings = importlib.import_module("sluice.server.settings").Settings
    return OTHER_VARIABLES | reference.setting_rows(settings, PREFIX).keys()


def requirements_in(root: Path) -> dict[str, str]:
    """Every dependency of every pyproject.toml, with the file that names it."""
    own: set[str] = set()
    found: dict[str, str] = {}
    for path in [root / "pyproject.toml", *sorted(root.glob("clients/*/pyproject.toml"))]:
        parsed = tomllib.loads(path.read_text("utf-8"))
        project = parsed.get("project", {})
        own.add(canonicalize_name(project.get("name", "")))
        listed = [*project.get("dependencies", []), *parsed["build-system"]["requires"]]
        listed += [r for group in project.get("optional-dependencies", {}).values() for r in group]
        for requirement in listed:
            name = canonicalize_name(Requirement(requirement).name)
            found.setdefault(name, str(path.relative_to(root)))
    return {name: path for name, path in found.items() if name not in own}


def check_dependencies(root: Path) -> Iterator[Problem]:
    """Whether each dependency has a row with a reason, and each row a dependency."""
    wanted, path = requirements_in(root), root / DEPENDENCIES_DOC
    rows = dict(_package_rows(path.read_text("utf-8"))) if path.is_file() else {}
    for name, where in sorted(wanted.items()):
        if name not in rows:
            yield Problem(DEPENDENCIES_DOC, 1, f"{name} ({where}) is missing; say why it is needed")
    for name, (line, reason) in rows.items():
        if name not in wanted:
            yield Problem(DEPENDENCIES_DOC, line, f"{name} is no dependency; remove the row")
        elif not re.search(r"\w", reason):
            yield Problem(DEPENDENCIES_DOC, line, f"{name} has no reason; say why it is needed")


def _package_rows(source: str) -> Iterator[tuple[str, tuple[int, str]]]:
    """Name, line and last cell of the rows of tables whose first column is `package`."""
    first = ""
    for number, line in enumerate(source.splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.lstrip().startswith("|"):
            first = ""
        elif not first:
            first = cells[0].lower()
        elif first == "package" and not set(cells[0]) <= set(":- "):
            for name in re.findall(r"`([^`]+)`", cells[0]) or [cells[0]]:
                yield canonicalize_name(name), (number, cells[-1] if len(cells) > 1 else "")


def check_links(root: Path, files: Iterable[str]) -> Iterator[Problem]:
    """Whether every relative link of the documents leads to a tracked file, and a heading there."""
    tracked = {root / name for name in files}
    documents = [f for f in files if f.endswith(".md") and (root / f).is_file()]
    places = tracked | {parent for path in tracked for parent in path.parents}
    markdown = MarkdownIt("commonmark").enable("table")
    for document in documents:
        tokens = markdown.parse((root / document).read_text("utf-8"))
        for line, target in _targets(tokens):
            if (problem := _dead(places, root / document, target, markdown)) is not None:
                yield Problem(document, line, problem)


def _targets(tokens: Iterable[Token]) -> Iterator[tuple[int, str]]:
    for token in tokens:
        line = token.map[0] + 1 if token.map else 1
        for child in token.children or []:
            target = child.attrGet("href") or child.attrGet("src")
            if isinstance(target, str):
                yield line, target


def _dead(places: set[Path], document: Path, target: str, markdown: MarkdownIt) -> str | None:
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return None
    path = Path(normpath(document.parent / unquote(parts.path))) if parts.path else document
    if path not in places or not path.exists():
        return f"the link {target} leads to nothing that git tracks; correct it"
    if parts.fragment and path.suffix == ".md":
        anchors = anchors_of(markdown.parse(path.read_text("utf-8")))
        if parts.fragment not in anchors:
            return f"the link {target} names no heading; correct what stands after #"
    return None


def anchors_of(tokens: list[Token]) -> set[str]:
    """The anchors of headings, made as GitHub makes them."""
    anchors: set[str] = set()
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            text = "".join(child.content for child in inline.children or [])
            slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
            count = sum(a == slug or a.startswith(f"{slug}-") for a in anchors)
            anchors.add(f"{slug}-{count}" if slug in anchors else slug)
    return anchors


def check_places(root: Path, files: Iterable[str]) -> Iterator[Problem]:
    """Whether a tracked file names a folder of somebody's machine or a private package index."""
    for name in files:
        if name in OWN_PATTERNS:
            continue
        for number, line in enumerate(_lines(root / name), 1):
            if MACHINE_PATH.search(line):
                said = "it holds a path of somebody's machine; make it relative"
                yield Problem(name, number, said)
            if PRIVATE_INDEX.search(line):
                said = "it names a package index or its address; installs must not depend on one"
                yield Problem(name, number, said)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
        return []  # binary, or deleted and not yet committed


def tracked_files(root: Path) -> list[str]:
    """What git tracks here."""
    command = ["git", "-C", str(root), "ls-files", "-z"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name]


def check(root: Path) -> list[Problem]:
    """Everything that is wrong in this checkout."""
    files = tracked_files(root)
    documents = [f for f in files if f.endswith(".md") and (root / f).is_file()]
    problems = [*check_dependencies(root), *check_links(root, files)]
    problems += check_places(root, files)
    for module, make in REFERENCES:
        made = _load(module, make)
        problems += [made] if isinstance(made, Problem) else check_reference(root, made)
    if not isinstance(_load("sluice.server.settings", settings_reference), Problem):
        problems += check_variables(root, documents, known_variables())
    return sorted(problems)


def _load(module: str, make: Callable[[], Reference]) -> Reference | Problem:
    try:
        return make()
    except ImportError as error:
        where = f"src/{module.replace('.', '/')}.py"
        return Problem(where, 1, f"it cannot be imported: {error}; mend it first")


def write(root: Path) -> list[Problem]:
    """Write both references; what cannot be imported is a problem."""
    problems = []
    for module, make in REFERENCES:
        made = _load(module, make)
        if isinstance(made, Problem):
            problems.append(made)
        else:
            write_reference(root, made)
    return problems


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--write", action="store_true", help="write the references first")
    options = parser.parse_args(arguments)
    root = Path.cwd()
    problems = write(root) if options.write else []
    problems = sorted({*problems, *check(root)})
    for problem in problems:
        print(problem)
    print(f"documentation: {len(problems)} problem(s)", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
