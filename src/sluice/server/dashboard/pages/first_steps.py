"""The first steps: connect a model, try a prompt, call from an application."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from sluice.server.auth.auth import Caller
from sluice.server.auth.browser_sign_in_cookies import public_base
from sluice.server.auth.roles import Permission
from sluice.server.dashboard.forms import fields_of, problems_by_field, validated
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.pages.first_steps_snippets import snippets, token_line
from sluice.server.dashboard.pages.playground_shown import ShownColumn, pieces, shown_column
from sluice.server.dashboard.rendering import is_part, page, see_other
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import NotFound, SluiceError
from sluice.server.features.firststeps.connecting import VENDORS, VendorKey, instance_of
from sluice.server.features.firststeps.service import ECHO
from sluice.server.features.models.schemas import ModelInstanceAdminOut
from sluice.server.features.playground.schemas import PromptIn
from sluice.server.kit.database import utc_now
from sluice.server.services import Services, ServicesDep

router = GuardedRouter(prefix="/first-steps")

EXAMPLE: Final = (
    "Write to Jane Doe (jane@example.com, +1 415 555 0132) that the card "
    "4111 1111 1111 1111 was charged twice and that we refund her today."
)
TOKEN_LIFETIME: Final = timedelta(days=90)
MOST_SHOWN: Final = 20_000
"""Code points of a text to try."""


@dataclass(frozen=True, slots=True)
class _Tried:
    """What the second step shows."""

    text: str = field(default=EXAMPLE, repr=False)
    instance_id: int = 0
    preview: dict[str, Any] | None = field(default=None, repr=False)
    shown: ShownColumn | None = field(default=None, repr=False)
    problem: str = ""


@router.get("")
async def index(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """All three steps."""
    return await _shown(request, caller, services)


@router.get("/{step}")
async def again(request: Request, caller: Visitor, step: str) -> Response:
    """Who loads the address of a form again gets all steps."""
    return see_other(request, "/first-steps")


@router.post("/connect")
async def connect(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """Make a model instance of a vendor's key."""
    fields = await fields_of(request)
    try:
        given = {"vendor": fields.get("vendor", ""), "apiKey": fields.get("api_key", "")}
        order = validated(VendorKey, given)
        async with services.database.write() as session:
            groups = await services.policies.named(session, caller)
            if not groups:
                raise NotFound("There is no policy group yet; make one first.")
            await services.models.create(session, caller, instance_of(order, groups[0].id))
    except SluiceError as error:
        problems = problems_by_field(error)
        problems["api_key"] = problems.pop("apiKey", "")
        vendor = fields.get("vendor", "")
        return await _shown(
            request, caller, services, status=error.status, problems=problems, vendor=vendor
        )
    return see_other(request, "/first-steps#try", "The model is connected. Try it.")


@router.post("/preview")
async def preview(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """What the model would see of a text, as it is typed; nothing is kept."""
    fields = await fields_of(request)
    tried = await _previewed(caller, services, fields)
    return page(request, "first_steps/sees.html", tried=tried)


@router.post("/try")
async def send(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """Send a text to a model instance, and show all four sides."""
    fields = await fields_of(request)
    tried = await _sent(caller, services, fields)
    if is_part(request):
        progress = await services.first_steps.progress(caller)
        return page(request, "first_steps/answer.html", tried=tried, progress=progress)
    return await _shown(request, caller, services, tried=tried)


@router.post("/token")
async def make_token(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """An API token for the snippets, shown this once."""
    async with services.database.write() as session:
        made = await services.auth.service.tokens.create(
            session,
            caller,
            user_id=caller.user_id,
            name="first steps",
            expires_at=utc_now() + TOKEN_LIFETIME,
        )
    return await _shown(request, caller, services, token=made.token)


@router.post("/close")
async def close(request: Request, caller: Visitor, services: ServicesDep) -> Response:
    """Put the first steps away."""
    await services.first_steps.close(caller)
    return see_other(request, "/", "The first steps are put away; they stay at /first-steps.")


async def _shown(
    request: Request,
    caller: Caller,
    services: Services,
    *,
    status: int = 200,
    problems: dict[str, str] | None = None,
    vendor: str = "",
    tried: _Tried | None = None,
    token: str | None = None,
) -> Response:
    caller.require(Permission.MANAGE_MODELS)
    progress = await services.first_steps.progress(caller)
    async with services.database.read() as session:
        instances = await services.models.admin_listing(session, caller)
    chosen = _chosen(instances)
    if tried is None:
        tried = await _previewed(caller, services, {"text": EXAMPLE, "instance": str(chosen.id)})
    projects = [project.uid for project in request.state.visit.projects]
    project = "default" if "default" in projects else next(iter(projects), None)
    base = public_base(request, services.auth.config)
    return page(
        request,
        "first_steps/index.html",
        status=status,
        title="First steps",
        progress=progress,
        instances=instances,
        instance_options=[(one.id, one.name) for one in instances],
        vendors=list(VENDORS.items()),
        vendor=vendor,
        problems=problems or {},
        tried=tried,
        token=token,
        token_line=token_line(token),
        snippets=snippets(base, chosen.name, project),
        echo=ECHO,
    )


def _chosen(instances: list[ModelInstanceAdminOut]) -> ModelInstanceAdminOut:
    """The one to try: the newest of a vendor, else the first."""
    if not instances:
        raise NotFound("There is no model instance yet; make one first.")
    of_vendors = [i for i in instances if i.connection and i.connection.provider_key != ECHO]
    return of_vendors[-1] if of_vendors else instances[0]


async def _previewed(caller: Caller, services: Services, fields: dict[str, str]) -> _Tried:
    text, instance_id = _text(fields), _number(fields)
    if not text.strip():
        return _Tried(text, instance_id)
    try:
        found = await services.playground.preview(caller, _order(text, instance_id))
    except SluiceError as error:
        return _Tried(text, instance_id, problem=error.message)
    counts: dict[str, int] = {}
    for one in found.acted_upon:
        counts[one.type] = counts.get(one.type, 0) + 1
    cleansed = found.cleansed
    shown = pieces(cleansed.text, cleansed.items) if cleansed is not None else None
    kept = {"pieces": shown, "counts": counts, "blocked": found.blocked}
    return _Tried(text, instance_id, preview=kept)


async def _sent(caller: Caller, services: Services, fields: dict[str, str]) -> _Tried:
    tried = await _previewed(caller, services, fields)
    if tried.problem or not tried.text.strip():
        return tried
    try:
        run = await services.playground.threads.begin(caller, _order(tried.text, tried.instance_id))
        shown = await shown_column("", run)
    except SluiceError as error:
        return _Tried(tried.text, tried.instance_id, tried.preview, problem=error.message)
    return _Tried(tried.text, tried.instance_id, tried.preview, shown, shown.problem)


def _order(text: str, instance_id: int) -> PromptIn:
    return validated(PromptIn, {"modelInstanceId": instance_id, "text": text})


def _text(fields: dict[str, str]) -> str:
    return fields.get("text", "")[:MOST_SHOWN]


def _number(fields: dict[str, str]) -> int:
    given = fields.get("instance", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
