"""Settings: everything wrong is said at once, and no value is quoted."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice.server.settings import InvalidSettings, load_settings

SECRET = "s3cret-canary-value-of-a-setting"


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("SLUICE_"):
            monkeypatch.delenv(name)


def test_without_any_setting_it_runs_on_sqlite_in_var() -> None:
    settings = load_settings()
    assert settings.url == "sqlite+aiosqlite:///var/sluice.db"
    assert (settings.host, settings.port) == ("127.0.0.1", 8321)


def test_every_problem_is_reported_at_once_without_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_PORT", SECRET)
    monkeypatch.setenv("SLUICE_DATABASE_URL", f"mysql://user:{SECRET}@db/x")
    monkeypatch.setenv("SLUICE_BOOTSTRAP_TOKEN", "short-canary")
    monkeypatch.setenv("SLUICE_PROT", "1")
    with pytest.raises(InvalidSettings) as caught:
        load_settings()
    message = str(caught.value)
    for name in ("SLUICE_PORT", "SLUICE_DATABASE_URL", "SLUICE_BOOTSTRAP_TOKEN", "SLUICE_PROT"):
        assert name in message
    assert SECRET not in message
    assert "short-canary" not in message


def test_secrets_are_masked_in_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_BOOTSTRAP_TOKEN", SECRET)
    monkeypatch.setenv("SLUICE_DATABASE_URL", f"postgresql://user:{SECRET}@db/x")
    assert SECRET not in repr(load_settings())


@pytest.mark.parametrize(
    ("variables", "advice"),
    [
        ({"SLUICE_ENVIRONMENT": "production"}, "production needs master_key"),
        ({"SLUICE_WORKERS": "2"}, "needs PostgreSQL"),
        ({"SLUICE_MASTER_KEY": "x", "SLUICE_MASTER_KEY_FILE": "y"}, "not both"),
        ({"SLUICE_SESSION_IDLE_HOURS": "9999"}, "session_idle"),
        ({"SLUICE_CONFIG": "no-such-file.toml"}, "no such file"),
        ({"SLUICE_PUBLIC_URL": "sluice.example.com"}, "form https://host"),
        ({"SLUICE_PUBLIC_URL": "https://sluice.example.com/x"}, "form https://host"),
        ({"SLUICE_PUBLIC_URL": "https://user@sluice.example.com"}, "form https://host"),
        ({"SLUICE_PUBLIC_URL": "https://sluice.example.com?x#y"}, "form https://host"),
        ({"SLUICE_PUBLIC_URL": "javascript://sluice.example.com"}, "form https://host"),
        ({"SLUICE_DATABASE_URL": "sluice.db"}, "SLUICE_DATABASE_URL: .* like sqlite:///"),
        ({"SLUICE_DATABASE_URL": ""}, "SLUICE_DATABASE_URL: .* like sqlite:///"),
        ({"SLUICE_DATABASE_URL": "postgresql://u:s3cret@[::1/x"}, "URL: .* like sqlite:///file or"),
        ({"SLUICE_DATABASE_URL": "postgresql://u@db:99999/x"}, "like sqlite:///"),
        ({"SLUICE_ALLOWED_ORIGINS": "https://x.example"}, "ALLOWED_ORIGINS: .* must be JSON"),
        ({"SLUICE_IDENTITY_PROVIDERS": "[{"}, "IDENTITY_PROVIDERS: .* must be JSON"),
        ({"SLUICE_TRUSTED_PROXIES": "10.0.0.1 10.0.0.2"}, "TRUSTED_PROXIES: .* divided by commas"),
        ({"SLUICE_PROVIDER_TOTAL_SECONDS": "inf"}, "SLUICE_PROVIDER_TOTAL_SECONDS"),
        ({"SLUICE_PROVIDER_TOTAL_SECONDS": "1e300"}, "SLUICE_PROVIDER_TOTAL_SECONDS"),
        ({"SLUICE_RATE_LIMIT": "inf"}, "SLUICE_RATE_LIMIT"),
        ({"SLUICE_SESSION_DAYS": "1e9"}, "SLUICE_SESSION_DAYS"),
        ({"SLUICE_HOST": ""}, "SLUICE_HOST: .* must not be empty"),
        ({"SLUICE_DATA_DIR": ""}, "SLUICE_DATA_DIR: .* must not be empty"),
        ({"SLUICE_PRICES_FILE": "no-such-file.toml"}, "SLUICE_PRICES_FILE: .* no such file"),
        ({"SLUICE_PROVIDER_CA_FILE": "no-such-file.pem"}, "PROVIDER_CA_FILE: .* no such file"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], advice: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSettings, match=advice):
        load_settings()


def test_proxies_are_trusted_as_they_are_meant_whatever_space_stands_around_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLUICE_TRUSTED_PROXIES", " * ")
    assert load_settings().trusted_proxies == "*"
    monkeypatch.setenv("SLUICE_TRUSTED_PROXIES", " ")
    assert load_settings().trusted_proxies == ""


def test_the_environment_wins_over_the_toml_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "sluice.toml"
    file.write_text('port = 9000\nhost = "127.0.0.2"\n')
    monkeypatch.setenv("SLUICE_CONFIG", str(file))
    monkeypatch.setenv("SLUICE_PORT", "9001")
    settings = load_settings()
    assert (settings.host, settings.port) == ("127.0.0.2", 9001)


def test_an_unknown_key_in_the_toml_file_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "sluice.toml"
    file.write_text("prot = 9000\n")
    monkeypatch.setenv("SLUICE_CONFIG", str(file))
    with pytest.raises(InvalidSettings, match="PROT"):
        load_settings()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"port = 83x1 " + SECRET.encode(), "SLUICE_CONFIG: the file is not TOML .at line 1"),
        (b'master_key = "' + SECRET.encode(), "is not TOML .at end of document"),
        (b"\xff\xfe" + SECRET.encode(), "SLUICE_CONFIG: the file is not UTF-8"),
    ],
)
def test_a_file_that_is_no_toml_is_named_with_the_place_and_not_quoted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes, told: str
) -> None:
    (tmp_path / "sluice.toml").write_bytes(content)
    monkeypatch.setenv("SLUICE_CONFIG", str(tmp_path / "sluice.toml"))
    monkeypatch.setenv("SLUICE_PROT", "1")
    with pytest.raises(InvalidSettings, match=told) as caught:
        load_settings()
    assert SECRET not in str(caught.value)
    assert "SLUICE_PROT: there is no such setting" in str(caught.value)


def test_lists_are_json_in_the_environment_and_lists_in_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "sluice.toml").write_text('allowed_origins = ["https://file.example"]\n')
    monkeypatch.setenv("SLUICE_CONFIG", str(tmp_path / "sluice.toml"))
    assert load_settings().allowed_origins == ["https://file.example"]
    monkeypatch.setenv("SLUICE_ALLOWED_ORIGINS", '["https://variable.example"]')
    assert load_settings().allowed_origins == ["https://variable.example"]


def test_pages_under_the_public_address_are_our_own() -> None:
    """A proxy may name another host in what it passes on."""
    settings = load_settings(
        public_url="https://sluice.example.com:8443/", allowed_origins=["https://x.example"]
    )
    assert settings.auth.public_url == "https://sluice.example.com:8443"
    assert settings.auth.allowed_origins == (
        "https://x.example", "https://sluice.example.com:8443",
    )  # fmt: skip
