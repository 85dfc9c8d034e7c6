"""Rule 1: no period of anybody's holds more minutes, reserved and spent, than they offered for it."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct, field

from engine.rules.checker import Look
from engine.rules.days import number, written
from engine.rules.standing import Standing
from engine.rules.told import Told


class _Offer(Struct, frozen=True):
    minutes: int
    kind: str
    first: int  # day


class _Book(Struct):
    offers: list[_Offer] = field(default_factory=list)  # in the order in which they begin
    promised: dict[int, int] = field(default_factory=dict)  # day → minutes reserved and spent
    held: dict[str, tuple[int, int]] = field(default_factory=dict)  # open reservation → day, minutes

    def on(self, day: int) -> _Offer | None:
        """The offer that holds on a day; the first one covers what came before it too."""
        begun = [offer for offer in self.offers if offer.first <= day]
        return begun[-1] if begun else next(iter(self.offers), None)

    def total(self, first: int, last: int, offer: _Offer) -> int:
        """Minutes from the first to the last day, as far as the offer holds on them."""
        days = range(first, last + 1) if last - first < len(self.promised) else self.promised
        there = [day for day in days if first <= day <= last and day in self.promised and self.on(day) is offer]
        return sum(self.promised[day] for day in there)

    def move(self, day: int, minutes: int) -> None:
        left = self.promised.get(day, 0) + minutes
        if left:
            self.promised[day] = left
        else:
            self.promised.pop(day, None)


class Budgets:
    def __init__(self, standing: Standing) -> None:
        self._standing: Final = standing
        self._books: Final[dict[str, _Book]] = {}
        self.of: Final[Mapping[str, Look]] = {
            "budget.set": self._set,
            "budget.time-reserved": self._reserved,
            "budget.time-released": self._released,
            "budget.time-spent": self._spent,
        }

    def free(self, member: str, day: int) -> int | None:
        """Minutes left in the period of a day; None for who never offered any."""
        book = self._books.get(member, _Book())
        offer = book.on(day)
        if offer is None:
            return None
        return offer.minutes - book.total(*self._standing.days.period(day, offer.kind), offer)

    def _book(self, fields: Mapping[str, Any]) -> _Book:
        return self._books.setdefault(fields["member"], _Book())

    def _set(self, told: Told) -> str | None:
        book, first = self._book(told.fields), number(told.fields["effective"])
        offer = _Offer(told.fields["minutes"], told.fields["period"], first)
        book.offers = [*(each for each in book.offers if each.first < first), offer]
        for day in book.promised:
            if book.on(day) is offer and (fault := self._beyond(told, book, offer, day)):
                return fault
        return None

    def _reserved(self, told: Told) -> str | None:
        book, day, key = self._book(told.fields), number(told.fields["day"]), told.fields["reservation"]
        if key in book.held:
            return f"minutes of {told.fields['member']} are held a second time under {key}"
        book.held[key] = day, told.fields["minutes"]
        book.move(day, told.fields["minutes"])
        offer = book.on(day)
        if offer is None:
            return f"{told.fields['member']} is asked for minutes and never offered any"
        return self._beyond(told, book, offer, day)

    def _beyond(self, told: Told, book: _Book, offer: _Offer, day: int) -> str | None:
        total = book.total(*self._standing.days.period(day, offer.kind), offer)
        if total <= offer.minutes:
            return None
        when = f"the {offer.kind} of {written(day)}"
        return f"{told.fields['member']} has {total} minutes reserved and spent in {when}, and offered {offer.minutes}"

    def _released(self, told: Told) -> str | None:
        book, key = self._book(told.fields), told.fields["reservation"]
        day, minutes = book.held.pop(key, (0, None))
        if minutes is None or minutes != told.fields["minutes"]:
            return f"{told.fields['minutes']} minutes of {told.fields['member']} are freed that {key} does not hold"
        book.move(day, -minutes)
        return None

    def _spent(self, told: Told) -> str | None:
        book, key, minutes = self._book(told.fields), told.fields["reservation"], told.fields["minutes"]
        day, held = book.held.pop(key, (0, -1))
        if minutes > held:
            reserved = f"only {held} are reserved" if held >= 0 else "none are reserved"
            return f"{told.fields['member']} spends {minutes} minutes on {key}, and {reserved}"
        book.move(day, minutes - held)
        return None
