from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from msgspec.structs import replace

from domain.budgets import SetTimeBudget, TimeLogged, TimeReleased, TimeReserved, TimeSpent
from domain.catalogue import CATALOGUE
from domain.challenges import PostChallenge
from domain.eligibility import Candidate
from domain.introductions import (
    ArrangeSiteVisit,
    ConfirmHelp,
    ConsentToIntroduction,
    DeclineIntroduction,
    DisputeHelp,
    ExpireIntroduction,
    FormPartnership,
    HelpConfirmed,
    HelpDisputed,
    HelpReported,
    HoldSiteVisit,
    IntroductionCommand,
    IntroductionConsented,
    IntroductionDeclined,
    IntroductionExpired,
    IntroductionMade,
    IntroductionOffered,
    MeetingHeld,
    OfferIntroduction,
    PartnershipFormed,
    RecordMeeting,
    ReportHelp,
    SiteVisitArranged,
    SiteVisitHeld,
    candidate,
)
from domain.kernel import Command
from domain.members import (
    ChooseEngagementLevel,
    DeclareConflict,
    GrantNetworkRole,
    LeaveNetwork,
    LinkIdentity,
    MuteMember,
    PauseMember,
    ResumeMember,
    StartAffiliation,
)
from domain.sites import RegisterSite
from domain.vocabulary import (
    OPERATOR,
    Confidentiality,
    ConflictKind,
    Level,
    NetworkRole,
    PeriodKind,
    RoleFamily,
    SiteKind,
)
from tests.domain.scenario import (
    ADA,
    BEN,
    CHALLENGE,
    CLEO,
    DAN,
    INTRODUCTION,
    NOON,
    OTHER_INTRODUCTION,
    SCHOOL,
    Said,
    by,
    given,
    offers_time,
)

LATER = NOON + timedelta(hours=1)
EXPIRES = datetime(2025, 9, 9, tzinfo=UTC)  # Thursday, Friday and Monday are over
OFFER = OfferIntroduction(introduction=INTRODUCTION, seeker=ADA, helper=BEN)
ADA_SAYS_YES = by(ADA, ConsentToIntroduction(introduction=INTRODUCTION, member=ADA), LATER)
BEN_SAYS_YES = by(BEN, ConsentToIntroduction(introduction=INTRODUCTION, member=BEN), LATER)
BEN_SAYS_NO = DeclineIntroduction(introduction=INTRODUCTION, member=BEN, reason="too much at school")
BEN_HAS_TIME = offers_time(BEN)
OFFERED = (*BEN_HAS_TIME, by(ADA, OFFER))
MADE = (*OFFERED, BEN_SAYS_YES)
MEETING = RecordMeeting(introduction=INTRODUCTION, minutes=30, at=NOON)
REPORT = ReportHelp(introduction=INTRODUCTION, member=BEN, note="we read two pages together")
CONFIRM = ConfirmHelp(introduction=INTRODUCTION, member=ADA, note="it helped")
DISPUTE = DisputeHelp(introduction=INTRODUCTION, member=ADA, note="we never met")
PARTNERS = FormPartnership(introduction=INTRODUCTION)
CLEO_ADMINISTERS = GrantNetworkRole(member=CLEO, role=NetworkRole.ADMIN)


def offered(introduced_by: str = ADA) -> IntroductionOffered:
    return IntroductionOffered(seeker=ADA, helper=BEN, minutes=30, introduced_by=introduced_by, expires_at=EXPIRES)


HELD = TimeReserved(member=BEN, reservation=INTRODUCTION, minutes=30, day=NOON.date())
FREED = TimeReleased(member=BEN, reservation=INTRODUCTION, minutes=30)


def test_who_asks_in_person_has_said_yes_by_it() -> None:
    given(*BEN_HAS_TIME).when(OFFER, by=ADA).then(offered(), IntroductionConsented(member=ADA), HELD)


def test_who_offers_help_in_person_has_said_yes_by_it() -> None:
    given(*BEN_HAS_TIME).when(OFFER, by=BEN).then(offered(BEN), IntroductionConsented(member=BEN), HELD)


def test_where_somebody_else_introduces_both_are_still_to_say_yes() -> None:
    given(*BEN_HAS_TIME).when(OFFER).then(offered(OPERATOR), HELD)
    made = IntroductionMade(seeker=ADA, helper=BEN)
    given(*BEN_HAS_TIME, OFFER, ADA_SAYS_YES).when(BEN_SAYS_YES.command, by=BEN).then(
        IntroductionConsented(member=BEN), made
    )


def test_an_ask_without_minutes_takes_the_policys() -> None:
    (first, *_) = given(*BEN_HAS_TIME).when(replace(OFFER, minutes=45), by=ADA).events
    assert isinstance(first, IntroductionOffered)
    assert first.minutes == 45


def test_a_repeated_offer_changes_nothing_and_one_for_others_is_refused() -> None:
    given(*OFFERED).when(OFFER, by=ADA).then_nothing()
    given(*MADE).when(OFFER, by=ADA).then_nothing()
    given(*OFFERED).when(replace(OFFER, helper=CLEO)).refused("joins two others")


def test_an_introduction_is_about_the_seekers_own_challenge() -> None:
    posted = PostChallenge(challenge=CHALLENGE, author=CLEO, title="Reluctant readers")
    about = replace(OFFER, challenge=CHALLENGE)
    given(*BEN_HAS_TIME).when(about).refused("challenge: there is no such challenge")
    given(*BEN_HAS_TIME, posted).when(about).refused("somebody else's")
    assert given(*BEN_HAS_TIME, replace(posted, author=ADA)).when(about).events


def test_nobody_is_introduced_to_themselves() -> None:
    given(*offers_time(ADA)).when(replace(OFFER, helper=ADA)).refused("the same person")


FAR = "member-ffffffff"


def own_word(*links: tuple[str, str]) -> list[Said]:
    return [by(one, LinkIdentity(member=one, same_as=other)) for one, other in links]


@pytest.mark.parametrize(
    "links",
    [
        own_word((ADA, BEN), (BEN, ADA)),
        own_word((ADA, CLEO), (CLEO, ADA), (CLEO, BEN), (BEN, CLEO)),
        own_word((ADA, FAR), (BEN, FAR)),
        own_word((ADA, FAR), (BEN, CLEO), (CLEO, BEN), (CLEO, FAR)),
        [Said(LinkIdentity(member=ADA, same_as=BEN))],
        [Said(LinkIdentity(member=one, same_as=other)) for one, other in ((ADA, DAN), (CLEO, DAN), (CLEO, BEN))],
    ],
)
def test_nobody_is_introduced_to_themselves_across_linked_identities(links: list[Said]) -> None:
    given(*BEN_HAS_TIME, *links).when(OFFER, by=ADA).refused("the same person")


@pytest.mark.parametrize(
    "links",
    [
        own_word((ADA, BEN)),
        own_word((BEN, ADA)),
        own_word((CLEO, ADA), (CLEO, BEN)),
        own_word((CLEO, ADA), (CLEO, BEN), (ADA, CLEO)),
        own_word((ADA, FAR), (CLEO, FAR), (CLEO, "member-fffffffe"), (BEN, "member-fffffffe")),
    ],
)
def test_who_says_alone_that_others_are_the_same_keeps_nobody_apart(links: list[Said]) -> None:
    assert given(*BEN_HAS_TIME, *links).when(OFFER, by=ADA).events


def test_a_third_member_introduces_nobody_and_so_learns_of_no_mute() -> None:
    """Who could name one pair after the other would see who stays apart from whom."""
    causes = ((), (MUTE,), (MUTE_BACK,), (CONFLICT,), (FULL,), (PauseMember(member=BEN),), (LeaveNetwork(member=BEN),))
    told = {str(given(*BEN_HAS_TIME, *cause).when(OFFER, by=DAN).refusal) for cause in causes}
    assert told == {"only one of the two or staff may introduce them (ask a facilitator to introduce them)"}
    given(*OFFERED).when(OFFER, by=DAN).refused("only one of the two or staff")


@pytest.mark.parametrize("role", [NetworkRole.FACILITATOR, NetworkRole.ADMIN])
def test_staff_introduce_two_others(role: NetworkRole) -> None:
    staff = GrantNetworkRole(member=DAN, role=role)
    given(*BEN_HAS_TIME, staff).when(OFFER, by=DAN).then(offered(DAN), HELD)
    given(*BEN_HAS_TIME, staff, PauseMember(member=DAN)).when(OFFER, by=DAN).refused("only one of the two or staff")


CONFLICT = DeclareConflict(member=ADA, other=BEN, kind=ConflictKind.SUPERVISES)
CONFLICT_BACK = DeclareConflict(member=BEN, other=ADA, kind=ConflictKind.GRIEVANCE)
MUTE = by(ADA, MuteMember(member=ADA, other=BEN))
MUTE_BACK = by(BEN, MuteMember(member=BEN, other=ADA))
FULL = by(CLEO, OfferIntroduction(introduction=OTHER_INTRODUCTION, seeker=CLEO, helper=BEN, minutes=31))


def test_a_mute_a_full_calendar_and_a_conflict_are_worded_alike() -> None:
    causes = (CONFLICT, CONFLICT_BACK, MUTE, MUTE_BACK, FULL, PauseMember(member=BEN))
    told_to_staff = [given(*BEN_HAS_TIME, cause).when(OFFER).refusal for cause in causes]
    told_to_her = [given(*BEN_HAS_TIME, cause).when(OFFER, by=ADA).refusal for cause in causes[3:]]
    refusals = (*told_to_staff, *told_to_her)
    assert {(type(refusal).__name__, str(refusal)) for refusal in refusals} == {
        ("IllegalMove", "helper: unavailable (ask somebody else)")
    }


@pytest.mark.parametrize("cause", [CONFLICT, CONFLICT_BACK, MUTE, MUTE_BACK])
def test_who_offered_no_time_is_refused_in_the_same_words_with_and_without_a_mute(cause: Command | Said) -> None:
    plain = given().when(OFFER).refusal
    muted = given(cause).when(OFFER).refusal
    assert str(plain) == str(muted) == "helper: has not offered time yet (ask somebody else)"


@pytest.mark.parametrize("cause", [CONFLICT, CONFLICT_BACK, MUTE])
@pytest.mark.parametrize("time", [(), BEN_HAS_TIME])
def test_whom_the_one_who_asks_must_not_be_shown_is_as_if_not_there(
    cause: Command | Said, time: tuple[Said, ...]
) -> None:
    hidden = given(*time, cause).when(OFFER, by=ADA).refusal
    gone = given(*time, LeaveNetwork(member=BEN)).when(OFFER, by=ADA).refusal
    assert str(hidden) == str(gone) == "helper: there is no such member in this network"


@pytest.mark.parametrize("cause", [CONFLICT, CONFLICT_BACK, MUTE, MUTE_BACK])
def test_a_conflict_or_mute_since_the_offer_stands_in_the_way_of_the_second_yes(cause: Command | Said) -> None:
    given(*OFFERED, cause).when(BEN_SAYS_YES.command, by=BEN).refused("unavailable")
    assert given(*OFFERED, cause).when(BEN_SAYS_NO, by=BEN).events


def test_a_link_since_the_offer_stands_in_the_way_of_the_second_yes() -> None:
    linked = own_word((ADA, BEN), (BEN, ADA))
    given(*OFFERED, *linked).when(BEN_SAYS_YES.command, by=BEN).refused("the same person")
    assert given(*OFFERED, *linked[:1]).when(BEN_SAYS_YES.command, by=BEN).events


def test_a_helper_who_paused_may_still_say_yes() -> None:
    assert given(*OFFERED, PauseMember(member=BEN)).when(BEN_SAYS_YES.command, by=BEN).events
    assert given(*OFFERED, PauseMember(member=BEN), ResumeMember(member=BEN)).when(BEN_SAYS_YES.command, by=BEN).events


@pytest.mark.parametrize("level", [Level.HONOR, Level.FOLLOW])
def test_honor_and_follow_get_no_asks(level: Level) -> None:
    chosen = by(BEN, ChooseEngagementLevel(member=BEN, level=level))
    given(*BEN_HAS_TIME, chosen).when(OFFER, by=ADA).refused("without being asked for time")


def test_who_chose_no_level_or_no_budget_gets_no_asks() -> None:
    level, budget = BEN_HAS_TIME
    given(level).when(OFFER, by=ADA).refused("has not offered time yet")
    given(budget).when(OFFER, by=ADA).refused("has not offered time yet")


def test_a_budget_of_nothing_is_a_full_calendar() -> None:
    nothing = by(BEN, SetTimeBudget(member=BEN, minutes=0, period=PeriodKind.WEEK))
    given(BEN_HAS_TIME[0], nothing).when(OFFER, by=ADA).refused("unavailable")


def test_only_the_two_say_yes_or_no_each_for_themselves() -> None:
    for scene in (OFFERED, MADE, (*OFFERED, by(BEN, BEN_SAYS_NO))):
        given(*scene).when(BEN_SAYS_NO, by=ADA).refused("the two")
        given(*scene).when(BEN_SAYS_NO).refused("the two")
    given(*OFFERED).when(BEN_SAYS_YES.command, by=ADA).refused("the two")
    given(*MADE).when(BEN_SAYS_YES.command, by=ADA).refused("the two")


@pytest.mark.parametrize("command", [each for each in get_args(IntroductionCommand) if each is not OfferIntroduction])
def test_an_introduction_of_others_is_as_if_not_there(command: type[Command]) -> None:
    values = {"introduction": INTRODUCTION, "member": BEN, "site": SCHOOL, "minutes": 30, "at": NOON}
    said = command(**{name: value for name, value in values.items() if name in command.__struct_fields__})
    unknown = given(A_SCHOOL).when(said, by=CLEO).refusal
    assert "no such introduction" in str(unknown)
    for scene in (OFFERED, MADE, (*OFFERED, by(BEN, BEN_SAYS_NO)), (*MADE, by(BEN, MEETING))):
        assert str(given(A_SCHOOL, *scene).when(said, by=CLEO).refusal) == str(unknown)


def test_a_no_frees_the_time_and_is_private_to_the_two() -> None:
    given(*OFFERED).when(BEN_SAYS_NO, by=BEN).then(IntroductionDeclined(member=BEN, reason="too much at school"), FREED)
    declined = given(*OFFERED, by(BEN, BEN_SAYS_NO)).when(MEETING)
    expired = given(*OFFERED, Said(ExpireIntroduction(introduction=INTRODUCTION), at=EXPIRES)).when(MEETING)
    declined.refused("is over")
    assert str(declined.refusal) == str(expired.refusal)


def test_either_may_call_it_off_until_something_came_of_it() -> None:
    given(*MADE).when(DeclineIntroduction(introduction=INTRODUCTION, member=ADA), by=ADA).then(
        IntroductionDeclined(member=ADA), FREED
    )
    for came_of_it in (by(BEN, MEETING), by(ADA, CONFIRM), by(ADA, DISPUTE), by(ADA, PARTNERS)):
        given(*MADE, came_of_it).when(BEN_SAYS_NO, by=BEN).refused("something came of this")


def test_an_offer_stands_for_three_school_days_and_expires_then() -> None:
    expire = ExpireIntroduction(introduction=INTRODUCTION)
    given(*OFFERED).when(expire, at=EXPIRES - timedelta(seconds=1)).refused("still stands")
    given(*OFFERED).when(BEN_SAYS_YES.command, by=BEN, at=EXPIRES).refused("has expired")
    given(*OFFERED).when(expire, at=EXPIRES).then(IntroductionExpired(), FREED)
    given(*OFFERED, Said(expire, at=EXPIRES)).when(expire, at=EXPIRES).then_nothing()
    given(*MADE).when(expire, at=EXPIRES).then_nothing()


@pytest.mark.parametrize("gone", [ADA, BEN])
def test_an_open_offer_lapses_at_once_when_one_of_the_two_has_left(gone: str) -> None:
    left = (*OFFERED, LeaveNetwork(member=gone))
    given(*left).when(ExpireIntroduction(introduction=INTRODUCTION)).then(IntroductionExpired(), FREED)
    given(*left).when(BEN_SAYS_YES.command, by=BEN).refused("no such member")


def test_nothing_comes_of_it_before_both_said_yes() -> None:
    for command, who in ((MEETING, BEN), (REPORT, BEN), (CONFIRM, ADA), (DISPUTE, ADA), (PARTNERS, ADA)):
        given(*OFFERED).when(command, by=who).refused("both have to consent first")


def test_a_meeting_is_recorded_once_by_the_two_or_staff() -> None:
    held = MeetingHeld(seeker=ADA, helper=BEN, minutes=30, at=NOON)
    spent = TimeSpent(member=BEN, reservation=INTRODUCTION, minutes=30)
    logged = [TimeLogged(member=who, source=INTRODUCTION, start=NOON, minutes=30) for who in (BEN, ADA)]
    for who in (ADA, BEN, OPERATOR):
        given(*MADE).when(MEETING, by=who).then(held, spent, *logged)
    given(*MADE, CLEO_ADMINISTERS).when(MEETING, by=CLEO).refused("only the two or a facilitator")
    given(*MADE, by(BEN, MEETING)).when(MEETING, by=BEN).then_nothing()
    given(*MADE, by(BEN, MEETING)).when(replace(MEETING, minutes=20), by=BEN).refused("another meeting")


def test_nothing_was_held_that_lies_ahead() -> None:
    tomorrow = NOON + timedelta(days=1)
    given(*MADE).when(replace(MEETING, at=tomorrow), by=BEN).refused("lies in the future")
    given(*MADE, A_SCHOOL).when(replace(HOLD, at=tomorrow), by=BEN).refused("lies in the future")


def test_help_counts_once_its_receiver_confirms_it() -> None:
    given(*MADE).when(REPORT, by=BEN).then(HelpReported(member=BEN, note="we read two pages together"))
    given(*MADE).when(replace(REPORT, member=ADA), by=ADA).refused("only the helper reports")
    given(*MADE, by(BEN, REPORT)).when(CONFIRM, by=ADA).then(HelpConfirmed(member=ADA, helper=BEN, note="it helped"))
    given(*MADE, by(BEN, REPORT)).when(replace(CONFIRM, member=BEN), by=BEN).refused("once its receiver confirms")
    given(*MADE).when(CONFIRM, by=BEN).refused("once its receiver confirms")
    given(*MADE).when(CONFIRM).refused("once its receiver confirms")


def test_help_that_is_confirmed_names_the_challenge() -> None:
    posted = PostChallenge(challenge=CHALLENGE, author=ADA, title="Reluctant readers")
    about = (*BEN_HAS_TIME, posted, by(ADA, replace(OFFER, challenge=CHALLENGE)), BEN_SAYS_YES)
    network = Confidentiality.NETWORK
    given(*about).when(CONFIRM, by=ADA).then(
        HelpConfirmed(member=ADA, helper=BEN, challenge=CHALLENGE, note="it helped", confidentiality=network)
    )


@pytest.mark.parametrize("confidentiality", Confidentiality)
def test_help_that_is_confirmed_stays_in_the_class_of_its_challenge(confidentiality: Confidentiality) -> None:
    posted = PostChallenge(challenge=CHALLENGE, author=ADA, title="Reluctant readers", confidentiality=confidentiality)
    about = (*BEN_HAS_TIME, posted, by(ADA, replace(OFFER, challenge=CHALLENGE)), BEN_SAYS_YES)
    (event,) = given(*about).when(CONFIRM, by=ADA).events
    assert CATALOGUE.confidentiality_of(event) is confidentiality


def test_help_without_a_challenge_is_for_the_two_to_know() -> None:
    (event,) = given(*MADE).when(CONFIRM, by=ADA).events
    assert CATALOGUE.confidentiality_of(event) is Confidentiality.PAIR


def test_what_an_ask_does_to_a_helpers_time_is_not_told_to_the_network() -> None:
    asked = given(*BEN_HAS_TIME).when(OFFER, by=ADA).events
    declined = given(*OFFERED).when(BEN_SAYS_NO, by=BEN).events
    met = given(*MADE).when(MEETING, by=BEN).events
    of_time = [each for each in (*asked, *declined, *met) if isinstance(each, TimeReserved | TimeReleased | TimeSpent)]
    assert {CATALOGUE.confidentiality_of(each) for each in of_time} == {Confidentiality.PAIR}
    assert len(of_time) == 3


def test_its_receiver_may_dispute_help_and_think_again() -> None:
    disputed = HelpDisputed(member=ADA, note="we never met")
    given(*MADE).when(DISPUTE, by=ADA).then(disputed)
    given(*MADE, by(ADA, DISPUTE)).when(DISPUTE, by=ADA).then_nothing()
    given(*MADE, by(ADA, CONFIRM)).when(DISPUTE, by=ADA).then(disputed)
    assert given(*MADE, by(ADA, CONFIRM), by(ADA, DISPUTE)).when(CONFIRM, by=ADA).events
    given(*MADE).when(DISPUTE, by=BEN).refused("only the receiver")


def test_two_become_partners_by_their_own_word() -> None:
    given(*MADE).when(PARTNERS, by=BEN).then(PartnershipFormed(seeker=ADA, helper=BEN))
    given(*MADE, by(BEN, PARTNERS)).when(PARTNERS, by=ADA).then_nothing()
    given(*MADE, CLEO_ADMINISTERS).when(PARTNERS, by=CLEO).refused("only the two or a facilitator")


A_SCHOOL = RegisterSite(site=SCHOOL, kind=SiteKind.SCHOOL, name="Hill School")
ARRANGE = ArrangeSiteVisit(introduction=INTRODUCTION, site=SCHOOL, at=NOON)
HOLD = HoldSiteVisit(introduction=INTRODUCTION, site=SCHOOL, at=NOON)


def test_a_visit_is_arranged_and_held_at_a_site_of_this_network() -> None:
    given(*MADE).when(ARRANGE, by=BEN).refused("no such site")
    given(*MADE).when(replace(ARRANGE, site=CLEO), by=BEN).refused("no such site")
    given(*MADE, A_SCHOOL).when(ARRANGE, by=BEN).then(SiteVisitArranged(site=SCHOOL, at=NOON))
    given(*MADE, A_SCHOOL, by(BEN, ARRANGE)).when(HOLD, by=ADA).then(SiteVisitHeld(site=SCHOOL, at=NOON))
    given(*MADE, A_SCHOOL, by(BEN, HOLD)).when(HOLD, by=BEN).then_nothing()
    given(*MADE, A_SCHOOL, CLEO_ADMINISTERS).when(HOLD, by=CLEO).refused("only the two or a facilitator")


def test_what_was_never_offered_is_unknown() -> None:
    for command in (BEN_SAYS_YES.command, BEN_SAYS_NO, MEETING, ExpireIntroduction(introduction=INTRODUCTION)):
        given().when(command, by=BEN).refused("no such introduction")
    given().when(ExpireIntroduction(introduction=ADA)).refused("no id of the kind introduction")


@pytest.mark.parametrize("level", [Level.HONOR, Level.FOLLOW])
def test_who_takes_part_lightly_may_offer_help_in_person_and_is_not_asked(level: Level) -> None:
    lightly = (*BEN_HAS_TIME, by(BEN, ChooseEngagementLevel(member=BEN, level=level)))
    given(*lightly).when(OFFER, by=BEN).then(offered(BEN), IntroductionConsented(member=BEN), HELD)
    for somebody_else in (ADA, OPERATOR):
        given(*lightly).when(OFFER, by=somebody_else).refused("without being asked for time")


def test_who_offers_help_in_person_is_held_to_every_other_rule() -> None:
    lightly = (*BEN_HAS_TIME, by(BEN, ChooseEngagementLevel(member=BEN, level=Level.FOLLOW)))
    given(*lightly, MUTE).when(OFFER, by=BEN).refused("unavailable")
    given(*lightly).when(replace(OFFER, minutes=90), by=BEN).refused("unavailable")


def supervises(one: str, other: str) -> DeclareConflict:
    return DeclareConflict(member=one, other=other, kind=ConflictKind.SUPERVISES)


def test_nobody_is_introduced_to_one_up_or_down_the_line_of_supervision() -> None:
    for line in ((supervises(ADA, CLEO), supervises(CLEO, BEN)), (supervises(BEN, CLEO), supervises(CLEO, ADA))):
        given(*BEN_HAS_TIME, *line).when(OFFER).refused("unavailable")
        given(*BEN_HAS_TIME, *line).when(OFFER, by=ADA).refused("no such member")
        given(*BEN_HAS_TIME, *reversed(line)).when(OFFER).refused("unavailable")
        assert given(*BEN_HAS_TIME, line[0]).when(OFFER, by=ADA).events
    longer = (supervises(ADA, CLEO), supervises(CLEO, DAN), supervises(DAN, BEN))
    given(*BEN_HAS_TIME, *longer).when(OFFER).refused("unavailable")
    given(*BEN_HAS_TIME, *longer, LeaveNetwork(member=CLEO)).when(OFFER).refused("unavailable")


def test_two_who_are_supervised_by_the_same_one_may_meet() -> None:
    assert given(*BEN_HAS_TIME, supervises(CLEO, ADA), supervises(CLEO, BEN)).when(OFFER, by=ADA).events


def test_another_conflict_is_not_passed_down_the_line() -> None:
    family = DeclareConflict(member=CLEO, other=BEN, kind=ConflictKind.FAMILY)
    assert given(*BEN_HAS_TIME, supervises(ADA, CLEO), family).when(OFFER, by=ADA).events


def test_a_line_of_supervision_that_runs_in_a_circle_comes_to_an_end() -> None:
    circle = (supervises(ADA, CLEO), supervises(CLEO, DAN), supervises(DAN, ADA))
    assert given(*BEN_HAS_TIME, *circle).when(OFFER, by=ADA).events
    assert candidate(given(*circle).world, ADA).conflicts == {CLEO, DAN}


def test_the_rules_see_a_member_as_their_own_streams_tell() -> None:
    scene = given(
        *BEN_HAS_TIME,
        A_SCHOOL,
        StartAffiliation(member=BEN, site=SCHOOL, role=RoleFamily.COUNSELOR, since=NOON.date()),
        StartAffiliation(member=BEN, role=RoleFamily.TEACHER, since=NOON.date()),
        CONFLICT_BACK,
        MUTE_BACK,
        PauseMember(member=BEN),
    )
    assert candidate(scene.world, BEN) == Candidate(
        member=BEN,
        away=True,
        level=Level.PARTNER,
        free_minutes=60,
        conflicts=frozenset({ADA}),
        muted=frozenset({ADA}),
        families=frozenset({RoleFamily.COUNSELOR, RoleFamily.TEACHER}),
        sites=frozenset({SCHOOL}),  # working without a site is no site to share
    )
