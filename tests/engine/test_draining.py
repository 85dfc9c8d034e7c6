"""Freed time goes at once to the request that waits longest of those it fits, and each minute of it once."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

from domain.coaching import commands as c
from domain.members import DeclareConflict, LeaveNetwork, PauseMember, ResumeMember
from domain.vocabulary import ENGINE, OPERATOR, ConflictKind, Disposition, NetworkRole
from engine.commands import Order, Sender
from engine.event_store import EventStore
from projections import coaching_work
from tests.engine.waiting_room import NET, SESSION, WaitingRoom, case, coach, seeker

ROOT = Path(__file__).parents[2]
EXPERT = Disposition.EXPERT_ENGAGED
SLOTS, COACHES = 40, 8


@pytest.fixture
def room(tmp_path: Path) -> Iterator[WaitingRoom]:
    with WaitingRoom(tmp_path) as room:
        yield room


def drain(room: WaitingRoom) -> list[tuple[str, str]]:
    """What was offered anew."""
    before = len(room.offered())
    room.react(NET)
    return room.offered()[before:]


def declines(room: WaitingRoom, number: int, who: int, *, away: bool = False) -> None:
    room.say(c.DeclineOffer(coaching=case(number), member=coach(who), away=away), by=coach(who))


def test_the_oldest_request_is_served_first_and_nothing_is_offered_twice(room: WaitingRoom) -> None:
    for number in (2, 1, 3):
        room.waits(number)
        room.later(hours=1)
    assert drain(room) == []
    room.coaches(1, sessions=2)
    assert drain(room) == [(case(2), coach(1)), (case(1), coach(1))]
    assert drain(room) == []
    assert room.promised(coach(1)) == 2 * SESSION


def test_more_time_a_decline_and_a_return_free_time_for_the_next_one(room: WaitingRoom) -> None:
    room.coaches(1)
    for number in (1, 2, 3):
        room.waits(number)
    assert drain(room) == [(case(1), coach(1))]
    declines(room, 1, 1)
    assert drain(room) == [(case(2), coach(1))]  # who said no is not asked again for the same
    room.offers(1, sessions=2)
    assert drain(room) == [(case(3), coach(1))]
    room.coaches(2)
    assert drain(room) == [(case(1), coach(2))]  # back in its old place


def test_an_offer_that_runs_out_goes_to_somebody_else(room: WaitingRoom) -> None:
    room.coaches(1)
    room.waits(1)
    drain(room)
    room.coaches(2)
    room.later(days=8)
    assert drain(room) == [(case(1), coach(2))]
    assert room.promised(coach(1)) == 0


def test_who_pauses_or_leaves_is_not_waited_for(room: WaitingRoom) -> None:
    room.coaches(1)
    room.coaches(2)
    room.waits(1)
    (first,) = drain(room)
    room.say(PauseMember(member=first[1]), by=first[1])
    (second,) = drain(room)
    assert {first[1], second[1]} == {coach(1), coach(2)}
    room.say(LeaveNetwork(member=second[1]), by=second[1])
    assert drain(room) == []
    room.waits(2)
    room.say(ResumeMember(member=first[1]), by=first[1])
    assert drain(room) == [(case(1), first[1])]  # who paused has not said no


def test_who_leaves_after_a_yes_is_not_waited_for_either(room: WaitingRoom) -> None:
    room.coaches(1)
    room.waits(1)
    assert drain(room) == [(case(1), coach(1))]
    room.say(c.AcceptOffer(coaching=case(1), member=coach(1)), by=coach(1))
    room.say(LeaveNetwork(member=coach(1)), by=coach(1))
    room.coaches(2)
    assert drain(room) == [(case(1), coach(2))]
    assert room.promised(coach(1)) == 0


def test_a_yes_said_while_paused_is_let_go_when_they_leave_however_often_it_was_looked_at(room: WaitingRoom) -> None:
    room.coaches(1)
    room.waits(1)
    drain(room)
    (offer,) = room.ask(NET, coaching_work.open_offers)
    room.say(PauseMember(member=coach(1)), by=coach(1))
    room.say(c.AcceptOffer(coaching=case(1), member=coach(1)), by=coach(1))
    let_go = (Order(command=c.ExpireOffer(coaching=case(1), offer=offer.offer), at=room.now),)
    sender = Sender(network=NET, actor=ENGINE, command_id=f"expire-{offer.offer}", causation=case(1))
    assert room.commands.handle_all(let_go, sender).refusals  # by an engine that had looked before the yes
    room.say(LeaveNetwork(member=coach(1)), by=coach(1))
    drain(room)
    assert room.promised(coach(1)) == 0


def test_while_a_seeker_changes_coaches_their_other_request_is_served(room: WaitingRoom) -> None:
    for number in (1, 2):
        room.coaches(number, sessions=2)
    room.waits(1)
    ((_, first),) = drain(room)
    other = coach(2) if first == coach(1) else coach(1)
    room.say(c.AcceptOffer(coaching=case(1), member=first), by=first)
    room.say(c.OpenEngagement(coaching=case(1), goal="call twice a week", until=room.now.date()), by=first)
    room.say(c.OfferCoach(coaching=case(1), offer="offer-00000099", coach=other), by=first)
    room.waits(2, seeker=seeker(1))
    assert [offered for offered, _ in drain(room)] == [case(2)]


def test_where_power_comes_between_the_two_an_offer_is_let_go_before_and_after_the_yes(room: WaitingRoom) -> None:
    for number in (1, 2):
        room.coaches(number)
        room.waits(number)
    first, second = drain(room)
    room.say(c.AcceptOffer(coaching=first[0], member=first[1]), by=first[1])
    for (_, helper), who in ((first, seeker(1)), (second, seeker(2))):
        room.say(DeclareConflict(member=who, other=helper, kind=ConflictKind.FAMILY), by=who)
    assert drain(room) == [(case(1), second[1]), (case(2), first[1])]


def test_the_request_of_who_left_ends_and_its_time_goes_to_the_next_one(room: WaitingRoom) -> None:
    room.coaches(1)
    room.waits(1)
    room.waits(2)
    assert drain(room) == [(case(1), coach(1))]
    room.say(LeaveNetwork(member=seeker(1)), by=seeker(1))
    assert drain(room) == [(case(2), coach(1))]
    room.say(c.AcceptOffer(coaching=case(2), member=coach(1)), by=coach(1))
    room.say(c.OpenEngagement(coaching=case(2), goal="call twice a week", until=room.now.date()), by=coach(1))
    room.say(LeaveNetwork(member=seeker(2)), by=seeker(2))
    drain(room)
    assert room.promised(coach(1)) == 0


def test_away_in_the_same_step_takes_no_more_offers(room: WaitingRoom) -> None:
    room.coaches(1, sessions=3)
    room.waits(1)
    room.waits(2)
    drain(room)
    declines(room, 1, 1, away=True)
    assert drain(room) == []


def test_a_younger_request_is_served_only_where_no_older_one_is_eligible(room: WaitingRoom) -> None:
    room.waits(1, topic="costumes")
    room.waits(2)
    room.waits(3)
    room.coaches(1)
    room.say(DeclareConflict(member=coach(1), other=seeker(2), kind=ConflictKind.SUPERVISES), by=coach(1))
    assert drain(room) == [(case(3), coach(1))]


def test_one_coach_at_a_time_is_asked_on_a_seekers_behalf(room: WaitingRoom) -> None:
    room.coaches(1, sessions=2)
    room.waits(1)
    room.waits(2, seeker=seeker(1))
    assert drain(room) == [(case(1), coach(1))]
    room.say(c.AcceptOffer(coaching=case(1), member=coach(1)), by=coach(1))
    assert drain(room) == [(case(2), coach(1))]


def test_of_those_who_fit_about_as_well_the_one_asked_least_is_asked(room: WaitingRoom) -> None:
    for number in range(1, 4):
        room.coaches(number, sessions=4)
    for number in range(1, 7):
        room.waits(number)
    assert Counter(who for _, who in drain(room)) == dict.fromkeys(map(coach, (1, 2, 3)), 2)


def test_further_sessions_count_as_asked_for_and_a_day_that_is_found_counts_once(room: WaitingRoom) -> None:
    for number in (1, 2):
        room.coaches(number, sessions=5)
    room.waits(1)
    ((_, first),) = drain(room)
    room.say(c.AcceptOffer(coaching=case(1), member=first), by=first)
    room.say(c.OpenEngagement(coaching=case(1), goal="call twice a week", until=room.now.date()), by=first)
    for number in (1, 2, 3):
        at = room.now + timedelta(days=number)
        room.say(c.PlanSession(coaching=case(1), session=f"session-{number:08x}", at=at), by=first)
    other = coach(2) if first == coach(1) else coach(1)
    for number in (2, 3, 4):
        room.waits(number)
    assert [who for _, who in drain(room)] == [other] * 3  # up to as much as the other one


def test_an_experts_time_is_the_networks_too(room: WaitingRoom) -> None:
    room.coaches(1, sessions=4, role=NetworkRole.EXPERT)
    for number in (1, 2, 3):
        room.waits(number, rung=EXPERT)
    room.waits(4)
    assert drain(room) == []
    room.pays_experts(sessions=2)
    assert drain(room) == [(case(1), coach(1)), (case(2), coach(1))]
    assert room.promised(NET) == 2 * SESSION


def test_who_is_refused_in_between_costs_nobody_their_turn(room: WaitingRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    room.coaches(1)
    room.coaches(2)
    for number in (1, 2):
        room.waits(number)
    handle_all = room.commands.handle_all
    left: list[str] = []

    def once_too_late(orders, sender, **more):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN003, ANN202
        if not left and isinstance(orders[0].command, c.OfferCoach):
            left.append(orders[0].command.coach)
            room.say(PauseMember(member=left[0]), by=left[0])
        return handle_all(orders, sender, **more)

    monkeypatch.setattr(room.commands, "handle_all", once_too_late)
    assert drain(room) == [(case(1), next(each for each in (coach(1), coach(2)) if each != left[0]))]


def test_who_is_back_in_between_is_served_before_who_is_younger(
    room: WaitingRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.coaches(1)
    room.waits(1)
    assert drain(room) == [(case(1), coach(1))]
    room.coaches(2)
    room.coaches(3)
    for number in (2, 3):
        room.waits(number)
    handle_all = room.commands.handle_all
    back: list[str] = []

    def then_the_first_says_no(orders, sender, **more):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN003, ANN202
        done = handle_all(orders, sender, **more)
        if not back and isinstance(orders[0].command, c.OfferCoach):
            back.append(case(1))
            declines(room, 1, 1)
        return done

    monkeypatch.setattr(room.commands, "handle_all", then_the_first_says_no)
    assert [offered for offered, _ in drain(room)] == [case(2), case(1), case(3)]


def test_whatever_follows_by_itself_leads_back_to_somebodys_command(room: WaitingRoom) -> None:
    room.coaches(1)
    room.waits(1)
    drain(room)
    room.coaches(2)
    room.later(days=8)
    assert len(drain(room)) == 1
    log = {each.envelope.command: each.envelope for each in room.store.page(0)}
    engines = [each for each in log.values() if each.actor == ENGINE]
    assert len(engines) == 3  # an offer, its end, another one
    for said in engines:
        while said.actor == ENGINE:
            first, said = said.correlation, log[said.causation]  # noqa: PLW2901 - along the chain
        assert (said.actor, said.correlation) == (OPERATOR, first)


def test_two_who_react_at_once_make_each_offer_once(room: WaitingRoom, tmp_path: Path) -> None:
    with WaitingRoom(tmp_path) as other:
        _crowd(room, coaches=4, sessions=3, waiting=15)
        threads = [Thread(target=each.reactions.draining.drain, args=(NET,)) for each in (room, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert_each_slot_was_offered_once(room, coaches=4, sessions=3)


def test_killed_in_the_middle_and_started_again_it_offers_every_slot_once(tmp_path: Path) -> None:
    with WaitingRoom(tmp_path) as room:
        _crowd(room, COACHES, SLOTS // COACHES, waiting=SLOTS + 10)
        before = room.store.head()
        doomed = _started(tmp_path)
        _wait_until_beyond(room.store, before + 2 * SLOTS // 4)  # an offer is two events
        doomed.kill()
        doomed.communicate()
        made = len(room.offered())
        assert 0 < made < SLOTS
        again = _started(tmp_path)
        assert again.communicate(timeout=60)[0].split() == [str(2 * (SLOTS - made))]
        assert_each_slot_was_offered_once(room, COACHES, SLOTS // COACHES)


def assert_each_slot_was_offered_once(room: WaitingRoom, coaches: int, sessions: int) -> None:
    offered = room.offered()
    slots = coaches * sessions
    assert sorted(one for one, _ in offered) == [case(number) for number in range(1, slots + 1)]
    assert Counter(who for _, who in offered) == {coach(number): sessions for number in range(1, coaches + 1)}
    assert all(room.promised(coach(number)) == sessions * SESSION for number in range(1, coaches + 1))


def _crowd(room: WaitingRoom, coaches: int, sessions: int, waiting: int) -> None:
    for number in range(1, waiting + 1):
        room.waits(number)
    for number in range(1, coaches + 1):
        room.coaches(number, sessions)


def _started(folder: Path) -> "subprocess.Popen[str]":
    words = [sys.executable, "-m", "tests.engine.drainer", str(folder)]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def _wait_until_beyond(store: EventStore, position: int) -> None:
    ends = time.monotonic() + 60
    while store.head() < position:
        assert time.monotonic() < ends
        time.sleep(0.001)
