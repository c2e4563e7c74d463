"""`sluice evaluate`: how much of labelled text is found, and how much else."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from sluice.cli.errors import CommandError, WrongUsage
from sluice.cli.examples import examples
from sluice.cli.local import Entities, Threshold
from sluice.cli.options import Json

if TYPE_CHECKING:
    from sluice.cli.evaluation.labelled import Document, Labels, Mapped
    from sluice.cli.evaluation.reading import Problems
    from sluice.cli.evaluation.report import Evaluation

EPILOG = examples(
    "sluice evaluate tickets.jsonl --format jsonl",
    "sluice evaluate test.conll --format conll --spacing natural --map MISC=-",
    "sluice evaluate notes/ --format brat --map labels.txt --entities PERSON,DATE_TIME",
    "sluice evaluate generated.json --format presidio --json | jq '.scores[0].f2'",
)
SHOWN = 5
"""Worst documents that a terminal shows unless told otherwise."""


class Format(StrEnum):
    """How the labelled text is written."""

    CONLL = "conll"
    JSONL = "jsonl"
    BRAT = "brat"
    PRESIDIO = "presidio"


class Spacing(StrEnum):
    """How tokens become a text."""

    SPACES = "spaces"
    NATURAL = "natural"


Files: TypeAlias = Annotated[
    list[Path], typer.Argument(metavar="FILE…", help="Labelled text; for brat also folders.")
]
FormatOption: TypeAlias = Annotated[
    Format, typer.Option("--format", "-f", help="How the files are written.", show_default=False)
]
MapOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--map",
        help="LABEL=TYPE,… or a file with one LABEL=TYPE a line; `-` as a type leaves a label out.",
        show_default=False,
    ),
]
SpacingOption: TypeAlias = Annotated[
    Spacing, typer.Option(help="For conll: tokens joined by spaces, or as they are written.")
]
OnlyLabelled: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--only-labelled/--all-types",
        help="Count only findings of entity types that are marked somewhere in the files.",
    ),
]
Worst: TypeAlias = Annotated[
    int | None,
    typer.Option(
        min=0,
        help="Show the mistakes in that many of the worst documents, with their text; by default "
        "5 on a terminal, else none.",
        show_default=False,
    ),
]


def evaluate(
    files: Files,
    format: FormatOption,  # noqa: A002 (the option's name)
    map_: MapOption = None,
    entities: Entities = None,
    threshold: Threshold = 0.5,
    spacing: SpacingOption = Spacing.SPACES,
    only_labelled: OnlyLabelled = True,
    worst: Worst = None,
    json: Json = False,
) -> None:
    """Measure detection on labelled text of your own.

    Shows precision, recall, F1 and F2 with 95 % bootstrap intervals over documents, for each
    entity type and overall: strict (the same start, end and type), partial (any overlap of the
    same type), by characters, and by characters whatever the type. Then what was marked as what
    and found as what, and the documents with most mistakes. Formats and the built-in names of
    labels are described in docs/evaluation.md. Nothing leaves this machine; text is shown only
    where `--worst` says so.
    """
    from sluice.cli.evaluation.report import as_json, show
    from sluice.cli.terminal import is_terminal, write_json

    documents = _read(files, format, spacing)
    result = _measured(documents, map_, entities, threshold, only_labelled=only_labelled)
    if json:
        write_json(as_json(result, worst or 0))
    else:
        show(result, (SHOWN if is_terminal() else 0) if worst is None else worst)


def _read(files: Iterable[Path], form: Format, spacing: Spacing) -> list[Document]:
    """Every document of every file; raises `CommandError` with every problem."""
    from sluice.cli.evaluation.reading import Problems

    problems = Problems()
    documents = [item for path in files for item in _documents(path, form, spacing, problems)]
    problems.stop()
    if not documents:
        raise CommandError("There are no documents in these files.")
    return documents


def _documents(
    path: Path, form: Format, spacing: Spacing, problems: Problems
) -> Iterator[Document]:
    from sluice.cli.evaluation import brat, conll, json_files

    if not path.exists() or (path.is_dir() and form is not Format.BRAT):
        problems.add(path, 0, "no such file" if not path.exists() else "this is a folder")
    elif form is Format.CONLL:
        yield from conll.read(path, problems, spacing.value)
    elif form is Format.JSONL:
        yield from json_files.read_lines(path, problems)
    elif form is Format.PRESIDIO:
        yield from json_files.read_presidio(path, problems)
    else:
        yield from brat.read(path, problems)


def _measured(
    documents: list[Document],
    map_: str | None,
    entities: str | None,
    threshold: float,
    *,
    only_labelled: bool,
) -> Evaluation:
    from sluice.cli.evaluation.comparing import compared
    from sluice.cli.evaluation.labelled import mapped
    from sluice.cli.evaluation.report import Evaluation
    from sluice.cli.evaluation.scores import scores
    from sluice.cli.local import detector_for

    detector = detector_for(entities)
    wanted = None if entities is None else detector.entity_types()
    gold = mapped(documents, _labels(map_), wanted)
    if not gold.entity_types:
        raise CommandError("Nothing is marked in these files that is known.", _unknown(gold))
    counted = gold.entity_types if only_labelled else None
    results = []
    for document in _with_progress(gold.documents):
        findings = [f for f in detector.analyze(document.text) if f.score >= threshold]
        results.append(compared(document, findings, counted))
    return Evaluation(gold, results, scores(results), threshold, detector.version)


def _unknown(gold: Mapped) -> list[str]:
    listed = [f"the label {name} ({count} spans)" for name, count in gold.unknown.most_common(20)]
    return [*listed, "give labels an entity type with --map LABEL=TYPE"]


def _labels(map_: str | None) -> Labels:
    """The user's mapping over ours; raises `WrongUsage` with every part that is none."""
    from sluice.cli.evaluation.labelled import IGNORED, Labels, normal
    from sluice.engine.pipeline import ENTITY_TYPES

    given, wrong = {}, []
    for where, part in _parts(map_):
        label, sign, name = part.partition("=")
        entity_type = name.strip().upper()
        if not sign or not label.strip():
            wrong.append(f"{where}: LABEL=TYPE must stand here")
        elif entity_type not in ENTITY_TYPES and entity_type != IGNORED:
            wrong.append(f"{where}: after `=` there is no known entity type, and no `-`")
        else:
            given[normal(label)] = entity_type
    if wrong:
        raise WrongUsage("--map cannot be used:", wrong)
    return Labels(ENTITY_TYPES, given)


def _parts(map_: str | None) -> Iterator[tuple[str, str]]:
    """Each part of the mapping with its place."""
    from sluice.cli.local import read_text

    if map_ is None:
        return
    if "=" in map_:
        for index, part in enumerate(map_.split(","), start=1):
            yield f"part {index}", part
        return
    for number, line in enumerate(read_text(map_).splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield f"{map_}:{number}", line


def _with_progress(documents: Iterable[Document]) -> Iterable[Document]:
    """The documents, with a bar on standard error if a person reads it."""
    from sluice.cli.terminal import console, is_terminal

    if not is_terminal(sys.stderr):
        return documents
    from rich.progress import track

    return track(
        list(documents), "analysing", console=console(err=True), transient=True, update_period=0.2
    )
