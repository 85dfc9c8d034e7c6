"""Rule 32, of erasure: decided and carried out as it should be, and nothing is added for who is gone."""

from collections.abc import Mapping
from typing import Final

from engine.rules.checker import EVERY, Look
from engine.rules.standing import Standing
from engine.rules.told import Told

_LATER: Final = "member."  # streams that end with their member


class Erased:
    def __init__(self, standing: Standing) -> None:  # noqa: ARG002 - one shape for all checkers
        self._begun: Final[set[str]] = set()
        self._held: Final[set[str]] = set()
        self._gone: Final[set[str]] = set()  # their key is destroyed
        self._forgotten: Final[dict[str, str]] = {}  # who is gone → the command by which
        self._now: Final[dict[str, int]] = {}  # of this save: whose erasure was decided and still has to be told
        self.of: Final[Mapping[str, Look]] = {
            EVERY: self._look,
            "erasure.hold-placed": self._placed,
            "erasure.hold-lifted": self._lifted,
            "erasure.begun": self._begin,
            "erasure.key-destroyed": self._destroyed,
            "member.erased": self._forget,
        }

    def _look(self, told: Told) -> str | None:
        if told.stream in self._forgotten:
            return f"{told.stream} was erased, and goes on"
        if self._forgotten.get(told.around.actor, told.around.command) != told.around.command:
            return f"{told.around.actor} was erased, and acts"
        if self._gone and not self._gone.isdisjoint(told.sealed.values()):
            return "something is sealed for a member whose key was destroyed"
        return None

    def _placed(self, told: Told) -> None:
        self._held.add(told.fields["member"])

    def _lifted(self, told: Told) -> None:
        self._held.discard(told.fields["member"])

    def _begin(self, told: Told) -> str | None:
        member = told.fields["member"]
        self._begun.add(member)
        self._now[member] = told.position
        return f"{member} is erased, and a legal hold stands" if member in self._held else None

    def _forget(self, told: Told) -> str | None:
        self._forgotten[told.stream] = told.around.command
        decided = self._now.pop(told.stream, None)
        return None if decided is not None else f"{told.stream} is erased, and nobody decided it"

    def _destroyed(self, told: Told) -> str | None:
        member = told.fields["member"]
        self._gone.add(member)
        return None if member in self._begun else f"the key of {member} is destroyed, and nobody decided to erase them"

    def closed(self) -> tuple[int, str] | None:
        if not self._now:
            return None
        member, position = next(iter(self._now.items()))
        self._now.clear()
        return position, f"the erasure of {member} is decided, and they are not gone by it"
