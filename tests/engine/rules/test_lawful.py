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
from engine.rules.all import RULES
from engine.sealing import KeyRing
from tests.histories import ADA, BEN, NET, History, begun, copy_into
from tests.random_histories import histories

_MADE_UP = ("recommendation-", "access-", "audit-")
_NUMBERS = {rule.number for rule in RULES}


@pytest.fixture
def keys() -> Iterator[KeyRing]:
    ring = KeyRing.in_memory()
    yield ring
    ring.close()


def checked(recorded: list[Recorded], keys: KeyRing, *, opens: bool = True) -> Findings:
    """Without what random histories make up: lists, looks, what was signed, and what suggestions derive from."""
    store = EventStore(None, keys, CATALOGUE, clock=lambda: recorded[-1].recorded_at)
    copy_into(store, recorded)
    rows = (row for row in rows_of(store, NET) if not row[3].startswith(_MADE_UP))
    found = check(rows, _NUMBERS - {18}, unsealing(keys) if opens else None)
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
