"""Ways of choosing whom to ask, ours and its rivals: what the engine's own choice sees of helpers."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from benchmarks.school_books import Books
from domain.policies import CoachingPolicy
from engine.assigning import Able


class Request(Struct, kw_only=True, eq=False):
    """A need in the queue, or on its way."""

    number: int  # of the need: posted twice, it has several requests
    seeker: str
    at: float  # in school days
    fit: list[float]  # of each helper
    by_fit: tuple[int, ...]  # helpers above the floor, the best first
    fitting: int  # the same, a bit each
    firm: int  # those of them who would be above it without what they only claim
    open_to: int = 0  # those of them who may be asked when they have room
    refused: int = 0  # helpers who declined it or stayed silent
    offer: tuple[int, str] | None = None  # helper and reservation, while it is open
    coach: int | None = None
    accepted: float | None = None


class Asked(Protocol):
    """What there is to see of helpers when somebody is chosen."""

    @property
    def books(self) -> Books: ...
    @property
    def turns(self) -> Sequence[int]:
        """Of each helper the number of the last ask, 0 if there was none."""


Sees = Callable[[Request, Asked], list[Able]]


class Rule(Struct, frozen=True):
    name: str
    good_enough: float | None  # of the best fit; None as in the policy
    able: Sees
    patient: bool = False  # whether only the best may be asked, however long that one has no room

    def policy(self, policy: CoachingPolicy) -> CoachingPolicy:
        return policy if self.good_enough is None else replace(policy, good_enough=self.good_enough)


def open_to(request: Request, rule: Rule) -> int:
    """Who may be asked, a bit each."""
    left = request.fitting & ~request.refused
    if not rule.patient:
        return left
    return next((1 << each for each in request.by_fit if left >> each & 1), 0)


def _with_room(request: Request, school: Asked) -> Iterator[int]:
    """The number of each bit that is set."""
    left = request.open_to & school.books.room
    while left:
        lowest = left & -left
        yield lowest.bit_length() - 1
        left ^= lowest


def _as_served(request: Request, school: Asked) -> list[Able]:
    books = school.books
    return [
        Able(
            coach=f"{each:03}",
            fit=request.fit[each],
            shown=bool(request.firm >> each & 1),
            asked=books.asked[each],
            load=books.loads[each],
        )
        for each in _with_room(request, school)
    ]


def _able(request: Request, helper: int, asked: int = 0) -> Able:
    """Of whom a rival asks neither what they have shown nor how much is left of their time."""
    return Able(coach=f"{helper:03}", fit=request.fit[helper], shown=True, asked=asked, load=0.0)


def _best(request: Request, school: Asked) -> list[Able]:
    return [_able(request, each) for each in _with_room(request, school)]


def _longest_ago(request: Request, school: Asked) -> list[Able]:
    return [_able(request, each, school.turns[each]) for each in _with_room(request, school)]


def _next_in_circle(request: Request, school: Asked) -> list[Able]:
    last, many = max(range(len(school.turns)), key=school.turns.__getitem__), len(school.turns)
    return [_able(request, each, (each - last - 1) % many) for each in _with_room(request, school)]


OURS: Final = Rule("ours", None, _as_served)
BEST: Final = Rule("best match with room", 1.0, _best)
PATIENT: Final = Rule("best match, however long it takes", 1.0, _best, patient=True)
ROBIN: Final = Rule("round robin: asked longest ago", 0.0, _longest_ago)
CIRCLE: Final = Rule("round robin: next in a fixed circle", 0.0, _next_in_circle)
RULES: Final = (OURS, BEST, PATIENT, ROBIN, CIRCLE)
