"""`create_app`: the only place that wires things together. Nothing happens at import."""

from __future__ import annotations

import gc
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache, partial

import anyio.to_thread
import httpx
import structlog
from fastapi import FastAPI
from starlette.middleware import Middleware

import sluice
from sluice.engine import CleansedText, Detector, Mapping, RawText, cleanse
from sluice.engine.pattern_cache import PatternCache
from sluice.server.analysis.analyzer import Analyzer
from sluice.server.analysis.detecting_process import DetectingProcess
from sluice.server.analysis.detectors import Detectors
from sluice.server.auth.auth import Auth
from sluice.server.auth.browser_sign_in import BrowserSignIn
from sluice.server.auth.identity.registry import (
    build_browser_providers,
    build_providers,
)
from sluice.server.auth.users import UserService
from sluice.server.dashboard import app as dashboard
from sluice.server.dashboard.warming import Warming
from sluice.server.error_answers import DOCUMENTED, add_error_answers
from sluice.server.features.apidocs import endpoints as apidocs
from sluice.server.features.audit.log import AuditLog
from sluice.server.features.audit.service import seal_chain
from sluice.server.features.models.service import Models
from sluice.server.features.playground.service import Playground
from sluice.server.features.playground.wiring import PlaygroundParts, make_playground
from sluice.server.features.policies.service import Policies, PolicyInForce
from sluice.server.features.projects.service import Projects
from sluice.server.features.prompts.answer import Answers
from sluice.server.features.prompts.service import Prompts
from sluice.server.features.proxy.error_shapes import error_shape
from sluice.server.features.proxy.wiring import GatewayParts, GatewayServices, make_gateway
from sluice.server.features.teams.service import Teams
from sluice.server.features.threads.overseeing import OverseenThreads
from sluice.server.features.threads.service import Threads
from sluice.server.first_start import Started, first_start
from sluice.server.kit.configuration import KeptConfiguration
from sluice.server.kit.database import Database, utc_now
from sluice.server.kit.metrics import Metrics
from sluice.server.kit.sealing import MasterKeys
from sluice.server.master_key import FoundMasterKeys, find_master_keys
from sluice.server.middleware.access_log import AccessLog
from sluice.server.middleware.body_limit import BodyLimit
from sluice.server.middleware.last_resort import LastResort
from sluice.server.middleware.rate_limit import RateLimit
from sluice.server.middleware.relative_redirects import RelativeRedirects
from sluice.server.middleware.request_id import RequestId
from sluice.server.middleware.security_headers import SecurityHeaders
from sluice.server.migrations.run import upgrade
from sluice.server.policy_wiring import make_policy_trials
from sluice.server.providers.firststart import connections_from_environment, find_ollama
from sluice.server.providers.native import Native
from sluice.server.providers.registry import Providers, provider_keys
from sluice.server.providers.retry import Retries
from sluice.server.providers.transport import Timeouts, Transport
from sluice.server.routes import api_routes
from sluice.server.services import Services
from sluice.server.settings import Settings, load_settings
from sluice.server.vault.service import Vault
from sluice.server.workbench import Workbench, WorkbenchParts, make_workbench

log = structlog.get_logger(__name__)


SETTLE_SECONDS = 5.0
"""How long the end of the server waits for answers that it cancelled to be recorded."""


def create_app(
    settings: Settings | None = None,
    *,
    database: Database | None = None,
    master_keys: MasterKeys | None = None,
    transport: Transport | None = None,
    providers: Providers | None = None,
    identity_client: httpx.AsyncClient | None = None,
) -> FastAPI:
    """The application; what is not given is made from the settings (by default the environment's).

    The database is brought up to date and an empty one is filled when the application starts.
    """
    settings = settings or load_settings()
    transport = transport or make_transport(settings)
    identity_client = identity_client or make_identity_client()
    services = make_services(
        settings,
        database or make_database(settings),
        master_keys or master_keys_of(settings).keys,
        transport,
        identity_client,
        providers,
    )
    app = FastAPI(
        title="Sluice",
        version=sluice.__version__,
        summary="A privacy gateway between applications and language models.",
        lifespan=partial(_lifespan, settings, services, transport, identity_client),
        middleware=_middleware(settings, services.metrics),
        responses=DOCUMENTED,
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    app.state.auth = services.auth
    app.state.records = services.records
    app.state.error_shape = error_shape
    _add_routes(app, settings)
    add_error_answers(app)
    return app


def make_transport(settings: Settings) -> Transport:
    """Pooled connections to providers."""
    return Transport(
        timeouts=Timeouts(
            connect=settings.provider_connect_seconds,
            first_byte=settings.provider_first_byte_seconds,
            idle=settings.provider_idle_seconds,
            total=settings.provider_total_seconds,
        ),
        retries=Retries(attempts=settings.provider_retries + 1),
        proxy=settings.provider_proxy,
        ca_file=str(settings.provider_ca_file) if settings.provider_ca_file else None,
    )


def make_identity_client() -> httpx.AsyncClient:
    """Connections to identity providers."""
    return httpx.AsyncClient(verify=_trusted())


@cache
def _trusted() -> ssl.SSLContext:
    """Whom this machine trusts: read once, since it takes longer than all else that is made."""
    return httpx.create_ssl_context()


def make_database(settings: Settings) -> Database:
    """The database of the settings."""
    return Database(settings.url, pool_size=settings.database_pool)


def master_keys_of(settings: Settings) -> FoundMasterKeys:
    """The master keys of the settings; a development server's first start makes one."""
    given = settings.master_key
    return find_master_keys(
        given=given.get_secret_value() if given is not None else None,
        file=settings.master_key_file,
        made_file=settings.data_dir / "master.key",
    )


def make_services(
    settings: Settings,
    database: Database,
    master_keys: MasterKeys,
    transport: Transport,
    identity_client: httpx.AsyncClient,
    providers: Providers | None = None,
) -> Services:
    """Every service, each given what it needs."""
    configs, client = settings.identity_providers, identity_client
    auth = Auth(database, settings.auth, build_providers(configs, client))
    vault, configuration = Vault(master_keys), KeptConfiguration(database)
    seal_chain(database, vault.settings_key)
    policy_service, teams = Policies(vault), Teams(auth.service.users)
    projects = Projects(database, configuration, policy_service)
    given = _gateway_parts(
        settings,
        database,
        vault,
        policies=policy_service,
        users=auth.service.users,
        teams=teams,
        transport=transport,
        configuration=configuration,
        projects=projects,
        providers=providers or Providers(transport),
    )
    made = make_gateway(
        given,
        prices_file=settings.prices_file,
        longest_call=timedelta(seconds=longest_call(settings)),
    )
    thread_service = Threads(vault, given.models)
    prompt_service = _prompts(settings, given, made, thread_service)
    answers = Answers(database, vault, thread_service, given.providers, given.metrics, made.limits)
    workbench = _workbench(
        given, made, auth, projects, teams, call_retention_days=settings.call_retention_days
    )
    return Services(
        database=database,
        auth=auth,
        browser_sign_in=BrowserSignIn(auth, vault, build_browser_providers(configs, client)),
        vault=vault,
        audit=AuditLog(database, vault, auth.service.users),
        policies=given.policies,
        policy_trials=make_policy_trials(
            given, made, auth.service.users, settings.analysis_seconds
        ),
        models=given.models,
        teams=teams,
        threads=thread_service,
        overseen_threads=OverseenThreads(vault),
        prompts=prompt_service,
        answers=answers,
        providers=given.providers,
        metrics=given.metrics,
        writer=made.writer,
        callers=made.callers,
        gateway=made.gateway,
        answering=made.answering,
        calls=made.calls,
        records=made.records,
        workbench=workbench,
        playground=_playground(given, made, workbench, thread_service, prompt_service, answers),
    )


def _playground(
    given: GatewayParts,
    made: GatewayServices,
    workbench: Workbench,
    threads: Threads,
    prompts: Prompts,
    answers: Answers,
) -> Playground:
    return make_playground(
        PlaygroundParts(
            database=given.database,
            vault=given.vault,
            policies=given.policies,
            models=given.models,
            threads=threads,
            analyzer=given.analyzer,
            prompts=prompts,
            answers=answers,
            gateway=made.gateway,
            answering=made.answering,
            templates=workbench.templates,
            prices=made.prices,
        )
    )


def _prompts(
    settings: Settings, given: GatewayParts, made: GatewayServices, threads: Threads
) -> Prompts:
    return Prompts(
        given.database,
        given.vault,
        given.policies,
        given.models,
        threads,
        given.analyzer,
        given.metrics,
        settings.history_chars,
        made.limits,
    )


def _gateway_parts(
    settings: Settings,
    database: Database,
    vault: Vault,
    *,
    policies: Policies,
    users: UserService,
    teams: Teams,
    transport: Transport,
    configuration: KeptConfiguration,
    projects: Projects,
    providers: Providers,
) -> GatewayParts:
    """What gateway and workbench are made of."""
    detector = Detector(cache=PatternCache(settings.data_dir / "patterns"))
    detectors = Detectors()
    analyzer = Analyzer(
        detectors, seconds=settings.analysis_seconds, process=_detecting_process(settings)
    )
    return GatewayParts(
        database=database,
        vault=vault,
        policies=policies,
        models=Models(
            vault,
            policies,
            users,
            teams,
            providers=providers,
            exact_keys=settings.exact_provider_keys,
            presentable=Presentable(analyzer),
        ),
        detectors=detectors,
        analyzer=analyzer,
        providers=providers,
        native=Native(transport),
        metrics=Metrics(entity_types=detector.entity_types(), providers=provider_keys()),
        configuration=configuration,
        projects=projects,
        detector_version=detector.version,
    )


def _detecting_process(settings: Settings) -> DetectingProcess | None:
    return DetectingProcess(settings.data_dir / "patterns") if settings.detecting_process else None


def _workbench(
    given: GatewayParts,
    made: GatewayServices,
    auth: Auth,
    projects: Projects,
    teams: Teams,
    *,
    call_retention_days: int | None,
) -> Workbench:
    return make_workbench(
        WorkbenchParts(
            database=given.database,
            vault=given.vault,
            policies=given.policies,
            models=given.models,
            analyzer=given.analyzer,
            providers=given.providers,
            metrics=given.metrics,
            writer=made.writer,
            configuration=given.configuration,
            projects=projects,
            signing_in=auth.service,
            teams=teams,
            conversations=made.conversations,
            cleansing=made.cleansing,
            calls=made.calls,
            recorded_calls=made.records.calls,
            prices=made.prices,
            instance_limits=made.limits,
            refused=made.records.refused,
            detector_version=given.detector_version,
            call_retention_days=call_retention_days,
        )
    )


class Presentable:
    """A text without its sensitive values, for people who did not write it."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    async def __call__(self, text: RawText, policy: PolicyInForce) -> CleansedText:
        """The cleansed text; what was found, whatever it is allowed for, cannot be restored."""
        findings = await self._analyzer.findings(text, policy)
        return cleanse(text, findings, Mapping(), restorable=False).text


async def prepare(settings: Settings, services: Services, transport: Transport) -> Started:
    """Bring the database up to date; fill an empty one; tidy up after a crash."""
    await upgrade(services.database)
    found = connections_from_environment(os.environ)
    ollama = await find_ollama(transport, os.environ)
    given = settings.bootstrap_token
    started = await first_start(
        services,
        given.get_secret_value() if given is not None else None,
        [*found, *([ollama] if ollama else [])],
    )
    await _interrupt_pending(settings, services)
    return started


def _warm_up() -> None:
    """Load the detectors' tables now, not while the first caller waits."""
    Detector().warm()


async def _interrupt_pending(settings: Settings, services: Services) -> None:
    """Chats and calls that nobody is working on: on SQLite (one process) all, else old ones."""
    age = timedelta(seconds=0 if services.database.is_sqlite else longest_call(settings))
    before = utc_now() - age
    async with services.database.write() as session:
        chats = await services.threads.interrupt_pending(session, before)
        calls = await services.calls.interrupt_pending(session, before)
    if chats or calls:
        log.warning("interrupted", chats=chats, calls=calls)


def longest_call(settings: Settings) -> float:
    """Seconds after which no call to a provider can be running any more."""
    return settings.provider_total_seconds * (settings.provider_retries + 1)


@asynccontextmanager
async def _lifespan(
    settings: Settings,
    services: Services,
    transport: Transport,
    identity_client: httpx.AsyncClient,
    app: FastAPI,
) -> AsyncIterator[None]:
    try:
        await anyio.to_thread.run_sync(_warm_up)
        started = await prepare(settings, services, transport)
        if started.token is not None and settings.bootstrap_token is None:
            log.warning("first_start", advice="run `sluice token create` for a token")
        # What is loaded by now stays: looking through it again stopped everything for 0.15 s.
        gc.collect()
        gc.freeze()
        # What a call makes is mostly gone before it is looked for.
        gc.set_threshold(10_000, 20, 20)
        services.workbench.start()
        app.state.warming.start()
        yield
    finally:
        await app.state.warming.close()
        await services.workbench.close()
        await services.answers.settle(SETTLE_SECONDS)
        await services.answering.settle(SETTLE_SECONDS)
        await services.records.refused.close()
        await services.writer.close()
        await transport.aclose()
        await identity_client.aclose()
        await services.database.close()


def _middleware(settings: Settings, metrics: Metrics) -> list[Middleware]:
    """From the outside in."""
    return [
        Middleware(RequestId),
        Middleware(AccessLog, metrics=metrics),
        Middleware(
            SecurityHeaders,
            page_policies={
                "/docs": apidocs.PAGE_POLICY,
                dashboard.PREFIX: dashboard.PAGE_POLICY,
            },
            cacheable=("/docs/assets", dashboard.ASSETS),
        ),
        Middleware(RelativeRedirects),
        Middleware(LastResort),
        Middleware(RateLimit, rate=settings.rate_limit, burst=settings.rate_limit_burst),
        Middleware(BodyLimit, limit=settings.max_body_bytes),
    ]


def _add_routes(app: FastAPI, settings: Settings) -> None:
    app.router.routes.extend(api_routes(metrics=settings.metrics))
    pages = dashboard.make_dashboard(app.state.services)
    app.mount(dashboard.PREFIX, dashboard.mounted(pages))
    app.state.warming = Warming(pages.state.renderer)
    app.router.routes.append(dashboard.front_door)
