from datetime import UTC, date, datetime, timedelta, timezone

import msgspec
import pytest
from eventsourcing.persistence import StoredEvent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.kernel import Catalogue, Entry, Event
from domain.refusals import Malformed, NewerSoftware
from domain.vocabulary import Level
from engine.event_store import EventStore
from engine.sealing import KeyRing
from engine.storage.recorder import Save
from tests.engine.facts import ADA, BEN, CATALOGUE, NET, NOON, Asked, Counted, Joined, Limits, adding, origin, saying

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
limits = st.builds(Limits, most=st.integers(-5, 500))
events = st.one_of(
    st.builds(Joined, name=texts, nickname=st.none() | texts, level=st.sampled_from(Level)),
    st.builds(Asked, author=st.just(ADA), text=texts, helper=st.just(BEN), reply=texts),
    st.builds(
        Counted,
        minutes=st.integers(-(2**63), 2**63 - 1),
        on=st.none() | st.dates(),
        at=st.none() | st.datetimes(timezones=st.just(UTC)),
        parts=st.lists(st.floats(allow_nan=False)).map(tuple),
        limits=limits,
        by_month=st.dictionaries(texts, limits),
    ),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(several=st.lists(events, max_size=5))
def test_every_event_survives_the_disk(store: EventStore, several: list[Event]) -> None:
    stream = f"stream-{store.head():08x}"
    told = store.append(NET, [saying(stream, 0, tuple(several))], origin=origin())
    assert [recorded.event for recorded in store.stream(stream)] == several
    assert store.stream(stream) == told


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(several=st.lists(events, max_size=5))
def test_an_event_says_the_same_read_at_once_or_in_steps(store: EventStore, several: list[Event]) -> None:
    stream = f"stream-{store.head():08x}"
    store.append(NET, [saying(stream, 0, tuple(several))], origin=origin())
    for _, _, _, _, version, name, payload in store._recorder.rows_of(stream):
        at_once = store._mapper._read(stream, version, name, payload)
        in_steps = store._mapper._read_in_steps(stream, version, name, payload)
        assert (at_once.envelope, at_once.fields) == (in_steps.envelope, in_steps.fields)


def test_an_instant_of_another_zone_is_the_same_instant(store: EventStore) -> None:
    there = datetime(2024, 3, 1, 8, 30, 15, 123456, tzinfo=timezone(timedelta(hours=-7)))
    store.append(NET, [saying(ADA, 0, (Counted(minutes=1, at=there),), at=there)], origin=origin())
    (read,) = store.stream(ADA)
    assert read.envelope.occurred_at == read.event.at == there


def test_an_instant_without_a_zone_is_not_recorded(store: EventStore) -> None:
    with pytest.raises(TypeError):
        store.append(NET, adding("budget-01", 1), origin=origin(at=NOON.replace(tzinfo=None)))
    assert store.head() == 0


def test_what_could_not_be_read_back_is_not_written(store: EventStore) -> None:
    with pytest.raises(msgspec.ValidationError):
        store.append(NET, [saying(ADA, 0, (Counted(minutes="many"),))], origin=origin())
    assert store.head() == 0


def test_a_broken_character_is_refused_without_quoting_the_text(store: EventStore) -> None:
    with pytest.raises(Malformed) as refusal:
        store.append(NET, [saying(ADA, 0, (Joined(name="secret \ud800"),))], origin=origin())
    assert "secret" not in str(refusal.value)
    assert store.head() == 0


def test_an_event_outside_the_catalogue_is_not_recorded(store: EventStore) -> None:
    class Stray(Event, frozen=True, kw_only=True):
        minutes: int = 1

    with pytest.raises((TypeError, KeyError)):
        store.append(NET, [saying(ADA, 0, (Stray(),))], origin=origin())


def test_facts_stay_readable_when_limits_are_tighter(store: EventStore) -> None:
    wide = Counted(minutes=1, limits=Limits(most=51), by_month={"may": Limits(most=-1)})
    store.append(NET, [saying(ADA, 0, (wide,))], origin=origin())
    assert store.stream(ADA)[0].event == wide


def test_dates_stand_in_the_log_as_they_are_written(keys: KeyRing) -> None:
    store = EventStore(None, keys, CATALOGUE)
    store.append(NET, [saying(ADA, 0, (Counted(minutes=1, on=date(2024, 2, 29)),))], origin=origin())
    (row,) = store._recorder.rows_after(0, limit=1)
    schema, envelope, fields, sealed = msgspec.msgpack.decode(row.payload)
    assert (schema, fields["on"], sealed) == (1, "2024-02-29", {})
    assert envelope[0] == NOON


# older and newer software


class Met(Event, frozen=True, kw_only=True):
    minutes: int
    place: str = "unknown"
    host: str


def met(version: int) -> Catalogue:
    """The same name with a schema that grew: v1 `length` in hours, v2 `minutes`, v3 a host."""
    steps = {
        ("meeting.held", 1): lambda fields: {"minutes": 60 * fields["length"]},
        ("meeting.held", 2): lambda fields: {**fields, "host": "nobody"},
    }
    return Catalogue((Entry("meeting.held", Met, version=version),), steps)


def put_row(store: EventStore, name: str, schema: int, fields: dict[str, object]) -> None:
    """Write a row as older or newer software would have written it."""
    envelope = [NOON, ADA, None, "command-01", "command-01", "command-01", "network"]
    state = msgspec.msgpack.encode([schema, envelope, fields])
    version = len(store._recorder.rows_of("meeting-01")) + 1
    save = Save(NET, f"command-{version}", b"", {})
    store._recorder.record([StoredEvent("meeting-01", version, name, state)], save)


def test_older_events_are_brought_to_the_present_step_by_step(keys: KeyRing) -> None:
    store = EventStore(None, keys, met(version=3))
    put_row(store, "meeting.held", 1, {"length": 2})
    put_row(store, "meeting.held", 2, {"minutes": 45, "place": "library"})
    put_row(store, "meeting.held", 3, {"minutes": 30, "host": BEN})
    assert [recorded.event for recorded in store.page(0)] == [
        Met(minutes=120, host="nobody"),
        Met(minutes=45, place="library", host="nobody"),
        Met(minutes=30, host=BEN),
    ]


@pytest.mark.parametrize(("name", "schema"), [("meeting.held", 4), ("meeting.dreamt", 1)])
def test_events_of_newer_software_are_refused_by_place_and_name(keys: KeyRing, name: str, schema: int) -> None:
    store = EventStore(None, keys, met(version=3))
    put_row(store, "meeting.held", 3, {"minutes": 30, "host": BEN})
    put_row(store, name, schema, {"minutes": 30})
    with pytest.raises(NewerSoftware, match=rf"position 2: .*{name}"):
        store.page(0)
    assert len(store.page(0, until=1)) == 1
