from typing import Any

import pytest
from msgspec.structs import replace

from domain.eligibility import UNAVAILABLE, Mode
from domain.refusals import IllegalMove, Malformed, Unknown
from domain.vocabulary import Level, RoleFamily, WaivableRule
from engine.changing import NOT_LISTED
from engine.recommending import recommend
from projections.evidence import Says, Strength
from tests.engine.sketch import (
    ADA,
    AHEAD,
    BEN,
    BUSES,
    CHALLENGES,
    CLEO,
    COACH,
    CONSULTANCY,
    DAN,
    DESKS,
    EVE,
    EXPERTS,
    NEED,
    PEERS,
    READING,
    RESOURCES,
    SLEEP,
    TEACHER,
    Sketch,
    partner,
)

# who is found by what


def test_peers_work_on_the_same_kind_of_problem_at_the_same_stage() -> None:
    sketch = Sketch()
    sketch.works_on(BEN, BUSES, at="exploring")
    sketch.works_on(CLEO, DESKS, at="testing")
    sketch.works_on(DAN, READING, at="naming")
    sketch.shows(EVE, says=Says.PROFILE)
    assert sketch.picks(PEERS) == [BEN]


def test_peers_ahead_are_strictly_further_and_the_next_step_counts_most() -> None:
    sketch = Sketch(step_further=0.5)
    for member, challenge, stage in (
        (BEN, BUSES, "exploring"),
        (CLEO, DESKS, "naming"),
        (DAN, READING, "resolved"),
        (EVE, SLEEP, "testing"),
    ):
        sketch.works_on(member, challenge, at=stage)
    listing = sketch.asks(AHEAD)
    assert [pick.candidate for pick in listing.picks] == [EVE, DAN]
    near, far = (pick.score for pick in listing.picks)
    assert far == pytest.approx(near * 0.5**2, abs=2e-6)  # resolved is three steps on, testing is one
    assert near == sketch.asks(PEERS).picks[0].score  # and one step costs nothing


@pytest.mark.parametrize("ended", ["set aside", "merged", None])
def test_what_was_given_up_makes_nobody_a_peer(ended: str | None) -> None:
    sketch = Sketch()
    sketch.works_on(BEN, BUSES)
    if ended is None:
        del sketch.stages[BUSES]
    else:
        sketch.stages[BUSES] = ended
    assert sketch.picks(PEERS) == sketch.picks(AHEAD) == []


def test_a_peer_is_judged_by_the_problem_that_is_at_that_stage_alone() -> None:
    sketch = Sketch()
    sketch.works_on(BEN, BUSES, near=0.5)
    sketch.works_on(BEN, DESKS, near=0.9, at="testing")
    with_both = sketch.asks(PEERS).picks
    assert [reason.evidence for reason in with_both[0].reasons] == ["e001"]
    del sketch.hits[1]
    assert sketch.asks(PEERS).picks == with_both


def test_experts_are_known_by_what_they_know_not_by_what_they_ask() -> None:
    sketch = Sketch()
    sketch.works_on(BEN, BUSES)
    sketch.shows(CLEO, says=Says.WANTS_TO_LEARN)
    for number, says in enumerate(("profile", "claims", "endorsed", "answered", "shared", "helped", "site statement")):
        sketch.shows(f"member-0000001{number}", says=Says(says))
    assert sketch.picks(EXPERTS) == [f"member-0000001{number}" for number in range(5)]  # as many as a list holds


def test_only_open_challenges_wait_for_help() -> None:
    sketch = Sketch()
    stages = ("naming", "exploring", "testing", "sustaining", "resolved", "set aside", "merged")
    for number, stage in enumerate(stages):
        sketch.problem(f"challenge-0000001{number}", BEN, at=stage)
    assert sketch.picks(CHALLENGES) == [f"challenge-0000001{number}" for number in range(4)]


def test_a_claim_weighs_less_than_an_endorsement_and_that_less_than_what_was_shown() -> None:
    sketch = Sketch()
    sketch.shows(BEN, says=Says.CLAIMS, strength=Strength.CLAIMED)
    sketch.shows(CLEO, says=Says.ENDORSED, strength=Strength.ENDORSED)
    sketch.shows(DAN, says=Says.ANSWERED, strength=Strength.DEMONSTRATED)
    listing = sketch.asks(EXPERTS)
    assert [pick.candidate for pick in listing.picks] == [DAN, CLEO, BEN]
    shown, endorsed, claimed = (pick.score for pick in listing.picks)
    assert endorsed == pytest.approx(shown * 0.9, abs=2e-6)
    assert claimed == pytest.approx(shown * 0.8, abs=2e-6)


def test_what_lies_below_the_floor_counts_for_nobody() -> None:
    sketch = Sketch(floor=0.42)
    sketch.shows(BEN, near=0.4199)
    sketch.shows(CLEO, near=0.42)
    sketch.shows(DAN, near=0.1, words=0.42)
    assert sorted(sketch.picks(EXPERTS)) == [CLEO, DAN]


def test_words_said_under_the_need_itself_bring_nobody_back() -> None:
    sketch = Sketch()
    sketch.shows(BEN, says=Says.ANSWERED, challenge=NEED)
    sketch.shows(CLEO, says=Says.ANSWERED, challenge=BUSES)
    assert sketch.picks(EXPERTS) == [CLEO]


def test_a_list_is_as_long_as_the_policy_says() -> None:
    sketch = Sketch(list_length=2)
    for member in (BEN, CLEO, DAN):
        sketch.shows(member)
    assert sketch.picks(EXPERTS) == [BEN, CLEO]


def test_lists_about_a_challenge_and_lists_about_a_person_are_not_confused() -> None:
    sketch = Sketch()
    for kind, subject in ((CHALLENGES, NEED), (PEERS, ADA), (RESOURCES, ADA)):
        need = sketch.need(CHALLENGES if subject == ADA else PEERS)
        with pytest.raises(Malformed, match="for a challenge"):
            recommend(replace(need, kind=kind), sketch.policy, sketch, 0)


def test_a_need_without_words_and_a_reader_who_is_not_here_are_refused() -> None:
    sketch = Sketch()
    sketch.texts = ()
    with pytest.raises(IllegalMove, match="no words yet"):
        sketch.asks(PEERS)
    sketch = Sketch()
    sketch.member(ADA, present=False)
    with pytest.raises(Unknown, match="no such member"):
        sketch.asks(PEERS)


# order and parts


def test_equals_stand_in_the_order_of_their_ids() -> None:
    sketch = Sketch()
    for member in (EVE, CLEO, BEN, DAN):
        sketch.shows(member)
    assert sketch.picks(EXPERTS) == [BEN, CLEO, DAN, EVE]


def test_a_reason_names_the_part_that_weighs_more() -> None:
    sketch = Sketch()
    assert sketch.shares_words == pytest.approx(0.22, abs=0.01)
    for member, near, words in ((BEN, 0.6, 0.1), (CLEO, 0.2, 0.9), (DAN, 0.5, 0.9)):
        sketch.shows(member, near, words=words)
    assert {pick.candidate: pick.reasons[0].part for pick in sketch.asks(EXPERTS).picks} == {
        BEN: "meaning",
        CLEO: "words",
        DAN: "meaning",  # words are nearer, and weigh less
    }


def test_a_list_says_what_it_was_derived_from() -> None:
    sketch = Sketch()
    sketch.shows(BEN)
    inputs = sketch.asks(EXPERTS).inputs
    assert (inputs.position, inputs.policy_hash, inputs.encoder) == (100, sketch.policy_hash, "by hand")
    assert (inputs.seed, inputs.items, inputs.words_share) == (0, 60, sketch.shares_words)
    assert '"winter":3' in sketch.asks(EXPERTS).terms


# near misses


def test_the_first_rule_that_binds_is_kept_and_what_all_may_know_binds_first() -> None:
    sketch = Sketch()
    sketch.everywhere(BEN)
    sketch.member(BEN, level=Level.HONOR, conflicts=frozenset({ADA}), away=True)
    assert sketch.misses(EXPERTS) == {BEN: "light_touch"}
    assert sketch.misses(PEERS) == {BEN: UNAVAILABLE}


def test_near_misses_are_those_who_would_have_been_on_the_list() -> None:
    sketch = Sketch(list_length=1, near_misses=2)
    for member, near in ((BEN, 0.9), (CLEO, 0.8), (DAN, 0.7), (EVE, 0.6)):
        sketch.shows(member, near)
        sketch.member(member, away=member != DAN)
    assert sketch.picks(EXPERTS) == [DAN]
    assert list(sketch.misses(EXPERTS)) == [BEN, CLEO]  # not EVE, who is farther than DAN
    sketch.policy = replace(sketch.policy, near_misses=5)
    sketch.shows("member-0000000f", 0.7)
    sketch.member("member-0000000f", away=True)
    assert list(sketch.misses(EXPERTS)) == [BEN, CLEO, "member-0000000f"]  # who is as near as DAN
    sketch.policy = replace(sketch.policy, near_misses=2)
    sketch.member(DAN, away=True)
    assert list(sketch.misses(EXPERTS)) == [BEN, CLEO]  # no more than the policy keeps


# why not


def test_nobody_is_told_that_they_are_too_far_from_themselves() -> None:
    for near in (0.2, 0.9):
        sketch = Sketch()
        sketch.shows(ADA, near)
        assert sketch.why_not(EXPERTS, ADA) == "nobody is suggested to themselves"


def test_why_not_says_in_words_what_binds_now() -> None:
    sketch = Sketch(list_length=1)
    for member, near in ((BEN, 0.9), (CLEO, 0.8), (DAN, 0.2), (EVE, 0.9)):
        sketch.shows(member, near)
    sketch.member(EVE, muted=frozenset({ADA}))
    assert sketch.why_not(EXPERTS, BEN) == "they are suggested, in place 1"
    assert sketch.why_not(EXPERTS, CLEO) == NOT_LISTED
    assert sketch.why_not(EXPERTS, DAN).startswith("too far from this need")
    assert sketch.why_not(EXPERTS, EVE) == NOT_LISTED
    assert sketch.why_not(EXPERTS, "member-00000077") == "nothing is known of them that is near this need"


@pytest.mark.parametrize(
    ("traits", "words"),
    [
        ({"level": Level.FOLLOW}, "takes part without being asked for time"),
        ({"present": False}, "no longer in the network"),
        ({"conflicts": frozenset({ADA})}, NOT_LISTED),
        ({"free_minutes": 0}, NOT_LISTED),
        ({"away": True}, NOT_LISTED),
    ],
)
def test_why_not_words_what_is_private_alike(traits: dict[str, Any], words: str) -> None:
    sketch = Sketch()
    sketch.shows(BEN)
    sketch.member(BEN, **traits)
    assert sketch.why_not(EXPERTS, BEN) == words


def test_why_not_says_that_a_peer_is_at_another_stage() -> None:
    sketch = Sketch()
    sketch.works_on(BEN, "challenge-00000002", at="testing")
    assert sketch.why_not(PEERS, BEN) == "what they work on stands at another stage"


def test_why_not_knows_the_group() -> None:
    sketch = Sketch()
    sketch.member(ADA, sites=frozenset({"site-00000001"}))
    for number, member in enumerate((BEN, CLEO, DAN)):
        sketch.shows(member, 0.8)
        sketch.member(member, **partner(districts=frozenset({f"site-0000000{number + 2}"})))
    sketch.shows(EVE, 0.5)
    sketch.member(EVE, **partner(districts=frozenset({"site-00000002"})))
    neighbour = "member-0000000f"
    sketch.shows(neighbour, 0.9)
    sketch.member(neighbour, **partner(sites=frozenset({"site-00000001"})))
    assert sketch.picks(CONSULTANCY) == [BEN, CLEO, DAN]
    assert sketch.why_not(CONSULTANCY, BEN) == "they are suggested, as one of the group"
    assert sketch.why_not(CONSULTANCY, EVE) == NOT_LISTED
    assert "your own site" in sketch.why_not(CONSULTANCY, neighbour)
    sketch.set_aside = frozenset({WaivableRule.OWN_SITE})
    assert sketch.picks(CONSULTANCY)[0] == neighbour  # the presenter asked for a colleague
    sketch.set_aside = frozenset()
    sketch.member(DAN, away=True)
    assert "no group was found" in sketch.why_not(CONSULTANCY, EVE)
    assert sketch.why_not(CONSULTANCY, DAN) == NOT_LISTED


# a consultancy


def test_consultants_are_listed_nearest_first_with_what_qualifies_them() -> None:
    sketch = Sketch(consultants_most=3)
    for member, near in ((BEN, 0.6), (CLEO, 0.7), (DAN, 0.8)):
        sketch.shows(member, near)
        sketch.works_on(member, f"challenge-000000{member[-1]}1", near - 0.15)
        sketch.member(member, **partner())
    listing = sketch.asks(CONSULTANCY)
    assert [pick.candidate for pick in listing.picks] == [DAN, CLEO, BEN]
    for pick, near in zip(listing.picks, (0.8, 0.7, 0.6), strict=True):
        assert pick.parts["knows the area"] == near
        assert pick.parts["shares the dilemma"] == pytest.approx(near - 0.15)


def test_a_consultancy_asks_for_time_so_it_passes_over_the_full_and_the_light_touch() -> None:
    sketch = Sketch(consultant_minutes=60)
    for member in (BEN, CLEO, DAN, EVE):
        sketch.shows(member)
    sketch.member(BEN, **partner(59))
    for member in (CLEO, DAN, EVE):
        sketch.member(member, **partner(60))
    assert sketch.picks(CONSULTANCY) == [CLEO, DAN, EVE]
    sketch.member(EVE, level=Level.FOLLOW)
    with pytest.raises(IllegalMove, match="takes 3 consultants"):
        sketch.asks(CONSULTANCY)


def test_a_group_with_mixed_roles_may_hold_the_presenters_own() -> None:
    sketch = Sketch()
    for member, family in ((BEN, TEACHER), (CLEO, COACH), (DAN, RoleFamily.PRINCIPAL)):
        sketch.shows(member)
        sketch.member(member, **partner(families=frozenset({family})))
    assert sketch.picks(CONSULTANCY, Mode.MIXED_ROLE) == [BEN, CLEO, DAN]
    with pytest.raises(IllegalMove):
        sketch.asks(CONSULTANCY, Mode.ROLE_ALIKE)
