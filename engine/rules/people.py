"""Rules about who is in a network and who looks at them: 30 and 31."""

from collections.abc import Mapping
from typing import Final

from engine.rules.checker import Look
from engine.rules.standing import Standing
from engine.rules.told import Told

_FAMILIES: Final = frozenset(
    {
        *("teacher", "teacher leader", "instructional coach", "counselor", "assistant principal", "principal"),
        *("district leader", "superintendent", "state agency staff", "intermediary or nonprofit leader"),
        *("human-service official", "resident or parent leader", "unspecified"),
    }
)
_OPERATOR: Final = "operator"
_RECORDING: Final = frozenset({_OPERATOR, "confrere"})


class NoStudents:
    """Rule 30: nobody is here as a student or as somebody's parent: every role is one of educators'."""

    def __init__(self, standing: Standing) -> None:  # noqa: ARG002 - one shape for all checkers
        self.of: Final[Mapping[str, Look]] = {"member.affiliation-started": self._look}

    def _look(self, told: Told) -> str | None:
        role = told.fields["role"]
        return None if role in _FAMILIES else f"{told.stream} is here as {role}, which is no role of an educator"


class Looks:
    """Rule 31: each recorded look is the viewer's own, by an office they were given, and tells others than them."""

    def __init__(self, standing: Standing) -> None:
        self._standing: Final = standing
        self._officers: Final = {_OPERATOR}
        self.of: Final[Mapping[str, Look]] = {
            "member.network-role-granted": self._granted,
            "access.recorded": self._look,
        }

    def _granted(self, told: Told) -> None:
        if told.fields["role"] != "member":
            self._officers.add(told.stream)

    def _look(self, told: Told) -> str | None:
        viewer, actor = told.fields["viewer"], told.around.actor
        whose = self._standing.network if viewer == _OPERATOR else viewer
        if told.stream != f"access-{whose.partition('-')[2]}":
            return f"a look of {viewer} stands in {told.stream}, which is another's"
        if actor not in _RECORDING:
            return f"{actor} records a look, and nobody does so by themselves"
        if viewer not in self._officers:
            return f"{viewer} is said to have looked by an office, and was never given one"
        return f"{viewer} is told of their own look" if viewer in told.fields["members"] else None
