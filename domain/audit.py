"""Audit: what was signed of a network's log, and what of it was written out."""

from typing import Annotated, Final, TypeAlias

from msgspec import Meta, Struct
from msgspec.structs import replace

from domain.kernel import Command, Decider, Event, Facts
from domain.networks import chartered
from domain.refusals import IllegalMove, NotTheirs
from domain.vocabulary import ENGINE, OPERATOR, Id, Name, StreamId

Count: TypeAlias = Annotated[int, Meta(ge=0, le=2**53)]


class SignCheckpoint(Command, frozen=True, kw_only=True):
    audit: Id
    size: Count  # events of the network that the root covers
    root: Name  # Merkle root, base64
    key: Name  # which key signed, as a verifier writes it


class RecordExport(Command, frozen=True, kw_only=True):
    audit: Id
    export: Id  # of this one, so that a retry records it once
    form: Name
    by: Name  # a member, or the operator
    records: Count
    position: Count  # of the log, up to which it tells
    digest: Name  # SHA-256 of what was written, in hex


AuditCommand: TypeAlias = SignCheckpoint | RecordExport


class CheckpointSigned(Event, frozen=True, kw_only=True):
    size: int
    root: str
    key: str


class ExportProduced(Event, frozen=True, kw_only=True):
    export: str
    form: str
    by: str
    records: int
    position: int
    digest: str


AuditEvent: TypeAlias = CheckpointSigned | ExportProduced


class Trail(Struct, frozen=True, kw_only=True):
    signed: CheckpointSigned | None = None  # the last one
    exported: ExportProduced | None = None  # the last one


def audit_of(network: StreamId) -> StreamId:
    return f"audit-{network.partition('-')[2]}"


def decide(command: AuditCommand, state: Trail, facts: Facts) -> tuple[AuditEvent, ...]:
    if facts.actor not in {ENGINE, OPERATOR}:
        raise NotTheirs("what is signed and written out is recorded where it is done", field="audit")
    chartered(facts)
    match command:
        case SignCheckpoint(size=size, root=root, key=key):
            signed = CheckpointSigned(size=size, root=root, key=key)
            if state.signed is not None and size < state.signed.size:
                raise IllegalMove("a longer log than this was signed already", field="size")
            return () if signed == state.signed else (signed,)
        case RecordExport():
            exported = ExportProduced(
                export=command.export,
                form=command.form,
                by=command.by,
                records=command.records,
                position=command.position,
                digest=command.digest,
            )
            return () if exported == state.exported else (exported,)


def evolve(state: Trail, event: AuditEvent) -> Trail:
    match event:
        case CheckpointSigned():
            return replace(state, signed=event)
        case ExportProduced():
            return replace(state, exported=event)


AUDIT: Final = Decider[AuditCommand, Trail, AuditEvent](kind="audit", initial=Trail(), decide=decide, evolve=evolve)
