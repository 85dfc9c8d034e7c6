"""People: joining, profiles, roles, conflicts, time."""

from typing import Final

from api.http.orders.row import ADMIN, INVITED, MEMBER, STAFF, TAKES_PART, row
from domain.budgets import SetTimeBudget
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

BELONGING: Final = (
    row(
        "/members",
        InviteMember,
        STAFF,
        "Invite a member",
        about="The answer's `stream` is the id under which they join. Who left is invited anew by their id. "
        "The operator then makes their token (`confrere token create`), or a facilitator lets them join by acting on "
        "their behalf.",
        new="member",
        example={},
    ),
    row(
        "/members/{member}/join",
        JoinNetwork,
        INVITED,
        "Join the network",
        about="By the invited member's own token, or by a facilitator with `on_behalf_of` naming the member.",
        example={"name": "Ada Aberg"},
    ),
    row(
        "/members/{member}/affiliations",
        StartAffiliation,
        TAKES_PART,
        "Start to work at a site, or in a role without one",
        example={"role": "teacher", "since": "2026-08-17"},
    ),
    row(
        "/members/{member}/affiliations/end",
        EndAffiliation,
        TAKES_PART,
        "End an affiliation",
        example={"until": "2026-06-30"},
    ),
    row(
        "/members/{member}/profile",
        DescribeProfile,
        TAKES_PART,
        "Describe oneself",
        example={"text": "I follow up on absences of ninth graders.", "grades": "9–12", "experience_years": "6–10"},
    ),
    row("/members/{member}/roles", GrantNetworkRole, ADMIN, "Grant a network role", example={"role": "coach"}),
    row(
        "/members/{member}/roles/withdraw",
        WithdrawNetworkRole,
        MEMBER,
        "Withdraw a network role",
        about="By an admin; anybody may lay down a role of their own.",
        example={"role": "coach"},
    ),
    row(
        "/members/{member}/level",
        ChooseEngagementLevel,
        TAKES_PART,
        "Choose the level of engagement",
        about="Only the member chooses. Who never chose, or chose `honor`, is not suggested to anybody as a helper.",
        example={"level": "partner"},
    ),
    row(
        "/members/{member}/expertise",
        ClaimExpertise,
        TAKES_PART,
        "Claim expertise",
        example={"topic": "attendance in grade nine"},
    ),
    row(
        "/members/{member}/expertise/endorse",
        EndorseExpertise,
        TAKES_PART,
        "Endorse somebody's expertise",
        speaker="endorser",
        example={"topic": "attendance in grade nine"},
    ),
    row(
        "/members/{member}/expertise/retire",
        RetireExpertise,
        TAKES_PART,
        "Retire a claim of expertise",
        example={"topic": "attendance in grade nine"},
    ),
    row(
        "/members/{member}/growth-areas",
        NameGrowthArea,
        TAKES_PART,
        "Name what one wants to learn",
        example={"topic": "restorative practice"},
    ),
    row("/members/{member}/pause", PauseMember, TAKES_PART, "Pause: no suggestions, no asks"),
    row("/members/{member}/resume", ResumeMember, TAKES_PART, "Resume after a pause"),
    row("/members/{member}/leave", LeaveNetwork, MEMBER, "Leave the network"),
    row(
        "/members/{member}/conflicts",
        DeclareConflict,
        TAKES_PART,
        "Declare a conflict of power",
        about="Neither is shown or suggested to the other while it stands.",
        example={"other": "member-0000000c", "kind": "family"},
    ),
    row(
        "/members/{member}/conflicts/end",
        EndConflict,
        TAKES_PART,
        "End a conflict",
        example={"other": "member-0000000c"},
    ),
    row(
        "/members/{member}/mutes",
        MuteMember,
        TAKES_PART,
        "Mute another member",
        about="Told to nobody. From then on neither of the two is suggested to the other; else nothing changes for the "
        "other one.",
        example={"other": "member-0000000c"},
    ),
    row(
        "/members/{member}/mutes/end", UnmuteMember, TAKES_PART, "Unmute a member", example={"other": "member-0000000c"}
    ),
    row(
        "/members/{member}/links",
        LinkIdentity,
        TAKES_PART,
        "Say to be the same person as another member",
        about="Here or in another network. Of two members of this one it counts once both say so, or staff for both.",
        example={"same_as": "member-0000000c"},
    ),
    row(
        "/members/{member}/budget",
        SetTimeBudget,
        TAKES_PART,
        "Offer minutes per period",
        dated=False,
        example={"minutes": 60, "period": "month"},
    ),
)
