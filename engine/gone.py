"""What a stored decision was derived from that is there no more: who was erased since, and what went with them."""

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

from domain.coaching.events import DispositionSuggested
from domain.coaching.states import seeker_of
from domain.eligibility import UNAVAILABLE
from domain.recommendations import RecommendationsIssued
from domain.vocabulary import MemberId, OwnerId
from engine.comparing import Gone
from engine.past_snapshot import Stood
from projections import coaching_history, resource_shelf

Decision: TypeAlias = RecommendationsIssued | DispositionSuggested

_PLACE: Final = re.compile(r"e(\d+)[a-z]?$")  # of a piece of evidence: where its words were recorded


def gone_since(decision: Decision, stood: Stood) -> Gone:
    match decision:
        case RecommendationsIssued():
            return _of_list(decision, stood)
        case DispositionSuggested():
            return _of_suggestion(decision, stood)


def _of_list(issued: RecommendationsIssued, stood: Stood) -> Gone:
    erased = stood.erased_since
    named = {reason.evidence: pick.candidate for pick in issued.picks for reason in pick.reasons}
    missing = stood.missing(named)
    nearly = {each.candidate for each in issued.near_misses if each.rule != UNAVAILABLE}  # who was, is told to nobody
    listed = {each.candidate for each in issued.picks} | nearly
    told = [
        *_erased(erased, listed | {issued.reader}),
        *(
            f"what was written at position {_position(piece)} about {named[piece]}"
            for piece in named
            if piece in missing
        ),
    ]
    return _with_words(erased, frozenset(missing), told, need=issued.reader in erased)


def _of_suggestion(suggested: DispositionSuggested, stood: Stood) -> Gone:
    erased, missing = stood.erased_since, stood.missing(())
    named = {who for rung in suggested.ladder for who in rung.candidates}
    cases = {each.coaching for each in suggested.similar} | {each for each in named if each.startswith("coaching-")}
    theirs = {each: owner for each, owner in _owners(cases, named, stood) if owner in erased}
    told = [*_erased(erased, named | {suggested.seeker}), *(f"{each}, of {theirs[each]}" for each in sorted(theirs))]
    return _with_words(erased, frozenset(missing) | frozenset(theirs), told, need=suggested.seeker in erased)


def _owners(cases: set[str], named: set[str], stood: Stood) -> Iterator[tuple[str, OwnerId]]:
    yield from resource_shelf.contributors(stood.connection, named).items()
    for each in cases:
        state = coaching_history.stands(coaching_history.history(stood.connection, each))
        yield each, seeker_of(state) or ""


def _erased(erased: frozenset[MemberId], concerned: set[str]) -> list[str]:
    return [f"{each} was erased" for each in sorted(erased & concerned)]


def _with_words(erased: frozenset[MemberId], pieces: frozenset[str], told: list[str], *, need: bool) -> Gone:
    """Whoever was erased may have moved something: they are named where nothing nearer can be."""
    lost = [f"the vector of {piece} is not kept" for piece in sorted(pieces) if _PLACE.search(piece)]
    usual = [f"{each} was erased" for each in sorted(erased)] or lost
    return Gone(members=erased, pieces=pieces, need=need, words=tuple(told or usual))


def _position(piece: str) -> str:
    found = _PLACE.search(piece)
    return found[1] if found else "unknown"
