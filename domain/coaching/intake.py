"""How a case begins: a need is noticed, a request drafted and submitted, or given up before anybody is asked."""

from msgspec.structs import asdict

from domain.challenges import author_of
from domain.coaching import commands as c
from domain.coaching import events as e
from domain.coaching.rights import apart, unknown
from domain.coaching.states import Drafted, Ended, Noticed, seeker_of
from domain.kernel import Facts
from domain.members import identities, on_duty, only_by, present
from domain.refusals import Malformed, NotTheirs, Unknown
from domain.vocabulary import Confidentiality, MemberId, NetworkRole, StreamId

_NOTICING = frozenset({NetworkRole.FACILITATOR, NetworkRole.COACH})
_CLASSES = frozenset({Confidentiality.GROUP, Confidentiality.PAIR})


def begin(command: c.CoachingCommand, facts: Facts, earlier: Ended | None) -> tuple[e.CoachingEvent, ...]:
    """The first word of a case; `earlier` is the case that it opens again, where there is one."""
    match command:
        case c.NoticeCoachingNeed(seeker=seeker, noticed_by=by, challenge=challenge):
            only_by(by, facts, "only they themselves may say this")
            if not on_duty(facts, by, _NOTICING):
                raise NotTheirs("only a facilitator or a coach notes a need for somebody", field="noticed_by")
            if by in {seeker, *identities(facts, seeker)}:
                raise Malformed("this names the member themselves", field="seeker", remedy="draft a request")
            _present(seeker, by, facts)
            _own_challenge(challenge, seeker, facts)
            return (noticed(command),)
        case c.DraftRequest():
            return _draft(command, facts, earlier)
        case _:
            raise unknown()


def decide_intake(
    command: c.CoachingCommand, state: Noticed | Drafted, facts: Facts, earlier: Ended | None
) -> tuple[e.CoachingEvent, ...]:
    seeker = seeker_of(state) or ""
    match command, state:
        case c.DraftRequest(), _:
            if command.seeker != seeker:
                raise Malformed("this need is somebody else's", field="seeker")
            return _draft(command, facts, earlier)
        case c.SubmitRequest(), Drafted(draft=draft):
            present(facts, seeker, field="seeker")
            fields = {k: v for k, v in asdict(draft).items() if k != "chosen"}
            return (e.CoachingRequested(**fields, confidentiality=draft.chosen),)
        case c.WithdrawRequest(reason=reason), _:
            told = Confidentiality.SEALED if isinstance(state, Drafted) else Confidentiality.PAIR
            return (e.RequestWithdrawn(seeker=seeker, reason=reason, confidentiality=told),)
        case _:
            return ()


def _draft(command: c.DraftRequest, facts: Facts, earlier: Ended | None) -> tuple[e.CoachingEvent, ...]:
    only_by(command.seeker, facts, "only they themselves ask for coaching")
    _present(command.seeker, facts.actor, facts)
    _own_challenge(command.challenge, command.seeker, facts)
    if command.confidentiality not in _CLASSES:
        words = "a request is read by its group (facilitators and coach) or by the pair who work on it"
        raise Malformed(words, field="confidentiality", remedy="choose group or pair")
    if command.reopens is not None and not (earlier and earlier.case and earlier.seeker == command.seeker):
        raise Unknown("there is no ended case of yours of this id", field="reopens")
    return (drafted(command),)


def _present(seeker: MemberId, by: MemberId, facts: Facts) -> None:
    """Who has power over somebody asks for no coaching of theirs, whatever their office."""
    present(facts, seeker, field="seeker")
    if apart(facts, by, seeker):
        raise Unknown("there is no such member in this network", field="seeker")


def _own_challenge(challenge: StreamId | None, seeker: MemberId, facts: Facts) -> None:
    if challenge is not None and author_of(facts, challenge) != seeker:
        raise Malformed("this challenge is somebody else's", field="challenge")


def noticed(command: c.NoticeCoachingNeed) -> e.CoachingNeedNoticed:
    return e.CoachingNeedNoticed(
        seeker=command.seeker, noticed_by=command.noticed_by, challenge=command.challenge, text=command.text
    )


def drafted(command: c.DraftRequest) -> e.RequestDrafted:
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
