"""The table of addresses of the record of access: who looked, by office, at what concerns a member."""

from typing import Final

from api.http.access import Access
from api.http.answers import Answer, read
from api.http.calling import Call, Paged, absent
from api.http.endpoints import NETWORK, Endpoint
from api.http.visit import Tables
from domain.vocabulary import MemberId
from projections import accesses
from projections.accesses import AccessEntry
from projections.reading import Reader
from projections.shape import Page

_ABOUT: Final = "Of what was looked at, only what is theirs is named: one look may be at things of many."


def _mine(call: Call) -> Answer:
    return _of(call, call.bearer.member)


def _of_member(call: Call) -> Answer:
    return _of(call, call.path["member"])


def _of(call: Call, member: MemberId) -> Answer:
    def asked(connection: Tables, reader: Reader) -> Page[AccessEntry] | None:
        return accesses.looks(connection, reader, member, cursor=call.query.cursor, limit=call.limit)

    looked = call.look(asked)
    if looked.found is None:
        raise absent("member")
    return read(looked.found, position=looked.position, by_office=looked.by_office)


ACCESSES: Final = (
    Endpoint(
        method="GET",
        path=f"{NETWORK}/me/accesses",
        name="list_own_accesses",
        tag="me",
        access=Access.MEMBER,
        summary="Who looked, by office, at what concerns oneself, the newest first",
        about=_ABOUT,
        gives=Page[AccessEntry],
        query=Paged,
        lasting=True,
        answer=_mine,
    ),
    Endpoint(
        method="GET",
        path=f"{NETWORK}/members/{{member}}/accesses",
        name="list_accesses",
        tag="members",
        access=Access.MEMBER,
        summary="Who looked, by office, at what concerns a member, the newest first",
        about=f"{_ABOUT} One's own; admins read everybody's, and are on record with that.",
        gives=Page[AccessEntry],
        query=Paged,
        lasting=True,
        answer=_of_member,
    ),
)
