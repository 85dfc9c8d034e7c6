from datetime import timedelta
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pytest

from domain.refusals import Unknown
from domain.vocabulary import Confidentiality, Level
from engine.event_store import CommandSeen, EventStore, Receipt, VersionRace
from engine.sealing import KeyRing
from tests.engine.facts import (
    ADA,
    CATALOGUE,
    ELSEWHERE,
    NET,
    NOON,
    Asked,
    Clock,
    Joined,
    adding,
    counted,
    origin,
    saying,
)


def minutes(store: EventStore, stream: str, until: int | None = None) -> list[int]:
    return [recorded.event.minutes for recorded in store.stream(stream, until=until)]


# appending


def test_versions_are_those_at_a_position(store: EventStore) -> None:
    store.append(NET, adding("budget-01", 1, 2), origin=origin())
    store.append(NET, adding("budget-02", 3), origin=origin("second"))
    both = ["budget-01", "budget-02", "budget-03"]
    assert store.versions(both, until=1) == {"budget-01": 1, "budget-02": 0, "budget-03": 0}
    assert store.versions(both, until=store.head()) == {"budget-01": 2, "budget-02": 1, "budget-03": 0}
    assert store.versions([], until=3) == {}


def test_what_was_appended_is_read_back_equal(store: EventStore) -> None:
    told = store.append(NET, [saying(ADA, 0, (Joined(name="Ada", level=Level.LEAD), *counted(30)))], origin=origin())
    assert store.stream(ADA) == told
    assert store.page(0) == told
    assert [recorded.version for recorded in told] == [1, 2]


def test_the_envelope_tells_who_when_and_why(store: EventStore) -> None:
    asked = Asked(author=ADA, text="why?", confidentiality=Confidentiality.SEALED)
    (told,) = store.append(NET, [saying("challenge-01", 0, (asked,))], origin=origin("command-77"))
    (read,) = store.stream("challenge-01")
    assert read.envelope == told.envelope
    assert (read.envelope.occurred_at, read.envelope.actor, read.envelope.command) == (NOON, ADA, "command-77")
    assert read.envelope.confidentiality is Confidentiality.SEALED


def test_an_event_without_its_own_class_has_the_usual_one(store: EventStore) -> None:
    (told,) = store.append(NET, adding("budget-01", 5), origin=origin())
    assert told.envelope.confidentiality is Confidentiality.PUBLIC


def test_one_save_writes_all_streams_or_none(store: EventStore) -> None:
    store.append(NET, adding("budget-01", 1), origin=origin())
    with pytest.raises(VersionRace):
        store.append(NET, [*adding("budget-02", 2), *adding("budget-01", 3)], origin=origin())
    assert store.network_of("budget-02") is None
    assert store.head() == 1


@pytest.mark.parametrize("known", [0, 1, 3])
def test_a_version_that_does_not_stand_is_a_race(store: EventStore, known: int) -> None:
    store.append(NET, adding("budget-01", 1, 2), origin=origin())
    with pytest.raises(VersionRace):
        store.append(NET, adding("budget-01", 9, after=known), origin=origin())
    assert minutes(store, "budget-01") == [1, 2]


@pytest.mark.parametrize("read", [0, 1, 3])
def test_a_stream_only_read_must_still_stand(store: EventStore, read: int) -> None:
    store.append(NET, adding("budget-01", 1, 2), origin=origin())
    with pytest.raises(VersionRace):
        store.append(NET, adding("budget-02", 9), origin=origin(), reads={"budget-01": read})
    store.append(NET, adding("budget-02", 9), origin=origin(), reads={"budget-01": 2})
    assert minutes(store, "budget-02") == [9]


def test_a_stream_that_was_read_as_missing_must_still_be_missing(store: EventStore) -> None:
    store.append(NET, adding("budget-02", 9), origin=origin(), reads={"budget-01": 0})
    store.append(NET, adding("budget-01", 1), origin=origin())
    with pytest.raises(VersionRace):
        store.append(NET, adding("budget-02", 8, after=1), origin=origin(), reads={"budget-01": 0})


def test_reading_at_one_version_and_deciding_at_another_is_a_race(store: EventStore) -> None:
    with pytest.raises(VersionRace):
        store.append(NET, adding("budget-01", 1), origin=origin(), reads={"budget-01": 4})


def test_a_stream_may_go_on_within_a_save_after_the_version_before(store: EventStore) -> None:
    later = NOON + timedelta(days=1)
    store.append(NET, [*adding("budget-01", 1), saying("budget-01", 1, counted(2), at=later)], origin=origin())
    assert [each.envelope.occurred_at for each in store.stream("budget-01")] == [NOON, later]
    with pytest.raises(VersionRace):
        store.append(NET, adding("budget-01", 3, after=2) * 2, origin=origin())
    assert minutes(store, "budget-01") == [1, 2]


def test_after_a_failed_save_the_next_one_works(store: EventStore) -> None:
    store.append(NET, adding("budget-01", 1), origin=origin())
    with pytest.raises(VersionRace):
        store.append(NET, adding("budget-01", 1), origin=origin())
    store.append(NET, adding("budget-01", 2, after=1), origin=origin())
    assert minutes(store, "budget-01") == [1, 2]


def test_racing_writers_lose_nothing_and_double_nothing(store: EventStore) -> None:
    def add_ten() -> None:
        for _ in range(10):
            while True:
                known = len(store.stream("budget-01"))
                try:
                    store.append(NET, adding("budget-01", known + 1, after=known), origin=origin())
                    break
                except VersionRace:
                    continue

    threads = [Thread(target=add_ten) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert minutes(store, "budget-01") == list(range(1, 61))


# commands


def test_a_repeated_command_changes_nothing(store: EventStore) -> None:
    told = store.append(NET, adding("budget-01", 1, 2), origin=origin("command-01", b"body"))
    with pytest.raises(CommandSeen) as seen:
        store.append(NET, adding("budget-01", 3, after=2), origin=origin("command-01", b"other"))
    assert seen.value.receipt == Receipt(tuple(recorded.position for recorded in told), b"body")
    assert store.receipt(NET, "command-01") == seen.value.receipt
    assert store.page(0) == told


def test_what_a_command_led_to_is_found_again(store: EventStore) -> None:
    store.append(NET, adding("budget-01", 1), origin=origin())
    told = store.append(NET, [*adding("budget-02", 2), *adding("budget-03", 3)], origin=origin("command-01"))
    store.append(NET, [], origin=origin("command-02"))
    assert store.of_command(NET, "command-01") == told
    assert store.of_command(NET, "command-02") == store.of_command(NET, "command-03") == ()


def test_a_repeat_is_told_apart_from_a_race(store: EventStore) -> None:
    store.append(NET, adding("budget-01", 1), origin=origin("command-01"))
    with pytest.raises(CommandSeen):  # the version is stale too, but the command is done
        store.append(NET, adding("budget-01", 1), origin=origin("command-01"))


def test_a_command_that_changes_nothing_leaves_a_receipt(store: EventStore) -> None:
    assert store.append(NET, [], origin=origin("command-01", b"body")) == ()
    assert store.receipt(NET, "command-01") == Receipt((), b"body")
    assert store.head() == 0
    with pytest.raises(CommandSeen):
        store.append(NET, [], origin=origin("command-01", b"body"))


def test_a_beaten_command_leaves_no_receipt(store: EventStore) -> None:
    with pytest.raises(VersionRace):
        store.append(NET, adding("budget-01", 1, after=4), origin=origin("command-01"))
    assert store.receipt(NET, "command-01") is None


def test_two_networks_may_use_the_same_command_id(store: EventStore) -> None:
    store.append(NET, adding("budget-01", 1), origin=origin("command-01"))
    store.append(ELSEWHERE, adding("budget-02", 2), origin=origin("command-01"))
    assert store.head() == 2


# networks


def test_a_stream_belongs_to_one_network(store: EventStore) -> None:
    store.append(NET, adding("budget-01", 1), origin=origin())
    assert store.network_of("budget-01") == NET
    for after in (0, 1):
        with pytest.raises(Unknown):
            store.append(ELSEWHERE, adding("budget-01", 2, after=after), origin=origin())
    with pytest.raises(Unknown):
        store.append(ELSEWHERE, adding("budget-02", 2), origin=origin(), reads={"budget-01": 1})
    assert store.network_of("budget-02") is None


def test_a_page_may_be_of_one_network(store: EventStore) -> None:
    for i in range(6):
        network = (NET, ELSEWHERE)[i % 2]
        store.append(network, adding(f"budget-{i:02}", i), origin=origin())
    assert [recorded.event.minutes for recorded in store.page(0, network=ELSEWHERE)] == [1, 3, 5]
    assert [recorded.event.minutes for recorded in store.page(2, network=ELSEWHERE, limit=1)] == [3]
    assert store.networks() == (NET, ELSEWHERE)


# reading


def test_an_empty_log_answers(store: EventStore) -> None:
    assert (store.head(), store.networks(), store.page(0), store.stream(ADA)) == (0, (), (), ())
    assert store.network_of(ADA) is None
    assert store.receipt(NET, "command-01") is None
    assert store.position_at(NOON) == 0
    assert not store.wait(0, 0)


def test_pages_go_on_where_the_last_one_ended(store: EventStore) -> None:
    store.append(NET, adding("budget-01", *range(25)), origin=origin())
    seen: list[int] = []
    after = 0
    while page := store.page(after, limit=10):
        seen += [recorded.event.minutes for recorded in page]
        after = page[-1].position
    assert seen == list(range(25))


def test_the_past_is_read_as_of_a_position(store: EventStore) -> None:
    for i in range(5):
        store.append(NET, adding("budget-01", i, after=i), origin=origin())
    third = store.page(0)[2].position
    assert minutes(store, "budget-01", until=third) == [0, 1, 2]
    assert minutes(store, "budget-01", until=0) == []
    assert len(store.page(0, until=third)) == 3
    assert store.page(0, until=0) == ()


def test_a_stream_is_read_on_from_a_version(store: EventStore) -> None:
    store.append(NET, adding("budget-01", 1, 2, 3), origin=origin())
    assert [recorded.version for recorded in store.stream("budget-01", after=1)] == [2, 3]


def test_the_past_is_found_by_time(store: EventStore, clock: Clock) -> None:
    for i in range(3):
        clock.shows = NOON + timedelta(hours=i)
        store.append(NET, adding("budget-01", i, i, after=2 * i), origin=origin())
    assert store.position_at(NOON - timedelta(microseconds=1)) == 0
    assert store.position_at(NOON) == 2
    assert store.position_at(NOON + timedelta(minutes=90)) == 4
    assert store.position_at(NOON + timedelta(days=1)) == 6


def test_recorded_time_never_falls_even_when_the_clock_does(store: EventStore, clock: Clock) -> None:
    for hours in (0, 2, -5, 1, 3):
        clock.shows = NOON + timedelta(hours=hours)
        store.append(NET, adding("budget-01", hours, after=store.head()), origin=origin())
    times = [recorded.recorded_at for recorded in store.page(0)]
    assert times == [NOON + timedelta(hours=hours) for hours in (0, 2, 2, 2, 3)]


# following


def test_waiting_ends_at_once_when_there_is_more(store: EventStore) -> None:
    store.append(NET, adding("budget-01", 1), origin=origin())
    assert store.wait(0, 0)
    assert not store.wait(1, 0)


def test_a_waiting_reader_is_woken_by_an_append(store: EventStore) -> None:
    def append_soon() -> None:
        sleep(0.05)
        store.append(NET, adding("budget-01", 1), origin=origin())

    thread = Thread(target=append_soon)
    thread.start()
    started = monotonic()
    assert store.wait(0, 60)
    assert monotonic() - started < 30
    assert store.head() == 1
    thread.join()


def test_waiting_in_vain_ends_in_time(store: EventStore) -> None:
    started = monotonic()
    assert not store.wait(0, 0.1)
    assert 0.1 <= monotonic() - started < 30


def test_closing_sends_home_whoever_waits(tmp_path: Path, keys: KeyRing) -> None:
    store = EventStore(tmp_path, keys, CATALOGUE)
    answers: list[bool] = []
    thread = Thread(target=lambda: answers.append(store.wait(0, 30)))
    thread.start()
    sleep(0.05)
    store.close()
    thread.join(20)
    assert answers == [False]


# set-up


def test_the_environment_of_the_process_has_no_say(
    tmp_path: Path, keys: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    for prefix in ("", "_LOG_"):
        monkeypatch.setenv(f"{prefix}PERSISTENCE_MODULE", "eventsourcing.popo")
        monkeypatch.setenv(f"{prefix}SQLITE_DBNAME", str(tmp_path / "elsewhere.db"))
        monkeypatch.setenv(f"{prefix}COMPRESSOR_TOPIC", "zlib")
    store = EventStore(tmp_path / "data", keys, CATALOGUE)
    store.append(NET, adding("budget-01", 1), origin=origin())
    store.close()
    assert (tmp_path / "data" / "events.db").exists()
    assert not (tmp_path / "elsewhere.db").exists()


def test_a_log_is_read_again_after_it_was_closed(tmp_path: Path, keys: KeyRing) -> None:
    first = EventStore(tmp_path, keys, CATALOGUE)
    told = first.append(NET, adding("budget-01", 1, 2), origin=origin("command-01"))
    first.close()
    second = EventStore(tmp_path, keys, CATALOGUE)
    assert second.page(0) == told
    with pytest.raises(CommandSeen):
        second.append(NET, [], origin=origin("command-01"))
    second.close()


# bodies told apart


def test_a_keyed_hash_tells_bodies_and_networks_apart(store: EventStore) -> None:
    hashes = [store.keyed_hash(network, body) for network in (NET, ELSEWHERE) for body in (b"one", b"two")]
    assert len(set(hashes)) == 4
    assert store.keyed_hash(NET, b"one") == hashes[0]


@pytest.mark.parametrize("network", ["", "Riverbend", ADA, "network-", "network-ABCDEF01", f"{NET}\n", f"{NET}|x"])
def test_what_is_no_id_of_a_network_gets_no_key(store: EventStore, keys: KeyRing, network: str) -> None:
    with pytest.raises(Unknown, match="no such network"):
        store.keyed_hash(network, b"body")
    assert not keys.has(network)
