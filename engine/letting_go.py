"""What was derived from somebody's words, in every file of the installation: deleted, or made anew without them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Final

from msgspec import Struct

from domain.refusals import StorageTrouble
from domain.vocabulary import MemberId, StreamId
from engine import vector_store, view_files
from engine.exports import Exports
from engine.followers import Progress, Views
from engine.past import Past
from engine.sealing import KeyRing
from engine.theme_file import ThemeFile
from engine.tokens import Tokens


class Gone(Struct, frozen=True, kw_only=True):
    """What went, and what was made anew."""

    tokens: int  # with their labels
    vectors: int
    past: bool  # tables of the past were kept: they begin anew
    exports: tuple[Path, ...]  # deleted: they held opened words
    elsewhere: tuple[Path, ...]  # where such an export is not any more: somebody moved it
    position: int  # to which the views were made anew


class LettingGo:
    """All of it may be done again. Safe to use from several threads."""

    def __init__(
        self,
        folder: Callable[[StreamId], Path],
        keys: KeyRing,
        views: Callable[[StreamId], Views],
        past: Past,
        tokens: Callable[[], Tokens],
        exports: Callable[[], Exports],
        ended: Event,
    ) -> None:
        """`folder` is where the files of a network lie, all of them in the data folder; `ended` tells to leave off."""
        self._folder: Final = folder
        self._keys: Final = keys
        self._views: Final = views
        self._past: Final = past
        self._tokens: Final = tokens
        self._exports: Final = exports
        self._ended: Final = ended

    def of(self, network: StreamId, member: MemberId, progress: Progress | None = None) -> Gone:
        """Their key has to be gone in every process. Raises StorageTrouble where something cannot be removed."""
        folder = self._folder(network)
        past = self._past.discard(network)
        views = self._views(network)
        views.rebuild(self._unless_ended(progress), wait=True)
        view_files.sweep(folder)
        ThemeFile(folder, network, self._keys).discard()
        exports, elsewhere = self._let_go_of_exports(network)
        return Gone(
            tokens=self._tokens().forget(member),
            vectors=vector_store.drop(folder.parent, member),
            past=past,
            exports=exports,
            elsewhere=elsewhere,
            position=views.position,
        )

    @contextmanager
    def alone(self, network: StreamId, *, wait: bool) -> Iterator[None]:
        """One at a time over all processes; BlockingIOError when not to wait."""
        self._views(network)  # whose folder it is
        with view_files.held(self._folder(network), "erasing", wait=wait):
            yield

    def _let_go_of_exports(self, network: StreamId) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
        """Whosever words: each was written with all that was open then."""
        register = self._exports().register
        found: dict[Path, bool] = {}
        for each in register.holding_words(network):
            try:
                found[each.place] = register.discard(each)
            except OSError as error:
                raise StorageTrouble(
                    "an export with opened words cannot be deleted", field=str(each.place), remedy="delete it"
                ) from error
        return tuple(each for each, gone in found.items() if gone), tuple(
            each for each, gone in found.items() if not gone
        )

    def _unless_ended(self, progress: Progress | None) -> Progress:
        def told(position: int) -> None:
            if self._ended.is_set():
                raise StorageTrouble("the system is ending", remedy="the erasure goes on when it is back")
            if progress is not None:
                progress(position)

        return told
