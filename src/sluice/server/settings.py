"""Settings: read once, validated at once, secrets masked, no working default secret.

Environment variables `SLUICE_*` win over the TOML file that `SLUICE_CONFIG` names. Imported by
`app.py` and the command line only. The reference is docs/configuration.md.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from sluice.server.auth.config import AuthConfig
from sluice.server.auth.identity.config import IdentityConfig
from sluice.server.auth.identity.registry import check_configs
from sluice.server.auth.origin import public_origin
from sluice.server.kit.database import complete_url
from sluice.server.kit.tokens import check_given_token

Seconds = Annotated[float, Field(gt=0, le=31_536_000, allow_inf_nan=False)]
"""A year at most."""
_EXAMPLES: Final = {
    "allowed_origins": '["https://sluice.example.com"]',
    "identity_providers": '[{"kind": "oidc", …}]',
}
"""Lists as JSON, as environment variables have to write them."""
_PLACE: Final = re.compile(r"\(at (?:line \d+, column \d+|end of document)\)")


class InvalidSettings(Exception):
    """Every problem of the settings at once; no value is quoted."""


class Settings(BaseSettings):
    """How this server runs."""

    model_config = SettingsConfigDict(
        env_prefix="SLUICE_", env_nested_delimiter="__", extra="forbid", hide_input_in_errors=True
    )

    environment: Literal["development", "production"] = Field(
        default="development",
        description="In `production` the server refuses to start without a given master key.",
    )
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8321, ge=0, le=65535, description="The port to listen on.")
    public_url: str | None = Field(
        default=None,
        description="Where browsers reach the server, like `https://sluice.example.com`; "
        "else as the request names it.",
    )
    workers: int = Field(
        default=1, ge=1, le=64, description="Server processes; more than one needs PostgreSQL."
    )
    data_dir: Path = Field(
        default=Path("var"), description="Where the SQLite file and a made master key are kept."
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="`sqlite:///…` or `postgresql://…`; by default SQLite in the data folder.",
    )
    database_pool: int = Field(
        default=20, ge=1, le=500, description="Connections to PostgreSQL, each process."
    )
    master_key: SecretStr | None = Field(
        default=None,
        description="Master keys in base64, the current one first, divided by white space.",
    )
    master_key_file: Path | None = Field(
        default=None, description="A file with master keys, one a line, the current one first."
    )
    bootstrap_token: SecretStr | None = Field(
        default=None,
        min_length=24,
        description="The administrator's token at the first start, 24 characters or more.",
    )
    administrator_email: str = Field(
        default="administrator@localhost",
        description="The e-mail address of the administrator whom the first start creates.",
    )
    identity_providers: Annotated[list[IdentityConfig], NoDecode] = Field(
        default_factory=list,
        description="Identity providers whose users sign in (see [sign-in](sign-in.md)).",
    )
    session_idle_hours: float = Field(
        default=24, gt=0, le=87_600, description="A session unused for this many hours has ended."
    )
    session_days: float = Field(
        default=14,
        gt=0,
        le=3_650,
        description="A session ends after this many days, however much it is used.",
    )
    cookie_secure: bool = Field(
        default=False, description="Mark the cookie `Secure` even when the request came over http."
    )
    allowed_origins: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="Further origins whose pages may use a session's cookie.",
    )
    trusted_proxies: str = Field(
        default="127.0.0.1",
        description="Proxies whose `X-Forwarded-…` headers count, by address; `*` all, empty none.",
    )
    exact_provider_keys: bool = Field(
        default=False,
        description="Show provider keys that clients before 2025.5.0 cannot parse.",
    )
    max_body_bytes: int = Field(
        default=16 * 1024 * 1024, ge=1024, description="The largest request body, in bytes."
    )
    rate_limit: float = Field(
        default=0,
        ge=0,
        allow_inf_nan=False,
        description="Requests a second for each caller; 0 switches it off.",
    )
    rate_limit_burst: int = Field(
        default=50, ge=1, description="Requests that a caller may make at once."
    )
    analysis_seconds: Seconds = Field(
        default=20, description="A text that takes longer to analyse is refused."
    )
    detecting_process: bool = Field(
        default=False,
        description="Have texts analysed in a second process too: more calls a second on a machine "
        "with several cores, for 150 MB of memory.",
    )
    history_chars: int = Field(
        default=400_000,
        ge=0,
        description="How much of a thread's earlier turns a model is sent, in code points.",
    )
    provider_connect_seconds: Seconds = Field(
        default=5, description="To open a connection to a provider."
    )
    provider_first_byte_seconds: Seconds = Field(
        default=120, description="Until a provider begins to answer."
    )
    provider_idle_seconds: Seconds = Field(
        default=60, description="Between two pieces of a provider's answer."
    )
    provider_total_seconds: Seconds = Field(
        default=1800, description="For one call to a provider in all."
    )
    provider_retries: int = Field(
        default=2, ge=0, le=10, description="Repeated attempts while nothing has been sent on."
    )
    provider_proxy: str | None = Field(
        default=None, description="An HTTP proxy for calls to providers."
    )
    provider_ca_file: Path | None = Field(
        default=None, description="A certificate bundle to trust in place of the shipped one."
    )
    prices_file: Path | None = Field(
        default=None,
        description="A TOML file with prices of models that go before those of the package.",
    )
    call_retention_days: int | None = Field(
        default=None,
        ge=1,
        le=36_500,
        description="Days after which the gateway's calls of no project are deleted.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least level that is logged."
    )
    log_format: Literal["console", "json"] = Field(
        default="console", description="Lines for people, or JSON for programs."
    )
    metrics: bool = Field(default=True, description="Serve Prometheus metrics at `/metrics`.")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else SecretStr(complete_url(value.get_secret_value()))

    @field_validator("host", "data_dir", mode="before")
    @classmethod
    def _not_empty(cls, value: object) -> object:
        # A variable that is set to nothing would mean every address, and whatever folder this is.
        if value == "":
            raise ValueError("must not be empty")
        return value

    @field_validator("identity_providers", "allowed_origins", mode="before")
    @classmethod
    def _list_of_json(cls, value: object, info: ValidationInfo) -> object:
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError(f"must be JSON: {_EXAMPLES[str(info.field_name)]}") from None

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, value: str) -> str:
        # The server knows `*` only if nothing stands beside it.
        trusted = value.strip()
        if trusted not in ("", "*"):
            _require_networks(trusted)
        return trusted

    @field_validator("provider_ca_file", "prices_file")
    @classmethod
    def _readable_file(cls, value: Path | None) -> Path | None:
        if value is not None and not (value.is_file() and os.access(value, os.R_OK)):
            raise ValueError("there is no such file, or it cannot be read")
        return value

    @field_validator("public_url")
    @classmethod
    def _usable_address(cls, value: str | None) -> str | None:
        return None if value is None else public_origin(value)

    @field_validator("bootstrap_token")
    @classmethod
    def _usable_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            check_given_token(value.get_secret_value())
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Settings:
        if self.master_key is not None and self.master_key_file is not None:
            raise ValueError("give master_key or master_key_file, not both")
        no_key = self.master_key is None and self.master_key_file is None
        if self.environment == "production" and no_key:
            raise ValueError("production needs master_key or master_key_file")
        check_configs(self.identity_providers)
        if self.workers > 1 and self.url.startswith("sqlite"):
            raise ValueError("more than one worker needs PostgreSQL (database_url)")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the TOML file."""
        path = os.environ.get("SLUICE_CONFIG")
        toml = (TomlConfigSettingsSource(settings_cls, Path(path)),) if path else ()
        return (init_settings, env_settings, *toml)

    @property
    def url(self) -> str:
        """The database's URL, with its driver."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data_dir / 'sluice.db'}"

    @property
    def auth(self) -> AuthConfig:
        """The part that sign-in needs; raises `ValueError` for contradictions."""
        return AuthConfig(
            session_idle=timedelta(hours=self.session_idle_hours),
            session_absolute=timedelta(days=self.session_days),
            cookie_secure=self.cookie_secure,
            public_url=self.public_url,
            # Behind a proxy that names another host, our own pages come from here.
            allowed_origins=(*self.allowed_origins, *filter(None, [self.public_url])),
            administrator_email=self.administrator_email,
        )


def load_settings(**overrides: Any) -> Settings:  # noqa: ANN401 (settings of many types)
    """Read the settings; raises `InvalidSettings` with every problem and no value."""
    unknown = _unknown_variables()
    if fault := _fault_of_file(os.environ.get("SLUICE_CONFIG")):
        raise InvalidSettings("\n".join([f"SLUICE_CONFIG: {fault}", *unknown]))
    try:
        settings = Settings(**overrides)
        settings.auth  # noqa: B018 (raises ValueError for contradictions)
    except ValidationError as e:
        problems = [f"{_name(error['loc'])}: {error['msg']}" for error in e.errors()]
        raise InvalidSettings("\n".join(problems + unknown)) from None
    except ValueError as e:
        contradiction = str(e)  # no-payload: AuthConfig names its fields, never their values
        raise InvalidSettings("\n".join([contradiction, *unknown])) from None
    if unknown:
        raise InvalidSettings("\n".join(unknown))
    return settings


def _fault_of_file(path: str | None) -> str | None:
    """Why the TOML file cannot be used, where it can be read at all; its place, not its text."""
    if not path:
        return None
    if not Path(path).is_file():
        return "there is no such file"
    try:
        tomllib.loads(Path(path).read_text("utf-8"))
    except OSError as e:
        reason = e.strerror or type(e).__name__
        return f"the file cannot be read ({reason})"
    except tomllib.TOMLDecodeError as e:
        place = _PLACE.search(str(e))  # no-payload: line and column alone are told
        return f"the file is not TOML{f' {place[0]}' if place else ''}"
    except ValueError:
        return "the file is not UTF-8"
    return None


def _require_networks(addresses: str) -> None:
    for address in addresses.split(","):
        try:
            ip_network(address.strip())
        except ValueError:
            advice = "must be addresses or networks, divided by commas, or `*`"
            raise ValueError(advice) from None


_NOT_SETTINGS = {"SLUICE_CONFIG", "SLUICE_TOKEN", "SLUICE_URL", "SLUICE_TRAINING_DATA"}


def _unknown_variables() -> list[str]:
    """A misspelt variable would be ignored without a word; it is an error instead."""
    known = {f"SLUICE_{name.upper()}" for name in Settings.model_fields} | _NOT_SETTINGS
    given = (name for name in os.environ if name.startswith(("SLUICE_", "sluice_")))
    return [
        f"{name}: there is no such setting"
        for name in sorted(given)
        if name.upper().split("__")[0] not in known and not name.startswith("SLUICE_TEST_")
    ]


def _name(location: tuple[int | str, ...]) -> str:
    return "SLUICE_" + "__".join(str(part).upper() for part in location) if location else "settings"
