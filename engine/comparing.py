"""A stored decision beside the same one derived again: what differs, and what cannot be known any more."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from domain.eligibility import UNAVAILABLE
from domain.recommendations import Listing, ListKind, Pick, RecommendationsIssued
from domain.vocabulary import MemberId
from engine.lot import LIFT
from models.lexical import NO_EDGE

CLOSE: Final = 1e-4  # scores nearer than this are equal
_WITHOUT_WORDS: Final = ("policy", "encoder")  # known whatever became of the need's own words
_ORDER: Final = "who is listed, in their order"
_IN_SCORES: Final = ("category", "context", "mutual")  # parts of a score that lean on what third people wrote
_FROM_OTHERS: Final = frozenset({*_IN_SCORES, "knows the area", "shares the dilemma", LIFT})


class Gone(Struct, frozen=True, kw_only=True):
    """What was there then and is no more."""

    members: frozenset[MemberId] = frozenset()  # erased since
    pieces: frozenset[str] = frozenset()  # evidence of which the words, or their vector, are not kept
    need: bool = False  # some of its own words: then nothing is as near to it as it was
    words: tuple[str, ...] = ()  # the same as it is told

    def __bool__(self) -> bool:
        return bool(self.members or self.pieces)


class Difference(Struct, frozen=True):
    where: str
    stored: str
    derived: str
    gone: bool = False  # it may come of what is gone; else it is a fault


def lists(stored: RecommendationsIssued, derived: Listing, gone: Gone) -> list[Difference]:
    found = [*_inputs(stored, derived), *_picks(stored, derived, gone), *_misses(stored, derived, gone)]
    return [replace(each, gone=each.where not in _WITHOUT_WORDS) for each in found] if gone.need else found


def _inputs(stored: RecommendationsIssued, derived: Listing) -> Iterator[Difference]:
    then, now = stored.inputs, derived.inputs
    yield from plainly("policy", then.policy_hash, now.policy_hash)
    yield from plainly("encoder", then.encoder, now.encoder)
    yield from nearly("share of the words", then.words_share, now.words_share)
    yield from plainly("evidence counted", then.items, now.items)
    yield from nearly("likeness of just anything", then.alike, now.alike)
    yield from plainly("how often the need's words stand", stored.terms, derived.terms)
    if then.edge != NO_EDGE:
        yield from plainly("how far was looked", then.edge, now.edge)


def _picks(stored: RecommendationsIssued, derived: Listing, gone: Gone) -> Iterator[Difference]:
    found = {pick.candidate: pick for pick in derived.picks}
    whole = [pick for pick in stored.picks if not _is_gone(pick, gone)]
    pairs = [(pick, found[pick.candidate]) for pick in whole if pick.candidate in found]
    for then, now in pairs:
        yield from _pick(then, now, gone)
    freed = any(miss.rule == UNAVAILABLE and miss.candidate in found for miss in stored.near_misses)
    leans = bool(gone) and (freed or any(_leaning(then, now) for then, now in pairs))  # a conflict went with its words
    kept = [pick for pick in whole if pick.candidate in found or not _leant(pick)]
    if gone and len(kept) < len(stored.picks):
        together = stored.kind is ListKind.CONSULTANCY or any(LIFT in pick.parts for pick in whole)
        leans = leans or together or in_order([pick.candidate for pick in kept], list(found))
    yield from plainly(_ORDER, ", ".join(pick.candidate for pick in stored.picks), ", ".join(found), gone=leans)


def _is_gone(pick: Pick, gone: Gone) -> bool:
    """Whoever was erased, what they made, and of whom they said something that spoke for them."""
    return pick.candidate in gone.members or any(reason.evidence in gone.pieces for reason in pick.reasons)


def _pick(then: Pick, now: Pick, gone: Gone) -> Iterator[Difference]:
    yield from (each for name in sorted(then.parts | now.parts) for each in _part(name, then, now, gone))
    lost = _leaning(then, now) if gone and abs(then.score - now.score) > CLOSE else 0.0  # none below 0 or above 1
    yield from nearly(f"{then.candidate}: score", then.score, now.score + lost)
    yield from nearly(f"{then.candidate}: chance", then.propensity, now.propensity, gone=bool(gone))
    yield from plainly(f"{then.candidate}: reasons", _reasons(then), _reasons(now))
    for one, other in zip(then.reasons, now.reasons, strict=False):
        yield from nearly(f"{then.candidate}: reason {one.evidence}", one.value, other.value)


def _part(name: str, then: Pick, now: Pick, gone: Gone) -> Iterator[Difference]:
    leans = bool(gone) and name in _FROM_OTHERS
    yield from nearly(f"{then.candidate}: {name}", then.parts.get(name, 0.0), now.parts.get(name, 0.0), gone=leans)


def _leaning(then: Pick, now: Pick) -> float:
    """What the score lost with those parts that others' words have a share in: they count as they were stored."""
    return sum(then.parts.get(name, 0.0) - now.parts.get(name, 0.0) for name in _IN_SCORES)


def _leant(pick: Pick) -> bool:
    """Whether somebody may have lost their place with what third people wrote."""
    return any(pick.parts.get(name) for name in _IN_SCORES)


def _reasons(pick: Pick) -> str:
    return ", ".join(f"{each.says} {each.evidence} by {each.part}" for each in pick.reasons)


def _misses(stored: RecommendationsIssued, derived: Listing, gone: Gone) -> Iterator[Difference]:
    """With somebody gone others come up in their place; who was named then is still named for the same rule."""
    now = {miss.candidate: miss for miss in derived.near_misses}
    left = [miss for miss in stored.near_misses if miss.candidate not in gone.members]
    for then in left:
        if then.candidate in now:
            yield from plainly(f"{then.candidate}: rule that binds", then.rule, now[then.candidate].rule)
            yield from nearly(f"{then.candidate}: score", then.score, now[then.candidate].score, gone=bool(gone))
    names = [miss.candidate for miss in left]
    if names != list(now) and not (gone and in_order(names, list(now))):
        yield Difference("who was nearly listed", ", ".join(names), ", ".join(now), gone=bool(gone))


def in_order(some: Sequence[str], among: Sequence[str]) -> bool:
    """Whether these stand among those in the same order."""
    places = [among.index(each) for each in some if each in among]
    return len(places) == len(some) and all(one < other for one, other in pairwise(places))


def plainly(where: str, then: object, now: object, *, gone: bool = False) -> Iterable[Difference]:
    return () if then == now else (Difference(where, str(then), str(now), gone),)


def nearly(where: str, then: float, now: float, *, gone: bool = False) -> Iterable[Difference]:
    return () if abs(then - now) <= CLOSE else (Difference(where, f"{then:.6f}", f"{now:.6f}", gone),)
