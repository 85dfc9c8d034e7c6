"""What a coach and the one they coach do together, from the goal to the feedback."""

from typing import Final

from api.http.orders.coaching import CASE, now
from api.http.orders.row import TAKES_PART, Row, row
from domain.coaching.commands import (
    AgreeNextStep,
    CancelSession,
    CloseEngagement,
    CompleteNextStep,
    ExtendEngagement,
    GiveFeedback,
    HoldSession,
    LogSession,
    OpenEngagement,
    PlanSession,
)

_FEEDBACK: Final = {"helpful": True, "plan_changed": True, "tie_confirmed": True, "note": "I call differently now."}

ENGAGEMENTS: Final[tuple[Row, ...]] = (
    now(
        "/engagement",
        OpenEngagement,
        "Open the engagement: the goal, and until when",
        about="Once a coach accepted. By one of the two, or a facilitator.",
        example={"goal": "Two calls a week that end with a plan", "until": "2027-05-29"},
    ),
    now(
        "/sessions",
        PlanSession,
        "Plan a session",
        about="Holds minutes of the coach's budget. The first session is the one that the coach was offered for: it "
        "needs no plan of its own.",
        new="session",
        example={"at": "2027-03-16T15:00:00Z"},
    ),
    now("/sessions/{session}/cancel", CancelSession, "Cancel a planned session", about="Its minutes are free again."),
    now(
        "/sessions/held",
        HoldSession,
        "Record that a session was held",
        about="A planned one by its `session`; without one, the first. Minutes are logged once, and nobody is in two "
        "meetings at a time. What runs over the minutes held is told on the burden board.",
        new="session",
        example={"at": "2026-03-02T15:00:00Z", "minutes": 45},
    ),
    row(
        f"{CASE}/sessions/{{session}}/log",
        LogSession,
        TAKES_PART,
        "Write what a session was about",
        about="For the two who met alone. Whoever coaches next reads it once the seeker grants it.",
        speaker="member",
        example={"text": "We listened to a call and wrote an opening line."},
    ),
    row(
        f"{CASE}/steps",
        AgreeNextStep,
        TAKES_PART,
        "Agree on a next step",
        about="For the two alone.",
        new="step",
        example={"text": "Try the opening line in three calls.", "due": "2026-03-13"},
    ),
    row(f"{CASE}/steps/{{step}}/complete", CompleteNextStep, TAKES_PART, "Say that a step was done"),
    row(
        f"{CASE}/extend",
        ExtendEngagement,
        TAKES_PART,
        "Extend the engagement",
        about="By one of the two, or a facilitator.",
        example={"until": "2027-06-12", "reason": "Two more calls to listen to."},
    ),
    row(
        f"{CASE}/close",
        CloseEngagement,
        TAKES_PART,
        "Close the engagement",
        about="By one of the two, or a facilitator. The one who was coached may give the feedback with it.",
        example={"feedback": _FEEDBACK},
    ),
    row(
        f"{CASE}/feedback",
        GiveFeedback,
        TAKES_PART,
        "Say how the coaching was",
        about="Two minutes of the one who was coached, once. Facilitators see the three answers, not the note.",
        example={"feedback": _FEEDBACK},
    ),
)
