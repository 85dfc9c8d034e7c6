"""What a list looks like on a screen, and where nobody looks."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from api.cli import printing
from engine.explaining import WordedList, WordedPick
from engine.reasons import WordedReason
from tests.histories import ADA, BEN, BUSES, NOON

TITLE = "Buses after winter"


def reason(**more: Any) -> WordedReason:
    told: dict[str, Any] = {
        "says": "works on",
        "title": TITLE,
        "excerpt": "Our fluency [bold]falls[/bold] in spring; party spring-time.",
        "yours": "After spring, Fluency stalls.",
        "shared": ("Fluency", "spring", "art"),
        "evidence": "e1a",
        "at": NOON,
        "part": "words",
        "value": 0.4,
    }
    return WordedReason(**(told | more))


def printed(monkeypatch: pytest.MonkeyPatch, *reasons: WordedReason, name: str = "Ben", terminal: bool = False) -> str:
    screen = StringIO()
    colours: Any = "standard" if terminal else "auto"
    console = Console(
        file=screen, width=300, force_terminal=terminal, color_system=colours, highlight=False, markup=False
    )
    monkeypatch.setattr(printing, "out", console)
    pick = WordedPick(candidate=BEN, name=name, about="", score=0.5, parts={}, moved=(), reasons=reasons)
    printing.print_list(
        WordedList(
            recommendation="recommendation-00000001",
            reader=ADA,
            need=BUSES,
            need_title="Spring",
            kind="peers in the same boat",  # type: ignore[arg-type]
            mode="any",
            issued_at=NOON,
            position=9,
            policy_hash="p",
            encoder="m",
            picks=(pick,),
            near_misses=(),
        )
    )
    return "\n".join(line.strip() for line in screen.getvalue().splitlines())


def test_a_reason_prints_both_sentences_as_they_were_written(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        "– works on “Buses after winter”: “Our fluency [bold]falls[/bold] in spring; party spring-time.”\n"
        "meets your “After spring, Fluency stalls.” (shared words: Fluency, spring, art)"
    ) in printed(monkeypatch, reason())


def test_shared_words_stand_out_on_a_terminal_and_only_whole_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = printed(monkeypatch, reason(), terminal=True)
    assert "\x1b[1;3;4mfluency\x1b[0m" in shown
    assert "\x1b[1;3;4mspring\x1b[0m" in shown
    assert "\x1b[1;3;4mFluency\x1b[0m" in shown
    assert "p\x1b[1;3;4mart" not in shown
    assert "\x1b" not in printed(monkeypatch, reason())


def test_the_same_sentence_is_not_printed_twice_in_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = printed(monkeypatch, reason(), reason(shared=()), reason(yours="", shared=()))
    assert shown.count("After spring") == 1
    assert shown.count("meets the same\n") == 1


def test_a_reason_is_never_empty_where_its_title_heads_the_pick(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = printed(monkeypatch, reason(excerpt=TITLE), name=TITLE)
    assert f"– works on: “{TITLE}”\nmeets your" in shown
