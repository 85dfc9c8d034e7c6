"""The table of addresses of the proof: what is signed of a network's log, and how anybody checks what they hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

from msgspec import Meta, Struct

from api.http.access import Access
from api.http.answers import Answer, read
from api.http.calling import Call, Nothing, absent
from api.http.endpoints import NETWORK, Endpoint
from domain.refusals import Unknown
from engine.checkpoints import Consistency, Inclusion, Proofs

_TAG: Final = "proof"
_MOST: Final = 2**53
_REMEDIES: Final = {
    "position": "ask about the position of an event of this network that the last checkpoint covers",
    "checkpoint": "the service signs after a quiet hour",
}
_ABOUT: Final = "Holds hashes alone, nothing of what was written or of whom; so nobody's reading of it is recorded."

Size = Annotated[int, Meta(ge=0, le=_MOST, description="Of the checkpoint one holds; the last one when left out.")]


class Signed(Struct, frozen=True, kw_only=True):
    """The last checkpoint."""

    checkpoint: str
    key: str


class Key(Struct, frozen=True, kw_only=True):
    """By which checkpoints are verified."""

    key: str


class Within(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    size: Size | None = None


class Between(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    first: Annotated[int, Meta(ge=0, le=_MOST, description="Size of the earlier checkpoint.")]
    second: Size | None = None


def _proofs(call: Call) -> Proofs:
    call.read(lambda _, reader: reader)  # refused to who is not here any more
    return call.system.proofs(call.network)


@contextmanager
def _over_http() -> Iterator[None]:
    """Advice that is one of the command line's is none for who asks here."""
    try:
        yield
    except Unknown as refusal:
        if refusal.remedy is None or "`confrere " not in refusal.remedy:
            raise
        raise Unknown(refusal.words, field=refusal.field, remedy=_REMEDIES.get(refusal.field or "")) from None


def _answer(call: Call, found: object) -> Answer:
    return read(found, position=call.system.store.head())


def _checkpoint(call: Call) -> Answer:
    proofs = _proofs(call)
    note = proofs.latest()
    if note is None:
        raise Unknown("nothing was signed yet", field="checkpoint", remedy="the service signs after a quiet hour")
    return _answer(call, Signed(checkpoint=note, key=proofs.verifier_key))


def _key(call: Call) -> Answer:
    return _answer(call, Key(key=_proofs(call).verifier_key))


def _inclusion(call: Call) -> Answer:
    position = call.path["position"]
    if not position.isascii() or not position.isdecimal() or len(position) > len(str(_MOST)):
        raise absent("position")
    with _over_http():
        return _answer(call, _proofs(call).inclusion(int(position), call.query.size))


def _consistency(call: Call) -> Answer:
    with _over_http():
        return _answer(call, _proofs(call).consistency(call.query.first, call.query.second))


PROOFS: Final[tuple[Endpoint, ...]] = (
    Endpoint(
        method="GET",
        path=f"{NETWORK}/proof/checkpoint",
        name="last_checkpoint",
        tag=_TAG,
        access=Access.MEMBER,
        summary="How far the history was signed, and over which root",
        about=_ABOUT,
        gives=Signed,
        query=Nothing,
        answer=_checkpoint,
    ),
    Endpoint(
        method="GET",
        path=f"{NETWORK}/proof/key",
        name="checkpoint_key",
        tag=_TAG,
        access=Access.MEMBER,
        summary="The key that verifies checkpoints of this network",
        about=_ABOUT,
        gives=Key,
        query=Nothing,
        answer=_key,
    ),
    Endpoint(
        method="GET",
        path=f"{NETWORK}/proof/events/{{position}}",
        name="prove_event",
        tag=_TAG,
        access=Access.MEMBER,
        summary="That the event at a position stands in the history that was signed",
        about=_ABOUT,
        gives=Inclusion,
        query=Within,
        slow=True,
        answer=_inclusion,
    ),
    Endpoint(
        method="GET",
        path=f"{NETWORK}/proof/consistency",
        name="prove_consistency",
        tag=_TAG,
        access=Access.MEMBER,
        summary="That the history is the continuation of what it was",
        about=_ABOUT,
        gives=Consistency,
        query=Between,
        slow=True,
        answer=_consistency,
    ),
)
