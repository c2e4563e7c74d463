"""`sluice analyze` and `sluice cleanse`: the engine on this machine, without a server."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from sluice.cli.errors import CommandError, WrongUsage
from sluice.cli.examples import examples
from sluice.cli.options import Json

if TYPE_CHECKING:
    from sluice.engine import Cleansed, Detector, Finding
    from sluice.engine.tagging import Names

ANALYZE = examples(
    "sluice analyze letter.txt",
    'echo "Mail jane@example.com" | sluice analyze -',
    "sluice analyze --entities EMAIL_ADDRESS,IBAN_CODE --threshold 0.75 letter.txt",
    "sluice analyze --json letter.txt | jq '.findings[].entityType'",
    "sluice analyze --explain letter.txt",
    "sluice analyze --thorough letter.txt",
)
CLEANSE = examples(
    "sluice cleanse letter.txt > cleansed.txt",
    'echo "Mail jane@example.com" | sluice cleanse -',
    "sluice cleanse --json letter.txt | jq -r .text",
)

FileName: TypeAlias = Annotated[
    str, typer.Argument(metavar="FILE", help="A UTF-8 text; `-` is standard input.")
]
Entities: TypeAlias = Annotated[
    str | None,
    typer.Option(help="Only these entity types, with commas between them.", show_default=False),
]
Threshold: TypeAlias = Annotated[
    float, typer.Option(min=0, max=1, help="Leave out findings that score less.")
]
Explain: TypeAlias = Annotated[
    bool, typer.Option("--explain", help="Say what made each finding, and what was dropped.")
]
Thorough: TypeAlias = Annotated[
    bool,
    typer.Option("--thorough", help="Look for names with the larger tagger: sluice-thorough."),
]


def analyze(
    file: FileName = "-",
    entities: Entities = None,
    threshold: Threshold = 0.5,
    json: Json = False,
    explain: Explain = False,
    thorough: Thorough = False,
) -> None:
    """Show what is sensitive in a text.

    On a terminal: the text with its findings highlighted, and a table. Into a pipe: one line
    for each finding with entity type, score, start, end and detector, divided by tabs. Offsets
    count code points. With `--json` the same as JSON; neither holds the text. Nothing is kept
    and nothing leaves this machine.

    With `--explain` each line says also what made the finding (a pattern with its checksum and
    the words around it, a tag, a field of the document, a link to an earlier mention), and
    there are lines for what was considered and dropped, with the reason.
    """
    text = read_text(file)
    detector = detector_for(entities, thorough=thorough)
    if explain:
        _explain(detector, text, threshold, json=json)
        return
    findings = _find(detector, text, threshold)
    if json:
        from sluice.cli.explained import finding_json

        _write_json({"findings": [finding_json(f) for f in findings]})
    else:
        _show(text, findings)


def cleanse(
    file: FileName = "-",
    entities: Entities = None,
    threshold: Threshold = 0.5,
    json: Json = False,
    thorough: Thorough = False,
) -> None:
    """Print a text with placeholders in place of what is sensitive.

    Everything that is found is masked. Into a pipe the text goes as it is, without a line end
    of its own. With `--json` it says also where each placeholder stands. Originals are never
    written.
    """
    from sluice.cli.terminal import write_text
    from sluice.engine import Mapping
    from sluice.engine import cleanse as cleanse_text

    text = read_text(file)
    findings = _find(detector_for(entities, thorough=thorough), text, threshold)
    done = cleanse_text(text, findings, Mapping())
    if json:
        _write_json({"text": done.text, "items": _items(done)})
    else:
        write_text(done.text)


def read_text(name: str) -> str:
    """A whole UTF-8 file, or standard input; raises `CommandError` where it is not UTF-8."""
    if name == "-" and sys.stdin.isatty():
        from sluice.cli.terminal import note

        note("Type or paste a text; end it with Ctrl-D on a line of its own.")
    data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as e:
        where = "standard input" if name == "-" else name
        raise CommandError(f"{where} is not UTF-8 at byte {e.start}.") from None


def detector_for(entities: str | None, *, thorough: bool = False) -> Detector:
    """A detector for a list with commas.

    Raises:
        WrongUsage: entity types are unknown.
        CommandError: the thorough tagger is asked for and not installed.
    """
    from sluice.engine import Detector, InvalidPolicy

    names = _names(thorough=thorough)
    if entities is None:
        return Detector(names=names)
    wanted = {name.strip().upper() for name in entities.split(",") if name.strip()}
    if not wanted:
        raise WrongUsage("--entities names no entity type.")
    try:
        return Detector(entities=wanted, names=names)
    except InvalidPolicy:
        known = Detector(names=names).entity_types()
        unknown = ", ".join(sorted(wanted - known))
        raise WrongUsage(
            f"--entities: {unknown} cannot be looked for.",
            [f"known are {', '.join(sorted(known))}"],
        ) from None


def _names(*, thorough: bool) -> Names:
    from sluice.engine import Detection
    from sluice.server.kit.taggers import TaggerMissing, names_for

    try:
        return names_for(Detection.THOROUGH if thorough else Detection.STANDARD)
    except TaggerMissing as e:
        raise CommandError(f"{e}.") from None


def _find(detector: Detector, text: str, threshold: float) -> list[Finding]:
    return [f for f in detector.analyze(text) if f.score >= threshold]


def _items(done: Cleansed) -> list[dict[str, object]]:
    return [
        {
            "start": item.start,
            "end": item.end,
            "placeholder": item.placeholder,
            "entityType": item.entity_type,
            "rawStart": item.raw_start,
            "rawEnd": item.raw_end,
        }
        for item in done.items
    ]


def _explain(detector: Detector, text: str, threshold: float, *, json: bool) -> None:
    from sluice.cli.explained import HEADINGS, explained_json, explained_rows
    from sluice.cli.terminal import note, table

    explanation = detector.explain(text)
    if json:
        _write_json(explained_json(explanation, threshold))
        return
    findings = [item.finding for item in explanation.findings]
    _show_text(text, [finding for finding in findings if finding.score >= threshold])
    rows = explained_rows(explanation, threshold)
    if rows:
        table(HEADINGS, rows)
    else:
        note("Nothing was found or considered.")


def _show_text(text: str, findings: list[Finding]) -> None:
    """On a terminal the text, with its findings highlighted."""
    from sluice.cli.terminal import console, highlighted, is_terminal

    if is_terminal():
        places = [(f.start, f.end, f.entity_type) for f in findings]
        console().print(highlighted(text, places), soft_wrap=True)


def _show(text: str, findings: list[Finding]) -> None:
    from sluice.cli.terminal import note, table

    _show_text(text, findings)
    if not findings:
        note("Nothing sensitive was found.")
        return
    rows = [(f.entity_type, f"{f.score:.2f}", f.start, f.end, f.detector) for f in findings]
    table(("entity type", "score", "start", "end", "detector"), rows)


def _write_json(value: object) -> None:
    from sluice.cli.terminal import write_json

    write_json(value)
