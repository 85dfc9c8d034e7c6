"""One row of the table: a ratio in one run against a limit or a peer."""

from msgspec import Struct


class Row(Struct, frozen=True):
    what: str
    against: str
    ratio: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def wanted(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least:g} ×"
        return f"≤ {self.at_most:g} ×" if self.at_most is not None else "–"

    @property
    def met(self) -> str:
        if self.at_least is None and self.at_most is None:
            return ""
        low = self.at_least is None or self.ratio >= self.at_least
        return "yes" if low and (self.at_most is None or self.ratio <= self.at_most) else "no"
