"""What signing in with a browser needs to know of a provider."""

from __future__ import annotations

import re
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

OPENID: Final = "openid"
_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+", re.ASCII)
"""RFC 6749, section 3.3."""


def _scope(value: str) -> str:
    if not _SCOPE.fullmatch(value):
        raise ValueError("a scope is printable ASCII without spaces")
    return value


Scopes = tuple[Annotated[str, AfterValidator(_scope)], ...]


class CodeFlowConfig(BaseModel):
    """Sign-in with a browser, by authorization code with PKCE; only if there is a `client_id`."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    client_id: Annotated[str, Field(min_length=1, max_length=512)] | None = None
    """This server as the provider knows it; its redirect address there is
    `<public address>/dashboard/sign-in/callback/<name>`."""
    client_secret: SecretStr | None = None
    """Not needed by public clients: PKCE is used in any case."""
    scopes: Scopes = (OPENID, "profile", "email")
    label: Annotated[str, Field(max_length=64)] = ""
    """What stands on the button to sign in; else the provider's name."""

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.client_secret is not None and self.client_id is None:
            raise ValueError("client_secret needs client_id")
        if OPENID not in self.scopes:
            raise ValueError("scopes must hold openid")
        return self
