"""Rule 32, of what was signed and written out: it covers what was there, and never less than before."""

from collections.abc import Mapping
from typing import Final

from engine.rules.checker import Look
from engine.rules.standing import Standing
from engine.rules.told import Told


class Trail:
    def __init__(self, standing: Standing) -> None:
        self._standing: Final = standing
        self._signed = 0
        self.of: Final[Mapping[str, Look]] = {
            "audit.checkpoint-signed": self._sign,
            "audit.export-produced": self._export,
        }

    def _sign(self, told: Told) -> str | None:
        size, before, there = told.fields["size"], self._signed, self._standing.events
        self._signed = size
        if size < before:
            return f"a checkpoint covers {size} events, and {before} were signed before"
        return f"a checkpoint covers {size} events, and there are {there}" if size > there else None

    def _export(self, told: Told) -> str | None:
        if told.fields["position"] >= told.position:
            return f"an export tells of position {told.fields['position']}, which comes after it"
        return None
