"""One hand-made instance of every event as it is today; `python -m tests.domain.samples` stores those that are new.

What is stored stays as it is for ever: it is how the event looked on disk when it was of that version.
"""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from domain.access import AccessRecorded
from domain.audit import CheckpointSigned, ExportProduced
from domain.budgets import TimeBudgetSet, TimeLogged, TimeReleased, TimeReserved, TimeSpent
from domain.calendar import SchoolCalendar, Term
from domain.catalogue import CATALOGUE
from domain.challenges import (
    ChallengeAnswered,
    ChallengePosted,
    ChallengeReframed,
    ChallengeResolved,
    ChallengeSetAside,
    ChallengesMerged,
    ChallengeStageChanged,
)
from domain.coaching.events import (
    CaseHandedOver,
    ClarificationAsked,
    CoachingNeedNoticed,
    CoachingRequested,
    CoachOffered,
    ContextGranted,
    DispositionSuggested,
    EngagementClosed,
    EngagementExtended,
    EngagementOpened,
    FeedbackGiven,
    GroupResponseAnswered,
    GroupResponseOffered,
    NextStepAgreed,
    NextStepCompleted,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferTimeProposed,
    RequestAnswered,
    RequestClarified,
    RequestDeclined,
    RequestDeferred,
    RequestDrafted,
    RequestReferredOut,
    RequestRerouted,
    RequestResolved,
    RequestTriaged,
    RequestWithdrawn,
    RungOffering,
    SessionCancelled,
    SessionHeld,
    SessionLogged,
    SessionPlanned,
    SimilarNeed,
)
from domain.eligibility import Mode
from domain.erasure import ErasureBegun, ErasureRequested, KeyDestroyed, LegalHoldLifted, LegalHoldPlaced
from domain.introductions import (
    HelpConfirmed,
    HelpDisputed,
    HelpReported,
    IntroductionConsented,
    IntroductionDeclined,
    IntroductionExpired,
    IntroductionMade,
    IntroductionOffered,
    MeetingHeld,
    PartnershipFormed,
    SiteVisitArranged,
    SiteVisitHeld,
)
from domain.kernel import Event
from domain.members import (
    AffiliationEnded,
    AffiliationStarted,
    ConflictDeclared,
    ConflictEnded,
    EngagementLevelChosen,
    ExpertiseClaimed,
    ExpertiseEndorsed,
    ExpertiseRetired,
    GrowthAreaNamed,
    IdentityLinked,
    MemberErased,
    MemberInvited,
    MemberJoined,
    MemberLeft,
    MemberMuted,
    MemberPaused,
    MemberResumed,
    MemberUnmuted,
    NetworkRoleGranted,
    NetworkRoleWithdrawn,
    ProfileDescribed,
)
from domain.networks import (
    CharterSectionRevised,
    CohortClosed,
    CohortOpened,
    NetworkChartered,
    PolicyAdopted,
    PolicyProposed,
    RuleWaived,
    SchoolCalendarSet,
    Section,
)
from domain.own_words import CorrectionRecorded, TextReturned, TextWithdrawn
from domain.policies import MatchingPolicy
from domain.recommendations import (
    Inputs,
    ListKind,
    NearMiss,
    Pick,
    Reason,
    RecommendationAccepted,
    RecommendationDismissed,
    RecommendationExpired,
    RecommendationsIssued,
    RecommendationViewed,
)
from domain.resources import (
    ResourceRequested,
    ResourceRetired,
    ResourceReviewed,
    ResourceRevised,
    ResourceShared,
    ResourceUsed,
)
from domain.sites import SiteDescribed, SiteRegistered
from domain.vocabulary import (
    Channel,
    Confidentiality,
    Disposition,
    Level,
    NetworkRole,
    PeriodKind,
    RoleFamily,
    SiteKind,
    Stage,
    Tier,
    Urgency,
    WaivableRule,
)

ADA, BEN, CLEO = (f"member-{letter * 8}" for letter in "abc")
HASH: Final = "0f" * 32
DAY, NOON = date(2025, 9, 3), datetime(2025, 9, 3, 12, 30, 15, 250, tzinfo=UTC)

PAIR, OFFER, SESSION, STEP = Confidentiality.PAIR, "offer-00000001", "session-00000001", "step-00000001"
COACHING: Final[tuple[Event, ...]] = (
    CoachingNeedNoticed(
        seeker=ADA, noticed_by=CLEO, challenge="challenge-00000001", text="Her calls home lead nowhere."
    ),
    RequestDrafted(
        seeker=ADA,
        title="Calls home",
        text="Nobody picks up.\n\tEver.",
        tried="Letters — and evenings.",
        would_help="Somebody beside me.",
        urgency=Urgency.SOON,
        minutes=45,
        challenge="challenge-00000001",
        chosen=PAIR,
        reopens="coaching-00000002",
    ),
    CoachingRequested(
        seeker=ADA,
        title="Calls home",
        text="Nobody picks up.\n\tEver.",
        tried="Letters — and evenings.",
        would_help="Somebody beside me.",
        urgency=Urgency.SOON,
        minutes=45,
        challenge="challenge-00000001",
        reopens="coaching-00000002",
        confidentiality=PAIR,
    ),
    ClarificationAsked(seeker=ADA, member=CLEO, question="Which calls?", confidentiality=PAIR),
    RequestClarified(seeker=ADA, text="Those in the morning.", confidentiality=PAIR),
    RequestAnswered(
        seeker=ADA,
        answer="answer-00000001",
        member=CLEO,
        channel=Channel.PHONE,
        text="We talked for ten minutes.",
        confidentiality=PAIR,
    ),
    DispositionSuggested(
        disposition=Disposition.COACH_ASSIGNED,
        tier=Tier.INTENSIVE,
        reason="two coaches have room and fit",
        ladder=(
            RungOffering(
                rung=Disposition.RESOURCE_SENT,
                possible=True,
                reason="one is near",
                candidates=("resource-00000001",),
            ),
        ),
        similar=(SimilarNeed(coaching="coaching-00000002", nearness=0.875, duplicate=True),),
        position=40,
        policy_hash=HASH,
        encoder="minilm",
        seeker=ADA,
        figures='{"near":{},"usual":0.2}',
    ),
    *(
        kind(
            seeker=ADA,
            member=CLEO,
            tier=Tier.INTENSIVE,
            disposition=Disposition.EXPERT_ENGAGED,
            urgency=Urgency.URGENT,
            reason="It cannot wait.",
            passed_over=(Disposition.RESOURCE_SENT,),
            considered="resource sent: she read it — twice",
            sent=("resource-00000001",),
            suggested=Disposition.COACH_ASSIGNED,
            steering=True,
            confidentiality=PAIR,
        )
        for kind in (RequestTriaged, RequestRerouted)
    ),
    CaseHandedOver(seeker=ADA, part="coach", giver=CLEO, to=BEN, reason="I am away in March.", confidentiality=PAIR),
    ContextGranted(seeker=ADA, member=BEN),
    CoachOffered(
        offer=OFFER, seeker=ADA, coach=BEN, minutes=60, at=NOON, expert=True, offered_by=CLEO, expires_at=NOON
    ),
    OfferAccepted(offer=OFFER, member=BEN),
    OfferDeclined(offer=OFFER, member=BEN, reason="too much at school"),
    OfferTimeProposed(offer=OFFER, member=BEN, at=NOON, expires_at=NOON),
    OfferExpired(offer=OFFER, let_go=True),
    GroupResponseOffered(
        seeker=ADA, member=CLEO, response="response-00000001", about="calls, families", confidentiality=PAIR
    ),
    GroupResponseAnswered(seeker=ADA, response="response-00000001", joins=True),
    EngagementOpened(seeker=ADA, coach=BEN, goal="Two calls a week that end with a plan", until=DAY),
    SessionPlanned(session=SESSION, at=NOON, minutes=45),
    SessionCancelled(session=SESSION),
    SessionHeld(seeker=ADA, coach=BEN, session=SESSION, at=NOON, minutes=70, over=10),
    SessionLogged(seeker=ADA, session=SESSION, member=BEN, text="We listened to a call."),
    NextStepAgreed(seeker=ADA, step=STEP, text="Try it three times.", due=DAY),
    NextStepCompleted(step=STEP),
    EngagementExtended(seeker=ADA, until=DAY, reason="two more calls"),
    EngagementClosed(seeker=ADA, coach=BEN, member=ADA),
    FeedbackGiven(seeker=ADA, coach=BEN, helpful=True, plan_changed=True, tie_confirmed=True, note="I call now."),
    RequestResolved(seeker=ADA, member=CLEO, note="the guide was enough", confidentiality=PAIR),
    RequestReferredOut(seeker=ADA, member=CLEO, to="the county's line", reason="beyond coaching", confidentiality=PAIR),
    RequestDeferred(seeker=ADA, member=CLEO, until=DAY, reason="after the tests", confidentiality=PAIR),
    RequestDeclined(seeker=ADA, member=CLEO, reason="not a matter of practice", confidentiality=PAIR),
    RequestWithdrawn(seeker=ADA, reason="it went away", confidentiality=PAIR),
)
SAMPLES: Final[tuple[Event, ...]] = (
    NetworkChartered(name="Riverbend Literacy Network", zone="America/New_York"),
    CharterSectionRevised(section=Section.VISION, text="Every child reads — by grade 3.\nTogether."),
    CohortOpened(cohort="first"),
    CohortClosed(cohort="first"),
    SchoolCalendarSet(
        calendar=SchoolCalendar(
            zone="America/New_York",
            terms=(Term(name="autumn", first=date(2025, 8, 25), last=date(2025, 12, 19)),),
            holidays=(date(2025, 11, 27), date(2025, 11, 28)),
        )
    ),
    PolicyProposed(policy_hash=HASH, policy=MatchingPolicy(list_length=7, floor=0.2, introduction_minutes=20)),
    PolicyAdopted(policy_hash=HASH),
    RuleWaived(rule=WaivableRule.OWN_SITE, subject="challenge-00000001", reason="she asked for her colleague"),
    SiteRegistered(
        kind=SiteKind.SCHOOL,
        name="Hill School",
        parent="site-0000000d",
        state="VT",
        locale="rural",
        grades="K–5",
        site_type="public",
        enrolment=412,
    ),
    SiteDescribed(contact=ADA, statement="We read together, every day."),
    MemberInvited(invited_by="operator"),
    MemberJoined(name="Ada Lindqvist", cohort="first"),
    AffiliationStarted(site="site-00000001", role=RoleFamily.TEACHER_LEADER, since=DAY),
    AffiliationEnded(site="site-00000001", until=DAY),
    ProfileDescribed(text="Third grade, reading.", grades="3", experience_years="6–10", place="Salem"),
    NetworkRoleGranted(role=NetworkRole.FACILITATOR),
    NetworkRoleWithdrawn(role=NetworkRole.FACILITATOR),
    EngagementLevelChosen(level=Level.PARTNER),
    ExpertiseClaimed(topic="early reading"),
    ExpertiseEndorsed(topic="early reading", endorser=BEN),
    ExpertiseRetired(topic="early reading"),
    GrowthAreaNamed(topic="fractions"),
    MemberPaused(),
    MemberResumed(),
    MemberLeft(),
    ConflictDeclared(other=BEN, kind="supervises"),
    ConflictEnded(other=BEN),
    MemberMuted(other=BEN),
    MemberUnmuted(other=BEN),
    IdentityLinked(same_as=CLEO),
    TimeBudgetSet(member=BEN, minutes=90, period=PeriodKind.MONTH, effective=DAY),
    TimeReserved(member=BEN, reservation="introduction-00000001", minutes=30, day=DAY),
    TimeReleased(member=BEN, reservation="introduction-00000001", minutes=30),
    TimeSpent(member=BEN, reservation="introduction-00000001", minutes=25),
    TimeLogged(member=BEN, source="introduction-00000001", start=NOON, minutes=25),
    ChallengePosted(
        author=ADA,
        title="Reluctant readers",
        text="They stop at page one.\n\tEvery day.",
        stage=Stage.EXPLORING,
        category="literacy",
        confidentiality=Confidentiality.GROUP,
    ),
    ChallengeReframed(
        author=ADA, title="Readers who stop", text="At page two now.", confidentiality=Confidentiality.GROUP
    ),
    ChallengeStageChanged(stage=Stage.TESTING, confidentiality=Confidentiality.GROUP),
    ChallengeAnswered(
        answer="answer-00000001",
        member=BEN,
        to=ADA,
        text="Reading pairs — try them.",
        confidentiality=Confidentiality.GROUP,
    ),
    ChallengeResolved(author=ADA, note="Pairs helped.", confidentiality=Confidentiality.GROUP),
    ChallengeSetAside(author=ADA, reason="another year", confidentiality=Confidentiality.GROUP),
    ChallengesMerged(into="challenge-00000002", confidentiality=Confidentiality.GROUP),
    ResourceRequested(member=ADA, text="a reading log"),
    ResourceShared(
        contributor=BEN,
        title="Reading log",
        kind="template",
        grades="2–4",
        topics="reading; habits",
        url="https://example.org/log",
        description="One page a week.",
    ),
    ResourceRevised(
        contributor=BEN,
        title="Reading log, second edition",
        topics="reading",
        url="https://example.org/log2",
        description="Half a page a week.",
    ),
    ResourceReviewed(member=ADA, stars=4, text="Clear and short."),
    ResourceUsed(member=ADA, challenge="challenge-00000001"),
    ResourceRetired(contributor=BEN, reason="a better one stands"),
    IntroductionOffered(
        seeker=ADA,
        helper=BEN,
        challenge="challenge-00000001",
        minutes=30,
        introduced_by=CLEO,
        expires_at=NOON,
    ),
    IntroductionConsented(member=ADA),
    IntroductionDeclined(member=BEN, reason="too much at school"),
    IntroductionExpired(),
    IntroductionMade(seeker=ADA, helper=BEN),
    MeetingHeld(seeker=ADA, helper=BEN, minutes=25, at=NOON),
    HelpReported(member=BEN, note="we read two pages together"),
    HelpConfirmed(
        member=ADA, helper=BEN, challenge="challenge-00000001", note="it helped", confidentiality=Confidentiality.GROUP
    ),
    HelpDisputed(member=ADA, note="we never met"),
    PartnershipFormed(seeker=ADA, helper=BEN),
    SiteVisitArranged(site="site-00000001", at=NOON),
    SiteVisitHeld(site="site-00000001", at=NOON),
    *COACHING,
    RecommendationsIssued(
        reader=ADA,
        need="challenge-00000001",
        kind=ListKind.EXPERTS,
        mode=Mode.MIXED_ROLE,
        inputs=Inputs(position=40, policy_hash=HASH, encoder="minilm", seed=7, items=12, words_share=0.4),
        terms='{"reading": 3}',
        picks=(
            Pick(
                candidate=BEN,
                score=0.8125,
                parts={"meaning": 0.75, "words": 0.5},
                reasons=(
                    Reason(
                        says="answered",
                        evidence="e12",
                        part="meaning",
                        value=0.75,
                        passage=(0, 40),
                        met="e9b",
                        meets=(12, 31),
                    ),
                ),
                propensity=0.5,
            ),
        ),
        near_misses=(NearMiss(candidate=CLEO, score=0.5, rule="unavailable"),),
    ),
    RecommendationViewed(reader=ADA),
    RecommendationAccepted(reader=ADA, candidate=BEN),
    RecommendationDismissed(reader=ADA, candidate=BEN, reason="we know each other"),
    RecommendationExpired(reader=ADA),
    MemberErased(),
    AccessRecorded(
        read="read-00000001", viewer=CLEO, what="the queue", subjects=("coaching-00000001",), members=(ADA, BEN)
    ),
    CheckpointSigned(size=40, root="q1Z3cm9vdA==", key="network-00000001+0f0f0f0f"),
    ExportProduced(export="export-00000001", form="events", by=CLEO, records=40, position=41, digest=HASH),
    ErasureRequested(member=ADA),
    LegalHoldPlaced(member=ADA, network="network-00000001", reason="a lawsuit is pending"),
    LegalHoldLifted(member=ADA, network="network-00000001", reason="it was settled"),
    ErasureBegun(member=ADA, named=("challenge-00000001",)),
    KeyDestroyed(member=ADA),
    TextWithdrawn(member=ADA, position=12),
    TextReturned(member=ADA, position=12),
    CorrectionRecorded(
        member=ADA, subject="answer-00000001", text="We met in May.", confidentiality=Confidentiality.GROUP
    ),
)
STORED: Final = Path(__file__).parents[1] / "samples" / "events.jsonl"


class Stored(Struct, frozen=True):
    """One line of the file."""

    name: str
    version: int
    fields: dict[str, object]


def stored() -> list[Stored]:
    lines = STORED.read_bytes().splitlines() if STORED.exists() else []
    return [msgspec.json.decode(line, type=Stored) for line in lines]


def store_new() -> None:
    """Add a line for every event whose present version has none."""
    there = {(sample.name, sample.version) for sample in stored()}
    with STORED.open("ab") as file:
        for event in SAMPLES:
            entry = CATALOGUE.by_type[type(event)]
            if (entry.name, entry.version) not in there:
                fields = msgspec.to_builtins(event)
                file.write(msgspec.json.encode(Stored(entry.name, entry.version, fields)) + b"\n")


if __name__ == "__main__":
    store_new()
