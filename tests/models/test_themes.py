"""Themes are shared by several people, come out the same in any order, and stay themselves from day to day."""

import re
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.encoder import Encoder
from models.lexical import WORD
from models.theme_words import BETWEEN, WORDLESS, stem
from models.themes import LEAST, MOST, Need, Theme, TooMany, themes
from models.vector_index import Vectors, WrongVectors

WIDTH = 64
ABSENCES = (
    "Chronic absence has doubled in our ninth grade and phone calls home change nothing.",
    "How do other schools get students with many absences to come back after winter?",
    "I need a plan for absences on Mondays that does not depend on me calling every family.",
    "Our attendance team meets weekly, looks at absences, and nobody knows what to do next.",
    "Students miss the first period every day because of the bus. How do we count attendance and fix it?",
)
PHONICS = (
    "Third graders who guess at long words: what comes after phonics in second grade?",
    "I am new to teaching phonics in order and need help with pacing small groups.",
    "Half of my first grade cannot blend sounds yet and our phonics materials are old.",
    "Which decodable books do you use once phonics lessons get to vowel teams?",
)
ALONE = ("Our library roof leaks.", "Who has run a science fair on a small budget?", "The gradebook loses comments.")


def of(person: str, text: str, name: str = "") -> Need:
    return Need(id=name or f"need of {person}", person=person, text=text)


def said(*texts: str, start: int = 0) -> list[Need]:
    return [of(f"p{number:02}", text, f"n{number:02}") for number, text in enumerate(texts, start)]


def about(*topics: int, near: float = 0.7) -> Vectors:
    """Vectors of which two have this cosine on the same topic, none on two topics."""
    vectors = np.zeros((len(topics), WIDTH), dtype=np.float32)
    for row, topic in enumerate(topics):
        vectors[row, topic], vectors[row, WIDTH - 1 - row] = near**0.5, (1 - near) ** 0.5
    return vectors


def shown(texts: Sequence[str], **other: Sequence[str]) -> Theme:
    (theme,) = themes(said(*texts), about(*[0] * len(texts)), **other)  # type: ignore[arg-type]
    return theme


def words(theme: Theme) -> list[str]:
    return [word.text for word in theme.words]


def test_needs_that_say_about_the_same_are_a_theme_and_the_rest_is_left_out(encoder: Encoder) -> None:
    texts = (*ABSENCES, *ALONE, *PHONICS)
    first, second = themes(said(*texts), encoder.encode(texts))
    assert {texts[int(name[1:])] for name in first.members} == set(ABSENCES)
    assert {texts[int(name[1:])] for name in second.members} == set(PHONICS)
    assert first.label.startswith("absences")
    assert second.label.startswith("phonics")


def test_few_needs_are_no_theme_and_none_are_no_fault() -> None:
    assert themes([], about()) == ()
    assert themes(said("absences"), about(0)) == ()
    assert themes(said(*["absences at school"] * (LEAST - 1)), about(*[0] * (LEAST - 1))) == ()
    assert len(themes(said(*["absences at school"] * LEAST), about(*[0] * LEAST))) == 1


def test_one_person_who_asks_often_makes_no_theme() -> None:
    often = [of("ada", "absences", f"n{number}") for number in range(6)]
    assert themes(often, about(*[0] * 6)) == ()
    others = [of(person, "absences") for person in ("ben", "cleo")]
    assert themes([*often, *others], about(*[0] * 8)) == ()
    assert len(themes([*often, *others, of("dan", "absences")], about(*[0] * 9))) == 1


def test_what_says_nothing_is_in_no_theme() -> None:
    assert themes(said("", " ", "?", "and the", "of it"), about(0, 0, 0, 0, 0)) == ()


def test_the_most_typical_need_stands_first() -> None:
    vectors = about(0, 0, 0, 0, 0)
    vectors[2] = np.eye(WIDTH)[0]
    (theme,) = themes(said(*ABSENCES), vectors)
    assert theme.representative == theme.members[0] == "n02"
    assert theme.members[1:] == ("n00", "n01", "n03", "n04")


def test_needs_and_vectors_of_different_number_are_refused_with_both_numbers() -> None:
    with pytest.raises(WrongVectors, match="1 needs came with 2 vectors"):
        themes(said("absences"), about(0, 0))


def test_more_needs_than_can_be_compared_are_refused() -> None:
    vectors = np.ones((MOST + 1, 1), dtype=np.float32)
    with pytest.raises(TooMany, match=r"at most 10,000 .* got 10,001"):
        themes(said(*["absences"] * (MOST + 1)), vectors)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["attendance"] * 3 + ["attending"] + ["attend"], ["attendance"]),
        (["absences rise"] * 2 + ["Absence rises", "The absences rise"], ["absences rise"]),
        (["We plan reading fluency", "reading fluency", "Reading: fluency", "reading fluency"], ["reading fluency"]),
        (["reading alone", "reading aloud", "Reading logs", "reading walls"], ["reading"]),
        (["MTSS is late", "Our MTSS", "MTSS", "who has MTSS"], ["MTSS"]),
        (["Teams meet", "meet the teams", "the team", "Meet a team."], ["meet", "team"]),
        (["AI essays", "AI and essays", "essays by AI", "AI"], ["AI", "essays"]),
        (["Co-teaching is new", "co-teaching", "we try co-teaching", "Co-teaching"], ["co-teaching"]),
        (["12 absences in 2024", "12 absences of 2024", "12", "absences 2024"], ["absences"]),
    ],
)
def test_words_are_shown_once_and_as_most_people_wrote_them(texts: list[str], expected: list[str]) -> None:
    assert sorted(words(shown(texts))) == sorted(expected)


def test_a_label_has_two_to_four_words_and_no_stop_words() -> None:
    texts = ["We would like to know how the absences in winter grow when the bus is late, please help"] * 5
    assert re.fullmatch(r"[\w ]+( · [\w ]+)*", shown(texts).label)
    found = [word for part in shown(texts).label.split(BETWEEN) for word in part.split()]
    assert 2 <= len(found) <= 4
    assert set(found) <= {"absences", "winter", "grow", "bus", "late"}


def test_words_that_tell_a_theme_apart_come_before_those_that_all_use() -> None:
    texts = [f"students of {topic}" for topic in ("absences", "phonics", "grading") for _ in range(5)]
    found = themes(said(*texts), about(*[number // 5 for number in range(15)]))
    assert sorted(theme.words[0].text for theme in found) == ["absences", "grading", "phonics"]


def test_names_that_the_network_knows_are_in_no_label() -> None:
    texts = ["Absences at Foundry Park since Ada Lovelace left in winter"] * 5
    found = shown(texts, unnamed=["Foundry Park School", "Ada Lovelace"])
    assert {"foundry", "park", "ada", "lovelace"}.isdisjoint(WORD.findall(" ".join(words(found)).casefold()))
    assert "absences" in found.label.casefold()


def test_people_who_share_no_word_get_a_label_that_quotes_none_of_them() -> None:
    found = shown(["absences", "truancy", "empty seats", "chronic lateness"])
    assert (found.label, found.words) == (WORDLESS, ())


LEXICON = (
    "absences",
    "winter",
    "bus",
    "plan",
    "planning",
    "reading",
    "Reading",
    "fluency",
    "secret",
    "hidden",
    "of",
    "7",
)
TEXT = st.lists(st.sampled_from(LEXICON), max_size=5).map(" ".join)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), TEXT), min_size=4, max_size=20))
def test_no_word_of_a_single_person_is_ever_shown(spoken: list[tuple[int, str]]) -> None:
    needs = [of(f"p{who}", text, f"n{number:02}") for number, (who, text) in enumerate(spoken)]
    for theme in themes(needs, about(*[0] * len(needs))):
        inside = [need for need in needs if need.id in theme.members]
        label = "" if theme.label == WORDLESS else theme.label
        for word in WORD.findall(f"{label} {' '.join(words(theme))}"):
            who = {need.person for need in inside if stem(word.casefold()) in map(stem, need.text.casefold().split())}
            assert len(who) > 1


@st.composite
def networks(draw: Callable[..., object]) -> tuple[list[Need], Vectors]:
    """Up to four topics, each need nearer or farther from its own."""
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)  # type: ignore[arg-type]
    topics = random.integers(0, 4, size=random.integers(4, 40))
    vectors = np.eye(WIDTH)[topics] + random.normal(size=(len(topics), WIDTH)) * random.uniform(0.02, 0.2)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    texts = [f"topic{'abcd'[topic]} " + " ".join(random.choice(LEXICON, size=3)) for topic in topics]
    needs = [of(f"p{random.integers(0, 30)}", text, f"n{number:02}") for number, text in enumerate(texts)]
    return needs, (vectors / lengths).astype(np.float32)


@settings(max_examples=40, deadline=None)
@given(networks(), st.randoms(use_true_random=False))
def test_the_same_needs_in_any_order_give_the_same_themes(
    network: tuple[list[Need], Vectors], random: "np.random.Generator"
) -> None:
    needs, vectors = network
    order = list(range(len(needs)))
    random.shuffle(order)  # type: ignore[arg-type]
    found = themes(needs, vectors)
    assert themes([needs[row] for row in order], vectors[order]) == found
    assert themes([needs[row] for row in order], vectors[order], found[::-1]) == themes(needs, vectors, found)


@settings(max_examples=40, deadline=None)
@given(networks())
def test_a_day_on_which_nothing_happens_changes_nothing(network: tuple[list[Need], Vectors]) -> None:
    found = themes(*network)
    assert themes(*network, found) == found


@settings(max_examples=40, deadline=None)
@given(networks(), networks())
def test_each_need_is_in_one_theme_at_most_and_each_theme_has_an_id_of_its_own(
    earlier: tuple[list[Need], Vectors], network: tuple[list[Need], Vectors]
) -> None:
    found = themes(*network, themes(*earlier))
    inside = [member for theme in found for member in theme.members]
    assert len(inside) == len(set(inside)) <= len(network[0])
    assert len({theme.id for theme in found}) == len(found)
    people = {need.id: need.person for need in network[0]}
    assert all(len({people[member] for member in theme.members}) >= LEAST for theme in found)


def test_a_theme_keeps_its_id_and_label_while_needs_come_and_go() -> None:
    (before,) = themes(said(*ABSENCES), about(0, 0, 0, 0, 0))
    later = [*said(*ABSENCES)[1:], of("new", "Absences after winter again")]
    (after,) = themes(later, about(0, 0, 0, 0, 0), [before])
    assert after.members != before.members
    assert (after.id, after.label) == (before.id, before.label)


def test_a_label_stays_while_its_words_tell_though_others_tell_more_now() -> None:
    (before,) = themes(said(*["winter absences"] * 2, *["winter and absences"] * 3), about(*[0] * 5))
    assert before.label == "absences · winter"
    later = ["bus delays"] * 6 + ["bus delays after winter absences"] * 5
    (after,) = themes(said(*later), about(*[0] * 11), [before])
    assert after.words[0].text not in before.label
    assert (after.id, after.label) == (before.id, before.label)


def test_a_label_goes_when_only_one_person_still_uses_its_words() -> None:
    (before,) = themes(said(*["winter absences"] * 5), about(*[0] * 5))
    later = ["winter absences", *["bus delays"] * 4]
    (after,) = themes(said(*later), about(*[0] * 5), [before])
    assert (before.id, before.label, after.label) == (after.id, "winter absences", "bus delays")


def test_when_a_theme_splits_its_larger_part_goes_on() -> None:
    needs = said(*["absences"] * 11)
    (before,) = themes(needs, about(*[0] * 11))
    large, small = themes(needs, about(*[0] * 6, *[1] * 5, near=0.9), [before])
    assert (len(large.members), large.id) == (6, before.id)
    assert small.id != before.id


def test_when_two_themes_become_one_the_larger_goes_on() -> None:
    needs = said(*["absences"] * 11)
    large, _small = themes(needs, about(*[0] * 6, *[1] * 5))
    (after,) = themes(needs, about(*[0] * 11), [_small, large])
    assert after.id == large.id


def test_a_theme_whose_people_all_changed_is_known_by_its_words() -> None:
    (before,) = themes(said(*["winter absences"] * 5), about(*[0] * 5))
    (same,) = themes(said(*["winter absences"] * 5, start=20), about(*[0] * 5), [before])
    (other,) = themes(said(*["phonics books"] * 5, start=20), about(*[0] * 5), [before])
    assert same.id == before.id
    assert (other.id != before.id, other.label) == (True, "phonics books")


def test_two_who_were_together_stay_so_where_it_could_go_either_way() -> None:
    needs = said(*["absences"] * 8)
    vectors = about(*[0] * 4, *[1] * 4)
    vectors[7] = (vectors[0] + vectors[4]) / np.linalg.norm(vectors[0] + vectors[4])
    asked = [themes(needs, vectors, [Theme("old", "absences", (), tuple(others))]) for others in (
        [f"n{number:02}" for number in (0, 1, 2, 3, 7)],
        [f"n{number:02}" for number in (4, 5, 6, 7)],
    )]  # fmt: skip
    assert [next(len(theme.members) for theme in found if "n07" in theme.members) for found in asked] == [5, 4]


def test_two_themes_have_two_labels() -> None:
    texts = ["absences winter bus"] * 5 + ["absences winter phone"] * 5
    found = themes(said(*texts), about(*[0] * 5, *[1] * 5))
    assert len({theme.label for theme in found}) == 2
