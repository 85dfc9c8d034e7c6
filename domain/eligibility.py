"""Who may be suggested to whom, or asked for time: a tuple of named rules, each objecting in words."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from msgspec import Struct

from domain.vocabulary import Level, MemberId, RoleFamily

UNAVAILABLE: Final = "unavailable"  # a private mute, a full calendar and a conflict are worded alike


class Mode(StrEnum):
    """Whose company the reader asked for."""

    ANY = "any"
    ROLE_ALIKE = "role-alike"
    MIXED_ROLE = "mixed-role"


class Candidate(Struct, frozen=True, kw_only=True):
    """A member as the rules see them."""

    member: MemberId
    present: bool = True
    away: bool = False
    level: Level | None = None
    free_minutes: int | None = None  # None: no time was ever offered
    same_as: frozenset[MemberId] = frozenset()
    conflicts: frozenset[MemberId] = frozenset()  # declared by this member
    muted: frozenset[MemberId] = frozenset()  # by this member
    families: frozenset[RoleFamily] = frozenset()
    sites: frozenset[str] = frozenset()
    districts: frozenset[str] = frozenset()


class Asking(Struct, frozen=True, kw_only=True):
    """Who asks, and for what. `minutes` is None while nobody's time is asked for: a suggestion."""

    reader: Candidate
    minutes: int | None = None
    leads_to_ask: bool = False  # the reader's next step would be an ask of this size
    usual_minutes: int = 0
    mode: Mode = Mode.ANY
    suggested_lately: frozenset[MemberId] = frozenset()  # for another need of the same reader
    dismissed: frozenset[MemberId] = frozenset()  # by this reader


class Objection(Struct, frozen=True):
    """The rule that binds, and how it is worded to the one who asks."""

    rule: str  # the true cause; stored and shown only as `words` where it is private
    words: str


Rule = Callable[[Candidate, Asking], str | None]


def oneself(candidate: Candidate, asking: Asking) -> str | None:
    """Nobody is matched with themselves, across linked identities."""
    reader = asking.reader
    same = candidate.member == reader.member
    linked = candidate.member in reader.same_as or reader.member in candidate.same_as
    return "the same person" if same or linked or candidate.same_as & reader.same_as else None


def gone(candidate: Candidate, asking: Asking) -> str | None:  # noqa: ARG001 - one shape for all rules
    """Who left is not suggested."""
    return None if candidate.present else "no longer in the network"


def power_conflict(candidate: Candidate, asking: Asking) -> str | None:
    """Conflict pairs are never matched, whoever declared it."""
    pair = asking.reader.member in candidate.conflicts or candidate.member in asking.reader.conflicts
    return UNAVAILABLE if pair else None


def mute(candidate: Candidate, asking: Asking) -> str | None:
    """A private mute holds in both directions."""
    pair = asking.reader.member in candidate.muted or candidate.member in asking.reader.muted
    return UNAVAILABLE if pair else None


def away(candidate: Candidate, asking: Asking) -> str | None:  # noqa: ARG001 - one shape for all rules
    """Who paused is left in peace, for now."""
    return UNAVAILABLE if candidate.away else None


def full_calendar(candidate: Candidate, asking: Asking) -> str | None:
    """A helper at a limit that was set is not asked, nor suggested where an ask would follow."""
    wanted = asking.minutes or (asking.usual_minutes if asking.leads_to_ask else 0)
    if candidate.free_minutes is None or not wanted:
        return None
    return UNAVAILABLE if wanted > candidate.free_minutes else None


def light_touch(candidate: Candidate, asking: Asking) -> str | None:
    """Honor and Follow get no asks for time."""
    if asking.minutes is None and not asking.leads_to_ask:
        return None
    return "takes part without being asked for time" if candidate.level in {Level.HONOR, Level.FOLLOW} else None


def no_time_offered(candidate: Candidate, asking: Asking) -> str | None:
    """Without a chosen level or budget somebody may be suggested, and gets no ask."""
    undecided = candidate.level is None or candidate.free_minutes is None
    return "has not offered time yet" if asking.minutes is not None and undecided else None


def other_company(candidate: Candidate, asking: Asking) -> str | None:
    """The asked-for mode holds: role-alike is one family, mixed another one."""
    alike = bool(candidate.families & asking.reader.families - {RoleFamily.UNSPECIFIED})
    match asking.mode:
        case Mode.ANY:
            return None
        case Mode.ROLE_ALIKE:
            return None if alike else "another role than asked for"
        case Mode.MIXED_ROLE:
            return "the same role, and a mixed group was asked for" if alike else None


def suggested_lately(candidate: Candidate, asking: Asking) -> str | None:
    """A pair suggested for one need waits before another need of the same reader."""
    return "suggested to you lately for another need" if candidate.member in asking.suggested_lately else None


def dismissed(candidate: Candidate, asking: Asking) -> str | None:
    """A reader's dismissal counts for that reader alone."""
    return "dismissed by you" if candidate.member in asking.dismissed else None


RULES: Final[tuple[Rule, ...]] = (
    oneself,
    gone,
    light_touch,
    no_time_offered,
    other_company,
    suggested_lately,
    dismissed,
    # what everybody may know stands first: "unavailable" about one who offered no time would tell of a mute
    power_conflict,
    mute,
    away,
    full_calendar,
)


def first_objection(candidate: Candidate, asking: Asking) -> Objection | None:
    """The first rule that binds, in the order of `RULES`; None when the candidate is eligible."""
    for rule in RULES:
        words = rule(candidate, asking)
        if words is not None:
            return Objection(rule.__name__, words)
    return None
