"""The corpus finds what is near a need, among what held at a position, the same way every time."""

from random import Random
from threading import Thread

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from models.corpus import Corpus, Item, Unsearchable
from models.lexical import PHRASE
from models.ranking import pool

WIDTH = 8
WORDS = ("attendance", "phonics", "fractions", "mentor", "family", "budget", "rubric", "équipe")


def vector_of(text: str) -> npt.NDArray[np.float32]:
    """Some direction that depends on the text alone."""
    vector = np.random.default_rng(list(text.encode())).normal(size=WIDTH).astype(np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def vectors_of(texts: list[str]) -> npt.NDArray[np.float32]:
    return np.stack([vector_of(text) for text in texts])


def a_corpus(items: list[Item]) -> Corpus:
    corpus = Corpus(WIDTH)
    if items:
        corpus.add(items, vectors_of([item.text for item in items]))
    return corpus


texts = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[Item, int | None]]:
    """Items with the position from which each holds and, for some, from which it no longer does."""
    found = []
    for number in range(draw(st.integers(1, 12))):
        since = draw(st.integers(1, 20))
        until = draw(st.none() | st.integers(since, 25))
        person = draw(st.sampled_from(["ada", "ben", "cleo"]))
        found.append((Item(id=f"e{number}", person=person, text=draw(texts), since=since), until))
    return found


def recorded(history: list[tuple[Item, int | None]]) -> Corpus:
    corpus = a_corpus([item for item, _ in history])
    for item, until in history:
        if until is not None:
            corpus.end(item.id, until)
    return corpus


@given(histories(), st.integers(0, 26), texts)
@settings(deadline=None)
def test_the_past_equals_a_corpus_of_what_held_then(
    history: list[tuple[Item, int | None]], position: int, need: str
) -> None:
    then = [item for item, until in history if item.since <= position and (until is None or position < until)]
    past = recorded(history).as_of(position)
    fresh = a_corpus(then).as_of()
    assert past.figures([need], vectors_of([need])) == fresh.figures([need], vectors_of([need]))
    assert past.search([need], vectors_of([need])) == fresh.search([need], vectors_of([need]))


@given(histories(), st.lists(st.sampled_from([None, ["odd"], ["odd", "even"]]), min_size=1), texts)
@settings(deadline=None)
def test_asking_in_between_changes_nothing(
    history: list[tuple[Item, int | None]], asked: list[list[str] | None], need: str
) -> None:
    """A view is kept until the next change, and no longer."""
    corpus, vectors = Corpus(WIDTH), vectors_of([need])
    there: dict[str, Item] = {}
    for step, (item, until) in enumerate(history):
        kinds = asked[step % len(asked)]
        new = replace(item, kind="odd" if step % 2 else "even")
        corpus.add([new], vectors_of([new.text]))
        there[new.id] = new
        for ended in (None, until):
            if ended is not None:
                corpus.end(new.id, ended)
                del there[new.id]
            fresh = a_corpus(list(there.values())).as_of(kinds=kinds)
            for now in (corpus.as_of(kinds=kinds), corpus.as_of(26, kinds=kinds)):
                assert now.figures([need], vectors_of([need])) == fresh.figures([need], vectors_of([need]))
                assert now.search([need], vectors) == fresh.search([need], vectors)


def test_what_an_item_speaks_of_is_told_by_terms() -> None:
    corpus = a_corpus([Item(id=word, person="x", text=f"{word} budget", since=1) for word in ("mentor", "family")])
    found = corpus.as_of().speaking(["family", "mentor"], ["mentor", "budget", "unheard"])
    assert found == {"family": {"budget"}, "mentor": {"budget", "mentor"}}


@given(histories(), texts, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_adding_does_not_matter(history: list[tuple[Item, int | None]], need: str, random: Random) -> None:
    shuffled = random.sample(history, len(history))
    one = recorded(history).as_of().search([need], vectors_of([need]))
    assert one == recorded(shuffled).as_of().search([need], vectors_of([need]))
    assert pool(one) == pool(random.sample(one, len(one)))


@given(histories(), st.lists(texts, min_size=1, max_size=4))
@settings(deadline=None)
def test_every_score_is_finite_and_minus_one_at_least(history: list[tuple[Item, int | None]], need: list[str]) -> None:
    for hit in a_corpus([item for item, _ in history]).as_of().search(need, vectors_of(need)):
        assert -1 <= hit.cosine <= 1
        assert 0 <= hit.lexical <= 1
        assert np.isfinite(hit.score)
        assert hit.score >= -1


@given(histories(), texts, st.sampled_from([0.0, 0.2, 0.5, 1.0]), st.integers(1, 12))
@settings(deadline=None)
def test_a_floor_leaves_out_what_is_below_it_and_nothing_else(
    history: list[tuple[Item, int | None]], need: str, floor: float, limit: int
) -> None:
    view, vectors = recorded(history).as_of(), vectors_of([need])
    everything = view.search([need], vectors, limit=limit)
    near = tuple(hit for hit in everything if max(hit.cosine, hit.lexical) >= floor)
    assert view.search([need], vectors, limit=limit, floor=floor) == near


def test_equals_come_in_the_order_of_their_ids() -> None:
    corpus = a_corpus([Item(id=name, person=name, text="same words", since=1) for name in ("b", "d", "a", "c")])
    hits = corpus.as_of().search(["same words"], vectors_of(["same words"]))
    assert [hit.id for hit in hits] == ["a", "b", "c", "d"]
    assert [each.person for each in pool(hits)] == ["a", "b", "c", "d"]
    assert {hit.cosine for hit in hits} == {hit.lexical for hit in hits} == {1.0}


@pytest.mark.slow
def test_equals_at_the_edge_are_chosen_by_id_however_many_there_are() -> None:
    names = [f"e{number:04}" for number in range(1000)]
    corpus = a_corpus([Item(id=name, person=name, text="same words", since=1) for name in reversed(names)])
    hits = corpus.as_of().search(["same words"], vectors_of(["same words"]), limit=10)
    assert [hit.id for hit in hits] == names[:10]


def test_the_limit_keeps_the_nearest_by_meaning_and_the_nearest_by_words() -> None:
    many = [Item(id=f"e{n:03}", person="x", text=f"text{n} number{n}", since=1) for n in range(500)]
    corpus = a_corpus(many)
    need = "text7 text8 unheard"
    whole = corpus.as_of().search([need], vectors_of([need]), limit=500)
    few = corpus.as_of().search([need], vectors_of([need]), limit=5)
    nearest = sorted(whole, key=lambda hit: (-hit.cosine, hit.id))[:5]
    assert set(few) == set(nearest) | {hit for hit in whole if hit.lexical > 0}


MANY = 3_000  # far more than a search takes at once with what it asks for beyond


def directions(random: np.random.Generator, count: int) -> npt.NDArray[np.float32]:
    vectors = random.normal(size=(count, WIDTH)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize("count", [1, 3, 8])
def test_a_search_finds_the_same_however_the_nearest_are_looked_up(count: int) -> None:
    """One process saw items that have ended, and whose vectors made all codes coarser; another never did."""
    items = [Item(id=f"e{n}", person=f"m{n // 3}", text=f"w{n % 97} v{n % 13}", since=1) for n in range(MANY)]
    passing = [Item(id=f"z{n}", person="x", text="w1", since=2) for n in range(WIDTH)]
    random = np.random.default_rng(2)
    vectors = np.sign(directions(random, MANY)) + directions(random, MANY)
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    stepwise, at_once = Corpus(WIDTH), Corpus(WIDTH)
    for corpus in (stepwise, at_once):
        corpus.add(items, vectors)
        corpus.vectors.get_ready()
    stepwise.add(passing, np.eye(WIDTH, dtype=np.float32))
    for item in passing:
        stepwise.end(item.id, 3)
    for _ in range(10):
        near, words = directions(random, count), [f"w{random.integers(97)}" for _ in range(count)]
        assert stepwise.as_of(3).search(words, near, limit=50) == at_once.as_of(3).search(words, near, limit=50)


def test_a_view_among_persons_keeps_the_figures_of_the_whole() -> None:
    corpus = a_corpus([Item(id=w, person=w, text=f"{w} common", since=1) for w in WORDS])
    whole, one = corpus.as_of(), corpus.as_of().among(["mentor"])
    need = "common mentor"
    assert one.figures([need], vectors_of([need])) == whole.figures([need], vectors_of([need]))
    (hit,) = one.search([need], vectors_of([need]))
    assert hit in whole.search([need], vectors_of([need]))


def test_a_view_of_some_kinds_without_some_items_keeps_the_figures_of_the_whole() -> None:
    corpus = a_corpus([Item(id=w, person=w, text=f"{w} common", since=1, kind=w[:1]) for w in WORDS])
    whole = corpus.as_of()
    need = vectors_of(["common mentor"])
    few = whole.of_kinds(["f", "m", "none such"]).without(["family", "not there"])
    everything = whole.search(["common mentor"], need)
    assert few.search(["common mentor"], need) == tuple(hit for hit in everything if hit.id in {"fractions", "mentor"})
    corpus.add([Item(id="late", person="late", text="common mentor", since=2)], need)
    assert "late" not in [hit.id for hit in whole.without(["late"]).search(["common mentor"], need)]


def test_kinds_narrow_what_is_found() -> None:
    corpus = a_corpus([Item(id=w, person=w, text=w, since=1, kind="odd" if len(w) % 2 else "even") for w in WORDS])
    need = vectors_of(["mentor"])
    found = corpus.as_of(kinds=["even"]).search(["mentor"], need)
    assert {hit.id for hit in found} == {w for w in WORDS if len(w) % 2 == 0}
    assert corpus.as_of(kinds=["none such"]).search(["mentor"], need) == ()


def test_stored_figures_give_the_stored_scores_after_others_have_left() -> None:
    corpus = a_corpus([Item(id=w, person=w, text=f"{w} {w} common", since=1) for w in WORDS])
    need = ["common mentor family"]
    figures = corpus.as_of().figures(need, vectors_of(need))
    before = {hit.id: hit for hit in corpus.as_of().search(need, vectors_of(need))}
    left = a_corpus([Item(id=w, person=w, text=f"{w} {w} common", since=1) for w in ("mentor", "family")])
    after = {hit.id: hit for hit in left.as_of().search(need, vectors_of(need), figures=figures)}
    assert after == {name: before[name] for name in ("mentor", "family")}
    assert {"common", "mentor", "family"} == {word for word in figures.spread if not word.startswith(PHRASE)}


def test_an_id_is_added_once_and_nothing_is_added_with_it() -> None:
    corpus = a_corpus([Item(id="a", person="a", text="a", since=1)])
    pair = [Item(id="b", person="b", text="b", since=1), Item(id="a", person="b", text="b", since=1)]
    with pytest.raises(Unsearchable, match="item a was added before"):
        corpus.add(pair, vectors_of(["b", "b"]))
    assert len(corpus) == 1
    assert "b" not in corpus
    with pytest.raises(Unsearchable, match="no item b"):
        corpus.end("b", 3)


def test_a_very_long_text_is_added_in_moments() -> None:
    corpus = a_corpus([])
    corpus.add([Item(id="a", person="a", text="mentor word " * 90_000, since=1)], vectors_of(["long"]))
    (hit,) = corpus.as_of().search(["mentor"], vectors_of(["mentor"]))
    assert hit.lexical > 0


def test_an_item_added_later_is_unknown_to_an_older_view() -> None:
    corpus = a_corpus([Item(id="a", person="a", text="mentor", since=1)])
    older = corpus.as_of()
    corpus.add([Item(id="b", person="b", text="mentor", since=2)], vectors_of(["mentor"]))
    assert [hit.id for hit in older.search(["mentor"], vectors_of(["mentor"]))] == ["a"]
    assert [hit.id for hit in corpus.as_of(1).search(["mentor"], vectors_of(["mentor"]))] == ["a"]
    assert [hit.id for hit in corpus.as_of().search(["mentor"], vectors_of(["mentor"]))] == ["a", "b"]


def test_an_empty_corpus_and_an_empty_need_find_nothing() -> None:
    need = vectors_of(["mentor"])
    assert Corpus(WIDTH).as_of(7).search(["mentor"], need) == ()
    corpus = a_corpus([Item(id="a", person="a", text="mentor", since=1)])
    assert corpus.as_of().search([], need[:0]) == ()
    with pytest.raises(Unsearchable, match="2 texts came with 1 vectors"):
        corpus.as_of().search(["mentor", "budget"], need)


def test_reading_while_others_add_sees_whole_items_only() -> None:
    corpus = a_corpus([])
    names = [f"e{number}" for number in range(300)]
    adding = Thread(
        target=lambda: [
            corpus.add([Item(id=name, person=name, text="mentor", since=1)], vectors_of(["mentor"])) for name in names
        ]
    )
    adding.start()
    seen = 0
    while adding.is_alive():
        hits = corpus.as_of().search(["mentor"], vectors_of(["mentor"]))
        assert {hit.cosine for hit in hits} <= {1.0}
        assert {hit.lexical for hit in hits} <= {1.0}
        assert len(hits) >= seen
        seen = len(hits)
    adding.join()
    assert len(corpus.as_of().search(["mentor"], vectors_of(["mentor"]))) == len(names)
