"""What the history holds of a member's words, and where others wrote their name: somebody has to look at that."""

import re
from collections.abc import Collection, Iterator
from typing import Final

from msgspec import Struct

from domain.kernel import ERASED, STREAM, Event, Recorded, owners_of
from domain.members import MemberJoined
from domain.own_words import CorrectionRecorded, words_of
from domain.vocabulary import Confidentiality, MemberId, OwnerId, StreamId
from engine.event_store import EventStore

MOST: Final = 10_000  # streams: as many as a decision to erase holds
_PAGE: Final = 2_000
_PART: Final = 3  # letters that a part of a name has at least to be looked for


class Found(Struct, frozen=True, kw_only=True):
    texts: int  # sealed under the member's key, whoever wrote them
    named: tuple[StreamId, ...]  # in which words that are not the member's have their name, or a part of it
    nameless: bool = False  # a name they gave cannot be opened any more, and was not looked for


def names_of(store: EventStore, member: MemberId) -> frozenset[str]:
    """Every name they ever gave that can be opened."""
    return _given(store, member) - {ERASED}


def look_for(store: EventStore, network: StreamId, member: MemberId) -> Found:
    """The whole log is read: nothing else holds all words. To be asked while the member's key is still there."""
    given = _given(store, member)
    wanted = _pattern(given - {ERASED})
    texts, named = 0, dict[StreamId, None]()
    for recorded in _log(store, network):
        for owner, text in _texts(recorded):
            texts += owner == member
            sealed = (
                recorded.envelope.confidentiality is Confidentiality.SEALED
            )  # that a draft is there is its author's
            if owner != member and not sealed and wanted.search(text) and not _is_own_name(recorded.event):
                named[recorded.stream] = None
    return Found(texts=texts, named=tuple(named)[:MOST], nameless=ERASED in given)


def _given(store: EventStore, member: MemberId) -> frozenset[str]:
    events = (each.event for stream in (member, words_of(member)) for each in store.stream(stream))
    given = (_name(event, member) for event in events)
    return frozenset(name for name in given if name)


def _name(event: Event, member: MemberId) -> str:
    match event:
        case MemberJoined(name=name):
            return name
        case CorrectionRecorded(member=speaker, subject=subject, text=text) if speaker == subject == member:
            return text
        case _:
            return ""


def _is_own_name(event: Event) -> bool:
    """Who is called alike names nobody but themselves."""
    return bool(_name(event, getattr(event, "member", "")))


def _pattern(names: Collection[str]) -> re.Pattern[str]:
    """Whole names however they are written; their parts with a capital, for many are common words too."""
    whole = {re.escape(" ".join(name.split())).replace(r"\ ", r"\s+") for name in names}
    parts = {re.escape(part) for name in names for part in name.split() if len(part) >= _PART and part[0].isupper()}
    either = [f"(?i:{each})" for each in sorted(whole)] + sorted(parts)
    return re.compile(rf"(?<!\w)(?:{'|'.join(either)})(?!\w)" if either else r"(?!)")


def _log(store: EventStore, network: StreamId) -> Iterator[Recorded]:
    after = 0
    while page := store.page(after, limit=_PAGE, network=network):
        yield from page
        after = page[-1].position


def _texts(recorded: Recorded) -> Iterator[tuple[OwnerId, str]]:
    """Each text that is sealed, with whose it is."""
    event = recorded.event
    for field, owner in owners_of(type(event)).items():
        if text := getattr(event, field):
            yield (recorded.stream if owner == STREAM else getattr(event, owner)), text
