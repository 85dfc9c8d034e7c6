"""Values of the wrong form, refused in plain words: what is needed there, never what was given."""

import re
from collections.abc import Sequence
from typing import Any, Final

from msgspec import inspect

from domain.refusals import Malformed

_KINDS: Final = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "date": "a date as 2026-03-02",
    "datetime": "an instant as 2026-03-02T15:00:00Z",
    "array": "a list",
    "object": "an object with fields",
    "null": "nothing",
}
_FIXED: Final = {
    "Expected `datetime` with a timezone component": "an instant needs its time zone",
    "Invalid RFC3339 encoded datetime": f"{_KINDS['datetime']} is needed",
    "Invalid RFC3339 encoded date": f"{_KINDS['date']} is needed",
}
_GIVEN: Final = _KINDS | {"int": "a number", "date": "a date", "datetime": "an instant", "object": "an object"}
_ANOTHER: Final = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")
_BOUND: Final = re.compile(r"Expected `(?:int|float)` ([<>]=?) (\S+)")
_LENGTH: Final = re.compile(r"Expected `(\w+)` of length ([<>]=|==) (\d+)")
_MISSING: Final = re.compile(r"Object missing required field `(\w{1,60})`")
_STRANGER: Final = re.compile(r"Object contains unknown field `(\w{1,60})")
_BOUNDS: Final = {"<=": "at most", ">=": "at least", "<": "less than", ">": "more than"}
_ITEMS: Final = {"str": "characters", "array": "items", "object": "entries"}
_STEP: Final = re.compile(r"[^.\[\]]+|\[[^\]]*\]")


def malformed(error: Exception, into: Any = None) -> Malformed:  # noqa: ANN401 - any type
    """A decoding error as a refusal that names the field. `into` is what was decoded: its choices are the remedy."""
    told, _, place = str(error).partition(" - at `$")
    place = place.strip("`.")
    if (found := _MISSING.match(told)) is not None:
        return Malformed("this is needed", field=_within(place, found[1]))
    if (found := _STRANGER.match(told)) is not None:
        return Malformed("there is no such field", field=_within(place, found[1]), remedy=_names(into, place))
    if told.startswith("Invalid enum value"):
        return Malformed("a word that is not known here", field=place or None, remedy=_choices(into, place))
    return Malformed(_plain(told, error), field=place or None)


def _within(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _plain(told: str, error: Exception) -> str:
    if "matching regex" in told or isinstance(error, UnicodeError):
        return "empty, or with characters that cannot be kept"
    if (found := _ANOTHER.fullmatch(told)) is not None:
        needed = [_KINDS.get(each, each) for each in found[1].split(" | ") if each != "null"]
        return f"{' or '.join(needed)} is needed, not {_GIVEN.get(found[2], 'this')}"
    if (found := _LENGTH.fullmatch(told)) is not None:
        return f"{'longer' if found[2] == '<=' else 'shorter'} than {found[3]} {_ITEMS[found[1]]}"
    if (found := _BOUND.fullmatch(told)) is not None:
        return f"{_BOUNDS[found[1]]} {found[2]} is needed"
    return _FIXED.get(told, "this cannot be read")


def _choices(into: Any, place: str) -> str | None:  # noqa: ANN401 - any type
    words = [each for kind in _reached(into, place) for each in _words(kind)]
    return f"one of: {', '.join(words)}" if words else None


def _words(kind: inspect.Type) -> list[str]:
    match kind:
        case inspect.EnumType(cls=cls):
            return [str(each.value) for each in cls]
        case inspect.LiteralType(values=values):
            return [str(each) for each in values]
        case _:
            return []


def _names(into: Any, place: str) -> str | None:  # noqa: ANN401 - any type
    known = [each for kind in _reached(into, place) if isinstance(kind, inspect.StructType) for each in kind.fields]
    return f"one of: {', '.join(each.encode_name for each in known)}" if known else None


def _reached(into: Any, place: str) -> list[inspect.Type]:  # noqa: ANN401 - any type
    """What may stand at this place of a type."""
    return [] if into is None else _at(inspect.type_info(into), _STEP.findall(place))


def _at(kind: inspect.Type, steps: Sequence[str]) -> list[inspect.Type]:
    match kind:
        case inspect.Metadata(type=inner):
            return _at(inner, steps)
        case inspect.UnionType(types=types):
            return [found for each in types for found in _at(each, steps)]
        case _ if not steps:
            return [kind]
        case inspect.StructType(fields=known):
            return [found for each in known if each.encode_name == steps[0] for found in _at(each.type, steps[1:])]
        case inspect.CollectionType(item_type=inner) | inspect.DictType(value_type=inner):
            return _at(inner, steps[1:])
        case _:
            return []
