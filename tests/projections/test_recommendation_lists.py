from datetime import timedelta

from msgspec.structs import fields

from domain.challenges import PostChallenge
from domain.eligibility import Mode
from domain.recommendations import (
    AcceptRecommendation,
    DismissRecommendation,
    ExpireRecommendation,
    Inputs,
    IssueRecommendations,
    Listing,
    ListKind,
    Pick,
    Reason,
    ViewRecommendation,
    list_id,
)
from projections.recommendation_lists import accepted, dismissed, latest, lists_of, suggested_lately
from tests.histories import ADA, BEN, CLEO, DESKS, DEV, READING, History, begun
from tests.projections.seeing import seen

PLAIN = {str: "some", int: 3, float: 0.5}
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
    history = begun()
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
