"""The tables of each network as they stood at any position: files of their own, begun when the past is first asked."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from threading import Lock
from typing import Final

from domain.vocabulary import StreamId
from engine import view_files
from engine.followers import Log, Progress, Views
from engine.versions import FEW, make_findable, stand_at, standing_views, versioned
from projections.all import PROJECTIONS
from projections.shape import Projection


class Past:
    """Safe to use from several threads. What it keeps can be made anew from the log, and may be deleted."""

    def __init__(
        self,
        log: Log,
        folder: Callable[[StreamId], Path],
        projections: Sequence[Projection] = PROJECTIONS,
        few: int = FEW,
    ) -> None:
        """`folder` is where the files of a network lie; those of its past get one within.

        A table that changed more often than `few` times, and more than twice over, is written down anew.
        """
        self._log: Final = log
        self._projections: Final = projections
        self._few: Final = few
        self._folder: Final = folder
        self._open: Final[dict[StreamId, Views]] = {}
        self._turn: Final = Lock()

    @contextmanager
    def standing(self, network: StreamId, position: int, progress: Progress | None = None) -> Iterator[Connection]:
        """A connection whose tables stand as of a position of the log.

        Raises what stands in the way of an event, as the log said it.
        """
        with self._caught_up(network, position, progress).reading() as connection:
            stand_at(connection, position)
            yield connection

    def discard(self, network: StreamId) -> bool:
        """Delete what is kept of a network's past, for every process; it begins anew when it is asked again.

        For who was erased: their words stood there. Their key must be gone by then, or they would come back. Says
        whether anything was kept.
        """
        place = _place(self._folder(network))
        if not place.exists():
            return False
        self._of(network).begin_anew()
        view_files.sweep(place)
        return True

    def close(self) -> None:
        with self._turn:
            while self._open:
                self._open.popitem()[1].close()

    def _caught_up(self, network: StreamId, position: int, progress: Progress | None) -> Views:
        views = self._of(network)
        if not views.position:  # at first all, as long as there are no indexes
            views.catch_up(progress)
        views.catch_up_or_raise(progress, until=position)
        views.extend(partial(make_findable, projections=self._projections))
        return views

    def _of(self, network: StreamId) -> Views:
        with self._turn:
            if network not in self._open:
                self._open[network] = Views(
                    _place(self._folder(network)),
                    network,
                    self._log,
                    versioned(self._projections, self._few),
                    standing_views(self._projections),
                )
            return self._open[network]


def _place(folder: Path) -> Path:
    return folder / "past"
