import pytest
from msgspec.structs import replace

from domain.challenges import PostChallenge
from domain.kernel import Command
from domain.members import DeclareConflict, GrantNetworkRole
from domain.resources import (
    RequestResource,
    ResourceRequested,
    ResourceRetired,
    ResourceReviewed,
    ResourceRevised,
    ResourceShared,
    ResourceUsed,
    RetireResource,
    ReviewResource,
    ReviseResource,
    ShareResource,
    UseResource,
)
from domain.vocabulary import ConflictKind, NetworkRole
from tests.domain.scenario import ADA, BEN, CHALLENGE, CLEO, NET, RESOURCE, given

SHARED = ShareResource(resource=RESOURCE, contributor=ADA, title="Reading log", kind="template", topics="reading")
REQUESTED = RequestResource(resource=RESOURCE, member=BEN, text="a reading log")
RETIRED = RetireResource(resource=RESOURCE, reason="a better one stands")
REVIEWED = ReviewResource(resource=RESOURCE, member=BEN, stars=4, text="clear")


def test_a_member_shares_what_they_made() -> None:
    given().when(SHARED, by=ADA).then(
        ResourceShared(contributor=ADA, title="Reading log", kind="template", topics="reading")
    )
    given().when(SHARED, by=BEN).refused("only the member or a facilitator")


def test_staff_put_things_on_the_networks_own_shelf() -> None:
    shelf = replace(SHARED, contributor=NET)
    assert given().when(shelf).events
    given().when(shelf, by=BEN).refused("facilitator")
    facilitates = GrantNetworkRole(member=BEN, role=NetworkRole.FACILITATOR)
    assert given(facilitates).when(shelf, by=BEN).events


def test_another_network_is_no_contributor() -> None:
    given().when(replace(SHARED, contributor="network-0000000b")).refused("contributor: there is no such member")


def test_a_resource_that_stands_is_revised_not_shared_anew() -> None:
    given(SHARED).when(SHARED).then_nothing()
    given(SHARED).when(replace(SHARED, title="Another log")).refused("revise that one")


def test_a_wish_is_said_once_by_each_and_met_by_sharing() -> None:
    given().when(REQUESTED, by=BEN).then(ResourceRequested(member=BEN, text="a reading log"))
    given(REQUESTED).when(replace(REQUESTED, text="please")).then_nothing()
    given(REQUESTED).when(replace(REQUESTED, member=CLEO)).then(ResourceRequested(member=CLEO, text="a reading log"))
    assert given(REQUESTED).when(SHARED).events
    given(SHARED).when(REQUESTED).then_nothing()


def test_only_its_contributor_or_staff_revise_and_retire() -> None:
    revise = ReviseResource(resource=RESOURCE, title="Reading log, second edition")
    given(SHARED).when(revise, by=BEN).refused("only its contributor")
    given(SHARED).when(RETIRED, by=BEN).refused("only its contributor")
    given(SHARED).when(revise, by=ADA).then(ResourceRevised(contributor=ADA, title="Reading log, second edition"))
    given(SHARED, revise).when(revise, by=ADA).then_nothing()
    given(SHARED).when(RETIRED, by=ADA).then(ResourceRetired(contributor=ADA, reason="a better one stands"))


def test_the_latest_review_of_a_member_counts_also_when_it_says_the_first_again() -> None:
    changed = replace(REVIEWED, stars=2)
    given(SHARED).when(REVIEWED, by=BEN).then(ResourceReviewed(member=BEN, stars=4, text="clear"))
    given(SHARED, REVIEWED).when(REVIEWED).then_nothing()
    given(SHARED, REVIEWED, changed).when(REVIEWED).then(ResourceReviewed(member=BEN, stars=4, text="clear"))
    given(SHARED).when(REVIEWED, by=CLEO).refused("only the member or a facilitator")


def test_use_is_recorded_once_for_each_challenge() -> None:
    use = UseResource(resource=RESOURCE, member=BEN, challenge=CHALLENGE)
    posted = PostChallenge(challenge=CHALLENGE, author=BEN, title="Reluctant readers")
    given(SHARED).when(use).refused("no such challenge")
    given(SHARED, posted).when(use, by=BEN).then(ResourceUsed(member=BEN, challenge=CHALLENGE))
    given(SHARED, posted, use).when(use).then_nothing()
    given(SHARED, posted, use).when(replace(use, challenge=None)).then(ResourceUsed(member=BEN))


def test_a_retired_resource_rests() -> None:
    given(SHARED, RETIRED).when(RETIRED).then_nothing()
    given(SHARED, RETIRED).when(REVIEWED).refused("retired")


def test_what_nobody_shared_is_unknown() -> None:
    given().when(REVIEWED).refused("no such resource")
    given(REQUESTED).when(REVIEWED).refused("no such resource")


@pytest.mark.parametrize(
    "command",
    [
        REVIEWED,
        RETIRED,
        UseResource(resource=RESOURCE, member=BEN),
        ReviseResource(resource=RESOURCE, title="Another log"),
    ],
    ids=lambda command: type(command).__name__,
)
def test_a_resource_of_one_whom_the_actor_must_not_be_shown_is_as_if_not_there(command: Command) -> None:
    apart = DeclareConflict(member=ADA, other=BEN, kind=ConflictKind.SUPERVISES)
    unknown = given().when(command, by=BEN).refusal
    for shelf in ((SHARED,), (SHARED, RETIRED)):
        assert str(given(apart, *shelf).when(command, by=BEN).refusal) == str(unknown)


def test_whether_somebody_shared_the_very_same_is_not_told() -> None:
    given(SHARED).when(SHARED, by=BEN).refused("only the member or a facilitator")
