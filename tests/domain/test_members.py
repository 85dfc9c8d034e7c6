from datetime import date
from typing import get_args

import pytest

from domain.kernel import Command
from domain.members import (
    AffiliationEnded,
    AffiliationStarted,
    ChooseEngagementLevel,
    ClaimExpertise,
    ConflictDeclared,
    ConflictEnded,
    DeclareConflict,
    DescribeProfile,
    EndAffiliation,
    EndConflict,
    EndorseExpertise,
    EngagementLevelChosen,
    ExpertiseClaimed,
    ExpertiseEndorsed,
    ExpertiseRetired,
    GrantNetworkRole,
    GrowthAreaNamed,
    IdentityLinked,
    InviteMember,
    JoinNetwork,
    LeaveNetwork,
    LinkIdentity,
    MemberCommand,
    MemberInvited,
    MemberJoined,
    MemberLeft,
    MemberMuted,
    MemberPaused,
    MemberResumed,
    MemberUnmuted,
    MuteMember,
    NameGrowthArea,
    NetworkRoleGranted,
    NetworkRoleWithdrawn,
    PauseMember,
    ProfileDescribed,
    ResumeMember,
    RetireExpertise,
    StartAffiliation,
    UnmuteMember,
    WithdrawNetworkRole,
)
from domain.refusals import NotTheirs
from domain.sites import RegisterSite
from domain.vocabulary import OFFICES, OPERATOR, ConflictKind, Level, NetworkRole, RoleFamily, SiteKind
from tests.domain.scenario import ADA, BEN, CLEO, DAN, SCHOOL, Said, by, given, nothing_yet

NEW = "member-eeeeeeee"
SINCE = date(2025, 8, 1)
BEN_FACILITATES = GrantNetworkRole(member=BEN, role=NetworkRole.FACILITATOR)
ADA_KNOWS_READING = ClaimExpertise(member=ADA, topic="reading")
SCHOOL_STANDS = RegisterSite(site=SCHOOL, kind=SiteKind.SCHOOL, name="Hill School")


def test_an_invitation_names_the_one_who_says_it() -> None:
    given(BEN_FACILITATES).when(InviteMember(member=NEW), by=BEN).then(MemberInvited(invited_by=BEN))


def test_an_ordinary_member_invites_nobody() -> None:
    given().when(InviteMember(member=NEW), by=ADA).refused("only a facilitator or an admin")


def test_a_second_invitation_changes_nothing() -> None:
    given(InviteMember(member=NEW), BEN_FACILITATES).when(InviteMember(member=NEW), by=BEN).then_nothing()


def test_nobody_is_invited_or_joins_before_there_is_a_charter() -> None:
    nothing_yet().when(InviteMember(member=NEW)).refused("no charter yet")
    nothing_yet().when(JoinNetwork(member=NEW)).refused("no charter yet")


def test_a_member_joins_without_an_invitation() -> None:
    given().when(JoinNetwork(member=NEW, name="Eve", cohort="first"), by=NEW).then(
        MemberJoined(name="Eve", cohort="first")
    )


def test_nobody_joins_in_the_name_of_another() -> None:
    given().when(JoinNetwork(member=NEW), by=ADA).refused("only the member or a facilitator")


@pytest.mark.parametrize("role", sorted(OFFICES))
def test_staff_record_that_somebody_joined(role: NetworkRole) -> None:
    joined = MemberJoined(name="Eve")
    staff = GrantNetworkRole(member=BEN, role=role)
    given(staff).when(JoinNetwork(member=NEW, name="Eve"), by=BEN).then(joined)
    given(staff, PauseMember(member=BEN)).when(JoinNetwork(member=NEW), by=BEN).refused("only the member or a")


def test_an_admin_acts_for_nobody_else_but_in_joining() -> None:
    administers = GrantNetworkRole(member=BEN, role=NetworkRole.ADMIN)
    given(administers).when(PauseMember(member=ADA), by=BEN).refused("only the member or a facilitator")


def test_whether_somebody_is_a_member_is_not_told_by_joining_in_their_name() -> None:
    known, unknown = (given().when(JoinNetwork(member=each), by=BEN).refusal for each in (ADA, NEW))
    assert str(known) == str(unknown)


def test_a_facilitator_gives_no_role_through_an_admin() -> None:
    scene = given(BEN_FACILITATES, GrantNetworkRole(member=ADA, role=NetworkRole.ADMIN))
    for command in (
        GrantNetworkRole(member=BEN, role=NetworkRole.ADMIN),
        WithdrawNetworkRole(member=ADA, role=NetworkRole.ADMIN),
    ):
        with pytest.raises(NotTheirs):
            scene.world.tell(Said(command, by=ADA, sent_by=BEN))
    assert scene.world.tell(Said(WithdrawNetworkRole(member=ADA, role=NetworkRole.ADMIN), by=ADA, sent_by=OPERATOR))


HIDING = (
    DeclareConflict(member=ADA, other=BEN, kind=ConflictKind.SUPERVISES),
    DeclareConflict(member=BEN, other=ADA, kind=ConflictKind.GRIEVANCE),
    by(BEN, MuteMember(member=BEN, other=ADA)),
)
OF_MEMBERS = [each for each in get_args(MemberCommand) if each not in {InviteMember, JoinNetwork}]


def about(command: type[Command], member: str) -> Command:
    values = {
        "member": member,
        "endorser": BEN,
        "other": CLEO,
        "same_as": CLEO,
        "topic": "reading",
        "since": SINCE,
        "until": SINCE,
        "role": RoleFamily.TEACHER,
        "level": Level.LEAD,
        "kind": ConflictKind.FAMILY,
    }
    if "Role" in command.__name__:
        values["role"] = NetworkRole.COACH
    return command(**{name: value for name, value in values.items() if name in command.__struct_fields__})


@pytest.mark.parametrize("apart", HIDING)
@pytest.mark.parametrize("command", OF_MEMBERS)
def test_one_whom_the_actor_must_not_be_shown_is_as_if_not_there(apart: Command, command: type[Command]) -> None:
    nobody = given().when(about(command, NEW), by=BEN).refusal
    assert "no such member" in str(nobody)
    hidden = given(ADA_KNOWS_READING, apart).when(about(command, ADA), by=BEN)
    assert str(hidden.refusal) == str(nobody)
    assert type(hidden.refusal) is type(nobody)


def test_who_must_not_be_shown_can_still_be_declared_muted_and_let_go() -> None:
    supervised = given(DeclareConflict(member=ADA, other=BEN, kind=ConflictKind.SUPERVISES))
    assert supervised.when(DeclareConflict(member=BEN, other=ADA, kind=ConflictKind.GRIEVANCE), by=BEN).events
    assert supervised.when(EndConflict(member=BEN, other=ADA), by=BEN).events
    assert supervised.when(MuteMember(member=BEN, other=ADA), by=BEN).events
    assert supervised.when(UnmuteMember(member=BEN, other=ADA), by=BEN).events


def test_staff_see_everybody_while_they_are_on_duty() -> None:
    apart = DeclareConflict(member=ADA, other=BEN, kind=ConflictKind.GRIEVANCE)
    assert given(apart, BEN_FACILITATES).when(PauseMember(member=ADA), by=BEN).events
    given(apart, BEN_FACILITATES, PauseMember(member=BEN)).when(PauseMember(member=ADA), by=BEN).refused(
        "no such member"
    )


def test_who_never_joined_is_unknown() -> None:
    given().when(PauseMember(member=NEW)).refused("no such member in this network")


def test_an_affiliation_names_a_site_of_this_network() -> None:
    start = StartAffiliation(member=ADA, site=SCHOOL, role=RoleFamily.TEACHER, since=SINCE)
    given().when(start).refused("no such site")
    given(SCHOOL_STANDS).when(start).then(AffiliationStarted(site=SCHOOL, role=RoleFamily.TEACHER, since=SINCE))


def test_a_member_is_no_site() -> None:
    start = StartAffiliation(member=ADA, site=BEN, role=RoleFamily.TEACHER, since=SINCE)
    given().when(start).refused("no such site")


def test_a_new_role_at_the_same_site_is_a_new_affiliation() -> None:
    before = StartAffiliation(member=ADA, role=RoleFamily.TEACHER, since=SINCE)
    after = StartAffiliation(member=ADA, role=RoleFamily.PRINCIPAL, since=SINCE)
    given(before).when(after).then(AffiliationStarted(role=RoleFamily.PRINCIPAL, since=SINCE))


def test_an_affiliation_ends_once() -> None:
    start = StartAffiliation(member=ADA, role=RoleFamily.TEACHER, since=SINCE)
    end = EndAffiliation(member=ADA, until=SINCE)
    given(start).when(end).then(AffiliationEnded(until=SINCE))
    given(start, end).when(end).then_nothing()


def test_a_profile_is_described_anew_as_a_whole() -> None:
    given(DescribeProfile(member=ADA, text="Third grade", place="Salem")).when(
        DescribeProfile(member=ADA, text="Fourth grade", grades="4"), by=ADA
    ).then(ProfileDescribed(text="Fourth grade", grades="4"))


@pytest.mark.parametrize(
    "command",
    [
        DescribeProfile(member=ADA, text="something untrue"),
        ClaimExpertise(member=ADA, topic="reading"),
        NameGrowthArea(member=ADA, topic="fractions"),
        StartAffiliation(member=ADA, role=RoleFamily.PRINCIPAL, since=SINCE),
        DeclareConflict(member=ADA, other=CLEO, kind=ConflictKind.FAMILY),
        PauseMember(member=ADA),
        LeaveNetwork(member=ADA),
    ],
)
def test_nobody_speaks_for_another_member_but_staff(command: Command) -> None:
    given().when(command, by=DAN).refused("only the member or a facilitator")
    assert given(BEN_FACILITATES).when(command, by=BEN).events
    assert given().when(command).events


def test_a_facilitator_who_paused_is_not_on_duty() -> None:
    given(BEN_FACILITATES, PauseMember(member=BEN)).when(PauseMember(member=ADA), by=BEN).refused("facilitator")


def test_network_roles_are_given_by_the_operator_or_an_admin() -> None:
    granted = NetworkRoleGranted(role=NetworkRole.FACILITATOR)
    given().when(BEN_FACILITATES).then(granted)
    given(GrantNetworkRole(member=ADA, role=NetworkRole.ADMIN)).when(BEN_FACILITATES, by=ADA).then(granted)


def test_nobody_gives_a_network_role_to_themselves() -> None:
    given().when(BEN_FACILITATES, by=BEN).refused("only the operator or an admin")
    given(BEN_FACILITATES).when(GrantNetworkRole(member=BEN, role=NetworkRole.ADMIN), by=BEN).refused("admin")


def test_anybody_may_lay_down_their_own_role() -> None:
    withdraw = WithdrawNetworkRole(member=BEN, role=NetworkRole.FACILITATOR)
    given(BEN_FACILITATES).when(withdraw, by=BEN).then(NetworkRoleWithdrawn(role=NetworkRole.FACILITATOR))
    given(BEN_FACILITATES).when(withdraw, by=ADA).refused("only the operator or an admin")


def test_who_leaves_lays_down_every_role_and_does_not_get_it_back_by_returning() -> None:
    given(BEN_FACILITATES).when(LeaveNetwork(member=BEN), by=BEN).then(
        NetworkRoleWithdrawn(role=NetworkRole.FACILITATOR), MemberLeft()
    )
    given(BEN_FACILITATES, by(BEN, LeaveNetwork(member=BEN)), JoinNetwork(member=BEN)).when(
        PauseMember(member=ADA), by=BEN
    ).refused("facilitator")


def test_only_the_member_sets_the_level() -> None:
    chosen = ChooseEngagementLevel(member=ADA, level=Level.LEAD)
    given().when(chosen, by=ADA).then(EngagementLevelChosen(level=Level.LEAD))
    given().when(chosen).refused("only the member chooses")
    given(BEN_FACILITATES).when(chosen, by=BEN).refused("only the member chooses")


def test_the_level_moves_both_ways() -> None:
    given(by(ADA, ChooseEngagementLevel(member=ADA, level=Level.LEAD))).when(
        ChooseEngagementLevel(member=ADA, level=Level.HONOR), by=ADA
    ).then(EngagementLevelChosen(level=Level.HONOR))


def test_expertise_is_claimed_then_endorsed_by_another() -> None:
    endorse = EndorseExpertise(member=ADA, topic="reading", endorser=BEN)
    given().when(ADA_KNOWS_READING, by=ADA).then(ExpertiseClaimed(topic="reading"))
    given().when(endorse, by=BEN).refused("claims no such expertise")
    given(ADA_KNOWS_READING).when(endorse, by=BEN).then(ExpertiseEndorsed(topic="reading", endorser=BEN))


def test_nobody_endorses_themselves_or_in_the_name_of_another() -> None:
    oneself = EndorseExpertise(member=ADA, topic="reading", endorser=ADA)
    given(ADA_KNOWS_READING).when(oneself, by=ADA).refused("themselves")
    forged = EndorseExpertise(member=ADA, topic="reading", endorser=BEN)
    given(ADA_KNOWS_READING).when(forged, by=ADA).refused("only the member or a facilitator")


def test_endorsements_end_with_the_claim_they_stood_for() -> None:
    endorse = by(BEN, EndorseExpertise(member=ADA, topic="reading", endorser=BEN))
    retire = RetireExpertise(member=ADA, topic="reading")
    given(ADA_KNOWS_READING, endorse).when(retire).then(ExpertiseRetired(topic="reading"))
    given(ADA_KNOWS_READING, endorse, retire, ADA_KNOWS_READING).when(endorse.command, by=BEN).then(
        ExpertiseEndorsed(topic="reading", endorser=BEN)
    )


def test_a_growth_area_is_named_once() -> None:
    name = NameGrowthArea(member=ADA, topic="fractions")
    given().when(name).then(GrowthAreaNamed(topic="fractions"))
    given(name).when(name).then_nothing()


def test_who_paused_resumes() -> None:
    given().when(PauseMember(member=ADA), by=ADA).then(MemberPaused())
    given(PauseMember(member=ADA)).when(ResumeMember(member=ADA), by=ADA).then(MemberResumed())
    given().when(ResumeMember(member=ADA), by=ADA).then_nothing()


def test_who_left_does_nothing_before_they_are_back() -> None:
    left = LeaveNetwork(member=ADA)
    given(left).when(left).then_nothing()
    given(left).when(DescribeProfile(member=ADA, text="back"), by=ADA).refused("has left the network")


@pytest.mark.parametrize("who", [OPERATOR, ADA, BEN])
def test_who_left_or_was_removed_joins_again_once_invited_anew(who: str) -> None:
    left, invite = by(who, LeaveNetwork(member=ADA)), InviteMember(member=ADA)
    rejoin = JoinNetwork(member=ADA, name="Ada")
    given(BEN_FACILITATES, left).when(rejoin, by=ADA).refused("once invited anew")
    given(BEN_FACILITATES, left).when(rejoin, by=CLEO).refused("only the member or a facilitator")
    given(BEN_FACILITATES, left).when(invite, by=BEN).then(MemberInvited(invited_by=BEN))
    given(BEN_FACILITATES, left, invite).when(invite, by=BEN).then_nothing()
    given(BEN_FACILITATES, left, invite).when(rejoin, by=ADA).then(MemberJoined(name="Ada"))
    given(BEN_FACILITATES, left, invite, rejoin, left).when(rejoin, by=ADA).refused("once invited anew")


@pytest.mark.parametrize("who", [OPERATOR, BEN])
def test_staff_and_an_import_record_that_somebody_is_back(who: str) -> None:
    """In the member's own name, too."""
    gone = (BEN_FACILITATES, LeaveNetwork(member=ADA))
    rejoin = JoinNetwork(member=ADA, name="Ada")
    given(*gone).when(rejoin, by=who).then(MemberJoined(name="Ada"))
    assert given(*gone, Said(rejoin, by=ADA, sent_by=who), Said(PauseMember(member=ADA), by=ADA))


def test_a_conflict_is_declared_by_the_member_or_staff_and_kept_by_both_kinds() -> None:
    declare = DeclareConflict(member=ADA, other=BEN, kind=ConflictKind.SUPERVISES)
    declared = ConflictDeclared(other=BEN, kind="supervises")
    given().when(declare, by=ADA).then(declared)
    given().when(declare).then(declared)
    given(declare).when(declare).then_nothing()


def test_a_conflict_names_another_member_of_this_network() -> None:
    given().when(DeclareConflict(member=ADA, other=ADA, kind=ConflictKind.FAMILY)).refused("themselves")
    given().when(DeclareConflict(member=ADA, other=NEW, kind=ConflictKind.FAMILY)).refused("other: there is no such")


def test_the_other_one_neither_declares_nor_ends_a_conflict_even_as_staff() -> None:
    declare = DeclareConflict(member=ADA, other=BEN, kind=ConflictKind.GRIEVANCE)
    given(BEN_FACILITATES).when(declare, by=BEN).refused("not for the other one to say")
    end = EndConflict(member=ADA, other=BEN)
    given(BEN_FACILITATES, declare).when(end, by=BEN).refused("not for the other one to say")
    given(BEN_FACILITATES, declare).when(end, by=ADA).then(ConflictEnded(other=BEN))


def test_only_the_member_mutes_and_unmutes() -> None:
    mute, unmute = MuteMember(member=ADA, other=BEN), UnmuteMember(member=ADA, other=BEN)
    given().when(mute, by=ADA).then(MemberMuted(other=BEN))
    given().when(mute, by=BEN).refused("only the member says whom they mute")
    given(by(ADA, mute)).when(unmute, by=BEN).refused("only the member says whom they mute")
    given(by(ADA, mute)).when(unmute).refused("only the member says whom they mute")
    given(by(ADA, mute)).when(unmute, by=ADA).then(MemberUnmuted(other=BEN))


def test_who_says_that_they_are_somebody_else_says_it_for_themselves_alone() -> None:
    given().when(LinkIdentity(member=ADA, same_as=BEN), by=ADA).then(IdentityLinked(same_as=BEN))
    given().when(LinkIdentity(member=ADA, same_as=BEN), by=BEN).refused("only the member or a facilitator")


@pytest.mark.parametrize("who", [OPERATOR, CLEO])
def test_staff_say_for_both_that_they_are_one(who: str) -> None:
    staff = GrantNetworkRole(member=CLEO, role=NetworkRole.FACILITATOR)
    given(staff).when(LinkIdentity(member=ADA, same_as=BEN), by=who).then(
        IdentityLinked(same_as=BEN), IdentityLinked(same_as=ADA)
    )
    said = by(ADA, LinkIdentity(member=ADA, same_as=BEN))
    given(staff, said).when(LinkIdentity(member=ADA, same_as=BEN), by=who).then(IdentityLinked(same_as=ADA))


def test_a_link_to_one_who_left_waits_for_their_return() -> None:
    given(LeaveNetwork(member=BEN)).when(LinkIdentity(member=ADA, same_as=BEN)).then(
        IdentityLinked(same_as=BEN), IdentityLinked(same_as=ADA)
    )
    left = by(ADA, LinkIdentity(member=ADA, same_as=BEN)), LeaveNetwork(member=BEN)
    given(*left).when(LinkIdentity(member=BEN, same_as=ADA), by=BEN).then(IdentityLinked(same_as=ADA))


def test_who_was_only_invited_is_not_linked_yet() -> None:
    given(InviteMember(member=NEW)).when(LinkIdentity(member=ADA, same_as=NEW), by=ADA).refused("not joined yet")


def test_a_link_to_another_network_stands_on_one_side() -> None:
    elsewhere = "member-ffffffff"
    given().when(LinkIdentity(member=ADA, same_as=elsewhere), by=ADA).then(IdentityLinked(same_as=elsewhere))


def test_a_third_one_links_nobody() -> None:
    given().when(LinkIdentity(member=ADA, same_as=BEN), by=CLEO).refused("only the member or a facilitator")


def test_a_link_names_another_member() -> None:
    given().when(LinkIdentity(member=ADA, same_as=ADA), by=ADA).refused("another member")
    given().when(LinkIdentity(member=ADA, same_as=SCHOOL), by=ADA).refused("another member")
