"""From the fields of a command to options at the command line, and from what is given back to fields."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

import click
import msgspec
from msgspec import inspect

from api.cli.coaching.moves import Move
from api.cli.running import instant
from domain.coaching.commands import Feedback

_ID: Final = "^[a-z]+-"  # how the pattern of an id begins
_KINDS: Final[dict[str, tuple[str, ...]]] = {
    "challenge": ("challenge",),
    "reopens": ("coaching",),
    "sent": ("resource", "member"),
}  # of ids that name something else than a member
_HELP: Final[dict[str, str]] = {
    "question": "What a facilitator wants to know.",
    "channel": "How the answer came.",
    "text": "In words. Name no students.",
    "tier": "How much support it takes.",
    "disposition": "The rung of the ladder.",
    "urgency": "How urgent it is (default: as the seeker said).",
    "reason": "Why.",
    "passed_over": "A lower rung, and why it will not do; may be repeated.",
    "sent": "A resource that is sent, or a peer who is introduced; may be repeated.",
    "to": "To whom.",
    "coach": "Who is asked.",
    "minutes": "Minutes it takes.",
    "at": "When, ISO 8601 with zone.",
    "away": "Pause as well, in the same step.",
    "joins": "Whether they join.",
    "goal": "What the two will work on.",
    "until": "The last day.",
    "due": "The day by which it is to be done.",
    "session": "The session; the beginning of its id is enough.",
    "step": "The step; the beginning of its id is enough.",
    "note": "A few words.",
    "member": "Who may read it.",
    "helpful": "Whether it helped.",
    "plan_changed": "Whether the plan of action changed by it.",
    "tie_confirmed": "Whether the help came from the coach, as a tie of the network.",
}
Given = Mapping[str, Any]


def options_of(move: Move) -> list[click.Parameter]:
    """One for each field that is not the case, who speaks, or a new id."""
    filled = {"coaching", move.own, move.new if move.among is None else None}
    return [option for field in _fields(move.command) if field.name not in filled for option in _options(field)]


def _fields(struct: type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    shape = inspect.type_info(struct)
    if not isinstance(shape, inspect.StructType):
        raise TypeError(f"{struct.__name__} is no struct")
    return shape.fields


def _options(field: inspect.Field) -> Iterator[click.Parameter]:
    kind = _bare(field.type)
    flag = f"--{field.name.replace('_', '-')}"
    needed = field.required and field.name not in {"session", "step"}  # those are found where they are not named
    option = partial(click.Option, help=_HELP.get(field.name), required=needed)
    match kind:
        case inspect.StructType():  # feedback, answer by answer
            for each in _fields(Feedback):
                wanted = field.required and each.required
                yield from _options(msgspec.structs.replace(each, required=wanted))
        case inspect.BoolType():
            yield option([f"{flag}/--no-{flag[2:]}"], default=None)
        case inspect.EnumType(cls=words):
            yield option([flag], type=click.Choice([str(each) for each in words]))
        case inspect.VarTupleType(item_type=inspect.StructType()):
            yield option([flag], multiple=True, nargs=2, metavar="RUNG REASON")
        case inspect.VarTupleType():
            yield option([flag], multiple=True, metavar="ID")
        case inspect.IntType():
            yield option([flag], type=click.INT)
        case inspect.StrType(pattern=pattern) if (pattern or "").startswith(_ID):
            yield option([flag], metavar="ID")
        case _:
            yield option([flag], metavar=_metavar(kind))


def _bare(kind: inspect.Type) -> inspect.Type:
    """Without the possibility that it is not given."""
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    if isinstance(kind, inspect.UnionType):
        return next(each for each in map(_bare, kind.types) if not isinstance(each, inspect.NoneType))
    return kind


def _metavar(kind: inspect.Type) -> str:
    match kind:
        case inspect.DateTimeType():
            return "TIME"
        case inspect.DateType():
            return "DATE"
        case _:
            return "TEXT"


def fields_of(move: Move, given: Given) -> dict[str, Any]:
    """What was given, as the fields of the command; ids as they were typed."""
    found: dict[str, Any] = {}
    for field in _fields(move.command):
        match _bare(field.type):
            case inspect.StructType():
                found[field.name] = _feedback(given)
            case inspect.VarTupleType(item_type=inspect.StructType()):
                pairs = given.get(field.name, ())
                found[field.name] = [{"rung": rung, "reason": reason} for rung, reason in pairs]
            case inspect.DateTimeType() if given.get(field.name) is not None:
                found[field.name] = instant(given[field.name])
            case _ if given.get(field.name) is not None:
                found[field.name] = given[field.name]
    return found


def _feedback(given: Given) -> dict[str, Any] | None:
    answers = {each.name: given[each.name] for each in _fields(Feedback) if given.get(each.name) is not None}
    if not answers:
        return None
    wanting = [each.name for each in _fields(Feedback) if each.required and each.name not in answers]
    if wanting:
        names = ", ".join(f"--{each.replace('_', '-')}" for each in wanting)
        raise click.UsageError(f"Feedback has three answers; missing: {names} (or the same with --no-).")
    return answers


def streams_of(move: Move) -> dict[str, tuple[str, ...]]:
    """Fields that name streams, and of which kinds."""
    return {
        field.name: _KINDS.get(field.name, ("member",))
        for field in _fields(move.command)
        if field.name not in {"coaching", "session", "step", move.own, move.new} and _names(field.type)
    }


def _names(kind: inspect.Type) -> bool:
    bare = _bare(kind)
    if isinstance(bare, inspect.VarTupleType):
        bare = _bare(bare.item_type)
    return isinstance(bare, inspect.StrType) and (bare.pattern or "").startswith(_ID)
