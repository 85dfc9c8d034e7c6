"""The addresses of the network's shape, and of what changed: figures, nothing of fewer than ten people."""

from datetime import date
from functools import partial
from typing import Annotated, Final

from msgspec import Meta, Struct

from api.http.access import Access
from api.http.answers import Answer, read
from api.http.calling import Call, Fresh, Position
from api.http.endpoints import NETWORK, Endpoint
from api.http.questions import shown
from api.http.visit import Tables
from domain.vocabulary import TieKind
from engine.differences import Difference, difference
from engine.network_figures import Counting, NetworkShape, network_shape
from engine.spans import point
from projections.reading import Reader

_POINT: Final = r"^[0-9TZ:.+-]{1,40}$(?!\n)"


class Counted(Fresh, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: Annotated[TieKind, Meta(description="Count ties of this kind alone.")] | None = None
    since: Annotated[date, Meta(description="Count ties used on this day or later.")] | None = None
    window: Annotated[int, Meta(ge=1, le=36_500, description="Count ties used in the last days.")] | None = None
    without_staff: Annotated[bool, Meta(description="As if facilitators and admins were not there.")] = False


def _shape(connection: Tables, reader: Reader, call: Call) -> NetworkShape:
    asked: Counted = call.query
    counting = Counting(
        kinds=tuple(TieKind) if asked.kind is None else (asked.kind,),
        since=asked.since,
        window=asked.window,
        without_staff=asked.without_staff,
    )
    return network_shape(connection, reader, call.when, counting, call.system.clock)


class Span(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two positions, two times or two days."""

    begin: Annotated[str, Meta(pattern=_POINT, description="What came after this position, time or day counts.")]
    end: Annotated[str, Meta(pattern=_POINT, description="Up to and with this one.")]
    after_position: Position | None = None


def _changes(call: Call) -> Answer:
    asked: Span = call.query
    reader = call.read(lambda _, reader: reader)
    begin, end = point(asked.begin, "begin"), point(asked.end, "end")
    found = difference(call.system.queries, call.network, reader, begin, end, call.system.clock)
    looked = call.look(lambda _, __: found)
    return read(found, position=looked.position, by_office=looked.by_office)


SHAPE: Final[tuple[Endpoint, ...]] = (
    Endpoint(
        method="GET",
        path=f"{NETWORK}/shape",
        name="read_shape",
        tag="shape",
        access=Access.FIGURES,
        summary="The network's shape: density, centralization, hubs, reach, E-I indices, how evenly help is spread",
        about="With the tie types, classes, window, time and direction that every number is for. Whom the reader must "
        "not be shown counts in no figure, and nothing is told that would give fewer than ten people away.",
        gives=NetworkShape,
        query=Counted,
        slow=True,
        answer=partial(shown, _shape),
    ),
    Endpoint(
        method="GET",
        path=f"{NETWORK}/changes",
        name="read_changes",
        tag="shape",
        access=Access.AUDITOR,
        summary="What changed between two positions, times or days, with the figures before and after",
        about="Days count what had happened, positions and times what was recorded. Of what was told to few it is said "
        "only how much there was.",
        gives=Difference,
        query=Span,
        slow=True,
        answer=_changes,
    ),
)
