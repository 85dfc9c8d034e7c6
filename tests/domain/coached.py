"""Random histories of coaching that come far: mostly what is possible where a case stands, by who may say it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final, get_args

from hypothesis import strategies as st
from msgspec.structs import replace

from domain.budgets import SetExpertBudget, SetTimeBudget
from domain.coaching import COACHING, Coaching, CoachingCommand
from domain.coaching import commands as c
from domain.coaching.moves import MOVES
from domain.coaching.states import Engaged, coaches_of, offer_of, seeker_of
from domain.introductions import ConsentToIntroduction, OfferIntroduction, RecordMeeting
from domain.kernel import Command
from domain.members import (
    DeclareConflict,
    EndConflict,
    JoinNetwork,
    LeaveNetwork,
    MuteMember,
    PauseMember,
    ResumeMember,
    UnmuteMember,
)
from domain.refusals import Refused
from domain.vocabulary import ENGINE, OPERATOR, Confidentiality, ConflictKind, Disposition, MemberId, PeriodKind
from tests.domain.cases import PEOPLE, passed_over
from tests.domain.orders import drawn, seeds
from tests.domain.scenario import ADA, BEN, CLEO, DAN, NET, NOON, RESOURCE, Said, World, by, founded

CASES: Final = [f"coaching-{number:08x}" for number in range(4)]
_COMMANDS: Final[tuple[type[CoachingCommand], ...]] = get_args(CoachingCommand)
_SEEKERS: Final = (c.DraftRequest, c.SubmitRequest, c.ClarifyRequest, c.GrantContext, c.WithdrawRequest, c.GiveFeedback)
_ENGINES: Final = (c.SuggestDisposition, c.ExpireOffer)
_OF_TWO: Final = (c.PlanSession, c.CancelSession, c.HoldSession, c.AgreeNextStep, c.CompleteNextStep)
_ENDS: Final = (c.WithdrawRequest, c.ResolveRequest, c.ReferOut, c.DeferRequest, c.DeclineRequest)
_OFTEN: Final = (c.DraftRequest, c.SubmitRequest, c.TriageRequest, c.OfferCoach, c.AcceptOffer, c.OpenEngagement)
_OFTEN_TOO: Final = (c.PlanSession, c.HoldSession, c.ProposeTime)
_COACHED: Final = (*(Disposition.COACH_ASSIGNED, Disposition.EXPERT_ENGAGED) * 4, *Disposition)
_PEACE: Final = EndConflict(member=BEN, other=ADA)
Field = Callable[[], Any]


class Told:
    """A world in which one word follows the other."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)  # noqa: S311 - play
        self.world = World()
        self.now = NOON
        self.history: list[Said] = []
        self._fresh = 0
        self._ends: Command | None = None  # what ends a pause, a conflict, a mute, an absence
        for said in (*founded(), *PEOPLE):
            self.say(said)

    def say(self, said: Said) -> None:
        self.history.append(said)
        try:
            self.world.tell(said)
        except Refused:
            return

    def go_on(self) -> None:
        self.now += timedelta(hours=self.chance.choice((0, 1, 1, 5, 20, 30, 100)))
        if self._ends is not None and self.chance.random() < 0.3:
            self.say(Said(self._ends, getattr(self._ends, "member"), self.now, sent_by=OPERATOR))  # noqa: B009
            self._ends = None
        self.say(self._of_people() if self.chance.random() < 0.15 else self._of_a_case())

    def _of_people(self) -> Said:
        chance, who, other = self.chance, *self.chance.sample((ADA, BEN, CLEO, DAN), 2)
        call = f"introduction-{chance.randrange(1, 6):08x}"
        coach, period = chance.choice((BEN, CLEO)), chance.choice(list(PeriodKind))
        minutes = chance.choice((0, 60, 120, 300, 600))
        usual: list[tuple[str, Command]] = [
            (coach, SetTimeBudget(member=coach, minutes=minutes, period=period)),
            (OPERATOR, SetExpertBudget(network=NET, minutes=minutes, period=period)),
            (who, OfferIntroduction(introduction=call, seeker=who, helper=other, minutes=30)),
            (who, ConsentToIntroduction(introduction=call, member=who)),
            (who, RecordMeeting(introduction=call, minutes=minutes or 10, at=self._earlier())),
        ]
        passing: list[tuple[str, Command, Command]] = [
            (coach, PauseMember(member=coach), ResumeMember(member=coach)),
            (BEN, DeclareConflict(member=BEN, other=ADA, kind=ConflictKind.SUPERVISES), _PEACE),
            (who, MuteMember(member=who, other=other), UnmuteMember(member=who, other=other)),
            (ADA, LeaveNetwork(member=ADA), JoinNetwork(member=ADA)),
        ]
        if chance.random() < 0.8:
            return by(*chance.choice(usual), self.now)
        speaker, begins, self._ends = chance.choice(passing)
        return Said(begins, speaker, self.now)

    def _earlier(self) -> datetime:
        return self.now - timedelta(minutes=15 * self.chance.randrange(40))

    def _of_a_case(self) -> Said:
        coaching = self.chance.choice(CASES)
        state: Coaching = self.world(COACHING, coaching)
        legal = list(MOVES[type(state)])
        likely = [move for move in legal if move not in _ENDS or self.chance.random() < 0.05]
        likely += [move for move in legal if move in _OFTEN and not isinstance(state, Engaged)] * 5
        likely += [move for move in legal if move in _OFTEN_TOO] * 2
        kind = self.chance.choice(likely or legal) if self.chance.random() < 0.9 else self.chance.choice(_COMMANDS)
        command = self._wish(kind, coaching, state)
        return Said(command, self._speaker(command, state), self.now)

    def _wish(self, kind: type[CoachingCommand], coaching: str, state: Coaching) -> CoachingCommand:
        fields = self._fields(coaching, state)
        wish: CoachingCommand = drawn(kind, self.chance)
        told = {field: fields[field]() for field in kind.__struct_fields__ if field in fields}
        if isinstance(wish, c.OfferCoach):
            told["offer"] = self._new("offer")
        if isinstance(wish, c.HoldSession):
            told["at"] = self._earlier()
        if isinstance(wish, c.AcceptOffer) and (offer := offer_of(state)) and self.chance.random() < 0.9:
            told["member"] = offer.waits_for
        if isinstance(wish, c.TriageRequest | c.RerouteRequest) and self.chance.random() < 0.9:
            told["disposition"] = self.chance.choice(_COACHED)
            told["passed_over"] = passed_over(told["disposition"])
        return replace(wish, **told)

    def _fields(self, coaching: str, state: Coaching) -> dict[str, Field]:
        choice, offer = self.chance.choice, offer_of(state)
        seeker = seeker_of(state) or choice((ADA, ADA, CLEO, DAN))
        sessions = [*state.engagement.planned, *state.engagement.held] if isinstance(state, Engaged) else []
        return {
            "coaching": lambda: coaching,
            "seeker": lambda: seeker,
            "member": lambda: choice((offer.waits_for if offer else BEN, seeker, *coaches_of(state), DAN)),
            "noticed_by": lambda: choice((DAN, BEN)),
            "offer": lambda: offer.offered.offer if offer else "offer-00000000",
            "coach": lambda: choice((BEN, BEN, CLEO)),
            "to": lambda: choice((DAN, BEN)),
            "session": lambda: choice((self._new("session"), *sessions)),
            "at": lambda: self.now + timedelta(hours=choice((5, 30, 200))),
            "minutes": lambda: choice((10, 30, 45, 60)),
            "until": lambda: date(2026, choice((3, 4)), 1),
            "challenge": lambda: None,
            "reopens": lambda: choice((None, *CASES)),
            "confidentiality": lambda: choice((Confidentiality.GROUP, Confidentiality.PAIR)),
            "sent": lambda: (RESOURCE,),
        }

    def _new(self, kind: str) -> str:
        self._fresh += self.chance.random() < 0.9  # seldom one that was used before
        return f"{kind}-{self._fresh:08x}"

    def _speaker(self, command: Command, state: Coaching) -> str:
        seeker: MemberId = getattr(command, "seeker", None) or seeker_of(state) or ADA
        if self.chance.random() < 0.05:
            return self.chance.choice((ADA, BEN, CLEO, DAN, OPERATOR, ENGINE))
        if isinstance(command, _SEEKERS):
            return seeker
        if isinstance(command, _ENGINES):
            return ENGINE
        if isinstance(command, _OF_TWO):
            return self.chance.choice((seeker, *coaches_of(state)))
        decides = OPERATOR if seeker == DAN else DAN  # nobody in their own case
        return str(getattr(command, "noticed_by", getattr(command, "member", decides)))


def coached(seed: int, length: int) -> list[Said]:
    """A shorter one is the beginning of a longer one."""
    told = Told(seed)
    for _ in range(length):
        told.go_on()
    return told.history


coachings: Final = st.builds(coached, seeds, st.integers(0, 250))
