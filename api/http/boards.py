"""The table of boards for staff: who is asked for how much, what needs have in common, who could help with it."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Final

from msgspec import Meta, Struct

from api.http.access import Access
from api.http.answers import Answer, done, read
from api.http.calling import Call, Fresh, Paged
from api.http.endpoints import NETWORK, Endpoint
from api.http.questions import shown, today
from api.http.tags import home_of
from api.http.visit import Tables
from api.http.writing import key_reused, made_id, sender_of
from domain.coaching.commands import OfferGroupResponse
from domain.coaching.events import GroupResponseOffered
from domain.refusals import CommandReused
from domain.vocabulary import Id, MemberId, StreamId, Title
from engine.commands import Order, Sender
from engine.coverage import Coverage
from engine.themes import Theme
from projections.burden import BurdenBoard, Strain, burden
from projections.reading import Reader


class Load(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    strain: Annotated[Strain | None, Meta(description="Only members of whose time so much is taken.")] = None
    never_asked: Annotated[bool, Meta(description="Only those who are willing and were never asked.")] = False


class Share(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One response to everybody who shares a theme."""

    about: Title
    response: Id | None = None


class Shared(Struct, frozen=True, kw_only=True):
    response: str
    cases: tuple[StreamId, ...]
    position: int


def _burden(connection: Tables, reader: Reader, call: Call) -> BurdenBoard:
    asked: Load = call.query
    return burden(
        connection,
        reader,
        today(connection, call),
        strain=asked.strain,
        never_asked=asked.never_asked,
        cursor=asked.cursor,
        limit=call.limit,
    )


def _themes(call: Call) -> Answer:
    return _looked_at(call, call.system.common_needs.themes)


def _coverage(call: Call) -> Answer:
    return _looked_at(call, call.system.common_needs.coverage)


def _looked_at(call: Call, asked: Callable[[StreamId, MemberId], object]) -> Answer:
    """Derived from what is at hand, which is the present alone."""
    call.at_present()
    call.read(lambda _, reader: reader)
    found = asked(call.network, call.bearer.member)
    looked = call.look(lambda _, __: found)
    return read(found, position=looked.position, by_office=looked.by_office)


def _offer(call: Call) -> Answer:
    """To all in one save, or to nobody."""
    call.read(lambda _, reader: reader.member)
    sender = sender_of(call)
    asked: Share = call.body
    response = asked.response or made_id("response", call.network, f"{sender.command_id}|{call.path['theme']}")
    orders = _orders(call, sender, response)
    try:
        carried = call.system.commands.handle_all(orders, sender)
    except CommandReused:
        raise key_reused() from None
    for _, refusal in carried.refusals:
        raise refusal
    position = carried.events[-1].position if carried.events else call.system.store.head()
    cases = tuple(home_of(each.command, call.network) for each in orders)
    return done(Shared(response=response, cases=cases, position=position), position=position)


def _orders(call: Call, sender: Sender, response: Id) -> list[Order]:
    """A retry is of the cases that shared the theme then."""
    system, about = call.system, call.body.about
    before = [
        each.stream
        for each in system.store.of_command(call.network, sender.command_id)
        if isinstance(each.event, GroupResponseOffered)
    ]
    if not before:
        return list(system.common_needs.offer_to_all(call.network, sender.actor, call.path["theme"], response, about))
    at = system.clock()
    return [Order(command=OfferGroupResponse(coaching=each, response=response, about=about), at=at) for each in before]


BOARDS: Final[tuple[Endpoint, ...]] = (
    Endpoint(
        method="GET",
        path=f"{NETWORK}/boards/burden",
        name="read_burden_board",
        tag="boards",
        access=Access.STAFF,
        summary="The burden board: who is near or over the time they offer, who is never asked",
        about="The fullest first, with how unevenly help is spread. What was declined is worded like what came to "
        "nothing: it was asked.",
        gives=BurdenBoard,
        query=Load,
        answer=partial(shown, _burden),
    ),
    Endpoint(
        method="GET",
        path=f"{NETWORK}/boards/coverage",
        name="read_coverage_board",
        tag="boards",
        access=Access.STAFF,
        summary="The coverage board: themes of open needs, and who has room to help with them",
        about="What nobody or only one could help with comes first.",
        gives=list[Coverage],
        query=Fresh,
        slow=True,
        answer=_coverage,
    ),
    Endpoint(
        method="GET",
        path=f"{NETWORK}/themes",
        name="list_themes",
        tag="themes",
        access=Access.STAFF,
        summary="What open needs have in common, the largest theme first",
        about="Of requests of class `group` alone; a theme keeps its id and label from day to day.",
        gives=list[Theme],
        query=Fresh,
        slow=True,
        answer=_themes,
    ),
    Endpoint(
        method="POST",
        path=f"{NETWORK}/themes/{{theme}}/offer",
        name="offer_to_theme",
        tag="themes",
        access=Access.STAFF,
        summary="Offer one response to all who share a theme",
        about="By a facilitator, once enough people share it. Each is asked alone, and told of the others after both "
        "sides consent. All of them are asked in one save, or nobody.",
        gives=Shared,
        body=Share,
        example={"about": "Calls home"},
        slow=True,
        answer=_offer,
    ),
)
