"""`/docs` and its files."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import APIRouter
from fastapi.responses import FileResponse, RedirectResponse
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

STATIC: Final = Path(__file__).parent / "static"

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""Swagger UI sets styles inline; scripts come from here only."""

router = APIRouter(include_in_schema=False)
assets = Mount("/docs/assets", StaticFiles(directory=STATIC), name="docs-assets")


@router.get("/docs")
async def without_slash() -> RedirectResponse:
    """The page's relative addresses need the slash."""
    return RedirectResponse("docs/")


@router.get("/docs/")
async def page() -> FileResponse:
    """The API reference."""
    return FileResponse(STATIC / "index.html")
