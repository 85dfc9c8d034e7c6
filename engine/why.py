"""What a decision stands on, in structure alone: figures, pointers and rules, no text and no title."""

from collections.abc import Collection, Iterator
from typing import Final

from msgspec import Struct

from domain.coaching.events import DispositionSuggested
from domain.eligibility import UNAVAILABLE
from domain.recommendations import NearMiss, Pick, RecommendationsIssued
from domain.vocabulary import Disposition, StreamId, Tier
from engine.comparing import Difference
from engine.gone import Decision
from engine.moving import score_told, told

_DISMISSED: Final = "dismissed"  # whom one dismissed is told to nobody else, by the log neither
_UNNAMED: Final = "one who is not named"


class Pointer(Struct, frozen=True, kw_only=True):
    """A reason, without the passage that it points at."""

    says: str
    evidence: str
    part: str
    value: float


class Placed(Struct, frozen=True, kw_only=True):
    """Figures as the list's reader may see them: what a full calendar costs is in none (rule 20)."""

    candidate: StreamId
    score: float
    parts: dict[str, float]
    reasons: tuple[Pointer, ...]


class Missed(Struct, frozen=True, kw_only=True):
    rule: str
    candidate: StreamId | None = None  # nobody where the cause is private, …
    score: float | None = None  # … nor a figure that tells who


class RungTold(Struct, frozen=True, kw_only=True):
    rung: Disposition
    possible: bool
    reason: str


class Why(Struct, frozen=True, kw_only=True):
    items: tuple[Placed, ...] = ()
    near_misses: tuple[Missed, ...] = ()
    disposition: Disposition | None = None
    tier: Tier | None = None
    reason: str | None = None
    ladder: tuple[RungTold, ...] = ()

    @property
    def names(self) -> frozenset[StreamId]:
        nearly = frozenset(each.candidate for each in self.near_misses if each.candidate is not None)
        return nearly | {each.candidate for each in self.items}


class Differing(Struct, frozen=True, kw_only=True):
    """Where a decision is not as derived again. The values may hold words of the need, or tell whom nobody names."""

    where: str
    gone: bool


def why(decision: Decision, *, own: bool) -> Why:
    """`own`: to its reader, who is not told either that somebody private was near (decision 7)."""
    match decision:
        case RecommendationsIssued(picks=picks, near_misses=misses):
            return Why(items=tuple(map(_item, picks)), near_misses=tuple(_misses(misses, own=own)))
        case DispositionSuggested(disposition=disposition, tier=tier, reason=reason, ladder=ladder):
            rungs = (RungTold(rung=each.rung, possible=each.possible, reason=each.reason) for each in ladder)
            return Why(disposition=disposition, tier=tier, reason=reason, ladder=tuple(rungs))


def _item(pick: Pick) -> Placed:
    return Placed(
        candidate=pick.candidate,
        score=score_told(pick.score, pick.parts),
        parts=told(pick.parts),
        reasons=tuple(
            Pointer(says=each.says, evidence=each.evidence, part=each.part, value=each.value) for each in pick.reasons
        ),
    )


def _misses(misses: tuple[NearMiss, ...], *, own: bool) -> Iterator[Missed]:
    """Of nobody last: a place among the others would tell how near they were."""
    unnamed = {UNAVAILABLE} if own else {UNAVAILABLE, _DISMISSED}
    for each in misses:
        if each.rule not in unnamed:
            yield Missed(rule=each.rule, candidate=each.candidate, score=each.score)
    if not own:
        yield from (Missed(rule=each.rule) for each in misses if each.rule in unnamed)


def differing(differences: Collection[Difference], names: Collection[StreamId], *, own: bool) -> Iterator[Differing]:
    for each in differences:
        head, of, part = each.where.rpartition(": ")
        unnamed = "-" in head and head not in names
        if unnamed and not own:
            yield Differing(where=f"{_UNNAMED}: {'reason' if part.startswith('reason ') else part}", gone=each.gone)
        elif not unnamed:
            shown = part if not head or told({part: 0.0}) else "score"  # which of its prices would tell of a calendar
            yield Differing(where=f"{head}{of}{shown}", gone=each.gone)
