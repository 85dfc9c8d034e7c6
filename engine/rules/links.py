"""What members said for nobody's eyes about each other: links, power and mutes, as they stood at any position."""

from typing import Final

from msgspec import Struct, field

from engine.rules.told import Told

ERASED: Final = "[erased]"
OPENED: Final = {
    "member.identity-linked": ("same_as",),
    "member.conflict-declared": ("other", "kind"),
    "member.conflict-ended": ("other",),
    "member.muted": ("other",),
    "member.unmuted": ("other",),
}  # event → the sealed fields that these checkers read


class Spell(Struct):
    """From a position on, until another where it ended."""

    since: int
    until: int | None = None

    def held(self, position: int) -> bool:
        return self.since <= position and (self.until is None or position < self.until)


class Said(Struct):
    """What was said by one about another."""

    spells: dict[str, dict[str, list[Spell]]] = field(default_factory=dict)  # by whom, about whom

    def begin(self, one: str, other: str, position: int) -> None:
        spells = self.spells.setdefault(one, {}).setdefault(other, [])
        if not spells or spells[-1].until is not None:
            spells.append(Spell(position))

    def end(self, one: str, other: str, position: int) -> None:
        for spell in self.spells.get(one, {}).get(other, ())[-1:]:
            if spell.until is None:
                spell.until = position

    def holds(self, one: str, other: str, position: int) -> bool:
        return any(spell.held(position) for spell in self.spells.get(one, {}).get(other, ()))

    def of(self, one: str, position: int) -> set[str]:
        """About whom."""
        return {other for other in self.spells.get(one, ()) if self.holds(one, other, position)}


class Links:
    """Kept up by whoever reads them; what is sealed still, or was erased, tells nothing."""

    def __init__(self) -> None:
        self.same: Final = Said()
        self.power: Final = Said()
        self.over: Final = Said()  # who supervises whom
        self.muted: Final = Said()
        self.sealed = 0  # how many said something that was not opened

    def take(self, told: Told) -> None:
        other, kind = told.fields.get("same_as", told.fields.get("other")), told.fields.get("kind")
        if not isinstance(other, str) or ERASED in {other, kind}:
            self.sealed += 1
            return
        match told.name:
            case "member.identity-linked":
                self.same.begin(told.stream, other, told.position)
            case "member.conflict-declared":
                self.power.begin(told.stream, other, told.position)
                turn = self.over.begin if kind == "supervises" else self.over.end
                turn(told.stream, other, told.position)
            case "member.conflict-ended":
                self.power.end(told.stream, other, told.position)
                self.over.end(told.stream, other, told.position)
            case "member.muted":
                self.muted.begin(told.stream, other, told.position)
            case "member.unmuted":
                self.muted.end(told.stream, other, told.position)
            case _:
                pass

    def one_person(self, one: str, other: str, position: int) -> bool:
        """Over however many links in which both said so."""
        found, waiting = {one}, {one}
        while waiting:
            who = waiting.pop()
            told = {each for each in self.same.of(who, position) if self.same.holds(each, who, position)}
            waiting |= told - found
            found |= told
        return other in found

    def apart(self, one: str, other: str, position: int) -> bool:
        """Whether power stands between the two: declared by either, or all down the line of supervision."""
        declared = self.power.holds(one, other, position) or self.power.holds(other, one, position)
        return declared or self._above(one, other, position) or self._above(other, one, position)

    def _above(self, one: str, other: str, position: int) -> bool:
        line, waiting = {one}, {one}
        while waiting:
            below = self.over.of(waiting.pop(), position) - line
            line |= below
            waiting |= below
        return other in line

    def mute(self, one: str, other: str, position: int) -> bool:
        return self.muted.holds(one, other, position) or self.muted.holds(other, one, position)
