"""Who may know of a coaching case, and who may say what of it."""

from typing import Final

from domain.coaching import commands as c
from domain.coaching.moves import MOVES
from domain.coaching.states import Coaching, Drafted, Ended, Engaged, Noticed, case_of, coaches_of, offer_of, seeker_of
from domain.kernel import Facts
from domain.members import MEMBER, Active, Paused, identities, kept_apart, on_duty, only_by
from domain.refusals import NotTheirs, Unknown
from domain.vocabulary import COACHED, ENGINE, OFFICES, OPERATOR, MemberId, NetworkRole

FACILITATORS: Final = frozenset({NetworkRole.FACILITATOR})

_OF_SEEKER: Final = (
    c.DraftRequest | c.SubmitRequest | c.ClarifyRequest | c.GrantContext | c.AnswerGroupResponse | c.GiveFeedback
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
_OF_ENGINE: Final = c.SuggestDisposition | c.ExpireOffer
_OF_THE_TWO: Final = c.PlanSession | c.CancelSession | c.HoldSession | c.AgreeNextStep | c.CompleteNextStep
_OF_ALL: Final = c.OpenEngagement | c.ExtendEngagement | c.CloseEngagement | c.ResolveRequest  # of these three


def seen(state: Coaching, facts: Facts) -> bool:
    """Whether the actor may know of the case: the seeker, who coaches or is asked to, staff without power over them.

    A draft is for the seeker alone, a need that somebody noticed for these two, as is what came of neither; and for
    who acts with the seeker's own word.
    """
    seeker, actor = seeker_of(state), facts.actor
    if seeker is None:
        return False
    if actor in {seeker, OPERATOR, ENGINE}:
        return True
    if apart(facts, actor, seeker):
        return False
    match state:
        case Drafted() | Ended(case=None):
            return facts.speaker == seeker
        case Noticed(need=need):
            return facts.speaker == seeker or actor == need.noticed_by
        case _:
            return actor in coaches_of(state) or on_duty(facts, actor, OFFICES)


def unknown() -> Unknown:
    return Unknown("there is no such coaching case in this network", field="coaching")


def apart(facts: Facts, one: MemberId, other: MemberId) -> bool:
    """Power between the two, whoever declared it."""
    return one in kept_apart(facts, other) or other in kept_apart(facts, one)


def here(facts: Facts, member: MemberId) -> bool:
    return isinstance(facts(MEMBER, member), Active | Paused)


def facilitates(facts: Facts) -> bool:
    return facts.speaker in {OPERATOR, ENGINE} or on_duty(facts, facts.speaker, FACILITATORS)


def was_asked(command: c.CoachingCommand, state: Coaching, facts: Facts) -> bool:
    """Whether a coach answers who is not asked any more: they said no, were too late, or the request was withdrawn."""
    case = case_of(state)
    if case is None or not isinstance(command, c.AcceptOffer | c.DeclineOffer | c.ProposeTime):
        return False
    member = command.member
    once = member in case.offered.values() and member not in coaches_of(state)
    in_person = facts.speaker == member and (facts.actor == member or seen(state, facts))
    return once and in_person and not apart(facts, member, case.request.seeker)


def may_say(command: c.CoachingCommand, state: Coaching, facts: Facts) -> None:
    """Refuse what is for somebody else to say, in words."""
    match command:
        case c.NoticeCoachingNeed(noticed_by=member) | c.LogSession(member=member):
            _own_word(member, facts)
        case c.AcceptOffer(member=member) | c.DeclineOffer(member=member) | c.ProposeTime(member=member):
            _own_word(member, facts)
            _only(_asked(state), facts, "this is for the two to say")
        case c.AnswerRequest(member=member):
            _own_word(member, facts)
            _only(_or_facilitator(coaches_of(state), facts), facts, "only a facilitator or the coach answers")
        case c.OfferCoach():
            words = "only a facilitator, or the coach who hands over, may do this"
            _only(_or_facilitator(_pair(state) - {seeker_of(state)}, facts), facts, words)
            _no_own_case(state, facts)
        case c.GrantContext() if facts.actor not in {seeker_of(state), OPERATOR}:
            raise NotTheirs("only the one whose need it is says so, in person", field="coaching")
        case c.WithdrawRequest():
            _only(_withdrawing(state, facts), facts, "this is for the one whose need it is to say")
        case _:
            _may_say_as(command, state, facts)


def _may_say_as(command: c.CoachingCommand, state: Coaching, facts: Facts) -> None:
    """What goes by the part that somebody has in the case."""
    seeker = seeker_of(state)
    if isinstance(command, _OF_SEEKER):
        _only(frozenset({seeker}), facts, "this is for the one whose need it is to say")
    elif isinstance(command, _OF_FACILITATOR):
        _only(_or_facilitator(frozenset(), facts), facts, "only a facilitator may do this")
        _no_own_case(state, facts)
    elif isinstance(command, _OF_ENGINE):
        _only(frozenset({ENGINE, OPERATOR}), facts, "this follows by itself and is for nobody to say")
    elif isinstance(command, _OF_THE_TWO):
        _only(_pair(state) | {OPERATOR}, facts, "this is for the two to say")
    elif isinstance(command, _OF_ALL):
        _only(_or_facilitator(_pair(state), facts), facts, "only the two or a facilitator may say this")


def _no_own_case(state: Coaching, facts: Facts) -> None:
    """Nobody decides in their own case, under whatever identity: neither how urgent it is nor who coaches."""
    seeker = seeker_of(state)
    theirs = frozenset() if seeker is None else identities(facts, seeker) | {seeker}
    if not theirs.isdisjoint({facts.speaker, facts.actor}):
        raise NotTheirs("this is for another facilitator: the need is your own", field="coaching")


def _pair(state: Coaching) -> frozenset[MemberId | None]:
    """Who works on it: the seeker and, once there is one, the coach; not who is only asked to take over."""
    coaches = {state.engagement.coach} if isinstance(state, Engaged) else coaches_of(state)
    return frozenset({seeker_of(state), *coaches})


def _asked(state: Coaching) -> frozenset[MemberId | None]:
    """Between whom an offer stands. Where none does, what the case is stands first."""
    offer = offer_of(state)
    return frozenset({seeker_of(state)} | ({offer.offered.coach} if offer else coaches_of(state)))


def _or_facilitator(who: frozenset[MemberId | None], facts: Facts) -> frozenset[MemberId | None]:
    return who | {facts.speaker} if facilitates(facts) else who


def _withdrawing(state: Coaching, facts: Facts) -> frozenset[MemberId | None]:
    """The seeker; of one who left nobody else could."""
    seeker = seeker_of(state)
    gone = seeker is not None and not here(facts, seeker)
    return _or_facilitator(frozenset({seeker}), facts) if gone else frozenset({seeker})


def _only(who: frozenset[MemberId | None], facts: Facts, words: str) -> None:
    if facts.speaker not in who:
        raise NotTheirs(words, field="coaching", remedy="ask one of them" if "facilitator" in words else None)


def _own_word(member: MemberId, facts: Facts) -> None:
    only_by(member, facts, "only they themselves may say this")


def moves_of(state: Coaching, member: MemberId, *, facilitates: bool) -> frozenset[type[c.CoachingCommand]]:
    """What somebody may do next by their part in the case; whether it comes to anything also rests on others."""
    works, own = member == OPERATOR or member in _pair(state), member == seeker_of(state)
    decides = facilitates and not own
    offer = offer_of(state)
    parts = (
        (_OF_SEEKER | c.WithdrawRequest, own),
        (_OF_FACILITATOR, decides),
        (_OF_THE_TWO | c.LogSession, works),
        (_OF_ALL, works or facilitates),
        (c.OfferCoach, decides or (works and not own)),
        (c.AnswerRequest, decides or member in coaches_of(state)),
        (c.AcceptOffer, offer is not None and offer.waits_for == member),
        (c.DeclineOffer | c.ProposeTime, member in _asked(state)),
    )
    theirs = [kinds for kinds, may in parts if may]
    return frozenset(
        move for move in MOVES[type(state)] if any(issubclass(move, kinds) for kinds in theirs) and _meant(move, state)
    )


def _meant(move: type[c.CoachingCommand], state: Coaching) -> bool:
    """Whether there is something that the move is about, where its state alone does not say so."""
    case, offer = case_of(state), offer_of(state)
    match state:
        case Ended(how=how, feedback=feedback) if issubclass(move, c.GiveFeedback):
            return how == "closed" and feedback is None
        case Engaged() if issubclass(move, c.AcceptOffer | c.DeclineOffer | c.ProposeTime):
            return offer is not None
        case _ if issubclass(move, c.AnswerGroupResponse):
            return case is not None and case.response is not None
        case _ if issubclass(move, c.OfferCoach):
            return case is not None and case.triage is not None and case.triage.disposition in COACHED
        case _:
            return True
