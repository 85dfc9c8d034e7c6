"""The minutes that a coaching case holds of people's time, as it stands."""

from datetime import datetime

from msgspec import Struct

from domain.coaching.states import Accepted, Coaching, Engaged, Engagement, Offer, Offered
from domain.vocabulary import MemberId


class Hold(Struct, frozen=True, kw_only=True):
    """Minutes that an open ask holds of somebody's time."""

    minutes: int
    at: datetime | None  # when they are wanted; undated: in the period of the ask
    expert: bool  # of the network's expert budget too


def holds(state: Coaching) -> dict[tuple[MemberId, str], Hold]:
    """By coach and reservation."""
    match state:
        case Offered(offer=offer) | Accepted(offer=offer):
            return _held_by(offer)
        case Engaged(engagement=known, next=offer):
            first = known.first if known.first_planned is None else None
            return _planned(known) | _held_by(first) | _held_by(offer)
        case _:
            return {}


def _planned(known: Engagement) -> dict[tuple[MemberId, str], Hold]:
    """The minutes that the coach was asked for stay under the offer when a day is found for them."""
    asked = {known.first_planned: known.first.offered.offer} if known.first else {}
    return {
        (known.coach, asked.get(session, session)): Hold(minutes=plan.minutes, at=plan.at, expert=known.expert)
        for session, plan in known.planned.items()
    }


def _held_by(offer: Offer | None) -> dict[tuple[MemberId, str], Hold]:
    if offer is None:
        return {}
    asked = offer.offered
    return {(asked.coach, asked.offer): Hold(minutes=asked.minutes, at=offer.at, expert=asked.expert)}
