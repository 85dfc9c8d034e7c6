"""Histories drawn at random: anything may be asked, and the real deciders decide."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from enum import Enum
from itertools import chain
from random import Random
from typing import Any, TypeAlias, get_args

from hypothesis import strategies as st
from msgspec.structs import FieldInfo, fields

from domain import challenges as ch
from domain import introductions as it
from domain import members as mb
from domain import recommendations as rec
from domain import resources as res
from domain.access import access_of
from domain.audit import audit_of
from domain.budgets import SetTimeBudget
from domain.calendar import Term
from domain.coaching import commands as co
from domain.eligibility import Mode
from domain.erasure import EraseMember, LiftLegalHold, PlaceLegalHold
from domain.kernel import Command
from domain.plans import AnyCommand
from domain.policies import MatchingPolicy, hash_of
from domain.vocabulary import OPERATOR, Disposition, Level, NetworkRole, PeriodKind, Tier, Urgency
from tests.domain.cases import SUGGESTION, passed_over
from tests.histories import (
    ADA,
    BEN,
    BUSES,
    CLEO,
    DAY,
    DESKS,
    DEV,
    DISTRICT,
    EVE,
    GUIDE,
    NET,
    NOON,
    READING,
    SCHOOL,
    STATE,
    VIDEO,
    History,
    begun,
    named_in,
)

_TEXTS = ("", "We lack desks.", "Readers who stall in grade 3", "one\ntwo", "Ｗörter für “alle”")
_POLICIES = (MatchingPolicy(floor=0.0), MatchingPolicy(list_length=7))
_MEMBERS = (ADA, BEN, CLEO, DEV, EVE)
_CHALLENGES = (DESKS, READING, BUSES)
_CHOICES: dict[str, Sequence[Any]] = {
    "answer": [f"answer-{each:08x}" for each in range(12)],
    "about would_help tried": ("", "calls home"),
    "at": [NOON + days * DAY for days in range(40)],
    "away joins": (True, False),
    "coach noticed_by": _MEMBERS,
    "coaching reopens": [f"coaching-{each:08x}" for each in range(5)],
    "due": (date(2024, 10, 1),),
    "feedback": (co.Feedback(helpful=True, plan_changed=True, tie_confirmed=True),),
    "author contact contributor endorser helper member": _MEMBERS,
    "offer": [f"offer-{each:08x}" for each in range(40)],
    "opens closes": (time(7, 30), time(15)),
    "other reader seeker to": _MEMBERS,
    "passed_over": ((), *(passed_over(rung) for rung in Disposition)),
    "question": ("Which calls?",),
    "response": ("response-00000001", "response-00000002"),
    "sent": ((), (GUIDE,), (BEN,)),
    "session": [f"session-{each:08x}" for each in range(40)],
    "step": ("step-00000001", "step-00000002"),
    "suggestion": (SUGGESTION,),
    "candidate": (BEN, CLEO, GUIDE, READING),
    "category experience_years grades locale place site_type state name": ("", "rural", "K–5"),
    "challenge into subject": _CHALLENGES,
    "cohort zone": ("Europe/Berlin", "UTC"),
    "description goal note text topics": _TEXTS,
    "enrolment": (0, 312),
    "holidays": ((), (date(2024, 9, 3), date(2024, 9, 4))),
    "introduction": [f"introduction-{each:08x}" for each in range(8)],
    "kind": ("", "guide"),
    "minutes": (1, 20, 45),
    "network": (NET,),
    "parent": (DISTRICT, STATE),
    "policy": _POLICIES,
    "policy_hash": (*map(hash_of, _POLICIES), "unheard of"),
    "reason statement": ("done", "a first try", "in parts"),
    "recommendation": [
        rec.list_id(reader, need, kind, Mode.ANY)
        for reader in (ADA, BEN)
        for need in _CHALLENGES
        for kind in (rec.ListKind.PEERS, rec.ListKind.EXPERTS)
    ],
    "resource": (GUIDE, VIDEO),
    "same_as": (ADA, BEN, CLEO, DEV, "member-000000ee"),
    "access": tuple(access_of(who, NET) for who in (ADA, OPERATOR)),
    "audit": (audit_of(NET),),
    "by viewer": (ADA, OPERATOR),
    "digest form key root what": ("some",),
    "export": ("export-00000001", "export-00000002"),
    "members subjects named": ((), (BEN,), (ADA, CLEO)),
    "position": range(1, 60),
    "read": [f"read-{each:08x}" for each in range(9)],
    "records size": (1, 20, 300),
    "urgency": tuple(Urgency),
    "since until": (date(2024, 8, 1), date(2025, 7, 31)),
    "site": (SCHOOL, DISTRICT, STATE, "site-00000004"),
    "stars": range(1, 6),
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
    co.WithdrawRequest,
    co.ReferOut,
    co.DeferRequest,
    co.DeclineRequest,
    co.ResolveRequest,
    rec.ExpireRecommendation,
    EraseMember,
    PlaceLegalHold,
    LiftLegalHold,
)
_COMMANDS = [each for each in get_args(AnyCommand) for _ in range(1 if each in _SELDOM else 4)]
_WAITS = (*(timedelta(minutes=5),) * 12, timedelta(hours=7), DAY, 5 * DAY)


Wish: TypeAlias = tuple[Command, str | None]  # with who says it


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
    plain = {str: "some", int: chance.randrange(9), float: 0.5, tuple[float, float]: (0.5, 0.5)}
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


def _coached(chance: Random) -> list[Wish]:
    """One member coaches another, unless some step is left out."""
    seeker, coach = chance.sample(_MEMBERS, 2)
    case = {"coaching": chance.choice(_BY_NAME["coaching"])}
    offer, session = chance.choice(_BY_NAME["offer"]), chance.choice(_BY_NAME["session"])
    why = passed_over(Disposition.COACH_ASSIGNED)
    decided = {"tier": Tier.INTENSIVE, "disposition": Disposition.COACH_ASSIGNED, "reason": "so", "passed_over": why}
    said = {"feedback": chance.choice((None, co.Feedback(helpful=True, plan_changed=False, tie_confirmed=True)))}
    story: list[Wish] = [
        (co.DraftRequest(seeker=seeker, title="Calls home", text=chance.choice(_TEXTS), **case), seeker),
        (co.SubmitRequest(**case), seeker),
        (co.AskClarification(question="Which calls?", **case), None),
        (co.ClarifyRequest(text="In the morning.", **case), seeker),
        (co.TriageRequest(**case, **decided), None),
        (co.OfferCoach(offer=offer, coach=coach, minutes=5, **case), None),
        (co.AcceptOffer(member=coach, **case), coach),
        (co.OpenEngagement(goal="two calls a week", until=date(2025, 7, 31), **case), seeker),
        (co.HoldSession(session=session, at=chance.choice(_BY_NAME["at"]), minutes=9, **case), coach),
        (co.LogSession(session=session, member=seeker, text="We listened.", **case), seeker),
        (co.CloseEngagement(**case, **said), seeker),
    ]
    return [each for each in story if chance.random() < 0.95]


def random_history(seed: int, wishes: int, gap: int = 0) -> History:
    """Anything may be asked; what the deciders refuse leaves no trace."""
    chance = Random(seed)  # noqa: S311 - no secret
    history = begun(gap=gap)
    for member in (BEN, CLEO):
        history.do(mb.ChooseEngagementLevel(member=member, level=Level.PARTNER))
        history.do(SetTimeBudget(member=member, minutes=90, period=PeriodKind.WEEK))
        history.do(mb.GrantNetworkRole(member=member, role=NetworkRole.COACH))
    for command, by in chain.from_iterable(_wishes(chance) for _ in range(wishes)):
        history.now += chance.choice(_WAITS)
        history.attempt(command, chance.choice((ADA, None)) if chance.random() < 0.1 else by)
    return history


def _wishes(chance: Random) -> list[Wish]:
    told = chance.random()
    if told < 0.05:
        return _coached(chance)
    return [(each, named_in(each)) for each in (_help(chance) if told < 0.15 else [wish(chance)])]


def histories() -> st.SearchStrategy[History]:
    return st.builds(random_history, st.integers(0, 2**32), st.sampled_from((1, 60, 600)), st.integers(0, 2))
