"""The web application: routes, guard, problems, and what a process opens while it serves."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from typing import Final

import msgspec
from huifang_tenants.evidence_store import EvidenceStore
from litestar import Litestar, Router
from redis.asyncio import Redis

from huifang_api.access import authorise, check_routes
from huifang_api.addresses import Addresses
from huifang_api.channels.exchange import Exchange
from huifang_api.checks import check_request
from huifang_api.core_system import CoreSystemClient
from huifang_api.edge import Edge
from huifang_api.oauth.clients import ClientCache
from huifang_api.oauth.signing import SigningKeys
from huifang_api.oauth.tokens import TokenVerifier
from huifang_api.openapi import openapi_document
from huifang_api.problems import EXCEPTION_HANDLERS
from huifang_api.routes import API_ROUTES, ROOT_ROUTES
from huifang_api.runtime import ServersUnknown, open_runtime
from huifang_api.settings import Settings
from huifang_api.world import World

API_PREFIX: Final = "/api/v1"
BODY_AT_MOST: Final = 1_048_576
"""Bytes a request body may have where a route sets no other limit (`request_max_body_size`)."""

_REDIS_SECONDS: Final = 3.0


def create_app(settings: Settings) -> Litestar:
    """Build the app; it connects to nothing before its lifespan starts.

    Raises:
        ImproperlyConfiguredException: when a route names no scope and is not public.
    """
    app = Litestar(
        [*ROOT_ROUTES, Router(API_PREFIX, route_handlers=API_ROUTES)],
        lifespan=[_lifespan(settings)],
        guards=[authorise],
        before_request=check_request,
        exception_handlers=EXCEPTION_HANDLERS,
        request_max_body_size=BODY_AT_MOST,
        openapi_config=None,
        logging_config=None,
    )
    check_routes(app.routes)
    app.state.addresses = Addresses(app.routes)
    app.state.openapi_json = cache(lambda: msgspec.json.encode(openapi_document(app)))
    app.asgi_handler = Edge(
        app.asgi_handler, app.state.addresses, secure=settings.issuer.startswith("https:")
    )
    return app


def _lifespan(settings: Settings) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with open_world(settings) as world:
            app.state.world = world
            yield

    return lifespan


@asynccontextmanager
async def open_world(settings: Settings) -> AsyncIterator[World]:
    """Open what a web process needs, and close it at the end.

    Raises:
        ServersUnknown: when the settings name no database or no Redis.
        KeyFileError: when the master keys can't be read.
    """
    if settings.redis_url is None:
        raise ServersUnknown
    evidence = EvidenceStore(settings.store_url)
    redis = Redis.from_url(
        settings.redis_url, socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS
    )
    try:
        async with (
            open_runtime(settings) as runtime,
            CoreSystemClient() as core_system,
            Exchange() as exchange,
        ):
            signing = SigningKeys(runtime.database, runtime.keys)
            yield World(
                settings=settings,
                database=runtime.database,
                registry=runtime.registry,
                services=runtime.services,
                evidence=evidence,
                core_system=core_system,
                exchange=exchange,
                redis=redis,
                clients=ClientCache(runtime.database),
                signing=signing,
                verifier=TokenVerifier(settings.issuer, signing),
            )
    finally:
        await redis.aclose()
