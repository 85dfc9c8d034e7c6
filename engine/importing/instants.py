"""Times in files: ISO 8601 with an offset, or local to a zone that is named."""

import re
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from domain.refusals import Malformed

_FORM: Final = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?")
_REMEDY: Final = "write 2024-09-02, 2024-09-02T14:30 or 2024-09-02T14:30-04:00"


class Moment(Struct, frozen=True):
    """An instant, and the calendar day that the file means by it."""

    at: datetime  # UTC
    day: date


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of local times; None when none is named."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Malformed(
            f"there is no time zone {name!r}", field="zone", remedy="for example America/New_York"
        ) from error


def moment(text: str, zone: ZoneInfo | None) -> Moment:
    """A day alone is its first moment.

    Of a local time that a clock shows twice, the first is meant; one that it skips is moved on by what was skipped.
    """
    try:
        told = datetime.fromisoformat(text) if _FORM.fullmatch(text) else None
    except ValueError:
        told = None
    if told is None:
        raise Malformed("not a date or time", remedy=_REMEDY)
    if told.tzinfo is None and zone is None:
        raise Malformed("a local time, and no zone is named", remedy="add its offset, as in 2024-09-02T14:30-04:00")
    aware = told if told.tzinfo else told.replace(tzinfo=zone, fold=0)
    try:
        return Moment(aware.astimezone(UTC), told.date())
    except OverflowError as error:
        raise Malformed("not a date or time", remedy=_REMEDY) from error
