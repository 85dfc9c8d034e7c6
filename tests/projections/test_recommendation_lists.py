from datetime import timedelta

import pytest
from msgspec.structs import fields, replace

from domain.challenges import PostChallenge
from domain.eligibility import Mode
from domain.introductions import OfferIntroduction
from domain.members import DeclareConflict, EndConflict, GrantNetworkRole
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
    ViewRecommendation,
    list_id,
)
from domain.resources import ReviewResource, ShareResource
from domain.vocabulary import OPERATOR, ConflictKind, NetworkRole
from projections import timeline
from projections.places import suggested_lately
from projections.reading import Reader, reader_at
from projections.recommendation_lists import accepted, begun, dismissed, issued_to, latest, lists_of
from projections.recommendation_lists import seen as shown
from projections.shape import AsOf, microseconds
from tests.histories import ADA, BEN, CALL, CLEO, DESKS, DEV, EVE, GUIDE, READING, History
from tests.histories import begun as network
from tests.projections.seeing import seen
from tests.projections.test_time_budgets import offering

PLAIN = {str: "some", int: 3, float: 0.5, tuple[float, float]: (0.5, 0.5)}
INPUTS = Inputs(**{each.name: PLAIN[each.type] for each in fields(Inputs)})
REASON = Reason(says="answered", evidence="e7", part="meaning", value=0.25)


def issue(*candidates: str, need: str = DESKS, kind: ListKind = ListKind.PEERS) -> IssueRecommendations:
    picks = tuple(Pick(candidate=each, score=0.5, parts={"meaning": 0.5}, reasons=(REASON,)) for each in candidates)
    return IssueRecommendations(
        recommendation=list_id(ADA, need, kind, Mode.ANY),
        reader=ADA,
        need=need,
        kind=kind,
        listing=Listing(inputs=INPUTS, terms='{"desk":2}', picks=picks),
    )


def list_of(need: str = DESKS, kind: ListKind = ListKind.PEERS) -> str:
    return list_id(ADA, need, kind, Mode.ANY)


def needing() -> History:
    history = network()
    history.do(
        PostChallenge(challenge=DESKS, author=ADA, title="Desks"),
        PostChallenge(challenge=READING, author=ADA, title="Reading"),
    )
    return history


def test_the_latest_list_is_kept_whole_with_its_reasons() -> None:
    history = needing()
    history.do(issue(BEN, CLEO), issue(CLEO))
    with seen(history) as c:
        found = latest(c, list_of())
        assert found is not None
        assert [pick.candidate for pick in found.issued.picks] == [CLEO]
        assert found.issued == history.recorded[-1].event
        assert (found.position, found.at) == (history.head(), history.now)
        assert latest(c, list_of(READING)) is None


def test_a_new_list_has_not_been_seen_yet() -> None:
    history = needing()
    history.do(issue(BEN), ViewRecommendation(recommendation=list_of(), reader=ADA))
    with seen(history) as c:
        assert [each.viewed for each in lists_of(c, ADA)] == [True]
    history.do(ExpireRecommendation(recommendation=list_of()), by=None)
    with seen(history) as c:
        assert [each.expired for each in lists_of(c, ADA)] == [True]
    history.do(issue(CLEO))
    with seen(history) as c:
        assert [(each.viewed, each.expired) for each in lists_of(c, ADA)] == [(False, False)]


def test_a_list_began_when_it_was_first_derived_and_anew_once_it_expired() -> None:
    history = needing()
    history.do(issue(BEN))
    first = history.now
    history.do(issue(CLEO), at=first + timedelta(days=3))
    with seen(history) as c:
        assert begun(c, list_of()) == AsOf(INPUTS.position, microseconds(first))
        assert begun(c, list_of(READING)) is None
    history.do(ExpireRecommendation(recommendation=list_of()), by=None)
    with seen(history) as c:
        assert begun(c, list_of()) is None
    later = replace(INPUTS, position=9)
    history.do(replace(issue(BEN), listing=replace(issue(BEN).listing, inputs=later)), at=first + timedelta(days=9))
    with seen(history) as c:
        assert begun(c, list_of()) == AsOf(9, microseconds(first + timedelta(days=9)))


def test_a_readers_lists_are_their_own_the_newest_first() -> None:
    history = needing()
    history.do(issue(BEN), issue(CLEO, need=READING))
    with seen(history) as c:
        assert [each.issued.need for each in lists_of(c, ADA)] == [READING, DESKS]
        assert lists_of(c, BEN) == []


def test_a_pair_suggested_for_one_need_is_remembered_for_the_others() -> None:
    history = needing()
    history.do(issue(BEN, CLEO))
    suggested = history.now
    history.do(issue(DEV, need=READING))
    with seen(history) as c:
        assert suggested_lately(c, ADA, READING, suggested) == {BEN, CLEO}
        assert suggested_lately(c, ADA, DESKS, suggested) == {DEV}
        assert suggested_lately(c, ADA, READING, suggested + timedelta(microseconds=1)) == frozenset()
        assert suggested_lately(c, BEN, READING, suggested) == frozenset()


def test_what_was_suggested_again_was_suggested_lately() -> None:
    history = needing()
    history.do(issue(BEN, CLEO))
    first = history.now
    history.do(issue(CLEO), at=first + timedelta(days=30))
    history.do(issue(BEN, CLEO), at=first - timedelta(days=30))  # told late
    with seen(history) as c:
        assert suggested_lately(c, ADA, READING, first + timedelta(days=1)) == {CLEO}


def test_replies_count_for_the_reader_and_the_need_whatever_the_list() -> None:
    history = needing()
    experts = list_of(kind=ListKind.EXPERTS)
    history.do(issue(BEN, CLEO), issue(DEV, kind=ListKind.EXPERTS), issue(BEN, need=READING))
    history.do(
        DismissRecommendation(recommendation=list_of(), reader=ADA, candidate=BEN, reason="we spoke"),
        DismissRecommendation(recommendation=experts, reader=ADA, candidate=DEV),
        AcceptRecommendation(recommendation=list_of(), reader=ADA, candidate=CLEO),
    )
    with seen(history) as c:
        assert dismissed(c, ADA, DESKS) == {BEN, DEV}
        assert accepted(c, ADA, DESKS) == {CLEO}
        assert dismissed(c, ADA, READING) == dismissed(c, BEN, DESKS) == frozenset()


def test_a_list_is_its_readers_alone_and_the_operators() -> None:
    history = needing()
    history.do(issue(BEN))
    with seen(history) as c:
        assert shown(c, Reader(member=ADA), list_of()) == latest(c, list_of())
        assert shown(c, Reader(member=OPERATOR), list_of()) == latest(c, list_of())
        assert shown(c, Reader(member=ADA), list_of(READING)) is None
        for role in NetworkRole:
            assert shown(c, Reader(member=BEN, roles=frozenset({role})), list_of()) is None
        assert [each.recommendation for each in issued_to(c, Reader(member=ADA)).items] == [list_of()]
        assert issued_to(c, Reader(member=BEN)).count == 0


@pytest.mark.parametrize("role", [NetworkRole.MEMBER, NetworkRole.FACILITATOR])
def test_what_became_hidden_since_is_not_shown_any_more(role: NetworkRole) -> None:
    """Of Ben the pick, his guide, a near miss, and Dev, for whom words of his speak; Cleo stays. Staff no less."""
    history = needing()
    history.do(ShareResource(resource=GUIDE, contributor=BEN, title="A guide"), GrantNetworkRole(member=ADA, role=role))
    (reviewed,) = history.do(ReviewResource(resource=GUIDE, member=BEN, stars=5, text="Mine."))
    his = Reason(says="a reviewer wrote", evidence=f"e{reviewed.position}", part="meaning", value=0.5)
    listing = issue(BEN, GUIDE, CLEO).listing
    pick = Pick(candidate=DEV, score=0.4, parts={"meaning": 0.4}, reasons=(his,))
    misses = tuple(NearMiss(candidate=each, score=0.1, rule="no_time_offered") for each in (BEN, EVE))
    history.do(replace(issue(), listing=replace(listing, picks=(*listing.picks, pick), near_misses=misses)))

    def named() -> list[str]:
        with seen(history) as c:
            reader = reader_at(c, ADA)
            assert reader is not None
            assert reader.staff == (role is NetworkRole.FACILITATOR)
            found = shown(c, reader, list_of())
            assert found is not None
            return [each.candidate for each in (*found.issued.picks, *found.issued.near_misses)]

    assert named() == [BEN, GUIDE, CLEO, DEV, BEN, EVE]
    history.do(DeclareConflict(member=BEN, other=ADA, kind=ConflictKind.GRIEVANCE))
    assert named() == [CLEO, EVE]
    history.do(EndConflict(member=BEN, other=ADA))
    assert named() == [BEN, GUIDE, CLEO, DEV, BEN, EVE]


def test_news_are_the_lists_and_the_offers_of_others_in_the_order_in_which_they_came() -> None:
    history = offering()
    history.do(PostChallenge(challenge=DESKS, author=ADA, title="Desks"), issue(CLEO))
    issued = history.head()
    history.do(OfferIntroduction(introduction=CALL, seeker=CLEO, helper=BEN, minutes=5), by=CLEO)
    offered = history.head() - 2  # followed by her consent, and the minutes it holds
    with seen(history) as c:
        told = {who: timeline.news(c, Reader(member=who)) for who in (ADA, BEN, CLEO, DEV)}
        assert {who: [each.subject for each in news] for who, news in told.items()} == {
            ADA: [list_of()],
            BEN: [CALL],
            CLEO: [],
            DEV: [],
        }
        assert [each.position for each in (*told[ADA], *told[BEN])] == [issued, offered]
        assert timeline.news(c, Reader(member=ADA), after=issued) == []
        assert timeline.news(c, Reader(member=ADA), after=issued - 1) == told[ADA]
        assert timeline.news(c, Reader(member=BEN, hidden=frozenset({CLEO}))) == []
    history.do(ExpireRecommendation(recommendation=list_of()), by=None)
    with seen(history) as c:
        assert timeline.news(c, Reader(member=ADA)) == []
