"""The offer to a coach and the engagement that came of it, as one reader of the case may see them."""

from collections.abc import Iterator
from datetime import date, datetime

from msgspec import Struct

from domain.coaching.events import (
    EngagementOpened,
    FeedbackGiven,
    NextStepAgreed,
    SessionHeld,
    SessionLogged,
    SessionPlanned,
)
from domain.coaching.states import Accepted, Ended, Engaged, Engagement, Offer, Offered
from domain.vocabulary import MemberId
from projections.coaching_readers import Looking


class OfferSeen(Struct, frozen=True, kw_only=True):
    offer: str
    coach: MemberId | None
    minutes: int
    at: datetime | None
    waits_for: MemberId | None
    expires_at: datetime


class Session(Struct, frozen=True, kw_only=True):
    session: str
    at: datetime
    minutes: int


class Log(Struct, frozen=True, kw_only=True):
    session: str
    member: MemberId
    text: str
    at: datetime


class NextStep(Struct, frozen=True, kw_only=True):
    step: str
    text: str
    due: date | None
    done: bool


class EngagementSeen(Struct, frozen=True, kw_only=True):
    coach: MemberId | None
    goal: str  # empty, like plans, logs and steps, for who is not one of the two
    until: date
    planned: tuple[Session, ...]
    held: tuple[Session, ...]
    logs: tuple[Log, ...]
    steps: tuple[NextStep, ...]


class FeedbackSeen(Struct, frozen=True, kw_only=True):
    helpful: bool
    plan_changed: bool
    tie_confirmed: bool
    note: str


def offer(looking: Looking) -> OfferSeen | None:
    """The one that waits for a word, or was accepted and not begun."""
    match looking.state:
        case Offered(offer=offer) | Accepted(offer=offer) | Engaged(next=Offer() as offer):
            return OfferSeen(
                offer=offer.offered.offer,
                coach=looking.name(offer.offered.coach),
                minutes=offer.offered.minutes,
                at=offer.at,
                waits_for=looking.name(offer.waits_for) if not isinstance(looking.state, Accepted) else None,
                expires_at=offer.expires_at,
            )
        case _:
            return None


def engagement(looking: Looking) -> EngagementSeen | None:
    match looking.state:
        case Engaged(engagement=known) | Ended(engagement=Engagement() as known):
            return EngagementSeen(
                coach=looking.name(known.coach),
                goal=_goal(looking),
                until=known.until,
                planned=tuple(_planned(looking, known)),
                held=tuple(_held(looking)),
                logs=tuple(_logs(looking)),
                steps=tuple(_steps(looking, known)),
            )
        case _:
            return None


def _goal(looking: Looking) -> str:
    goals = [each.event.goal for each in looking.talked() if isinstance(each.event, EngagementOpened)]
    return goals[-1] if goals else ""


def _planned(looking: Looking, known: Engagement) -> Iterator[Session]:
    for each in looking.talked():
        if isinstance(each.event, SessionPlanned) and each.event.session in known.planned:
            yield Session(session=each.event.session, at=each.event.at, minutes=each.event.minutes)


def _held(looking: Looking) -> Iterator[Session]:
    """That they met is no secret to staff."""
    for each in looking.told:
        if isinstance(each.event, SessionHeld) and (looking.reader.staff or looking.words(each.position)):
            yield Session(session=each.event.session, at=each.event.at, minutes=each.event.minutes)


def _logs(looking: Looking) -> Iterator[Log]:
    for each in looking.talked():
        event = each.event
        if isinstance(event, SessionLogged) and event.member not in looking.reader.hidden:
            yield Log(session=event.session, member=event.member, text=event.text, at=each.at)


def _steps(looking: Looking, known: Engagement) -> Iterator[NextStep]:
    for each in looking.talked():
        event = each.event
        if isinstance(event, NextStepAgreed):
            yield NextStep(step=event.step, text=event.text, due=event.due, done=event.step in known.done)


def feedback(looking: Looking) -> FeedbackSeen | None:
    """Its three answers for staff too; its words for the two."""
    for each in looking.told:
        event, talk = each.event, looking.talk(each.position)
        if isinstance(event, FeedbackGiven) and (talk or looking.reader.staff):
            return FeedbackSeen(
                helpful=event.helpful,
                plan_changed=event.plan_changed,
                tie_confirmed=event.tie_confirmed,
                note=event.note if talk else "",
            )
    return None
