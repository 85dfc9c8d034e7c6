"""Of random histories, with the keys of some destroyed: everything is still told, folded and read, and goes on."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.catalogue import CATALOGUE
from domain.kernel import ERASED, STREAM, owners_of
from domain.members import MEMBER, Erased
from domain.plans import DECIDERS
from domain.vocabulary import OPERATOR
from engine.deciding import States
from engine.event_store import EventStore
from engine.followers import Views
from engine.sealing import KeyRing
from projections.reading import Reader, reader_at
from tests.histories import ADA, BEN, CLEO, DEV, EVE, NET, History, copy_into
from tests.projections.test_reading import shown
from tests.random_histories import histories

MEMBERS = (ADA, BEN, CLEO, DEV, EVE)
given_the_erased = given(histories(), st.sets(st.sampled_from(MEMBERS), min_size=1, max_size=3))
soon = settings(max_examples=12, deadline=None)


def kept(history: History, erased: set[str]) -> tuple[EventStore, States]:
    """The history in a store, folded once while all of it could be read, and then some keys destroyed."""
    keys = KeyRing.in_memory()
    store = EventStore(None, keys, CATALOGUE)
    copy_into(store, history.recorded)
    states = States(store)
    fold(history, states)
    for member in erased:
        keys.destroy(member)
    return store, states


def fold(history: History, states: States) -> dict[str, Any]:
    streams = {each.stream for each in history.recorded}
    found = {each: states.latest(DECIDERS[each.partition("-")[0]], NET, each) for each in streams}
    return {stream: state for stream, known in found.items() if known is not None for _, state in [known]}


@soon
@given_the_erased
def test_tables_are_made_anew_and_answer_everybody(history: History, erased: set[str]) -> None:
    store, _ = kept(history, erased)
    views = Views(None, NET, store)
    views.catch_up()
    assert views.last_error is None
    with views.reading() as c:
        for member in (*MEMBERS, OPERATOR):
            reader = reader_at(c, member) or Reader(member=member)
            for _, answer in shown(c, reader):
                msgspec.json.encode(answer)
    views.close()
    store.close()


@soon
@given_the_erased
def test_no_state_that_was_folded_before_is_kept(history: History, erased: set[str]) -> None:
    store, states = kept(history, erased)
    anew = fold(history, States(store))
    assert fold(history, states) == anew
    store.close()


@soon
@given_the_erased
def test_what_is_theirs_reads_as_erased_and_nothing_else_does(history: History, erased: set[str]) -> None:
    store, _ = kept(history, erased)
    for before, after in zip(history.recorded, store.page(0, limit=100_000), strict=True):
        for field, owner in owners_of(type(before.event)).items():
            whose = before.stream if owner == STREAM else getattr(before.event, owner)
            text = getattr(before.event, field)
            assert getattr(after.event, field) == (ERASED if text and whose in erased else text)
    store.close()


@soon
@given(histories())
def test_of_who_was_erased_no_table_has_more_than_that_there_was_somebody(history: History) -> None:
    facts = history.facts()
    gone = {each for each in MEMBERS if isinstance(facts(MEMBER, each), Erased)}
    store, _ = kept(history, gone)
    views = Views(None, NET, store)
    views.catch_up()
    with views.reading() as c:
        found = c.execute("select owner, name || cohort || profile || place from members where standing = 'erased'")
        assert {tuple(each) for each in found.fetchall()} == {(each, "") for each in gone}
        for table in ("conflicts", "mutes", "links", "expertise", "growth_areas"):
            assert not {owner for (owner,) in c.execute(f"select owner from {table}")} & gone
    views.close()
    store.close()
