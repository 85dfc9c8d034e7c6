from contextlib import suppress
from pathlib import Path
from typing import Annotated

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.kernel import ERASED, Catalogue, Entry, Event, owned_by
from domain.refusals import KeyTrouble, NewerSoftware, StorageTrouble, Unknown
from engine.event_store import EventStore, VersionRace
from engine.sealing import KeyRing
from tests.engine.facts import ADA, BEN, CATALOGUE, NET, Asked, Joined, counted, origin, saying


def files_hold(folder: Path, text: str) -> bool:
    return any(text.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_personal_texts_are_not_readable_in_the_files(tmp_path: Path, keys: KeyRing) -> None:
    store = EventStore(tmp_path, keys, CATALOGUE)
    asked = Asked(author=ADA, text="a very private dilemma", helper=BEN, reply="a private reply")
    store.append(NET, [saying("challenge-01", 0, (asked,))], origin=origin())
    assert files_hold(tmp_path, "challenge.asked")
    assert not files_hold(tmp_path, "private")
    store.close()
    assert not files_hold(tmp_path, "private")


def test_a_text_that_belongs_to_nobody_is_not_recorded(store: EventStore) -> None:
    with pytest.raises(ValueError, match="belongs to nobody"):
        store.append(NET, [saying("challenge-01", 0, (Asked(author="", text="why?"),))], origin=origin())
    store.append(NET, [saying("challenge-01", 0, (Asked(author="", text=""),))], origin=origin())


def test_a_destroyed_key_erases_its_owners_texts_alone(store: EventStore, keys: KeyRing) -> None:
    asked = Asked(author=ADA, text="why?", helper=BEN, reply="because")
    store.append(NET, [saying("challenge-01", 0, (asked,))], origin=origin())
    store.append(NET, [saying(ADA, 0, (Joined(name="Ada"),))], origin=origin())
    keys.destroy(ADA)
    store.forget(ADA)
    assert [recorded.event for recorded in store.page(0)] == [
        Asked(author=ADA, text=ERASED, helper=BEN, reply="because"),
        Joined(name=ERASED),
    ]


def test_erasing_changes_no_stored_byte(tmp_path: Path, keys: KeyRing) -> None:
    store = EventStore(tmp_path, keys, CATALOGUE)
    store.append(NET, [saying(ADA, 0, (Joined(name="Ada"),))], origin=origin())
    before = store._recorder.rows_after(0, limit=9)
    keys.destroy(ADA)
    assert store._recorder.rows_after(0, limit=9) == before
    store.close()


def test_nothing_personal_is_added_about_somebody_erased(store: EventStore, keys: KeyRing) -> None:
    store.append(NET, [saying(ADA, 0, (Joined(name="Ada"),))], origin=origin())
    keys.destroy(ADA)
    with pytest.raises(Unknown, match="erased"):
        store.append(NET, [saying(ADA, 1, (Joined(name="Ada again"),))], origin=origin())
    store.append(NET, [saying(ADA, 1, (Joined(name=""), *counted(5)))], origin=origin())  # nothing to seal
    assert len(store.stream(ADA)) == 3


def test_the_key_is_there_before_the_event_it_seals(tmp_path: Path) -> None:
    outside = tmp_path / "outside" / "master.key"
    keys = KeyRing.open(tmp_path / "data", outside)
    store = EventStore(tmp_path / "data", keys, CATALOGUE)
    with pytest.raises(VersionRace):
        store.append(NET, [saying(ADA, 7, (Joined(name="Ada"),))], origin=origin())
    store.close()
    keys.close()
    assert KeyRing.open(tmp_path / "data", outside).has(ADA)


@pytest.mark.parametrize("changes", [{"stream": BEN}, {"version": 2}])
def test_a_sealed_text_opens_only_in_its_own_place(keys: KeyRing, changes: dict[str, object]) -> None:
    store = EventStore(None, keys, CATALOGUE)
    store.append(NET, [saying(ADA, 0, (Joined(name="Ada"),))], origin=origin())
    (row,) = store._recorder.rows_after(0, limit=1)
    with pytest.raises(StorageTrouble, match=r"position 1: .*cannot be read"):
        store._mapper.recorded(row._replace(**changes))


def test_a_sealed_text_opens_only_in_its_own_field(keys: KeyRing) -> None:
    store = EventStore(None, keys, CATALOGUE)
    store.append(NET, [saying(ADA, 0, (Joined(name="Ada", nickname="Countess"),))], origin=origin())
    (row,) = store._recorder.rows_after(0, limit=1)
    schema, envelope, fields, sealed = msgspec.msgpack.decode(row.payload)
    fields["name"], fields["nickname"] = fields["nickname"], fields["name"]
    swapped = msgspec.msgpack.encode([schema, envelope, fields, sealed])
    with pytest.raises(StorageTrouble, match="cannot be read"):
        store._mapper.recorded(row._replace(payload=swapped))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0), bit=st.integers(0, 7))
def test_an_altered_payload_never_breaks_out_in_other_words(keys: KeyRing, place: int, bit: int) -> None:
    store = EventStore(None, keys, CATALOGUE)
    store.append(NET, [saying(ADA, 0, (Joined(name="Ada"), *counted(5)))], origin=origin())
    for row in store._recorder.rows_after(0, limit=2):
        payload = bytearray(row.payload)
        payload[place % len(payload)] ^= 1 << bit
        with suppress(StorageTrouble, NewerSoftware, KeyTrouble):  # nothing else may come out
            store._mapper.recorded(row._replace(payload=bytes(payload)))


def sealed_by(hint: object) -> type[Event]:
    return msgspec.defstruct("Noted", [("author", str), ("note", hint)], bases=(Event,), frozen=True, kw_only=True)


def test_a_mark_that_could_not_be_kept_is_found_at_the_start(keys: KeyRing) -> None:
    mark = owned_by("author")
    for hint in (Annotated[int, mark], Annotated[str, mark] | None, tuple[Annotated[str, mark], ...]):
        with pytest.raises(TypeError, match=r"Noted\.note"):
            EventStore(None, keys, Catalogue((Entry("note.made", sealed_by(hint)),), {}))


def test_an_older_sealed_text_is_opened_before_it_is_brought_up(tmp_path: Path, keys: KeyRing) -> None:
    before = EventStore(tmp_path, keys, CATALOGUE)
    before.append(NET, [saying(ADA, 0, (Joined(name="Ada"),))], origin=origin())
    before.close()

    class Welcomed(Event, frozen=True, kw_only=True):
        full_name: str

    renamed = {("member.joined", 1): lambda fields: {"full_name": f"{fields['name']} Lovelace"}}
    after = EventStore(tmp_path, keys, Catalogue((Entry("member.joined", Welcomed, version=2),), renamed))
    assert after.stream(ADA)[0].event == Welcomed(full_name="Ada Lovelace")
    keys.destroy(ADA)
    assert after.stream(ADA)[0].event == Welcomed(full_name=f"{ERASED} Lovelace")
    after.close()
