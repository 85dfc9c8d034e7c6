from domain.resources import RequestResource, RetireResource, ReviewResource, ShareResource, UseResource
from domain.vocabulary import OPERATOR
from projections.reading import Reader
from projections.resource_shelf import Status, resource, reviews, shelf, wishes
from tests.histories import ADA, BEN, CLEO, GUIDE, NET, VIDEO, History, begun
from tests.projections.seeing import seen

ANYBODY = Reader(member=OPERATOR)


def stocked() -> History:
    history = begun()
    history.do(
        ShareResource(resource=GUIDE, contributor=ADA, title="Guide", topics="desks"),
        ShareResource(resource=VIDEO, contributor=NET, title="Video"),
    )
    return history


def test_a_resource_is_rated_by_the_latest_word_of_each_reviewer() -> None:
    history = stocked()
    for reviewer, stars in ((BEN, 1), (CLEO, 4), (BEN, 5)):
        history.do(ReviewResource(resource=GUIDE, member=reviewer, stars=stars, text=f"{stars} of 5"))
    with seen(history) as c:
        guide = resource(c, GUIDE)
        assert guide is not None
        assert (guide.reviews, guide.stars) == (2, 4.5)
        assert [(each.member, each.text) for each in reviews(c, ANYBODY, GUIDE).items] == [
            (BEN, "5 of 5"),
            (CLEO, "4 of 5"),
        ]


def test_what_nobody_reviewed_has_no_stars() -> None:
    with seen(stocked()) as c:
        assert [(each.resource, each.reviews, each.stars) for each in shelf(c)] == [(GUIDE, 0, None), (VIDEO, 0, None)]
        assert [each.resource for each in shelf(c, after=GUIDE)] == [VIDEO]


def test_uses_are_counted() -> None:
    history = stocked()
    history.do(UseResource(resource=GUIDE, member=BEN), UseResource(resource=GUIDE, member=CLEO))
    with seen(history) as c:
        assert {each.resource: each.uses for each in shelf(c)} == {GUIDE: 2, VIDEO: 0}


def test_a_retired_resource_leaves_the_shelf_and_can_still_be_looked_up() -> None:
    history = stocked()
    history.do(RetireResource(resource=GUIDE, reason="outdated"), by=ADA)
    with seen(history) as c:
        assert [each.resource for each in shelf(c)] == [VIDEO]
        guide = resource(c, GUIDE)
        assert guide is not None
        assert guide.status is Status.RETIRED


def test_a_wish_stands_until_somebody_shares_what_was_asked_for() -> None:
    history = begun()
    history.do(RequestResource(resource=GUIDE, member=BEN, text="A guide to rooms"))
    with seen(history) as c:
        (wish,) = wishes(c, ANYBODY).items
        assert (wish.resource, wish.member, wish.text) == (GUIDE, BEN, "A guide to rooms")
        assert resource(c, GUIDE) is None
    history.do(ShareResource(resource=GUIDE, contributor=ADA, title="Guide"))
    with seen(history) as c:
        assert wishes(c, ANYBODY).items == ()
