"""The configuration of identity providers, from it to providers, and from a token to one."""

from __future__ import annotations

from collections.abc import Sequence

import httpx
import pytest
from pydantic import TypeAdapter, ValidationError
from tests.unit.server.auth.identity.peers import (
    AUDIENCE,
    CLIENT,
    ISSUER,
    OTHER_TENANT,
    TENANT,
    Time,
    claims,
    graph_token,
    signed,
)

from sluice.server.auth.identity.base import (
    IdentityProvider,
    clean_email,
    clean_name,
    read_token,
)
from sluice.server.auth.identity.config import IdentityConfig
from sluice.server.auth.identity.recent import Recent
from sluice.server.auth.identity.registry import build_providers, choose_provider
from sluice.server.auth.refusals import Reason, SignInRefused

pytestmark = pytest.mark.anyio

CONFIGS: TypeAdapter[list[IdentityConfig]] = TypeAdapter(list[IdentityConfig])
EVERYONE = {"allow_everyone": True}
GRAPH = {"kind": "entra_graph", "tenant_id": TENANT, "client_ids": [CLIENT], **EVERYONE}
OWN = {"kind": "jwt_audience", "tenant_id": TENANT, "audience": AUDIENCE, **EVERYONE}
OIDC = {"kind": "oidc", "issuer": ISSUER, "audience": AUDIENCE, **EVERYONE}


@pytest.mark.parametrize("config", [GRAPH, OWN, OIDC])
def test_the_shortest_configuration_of_each_kind_is_enough(config: dict[str, object]) -> None:
    assert CONFIGS.validate_python([config])[0].kind == config["kind"]


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({**GRAPH, "allow_everyone": False}, "nobody could sign in"),
        ({**GRAPH, "client_ids": []}, "client_ids"),
        ({**GRAPH, "tenant_id": "common"}, "not its name or `common`"),
        ({**GRAPH, "graph_url": "http://graph.example"}, "must be an https address"),
        ({**GRAPH, "graph_url": "https://user:pw@graph.example"}, "no user"),
        ({**GRAPH, "tennant": "x"}, "Extra inputs"),
        ({**OWN, "tenant_id": None}, "both issuer and jwks_url"),
        ({**OWN, "audience": ""}, "audience"),
        ({**OIDC, "audience": None}, "set audience or client_ids"),
        ({**OIDC, "issuer": "http://issuer.example"}, "must be an https address"),
        ({**OIDC, "issuer": "http://127.0.0.1.example.org"}, "must be an https address"),
        ({"kind": "ldap"}, "entra_graph"),
    ],
)
def test_a_wrong_configuration_says_what_to_do(config: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        CONFIGS.validate_python([config])


def test_http_is_for_the_loopback_only() -> None:
    for host in ("127.0.0.1:8080", "localhost", "[::1]:1"):
        CONFIGS.validate_python([{**OIDC, "issuer": f"http://{host}"}])


def build(*configs: dict[str, object]) -> Sequence[IdentityProvider]:
    """Providers that nobody asks anything."""
    return build_providers(CONFIGS.validate_python(list(configs)), httpx.AsyncClient())


def test_providers_with_one_name_or_two_that_take_opaque_tokens_are_refused() -> None:
    with pytest.raises(ValueError, match="different names; twice: oidc"):
        build(OIDC, {**OIDC, "issuer": "https://other.example"})
    opaque = {**OIDC, "opaque_tokens": True}
    with pytest.raises(ValueError, match="only one identity provider may take opaque"):
        build(opaque, {**opaque, "name": "second", "issuer": "https://other.example"})


@pytest.mark.parametrize(
    ("token", "name"),
    [
        (graph_token(), "entra"),
        (graph_token(tid=OTHER_TENANT), None),
        (signed(claims(iss=f"https://sts.windows.net/{TENANT}/")), "jwt"),
        (signed(claims()), "oidc"),
        (signed(claims(iss="https://elsewhere.example")), None),
        ("opaque", "opaque"),
    ],
)
def test_a_token_goes_to_the_provider_that_issued_it_and_to_no_other(
    token: str, name: str | None
) -> None:
    opaque = {"kind": "oidc", "name": "opaque", "issuer": "https://o.example",
              "opaque_tokens": True, **EVERYONE}  # fmt: skip
    providers = build(opaque, GRAPH, OWN, OIDC)
    if name is None:
        with pytest.raises(SignInRefused) as refused:
            choose_provider(providers, read_token(token))
        assert refused.value.reason is Reason.NO_PROVIDER
    else:
        assert choose_provider(providers, read_token(token)).name == name


def test_without_providers_every_token_is_refused() -> None:
    with pytest.raises(SignInRefused, match="No identity provider"):
        choose_provider((), read_token(signed(claims())))


def test_a_token_does_not_show_itself() -> None:
    shown = repr(read_token(signed(claims())))
    assert "subject-1" not in shown
    assert "eyJ" not in shown


@pytest.mark.parametrize(
    ("value", "email"),
    [
        ("One@Example.ORG", "one@example.org"),
        ("  one@example.org ", "one@example.org"),
        ("one@\u212aelvin.example", None),
        ("one@ex\u0430mple.org", None),
        ("one@example.org\nbcc: x@example.com", None),
        ("one@@example.org", None),
        ("a@example.com@example.org", None),
        ("one@example.org, two@example.com", None),
        ("@example.org", None),
        ("one@", None),
        ("x" * 400 + "@example.org", None),
        (7, None),
        (None, None),
    ],
)
def test_an_address_is_plain_ascii_or_none(value: object, email: str | None) -> None:
    assert clean_email(value) == email


@pytest.mark.parametrize(
    ("value", "name"),
    [("  One\t Two ", "One Two"), ("a\x00b\u202ec", "abc"), ("x" * 999, "x" * 256), (7, "")],
)
def test_a_name_has_no_control_characters_and_an_end(value: object, name: str) -> None:
    assert clean_name(value) == name


def test_recent_answers_are_bounded_in_time_and_number_and_keyed_by_hash() -> None:
    time = Time()
    recent: Recent[int] = Recent(30, entries=3, monotonic=time)
    for number in range(5):
        recent.put(f"token-{number}", number)
    assert [recent.get(f"token-{n}") for n in range(5)] == [None, None, 2, 3, 4]
    assert "token-4" not in str(vars(recent))
    time.now += 30
    assert recent.get("token-4") is None
    recent.put("dead", 1, seconds=0)
    assert recent.get("dead") is None
    with pytest.raises(ValueError, match="between 0 and 60"):
        Recent(61)
