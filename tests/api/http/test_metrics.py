"""Metrics: what was counted and how far the networks have come, in Prometheus' text format."""

from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from api.http.metrics import Metrics
from engine.health import standings
from models.encoder import Encoder
from tests.engine.town import ADA, NET, Town


def samples(metrics: Metrics) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    families = text_string_to_metric_families(metrics.exposition().decode())
    return {(each.name, frozenset(each.labels.items())): each.value for one in families for each in one.samples}


def labels(**given: str) -> frozenset[tuple[str, str]]:
    return frozenset(given.items())


def test_requests_are_counted_by_method_route_and_status_and_timed() -> None:
    metrics = Metrics()
    metrics.count("GET", "/members/{member}", 200, 0.004)
    metrics.count("GET", "/members/{member}", 200, 0.004)
    metrics.count("GET", "/members/{member}", 404, 0.3)
    with metrics.in_flight.track_inprogress():
        found = samples(metrics)
    route = {"method": "GET", "route": "/members/{member}"}
    assert found["confrere_requests_total", labels(**route, status="200")] == 2
    assert found["confrere_requests_total", labels(**route, status="404")] == 1
    assert found["confrere_request_seconds_bucket", labels(**route, le="0.005")] == 2
    assert found["confrere_request_seconds_count", labels(**route)] == 3
    assert found["confrere_requests_in_flight", labels()] == 1


def test_two_applications_in_one_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.count("GET", "/", 200, 0.1)
    assert not any(name == "confrere_requests_total" for name, _ in samples(other))
    assert samples(other)["process_start_time_seconds", labels()] > 0


def test_networks_tell_how_far_their_views_are_when_they_are_asked(tmp_path: Path, encoder: Encoder) -> None:
    with Town(tmp_path, encoder) as town:
        metrics = Metrics(lambda: standings(town))
        town.index(NET)
        head = town.store.head()
        town.offers_time(ADA, 30)
        here = labels(network=NET)
        found = samples(metrics)
        assert (found["confrere_position", here], found["confrere_lag", here]) == (head, 2)
        assert found["confrere_stuck", here] == 0
        town.index(NET)
        assert samples(metrics)["confrere_lag", here] == 0
