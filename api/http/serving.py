"""One process that serves until it is told to end: SIGTERM, or Ctrl-C."""

import errno
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from litestar import Litestar

from api.http import logs
from api.http.app import create_app
from api.http.wire import Wire
from domain.refusals import IllegalMove
from engine.runtime import Confrere
from engine.settings import Settings

GRACE: Final = 2  # seconds that requests have to end, once it is told to
WAITING: Final = 256  # connections that the system keeps while all of ours are taken

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_TAKEN: Final = {errno.EADDRINUSE, errno.EACCES}


def listening(host: str, port: int, *, or_free: bool = False) -> socket.socket:
    """A socket at this place, or when it is taken at a free port. Raises IllegalMove where there is none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host.strip("[]"), port), family=family, backlog=WAITING)
    except OSError as error:
        if or_free and error.errno in _TAKEN:
            return listening(host, 0)
        words = "another program has it" if error.errno == errno.EADDRINUSE else "nothing can be served here"
        raise IllegalMove(
            words, field=f"{host}, port {port}", remedy="name another with CONFRERE_HOST and CONFRERE_PORT"
        ) from error
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else a body waits 40 ms for its head's receipt
    return listener


def address(listener: socket.socket) -> str:
    """Under which this machine reaches it; port and all."""
    host, port = listener.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - not bound here, but said of what is
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(system: Confrere, settings: Settings, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Answer requests until a signal comes; `ready` is called when the first one can be answered.

    What was acknowledged is kept, open streams are cut.
    """
    logs.take_over(logs.opened(settings.log_level, settings.log_format))
    _open_as_many_files_as_may_be()
    app = create_app(system, settings)
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        lifespan="on",
        server_header=False,
        forwarded_allow_ips=list(settings.trusted_proxies),
        http=Wire,
        backlog=WAITING,
        timeout_graceful_shutdown=GRACE,
    )
    with _signals_end_it_well():
        _Server(config, app, ready).run(sockets=[listener])


def _open_as_many_files_as_may_be() -> None:
    """Each network has a few; where there are many networks the usual limit of 1,024 is soon reached."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class _Server(uvicorn.Server):
    """Tells when it serves, and ends streams as soon as it is told to end: it need not cut them after the grace."""

    def __init__(self, config: uvicorn.Config, app: Litestar, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._app: Final = app
        self._ready: Final = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.state.watch.end()
        await super().shutdown(sockets)


@contextmanager
def _signals_end_it_well() -> Iterator[None]:
    """The server raises its signals once more when it has ended; then there is nothing left to end."""
    before = {each: signal.signal(each, lambda *_: None) for each in _SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
