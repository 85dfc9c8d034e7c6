"""What comes of a word in a coaching case, in the state that it has reached."""

from typing import Final

from domain.coaching import commands as c
from domain.coaching import events as e
from domain.coaching.engaging import look_back, open_engagement, work
from domain.coaching.evolving import evolve
from domain.coaching.intake import begin, decide_intake
from domain.coaching.moves import check_legal
from domain.coaching.offering import answer_offer, offer_coach, too_late
from domain.coaching.repeats import stands_already
from domain.coaching.rights import may_say, seen, unknown, was_asked
from domain.coaching.states import (
    Accepted,
    Case,
    Clarifying,
    Coaching,
    Drafted,
    Ended,
    Engaged,
    NotAsked,
    Noticed,
    Offered,
    Triaged,
    Waiting,
    coaches_of,
)
from domain.coaching.triage import end, grant, group_response, hand_over, reroute, suggested, triage
from domain.kernel import Decider, Facts
from domain.refusals import IllegalMove, Malformed
from domain.vocabulary import Channel

__all__ = ["COACHING", "coaches_of", "decide", "seen"]

Events = tuple[e.CoachingEvent, ...]


def decide(command: c.CoachingCommand, state: Coaching, facts: Facts) -> Events:
    if isinstance(state, NotAsked):
        return begin(command, facts, _earlier(command, facts))
    if was_asked(command, state, facts):
        return too_late(command)
    if not seen(state, facts):
        raise unknown()
    may_say(command, state, facts)
    if stands_already(command, state):
        return ()
    check_legal(command, state)
    match state:
        case Noticed() | Drafted():
            return decide_intake(command, state, facts, _earlier(command, facts))
        case Ended():
            return look_back(command, state, facts)
        case Waiting(case=case) | Clarifying(case=case) | Triaged(case=case):
            return _decide_case(command, state, case, facts)
        case Offered(case=case) | Accepted(case=case) | Engaged(case=case):
            return _decide_case(command, state, case, facts)


COACHING: Final = Decider[c.CoachingCommand, Coaching, e.CoachingEvent](
    kind="coaching", initial=NotAsked(), decide=decide, evolve=evolve
)


def _earlier(command: c.CoachingCommand, facts: Facts) -> Ended | None:
    """The case that a draft opens again."""
    named = command.reopens if isinstance(command, c.DraftRequest) else None
    state = facts(COACHING, named) if named is not None else None
    return state if isinstance(state, Ended) else None


def _decide_case(command: c.CoachingCommand, state: Coaching, case: Case, facts: Facts) -> Events:
    match command:
        case c.AskClarification() | c.ClarifyRequest() | c.AnswerRequest():
            return _talk(command, case, facts)
        case c.SuggestDisposition(suggestion=suggestion):
            return (suggested(suggestion, case.request.seeker),)
        case c.TriageRequest():
            return (triage(command, case, facts),)
        case c.RerouteRequest():
            return (reroute(command, case, facts),)
        case c.HandOverCase():
            return (hand_over(command, case, facts),)
        case c.GrantContext():
            return (grant(command, case, facts),)
        case c.OfferCoach():
            return (offer_coach(command, state, case, facts),)
        case c.AcceptOffer() | c.DeclineOffer() | c.ProposeTime() | c.ExpireOffer():
            return answer_offer(command, state, facts)
        case c.OfferGroupResponse() | c.AnswerGroupResponse():
            return (group_response(command, case, facts),)
        case c.OpenEngagement() if isinstance(state, Accepted):
            return (open_engagement(command, state, facts),)
        case _ if isinstance(state, Engaged):
            return work(command, state, facts)
        case _:
            return end(command, case, facts)


def _talk(command: c.AskClarification | c.ClarifyRequest | c.AnswerRequest, case: Case, facts: Facts) -> Events:
    seeker, told = case.request.seeker, case.request.confidentiality
    match command:
        case c.AskClarification(question=question):
            return (e.ClarificationAsked(seeker=seeker, member=facts.speaker, question=question, confidentiality=told),)
        case c.ClarifyRequest(text=text):
            return (e.RequestClarified(seeker=seeker, text=text, confidentiality=told),)
        case c.AnswerRequest(answer=answer, member=member, channel=channel, text=text):
            if answer in case.answers:
                raise IllegalMove("an answer of this id says something else", field="answer")
            if channel is Channel.WRITTEN and not text:
                raise Malformed("a written answer needs its words", field="text", remedy="or name another channel")
            return (
                e.RequestAnswered(
                    seeker=seeker, answer=answer, member=member, channel=channel, text=text, confidentiality=told
                ),
            )
