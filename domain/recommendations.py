"""Recommendations: ranked lists issued to one reader for one need, and what the reader did with them."""

from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Final, TypeAlias

from msgspec import Meta, Struct
from msgspec.structs import replace

from domain.eligibility import Mode
from domain.kernel import Command, Decider, Event, Facts, owned_by
from domain.members import only_by, present
from domain.refusals import IllegalMove, NotTheirs, Unknown
from domain.vocabulary import ENGINE, OPERATOR, Id, MemberId, OptionalText, StreamId


class ListKind(StrEnum):
    PEERS = "peers in the same boat"
    AHEAD = "peers one step ahead"
    EXPERTS = "experts"
    RESOURCES = "resources"
    CHALLENGES = "challenges I could help with"
    CONSULTANCY = "a consultancy I could convene"


class Reason(Struct, frozen=True, kw_only=True):
    """A pointer: evidence that existed then and that the reader may see, and the part of the score it explains."""

    says: str  # wrote about, answered, shared, claims, endorsed …
    evidence: str
    part: str
    value: float
    passage: tuple[int, int] | None = None  # characters of the evidence's text, from and to: what fits the need best …
    met: str | None = None  # … the evidence of the reader's own words that it meets …
    meets: tuple[int, int] | None = None  # … and there the characters from and to


class Pick(Struct, frozen=True, kw_only=True):
    """One recommended person, resource or challenge."""

    candidate: str
    score: float  # 0–1, comparable across needs
    parts: dict[str, float]
    reasons: tuple[Reason, ...]
    propensity: float = 1.0  # the chance with which this place was given


class NearMiss(Struct, frozen=True, kw_only=True):
    """An excluded candidate near the top, with the first binding rule as it is worded to the reader."""

    candidate: str
    score: float
    rule: str


class Inputs(Struct, frozen=True, kw_only=True):
    """All that is needed, besides the history, to derive a list again."""

    position: int
    policy_hash: str
    encoder: str
    seed: int
    items: int  # evidence in the corpus then
    words_share: float  # of the words in a score; the rest is the meaning's
    alike: float = 0.0  # mean cosine of the need with that evidence: what any piece would have scored
    edge: tuple[float, float] = (-1.0, 0.0)  # how near the farthest was that was looked at, in meaning and in words


class Listing(Struct, frozen=True, kw_only=True):
    """What was derived for one need."""

    inputs: Inputs
    terms: Annotated[str, Meta(max_length=1_000_000)]  # JSON: how many items hold each of the need's own terms
    picks: tuple[Pick, ...]
    near_misses: tuple[NearMiss, ...] = ()


class IssueRecommendations(Command, frozen=True, kw_only=True):
    recommendation: Id
    reader: Id
    need: Id  # a challenge, or the member for a need that lies in the person
    kind: ListKind
    mode: Mode = Mode.ANY
    listing: Listing


class ViewRecommendation(Command, frozen=True, kw_only=True):
    recommendation: Id
    reader: Id


class AcceptRecommendation(Command, frozen=True, kw_only=True):
    recommendation: Id
    reader: Id
    candidate: Id


class DismissRecommendation(Command, frozen=True, kw_only=True):
    recommendation: Id
    reader: Id
    candidate: Id
    reason: OptionalText = ""


class ExpireRecommendation(Command, frozen=True, kw_only=True):
    recommendation: Id


RecommendationCommand: TypeAlias = (
    IssueRecommendations | ViewRecommendation | AcceptRecommendation | DismissRecommendation | ExpireRecommendation
)


class RecommendationsIssued(Event, frozen=True, kw_only=True):
    reader: str
    need: str
    kind: ListKind
    mode: Mode
    inputs: Inputs
    terms: Annotated[str, owned_by("reader")]
    picks: tuple[Pick, ...]
    near_misses: tuple[NearMiss, ...] = ()


class RecommendationViewed(Event, frozen=True, kw_only=True):
    reader: str


class RecommendationAccepted(Event, frozen=True, kw_only=True):
    reader: str
    candidate: str


class RecommendationDismissed(Event, frozen=True, kw_only=True):
    reader: str
    candidate: str
    reason: Annotated[str, owned_by("reader")] = ""


class RecommendationExpired(Event, frozen=True, kw_only=True):
    reader: str


RecommendationEvent: TypeAlias = (
    RecommendationsIssued
    | RecommendationViewed
    | RecommendationAccepted
    | RecommendationDismissed
    | RecommendationExpired
)


class NotIssued(Struct, frozen=True):
    """No list of this id."""


class Issued(Struct, frozen=True, kw_only=True):
    latest: RecommendationsIssued
    viewed: bool = False
    accepted: frozenset[str] = frozenset()
    dismissed: frozenset[str] = frozenset()
    expired: bool = False


Recommendation: TypeAlias = NotIssued | Issued


def decide(command: RecommendationCommand, state: Recommendation, facts: Facts) -> tuple[RecommendationEvent, ...]:
    if isinstance(command, IssueRecommendations | ExpireRecommendation):
        _derived(facts)
    match command, state:
        case IssueRecommendations(), NotIssued():
            present(facts, command.reader, field="reader")
            return (issued_by(command),)
        case IssueRecommendations(), Issued(latest=latest):
            present(facts, command.reader, field="reader")
            if _question(issued_by(command)) != _question(latest):
                raise IllegalMove("a list of this id answers another need", field="recommendation")
            issued = issued_by(command)
            unchanged = same_outcome(issued, latest) and _quoted(issued) == _quoted(latest) and not state.expired
            return () if unchanged else (issued,)
        case ViewRecommendation(reader=reader), Issued(viewed=viewed):
            _of_reader(reader, state, facts)
            return () if viewed else (RecommendationViewed(reader=reader),)
        case AcceptRecommendation(reader=reader, candidate=candidate), Issued(accepted=accepted):
            _of_reader(reader, state, facts)
            if candidate in accepted:
                return ()
            _listed(candidate, state)
            return (RecommendationAccepted(reader=reader, candidate=candidate),)
        case DismissRecommendation(reader=reader, candidate=candidate, reason=reason), Issued(dismissed=gone):
            _of_reader(reader, state, facts)
            if candidate in gone:
                return ()
            _listed(candidate, state)
            return (RecommendationDismissed(reader=reader, candidate=candidate, reason=reason),)
        case ExpireRecommendation(), Issued(latest=latest, expired=expired):
            return () if expired else (RecommendationExpired(reader=latest.reader),)
        case _:
            raise Unknown("there is no such recommendation in this network", field="recommendation")


def evolve(state: Recommendation, event: RecommendationEvent) -> Recommendation:
    if isinstance(event, RecommendationsIssued):
        before = state if isinstance(state, Issued) else Issued(latest=event)
        return replace(before, latest=event, viewed=False, expired=False)
    return _evolve_issued(state, event) if isinstance(state, Issued) else state


def _evolve_issued(state: Issued, event: RecommendationEvent) -> Issued:
    match event:
        case RecommendationsIssued():
            return state
        case RecommendationViewed():
            return replace(state, viewed=True)
        case RecommendationAccepted(candidate=candidate):
            return replace(state, accepted=state.accepted | {candidate})
        case RecommendationDismissed(candidate=candidate):
            return replace(state, dismissed=state.dismissed | {candidate})
        case RecommendationExpired():
            return replace(state, expired=True)


RECOMMENDATION: Final = Decider[RecommendationCommand, Recommendation, RecommendationEvent](
    kind="recommendation", initial=NotIssued(), decide=decide, evolve=evolve
)


def list_id(reader: MemberId, need: StreamId, kind: ListKind, mode: Mode) -> StreamId:
    """The one stream that keeps a reader's list of this kind for this need."""
    return f"recommendation-{sha256(f'{reader}|{need}|{kind}|{mode}'.encode()).hexdigest()[:32]}"


def same_outcome(one: RecommendationsIssued, other: RecommendationsIssued) -> bool:
    """Whether a reader would see the same list: the same picks for the same reasons and policy."""
    return _outcome(one) == _outcome(other)


def _outcome(issued: RecommendationsIssued) -> object:
    picks = [(p.candidate, [(r.says, r.evidence, r.part) for r in p.reasons]) for p in issued.picks]
    misses = sorted((miss.candidate, miss.rule) for miss in issued.near_misses)
    return picks, misses, issued.inputs.policy_hash, issued.inputs.encoder


def _quoted(issued: RecommendationsIssued) -> object:
    """Which of the reader's own texts its reasons quote: they may have been put otherwise."""
    return [reason.met for pick in issued.picks for reason in pick.reasons]


def _question(issued: RecommendationsIssued) -> object:
    return issued.reader, issued.need, issued.kind, issued.mode


def issued_by(command: IssueRecommendations) -> RecommendationsIssued:
    """The event that a command leads to, where it leads to one."""
    listing = command.listing
    return RecommendationsIssued(
        reader=command.reader,
        need=command.need,
        kind=command.kind,
        mode=command.mode,
        inputs=listing.inputs,
        terms=listing.terms,
        picks=listing.picks,
        near_misses=listing.near_misses,
    )


def _derived(facts: Facts) -> None:
    """What stands on a list is worked out, not said: whoever it is for, no member sends it."""
    if facts.actor not in {ENGINE, OPERATOR}:
        raise NotTheirs("lists are drawn up from what happened, not by a member", field="recommendation")


def _of_reader(reader: MemberId, state: Issued, facts: Facts) -> None:
    if reader != state.latest.reader or facts.actor not in {reader, OPERATOR, ENGINE}:
        raise Unknown("there is no such recommendation in this network", field="recommendation")
    only_by(reader, facts, "only its reader may say this")


def _listed(candidate: StreamId, state: Issued) -> None:
    if all(pick.candidate != candidate for pick in state.latest.picks):
        raise Unknown("this is not on the list", field="candidate")
