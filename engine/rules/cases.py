"""Rule 22: a coaching request goes from state to state and ends once; a re-opening is a new case that names the old."""

from collections.abc import Iterable, Mapping
from typing import Final

from engine.rules.checker import Look
from engine.rules.numbers import Numbers, number_of
from engine.rules.standing import Standing
from engine.rules.told import Told

_STATES: Final = (
    *("unknown", "noticed", "drafted", "waiting", "triaged"),
    *("clarifying before triage", "clarifying after triage", "offered", "accepted", "engaged", "ended"),
)
_NONE, _NOTICED, _DRAFTED, _WAITING, _TRIAGED, _ASKED, _ASKED_LATER, _OFFERED, _ACCEPTED, _ENGAGED, _ENDED = range(11)

_OPEN: Final = (_WAITING, _TRIAGED, _ASKED, _ASKED_LATER)
_ALL: Final = (*_OPEN, _OFFERED, _ACCEPTED, _ENGAGED)


def _stay(*states: int) -> dict[int, int]:
    return {state: state for state in states}


def _go(states: Iterable[int], to: int) -> dict[int, int]:
    return dict.fromkeys(states, to)


_MOVES: Final[Mapping[str, Mapping[int, int]]] = {
    "need-noticed": {_NONE: _NOTICED},
    "request-drafted": _go((_NONE, _NOTICED, _DRAFTED), _DRAFTED),
    "requested": {_DRAFTED: _WAITING},
    "clarification-asked": {_WAITING: _ASKED, _TRIAGED: _ASKED_LATER},
    "request-clarified": {_ASKED: _WAITING, _ASKED_LATER: _TRIAGED},
    "request-answered": _stay(*_ALL),
    "disposition-suggested": _stay(*_OPEN),
    "request-triaged": {_WAITING: _TRIAGED},
    "request-rerouted": _go((_TRIAGED, _OFFERED, _ACCEPTED), _TRIAGED),
    "case-handed-over": _stay(*_ALL),
    "context-granted": _stay(*_ALL, _ENDED),
    "coach-offered": {_TRIAGED: _OFFERED, _ENGAGED: _ENGAGED},
    "offer-accepted": {_OFFERED: _ACCEPTED, _ENGAGED: _ENGAGED},
    "offer-declined": {_OFFERED: _TRIAGED, _ACCEPTED: _TRIAGED, _ENGAGED: _ENGAGED},
    "offer-time-proposed": _stay(_OFFERED, _ENGAGED),
    "offer-expired": {_OFFERED: _TRIAGED, _ACCEPTED: _TRIAGED, _ENGAGED: _ENGAGED},
    "group-response-offered": _stay(*_OPEN),
    "group-response-answered": _stay(*_OPEN),
    "engagement-opened": {_ACCEPTED: _ENGAGED},
    **dict.fromkeys(("session-planned", "session-cancelled", "session-held", "session-logged"), _stay(_ENGAGED)),
    **dict.fromkeys(("next-step-agreed", "next-step-completed", "engagement-extended"), _stay(_ENGAGED)),
    "engagement-closed": {_ENGAGED: _ENDED},
    "feedback-given": {_ENDED: _ENDED},
    **dict.fromkeys(("request-resolved", "request-referred-out", "request-deferred"), _go(_OPEN, _ENDED)),
    "request-declined": _go(_OPEN, _ENDED),
    "request-withdrawn": _go((_NOTICED, _DRAFTED, *_OPEN, _OFFERED, _ACCEPTED), _ENDED),
}


class Cases:
    def __init__(self, standing: Standing) -> None:  # noqa: ARG002 - one shape for all checkers
        self._cases: Final = Numbers(width=2)  # → state, whose need it is
        self.of: Final[Mapping[str, Look]] = {f"coaching.{name}": self._look for name in _MOVES}

    def _look(self, told: Told) -> str | None:
        name = told.name.partition(".")[2]
        at, values = self._cases.add(told.stream), self._cases.values
        before = values[at]
        after = _MOVES[name].get(before)
        if after is None:
            return f"{told.stream} is {_STATES[before]}, and then {name.replace('-', ' ')}"
        values[at] = after
        return self._submitted(told, at) if name in {"requested", "request-drafted"} else None

    def _submitted(self, told: Told, at: int) -> str | None:
        seeker, reopens = number_of(told.fields["seeker"]), told.fields.get("reopens")
        self._cases.values[at + 1] = seeker
        if reopens is None:
            return None
        earlier = self._cases.find(reopens)
        if earlier is None or self._cases.values[earlier] != _ENDED:
            return f"it opens {reopens} again, which has not ended"
        return None if self._cases.values[earlier + 1] == seeker else f"it opens {reopens} again, which is another's"
