"""What has to be remembered of very many things, as eight-byte numbers: a table that grows with little."""

from array import array
from typing import Final

_FIRST: Final = 1 << 10
_LARGEST: Final = (1 << 63) - 1


class Numbers:
    """From the hash of a text to some whole numbers. Two texts in 2⁶³ share a hash: that is left to chance."""

    def __init__(self, width: int = 0) -> None:
        self._width: Final = width
        self._used = 0
        self._keys = array("q", bytes(8 * _FIRST))
        self.values = array("q", bytes(8 * _FIRST * width))

    def __len__(self) -> int:
        return self._used

    def __contains__(self, text: object) -> bool:
        return self._keys[self._slot(_number(text))] != 0

    def find(self, text: object) -> int | None:
        """Where the numbers of a text begin in `values`; None for one that was never added."""
        slot = self._slot(_number(text))
        return slot * self._width if self._keys[slot] else None

    def add(self, text: object) -> int:
        """Where its numbers begin, all 0 when it is new."""
        number, keys = hash(text) & _LARGEST or 1, self._keys
        mask = len(keys) - 1
        slot = number & mask
        while there := keys[slot]:
            if there == number:
                return slot * self._width
            slot = (slot + 1) & mask
        keys[slot] = number
        self._used += 1
        if self._used * 3 > len(keys) * 2:
            self._grow()
            slot = self._slot(number)
        return slot * self._width

    def put(self, text: object, value: int) -> None:
        """The one number of a text."""
        at = self.add(text)  # before `values` is looked at: it may be another one then
        self.values[at] = value

    def _slot(self, number: int) -> int:
        keys, mask = self._keys, len(self._keys) - 1
        slot = number & mask
        while (there := keys[slot]) and there != number:
            slot = (slot + 1) & mask
        return slot

    def _grow(self) -> None:
        keys, values, width = self._keys, self.values, self._width
        self._keys = array("q", bytes(16 * len(keys)))
        self.values = array("q", bytes(16 * len(values)))
        for place, number in enumerate(keys):
            if number:
                slot = self._slot(number)
                self._keys[slot] = number
                self.values[slot * width : (slot + 1) * width] = values[place * width : (place + 1) * width]


def number_of(text: object) -> int:
    """What a text is remembered by, within one run."""
    return _number(text)


def _number(text: object) -> int:
    return hash(text) & _LARGEST or 1
