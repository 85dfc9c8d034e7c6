"""One command as it is posted: where, by whom, and what fills in the speaker and new ids."""

from collections.abc import Callable
from typing import Any, TypeAlias

from msgspec import Struct

from api.http.access import Access
from api.http.visit import Tables
from domain.kernel import Command
from domain.vocabulary import MemberId

Check: TypeAlias = Callable[[Tables, Any, MemberId], None]  # the row's command, and who speaks; raises a Refused

MEMBER, TAKES_PART, INVITED, STAFF, ADMIN = (
    Access.MEMBER,
    Access.TAKES_PART,
    Access.INVITED,
    Access.STAFF,
    Access.ADMIN,
)


class Row(Struct, frozen=True, kw_only=True):
    """`speaker` is the field that is the caller unless the body says otherwise; `new` the id that may be left out."""

    path: str  # below /networks/{network}; fields of the command in braces
    command: type[Command]
    access: Access
    summary: str
    about: str = ""
    speaker: str | None = None
    new: str | None = None
    makes: bool = False  # something that can be read at once at <path>/<id>
    dated: bool = True  # false where time is promised: against the past no budget is worth anything
    check: Check | None = None  # what the projections have to say to it, where its decider cannot know
    example: dict[str, Any] = {}


def row(path: str, command: type[Command], access: Access, summary: str, **more: Any) -> Row:  # noqa: ANN401 - a Row's
    return Row(path=path, command=command, access=access, summary=summary, **more)
