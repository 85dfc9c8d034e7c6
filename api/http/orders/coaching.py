"""Coaching, from the need that somebody notices to the coach who is offered."""

from typing import Any, Final

from api.http.orders.row import STAFF, TAKES_PART, Row, row
from domain.budgets import SetExpertBudget
from domain.coaching.commands import (
    AcceptOffer,
    AnswerGroupResponse,
    AnswerRequest,
    AskClarification,
    ClarifyRequest,
    DeclineOffer,
    DeclineRequest,
    DeferRequest,
    DraftRequest,
    GrantContext,
    HandOverCase,
    NoticeCoachingNeed,
    OfferCoach,
    OfferGroupResponse,
    ProposeTime,
    ReferOut,
    RerouteRequest,
    ResolveRequest,
    SubmitRequest,
    TriageRequest,
    WithdrawRequest,
)
from domain.kernel import Command

CASE: Final = "/coaching/{coaching}"


def now(path: str, command: type[Command], summary: str, **more: Any) -> Row:  # noqa: ANN401 - a Row's
    """What moves a case counts from when it was said: else a place in the queue could be had by an older date."""
    return row(f"{CASE}{path}", command, more.pop("access", TAKES_PART), summary, dated=False, **more)


_INTAKE: Final = (
    row(
        "/coaching",
        DraftRequest,
        TAKES_PART,
        "Draft a request for coaching",
        about="The guided intake: what the challenge is, what was tried, how urgent it is, what would help, who may "
        "read it, minutes that one can give. A draft is its author's alone, and is written anew by sending its "
        "`coaching` again. Nobody is asked before it is submitted.",
        speaker="seeker",
        new="coaching",
        makes=True,
        example={
            "title": "My first calls home lead nowhere",
            "text": "I call after every absence, and nothing changes.",
            "tried": "Letters, calls in the evening.",
            "would_help": "Somebody who listens to two of my calls.",
            "urgency": "soon",
            "minutes": 45,
            "confidentiality": "group",
        },
    ),
    row(
        "/coaching/noticed",
        NoticeCoachingNeed,
        TAKES_PART,
        "Note a coaching need of somebody else",
        about="By a facilitator or a coach. The seeker alone makes a request of it, or withdraws it.",
        speaker="noticed_by",
        new="coaching",
        makes=True,
        example={"seeker": "member-0000000b", "text": "Said in the meeting that the calls home are hard."},
    ),
    now(
        "/submit",
        SubmitRequest,
        "Submit a draft",
        about="Once. From here on every clock runs, and the place in the queue counts.",
    ),
    now(
        "/clarify",
        ClarifyRequest,
        "Answer a question of the facilitator's",
        about="Ends the pause of the clocks.",
        example={"text": "With families who do not pick up the phone."},
    ),
    now(
        "/withdraw",
        WithdrawRequest,
        "Withdraw a request",
        about="At any time before an engagement is opened, without a reason.",
    ),
    now(
        "/grants",
        GrantContext,
        "Let somebody read what was said before they came",
        about="By the one whose need it is, for a coach or a facilitator to whom the case was handed over.",
        example={"member": "member-0000000c"},
    ),
    now(
        "/group-response/answer",
        AnswerGroupResponse,
        "Say whether one joins a response for several",
        speaker="member",
        example={"joins": True},
    ),
)

_TRIAGE: Final = (
    now(
        "/clarifications",
        AskClarification,
        "Ask the one whose need it is",
        about="Pauses every clock until they answer.",
        access=STAFF,
        example={"question": "Which calls are the hard ones?"},
    ),
    row(
        f"{CASE}/answers",
        AnswerRequest,
        TAKES_PART,
        "Answer a request, or tell of an answer by another channel",
        about="A talk or a call counts as the first response as well as a letter. By a facilitator or the coach.",
        speaker="member",
        new="answer",
        example={"channel": "phone", "text": "We talked it through for ten minutes."},
    ),
    now(
        "/triage",
        TriageRequest,
        "Decide on tier, disposition and urgency",
        about="The least intensive rung that will do. Above `peer introduced` each lower rung needs the reason why it "
        "was passed over, unless it is urgent; who takes what was suggested takes its reasons too.",
        access=STAFF,
        example={
            "tier": "intensive",
            "disposition": "coach assigned",
            "reason": "Needs somebody beside them.",
            "passed_over": [
                {"rung": "resource sent", "reason": "They read the guide."},
                {"rung": "peer introduced", "reason": "They asked two colleagues."},
                {"rung": "consultancy formed", "reason": "Not a puzzle for a group."},
                {"rung": "group coaching offered", "reason": "Nobody else asks for this."},
            ],
        },
    ),
    now(
        "/reroute",
        RerouteRequest,
        "Decide anew",
        about="An open offer ends and its minutes are free again. The clocks of the new decision run from here.",
        access=STAFF,
        example={
            "tier": "universal",
            "disposition": "resource sent",
            "reason": "The guide covers it.",
            "sent": ["resource-00000001"],
        },
    ),
    now(
        "/hand-over",
        HandOverCase,
        "Hand a case over to another facilitator",
        about="Or take it oneself. Of a case of class `pair` the first to hold it reads it; who comes later once the "
        "seeker grants it. A coach hands over by an offer to the next one.",
        access=STAFF,
        example={"to": "member-0000000c", "reason": "I am away in March."},
    ),
    now(
        "/group-response",
        OfferGroupResponse,
        "Offer a response that several share",
        about="Nobody is told of the others before both sides consent.",
        access=STAFF,
        new="response",
        example={"about": "Calls home"},
    ),
    now(
        "/resolve",
        ResolveRequest,
        "Settle a request without a coach",
        about="A lower rung was enough. By the one whose need it is, or a facilitator.",
        example={"note": "The guide was enough."},
    ),
    now(
        "/refer-out",
        ReferOut,
        "Refer a request to somebody outside",
        access=STAFF,
        example={"to": "District counselling", "reason": "They see to this."},
    ),
    now(
        "/defer",
        DeferRequest,
        "Put a request off",
        access=STAFF,
        example={"until": "2026-09-01", "reason": "After the summer."},
    ),
    now("/decline", DeclineRequest, "Decline a request", access=STAFF, example={"reason": "Not what this is for."}),
)

_OFFERS: Final = (
    now(
        "/offers",
        OfferCoach,
        "Offer a coach",
        about="Holds minutes of the coach's budget until the offer ends; an expert's are the network's too. By a "
        "facilitator, or by the coach who hands the case over.",
        new="offer",
        example={"coach": "member-0000000c", "at": "2026-03-02T15:00:00Z"},
    ),
    now(
        "/offers/accept",
        AcceptOffer,
        "Accept the offer that waits for one's word",
        about="Where another one coaches, the case passes to the new coach.",
        speaker="member",
    ),
    now(
        "/offers/decline",
        DeclineOffer,
        "Decline the open offer",
        about="Costs nothing, lowers no rank, and a reason stays one's own. `away` pauses as well.",
        speaker="member",
        example={"away": True},
    ),
    now(
        "/offers/time",
        ProposeTime,
        "Propose another time",
        about="A yes to that time: the other one's word is wanted next.",
        speaker="member",
        example={"at": "2026-03-04T15:00:00Z"},
    ),
)

REQUESTS: Final[tuple[Row, ...]] = (
    *_INTAKE,
    *_TRIAGE,
    *_OFFERS,
    row(
        "/expert-budget",
        SetExpertBudget,
        STAFF,
        "Set the minutes that the network spends on experts",
        about="Besides what each of them offers.",
        dated=False,
        example={"minutes": 600, "period": "term"},
    ),
)
