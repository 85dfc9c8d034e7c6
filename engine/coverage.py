"""Which themes of open needs have helpers with room, and which have none or only one."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from domain.budgets import Budget
from domain.calendar import day_of
from domain.eligibility import Asking, Candidate, first_objection, in_conflict, same_person
from domain.vocabulary import MemberId
from engine.at_hand import KeptUp
from engine.coaches import COACHING_ROLES, Coaches, Fits
from engine.themes import Theme, snapshot_of
from models.ranking import PLACES
from projections import coaching_work, member_directory, time_budgets
from projections.network_setting import setting
from projections.reading import Reader

_NOBODY: Final = Candidate(member="")  # in particular asks


class Covered(StrEnum):
    NOBODY = "nobody"
    ONE = "only one"
    SEVERAL = "several"


_ORDER: Final = {covered: place for place, covered in enumerate(Covered)}


class Helper(Struct, frozen=True):
    member: MemberId
    fit: float  # to the needs of the theme, the median; on the scale on which coaches are chosen


class Coverage(Struct, frozen=True, kw_only=True):
    theme: Theme
    covered: Covered
    helpers: tuple[Helper, ...]  # coaches and experts with room, the best fit first


def coverage(
    up: KeptUp, coaches: Coaches, reader: Reader, found: Sequence[Theme], at: datetime
) -> tuple[Coverage, ...]:
    """Of each theme, the least covered first, and of those the largest.

    With room is who may be asked for a session in the period of today, whoever would ask. Mutes are left aside, since a
    helper who is missing for a theme of few would tell of one. Whom the reader must not be shown is no helper here, and
    what is held for them takes up no room, as on the burden board.
    """
    seeker_of = {case.coaching: case.seeker for case in coaching_work.open_needs(up.connection)}
    free, policy = _with_room(up, reader, at), setting(up.connection).policy
    people = snapshot_of(up, at).people({*free, *(seeker_of[case] for theme in found for case in theme.cases)})
    told = []
    for theme in found:
        seekers = [people[seeker_of[case]] for case in theme.cases]
        fits = coaches.fits(up.connection, up.position, policy, theme.cases)
        able = [
            Helper(member, fit)
            for member, fit in zip(fits.people, _middle(fits), strict=True)
            if member in free and fit >= policy.coaching.fit_floor and _could_help(people[member], seekers)
        ]
        told.append(_covered(theme, able))
    return tuple(sorted(told, key=lambda each: (_ORDER[each.covered], -each.theme.size, each.theme.id)))


def _middle(fits: Fits) -> list[float]:
    """Of each of the people the median over the needs: half of them fit no worse."""
    rows = np.stack(list(fits.of.values())) if fits.of else np.zeros((1, len(fits.people)))
    found: list[float] = np.median(rows, axis=0).round(PLACES).tolist()
    return found


def _with_room(up: KeptUp, reader: Reader, at: datetime) -> frozenset[MemberId]:
    """Coaches and experts who may be asked for a session, as far as the reader may know."""
    known = setting(up.connection)
    held = member_directory.holding(up.connection, COACHING_ROLES).values()
    members = sorted(frozenset[MemberId]().union(*held) - reader.apart)
    budgets, today = time_budgets.budgets_seen(up.connection, reader, members), day_of(at, known.calendar)
    asking = Asking(reader=_NOBODY, minutes=known.policy.coaching.session_minutes)
    found = snapshot_of(up, at).people(members).items()
    seen = [replace(one, free_minutes=budgets.get(who, Budget()).free_on(today, known.calendar)) for who, one in found]
    return frozenset(one.member for one in seen if first_objection(one, asking) is None)


def _could_help(helper: Candidate, seekers: Collection[Candidate]) -> bool:
    """At least one of them; who shares the need does not answer it."""
    if any(same_person(helper, seeker) for seeker in seekers):
        return False
    return not all(in_conflict(helper, seeker) for seeker in seekers)


def _covered(theme: Theme, able: Sequence[Helper]) -> Coverage:
    covered = Covered.NOBODY if not able else Covered.ONE if len(able) == 1 else Covered.SEVERAL
    return Coverage(
        theme=theme, covered=covered, helpers=tuple(sorted(able, key=lambda each: (-each.fit, each.member)))
    )
