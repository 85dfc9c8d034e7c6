"""Checks every rule over a whole history in one pass: the first violation, or what was proven and what was not."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final

from msgspec import Struct

from domain.vocabulary import StreamId
from engine.event_store import EventStore
from engine.rules.all import RULES, Rule
from engine.rules.checker import EVERY, Checker, Closing, Leaving, Look
from engine.rules.links import OPENED
from engine.rules.standing import Standing
from engine.rules.told import Open, Row, Told, Unreadable, opened, told
from engine.sealing import Altered, KeyRing

_FORM: Final = 32  # the rule that a row breaks which is no event's
_OTHERWISE: Final = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)  # fields left out, or others


class Violation(Struct, frozen=True, kw_only=True):
    """The first event that a rule forbids."""

    rule: int
    position: int
    words: str


class Judged(Struct, frozen=True, kw_only=True):
    """What came of one rule."""

    rule: int
    proves: str
    looked_at: int  # events
    left: dict[str, int] = {}  # why some of it could not be judged → how often


class Findings(Struct, frozen=True, kw_only=True):
    events: int
    rules: tuple[Judged, ...]
    violation: Violation | None = None


def check(rows: Iterable[Row], only: Collection[int] = (), unseal: Open | None = None) -> Findings:
    """One network's rows in the order of the log. Without `unseal` nothing sealed is opened."""
    checking = _Checking([rule for rule in RULES if not only or rule.number in only], unseal)
    violation = next((found for row in rows if (found := checking.take(row)) is not None), None)
    return checking.findings(violation or checking.end())


class _Checking:
    def __init__(self, rules: Collection[Rule], unseal: Open | None) -> None:
        self._standing: Final = Standing()
        self._unseal: Final = unseal
        self._checkers: Final[list[tuple[Rule, Checker]]] = [(rule, rule.check(self._standing)) for rule in rules]
        self._closing: Final = [(rule, each) for rule, each in self._checkers if isinstance(each, Closing)]
        self._looks: Final[dict[str, list[tuple[Rule, Look]]]] = defaultdict(list)
        for rule, checker in self._checkers:
            for name, look in checker.of.items():
                self._looks[name].append((rule, look))
        self._every: Final = self._looks.pop(EVERY, [])
        for looks in self._looks.values():
            looks[:0] = self._every
        self._names: Final = Counter[str]()
        self._save = ""

    def take(self, row: Row) -> Violation | None:
        try:
            event = told(row)
            if self._unseal is not None and event.sealed:
                opened(event, OPENED, self._unseal)
        except Unreadable as trouble:
            return Violation(rule=_FORM, position=row[0], words=str(trouble))
        if event.around.command != self._save:
            self._save = event.around.command
            if (fault := self._closed()) is not None:
                return fault
        self._names[event.name] += 1
        try:
            if (fault := self._look(event)) is None:
                self._standing.take(event)
        except _OTHERWISE:
            words = f"{event.name} does not say what such an event says"
            return Violation(rule=_FORM, position=event.position, words=words)
        return fault

    def _look(self, event: Told) -> Violation | None:
        for rule, look in self._looks.get(event.name, self._every):
            words = look(event)
            if words is not None:
                return Violation(rule=rule.number, position=event.position, words=words)
        return None

    def end(self) -> Violation | None:
        return self._closed()

    def _closed(self) -> Violation | None:
        """What can be said only once a save is whole."""
        for rule, checker in self._closing:
            fault = checker.closed()
            if fault is not None:
                return Violation(rule=rule.number, position=fault[0], words=fault[1])
        return None

    def findings(self, violation: Violation | None) -> Findings:
        judged = tuple(self._judged(rule, checker) for rule, checker in self._checkers)
        return Findings(events=self._names.total(), rules=judged, violation=violation)

    def _judged(self, rule: Rule, checker: Checker) -> Judged:
        names = self._names if EVERY in checker.of else {name: self._names[name] for name in checker.of}
        left = dict(checker.left) if isinstance(checker, Leaving) else {}
        return Judged(rule=rule.number, proves=rule.proves, looked_at=sum(names.values()), left=left)


def unsealing(keys: KeyRing) -> Open:
    """Opens sealed fields by the keys of this installation; what was erased stays unknown."""

    def unseal(stream: str, version: int, field: str, owner: str, sealed: bytes) -> str | None:
        try:
            text = keys.unseal(owner, sealed, f"{stream}|{version}|{field}".encode())
        except Altered as altered:
            raise Unreadable(f"the sealed {field} was changed, or moved from another place") from altered
        return None if text is None else text.decode()

    return unseal


def rows_of(store: EventStore, network: StreamId, progress: Callable[[int], None] | None = None) -> Iterator[Row]:
    """One network's rows, up to the head as it is now, a page at a time."""
    position, head = 0, store.head()
    while page := store.rows(position, network=network, until=head):
        yield from page
        position = page[-1][0]
        if progress is not None:
            progress(position)
