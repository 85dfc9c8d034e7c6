import pytest
from msgspec.structs import replace

from domain.eligibility import Mode
from domain.kernel import Command
from domain.members import LeaveNetwork
from domain.recommendations import (
    AcceptRecommendation,
    DismissRecommendation,
    ExpireRecommendation,
    Inputs,
    IssueRecommendations,
    Listing,
    ListKind,
    NearMiss,
    Pick,
    Reason,
    RecommendationAccepted,
    RecommendationDismissed,
    RecommendationExpired,
    RecommendationsIssued,
    RecommendationViewed,
    ViewRecommendation,
    list_id,
    same_outcome,
)
from domain.refusals import NotTheirs
from domain.vocabulary import ENGINE, OPERATOR
from tests.domain.scenario import ADA, BEN, CHALLENGE, CLEO, DAN, Said, given

LIST = list_id(ADA, CHALLENGE, ListKind.PEERS, Mode.ANY)


def inputs(**changes: object) -> Inputs:
    """Without naming every figure: what a list is derived from may grow."""
    values = {"position": 40, "policy_hash": "p" * 64, "encoder": "minilm", "seed": 7, "items": 12} | changes
    plain = {str: "some", int: 3, float: 3.0, tuple[float, float]: (0.5, 0.5)}
    return Inputs(**{name: values.get(name, plain[kind]) for name, kind in Inputs.__annotations__.items()})


def pick(candidate: str, score: float = 0.8, says: str = "posted") -> Pick:
    reason = Reason(says=says, evidence="e12", part="meaning", value=0.7)
    return Pick(candidate=candidate, score=score, parts={"meaning": score}, reasons=(reason,))


def listing(*picks: Pick, **changes: object) -> Listing:
    miss = NearMiss(candidate=DAN, score=0.5, rule="unavailable")
    return Listing(inputs=inputs(**changes), terms='{"reading": 3}', picks=picks or (pick(BEN),), near_misses=(miss,))


ISSUE = IssueRecommendations(recommendation=LIST, reader=ADA, need=CHALLENGE, kind=ListKind.PEERS, listing=listing())
ACCEPT = AcceptRecommendation(recommendation=LIST, reader=ADA, candidate=BEN)
DISMISS = DismissRecommendation(recommendation=LIST, reader=ADA, candidate=BEN, reason="we know each other")
EXPIRE = ExpireRecommendation(recommendation=LIST)
VIEW = ViewRecommendation(recommendation=LIST, reader=ADA)


def issued(found: Listing) -> RecommendationsIssued:
    return RecommendationsIssued(
        reader=ADA,
        need=CHALLENGE,
        kind=ListKind.PEERS,
        mode=Mode.ANY,
        inputs=found.inputs,
        terms=found.terms,
        picks=found.picks,
        near_misses=found.near_misses,
    )


def test_a_list_is_issued_with_all_that_it_was_derived_from() -> None:
    given().when(ISSUE).then(issued(listing()))


def test_a_list_is_issued_to_a_member() -> None:
    given(LeaveNetwork(member=ADA)).when(ISSUE).refused("reader: there is no such member")


def test_a_list_that_quotes_other_words_of_the_reader_is_another_but_not_one_that_points_elsewhere_in_them() -> None:
    quoting, elsewhere, otherwise = (
        listing(replace(pick(BEN), reasons=tuple(replace(each, met=met, meets=at) for each in pick(BEN).reasons)))
        for met, at in (("e9b", (0, 4)), ("e9b", (5, 9)), ("e18b", (0, 4)))
    )
    assert same_outcome(issued(quoting), issued(otherwise))
    given(replace(ISSUE, listing=quoting)).when(replace(ISSUE, listing=elsewhere)).then()
    given(replace(ISSUE, listing=quoting)).when(replace(ISSUE, listing=otherwise)).then(issued(otherwise))


def test_the_same_outcome_is_stored_once_wherever_it_was_derived() -> None:
    same = (listing(position=99), listing(seed=8), listing(pick(BEN, score=0.79)))
    for found in same:
        given(ISSUE).when(replace(ISSUE, listing=found)).then_nothing()


def test_another_outcome_is_a_new_list() -> None:
    others = (
        listing(pick(CLEO)),
        listing(pick(BEN), pick(CLEO)),
        listing(pick(BEN, says="answered")),
        listing(policy_hash="q" * 64),
        listing(encoder="another"),
        replace(listing(), near_misses=()),
    )
    for found in others:
        given(ISSUE).when(replace(ISSUE, listing=found)).then(issued(found))


def test_a_list_that_expired_is_issued_again() -> None:
    given(ISSUE, EXPIRE).when(ISSUE).then(issued(listing()))
    given(ISSUE, EXPIRE, ISSUE).when(ISSUE).then_nothing()


def test_one_list_answers_one_need_of_one_reader() -> None:
    for other in (
        replace(ISSUE, reader=BEN),
        replace(ISSUE, need="challenge-00000009"),
        replace(ISSUE, kind=ListKind.AHEAD),
        replace(ISSUE, mode=Mode.MIXED_ROLE),
    ):
        given(ISSUE).when(other).refused("answers another need")


def test_every_need_kind_and_mode_has_a_list_of_its_own() -> None:
    needs = [(who, what) for who in (ADA, BEN) for what in (CHALLENGE, ADA)]
    ids = {list_id(who, what, kind, mode) for who, what in needs for kind in ListKind for mode in Mode}
    assert len(ids) == len(needs) * len(ListKind) * len(Mode)


def test_a_reader_views_a_list_once_and_again_when_it_changed() -> None:
    given(ISSUE).when(VIEW, by=ADA).then(RecommendationViewed(reader=ADA))
    seen = given(ISSUE)
    seen.when(VIEW, by=ADA)
    seen.when(VIEW, by=ADA).then_nothing()
    seen.when(replace(ISSUE, listing=listing(pick(CLEO))))
    seen.when(VIEW, by=ADA).then(RecommendationViewed(reader=ADA))


def test_a_reader_accepts_or_dismisses_what_is_listed() -> None:
    given(ISSUE).when(ACCEPT, by=ADA).then(RecommendationAccepted(reader=ADA, candidate=BEN))
    given(ISSUE).when(DISMISS, by=ADA).then(
        RecommendationDismissed(reader=ADA, candidate=BEN, reason="we know each other")
    )
    given(ISSUE).when(replace(ACCEPT, candidate=CLEO), by=ADA).refused("not on the list")
    given(ISSUE).when(replace(DISMISS, candidate=DAN), by=ADA).refused("not on the list")


def test_what_was_accepted_or_dismissed_stays_so_when_the_list_changes() -> None:
    for reply in (ACCEPT, DISMISS):
        scene = given(ISSUE)
        scene.when(reply, by=ADA)
        scene.when(replace(ISSUE, listing=listing(pick(CLEO))))
        scene.when(reply, by=ADA).then_nothing()


def test_only_its_reader_says_anything_about_a_list() -> None:
    for command in (VIEW, ACCEPT, DISMISS):
        given(ISSUE).when(command).refused("only its reader")
        for reader in (ADA, BEN):
            unknown = given().when(replace(command, reader=reader), by=BEN).refusal
            assert str(given(ISSUE).when(replace(command, reader=reader), by=BEN).refusal) == str(unknown)


def test_a_stranger_does_not_learn_what_was_dismissed() -> None:
    def answers(*commands: Command) -> set[str]:
        scene = given(ISSUE)
        for command in commands:
            scene.when(command, by=ADA)
        return {str(scene.when(command, by=BEN).refusal) for command in (DISMISS, ACCEPT)}

    assert answers() == answers(DISMISS) == answers(ACCEPT)


def test_a_list_expires_once() -> None:
    given(ISSUE).when(EXPIRE).then(RecommendationExpired(reader=ADA))
    given(ISSUE, EXPIRE).when(EXPIRE).then_nothing()


def test_what_was_never_issued_is_unknown() -> None:
    for command in (VIEW, ACCEPT, DISMISS):
        given().when(command, by=ADA).refused("no such recommendation")
    given().when(EXPIRE).refused("no such recommendation")


def test_no_member_draws_up_or_ends_a_list_for_themselves_or_another() -> None:
    for sender in (ADA, BEN):
        given().when(ISSUE, by=sender).refused("not by a member")
        given(ISSUE).when(EXPIRE, by=sender).refused("not by a member")
    with pytest.raises(NotTheirs):
        given().world.tell(Said(ISSUE, by=ADA, sent_by=BEN))


def test_the_engine_and_the_operator_draw_up_lists_whoever_they_are_for() -> None:
    for sender in (ENGINE, OPERATOR):
        assert given().world.tell(Said(ISSUE, by=ADA, sent_by=sender)) == (issued(listing()),)
        assert given().world.tell(Said(ISSUE, by=sender)) == (issued(listing()),)
