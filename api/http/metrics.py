"""What is counted for operators, in Prometheus' text format: no paths, no persons, no words."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from engine.health import Standing

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_1_0_0
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """Counts of one application, in a registry of its own. Safe to use from several threads."""

    def __init__(self, standings: Callable[[], Iterable[Standing]] = tuple) -> None:
        """`standings` is asked for when the metrics are read."""
        self._registry: Final = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests: Final = Counter("confrere_requests", "Requests answered.", labels, registry=self._registry)
        self._seconds: Final = Histogram(
            "confrere_request_seconds",
            "How long requests took.",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self.in_flight: Final = Gauge(
            "confrere_requests_in_flight",
            "Requests that are being answered, streams among them.",
            registry=self._registry,
        )
        PlatformCollector(registry=self._registry)
        ProcessCollector(registry=self._registry)
        self._registry.register(_Networks(standings))

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request answered; `route` is the template, never the path."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def exposition(self) -> bytes:
        """All of it, to be sent as `CONTENT_TYPE`."""
        return generate_latest(self._registry)


class _Networks(Collector):
    def __init__(self, standings: Callable[[], Iterable[Standing]]) -> None:
        self._standings = standings

    def describe(self) -> Iterable[Metric]:
        return self._families()

    def collect(self) -> Iterator[Metric]:
        position, lag, stuck = families = self._families()
        for each in self._standings():
            position.add_metric((each.network,), each.position)
            lag.add_metric((each.network,), each.lag)
            stuck.add_metric((each.network,), each.trouble is not None)
        yield from families

    @staticmethod
    def _families() -> tuple[GaugeMetricFamily, GaugeMetricFamily, GaugeMetricFamily]:
        return (
            GaugeMetricFamily("confrere_position", "How far a network's views have come.", labels=("network",)),
            GaugeMetricFamily("confrere_lag", "Positions that they have not taken in yet.", labels=("network",)),
            GaugeMetricFamily("confrere_stuck", "1 when an event stands in their way.", labels=("network",)),
        )
