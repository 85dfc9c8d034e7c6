"""Stretches of history as people name them: from one position, time or day to another."""

import re
from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from domain.refusals import Malformed
from domain.vocabulary import StreamId
from engine.queries import Queries
from engine.when import NOW, When, when_of
from projections.network_setting import setting
from projections.timeline_spans import Happened, Recorded, Span

_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BEFORE_ALL: Final = datetime(1900, 1, 1, tzinfo=UTC)
_AFTER_ALL: Final = datetime(9999, 1, 1, tzinfo=UTC)


def point(given: str | None, field: str) -> When:
    """A position, a time with its zone, or a day; now when nothing is given. Raises Malformed."""
    if given is None:
        return NOW
    try:
        found = when_of(None, given) if _DAY.fullmatch(given) else when_of(given, None)
        return replace(found, field=field)
    except Malformed as refusal:
        remedy = "for example 1200, 2026-03-01T15:30+01:00 or 2026-03-01"
        raise Malformed(refusal.words, field=field, remedy=remedy) from None


def stretch(queries: Queries, network: StreamId, begin: When, end: When, head: int) -> Span:
    """From the first to the last, both included; without them, from the beginning and to the head.

    Days count what had happened, positions and times what was recorded: the two do not mix. Raises Malformed, and
    IllegalMove for what has not come yet, and for an end before anything began.
    """
    _alike(begin, end)
    if begin.on is not None or end.on is not None:
        zone = queries.ask(network, setting).calendar.zone
        since = _BEFORE_ALL if begin.on is None else queries.reach.begun(begin, zone)
        before = _AFTER_ALL if end.on is None else queries.end_of(network, end)
        return _happened(since, before, end.called)
    after = 0 if begin.as_of is None else queries.reach.recorded(begin)
    until = head if end.as_of is None else queries.reach.position(network, end, whole=False)
    return _recorded(max(0, after - 1) if isinstance(begin.as_of, int) else after, until, end.called)


def between(queries: Queries, network: StreamId, begin: When, end: When) -> Span:
    """What came after the first, up to and with the last. Raises Malformed, IllegalMove."""
    _alike(begin, end)
    if begin.on is not None and end.on is not None:
        return _happened(queries.end_of(network, begin), queries.end_of(network, end), end.called)
    if begin.as_of is not None and end.as_of is not None:
        after, until = (queries.reach.position(network, each) for each in (begin, end))
        return _recorded(after, until, end.called)
    raise Malformed(
        "two positions, times or days are needed", field=end.called, remedy="for example 2026-03-01 2026-04-01"
    )


def _alike(begin: When, end: When) -> None:
    if not (begin.now or end.now) and (begin.on is None) != (end.on is None):
        words = "a day counts what had happened, a position or a time what was recorded"
        raise Malformed(words, field=end.called, remedy="name two days, or two positions or times")


def _happened(since: datetime, before: datetime, field: str) -> Happened:
    if before < since:
        raise _reversed(field)
    return Happened(since=since, before=before)


def _recorded(after: int, until: int, field: str) -> Recorded:
    if until < after:
        raise _reversed(field)
    return Recorded(after=after, until=until)


def _reversed(field: str) -> Malformed:
    return Malformed("this ends before it begins", field=field, remedy="name the earlier one first")
