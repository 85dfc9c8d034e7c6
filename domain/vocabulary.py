"""Words that streams share: ids, roles, levels, stages, classes, and the limits on what people may write."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, TypeAlias

from msgspec import Meta

StreamId: TypeAlias = str
MemberId: TypeAlias = str
OwnerId: TypeAlias = str  # a member, or the network for what belongs to nobody in person

OPERATOR: Final = "operator"  # the known actor at the command line
ENGINE: Final = "confrere"  # the actor of reactions

# `$` alone also stands before a last line end, hence `(?!\n)`; what is visible is looked for first, so that no text
# makes the search slow.
_VISIBLE: Final = r"^(?=[\s\S]*[^\s\u200b-\u200f\u2060\ufeff])"
_ONE_LINE: Final = _VISIBLE + r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]*$(?!\n)"
_PROSE: Final = _VISIBLE + r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]*$(?!\n)"  # tabs and line ends too
_NOTHING: Final = r"^$(?!\n)"

TITLE_LIMIT: Final = 300
TEXT_LIMIT: Final = 20_000

Id: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z]+-[0-9a-f]{8,64}$(?!\n)")]
Name: TypeAlias = Annotated[str, Meta(max_length=200, pattern=_ONE_LINE)]
Title: TypeAlias = Annotated[str, Meta(max_length=TITLE_LIMIT, pattern=_ONE_LINE)]
Text: TypeAlias = Annotated[str, Meta(max_length=TEXT_LIMIT, pattern=_PROSE)]
OptionalText: TypeAlias = Annotated[str, Meta(max_length=TEXT_LIMIT, pattern=f"{_NOTHING}|{_PROSE}")]
Label: TypeAlias = Annotated[str, Meta(max_length=200, pattern=f"{_NOTHING}|{_ONE_LINE}")]
Minutes: TypeAlias = Annotated[int, Meta(ge=0, le=100_000)]
Instant: TypeAlias = Annotated[datetime, Meta(tz=True)]


class Confidentiality(StrEnum):
    """Who may read. Never widens without the owner; not to be confused with sealing on disk."""

    PUBLIC = "public"
    NETWORK = "network"
    GROUP = "group"
    PAIR = "pair"
    SEALED = "sealed"  # the owner alone


OPEN: Final = frozenset({Confidentiality.PUBLIC, Confidentiality.NETWORK})  # texts of other classes enter no index


class RoleFamily(StrEnum):
    TEACHER = "teacher"
    TEACHER_LEADER = "teacher leader"
    INSTRUCTIONAL_COACH = "instructional coach"
    COUNSELOR = "counselor"
    ASSISTANT_PRINCIPAL = "assistant principal"
    PRINCIPAL = "principal"
    DISTRICT_LEADER = "district leader"
    SUPERINTENDENT = "superintendent"
    STATE_AGENCY_STAFF = "state agency staff"
    INTERMEDIARY = "intermediary or nonprofit leader"
    HUMAN_SERVICE_OFFICIAL = "human-service official"
    RESIDENT_LEADER = "resident or parent leader"
    UNSPECIFIED = "unspecified"


class NetworkRole(StrEnum):
    MEMBER = "member"
    COACH = "coach"
    EXPERT = "expert"
    FACILITATOR = "facilitator"
    AUDITOR = "auditor"
    SPONSOR = "sponsor"
    ADMIN = "admin"


OFFICES: Final = frozenset({NetworkRole.FACILITATOR, NetworkRole.ADMIN})  # the network's staff
WATCHING: Final = frozenset({NetworkRole.AUDITOR, NetworkRole.SPONSOR})  # who has no other role takes no part


class Level(StrEnum):
    """Level of engagement, chosen by the member alone."""

    HONOR = "honor"
    FOLLOW = "follow"
    PARTNER = "partner"
    LEAD = "lead"


class Stage(StrEnum):
    """How far work on a challenge has come."""

    NAMING = "naming"
    EXPLORING = "exploring"
    TESTING = "testing"
    SUSTAINING = "sustaining"


class SiteKind(StrEnum):
    SCHOOL = "school"
    DISTRICT = "district"
    STATE = "state"
    ORGANISATION = "organisation"


class PeriodKind(StrEnum):
    WEEK = "week"
    MONTH = "month"
    TERM = "term"


class ConflictKind(StrEnum):
    """Power, not acquaintance: past collaboration is no conflict."""

    SUPERVISES = "supervises"  # the one who declares it supervises the other
    FAMILY = "family"
    FUNDING = "funding decision"
    GRIEVANCE = "active grievance"
    DECLARED = "declared"


class WaivableRule(StrEnum):
    """What staff may set aside for one challenge."""

    OWN_SITE = "a consultant from the presenter's own site"  # the presenter may ask for a colleague


class Tier(StrEnum):
    """How much support a need takes."""

    UNIVERSAL = "universal"  # what anybody can use alone
    TARGETED = "targeted"  # a need common to several
    INTENSIVE = "intensive"  # ongoing and planned


class Urgency(StrEnum):
    ROUTINE = "routine"
    SOON = "soon"
    URGENT = "urgent"


class Channel(StrEnum):
    """By which a human answer reached somebody."""

    WRITTEN = "written"
    PHONE = "phone"
    VIDEO = "video"
    IN_PERSON = "in person"


class Disposition(StrEnum):
    """The ladder of responses, the least intensive first."""

    RESOURCE_SENT = "resource sent"
    PEER_INTRODUCED = "peer introduced"
    CONSULTANCY_FORMED = "consultancy formed"
    GROUP_COACHING_OFFERED = "group coaching offered"
    COACH_ASSIGNED = "coach assigned"
    EXPERT_ENGAGED = "expert engaged"
    INTENSIVE_PLAN_OPENED = "intensive plan opened"


LADDER: Final = tuple(Disposition)
COACHED: Final = frozenset(LADDER[LADDER.index(Disposition.GROUP_COACHING_OFFERED) :])  # rungs with a coach


class TieKind(StrEnum):
    AWARE = "aware"
    EXCHANGED = "exchanged"
    ADVISED = "advised"
    COLLABORATES = "collaborates"
    PARTNER = "partner"


STUDENT_ROLES: Final = frozenset(
    {"student", "pupil", "learner", "scholar", "child", "children", "parent", "guardian", "relative"}
)  # rostered people whose data is refused at the door (rule 30)
_STAFF_ROLES: Final = (
    *("student teacher", "student services", "student support"),
    *("resident or parent leader", "parent leader", "parent liaison", "parent coordinator"),
)  # who work with them, or lead
_STUDENT: Final = re.compile(rf"\b({'|'.join(sorted(STUDENT_ROLES))})s?\b")
_STAFF: Final = re.compile(rf"\b({'|'.join(_STAFF_ROLES)})s?\b")


def names_students(role: str) -> bool:
    """Whether a role, in whatever words, is a student's or that of somebody rostered for one."""
    parts = (" ".join(re.split(r"[\W_]+", part)) for part in re.split("[,;|/&+]", role.casefold()))
    return any(_STUDENT.search(_STAFF.sub("", part)) for part in parts)
