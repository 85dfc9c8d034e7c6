import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.moving import score_told, told, why_moved

POINTS = st.floats(-0.2, 0.2)
NAMES = ("fit", "meaning", "mutual", "context", "ties", "category", "readiness", "load", "exposure")
PARTS = st.dictionaries(st.sampled_from(NAMES), POINTS)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"fit": 0.4}, ()),
        ({"fit": 0.4, "ties": 0.004}, ()),
        ({"ties": 0.02}, ("moved up a little: you two have exchanged before",)),
        ({"context": 0.03}, ("moved up: works in a setting like yours",)),
        ({"exposure": -0.1}, ("moved down much: asked or suggested often lately",)),
        (
            {"readiness": 0.03, "exposure": -0.04},
            ("moved down: asked or suggested often lately", "moved up: answered somebody lately"),
        ),
        ({"mutual": -0.03}, ("moved down: what you bring is less near their problem than theirs is to yours",)),
        ({"newcomer": 0.01}, ("has this place by lot: now and then the last one goes to somebody new",)),
    ],
    ids=str,
)
def test_what_moved_somebody_is_said_in_order_of_weight_and_by_how_much(
    parts: dict[str, float], said: tuple[str, ...]
) -> None:
    assert why_moved(parts) == said


@given(fit=st.floats(0.1, 0.9), load=st.floats(-0.2, -0.01), exposure=st.floats(-0.2, -0.01))
def test_a_full_calendar_and_many_places_are_told_alike_and_in_no_figure(
    fit: float, load: float, exposure: float
) -> None:
    """Which of the two it was is not for the reader to know."""
    whole = load + exposure
    for parts in ({"load": load, "exposure": exposure}, {"load": exposure, "exposure": load}, {"load": whole}):
        assert why_moved(parts) == why_moved({"exposure": whole})
        full = {"fit": fit, "ties": 0.02, **parts}
        assert told(full) == {"fit": fit, "ties": 0.02}
        assert score_told(max(0.0, fit + 0.02 + whole), full) == pytest.approx(fit + 0.02, abs=2e-6)


@given(PARTS)
def test_what_a_reader_sees_adds_up(parts: dict[str, float]) -> None:
    seen = told({**parts, "load": -0.05})
    points = sum(value for name, value in seen.items() if name != "meaning")
    assert score_told(0.3, {**parts, "load": -0.05}) == pytest.approx(min(1, max(0, points)), abs=2e-6)
    assert not {"load", "exposure"} & seen.keys()


def test_the_score_of_who_paid_no_price_is_told_as_it_is() -> None:
    assert score_told(0.4, {"meaning": 0.5, "words": 0.2}) == 0.4
