"""Who may say what of a coaching case, and what comes of it."""

from datetime import date, datetime
from typing import Final

from msgspec.structs import asdict, replace

from domain.budgets import BUDGET, budget_of
from domain.calendar import day_of, end_of_school_day
from domain.challenges import author_of
from domain.coaching import commands as c
from domain.coaching import events as e
from domain.coaching.moves import check_legal
from domain.coaching.states import (
    Accepted,
    Case,
    Clarifying,
    Coaching,
    Drafted,
    Ended,
    Engaged,
    Engagement,
    NotAsked,
    Noticed,
    Offer,
    Offered,
    Triaged,
    Waiting,
    case_of,
    evolve,
    seeker_of,
)
from domain.eligibility import Asking, first_objection
from domain.introductions import candidate
from domain.kernel import Decider, Facts
from domain.members import kept_apart, on_duty, only_by, present
from domain.networks import chartered
from domain.refusals import IllegalMove, Malformed, NotTheirs, Unknown
from domain.vocabulary import (
    ENGINE,
    LADDER,
    OFFICES,
    OPERATOR,
    Confidentiality,
    Disposition,
    MemberId,
    NetworkRole,
    Urgency,
)

Events = tuple[e.CoachingEvent, ...]

_FACILITATORS: Final = frozenset({NetworkRole.FACILITATOR})
_NOTICING: Final = frozenset({NetworkRole.FACILITATOR, NetworkRole.COACH})
_CLASSES: Final = frozenset({Confidentiality.GROUP, Confidentiality.PAIR})
COACHED: Final = frozenset(
    LADDER[LADDER.index(Disposition.GROUP_COACHING_OFFERED) :]
)  # rungs on which somebody coaches

_OF_SEEKER: Final = (
    c.DraftRequest
    | c.SubmitRequest
    | c.ClarifyRequest
    | c.GrantContext
    | c.AnswerGroupResponse
    | c.WithdrawRequest
    | c.GiveFeedback
)
_OF_FACILITATOR: Final = (
    c.AskClarification
    | c.TriageRequest
    | c.RerouteRequest
    | c.HandOverCase
    | c.OfferGroupResponse
    | c.ReferOut
    | c.DeferRequest
    | c.DeclineRequest
)
_OF_THE_TWO: Final = (
    c.PlanSession | c.CancelSession | c.HoldSession | c.LogSession | c.AgreeNextStep | c.CompleteNextStep
)
_OF_ALL: Final = c.OpenEngagement | c.ExtendEngagement | c.CloseEngagement | c.ResolveRequest  # of these three


def decide(command: c.CoachingCommand, state: Coaching, facts: Facts) -> Events:
    if isinstance(state, NotAsked):
        return _begin(command, facts)
    if not seen(state, facts):
        raise _unknown()
    _may_say(command, state, facts)
    if _stands_already(command, state):
        return ()
    check_legal(command, state)
    match state:
        case Noticed() | Drafted():
            return _decide_intake(command, state, facts)
        case Engaged():
            return _decide_engaged(command, state, facts)
        case Ended(case=case):
            return _decide_ended(command, state, case)
        case Waiting(case=case) | Clarifying(case=case) | Triaged(case=case):
            return _decide_case(command, state, case, facts)
        case Offered(case=case) | Accepted(case=case):
            return _decide_case(command, state, case, facts)


COACHING: Final = Decider[c.CoachingCommand, Coaching, e.CoachingEvent](
    kind="coaching", initial=NotAsked(), decide=decide, evolve=evolve
)


def seen(state: Coaching, facts: Facts) -> bool:
    """Whether the actor may know of the case: the seeker, who coaches or is asked to, staff without power over them.

    A draft is for the seeker alone, a need that somebody noticed for these two.
    """
    seeker, actor = seeker_of(state), facts.actor
    if seeker is None:
        return False
    if actor in {seeker, OPERATOR, ENGINE}:
        return True
    if _apart(facts, actor, seeker) or isinstance(state, Drafted):
        return False
    if isinstance(state, Noticed):
        return actor == state.need.noticed_by
    return actor in coaches_of(state) or on_duty(facts, actor, OFFICES)


def coaches_of(state: Coaching) -> frozenset[MemberId]:
    """Who coaches, or is asked to."""
    match state:
        case Offered(offer=offer) | Accepted(offer=offer):
            return frozenset({offer.offered.coach})
        case Engaged(engagement=engagement, next=offer):
            return frozenset({engagement.coach} | ({offer.offered.coach} if offer else set()))
        case Ended(engagement=Engagement(coach=coach)):
            return frozenset({coach})
        case _:
            return frozenset()


def _apart(facts: Facts, one: MemberId, other: MemberId) -> bool:
    """Power between the two, whoever declared it."""
    return one in kept_apart(facts, other) or other in kept_apart(facts, one)


def _unknown() -> Unknown:
    return Unknown("there is no such coaching case in this network", field="coaching")


def _facilitates(facts: Facts) -> bool:
    return facts.speaker in {OPERATOR, ENGINE} or on_duty(facts, facts.speaker, _FACILITATORS)


def _may_say(command: c.CoachingCommand, state: Coaching, facts: Facts) -> None:
    seeker = seeker_of(state)
    pair = frozenset({seeker}) | coaches_of(state)
    match command:
        case _ if isinstance(command, _OF_SEEKER):
            _only({seeker}, facts, "this is for the one whose need it is to say")
        case _ if isinstance(command, _OF_FACILITATOR):
            if not _facilitates(facts):
                raise NotTheirs("only a facilitator may do this", field="coaching", remedy="ask one of them")
        case c.OfferCoach():
            if not (_facilitates(facts) or facts.speaker in coaches_of(state)):
                raise NotTheirs("only a facilitator, or the coach who hands over, may do this", field="coaching")
        case c.SuggestDisposition():
            _only({ENGINE, OPERATOR}, facts, "suggestions are derived, not written")
        case c.AnswerRequest(member=member):
            _own_word(member, facts)
            if facts.speaker not in coaches_of(state) and not _facilitates(facts):
                raise NotTheirs("only a facilitator or the coach answers", field="member")
        case c.AcceptOffer(member=member) | c.DeclineOffer(member=member) | c.ProposeTime(member=member):
            _own_word(member, facts)
            _only(pair, facts, "this is for the two to say")
        case c.LogSession(member=member):
            _own_word(member, facts)
            _only(pair, facts, "only the two who met write what it was about")
        case _ if isinstance(command, _OF_THE_TWO):
            _only(pair | {OPERATOR}, facts, "this is for the two to say")
        case _ if isinstance(command, _OF_ALL):
            if facts.speaker not in pair and not _facilitates(facts):
                raise NotTheirs("only the two or a facilitator may say this", field="coaching")
        case _:
            return


def _only(who: set[MemberId | None] | frozenset[MemberId | None], facts: Facts, words: str) -> None:
    if facts.speaker not in who:
        raise NotTheirs(words, field="coaching")


def _own_word(member: MemberId, facts: Facts) -> None:
    only_by(member, facts, "only they themselves may say this")


def _stands_already(command: c.CoachingCommand, state: Coaching) -> bool:
    """Whether this was said before, and holds: a repeat is no error."""
    case = case_of(state)
    match command, state:
        case c.NoticeCoachingNeed(), Noticed(need=need):
            return _noticed(command) == need
        case c.DraftRequest(), Drafted(draft=draft):
            return _drafted(command) == draft
        case c.WithdrawRequest(), Ended(how="withdrawn"):
            return True
        case c.ReferOut(), Ended(how="referred out"):
            return True
        case c.DeferRequest(), Ended(how="deferred"):
            return True
        case c.DeclineRequest(), Ended(how="declined"):
            return True
        case c.ResolveRequest(), Ended(how="resolved"):
            return True
        case c.CloseEngagement(feedback=feedback), Ended(how="closed", feedback=given):
            return feedback is None or (given is not None and _feedback(feedback, given.seeker, given.coach) == given)
        case c.GiveFeedback(feedback=feedback), Ended(feedback=e.FeedbackGiven() as given):
            return _feedback(feedback, given.seeker, given.coach) == given
        case _, Engaged(engagement=engagement) if _worked_already(command, engagement):
            return True
        case _:
            return case is not None and _known_already(command, state, case)


def _known_already(command: c.CoachingCommand, state: Coaching, case: Case) -> bool:
    offer = _open_offer(state)
    match command:
        case c.SubmitRequest():
            return True
        case c.AskClarification(question=question):
            return isinstance(state, Clarifying) and state.question.question == question
        case c.ClarifyRequest(text=text):
            return not isinstance(state, Clarifying) and case.clarified == text
        case c.AnswerRequest(answer=answer):
            return answer in case.answers
        case c.SuggestDisposition(suggestion=suggestion):
            return case.suggestion == _suggested(suggestion)
        case c.TriageRequest() | c.RerouteRequest():
            return isinstance(state, Triaged) and _same_decision(command, case)
        case c.HandOverCase(to=to):
            return case.facilitator == to
        case c.GrantContext(member=member):
            return member in case.granted
        case c.OfferCoach(offer=key, coach=coach):
            return offer is not None and (offer.offered.offer, offer.offered.coach) == (key, coach)
        case c.AcceptOffer(member=member):
            return _accepted_already(member, state)
        case c.DeclineOffer(member=member):
            return offer is None and case.over is not None and case.over[1] == member
        case c.ExpireOffer(offer=key):
            return offer is None or offer.offered.offer != key
        case c.ProposeTime(member=member, at=at):
            return offer is not None and offer.at == at and offer.waits_for != member
        case c.OfferGroupResponse(response=response):
            return case.response is not None and case.response.response == response
        case c.AnswerGroupResponse(joins=joins):
            return case.joins is joins
        case _:
            return False


def _accepted_already(member: MemberId, state: Coaching) -> bool:
    match state:
        case Accepted(offer=offer):
            return member in {offer.offered.coach, offer.offered.seeker}
        case Engaged(case=case, engagement=engagement, next=None):
            return member in {engagement.coach, case.request.seeker}
        case _:
            return False


def _worked_already(command: c.CoachingCommand, known: Engagement) -> bool:
    match command:
        case c.OpenEngagement(goal=goal, until=until):
            return (goal, until) == (known.goal, known.until)
        case c.PlanSession(session=session, at=at):
            plan = known.planned.get(session)
            return session in known.held or (plan is not None and plan.at == at)
        case c.CancelSession(session=session):
            return session in known.cancelled
        case c.HoldSession(session=session, at=at, minutes=minutes):
            held = known.held.get(session)
            return held is not None and (held.at, held.minutes) == (at, minutes)
        case c.LogSession(session=session, member=member, text=text):
            return (session, member, text) in known.logged
        case c.AgreeNextStep(step=step, text=text, due=due):
            agreed = known.steps.get(step)
            return agreed is not None and (agreed.text, agreed.due) == (text, due)
        case c.CompleteNextStep(step=step):
            return step in known.done
        case c.ExtendEngagement(until=until):
            return until == known.until
        case _:
            return False


def _begin(command: c.CoachingCommand, facts: Facts) -> Events:
    match command:
        case c.NoticeCoachingNeed(seeker=seeker, noticed_by=by, challenge=challenge):
            _own_word(by, facts)
            if not on_duty(facts, by, _NOTICING):
                raise NotTheirs("only a facilitator or a coach notes a need for somebody", field="noticed_by")
            present(facts, seeker, field="seeker")
            if _apart(facts, by, seeker):
                raise Unknown("there is no such member in this network", field="seeker")
            _own_challenge(challenge, seeker, facts)
            return (_noticed(command),)
        case c.DraftRequest():
            return _draft(command, facts)
        case _:
            raise _unknown()


def _draft(command: c.DraftRequest, facts: Facts) -> Events:
    seeker = command.seeker
    present(facts, seeker, field="seeker")
    only_by(seeker, facts, "only they themselves ask for coaching")
    _own_challenge(command.challenge, seeker, facts)
    if command.confidentiality not in _CLASSES:
        words = "a request is read by its group (facilitators and coach) or by the pair who work on it"
        raise Malformed(words, field="confidentiality", remedy="choose group or pair")
    if command.reopens is not None:
        earlier = facts(COACHING, command.reopens)
        if not (isinstance(earlier, Ended) and earlier.seeker == seeker):
            raise Unknown("there is no ended case of yours of this id", field="reopens")
    return (_drafted(command),)


def _decide_intake(command: c.CoachingCommand, state: Noticed | Drafted, facts: Facts) -> Events:
    seeker = seeker_of(state) or ""
    match command, state:
        case c.DraftRequest(), _:
            if command.seeker != seeker:
                raise Malformed("this need is somebody else's", field="seeker")
            return _draft(command, facts)
        case c.SubmitRequest(), Drafted(draft=draft):
            present(facts, seeker, field="seeker")
            fields = {k: v for k, v in asdict(draft).items() if k != "chosen"}
            return (e.CoachingRequested(**fields, confidentiality=draft.chosen),)
        case c.WithdrawRequest(reason=reason), _:
            return (e.RequestWithdrawn(seeker=seeker, reason=reason),)
        case _:
            return ()


def _decide_case(command: c.CoachingCommand, state: Coaching, case: Case, facts: Facts) -> Events:
    seeker, told = case.request.seeker, case.request.confidentiality
    match command:
        case c.AskClarification(question=question):
            return (e.ClarificationAsked(seeker=seeker, member=facts.speaker, question=question, confidentiality=told),)
        case c.ClarifyRequest(text=text):
            return (e.RequestClarified(seeker=seeker, text=text, confidentiality=told),)
        case c.AnswerRequest(answer=answer, member=member, channel=channel, text=text):
            return (
                e.RequestAnswered(
                    seeker=seeker, answer=answer, member=member, channel=channel, text=text, confidentiality=told
                ),
            )
        case c.SuggestDisposition(suggestion=suggestion):
            return (_suggested(suggestion),)
        case c.TriageRequest():
            return (_triage(command, case, facts),)
        case c.RerouteRequest():
            return (e.RequestRerouted(**asdict(_triage(command, case, facts))),)
        case c.HandOverCase() | c.GrantContext():
            return _pass_on(command, case, facts)
        case c.OfferCoach():
            return _offer_coach(command, case, facts)
        case c.AcceptOffer() | c.DeclineOffer() | c.ProposeTime() | c.ExpireOffer():
            return _answer_offer(command, state, facts)
        case c.OfferGroupResponse(response=response, about=about):
            return (e.GroupResponseOffered(seeker=seeker, member=facts.speaker, response=response, about=about),)
        case c.AnswerGroupResponse(joins=joins):
            if case.response is None:
                raise IllegalMove("no group response was offered", field="coaching")
            return (e.GroupResponseAnswered(seeker=seeker, response=case.response.response, joins=joins),)
        case c.OpenEngagement(goal=goal, until=until) if isinstance(state, Accepted):
            _not_before_today(until, facts)
            coach = state.offer.offered.coach
            return (e.EngagementOpened(seeker=seeker, coach=coach, goal=goal, until=until),)
        case _:
            return _end(command, seeker, facts)


def _end(command: c.CoachingCommand, seeker: MemberId, facts: Facts) -> Events:
    by = facts.speaker
    match command:
        case c.ResolveRequest(note=note):
            return (e.RequestResolved(seeker=seeker, member=by, note=note),)
        case c.ReferOut(to=to, reason=reason):
            return (e.RequestReferredOut(seeker=seeker, member=by, to=to, reason=reason),)
        case c.DeferRequest(until=until, reason=reason):
            _not_before_today(until, facts)
            return (e.RequestDeferred(seeker=seeker, member=by, until=until, reason=reason),)
        case c.DeclineRequest(reason=reason):
            return (e.RequestDeclined(seeker=seeker, member=by, reason=reason),)
        case c.WithdrawRequest(reason=reason):
            return (e.RequestWithdrawn(seeker=seeker, reason=reason),)
        case _:
            return ()


def _triage(command: c.TriageRequest | c.RerouteRequest, case: Case, facts: Facts) -> e.RequestTriaged:
    """The decision, with why every rung below it was passed over (rule 23), or that it could not wait."""
    suggested = case.suggestion.disposition if case.suggestion else None
    urgency = command.urgency or case.request.urgency
    passed = _passed_over(command, case)
    open_rungs = [rung for rung in _below(command.disposition) if rung not in passed and rung not in case.taken]
    high = LADDER.index(command.disposition) > LADDER.index(Disposition.PEER_INTRODUCED)
    if high and open_rungs and urgency is not Urgency.URGENT:
        words = f"say why these lower rungs will not do: {', '.join(open_rungs)}"
        raise IllegalMove(words, field="passed_over", remedy="give a reason for each, or choose a lower rung")
    _may_be_sent(command, facts)
    if command.disposition is Disposition.GROUP_COACHING_OFFERED and case.joins is not True:
        words = "the one who asked has not agreed to a response for several"
        raise IllegalMove(words, field="disposition", remedy="offer the group response first")
    return e.RequestTriaged(
        seeker=case.request.seeker,
        member=facts.speaker,
        tier=command.tier,
        disposition=command.disposition,
        urgency=urgency,
        reason=command.reason,
        passed_over=tuple(passed),
        considered="\n".join(f"{rung}: {why}" for rung, why in passed.items()),
        sent=command.sent,
        suggested=suggested,
        steering=suggested is not None and suggested is not command.disposition,
    )


def _passed_over(command: c.TriageRequest | c.RerouteRequest, case: Case) -> dict[Disposition, str]:
    """In the order of the ladder. Who takes what was suggested takes its reasons too."""
    below = _below(command.disposition)
    given = {each.rung: each.reason for each in command.passed_over}
    if wrong := [rung for rung in given if rung not in below]:
        raise Malformed(f"not below what is decided: {', '.join(wrong)}", field="passed_over")
    if case.suggestion and case.suggestion.disposition is command.disposition:
        given = {each.rung: each.reason for each in case.suggestion.ladder} | given
    return {rung: given[rung] for rung in below if rung in given}


def _below(disposition: Disposition) -> tuple[Disposition, ...]:
    return LADDER[: LADDER.index(disposition)]


def _may_be_sent(command: c.TriageRequest | c.RerouteRequest, facts: Facts) -> None:
    if command.disposition is Disposition.RESOURCE_SENT and not command.sent:
        raise Malformed("name the resources that are sent", field="sent")
    for each in command.sent:
        if not (each.startswith(("resource-", "member-")) and facts.knows(each)):
            raise Unknown("there is no such resource or member in this network", field="sent")


def _same_decision(command: c.TriageRequest | c.RerouteRequest, case: Case) -> bool:
    known = case.triage
    if known is None:
        return False
    urgency = command.urgency or case.request.urgency
    asked = (command.tier, command.disposition, urgency, command.reason, command.sent)
    return asked == (known.tier, known.disposition, known.urgency, known.reason, known.sent)


def _pass_on(command: c.HandOverCase | c.GrantContext, case: Case, facts: Facts) -> Events:
    seeker = case.request.seeker
    if isinstance(command, c.GrantContext):
        present(facts, command.member, field="member")
        return (e.ContextGranted(seeker=seeker, member=command.member),)
    present(facts, command.to, field="to")
    if not on_duty(facts, command.to, _FACILITATORS) or _apart(facts, command.to, seeker):
        raise IllegalMove("this member cannot hold the case", field="to", remedy="choose another facilitator")
    return (
        e.CaseHandedOver(
            seeker=seeker, part="facilitator", giver=case.facilitator, to=command.to, reason=command.reason
        ),
    )


def _offer_coach(command: c.OfferCoach, case: Case, facts: Facts) -> Events:
    triage, seeker = case.triage, case.request.seeker
    if triage is None or triage.disposition not in COACHED:
        raise IllegalMove("no coach was decided on", field="coaching", remedy="re-route it to a rung that has one")
    expert = triage.disposition is Disposition.EXPERT_ENGAGED
    role = NetworkRole.EXPERT if expert else NetworkRole.COACH
    if role not in present(facts, command.coach, field="coach").roles:
        raise IllegalMove(f"this member is no {role} of the network", field="coach", remedy=f"choose a {role}")
    network = chartered(facts)
    minutes = command.minutes or network.policy.coaching.session_minutes
    day = day_of(command.at or facts.at, network.calendar)
    free = facts(BUDGET, budget_of(command.coach)).free_on(day, network.calendar)
    asked = replace(candidate(facts, command.coach), free_minutes=free)
    objection = first_objection(asked, Asking(reader=candidate(facts, seeker), minutes=minutes))
    if objection is not None:
        raise IllegalMove(objection.words, field="coach", remedy="choose another one, or another time")
    return (
        e.CoachOffered(
            offer=command.offer,
            seeker=seeker,
            coach=command.coach,
            minutes=minutes,
            at=command.at,
            expert=expert,
            offered_by=facts.speaker,
            expires_at=_expiry(facts),
        ),
    )


def _expiry(facts: Facts) -> datetime:
    network = chartered(facts)
    return end_of_school_day(facts.at, network.policy.offer_school_days, network.calendar)


def _answer_offer(command: c.CoachingCommand, state: Coaching, facts: Facts) -> Events:
    offer = _open_offer(state)
    if offer is None:
        raise IllegalMove("no offer is open", field="coaching")
    key = offer.offered.offer
    match command:
        case c.AcceptOffer(member=member):
            _may_accept(member, offer, facts)
            return (e.OfferAccepted(offer=key, member=member), *_taken_over(state, offer))
        case c.DeclineOffer(member=member, reason=reason):
            _about(member, offer)
            return (e.OfferDeclined(offer=key, member=member, reason=reason),)
        case c.ProposeTime(member=member, at=at):
            _about(member, offer)
            if at <= facts.at:
                raise Malformed("this time has passed", field="at", remedy="propose one that is to come")
            return (e.OfferTimeProposed(offer=key, member=member, at=at, expires_at=_expiry(facts)),)
        case c.ExpireOffer():
            if facts.at < offer.expires_at and on_duty(facts, offer.offered.coach, frozenset(NetworkRole)):
                raise IllegalMove("this offer still stands", field="coaching")
            return (e.OfferExpired(offer=key),)
        case _:
            return ()


def _open_offer(state: Coaching) -> Offer | None:
    """The one that waits for a word."""
    match state:
        case Offered(offer=offer) | Engaged(next=Offer() as offer):
            return offer
        case _:
            return None


def _may_accept(member: MemberId, offer: Offer, facts: Facts) -> None:
    if member != offer.waits_for:
        raise IllegalMove("this waits for the other one's word", field="member")
    if facts.at >= offer.expires_at:
        raise IllegalMove("this offer has expired", field="coaching", remedy="a new one follows")
    coach = replace(candidate(facts, offer.offered.coach), away=False)  # who says yes while paused means it
    objection = first_objection(coach, Asking(reader=candidate(facts, offer.offered.seeker)))
    if objection is not None:
        raise IllegalMove(objection.words, field="coaching", remedy="decline it, or let it expire")


def _taken_over(state: Coaching, offer: Offer) -> Events:
    """What a yes means while another one coaches: the case changes hands."""
    if not isinstance(state, Engaged):
        return ()
    seeker, giver = offer.offered.seeker, state.engagement.coach
    return (e.CaseHandedOver(seeker=seeker, part="coach", giver=giver, to=offer.offered.coach),)


def _about(member: MemberId, offer: Offer) -> None:
    if member not in {offer.offered.coach, offer.offered.seeker}:
        raise NotTheirs("this is for the two to say", field="member")


def _decide_engaged(command: c.CoachingCommand, state: Engaged, facts: Facts) -> Events:
    case, known = state.case, state.engagement
    seeker, coach = case.request.seeker, known.coach
    match command:
        case c.PlanSession(session=session, at=at, minutes=minutes):
            if session in known.planned:
                raise IllegalMove("this session is planned for another time", field="session", remedy="cancel it first")
            wanted = minutes or chartered(facts).policy.coaching.session_minutes
            return (e.SessionPlanned(session=session, at=at, minutes=wanted),)
        case c.CancelSession(session=session):
            if session not in known.planned:
                raise Unknown("no such session is planned", field="session")
            return (e.SessionCancelled(session=session),)
        case c.HoldSession():
            return (_held_session(command, case, known, facts),)
        case c.LogSession(session=session, member=member, text=text):
            if session not in known.held:
                raise Unknown("no such session was held", field="session", remedy="record it as held first")
            return (e.SessionLogged(seeker=seeker, session=session, member=member, text=text),)
        case c.AgreeNextStep(step=step, text=text, due=due):
            if step in known.steps:
                raise IllegalMove("a step of this id was agreed otherwise", field="step")
            return (e.NextStepAgreed(seeker=seeker, step=step, text=text, due=due),)
        case c.CompleteNextStep(step=step):
            if step not in known.steps:
                raise Unknown("no such step was agreed", field="step")
            return (e.NextStepCompleted(step=step),)
        case c.ExtendEngagement(until=until, reason=reason):
            if until < known.until:
                raise Malformed(f"it runs until {known.until} already", field="until", remedy="close it to end it")
            return (e.EngagementExtended(seeker=seeker, until=until, reason=reason),)
        case c.CloseEngagement(feedback=feedback):
            return _close(feedback, seeker, coach, facts)
        case _:
            return _decide_case(command, state, case, facts)


def _held_session(command: c.HoldSession, case: Case, known: Engagement, facts: Facts) -> e.SessionHeld:
    if command.session in known.held:
        raise IllegalMove("this session is recorded already, otherwise", field="session")
    if command.at > facts.at:
        raise Malformed("this lies in the future", field="at", remedy="record it once it was held")
    plan = known.planned.get(command.session)
    if plan is None and known.first is None:
        raise IllegalMove("no time is held for this session", field="session", remedy="plan it first")
    held = plan.minutes if plan else _first_minutes(known)
    return e.SessionHeld(
        seeker=case.request.seeker,
        coach=known.coach,
        session=command.session,
        at=command.at,
        minutes=command.minutes,
        over=max(0, command.minutes - held),
    )


def _first_minutes(known: Engagement) -> int:
    return known.first.offered.minutes if known.first else 0


def _close(feedback: c.Feedback | None, seeker: MemberId, coach: MemberId, facts: Facts) -> Events:
    closed = e.EngagementClosed(seeker=seeker, coach=coach, member=facts.speaker)
    if feedback is None:
        return (closed,)
    if facts.speaker != seeker:
        raise NotTheirs("only the one who was coached says how it was", field="feedback", remedy="leave it out")
    return closed, _feedback(feedback, seeker, coach)


def _decide_ended(command: c.CoachingCommand, state: Ended, case: Case | None) -> Events:
    match command:
        case c.GiveFeedback(feedback=feedback):
            if state.engagement is None:
                raise IllegalMove("nobody coached in this case", field="coaching")
            if state.feedback is not None:
                raise IllegalMove("feedback was given already", field="feedback")
            return (_feedback(feedback, state.seeker, state.engagement.coach),)
        case c.GrantContext(member=member) if case is not None:
            return (e.ContextGranted(seeker=state.seeker, member=member),)
        case _:
            return ()


def _feedback(said: c.Feedback, seeker: MemberId, coach: MemberId) -> e.FeedbackGiven:
    return e.FeedbackGiven(seeker=seeker, coach=coach, **asdict(said))


def _noticed(command: c.NoticeCoachingNeed) -> e.CoachingNeedNoticed:
    return e.CoachingNeedNoticed(
        seeker=command.seeker, noticed_by=command.noticed_by, challenge=command.challenge, text=command.text
    )


def _drafted(command: c.DraftRequest) -> e.RequestDrafted:
    return e.RequestDrafted(
        seeker=command.seeker,
        title=command.title,
        text=command.text,
        tried=command.tried,
        would_help=command.would_help,
        urgency=command.urgency,
        minutes=command.minutes,
        challenge=command.challenge,
        chosen=command.confidentiality,
        reopens=command.reopens,
    )


def _suggested(said: c.Suggestion) -> e.DispositionSuggested:
    return e.DispositionSuggested(
        disposition=said.disposition,
        tier=said.tier,
        reason=said.reason,
        ladder=tuple(e.RungOffering(**asdict(each)) for each in said.ladder),
        similar=tuple(e.SimilarNeed(**asdict(each)) for each in said.similar),
        position=said.position,
        policy_hash=said.policy_hash,
        encoder=said.encoder,
    )


def _own_challenge(challenge: str | None, seeker: MemberId, facts: Facts) -> None:
    if challenge is not None and author_of(facts, challenge) != seeker:
        raise Malformed("this challenge is somebody else's", field="challenge")


def _not_before_today(day: date, facts: Facts) -> None:
    if day < day_of(facts.at, chartered(facts).calendar):
        raise Malformed("this day has passed", field="until", remedy="name one that is to come")
