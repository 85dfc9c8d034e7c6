"""The order of candidates: things by their fit, people also by what else is known of them; and which rule binds."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from msgspec.structs import replace

from domain.eligibility import (
    DISMISSED,
    UNAVAILABLE,
    Asking,
    Candidate,
    Mode,
    Objection,
    all_objections,
    first_objection,
)
from domain.recommendations import ListKind
from domain.vocabulary import MemberId
from engine.case import Case, Ranked
from engine.snapshot import Snapshot
from models.people import Done, Facts, reach, scored
from models.ranking import PLACES
from models.vector_index import Floats

AT_ONCE: Final = 16  # candidates looked up together at least: few are needed beyond the length of a list
PEOPLE: Final = frozenset({ListKind.PEERS, ListKind.AHEAD, ListKind.EXPERTS, ListKind.CONSULTANCY})

Judged = list[tuple[Ranked, str | None]]


def judged(everyone: Sequence[Ranked], case: Case, snapshot: Snapshot, enough: int) -> Judged:
    """The first in order, with the rule that keeps each off the list, up to where enough are eligible, and equals.

    Exact without looking everybody up: who could not reach the last place with all that may yet be found is left out.
    """
    done = snapshot.done(case.need, [one.candidate for one in everyone]) if case.need.kind in PEOPLE else None
    reaches = _reaches(everyone, done, case)
    order = np.argsort(-reaches, kind="stable").tolist()
    found: Judged = []
    at_once = max(AT_ONCE, enough)
    for start in range(0, len(order), at_once):
        part = order[start : start + at_once]
        if reaches[part[0]] < _last(found, enough):
            break
        some = [everyone[row] for row in part]
        look_up(some, case)
        if done is not None:
            some = _scored(some, [done.of(row, everyone[row].fit) for row in part], case, snapshot)
        found += [(one, objection(one, case)) for one in some]
    return sorted(found, key=lambda each: (-each[0].score, each[0].candidate))


def _last(found: Judged, enough: int) -> float:
    """The score of the last place; until it is given, below all scores."""
    scores = sorted((one.score for one, rule in found if rule is None), reverse=True)
    return scores[enough - 1] if len(scores) >= enough else -math.inf


def _reaches(everyone: Sequence[Ranked], done: Done | None, case: Case) -> Floats:
    """The highest score of each that whatever is not looked up yet may lead to."""
    if done is None:
        return np.array([one.score for one in everyone])
    fits = np.array([one.fit for one in everyone])
    return reach(fits, done, case.policy, mutually=case.need.kind is ListKind.PEERS)


def _scored(some: Sequence[Ranked], done: Sequence[Facts], case: Case, snapshot: Snapshot) -> list[Ranked]:
    facts = snapshot.surrounded(case.need, {one.candidate: each for one, each in zip(some, done, strict=True)})
    if case.need.kind is ListKind.PEERS:
        back = snapshot.back(case.need, {one.candidate: one.hits[0] for one in some}, case.figures.alike)
        facts = {
            member: replace(each, back=min(1.0, each.fit * back[member])) if each.fit > 0 else each  # else none to give
            for member, each in facts.items()
        }
    found = [(one, scored(facts[one.candidate], case.policy)) for one in some]
    return [replace(one, score=each.score, points=_points(one.fit, each.parts)) for one, each in found]


def _points(fit: float, parts: dict[str, float]) -> dict[str, float]:
    """The fit as it was found, and apart from it what the other direction changed."""
    mutual = round(parts["fit"] - fit, PLACES)
    return {**parts, "fit": fit, "mutual": mutual} if mutual else parts


def look_up(some: Sequence[Ranked], case: Case) -> None:
    case.people.look_up([one.person for one in some if one.person is not None])


def objection(one: Ranked, case: Case) -> str | None:
    """The first binding rule as it is stored: private causes are one word."""
    if one.candidate in case.asking.dismissed:
        return DISMISSED.rule
    found = None if one.person is None else first_objection(*_as_asked(one, one.person, case))
    if found is None:
        return None
    return UNAVAILABLE if found.words == UNAVAILABLE else found.rule


def objections(one: Ranked, case: Case) -> list[Objection]:
    """All rules that bind, private ones by their names too: not for the reader."""
    dismissed = [DISMISSED] if one.candidate in case.asking.dismissed else []
    if one.person is None:
        return dismissed
    return dismissed + [each for each in all_objections(*_as_asked(one, one.person, case)) if each not in dismissed]


def _as_asked(one: Ranked, person: MemberId, case: Case) -> tuple[Candidate, Asking]:
    who, asking = case.known(person), case.asking
    if one.candidate != one.person:  # a thing of theirs can wait for them
        who, asking = replace(who, away=False), replace(asking, suggested_lately=frozenset())
    if case.need.kind is ListKind.RESOURCES:  # and material is usable without them, whatever their role
        who, asking = replace(who, present=True), replace(asking, mode=Mode.ANY)
    return who, asking
