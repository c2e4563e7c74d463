"""Where an access token comes from."""

from __future__ import annotations


class AuthProvider:
    """Something that gets an access token from an identity provider.

    The server exchanges the token for a session. Subclass it for a provider of your own.
    """

    async def get_access_token(self) -> str:
        """Return an access token. Raises `AuthError` where none can be had."""
        raise NotImplementedError
