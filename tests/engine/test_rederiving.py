"""Why, then: what was stored is derived again from the history as it stood, and compared."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from domain.challenges import ChangeChallengeStage, PostChallenge
from domain.coaching.events import DispositionSuggested
from domain.kernel import Recorded
from domain.members import DeclareConflict, JoinNetwork, MuteMember, PauseMember
from domain.networks import AdoptPolicy, ProposePolicy
from domain.policies import MatchingPolicy, hash_of
from domain.recommendations import Listing, NearMiss, RecommendationsIssued
from domain.refusals import Unknown
from domain.vocabulary import OPERATOR, ConflictKind
from engine.commands import Sender
from engine.comparing import CLOSE, Gone, lists
from engine.explaining import in_words
from engine.rederiving import Rederived, Verdict
from engine.vector_store import drop
from models.encoder import Encoder
from projections.recommendation_lists import IssuedList
from tests.engine.cases import asks, case, coaches, knows, suggested
from tests.engine.town import (
    ABSENT,
    ADA,
    AHEAD,
    BEN,
    CHALLENGES,
    CLEO,
    DAN,
    EVE,
    EXPERTS,
    NET,
    PEERS,
    RESOURCES,
    Town,
)

FOR_A_CHALLENGE = (PEERS, AHEAD, EXPERTS, RESOURCES)


@pytest.fixture
def town(tmp_path: Path, encoder: Encoder) -> Iterator[Town]:
    with Town(tmp_path, encoder) as town:
        yield town


def lived(town: Town) -> None:
    """Lists and suggestions, between which much changes, the policy too."""
    for kind in FOR_A_CHALLENGE:
        town.ask_for(kind)
    town.ask_for(CHALLENGES, DAN, DAN)
    coaches(town, DAN)
    knows(town, DAN)
    asks(town)
    asks(town, 2, CLEO, title="Ninth graders stay away")
    suggested(town)
    town.later(days=3)
    town.dismiss(PEERS, BEN)
    town.say(ChangeChallengeStage(challenge=ABSENT, stage="testing"), by=ADA)
    policy = MatchingPolicy(list_length=2, floor=0.2, newcomer_chance=0.5, newcomer_days=1000)
    town.say(ProposePolicy(network=NET, policy=policy))
    town.say(AdoptPolicy(network=NET, policy_hash=hash_of(policy)))
    for kind in FOR_A_CHALLENGE:
        town.ask_for(kind)
    town.say(PauseMember(member=DAN), by=DAN)
    suggested(town)
    suggested(town, 2)
    town.ask_for(EXPERTS)
    town.ask_for(CHALLENGES, EVE, EVE)


def every(town: Town) -> list[Rederived]:
    return list(town.rederiving.every(NET))


def outcomes(town: Town) -> Counter[str]:
    return Counter(str(each.outcome) for each in every(town))


def last(town: Town, decision: str) -> Recorded:
    return town.rederiving.latest(NET, decision)


def erase(town: Town, member: str) -> None:
    town.erasures.begin(NET, member, Sender(network=NET, actor=OPERATOR, command_id=f"erase-{member}"))
    town.erasures.finish(NET, member)


def test_all_that_was_ever_listed_or_suggested_follows_from_its_history(town: Town) -> None:
    lived(town)
    found = every(town)
    assert {each.outcome for each in found} == {Verdict.IDENTICAL}
    assert len(found) > 10
    assert len({each.policy_hash for each in found}) == 2
    assert {each.what for each in found} >= {"suggested disposition", *map(str, FOR_A_CHALLENGE)}
    assert not any(each.gone or each.differences for each in found)


def test_deriving_again_encodes_nothing_and_records_nothing(town: Town) -> None:
    lived(town)
    town.counting.counted()
    head = town.store.head()
    every(town)
    town.hypothetical.today(NET, last(town, case(1)))
    assert town.counting.counted() == 0
    assert town.store.head() == head


def test_what_was_stored_otherwise_than_derived_is_found_with_its_place(town: Town) -> None:
    listed = town.ask_for(PEERS).recommendation
    recorded = last(town, listed)
    issued = recorded.event
    assert isinstance(issued, RecommendationsIssued)
    first, *others = issued.picks
    doctored = {
        "score": replace(first, score=first.score + 2 * CLOSE),
        "fit": replace(first, parts={**first.parts, "fit": 0.99}),
        "reasons": replace(first, reasons=()),
        "chance": replace(first, propensity=0.25),
    }
    for where, pick in doctored.items():
        again = town.rederiving.again(NET, replace(recorded, event=replace(issued, picks=(pick, *others))))
        assert again.outcome is Verdict.DIFFERS
        assert f"{first.candidate}: {where}" in [each.where for each in again.differences]
    close = replace(issued, picks=(replace(first, score=first.score + CLOSE / 2), *others))
    assert town.rederiving.again(NET, replace(recorded, event=close)).outcome is Verdict.IDENTICAL


def test_another_order_rule_or_policy_is_a_fault_too(town: Town) -> None:
    town.say(MuteMember(member=ADA, other=CLEO), by=ADA)
    recorded = last(town, town.ask_for(EXPERTS).recommendation)
    issued = recorded.event
    assert isinstance(issued, RecommendationsIssued)
    assert issued.picks
    told = (
        replace(issued, picks=()),
        replace(issued, near_misses=(*issued.near_misses, NearMiss(candidate=EVE, score=0.5, rule="gone"))),
        replace(issued, inputs=replace(issued.inputs, policy_hash="0" * 64)),
        replace(issued, inputs=replace(issued.inputs, items=99)),
        replace(issued, terms="{}"),
    )
    for each in told:
        assert town.rederiving.again(NET, replace(recorded, event=each)).outcome is Verdict.DIFFERS, each


def test_a_suggestion_with_another_rung_reason_or_likeness_differs(town: Town) -> None:
    asks(town)
    asks(town, 2, CLEO)
    suggested(town)
    recorded = last(town, case(1))
    told = recorded.event
    assert isinstance(told, DispositionSuggested)
    assert told.similar
    first, *others = told.ladder
    for each in (
        replace(told, reason="because"),
        replace(told, ladder=(replace(first, possible=not first.possible), *others)),
        replace(told, ladder=(replace(first, candidates=("resource-00000099",)), *others)),
        replace(told, similar=(replace(told.similar[0], nearness=0.1),)),
        replace(told, similar=()),
        replace(told, figures='{"near":{},"usual":0.9}'),
    ):
        assert town.rederiving.again(NET, replace(recorded, event=each)).outcome is Verdict.DIFFERS, each


def test_what_was_told_with_the_history_is_no_derivation_of_ours(town: Town) -> None:
    recorded = last(town, town.ask_for(PEERS).recommendation)
    told = replace(recorded, envelope=replace(recorded.envelope, actor=OPERATOR))
    assert town.rederiving.again(NET, told).outcome is Verdict.TOLD


def test_an_encoder_of_which_nothing_is_kept_is_named(town: Town) -> None:
    recorded = last(town, town.ask_for(PEERS).recommendation)
    issued = recorded.event
    assert isinstance(issued, RecommendationsIssued)
    other = replace(issued, inputs=replace(issued.inputs, encoder="another"))
    again = town.rederiving.again(NET, replace(recorded, event=other))
    assert again.outcome is Verdict.PARTLY
    assert "encoder" in again.gone[0]


def test_where_vectors_were_lost_it_is_said_and_none_is_made(town: Town) -> None:
    recorded = last(town, town.ask_for(PEERS).recommendation)
    assert drop(town.settings.data, ADA)
    town.counting.counted()
    again = town.rederiving.again(NET, recorded)
    assert again.outcome is Verdict.PARTLY
    assert "is not kept" in again.gone[0]
    assert town.counting.counted() == 0


def test_nothing_is_explained_that_was_decided_in_another_network_or_never(town: Town) -> None:
    for network, decision in ((NET, "recommendation-00000077"), (NET, case(1)), ("network-00000002", ABSENT)):
        with pytest.raises(Unknown):
            town.rederiving.latest(network, decision)


def test_one_who_was_erased_is_named_and_all_else_is_as_it_was(town: Town) -> None:
    lived(town)
    before = every(town)
    erase(town, CLEO)
    after = every(town)
    assert len(after) == len(before)
    assert {each.outcome for each in after} == {Verdict.IDENTICAL, Verdict.PARTLY}
    for each in after:
        if each.outcome is Verdict.PARTLY:
            assert any(CLEO in word or "position" in word for word in each.gone), each
        assert not [one for one in each.differences if one.where.endswith(": score")]


def test_the_list_of_who_was_erased_can_only_be_named(town: Town) -> None:
    listed = town.ask_for(PEERS).recommendation
    erase(town, ADA)
    again = town.rederiving.again(NET, last(town, listed))
    assert again.outcome is Verdict.PARTLY
    assert again.gone == (f"{ADA} was erased",)


def test_another_policy_or_encoder_is_a_fault_also_where_the_need_is_gone(town: Town) -> None:
    stored = town.ask_for(PEERS).issued
    derived = Listing(inputs=stored.inputs, terms=stored.terms, picks=stored.picks, near_misses=stored.near_misses)
    other = replace(stored, inputs=replace(stored.inputs, policy_hash="p", encoder="e", items=0))
    found = lists(other, derived, Gone(members=frozenset({ADA}), need=True))
    assert {each.where: each.gone for each in found} == {"policy": False, "encoder": False, "evidence counted": True}


def test_who_left_later_or_came_later_changes_nothing_of_then(town: Town) -> None:
    lived(town)
    town.say(JoinNetwork(member="member-00000077", name="Fay"))
    problem = PostChallenge(challenge="challenge-00000077", author="member-00000077", title="Ninth graders stay away")
    town.say(problem, by="member-00000077")
    town.say(DeclareConflict(member=ADA, other=BEN, kind=ConflictKind.FAMILY), by=ADA)
    assert set(outcomes(town)) == {Verdict.IDENTICAL}


def test_the_same_case_under_todays_rules_is_labelled_and_differs_where_the_rules_do(town: Town) -> None:
    listed = town.ask_for(PEERS)
    assert len(listed.issued.picks) >= 1
    same = town.hypothetical.today(NET, last(town, listed.recommendation))
    assert same.same
    assert "not recorded" in same.says
    policy = MatchingPolicy(floor=0.99)
    town.say(ProposePolicy(network=NET, policy=policy))
    town.say(AdoptPolicy(network=NET, policy_hash=hash_of(policy)))
    today = town.hypothetical.today(NET, last(town, listed.recommendation))
    assert (today.policy_hash, today.same) == (hash_of(policy), False)
    assert today.worded is not None
    assert today.worded.picks == ()
    assert town.rederiving.again(NET, last(town, listed.recommendation)).outcome is Verdict.IDENTICAL


def test_what_is_the_same_under_todays_rules_is_quoted_as_it_was_then(town: Town) -> None:
    """Also where other passages would be chosen now: here those that are stored are none that deriving gives."""
    recorded = last(town, town.ask_for(EXPERTS).recommendation)
    issued = recorded.event
    assert isinstance(issued, RecommendationsIssued)
    picks = tuple(
        replace(pick, reasons=tuple(replace(each, passage=(0, 9), met=None, meets=None) for each in pick.reasons))
        for pick in issued.picks
    )
    quoted = replace(recorded, event=replace(issued, picks=picks))
    assert picks != issued.picks
    today = town.hypothetical.today(NET, quoted)
    assert today.same
    assert today.worded is not None
    stored = town.ask(NET, lambda connection: in_words(connection, _issued(quoted)))
    assert [pick.reasons for pick in today.worded.picks] == [pick.reasons for pick in stored.picks]
    assert stored.picks[0].reasons


def _issued(recorded: Recorded) -> IssuedList:
    issued = recorded.event
    assert isinstance(issued, RecommendationsIssued)
    at = recorded.envelope.occurred_at
    return IssuedList(recommendation=recorded.stream, issued=issued, at=at, position=0, viewed=False, expired=False)


@pytest.mark.parametrize("cause", ["mute", "conflict", "pause", "full calendar", "farther than others"])
def test_a_private_cause_is_worded_alike_also_in_its_figures(town: Town, cause: str) -> None:
    """As for somebody for whom there is no place left."""
    policy = MatchingPolicy(list_length=1, newcomer_chance=0.0)
    town.say(ProposePolicy(network=NET, policy=policy))
    town.say(AdoptPolicy(network=NET, policy_hash=hash_of(policy)))
    knows(town, CLEO)
    town.offers_time(DAN, 10 if cause == "full calendar" else 500)
    match cause:
        case "mute":
            town.say(MuteMember(member=DAN, other=ADA), by=DAN)
        case "conflict":
            town.say(DeclareConflict(member=DAN, other=ADA, kind=ConflictKind.FAMILY), by=DAN)
        case "pause":
            town.say(PauseMember(member=DAN), by=DAN)
    recorded = last(town, town.ask_for(EXPERTS).recommendation)
    told = town.hypothetical.why_not(NET, recorded, DAN)
    assert told.why_not == "others are nearer, or they are unavailable just now"
    assert told.change.startswith("to be nearer than the last one listed, at ")
    assert told.true_cause == ""
    truly = {"mute": "muted", "conflict": "conflict", "pause": "paused", "full calendar": "taken up"}
    for each, word in truly.items():
        found = town.hypothetical.why_not(NET, recorded, DAN, true_cause=True).true_cause
        assert (word in found) is (each == cause)


def test_the_smallest_change_says_what_would_have_listed_them(town: Town) -> None:
    town.dismiss(PEERS, BEN)
    recorded = last(town, town.ask_for(PEERS).recommendation)
    told = town.hypothetical.why_not(NET, recorded, BEN)
    assert told.why_not == "dismissed by you for this need"
    assert told.change == "had you not dismissed them, they would be suggested, in place 1"
    assert town.hypothetical.why_not(NET, recorded, CLEO).change == "a problem of theirs at the stage of yours"
    far = town.hypothetical.why_not(NET, recorded, DAN)
    assert "too far" in far.why_not
    assert "nearer by 0." in far.change
