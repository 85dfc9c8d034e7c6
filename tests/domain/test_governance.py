"""What holds for the whole network is for its staff to say."""

import pytest

from domain.budgets import SetTimeBudget
from domain.challenges import AnswerChallenge, PostChallenge
from domain.introductions import OfferIntroduction
from domain.kernel import Command
from domain.members import (
    EndorseExpertise,
    GrantNetworkRole,
    InviteMember,
    LeaveNetwork,
    PauseMember,
    WithdrawNetworkRole,
)
from domain.networks import (
    AdoptPolicy,
    CharterNetwork,
    CloseCohort,
    OpenCohort,
    ProposePolicy,
    ReviseCharterSection,
    Section,
    SetSchoolCalendar,
    WaiveRule,
)
from domain.policies import MatchingPolicy, hash_of
from domain.resources import ShareResource
from domain.sites import RegisterSite
from domain.vocabulary import ENGINE, OPERATOR, WATCHING, NetworkRole, PeriodKind, SiteKind, WaivableRule
from tests.domain.scenario import (
    ADA,
    BEN,
    CHALLENGE,
    INTRODUCTION,
    NET,
    OTHER_CHALLENGE,
    RESOURCE,
    SCHOOL,
    Given,
    Said,
    given,
    nothing_yet,
)

GENTLE = MatchingPolicy(introduction_minutes=15)
FOR_STAFF = (
    ReviseCharterSection(network=NET, section=Section.VISION, text="Every child reads."),
    OpenCohort(network=NET, cohort="second"),
    CloseCohort(network=NET, cohort="first"),
    SetSchoolCalendar(network=NET, zone="America/New_York"),
    ProposePolicy(network=NET, policy=MatchingPolicy(list_length=3)),
    AdoptPolicy(network=NET, policy_hash=hash_of(GENTLE)),
    WaiveRule(network=NET, rule=WaivableRule.OWN_SITE, subject=CHALLENGE, reason="she asked"),
    RegisterSite(site=SCHOOL, kind=SiteKind.SCHOOL, name="Hill School"),
    InviteMember(member="member-eeeeeeee"),
)


def network(*orders: Command) -> Given:
    begun = (OpenCohort(network=NET, cohort="first"), ProposePolicy(network=NET, policy=GENTLE))
    return given(*begun, PostChallenge(challenge=CHALLENGE, author=ADA, title="Reluctant readers"), *orders)


def named(command: Command) -> str:
    return type(command).__name__


@pytest.mark.parametrize("command", FOR_STAFF, ids=named)
def test_an_ordinary_member_does_not_govern_the_network(command: Command) -> None:
    network().when(command, by=ADA).refused("only a facilitator or an admin")
    network(GrantNetworkRole(member=ADA, role=NetworkRole.COACH)).when(command, by=ADA).refused("only a facilitator")


@pytest.mark.parametrize("command", FOR_STAFF, ids=named)
def test_a_word_for_an_ordinary_member_governs_no_more_than_theirs(command: Command) -> None:
    scene = network()
    outcome = scene.when(command, by=ADA)
    assert outcome.refusal is not None
    with pytest.raises(type(outcome.refusal)):
        scene.world.tell(Said(command, by=ADA, sent_by=OPERATOR))


@pytest.mark.parametrize("command", FOR_STAFF, ids=named)
@pytest.mark.parametrize("role", [NetworkRole.FACILITATOR, NetworkRole.ADMIN])
def test_a_facilitator_and_an_admin_govern_while_they_are_on_duty(command: Command, role: NetworkRole) -> None:
    staff = GrantNetworkRole(member=BEN, role=role)
    assert network(staff).when(command, by=BEN).events
    network(staff, PauseMember(member=BEN)).when(command, by=BEN).refused("only a facilitator or an admin")
    network(staff, LeaveNetwork(member=BEN)).when(command, by=BEN).refused("only a facilitator or an admin")


@pytest.mark.parametrize("command", FOR_STAFF, ids=named)
@pytest.mark.parametrize("who", [OPERATOR, ENGINE])
def test_the_operator_and_the_engine_govern(command: Command, who: str) -> None:
    assert network().when(command, by=who).events


@pytest.mark.parametrize("who", [ADA, ENGINE])
def test_only_the_operator_charters_a_network(who: str) -> None:
    nothing_yet().when(CharterNetwork(network=NET, name="Riverbend"), by=who).refused("only the operator")


def test_a_facilitator_gives_nobody_a_role() -> None:
    scene = network(GrantNetworkRole(member=BEN, role=NetworkRole.FACILITATOR))
    for role in NetworkRole:
        scene.when(GrantNetworkRole(member=ADA, role=role), by=BEN).refused("only the operator or an admin")
    scene.when(WithdrawNetworkRole(member=BEN, role=NetworkRole.FACILITATOR), by=ADA).refused("only the operator")


WATCHED = (
    PostChallenge(challenge=OTHER_CHALLENGE, author=BEN, title="Nobody reads"),
    AnswerChallenge(challenge=CHALLENGE, answer="answer-00000001", member=BEN, text="Try pairs."),
    ShareResource(resource=RESOURCE, contributor=BEN, title="A guide"),
    OfferIntroduction(introduction=INTRODUCTION, seeker=ADA, helper=BEN),
    SetTimeBudget(member=BEN, minutes=30, period=PeriodKind.WEEK),
    EndorseExpertise(member=ADA, topic="reading", endorser=BEN),
)


@pytest.mark.parametrize("command", WATCHED, ids=named)
@pytest.mark.parametrize("role", sorted(WATCHING))
def test_who_only_looks_on_changes_nothing_but_their_own_membership(command: Command, role: NetworkRole) -> None:
    looks_on = GrantNetworkRole(member=BEN, role=role)
    network(looks_on).when(command, by=BEN).refused("who only audits or sponsors changes nothing")
    both = (looks_on, GrantNetworkRole(member=BEN, role=NetworkRole.MEMBER))
    assert "changes nothing" not in str(network(*both).when(command, by=BEN).refusal)
    assert "changes nothing" not in str(network().when(command, by=BEN).refusal)
    assert network(looks_on).when(PauseMember(member=BEN), by=BEN).events
    assert network(looks_on).when(WithdrawNetworkRole(member=BEN, role=role), by=BEN).events


def test_what_one_who_looks_on_said_before_is_recorded_for_them() -> None:
    scene = network(GrantNetworkRole(member=BEN, role=NetworkRole.SPONSOR))
    assert scene.world.tell(Said(WATCHED[0], by=BEN, sent_by=OPERATOR))
