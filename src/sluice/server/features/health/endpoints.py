"""`/healthz`, `/readyz` and `/metrics`; none of them tells anything about texts."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client.exposition import CONTENT_TYPE_LATEST as EXPOSITION
from sqlalchemy.exc import SQLAlchemyError

from sluice.server.errors import Unavailable
from sluice.server.kit.sealing import SealingError
from sluice.server.services import ServicesDep
from sluice.server.vault.service import SETTINGS

router = APIRouter(tags=["Operations"])
metrics_router = APIRouter(tags=["Operations"])


@router.get("/healthz")
async def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def ready(services: ServicesDep) -> dict[str, str]:
    """The database answers, and the master key opens what is sealed in it."""
    try:
        async with services.database.read() as session:
            await services.vault.key(session, SETTINGS)
    except (SQLAlchemyError, OSError):
        raise Unavailable("The database does not answer.", code="database_down") from None
    except SealingError:
        raise Unavailable(
            "The master key does not open this database.", code="wrong_master_key"
        ) from None
    return {"status": "ready"}


@metrics_router.get(
    "/metrics", response_class=PlainTextResponse, responses={200: {"content": {EXPOSITION: {}}}}
)
async def metrics(services: ServicesDep) -> Response:
    """Prometheus's exposition."""
    body, content_type = services.metrics.exposition()
    return Response(body, media_type=content_type)
