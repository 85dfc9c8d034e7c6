"""A coach is offered, says yes, no or another time; their minutes are asked for first."""

from datetime import datetime

from msgspec.structs import replace

from domain.budgets import BUDGET, budget_of
from domain.calendar import day_of, end_of_school_day
from domain.coaching import commands as c
from domain.coaching import events as e
from domain.coaching.rights import here
from domain.coaching.states import Accepted, Case, Coaching, Engaged, Offer, coaches_of, offer_of
from domain.eligibility import Asking, first_objection, full_calendar
from domain.introductions import candidate
from domain.kernel import Facts
from domain.members import on_duty, present
from domain.networks import chartered
from domain.refusals import IllegalMove, Malformed, Refused
from domain.vocabulary import COACHED, Disposition, MemberId, NetworkRole


def offer_coach(command: c.OfferCoach, state: Coaching, case: Case, facts: Facts) -> e.CoachOffered:
    triage = case.triage
    if triage is None or triage.disposition not in COACHED:
        raise IllegalMove("no coach was decided on", field="coaching", remedy="re-route it to a rung that has one")
    _one_at_a_time(command, state, case)
    if not here(facts, case.request.seeker):
        raise IllegalMove("the one who asked has left the network", field="coaching", remedy="withdraw the request")
    if command.at is not None:
        _to_come(command.at, facts)
    expert = triage.disposition is Disposition.EXPERT_ENGAGED
    minutes = command.minutes or chartered(facts).policy.coaching.session_minutes
    _may_coach(command, case.request.seeker, minutes, _role(expert=expert), facts)
    return e.CoachOffered(
        offer=command.offer,
        seeker=case.request.seeker,
        coach=command.coach,
        minutes=minutes,
        at=command.at,
        expert=expert,
        offered_by=facts.speaker,
        expires_at=_expiry(facts),
    )


def _one_at_a_time(command: c.OfferCoach, state: Coaching, case: Case) -> None:
    of_kind("offer", command.offer)
    if command.offer in case.offered:
        raise IllegalMove("an offer of this id went to another coach", field="offer")
    if command.coach in coaches_of(state):
        raise IllegalMove("this member coaches here already", field="coach", remedy="choose another one")
    if offer_of(state) is not None:
        words = "another coach is asked to take over already"
        raise IllegalMove(words, field="coaching", remedy="wait for their answer")


def _may_coach(command: c.OfferCoach, seeker: MemberId, minutes: int, role: NetworkRole, facts: Facts) -> None:
    if role not in present(facts, command.coach, field="coach").roles:
        raise IllegalMove(f"this member is no {role} of the network", field="coach", remedy=f"choose a {role}")
    calendar = chartered(facts).calendar
    free = facts(BUDGET, budget_of(command.coach)).free_on(day_of(command.at or facts.at, calendar), calendar)
    in_person = facts.speaker == command.coach  # what somebody offers themselves is no ask
    asked = replace(candidate(facts, command.coach), free_minutes=free)
    asking = Asking(reader=candidate(facts, seeker), minutes=minutes, volunteered=in_person)
    objection = first_objection(asked, asking)
    own_budget = in_person and objection is not None and objection.rule == full_calendar.__name__
    if objection is not None and not own_budget:  # their own budget tells them so with its figures
        raise IllegalMove(objection.words, field="coach", remedy="choose another one, or another time")


def _role(*, expert: bool) -> NetworkRole:
    return NetworkRole.EXPERT if expert else NetworkRole.COACH


def _expiry(facts: Facts) -> datetime:
    network = chartered(facts)
    return end_of_school_day(facts.at, network.policy.offer_school_days, network.calendar)


def answer_offer(command: c.CoachingCommand, state: Coaching, facts: Facts) -> tuple[e.CoachingEvent, ...]:
    offer = offer_of(state)
    if offer is None:
        raise IllegalMove("no offer is open", field="coaching")
    key = offer.offered.offer
    match command:
        case c.AcceptOffer(member=member):
            if member != offer.waits_for:
                raise IllegalMove("this waits for the other one's word", field="member")
            _not_expired(offer, facts)
            check_fit(offer, facts)
            return (e.OfferAccepted(offer=key, member=member), *_taken_over(state, offer))
        case c.DeclineOffer(member=member, reason=reason):
            return (e.OfferDeclined(offer=key, member=member, reason=reason),)
        case c.ProposeTime(member=member, at=at):
            _not_expired(offer, facts)
            _to_come(at, facts)
            return (e.OfferTimeProposed(offer=key, member=member, at=at, expires_at=_expiry(facts)),)
        case c.ExpireOffer():
            accepted = isinstance(state, Accepted)  # who said yes holds to it, if both are still here
            if objection_to(offer, facts) is None if accepted else _stands(offer, facts):
                raise IllegalMove("this offer still stands", field="coaching")
            return (e.OfferExpired(offer=key, let_go=accepted or facts.at < offer.expires_at),)
        case _:
            return ()


def too_late(command: c.CoachingCommand) -> tuple[e.CoachingEvent, ...]:
    """Of who is not asked any more nothing is wanted, and a no holds already."""
    if isinstance(command, c.DeclineOffer):
        return ()
    raise IllegalMove("this offer is over", field="coaching", remedy="another one may follow")


def _not_expired(offer: Offer, facts: Facts) -> None:
    if facts.at >= offer.expires_at:
        raise IllegalMove("this offer has expired", field="coaching", remedy="another one may follow")


def _stands(offer: Offer, facts: Facts) -> bool:
    """An offer lapses with its time, and before it where the coach is away or the two must not meet any more."""
    role = frozenset({_role(expert=offer.offered.expert)})
    there = facts.at < offer.expires_at and on_duty(facts, offer.offered.coach, role)
    return there and objection_to(offer, facts) is None


def check_fit(offer: Offer, facts: Facts) -> None:
    """Since the offer somebody may have left, been withdrawn their role, or declared a conflict."""
    objection = objection_to(offer, facts)
    if objection is not None:
        raise objection
    role = _role(expert=offer.offered.expert)
    if role not in present(facts, offer.offered.coach, field="coaching").roles:
        raise IllegalMove(f"this member is no {role} of the network any more", field="coaching", remedy="decline it")


def objection_to(offer: Offer, facts: Facts) -> Refused | None:
    return objection_between(offer.offered.coach, offer.offered.seeker, facts)


def objection_between(coach: MemberId, seeker: MemberId, facts: Facts) -> Refused | None:
    """What keeps two from working together now. Who says yes while paused means it."""
    if not (here(facts, coach) and here(facts, seeker)):
        return IllegalMove("one of the two has left the network", field="coaching", remedy="ask a facilitator")
    able = replace(candidate(facts, coach), away=False)
    objection = first_objection(able, Asking(reader=candidate(facts, seeker)))
    if objection is None:
        return None
    return IllegalMove(objection.words, field="coaching", remedy="ask a facilitator")


def _taken_over(state: Coaching, offer: Offer) -> tuple[e.CoachingEvent, ...]:
    """What a yes means while another one coaches: the case changes hands."""
    if not isinstance(state, Engaged):
        return ()
    seeker, giver = offer.offered.seeker, state.engagement.coach
    told = state.case.request.confidentiality
    return (e.CaseHandedOver(seeker=seeker, part="coach", giver=giver, to=offer.offered.coach, confidentiality=told),)


def of_kind(kind: str, key: str) -> None:
    """Minutes are held under these ids, so none may look like that of another ask."""
    if not key.startswith(f"{kind}-"):
        raise Malformed(f"this is no id of the kind {kind}", field=kind)


def _to_come(at: datetime, facts: Facts) -> None:
    if at <= facts.at:
        raise Malformed("this time has passed", field="at", remedy="propose one that is to come")
