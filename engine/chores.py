"""What a service does unasked, in a thread of its own: finish erasures, let offers expire, offer freed time, sign."""

import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Final

from domain.refusals import Refused
from domain.vocabulary import StreamId
from engine.runtime import Confrere

EVERY: Final = 1.0  # seconds between two looks at the log
MINUTE: Final = 60.0  # seconds
_REACT: Final = 30  # looks between two looks at the clock, and how long new texts wait at most for a quiet moment
_PATIENCE: Final = 24  # times as long as a quiet spell: then what is new is signed though it never was quiet


class Chores(Thread):
    """Used as a context manager around serving; `system.ended` is set first, so that the end is not waited for long."""

    def __init__(self, system: Confrere, told: Callable[[Exception], None], every: float = EVERY) -> None:
        """`told` hears of what went wrong; the chores go on."""
        super().__init__(name="chores", daemon=True)
        self._system: Final = system
        self._told: Final = told
        self._every: Final = every
        self._ended: Final = Event()
        self._warmed_at = self._looked_at = self._signed_at = -1  # positions
        self._quiet_since = self._waiting_since = time.monotonic()

    def __enter__(self) -> None:
        self.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()

    def run(self) -> None:
        looks = 0
        while not self._ended.wait(self._every):
            try:
                head = self._system.store.head()
            except Refused as trouble:
                self._told(trouble)
                continue
            if looks % _REACT == 0 or head != self._looked_at:
                self._each(self._system.erasures.resume)
            if looks % _REACT == 0:
                self._each(self._system.react)
            elif head != self._looked_at:
                self._each(self._react_if_stirred)
            if head != self._warmed_at and (head == self._looked_at or looks % _REACT == 0):
                self._each(self._system.warm)
                self._warmed_at = head
            self._sign_if_due(head)
            self._looked_at = head
            looks += 1

    def _sign_if_due(self, head: int) -> None:
        """After a quiet spell, and after many where it never is quiet. To sign what is signed changes nothing."""
        now, spell = time.monotonic(), self._system.settings.checkpoint_after * MINUTE
        if head != self._looked_at:
            self._quiet_since = now
        if head == self._signed_at or not spell:
            self._waiting_since = now
        elif now - self._quiet_since >= spell or now - self._waiting_since >= spell * _PATIENCE:
            self._each(self._sign)
            self._signed_at, self._waiting_since = head, now

    def _sign(self, network: StreamId) -> None:
        self._system.proofs(network).sign()

    def _react_if_stirred(self, network: StreamId) -> None:
        """At once where something came that a coaching case may have waited for."""
        if self._system.reactions.stirred(network):
            self._system.react(network)

    def _each(self, chore: Callable[[str], object]) -> None:
        for network in self._system.store.networks():
            try:
                chore(network)
            except Exception as trouble:  # noqa: BLE001 - whatever it is, the next network and the next look come
                if not self._system.ended.is_set():
                    self._told(trouble)
