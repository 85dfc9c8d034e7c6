import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.budgets import SetTimeBudget, TimeReserved
from domain.catalogue import CATALOGUE
from domain.challenges import ChallengePosted, ChangeChallengeStage, PostChallenge
from domain.eligibility import UNAVAILABLE
from domain.introductions import DeclineIntroduction
from domain.kernel import Command
from domain.members import (
    ChooseEngagementLevel,
    DeclareConflict,
    DescribeProfile,
    GrantNetworkRole,
    IdentityLinked,
    InviteMember,
    JoinNetwork,
    LeaveNetwork,
    LinkIdentity,
    MuteMember,
    PauseMember,
    ResumeMember,
    StartAffiliation,
)
from domain.networks import CharterNetwork, ProposePolicy
from domain.policies import MatchingPolicy
from domain.refusals import Beaten, CommandReused, IllegalMove, Malformed, NotTheirs, Refused, Unknown
from domain.sites import RegisterSite
from domain.vocabulary import ConflictKind, Level, NetworkRole, PeriodKind, RoleFamily, SiteKind, Stage
from engine.commands import Commands, Order, build
from engine.event_store import EventStore
from engine.sealing import KeyRing
from tests.engine.door import ADA, BEN, CLEO, DAN, ELSEWHERE, EVE, NET, NOON, Door, asks, opened
from tests.histories import named_in
from tests.random_histories import wish

ROOT = Path(__file__).parents[2]
DESKS, BUSES = "challenge-00000001", "challenge-00000002"
SCHOOL = "site-00000001"


@pytest.fixture(params=["memory", "sqlite"])
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Door]:
    on_disk = request.param == "sqlite"
    store = opened(tmp_path) if on_disk else EventStore(None, KeyRing.in_memory(), CATALOGUE)
    door = Door(store)
    door.begin(ADA, BEN, CLEO)
    yield door
    store.close()


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[Door]:
    store = opened(tmp_path)
    door = Door(store)
    door.begin(ADA, BEN)
    yield door
    store.close()


def posts(challenge: str = DESKS, **fields: Any) -> PostChallenge:
    return PostChallenge(**{"challenge": challenge, "author": ADA, "title": "Desks in rows", **fields})


# a command id is carried out once


def test_a_repeated_command_id_appends_nothing_and_gives_the_same_events(door: Door) -> None:
    first = door.say(posts(), by=ADA, id="once")
    door.say(ChangeChallengeStage(challenge=DESKS, stage=Stage.TESTING))
    head = door.store.head()
    door.now += timedelta(hours=3)
    assert door.say(posts(), by=ADA, id="once") == first
    assert len(first) == 1
    assert door.store.head() == head


def test_a_repeat_says_that_it_is_one(door: Door) -> None:
    orders, sender = [door.order(posts())], door.sender("once")
    first = door.commands.handle_all(orders, sender)
    again = door.commands.handle_all(orders, sender)
    assert (first.repeated, first.decided) == (False, 1)
    assert again.repeated
    assert again.events == first.events


def test_the_same_id_with_another_body_is_refused(door: Door) -> None:
    door.say(posts(), by=ADA, id="once")
    head = door.store.head()
    for other, by in ((posts(title="Other words"), ADA), (posts(), None), (PauseMember(member=ADA), ADA)):
        with pytest.raises(CommandReused):
            door.say(other, by=by, id="once")
    assert door.store.head() == head


def test_an_id_that_changed_nothing_is_taken_all_the_same(door: Door) -> None:
    assert door.say(JoinNetwork(member=ADA), id="once") == ()
    assert door.say(JoinNetwork(member=ADA), id="once") == ()
    with pytest.raises(CommandReused):
        door.say(JoinNetwork(member=DAN), id="once")


def test_the_same_command_sent_twice_at_once_is_carried_out_once(door: Door) -> None:
    sent = once(lambda: door.say(posts(), id="once"))
    done = door.commands.handle_all([door.order(posts())], door.sender("once"), progress=sent)
    assert (done.repeated, done.events) == (True, door.store.stream(DESKS))
    assert len(done.events) == 1


def test_another_command_sent_at_once_under_the_same_id_is_refused(door: Door) -> None:
    sent = once(lambda: door.say(PauseMember(member=BEN), id="once"))
    with pytest.raises(CommandReused):
        door.commands.handle_all([door.order(posts())], door.sender("once"), progress=sent)
    assert not door.store.stream(DESKS)


def test_who_is_refused_for_what_their_own_id_did_meanwhile_hears_of_the_id(door: Door) -> None:
    def now() -> datetime:  # asked once the id was looked for, before anything is loaded
        if not door.store.version(DESKS):
            door.say(posts(), by=ADA, id="once")
        return door.now

    late = Commands(door.store, now)
    with pytest.raises(CommandReused):
        late.handle(door.order(posts(title="Other words"), by=ADA), door.sender("once"))


def test_a_refused_command_leaves_its_id_free(door: Door) -> None:
    with pytest.raises(Unknown):
        door.say(posts(author=DAN), id="once")
    assert len(door.say(posts(), id="once")) == 1


def test_the_same_id_in_another_network_is_another_command(door: Door) -> None:
    door.say(posts(), id="once")
    door.begin(network=ELSEWHERE)
    assert len(door.say(JoinNetwork(member=DAN), network=ELSEWHERE, id="once")) == 1


@given(seed=st.integers(0, 2**32))
def test_any_command_may_be_sent_again_at_will(seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - no secret
    door = Door(EventStore(None, KeyRing.in_memory(), CATALOGUE))
    door.begin(ADA, BEN, CLEO)
    for number in range(15):
        command, id_ = wish(chance), f"wish-{number}"
        first = outcome(door, command, id_)
        head = door.store.head()
        assert outcome(door, command, id_) == first
        assert door.store.head() == head


def outcome(door: Door, command: Command, id: str) -> object:  # noqa: A002 - the command's own word
    try:
        return door.say(command, by=named_in(command), id=id)
    except Refused as refusal:
        return type(refusal), str(refusal)


# who is beaten decides again


def test_many_threads_never_overspend_one_budget(on_disk: Door) -> None:
    on_disk.offers_time(BEN, 100)
    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(lambda number: outcome(on_disk, asks(number, 30), f"ask-{number}"), range(48)))
    refusals = [each for each in outcomes if each[0] is IllegalMove]
    assert len(outcomes) - len(refusals) == 3  # with 30 minutes each
    assert {words for _, words in refusals} == {f"helper: {UNAVAILABLE} (ask somebody else)"}
    reserved = [each.event.minutes for each in on_disk.log() if isinstance(each.event, TimeReserved)]
    assert reserved == [30, 30, 30]


@pytest.mark.slow
def test_two_processes_never_overspend_one_budget(on_disk: Door, tmp_path: Path) -> None:
    on_disk.offers_time(BEN, 100)
    words = [sys.executable, "-m", "tests.engine.asker", tmp_path]
    askers = [
        subprocess.Popen([*words, f"{first}", "60", "5"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for first in (1000, 2000)
    ]
    got = [int(asker.communicate(timeout=60)[0]) for asker in askers]
    assert sum(got) == 20
    assert sum(held.minutes for held in on_disk.budget(BEN).reservations.values()) == 100


def test_a_state_kept_by_one_process_is_brought_up_to_what_another_wrote(on_disk: Door, tmp_path: Path) -> None:
    on_disk.offers_time(BEN, 60)
    on_disk.say(asks(1, 30))
    other = Door(opened(tmp_path))
    other.say(asks(2, 30), id="from-elsewhere")
    with pytest.raises(IllegalMove, match=UNAVAILABLE):
        on_disk.say(asks(3, 1))
    other.say(DeclineIntroduction(introduction="introduction-00000002", member=BEN), by=BEN, id="no")
    assert len(on_disk.say(asks(3, 30))) == 2
    other.store.close()


def test_a_stream_that_was_only_read_counts_too(door: Door) -> None:
    """BEN's own stream is read for an offer and not written to."""
    door.offers_time(BEN, 60)
    conflict = DeclareConflict(member=BEN, other=ADA, kind=ConflictKind.DECLARED)
    done = door.commands.handle_all(
        [door.order(asks(1, 30))], door.sender(), progress=once(lambda: door.say(conflict, by=BEN))
    )
    assert [refusal.words for _, refusal in done.refusals] == [UNAVAILABLE]
    assert door.budget(BEN).reservations == {}


def test_that_somebody_was_not_there_counts_too(door: Door) -> None:
    """A link holds both ways where the other is a member: she joins between the decision and its append."""
    link = LinkIdentity(member=ADA, same_as=EVE)
    door.commands.handle_all(
        [door.order(link)], door.sender(), progress=once(lambda: door.say(JoinNetwork(member=EVE)))
    )
    linked = {(each.stream, each.event.same_as) for each in door.log() if isinstance(each.event, IdentityLinked)}
    assert linked == {(ADA, EVE), (EVE, ADA)}


def test_who_is_beaten_again_and_again_gives_up_in_words(door: Door) -> None:
    tries: list[int] = []

    def change_it(done: int) -> None:
        tries.append(done)
        door.say(PauseMember(member=ADA) if len(tries) % 2 else ResumeMember(member=ADA))

    with pytest.raises(Beaten, match="others keep changing"):
        door.commands.handle_all([door.order(posts())], door.sender(), progress=change_it)
    assert len(tries) == 20
    assert not door.store.stream(DESKS)


def once(act: Any) -> Any:
    acts = iter([act])

    def told(done: int) -> None:
        for each in acts:
            each()

    return told


# the version that a caller has seen


def test_a_caller_who_saw_an_older_version_is_beaten(door: Door) -> None:
    door.say(posts())
    door.say(ChangeChallengeStage(challenge=DESKS, stage=Stage.TESTING), expected={DESKS: 1})
    head = door.store.head()
    for version in (0, 1, 3):
        with pytest.raises(Beaten, match="changed this first"):
            door.say(ChangeChallengeStage(challenge=DESKS, stage=Stage.SUSTAINING), expected={DESKS: version})
    assert door.store.head() == head
    assert door.say(ChangeChallengeStage(challenge=DESKS, stage=Stage.SUSTAINING), expected={DESKS: 2})


def test_a_version_may_be_expected_of_a_stream_that_the_command_does_not_touch(door: Door) -> None:
    with pytest.raises(Beaten, match="changed this first"):
        door.say(posts(), expected={BEN: 7})
    assert door.say(posts(), expected={BEN: 1})


def test_a_repeat_needs_no_version(door: Door) -> None:
    first = door.say(PauseMember(member=ADA), id="once", expected={ADA: 1})
    assert door.say(PauseMember(member=ADA), id="once", expected={ADA: 1}) == first


# all or nothing


def test_one_refusal_keeps_all_from_being_recorded_and_all_refusals_are_told(door: Door) -> None:
    head = door.store.head()
    orders = [
        door.order(posts()),
        door.order(posts(BUSES, author=DAN)),
        door.order(ChangeChallengeStage(challenge=DESKS, stage=Stage.TESTING)),
        Order(command=posts(BUSES), at=NOON + timedelta(days=1)),
        door.order(posts(BUSES, title="")),
    ]
    done = door.commands.handle_all(orders, door.sender("all"))
    assert [(place, type(refusal), refusal.field) for place, refusal in done.refusals] == [
        (1, Unknown, "author"),
        (3, Malformed, "occurred_at"),
        (4, Malformed, "title"),
    ]
    assert done.events == ()
    assert door.store.head() == head
    assert door.store.receipt(NET, "all") is None


def test_each_order_sees_what_those_before_it_decided(door: Door) -> None:
    orders = [
        door.order(JoinNetwork(member=DAN)),
        door.order(RegisterSite(site=SCHOOL, kind=SiteKind.SCHOOL, name="Hill")),
        door.order(StartAffiliation(member=DAN, site=SCHOOL, role=RoleFamily.TEACHER, since=NOON.date())),
        door.order(posts(author=DAN)),
        door.order(ChangeChallengeStage(challenge=DESKS, stage=Stage.TESTING)),
        door.order(ChangeChallengeStage(challenge=DESKS, stage=Stage.TESTING)),
    ]
    done = door.commands.handle_all(orders, door.sender())
    written = [(each.stream, each.version) for each in done.events]
    assert written == [(DAN, 1), (SCHOOL, 1), (DAN, 2), (DESKS, 1), (DESKS, 2)]
    assert len({each.recorded_at for each in done.events}) == 1


def test_a_refused_order_leaves_nothing_for_those_after_it(door: Door) -> None:
    """The introduction is decided before the budget refuses; it must not stand for the next order."""
    door.offers_time(BEN, 40)
    orders = [door.order(asks(1, 30)), door.order(asks(2, 30)), door.order(asks(2, 10))]
    done = door.commands.handle_all(orders, door.sender(), rehearse=True)
    assert [place for place, _ in done.refusals] == [1]
    assert done.decided == 4


def test_a_rehearsal_appends_nothing(door: Door) -> None:
    head = door.store.head()
    orders = [door.order(posts()), door.order(PauseMember(member=BEN))]
    rehearsed = door.commands.handle_all(orders, door.sender("later"), rehearse=True)
    assert (rehearsed.decided, rehearsed.events, rehearsed.refusals) == (2, (), ())
    assert door.store.head() == head
    assert len(door.commands.handle_all(orders, door.sender("later")).events) == 2


def test_progress_is_told_order_by_order(door: Door) -> None:
    told: list[int] = []
    orders = [door.order(posts()), door.order(posts(author=DAN)), door.order(PauseMember(member=BEN))]
    door.commands.handle_all(orders, door.sender(), progress=told.append, rehearse=True)
    assert told == [1, 2, 3]


def test_no_orders_at_all_are_carried_out_at_once(door: Door) -> None:
    head = door.store.head()
    assert door.commands.handle_all([], door.sender()).events == ()
    assert door.store.head() == head


# when


def test_the_past_may_be_told_and_the_future_may_not(door: Door) -> None:
    for at in (NOON + timedelta(minutes=1), NOON, datetime(1987, 9, 1, tzinfo=UTC)):
        (recorded,) = door.say(posts(f"challenge-{at.timestamp():08.0f}"), at=at)
        assert recorded.envelope.occurred_at == at
    with pytest.raises(Malformed, match="future"):
        door.say(posts(), at=NOON + timedelta(minutes=1, microseconds=1))


@pytest.mark.parametrize("at", [datetime.min, datetime(1899, 12, 31)])  # noqa: DTZ001, DTZ901 - given a zone below
def test_an_instant_that_no_calendar_reaches_is_refused(door: Door, at: datetime) -> None:
    with pytest.raises(Malformed, match="too far in the past"):
        door.say(posts(), at=at.replace(tzinfo=UTC))


def test_an_instant_without_a_zone_is_refused(door: Door) -> None:
    with pytest.raises(Malformed, match="time zone"):
        door.say(posts(), at=NOON.replace(tzinfo=None))


# who


def test_an_event_says_who_acted_for_whom_and_what_led_to_it(door: Door) -> None:
    (recorded,) = door.say(posts(), by=ADA, id="once")
    envelope = recorded.envelope
    assert (envelope.actor, envelope.on_behalf_of) == ("operator", ADA)
    assert (envelope.command, envelope.causation, envelope.correlation) == ("once", "once", "once")


def test_nobody_unknown_acts(door: Door) -> None:
    door.begin(DAN, network=ELSEWHERE)
    for actor in (EVE, DAN, "somebody", "", SCHOOL):
        with pytest.raises((NotTheirs, Unknown)):
            door.say(InviteMember(member="member-0000000f"), actor=actor)
    assert not door.store.stream("member-0000000f")


def test_a_member_acts_for_nobody_else(door: Door) -> None:
    choice = ChooseEngagementLevel(member=BEN, level=Level.LEAD)
    with pytest.raises(NotTheirs):
        door.say(choice, actor=ADA, by=BEN)
    for actor, by in ((ADA, "operator"), ("operator", "confrere"), ("confrere", NET)):
        with pytest.raises(NotTheirs):
            door.say(GrantNetworkRole(member=ADA, role=NetworkRole.ADMIN), actor=actor, by=by)
    assert len(door.say(choice, actor=BEN)) == 1
    assert len(door.say(ChooseEngagementLevel(member=BEN, level=Level.HONOR), actor=BEN, by=BEN)) == 1


def test_a_facilitator_acts_for_a_member_and_is_named(door: Door) -> None:
    door.say(GrantNetworkRole(member=ADA, role=NetworkRole.FACILITATOR))
    (recorded,) = door.say(ChooseEngagementLevel(member=BEN, level=Level.LEAD), actor=ADA, by=BEN)
    assert recorded.envelope.actor == ADA


def test_a_member_of_another_network_is_as_if_not_there(door: Door) -> None:
    door.begin(DAN, network=ELSEWHERE)
    door.offers_time(BEN, 60)
    for command in (posts(author=DAN), PauseMember(member=DAN), asks(1, 30, helper=DAN), asks(1, 30, seeker=DAN)):
        with pytest.raises(Unknown, match="there is no such member in this network"):
            door.say(command)
    with pytest.raises(Unknown):
        door.say(CharterNetwork(network=ELSEWHERE, name="Mine now"))


def test_whether_somebody_is_in_another_network_is_not_told(door: Door) -> None:
    door.begin(DAN, network=ELSEWHERE)
    door.say(posts(BUSES, author=DAN), network=ELSEWHERE)
    for dan, nobody in ((DAN, EVE), (BUSES, DESKS)):
        refusals = []
        for each in (dan, nobody):
            with pytest.raises(Unknown) as refused:
                door.say(_naming(each))
            refusals.append(str(refused.value))
        assert refusals[0] == refusals[1]
    with pytest.raises(Unknown, match="no such challenge"):
        door.say(posts(BUSES))


def _naming(stream: str) -> Command:
    if stream.startswith("member-"):
        return asks(1, 30, helper=stream)
    return ChangeChallengeStage(challenge=stream, stage=Stage.TESTING)


def test_who_was_invited_joins_in_person_and_does_nothing_else_before(door: Door) -> None:
    door.say(InviteMember(member=DAN))
    for command, by in ((posts(author=DAN), None), (JoinNetwork(member=EVE), None), (JoinNetwork(member=EVE), EVE)):
        with pytest.raises(NotTheirs):
            door.say(command, actor=DAN, by=by)
    (joined,) = door.say(JoinNetwork(member=DAN, name="Dan"), actor=DAN)
    assert joined.envelope.actor == DAN
    assert door.say(posts(author=DAN), actor=DAN)


def test_who_left_does_nothing_but_come_back_once_invited(door: Door) -> None:
    door.say(posts(), by=ADA)
    door.say(LeaveNetwork(member=ADA), actor=ADA)
    with pytest.raises(NotTheirs, match="nobody of this name"):
        door.say(ChangeChallengeStage(challenge=DESKS, stage=Stage.TESTING), actor=ADA)
    assert door.say(LinkIdentity(member=ADA, same_as=BEN), actor=ADA)
    with pytest.raises(NotTheirs, match="once invited anew"):
        door.say(JoinNetwork(member=ADA), actor=ADA)
    door.say(InviteMember(member=ADA))
    assert door.say(JoinNetwork(member=ADA), actor=ADA)


@pytest.mark.parametrize("role", [NetworkRole.FACILITATOR, NetworkRole.ADMIN])
def test_staff_invite_somebody_and_record_their_joining(door: Door, role: NetworkRole) -> None:
    door.say(GrantNetworkRole(member=ADA, role=role))
    for member, by in ((DAN, DAN), (EVE, None)):
        door.say(InviteMember(member=member), actor=ADA)
        (joined,) = door.say(JoinNetwork(member=member), actor=ADA, by=by)
        assert joined.envelope.actor == ADA
    choice = ChooseEngagementLevel(member=DAN, level=Level.LEAD)
    if role is NetworkRole.ADMIN:  # to act for others is the facilitator's
        with pytest.raises(NotTheirs):
            door.say(choice, actor=ADA, by=DAN)
    else:
        assert door.say(choice, actor=ADA, by=DAN)


def test_a_stream_named_in_the_place_of_another_kind_spoils_nothing(door: Door) -> None:
    door.say(RegisterSite(site=SCHOOL, kind=SiteKind.SCHOOL, name="Hill"))
    fresh = Door(door.store)  # whose states are not known yet
    with pytest.raises(Unknown):
        fresh.say(posts(author=SCHOOL), id="wrong")
    with pytest.raises(Malformed):
        fresh.say(PauseMember(member=SCHOOL), id="wrong")
    inside = RegisterSite(site="site-00000002", kind=SiteKind.SCHOOL, name="Annex", parent=SCHOOL)
    assert len(fresh.say(inside, id="right")) == 1


# limits


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"title": "x" * 301}, "title", "longer than 300 characters"),
        ({"text": "x" * 20_001}, "text", "longer than 20000 characters"),
        ({"title": ""}, "title", "empty"),
        ({"title": "two\nlines"}, "title", "characters"),
        ({"title": "half a \ud83d character"}, "title", "characters"),
        ({"text": "a \x00 in it"}, "text", "characters"),
        ({"author": "ada"}, "author", "characters"),
        ({"challenge": f"{DESKS}\n"}, "challenge", "characters"),
        ({"stage": "a secret"}, "stage", "not known here"),
        ({"category": 7}, "category", "a text is needed, not a number"),
    ],
)
def test_limits_hold_however_a_command_was_built(door: Door, fields: dict[str, Any], field: str, words: str) -> None:
    for attempt in (lambda: door.say(posts(**fields)), lambda: build(PostChallenge, **fields | needed(fields))):
        with pytest.raises(Malformed) as refused:
            attempt()
        assert refused.value.field == field
        assert words in refused.value.words
        assert "secret" not in str(refused.value)
    assert not door.store.stream(DESKS)


def needed(fields: dict[str, Any]) -> dict[str, Any]:
    return {"challenge": DESKS, "author": ADA, "title": "Desks"} | fields


@pytest.mark.parametrize("minutes", [-1, 100_001, 2**70])
def test_numbers_have_limits_too(door: Door, minutes: int) -> None:
    with pytest.raises(Malformed) as refused:
        door.say(SetTimeBudget(member=BEN, minutes=minutes, period=PeriodKind.WEEK), by=BEN)
    assert refused.value.field == "minutes"


@pytest.mark.parametrize("share", [float("nan"), float("inf"), -0.1, 1.1])
def test_a_policy_holds_shares_from_nothing_to_all(door: Door, share: float) -> None:
    with pytest.raises(Malformed, match="floor"):
        door.say(ProposePolicy(network=NET, policy=MatchingPolicy(floor=share)))


def test_plain_words_become_the_vocabulary(door: Door) -> None:
    (recorded,) = door.say(posts(stage="testing"))
    assert isinstance(recorded.event, ChallengePosted)
    assert recorded.event.stage is Stage.TESTING
    assert door.say(ChangeChallengeStage(challenge=DESKS, stage=Stage.TESTING)) == ()


def test_a_command_is_built_without_what_was_left_out() -> None:
    assert build(MuteMember, member=ADA, other=BEN) == MuteMember(member=ADA, other=BEN)
    assert build(DescribeProfile, member=ADA, text=None) == DescribeProfile(member=ADA)
    with pytest.raises(Malformed, match="other: this is needed"):
        build(MuteMember, member=ADA)
