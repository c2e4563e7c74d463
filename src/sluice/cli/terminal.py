"""What goes to the terminal: texts made harmless, spans highlighted, tables, JSON.

A text may hold escape sequences that move the cursor, hide what follows or type commands. On a
terminal every control character is shown as a visible one; into a pipe or file a text goes as it
is. Nothing here reads rich's markup, so that a text cannot set styles either.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import IO, TYPE_CHECKING, Final
from zlib import crc32

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

Place = tuple[int, int, str]
"""Start and end in code points, and what is there."""

_KEPT: Final = "\n\t"
_CONTROLS: Final = {
    # Unicode has a picture of each ASCII control character; others become the replacement sign.
    **{code: 0x2400 + code for code in range(0x20) if chr(code) not in _KEPT},
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
    # Overrides of the writing direction make a text look like another one.
    **dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], 0xFFFD),
    **dict.fromkeys([0x200E, 0x200F, 0x061C], 0xFFFD),
    **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD),
}  # fmt: skip

STYLES: Final = (
    "black on bright_yellow",
    "black on bright_cyan",
    "black on bright_green",
    "black on bright_magenta",
    "white on blue",
    "black on orange1",
    "white on dark_red",
    "black on light_sky_blue1",
)


def printable(text: str) -> str:
    """The text with visible characters for controls; every offset stays what it was."""
    return text.translate(_CONTROLS)


def style_of(entity_type: str) -> str:
    """The same colours for the same entity type, in every command and at every call."""
    return STYLES[crc32(entity_type.encode()) % len(STYLES)]


def highlighted(text: str, places: Iterable[Place]) -> Text:
    """The text with the places in their entity type's colours."""
    from rich.text import Text

    shown = Text(printable(text))
    for start, end, entity_type in places:
        shown.stylize(style_of(entity_type), start, end)
    return shown


def console(*, err: bool = False) -> Console:
    """A console on standard output (or error) that reads no markup and no emoji codes."""
    from rich.console import Console

    return Console(stderr=err, markup=False, emoji=False, highlight=False)


def is_terminal(stream: IO[str] | None = None) -> bool:
    """Whether a person reads standard output (or the given stream)."""
    return (stream or sys.stdout).isatty()


def say(text: str = "", style: str | None = None) -> None:
    """A line of our own words, names and numbers."""
    if is_terminal():
        console().print(printable(text), style=style, soft_wrap=True)
    else:
        typer.echo(printable(text))


def note(text: str) -> None:
    """A line beside the result, on standard error."""
    typer.echo(printable(text), err=True)


def moment(wire_time: str) -> str:
    """A time of the wire, to the minute."""
    return wire_time[:16].replace("T", " ")


def write_text(text: str) -> None:
    """A text as the result: exact into a pipe or file, harmless on a terminal."""
    if is_terminal():
        typer.echo(printable(text))
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def write_json(value: object) -> None:
    """JSON in ASCII: safe on any terminal, the same text for any program."""
    typer.echo(json.dumps(value, indent=2))


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows under their columns; without a terminal divided by tabs, without a heading."""
    cells = [[printable("" if cell is None else str(cell)) for cell in row] for row in rows]
    if not is_terminal():
        for row in cells:
            typer.echo("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row))
        return
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    drawn = Table(*columns, box=SIMPLE_HEAD, pad_edge=False)
    for row in cells:
        drawn.add_row(*(Text(cell) for cell in row))
    console().print(drawn)
