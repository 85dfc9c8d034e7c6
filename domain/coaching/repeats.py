"""What was said of a coaching case before, and holds: a repeat is no error."""

from domain.coaching import commands as c
from domain.coaching import events as e
from domain.coaching.intake import drafted, noticed
from domain.coaching.states import (
    Accepted,
    Case,
    Clarifying,
    Coaching,
    Drafted,
    Ended,
    Ending,
    Engaged,
    Engagement,
    Noticed,
    Triaged,
    case_of,
    offer_of,
)
from domain.coaching.triage import one_line, suggested
from domain.vocabulary import MemberId


def stands_already(command: c.CoachingCommand, state: Coaching) -> bool:
    match command, state:
        case c.NoticeCoachingNeed(), Noticed(need=need):
            return noticed(command) == need
        case c.DraftRequest(), Drafted(draft=draft):
            return drafted(command) == draft
        case _, Ended() if _ended_so(command, state):
            return True
        case _, Engaged(engagement=engagement) if _worked_already(command, engagement):
            return True
        case _:
            case = case_of(state)
            return case is not None and _known_already(command, state, case)


def _ended_so(command: c.CoachingCommand, state: Ended) -> bool:
    given = state.feedback
    match command:
        case c.CloseEngagement(feedback=None):
            return state.how == "closed"
        case c.CloseEngagement(feedback=c.Feedback() as said) | c.GiveFeedback(feedback=said):
            return given is not None and feedback(said, given.seeker, given.coach) == given
        case c.ResolveRequest() | c.ReferOut() | c.DeferRequest() | c.DeclineRequest() | c.WithdrawRequest():
            return state.end is not None and _same_end(command, state.end)
        case _:
            return False


def _same_end(command: c.CoachingCommand, end: Ending) -> bool:
    match command, end:
        case c.ResolveRequest(note=note), e.RequestResolved():
            return note == end.note
        case c.ReferOut(to=to, reason=reason), e.RequestReferredOut():
            return (to, reason) == (end.to, end.reason)
        case c.DeferRequest(until=until, reason=reason), e.RequestDeferred():
            return (until, reason) == (end.until, end.reason)
        case c.DeclineRequest(reason=reason), e.RequestDeclined():
            return reason == end.reason
        case c.WithdrawRequest(), e.RequestWithdrawn():  # for whatever reason
            return True
        case _:
            return False


def _known_already(command: c.CoachingCommand, state: Coaching, case: Case) -> bool:
    match command:
        case c.SubmitRequest():
            return True
        case c.AskClarification(question=question):
            return isinstance(state, Clarifying) and state.question.question == question
        case c.ClarifyRequest(text=text):
            return not isinstance(state, Clarifying) and case.clarified == text
        case c.AnswerRequest(answer=answer):
            return answer in case.answers and _same_answer(command, case.answers[answer])
        case c.SuggestDisposition(suggestion=suggestion):
            return case.suggestion == suggested(suggestion, case.request.seeker)
        case c.TriageRequest() | c.RerouteRequest():
            return isinstance(state, Triaged) and _same_decision(command, case)
        case c.HandOverCase(to=to):
            return case.facilitator == to
        case c.GrantContext(member=member):
            return member in case.granted
        case c.OfferGroupResponse(response=response):
            return case.response is not None and case.response.response == response
        case c.AnswerGroupResponse(joins=joins):
            return case.joins is joins
        case _:
            return _offered_already(command, state, case)


def _offered_already(command: c.CoachingCommand, state: Coaching, case: Case) -> bool:
    offer = offer_of(state)
    match command:
        case c.OfferCoach(offer=key, coach=coach):
            return case.offered.get(key) == coach
        case c.AcceptOffer(member=member):
            return _accepted_already(member, state)
        case c.DeclineOffer(member=member):
            return offer is None and case.over is not None and case.over[1] == member
        case c.ExpireOffer(offer=key):
            return offer is None or offer.offered.offer != key
        case c.ProposeTime(member=member, at=at):
            return offer is not None and offer.at == at and offer.waits_for != member
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
        case c.PlanSession(session=session, at=at, minutes=minutes):
            plan = known.planned.get(session)
            same = plan is not None and plan.at == at and minutes in (None, plan.minutes)
            return session in known.held or same
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


def _same_answer(command: c.AnswerRequest, known: e.RequestAnswered) -> bool:
    return (command.member, command.channel, command.text) == (known.member, known.channel, known.text)


def _same_decision(command: c.TriageRequest | c.RerouteRequest, case: Case) -> bool:
    known = case.triage
    if known is None:
        return False
    urgency = command.urgency or case.request.urgency
    asked = (command.tier, command.disposition, urgency, command.reason, command.sent)
    told = known.considered.splitlines()
    considered = all(one_line(each.rung, each.reason) in told for each in command.passed_over)
    return considered and asked == (known.tier, known.disposition, known.urgency, known.reason, known.sent)


def feedback(said: c.Feedback, seeker: MemberId, coach: MemberId) -> e.FeedbackGiven:
    """As it will stand."""
    return e.FeedbackGiven(
        seeker=seeker,
        coach=coach,
        helpful=said.helpful,
        plan_changed=said.plan_changed,
        tie_confirmed=said.tie_confirmed,
        note=said.note,
    )
