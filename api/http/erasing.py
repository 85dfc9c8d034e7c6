"""To be erased: decided at once and for ever, carried out within moments; and who is, for those who look after it."""

from functools import partial
from typing import Final

from msgspec import Struct

from api.http.access import Access
from api.http.answers import Answer, done
from api.http.calling import Call, Nothing, Paged, absent
from api.http.endpoints import NETWORK, Endpoint
from api.http.questions import paged, shown
from api.http.visit import Tables
from api.http.writing import Outcome, key_reused, sender_of
from domain.catalogue import CATALOGUE
from domain.erasure import erasure_of
from domain.refusals import CommandReused
from projections import erasures, member_directory
from projections.erasures import Erasure
from projections.reading import Reader
from projections.shape import Page


class EraseMember(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing is asked but that it is meant."""

    for_ever: bool


def _erase(call: Call) -> Answer:
    member = call.path["member"]
    call.read(partial(_is_shown, member=member))
    try:
        events = call.system.erasures.begin(call.network, member, sender_of(call), meant=call.body.for_ever)
    except CommandReused:
        raise key_reused() from None
    stream = erasure_of(member)
    position = events[-1].position if events else call.system.store.head()
    names = tuple(CATALOGUE.by_type[type(each.event)].name for each in events)
    return done(Outcome(stream=stream, id=stream, position=position, events=names), position=position)


def _is_shown(connection: Tables, reader: Reader, member: str) -> None:
    """Staff also erase who left; to others a member whom they are not shown is not there."""
    if not reader.staff and member_directory.profile(connection, reader, member) is None:
        raise absent("member")


ERASING: Final = (
    Endpoint(
        method="POST",
        path=f"{NETWORK}/members/{{member}}/erase",
        name="erase_member",
        tag="members",
        access=Access.MEMBER,
        summary="Erase a member, for ever",
        about="Oneself, or anybody as an admin. They leave, their key is destroyed within moments, and everything "
        "derived from their words is made anew; nobody can undo it. `for_ever` has to be true. Where others wrote "
        "their name is noted for a facilitator: `/erasures`.",
        gives=Outcome,
        query=Nothing,
        body=EraseMember,
        example={"for_ever": True},
        slow=True,
        answer=_erase,
    ),
    Endpoint(
        method="GET",
        path=f"{NETWORK}/erasures",
        name="list_erasures",
        tag="erasures",
        access=Access.STAFF,
        summary="Who asked to be erased, whose erasure a hold forbids, and who was",
        about="With the streams in which others wrote their name: those words are others', and somebody has to look.",
        gives=Page[Erasure],
        query=Paged,
        lasting=True,
        answer=partial(shown, paged(erasures.erasures), kind="erasure"),
    ),
)
