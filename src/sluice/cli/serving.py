"""Running the server: socket, first start, banner, uvicorn.

In this order, since the token is shown once: whether the port is free must be known before.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy.engine import make_url
from uvicorn import Config, Server
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from sluice.cli.banner import Banner, public_address, reached_at
from sluice.cli.errors import CommandError, WrongSettings, system_reason
from sluice.cli.host import no_database
from sluice.server.app import (
    create_app,
    make_database,
    make_identity_client,
    make_services,
    make_transport,
    master_keys_of,
    prepare,
)
from sluice.server.auth.links import FIRST_LINK_LIFETIME
from sluice.server.first_start import Started
from sluice.server.kit.database import make_private_folder
from sluice.server.kit.logs import configure_logging, route_stray_exceptions
from sluice.server.kit.sealing import SealingError
from sluice.server.services import Services
from sluice.server.settings import Settings, load_settings
from sluice.server.vault.service import SETTINGS

BACKLOG = 2048
"""Connections that may wait to be accepted."""
KEEP_ALIVE_SECONDS = 75
"""Longer than proxies keep theirs (60 as a rule), so that the proxy closes first."""
STOPPING = (signal.SIGTERM, signal.SIGINT)


def run_server(given: Mapping[str, object], shutdown_seconds: int) -> None:
    """Serve until a signal; raises `CommandError` if it cannot start."""
    settings = load_settings(**given)
    _log(settings)
    check_data_folder(settings)
    with listener(settings.host, settings.port) as sock, only_server(settings):
        settings = settings.model_copy(update={"port": int(sock.getsockname()[1])})
        banner = _prepared(settings)
        if banner is None:
            return
        banner.show()
        run = _run_several if settings.workers > 1 else _run_one
        run(settings, sock, shutdown_seconds)


def make_worker_app() -> FastAPI:
    """The application of one of several workers; the parent has prepared the database."""
    settings = load_settings()
    _log(settings)
    return create_app(settings)


def check_data_folder(settings: Settings) -> None:
    """Make the data folder; raises `WrongSettings` if it cannot be written."""
    folder = settings.data_dir
    advice = "name one in SLUICE_DATA_DIR that this user may write"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as e:
        reason = system_reason(e)
        raise WrongSettings(
            f"The data folder {folder} cannot be made ({reason}); {advice}."
        ) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise WrongSettings(f"The data folder {folder} cannot be written; {advice}.")


def listener(host: str, port: int) -> socket.socket:
    """A listening socket: from now on callers wait until the server is ready."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        sock = socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as e:
        raise WrongSettings(
            f"Cannot listen on {reached_at(host, port)} ({system_reason(e)}); name another "
            "address with --host and --port, or in SLUICE_HOST and SLUICE_PORT (0: any free port)."
        ) from None
    sock.set_inheritable(True)
    return sock


@contextmanager
def only_server(settings: Settings) -> Iterator[None]:
    """Be the only server on an SQLite file; raises `WrongSettings` if there is another one.

    Two would take each other's calls for those of a crash, and count limits apart. The system lets
    go of the lock however the process ends.
    """
    path = make_url(settings.url).database
    if not settings.url.startswith("sqlite") or not path or path == ":memory:":
        yield
        return
    with _lock_file(Path(f"{path}.lock")) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WrongSettings(
                f"Another server runs on the database {path}; stop that one, or use PostgreSQL for "
                "several."
            ) from None
        except OSError:
            pass  # a file system without locks: as it was before there was one
        yield


@contextmanager
def _lock_file(path: Path) -> Iterator[int]:
    try:
        make_private_folder(path.parent)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as e:
        reason = system_reason(e)
        raise WrongSettings(
            f"The database's folder {path.parent} cannot be used ({reason}); name another in "
            "SLUICE_DATABASE_URL or SLUICE_DATA_DIR."
        ) from None
    try:
        yield file
    finally:
        os.close(file)


def _log(settings: Settings) -> None:
    configure_logging(settings.log_level, settings.log_format)
    route_stray_exceptions()


def _prepared(settings: Settings) -> Banner | None:
    """Migrate and fill the database; None if a signal came meanwhile."""
    try:
        return asyncio.run(_prepare(settings))
    except asyncio.CancelledError:
        return None


async def _prepare(settings: Settings) -> Banner:
    _stop_on_signal()
    found, database = master_keys_of(settings), make_database(settings)
    transport, client = make_transport(settings), make_identity_client()
    try:
        services = make_services(settings, database, found.keys, transport, client)
        started = await prepare(settings, services, transport)
        await _check_master_key(services)
        link = await _first_link(services, settings, started)
    except OSError as e:
        raise no_database(e) from None
    finally:
        await client.aclose()
        await transport.aclose()
        await database.close()
    return Banner(
        settings,
        token=started.token,
        instances=started.instances,
        project=started.project,
        made_key=found.made,
        link=link,
    )


async def _first_link(services: Services, settings: Settings, started: Started) -> str | None:
    """A link to sign in with at a first start, unless the operator chose a token instead."""
    if started.token is None or settings.bootstrap_token is not None:
        return None
    made = await services.auth.link_for_administrator(FIRST_LINK_LIFETIME)
    return made.address(public_address(settings))


def _stop_on_signal() -> None:
    """Let a signal cancel the task that this is called in, so that it closes what it opened."""
    task = asyncio.current_task()
    if task is not None:
        for number in STOPPING:
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)


async def _check_master_key(services: Services) -> None:
    """Raises `WrongSettings` if the master key does not open what is sealed in the database."""
    try:
        async with services.database.read() as session:
            await services.vault.key(session, SETTINGS)
    except SealingError as e:
        raise WrongSettings(
            f"The master key does not fit this database: {e}.",
            ["give the key with which this database was begun, or name another database"],
        ) from None


def _run_one(settings: Settings, sock: socket.socket, shutdown_seconds: int) -> None:
    server = Server(_config(partial(create_app, settings), settings, shutdown_seconds))
    # uvicorn puts these back when it has stopped, and raises the signal again.
    for number in STOPPING:
        signal.signal(number, lambda *_: setattr(server, "should_exit", True))
    try:
        server.run([sock])
    except SystemExit:
        raise _not_started() from None


def _run_several(settings: Settings, sock: socket.socket, shutdown_seconds: int) -> None:
    # Workers read their settings anew: what the command line gave must be there as well.
    for name in ("host", "port", "workers"):
        os.environ[f"SLUICE_{name.upper()}"] = str(getattr(settings, name))
    config = _config("sluice.cli.serving:make_worker_app", settings, shutdown_seconds)
    supervisor = Multiprocess(config, [sock])
    supervisor.run()
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        raise _not_started()


def _not_started() -> CommandError:
    return CommandError("The server could not start; the log above says where it failed.")


def _config(app: Callable[[], FastAPI] | str, settings: Settings, shutdown_seconds: int) -> Config:
    return Config(
        app,
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=shutdown_seconds,
    )
