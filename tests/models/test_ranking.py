"""People by the weighted top three of their evidence: one piece must not decide, many must not drown depth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ranking import SAME_IN_WORDS, WORDS_AT_MOST, Hit, fused, pool, top_three, words_share


def hit(person: str, score: float, number: int = 0, weight: float = 1.0) -> Hit:
    return Hit(id=f"{person}{number}", person=person, cosine=score, lexical=0, score=score, weight=weight)


def people(*hits: Hit) -> list[str]:
    return [each.person for each in pool(hits)]


def test_the_best_counts_whole_the_second_half_the_third_a_third() -> None:
    (ada,) = pool([hit("ada", score, number) for number, score in enumerate((0.2, 0.9, 0.6, 0.3))])
    assert ada.score == pytest.approx((0.9 + 0.6 / 2 + 0.3 / 3) / (1 + 1 / 2 + 1 / 3), abs=1e-6)
    assert [each.score for each in ada.hits] == [0.9, 0.6, 0.3]


def test_three_good_pieces_beat_one_slightly_better() -> None:
    assert people(hit("ada", 0.62), *(hit("ben", 0.6, number) for number in range(3))) == ["ben", "ada"]


def test_one_clearly_better_piece_beats_many_middling_ones() -> None:
    assert people(*(hit("ben", 0.5, number) for number in range(50)), hit("ada", 0.8)) == ["ada", "ben"]


def test_more_than_three_pieces_add_nothing() -> None:
    three, many = ([hit("ada", 0.5, number) for number in range(count)] for count in (3, 30))
    assert pool(three)[0].score == pool(many)[0].score


def test_a_stronger_source_counts_more() -> None:
    assert people(hit("ada", 0.6, weight=0.5), hit("ben", 0.5)) == ["ben", "ada"]


def test_equal_people_stand_in_the_order_of_their_ids() -> None:
    assert people(hit("cleo", 0.5), hit("ada", 0.5), hit("ben", 0.5)) == ["ada", "ben", "cleo"]


def test_words_count_more_the_more_telling_words_a_need_has() -> None:
    assert words_share(0, 0.2) == 0
    assert 0 < words_share(5, 0.2) < words_share(50, 0.2) < 1


def test_words_count_more_where_all_means_about_the_same() -> None:
    assert words_share(20, 0.0) < words_share(20, 0.2) < words_share(20, 0.45)
    assert words_share(20, 0.9) == words_share(20, 1.0) <= WORDS_AT_MOST


@given(st.floats(0, 300), st.floats(-1, 1))
def test_the_same_scores_one_at_least_and_what_is_as_near_as_anything_nothing(telling: float, alike: float) -> None:
    share, alike = words_share(telling, alike), min(alike, 0.99)
    same, good, usual = fused(np.array([1.0, 1.0, max(0.0, alike)]), np.array([1.0, SAME_IN_WORDS, 0.0]), share, alike)
    assert same >= good == pytest.approx(1.0)
    assert usual == pytest.approx(0.0)


@given(st.lists(st.floats(-1, 1), min_size=2), st.floats(0, 0.9), st.floats(0, 0.9))
def test_taking_off_what_is_usual_changes_no_order(cosines: list[float], share: float, alike: float) -> None:
    raw = (1 - share) * np.array(cosines)
    ours = fused(np.array(cosines), np.zeros(len(cosines)), share, alike)
    inside = ours > -1
    assert (np.diff(ours[inside][np.argsort(raw[inside])]) >= -1e-9).all()


def test_a_weak_source_makes_nothing_nearer() -> None:
    assert people(hit("ada", -0.2, weight=0.8), hit("ben", -0.2)) == ["ada", "ben"]
    assert pool([hit("ada", -0.2, weight=0.8)])[0].score <= pool([hit("ben", -0.2)])[0].score


def test_a_need_of_several_texts_takes_its_best_three() -> None:
    values = np.array([[0.1], [0.9], [0.3], [0.6]])
    assert top_three(values) == pytest.approx([(0.9 + 0.6 / 2 + 0.3 / 3) / (1 + 1 / 2 + 1 / 3)])
    assert top_three(values[:1]) == pytest.approx([0.1])
