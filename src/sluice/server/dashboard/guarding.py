"""What guards every page but those to sign in."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from sluice.server.dashboard.csrf import refuse_forged
from sluice.server.dashboard.signing_in import visitor


class GuardedRouter(APIRouter):
    """Addresses for people who are signed in and, where they change something, asked by our pages.

    Its routes have their guards from the start. FastAPI would build every one of them anew for a
    router that is included with guards, and do so while somebody waits for the first page.
    """

    def __init__(self, *, prefix: str = "") -> None:
        """`prefix`: what all its paths begin with."""
        super().__init__(prefix=prefix, dependencies=[Depends(visitor), Depends(refuse_forged)])
