"""One row of the table: a ratio in one run against a limit or a peer, with its spread over the rounds."""

from msgspec import Struct


class Row(Struct, frozen=True):
    what: str
    against: str
    ratio: float  # the median of the rounds
    low: float | None = None
    high: float | None = None
    beside: str = ""  # absolute figures: they are noise on shared machines and never asserted
    at_least: float | None = None
    at_most: float | None = None
    word: str = ""  # as fast, or as long

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

    @property
    def measured(self) -> str:
        """The median, and between which values the rounds lay."""
        spread = "" if self.low is None or self.high is None else f" [{_short(self.low)}–{_short(self.high)}]"
        return f"{_short(self.ratio)}{spread} {self.word}".rstrip()


def _short(value: float) -> str:
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
