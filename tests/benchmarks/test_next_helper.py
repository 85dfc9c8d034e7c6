"""The replies asked about are the ones the bar means, and every order of people is told what was known, no more."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from benchmarks.next_helper import BASELINES, DEFAULT, LEARNED_WEIGHTS, POPULARITY, Absent, NextHelper, Outcome, report
from benchmarks.replies import LEAST, Decayed, Replies, Reply, read
from domain.policies import MatchingPolicy
from models.encoder import Encoder
from models.people import decayed
from models.whole_texts import WholeTexts

MEMBERS = range(1, LEAST + 12)
FACILITATOR = 1
CROWD = list(MEMBERS)[3:]  # all but the facilitator, the asker and one who comes late
ASKER, LATE = 2, 3

Post = tuple[int, int, str, str]  # sender, receiver, thread, category


@pytest.fixture
def encoder(encoder: Encoder) -> WholeTexts:
    """What ranks reads texts whole."""
    return WholeTexts(encoder)


def network(folder: Path, posts: Sequence[Post]) -> Path:
    with (folder / "members.csv").open("w", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(["uid", "role", "experience_years", "grades", "state", "region", "group", "facilitator"])
        table.writerows([[uid, "coach", "", "middle", "NC", "South", "A", int(uid == FACILITATOR)] for uid in MEMBERS])
    with (folder / "posts.csv").open("w", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(["comment_id", "at", "sender", "receiver", "thread_id", "title", "category"])
        for number, (sender, receiver, thread, category) in enumerate(posts):
            at = f"2013-04-{1 + number // 24:02}T{number % 24:02}:00"
            table.writerow([number, at, sender, receiver, thread, f"About {category}", category])
    return folder


def asked(folder: Path, encoder: Encoder, posts: Sequence[Post]) -> list[Reply]:
    return list(Replies(read(network(folder, posts)), encoder, MatchingPolicy()))


def everybody_wrote() -> list[Post]:
    return [(uid, ASKER, "first", "reading") for uid in (FACILITATOR, *CROWD)]


def test_candidates_wrote_before_and_are_neither_staff_nor_starter_nor_there_already(
    tmp_path: Path, encoder: Encoder
) -> None:
    one, other = CROWD[0], CROWD[1]
    replies = asked(
        tmp_path, encoder, [*everybody_wrote(), (one, ASKER, "second", "maths"), (other, one, "second", "maths")]
    )
    first, second = replies[-2:]
    assert (first.sender, second.sender) == (str(one), str(other))
    assert set(first.facts) == {str(uid) for uid in CROWD}
    assert set(second.facts) == {str(uid) for uid in CROWD if uid != one}


def test_only_a_first_reply_of_somebody_known_among_enough_is_asked_about(tmp_path: Path, encoder: Encoder) -> None:
    posts = [
        *everybody_wrote(),
        (LATE, ASKER, "second", "maths"),  # never wrote before
        (CROWD[0], ASKER, "second", "maths"),
        (CROWD[0], ASKER, "second", "maths"),  # again
        (ASKER, CROWD[0], "second", "maths"),  # in a thread of their own
        (FACILITATOR, ASKER, "second", "maths"),
    ]
    replies = Replies(read(network(tmp_path, posts)), encoder, MatchingPolicy())
    assert [reply.thread for reply in replies] == ["second"]
    assert replies.by_newcomers == len(CROWD) + 1
    assert replies.among_few == 0


def test_what_is_known_of_a_candidate_is_of_earlier_rows_alone(tmp_path: Path, encoder: Encoder) -> None:
    one = str(CROWD[0])
    posts = [*everybody_wrote(), (CROWD[0], ASKER, "second", "maths"), (CROWD[1], ASKER, "third", "maths")]
    before, after = asked(tmp_path, encoder, posts)
    assert (before.facts[one].in_category, before.past[one].ties, before.past[one].posts) == (0, 1, 1)
    assert after.facts[one].in_category == pytest.approx(1, abs=0.01)
    assert (after.past[one].ties, after.past[one].posts, after.past[one].category) == (2, 2, 1)
    assert after.facts[one].since_answered == pytest.approx(1 / 24)
    assert after.facts[one].tied > before.facts[one].tied
    assert after.facts[one].fit > before.facts[one].fit


def test_what_fades_is_worth_what_the_score_means_by_it() -> None:
    sums = Decayed(half_life=10)
    for day in (0.0, 3.0, 11.0):
        sums.add(day, "ada")
    assert sums.of(20.0, "ada") == pytest.approx(decayed([20, 17, 9], half_life=10))
    assert sums.of(20.0, "ben") == 0


def test_without_the_network_it_says_where_it_looked(tmp_path: Path, encoder: Encoder) -> None:
    with pytest.raises(Absent, match=r"data/networks/dlt1"):
        report(encoder, tmp_path)


def found(ours: float, popular_places: int) -> NextHelper:
    """Baselines at a half everywhere; ours at something else, with so many of ten places for the popular."""
    places = {"popular": popular_places, "rare": 10 - popular_places}
    ordinary = Outcome(np.full(50, 0.5), {"popular": 10})
    outcomes = dict.fromkeys(BASELINES, ordinary)
    outcomes |= dict.fromkeys((DEFAULT, LEARNED_WEIGHTS), Outcome(np.full(50, ours), places))
    return NextHelper(
        replies=50, left_out="", weights={}, senders=("1",) * 50, outcomes=outcomes, burdened=("popular",)
    )


def test_it_passes_only_above_every_baseline_and_with_less_than_half_for_the_popular() -> None:
    assert found(0.6, 4).passes
    assert any(POPULARITY in complaint for complaint in found(0.5, 4).complaints)
    assert [complaint for complaint in found(0.6, 5).complaints if "drowns" in complaint]
