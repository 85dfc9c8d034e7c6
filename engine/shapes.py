"""Reads stored fields back into their classes, past all limits: a fact stays readable when rules tighten."""

from collections.abc import Callable, Collection
from functools import reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, Final, Literal, NamedTuple, TypedDict, Union, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct

from domain.kernel import Event, owners_of

_LIMITS: Final = ("gt", "ge", "lt", "le", "multiple_of", "pattern", "min_length", "max_length", "tz")


class Shape(NamedTuple):
    """What to decode into, and how to make the real value of it."""

    type: Any
    build: Callable[[Any], Any]


def shape_of(struct: type[Struct], sealable: Collection[str] = ()) -> Shape:
    """Decode a dict whose types carry no limits, then make the struct. Sealable texts may be anything."""
    hints = get_type_hints(struct)  # without extras: the limits are gone
    shapes = {field: _shape(hints[field]) for field in struct.__struct_fields__}
    types = {field: shape.type if shape else hints[field] for field, shape in shapes.items()}
    builds = {field: shape.build for field, shape in shapes.items() if shape}

    def build(values: dict[str, Any]) -> Struct:
        for field, make in builds.items():
            if field in values:
                values[field] = make(values[field])
        return struct(**values)

    types |= dict.fromkeys(sealable, Any)
    return Shape(TypedDict(struct.__name__, types, total=False), build)  # type: ignore[operator] # made while running


def _shape(hint: object) -> Shape | None:
    """None: there is no struct in it, it is decoded as it stands."""
    if isinstance(hint, type) and issubclass(hint, Struct):
        return shape_of(hint)
    origin: Any = get_origin(hint)
    args = get_args(hint)
    shapes = [None if origin is Literal else _shape(arg) for arg in args]
    builds = [shape.build for shape in shapes if shape]
    if not builds:
        return None
    types = tuple(shape.type if shape else arg for shape, arg in zip(shapes, args, strict=True))
    if origin in (Union, UnionType) and len(builds) == 1:
        return Shape(reduce(or_, types), _where_dict(builds[0]))
    if origin is tuple and types[1:] == (...,):
        return Shape(origin[types], _in_tuple(builds[0]))
    if origin is dict and shapes[0] is None:
        return Shape(origin[types], _in_dict(builds[0]))
    raise TypeError(f"{hint}: an event holds a struct alone, as T | None, tuple[T, ...] or dict[K, T]")


def _where_dict(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: make(value) if isinstance(value, dict) else value


def _in_tuple(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda values: tuple(make(value) for value in values)


def _in_dict(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda values: {key: make(value) for key, value in values.items()}


def is_limited(hint: object) -> bool:
    """Whether a limit stands on a type or anywhere in it, so that decoding into it could refuse a fact."""
    if isinstance(hint, type) and issubclass(hint, Struct):
        hints = get_type_hints(hint, include_extras=True)
        return hint.__struct_config__.forbid_unknown_fields or any(map(is_limited, hints.values()))
    marks = (mark for mark in get_args(hint) if isinstance(mark, Meta))
    return any(getattr(mark, name) is not None for mark in marks for name in _LIMITS) or any(
        map(is_limited, get_args(hint))
    )


def sealable_fields(event: type[Event]) -> dict[str, str]:
    """Field → its owner's field, as marked on the class. A mark that could not be kept is an error, not a leak."""
    owners = owners_of(event)
    plain = get_type_hints(event)
    for field, hint in get_type_hints(event, include_extras=True).items():
        if field in owners and plain[field] not in (str, str | None):
            raise TypeError(f"{event.__name__}.{field}: only a str or str | None can be sealed")
        if field not in owners and _marked_somewhere(hint):
            raise TypeError(f"{event.__name__}.{field}: put the owner's mark around the whole type")
    return owners


def _marked_somewhere(hint: object) -> bool:
    if isinstance(hint, type) and issubclass(hint, Struct):
        return any(_marked_somewhere(inner) for inner in get_type_hints(hint, include_extras=True).values())
    if get_origin(hint) is Annotated and any(
        isinstance(m, Meta) and "owner" in (m.extra or {}) for m in get_args(hint)
    ):
        return True
    return any(_marked_somewhere(inner) for inner in get_args(hint))
