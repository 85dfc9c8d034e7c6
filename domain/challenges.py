"""Challenges: posted problems of practice, their stages, answers and ends."""

from typing import Annotated, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from domain.kernel import Command, Decider, Event, Facts, owned_by
from domain.members import hidden, may_steer, on_duty, present, speaks_for
from domain.refusals import IllegalMove, Malformed, NotTheirs, Unknown
from domain.vocabulary import (
    ENGINE,
    OFFICES,
    OPEN,
    OPERATOR,
    Confidentiality,
    Id,
    Label,
    MemberId,
    OptionalText,
    Stage,
    StreamId,
    Text,
    Title,
)


class PostChallenge(Command, frozen=True, kw_only=True):
    challenge: Id
    author: Id
    title: Title
    text: OptionalText = ""
    stage: Stage = Stage.NAMING
    category: Label = ""
    confidentiality: Confidentiality = Confidentiality.NETWORK


class ReframeChallenge(Command, frozen=True, kw_only=True):
    challenge: Id
    title: Title
    text: OptionalText = ""


class ChangeChallengeStage(Command, frozen=True, kw_only=True):
    challenge: Id
    stage: Stage


class AnswerChallenge(Command, frozen=True, kw_only=True):
    challenge: Id
    answer: Id
    member: Id
    to: Id | None = None  # the one who is answered; the challenge's author when nobody is named
    text: OptionalText = ""


class ResolveChallenge(Command, frozen=True, kw_only=True):
    challenge: Id
    note: OptionalText = ""


class SetChallengeAside(Command, frozen=True, kw_only=True):
    challenge: Id
    reason: Text


class MergeChallenges(Command, frozen=True, kw_only=True):
    challenge: Id  # is closed …
    into: Id  # … in favour of this one


ChallengeCommand: TypeAlias = (
    PostChallenge
    | ReframeChallenge
    | ChangeChallengeStage
    | AnswerChallenge
    | ResolveChallenge
    | SetChallengeAside
    | MergeChallenges
)


class ChallengePosted(Event, frozen=True, kw_only=True):
    author: str
    title: Annotated[str, owned_by("author")]
    text: Annotated[str, owned_by("author")] = ""
    stage: Stage = Stage.NAMING
    category: Annotated[str, owned_by("author")] = ""
    confidentiality: Confidentiality = Confidentiality.NETWORK


class ChallengeReframed(Event, frozen=True, kw_only=True):
    author: str
    title: Annotated[str, owned_by("author")]
    text: Annotated[str, owned_by("author")] = ""
    confidentiality: Confidentiality = Confidentiality.NETWORK


class ChallengeStageChanged(Event, frozen=True, kw_only=True):
    stage: Stage
    confidentiality: Confidentiality = Confidentiality.NETWORK


class ChallengeAnswered(Event, frozen=True, kw_only=True):
    answer: str
    member: str
    to: str
    text: Annotated[str, owned_by("member")] = ""
    confidentiality: Confidentiality = Confidentiality.NETWORK


class ChallengeResolved(Event, frozen=True, kw_only=True):
    author: str
    note: Annotated[str, owned_by("author")] = ""
    confidentiality: Confidentiality = Confidentiality.NETWORK


class ChallengeSetAside(Event, frozen=True, kw_only=True):
    author: str
    reason: Annotated[str, owned_by("author")]
    confidentiality: Confidentiality = Confidentiality.NETWORK


class ChallengesMerged(Event, frozen=True, kw_only=True):
    into: str
    confidentiality: Confidentiality = Confidentiality.NETWORK


ChallengeEvent: TypeAlias = (
    ChallengePosted
    | ChallengeReframed
    | ChallengeStageChanged
    | ChallengeAnswered
    | ChallengeResolved
    | ChallengeSetAside
    | ChallengesMerged
)


class NotPosted(Struct, frozen=True):
    """No challenge of this id."""


class Open(Struct, frozen=True, kw_only=True):
    posted: ChallengePosted
    title: str
    text: str
    stage: Stage
    answers: dict[str, ChallengeAnswered] = {}


class Ended(Struct, frozen=True, kw_only=True):
    posted: ChallengePosted
    answers: dict[str, ChallengeAnswered]
    how: str  # resolved, set aside, merged


Challenge: TypeAlias = NotPosted | Open | Ended


def decide(command: ChallengeCommand, state: Challenge, facts: Facts) -> tuple[ChallengeEvent, ...]:
    if not isinstance(command, PostChallenge) and not seen(state, facts):
        raise _unknown("challenge")
    match command, state:
        case PostChallenge(), NotPosted():
            present(facts, command.author, field="author")
            speaks_for(command.author, facts)
            return (_posted(command),)
        case PostChallenge(), Open(posted=posted) | Ended(posted=posted):
            speaks_for(command.author, facts)
            if _posted(command) == posted:
                return ()
            raise IllegalMove("a challenge of this id stands already", field="challenge", remedy="reframe that one")
        case (
            AnswerChallenge(answer=answer),
            Open(posted=posted, answers=answers) | Ended(posted=posted, answers=answers),
        ) if answer in answers:
            if _answered(command, posted) == answers[answer]:
                return ()
            raise IllegalMove("an answer of this id stands already, otherwise", field="answer")
        case AnswerChallenge(), Open(posted=posted):
            _may_answer(command, facts)
            return (_answered(command, posted),)
        case _, Open():
            return _decide_open(command, state, facts)
        case (
            (ResolveChallenge(), Ended(how="resolved"))
            | (SetChallengeAside(), Ended(how="set aside"))
            | (MergeChallenges(), Ended(how="merged"))
        ):
            return ()
        case _, Ended(how=how):
            raise IllegalMove(f"this challenge is {how}", field="challenge", remedy="post it anew")
        case _:
            raise _unknown("challenge")


def _decide_open(command: ChallengeCommand, state: Open, facts: Facts) -> tuple[ChallengeEvent, ...]:
    author, confidentiality = state.posted.author, state.posted.confidentiality
    if not may_steer(facts, author):
        raise NotTheirs("only its author or a facilitator may do this", field="challenge")
    match command:
        case ReframeChallenge(title=title, text=text):
            if (title, text) == (state.title, state.text):
                return ()
            return (ChallengeReframed(author=author, title=title, text=text, confidentiality=confidentiality),)
        case ChangeChallengeStage(stage=stage):
            changed = ChallengeStageChanged(stage=stage, confidentiality=confidentiality)
            return () if stage is state.stage else (changed,)
        case ResolveChallenge(note=note):
            return (ChallengeResolved(author=author, note=note, confidentiality=confidentiality),)
        case SetChallengeAside(reason=reason):
            return (ChallengeSetAside(author=author, reason=reason, confidentiality=confidentiality),)
        case MergeChallenges(challenge=challenge, into=into):
            if challenge == into:
                raise Malformed("a challenge cannot be merged into itself", field="into")
            open_challenge(facts, into, field="into")
            return (ChallengesMerged(into=into, confidentiality=confidentiality),)
        case PostChallenge() | AnswerChallenge():
            return ()


def evolve(state: Challenge, event: ChallengeEvent) -> Challenge:
    if isinstance(state, NotPosted) and isinstance(event, ChallengePosted):
        return Open(posted=event, title=event.title, text=event.text, stage=event.stage)
    return _evolve_open(state, event) if isinstance(state, Open) else state


def _evolve_open(state: Open, event: ChallengeEvent) -> Challenge:
    match event:
        case ChallengePosted():
            return state
        case ChallengeReframed(title=title, text=text):
            return replace(state, title=title, text=text)
        case ChallengeStageChanged(stage=stage):
            return replace(state, stage=stage)
        case ChallengeAnswered(answer=answer):
            return replace(state, answers=state.answers | {answer: event})
        case ChallengeResolved():
            return Ended(posted=state.posted, answers=state.answers, how="resolved")
        case ChallengeSetAside():
            return Ended(posted=state.posted, answers=state.answers, how="set aside")
        case ChallengesMerged():
            return Ended(posted=state.posted, answers=state.answers, how="merged")


CHALLENGE: Final = Decider[ChallengeCommand, Challenge, ChallengeEvent](
    kind="challenge", initial=NotPosted(), decide=decide, evolve=evolve
)


def author_of(facts: Facts, challenge: StreamId, *, field: str = "challenge") -> MemberId:
    """Whose challenge it is; refused when there is none of this id that the actor may see."""
    state = facts(CHALLENGE, challenge)
    if isinstance(state, NotPosted) or not seen(state, facts):
        raise _unknown(field)
    return state.posted.author


def class_of(facts: Facts, challenge: StreamId | None) -> Confidentiality:
    """Who may read what is said about a challenge; what is about none is for the two who speak."""
    state = NotPosted() if challenge is None else facts(CHALLENGE, challenge)
    return Confidentiality.PAIR if isinstance(state, NotPosted) else state.posted.confidentiality


def open_challenge(facts: Facts, challenge: StreamId, *, field: str = "challenge") -> Open:
    """A challenge that is worked on; refused when it ended or never was."""
    author_of(facts, challenge, field=field)
    state = facts(CHALLENGE, challenge)
    if isinstance(state, Open):
        return state
    raise IllegalMove("this challenge has ended", field=field)


def _posted(command: PostChallenge) -> ChallengePosted:
    return ChallengePosted(
        author=command.author,
        title=command.title,
        text=command.text,
        stage=command.stage,
        category=command.category,
        confidentiality=command.confidentiality,
    )


def seen(state: Challenge, facts: Facts) -> bool:
    """Whether the actor may know of it: what was told to few is unknown to the others, also that it stands."""
    if isinstance(state, NotPosted):
        return False
    author, confidentiality = state.posted.author, state.posted.confidentiality
    if facts.actor in {author, OPERATOR, ENGINE}:
        return True
    if confidentiality is Confidentiality.GROUP:
        return on_duty(facts, facts.actor, OFFICES)
    return confidentiality in OPEN and not hidden(facts, author)


def _unknown(field: str) -> Unknown:
    return Unknown("there is no such challenge in this network", field=field)


def _may_answer(command: AnswerChallenge, facts: Facts) -> None:
    present(facts, command.member, field="member")
    speaks_for(command.member, facts)
    if command.to is not None:
        present(facts, command.to, field="to")


def _answered(command: AnswerChallenge, posted: ChallengePosted) -> ChallengeAnswered:
    return ChallengeAnswered(
        answer=command.answer,
        member=command.member,
        to=command.to or posted.author,
        text=command.text,
        confidentiality=posted.confidentiality,
    )
