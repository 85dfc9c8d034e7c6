"""Turns events into stored rows and back: names, schema versions, sealed texts."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent, Transcoder
from msgspec import MsgspecError, Raw, Struct, convert, msgpack, structs

from domain.kernel import ERASED, STREAM, Catalogue, Entry, Envelope, Event, Recorded
from domain.refusals import Malformed, NewerSoftware, StorageTrouble
from domain.vocabulary import OwnerId, StreamId
from engine.sealing import Altered, KeyRing
from engine.shapes import Shape, is_limited, sealable_fields, shape_of
from engine.storage.recorder import Row

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_ANY_FIELDS: Final = msgpack.Decoder(dict[str, Any])
_NOTHING_SEALED: Final = 0x80  # how msgpack writes an empty map, and how a payload without sealed texts ends

F = TypeVar("F")


def microseconds(instant: datetime) -> int:
    """Exact, since 1970 UTC. An instant without a zone is a TypeError."""
    return (instant - _EPOCH) // _MICROSECOND


def instant_of(us: int) -> datetime:
    return _EPOCH + _MICROSECOND * us  # a multiple is made in half the time that timedelta(microseconds=us) takes


class Fact(Struct, frozen=True):
    """An event with its place and envelope, as the library wants to see it."""

    originator_id: StreamId
    originator_version: int
    envelope: Envelope
    event: Event


class _Payload(Struct, Generic[F], array_like=True, frozen=True, gc=False):
    """Everything about an event that is not in a column; readable without its class."""

    schema: int
    envelope: Envelope
    fields: F
    sealed: dict[str, OwnerId] = {}  # field → whose key opens it, whatever later versions of the class say


class _Form(Struct, frozen=True):
    """How one kind of event is read and sealed; made once."""

    entry: Entry
    schema: int  # the entry's version: looked at for every event that is read
    owners: Mapping[str, str]
    plain: Shape
    open_fields: msgpack.Decoder[dict[str, Any]]
    at_once: Callable[[bytes], _Payload[Event]] | None  # with the event in it; None where a limit could refuse a fact
    sealed_at_once: Callable[[bytes], _Payload[dict[str, Any]]]  # lets bytes stand where a text belongs


class _NoTranscoder(Transcoder):
    """The library wants one; the mapper does its work."""

    def encode(self, obj: object) -> bytes:
        raise NotImplementedError

    def decode(self, data: bytes) -> object:
        raise NotImplementedError


class EventMapper(Mapper[str]):
    def __init__(self, keys: KeyRing, catalogue: Catalogue) -> None:
        super().__init__(_NoTranscoder())
        self._keys = keys
        self._catalogue = catalogue
        self._forms = {entry.name: _form(entry) for entry in catalogue.entries}
        self._encoder = msgpack.Encoder()
        self._payloads = msgpack.Decoder(_Payload[Raw])

    def owners(self, facts: Iterable[Fact]) -> set[OwnerId]:
        """Whose keys these facts need."""
        return {owner for fact in facts for owner in self._to_seal(fact).values()}

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        assert isinstance(domain_event, Fact)  # noqa: S101 - nothing else comes here
        fact = domain_event
        form = self._form_of(fact.event)
        fields = self._encode(form.entry.name, fact.event)
        form.open_fields.decode(fields)  # what could not be read back is not written
        owners = self._to_seal(fact)
        if owners:
            fields = self._encoder.encode(self._seal(fact, owners))
        payload = _Payload(form.entry.version, fact.envelope, Raw(fields), owners)
        return StoredEvent(fact.originator_id, fact.originator_version, form.entry.name, self._encoder.encode(payload))

    def to_domain_event(self, stored_event: StoredEvent) -> Fact:
        s = stored_event
        stream = str(s.originator_id)
        read = self._read(stream, s.originator_version, s.topic, s.state)
        return Fact(stream, s.originator_version, read.envelope, read.fields)

    def recorded(self, row: Row) -> Recorded:
        position, recorded_us, network, stream, version, name, payload = row
        try:
            read = self._read(stream, version, name, payload)
        except NewerSoftware as refusal:
            raise NewerSoftware(refusal.words, field=f"position {position}", remedy=refusal.remedy) from None
        except (MsgspecError, Altered, LookupError, ValueError, TypeError, OverflowError):
            # not chained: the cause may quote what stands in the event
            raise StorageTrouble(
                f"the event {name} cannot be read",
                field=f"position {position}",
                remedy="it was altered on disk; restore the file from a backup",
            ) from None
        return Recorded(
            network=network,
            stream=stream,
            version=version,
            position=position,
            recorded_at=_EPOCH + _MICROSECOND * recorded_us,  # said again: a call costs as much as the sum
            envelope=read.envelope,
            event=read.fields,
        )

    def _read(self, stream: str, version: int, name: str, state: bytes) -> _Payload[Event]:
        form = self._forms.get(name)
        if form is None or state[1] != form.schema:  # msgpack writes a small number as the byte it is
            return self._read_in_steps(stream, version, name, state)
        if state[-1] != _NOTHING_SEALED:
            sealed = form.sealed_at_once(state)
            if sealed.sealed and sealed.schema == form.schema:
                self._open(sealed.fields, sealed.sealed, stream, version)
                return _Payload(form.schema, sealed.envelope, form.plain.build(sealed.fields))
        elif form.at_once is not None:
            whole = form.at_once(state)
            if not whole.sealed and whole.schema == form.schema:
                return whole
        return self._read_in_steps(stream, version, name, state)

    def _read_in_steps(self, stream: str, version: int, name: str, state: bytes) -> _Payload[Event]:
        """What older software wrote, or in another form than msgpack's shortest; and classes with limits."""
        form = self._forms.get(name)
        payload = self._payloads.decode(state)
        if form is None or payload.schema > form.schema:
            raise NewerSoftware(
                f"the event {name} (schema {payload.schema}) comes from newer software", remedy="upgrade confrere"
            )
        if payload.schema == form.schema and not payload.sealed:
            values = form.open_fields.decode(payload.fields)
        else:
            values = _ANY_FIELDS.decode(payload.fields)
            self._open(values, payload.sealed, stream, version)
            values = convert(self._catalogue.upcast(name, payload.schema, values), form.plain.type)
        return _Payload(payload.schema, payload.envelope, form.plain.build(values))

    def _encode(self, name: str, event: Event) -> bytes:
        try:
            return self._encoder.encode(event)
        except UnicodeEncodeError:
            words = "a text holds a character that cannot be stored"
            raise Malformed(words, field=name, remedy="write it without the broken character") from None

    def _form_of(self, event: Event) -> _Form:
        entry = self._catalogue.by_type.get(type(event))
        if entry is None:
            raise TypeError(f"{type(event).__name__} does not stand in the catalogue")
        return self._forms[entry.name]

    def _to_seal(self, fact: Fact) -> dict[str, OwnerId]:
        """Field → owner, for each text that is there. Empty ones stay open."""
        form = self._form_of(fact.event)
        if not form.owners:
            return {}
        owners = {
            field: fact.originator_id if owner == STREAM else getattr(fact.event, owner)
            for field, owner in form.owners.items()
            if getattr(fact.event, field)
        }
        if not all(owners.values()):
            raise ValueError(f"{form.entry.name} holds a text that belongs to nobody")
        return owners

    def _seal(self, fact: Fact, owners: Mapping[str, OwnerId]) -> dict[str, Any]:
        values = structs.asdict(fact.event)
        for field, owner in owners.items():
            place = _place(fact.originator_id, fact.originator_version, field)
            values[field] = self._keys.seal(owner, values[field].encode(), place)
        return values

    def _open(self, values: dict[str, Any], sealed: Mapping[str, OwnerId], stream: str, version: int) -> None:
        for field, owner in sealed.items():
            text = self._keys.unseal(owner, values[field], _place(stream, version, field))
            values[field] = ERASED if text is None else text.decode()


def _form(entry: Entry) -> _Form:
    owners = sealable_fields(entry.type)
    plain, sealed = shape_of(entry.type), shape_of(entry.type, owners)
    return _Form(
        entry=entry,
        schema=entry.version,
        owners=owners,
        plain=plain,
        open_fields=msgpack.Decoder(plain.type),
        at_once=None if is_limited(entry.type) else msgpack.Decoder(_Payload[entry.type]).decode,  # type: ignore[name-defined] # made while running
        sealed_at_once=msgpack.Decoder(_Payload[sealed.type]).decode,  # type: ignore[name-defined] # same
    )


def _place(stream: str, version: int, field: str) -> bytes:
    return f"{stream}|{version}|{field}".encode()
