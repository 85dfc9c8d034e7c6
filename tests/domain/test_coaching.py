"""The code does what the table of moves says: for every state and every word, legal and not."""

from typing import Final, get_args

import pytest

from domain.coaching import COACHING, Coaching, CoachingCommand
from domain.coaching import commands as c
from domain.coaching.moves import MOVES, standing, words_of
from domain.coaching.rights import moves_of
from domain.coaching.states import (
    WORDS,
    Accepted,
    Clarifying,
    Drafted,
    Ended,
    Engaged,
    NotAsked,
    Noticed,
    Offered,
    Triaged,
    Waiting,
)
from domain.refusals import IllegalMove, Refused, Unknown
from domain.vocabulary import ENGINE, OPERATOR
from tests.domain.cases import CASE, EXAMPLES, FIRST, WAYS, example, in_state
from tests.domain.scenario import ADA, BEN, DAN

STATES: Final[tuple[type[Coaching], ...]] = get_args(Coaching)
COMMANDS: Final[tuple[type[CoachingCommand], ...]] = get_args(CoachingCommand)
LEGAL: Final = [(state, command) for state in STATES for command in COMMANDS if command in MOVES[state]]
ILLEGAL: Final = [(state, command) for state in STATES for command in COMMANDS if command not in MOVES[state]]
SUBMITTED: Final = (Waiting, Clarifying, Triaged, Offered, Accepted, Engaged, Ended)
# what holds already where it is said again, and so is no error
QUIET: Final = {
    (Noticed, c.NoticeCoachingNeed),
    *((state, c.SubmitRequest) for state in SUBMITTED),
    *((state, c.ExpireOffer) for state in SUBMITTED),
    (Accepted, c.AcceptOffer),
    (Engaged, c.OpenEngagement),
    (Ended, c.CloseEngagement),
}


def name(kind: type) -> str:
    return kind.__name__


def reached(state: type[Coaching], command: type[CoachingCommand]) -> tuple[Coaching, Refused | None, int]:
    """Where the word leads, with what was refused and how many facts it left."""
    scene = in_state(state, *FIRST.get((state, command), ()))
    assert isinstance(scene.world(COACHING, CASE), state)
    said = example(state, command)
    try:
        events = scene.world.tell(said)
    except Refused as refusal:
        return scene.world(COACHING, CASE), refusal, 0
    return scene.world(COACHING, CASE), None, len(events)


def test_the_table_names_every_state_and_every_word_has_a_phrase_and_an_example() -> None:
    assert MOVES.keys() == set(STATES) == WORDS.keys() == WAYS.keys()
    assert set(EXAMPLES) == set(COMMANDS)
    assert len({words_of(command) for command in COMMANDS}) == len(COMMANDS)
    assert {command for moves in MOVES.values() for command in moves} == set(COMMANDS)


@pytest.mark.parametrize(("state", "command"), LEGAL, ids=name)
def test_a_legal_move_leads_where_the_table_says(state: type[Coaching], command: type[CoachingCommand]) -> None:
    after, refusal, facts = reached(state, command)
    assert refusal is None
    assert facts > 0
    assert type(after) in MOVES[state][command]


@pytest.mark.parametrize(("state", "command"), ILLEGAL, ids=name)
def test_any_other_is_refused_and_told_where_the_case_stands_and_what_is_possible(
    state: type[Coaching], command: type[CoachingCommand]
) -> None:
    after, refusal, facts = reached(state, command)
    assert isinstance(after, state)
    assert facts == 0
    if state is NotAsked:
        assert isinstance(refusal, Unknown)
    elif refusal is None:
        assert (state, command) in QUIET
    else:
        assert isinstance(refusal, IllegalMove)
        assert f"this case is {standing(after)}, so nobody can {words_of(command)} now" in refusal.words
        assert all(words_of(move) in str(refusal.remedy) for move in MOVES[state])


def test_nothing_else_is_passed_over_in_silence() -> None:
    assert {pair for pair in ILLEGAL if reached(*pair)[1] is None} == QUIET - set(LEGAL)


@pytest.mark.parametrize(("state", "command"), LEGAL, ids=name)
def test_a_move_said_twice_changes_nothing(state: type[Coaching], command: type[CoachingCommand]) -> None:
    scene = in_state(state, *FIRST.get((state, command), ()))
    said = example(state, command)
    scene.world.tell(said)
    assert scene.world.tell(said) == ()


def test_a_clarified_request_goes_on_where_it_was() -> None:
    clarified = EXAMPLES[c.ClarifyRequest]
    for state in (Waiting, Triaged):
        scene = in_state(state, EXAMPLES[c.AskClarification], clarified)
        assert isinstance(scene.world(COACHING, CASE), state)


def test_a_draft_and_a_noticed_need_are_there_for_nobody_else() -> None:
    """Not even for staff, whatever they try; a need also for who noticed it."""
    for state, command in ((Drafted, c.TriageRequest), (Noticed, c.ReferOut), (Drafted, c.ReferOut)):
        said = EXAMPLES[command]
        who = "member-cccccccc" if state is Noticed else said.by
        in_state(state).when(said.command, by=who).refused("no such coaching case")


@pytest.mark.parametrize(("state", "command"), LEGAL, ids=name)
def test_who_makes_a_move_was_told_that_they_may(state: type[Coaching], command: type[CoachingCommand]) -> None:
    scene, said = in_state(state, *FIRST.get((state, command), ())), example(state, command)
    if state is NotAsked or said.by == ENGINE:
        return
    assert command in moves_of(scene.world(COACHING, CASE), said.by, facilitates=said.by in {OPERATOR, DAN})


def test_nobody_is_told_of_moves_that_are_for_others() -> None:
    waiting = in_state(Waiting).world(COACHING, CASE)
    assert {*moves_of(waiting, ADA, facilitates=False)} == {c.GrantContext, c.ResolveRequest, c.WithdrawRequest}
    assert c.TriageRequest in moves_of(waiting, DAN, facilitates=True)
    assert c.TriageRequest not in moves_of(waiting, ADA, facilitates=True)
    assert moves_of(waiting, BEN, facilitates=False) == frozenset()
