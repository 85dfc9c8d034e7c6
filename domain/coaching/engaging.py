"""What a coach and the one they coach do together: sessions with minutes, logs, next steps, the end and how it was."""

from domain.coaching import commands as c
from domain.coaching import events as e
from domain.coaching.evolving import dates_first
from domain.coaching.offering import check_fit, objection_between, of_kind
from domain.coaching.repeats import feedback
from domain.coaching.states import Accepted, Case, Ended, Engaged, Engagement
from domain.coaching.triage import grant, not_before_today
from domain.kernel import Facts
from domain.networks import chartered
from domain.refusals import IllegalMove, Malformed, NotTheirs, Unknown
from domain.vocabulary import MemberId

Events = tuple[e.CoachingEvent, ...]


def open_engagement(command: c.OpenEngagement, state: Accepted, facts: Facts) -> e.EngagementOpened:
    not_before_today(command.until, facts)
    check_fit(state.offer, facts)
    seeker, coach = state.case.request.seeker, state.offer.offered.coach
    return e.EngagementOpened(seeker=seeker, coach=coach, goal=command.goal, until=command.until)


def work(command: c.CoachingCommand, state: Engaged, facts: Facts) -> Events:
    """What the two do."""
    case, known = state.case, state.engagement
    seeker, coach = case.request.seeker, known.coach
    match command:
        case c.PlanSession():
            return (_planned(command, seeker, known, facts),)
        case c.CancelSession(session=session):
            if session not in known.planned:
                raise Unknown("no such session is planned", field="session")
            return (e.SessionCancelled(session=session),)
        case c.HoldSession():
            return (_held(command, case, known, facts),)
        case c.LogSession():
            return (_logged(command, seeker, known),)
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
            not_before_today(until, facts)
            return (e.EngagementExtended(seeker=seeker, until=until, reason=reason),)
        case c.CloseEngagement(feedback=said):
            return _close(said, seeker, coach, facts)
        case _:
            return ()


def _planned(command: c.PlanSession, seeker: MemberId, known: Engagement, facts: Facts) -> e.SessionPlanned:
    of_kind("session", command.session)
    if command.session in known.planned:
        raise IllegalMove("this session is planned otherwise", field="session", remedy="cancel it first")
    if command.session in known.cancelled:
        raise IllegalMove("this session was cancelled", field="session", remedy="plan another one")
    objection = objection_between(known.coach, seeker, facts)
    if objection is not None:
        raise objection
    asked = known.first.offered.minutes if known.first and dates_first(known) else None
    minutes = command.minutes or asked or chartered(facts).policy.coaching.session_minutes
    return e.SessionPlanned(session=command.session, at=command.at, minutes=minutes)


def _held(command: c.HoldSession, case: Case, known: Engagement, facts: Facts) -> e.SessionHeld:
    if command.session in known.held:
        raise IllegalMove("this session is recorded already, otherwise", field="session")
    if command.at > facts.at:
        raise Malformed("this lies in the future", field="at", remedy="record it once it was held")
    of_kind("session", command.session)
    return e.SessionHeld(
        seeker=case.request.seeker,
        coach=known.coach,
        session=command.session,
        at=command.at,
        minutes=command.minutes,
        over=max(0, command.minutes - _minutes_for(command.session, known)),
    )


def _minutes_for(session: str, known: Engagement) -> int:
    """What is held for a session: by its plan, else by the offer, for the first one."""
    if session in known.planned:
        return known.planned[session].minutes
    if known.first is None or known.first_planned is not None:
        raise IllegalMove("no time is held for this session", field="session", remedy="plan it first")
    return known.first.offered.minutes


def _logged(command: c.LogSession, seeker: MemberId, known: Engagement) -> e.SessionLogged:
    session, member = command.session, command.member
    held = known.held.get(session)
    if held is None:
        raise Unknown("no such session was held", field="session", remedy="record it as held first")
    if member not in {held.coach, held.seeker}:
        raise NotTheirs("only the two who met write what it was about", field="member")
    return e.SessionLogged(seeker=seeker, session=session, member=member, text=command.text)


def _close(said: c.Feedback | None, seeker: MemberId, coach: MemberId, facts: Facts) -> Events:
    closed = e.EngagementClosed(seeker=seeker, coach=coach, member=facts.speaker)
    if said is None:
        return (closed,)
    if facts.speaker != seeker:
        raise NotTheirs("only the one who was coached says how it was", field="feedback", remedy="leave it out")
    return closed, feedback(said, seeker, coach)


def look_back(command: c.CoachingCommand, state: Ended, facts: Facts) -> Events:
    """What is still said of a case that ended."""
    match command:
        case c.GiveFeedback(feedback=said):
            if state.engagement is None:
                raise IllegalMove("nobody coached in this case", field="coaching")
            if state.feedback is not None:
                raise IllegalMove("feedback was given already", field="feedback")
            return (feedback(said, state.seeker, state.engagement.coach),)
        case c.GrantContext() if state.case is not None:
            return (grant(command, state.case, facts),)
        case c.GrantContext():
            raise IllegalMove("nobody was asked in this case", field="coaching")
        case _:
            return ()
