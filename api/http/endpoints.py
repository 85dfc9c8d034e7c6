"""An address of the API as data: what it takes, what it gives, who may, and the function that answers."""

from collections.abc import Callable
from typing import Any, Final, Literal

from msgspec import Struct

from api.http.access import Access
from api.http.answers import JSON, Answer
from api.http.calling import Call, Nothing
from api.http.visit import Tables
from projections.reading import Reader

BASE: Final = "/api/v1"
NETWORK: Final = f"{BASE}/networks/{{network}}"


def routed(path: str) -> str:
    """A path as routes write it."""
    return path.replace("}", ":str}")


class Endpoint(Struct, frozen=True, kw_only=True):
    """`lasting`: the answer depends on the reader, the address and the position of the log, and on nothing else."""

    method: Literal["GET", "POST"]
    path: str
    name: str  # of the operation, for ever
    tag: str
    access: Access
    summary: str
    gives: Any  # the type of the body that goes out
    answer: Callable[[Call], Answer] | None = None
    follows: Callable[[Tables, Reader, int], list[Any]] | None = None  # a stream of what lies beyond a position
    about: str = ""
    query: type[Struct] = Nothing
    body: type[Struct] | None = None
    example: dict[str, Any] | None = None
    media: str = JSON  # of the body that goes out
    makes: bool = False  # something new, at an address of its own
    lasting: bool = False
    slow: bool = False  # it may have to wait for texts to be understood: what is read meanwhile is not to wait with it
