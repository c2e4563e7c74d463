"""Links that sign in once, by API: made by who manages people, used by who has one."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from sluice.server.auth.caller import CurrentAuth, CurrentCaller, address_of
from sluice.server.auth.endpoints import welcome
from sluice.server.auth.links import LINK_PATH, NewLink
from sluice.server.auth.schemas import Data, UserData, WireModel, WireTime

router = APIRouter(prefix="/api/v1", tags=["sign-in"])
admin_router = APIRouter(prefix="/api/admin/v1", tags=["users and tokens"])


class LinkOrder(WireModel):
    """A link to be made; for the caller unless `userId` names somebody else."""

    user_id: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class NewLinkData(WireModel):
    """A link that was just made: the only answer that ever holds its code."""

    id: int
    user_id: int
    code: str
    path: str
    """To be opened under the server's address."""
    expires_at: WireTime

    @classmethod
    def made(cls, link: NewLink) -> Self:
        """From a new link."""
        return cls(
            id=link.row.id,
            user_id=link.row.user_id,
            code=link.code,
            path=f"{LINK_PATH}#{link.code}",
            expires_at=link.expires_at,
        )


class LinkCode(WireModel):
    """The code of a link: what stands behind its `#`."""

    code: Annotated[str, Field(max_length=128)]


@admin_router.post("/sign-in-links", status_code=201)
async def create_link(
    auth: CurrentAuth, current: CurrentCaller, order: LinkOrder, response: Response
) -> Data[NewLinkData]:
    """Make a link that signs a user in once, within 15 minutes; their earlier ones end."""
    async with auth.database.write() as session:
        made = await auth.service.links.create(session, current, order.user_id or current.user_id)
    response.headers["Cache-Control"] = "no-store"
    return Data(data=NewLinkData.made(made))


@router.post("/auth/sign-in-link")
async def sign_in_with_link(
    request: Request, response: Response, auth: CurrentAuth, link: LinkCode
) -> Data[UserData]:
    """Exchange the code of a link for a session; it is used up with that."""
    signed_in = await auth.sign_in_with_link(link.code, address=address_of(request))
    return welcome(request, response, auth, signed_in)
