"""Rule 32, of what was signed and written out: it covers what was there, and never less than before."""

from collections.abc import Mapping
from typing import Final

from engine.rules.checker import EVERY, Look
from engine.rules.standing import Standing
from engine.rules.told import Told


class Trail:
    def __init__(self, standing: Standing) -> None:  # noqa: ARG002 - one shape for all checkers
        self._events = -1  # before the one that is looked at
        self._signed = 0
        self.of: Final[Mapping[str, Look]] = {
            EVERY: self._count,
            "audit.checkpoint-signed": self._sign,
            "audit.export-produced": self._export,
        }

    def _count(self, told: Told) -> None:  # noqa: ARG002 - one shape for all looks
        self._events += 1

    def _sign(self, told: Told) -> str | None:
        size, before = told.fields["size"], self._signed
        self._signed = size
        if size < before:
            return f"a checkpoint covers {size} events, and {before} were signed before"
        return f"a checkpoint covers {size} events, and there are {self._events}" if size > self._events else None

    def _export(self, told: Told) -> str | None:
        if told.fields["position"] >= told.position:
            return f"an export tells of position {told.fields['position']}, which comes after it"
        return None
