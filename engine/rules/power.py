"""Rule 10: where power stands between two they are never brought together; nor against a private mute."""

from collections.abc import Mapping
from typing import Final

from engine.rules.checker import Look
from engine.rules.links import OPENED, Links
from engine.rules.pairs import TOGETHER, known_at
from engine.rules.standing import Standing
from engine.rules.told import Told

_MUTES_COUNT: Final = frozenset(TOGETHER) - {"coaching.case-handed-over", "coaching.need-noticed"}
# an office is held for those too whom one would rather not meet


class Power:
    """Only where conflicts may be opened: they are sealed for those who declared them."""

    def __init__(self, standing: Standing) -> None:  # noqa: ARG002 - one shape for all checkers
        self._links: Final = Links()
        self.of: Final[Mapping[str, Look]] = {
            **dict.fromkeys(OPENED.keys() - {"member.identity-linked"}, self._said),
            **dict.fromkeys(TOGETHER, self._look),
        }

    @property
    def left(self) -> Mapping[str, int]:
        return {"conflicts and mutes that are sealed": self._links.sealed} if self._links.sealed else {}

    def _said(self, told: Told) -> None:
        self._links.take(told)

    def _look(self, told: Told) -> str | None:
        position = known_at(told)
        for one, other in TOGETHER[told.name](told):
            if self._links.apart(one, other, position):
                return f"{one} and {other} are brought together, and power stands between them"
            if told.name in _MUTES_COUNT and self._links.mute(one, other, position):
                return f"{one} and {other} are brought together, and one of them muted the other"
        return None
