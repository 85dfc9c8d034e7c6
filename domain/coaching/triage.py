"""What is decided on a request: which rung of the ladder and why, by whom, and how it ends without a coach."""

from datetime import date

from msgspec.structs import asdict

from domain.calendar import day_of
from domain.coaching import commands as c
from domain.coaching import events as e
from domain.coaching.rights import FACILITATORS, apart
from domain.coaching.states import Case
from domain.kernel import Facts
from domain.members import identities, on_duty, present
from domain.networks import chartered
from domain.refusals import IllegalMove, Malformed, Unknown
from domain.vocabulary import LADDER, Disposition, MemberId, Urgency


def triage(command: c.TriageRequest | c.RerouteRequest, case: Case, facts: Facts) -> e.RequestTriaged:
    """The decision, with why every rung below it was passed over (rule 23), or that it could not wait."""
    suggestion = case.suggestion.disposition if case.suggestion else None
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
        considered="\n".join(one_line(rung, why) for rung, why in passed.items()),
        sent=command.sent,
        suggested=suggestion,
        steering=suggestion is not None and suggestion is not command.disposition,
        confidentiality=case.request.confidentiality,
    )


def reroute(command: c.RerouteRequest, case: Case, facts: Facts) -> e.RequestRerouted:
    return e.RequestRerouted(**asdict(triage(command, case, facts)))


def one_line(rung: Disposition, why: str) -> str:
    """Why a rung was passed over, as it is written down: a line for each."""
    return f"{rung}: {' '.join(why.split())}"


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


def suggested(said: c.Suggestion, seeker: MemberId) -> e.DispositionSuggested:
    return e.DispositionSuggested(
        disposition=said.disposition,
        tier=said.tier,
        reason=said.reason,
        ladder=tuple(e.RungOffering(**asdict(each)) for each in said.ladder),
        similar=tuple(e.SimilarNeed(**asdict(each)) for each in said.similar),
        position=said.position,
        policy_hash=said.policy_hash,
        encoder=said.encoder,
        seeker=seeker,
        figures=said.figures,
    )


def hand_over(command: c.HandOverCase, case: Case, facts: Facts) -> e.CaseHandedOver:
    seeker = case.request.seeker
    present(facts, command.to, field="to")
    holds_it = on_duty(facts, command.to, FACILITATORS) and command.to not in {seeker, *identities(facts, seeker)}
    if not holds_it or apart(facts, command.to, seeker):
        raise IllegalMove("this member cannot hold the case", field="to", remedy="choose another facilitator")
    return e.CaseHandedOver(
        seeker=seeker,
        part="facilitator",
        giver=case.facilitator,
        to=command.to,
        reason=command.reason,
        confidentiality=case.request.confidentiality,
    )


def grant(command: c.GrantContext, case: Case, facts: Facts) -> e.ContextGranted:
    present(facts, command.member, field="member")
    return e.ContextGranted(seeker=case.request.seeker, member=command.member)


def group_response(
    command: c.OfferGroupResponse | c.AnswerGroupResponse, case: Case, facts: Facts
) -> e.GroupResponseOffered | e.GroupResponseAnswered:
    seeker = case.request.seeker
    if isinstance(command, c.OfferGroupResponse):
        if case.response is not None and case.joins is None:
            words = "another group response waits for their answer"
            raise IllegalMove(words, field="response", remedy="wait for it")
        return e.GroupResponseOffered(
            seeker=seeker,
            member=facts.speaker,
            response=command.response,
            about=command.about,
            confidentiality=case.request.confidentiality,
        )
    if case.response is None:
        raise IllegalMove("no group response was offered", field="coaching")
    return e.GroupResponseAnswered(seeker=seeker, response=case.response.response, joins=command.joins)


def end(command: c.CoachingCommand, case: Case, facts: Facts) -> tuple[e.CoachingEvent, ...]:
    """How a request ends without an engagement: in one way, once (rule 22)."""
    seeker, by, told = case.request.seeker, facts.speaker, case.request.confidentiality
    match command:
        case c.ResolveRequest(note=note):
            return (e.RequestResolved(seeker=seeker, member=by, note=note, confidentiality=told),)
        case c.ReferOut(to=to, reason=reason):
            return (e.RequestReferredOut(seeker=seeker, member=by, to=to, reason=reason, confidentiality=told),)
        case c.DeferRequest(until=until, reason=reason):
            not_before_today(until, facts)
            return (e.RequestDeferred(seeker=seeker, member=by, until=until, reason=reason, confidentiality=told),)
        case c.DeclineRequest(reason=reason):
            return (e.RequestDeclined(seeker=seeker, member=by, reason=reason, confidentiality=told),)
        case c.WithdrawRequest(reason=reason):
            return (e.RequestWithdrawn(seeker=seeker, reason=reason, confidentiality=told),)
        case _:
            return ()


def not_before_today(day: date, facts: Facts) -> None:
    if day < day_of(facts.at, chartered(facts).calendar):
        raise Malformed("this day has passed", field="until", remedy="name one that is to come")
