"""Looks: what an answer holds by office alone, and what is written down of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from domain.access import AccessRecorded
from domain.challenges import PostChallenge
from domain.refusals import StorageTrouble
from domain.vocabulary import OPERATOR, Confidentiality, NetworkRole
from engine.access import Seen, with_look
from models.encoder import Encoder
from projections import challenge_board, member_directory
from projections.reading import Reader
from tests.engine.town import ABSENT, ADA, BEN, CLEO, NET, Town

GROUPS = "challenge-0000000f"
STAFF = Reader(member=CLEO, roles=frozenset({NetworkRole.FACILITATOR}))


@pytest.fixture
def town(tmp_path: Path, encoder: Encoder) -> Iterator[Town]:
    with Town(tmp_path, encoder) as town:
        group = PostChallenge(challenge=GROUPS, author=ADA, title="For a few", confidentiality=Confidentiality.GROUP)
        town.say(group, by=ADA)
        yield town


def recorded(town: Town) -> list[AccessRecorded]:
    return [each.event for each in town.store.page(0, network=NET) if isinstance(each.event, AccessRecorded)]


def seen_by(town: Town, reader: Reader, query: Any) -> Seen | None:
    return town.ask(NET, lambda connection: with_look(query, connection, reader, NET))[1]


def test_what_every_member_reads_is_no_look(town: Town) -> None:
    assert seen_by(town, STAFF, lambda c, who: challenge_board.seen(c, who, ABSENT)) is None
    assert seen_by(town, STAFF, member_directory.people) is None


def test_of_a_page_only_what_is_seen_by_office_is_looked_at(town: Town) -> None:
    assert seen_by(town, STAFF, challenge_board.board) == Seen(subjects=frozenset({GROUPS}), members=frozenset({ADA}))
    assert seen_by(town, Reader(member=CLEO), challenge_board.board) is None


def test_whom_a_reader_is_shown_by_office_alone_is_looked_at(town: Town) -> None:
    apart = Reader(member=CLEO, roles=STAFF.roles, apart=frozenset({BEN}))
    assert seen_by(town, apart, member_directory.people) == Seen(subjects=frozenset({BEN}), members=frozenset({BEN}))


def test_the_viewer_is_none_of_those_whom_it_concerns(town: Town) -> None:
    town.looks.record(NET, CLEO, "list challenges", Seen(subjects=frozenset({GROUPS}), members=frozenset({ADA, CLEO})))
    (look,) = recorded(town)
    assert (look.viewer, look.subjects, look.members) == (CLEO, (GROUPS,), (ADA,))


def test_a_look_at_very_many_is_written_in_parts_of_one_save(town: Town) -> None:
    subjects = frozenset(f"coaching-{number:08x}" for number in range(2_500))
    members = frozenset(f"member-{number:08x}" for number in range(1_200))
    head = town.store.head()
    town.looks.record(NET, OPERATOR, "list themes", Seen(subjects=subjects, members=members))
    found = recorded(town)
    assert [len(each.subjects) for each in found] == [1_000, 1_000, 500]
    assert [len(each.members) for each in found] == [1_000, 200, 0]
    assert {each for look in found for each in look.subjects} == subjects
    assert len({each.envelope.command for each in town.store.page(head)}) == 1


def test_the_same_read_twice_is_two_looks(town: Town) -> None:
    for _ in range(2):
        town.looks.by_operator(NET, OPERATOR, "list challenges", challenge_board.board)
    assert [each.what for each in recorded(town)] == ["list challenges"] * 2


def test_what_cannot_be_written_down_is_not_answered(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise StorageTrouble("the disk is full")

    monkeypatch.setattr(town.commands, "handle_all", full)
    with pytest.raises(StorageTrouble):
        town.looks.by_operator(NET, OPERATOR, "list challenges", challenge_board.board)


def test_with_the_eyes_of_a_member_the_operator_looks_at_what_is_not_open(town: Town) -> None:
    town.looks.by_operator(NET, BEN, "list challenges", challenge_board.board)
    assert recorded(town) == []
    town.looks.by_operator(NET, ADA, "list challenges", challenge_board.board)
    assert [each.members for each in recorded(town)] == [(ADA,)]


class Sum(Struct, frozen=True):
    """Something that nobody has named as concerning anybody."""

    sessions: int


def test_what_is_for_an_office_is_looked_at_whatever_it_is(town: Town) -> None:
    found = town.ask(NET, lambda connection: with_look(lambda _, __: Sum(3), connection, STAFF, NET, official=True))
    assert found == (Sum(3), Seen(subjects=frozenset({NET})))
    assert seen_by(town, STAFF, lambda _, __: Sum(3)) is None
