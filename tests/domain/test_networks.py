from datetime import date, time

import msgspec
import pytest
from msgspec.structs import replace

from domain.calendar import SchoolCalendar, Term
from domain.challenges import PostChallenge
from domain.networks import (
    AdoptPolicy,
    CharterNetwork,
    CharterSectionRevised,
    CloseCohort,
    CohortClosed,
    CohortOpened,
    NetworkChartered,
    OpenCohort,
    PolicyAdopted,
    PolicyProposed,
    ProposePolicy,
    ReviseCharterSection,
    RuleWaived,
    SchoolCalendarSet,
    Section,
    SetSchoolCalendar,
    WaiveRule,
)
from domain.policies import MatchingPolicy, Numerics, hash_of
from domain.vocabulary import WaivableRule
from tests.domain.scenario import ADA, CHALLENGE, NET, given, nothing_yet

AUTUMN = Term(name="autumn", first=date(2025, 8, 25), last=date(2025, 12, 19))
SPRING = Term(name="spring", first=date(2026, 1, 5), last=date(2026, 5, 29))
POSTED = PostChallenge(challenge=CHALLENGE, author=ADA, title="Reluctant readers")
WAIVE = WaiveRule(network=NET, rule=WaivableRule.OWN_SITE, subject=CHALLENGE, reason="she asked for her colleague")
GENTLE = MatchingPolicy(introduction_minutes=15)


def test_a_charter_brings_its_first_policy() -> None:
    nothing_yet().when(CharterNetwork(network=NET, name="Riverbend", zone="America/New_York", policy=GENTLE)).then(
        NetworkChartered(name="Riverbend", zone="America/New_York"),
        PolicyProposed(policy_hash=hash_of(GENTLE), policy=GENTLE),
        PolicyAdopted(policy_hash=hash_of(GENTLE)),
    )


def test_a_network_is_chartered_once() -> None:
    given().when(CharterNetwork(network=NET, name="Riverbend")).then_nothing()
    given().when(CharterNetwork(network=NET, name="Lakeside")).refused("under another name")


def test_a_save_for_one_network_charters_no_other() -> None:
    nothing_yet().when(CharterNetwork(network="network-0000000b", name="Lakeside")).refused("this is another")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "America", "../passwd", "/etc/localtime", "zone.tab", "x" * 200])
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    nothing_yet().when(CharterNetwork(network=NET, name="Riverbend", zone=zone)).refused("no time zone")


def test_nothing_happens_without_a_charter() -> None:
    nothing_yet().when(OpenCohort(network=NET, cohort="first")).refused("no charter yet")


def test_a_section_of_the_charter_is_revised() -> None:
    revise = ReviseCharterSection(network=NET, section=Section.VISION, text="Every child reads.")
    given().when(revise).then(CharterSectionRevised(section=Section.VISION, text="Every child reads."))
    given(revise).when(revise).then_nothing()


def test_a_cohort_opens_closes_and_may_open_again() -> None:
    open_, close = OpenCohort(network=NET, cohort="first"), CloseCohort(network=NET, cohort="first")
    given().when(open_).then(CohortOpened(cohort="first"))
    given().when(close).then_nothing()
    given(open_).when(close).then(CohortClosed(cohort="first"))
    given(open_, close).when(open_).then(CohortOpened(cohort="first"))


def test_terms_and_holidays_are_put_in_order() -> None:
    free = (date(2025, 11, 27), date(2025, 10, 13), date(2025, 11, 27))
    given().when(SetSchoolCalendar(network=NET, zone="UTC", terms=(SPRING, AUTUMN), holidays=free)).then(
        SchoolCalendarSet(
            calendar=SchoolCalendar(
                zone="UTC", terms=(AUTUMN, SPRING), holidays=(date(2025, 10, 13), date(2025, 11, 27))
            )
        )
    )


def test_terms_do_not_overlap_or_end_before_they_begin() -> None:
    long_autumn = replace(AUTUMN, last=SPRING.first)
    given().when(SetSchoolCalendar(network=NET, zone="UTC", terms=(long_autumn, SPRING))).refused("overlap")
    backwards = replace(AUTUMN, last=date(2025, 8, 1))
    given().when(SetSchoolCalendar(network=NET, zone="UTC", terms=(backwards,))).refused("ends before it begins")


def test_a_policy_is_proposed_then_adopted_by_its_hash() -> None:
    propose, adopt = ProposePolicy(network=NET, policy=GENTLE), AdoptPolicy(network=NET, policy_hash=hash_of(GENTLE))
    given().when(adopt).refused("propose it first")
    given().when(propose).then(PolicyProposed(policy_hash=hash_of(GENTLE), policy=GENTLE))
    given(propose).when(adopt).then(PolicyAdopted(policy_hash=hash_of(GENTLE)))
    given(propose, adopt).when(adopt).then_nothing()


def test_the_beginning_of_a_hash_that_is_shown_is_enough() -> None:
    propose, key = ProposePolicy(network=NET, policy=GENTLE), hash_of(GENTLE)
    given(propose).when(AdoptPolicy(network=NET, policy_hash=key[:12])).then(PolicyAdopted(policy_hash=key))
    given(propose).when(AdoptPolicy(network=NET, policy_hash=key[:11])).refused("no policy with this hash")


def test_a_policy_whose_groups_cannot_exist_is_refused() -> None:
    impossible = MatchingPolicy(consultants_least=6, consultants_most=5)
    given().when(ProposePolicy(network=NET, policy=impossible)).refused("more consultants than it may have")
    nothing_yet().when(CharterNetwork(network=NET, name="Riverbend", policy=impossible)).refused("more consultants")


def test_what_cannot_be_computed_here_is_neither_proposed_nor_adopted() -> None:
    faster = MatchingPolicy(numerics=Numerics.OPENVINO)
    given().when(ProposePolicy(network=NET, policy=faster)).refused("not installed")
    nothing_yet().when(CharterNetwork(network=NET, name="Riverbend", policy=faster)).refused("not installed")


def test_the_hash_of_a_policy_follows_its_content_alone() -> None:
    again = msgspec.convert(msgspec.to_builtins(GENTLE), MatchingPolicy)
    assert hash_of(again) == hash_of(GENTLE) != hash_of(MatchingPolicy())


def test_a_rule_is_waived_once_for_one_subject_with_a_reason() -> None:
    given(POSTED).when(WAIVE).then(
        RuleWaived(rule=WaivableRule.OWN_SITE, subject=CHALLENGE, reason="she asked for her colleague")
    )
    given(POSTED, WAIVE).when(replace(WAIVE, reason="once more")).then_nothing()


def test_a_rule_is_waived_for_a_challenge_of_this_network() -> None:
    given().when(WAIVE).refused("no such challenge")
    given(POSTED).when(replace(WAIVE, subject=ADA)).refused("no such challenge")


def test_a_school_day_has_its_hours_and_closes_after_it_opens() -> None:
    hours = SetSchoolCalendar(network=NET, zone="UTC", opens=time(7, 30), closes=time(15))
    (told,) = given().when(hours).events
    assert isinstance(told, SchoolCalendarSet)
    assert (told.calendar.opens, told.calendar.closes) == (time(7, 30), time(15))
    given(hours).when(hours).then_nothing()
    for closes in (time(7, 30), time(6)):
        given().when(replace(hours, closes=closes)).refused("closes before it opens")
