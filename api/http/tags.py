"""What a caller was shown of the stream that they change: its entity tag, and what to say once it is another."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Final

import msgspec

from api.http.answers import unchanged
from api.http.calling import Call, Fresh, absent
from api.http.cases import CASES
from api.http.endpoints import Endpoint
from api.http.lists import LISTS
from api.http.problems import Stale, Undecodable
from api.http.reading import READS
from api.http.visit import Tables
from domain.budgets import budget_of
from domain.coaching import COACHING
from domain.erasure import erasure_of
from domain.kernel import Command
from domain.networks import NETWORK as THE_NETWORK
from domain.own_words import words_of
from domain.plans import DECIDER_OF
from domain.refusals import Unknown
from domain.vocabulary import OwnerId, StreamId
from engine.commands import Sender
from projections import coaching_view
from projections.coaching_view import CaseView
from projections.reading import Reader

_TAG: Final = re.compile(r'"[0-9a-f]{1,64}"')
_READ: Final[Mapping[str, Endpoint]] = {
    each.name.removeprefix("read_"): each for each in (*READS, *LISTS, *CASES) if each.name.startswith("read_")
}  # by the kind of stream that they tell of
_BESIDE: Final = {"budget": budget_of, "erasure": erasure_of, "words": words_of}  # a member's other streams


def address_of(kind: str) -> str:
    """Where something of this kind is read, with its id and the network's in braces."""
    return _READ[kind].path


def home_of(command: Command, network: StreamId) -> StreamId:
    """The stream that a command moves first."""
    decider = DECIDER_OF[type(command)]
    if decider.kind in _BESIDE:
        return _BESIDE[decider.kind](_owner(command, network))
    return network if decider is THE_NETWORK else str(getattr(command, decider.kind))


def _owner(command: Command, network: StreamId) -> OwnerId:
    """Whose budget it is: a member's, or the network's for experts."""
    owner: OwnerId = getattr(command, "member", network)
    return owner


def expected(call: Call, command: Command, sender: Sender) -> Mapping[StreamId, int] | None:
    """The version of which the caller was shown what If-Match names; none for a retry of what was carried out."""
    given = call.headers.get("if-match")
    if given is None:
        return None
    if not _TAG.fullmatch(given.strip()):
        raise Undecodable("one entity tag is needed", field="If-Match", remedy="send the ETag that was read")
    if call.system.store.receipt(call.network, sender.command_id) is not None:
        return None
    stream = home_of(command, call.network)
    version = call.system.store.version(stream)
    now = tag_of(call, command)
    if now is None:
        raise absent(stream.partition("-")[0])
    if not unchanged(given.strip(), now):
        raise stale(call, command)
    return {stream: version}


def tag_of(call: Call, command: Command) -> str | None:
    """The entity tag of what the caller reads of the command's stream now; None where they read nothing of it."""
    stream = home_of(command, call.network)
    kind = stream.partition("-")[0]
    endpoint = _READ.get(kind)
    if endpoint is None:
        return None
    path = {**call.path, **({"member": _owner(command, call.network)} if kind == "budget" else {kind: stream})}
    look = msgspec.structs.replace(call, access=endpoint.access, path=path, query=Fresh(), for_tag=True)
    assert endpoint.answer is not None  # noqa: S101 - none of these is a stream
    try:
        return endpoint.answer(look).tag
    except Unknown:
        return None


def stale(call: Call, command: Command) -> Stale:
    """That somebody was quicker; of a case, how it stands now, as far as the caller reads of it."""
    stream = home_of(command, call.network)
    words, remedy = "somebody changed this first", "read it again and decide anew"
    found = call.look(partial(_case, stream)).found if DECIDER_OF[type(command)] is COACHING else None
    if found is not None:
        last = f", last: {found.items[-1].what}" if found.items else ""
        words = f"{words}: this case is now {found.how or found.case.state}{last}"
        remedy = f"{remedy}; possible now: {', '.join(found.possible) or 'nothing'}"
    return Stale(words, field="If-Match", remedy=remedy)


def _case(coaching: StreamId, connection: Tables, reader: Reader) -> CaseView | None:
    return coaching_view.seen(connection, reader, coaching)
