"""A row of the log as the checkers read it: plain values, without the classes and keys of those who wrote it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

from msgspec import MsgspecError, Struct, msgpack

# position, recorded_us, network, stream, version, name, payload
Row: TypeAlias = tuple[int, int, str, str, int, str, bytes]
Open: TypeAlias = Callable[[str, int, str, str, bytes], str | None]  # stream, version, field, owner, sealed → text

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Unreadable(Exception):  # noqa: N818 - a plain fact
    """A payload is not in the form that every event has."""


class Around(Struct, array_like=True, gc=False):
    """What is known of an event apart from what it says."""

    occurred_at: datetime
    actor: str
    on_behalf_of: str | None
    command: str
    causation: str
    correlation: str
    confidentiality: str

    @property
    def speaker(self) -> str:
        """Whose will it was."""
        return self.on_behalf_of or self.actor


class _Payload(Struct, array_like=True, gc=False):
    schema: int
    around: Around
    fields: dict[str, Any]
    sealed: dict[str, str] = {}


class Told(Struct, gc=False):
    """One event. Sealed fields are bytes, as they stand on disk, unless they were opened."""

    position: int
    recorded_us: int
    network: str
    stream: str
    version: int
    name: str
    schema: int
    around: Around
    fields: dict[str, Any]
    sealed: dict[str, str]  # field → owner

    @property
    def occurred_us(self) -> int:
        return (self.around.occurred_at - _EPOCH) // _MICROSECOND


_decode: Final = msgpack.Decoder(_Payload).decode


def told(row: Row) -> Told:
    position, recorded_us, network, stream, version, name, payload = row
    try:
        read = _decode(payload)
    except (MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"what {name} says cannot be read") from error
    for field in read.sealed:
        if not isinstance(read.fields.get(field), bytes):
            raise Unreadable(f"the {field} of {name} lies open, and is said to be sealed")
    return Told(
        position, recorded_us, network, stream, version, name, read.schema, read.around, read.fields, read.sealed
    )


def opened(event: Told, names: Mapping[str, tuple[str, ...]], unseal: Open) -> None:
    """Put the texts of these fields in place of their sealed bytes; of an erased one nothing can be told."""
    for field in names.get(event.name, ()):
        owner = event.sealed.get(field)
        if owner is not None:
            event.fields[field] = unseal(event.stream, event.version, field, owner, event.fields[field])
