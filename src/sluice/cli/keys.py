"""`sluice keys`: master keys, on the server's own machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sluice.cli.errors import CommandError
from sluice.cli.examples import examples
from sluice.cli.options import Json

if TYPE_CHECKING:
    from sluice.server.kit.database import Database
    from sluice.server.vault.service import Vault

app = typer.Typer(
    help="Master keys: which are in use, a new one, and rotating to it.", no_args_is_help=True
)


@app.command(epilog=examples("sluice keys status", "sluice keys status --json"))
def status(json: Json = False) -> None:
    """Show how many data keys each master key wraps.

    A master key that wraps none may be taken away.
    """
    from sluice.cli.terminal import write_json

    current, counts = _use()
    if json:
        write_json({"current": current, "dataKeys": counts})
    else:
        _show(current, counts)


@app.command(
    epilog=examples(
        "sluice keys new > master.key && chmod 600 master.key",
        "sluice keys new --file var/master.key    # begins a rotation",
    )
)
def new(
    file: Annotated[
        Path | None,
        typer.Option(help="Write it into this file as the first line; its other keys stay."),
    ] = None,
) -> None:
    """Make a master key.

    Without `--file` it is printed. With it, the file gets the new key as its first line and
    keeps the old ones below, readable by its owner only. After that: restart every server,
    then `sluice keys rotate`.
    """
    from sluice.cli.terminal import say
    from sluice.server.kit.sealing import new_master_key

    if file is None:
        typer.echo(new_master_key())
        return
    count = _put_first(file, new_master_key())
    say(f"{file} holds {count} master key(s), the new one first.")
    if count > 1:
        say("Next: restart every server with this file, then run `sluice keys rotate`.")


@app.command(epilog=examples("sluice keys rotate", "sluice keys rotate --yes"))
def rotate(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask on a terminal.")] = False,
) -> None:
    """Wrap every data key under the current master key.

    The current key is the first one of SLUICE_MASTER_KEY or of the key file; the one before
    must still stand behind it. Restart running servers with both keys before: they could not
    open what is wrapped by a key that they do not have. They may run meanwhile, and a rotation
    that was stopped goes on the next time.
    """
    from sluice.cli.terminal import say

    current, counts = _use()
    left = sum(count for key, count in counts.items() if key != current)
    if not left:
        say(f"Nothing to do: the current master key {current} wraps every data key.")
        return
    if sys.stdin.isatty() and not yes:
        typer.confirm("Has every running server been restarted with the new key?", abort=True)
    done = _rotate(left)
    say(f"{done} data key(s) are wrapped by {current} now.")
    others = ", ".join(sorted(set(counts) - {current}))
    say(f"Once `sluice keys status` shows no other key, remove {others} and restart the servers.")


def _vault() -> Vault:
    from sluice.cli.host import given_master_keys
    from sluice.server.settings import load_settings
    from sluice.server.vault.service import Vault

    return Vault(given_master_keys(load_settings()))


def _use() -> tuple[str, dict[str, int]]:
    """The current master key's id, and how many data keys each one wraps."""
    from sluice.cli.host import with_database
    from sluice.server.auth.callers import SYSTEM
    from sluice.server.features.keys.service import master_key_use

    vault = _vault()
    counts = with_database(lambda database: master_key_use(database, vault, SYSTEM))
    return vault.current_master_key_id, counts


def _show(current: str, counts: dict[str, int]) -> None:
    from sluice.cli.terminal import table

    ordered = [current, *sorted(set(counts) - {current})]
    rows = [(key, counts.get(key, 0), _standing(key, current, counts)) for key in ordered]
    table(("master key", "data keys", "standing"), rows)


def _standing(key: str, current: str, counts: dict[str, int]) -> str:
    if key != current:
        return "old: keep it until `sluice keys rotate` has run"
    return "current" if set(counts) <= {current} else "current: wraps what is new"


def _rotate(left: int) -> int:
    from rich.progress import Progress

    from sluice.cli.host import with_database
    from sluice.cli.terminal import console
    from sluice.server.auth.callers import SYSTEM
    from sluice.server.features.keys import service

    vault = _vault()
    with Progress(console=console(err=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("Wrapping data keys", total=left)

        async def work(database: Database) -> int:
            return await service.rotate(
                database,
                vault,
                SYSTEM,
                progress=lambda done: progress.update(task, completed=done),
            )

        return with_database(work)


def _put_first(file: Path, key: str) -> int:
    """Write the key before those of the file, whole or not at all; how many there are now."""
    from sluice.server.kit.sealing import SealingError, parse_master_keys

    present = file.read_text("ascii", "replace").split() if file.exists() else []
    try:
        parse_master_keys("\n".join([key, *present]))
    except SealingError:
        raise CommandError(
            f"{file} holds something else than master keys; nothing changed."
        ) from None
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as opened:
            opened.write("\n".join([key, *present, ""]))
            opened.flush()
            os.fsync(opened.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return len(present) + 1
