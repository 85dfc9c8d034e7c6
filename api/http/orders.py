"""The table of commands: where each is posted, who may, and what fills in the speaker and new ids.

Left out are CharterNetwork, which is the operator's at the command line, and IssueRecommendations,
ExpireRecommendation and ExpireIntroduction, which the engine alone sends.
"""

from typing import Any, Final

from msgspec import Struct

from api.http.access import Access
from domain.budgets import SetTimeBudget
from domain.challenges import (
    AnswerChallenge,
    ChangeChallengeStage,
    MergeChallenges,
    PostChallenge,
    ReframeChallenge,
    ResolveChallenge,
    SetChallengeAside,
)
from domain.introductions import (
    ArrangeSiteVisit,
    ConfirmHelp,
    ConsentToIntroduction,
    DeclineIntroduction,
    DisputeHelp,
    FormPartnership,
    HoldSiteVisit,
    OfferIntroduction,
    RecordMeeting,
    ReportHelp,
)
from domain.kernel import Command
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
    JoinNetwork,
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
    SetSchoolCalendar,
    WaiveRule,
)
from domain.recommendations import AcceptRecommendation, DismissRecommendation, ViewRecommendation
from domain.resources import (
    RequestResource,
    RetireResource,
    ReviewResource,
    ReviseResource,
    ShareResource,
    UseResource,
)
from domain.sites import DescribeSite, RegisterSite

MEMBER, TAKES_PART, INVITED, STAFF, ADMIN = (
    Access.MEMBER,
    Access.TAKES_PART,
    Access.INVITED,
    Access.STAFF,
    Access.ADMIN,
)


class Row(Struct, frozen=True, kw_only=True):
    """`speaker` is the field that is the caller unless the body says otherwise; `new` the id that may be left out."""

    path: str  # below /networks/{network}; fields of the command in braces
    command: type[Command]
    access: Access
    summary: str
    about: str = ""
    speaker: str | None = None
    new: str | None = None
    makes: bool = False  # something that can be read at once at <path>/<id>
    example: dict[str, Any] = {}


def _row(path: str, command: type[Command], access: Access, summary: str, **more: Any) -> Row:  # noqa: ANN401 - a Row's
    return Row(path=path, command=command, access=access, summary=summary, **more)


_NETWORK: Final = (
    _row("/charter", ReviseCharterSection, STAFF, "Write a section of the charter anew"),
    _row("/cohorts", OpenCohort, STAFF, "Open a cohort", example={"cohort": "Autumn 2026"}),
    _row("/cohorts/close", CloseCohort, STAFF, "Close a cohort"),
    _row("/calendar", SetSchoolCalendar, STAFF, "Set the school calendar: zone, terms, holidays"),
    _row(
        "/policies",
        ProposePolicy,
        STAFF,
        "Propose a matching policy",
        about="Known from now on by the hash of its content; it holds once it is adopted.",
    ),
    _row("/policies/adopt", AdoptPolicy, STAFF, "Adopt a proposed policy"),
    _row("/waivers", WaiveRule, STAFF, "Set a rule aside for one challenge"),
    _row(
        "/sites",
        RegisterSite,
        STAFF,
        "Register a school, district, state or organisation",
        new="site",
        makes=True,
        example={"kind": "school", "name": "Hill School"},
    ),
    _row("/sites/{site}/describe", DescribeSite, TAKES_PART, "Describe a site in a member's words", speaker="contact"),
)
_MEMBERS: Final = (
    _row(
        "/members",
        InviteMember,
        STAFF,
        "Invite a member",
        about="The answer's `stream` is the id under which they join. The operator then makes their token "
        "(`confrere token create`), or a facilitator lets them join by acting on their behalf.",
        new="member",
        example={},
    ),
    _row(
        "/members/{member}/join",
        JoinNetwork,
        INVITED,
        "Join the network",
        about="By the invited member's own token, or by a facilitator with `on_behalf_of` naming the member.",
        example={"name": "Ada Aberg"},
    ),
    _row(
        "/members/{member}/affiliations",
        StartAffiliation,
        TAKES_PART,
        "Start to work at a site, or in a role without one",
        example={"role": "teacher", "since": "2026-08-17"},
    ),
    _row("/members/{member}/affiliations/end", EndAffiliation, TAKES_PART, "End an affiliation"),
    _row(
        "/members/{member}/profile",
        DescribeProfile,
        TAKES_PART,
        "Describe oneself",
        example={"text": "I follow up on absences of ninth graders.", "grades": "9–12", "experience_years": "6–10"},
    ),
    _row("/members/{member}/roles", GrantNetworkRole, ADMIN, "Grant a network role", example={"role": "coach"}),
    _row(
        "/members/{member}/roles/withdraw",
        WithdrawNetworkRole,
        MEMBER,
        "Withdraw a network role",
        about="By an admin; anybody may lay down a role of their own.",
    ),
    _row(
        "/members/{member}/level",
        ChooseEngagementLevel,
        TAKES_PART,
        "Choose the level of engagement",
        about="Only the member chooses. Who never chose, or chose `honor`, is not suggested to anybody as a helper.",
        example={"level": "partner"},
    ),
    _row(
        "/members/{member}/expertise",
        ClaimExpertise,
        TAKES_PART,
        "Claim expertise",
        example={"topic": "attendance in grade nine"},
    ),
    _row(
        "/members/{member}/expertise/endorse",
        EndorseExpertise,
        TAKES_PART,
        "Endorse somebody's expertise",
        speaker="endorser",
        example={"topic": "attendance in grade nine"},
    ),
    _row("/members/{member}/expertise/retire", RetireExpertise, TAKES_PART, "Retire a claim of expertise"),
    _row("/members/{member}/growth-areas", NameGrowthArea, TAKES_PART, "Name what one wants to learn"),
    _row("/members/{member}/pause", PauseMember, TAKES_PART, "Pause: no suggestions, no asks"),
    _row("/members/{member}/resume", ResumeMember, TAKES_PART, "Resume after a pause"),
    _row("/members/{member}/leave", LeaveNetwork, MEMBER, "Leave the network"),
    _row(
        "/members/{member}/conflicts",
        DeclareConflict,
        TAKES_PART,
        "Declare a conflict of power",
        about="Neither is shown or suggested to the other while it stands.",
    ),
    _row("/members/{member}/conflicts/end", EndConflict, TAKES_PART, "End a conflict"),
    _row(
        "/members/{member}/mutes",
        MuteMember,
        TAKES_PART,
        "Mute another member",
        about="Known to nobody else. The other one's lists do not change.",
    ),
    _row("/members/{member}/mutes/end", UnmuteMember, TAKES_PART, "Unmute a member"),
    _row("/members/{member}/links", LinkIdentity, TAKES_PART, "Say that two members are the same person"),
    _row(
        "/members/{member}/budget",
        SetTimeBudget,
        TAKES_PART,
        "Offer minutes per period",
        example={"minutes": 60, "period": "month"},
    ),
)
_CHALLENGES: Final = (
    _row(
        "/challenges",
        PostChallenge,
        TAKES_PART,
        "Post a challenge",
        about="A problem of practice. The answer's `stream` is its id, and the `need` to ask recommendations for.",
        speaker="author",
        new="challenge",
        makes=True,
        example={
            "title": "Grade nine attendance fell after winter break",
            "text": "Absences of ninth graders doubled in January and did not come back.",
            "stage": "exploring",
        },
    ),
    _row("/challenges/{challenge}/reframe", ReframeChallenge, TAKES_PART, "Put a challenge in other words"),
    _row(
        "/challenges/{challenge}/stage",
        ChangeChallengeStage,
        TAKES_PART,
        "Say how far the work has come",
        example={"stage": "testing"},
    ),
    _row(
        "/challenges/{challenge}/answers",
        AnswerChallenge,
        TAKES_PART,
        "Answer a challenge",
        speaker="member",
        new="answer",
        example={"text": "A call home after the first absence brought ours back."},
    ),
    _row("/challenges/{challenge}/resolve", ResolveChallenge, TAKES_PART, "Resolve a challenge"),
    _row("/challenges/{challenge}/set-aside", SetChallengeAside, TAKES_PART, "Set a challenge aside"),
    _row("/challenges/{challenge}/merge", MergeChallenges, TAKES_PART, "Close a challenge in favour of another"),
)
_RESOURCES: Final = (
    _row(
        "/resources",
        ShareResource,
        TAKES_PART,
        "Share a resource",
        speaker="contributor",
        new="resource",
        makes=True,
        example={"title": "Raising attendance after winter break", "kind": "guide", "url": "https://example.org/guide"},
    ),
    _row(
        "/resources/requests",
        RequestResource,
        TAKES_PART,
        "Ask for a resource that is missing",
        about="Its `resource` is the id under which it will stand once somebody shares it.",
        speaker="member",
        new="resource",
        example={"text": "A plan for the first week after winter break."},
    ),
    _row("/resources/{resource}/revise", ReviseResource, TAKES_PART, "Revise a resource"),
    _row(
        "/resources/{resource}/reviews",
        ReviewResource,
        TAKES_PART,
        "Review a resource",
        speaker="member",
        example={"stars": 4, "text": "Worked in grade nine."},
    ),
    _row("/resources/{resource}/use", UseResource, TAKES_PART, "Say that one used a resource", speaker="member"),
    _row("/resources/{resource}/retire", RetireResource, TAKES_PART, "Retire a resource"),
)
_INTRODUCTIONS: Final = (
    _row(
        "/introductions",
        OfferIntroduction,
        TAKES_PART,
        "Offer an introduction",
        about="Holds minutes of the helper's budget until somebody declines, or the offer expires. "
        "Who asks, or offers help, in person has consented by it.",
        speaker="seeker",
        new="introduction",
        makes=True,
        example={"helper": "member-0000000b", "challenge": "challenge-00000001", "minutes": 30},
    ),
    _row("/introductions/{introduction}/consent", ConsentToIntroduction, TAKES_PART, "Consent", speaker="member"),
    _row("/introductions/{introduction}/decline", DeclineIntroduction, TAKES_PART, "Decline", speaker="member"),
    _row("/introductions/{introduction}/meeting", RecordMeeting, TAKES_PART, "Record that the two met"),
    _row("/introductions/{introduction}/report", ReportHelp, TAKES_PART, "Report the help given", speaker="member"),
    _row("/introductions/{introduction}/confirm", ConfirmHelp, TAKES_PART, "Confirm help received", speaker="member"),
    _row("/introductions/{introduction}/dispute", DisputeHelp, TAKES_PART, "Dispute help", speaker="member"),
    _row("/introductions/{introduction}/partnership", FormPartnership, TAKES_PART, "Form a partnership"),
    _row("/introductions/{introduction}/visits/arrange", ArrangeSiteVisit, TAKES_PART, "Arrange a site visit"),
    _row("/introductions/{introduction}/visits/hold", HoldSiteVisit, TAKES_PART, "Record a site visit"),
)
_RECOMMENDATIONS: Final = (
    _row(
        "/recommendations/{recommendation}/view",
        ViewRecommendation,
        TAKES_PART,
        "Say that one looked at a list",
        speaker="reader",
    ),
    _row(
        "/recommendations/{recommendation}/accept",
        AcceptRecommendation,
        TAKES_PART,
        "Accept a pick",
        about="Says what the reader took up. To meet a person, offer an introduction next.",
        speaker="reader",
        example={"candidate": "member-0000000b"},
    ),
    _row(
        "/recommendations/{recommendation}/dismiss",
        DismissRecommendation,
        TAKES_PART,
        "Dismiss a pick",
        about="It is not suggested for this need again.",
        speaker="reader",
        example={"candidate": "member-0000000b", "reason": "We work together already."},
    ),
)

ORDERS: Final[tuple[Row, ...]] = _NETWORK + _MEMBERS + _CHALLENGES + _RESOURCES + _INTRODUCTIONS + _RECOMMENDATIONS
