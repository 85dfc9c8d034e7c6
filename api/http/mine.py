"""What is held of the one who asks: all of it, for programs and for people."""

from typing import Final

import msgspec

from api.http.access import Access
from api.http.answers import JSON, Answer
from api.http.calling import Call, Nothing
from api.http.endpoints import NETWORK, Endpoint
from api.own_page import page
from engine.own_data import OwnData, own_data

_HTML: Final = "text/html; charset=utf-8"
_ABOUT: Final = (
    "Every event that concerns one, who told it, who looked at it by their office, and which recommendations for "
    "others used it. Whose those were is theirs. `own_words` are the words sealed under one's key, opened: what one "
    "wrote, and what others wrote that goes with one's key, as the reason for which staff triaged a request."
)


def _data(call: Call) -> Answer:
    told = _told(call)
    return _answer(msgspec.json.encode(told, order="deterministic"), JSON, told)


def _page(call: Call) -> Answer:
    told = _told(call)
    return _answer(page(told).encode(), _HTML, told)


def _told(call: Call) -> OwnData:
    call.read(lambda _, reader: reader)  # refused to who is not here any more
    return own_data(call.system, call.network, call.bearer.member)


def _answer(body: bytes, media: str, told: OwnData) -> Answer:
    headers = {"x-position": str(told.position), "cache-control": "private, no-store"}
    return Answer(200, body, media=media, headers=headers)


MINE: Final = tuple(
    Endpoint(
        method="GET",
        path=f"{NETWORK}/me/{path}",
        name=name,
        tag="me",
        access=Access.MEMBER,
        summary=summary,
        about=_ABOUT,
        gives=gives,
        media=media,
        query=Nothing,
        slow=True,
        answer=answer,
    )
    for path, name, summary, answer, gives, media in (
        ("data", "read_own_data", "All that is held of oneself", _data, OwnData, JSON),
        ("data.html", "read_own_data_page", "The same as a page to read and keep", _page, str, "text/html"),
    )
)
