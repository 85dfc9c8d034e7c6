"""The table of addresses of coaching: one's own cases, the queue, one case, its suggestion, figures for the rest."""

from functools import partial
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from api.http.access import Access
from api.http.answers import Answer, read
from api.http.calling import Call, Fresh, Paged, absent
from api.http.endpoints import NETWORK, Endpoint
from api.http.questions import shown, the_expert_budget
from api.http.visit import Tables
from domain.refusals import IllegalMove
from domain.vocabulary import StreamId, Tier
from projections import coaching_cases, coaching_figures, coaching_view
from projections.coaching_cases import QueueRow
from projections.coaching_figures import Figure
from projections.coaching_readers import Part
from projections.coaching_view import CaseView
from projections.reading import Reader
from projections.shape import Page
from projections.time_budgets import TimeOffer

_CASE: Final = f"{NETWORK}/coaching/{{coaching}}"

Standing = Literal[
    "waiting", "waiting for the seeker", "triaged", "offered", "accepted", "engaged", "ended"
]  # what staff may ask the queue for: before it is submitted, a need is for others to know


class Queue(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    tier: Tier | None = None
    state: Standing | None = None


class Derive(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing has to be said."""


def _queue(connection: Tables, reader: Reader, call: Call) -> Page[QueueRow]:
    asked: Queue = call.query
    return coaching_cases.queue(
        connection, reader, tier=asked.tier, state=asked.state, cursor=asked.cursor, limit=call.limit
    )


def _mine(connection: Tables, reader: Reader, call: Call) -> Page[QueueRow]:
    page = coaching_cases.mine(connection, reader, cursor=call.query.cursor, limit=call.limit)
    if call.when.now:
        return page
    seen = call.system.queries.read(
        call.network,
        call.bearer.member,
        lambda now, still: [each for each in page.items if coaching_view.reads(now, still, each.coaching)],
    )
    return msgspec.structs.replace(page, items=tuple(seen))


def _figures(connection: Tables, reader: Reader, call: Call) -> list[Figure]:
    """Up to a day other tens would be summed: taken from those of another day they would tell of single sessions."""
    if call.query.on is not None:
        raise IllegalMove("these figures are told in the order of the log alone", field="on", remedy="give as_of")
    return coaching_figures.figures(connection, reader)


def _case(call: Call) -> Answer:
    """Other cases move its place, and the engine what it suggests: a decision on it is not out of date by that."""
    coaching, asked = call.path["coaching"], call.system.queries.read
    still = None if call.when.now else asked(call.network, call.bearer.member, partial(_read, coaching))
    looked = call.look(partial(_seen, coaching, still=still))
    found = looked.found
    row = msgspec.structs.replace(
        found.case, place=None, suggested=None, suggestion_reason="", duplicates=(), similar=()
    )
    own = msgspec.structs.replace(found, case=row, suggestion=None, standing=None)
    return read(found, position=looked.position, own=own, by_office=looked.by_office)


def _read(coaching: StreamId, connection: Tables, reader: Reader) -> Part:
    """Who has no part in it any more reads no old day of it either."""
    found = coaching_view.reads(connection, reader, coaching)
    if found is None:
        raise absent("coaching")
    return found


def _seen(coaching: StreamId, connection: Tables, reader: Reader, still: Part | None = None) -> CaseView:
    found = coaching_view.seen(connection, reader, coaching, still=still)
    if found is None:
        raise absent("coaching")
    return found


def _suggested(call: Call) -> Answer:
    """Derived by the engine for nobody in particular, and shown as this reader may see it."""
    coaching = call.path["coaching"]
    call.read(partial(_seen, coaching))
    call.system.suggest(call.network, coaching)
    return _case(call)


def _get(path: str, name: str, summary: str, gives: Any, **more: Any) -> Endpoint:  # noqa: ANN401 - an Endpoint's
    settled: dict[str, Any] = {"query": Fresh, "lasting": True} | more
    return Endpoint(
        method="GET",
        path=f"{NETWORK}{path}",
        name=name,
        tag=path.split("/")[1],
        summary=summary,
        gives=gives,
        **settled,
    )


CASES: Final[tuple[Endpoint, ...]] = (
    _get(
        "/coaching",
        "list_coaching",
        "One's own coaching cases: asked for, coached, or held",
        Page[QueueRow],
        access=Access.MEMBER,
        query=Paged,
        answer=partial(shown, _mine),
    ),
    _get(
        "/coaching/queue",
        "list_coaching_queue",
        "The triage queue, the oldest first, with every clock",
        Page[QueueRow],
        access=Access.STAFF,
        about="What waits for a decision or a coach; in the states `engaged` and `ended` only where that is asked for.",
        query=Queue,
        answer=partial(shown, _queue),
    ),
    _get(
        "/coaching/figures",
        "read_coaching_figures",
        "Coaching sessions and their minutes, of ten people at a time",
        list[Figure],
        access=Access.FIGURES,
        about="A figure appears once ten people more were coached, and never changes.",
        answer=partial(shown, _figures),
    ),
    _get(
        "/coaching/{coaching}",
        "read_coaching",
        "A coaching case, as far as it is the reader's to see",
        CaseView,
        access=Access.MEMBER,
        about="Its `ETag` as `If-Match` stops who decides on what somebody else has changed meanwhile; what other "
        "cases move, such as its place, counts for `If-None-Match` alone.",
        answer=_case,
    ),
    Endpoint(
        method="POST",
        path=f"{_CASE}/suggestion",
        name="suggest_disposition",
        tag="coaching",
        access=Access.STAFF,
        summary="Derive the suggested disposition now",
        about="The stored one while its inputs lead to the same, else a new one is stored. The answer is the case.",
        gives=CaseView,
        body=Derive,
        example={},
        slow=True,
        answer=_suggested,
    ),
    _get(
        "/expert-budget",
        "read_expert_budget",
        "Minutes that the network spends on experts: offered, held, spent and free today",
        TimeOffer,
        access=Access.STAFF,
        lasting=False,
        answer=partial(shown, the_expert_budget, kind="budget"),
    ),
)
