"""A school year under one way of choosing: the queue is passed by the engine's own code, whoever is asked answers."""

import heapq
from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from itertools import count
from operator import attrgetter
from typing import Final

import numpy as np

from benchmarks.school import DAYS, Floats, Need, Year, fits
from benchmarks.school_books import Books
from benchmarks.school_rules import Request, Rule, open_to
from domain.policies import CoachingPolicy, MatchingPolicy
from engine.assigning import Able, matches

EXPIRES: Final = MatchingPolicy().offer_school_days
APART: Final = 5  # school days from one session to the next
PUT_OFF: Final = 4  # times that a session is put off for want of room, before the engagement ends without it


class SchoolRun:
    """What happens comes in the order of its time, in school days from the first; helpers are numbers."""

    def __init__(self, known: Year, rule: Rule, policy: CoachingPolicy, *, one_at_a_time: bool = True) -> None:
        self.known: Final = known
        self._rule: Final = rule
        self._policy: Final = rule.policy(policy)
        self.books: Final = Books(known.offers, policy.session_minutes)
        self.turns: Final = [0] * known.size.helpers
        self.requests: Final = _requests(known, policy)
        self._of_need: Final[dict[int, list[Request]]] = defaultdict(list)
        self._waiting: Final[list[Request]] = []  # oldest first
        self._asking: Final[set[str]] = set()  # seekers
        self._one_at_a_time: Final = one_at_a_time  # else whoever posts a need again may have several coaches asked
        self._to_come: Final[list[tuple[float, int, Callable[[], None]]]] = []
        self._numbers: Final = count(1)
        self._asks: Final = count(1)
        self._now = 0.0

    def run(self) -> "SchoolRun":
        for day in range(len(DAYS)):
            self._later(day, partial(self._begin, day))
        for request in self.requests:
            self._of_need[request.number].append(request)
            self._later(request.at, partial(self._submit, request))
        while self._to_come:
            self._now, _, happens = heapq.heappop(self._to_come)
            happens()
        return self

    def _later(self, at: float, happens: Callable[[], None]) -> None:
        if at < len(DAYS):
            heapq.heappush(self._to_come, (at, next(self._numbers), happens))

    def _begin(self, day: int) -> None:
        self.books.turn_to(DAYS[day])
        self._drain(self._waiting)

    def _submit(self, request: Request) -> None:
        request.open_to = open_to(request, self._rule)
        self._waiting.append(request)
        self._drain([request])  # nothing has changed for those who wait already

    def _drain(self, waiting: Iterable[Request]) -> None:
        some = [each for each in waiting if each.open_to & self.books.room]  # the others would be passed over
        parts = [some] if self._one_at_a_time else [[each] for each in some]
        for part in parts:
            for request, coach in matches(part, self._asking, self._able, self._policy):
                self._offer(request, int(coach))

    def _able(self, request: Request) -> list[Able]:
        return self._rule.able(request, self)

    def _offer(self, request: Request, helper: int) -> None:
        key = self._key("offer")
        if not self.books.reserve(helper, key):
            raise AssertionError("a helper without room was chosen")
        self._waiting.remove(request)
        if self._one_at_a_time:
            self._asking.add(request.seeker)
        self.turns[helper] = next(self._asks)
        request.offer = helper, key
        known, need = self.known, request.number
        luck, answered = known.luck[need, helper], self._now + known.delay[need, helper]
        if luck < known.silent[helper]:
            self._later(int(self._now) + 1 + EXPIRES, partial(self._refuse, request, key))
        elif luck < known.silent[helper] + known.declines[helper]:
            self._later(answered, partial(self._refuse, request, key))
        else:
            self._later(answered, partial(self._accept, request, key))

    def _refuse(self, request: Request, key: str) -> None:
        """Declined or expired: back to its old place."""
        if request.offer is not None and request.offer[1] == key:
            request.refused |= 1 << request.offer[0]
            request.open_to = open_to(request, self._rule)
            self._close(request)
            insort(self._waiting, request, key=attrgetter("at"))
            self._drain(self._waiting)

    def _accept(self, request: Request, key: str) -> None:
        if request.offer is None or request.offer[1] != key:
            return
        helper, request.offer = request.offer[0], None
        request.coach, request.accepted = helper, self._now
        self._asking.discard(request.seeker)
        for other in self._of_need[request.number]:
            if other is not request:
                self._withdraw(other)
        luck = self.known.luck[request.number, helper]
        self._later(self._now + 1 + 3 * luck, partial(self._meet, request, helper, key, 0))
        self._drain(self._waiting)

    def _withdraw(self, request: Request) -> None:
        """The same need is helped with already."""
        if request in self._waiting:
            self._waiting.remove(request)
        elif request.offer is not None:
            self._close(request)

    def _close(self, request: Request) -> None:
        if request.offer is not None:
            self.books.release(*request.offer)
            self._asking.discard(request.seeker)
            request.offer = None

    def _meet(self, request: Request, helper: int, key: str, session: int) -> None:
        if self.known.cancelled[request.number, session]:
            self.books.release(helper, key)
        else:
            self.books.spend(helper, key)
        if session + 1 < self.known.sessions[request.number]:
            self._plan(request, helper, session + 1)
        self._drain(self._waiting)

    def _plan(self, request: Request, helper: int, session: int) -> None:
        """A week later, or the next week in which there is room."""
        key = self._key("session")
        for weeks in range(1, PUT_OFF + 1):
            at = self._now + APART * weeks
            if at < len(DAYS) and self.books.reserve(helper, key, DAYS[int(at)]):
                self._later(at, partial(self._meet, request, helper, key, session))
                return

    def _key(self, kind: str) -> str:
        return f"{kind}-{next(self._numbers):08x}"


def _requests(known: Year, policy: CoachingPolicy) -> list[Request]:
    """Likely copies of an own need are left out: at triage they are declined as the same need."""
    scores, firm = fits(known), fits(known, firm=True)
    return [
        _request(need, scores[row], firm[row], policy)
        for row, need in enumerate(known.needs)
        if not need.copied or known.about[row] @ known.about[need.number] < policy.duplicate
    ]


def _request(need: Need, scores: Floats, firm: Floats, policy: CoachingPolicy) -> Request:
    """Nobody coaches themselves."""
    order = np.argsort(-scores, kind="stable").tolist()
    by_fit = tuple(each for each in order if scores[each] >= policy.fit_floor and each != need.seeker)
    return Request(
        number=need.number,
        seeker=f"member-{need.seeker:08x}",
        at=need.at,
        fit=scores.tolist(),
        by_fit=by_fit,
        fitting=sum(1 << each for each in by_fit),
        firm=sum(1 << each for each in by_fit if firm[each] >= policy.fit_floor),
    )
