"""Logs: one JSON line a request, faults by kind and place, and nobody's words."""

import io
import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from structlog.typing import FilteringBoundLogger

from api.http import logs
from api.http.logs import Observed
from api.http.metrics import Metrics

CANARY = "Mika Lind in grade four hit her teacher"


@pytest.fixture
def file() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def log(file: io.StringIO) -> FilteringBoundLogger:
    return logs.opened(file=file)


@pytest.fixture
def taken_over(log: FilteringBoundLogger) -> Iterator[None]:
    root, hook = logging.getLogger(), threading.excepthook
    before = root.handlers, root.level
    logs.take_over(log)
    yield
    (root.handlers, level), threading.excepthook = before, hook
    root.setLevel(level)


def lines(file: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.getvalue().splitlines()]


def seen(**changed: Any) -> Observed:
    usual = {"method": "GET", "route": "/members/{member}", "status": 200, "seconds": 0.01234, "request_id": "r1"}
    return Observed(**(usual | changed))


def test_a_request_is_one_line_and_one_count(log: FilteringBoundLogger, file: io.StringIO) -> None:
    metrics = Metrics()
    logs.observe(metrics, log, seen(token_id="t1"))  # noqa: S106 - an id, no secret
    (line,) = lines(file)
    at = line.pop("at")
    assert at.endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "method": "GET",
        "route": "/members/{member}",
        "status": 200,
        "duration_ms": 12.34,
        "request_id": "r1",
        "token_id": "t1",
    }
    assert b'confrere_requests_total{method="GET",route="/members/{member}",status="200"} 1.0' in metrics.exposition()


def test_what_no_route_or_method_is_gets_one_name(log: FilteringBoundLogger, file: io.StringIO) -> None:
    logs.observe(Metrics(), log, seen(route=None, method=CANARY))
    assert (lines(file)[0]["route"], lines(file)[0]["method"]) == ("unmatched", "other")


def test_a_fault_is_logged_by_kind_and_place(log: FilteringBoundLogger, file: io.StringIO) -> None:
    try:
        int(CANARY)
    except ValueError as error:
        logs.fault(log, error, request_id="r1")
    (line,) = lines(file)
    assert (line["level"], line["kind"], line["request_id"]) == ("error", "ValueError", "r1")
    assert line["places"][-1].endswith("in test_a_fault_is_logged_by_kind_and_place")
    assert CANARY not in file.getvalue()


@pytest.mark.usefixtures("taken_over")
def test_libraries_and_threads_log_no_words_either(file: io.StringIO, capfd: pytest.CaptureFixture[str]) -> None:
    other = logging.getLogger("some.package")
    other.warning("was told: %s", CANARY)
    other.info(CANARY)
    try:
        {}[CANARY]
    except KeyError:
        other.exception(CANARY)
    thread = threading.Thread(target=lambda: int(CANARY))
    thread.start()
    thread.join()
    assert [(line["event"], line.get("kind")) for line in lines(file)] == [
        ("library", None),
        ("library", "KeyError"),
        ("fault", "ValueError"),
    ]
    assert "Mika" not in file.getvalue() + "".join(capfd.readouterr())


def test_less_than_the_level_is_not_logged(file: io.StringIO) -> None:
    quiet = logs.opened("warning", file=file)
    logs.observe(Metrics(), quiet, seen())
    assert file.getvalue() == ""
    logs.fault(quiet, ValueError())
    assert len(lines(file)) == 1


def test_people_may_read_them_as_text(file: io.StringIO) -> None:
    logs.observe(Metrics(), logs.opened(style="text", file=file), seen())
    assert "route=/members/{member}" in file.getvalue()


def test_a_log_that_cannot_be_written_is_nobodys_trouble(file: io.StringIO) -> None:
    log = logs.opened(file=file)
    file.close()
    metrics = Metrics()
    logs.observe(metrics, log, seen())
    assert b"confrere_requests_total" in metrics.exposition()
