"""Connections to Amazon's services: credentials, regions, addresses.

Source: AWS General Reference, "Service endpoints"; the partitions are botocore's list of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from sluice.engine.errors import Problem
from sluice.server.providers.addresses import connection_problems, join
from sluice.server.providers.aws_library import Keys
from sluice.server.providers.base import Connection

IDENTITY: Final = ("access_key_id", "secret_access_key")
"""The credentials that sign a call; `session_token` belongs to temporary ones."""

_REGION: Final = re.compile(r"[a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2}", re.ASCII)
_PARTITIONS: Final = (
    (re.compile(r"us-isob?-.*|us-isof-.*|eu-isoe-.*"), None),
    (re.compile(r"cn-.*"), "amazonaws.com.cn"),
    (re.compile(r"eusc-.*"), "amazonaws.eu"),
    (re.compile(r".*"), "amazonaws.com"),
)
"""The domain of each group of regions; None where no common one is known here."""


def aws_problems(
    connection: Connection, options: tuple[str, ...], *, takes_api_key: bool = False
) -> tuple[Problem, ...]:
    """Everything wrong with a connection to one of Amazon's services.

    It signs in with `IDENTITY`, or with an `api_key` where the service takes one.
    """
    bearer = takes_api_key and "api_key" in connection.credentials
    needed = () if bearer else IDENTITY
    return (
        *connection_problems(connection, credentials=needed, options=("region", *options)),
        *_region_problems(connection, signs=not bearer),
    )


def _region_problems(connection: Connection, *, signs: bool) -> Iterator[Problem]:
    region = connection.options.get("region")
    if region is None and not signs and connection.base_url:
        return
    if not isinstance(region, str) or not _REGION.fullmatch(region):
        yield Problem("options.region", "name a region such as us-east-1")
    elif connection.base_url is None and _domain(region) is None:
        yield Problem("base_url", "this region has no common address; give yours")


def identity(connection: Connection) -> Keys:
    """The identity of a connection without problems."""
    credentials = connection.credentials
    return Keys(
        credentials["access_key_id"],
        credentials["secret_access_key"],
        credentials.get("session_token"),
        str(connection.options["region"]),
    )


def aws_address(connection: Connection, host: str, path: str) -> str:
    """The URL of a call to the service of this `host` name, such as `bedrock-runtime`."""
    region = str(connection.options.get("region", ""))
    base = connection.base_url or f"https://{host}.{region}.{_domain(region)}"
    return join(base, path)


def in_path(name: str) -> str:
    """A model's or an endpoint's name as a piece of a path: an ARN has slashes and colons."""
    return quote(name, safe="")


def _domain(region: str) -> str | None:
    return next(domain for pattern, domain in _PARTITIONS if pattern.fullmatch(region))
