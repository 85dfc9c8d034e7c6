"""How long a suggested disposition takes, whole, beside a list; and whether a burst of freed time is offered once."""

import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import msgspec
import numpy as np
from msgspec import Struct

from benchmarks.network import NETWORK, START, Size, Texts, Told, build, challenge, member, needs, record, settings_of
from benchmarks.row import Row
from benchmarks.turns import beside, longer, row, timed
from domain.budgets import TimeBudgetSet, budget_of
from domain.coaching.events import CoachingRequested, CoachOffered, RequestTriaged
from domain.members import EngagementLevelChosen, NetworkRoleGranted
from domain.recommendations import ListKind
from domain.resources import ResourceShared
from domain.vocabulary import Disposition, Level, NetworkRole, PeriodKind, Tier, Urgency
from engine.commands import Done, Order, Sender
from engine.runtime import Confrere

LARGE, SMALL = Size(6_667, 100_005), Size(134, 2_010)
SESSION, RESOURCES = 60, 500
SUGGESTION_AT_MOST: Final = 1.5
COACHES, EXPERTS, OPEN_NEEDS, SUGGESTED = 100, 20, 2_000, 200
POSTING: Final = 4  # one member in so many has a challenge

T = TypeVar("T")


class Burst(Struct, frozen=True):
    """Coaches whose time frees at once, and requests that wait for it."""

    size: Size
    coaches: int
    sessions: int  # each
    waiting: int

    @property
    def slots(self) -> int:
        return self.coaches * self.sessions


MANY, FEW = Burst(Size(2_000, 20_000), 200, 5, 10_000), Burst(SMALL, 5, 6, 400)


class Taken(Struct):
    """Seconds of each suggestion, and of a list of experts beside it."""

    ours: list[float]
    lists: list[float]


class Drained(Struct):
    """Seconds of the whole, and of the door for changes within it; the events that it made."""

    whole: float
    door: float
    made: int


def case(number: int) -> str:
    return f"coaching-{number:08x}"


def rows(*, smoke: bool = False) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        return [*_of_suggestions(Path(folder) / "open", smoke=smoke), *_of_burst(Path(folder) / "burst", smoke=smoke)]


def _of_suggestions(folder: Path, *, smoke: bool) -> list[Row]:
    size, count = (SMALL, 5) if smoke else (LARGE, SUGGESTED)
    build(folder, size)
    _tell(folder, size, partial(_with_needs, size=size, needs=30 if smoke else OPEN_NEEDS))
    taken = _apart("suggest", folder, size.members, size.items, count, of=Taken)
    among = f"{size.items:,} items, {30 if smoke else OPEN_NEEDS:,} open needs"
    what = f"a suggested disposition, whole, {among}"
    ratio = longer(taken.ours, taken.lists)
    return [row(what, "a list of experts, whole", ratio, beside(taken.ours, taken.lists), at_most=SUGGESTION_AT_MOST)]


def _of_burst(folder: Path, *, smoke: bool) -> list[Row]:
    burst = FEW if smoke else MANY
    build(folder, burst.size)
    _tell(folder, burst.size, partial(_with_burst, burst=burst))
    killed = _killed_in_the_middle(folder, burst)
    done = _apart("drain", folder, of=Drained)
    what = f"{burst.slots:,} freed slots, {burst.waiting:,} waiting"
    offered = _offered(folder)
    once = sum(count == burst.sessions for count in Counter(offered.values()).values()) * burst.sessions
    told = f"killed after {killed:,}; {len(offered):,} requests offered, each once"
    late = f"{done.whole:.3g} s / {done.door:.3g} s for the other {done.made // 2:,}"
    return [
        Row(f"{what}: offered exactly once", "the slots", once / burst.slots, beside=told, at_least=1, at_most=1),
        Row(
            f"{what}: after a restart, whole",
            "its commands alone",
            done.whole / (done.door or done.whole),
            beside=late,
            word="as long",
        ),
    ]


def _tell(folder: Path, size: Size, told: Callable[[Texts], Iterator[Told]]) -> None:
    random = np.random.default_rng(size.members)
    with Confrere(settings_of(folder), lambda: START) as system:
        texts = Texts(random)
        record(system, told(texts), texts, random)


def _with_needs(texts: Texts, size: Size, needs: int) -> Iterator[Told]:
    """Coaches, experts, a shelf, and open needs of those who posted challenges."""
    staff = min(COACHES + EXPERTS, size.members // 4)
    for number in range(staff):
        role = NetworkRole.COACH if number < staff * COACHES // (COACHES + EXPERTS) else NetworkRole.EXPERT
        yield from _coaching(2 * number + 1, role, 5)
    yield f"budget-{NETWORK.partition('-')[2]}", _budget(NETWORK, 100)
    for number in range(RESOURCES):
        title = texts.of(NETWORK)
        yield f"resource-{number:08x}", ResourceShared(contributor=NETWORK, title=title)
    for number in range(needs):
        asker = number * POSTING % size.members // POSTING * POSTING
        yield case(number), _request(member(asker), texts, challenge(asker))


def _with_burst(texts: Texts, burst: Burst) -> Iterator[Told]:
    for number in range(burst.waiting):
        who = member(number % burst.size.members)
        yield case(number), _request(who, texts, None)
        yield case(number), _decision(who)
    for number in range(burst.coaches):
        yield from _coaching(2 * number + 1, NetworkRole.COACH, burst.sessions)


def _coaching(number: int, role: NetworkRole, sessions: int) -> Iterator[Told]:
    who = member(number)
    yield who, NetworkRoleGranted(role=role)
    yield who, EngagementLevelChosen(level=Level.LEAD)
    yield budget_of(who), _budget(who, sessions)


def _budget(owner: str, sessions: int) -> TimeBudgetSet:
    return TimeBudgetSet(member=owner, minutes=sessions * SESSION, period=PeriodKind.WEEK, effective=START.date())


def _request(who: str, texts: Texts, about: str | None) -> CoachingRequested:
    return CoachingRequested(seeker=who, title=texts.of(who), minutes=SESSION, challenge=about)


def _decision(who: str) -> RequestTriaged:
    return RequestTriaged(
        seeker=who,
        member=member(0),
        tier=Tier.TARGETED,
        disposition=Disposition.COACH_ASSIGNED,
        urgency=Urgency.ROUTINE,
        reason="",
    )


def suggest(folder: Path, members: str, items: str, count: str) -> Taken:
    """By turns, each for another need; all are recorded before the next is asked for."""
    asking = needs(Size(int(members), int(items)))
    taken = Taken([], [])
    with Confrere(settings_of(folder)) as system:
        system.warm(NETWORK)
        system.recommend(NETWORK, *asking[0], ListKind.EXPERTS)
        system.suggest(NETWORK, case(0))
        for number in range(1, int(count) + 1):
            ours = timed(partial(system.suggest, NETWORK, case(number)))
            theirs = timed(partial(system.recommend, NETWORK, *asking[-number], ListKind.EXPERTS))
            for turn, into in ((ours, taken.ours), (theirs, taken.lists))[:: 1 if number % 2 else -1]:
                into.append(turn())
    if "torch" in sys.modules:
        raise AssertionError("the model was loaded for stored needs")
    return taken


def drain(folder: Path) -> Drained:
    door = 0.0
    with Confrere(settings_of(folder)) as system:
        system.warm(NETWORK)
        handle_all = system.commands.handle_all

        def timed_door(orders: Sequence[Order], sender: Sender) -> Done:
            nonlocal door
            start = time.perf_counter()
            done = handle_all(orders, sender)
            door += time.perf_counter() - start
            return done

        system.commands.handle_all = timed_door  # type: ignore[method-assign,assignment]
        start = time.perf_counter()
        made = system.reactions.draining.drain(NETWORK)
        return Drained(time.perf_counter() - start, door, made)


def _killed_in_the_middle(folder: Path, burst: Burst) -> int:
    """How many slots were offered by then."""
    with Confrere(settings_of(folder)) as system:
        half = system.store.head() + burst.slots  # an offer is two events
        with subprocess.Popen(_words("drain", folder), stdout=subprocess.PIPE, cwd=_ROOT) as process:  # noqa: S603 - this very program
            while system.store.head() < half and process.poll() is None:
                time.sleep(0.001)
            process.kill()
    return len(_offered(folder))


def _offered(folder: Path) -> dict[str, str]:
    """To whom each request was offered."""
    found: dict[str, str] = {}
    with Confrere(settings_of(folder)) as system:
        after = 0
        while page := system.store.page(after):
            after = page[-1].position
            for each in page:
                if isinstance(each.event, CoachOffered):
                    if each.stream in found:
                        raise AssertionError(f"{each.stream} was offered twice")
                    found[each.stream] = each.event.coach
    return found


DOINGS: Final[Mapping[str, Callable[..., Taken | Drained]]] = {"suggest": suggest, "drain": drain}
_ROOT: Final = Path(__file__).resolve().parents[1]


def _words(doing: str, folder: Path, *more: object) -> list[str]:
    return [sys.executable, "-m", "benchmarks.coaching", doing, str(folder), *map(str, more)]


def _apart(doing: str, folder: Path, *more: object, of: type[T]) -> T:
    """In a process of its own, where nothing was loaded or kept before."""
    told = subprocess.run(_words(doing, folder, *more), check=True, stdout=subprocess.PIPE, cwd=_ROOT)  # noqa: S603 - same
    return msgspec.json.decode(told.stdout, type=of)


def main(doing: str, folder: str, *more: str) -> None:
    sys.stdout.write(msgspec.json.encode(DOINGS[doing](Path(folder), *more)).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
