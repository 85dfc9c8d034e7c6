"""The address of the network's shape: figures alone, of ten people or more, for staff and for who watches."""

from datetime import date
from functools import partial
from typing import Annotated, Final

from msgspec import Meta

from api.http.access import Access
from api.http.calling import Call, Fresh
from api.http.endpoints import NETWORK, Endpoint
from api.http.questions import shown
from api.http.visit import Tables
from domain.vocabulary import TieKind
from engine.network_figures import Counting, NetworkShape, network_shape
from projections.reading import Reader


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
)
