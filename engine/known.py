"""What is known of members for one need besides what they wrote: ties, answers, places, load and surroundings."""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from sqlite3 import Connection
from typing import Final

import numpy as np
from msgspec.structs import replace

from domain.kernel import ERASED
from domain.policies import MatchingPolicy
from domain.vocabulary import MemberId
from engine.ledger import Ledger
from engine.snapshot import Need
from models.corpus import Corpus
from models.people import Done, Facts, agreement, decayed
from models.ranking import PLACES, SHARES, Hit, fused, weighted_top_three
from projections import challenge_board, site_tree, ties
from projections.evidence import Piece
from projections.shape import AsOf
from projections.site_tree import Surroundings

_BANDS: Final = 4  # of load: a score must not tell a reader what stands in somebody's calendar
_SIZES: Final = (("small", 300), ("medium", 1000))  # enrolled, fewer than; larger beyond
_GRADE: Final = re.compile(r"(?<![^\W_])(?:pre-?k|[pt]?k|\d{1,2})(?![^\W_])")
_LEVELS: Final = (("elementary", range(6)), ("middle", range(6, 9)), ("high", range(9, 13)))


def done(
    connection: Connection,
    ledger: Ledger,
    need: Need,
    members: Sequence[MemberId],
    as_of: AsOf,
    policy: MatchingPolicy,
) -> Done:
    """What each of these did and was given until some moment: cheap, however many they are."""
    habit = policy.habit_half_life_days
    tied = ties.ages(connection, need.reader, need.subject, as_of)
    category = challenge_board.category(connection, need.subject)
    answers = ledger.answers(members, need.subject, category, as_of, habit)
    given = ledger.exposure(members, need.reader, need.subject, as_of, policy.exposure_half_life_days)
    return Done(
        tied=np.array([decayed(tied[each], habit) if each in tied else 0.0 for each in members]),
        in_category=answers.in_category,
        answered=answers.anywhere,
        since_answered=answers.latest,
        exposure=given,
    )


def surrounded(
    connection: Connection,
    need: Need,
    facts: Mapping[MemberId, Facts],
    loads: Mapping[MemberId, float],
) -> dict[MemberId, Facts]:
    """The same with what holds now: how full their time is, and whether they work where the reader does."""
    around = site_tree.surroundings(connection, {*facts, need.reader})
    ours = traits(around.get(need.reader, ()))
    return {
        member: replace(
            each,
            context=agreement(ours, traits(around.get(member, ()))),
            load=math.ceil(_BANDS * loads.get(member, 0.0)) / _BANDS,
        )
        for member, each in facts.items()
    }


def giving_back(
    corpus: Corpus,
    need: Need,
    own: Sequence[Piece],
    problems: Mapping[MemberId, Hit],
    alike: float,
    policy: MatchingPolicy,
) -> dict[MemberId, float]:
    """How many times as well all that the reader shows fits each one's problem as the need alone does; 1 at least.

    Two problems are as near one way as the other, so the need gives back what it takes; whatever else the reader shows
    near that problem comes on top, pooled like anybody's evidence. By meaning alone, with what is usual for the need:
    words would take figures for each of the problems.
    """
    weights = {"claimed": policy.claimed, "endorsed": policy.endorsed, "demonstrated": policy.demonstrated}
    others = [each for each in own if each.challenge != need.subject and each.id in corpus]
    asked = np.array([corpus.row(hit.id) for hit in problems.values()], dtype=np.int64)
    shown = np.array([corpus.row(each.id) for each in others], dtype=np.int64)
    asking = [hit.cosine for hit in problems.values()]
    cosines = np.vstack([asking, corpus.vectors.cosines(corpus.vectors.at(shown), asked)]).round(PLACES)
    fits = fused(cosines, np.zeros_like(cosines), 0.0, alike).T.tolist()
    worth = [1.0, *(weights[each.strength] for each in others)]
    return {member: _times_the_first(each, worth) for member, each in zip(problems, fits, strict=True)}


def _times_the_first(fits: Sequence[float], weights: Sequence[float]) -> float:
    first = weighted_top_three(fits[:1])
    best = sorted((fit * weight for fit, weight in zip(fits, weights, strict=True) if fit > 0), reverse=True)
    return max(1.0, round(weighted_top_three(best[: len(SHARES)]) / first, PLACES)) if first > 0 else 1.0


def traits(places: Collection[Surroundings]) -> dict[str, str]:
    """What was given of type and size of site, locale and grades; of several sites the first one that says."""
    found: dict[str, str] = {}
    for each in places:
        given = {
            "site type": _plain(each.site_type),
            "locale": _plain(each.locale),
            "size": _size(each.enrolment),
            "grades": grade_band(each.own_grades) or grade_band(each.grades),
        }
        found = {trait: value for trait, value in given.items() if value} | found
    return found


def grade_band(grades: str) -> str:
    """The levels that a range of grades touches, such as K-5 or 7–12; what names no grades stands for itself."""
    named = [0 if "k" in each else int(each) for each in _GRADE.findall(_plain(grades))]
    reached = range(min(named, default=0), max(named, default=-1) + 1)
    touched = [level for level, within in _LEVELS if set(reached) & set(within)]
    return " and ".join(touched) or _plain(grades)


def _size(enrolment: int | None) -> str:
    if enrolment is None:
        return ""
    return next((size for size, below in _SIZES if enrolment < below), "large")


def _plain(text: str) -> str:
    return "" if text == ERASED else " ".join(text.casefold().split())
