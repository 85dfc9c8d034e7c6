"""One story in which every command is accepted and every event happens."""

from datetime import date, timedelta

import pytest
from msgspec.structs import asdict, replace

from domain.access import RecordAccess, access_of
from domain.audit import RecordExport, SignCheckpoint, audit_of
from domain.calendar import Term
from domain.catalogue import CATALOGUE
from domain.challenges import (
    AnswerChallenge,
    ChangeChallengeStage,
    MergeChallenges,
    PostChallenge,
    ReframeChallenge,
    ResolveChallenge,
    SetChallengeAside,
)
from domain.coaching.commands import (
    AcceptOffer,
    AgreeNextStep,
    AnswerGroupResponse,
    AnswerRequest,
    CancelSession,
    ClarifyRequest,
    CloseEngagement,
    CompleteNextStep,
    DeclineOffer,
    DeclineRequest,
    DeferRequest,
    ExpireOffer,
    ExtendEngagement,
    GiveFeedback,
    GrantContext,
    HandOverCase,
    HoldSession,
    LogSession,
    OfferGroupResponse,
    PlanSession,
    ProposeTime,
    ReferOut,
    RerouteRequest,
    ResolveRequest,
    SubmitRequest,
    SuggestDisposition,
    WithdrawRequest,
)
from domain.erasure import ConfirmErasure, EraseMember, LiftLegalHold, PlaceLegalHold, RequestErasure
from domain.introductions import (
    ArrangeSiteVisit,
    ConfirmHelp,
    ConsentToIntroduction,
    DeclineIntroduction,
    DisputeHelp,
    ExpireIntroduction,
    FormPartnership,
    HoldSiteVisit,
    OfferIntroduction,
    RecordMeeting,
    ReportHelp,
)
from domain.kernel import Command, Entry, Event
from domain.members import (
    ChooseEngagementLevel,
    ClaimExpertise,
    DeclareConflict,
    DescribeProfile,
    EndAffiliation,
    EndConflict,
    EndorseExpertise,
    GrantNetworkRole,
    InviteMember,
    LeaveNetwork,
    LinkIdentity,
    MuteMember,
    NameGrowthArea,
    PauseMember,
    ResumeMember,
    RetireExpertise,
    StartAffiliation,
    UnmuteMember,
    WithdrawNetworkRole,
)
from domain.networks import (
    AdoptPolicy,
    CloseCohort,
    OpenCohort,
    ProposePolicy,
    ReviseCharterSection,
    Section,
    SetSchoolCalendar,
    WaiveRule,
)
from domain.own_words import CorrectAnswer, CorrectName, ReturnText, WithdrawText
from domain.plans import DECIDER_OF, steps
from domain.policies import MatchingPolicy, hash_of
from domain.recommendations import (
    AcceptRecommendation,
    DismissRecommendation,
    ExpireRecommendation,
    ViewRecommendation,
)
from domain.resources import (
    RequestResource,
    RetireResource,
    ReviewResource,
    ReviseResource,
    ShareResource,
    UseResource,
)
from domain.sites import DescribeSite, RegisterSite
from domain.vocabulary import OPERATOR, ConflictKind, Level, NetworkRole, RoleFamily, SiteKind, Stage, WaivableRule
from tests.domain.cases import (
    ASK,
    CASE,
    DRAFT,
    EXAMPLES,
    NEXT_WEEK,
    NOTICE,
    OFFERS,
    OPENS,
    OTHER_CASE,
    OTHER_SESSION,
    PEOPLE,
    triage,
)
from tests.domain.scenario import (
    ADA,
    BEN,
    CHALLENGE,
    CLEO,
    DAN,
    INTRODUCTION,
    NET,
    NOON,
    OTHER_CHALLENGE,
    OTHER_INTRODUCTION,
    RESOURCE,
    SCHOOL,
    Said,
    World,
    by,
    founded,
    offers_time,
)
from tests.domain.test_recommendations import ISSUE, LIST

THIRD_CHALLENGE, THIRD_INTRODUCTION = "challenge-00000003", "introduction-00000003"
SHORT = MatchingPolicy(introduction_minutes=20)
SINCE = date(2025, 8, 1)
WEEK_LATER = NOON + timedelta(days=7)

NETWORK = [
    ReviseCharterSection(network=NET, section=Section.VISION, text="Every child reads."),
    OpenCohort(network=NET, cohort="first"),
    CloseCohort(network=NET, cohort="first"),
    SetSchoolCalendar(network=NET, zone="UTC", terms=(Term(name="autumn", first=SINCE, last=date(2025, 12, 19)),)),
    ProposePolicy(network=NET, policy=SHORT),
    AdoptPolicy(network=NET, policy_hash=hash_of(SHORT)),
    RegisterSite(site=SCHOOL, kind=SiteKind.SCHOOL, name="Hill School"),
    DescribeSite(site=SCHOOL, contact=ADA, statement="We read together."),
]
MEMBERS = [
    InviteMember(member="member-eeeeeeee"),
    StartAffiliation(member=ADA, site=SCHOOL, role=RoleFamily.TEACHER, since=SINCE),
    EndAffiliation(member=ADA, site=SCHOOL, until=NOON.date()),
    DescribeProfile(member=ADA, text="Third grade"),
    GrantNetworkRole(member=CLEO, role=NetworkRole.COACH),
    WithdrawNetworkRole(member=CLEO, role=NetworkRole.COACH),
    ClaimExpertise(member=BEN, topic="reading"),
    EndorseExpertise(member=BEN, topic="reading", endorser=CLEO),
    RetireExpertise(member=BEN, topic="reading"),
    NameGrowthArea(member=ADA, topic="fractions"),
    PauseMember(member=CLEO),
    ResumeMember(member=CLEO),
    DeclareConflict(member=CLEO, other=DAN, kind=ConflictKind.SUPERVISES),
    EndConflict(member=CLEO, other=DAN),
    by(ADA, MuteMember(member=ADA, other=DAN)),
    by(ADA, UnmuteMember(member=ADA, other=DAN)),
    LinkIdentity(member=DAN, same_as="member-ffffffff"),
]
PROBLEMS = [
    PostChallenge(challenge=CHALLENGE, author=ADA, title="Reluctant readers"),
    PostChallenge(challenge=OTHER_CHALLENGE, author=BEN, title="Nobody reads"),
    PostChallenge(challenge=THIRD_CHALLENGE, author=CLEO, title="No books"),
    WaiveRule(network=NET, rule=WaivableRule.OWN_SITE, subject=CHALLENGE, reason="she asked for her colleague"),
    ReframeChallenge(challenge=CHALLENGE, title="Readers who stop"),
    ChangeChallengeStage(challenge=CHALLENGE, stage=Stage.EXPLORING),
    AnswerChallenge(challenge=CHALLENGE, answer="answer-00000001", member=BEN, text="Try pairs."),
    MergeChallenges(challenge=OTHER_CHALLENGE, into=CHALLENGE),
    SetChallengeAside(challenge=THIRD_CHALLENGE, reason="another year"),
    ISSUE,
    by(ADA, ViewRecommendation(recommendation=LIST, reader=ADA)),
    by(ADA, AcceptRecommendation(recommendation=LIST, reader=ADA, candidate=BEN)),
    by(ADA, DismissRecommendation(recommendation=LIST, reader=ADA, candidate=BEN)),
    ExpireRecommendation(recommendation=LIST),
    RequestResource(resource=RESOURCE, member=ADA, text="a reading log"),
    ShareResource(resource=RESOURCE, contributor=BEN, title="Reading log"),
    ReviseResource(resource=RESOURCE, title="Reading log, second edition"),
    ReviewResource(resource=RESOURCE, member=ADA, stars=4),
    UseResource(resource=RESOURCE, member=ADA, challenge=CHALLENGE),
    RetireResource(resource=RESOURCE, reason="a better one stands"),
]
MEETINGS = [
    *offers_time(BEN, 90),
    by(ADA, OfferIntroduction(introduction=INTRODUCTION, seeker=ADA, helper=BEN, challenge=CHALLENGE)),
    by(BEN, ConsentToIntroduction(introduction=INTRODUCTION, member=BEN)),
    by(BEN, RecordMeeting(introduction=INTRODUCTION, minutes=20, at=NOON)),
    by(BEN, ReportHelp(introduction=INTRODUCTION, member=BEN)),
    by(ADA, DisputeHelp(introduction=INTRODUCTION, member=ADA)),
    by(ADA, ConfirmHelp(introduction=INTRODUCTION, member=ADA)),
    by(ADA, FormPartnership(introduction=INTRODUCTION)),
    by(BEN, ArrangeSiteVisit(introduction=INTRODUCTION, site=SCHOOL, at=WEEK_LATER)),
    by(ADA, HoldSiteVisit(introduction=INTRODUCTION, site=SCHOOL, at=WEEK_LATER), WEEK_LATER),
    by(CLEO, OfferIntroduction(introduction=OTHER_INTRODUCTION, seeker=CLEO, helper=BEN)),
    by(BEN, DeclineIntroduction(introduction=OTHER_INTRODUCTION, member=BEN)),
    by(DAN, OfferIntroduction(introduction=THIRD_INTRODUCTION, seeker=DAN, helper=BEN)),
    Said(ExpireIntroduction(introduction=THIRD_INTRODUCTION), at=WEEK_LATER),
    ResolveChallenge(challenge=CHALLENGE),
]


def request(number: int) -> list[Said]:
    """A case of its own, up to the queue."""
    coaching = f"coaching-{number:08x}"
    return [by(ADA, replace(DRAFT, coaching=coaching)), by(ADA, SubmitRequest(coaching=coaching))]


AGAIN = RerouteRequest(**asdict(triage()))
_KNOWN = (ChooseEngagementLevel(member=BEN, level=Level.PARTNER),)
COACHING = [
    *(said for said in PEOPLE if said.command not in _KNOWN and not isinstance(said.command, ShareResource)),
    by(DAN, NOTICE),
    by(ADA, DRAFT),
    by(ADA, SubmitRequest(coaching=CASE)),
    by(DAN, ASK),
    *(EXAMPLES[each] for each in (ClarifyRequest, AnswerRequest, SuggestDisposition)),
    *(EXAMPLES[each] for each in (OfferGroupResponse, AnswerGroupResponse)),
    by(DAN, triage()),
    *(EXAMPLES[each] for each in (RerouteRequest, HandOverCase, GrantContext)),
    by(DAN, AGAIN),
    by(DAN, OFFERS),
    by(ADA, ProposeTime(coaching=CASE, member=ADA, at=NEXT_WEEK)),
    by(BEN, AcceptOffer(coaching=CASE, member=BEN)),
    by(ADA, OPENS),
    *(EXAMPLES[each] for each in (PlanSession, CancelSession)),
    by(BEN, PlanSession(coaching=CASE, session=OTHER_SESSION, at=NEXT_WEEK, minutes=30)),
    Said(HoldSession(coaching=CASE, session=OTHER_SESSION, at=NEXT_WEEK, minutes=30), BEN, WEEK_LATER),
    by(ADA, LogSession(coaching=CASE, session=OTHER_SESSION, member=ADA, text="We listened.")),
    EXAMPLES[AgreeNextStep],
    *(EXAMPLES[each] for each in (CompleteNextStep, ExtendEngagement, CloseEngagement, GiveFeedback)),
    *request(2),
    by(DAN, triage(coaching=OTHER_CASE)),
    by(DAN, replace(OFFERS, coaching=OTHER_CASE, offer="offer-00000002", coach=CLEO)),
    by(CLEO, DeclineOffer(coaching=OTHER_CASE, member=CLEO)),
    by(DAN, replace(OFFERS, coaching=OTHER_CASE, offer="offer-00000003", coach=CLEO)),
    Said(ExpireOffer(coaching=OTHER_CASE, offer="offer-00000003"), at=WEEK_LATER),
    *(
        said
        for number, end in enumerate((ResolveRequest, ReferOut, DeferRequest, DeclineRequest, WithdrawRequest), 3)
        for said in (
            *request(number),
            replace(EXAMPLES[end], command=replace(EXAMPLES[end].command, coaching=f"coaching-{number:08x}")),
        )
    ),
    Said(LeaveNetwork(member=DAN)),
]
AUDITED = [
    RecordAccess(access=access_of(OPERATOR, NET), read="read-00000001", viewer=OPERATOR, what="the queue"),
    SignCheckpoint(audit=audit_of(NET), size=40, root="q1Z3cm9vdA==", key="river+0f0f0f0f"),
    RecordExport(
        audit=audit_of(NET), export="export-00000001", form="events", by=OPERATOR, records=40, position=40, digest="0f"
    ),
]
PRIVACY = [
    by(BEN, WithdrawText(member=BEN, position=12)),
    by(BEN, ReturnText(member=BEN, position=12)),
    by(BEN, CorrectName(member=BEN, name="Benjamin")),
    by(BEN, CorrectAnswer(member=BEN, challenge=CHALLENGE, answer="answer-00000001", text="Try pairs of three.")),
    by(BEN, RequestErasure(member=BEN)),
    PlaceLegalHold(member=BEN, reason="a lawsuit is pending"),
    LiftLegalHold(member=BEN, reason="it was settled"),
    by(BEN, EraseMember(member=BEN)),
    ConfirmErasure(member=BEN),
]
_ALL = (*NETWORK, *MEMBERS, *PROBLEMS, *MEETINGS, *COACHING, *AUDITED, *PRIVACY)
STORY = [*founded(), *(each if isinstance(each, Said) else Said(each) for each in _ALL)]


@pytest.fixture(scope="module")
def told() -> tuple[set[type[Command]], set[type[Event]]]:
    """The commands that led to something, and what happened."""
    world, accepted = World(), set[type[Command]]()
    for said in STORY:
        assert world.decided(said), said
        moves = steps(said.command, world)
        assert world.tell(said), said
        accepted |= {type(move.command) for move in moves}
    return accepted, {type(event) for _, event in world.log}


@pytest.mark.parametrize("command", DECIDER_OF, ids=lambda command: command.__name__)
def test_every_command_is_accepted_somewhere(
    told: tuple[set[type[Command]], set[type[Event]]], command: type[Command]
) -> None:
    assert command in told[0]


@pytest.mark.parametrize("entry", CATALOGUE.entries, ids=lambda entry: entry.name)
def test_every_event_happens_somewhere(told: tuple[set[type[Command]], set[type[Event]]], entry: Entry) -> None:
    assert entry.type in told[1]
