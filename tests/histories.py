"""Histories made by the real deciders, in memory: told step by step, or drawn at random."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from itertools import chain, groupby
from random import Random
from typing import Any, get_args

from hypothesis import strategies as st
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import FieldInfo, fields

from domain import challenges as ch
from domain import introductions as it
from domain import members as mb
from domain import networks as nw
from domain import recommendations as rec
from domain import resources as res
from domain import sites as si
from domain.budgets import SetTimeBudget
from domain.calendar import Term
from domain.catalogue import CATALOGUE
from domain.eligibility import Mode
from domain.kernel import Command, Decider, Envelope, Recorded
from domain.plans import DECIDERS, AnyCommand, steps
from domain.policies import MatchingPolicy, hash_of
from domain.refusals import Refused
from domain.vocabulary import OPERATOR, Level, PeriodKind, SiteKind
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

    def __call__(self, decider: Decider[Any, Any, Any], stream: str) -> Any:
        return self.states.get(stream, decider.initial)

    def knows(self, stream: str) -> bool:
        return stream in self.states


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
        self._commands += 1
        return tuple(self._record(stream, event, speaker) for stream, event in decided)

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
    if isinstance(command, mb.GrantNetworkRole):
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


_TEXTS = ("", "We lack desks.", "Readers who stall in grade 3", "one\ntwo", "Ｗörter für “alle”")
_POLICIES = (MatchingPolicy(floor=0.0), MatchingPolicy(list_length=7))
_MEMBERS = (ADA, BEN, CLEO, DEV, EVE)
_CHALLENGES = (DESKS, READING, BUSES)
_CHOICES: dict[str, Sequence[Any]] = {
    "answer": [f"answer-{each:08x}" for each in range(12)],
    "at": [NOON + days * DAY for days in range(40)],
    "author contact contributor endorser helper introduced_by invited_by member": _MEMBERS,
    "other reader seeker to": _MEMBERS,
    "candidate": (BEN, CLEO, GUIDE, READING),
    "category experience_years grades locale place site_type state name": ("", "rural", "K–5"),
    "challenge into": _CHALLENGES,
    "cohort zone": ("Europe/Berlin", "UTC"),
    "description note text topics": _TEXTS,
    "enrolment": (0, 312),
    "holidays": ((), (date(2024, 9, 3), date(2024, 9, 4))),
    "introduction": [f"introduction-{each:08x}" for each in range(8)],
    "kind": ("", "guide"),
    "minutes": (1, 20, 45),
    "network": (NET,),
    "parent": (DISTRICT, STATE),
    "policy": _POLICIES,
    "policy_hash": (*map(hash_of, _POLICIES), "unheard of"),
    "reason rule statement": ("done", "a first try", "in parts"),
    "recommendation": [
        rec.list_id(reader, need, kind, Mode.ANY)
        for reader in (ADA, BEN)
        for need in _CHALLENGES
        for kind in (rec.ListKind.PEERS, rec.ListKind.EXPERTS)
    ],
    "resource": (GUIDE, VIDEO),
    "same_as": (DEV, "member-000000ee"),
    "since until": (date(2024, 8, 1), date(2025, 7, 31)),
    "site": (SCHOOL, DISTRICT, STATE, "site-00000004"),
    "stars": range(1, 6),
    "subject": (ADA, BEN),
    "terms": ((), (Term(name="autumn", first=date(2024, 8, 26), last=date(2024, 12, 20)),)),
    "title topic": ("Phonics", "School buses", "Attendance"),
    "url": ("", "https://example.org/guide"),
}
_BY_NAME = {name: choices for names, choices in _CHOICES.items() for name in names.split()}
_SELDOM = (  # what ends things, so that something comes of the others
    mb.LeaveNetwork,
    mb.PauseMember,
    mb.MuteMember,
    mb.DeclareConflict,
    mb.LinkIdentity,
    mb.ChooseEngagementLevel,
    ch.ResolveChallenge,
    ch.SetChallengeAside,
    ch.MergeChallenges,
    res.RetireResource,
    it.DeclineIntroduction,
    it.ExpireIntroduction,
    rec.ExpireRecommendation,
)
_COMMANDS = [each for each in get_args(AnyCommand) for _ in range(1 if each in _SELDOM else 4)]
_WAITS = (*(timedelta(minutes=5),) * 12, timedelta(hours=7), DAY, 5 * DAY)


def wish(chance: Random) -> Command:
    """Some command or other, well formed but perhaps out of place."""
    command = chance.choice(_COMMANDS)
    if command is rec.IssueRecommendations:
        return _issue(chance)
    return command(**{field.name: _value(field, chance) for field in fields(command)})


def _value(field: FieldInfo, chance: Random) -> Any:
    if field.default is None and chance.random() < 0.3:
        return None
    if isinstance(field.type, type) and issubclass(field.type, Enum):
        return chance.choice(list(field.type))
    return chance.choice(_BY_NAME[field.name])


def _issue(chance: Random) -> rec.IssueRecommendations:
    plain = {str: "some", int: chance.randrange(9), float: 0.5}
    inputs = rec.Inputs(**{each.name: plain[each.type] for each in fields(rec.Inputs)})
    listed = chance.sample(_BY_NAME["candidate"], chance.randrange(4))
    reader, need = chance.choice((ADA, BEN)), chance.choice(_CHALLENGES)
    kind = chance.choice((rec.ListKind.PEERS, rec.ListKind.EXPERTS))
    return rec.IssueRecommendations(
        recommendation=rec.list_id(reader, need, kind, Mode.ANY),
        reader=reader,
        need=need,
        kind=kind,
        listing=rec.Listing(
            inputs=inputs,
            terms="{}",
            picks=tuple(rec.Pick(candidate=each, score=0.5, parts={"meaning": 0.5}, reasons=()) for each in listed),
        ),
    )


def _help(chance: Random) -> list[Command]:
    """One member helps another, unless some step is left out."""
    call = chance.choice(_BY_NAME["introduction"])
    seeker, helper = chance.sample(_MEMBERS, 2)
    told = {"introduction": call, "note": chance.choice(_TEXTS)}
    story = [
        it.OfferIntroduction(introduction=call, seeker=seeker, helper=helper, minutes=5),
        it.ConsentToIntroduction(introduction=call, member=seeker),
        it.ConsentToIntroduction(introduction=call, member=helper),
        it.RecordMeeting(introduction=call, minutes=chance.choice((5, 9)), at=NOON),
        it.ReportHelp(member=helper, **told),
        it.ConfirmHelp(member=seeker, **told),
        it.FormPartnership(introduction=call),
        it.DisputeHelp(member=seeker, **told),
    ]
    return [each for each in story if chance.random() < 0.9]


def random_history(seed: int, wishes: int, gap: int = 0) -> History:
    """Anything may be asked; what the deciders refuse leaves no trace."""
    chance = Random(seed)  # noqa: S311 - no secret
    history = begun(gap=gap)
    for member in (BEN, CLEO):
        history.do(mb.ChooseEngagementLevel(member=member, level=Level.PARTNER))
        history.do(SetTimeBudget(member=member, minutes=90, period=PeriodKind.WEEK))
    for command in chain.from_iterable(_wishes(chance) for _ in range(wishes)):
        history.now += chance.choice(_WAITS)
        history.attempt(command, chance.choice((ADA, None)) if chance.random() < 0.1 else named_in(command))
    return history


def _wishes(chance: Random) -> list[Command]:
    return _help(chance) if chance.random() < 0.1 else [wish(chance)]


def histories() -> st.SearchStrategy[History]:
    return st.builds(random_history, st.integers(0, 2**32), st.sampled_from((1, 60, 600)), st.integers(0, 2))
