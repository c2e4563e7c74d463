"""What `sluice serve` prints when it is ready: for a person, or as lines for a program."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import make_url

import sluice
from sluice.cli.terminal import console, is_terminal, printable, say
from sluice.server.settings import Settings

EXAMPLE = "Mail jane@example.com or call +1 415 555 0132; she paid with 4111 1111 1111 1111."
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 (only shown)
DEFAULT_ADDRESS = "http://127.0.0.1:8321"


@dataclass(frozen=True)
class Banner:
    """What there is to say about a server that starts."""

    settings: Settings
    token: str | None = field(repr=False)
    """The administrator's, if it was made just now: it is never shown again."""
    instances: tuple[str, ...]
    """The model instances that the first start made."""
    made_key: Path | None
    project: str | None = None
    """The id of the project that the first start made."""
    link: str | None = field(default=None, repr=False)
    """Signs the administrator in to the dashboard, once; of a first start only."""

    def show(self) -> None:
        """Print it on standard output."""
        if is_terminal():
            self._draw()
        else:
            say("\n".join(f"{name}: {value}" for name, value in self.lines()))

    def lines(self) -> list[tuple[str, str]]:
        """Name and value of every line."""
        return [
            ("sluice", sluice.__version__),
            ("address", self.address),
            ("dashboard", f"{public_address(self.settings)}/dashboard"),
            ("reference", f"{self.address}/docs"),
            ("OpenAI's clients", f"OPENAI_BASE_URL={self.address}/v1, the key is a token"),
            ("Anthropic's", f"ANTHROPIC_BASE_URL={self.address}, the same"),
            ("database", shown_database(self.settings)),
            *self._key_lines(),
            *([("model instances", ", ".join(self.instances))] if self.instances else []),
            *self._project_lines(),
            *self._token_lines(),
            *self._link_lines(),
        ]

    @property
    def address(self) -> str:
        """Where a client on this machine reaches the server."""
        return reached_at(self.settings.host, self.settings.port)

    def line_to_try(self) -> str:
        """A command that works as it is pasted into a shell."""
        variables = [f"SLUICE_TOKEN={self._shown_token()}"]
        if self.address != DEFAULT_ADDRESS:
            variables.append(f"SLUICE_URL={self.address}")
        return f'{" ".join(variables)} {own_command()} ask "{EXAMPLE}"'

    def _shown_token(self) -> str:
        return '"$SLUICE_BOOTSTRAP_TOKEN"' if self._is_given() else str(self.token)

    def _is_given(self) -> bool:
        return self.settings.bootstrap_token is not None

    def _key_lines(self) -> list[tuple[str, str]]:
        if self.made_key is None:
            return []
        said = (
            f"made in {self.made_key}; keep a copy of it apart from the database: "
            "without it nothing that is sealed can be read again"
        )
        return [("master key", said)]

    def _project_lines(self) -> list[tuple[str, str]]:
        if self.project is None:
            return []
        clients = f"Freeplay's clients: {self.address}/api; the key is a token"
        return [(f"project {self.project}", clients)]

    def _token_lines(self) -> list[tuple[str, str]]:
        if self.token is None:
            return [("a new token", f"{own_command()} token create")]
        shown = "as given by SLUICE_BOOTSTRAP_TOKEN" if self._is_given() else self.token
        return [("token", shown), ("try", self.line_to_try())]

    def _link_lines(self) -> list[tuple[str, str]]:
        if self.link is not None:
            return [("sign in", self.link)]
        # Who gave a token wants no secret in the output: the token signs in as well.
        return [] if self.token is not None else [("a new link", f"{own_command()} token link")]

    def _draw(self) -> None:
        from rich.text import Text

        shown = Text("\n")
        for name, value in self.lines()[1:]:
            shown.append(f"  {name:<18}", style="dim")
            shown.append(f"{printable(value)}\n", style=_STYLES.get(name, ""))
        if self.token is not None and not self._is_given():
            shown.append("\n  The token is the administrator's and is shown this once.", "dim")
        if self.link is not None:
            shown.append("\n  The link to sign in works once, for 24 hours.", "dim")
        shown.append("\n  Stop with Ctrl-C.\n", "dim")
        out = console()
        out.print(Text(f"\n  Sluice {sluice.__version__}", "bold"), shown, sep="", soft_wrap=True)


_STYLES = {
    "address": "bold cyan",
    "token": "bold yellow",
    "try": "green",
    "master key": "yellow",
    "sign in": "bold cyan",
}


def reached_at(host: str, port: int) -> str:
    """The URL at which a client on this machine reaches a listener."""
    name = ANYWHERE.get(host, host)
    return f"http://{f'[{name}]' if ':' in name else name}:{port}"


def public_address(settings: Settings) -> str:
    """Where browsers reach the server, without a slash at its end."""
    return settings.public_url or reached_at(settings.host, settings.port)


def shown_database(settings: Settings) -> str:
    """The database without its password."""
    url = make_url(settings.url)
    if url.get_backend_name() == "sqlite":
        return f"{url.database} (SQLite)"
    return f"{url.host or 'localhost'}:{url.port or 5432}/{url.database} (PostgreSQL)"


def own_command() -> str:
    """How this program is called again from this folder: `sluice`, `.venv/bin/sluice`, …"""
    called = Path(sys.argv[0])
    if called.name != "sluice":
        return f"{shlex.quote(sys.executable)} -m sluice.cli"
    found = shutil.which("sluice")
    if found is not None and Path(found).resolve() == called.resolve():
        return "sluice"
    shown = os.path.relpath(called)
    return shlex.quote(str(called.resolve()) if shown.startswith("..") else shown)
