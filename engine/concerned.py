"""What an answer holds, thing by thing: what each is about, and which members it concerns."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from domain.vocabulary import OPEN, StreamId
from engine.coverage import Coverage
from engine.differences import Difference
from engine.explaining import WordedList
from engine.network_figures import NetworkShape
from engine.themes import Theme
from projections.accesses import AccessEntry
from projections.burden import Burden, BurdenBoard
from projections.challenge_board import Answer, Challenge
from projections.coaching_cases import QueueRow
from projections.coaching_view import CaseView
from projections.erasures import Erasure
from projections.introductions import Introduction
from projections.member_directory import MemberEntry, Profile, Standing
from projections.resource_shelf import Resource, Review, Wish
from projections.shape import Page
from projections.ties import Tie
from projections.time_budgets import TimeOffer
from projections.timeline import Moment

LOOKS: Final = "access.recorded"  # that somebody looked is no further look: two who follow the log would never end

Named = tuple[StreamId | None, ...]  # what a thing is about, and whom it concerns, as ids


def things(found: object) -> Iterator[object]:
    """What stands in an answer, one by one; nothing of what is open to all, as the charter."""
    match found:
        case Page(items=items):
            yield from map(_usual, items)
        case BurdenBoard(page=page):
            yield from page.items or (found,)
        case list() | tuple():
            yield from (each for each in found if not (isinstance(each, Moment) and each.name == LOOKS))
        case _ if named(found):
            yield _usual(found)
        case _:
            return


def _usual(thing: object) -> object:
    """That somebody takes part is what everybody presumes; that they paused is told by office."""
    match thing:
        case MemberEntry(standing=Standing.ACTIVE):
            return replace(thing, standing=None)
        case Profile(entry=entry):
            return replace(thing, entry=_usual(entry))
        case _:
            return thing


def ids_in(things: Iterable[object]) -> frozenset[StreamId]:
    """Everything and everybody that they name."""
    return frozenset(each for thing in things for each in named(thing) if each)


_FIELDS: Final[Mapping[type, tuple[str, ...]]] = {
    Challenge: ("challenge", "author"),
    Answer: ("challenge", "member", "to"),
    Resource: ("resource", "contributor"),
    Review: ("resource", "member"),
    Wish: ("resource", "member"),
    MemberEntry: ("member",),
    TimeOffer: ("member",),
    Burden: ("member",),
    AccessEntry: ("member",),
    Erasure: ("member",),
    NetworkShape: ("network",),
    Difference: ("network",),
    Introduction: ("introduction", "seeker", "helper"),
    Tie: ("source", "giver", "receiver"),
    WordedList: ("recommendation", "reader"),
}


def named(thing: object) -> Named:
    fields = _FIELDS.get(type(thing))
    if fields is not None:
        return tuple(getattr(thing, field) for field in fields)
    match thing:
        case Profile(entry=entry):
            return named(entry)
        case Moment():
            return _told_in(thing)
        case _:
            return _of_coaching(thing)


def _told_in(moment: Moment) -> Named:
    """Of what was told to few not even whose it was is shown."""
    if moment.confidentiality not in OPEN:
        return ()
    return tuple(each for each in (moment.stream, moment.actor, moment.on_behalf_of) if each and "-" in each)


def _of_coaching(thing: object) -> Named:
    match thing:
        case QueueRow():
            return (thing.coaching, thing.seeker, thing.coach, *thing.duplicates, *thing.similar)
        case CaseView():
            return _of_case(thing)
        case Theme():
            return thing.cases
        case Coverage():
            return (*thing.theme.cases, *(helper.member for helper in thing.helpers))
        case _:
            return ()


def _of_case(seen: CaseView) -> Named:
    coaches = (each.coach for each in (seen.offer, seen.engagement) if each)
    sent = seen.decision.sent if seen.decision else ()
    like = (each.coaching for each in seen.suggestion.similar) if seen.suggestion else ()
    return (*named(seen.case), *coaches, *sent, *like)
