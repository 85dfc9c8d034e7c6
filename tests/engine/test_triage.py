"""The suggested rung: the least intensive that would do, with what every rung could offer right now."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.challenges import ChangeChallengeStage
from domain.coaching import commands as c
from domain.coaching.events import DispositionSuggested
from domain.members import (
    ChooseEngagementLevel,
    DeclareConflict,
    JoinNetwork,
    MuteMember,
    PauseMember,
    WithdrawNetworkRole,
)
from domain.refusals import IllegalMove, Unknown
from domain.resources import UseResource
from domain.vocabulary import Confidentiality, ConflictKind, Disposition, Level, NetworkRole, Tier, Urgency
from engine import reactions
from models.encoder import Encoder
from tests.engine.cases import (
    MORE,
    NEED,
    asks,
    case,
    coaches,
    decides,
    knows,
    pays_experts,
    rung,
    suggested,
    waits,
)
from tests.engine.town import ABSENT, ADA, BEN, CLEO, DAN, EVE, GUIDE, NET, Town

RESOURCE, PEER, CONSULTANCY, GROUP, COACH, EXPERT, INTENSIVE = Disposition
HAL = "member-000000f1"
READ = "We read Raising attendance after winter break."  # the only resource that is near
FAR = "Where to store the costumes of the theatre club"


@pytest.fixture
def town(tmp_path: Path, encoder: Encoder) -> Iterator[Town]:
    with Town(tmp_path, encoder) as town:
        yield town


def suggests(town: Town, number: int = 1) -> Disposition:
    return suggested(town, number).disposition


def why(town: Town, which: Disposition, number: int = 1) -> str:
    (found,) = (each for each in suggested(town, number).ladder if each.rung is which)
    return found.reason


def test_a_resource_that_is_near_enough_is_the_least_that_would_do(town: Town) -> None:
    asks(town, text=MORE)
    found = suggested(town)
    assert (found.disposition, found.tier) == (RESOURCE, Tier.UNIVERSAL)
    assert [each.rung for each in found.ladder] == list(Disposition)
    assert rung(town, RESOURCE) == (True, (GUIDE,))


def test_what_was_tried_is_not_offered_again(town: Town) -> None:
    asks(town, tried=READ)
    assert rung(town, RESOURCE) == (False, ())
    assert suggests(town) is PEER
    town.say(UseResource(resource=GUIDE, member=BEN), by=BEN)
    asks(town, 2, BEN)
    assert rung(town, RESOURCE, 2) == (False, ())


def test_a_rung_that_was_taken_and_left_the_need_open_is_not_suggested_again(town: Town) -> None:
    asks(town)
    decides(town, rung=RESOURCE, sent=(GUIDE,))
    assert suggests(town) is PEER
    assert "before" in why(town, RESOURCE)
    town.say(c.ResolveRequest(coaching=case(1)), by=ADA)
    asks(town, 2, reopens=case(1))
    assert suggests(town, 2) is PEER


def test_what_presses_does_not_wait_for_reading_and_what_is_urgent_for_no_peer(town: Town) -> None:
    coaches(town, DAN)
    knows(town, DAN)
    asks(town, urgency=Urgency.SOON)
    assert suggests(town) is PEER
    asks(town, 2, urgency=Urgency.URGENT)
    assert suggests(town, 2) is COACH
    assert rung(town, COACH, 2) == (True, (DAN,))


def test_a_peer_is_in_the_same_boat_or_ahead_and_was_not_named_before(town: Town) -> None:
    asks(town, challenge=ABSENT)
    assert set(rung(town, PEER)[1]) == {BEN, CLEO}  # whose problem is at the same stage, and a stage ahead
    town.say(ChangeChallengeStage(challenge=ABSENT, stage="exploring"), by=ADA)
    assert rung(town, PEER)[1] == (CLEO,)


def test_a_full_calendar_a_mute_a_conflict_and_a_pause_are_worded_alike(town: Town) -> None:
    asks(town, tried=READ)
    coaches(town, CLEO)
    town.say(MuteMember(member=ADA, other=CLEO), by=ADA)
    town.offers_time(BEN, 10)
    words = why(town, PEER)
    assert rung(town, PEER) == (False, ())
    town.say(DeclareConflict(member=BEN, other=ADA, kind=ConflictKind.FAMILY), by=BEN)
    town.say(PauseMember(member=CLEO), by=CLEO)
    assert why(town, PEER) == words


def test_a_consultancy_takes_a_challenge_to_present_and_the_time_for_it(town: Town) -> None:
    asks(town, tried=READ, challenge=ABSENT, minutes=90)
    decides(town, rung=PEER, sent=(BEN,))
    possible, group = rung(town, CONSULTANCY)
    assert possible
    assert len(group) == 3
    assert suggests(town) is CONSULTANCY
    asks(town, 2, tried=READ, challenge=ABSENT, minutes=10)
    decides(town, 2, rung=PEER, sent=(BEN,))
    assert suggests(town, 2) is not CONSULTANCY
    assert rung(town, CONSULTANCY, 2)[0]


def test_four_open_needs_that_are_near_one_another_may_share_a_coach(town: Town) -> None:
    for number, seeker in enumerate((BEN, CLEO, EVE), start=2):
        asks(town, number, seeker, title=f"{NEED} {number}")
    asks(town, tried=READ)
    decides(town, rung=PEER, sent=(BEN,))
    assert rung(town, GROUP) == (True, (case(2), case(3), case(4)))
    assert suggests(town) is GROUP
    town.say(DeclareConflict(member=BEN, other=ADA, kind=ConflictKind.SUPERVISES), by=BEN)
    assert not rung(town, GROUP)[0]  # the two are never put together


def test_nobody_counts_twice_among_those_who_share_a_need(town: Town) -> None:
    for number in (2, 3, 4, 5):
        asks(town, number, BEN, title=f"{NEED} {number}")
    asks(town)
    assert rung(town, GROUP)[0] is False


def an_expert_has_time(town: Town) -> None:
    coaches(town, EVE, role=NetworkRole.EXPERT)
    knows(town, EVE)
    pays_experts(town, 600)


def needs_a_coach(town: Town, urgency: Urgency = Urgency.SOON, number: int = 1) -> None:
    """A peer was no help."""
    asks(town, number, urgency=urgency)
    decides(town, number, rung=PEER, sent=(BEN,))


def test_an_expert_is_engaged_where_no_coach_fits_and_the_network_set_time_apart(town: Town) -> None:
    coaches(town, EVE, role=NetworkRole.EXPERT)
    knows(town, EVE)
    needs_a_coach(town)
    assert suggests(town) is COACH  # it waits
    pays_experts(town, 600)
    assert suggests(town) is EXPERT
    assert rung(town, EXPERT) == (True, (EVE,))


def test_a_need_waits_for_a_coach_sooner_than_it_takes_an_expert_unless_it_is_urgent(town: Town) -> None:
    an_expert_has_time(town)
    coaches(town, DAN, minutes=10)  # who fits, and has no room yet
    knows(town, DAN)
    needs_a_coach(town)
    assert suggests(town) is COACH
    assert rung(town, COACH) == (False, ())
    needs_a_coach(town, Urgency.URGENT, 2)
    assert suggests(town, 2) is EXPERT
    town.say(WithdrawNetworkRole(member=EVE, role=NetworkRole.EXPERT))
    assert suggests(town, 2) is COACH  # nobody is there: it waits, too


@pytest.mark.parametrize("member", [ADA, DAN])
def test_nobody_is_waited_for_who_will_not_be_asked(town: Town, member: str) -> None:
    an_expert_has_time(town)
    coaches(town, member)
    knows(town, member)
    if member != ADA:  # who would coach herself
        town.say(ChooseEngagementLevel(member=member, level=Level.HONOR), by=member)
    needs_a_coach(town)
    assert suggests(town) is EXPERT
    assert why(town, COACH) == "the coaches who fit are not asked for time"


def test_what_comes_back_after_coaching_takes_a_plan(town: Town) -> None:
    coaches(town, DAN)
    knows(town, DAN)
    waits(town, 1)
    town.say(c.OfferCoach(coaching=case(1), offer="offer-00000001", coach=DAN))
    town.say(c.AcceptOffer(coaching=case(1), member=DAN), by=DAN)
    until = town.now.date() + timedelta(days=60)
    town.say(c.OpenEngagement(coaching=case(1), goal="Everybody back", until=until), by=DAN)
    with pytest.raises(IllegalMove, match="no open need"):
        suggested(town)
    town.say(c.CloseEngagement(coaching=case(1)), by=DAN)
    asks(town, 2, reopens=case(1))
    found = suggested(town, 2)
    assert (found.disposition, found.tier) == (INTENSIVE, Tier.INTENSIVE)
    assert all("came back" in each.reason for each in found.ladder if each.rung is RESOURCE)


def test_open_needs_that_are_alike_are_named_and_the_same_seekers_as_likely_the_same(town: Town) -> None:
    asks(town, 1)
    asks(town, 2, title="Attendance in grade nine fell after the winter break", text=MORE)
    asks(town, 3, BEN)
    asks(town, 4, CLEO, title=FAR)
    found = {each.coaching: each for each in suggested(town).similar}
    assert set(found) == {case(2), case(3)}
    assert found[case(2)].duplicate  # their own
    assert found[case(3)].duplicate  # word for word
    assert found[case(3)].nearness == 1.0
    town.say(c.WithdrawRequest(coaching=case(3)), by=BEN)
    assert [each.coaching for each in suggested(town).similar] == [case(2)]


def test_words_for_a_pair_are_compared_with_nobody_elses(town: Town) -> None:
    asks(town, 1, confidentiality=Confidentiality.PAIR)
    asks(town, 2, BEN)
    asks(town, 3, ADA)
    assert suggested(town, 1).similar == ()
    assert [each.coaching for each in suggested(town, 2).similar] == [case(3)]
    assert not rung(town, CONSULTANCY, 1)[0]
    assert not rung(town, GROUP, 1)[0]


def test_no_reason_has_the_words_of_the_need(town: Town) -> None:
    asks(town, title="Zebras", text="Zebras in zebra print", tried="zebras")
    found = suggested(town)
    assert not any("zebra" in said.casefold() for said in (found.reason, *(each.reason for each in found.ladder)))


def test_the_stored_suggestion_stands_while_its_inputs_lead_to_the_same(town: Town) -> None:
    asks(town)
    first = suggested(town)
    head = town.store.head()
    assert suggested(town) == first
    town.later(days=1)
    town.say(JoinNetwork(member=HAL, name="Hal"))
    assert suggested(town) == first
    assert town.store.head() == head + 1
    town.say(c.AskClarification(coaching=case(1), question="Since when?"))
    town.say(c.ClarifyRequest(coaching=case(1), text="Since January"), by=ADA)
    again = suggested(town)
    assert again.position > first.position  # other words, so it is looked at anew whatever comes of it


def test_a_reaction_suggests_where_nothing_was_suggested_yet_and_only_once(town: Town) -> None:
    asks(town, 1)
    asks(town, 2, BEN, title=FAR)
    assert town.react(NET) == 2
    assert town.react(NET) == 0
    made = [each for each in town.store.page(0) if isinstance(each.event, DispositionSuggested)]
    assert [each.stream for each in made] == [case(1), case(2)]


def test_needs_without_words_keep_no_other_need_waiting(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reactions, "_AT_ONCE", 1)
    asks(town, 1)
    asks(town, 2, BEN, title=FAR)
    town.keys.destroy(ADA)
    assert town.react(NET) == 1


def test_where_nothing_was_asked_nothing_is_suggested(town: Town) -> None:
    with pytest.raises(Unknown):
        suggested(town, 9)
    town.say(c.DraftRequest(coaching=case(9), seeker=ADA, title="Not yet"), by=ADA)
    with pytest.raises(Unknown):
        suggested(town, 9)
    assert town.react(NET) == 0
