"""Histories made by the real deciders, in memory: told step by step."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from domain import members as mb
from domain import networks as nw
from domain import sites as si
from domain.catalogue import CATALOGUE
from domain.kernel import STREAM, Command, Decider, Envelope, Recorded, owners_of
from domain.plans import DECIDERS, steps
from domain.refusals import Refused, Unknown
from domain.vocabulary import OPERATOR, SiteKind
from engine.event_store import Addition, EventStore, Origin

NET = "network-00000001"
ADA, BEN, CLEO, DEV, EVE = (f"member-0000000{each}" for each in "abcde")
SCHOOL, DISTRICT, STATE = (f"site-0000000{each}" for each in "123")
DESKS, READING, BUSES = (f"challenge-0000000{each}" for each in "123")
GUIDE, VIDEO = (f"resource-0000000{each}" for each in "12")
CALL, VISIT, CHAT = (f"introduction-0000000{each}" for each in "123")
NOON = datetime(2024, 9, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class Looking(Struct):
    """What a decision may know: the history so far."""

    at: datetime
    network: str
    speaker: str
    states: dict[str, Any]
    actor: str = OPERATOR

    def __call__(self, decider: Decider[Any, Any, Any], stream: str) -> Any:
        return self.states.get(stream, decider.initial)

    def knows(self, stream: str) -> bool:
        return stream in self.states

    def installed(self, numerics: str) -> bool:
        return numerics == "plain"


class History:
    """One network's log as it grows. Positions may have gaps, as they do where several networks share a log."""

    def __init__(self, network: str = NET, *, gap: int = 0) -> None:
        self.network = network
        self.recorded: list[Recorded] = []
        self.now = NOON
        self._gap = gap
        self._states: dict[str, Any] = {}
        self._versions: dict[str, int] = {}
        self._commands = 0

    def do(
        self, *commands: Command, by: str | UnsetType | None = UNSET, at: datetime | None = None
    ) -> tuple[Recorded, ...]:
        """Carry commands out, each for the member it names unless `by` says otherwise; gives the last one's events."""
        done: tuple[Recorded, ...] = ()
        for command in commands:
            self.now = at or self.now + timedelta(minutes=1)
            done = self._carry_out(command, named_in(command) if by is UNSET else by)
        return done

    def attempt(self, command: Command, by: str | None) -> None:
        """Carry a command out; a refusal changes nothing."""
        try:
            self.do(command, by=by)
        except Refused:
            return

    def _carry_out(self, command: Command, speaker: str | None) -> tuple[Recorded, ...]:
        looking = Looking(self.now, self.network, speaker or OPERATOR, self._states)
        decided = [
            (step.stream, event)
            for step in steps(command, looking)
            for event in step.decider.decide(step.command, looking(step.decider, step.stream), looking)
        ]
        for stream, event in decided:
            self._seal(stream, event)
        self._commands += 1
        return tuple(self._record(stream, event, speaker) for stream, event in decided)

    def _seal(self, stream: str, event: Any) -> None:
        """Refused as the store refuses it: no key is left for a text that belongs to who was erased."""
        for field, owner in owners_of(type(event)).items():
            whose = stream if owner == STREAM else getattr(event, owner)
            if getattr(event, field) and isinstance(self._states.get(whose), mb.Erased):
                raise Unknown("this owner was erased", field=whose)

    def _record(self, stream: str, event: Any, speaker: str | None) -> Recorded:
        decider = DECIDERS[stream.partition("-")[0]]
        self._states[stream] = decider.evolve(self._states.get(stream, decider.initial), event)
        self._versions[stream] = self._versions.get(stream, 0) + 1
        command = f"command-{self._commands:08x}"
        recorded = Recorded(
            network=self.network,
            stream=stream,
            version=self._versions[stream],
            position=self.head() + 1 + self._gap,
            recorded_at=max(self.now, self.recorded[-1].recorded_at) if self.recorded else self.now,
            envelope=Envelope(
                occurred_at=self.now,
                actor=OPERATOR,
                on_behalf_of=speaker,
                command=command,
                causation=command,
                correlation=command,
                confidentiality=CATALOGUE.confidentiality_of(event),
            ),
            event=event,
        )
        self.recorded.append(recorded)
        return recorded

    def facts(self, speaker: str = OPERATOR) -> Looking:
        """What a decision would know now."""
        return Looking(self.now, self.network, speaker, self._states)

    def head(self) -> int:
        return self.recorded[-1].position if self.recorded else 0

    def page(
        self, after: int, *, limit: int = 2000, network: str | None = None, until: int | None = None
    ) -> Sequence[Recorded]:
        """A history can be followed like a log."""
        wanted = [
            each
            for each in self.recorded
            if each.position > after
            and (until is None or each.position <= until)
            and (network is None or each.network == network)
        ]
        return wanted[:limit]


_SPEAKERS = ("endorser", "contact", "contributor", "author", "reader", "member", "seeker")


def named_in(command: Command) -> str | None:
    """The member whose word a command is; None where the operator gives it."""
    if isinstance(command, mb.GrantNetworkRole | mb.InviteMember):
        return None
    named = next((getattr(command, field) for field in _SPEAKERS if hasattr(command, field)), "")
    return named if named.startswith("member-") else None


def copy_into(store: EventStore, recorded: Iterable[Recorded]) -> None:
    """Append a history to a real store, save by save."""
    for (network, _), group in groupby(recorded, key=lambda each: (each.network, each.envelope.command)):
        events = list(group)
        first = events[0].envelope
        streams = dict.fromkeys(each.stream for each in events)
        additions = [_addition([each for each in events if each.stream == stream]) for stream in streams]
        origin = Origin(
            actor=first.actor,
            command=first.command,
            causation=first.causation,
            correlation=first.correlation,
            digest=first.command.encode(),
        )
        store.append(network, additions, origin=origin)


def _addition(events: Sequence[Recorded]) -> Addition:
    return Addition(
        stream=events[0].stream,
        after=events[0].version - 1,
        events=tuple(each.event for each in events),
        occurred_at=events[0].envelope.occurred_at,
        on_behalf_of=events[0].envelope.on_behalf_of,
    )


def begun(**options: int) -> History:
    """A chartered network with three sites, and four members who have joined."""
    history = History(**options)
    history.do(
        nw.CharterNetwork(network=NET, name="Rural Literacy", zone="America/New_York"),
        si.RegisterSite(site=STATE, kind=SiteKind.STATE, name="Maine"),
        si.RegisterSite(site=DISTRICT, kind=SiteKind.DISTRICT, name="North", parent=STATE),
        si.RegisterSite(site=SCHOOL, kind=SiteKind.SCHOOL, name="Hill", parent=DISTRICT),
        *(mb.JoinNetwork(member=each, name=f"Name of {each}") for each in (ADA, BEN, CLEO, DEV)),
    )
    return history
