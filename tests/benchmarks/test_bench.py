"""The figures about speed can still be taken; how they turn out is not asked here."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.bench import PAGE, PARTS, page
from benchmarks.row import Row

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_every_figure_can_be_taken_in_little_and_writes_no_page() -> None:
    before = PAGE.read_bytes()
    words = [sys.executable, "-m", "benchmarks.bench", "--smoke"]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    for part in PARTS:
        assert f"{part.__name__.rpartition('.')[2]}: " in ended.stderr
    assert PAGE.read_bytes() == before


def test_a_row_says_what_was_wanted_and_whether_it_is_met() -> None:
    met = Row("loading", "a peer", 8.4, 7.9, 9.5, "1 ms / 8 ms", at_least=8, word="as fast")
    missed = Row("searching", "a peer", 2.5, 2.1, 12.3, at_most=2)
    open_ended = Row("posting", "a peer", 0.3)
    assert (met.measured, met.wanted, met.met) == ("8.40 [7.90–9.50] as fast", "≥ 8 ×", "yes")
    assert (missed.measured, missed.wanted, missed.met) == ("2.50 [2.10–12.3]", "≤ 2 ×", "no")
    assert (open_ended.measured, open_ended.wanted, open_ended.met) == ("0.30", "–", "")


def test_the_page_shows_each_row_and_the_machine() -> None:
    told = page([Row("a | b", "a peer", 1.0)], {"CPU": "some", "Python": "3"}, datetime(2026, 1, 2, tzinfo=UTC))
    assert "Taken on 2026-01-02 on this machine: CPU some; Python 3." in told
    assert "| a \\| b | a peer | 1.00 | – |  |  |" in told
