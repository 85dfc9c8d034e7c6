"""Who answered how much and was given how many places, in memory: follows the projections, is read as of a moment.

A list weighs some hundred people, each with all they ever did: looked up one by one, that would take longer than the
search.
"""

from collections.abc import Sequence
from sqlite3 import Connection
from threading import Lock
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from domain.vocabulary import MemberId, StreamId
from projections import challenge_board, places, ties
from projections.shape import DAY, AsOf

Whole = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


_WIDTH: Final = 5


class Answers(NamedTuple):
    """Of some members: all, those in a category, both decayed, and the days since the last one, infinite without."""

    anywhere: Floats
    in_category: Floats
    latest: Floats


class Ledger:
    """One network's. What was taken in never changes; sums are in the order in which things happened."""

    def __init__(self) -> None:
        self._turn: Final = Lock()
        self._codes: Final[dict[str, int]] = {}
        self._answers: Final = _Rows()
        self._places: Final = _Rows()
        self._position = 0

    def keep_up(self, connection: Connection, position: int) -> None:
        """Take in what happened until `position`, at which the connection stands."""
        with self._turn:
            if position <= self._position:
                return
            answers = ties.answers_after(connection, self._position)
            open_ones = challenge_board.open_categories(connection, {challenge for *_, challenge in answers})
            codes = {each: (self._code(each), self._code(category)) for each, category in open_ones.items()}
            self._answers.extend(
                [(self._code(who), at, since, *codes[under]) for who, at, since, under in answers if under in codes]
            )
            given = places.given_after(connection, self._position)
            self._places.extend(
                [
                    (self._code(who), at, since, self._code(need), self._code(reader))
                    for who, at, since, need, reader in given
                ]
            )
            self._position = position

    def answers(
        self, members: Sequence[MemberId], need: StreamId, category: str, as_of: AsOf, half_life: float
    ) -> Answers:
        """Of each member, without what they answered under the need itself."""
        theirs = self._of(self._answers, members, as_of)
        theirs = theirs.where(theirs.needs != self._known(need))
        worth = np.exp2(-theirs.ages / half_life)
        inside = theirs.about == self._known(category) if category else np.zeros(len(worth), dtype=np.bool_)
        latest = np.full(len(members), np.inf)
        np.minimum.at(latest, theirs.whose, theirs.ages)
        anywhere, in_category = (_sums(theirs.whose, each, len(members)) for each in (worth, worth * inside))
        return Answers(anywhere, in_category, latest)

    def exposure(
        self, members: Sequence[MemberId], reader: MemberId, need: StreamId, as_of: AsOf, half_life: float
    ) -> Floats:
        """Of each member the places on lists for other needs than this, decayed."""
        theirs = self._places_of(members, reader, need, as_of)
        return _sums(theirs.whose, np.exp2(-theirs.ages / half_life), len(members))

    def places(self, members: Sequence[MemberId], reader: MemberId, need: StreamId, as_of: AsOf) -> list[int]:
        """Of each member how many places on lists for other needs they were ever given."""
        theirs = self._places_of(members, reader, need, as_of)
        return list(map(int, np.bincount(theirs.whose, minlength=len(members))))

    def _places_of(self, members: Sequence[MemberId], reader: MemberId, need: StreamId, as_of: AsOf) -> "_Theirs":
        theirs = self._of(self._places, members, as_of)
        return theirs.where((theirs.needs != self._known(need)) | (theirs.about != self._known(reader)))

    def _of(self, rows: "_Rows", members: Sequence[MemberId], as_of: AsOf) -> "_Theirs":
        """All rows that are theirs and had happened."""
        who, at, since, needs, about = rows.so_far()
        numbers = {code: number for number, each in enumerate(members) if (code := self._known(each)) >= 0}
        among = np.full(len(self._codes), -1)  # after the rows: whoever is in them has a code by now
        among[list(numbers)] = list(numbers.values())
        found = np.flatnonzero((among[who] >= 0) & (since <= as_of.position))
        ages = np.maximum(as_of.at - at[found], 0) / DAY  # what was told to happen later has not aged
        return _Theirs(among[who[found]], ages, needs[found], about[found])

    def _code(self, word: str) -> int:
        return self._codes.setdefault(word, len(self._codes))

    def _known(self, word: str) -> int:
        return self._codes.get(word, -1)


class _Theirs(NamedTuple):
    """Rows of some members: whose by their number among them, how many days ago, for what need, about what."""

    whose: Whole
    ages: Floats
    needs: Whole
    about: Whole

    def where(self, mask: npt.NDArray[np.bool_]) -> "_Theirs":
        return _Theirs(self.whose[mask], self.ages[mask], self.needs[mask], self.about[mask])


class _Rows:
    """Five columns that get longer at the end: whose, when, from which position, for what need, about what.

    They may be read while they grow.
    """

    def __init__(self) -> None:
        self._columns = np.empty((_WIDTH, 1024), dtype=np.int64)
        self._size = 0

    def extend(self, rows: Sequence[tuple[int, int, int, int, int]]) -> None:
        if not rows:
            return
        end = self._size + len(rows)
        if end > self._columns.shape[1]:
            longer = np.empty((_WIDTH, max(end, 2 * self._size)), dtype=np.int64)
            longer[:, : self._size] = self._columns[:, : self._size]
            self._columns = longer
        self._columns[:, self._size : end] = np.array(rows, dtype=np.int64).T
        self._size = end  # last: from here on readers see them

    def so_far(self) -> Whole:
        size = self._size  # before the columns, which only get longer
        return self._columns[:, :size]


def _sums(whose: Whole, worth: Floats, members: int) -> Floats:
    return np.asarray(np.bincount(whose, worth, members), dtype=np.float64)
