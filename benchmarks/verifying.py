"""Verifying an export, and the log where it lies, beside reading the same rows; and the memory it takes."""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from benchmarks.row import Row
from benchmarks.signed_log import PAGE, SignedLog, bare_select, told
from benchmarks.turns import beside, faster, in_turns, row, timed
from engine.log_lines import EVENTS
from engine.verifying_files import verify_export
from engine.verifying_here import verify_stored

_AGAINST: Final = f"bare select of the same rows, {PAGE:,} at once"
_MEASURED: Final = """
import sys
from pathlib import Path
from engine.verifying_files import verify_export
from engine.verifying_here import verify_stored

verify = {"export": verify_export, "log": verify_stored}[sys.argv[1]]
verify(Path(sys.argv[2]))
print(*(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def rows(*, smoke: bool = False) -> list[Row]:
    few, many, rounds = (2_000, 10_000, 2) if smoke else (100_000, 1_000_000, 7)
    with tempfile.TemporaryDirectory() as folder:
        short = told(Path(folder) / "short", few)
        found = _timed(short, rounds)
        return [*found, *_memory(short, told(Path(folder) / "long", many))]


def _timed(log: SignedLog, rounds: int) -> list[Row]:
    def export() -> None:
        assert verify_export(log.export).events == log.events

    def stored() -> None:
        (verified,) = verify_stored(log.data)
        assert verified.events == log.events

    selected, exported, lying = in_turns(rounds, *map(timed, (bare_select(log.path), export, stored)))
    size = (log.export / EVENTS).stat().st_size / log.events
    words = f"verify an export of {log.events:,} events, {size:.0f} bytes each"
    return [
        row(words, _AGAINST, faster(exported, selected), beside(exported, selected, log.events), at_least=0.15),
        row(
            f"verify the log of {log.events:,} events where it lies",
            _AGAINST,
            faster(lying, selected),
            beside(lying, selected, log.events),
            at_least=0.15,
        ),
    ]


def _memory(short: SignedLog, long: SignedLog) -> list[Row]:
    found = []
    for what, places in (("export", (short.export, long.export)), ("log", (short.data, long.data))):
        little, much = (_peak(what, place) for place in places)
        found.append(
            Row(
                f"most memory while verifying the {what} of {long.events:,} events",
                f"the same of {short.events:,}",
                much / little,
                beside=f"{much / 1024:.0f} / {little / 1024:.0f} MiB",
                at_most=1.1,
                word="as much",
            )
        )
    return found


def _peak(what: str, place: Path) -> int:
    """Of a process of its own, in KiB."""
    words = [sys.executable, "-c", _MEASURED, what, str(place)]
    return int(subprocess.run(words, capture_output=True, text=True, check=True).stdout)  # noqa: S603 - our own words
