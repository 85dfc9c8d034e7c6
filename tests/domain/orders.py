"""Random things that people may say: every command there is, over a few ids so that they meet."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from enum import Enum
from random import Random
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from msgspec import Struct

from domain.access import access_of
from domain.audit import audit_of
from domain.budgets import SetTimeBudget
from domain.calendar import SchoolCalendar, Term
from domain.challenges import AnswerChallenge, PostChallenge
from domain.coaching.commands import Feedback, Suggestion
from domain.eligibility import Mode
from domain.introductions import ConsentToIntroduction, IntroductionCommand, OfferIntroduction
from domain.kernel import Command, Event
from domain.members import (
    ChooseEngagementLevel,
    DeclareConflict,
    EndConflict,
    JoinNetwork,
    LeaveNetwork,
    LinkIdentity,
    MuteMember,
    UnmuteMember,
)
from domain.plans import AnyCommand
from domain.policies import MatchingPolicy, hash_of
from domain.recommendations import (
    Inputs,
    IssueRecommendations,
    Listing,
    ListKind,
    NearMiss,
    Pick,
    RecommendationCommand,
    list_id,
)
from domain.resources import ShareResource
from domain.sites import RegisterSite
from domain.vocabulary import OPERATOR, Disposition, MemberId, SiteKind, StreamId
from tests.domain.cases import CASE, FEEDBACK, OTHER_CASE, SUGGESTION, passed_over
from tests.domain.scenario import (
    ADA,
    BEN,
    CHALLENGE,
    CLEO,
    DAN,
    DISTRICT,
    INTRODUCTION,
    NET,
    NOON,
    OTHER_CHALLENGE,
    OTHER_INTRODUCTION,
    OTHER_SCHOOL,
    RESOURCE,
    SCHOOL,
    Said,
    by,
    founded,
    offers_time,
)
from tests.domain.test_recommendations import inputs

EVE: Final = "member-eeeeeeee"  # not there yet
ELSEWHERE: Final = "member-ffffffff"  # in another network
MEMBERS: Final = (ADA, BEN, CLEO, DAN, EVE)
TERMS: Final = (
    (),
    (
        Term(name="autumn", first=date(2025, 8, 25), last=date(2025, 9, 26)),
        Term(name="late autumn", first=date(2025, 10, 6), last=date(2025, 12, 19)),
    ),
)
HOLIDAYS: Final = ((), (date(2025, 9, 4), date(2025, 9, 8)))
POLICIES: Final = (MatchingPolicy(), MatchingPolicy(introduction_minutes=15, offer_school_days=1))
WORDS: Final = ("reading", "fractions", "pairs help")

_POOLS: Final[dict[str, tuple[str, ...]]] = {
    "network": (NET,),
    "zone": ("UTC", "America/New_York", "Mars/Olympus"),
    "policy_hash": (*map(hash_of, POLICIES), "unknown"),
    "site": (SCHOOL, OTHER_SCHOOL, DISTRICT),
    "parent": (DISTRICT, SCHOOL),
    "same_as": (ADA, BEN, CLEO, DAN, ELSEWHERE),
    "contributor": (*MEMBERS, NET),
    "challenge": (CHALLENGE, OTHER_CHALLENGE),
    "subject": (CHALLENGE, OTHER_CHALLENGE),
    "into": (CHALLENGE, OTHER_CHALLENGE),
    "need": (CHALLENGE, ADA),
    "resource": (RESOURCE, "resource-00000002"),
    "introduction": (INTRODUCTION, OTHER_INTRODUCTION, *(f"introduction-{n:08x}" for n in range(3, 12))),
    "reservation": (INTRODUCTION, OTHER_INTRODUCTION),
    "coaching": (CASE, OTHER_CASE),
    "reopens": (CASE, OTHER_CASE),
    "offer": ("offer-00000001", "offer-00000002", "offer-00000003"),
    "session": ("session-00000001", "session-00000002", "introduction-00000001"),
    "source": ("session-00000001", INTRODUCTION),
    "step": ("step-00000001", "step-00000002"),
    "response": ("response-00000001", "response-00000002"),
    "encoder": ("minilm",),
    "recommendation": tuple(list_id(who, CHALLENGE, ListKind.PEERS, Mode.ANY) for who in (ADA, BEN)),
    "answer": ("answer-00000001", "answer-00000002"),
    "url": ("", "https://example.org/log"),
    "access": tuple(access_of(who, NET) for who in (ADA, BEN, OPERATOR)),
    "read": ("read-00000001", "read-00000002"),
    "viewer": (ADA, BEN, OPERATOR),
    "audit": (audit_of(NET),),
    "export": ("export-00000001", "export-00000002"),
}
_MEMBER_FIELDS: Final = {"member", "author", "to", "invited_by", "introduced_by", "endorser", "other", "contact"}
_MEMBER_FIELDS |= {"seeker", "helper", "reader", "candidate", "coach", "noticed_by", "offered_by", "giver"}


def drawn(kind: type[Struct], chance: Random) -> Any:
    """Any instance of a command or event, over the pools."""
    hints = get_type_hints(kind)
    return kind(**{field: _value(field, hints[field], chance) for field in kind.__struct_fields__})


def _value(field: str, hint: Any, chance: Random) -> Any:
    if get_origin(hint) in (UnionType, Union):
        hint = chance.choice(get_args(hint))
    if hint is NoneType:
        return None
    if isinstance(hint, type) and issubclass(hint, Enum):
        return chance.choice(list(hint))
    if hint is str:
        return chance.choice(MEMBERS if field in _MEMBER_FIELDS else _POOLS.get(field, WORDS))
    return chance.choice(_FIELDS[field] if field in _FIELDS else _TYPES[hint])


def _listing(*candidates: MemberId) -> Listing:
    picks = tuple(Pick(candidate=each, score=0.5, parts={"words": 0.5}, reasons=()) for each in candidates)
    return Listing(inputs=inputs(), terms="{}", picks=picks)


_FIELDS: Final[dict[str, Sequence[Any]]] = {
    "terms": TERMS,
    "holidays": HOLIDAYS,
    "minutes": (1, 15, 30, 60, 90),
    "stars": range(1, 6),
    "picks": ((), _listing(BEN, CLEO).picks),
    "passed_over": tuple(passed_over(rung) for rung in Disposition),
    "sent": ((), (RESOURCE,), (BEN,)),
    "ladder": ((),),
    "similar": ((),),
    "subjects": ((), (CASE,)),
    "members": ((), (ADA, BEN)),
    "named": ((), (CHALLENGE,)),
    "near_misses": ((), (NearMiss(candidate=DAN, score=0.4, rule="unavailable"),)),
}
_INSTANTS: Final = [NOON + timedelta(hours=hours) for hours in range(24 * 30)]
_TYPES: Final[dict[Any, Sequence[Any]]] = {
    int: range(900),
    bool: (True, False),
    time: (time(7, 30), time(8), time(16)),
    Suggestion: (SUGGESTION,),
    Feedback: (FEEDBACK,),
    date: [date(2025, 8, 20) + timedelta(days=days) for days in range(60)],
    datetime: _INSTANTS,
    MatchingPolicy: POLICIES,
    SchoolCalendar: [SchoolCalendar(terms=terms, holidays=HOLIDAYS[1]) for terms in TERMS],
    Listing: (_listing(BEN), _listing(BEN, CLEO), _listing(DAN)),
    Inputs: (inputs(),),
}


def order(command: Command, chance: Random) -> Said:
    """Often said by one whom the command names, else by the operator or anybody."""
    named = sorted({who for field in command.__struct_fields__ if (who := getattr(command, field)) in MEMBERS})
    likely = [*named, *named, *named, OPERATOR, OPERATOR, chance.choice(MEMBERS)]
    return Said(command, chance.choice(likely), chance.choice(_INSTANTS))


def settled() -> list[Said]:
    """A network with something in every kind of stream."""
    listed: StreamId = list_id(ADA, CHALLENGE, ListKind.PEERS, Mode.ANY)
    issue = IssueRecommendations(
        recommendation=listed, reader=ADA, need=CHALLENGE, kind=ListKind.PEERS, listing=_listing(BEN, CLEO)
    )
    return [
        *founded(),
        *(said for who in (ADA, BEN, CLEO) for said in offers_time(who)),
        Said(RegisterSite(site=DISTRICT, kind=SiteKind.DISTRICT, name="River District")),
        Said(PostChallenge(challenge=CHALLENGE, author=ADA, title="Reluctant readers")),
        Said(AnswerChallenge(challenge=CHALLENGE, answer="answer-00000001", member=BEN, text="Try pairs.")),
        Said(ShareResource(resource=RESOURCE, contributor=BEN, title="Reading log")),
        Said(issue),
        by(ADA, OfferIntroduction(introduction=INTRODUCTION, seeker=ADA, helper=BEN)),
        by(BEN, ConsentToIntroduction(introduction=INTRODUCTION, member=BEN)),
        by(CLEO, OfferIntroduction(introduction=OTHER_INTRODUCTION, seeker=CLEO, helper=BEN)),
    ]


_EVERYTHING: Final = get_args(AnyCommand)
_OFTEN: Final = (*get_args(IntroductionCommand), *get_args(RecommendationCommand), SetTimeBudget, JoinNetwork)
_RELATIONS: Final = (DeclareConflict, EndConflict, MuteMember, UnmuteMember, ChooseEngagementLevel, SetTimeBudget)


_KINDS: Final = (*_EVERYTHING, *_OFTEN, *_OFTEN)
_MATCHING: Final = (  # where people are brought together often, and stand in each other's way
    *(OfferIntroduction,) * 9,
    *(ConsentToIntroduction,) * 6,
    *_RELATIONS * 2,
    *(LinkIdentity, LeaveNetwork, JoinNetwork),
)


def history(seed: int, length: int, begun: bool) -> list[Said]:  # noqa: FBT001 - drawn
    """Anything, at the beginning of a network or in the midst; a shorter one is the beginning of a longer one."""
    return _told(seed, length, settled() if begun else founded(), _KINDS)


def matching(seed: int, length: int, begun: bool) -> list[Said]:  # noqa: FBT001 - drawn
    return _told(seed, length, settled() if begun else founded(), _MATCHING)


def _told(seed: int, length: int, founding: Sequence[Said], kinds: Sequence[type[Command]]) -> list[Said]:
    chance = Random(seed)  # noqa: S311 - play
    return [*founding, *(order(drawn(chance.choice(kinds), chance), chance) for _ in range(length))]


seeds: Final = st.integers(0, 2**32)
histories: Final = st.builds(history, seeds, st.integers(0, 300), st.booleans())
matchings: Final = st.builds(matching, seeds, st.integers(0, 300), st.booleans())


def happenings(seed: int, length: int, kinds: Sequence[type[Event]]) -> list[Event]:
    chance = Random(seed)  # noqa: S311 - play
    return [drawn(chance.choice(kinds), chance) for _ in range(length)]
