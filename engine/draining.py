"""Freed time is offered at once to the request that waits longest of those that it fits; what is refused is redone."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta
from threading import Event
from typing import Final

import numpy as np

from domain.budgets import Budget
from domain.calendar import day_of
from domain.coaching.commands import OfferCoach
from domain.coaching.events import OfferDeclined, OfferExpired, RequestClarified, RequestRerouted, RequestTriaged
from domain.eligibility import Asking, Candidate, first_objection
from domain.policies import CoachingPolicy
from domain.refusals import Beaten, CommandReused, IllegalMove, NotTheirs, OverBudget, Unknown
from domain.vocabulary import Disposition, MemberId, NetworkRole, StreamId
from engine.assigning import Able, matches
from engine.at_hand import AtHand, KeptUp
from engine.case import People
from engine.coaches import COACHING_ROLES, Coaches, Fits
from engine.commands import Commands, Order
from engine.consequences import by_itself
from engine.event_store import EventStore
from engine.live_snapshot import LiveSnapshot
from engine.queries import Queries
from engine.sight import expert_minutes
from models.vector_index import Mask
from projections import asks, coaching_work, member_directory, time_budgets
from projections.coaching_work import Queued
from projections.network_setting import setting

_TRIES: Final = 100  # looks at a queue that others keep changing, before it is left for the next reaction
_AT_ONCE: Final = 256  # requests whose seekers are looked up together
_NOBODY: Final = Candidate(member="")  # in particular asks
CHANGED: Final = (IllegalMove, OverBudget, Unknown, NotTheirs, Beaten, CommandReused)  # since it was looked at

_BACK: Final = (RequestTriaged, RequestRerouted, RequestClarified, OfferDeclined, OfferExpired)  # to its old place
Pair = tuple[StreamId, MemberId]


class Draining:
    """Makes the offers that are due. Killed or run twice, it makes each of them once: its command ids see to that."""

    def __init__(
        self,
        store: EventStore,
        commands: Commands,
        queries: Queries,
        at_hand: AtHand,
        clock: Callable[[], datetime],
        ended: Event,
    ) -> None:
        self._store: Final = store
        self._commands: Final = commands
        self._queries: Final = queries
        self._at_hand: Final = at_hand
        self._clock: Final = clock
        self._ended: Final = ended

    def drain(self, network: StreamId) -> int:
        """Says how many events that made.

        Nothing younger is served where an older one was refused, or is back since it was looked: all is redone.
        """
        if not self._queries.ask(network, coaching_work.anybody_waits):
            return 0  # and nothing has to be encoded for it
        made, refused = 0, set[Pair]()
        for _ in range(_TRIES):
            more, whole, now = 0, True, self._clock()
            with self._at_hand.kept_up(network) as up:
                snapshot = self._at_hand.look(network, up, now)
                room = Room(up, snapshot)
                if room.any():
                    coaches = self._at_hand.coaches(network, up)
                    table = Table(up, snapshot, room, coaches, refused)
                    more, whole = self._offers(network, table, up.position, now, refused)
            made += more
            if whole:
                break
        return made

    def _offers(
        self, network: StreamId, table: "Table", position: int, now: datetime, refused: set[Pair]
    ) -> tuple[int, bool]:
        """How many events that made, and whether the queue was passed to its end as it was looked at."""
        made = 0
        for case, coach in table.matches():
            if self._ended.is_set():
                break
            came = self._store.page(position, network=network)
            if any(isinstance(each.event, _BACK) for each in came):
                return made, False
            position = came[-1].position if came else position
            try:
                made += self._offer(network, case, coach, now)
            except CHANGED:
                refused.add((case.coaching, coach))
                return made, False
            table.room.promise(coach, expert=_role(case) is NetworkRole.EXPERT)
        return made, True

    def _offer(self, network: StreamId, case: Queued, coach: MemberId, now: datetime) -> int:
        """The id is made of the case and the number of its offer, so that whoever makes it, makes it once."""
        number = f"{case.coaching}|{case.offers}"
        offer = f"offer-{self._store.keyed_hash(network, number.encode()).hex()[:32]}"
        order = Order(command=OfferCoach(coaching=case.coaching, offer=offer, coach=coach), at=now)
        sender = by_itself(self._store, network, case.coaching, f"offer-{number}")
        done = self._commands.handle_all((order,), sender)
        for _, refusal in done.refusals:
            raise refusal
        return 0 if done.repeated else len(done.events)


class Room:
    """What coaches and experts can still be asked for in this period, while offers are made."""

    def __init__(self, up: KeptUp, snapshot: LiveSnapshot) -> None:
        self._minutes: Final = snapshot.policy.coaching.session_minutes
        self.holding: Final = member_directory.holding(up.connection, COACHING_ROLES)
        who = frozenset[MemberId]().union(*self.holding.values())
        self.people: Final = snapshot.people(who)
        calendar, since = setting(up.connection).calendar, timedelta(days=snapshot.policy.coaching.asks_count_days)
        today, budgets = day_of(snapshot.at, calendar), time_budgets.budgets(up.connection, who)
        asking = Asking(reader=_NOBODY, minutes=self._minutes)
        self._free: Final = {each: one.free_minutes or 0 for each, one in self.people.items()}
        self._able: Final = {each for each, one in self.people.items() if first_objection(one, asking) is None}
        in_force = {each: budgets.get(each, Budget()).setting_on(today) for each in self._able}
        self._offered: Final = {each: found.minutes if found else 0 for each, found in in_force.items()}
        self._asked: Final = asks.minutes_asked(up.connection, snapshot.at - since)
        self._for_experts = expert_minutes(up.connection, snapshot) or 0

    def any(self) -> bool:
        return any(self._has(each, role) for role, held in self.holding.items() for each in held)

    def mask(self, people: Sequence[MemberId], role: NetworkRole) -> Mask:
        held = self.holding[role]
        return np.array([each in held and self._has(each, role) for each in people], dtype=np.bool_)

    def has(self, coach: MemberId) -> bool:
        return coach in self._able and self._free[coach] >= self._minutes

    def _has(self, coach: MemberId, role: NetworkRole) -> bool:
        return self.has(coach) and (role is not NetworkRole.EXPERT or self.for_experts())

    def for_experts(self) -> bool:
        return self._for_experts >= self._minutes

    def able(self, coach: MemberId, fit: float, *, shown: bool) -> Able:
        offered = self._offered[coach]
        load = min(1.0, 1 - self._free[coach] / offered) if offered else 1.0
        return Able(coach=coach, fit=fit, shown=shown, asked=self._asked.get(coach, 0), load=load)

    def promise(self, coach: MemberId, *, expert: bool) -> None:
        self._free[coach] -= self._minutes
        self._asked[coach] = self._asked.get(coach, 0) + self._minutes
        if expert:
            self._for_experts -= self._minutes


class Table:
    """Who waits, who has room, and who fits whom, at one position."""

    def __init__(
        self, up: KeptUp, snapshot: LiveSnapshot, room: Room, coaches: Coaches, refused: Collection[Pair]
    ) -> None:
        self.room: Final = room
        self._refused: Final = refused
        self._policy: Final[CoachingPolicy] = snapshot.policy.coaching
        self._seekers: Final = People(snapshot.people)
        self._waiting: Final = coaching_work.waiting_for_coach(up.connection)
        cases = [each.coaching for each in self._waiting]
        self._fits: Final[Fits] = coaches.fits(up.connection, up.position, snapshot.policy, cases)
        offers = coaching_work.open_offers(up.connection)
        self._asking: Final = {each.seeker for each in offers if not each.engaged}
        self._masks: Final = {role: room.mask(self._fits.people, role) for role in room.holding}

    def matches(self) -> Iterator[tuple[Queued, MemberId]]:
        """The oldest first; whoever takes one records it before the next is looked for."""
        return matches(self._in_order(), self._asking, self._able, self._policy)

    def _in_order(self) -> Iterator[Queued]:
        """As long as anybody has room."""
        for start in range(0, len(self._waiting), _AT_ONCE):
            part = self._waiting[start : start + _AT_ONCE]
            self._seekers.look_up({each.seeker for each in part if len(self._near(each))})
            for each in part:
                if not any(mask.any() for mask in self._masks.values()):
                    return
                yield each

    def _near(self, case: Queued) -> Sequence[int]:
        """The places of those who have room and fit well enough."""
        row = self._fits.of.get(case.coaching)
        if row is None:
            return []
        found: list[int] = np.flatnonzero((row >= self._policy.fit_floor) & self._masks[_role(case)]).tolist()
        return found

    def _able(self, case: Queued) -> list[Able]:
        """Those whom no hard rule keeps from it, who did not let it pass, and whom it was not refused of just now."""
        near = self._near(case)
        seeker = self._seekers.get(case.seeker) if near else None
        if seeker is None or not seeker.present:
            return []
        row, firm = self._fits.of[case.coaching], self._fits.firm[case.coaching] >= self._policy.fit_floor
        found = [(place, self._fits.people[place]) for place in near]
        asking = Asking(reader=seeker, minutes=self._policy.session_minutes)
        return [
            self.room.able(coach, float(row[place]), shown=bool(firm[place]))
            for place, coach in found
            if self._still(place, coach, case)
            and coach not in case.asked
            and (case.coaching, coach) not in self._refused
            and first_objection(self.room.people[coach], asking) is None
        ]

    def _still(self, place: int, coach: MemberId, case: Queued) -> bool:
        """Whether they have room after what was promised just now; if not, they are not looked at again."""
        if not self.room.has(coach):
            for mask in self._masks.values():
                mask[place] = False
            return False
        if _role(case) is NetworkRole.EXPERT and not self.room.for_experts():
            self._masks[NetworkRole.EXPERT][:] = False
            return False
        return True


def _role(case: Queued) -> NetworkRole:
    return NetworkRole.EXPERT if case.disposition is Disposition.EXPERT_ENGAGED else NetworkRole.COACH
