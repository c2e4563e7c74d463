"""Files that a server sends in pieces: to standard output, or to a file of their own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path


def put_out(pieces: Iterable[bytes]) -> None:
    """Write text to standard output; on a terminal without what controls it."""
    from sluice.cli.terminal import is_terminal, write_text

    if is_terminal():
        write_text(b"".join(pieces).decode(errors="replace"))
        return
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def put_into(output: Path, pieces: Iterable[bytes]) -> None:
    """Write a file that only its owner may read; one that was cut never takes its name."""
    part = output.with_name(f"{output.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                file.write(piece)
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)


def shown(pieces: Iterable[bytes], what: str) -> Iterator[bytes]:
    """The same pieces, with what came so far on standard error if a person reads it."""
    from rich.progress import DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from sluice.cli.terminal import console

    columns = SpinnerColumn(), TextColumn(what), DownloadColumn(), TimeElapsedColumn()
    hidden = not sys.stderr.isatty()
    with Progress(*columns, console=console(err=True), disable=hidden, transient=True) as progress:
        task = progress.add_task(what, total=None)
        for piece in pieces:
            progress.update(task, advance=len(piece))
            yield piece
