"""Who may be suggested to whom, or asked for time: a tuple of named rules, each objecting in words."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final, TypeAlias

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
    conflicts: frozenset[MemberId] = frozenset()  # declared by this member, and all down the line of supervision
    muted: frozenset[MemberId] = frozenset()  # by this member
    families: frozenset[RoleFamily] = frozenset()
    sites: frozenset[str] = frozenset()
    districts: frozenset[str] = frozenset()


class Asking(Struct, frozen=True, kw_only=True):
    """Who asks, and for what. `minutes` is None while nobody's time is asked for: a suggestion."""

    reader: Candidate
    minutes: int | None = None
    volunteered: bool = False  # the candidate offers it in person
    leads_to_ask: bool = False  # the reader's next step would be an ask of this size
    usual_minutes: int = 0
    mode: Mode = Mode.ANY
    suggested_lately: frozenset[MemberId] = frozenset()  # for another need of the same reader
    dismissed: frozenset[MemberId] = frozenset()  # by this reader


class Objection(Struct, frozen=True):
    """The rule that binds, and how it is worded to the one who asks."""

    rule: str
    words: str


def same_person(one: Candidate, other: Candidate) -> bool:
    """The same member, or linked identities of one person."""
    linked = one.member in other.same_as or other.member in one.same_as
    return one.member == other.member or linked or not one.same_as.isdisjoint(other.same_as)


def in_conflict(one: Candidate, other: Candidate) -> bool:
    """Power between them, whoever declared it."""
    return one.member in other.conflicts or other.member in one.conflicts


def muted_between(one: Candidate, other: Candidate) -> bool:
    """A private mute holds in both directions."""
    return one.member in other.muted or other.member in one.muted


def must_not_meet(one: Candidate, other: Candidate) -> bool:
    return in_conflict(one, other) or muted_between(one, other)


def oneself(candidate: Candidate, asking: Asking) -> bool:
    """Nobody is matched with themselves, across linked identities."""
    return same_person(candidate, asking.reader)


def gone(candidate: Candidate, asking: Asking) -> bool:  # noqa: ARG001 - one shape for all rules
    return not candidate.present


def light_touch(candidate: Candidate, asking: Asking) -> bool:
    """Honor and Follow get no asks for time; what they offer themselves is no ask."""
    time_follows = asking.minutes is not None or asking.leads_to_ask
    return time_follows and not asking.volunteered and candidate.level in {Level.HONOR, Level.FOLLOW}


def no_time_offered(candidate: Candidate, asking: Asking) -> bool:
    """Without a chosen level or budget somebody may be suggested, and gets no ask."""
    return asking.minutes is not None and (candidate.level is None or candidate.free_minutes is None)


def other_company(candidate: Candidate, asking: Asking) -> bool:
    """The asked-for mode holds: role-alike is one family, mixed another one."""
    alike = bool(candidate.families & asking.reader.families - {RoleFamily.UNSPECIFIED})
    match asking.mode:
        case Mode.ANY:
            return False
        case Mode.ROLE_ALIKE:
            return not alike
        case Mode.MIXED_ROLE:
            return alike


def suggested_lately(candidate: Candidate, asking: Asking) -> bool:
    """A pair suggested for one need waits before another need of the same reader."""
    return candidate.member in asking.suggested_lately


def dismissed(candidate: Candidate, asking: Asking) -> bool:
    """A reader's dismissal counts for that reader alone."""
    return candidate.member in asking.dismissed


def power_conflict(candidate: Candidate, asking: Asking) -> bool:
    """Conflict pairs are never matched."""
    return in_conflict(candidate, asking.reader)


def mute(candidate: Candidate, asking: Asking) -> bool:
    return muted_between(candidate, asking.reader)


def away(candidate: Candidate, asking: Asking) -> bool:  # noqa: ARG001 - one shape for all rules
    """Who paused is left in peace, for now."""
    return candidate.away


def full_calendar(candidate: Candidate, asking: Asking) -> bool:
    """A helper at a limit that was set is not asked, nor suggested where an ask would follow."""
    wanted = asking.minutes or (asking.usual_minutes if asking.leads_to_ask else 0)
    return candidate.free_minutes is not None and 0 < wanted > candidate.free_minutes


Rule: TypeAlias = Callable[[Candidate, Asking], bool]

RULES: Final[tuple[tuple[Rule, str], ...]] = (
    (oneself, "the same person"),
    (gone, "no longer in the network"),
    (light_touch, "takes part without being asked for time"),
    (no_time_offered, "has not offered time yet"),
    (other_company, "another role than asked for"),
    (suggested_lately, "suggested to you lately for another need"),
    (dismissed, "dismissed by you for this need"),
    # what everybody may know stands first: "unavailable" about one who offered no time would tell of a mute
    (power_conflict, UNAVAILABLE),
    (mute, UNAVAILABLE),
    (away, UNAVAILABLE),
    (full_calendar, UNAVAILABLE),
)
DISMISSED: Final = next(Objection(rule.__name__, words) for rule, words in RULES if rule is dismissed)
_WORDS: Final[Mapping[str, str]] = {rule.__name__: words for rule, words in RULES}


def first_objection(candidate: Candidate, asking: Asking) -> Objection | None:
    """The first rule that binds, in the order of `RULES`; None when the candidate is eligible."""
    for rule, words in RULES:
        if rule(candidate, asking):
            return Objection(rule.__name__, words)
    return None


def all_objections(candidate: Candidate, asking: Asking) -> list[Objection]:
    """Every rule that binds, the first one first."""
    return [Objection(rule.__name__, words) for rule, words in RULES if rule(candidate, asking)]


def words_of(rule: str) -> str:
    """How a stored rule is worded to the one who asks."""
    return _WORDS.get(rule, UNAVAILABLE)
