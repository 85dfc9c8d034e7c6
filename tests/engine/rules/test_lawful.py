"""What the deciders made passes every rule, with and without what is sealed."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from domain.catalogue import CATALOGUE
from domain.kernel import Recorded
from domain.members import DeclareConflict
from domain.vocabulary import ConflictKind
from engine.checking import Findings, check, rows_of, unsealing
from engine.event_store import EventStore
from engine.sealing import KeyRing
from tests.histories import ADA, BEN, NET, History, begun, copy_into
from tests.random_histories import histories


@pytest.fixture
def keys() -> Iterator[KeyRing]:
    ring = KeyRing.in_memory()
    yield ring
    ring.close()


def checked(recorded: list[Recorded], keys: KeyRing, *, opens: bool = True) -> Findings:
    """All but lists: those of made-up histories are made up too, and derived from nothing."""
    store = EventStore(None, keys, CATALOGUE, clock=lambda: recorded[-1].recorded_at)
    copy_into(store, recorded)
    rows = (row for row in rows_of(store, NET) if not row[3].startswith("recommendation-"))
    found = check(rows, (), unsealing(keys) if opens else None)
    store.close()
    return found


@given(histories())
@settings(max_examples=25, deadline=None)
def test_random_histories_of_the_deciders_break_no_rule(history: History) -> None:
    ring = KeyRing.in_memory()
    found = checked(history.recorded, ring)
    assert found.violation is None
    assert found.events > 0


def test_what_is_sealed_is_said_to_be_left_open(keys: KeyRing) -> None:
    history = begun()
    history.do(DeclareConflict(member=ADA, other=BEN, kind=ConflictKind.FAMILY))
    shut = {each.rule: each.left for each in checked(history.recorded, keys, opens=False).rules}
    assert shut[10] == {"conflicts and mutes that are sealed": 1}
    assert not {each.rule: each.left for each in checked(history.recorded, keys).rules}[10]
