"""Common needs for the network's staff: themes, who could help with them, and one response to all who share one."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

from domain.refusals import NotTheirs, Unknown
from domain.vocabulary import MemberId, StreamId
from engine import themes
from engine.at_hand import AtHand, KeptUp
from engine.coaches import Coaches
from engine.coverage import Coverage, coverage
from engine.deciding import Order
from engine.sealing import KeyRing
from engine.theme_file import ThemeFile
from engine.themes import Theme
from projections.reading import Reader, reader_at


class _Looking(Struct, frozen=True):
    up: KeptUp
    reader: Reader  # one of the staff
    coaches: Coaches
    found: tuple[Theme, ...]


class CommonNeeds:
    """Safe to use from several threads. Every question raises Unknown for who is not in the network, and NotTheirs."""

    def __init__(
        self, at_hand: AtHand, keys: KeyRing, folder: Callable[[StreamId], Path], clock: Callable[[], datetime]
    ) -> None:
        self._at_hand: Final = at_hand
        self._keys: Final = keys
        self._folder: Final = folder
        self._clock: Final = clock

    def themes(self, network: StreamId, member: MemberId) -> tuple[Theme, ...]:
        with self._looking(network, member) as looking:
            return looking.found

    def coverage(self, network: StreamId, member: MemberId) -> tuple[Coverage, ...]:
        with self._looking(network, member) as looking:
            return coverage(looking.up, looking.coaches, looking.reader, looking.found, self._clock())

    def offer_to_all(
        self, network: StreamId, member: MemberId, theme: str, response: str, about: str
    ) -> Sequence[Order]:
        """The orders that offer one response to everybody who shares this theme, to be carried out in one save."""
        with self._looking(network, member) as looking:
            chosen = themes.called(looking.found, theme)
            return themes.offer_to_all(looking.up, chosen, response, about, self._clock())

    @contextmanager
    def _looking(self, network: StreamId, member: MemberId) -> Iterator[_Looking]:
        with self._at_hand.kept_up(network) as up:
            reader = reader_at(up.connection, member)
            if reader is None:
                raise Unknown("there is no such network", field="network")
            if not reader.staff:
                raise NotTheirs("only facilitators and admins see what needs have in common", remedy="ask one of them")
            coaches, kept = self._at_hand.coaches(network, up), ThemeFile(self._folder(network), network, self._keys)
            yield _Looking(up, reader, coaches, themes.themes(up, coaches.needs, reader, kept))
