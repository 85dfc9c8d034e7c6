"""The table of what may be said in a coaching case at the command line: a row for each command."""

from typing import Any, Final, Literal

from msgspec import Struct

from domain.coaching import commands as c

Who = Literal["seeker", "facilitator", "coach", "asked"]  # whose word it is unless --by names somebody


class Move(Struct, frozen=True, kw_only=True):
    """`own` is the field that names who says it; `new` the id that is made where none is found or given."""

    name: str
    command: type[c.CoachingCommand]
    summary: str
    example: str  # what follows the case
    about: str = ""
    who: Who = "facilitator"
    own: str | None = None
    new: str | None = None
    among: Literal["planned", "held", "steps"] | None = None  # where the session or step is looked for


def _move(name: str, command: type[c.CoachingCommand], summary: str, example: str = "", **more: Any) -> Move:  # noqa: ANN401 - a Move's
    return Move(name=name, command=command, summary=summary, example=example, **more)


_TALK: Final = (
    _move("submit", c.SubmitRequest, "Submit a draft, once: from here on every clock runs.", who="seeker"),
    _move(
        "ask",
        c.AskClarification,
        "Ask the one whose need it is; every clock pauses until they answer.",
        '--question "Which calls are the hard ones?"',
    ),
    _move(
        "clarify",
        c.ClarifyRequest,
        "Answer a facilitator's question, on behalf of the one whose need it is.",
        '--text "Those with families who do not pick up."',
        who="seeker",
    ),
    _move(
        "answer",
        c.AnswerRequest,
        "Answer a request, or tell of an answer by another channel: any of them is a first response.",
        '--by member-3f2a --channel phone --text "We talked for ten minutes."',
        own="member",
        new="answer",
    ),
    _move("withdraw", c.WithdrawRequest, "Withdraw a request before an engagement is open.", who="seeker"),
    _move(
        "grant",
        c.GrantContext,
        "Let somebody read what was said before they came to the case.",
        "--member member-3f2a",
        who="seeker",
    ),
    _move(
        "join",
        c.AnswerGroupResponse,
        "Say whether the one whose need it is joins a response for several.",
        "--joins",
        who="seeker",
        own="member",
    ),
)

_TRIAGE: Final = (
    _move(
        "triage",
        c.TriageRequest,
        "Decide on tier, disposition and urgency, with the reason.",
        '--tier universal --disposition "resource sent" --reason "The guide covers it." --sent resource-9c21',
        about="The least intensive rung that will do. Above `peer introduced` each lower rung needs the reason why it "
        "was passed over, unless it is urgent; who takes what was suggested takes its reasons too.",
    ),
    _move(
        "reroute",
        c.RerouteRequest,
        "Decide anew; an open offer ends, and the clocks of the new decision run from here.",
        '--tier intensive --disposition "coach assigned" --reason "They have read it all." '
        '--passed-over "consultancy formed" "Not a puzzle." --passed-over "group coaching offered" "Nobody else asks."',
    ),
    _move(
        "hand-over",
        c.HandOverCase,
        "Hand a case over to another facilitator. A coach hands over by an offer to the next one.",
        '--to member-3f2a --reason "I am away in March."',
    ),
    _move(
        "resolve",
        c.ResolveRequest,
        "Settle a request without a coach: a lower rung was enough.",
        '--note "The guide was enough."',
    ),
    _move(
        "refer-out",
        c.ReferOut,
        "Refer a request to somebody outside.",
        '--to "District counselling" --reason "They see to this."',
    ),
    _move(
        "defer",
        c.DeferRequest,
        "Put a request off until a day. It ends by it; the seeker may open it again.",
        '--until 2099-09-01 --reason "After the summer."',
    ),
    _move("refuse", c.DeclineRequest, "Decline a request.", '--reason "This is not what coaching is for."'),
)

_OFFERS: Final = (
    _move(
        "offer",
        c.OfferCoach,
        "Offer a coach: minutes of their budget are held until the offer ends.",
        "--coach member-3f2a --at 2099-03-02T15:00-05:00",
        new="offer",
    ),
    _move("accept", c.AcceptOffer, "Accept the offer that waits for one's word.", who="asked", own="member"),
    _move(
        "decline",
        c.DeclineOffer,
        "Decline the open offer. It costs nothing; a reason stays one's own; --away pauses as well.",
        "--away",
        who="asked",
        own="member",
    ),
    _move(
        "propose-time",
        c.ProposeTime,
        "Propose another time: a yes to that time, and the other one's word is wanted next.",
        "--at 2099-03-04T15:00-05:00",
        who="asked",
        own="member",
    ),
)

_ENGAGEMENT: Final = (
    _move(
        "open",
        c.OpenEngagement,
        "Open the engagement: the goal, and until when.",
        '--goal "Two calls a week that end with a plan" --until 2099-05-29',
        who="coach",
    ),
    _move(
        "plan",
        c.PlanSession,
        "Plan a session: minutes of the coach are held for its period.",
        "--at 2099-03-16T15:00-05:00 --minutes 45",
        who="coach",
        new="session",
    ),
    _move("cancel", c.CancelSession, "Cancel a planned session, else the next one.", who="coach", among="planned"),
    _move(
        "hold",
        c.HoldSession,
        "Record that a session was held: the next planned one, else the first that the coach was offered for.",
        "--at 2026-03-02T15:00-05:00 --minutes 45",
        who="coach",
        new="session",
        among="planned",
    ),
    _move(
        "log",
        c.LogSession,
        "Write what a session was about, the last one held unless it is named. For the two who met alone.",
        '--text "We listened to a call and wrote an opening line."',
        who="coach",
        own="member",
        among="held",
    ),
    _move(
        "step",
        c.AgreeNextStep,
        "Agree on a next step. For the two alone.",
        '--text "Try the opening line in three calls." --due 2099-03-13',
        who="coach",
        new="step",
    ),
    _move("done", c.CompleteNextStep, "Say that a step was done, the first open one.", who="coach", among="steps"),
    _move(
        "extend",
        c.ExtendEngagement,
        "Extend the engagement.",
        '--until 2099-06-12 --reason "Two more calls to listen to."',
        who="coach",
    ),
    _move(
        "close",
        c.CloseEngagement,
        "Close the engagement; the one who was coached may say with it how it was.",
        "--by member-3f2a --helpful --plan-changed --tie-confirmed",
        who="coach",
    ),
    _move(
        "feedback",
        c.GiveFeedback,
        "Say how the coaching was: two minutes of the one who was coached, once.",
        '--helpful --plan-changed --no-tie-confirmed --note "I call differently now."',
        who="seeker",
    ),
)

MOVES: Final[tuple[Move, ...]] = (*_TALK, *_TRIAGE, *_OFFERS, *_ENGAGEMENT)
