"""Where others wrote a member's name: their words stay theirs, so somebody has to look at them."""

import re
from collections.abc import Collection, Iterator
from typing import Final

from domain.kernel import STREAM, Recorded, owners_of
from domain.members import MemberJoined
from domain.own_words import CorrectionRecorded, words_of
from domain.vocabulary import MemberId, StreamId
from engine.event_store import EventStore

MOST: Final = 10_000  # streams: as many as a decision to erase holds
_PAGE: Final = 2_000
_PART: Final = 3  # letters that a part of a name has at least to be looked for


def names_of(store: EventStore, member: MemberId) -> frozenset[str]:
    """Every name they ever gave."""
    events = (each.event for stream in (member, words_of(member)) for each in store.stream(stream))
    given = (_name(event, member) for event in events)
    return frozenset(name for name in given if name)


def naming(store: EventStore, network: StreamId, member: MemberId) -> tuple[StreamId, ...]:
    """The streams in which words that are not the member's have the name, or a part of it as it is written.

    The whole log is read: nothing else holds all words. To be asked while the member's key is still there.
    """
    wanted = _pattern(names_of(store, member))
    if wanted is None:
        return ()
    found = (each.stream for each in _log(store, network) if any(map(wanted.search, _words_of_others(each, member))))
    return tuple(dict.fromkeys(found))[:MOST]


def _name(event: object, member: MemberId) -> str:
    match event:
        case MemberJoined(name=name):
            return name
        case CorrectionRecorded(member=speaker, subject=subject, text=text) if speaker == subject == member:
            return text
        case _:
            return ""


def _pattern(names: Collection[str]) -> re.Pattern[str] | None:
    """Whole names however they are written; their parts with a capital, for many are common words too."""
    whole = {re.escape(" ".join(name.split())).replace(r"\ ", r"\s+") for name in names}
    parts = {re.escape(part) for name in names for part in name.split() if len(part) >= _PART and part[0].isupper()}
    either = [f"(?i:{each})" for each in sorted(whole)] + sorted(parts)
    return re.compile(rf"(?<!\w)(?:{'|'.join(either)})(?!\w)") if either else None


def _log(store: EventStore, network: StreamId) -> Iterator[Recorded]:
    after = 0
    while page := store.page(after, limit=_PAGE, network=network):
        yield from page
        after = page[-1].position


def _words_of_others(recorded: Recorded, member: MemberId) -> Iterator[str]:
    event = recorded.event
    if _name(event, getattr(event, "member", "")):
        return  # who is called alike names nobody but themselves
    for field, owner in owners_of(type(event)).items():
        whose = recorded.stream if owner == STREAM else getattr(event, owner)
        if whose != member:
            yield getattr(event, field)
