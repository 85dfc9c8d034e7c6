"""What the service logs: one line a request, faults by kind and place; no paths, bodies, headers, names or words."""

import logging
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import Final, TextIO

import msgspec
import structlog
from msgspec import Struct
from structlog.typing import FilteringBoundLogger

from api.faults import places
from api.http.metrics import METHODS, Metrics

_LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40}


class Observed(Struct, frozen=True, kw_only=True):
    """One answered request. `route` is the template that matched, None when none did; `token_id` is no secret."""

    method: str
    route: str | None
    status: int
    seconds: float
    request_id: str
    token_id: str | None = None


def opened(level: str = "info", style: str = "json", file: TextIO | None = None) -> FilteringBoundLogger:
    """A logger of its own; writes to stderr unless a file is given."""
    renderer = (
        structlog.processors.JSONRenderer(serializer=_json)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=(file or sys.stderr).isatty())
    )
    logger: FilteringBoundLogger = structlog.wrap_logger(
        _Lines(file),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", key="at"),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        cache_logger_on_first_use=True,
    )
    return logger


def observe(metrics: Metrics, log: FilteringBoundLogger, seen: Observed) -> None:
    """Count a request and log its line; called once, when it has been answered."""
    method = seen.method if seen.method in METHODS else "other"
    route = seen.route or "unmatched"
    metrics.count(method, route, seen.status, seen.seconds)
    log.info(
        "request",
        method=method,
        route=route,
        status=seen.status,
        duration_ms=round(seen.seconds * 1000, 2),
        request_id=seen.request_id,
        token_id=seen.token_id,
    )


def fault(log: FilteringBoundLogger, error: BaseException, *, request_id: str | None = None) -> None:
    """A fault of the program: its kind and where it arose, never its message."""
    log.error("fault", kind=type(error).__name__, places=places(error), request_id=request_id)


def take_over(log: FilteringBoundLogger) -> None:
    """Bring what libraries log, and faults of threads, into the same form: who, how grave and where, without words."""
    root = logging.getLogger()
    root.handlers = [_Wordless(log)]
    root.setLevel(logging.WARNING)
    threading.excepthook = _of_threads(log)


class _Lines:
    """Writes to a file, or to what is stderr at the time. Nobody waits for an answer because a log is full or gone."""

    def __init__(self, file: TextIO | None) -> None:
        self._file = file
        self._turn = Lock()

    def msg(self, line: str) -> None:
        with self._turn, suppress(OSError, ValueError):  # a closed file is a ValueError
            file = self._file or sys.stderr
            file.write(f"{line}\n")
            file.flush()

    debug = info = warning = error = critical = log = msg


class _Wordless(logging.Handler):
    def __init__(self, log: FilteringBoundLogger) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self._log.log(
            record.levelno,
            "library",
            name=record.name,
            place=f"{record.module}:{record.lineno}",
            kind=type(error).__name__ if error else None,
            places=places(error) if error else [],
        )


def _of_threads(log: FilteringBoundLogger) -> Callable[[threading.ExceptHookArgs], None]:
    def hook(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            fault(log, args.exc_value)

    return hook


def _json(value: object, **_: object) -> str:
    return msgspec.json.encode(value).decode()
