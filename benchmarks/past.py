"""A view as of random positions of a long log: what keeps versions of its rows, beside a replay from zero."""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection
from statistics import median
from typing import Final

import numpy as np

from benchmarks.events import MEMBER, NETWORK, NOW, TEXT
from benchmarks.row import Row
from benchmarks.turns import Turn, beside, faster, in_time, in_turns, row, timed
from domain.catalogue import CATALOGUE
from domain.challenges import (
    ChallengeAnswered,
    ChallengePosted,
    ChallengeReframed,
    ChallengeResolved,
    ChallengeStageChanged,
)
from domain.kernel import Envelope, Event, Recorded
from domain.vocabulary import Stage
from engine.followers import PAGE, Views
from engine.past import Past
from projections.challenge_board import PROJECTION, open_challenges

AT_ONCE: Final = 500  # challenges that are talked about at the same time
OF_EACH: Final = 20  # events
SHOWN: Final = 50

Question = Callable[[Connection], object]


def rows(*, smoke: bool = False) -> list[Row]:
    events, rounds, asked = (20_000, 1, 10) if smoke else (1_000_000, 3, 400)
    random = np.random.default_rng(0)
    log = _Log(events)
    with tempfile.TemporaryDirectory() as folder, closing(Past(log, Path(folder).joinpath, (PROJECTION,))) as past:
        with past.standing(NETWORK, events):  # begun at the first question, which waits for it
            pass
        _check(past, log, int(random.integers(events)))
        positions = [int(each) for each in random.integers(events // 20, events, asked)]
        return [
            *_first_page(past, log, positions, rounds),
            _whole(past, log, positions[:rounds]),
        ]


def _first_page(past: Past, log: "_Log", positions: Sequence[int], rounds: int) -> list[Row]:
    """The median at positions where both were asked; the rest of ours against the peer's median."""
    ours, peer = _both(past, log, positions[:rounds], _first)
    rest = [_ours(past, position, _first)() for position in positions]
    slow = float(np.quantile(rest, 0.99))
    against = "a replay of that view from zero, in memory, and the same question"
    what = f"the challenge board as of a random position among {log.head():,} events, {SHOWN} open challenges"
    return [
        row(f"{what}: median", against, faster(ours, peer), beside(ours, peer), at_least=50),
        Row(
            f"the same: p99 of {len(positions)} positions",
            "the median of the same replays",
            median(peer) / slow,
            beside=f"{in_time(slow)} / {in_time(median(peer))}",
            at_least=50,
            word="as fast",
        ),
    ]


def _first(connection: Connection) -> object:
    return open_challenges(connection, limit=SHOWN)


def _whole(past: Past, log: "_Log", positions: Sequence[int]) -> Row:
    ours, peer = _both(past, log, positions, lambda c: c.execute("select * from challenges").fetchall())
    words = "the same, and all challenges read, whatever became of them"
    return row(words, "the same", faster(ours, peer), beside(ours, peer))


def _both(past: Past, log: "_Log", positions: Sequence[int], question: Question) -> list[list[float]]:
    """Position by position, in turns."""
    taken = [in_turns(1, _ours(past, each, question), _theirs(log, each, question)) for each in positions]
    return [[round_[side][0] for round_ in taken] for side in (0, 1)]


def _ours(past: Past, position: int, question: Question) -> Turn:
    def ask() -> None:
        with past.standing(NETWORK, position) as connection:
            question(connection)

    return timed(ask)


def _theirs(log: "_Log", position: int, question: Question) -> Turn:
    def ask() -> None:
        with closing(Views(None, NETWORK, log, (PROJECTION,))) as views:
            views.catch_up(until=position)
            with views.reading() as connection:
                question(connection)

    return timed(ask)


def _check(past: Past, log: "_Log", position: int) -> None:
    """Both say the same, or the comparison says nothing."""
    sql = "select * from challenges"
    with past.standing(NETWORK, position) as connection:
        ours = connection.execute(sql).fetchall()
    with closing(Views(None, NETWORK, log, (PROJECTION,))) as views:
        views.catch_up(until=position)
        with views.reading() as connection:
            assert connection.execute(sql).fetchall() == ours


class _Log:
    """Made as it is read, so that its length costs no memory: reading a real one would only be slower."""

    def __init__(self, events: int) -> None:
        self._events: Final = events

    def head(self) -> int:
        return self._events

    def page(
        self, after: int, *, limit: int = PAGE, network: str | None = None, until: int | None = None
    ) -> Sequence[Recorded]:
        del network
        end = min(after + limit, self._events if until is None else until)
        return [_recorded(position) for position in range(after + 1, end + 1)]


def _recorded(position: int) -> Recorded:
    """Some hundred challenges are talked about at the same time, then the next hundreds; half of them are resolved."""
    block, within = divmod(position - 1, AT_ONCE * OF_EACH)
    place, which = divmod(within, AT_ONCE)
    number = block * AT_ONCE + which
    event, at = _event(place, number, position), NOW + timedelta(minutes=position)
    return Recorded(
        network=NETWORK,
        stream=f"challenge-{number:08x}",
        version=place + 1,
        position=position,
        recorded_at=at,
        envelope=Envelope(
            occurred_at=at,
            actor=MEMBER,
            on_behalf_of=None,
            command="command",
            causation="command",
            correlation="command",
            confidentiality=CATALOGUE.confidentiality_of(event),
        ),
        event=event,
    )


def _event(place: int, number: int, position: int) -> Event:
    if place == 0:
        return ChallengePosted(author=MEMBER, title="Tier 2 groups that never meet", text=TEXT)
    if place == OF_EACH - 1 and number % 2:
        return ChallengeResolved(author=MEMBER, note="We meet on Tuesdays now.")
    if place % 8 == 4:
        return ChallengeReframed(author=MEMBER, title="Groups that meet too seldom", text=TEXT)
    if place % 8 == 7:
        return ChallengeStageChanged(stage=Stage.NAMING)
    return ChallengeAnswered(answer=f"answer-{position:08x}", member="member-00000002", to=MEMBER, text=TEXT)
