"""Own words: what members say about the use of what they wrote, and how it should have read."""

from typing import Annotated, Final, TypeAlias

from msgspec import Meta, Struct
from msgspec.structs import replace

from domain.challenges import CHALLENGE, ChallengeAnswered, NotPosted
from domain.kernel import Command, Decider, Event, Facts, owned_by
from domain.members import MEMBER, Erased, NotJoined, only_by
from domain.refusals import NotTheirs, Unknown
from domain.vocabulary import Confidentiality, Id, MemberId, Name, OptionalText, StreamId

Position: TypeAlias = Annotated[int, Meta(ge=1, le=2**53)]


class WithdrawText(Command, frozen=True, kw_only=True):
    """From matching: it is shown where it was, and leads to nobody and nothing any more."""

    member: Id
    position: Position  # of the event that holds the member's text


class ReturnText(Command, frozen=True, kw_only=True):
    member: Id
    position: Position


class CorrectName(Command, frozen=True, kw_only=True):
    member: Id
    name: Name


class CorrectAnswer(Command, frozen=True, kw_only=True):
    member: Id
    challenge: Id
    answer: Id
    text: OptionalText


WordsCommand: TypeAlias = WithdrawText | ReturnText | CorrectName | CorrectAnswer


class TextWithdrawn(Event, frozen=True, kw_only=True):
    member: str
    position: int


class TextReturned(Event, frozen=True, kw_only=True):
    member: str
    position: int


class CorrectionRecorded(Event, frozen=True, kw_only=True):
    member: str
    subject: str  # the member for their name, or an answer of theirs
    text: Annotated[str, owned_by("member")]  # as it should have read
    confidentiality: Confidentiality = Confidentiality.NETWORK  # that of what it corrects


WordsEvent: TypeAlias = TextWithdrawn | TextReturned | CorrectionRecorded


class OwnWords(Struct, frozen=True, kw_only=True):
    withdrawn: frozenset[int] = frozenset()
    corrected: dict[str, str] = {}


def words_of(member: MemberId) -> StreamId:
    return f"words-{member.partition('-')[2]}"


def decide(command: WordsCommand, state: OwnWords, facts: Facts) -> tuple[WordsEvent, ...]:
    member = command.member
    if isinstance(facts(MEMBER, member), NotJoined | Erased):
        raise Unknown("there is no such member in this network", field="member")
    only_by(member, facts, "only the member says this of their own words")
    match command:
        case WithdrawText(position=position):
            return () if position in state.withdrawn else (TextWithdrawn(member=member, position=position),)
        case ReturnText(position=position):
            return (TextReturned(member=member, position=position),) if position in state.withdrawn else ()
        case CorrectName(name=name):
            return _corrected(CorrectionRecorded(member=member, subject=member, text=name), state)
        case CorrectAnswer(answer=answer, text=text):
            told = _their_answer(command, facts).confidentiality
            return _corrected(CorrectionRecorded(member=member, subject=answer, text=text, confidentiality=told), state)


def evolve(state: OwnWords, event: WordsEvent) -> OwnWords:
    match event:
        case TextWithdrawn(position=position):
            return replace(state, withdrawn=state.withdrawn | {position})
        case TextReturned(position=position):
            return replace(state, withdrawn=state.withdrawn - {position})
        case CorrectionRecorded(subject=subject, text=text):
            return replace(state, corrected=state.corrected | {subject: text})


WORDS: Final = Decider[WordsCommand, OwnWords, WordsEvent](
    kind="words", initial=OwnWords(), decide=decide, evolve=evolve
)


def _corrected(correction: CorrectionRecorded, state: OwnWords) -> tuple[WordsEvent, ...]:
    return () if state.corrected.get(correction.subject) == correction.text else (correction,)


def _their_answer(command: CorrectAnswer, facts: Facts) -> ChallengeAnswered:
    state = facts(CHALLENGE, command.challenge)
    answers = {} if isinstance(state, NotPosted) else state.answers
    if command.answer not in answers:
        raise Unknown("there is no such answer in this network", field="answer")
    if answers[command.answer].member != command.member:
        raise NotTheirs("only who wrote an answer corrects it", field="answer")
    return answers[command.answer]
