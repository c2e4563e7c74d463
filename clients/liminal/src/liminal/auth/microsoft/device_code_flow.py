"""The OAuth 2.0 device authorization grant with Microsoft Entra ID, through MSAL."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from msal import PublicClientApplication

from liminal.auth import AuthProvider
from liminal.auth.microsoft.models import (
    MSALCacheTokenResponse,
    MSALIdentityProviderTokenResponse,
)
from liminal.const import LOGGER
from liminal.errors import AuthError

DEFAULT_AUTH_CHALLENGE_TIMEOUT: Final[int] = 60
"""Seconds."""

_DETAIL_LIMIT: Final = 500
"""How many code points of Microsoft's own explanation a message quotes."""

T = TypeVar("T")


class DeviceCodeFlowProvider(AuthProvider):
    """Get an access token from Entra ID by a code that a person enters in a web browser.

    The message that says where and which code goes to the logger `liminal` at INFO.
    `auth_challenge_timeout` is how many seconds the person has. `scopes` and `authority` point at
    another resource or cloud than Microsoft Graph's public one; with the scope of an application
    of your own, the server can verify the token by itself.
    """

    AUTHORITY_URL: Final[str] = "https://login.microsoftonline.com"
    DEFAULT_SCOPES: Final[list[str]] = ["User.Read"]

    def __init__(
        self,
        tenant_id: str,
        client_id: str,
        *,
        auth_challenge_timeout: float = DEFAULT_AUTH_CHALLENGE_TIMEOUT,
        authority: str | None = None,
        scopes: Sequence[str] | None = None,
    ) -> None:
        self._client_id = client_id
        self._authority = authority or f"{self.AUTHORITY_URL}/{tenant_id}"
        self._scopes = list(scopes or self.DEFAULT_SCOPES)
        self._auth_challenge_timeout = auth_challenge_timeout
        self._application = PublicClientApplication
        self._msal_app: PublicClientApplication | None = None
        self._lock = asyncio.Lock()

    async def get_access_token(self) -> str:
        """Return a token, from MSAL's cache if it has one. Raises `AuthError`."""
        async with self._lock:  # one challenge at a time
            return await self._cached_token() or await self._new_token()

    async def _cached_token(self) -> str | None:
        result = await self._blocking(self._acquire_silently)
        if not result or "access_token" not in result:  # nothing, or a refresh that was refused
            return None
        LOGGER.debug("Took an access token from MSAL's cache")
        return _token(result, MSALCacheTokenResponse)

    async def _new_token(self) -> str:
        flow = await self._blocking(self._initiate)
        if "message" not in flow:
            raise _refused(flow)
        LOGGER.info("%s", flow["message"])
        try:
            result = await self._blocking(lambda: self._app().acquire_token_by_device_flow(flow))
        finally:
            flow["expires_at"] = 0  # MSAL's thread looks at it every second, and ends
        if "access_token" not in result:
            raise _refused(result)
        return _token(result, MSALIdentityProviderTokenResponse)

    def _app(self) -> PublicClientApplication:
        """Return MSAL's application; making one asks Microsoft over the network, and blocks."""
        if self._msal_app is None:
            self._msal_app = self._application(
                client_id=self._client_id,
                authority=self._authority,
                timeout=self._auth_challenge_timeout,
            )
        return self._msal_app

    def _acquire_silently(self) -> dict[str, Any] | None:
        result: dict[str, Any] | None = None
        if accounts := self._app().get_accounts():
            result = self._app().acquire_token_silent_with_error(self._scopes, account=accounts[0])
        return result

    def _initiate(self) -> dict[str, Any]:
        flow: dict[str, Any] = self._app().initiate_device_flow(scopes=self._scopes)
        return flow

    async def _blocking(self, function: Callable[[], T]) -> T:
        """Run a blocking function of MSAL's in a thread, for as long as a challenge may take."""
        try:
            async with asyncio.timeout(self._auth_challenge_timeout):
                return await asyncio.to_thread(function)
        except TimeoutError as err:
            raise AuthError(
                "Timed out waiting for authentication challenge", code="challenge_timeout"
            ) from err
        except Exception as err:
            # MSAL lets through what requests raises, ValueError, KeyError and more.
            # Its text says what is wrong with tenant or network, and no prompt comes near it.
            reason = str(err)[:_DETAIL_LIMIT]  # no-payload: MSAL sees no prompts
            detail = f"{type(err).__name__}: {reason}"
            raise AuthError(f"Microsoft sign-in failed: {detail}", code="sign_in_failed") from err


def _refused(result: dict[str, Any]) -> AuthError:
    code = str(result.get("error", "sign_in_failed"))
    detail = str(result.get("error_description", ""))[:_DETAIL_LIMIT]
    return AuthError(f"Microsoft refused the sign-in: {code}: {detail}".rstrip(": "), code=code)


def _token(
    result: dict[str, Any],
    model: type[MSALCacheTokenResponse] | type[MSALIdentityProviderTokenResponse],
) -> str:
    try:
        return model.from_dict(result).access_token
    except (LookupError, ValueError):
        problem = "MSAL returned a token of an unknown shape"
    # Raised outside of the handler: the cause's message quotes the value.
    raise AuthError(problem, code="sign_in_failed")
