"""From the table of commands to addresses: bodies derived from the commands, one function that carries them out."""

import re
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any, Final, get_type_hints

import msgspec
from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields

from api.http.access import Access, permit
from api.http.answers import Answer, done
from api.http.calling import Call, absent
from api.http.endpoints import NETWORK, Endpoint
from api.http.orders import ORDERS, Row
from api.http.problems import Undecodable
from api.http.tags import address_of, expected, home_of, stale, tag_of
from api.http.visit import Tables
from domain.catalogue import CATALOGUE
from domain.kernel import Command, Recorded
from domain.refusals import Beaten, CommandReused, NotTheirs
from domain.vocabulary import Id, Instant, NetworkRole, StreamId
from engine.commands import Order, Sender
from projections import challenge_board, member_directory, recommendation_lists, resource_shelf
from projections.reading import Reader

KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")
_PLACEHOLDER: Final = re.compile(r"{(\w+)}")
_CAPITAL: Final = re.compile(r"(?<=.)(?=[A-Z])")

_SEEN: Final[Mapping[str, Callable[[Tables, Reader, StreamId], object]]] = {
    "member": member_directory.profile,
    "challenge": challenge_board.seen,
    "resource": resource_shelf.seen,
    "recommendation": recommendation_lists.seen,
}  # what the path of a command names has to be there for the one who speaks; of an introduction its decider asks that,
# for one of the two may decline it although a conflict has come between them


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of a command."""

    stream: StreamId
    id: str  # of what was made, where the command makes something; else the stream
    position: int  # of the log: give it as `after_position` to read what was written
    events: tuple[str, ...]  # names of the events; empty when there was nothing to change


def body_of(row: Row) -> type[Struct]:
    """The command's fields that neither path nor network tell, with their limits, and what every command takes."""
    given = {*_PLACEHOLDER.findall(row.path), "network"}
    hints = get_type_hints(row.command, include_extras=True)
    optional = {row.speaker, row.new}
    own = [
        _field(each, hints[each.name], each.name in optional) for each in fields(row.command) if each.name not in given
    ]
    every = [("on_behalf_of", Id | None, None), *([("occurred_at", Instant | None, None)] if row.dated else ())]
    return msgspec.defstruct(
        row.command.__name__, [*own, *every], kw_only=True, frozen=True, forbid_unknown_fields=True
    )


def _field(info: FieldInfo, hint: Any, optional: bool) -> Any:  # noqa: ANN401, FBT001 - defstruct's own kinds
    if optional:
        return info.name, hint | None, None
    if info.default is not NODEFAULT:
        return info.name, hint, info.default
    return (info.name, hint)


def endpoints() -> list[Endpoint]:
    return [
        Endpoint(
            method="POST",
            path=f"{NETWORK}{row.path}",
            name=operation(row.command),
            tag=row.path.split("/")[1],
            access=row.access,
            summary=row.summary,
            about=row.about,
            gives=Outcome,
            body=body_of(row),
            example=row.example,
            makes=row.makes,
            answer=partial(carry_out, row),
        )
        for row in ORDERS
    ]


def operation(command: type[Command]) -> str:
    """PostChallenge → post_challenge."""
    return _CAPITAL.sub("_", command.__name__).lower()


def carry_out(row: Row, call: Call) -> Answer:
    """Check who speaks of what, send the command through the door, and tell what came of it."""
    _may_speak(row, call)
    sender = sender_of(call)
    command = _command(row, call, sender.command_id)
    _check(row, call, command)
    at: datetime = getattr(call.body, "occurred_at", None) or call.system.clock()
    order = Order(command=command, at=at, on_behalf_of=_spoken_for(row, call))
    known = expected(call, command, sender)
    try:
        events = call.system.commands.handle(order, sender, expected=known)
    except Beaten as beaten:
        raise beaten if known is None else stale(call, command) from None
    except CommandReused:
        raise key_reused() from None
    return _told(row, call, command, events)


def _may_speak(row: Row, call: Call) -> None:
    """Only a facilitator speaks for somebody else; what the path names has to be there for the one who sends it."""
    if row.access is Access.INVITED and _is_invited(call):
        return
    call.system.queries.read(call.network, call.bearer.member, partial(_may_send, row, call))


def _may_send(row: Row, call: Call, connection: Tables, reader: Reader) -> None:
    permit(row.access, reader)
    if row.access is Access.INVITED and reader.staff:  # who is to join is not there yet
        return
    spoken_for = call.body.on_behalf_of
    if spoken_for not in {None, call.bearer.member} and NetworkRole.FACILITATOR not in reader.roles:
        raise NotTheirs("only a facilitator acts for somebody else", field="on_behalf_of")
    for kind, stream in call.path.items():
        if kind in _SEEN and _SEEN[kind](connection, reader, stream) is None:
            raise absent(kind)


def _check(row: Row, call: Call, command: Command) -> None:
    if row.check is not None:
        check, speaker = row.check, call.body.on_behalf_of or call.bearer.member
        call.system.queries.ask(
            call.network, lambda connection: check(connection, command, speaker), after=call.system.store.head()
        )


def _spoken_for(row: Row, call: Call) -> str | None:
    """Who lets somebody else join does so for them, said or not."""
    said: str | None = call.body.on_behalf_of
    joins_another = row.access is Access.INVITED and not _is_invited(call)
    return call.path["member"] if joins_another and said is None else said


def _is_invited(call: Call) -> bool:
    """Whether the caller is the one that the path names and may not be in the network yet."""
    return call.path.get("member") == call.bearer.member


def sender_of(call: Call) -> Sender:
    return Sender(network=call.network, actor=call.bearer.member, command_id=_command_id(call))


def key_reused() -> CommandReused:
    return CommandReused(
        "this key came before with another request", field="Idempotency-Key", remedy="use a new key for another one"
    )


def made_id(kind: str, network: StreamId, made_from: str) -> Id:
    """The same for a retry of the same command."""
    return f"{kind}-{sha256(f'{network}|{made_from}|{kind}'.encode()).hexdigest()[:32]}"


def _command_id(call: Call) -> str:
    """From the Idempotency-Key a name of its own for each actor, which nobody else can work out."""
    key = call.headers.get("idempotency-key")
    if key is None:
        return f"command-{secrets.token_hex(16)}"
    if not KEY.fullmatch(key):
        raise Undecodable("1 to 200 visible ASCII characters are needed", field="Idempotency-Key")
    return f"key-{call.system.store.keyed_hash(call.network, f'{call.bearer.member}|{key}'.encode()).hex()[:32]}"


def _command(row: Row, call: Call, command_id: str) -> Command:
    values = {each.name: getattr(call.body, each.name, None) for each in fields(row.command)}
    values |= {name: value for name, value in call.path.items() if name in values}
    if row.speaker is not None and values[row.speaker] is None:
        values[row.speaker] = call.body.on_behalf_of or call.bearer.member
    if row.new is not None and values[row.new] is None:
        values[row.new] = made_id(row.new, call.network, command_id)
    return row.command(**values)


def _told(row: Row, call: Call, command: Command, events: tuple[Recorded, ...]) -> Answer:
    stream = home_of(command, call.network)
    position = events[-1].position if events else call.system.store.head()
    outcome = Outcome(
        stream=stream,
        id=stream if row.new is None else getattr(command, row.new),
        position=position,
        events=tuple(CATALOGUE.by_type[type(each.event)].name for each in events),
    )
    begun = row.makes and any(each.stream == stream and each.version == 1 for each in events)
    kind = stream.partition("-")[0]
    location = address_of(kind).format(network=call.network, **{kind: stream}) if begun else None
    return done(outcome, position=position, tag=tag_of(call, command), location=location)
