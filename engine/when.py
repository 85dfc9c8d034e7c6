"""As of when a question is asked: now, as something was known, or as it had happened."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from domain.refusals import Malformed


class When(Struct, frozen=True, kw_only=True):
    """At most one of them. `as_of`: all that was recorded by then. `on`: all that had happened by the end of a day."""

    as_of: int | datetime | None = None  # a position, or an instant: the last position recorded by then
    on: date | None = None  # in the network's own zone
    empty: bool = False  # a day before anything happened is no mistake
    field: str = ""  # what it is called where it was given, if otherwise

    @property
    def now(self) -> bool:
        return self.as_of is None and self.on is None

    @property
    def called(self) -> str:
        return self.field or ("as_of" if self.on is None else "on")


NOW: Final = When()
_FIRST, _LAST = date(1900, 1, 1), date(9999, 1, 1)
_POSITION: Final = re.compile("[0-9]{1,15}")


def when_of(as_of: str | None, on: str | None) -> When:
    """From words as people give them. Raises Malformed."""
    if as_of is not None and on is not None:
        words = "either what was known by a time, or what had happened by a day"
        raise Malformed(words, field="as_of", remedy="leave as_of or on out")
    if on is not None:
        return When(on=_day(on))
    return NOW if as_of is None else When(as_of=int(as_of) if _POSITION.fullmatch(as_of) else _instant(as_of))


def start_of(day: date, zone: str) -> datetime:
    """The first instant of a day."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def end_of(day: date, zone: str) -> datetime:
    """The first instant after a day."""
    return start_of(day + timedelta(days=1), zone)


def no_instant() -> Malformed:
    """What is said of anything else than a position or a time."""
    remedy = "a position such as 1200, or a time such as 2026-03-01T14:30Z; a day is given by `on`"
    return Malformed("this is no position, and no time with its zone", field="as_of", remedy=remedy)


def _day(given: str) -> date:
    try:
        found = date.fromisoformat(given)
    except ValueError:
        raise Malformed("this is no day", field="on", remedy="for example 2026-03-01") from None
    if not _FIRST <= found < _LAST:
        raise Malformed("days are told of from 1900 to 9998", field="on", remedy="for example 2026-03-01")
    return found


def _instant(given: str) -> datetime:
    with suppress(ValueError, OverflowError):
        found = datetime.fromisoformat(given)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    raise no_instant()
