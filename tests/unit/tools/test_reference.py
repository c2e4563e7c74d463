"""The references show every setting and command as the code has it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import pytest
import typer
from pydantic import BaseModel, Field, SecretStr

import reference


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Inner(BaseModel):
    x: int


class Settings(BaseModel):
    host: str = Field(default="127.0.0.1", description="Where to | listen.")
    port: int = Field(default=8321, ge=0, le=65535, description="Port.")
    ratio: Annotated[float, Field(gt=0)] = Field(default=0.5, description="Ratio.")
    kind: Literal["a", "b"] = Field(default="a", description="Kind.")
    colour: Colour = Field(default=Colour.RED, description="Colour.")
    folder: Path | None = Field(default=None, description="Folder.")
    key: SecretStr = Field(default=SecretStr("canary"), min_length=24, description="Key.")
    names: list[str] = Field(default_factory=lambda: ["x"], description="Names.")
    inner: list[Inner] = Field(default_factory=list, description="Inner.")
    on: bool = Field(default=True, description="On.")
    needed: str = Field(description="Needed.")
    bare: int = 3


def test_each_setting_is_a_row_with_type_limits_default_and_meaning() -> None:
    assert reference.settings_reference(Settings, "SLUICE_").splitlines()[2:] == [
        "| `SLUICE_HOST` | text | `127.0.0.1` | Where to \\| listen. |",
        "| `SLUICE_PORT` | whole number, at least 0, at most 65535 | `8321` | Port. |",
        "| `SLUICE_RATIO` | number, more than 0 | `0.5` | Ratio. |",
        "| `SLUICE_KIND` | `a` or `b` | `a` | Kind. |",
        "| `SLUICE_COLOUR` | `red` or `blue` | `red` | Colour. |",
        "| `SLUICE_FOLDER` | path | – | Folder. |",
        "| `SLUICE_KEY` | text (secret), 24 characters or more | (secret) | Key. |",
        '| `SLUICE_NAMES` | JSON list of text | `["x"]` | Names. |',
        "| `SLUICE_INNER` | JSON list of JSON object | `[]` | Inner. |",
        "| `SLUICE_ON` | `true` or `false` | `true` | On. |",
        "| `SLUICE_NEEDED` | text | required | Needed. |",
        "| `SLUICE_BARE` | whole number | `3` |  |",
    ]


def test_a_secrets_default_is_never_shown_and_a_bare_field_is_named() -> None:
    assert "canary" not in reference.settings_reference(Settings, "SLUICE_")
    assert reference.undescribed(Settings) == ["bare"]


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer(help="The program.")
    token = typer.Typer(help="Tokens.")
    app.add_typer(token, name="token")

    @app.callback()
    def top(verbose: Annotated[bool, typer.Option("--verbose", help="Say more.")] = False) -> None:
        """The program."""

    @app.command()
    def serve(
        host: Annotated[str, typer.Option(help="Where.", envvar="SLUICE_HOST")] = "127.0.0.1",
        tidy: Annotated[bool, typer.Option("--tidy/--untidy", help="Tidy.")] = True,
        secret: Annotated[bool, typer.Option(hidden=True)] = False,
    ) -> None:
        """Run the server.

        In the foreground.
        """

    @token.command()
    def create(
        name: Annotated[str, typer.Argument(help="Its name.")],
        scope: Annotated[list[str] | None, typer.Option("--scope", "-s")] = None,
    ) -> None:
        pass

    @app.command(hidden=True)
    def internal() -> None:
        pass

    return app


def test_each_command_is_a_section_with_its_arguments_and_options(app: typer.Typer) -> None:
    written = reference.commands_reference(app, "sluice")
    head = ["| argument or option | default | meaning |", "| --- | --- | --- |"]
    assert written.split("\n") == [
        *("### `sluice`", "", "The program.", "", *head),
        "| `--verbose` | – | Say more. |",
        *("", "### `sluice serve`", "", "Run the server.", "", "In the foreground.", "", *head),
        "| `--host` | `127.0.0.1` | Where. Also from `SLUICE_HOST`. |",
        "| `--tidy`, `--untidy` | `true` | Tidy. |",
        *("", "### `sluice token create`", "", "", "", *head),
        "| `NAME` | required | Its name. |",
        "| `--scope`, `-s` | – |  |",
    ]


def test_commands_and_options_without_help_are_named(app: typer.Typer) -> None:
    assert reference.unexplained(app) == ["token create", "token create --scope"]
