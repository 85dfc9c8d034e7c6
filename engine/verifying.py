"""Verify an export with nothing but the export and a checkpoint: no server, no database, no keys of anybody's."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from struct import error as OutOfRange  # noqa: N812 - a number too large for its place, in our words
from typing import Final, Literal, Never, TypeAlias

from msgspec import MsgspecError, Struct, json

from domain.refusals import BadFile
from engine.leaves import leaf_of
from engine.log_lines import Given, Trusted, Withheld, line_of, read, read_withheld, withheld_line
from engine.merkle import EMPTY, Frontier
from engine.notes import Checkpoint

Kind: TypeAlias = Literal[
    "altered", "missing", "reordered", "repeated", "truncated", "half-written", "added", "rewritten", "of another log"
]

_LONGEST: Final = 1 << 26  # bytes of a line: a whole one is never nearly as long
_SHOWN: Final = 60  # characters of what stands where it should not
_TOLD: Final = 1_000  # events between two words of progress
_UNREADABLE: Final = (MsgspecError, ValueError, OutOfRange, RecursionError)


class Tampered(BadFile):
    """The first event that is not as it was signed: `sequence` counts the network's events from 1.

    Where several may be meant, `until` is the last of them.
    """

    def __init__(self, kind: Kind, words: str, sequence: int, *, until: int = 0, position: int | None = None) -> None:
        span = f"events {sequence} to {until}" if until > sequence else f"event {sequence}"
        place = span if position is None else f"{span} (position {position})"
        super().__init__(f"{kind}: {words}", field=place, remedy="keep it as it is, and compare with another copy")
        self.kind = kind
        self.sequence = sequence
        self.until = max(sequence, until)
        self.position = position


class _Sequence(Struct):
    sequence: str


_sequence: Final = json.Decoder(_Sequence).decode


def verify(
    lines: Iterable[bytes],
    checkpoint: Checkpoint,
    earlier: Sequence[Checkpoint] = (),
    progress: Callable[[int], None] | None = None,
) -> int:
    """Read the lines once, in memory that does not grow with them. `earlier` are checkpoints kept from before.

    Says how many events stand there by their hash alone. Raises Tampered at the first that is not as it was signed.
    """
    _compare(checkpoint, earlier)
    marks, reading = Marks(earlier), _Reading(checkpoint, iter(lines))
    number = 0
    for number, line in enumerate(reading.rest, start=1):
        leaf = reading.leaf(line, number)
        if marks.waiting:
            marks.take(leaf)
        if progress is not None and number % _TOLD == 0:
            progress(number)
    if number < checkpoint.size:
        _fail("truncated", f"{checkpoint.size} events were signed, and {number} are here", number + 1)
    return reading.withheld


class _Reading:
    """Line by line: the short way while all is well, and the long one to say what is not."""

    def __init__(self, checkpoint: Checkpoint, rest: Iterator[bytes]) -> None:
        self.rest = rest
        self.withheld = 0
        self._size = checkpoint.size
        self._source = checkpoint.origin
        self._trusted = Trusted(checkpoint.root, checkpoint.size)

    def leaf(self, line: bytes, number: int) -> bytes:
        """Of the event that belongs here."""
        if number > self._size:
            _fail("added", "an event beyond those that were signed", number)
        try:
            given = read(line)
            row = given.row()
            leaf = leaf_of(row)
        except _UNREADABLE:
            return self._withheld(line, number)
        if not self._trusted.admit(leaf, given.proof):
            self._out_of_place(given, line, number)
        if line_of(self._source, number, row, leaf, given.proof) != line:
            self._not_as_written(given, line, number)
        return leaf

    def _withheld(self, line: bytes, number: int) -> bytes:
        try:
            given = read_withheld(line)
        except _UNREADABLE:
            _ended(line, number)
            _fail("altered", "this line cannot be read", number)
        if not self._trusted.admit(given.leafhash, given.proof):
            self._out_of_place(given, line, number)
        if withheld_line(self._source, number, given.leafhash, given.proof) != line:
            self._not_as_written(given, line, number)
        self.withheld += 1
        return given.leafhash

    def _not_as_written(self, given: Given | Withheld, line: bytes, number: int) -> Never:
        _ended(line, number)
        self._of_this_log(given, line, number)
        _fail("altered", "what can be read here is not what was stored and signed", number, given)

    def _of_this_log(self, given: Given | Withheld, line: bytes, number: int) -> None:
        if given.source != self._source and _whole(given, line):
            words = f"this event is of {given.source[:_SHOWN]!a}, and not of {self._source}"
            _fail("of another log", words, number)

    def _out_of_place(self, given: Given | Withheld, line: bytes, number: int) -> Never:
        """Say what became of the event that belongs here."""
        _ended(line, number)
        self._of_this_log(given, line, number)
        said = _whole(given, line)
        if said is None or said == number:
            _fail("altered", "this is not the event that was signed", number, given)
        if said < number:
            _fail("repeated", f"event {said} stands here again", number)
        if any(_says(each, number) for each in self.rest):
            _fail("reordered", f"event {said} stands here, and the one that belongs here further down", number)
        _fail("missing", f"event {said} stands here", number)


def _ended(line: bytes, number: int) -> None:
    if not line.endswith(b"\n"):
        _fail("half-written", "the last line is not whole", number)


class Marks:
    """Roots that were signed when the log was shorter: passed by one after the other, or history was rewritten.

    What was found beside the log is believed less than what was kept elsewhere: whoever rewrites the one may have
    rewritten the other.
    """

    def __init__(self, kept: Iterable[Checkpoint], found: Iterable[Checkpoint] = ()) -> None:
        both = [(each, True) for each in kept] + [(each, False) for each in found]
        self.waiting = sorted(both, key=lambda mark: (mark[0].size, not mark[1]), reverse=True)  # the next one last
        self.frontier = Frontier()
        self._passed = {True: 0, False: 0}
        self._pass()

    @property
    def passed(self) -> int:
        """Events up to the last one."""
        return self._passed[False]

    def take(self, leaf: bytes) -> None:
        self.frontier.append(leaf)
        if self.frontier.size == self.waiting[-1][0].size:
            self._pass()

    def cut_off(self) -> "Tampered":
        """The log is shorter than the next one says."""
        signed, kept = self.waiting[-1]
        words = f"{signed.size} events were signed, and {self.frontier.size} are here"
        return Tampered("truncated", words, self._passed[kept] + 1, until=signed.size)

    def _pass(self) -> None:
        size = self.frontier.size
        while self.waiting and self.waiting[-1][0].size == size:
            signed, kept = self.waiting.pop()
            if signed.root != self.frontier.root():
                words = f"of these one at least is not as it was when {size} events were signed"
                raise Tampered("rewritten", words, self._passed[kept] + 1, until=size)
            self._passed |= {True: size, False: size} if kept else {False: size}


def _compare(checkpoint: Checkpoint, earlier: Sequence[Checkpoint]) -> None:
    """What checkpoints tell about one another before an event is read."""
    for each in (checkpoint, *earlier):
        if not each.size and each.root != EMPTY:
            _fail("rewritten", "a log of no events has another root than this", 1)
    for each in earlier:
        if each.origin != checkpoint.origin:
            _fail("of another log", f"one checkpoint is of {each.origin}, another of {checkpoint.origin}", 1)
        if each.size > checkpoint.size:
            words = f"{each.size} events were signed, and {checkpoint.size} are here"
            _fail("truncated", words, checkpoint.size + 1)
        if each.size == checkpoint.size and each.root != checkpoint.root:
            words = f"two different histories of {each.size} events were signed"
            raise Tampered("rewritten", words, 1, until=each.size)


def _whole(given: Given | Withheld, line: bytes) -> int | None:
    """Which event the line says it is, if it is written as such a line is."""
    try:
        number = int(given.sequence)
        if isinstance(given, Withheld):
            written = withheld_line(given.source, number, given.leafhash, given.proof)
        else:
            row = given.row()
            written = line_of(given.source, number, row, leaf_of(row), given.proof)
    except _UNREADABLE:
        return None
    return number if written == line else None


def _says(line: bytes, number: int) -> bool:
    try:
        return int(_sequence(line).sequence) == number
    except _UNREADABLE:
        return False


def _fail(kind: Kind, words: str, number: int, given: Given | Withheld | None = None) -> Never:
    raise Tampered(kind, words, number, position=int(given.position) if isinstance(given, Given) else None)


def lines_of(path: Path) -> Iterator[bytes]:
    """A file's lines, each with its end, read no further at once than a line of ours could be long."""
    with path.open("rb") as file:
        yield from iter(partial(file.readline, _LONGEST), b"")
