"""What is held of the one who asks, over HTTP."""

from pathlib import Path

from engine.access import Seen
from engine.backup import back_up
from engine.restoring import restore
from models.encoder import Encoder
from tests.api.http.house import BEN, CLEO, GUS, IDA, ZOE, Client, House, opened
from tests.engine.town import ADA, NET


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


def test_after_a_restore_one_reads_who_looked_and_what_is_held_and_may_be_erased(
    tmp_path: Path, encoder: Encoder
) -> None:
    with House(tmp_path, encoder) as house:
        house.looks.record(NET, CLEO, "the queue", Seen(subjects=frozenset({BEN}), members=frozenset({BEN})))
        back_up(house, tmp_path / "backup", tmp_path / "keys")
        settings = house.settings
    restore(settings, tmp_path / "backup", tmp_path / "keys", replace=True)
    with House(tmp_path, encoder) as house, opened(house) as client:
        assert [each["viewer"] for each in client.read("me/accesses", BEN)["items"]] == [CLEO]
        assert [each["viewer"] for each in client.read("me/data", BEN)["looks"]] == [CLEO]
        assert "member.erased" in client.done(f"members/{BEN}/erase", {"for_ever": True}, BEN)["events"]
        assert client.get("me/data", BEN).status_code in {401, 404}, "the token ends a moment later"
        assert client.read("erasures", GUS)["items"][0]["member"] == BEN
