"""The web application put together: tables to routes, the door around them, what begins and ends with the server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from litestar import Litestar
from litestar.exceptions import HTTPException

from api.http import logs, problems, writing
from api.http.accesses import ACCESSES
from api.http.boards import BOARDS
from api.http.cases import CASES
from api.http.desk import Desk, Pools
from api.http.door import Door, Watchmen
from api.http.endpoints import Endpoint, routed
from api.http.erasing import ERASING
from api.http.explaining import EXPLAINING
from api.http.lists import LISTS
from api.http.metrics import Metrics
from api.http.mine import MINE
from api.http.openapi import document
from api.http.pages import options, pages, probes
from api.http.proofs import PROOFS
from api.http.reading import READS
from api.http.shape import SHAPE
from api.http.streams import STREAMS, Watch
from domain.refusals import Refused
from engine.chores import Chores
from engine.health import standings
from engine.rate_limits import RateLimits
from engine.runtime import Confrere
from engine.settings import Settings


def endpoints() -> list[Endpoint]:
    """Every address under /api/v1."""
    return [
        *READS,
        *LISTS,
        *CASES,
        *BOARDS,
        *EXPLAINING,
        *MINE,
        *ACCESSES,
        *ERASING,
        *PROOFS,
        *SHAPE,
        *STREAMS,
        *writing.endpoints(),
    ]


def create_app(system: Confrere, settings: Settings) -> Litestar:
    """The service over a running system, which its caller closes after it."""
    metrics = Metrics(lambda: standings(system))
    pools = Pools(settings.pool)
    limits = RateLimits(settings.data, settings.rate_limit)
    table = endpoints()
    description = document(table, version=version("confrere"), server=settings.public_url)

    log = logs.opened(settings.log_level, settings.log_format)
    chores = Chores(system, lambda trouble: logs.fault(log, trouble))

    @asynccontextmanager
    async def running(app: Litestar) -> AsyncIterator[None]:
        app.state.watch = Watch(system.store, system.ended)
        system.ended.clear()
        try:
            with chores:
                yield
                app.state.watch.end()
        finally:
            await app.state.watch.join()
            pools.close()
            limits.close()

    desk = Desk(system, settings, pools, lambda: app.state.watch)
    methods: dict[str, list[str]] = {}
    for each in table:
        methods.setdefault(routed(each.path), []).append(each.method)
    app = Litestar(
        [*options(methods), *map(desk.handler, table), *pages(description), *probes(system, metrics, settings.metrics)],
        lifespan=[running],
        exception_handlers={
            Refused: problems.refused,
            HTTPException: problems.http_error,
            Exception: problems.failed,
        },
        request_max_body_size=settings.body_limit,
        openapi_config=None,
        logging_config=None,
    )
    app.asgi_handler = Door(
        app.asgi_handler,
        Watchmen(
            tokens=system.tokens,
            limits=limits,
            metrics=metrics,
            log=log,
            hosts=settings.allowed_hosts,
            secure=(settings.public_url or "").startswith("https:"),
        ),
    )
    return app
