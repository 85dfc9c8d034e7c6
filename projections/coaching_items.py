"""What was said and done in a coaching case, in order, for one reader."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from domain.coaching import events as e
from domain.kernel import Event
from domain.vocabulary import Channel, MemberId
from projections.coaching_history import Told
from projections.coaching_readers import Looking


class Item(Struct, frozen=True, kw_only=True):
    position: int
    at: datetime
    what: str  # question, clarification, answer, handed over, …
    member: MemberId | None  # whose word it is, or who is meant
    text: str = ""
    channel: Channel | None = None


_WORDS: Final[Mapping[type[Event], tuple[str, str, str]]] = {
    e.CoachingNeedNoticed: ("need noticed", "noticed_by", "text"),
    e.ClarificationAsked: ("question", "member", "question"),
    e.RequestClarified: ("clarification", "seeker", "text"),
    e.RequestAnswered: ("answer", "member", "text"),
    e.RequestTriaged: ("decided: {0.disposition}", "member", "reason"),
    e.RequestRerouted: ("decided anew: {0.disposition}", "member", "reason"),
    e.CaseHandedOver: ("handed over to another {0.part}", "to", "reason"),
    e.ContextGranted: ("may read what was said before", "member", ""),
    e.GroupResponseOffered: ("group response offered", "member", "about"),
    e.GroupResponseAnswered: ("group response answered", "seeker", ""),
    e.CoachOffered: ("coach offered", "coach", ""),
    e.OfferAccepted: ("offer accepted", "member", ""),
    e.OfferTimeProposed: ("another time proposed", "member", ""),
    e.OfferDeclined: ("offer over", "", ""),  # whoever ended it, and why, is theirs
    e.OfferExpired: ("offer over", "", ""),
    e.EngagementOpened: ("engagement opened", "coach", ""),
    e.EngagementClosed: ("engagement closed", "member", ""),
    e.RequestResolved: ("resolved", "member", "note"),
    e.RequestReferredOut: ("referred out", "member", "reason"),
    e.RequestDeferred: ("deferred until {0.until}", "member", "reason"),
    e.RequestDeclined: ("declined", "member", "reason"),
    e.RequestWithdrawn: ("withdrawn", "seeker", "reason"),
}  # what, and which fields say who is named and what was said


def items(looking: Looking) -> Iterator[Item]:
    """What the two say to each other stands with their engagement."""
    for told in looking.told:
        if type(told.event) in _WORDS and looking.words(told.position):
            item = _item(told, looking)
            if item.member not in looking.reader.hidden:
                yield item


def _item(told: Told, looking: Looking) -> Item:
    what, who, text = _WORDS[type(told.event)]
    member = getattr(told.event, who) if who else None
    return Item(
        position=told.position,
        at=told.at,
        what=what.format(told.event),
        member=member if _named(told.event, member, looking) else None,
        text=getattr(told.event, text) if text else "",
        channel=getattr(told.event, "channel", None),
    )


def _named(event: Event, member: MemberId | None, looking: Looking) -> bool:
    """Once an offer is over, staff alone still see whom it was made to: a no costs nothing."""
    if looking.reader.staff or not isinstance(event, e.CoachOffered | e.OfferTimeProposed | e.OfferAccepted):
        return True
    return member in {looking.reader.member, looking.seeker} or event.offer not in looking.over
