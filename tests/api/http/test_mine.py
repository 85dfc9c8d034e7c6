"""What is held of the one who asks, over HTTP."""

from tests.api.http.house import BEN, IDA, ZOE, Client
from tests.engine.town import ADA


def test_own_data_is_ones_own_and_nobody_elses(client: Client) -> None:
    told = client.get("me/data").json()
    assert told["member"] == ADA
    assert any(f"Name of {ADA}" in each["own_words"].values() for each in told["held"])
    words = [text for each in told["held"] for text in each["own_words"].values()]
    assert f"Name of {BEN}" not in words
    assert told["tokens"] == 1


def test_the_page_is_a_page(client: Client) -> None:
    answer = client.get("me/data.html")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<!doctype html>")
    assert "no-store" in answer.headers["cache-control"]


def test_who_is_not_in_the_network_is_told_nothing(client: Client) -> None:
    assert {client.get("me/data", who).status_code for who in (IDA, ZOE)} == {404}
