"""Draws the states of a coaching case from the domain's own table of moves."""

from collections import defaultdict
from collections.abc import Iterator
from textwrap import wrap
from typing import Final

import click

from domain.coaching.moves import MOVES, words_of
from domain.coaching.states import WORDS, Ended, NotAsked

_WIDTH: Final = 44  # characters of a label before it goes on in another line


@click.command()
def diagram() -> None:
    """Draw the states of a coaching case and the moves between them, as a mermaid diagram.

    \b
    Example: confrere coaching diagram
    """
    click.echo(drawn())


def drawn() -> str:
    """As docs/coaching.md shows it."""
    return "\n".join(("stateDiagram-v2", *(f"    {line}" for line in _lines())))


def _lines() -> Iterator[str]:
    for state, word in WORDS.items():
        if state is not NotAsked:
            yield f'state "{word}" as {state.__name__}'
    for state, moves in MOVES.items():
        leading = defaultdict[type, list[str]](list)
        for command, targets in moves.items():
            for target in targets:
                leading[target].append(words_of(command))
        for target, words in leading.items():
            yield f"{_name(state)} --> {_name(target)}: {'<br/>'.join(wrap(', '.join(words), _WIDTH))}"
    yield f"{_name(Ended)} --> [*]"


def _name(state: type) -> str:
    return "[*]" if state is NotAsked else state.__name__
