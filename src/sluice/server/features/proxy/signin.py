"""Who is calling, by the places where OpenAI's and Anthropic's clients put a key."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.requests import Request

from sluice.server.auth.auth import Caller
from sluice.server.auth.caller import address_of, auth_of
from sluice.server.auth.refusals import Reason, SignInRefused
from sluice.server.auth.roles import Permission
from sluice.server.errors import Forbidden
from sluice.server.features.proxy.known_callers import KnownCallers

KEY_HEADERS = ("x-api-key", "api-key", "x-goog-api-key")


async def signed_in(request: Request, known: KnownCallers) -> Caller:
    """The caller whose API token stands in `Authorization: Bearer`, `x-api-key` or `api-key`.

    Some clients send a key of their own environment in one of these places beside ours, so every
    place is tried. Raises `SignInRefused`, `RateLimited`, or `Forbidden` for a role that may not
    use models. A browser's session does not count here: these calls are made by programs.
    """
    refusal = SignInRefused(
        Reason.MISSING, "Send an API token of this server as the key, where the vendor's stands."
    )
    for token in _given(request):
        try:
            caller = await known.caller(auth_of(request), token, address=address_of(request))
        except SignInRefused as refused:
            refusal = refused
            continue
        if not caller.may(Permission.USE_MODELS):
            raise Forbidden(
                f"The role {caller.role} may not use models.", code="missing_permission"
            )
        return caller
    raise refusal


def _given(request: Request) -> Iterator[str]:
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and credential.strip():
        yield credential.strip()
    for name in KEY_HEADERS:
        if value := request.headers.get(name, "").strip():
            yield value
