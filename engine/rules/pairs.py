"""Whom an event brings together: those who are introduced, who coaches whom, and who stands on whose list."""

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Final, TypeAlias

from engine.rules.told import Told

Pairs: TypeAlias = Iterator[tuple[str, str]]

GROUP: Final = "a consultancy I could convene"
LISTED: Final = "recommendation.issued"


def _introduced(told: Told) -> Pairs:
    yield told.fields["seeker"], told.fields["helper"]


def _coached(told: Told) -> Pairs:
    yield told.fields["seeker"], told.fields["coach"]


def _handed_over(told: Told) -> Pairs:
    yield told.fields["seeker"], told.fields["to"]


def _noticed(told: Told) -> Pairs:
    yield told.fields["seeker"], told.fields["noticed_by"]


def _listed(told: Told) -> Pairs:
    people = [pick["candidate"] for pick in told.fields["picks"] if pick["candidate"].startswith("member-")]
    yield from ((told.fields["reader"], each) for each in people)
    if told.fields["kind"] == GROUP:
        yield from combinations(people, 2)


TOGETHER: Final[Mapping[str, Callable[[Told], Pairs]]] = {
    "introduction.offered": _introduced,
    "introduction.made": _introduced,
    "coaching.need-noticed": _noticed,
    "coaching.coach-offered": _coached,
    "coaching.engagement-opened": _coached,
    "coaching.case-handed-over": _handed_over,
    LISTED: _listed,
}


def known_at(told: Told) -> int:
    """The position up to which the history counts for what is said here: a list's own, else all before."""
    if told.name == LISTED:
        position: int = told.fields["inputs"]["position"]
        return position
    return told.position
