"""A backup older than an erasure came back: keys stay destroyed, the log tells of no erasure, all else works."""

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from domain.challenges import AnswerChallenge
from domain.erasure import ErasureBegun, LiftLegalHold, PlaceLegalHold, erasure_of
from domain.refusals import Refused
from domain.vocabulary import OPERATOR
from engine.access import Seen
from engine.backup import back_up
from engine.commands import Sender
from engine.naming import look_for, names_of
from engine.own_data import own_data
from engine.rederiving import Verdict
from engine.restoring import Restored, restore
from engine.verifying import Tampered
from engine.verifying_here import verify_stored
from models.encoder import Encoder
from tests.engine.town import ADA, BEN, CLEO, EXPERTS, MONDAYS, NET, PEERS, Town


def erase(town: Town, member: str) -> None:
    town.erasures.begin(NET, member, Sender(network=NET, actor=OPERATOR, command_id=f"erase-{member}"))
    town.erasures.finish(NET, member)


def brought_back(folder: Path, encoder: Encoder, *, held: bool = False) -> Restored:
    """Ada and Cleo were erased after the backup that was restored; of Cleo a legal hold stood in it."""
    with Town(folder, encoder) as town:
        said = AnswerChallenge(challenge=MONDAYS, answer="answer-00000002", member=CLEO, text=f"Ask Name of {ADA}.")
        town.say(said, by=CLEO)
        town.ask_for(PEERS)
        town.ask_for(EXPERTS)
        town.ask_for(PEERS, MONDAYS, BEN)
        town.looks.record(NET, CLEO, "the queue", Seen(subjects=frozenset({BEN}), members=frozenset({BEN})))
        if held:
            town.say(PlaceLegalHold(member=CLEO, reason="a lawsuit is pending"))
        back_up(town, folder / "backup", folder / "keys")
        if held:
            town.say(LiftLegalHold(member=CLEO, reason="it was settled"))
        erase(town, CLEO)
        erase(town, ADA)
        settings = town.settings
    return restore(settings, folder / "backup", folder / "keys", replace=True)


def test_whose_key_is_destroyed_counts_as_gone_though_the_log_tells_of_no_erasure(
    tmp_path: Path, encoder: Encoder
) -> None:
    assert brought_back(tmp_path, encoder).erased == (ADA, CLEO)
    with Town(tmp_path, encoder) as town:
        assert not town.store.stream(erasure_of(ADA))
        found = list(town.rederiving.every(NET))
        assert len(found) == 3
        assert {each.outcome for each in found} <= {Verdict.PARTLY, Verdict.IDENTICAL}, "nothing is at fault"
        assert any(f"{ADA} was erased" in each.gone for each in found)
        before = [(each.decision, each.outcome) for each in found]
        erase(town, ADA)
        erase(town, CLEO)
        assert [(each.decision, each.outcome) for each in town.rederiving.every(NET)] == before


def test_a_name_that_nobody_can_open_is_not_looked_for(tmp_path: Path, encoder: Encoder) -> None:
    brought_back(tmp_path, encoder)
    with Town(tmp_path, encoder) as town:
        found = look_for(town.store, NET, ADA)
        assert (found.named, found.nameless) == ((), True)
        assert not names_of(town.store, ADA)
        assert not look_for(town.store, NET, BEN).nameless
        erase(town, ADA)
        (begun,) = (each.event for each in town.store.stream(erasure_of(ADA)) if isinstance(each.event, ErasureBegun))
        assert begun.named == ()


def test_a_legal_hold_that_came_back_is_told_and_lifted_before_the_erasure_is_said_again(
    tmp_path: Path, encoder: Encoder
) -> None:
    assert brought_back(tmp_path, encoder, held=True).held == (CLEO,)
    with Town(tmp_path, encoder) as town:
        with pytest.raises(Refused, match="legal hold"):
            erase(town, CLEO)
        town.say(LiftLegalHold(member=CLEO, reason="it was settled"))
        erase(town, CLEO)


def test_ones_own_data_who_looked_and_ones_erasure_are_there_as_before(tmp_path: Path, encoder: Encoder) -> None:
    brought_back(tmp_path, encoder)
    with Town(tmp_path, encoder) as town:
        told = own_data(town, NET, BEN)
        assert {"name": f"Name of {BEN}"} in [each.own_words for each in told.held]
        assert [(look.viewer, look.what) for look in told.looks] == [(CLEO, "the queue")]
        assert f"Name of {ADA}" not in msgspec.json.encode(own_data(town, NET, ADA)).decode()
        town.looks.record(NET, OPERATOR, "my data", Seen(subjects=frozenset({BEN}), members=frozenset({BEN})))
        assert len(own_data(town, NET, BEN).looks) == 2
        erase(town, BEN)
        assert town.keys.destroyed() >= {ADA, BEN, CLEO}
        assert not town.erasures.unfinished(NET)


def test_after_a_restore_what_is_altered_is_named_by_its_very_event(tmp_path: Path, encoder: Encoder) -> None:
    brought_back(tmp_path, encoder)
    verify_stored(tmp_path / "data")
    with closing(sqlite3.connect(tmp_path / "data" / "events.db")) as c, c:
        c.execute("drop trigger events_are_not_changed")
        c.execute("update events set recorded_us = recorded_us + 1 where position = 9")
    with pytest.raises(Tampered) as refused:
        verify_stored(tmp_path / "data")
    assert (refused.value.position, refused.value.until) == (9, refused.value.sequence)
