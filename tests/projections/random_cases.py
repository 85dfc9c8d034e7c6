"""Coaching histories drawn at random: some legal move after the other, said by anybody who might."""

from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Any

from hypothesis import strategies as st

from domain.challenges import AnswerChallenge, PostChallenge
from domain.coaching import COACHING
from domain.coaching import commands as c
from domain.coaching.moves import MOVES
from domain.coaching.states import coaches_of, offer_of, seeker_of
from domain.kernel import Command
from domain.members import DeclareConflict, EndConflict, GrantNetworkRole, JoinNetwork, PauseMember, ResumeMember
from domain.networks import SetSchoolCalendar
from domain.vocabulary import (
    ENGINE,
    Channel,
    Confidentiality,
    ConflictKind,
    Disposition,
    NetworkRole,
    Tier,
    Urgency,
)
from tests.histories import ADA, BEN, CLEO, DAY, DESKS, DEV, EVE, NET, History, begun
from tests.projections.coached import case, coaches

FAY = "member-000000f1"
EVERYBODY = (ADA, BEN, CLEO, DEV, EVE, FAY)  # seekers, two coaches, two facilitators, who looks on
CASES = tuple(case(number) for number in range(1, 6))
_RUNGS = (Disposition.COACH_ASSIGNED, Disposition.COACH_ASSIGNED, Disposition.PEER_INTRODUCED)


class _Chance:
    """Draws moves of the cases of one history. Every text is used once and tells of what kind it is."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - no secret
        self._numbers = count(1)

    def text(self, kind: str) -> str:
        return f"{kind}-{next(self._numbers)}."

    def id(self, kind: str) -> str:
        return f"{kind}-{next(self._numbers):08x}"

    def some(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def move(self, history: History, coaching: str) -> tuple[Command, str]:
        state = history.facts()(COACHING, coaching)
        kinds = [each for each in MOVES[type(state)] for _ in range(_WEIGHTS.get(each, 3))]
        kind = self.random.choice(kinds)
        coach = self.some(*sorted(coaches_of(state)) or (BEN,))
        usual = seeker_of(state) or ADA if kind in _OF_SEEKER else coach if kind in _OF_COACH else DEV
        anybody = self.some(seeker_of(state) or ADA, coach, DEV, FAY)
        speaker = ENGINE if kind in _OF_ENGINE else self.some(usual, usual, anybody)
        return self._said(kind, coaching, speaker, state, history), speaker

    def _said(self, kind: type[Command], coaching: str, speaker: str, state: Any, history: History) -> Command:
        offer = offer_of(state)
        texts = {"title": "words", "text": "talk" if kind in _TALK else "words", "reason": "words", "to": "words"}
        texts |= {"tried": "words", "would_help": "words", "question": "words", "about": "words", "note": "words"}
        texts |= {"goal": "talk", "reason": {c.DeclineOffer: "no", c.ExtendEngagement: "talk"}.get(kind, "words")}
        values: dict[str, Any] = {name: self.text(each) for name, each in texts.items()}
        values |= {name: self.id(name) for name in ("offer", "answer", "session", "step", "response")}
        values |= {"coaching": coaching, "seeker": seeker_of(state) or self.some(ADA, CLEO), "noticed_by": speaker}
        values |= {"member": self.some(DEV, FAY, CLEO) if kind is c.GrantContext else speaker}
        values |= {"coach": self.some(BEN, CLEO), "at": history.now + self.some(-1, 1, 3) * DAY, "minutes": 10}
        values |= {"until": date(2025, 6, 1) + self.some(0, 30) * DAY, "away": False, "joins": True, "reopens": None}
        values |= {"challenge": self.some(None, DESKS), "confidentiality": self.some(*_CLASSES), "passed_over": ()}
        values |= {"tier": self.some(*Tier), "disposition": self.some(*_RUNGS), "sent": (), "due": None}
        values |= {"urgency": Urgency.URGENT, "channel": self.some(*Channel)}
        if kind is c.ExpireOffer and offer is not None:
            values["offer"] = offer.offered.offer
        if kind is c.HandOverCase:
            values["to"] = self.some(DEV, FAY)
        known = getattr(state, "engagement", None)
        if known is not None:
            values["session"] = self.some(values["session"], *known.planned, *known.held)
            values["step"] = self.some(values["step"], *known.steps)
        feedback = c.Feedback(helpful=True, plan_changed=True, tie_confirmed=False, note=self.text("talk"))
        values |= {"feedback": feedback, "suggestion": _suggestion(history, self.some(*CASES))}
        return kind(**{name: values[name] for name in kind.__struct_fields__})


_CLASSES = (Confidentiality.GROUP, Confidentiality.PAIR)
_WEIGHTS: dict[type[Command], int] = {
    c.WithdrawRequest: 1,
    **dict.fromkeys((c.ResolveRequest, c.ReferOut, c.DeferRequest, c.DeclineRequest), 0),  # all end as one does
    **dict.fromkeys((c.SubmitRequest, c.TriageRequest, c.ClarifyRequest, c.OfferCoach, c.AcceptOffer), 20),
    **dict.fromkeys((c.OpenEngagement, c.HoldSession, c.LogSession, c.GiveFeedback), 20),
    **dict.fromkeys((c.AgreeNextStep, c.PlanSession, c.ProposeTime), 10),
    c.CloseEngagement: 2,
}
_OF_SEEKER = (c.DraftRequest, c.SubmitRequest, c.ClarifyRequest, c.GrantContext, c.AnswerGroupResponse, c.GiveFeedback)
_OF_COACH = (c.AcceptOffer, c.OpenEngagement, c.PlanSession, c.HoldSession, c.LogSession, c.AgreeNextStep)
_OF_ENGINE = (c.SuggestDisposition, c.ExpireOffer)
_TALK = (c.LogSession, c.AgreeNextStep)


def _suggestion(history: History, similar: str) -> c.Suggestion:
    return c.Suggestion(
        disposition=Disposition.COACH_ASSIGNED,
        tier=Tier.TARGETED,
        reason="they have room",
        similar=(c.Likeness(coaching=similar, nearness=0.7, duplicate=False),),
        position=history.head(),
        policy_hash="some",
        encoder="some",
    )


def random_cases(seed: int, moves: int, gap: int = 0) -> History:
    chance, history = _Chance(seed), begun(gap=gap)
    history.do(*(JoinNetwork(member=each) for each in (EVE, FAY)))
    for member, role in ((DEV, "facilitator"), (FAY, "facilitator"), (EVE, "sponsor")):
        history.do(GrantNetworkRole(member=member, role=NetworkRole(role)))
    for coach in (BEN, CLEO):
        coaches(history, coach, 5000)
    history.do(PostChallenge(challenge=DESKS, author=ADA, title="words-0."))
    for _ in range(moves):
        command, speaker = chance.move(history, chance.some(*CASES))
        history.now += chance.some(timedelta(minutes=30), timedelta(hours=5), DAY)
        history.attempt(command, speaker)
        if chance.some(*range(8)) == 0:
            history.attempt(_beside(chance, history), None)
    return history


def _beside(chance: _Chance, history: History) -> Command:
    """What happens besides the cases."""
    holidays = (history.now.date() + 2 * DAY, history.now.date() + chance.some(3, 4, 5) * DAY)
    choices: tuple[Command, ...] = (
        SetSchoolCalendar(network=NET, zone="Europe/Berlin", holidays=holidays),
        AnswerChallenge(challenge=DESKS, answer=chance.id("answer"), member=chance.some(BEN, ADA), to=DEV),
        PauseMember(member=chance.some(BEN, DEV)),
        ResumeMember(member=BEN),
        ResumeMember(member=DEV),
        DeclareConflict(member=chance.some(FAY, BEN), other=ADA, kind=ConflictKind.SUPERVISES),
        EndConflict(member=FAY, other=ADA),
        EndConflict(member=BEN, other=ADA),
    )
    return chance.some(*choices)  # type: ignore[no-any-return]


def case_histories() -> st.SearchStrategy[History]:
    return st.builds(random_cases, st.integers(0, 2**32), st.sampled_from((5, 60, 250)), st.sampled_from((0, 300)))
